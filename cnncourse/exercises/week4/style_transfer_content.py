"""Exercise of notebook 4.4: how far the generated picture's maps are from the content's."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week4.style_transfer_observed import drawn, with_gradient


def cost_of_content(content, generated):
    """Return half the sum of all squared differences, a tensor with one number.

    content and generated are maps (N, C, H, W) of one layer: of the photo, and of the
    picture that is being made. The gradient has to reach `generated`.
    """
    return ((content - generated) ** 2).sum() / 2


def _of(reduce, power=2):
    return lambda content, generated: reduce((content - generated).abs() ** power)


_no_half = _of(torch.sum)
_mean = _of(torch.mean)
_half_mean = _of(lambda squares: squares.mean() / 2)
_per_channel = _of(lambda squares: squares.sum() / (2 * squares.shape[1]))
_per_place = _of(lambda squares: squares.sum() / (2 * squares.shape[2] * squares.shape[3]))
_quarter = _of(lambda squares: squares.sum() / (4 * squares[0].numel()))
_absolute = _of(lambda sizes: sizes.sum() / 2, power=1)
_doubled = _of(lambda squares: squares.sum() * 2)
_first = _of(lambda squares: squares[0].sum() / 2)
_per_picture = _of(lambda squares: squares.sum((1, 2, 3)) / 2)
_batch_mean = _of(lambda squares: squares.sum((1, 2, 3)).mean() / 2)
_all_of_them = _of(lambda squares: squares / 2)


def _root(content, generated):
    return (content - generated).norm() / 2


def _length(content, generated):
    return (content - generated).norm()


def _sum_before_square(content, generated):
    return (content - generated).sum() ** 2 / 2


def _no_square(content, generated):
    return (content - generated).sum() / 2


def _product(content, generated):
    return (content * generated).sum() / 2


def _squares_apart(content, generated):
    return ((content**2).sum() - (generated**2).sum()) / 2


def _plain_float(content, generated):
    return cost_of_content(content, generated).item()


def _expected(content, generated):
    """Return cost and gradient number by number: the oracle."""
    cost, gradient = 0.0, np.zeros(content.shape)
    for place in np.ndindex(*content.shape):
        error = float(generated[place]) - float(content[place])
        cost, gradient[place] = cost + error * error / 2, error
    return {"value": cost, "gradient": gradient}


def _case(what, content, generated):
    return Case(what, (content, generated), _expected(content, generated))


def _cases():
    """Yield maps of other heights and widths, one picture and two, equal ones too."""
    small = torch.tensor([[[[1.0, 2.0, 0.0]], [[0.0, 3.0, 1.0]]]], dtype=torch.float64)
    yield _case(
        "two channels of 1 × 3, by hand", small, torch.tensor([[[[1.0, 0.0, 3.0]], [[0.0, 2.0, 5.0]]]]).double()
    )
    yield _case("one number", torch.full((1, 1, 1, 1), 3.0).double(), torch.full((1, 1, 1, 1), 7.0).double())
    yield _case("equal maps cost nothing", small, small.clone())
    rng = np.random.default_rng(441)
    for shape in ((1, 3, 2, 4), (1, 5, 4, 3), (2, 3, 2, 5), (3, 1, 3, 2)):
        yield _case(f"maps of shape {shape}", drawn(rng, *shape), drawn(rng, *shape))


COST_OF_CONTENT = Exercise(
    solution=cost_of_content,
    cases=_cases,
    observe=lambda f, content, generated: with_gradient(f, content, generated, last=generated),
    mistakes={
        _no_half: "The ½ is missing: with it, the gradient is simply the difference of the maps.",
        _mean: "You take the mean; half of the *sum* is wanted.",
        _half_mean: "Half of the mean: half of the *sum* is wanted, however large the maps are.",
        _per_channel: "You divide by the number of channels; nothing but the ½ stands before the sum.",
        _per_place: "You divide by the number of places; nothing but the ½ stands before the sum.",
        _quarter: "You divide by 4 · n_H · n_W · n_C, as some courses do. Here it is ½ of the sum, as in the paper.",
        _absolute: "These are absolute differences: square them.",
        _root: "You take a root: leave the sum of squares as it is.",
        _length: "This is the length of the difference: half of its square is wanted.",
        _doubled: "You multiply by 2 where you should divide.",
        _first: "Only the first picture of the batch is counted.",
        _per_picture: "You give one number a picture: add them up.",
        _batch_mean: "You take the mean over the pictures: their costs add up.",
        _all_of_them: "The squares are not added up: one number is wanted.",
        _sum_before_square: "You add up first and square then, so that + and − cancel. Square each difference.",
        _no_square: "The differences are not squared, so that + and − cancel.",
        _product: "You multiply the maps with each other; it is their difference that is squared.",
        _squares_apart: "A difference of squares is not the square of a difference.",
        _plain_float: "The number is right but no gradient reaches generated: return the tensor itself, and leave out "
        ".item(), float(), detach(), .data and NumPy.",
    },
    hints=(
        "`content - generated` has the shape of both; square it.",
        "`.sum()` adds up all numbers of a tensor. Then halve.",
    ),
    minutes=4,
    difficulty=1,
    changes=("generated",),
)
