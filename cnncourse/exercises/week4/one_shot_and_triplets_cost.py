"""Exercise of notebook 4.1: the triplet loss."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week4.one_shot_and_triplets_observed import value_and_gradients


def triplet_cost(anchor, positive, negative, margin):
    """Return the triplet loss of a batch, a scalar tensor with a gradient.

    anchor, positive and negative are float tensors (N, D); their rows with one index make
    a triplet. With the SQUARED Euclidean distances of the anchor from the positive, d_ap,
    and from the negative, d_an, a triplet costs max(d_ap − d_an + margin, 0). Return the
    SUM over all triplets; N may be 0. Stay with torch's operations.

    Example, D = 1: anchors 0 and 0, positives 1 and 2, negatives 2 and 1, margin 0.5:
    max(1 − 4 + 0.5, 0) + max(4 − 1 + 0.5, 0) = 0 + 3.5.
    """
    near = ((anchor - positive) ** 2).sum(dim=1)
    far = ((anchor - negative) ** 2).sum(dim=1)
    return torch.relu(near - far + margin).sum()


def _square(a, b):
    return ((a - b) ** 2).sum(dim=1)


def _cost(
    distance=_square, hinge=lambda near, far, margin: torch.relu(near - far + margin), total=torch.sum, between=0
):
    """Return a loss with one part replaced; `between` says which pair is called far: 0 a and n, 1 p and n."""

    def cost(anchor, positive, negative, margin):
        far = distance((anchor, positive)[between], negative)
        return total(hinge(distance(anchor, positive), far, margin))

    return cost


_margin_outside = _cost(hinge=lambda near, far, margin: torch.relu(near - far) + margin)
_root = _cost(distance=lambda a, b: (_square(a, b) + 1e-12).sqrt())
_hinge_last = _cost(hinge=lambda near, far, margin: near - far + margin, total=lambda costs: torch.relu(costs.sum()))
_swapped = _cost(hinge=lambda near, far, margin: torch.relu(far - near + margin))
_no_hinge = _cost(hinge=lambda near, far, margin: near - far + margin)
_no_margin = _cost(hinge=lambda near, far, margin: torch.relu(near - far))
_margin_taken_off = _cost(hinge=lambda near, far, margin: torch.relu(near - far - margin))
_always_fifth = _cost(hinge=lambda near, far, margin: torch.relu(near - far + 0.2))
_at_least_margin = _cost(hinge=lambda near, far, margin: (near - far).clamp(min=margin))
_mean = _cost(total=torch.mean)
_divided = _cost(total=lambda costs: costs.sum() / max(len(costs), 1))
_halved = _cost(total=lambda costs: costs.sum() / 2)
_each = _cost(total=lambda costs: costs)
_worst = _cost(total=lambda costs: costs.max() if len(costs) else costs.sum())
_absolute = _cost(distance=lambda a, b: (a - b).abs().sum(dim=1))
_square_of_sum = _cost(distance=lambda a, b: (a - b).sum(dim=1) ** 2)
_mean_of_features = _cost(distance=lambda a, b: ((a - b) ** 2).mean(dim=1))
_over_rows = _cost(distance=lambda a, b: ((a - b) ** 2).sum(dim=0))
_from_positive = _cost(between=1)
_squared_hinge = _cost(hinge=lambda near, far, margin: torch.relu(near - far + margin) ** 2)
_soft = _cost(hinge=lambda near, far, margin: torch.nn.functional.softplus(near - far + margin))
_no_gradient = _cost(total=lambda costs: costs.sum().detach())
_plain_number = _cost(total=lambda costs: costs.sum().item())
_negatives_fixed = _cost(hinge=lambda near, far, margin: torch.relu(near - far.detach() + margin))
_features_hinged = _cost(
    distance=lambda a, b: (a - b) ** 2, hinge=lambda near, far, margin: torch.relu(near - far + margin)
)


def _margin_once(anchor, positive, negative, margin):
    return torch.relu(_square(anchor, positive).sum() - _square(anchor, negative).sum() + margin)


def _by_product(anchor, positive, negative, margin):
    return torch.relu((anchor * negative).sum(dim=1) - (anchor * positive).sum(dim=1) + margin).sum()


def _plain(anchor, positive, negative, margin):
    """Return the loss and its three gradients by plain loops; a triplet that costs nothing has no gradient."""
    rows = [array.tolist() for array in (anchor, positive, negative)]
    total, slopes = 0.0, [np.zeros(tuple(anchor.shape)) for _ in rows]
    for i, (a, p, n) in enumerate(zip(*rows, strict=True)):
        near = sum((x - y) ** 2 for x, y in zip(a, p, strict=True))
        far = sum((x - y) ** 2 for x, y in zip(a, n, strict=True))
        if near - far + margin > 0:
            total += near - far + margin
            for k, (x, y, z) in enumerate(zip(a, p, n, strict=True)):
                slopes[0][i, k], slopes[1][i, k], slopes[2][i, k] = 2 * (z - y), 2 * (y - x), 2 * (x - z)
    return total, slopes


def _cost_cases():
    def case(what, anchor, positive, negative, margin, D=1):
        rows = [torch.tensor(part, dtype=torch.float64).reshape(-1, D) for part in (anchor, positive, negative)]
        return Case(what, (*rows, margin), _plain(*rows, margin))

    yield case("the two triplets of the example", [0, 0], [1, 2], [2, 1], 0.5)
    yield case("a triplet that is far from costing", [0], [1], [5], 0.2)
    yield case("a triplet within the margin, another margin", [0], [1], [1.5], 2.0)
    yield case("one that costs and one far below zero", [0, 0], [2, 0], [0, 9], 1.0)
    yield case("equal embeddings cost the margin", [3, 3], [3, 3], [3, 3], 0.3)
    yield case("no triplet", [], [], [], 0.2)
    yield case("a negative in the anchor's place, the positive far away", [2], [11], [2], 0.2)
    yield case("no margin", [0, 0], [1, 3], [2, 1], 0.0)
    yield case("three features", [[0, 0, 0]], [[1, -1, 2]], [[2, 1, 0]], 0.7, 3)
    yield case("positive and negative side by side", [[0, 0]], [[2, 1]], [[2, 1.25]], 0.9, 2)
    rng = np.random.default_rng(12)
    for N, D, margin in ((5, 3, 0.2), (8, 4, 1.0), (3, 6, 0.5)):
        rows = rng.normal(size=(3, N, D))
        rows /= np.linalg.norm(rows, axis=2, keepdims=True)
        yield case(f"{N} triplets of length 1 in {D} numbers, margin {margin}", *rows, margin, D)


TRIPLET_COST = Exercise(
    solution=triplet_cost,
    cases=_cost_cases,
    observe=value_and_gradients,
    returns=("the loss", "the gradients by anchor, positive, negative"),
    mistakes={
        _margin_outside: "Your margin stands outside the max: there it adds a constant and pushes nothing apart. "
        "max(d_ap − d_an + margin, 0).",
        _root: "You take the root: the distances here are squared ones.",
        _hinge_last: "You add up first and cut off at 0 then, so that a satisfied triplet pays for another: "
        "cut off each triplet by itself.",
        _margin_once: "You add up over the triplets first, so that they share one hinge and one margin: "
        "sum(dim=1), a hinge for each triplet, then the sum.",
        _over_rows: "You add up over the triplets instead of the features: dim=1 is the features' axis.",
        _by_product: "You compare inner products: squared distances are wanted.",
        _swapped: "Positive and negative have changed places: your loss pushes a person's own photos apart.",
        _no_hinge: "You do not cut off at 0: a triplet that is satisfied would still pull, without end.",
        _no_margin: "The margin is missing: with all embeddings equal, f = 0, nothing would cost anything.",
        _margin_taken_off: "You subtract the margin. It is added: the negative must be farther BY the margin.",
        _always_fifth: "You use 0.2, whatever margin says.",
        _at_least_margin: "You cut off at the margin: a triplet costs at least 0, and the margin is added before.",
        _mean: "You return the mean over the triplets; the sum is wanted.",
        _divided: "You divide by the number of triplets; the plain sum is wanted.",
        _halved: "You halve the sum: there is no ½ in this loss.",
        _each: "You return one cost a triplet; their sum is wanted, a scalar.",
        _worst: "You return the largest cost alone: add up all triplets'.",
        _absolute: "You add up absolute differences: square them.",
        _square_of_sum: "You square after adding up over the features, so that differences cancel. Square each first.",
        _mean_of_features: "You take the mean over the D features: the squared distance is their sum.",
        _from_positive: "You measure the negative from the positive; it is measured from the anchor.",
        _squared_hinge: "You square the cost of a triplet once more.",
        _soft: "You use a soft maximum: here the cost is exactly 0 where the triplet is satisfied.",
        _no_gradient: "Your result is cut off from the embeddings: no .item(), no detach(), no torch.no_grad().",
        _plain_number: "Your result is a bare number, cut off from the embeddings: no gradient. Return the tensor.",
        _negatives_fixed: "The number is right, but the distance from the negative is cut off: nothing pushes it away.",
        _features_hinged: "You cut off each feature by itself: add up over the features first (dim=1).",
    },
    hints=(
        "near = ((anchor - positive) ** 2).sum(dim=1) has one squared distance a triplet.",
        "torch.relu(x) is max(x, 0), element by element.",
        "torch.relu(near - far + margin).sum(): the margin inside, one hinge a triplet, then the sum.",
    ),
    minutes=8,
    difficulty=1,
    points=2,
)
