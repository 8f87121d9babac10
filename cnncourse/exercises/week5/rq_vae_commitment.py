"""Exercise of notebook 5.3: every partial sum should come near the vector."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week5.vae_observed import NOTHING, arriving, drawn, with_gradients


def deep_commitment(vectors, chosen):
    """Return the commitment loss of residual quantisation, a tensor of one number.

    vectors (N, C) come from an encoder; chosen (depth, N, C) are the codes taken for them,
    the first one of each vector first. After each depth the sum of the codes so far is
    compared with the vectors: mean squared difference over all N·C numbers. The loss is the
    mean of these over the depths. It moves the vectors, never the codes.
    """
    sums = chosen.detach().cumsum(dim=0)
    return ((vectors - sums) ** 2).mean()


def _gap(vectors, sums):
    return ((vectors - sums) ** 2).mean()


def _not_stopped(vectors, chosen):
    return _gap(vectors, chosen.cumsum(0))


def _wrong_side(vectors, chosen):
    return _gap(vectors.detach(), chosen.cumsum(0))


def _all_stopped(vectors, chosen):
    return _gap(vectors, chosen.cumsum(0)).detach()


def _stopped_on_the_way(vectors, chosen):
    left, loss = vectors, 0
    for code in chosen.detach():
        loss = loss + _gap(left, code)
        left = (left - code).detach()
    return loss / len(chosen)


def _python_number(vectors, chosen):
    return float(_gap(vectors, chosen.cumsum(0)).detach())


def _last_sum(vectors, chosen):
    return _gap(vectors, chosen.detach().sum(0))


def _first_code(vectors, chosen):
    return _gap(vectors, chosen.detach()[0])


def _codes_alone(vectors, chosen):
    return _gap(vectors, chosen.detach())


def _residual_chain(vectors, chosen):
    """Compare each code with the whole of what the one before left over: off by one depth."""
    sums = chosen.detach().cumsum(0)
    return _gap(vectors, torch.cat([torch.zeros_like(sums[:1]), sums[:-1]]))


def _from_zero(vectors, chosen):
    sums = chosen.detach().cumsum(0)
    return _gap(vectors, torch.cat([torch.zeros_like(sums[:1]), sums]))


def _added_over_depths(vectors, chosen):
    return len(chosen) * _gap(vectors, chosen.detach().cumsum(0))


def _all_added(vectors, chosen):
    return ((vectors - chosen.detach().cumsum(0)) ** 2).sum()


def _over_vectors_alone(vectors, chosen):
    return ((vectors - chosen.detach().cumsum(0)) ** 2).sum(2).mean()


def _mean_of_sums(vectors, chosen):
    return _gap(vectors, chosen.detach().cumsum(0).mean(0))


def _running_means(vectors, chosen):
    count = torch.arange(1, len(chosen) + 1, dtype=chosen.dtype)[:, None, None]
    return _gap(vectors, chosen.detach().cumsum(0) / count)


def _along_vectors(vectors, chosen):
    return _gap(vectors, chosen.detach().cumsum(1))


def _along_numbers(vectors, chosen):
    return _gap(vectors, chosen.detach().cumsum(2))


def _from_behind(vectors, chosen):
    return _gap(vectors, chosen.detach().flip(0).cumsum(0))


def _absolute(vectors, chosen):
    return (vectors - chosen.detach().cumsum(0)).abs().mean()


def _per_depth(vectors, chosen):
    return ((vectors - chosen.detach().cumsum(0)) ** 2).mean((1, 2))


def _halved(vectors, chosen):
    return _gap(vectors, chosen.detach().cumsum(0)) / 2


def _expected(vectors, chosen):
    v, c = vectors.numpy(), chosen.numpy()
    depth, N, C = c.shape
    value, gradient = 0.0, np.zeros((N, C))
    for n in range(N):
        for i in range(C):
            total = 0.0
            for level in range(depth):
                total += c[level, n, i]
                value += (v[n, i] - total) ** 2 / (depth * N * C)
                gradient[n, i] += 2 * (v[n, i] - total) / (depth * N * C)
    return _seen(value, gradient)


def _seen(value, to_vectors):
    return {"value": np.float64(value), arriving("vectors"): to_vectors, arriving("chosen"): NOTHING}


def _cases():
    vectors = torch.tensor([[7.0]], dtype=torch.float64)
    chosen = torch.tensor([[[5.0]], [[1.0]]], dtype=torch.float64)
    yield Case("7 − 5 = 2, 7 − 6 = 1: (4 + 1) / 2", (vectors, chosen), _seen(2.5, np.array([[3.0]])))
    rng = np.random.default_rng(533)
    for depth, N, C in ((3, 2, 4), (4, 3, 2), (2, 1, 5), (1, 4, 3)):
        vectors, chosen = drawn(rng, N, C), drawn(rng, depth, N, C)
        words = f"{N} vectors of {C} numbers, depth {depth}"
        yield Case(words, (vectors, chosen), _expected(vectors, chosen))


DEEP_COMMITMENT = Exercise(
    solution=deep_commitment,
    cases=_cases,
    observe=lambda f, vectors, chosen: with_gradients(f, (vectors, chosen), {"vectors": vectors, "chosen": chosen}),
    mistakes={
        _not_stopped: "The codes are moved as well: detach them.",
        _wrong_side: "You detach the vectors: this moves the codes, and the encoder learns nothing.",
        _all_stopped: "No gradient reaches the vectors: detach the codes alone.",
        _stopped_on_the_way: "You detach what is left after each code: the vectors learn from the first depth alone.",
        _python_number: "The number is right, but it is a Python number: no gradient can flow. Return the tensor.",
        _last_sum: "You compare the last sum alone: after each depth the sum so far is compared.",
        _first_code: "You compare the first code alone: after each depth the sum so far is compared.",
        _codes_alone: "You compare each code with the whole vector: it is the sum of the codes so far that should "
        "come near.",
        _residual_chain: "Each sum lacks its last code: after depth d, d codes are added up.",
        _from_zero: "You also compare with no code at all: the first sum is the first code.",
        _added_over_depths: "You add the depths up: their mean is wanted.",
        _all_added: "You add all squares up: means are wanted.",
        _over_vectors_alone: "You add the C numbers of a vector up: the mean is over all of them.",
        _mean_of_sums: "You compare with the mean of the sums: compare with each, then take the mean.",
        _running_means: "You compare with means of the codes: they are added up.",
        _along_vectors: "You add along the vectors of the batch: the depths are axis 0.",
        _along_numbers: "You add along the numbers of a code: the depths are axis 0.",
        _from_behind: "You begin with the last code: the sums begin with the first.",
        _absolute: "You take absolute differences: squares are wanted.",
        _per_depth: "These are the losses of the depths: their mean, one number, is wanted.",
        _halved: "There is no ½ here.",
    },
    hints=(
        "The sums after each depth are a running sum over axis 0: torch.cumsum.",
        "`vectors − sums` has shape (depth, N, C): the vectors are repeated by themselves.",
        "`((vectors - chosen.detach().cumsum(dim=0)) ** 2).mean()`: equally large parts, so one mean is enough.",
    ),
    minutes=7,
    difficulty=2,
    points=2,
)
