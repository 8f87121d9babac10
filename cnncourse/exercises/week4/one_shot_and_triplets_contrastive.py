"""Exercise of notebook 4.1: the contrastive loss of pairs."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week4.one_shot_and_triplets_observed import value_and_gradients


def contrastive_cost(first, second, same, margin):
    """Return the contrastive loss of a batch of pairs, a scalar tensor with a gradient.

    first and second are float tensors (N, D); their rows with one index make a pair, and
    same (N,), bool, says whether both are of one person. With the Euclidean distance d of
    a pair, NOT squared: a pair of one person costs ½ d², a pair of two people
    ½ max(margin − d, 0)². Return the SUM over all pairs. No two embeddings of a pair are
    equal, so that roots have a gradient. Stay with torch's operations.

    Example, D = 1: pairs 0 and 3 of one person, 0 and 1 of two, margin 5:
    ½ · 3² + ½ · (5 − 1)² = 4.5 + 8.
    """
    distance = ((first - second) ** 2).sum(dim=1).sqrt()
    costs = torch.where(same, distance, torch.relu(margin - distance))
    return (costs**2).sum() / 2


def _distance(first, second):
    return ((first - second) ** 2).sum(dim=1).sqrt()


def _cost(
    distance=_distance,
    pull=lambda d, margin: d**2 / 2,
    push=lambda d, margin: torch.relu(margin - d) ** 2 / 2,
    total=torch.sum,
    turned=False,
):
    """Return a loss with one part replaced; `turned` takes `same` for its opposite."""

    def cost(first, second, same, margin):
        d = distance(first, second)
        return total(torch.where(same != turned, pull(d, margin), push(d, margin)))

    return cost


_turned = _cost(turned=True)
_margin_of_squares = _cost(push=lambda d, margin: torch.relu(margin - d**2) / 2)
_not_squared = _cost(push=lambda d, margin: torch.relu(margin - d) / 2)
_pull_not_squared = _cost(pull=lambda d, margin: d / 2)
_no_hinge = _cost(push=lambda d, margin: (margin - d) ** 2 / 2)
_hinge_turned = _cost(push=lambda d, margin: torch.relu(d - margin) ** 2 / 2)
_twice = _cost(pull=lambda d, margin: d**2, push=lambda d, margin: torch.relu(margin - d) ** 2)
_mean = _cost(total=torch.mean)
_divided = _cost(total=lambda costs: costs.sum() / max(len(costs), 1))
_plain_number = _cost(total=lambda costs: costs.sum().item())
_each = _cost(total=lambda costs: costs)
_no_pull = _cost(pull=lambda d, margin: 0 * d)
_no_push = _cost(push=lambda d, margin: 0 * d)
_margin_for_both = _cost(pull=lambda d, margin: torch.relu(d - margin) ** 2 / 2)
_pushed_without_end = _cost(push=lambda d, margin: -(d**2) / 2)
_always_one = _cost(push=lambda d, margin: torch.relu(1 - d) ** 2 / 2)
_absolute = _cost(distance=lambda a, b: (a - b).abs().sum(dim=1))
_mean_of_features = _cost(distance=lambda a, b: ((a - b) ** 2).mean(dim=1).sqrt())
_squared_distance = _cost(distance=lambda a, b: ((a - b) ** 2).sum(dim=1))
_no_gradient = _cost(total=lambda costs: costs.sum().detach())
_push_halved_alone = _cost(pull=lambda d, margin: d**2)
_pull_halved_alone = _cost(push=lambda d, margin: torch.relu(margin - d) ** 2)


def _plain(first, second, same, margin):
    """Return the loss and its two gradients by plain loops."""
    total, slopes = 0.0, np.zeros(tuple(first.shape))
    for i, (a, b, one) in enumerate(zip(first.tolist(), second.tolist(), same.tolist(), strict=True)):
        d = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        short = max(margin - d, 0)
        total += d * d / 2 if one else short * short / 2
        slopes[i] = [(x - y) * (1 if one else -short / d) for x, y in zip(a, b, strict=True)]
    return total, [slopes, -slopes]


def _pair_cases():
    def case(what, first, second, same, margin, D=1):
        rows = [torch.tensor(part, dtype=torch.float64).reshape(-1, D) for part in (first, second)]
        same = torch.tensor(same, dtype=torch.bool)
        return Case(what, (*rows, same, margin), _plain(*rows, same, margin))

    yield case("the two pairs of the example", [0, 0], [3, 1], [True, False], 5.0)
    yield case("two people far beyond the margin", [0], [7], [False], 2.0)
    yield case("two people within the margin", [1], [1.5], [False], 1.0)
    yield case("one person, farther apart than the margin", [0], [3], [True], 1.0)
    yield case("one person, close together", [0], [0.25], [True], 1.0)
    yield case("four pairs, one of them satisfied", [0, 0, 0, 0], [1, 2, 3, -4], [False, True, False, False], 3.5)
    yield case("no pair", [], [], [], 1.0)
    yield case("two features", [[0, 0], [1, 2]], [[3, -4], [1.5, 2.5]], [False, True], 6.0, 2)
    rng = np.random.default_rng(21)
    for N, D, margin in ((6, 3, 1.5), (9, 5, 0.8), (4, 2, 1.0)):
        first = rng.normal(size=(N, D))
        same = (np.arange(N) % 3 > 0).tolist()
        second = first + rng.normal(0, 0.5, (N, D))
        yield case(f"{N} pairs in {D} numbers, margin {margin}", first, second, same, margin, D)


CONTRASTIVE_COST = Exercise(
    solution=contrastive_cost,
    cases=_pair_cases,
    observe=value_and_gradients,
    returns=("the loss", "the gradients by first and second"),
    mistakes={
        _turned: "Your two cases have changed places: photos of ONE person are pulled together, those of two pushed "
        "apart.",
        _margin_of_squares: "You compare the margin with the squared distance. It is max(margin − d, 0), squared "
        "afterwards.",
        _not_squared: "The cost of two people is not squared with you: ½ max(margin − d, 0)².",
        _pull_not_squared: "The cost of one person is not squared with you: ½ d².",
        _no_hinge: "You do not cut off at 0: two people beyond the margin would be pulled back to it.",
        _hinge_turned: "Your difference has the wrong sign: two people cost where d is SMALLER than the margin.",
        _twice: "The ½ is missing.",
        _pull_halved_alone: "The ½ belongs to both cases: it is missing where the pair is of two people.",
        _push_halved_alone: "The ½ belongs to both cases: it is missing where the pair is of one person.",
        _mean: "You return the mean over the pairs; the sum is wanted.",
        _divided: "You divide by the number of pairs; the plain sum is wanted.",
        _each: "You return one cost a pair; their sum is wanted, a scalar.",
        _no_pull: "Pairs of one person cost nothing with you: ½ d².",
        _no_push: "Pairs of two people cost nothing with you. Then all embeddings equal would be the best answer.",
        _margin_for_both: "You give pairs of one person a margin as well. They are pulled until d is 0.",
        _pushed_without_end: "You push two people apart without end; beyond the margin they should cost nothing.",
        _always_one: "You use a margin of 1, whatever margin says.",
        _absolute: "You add up absolute differences: the Euclidean distance is the root of the sum of squares.",
        _mean_of_features: "You take the mean over the D features: the distance is the root of their sum.",
        _squared_distance: "Your d is the squared distance: the root is missing.",
        _no_gradient: "Your result is cut off from the embeddings: no .item(), no detach(), no torch.no_grad().",
        _plain_number: "Your result is a bare number, cut off from the embeddings: no gradient. Return the tensor.",
    },
    hints=(
        "distance = ((first - second) ** 2).sum(dim=1).sqrt() has one distance a pair.",
        "torch.where(same, x, y) takes x where same is True and y elsewhere.",
        "What is squared is distance for one person, torch.relu(margin - distance) for two; then the sum, and half.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
