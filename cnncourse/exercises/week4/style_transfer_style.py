"""Exercise of notebook 4.4: how far two Gram matrices of one layer are apart."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week4.style_transfer_observed import drawn, with_gradient


def cost_of_style(style, generated):
    """Return the style cost of one layer, a tensor with one number.

    style and generated are maps (1, C, H, W): of the painting, and of the picture that is
    being made. It is the sum of the squared differences between their Gram matrices (plain
    sums over places, C × C), divided by (2 · H · W · C)². The gradient has to reach
    `generated`.
    """
    _, C, H, W = generated.shape
    S, G = style.reshape(C, H * W), generated.reshape(C, H * W)
    difference = S @ S.T - G @ G.T
    return (difference**2).sum() / (2 * H * W * C) ** 2


def _gram(maps):
    rows = maps[0].flatten(1)
    return rows @ rows.T


def _centred_gram(maps):
    return _gram(maps - maps.mean((2, 3), keepdim=True))


def _places_gram(maps):
    rows = maps[0].flatten(1)
    return rows.T @ rows


def _dealt_anew(maps):
    return maps.reshape(-1, maps.shape[1])


def _divided(divisor, gram=_gram, reduce=lambda difference: (difference**2).sum()):
    """Return a cost: the difference of Gram matrices reduced, divided by divisor(C, H, W)."""

    def cost(style, generated):
        return reduce(gram(style) - gram(generated)) / divisor(*generated.shape[1:])

    return cost


def _right_divisor(C, H, W):
    return (2 * H * W * C) ** 2


_not_divided = _divided(lambda C, H, W: 1)
_divisor_not_squared = _divided(lambda C, H, W: 2 * H * W * C)
_no_two = _divided(lambda C, H, W: (H * W * C) ** 2)
_two_not_squared = _divided(lambda C, H, W: 2 * (H * W * C) ** 2)
_no_channels = _divided(lambda C, H, W: (2 * H * W) ** 2)
_channels_not_squared = _divided(lambda C, H, W: 4 * C * (H * W) ** 2)
_no_places = _divided(lambda C, H, W: (2 * C) ** 2)
_places_not_squared = _divided(lambda C, H, W: 4 * C**2 * H * W)
_no_width = _divided(lambda C, H, W: (2 * H * H * C) ** 2)
_no_height = _divided(lambda C, H, W: (2 * W * W * C) ** 2)
_root = _divided(_right_divisor, reduce=torch.linalg.norm)
_mean = _divided(_right_divisor, reduce=lambda difference: (difference**2).mean())
_absolute = _divided(_right_divisor, reduce=lambda difference: difference.abs().sum())
_sum_first = _divided(_right_divisor, reduce=lambda difference: difference.sum() ** 2)
_trace = _divided(_right_divisor, reduce=lambda difference: (difference.diagonal() ** 2).sum())
_half_of_it = _divided(_right_divisor, reduce=lambda difference: (difference**2).sum() / 2)
_upper_half = _divided(_right_divisor, reduce=lambda difference: (difference.triu() ** 2).sum())
_quarter_too = _divided(_right_divisor, reduce=lambda difference: (difference**2).sum() / 4)
_mean_alone = _divided(lambda C, H, W: 1, reduce=lambda difference: (difference**2).mean())
_grams_divided_too = _divided(lambda C, H, W: (2 * H * W * C * H * W) ** 2)
_centred = _divided(_right_divisor, _centred_gram)
_over_channels = _divided(_right_divisor, _places_gram)
_read_as_channels_last = _divided(_right_divisor, lambda maps: _dealt_anew(maps).T @ _dealt_anew(maps))
_maps_themselves = _divided(_right_divisor, lambda maps: maps)


def _of_the_difference(style, generated):
    return (_gram(style - generated) ** 2).sum() / _right_divisor(*generated.shape[1:])


def _squares_apart(style, generated):
    return ((_gram(style) ** 2).sum() - (_gram(generated) ** 2).sum()) / _right_divisor(*generated.shape[1:])


def _plain_float(style, generated):
    return cost_of_style(style, generated).item()


def _expected(style, generated):
    """Return cost and gradient, Gram cell by Gram cell: the oracle."""
    s, g = style.numpy()[0], generated.numpy()[0]
    C, H, W = g.shape
    divisor = 4.0 * C * C * H * H * W * W
    cost, gradient = 0.0, np.zeros(generated.shape)
    for k in range(C):
        for m in range(C):
            difference = float(np.sum(g[k] * g[m])) - float(np.sum(s[k] * s[m]))
            cost += difference * difference / divisor
            gradient[0, k] += 2 * difference * g[m] / divisor
            gradient[0, m] += 2 * difference * g[k] / divisor
    return {"value": cost, "gradient": gradient}


def _cases():
    """Yield maps with other heights, widths and channels; the same numbers shuffled cost nothing."""
    style = torch.tensor([[[[1.0, 2.0, 0.0]], [[3.0, 0.0, 1.0]]]], dtype=torch.float64)
    generated = torch.tensor([[[[1.0, 1.0, 1.0]], [[2.0, 0.0, 0.0]]]], dtype=torch.float64)
    yield Case("two channels of 1 × 3, by hand", (style, generated), _expected(style, generated))
    shuffled = style[..., [2, 0, 1]].clone()
    yield Case("the same places in another order: no cost", (style, shuffled), _expected(style, shuffled))
    rng = np.random.default_rng(443)
    for shape in ((1, 3, 2, 5), (1, 2, 4, 3), (1, 5, 1, 2), (1, 1, 3, 2), (1, 4, 3, 7)):
        pair = drawn(rng, *shape), drawn(rng, *shape)
        yield Case(f"maps of shape {shape}", pair, _expected(*pair))


COST_OF_STYLE = Exercise(
    solution=cost_of_style,
    cases=_cases,
    tolerance=1e-7,
    observe=lambda f, style, generated: with_gradient(f, style, generated, last=generated),
    mistakes={
        _not_divided: "Nothing is divided: without (2 · H · W · C)² a large layer outweighs all others.",
        _divisor_not_squared: "Square the divisor too: (2 · H · W · C)².",
        _no_two: "The 2 is missing in the divisor: (2 · H · W · C)².",
        _two_not_squared: "The 2 is squared as well: 4 · (H · W · C)².",
        _no_channels: "The channels are missing in the divisor: (2 · H · W · C)².",
        _channels_not_squared: "The channels count squared in the divisor: (2 · H · W · C)².",
        _no_places: "Height and width are missing in the divisor: (2 · H · W · C)².",
        _places_not_squared: "Height and width count squared in the divisor: (2 · H · W · C)².",
        _no_width: "You use the height twice: the maps are H high and W wide.",
        _no_height: "You use the width twice: the maps are H high and W wide.",
        _root: "You take the root of the sum of squares: leave it squared.",
        _mean: "You take the mean over the C × C cells: their sum is wanted, the divisor does the rest.",
        _absolute: "These are absolute differences: square them.",
        _sum_first: "You add up first and square then, so that + and − cancel. Square each cell's difference.",
        _trace: "Only the diagonals are compared: every channel with every other one counts.",
        _half_of_it: "You halve the sum: there is no ½ besides the divisor.",
        _quarter_too: "The ¼ is in (2 · H · W · C)² already.",
        _mean_alone: "You take the mean over the C × C cells, as mse_loss does. Take the sum, and divide by "
        "(2 · H · W · C)².",
        _grams_divided_too: "You divide the Gram matrices by H · W as well: they are plain sums.",
        _upper_half: "Only one half of the symmetric matrix is counted: both count.",
        _centred: "You take the channels' means away: a Gram matrix is not centred.",
        _over_channels: "These Gram matrices sum over channels, H·W × H·W: sum over the places, C × C.",
        _read_as_channels_last: "You read the maps as (H, W, C). Here the channels come first: reshape to (C, H · W).",
        _maps_themselves: "You compare the maps place by place. That would be content; compare their Gram matrices.",
        _of_the_difference: "You take the Gram matrix of the difference: take the difference of the Gram matrices.",
        _squares_apart: "A difference of squared sums is not the squared difference: subtract the matrices first.",
        _plain_float: "The number is right but no gradient reaches generated: return the tensor itself, and leave out "
        ".item(), float(), detach(), .data and NumPy.",
    },
    hints=(
        "Two Gram matrices first, as in the exercise before: (C, H·W) times its transpose.",
        "`((gram_s - gram_g) ** 2).sum()` is the squared Frobenius distance.",
        "`_, C, H, W = generated.shape`, and divide by `(2 * H * W * C) ** 2`.",
    ),
    minutes=7,
    difficulty=2,
    points=2,
    changes=("generated",),
)
