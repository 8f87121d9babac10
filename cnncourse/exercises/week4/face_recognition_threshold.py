"""Exercise of notebook 4.2: the largest threshold that keeps a false accept rate."""

import math

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def threshold_for(false_accept_rate, distances, same):
    """Return the largest threshold at which at most this share is falsely accepted.

    distances (N,) belong to N pairs of photos; same (N,) is True where both photos show
    one person, and some pairs show two. A pair is accepted if its distance is LESS than
    the threshold. The share of accepted pairs of TWO people must not be greater than
    false_accept_rate, a number from 0 to 1. If all of them may be accepted, return np.inf.

    Example: four pairs of two people, distances 3, 5, 8, 9. A rate of 0.5 allows two: at
    the threshold 8 the pairs 3 and 5 are accepted, at any larger one 8 is too. So 8.0 is
    the answer; for a rate of 0.4 or 0.25 it is 5.0, for 0 it is 3.0.
    """
    different = np.sort(distances[~same])
    for accepted, distance in enumerate(different, start=1):
        if accepted / len(different) > false_accept_rate:
            return float(distance)
    return np.inf


def _at_place(
    place=lambda rate, n: math.floor(rate * n + 1e-9),
    group=lambda distances, same: distances[~same],
    order=np.sort,
    finish=float,
    beyond=math.inf,
):
    """Return a search with one part replaced: which place in the sorted distances, and of which pairs."""

    def threshold(false_accept_rate, distances, same):
        values = order(group(distances, same))
        k = place(false_accept_rate, len(values))
        return finish(values[k]) if 0 <= k < len(values) else beyond

    return threshold


_all_pairs = _at_place(group=lambda distances, same: distances)
_same_pairs = _at_place(group=lambda distances, same: distances[same])
_last_allowed = _at_place(place=lambda rate, n: max(math.floor(rate * n + 1e-9) - 1, 0))
_rounded_up = _at_place(place=lambda rate, n: math.ceil(rate * n - 1e-9))
_rounded = _at_place(place=lambda rate, n: math.floor(rate * n + 0.5))
_unsorted = _at_place(order=np.asarray)
_falling = _at_place(order=lambda values: np.sort(values)[::-1])
_largest_distance = _at_place(place=lambda rate, n: min(math.floor(rate * n + 1e-9), n - 1))
_just_above = _at_place(finish=lambda value: float(np.nextafter(value, np.inf)))
_one_beyond = _at_place(place=lambda rate, n: math.floor(rate * n + 1e-9) + 1)
_root = _at_place(finish=lambda value: float(np.sqrt(value)))
_less_than_rate = _at_place(place=lambda rate, n: max(math.ceil(rate * n - 1e-9) - 1, 0))
_cut_off = _at_place(place=lambda rate, n: int(rate * n))


def _of_all_pairs(false_accept_rate, distances, same):
    values = np.sort(distances[~same])
    k = math.floor(false_accept_rate * len(distances) + 1e-9)
    return float(values[k]) if k < len(values) else math.inf


def _quantile(false_accept_rate, distances, same):
    return float(np.quantile(distances[~same], false_accept_rate))


def _true_accepts(false_accept_rate, distances, same):
    return _at_place(place=lambda rate, n: math.floor((1 - rate) * n + 1e-9))(false_accept_rate, distances, same)


def _distinct(false_accept_rate, distances, same):
    values = np.unique(distances[~same])
    k = math.floor(false_accept_rate * len(values) + 1e-9)
    return float(values[k]) if k < len(values) else math.inf


def _smallest(false_accept_rate, distances, same):
    """The smallest threshold that has the same false accept rate: just beyond the last pair accepted."""
    values = np.sort(distances[~same])
    k = math.floor(false_accept_rate * len(values) + 1e-9)
    below = values[values < values[k]] if k < len(values) else values
    return float(np.nextafter(below[-1], np.inf)) if len(below) else 0.0


def _between(false_accept_rate, distances, same):
    values = np.sort(distances[~same])
    k = math.floor(false_accept_rate * len(values) + 1e-9)
    return float((values[k - 1] + values[k]) / 2) if 0 < k < len(values) else math.inf if k else float(values[0])


def _of_candidates(false_accept_rate, distances, same):
    """Try the pairs' distances as thresholds and keep the largest that is allowed: never inf, and other pairs too."""
    different = distances[~same]
    allowed = [t for t in distances if (different < t).mean() <= false_accept_rate]
    return float(max(allowed, default=0.0))


def _plain(false_accept_rate, distances, same):
    different = [d for d, s in zip(distances.tolist(), same.tolist(), strict=True) if not s]
    allowed = [t for t in [*different, math.inf] if sum(d < t for d in different) / len(different) <= false_accept_rate]
    return max(allowed)


def _threshold_cases():
    def case(what, rate, different, alike, expected):
        distances = np.array([*alike[:1], *different, *alike[1:]], float)
        same = np.array([True] * len(alike[:1]) + [False] * len(different) + [True] * len(alike[1:]))
        return Case(what, (rate, distances, same), expected)

    four, alike = [9, 3, 8, 5], [1, 6, 2]
    yield case("the pairs of the example, rate 0.5", 0.5, four, alike, 8.0)
    yield case("the pairs of the example, rate 0.4", 0.4, four, alike, 5.0)
    yield case("the pairs of the example, rate 0.25", 0.25, four, alike, 5.0)
    yield case("no false accept is allowed", 0.0, four, alike, 3.0)
    yield case("every false accept is allowed", 1.0, four, alike, math.inf)
    yield case("every one is allowed, a pair of one person is farthest", 1.0, four, [12, 1], math.inf)
    yield case("three of four", 0.9, four, alike, 9.0)
    yield case("pairs of one person in between and beyond", 0.5, four, [7, 8.5, 12], 8.0)
    yield case("three at the same distance", 0.5, [4, 2, 4, 7, 4, 9], [1], 4.0)
    yield case("two of three at the same distance may get in, the third not", 0.6, [4, 4, 4, 7, 9], [3, 1], 7.0)
    yield case("the same, rate 0.59", 0.59, [4, 4, 4, 7, 9], [3, 1], 4.0)
    hundred = np.random.default_rng(3).permutation(np.arange(1, 101))
    for rate, expected in ((0.29, 30.0), (0.57, 58.0), (0.01, 2.0), (0.009, 1.0), (0.58, 59.0), (0.99, 100.0)):
        yield case(f"a hundred pairs of two people, rate {rate}", rate, hundred, [0.5, 40.5, 29.5], expected)
    rng = np.random.default_rng(10)
    for count, rate in ((30, 0.1), (75, 0.02), (60, 0.333), (200, 0.01)):
        same = rng.random(count) < 0.4
        distances = (rng.normal(1.3, 0.3, count) - 0.6 * same).clip(0.01, 3.9).round(2)
        args = rate, distances, same
        yield Case(f"{count} pairs, rate {rate}", args, _plain(*args))


THRESHOLD_FOR = Exercise(
    solution=threshold_for,
    cases=_threshold_cases,
    tolerance=0,
    mistakes={
        _all_pairs: "You sort all pairs together: only those of two people can be accepted falsely.",
        _same_pairs: "You look at the pairs of one person: false accepts are pairs of two people.",
        _last_allowed: "You return the distance of the last pair that may be accepted. With less than, that pair is "
        "rejected at your threshold: one place further is still allowed.",
        _rounded_up: "You round the number of false accepts up: then their share is greater than allowed.",
        _rounded: "You round the number of false accepts to the nearest: sometimes too many get in.",
        _cut_off: "int(rate * n) cuts off too much where the product is rounded: 0.29 * 100 gives 28.999999999999996. "
        "Compare the shares k / n with the rate instead.",
        _less_than_rate: "You keep the share below the rate: exactly the rate is allowed.",
        _unsorted: "You have not sorted the distances.",
        _falling: "You begin with the largest distance: the smallest are accepted first.",
        _largest_distance: "Where all may be accepted, even the farthest pair may: np.inf is wanted.",
        _just_above: "Your threshold lies a hair above the right one, and accepts one pair too many: less than is "
        "strict, so the distance itself is allowed.",
        _one_beyond: "Your threshold is one pair too far: it accepts one more than allowed.",
        _root: "You take the square root: the distances are compared as they are.",
        _of_all_pairs: "You take the share of all N pairs: of the pairs of two people is meant.",
        _quantile: "You take a quantile, which lies between two distances: the largest threshold is one of the "
        "distances.",
        _true_accepts: "You let all but this share in: this share may get in.",
        _distinct: "You count equal distances once: each pair counts.",
        _smallest: "You return the smallest threshold that accepts these pairs: the largest is wanted.",
        _between: "You return the middle of two distances: the larger of them is still allowed.",
        _of_candidates: "You try only distances of pairs, those of one person too: the answer is the distance of a "
        "pair of two people, or np.inf.",
    },
    hints=(
        "Only the distances of pairs of two people matter: np.sort(distances[~same]).",
        "At a threshold just above the k-th smallest (k = 1, 2, …), k pairs are accepted: a share of k / n.",
        "The first distance whose k / n is greater than the rate is the answer: at it, it is not yet accepted itself.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
