"""Exercise of notebook 4.2: the χ² distance of faces' features."""

import warnings

import numpy as np

from cnncourse.exercises.compare import compare
from cnncourse.exercises.engine import Case, Exercise


def chi_squared_distance(f, g):
    """Return χ² = Σ_k (f_k − g_k)² / (f_k + g_k) of N pairs of faces, an array (N,).

    f and g (N, D) hold features that are never negative, and often 0. Where f_k and g_k are
    both 0, the summand counts 0. No input is changed and nothing is warned about.

    Example: f = [[3, 0, 1]], g = [[1, 0, 0]]: (3 − 1)² / (3 + 1) = 1, then 0, then
    (1 − 0)² / (1 + 0) = 1, in all [2].
    """
    total = f + g
    parts = (f - g) ** 2 / np.where(total > 0, total, 1)
    return parts.sum(axis=1)


def _watched(f, *args):
    """Call a distance; in place of an answer that is right but came with a warning, return its text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = f(*args)
    right = isinstance(answer, np.ndarray) and compare(answer, _plain(*args)) is None
    return f"the right distances, and a warning: {caught[0].message}" if caught and right else answer


def _chi(part=None, add=lambda parts: parts.sum(axis=1)):
    """Return a distance with one part replaced."""

    def distance(f, g):
        return add(part(f, g))

    return distance


def _parts(f, g):
    total = f + g
    return (f - g) ** 2 / np.where(total > 0, total, 1)


_zero_over_zero = _chi(lambda f, g: (f - g) ** 2 / (f + g))
_not_squared = _chi(lambda f, g: np.abs(f - g) / np.where(f + g > 0, f + g, 1))
_total_squared = _chi(lambda f, g: (f - g) ** 2 / np.where(f + g > 0, f + g, 1) ** 2)
_only_f = _chi(lambda f, g: np.divide((f - g) ** 2, f, out=np.zeros_like(f), where=f > 0))
_only_g = _chi(lambda f, g: np.divide((f - g) ** 2, g, out=np.zeros_like(f), where=g > 0))
_both_needed = _chi(lambda f, g: np.where((f > 0) & (g > 0), _parts(f, g), 0))
_warned = _chi(lambda f, g: np.nan_to_num((f - g) ** 2 / (f + g)))
_plus_one = _chi(lambda f, g: (f - g) ** 2 / (f + g + 1))
_at_least_one = _chi(lambda f, g: (f - g) ** 2 / np.maximum(f + g, 1))
_least_divisor = _chi(lambda f, g: (f - g) ** 2 / np.maximum(f + g, 1e-3))
_small_number = _chi(lambda f, g: (f - g) ** 2 / (f + g + 1e-3))
_one_for_zeros = _chi(lambda f, g: np.where(f + g > 0, _parts(f, g), 1))
_half = _chi(_parts, lambda parts: 0.5 * parts.sum(axis=1))
_root = _chi(_parts, lambda parts: np.sqrt(parts.sum(axis=1)))
_mean = _chi(_parts, lambda parts: parts.mean(axis=1))
_one_number = _chi(_parts, lambda parts: float(parts.sum()))
_over_pairs = _chi(_parts, lambda parts: parts.sum(axis=0))
_no_sum = _chi(_parts, lambda parts: parts)
_no_division = _chi(lambda f, g: (f - g) ** 2)
_plus_above = _chi(lambda f, g: (f + g) ** 2 / np.where(f + g > 0, f + g, 1))


def _safe(a, b):
    return np.divide(a, b, out=np.zeros_like(b), where=b > 0)


def _sum_inside(f, g):
    return _safe((f - g).sum(axis=1) ** 2, (f + g).sum(axis=1))


def _sums_divided(f, g):
    return _safe(((f - g) ** 2).sum(axis=1), (f + g).sum(axis=1))


def _squares_of_sums(f, g):
    return ((f.sum(axis=1, keepdims=True) - g) ** 2 / np.maximum(f + g, 1e-12)).sum(axis=1)


def _scaled_first(f, g):
    f, g = (_safe(x, np.broadcast_to(x.sum(axis=1, keepdims=True), x.shape)) for x in (f, g))
    return _parts(f, g).sum(axis=1)


def _nan_in_all(f, g):
    return np.nan_to_num(((f - g) ** 2 / (f + g)).sum(axis=1))


def _inputs_changed(f, g):
    f[f + g == 0] = 1e-12
    return ((f - g) ** 2 / (f + g)).sum(axis=1)


def _plain(f, g):
    sums = []
    for first, second in zip(f.tolist(), g.tolist(), strict=True):
        total = 0.0
        for x, y in zip(first, second, strict=True):
            if x or y:
                total += (x - y) * (x - y) / (x + y)
        sums.append(total)
    return np.array(sums)


def _chi_cases():
    def case(what, f, g, expected):
        return Case(what, (np.array(f, float), np.array(g, float)), np.array(expected, float))

    yield case("the pair of the example", [[3, 0, 1]], [[1, 0, 0]], [2])
    yield case("no zeros, several pairs", [[1, 3], [2, 2], [6, 1]], [[3, 1], [2, 6], [2, 1]], [2, 2, 2])
    yield case("one face twice", [[2, 0, 5]], [[2, 0, 5]], [0])
    yield case("nothing at all", [[0, 0], [0, 4]], [[0, 0], [0, 0]], [0, 4])
    yield case("no feature in common", [[5, 0, 2]], [[0, 3, 0]], [10])
    yield case("small features: scale counts", [[0.03, 0, 0.01]], [[0.01, 0, 0]], [0.02])
    yield case("tiny features", [[3e-4, 0, 1e-4]], [[1e-4, 0, 0]], [2e-4])
    yield case("large features", [[300, 0, 100]], [[100, 0, 0]], [200])
    yield case("a feature that is 0 in one face only", [[0, 4, 1]], [[8, 0, 3]], [13])
    rng = np.random.default_rng(50)
    for N, D, share in ((4, 3, 0.6), (2, 7, 0.3), (6, 5, 1.0), (3, 8, 0.5)):
        f, g = rng.gamma(1, 0.5, (2, N, D)) * (rng.random((2, N, D)) < share)
        yield Case(f"{N} pairs of {D} features, many of them 0" if share < 1 else f"{N} pairs, no zeros", (f, g),
                   _plain(f, g))  # fmt: skip


CHI_SQUARED_DISTANCE = Exercise(
    solution=chi_squared_distance,
    cases=_chi_cases,
    observe=_watched,
    mistakes={
        _sum_inside: "You add up first, then square and divide: (Σ(f − g))² / Σ(f + g). Divide feature by feature and "
        "add last.",
        _sums_divided: "You divide one sum by another: Σ(f − g)² / Σ(f + g). Each feature has its own divisor.",
        _zero_over_zero: "Where both features are 0 you divide 0 by 0, and one NaN spoils the whole sum: make the "
        "divisor 1 there.",
        _warned: "You divide by 0 first and mend the NaN afterwards (np.where computes both sides too), so NumPy "
        "warns. Make the divisor 1 where it is 0, or divide within `with np.errstate(invalid='ignore'):`.",
        _nan_in_all: "A single 0/0 makes the whole pair's sum NaN, and you then set that sum to 0: only the summand "
        "counts 0.",
        _both_needed: "You leave out features that are 0 in one of the faces: only where both are 0 the summand is 0.",
        _plus_one: "You add 1 to every divisor: that changes all summands, not only 0/0.",
        _at_least_one: "You raise every divisor to at least 1: features smaller than 1 then count too little.",
        _least_divisor: "You raise small divisors, so that small features count too little. Replace only the divisors "
        "that are 0.",
        _small_number: "The small number that you add to the divisor is large enough to be seen. Replace only the "
        "divisors that are 0.",
        _one_for_zeros: "You count 1 where both features are 0: they agree, so it is 0.",
        _not_squared: "You do not square the difference above the line.",
        _total_squared: "You square the divisor too: only the difference is squared.",
        _only_f: "You divide by f alone, as in a test against expected counts: f + g keeps it the same both ways.",
        _only_g: "You divide by g alone, as in a test against expected counts: f + g keeps it the same both ways.",
        _half: "You halve the sum. That form exists too; here the plain sum is asked for.",
        _root: "You take the root of the sum: χ² is the sum itself.",
        _mean: "You take the mean over the features: the sum is wanted.",
        _one_number: "You add up all pairs into one number: one sum for each pair.",
        _over_pairs: "You add over the pairs (axis 0): add over the features (axis 1).",
        _no_sum: "You return the summands: add them over the features.",
        _no_division: "You do not divide: that is the squared Euclidean distance.",
        _plus_above: "Above the line stands the difference, not the sum.",
        _squares_of_sums: "You subtract g from the sum of f: take f − g feature by feature.",
        _scaled_first: "You first scale each face to the sum 1. Take the features as they are.",
        _inputs_changed: "You change f to avoid 0/0: the caller's array is then another. Change the divisor only.",
    },
    hints=(
        "Keep the (N, D) summands until the end: (f - g) ** 2 / divisor, then .sum(axis=1).",
        "divisor = np.where(f + g > 0, f + g, 1): where it was 0, the difference above it is 0 as well.",
    ),
    minutes=6,
    difficulty=2,
    points=2,
)
