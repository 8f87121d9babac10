"""Exercise of notebook 5.2: forwards the code, backwards as if nothing had happened."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week5.vae_observed import NOTHING, arriving, drawn, with_gradients


def passed_straight_through(vectors, quantised):
    """Return numbers equal to `quantised`, whose gradient goes to `vectors` unchanged.

    vectors (N, D) come from an encoder, quantised (N, D) are their nearest codes. A
    gradient that arrives at the result goes on to `vectors` as it is, nothing to
    `quantised`.
    """
    return vectors + (quantised - vectors).detach()


def _nothing(vectors, quantised):
    return quantised


def _stopped(vectors, quantised):
    return quantised.detach()


def _not_stopped(vectors, quantised):
    return vectors + (quantised - vectors)


def _vectors_alone(vectors, quantised):
    return vectors + 0 * quantised.detach()


def _wrong_side(vectors, quantised):
    return quantised + (vectors - quantised).detach()


def _turned_round(vectors, quantised):
    return quantised.detach() + vectors.detach() - vectors


def _both(vectors, quantised):
    return vectors + quantised - vectors.detach()


def _twice(vectors, quantised):
    return 2 * vectors + (quantised - 2 * vectors).detach()


def _half(vectors, quantised):
    return 0.5 * vectors + (quantised - 0.5 * vectors).detach()


def _mean_of_both(vectors, quantised):
    return (vectors + quantised) / 2


def _sum(vectors, quantised):
    return vectors + quantised.detach()


def _minus_vectors(vectors, quantised):
    return (quantised - vectors).detach()


def _clipped(vectors, quantised):
    inside = torch.clamp(vectors, -0.5, 0.5)
    return inside + (quantised - inside).detach()


def _only_where_near(vectors, quantised):
    near = ((vectors - quantised).abs() < 0.5).to(vectors.dtype).detach()
    return near * vectors + (quantised - near * vectors).detach()


def _summed_gradient(vectors, quantised):
    total = vectors.sum(1, keepdim=True)
    return total + (quantised - total).detach()


def _case(what, vectors, quantised):
    weights = np.arange(1.0, vectors.numel() + 1).reshape(tuple(vectors.shape))
    expected = {"value": quantised.clone(), arriving("vectors"): weights, arriving("quantised"): NOTHING}
    return Case(what, (vectors, quantised), expected)


def _cases():
    yield _case(
        "0.4 becomes 1, −0.2 becomes 0",
        torch.tensor([[0.4, -0.2]], dtype=torch.float64),
        torch.tensor([[1.0, 0.0]], dtype=torch.float64),
    )
    rng = np.random.default_rng(522)
    for shape in ((2, 3), (4, 1), (1, 5), (3, 4)):
        yield _case(f"vectors of shape {shape}", drawn(rng, *shape), drawn(rng, *shape))


PASSED_STRAIGHT_THROUGH = Exercise(
    solution=passed_straight_through,
    cases=_cases,
    observe=lambda f, vectors, quantised: with_gradients(
        f, (vectors, quantised), {"vectors": vectors, "quantised": quantised}
    ),
    mistakes={
        _nothing: "You return the codes: their gradient moves the codebook and never reaches the encoder.",
        _stopped: "You stop the gradient altogether: neither encoder nor codebook learns from the picture. Only the "
        "difference is to be detached.",
        _not_stopped: "Without detach() the vectors cancel, in the gradient too: all of it goes to the codes.",
        _vectors_alone: "You return the vectors as they came: forwards, the codes are wanted.",
        _wrong_side: "Vectors and codes are exchanged: your gradient moves the codebook.",
        _turned_round: "The gradient reaches the vectors with its sign turned round: the encoder would learn the "
        "opposite.",
        _both: "The gradient reaches the vectors, but the codes as well: detach the whole difference.",
        _twice: "The gradient is doubled on its way: it should arrive as it came.",
        _half: "The gradient is halved on its way: it should arrive as it came.",
        _mean_of_both: "You take the mean of vectors and codes: forwards, the codes themselves are wanted.",
        _sum: "You add vectors and codes: forwards, the codes themselves are wanted.",
        _minus_vectors: "You return the difference alone: the vectors have to be added to it.",
        _clipped: "You clip the vectors first: outside, no gradient passes.",
        _only_where_near: "The gradient passes only where a vector is near its code: it should pass everywhere.",
        _summed_gradient: "Gradients of different numbers are mixed: each goes back to its own number.",
    },
    hints=(
        "x.detach() has the same numbers as x, and no gradient passes through it.",
        "vectors + (quantised − vectors) is `quantised`. Which part must the gradient not see?",
        "`vectors + (quantised - vectors).detach()`.",
    ),
    minutes=6,
    difficulty=2,
    points=2,
)
