"""Exercise of notebook 4.2: false and true accept rates at many thresholds, the points of a ROC."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def accept_rate_curve(distances, same, thresholds):
    """Return (false_accept_rate, true_accept_rate), two arrays (T,).

    distances (N,) belong to N pairs of photos; same (N,) is True where both photos show
    one person. A pair is accepted if its distance is LESS than the threshold.
    false accept rate: of the pairs of TWO people, the share that is accepted;
    true accept rate: of the pairs of ONE person, the share that is accepted.
    Pairs of both sorts are there. thresholds (T,) come in any order.

    Example: distances [0.1, 0.4, 0.4, 0.8], same [True, True, False, False], thresholds
    [0.4, 0.5]: false accept rates [0, 1/2], true accept rates [1/2, 1].
    """
    accepted = distances[:, None] < thresholds  # (N, T)
    return accepted[~same].mean(axis=0), accepted[same].mean(axis=0)


def _rated(accepts=lambda d, t: d < t, told=None):
    """Return a curve with one part replaced: `told(tp, fp, positives, negatives)` makes the two rates."""

    def curve(distances, same, thresholds):
        accepted = accepts(distances[:, None], np.asarray(thresholds))
        true, false = (accepted & same[:, None]).sum(axis=0), (accepted & ~same[:, None]).sum(axis=0)
        rates = told or (lambda tp, fp, p, n: (fp / n, tp / p))
        return rates(true, false, int(same.sum()), int((~same).sum()))

    return curve


def _over(a, b):
    return np.divide(a, b, out=np.zeros(len(a)), where=np.asarray(b) > 0)


_swapped = _rated(told=lambda tp, fp, p, n: (tp / p, fp / n))
_at_most = _rated(accepts=lambda d, t: d <= t)
_far_accepted = _rated(accepts=lambda d, t: d > t)
_at_least = _rated(accepts=lambda d, t: d >= t)
_of_all = _rated(told=lambda tp, fp, p, n: (fp / (p + n), tp / (p + n)))
_false_of_same = _rated(told=lambda tp, fp, p, n: (fp / p, tp / p))
_crossed = _rated(told=lambda tp, fp, p, n: (fp / p, tp / n))
_true_of_different = _rated(told=lambda tp, fp, p, n: (fp / n, tp / n))
_of_accepted = _rated(told=lambda tp, fp, p, n: (_over(fp, tp + fp), _over(tp, tp + fp)))
_precision_second = _rated(told=lambda tp, fp, p, n: (fp / n, _over(tp, tp + fp)))
_counts = _rated(told=lambda tp, fp, p, n: (fp, tp))
_false_reject = _rated(told=lambda tp, fp, p, n: (fp / n, 1 - tp / p))
_true_reject = _rated(told=lambda tp, fp, p, n: (1 - fp / n, tp / p))
_false_reject_first = _rated(told=lambda tp, fp, p, n: (1 - tp / p, tp / p))
_percent = _rated(told=lambda tp, fp, p, n: (100 * fp / n, 100 * tp / p))
_same_turned = _rated(told=lambda tp, fp, p, n: (tp / n, fp / p))
_stacked = _rated(told=lambda tp, fp, p, n: np.stack([fp / n, tp / p]).T)


def _sorted_thresholds(distances, same, thresholds):
    return _rated()(distances, same, np.sort(thresholds))


def _at_the_distances(distances, same, thresholds):
    return _rated()(distances, same, np.sort(distances))


def _one_threshold(distances, same, thresholds):
    false, true = _rated()(distances, same, thresholds)
    return np.full(len(false), false[0]), np.full(len(true), true[0])


def _bins(distances, same, thresholds):
    """Each threshold gets the pairs since the one before."""
    false, true = _rated()(distances, same, thresholds)
    return np.diff(false, prepend=0), np.diff(true, prepend=0)


def _rate_cases():
    def case(what, distances, same, thresholds, false, true):
        args = np.array(distances, float), np.array(same, bool), np.array(thresholds, float)
        return Case(what, args, (np.array(false, float), np.array(true, float)))

    four = [0.1, 0.4, 0.4, 0.8], [1, 1, 0, 0]
    yield case("the pairs of the example", *four, [0.4, 0.5], [0, 1 / 2], [1 / 2, 1])
    yield case("thresholds that are distances", *four, [0.1, 0.4, 0.8, 0.81], [0, 0, 1 / 2, 1], [0, 1 / 2, 1, 1])
    yield case("one threshold for five pairs", [0.2, 0.7, 0.3, 0.9, 0.5], [1, 1, 0, 0, 0], [0.6], [2 / 3], [1 / 2])
    yield case("thresholds that fall", [0.2, 0.7, 0.3, 0.9, 0.5], [1, 1, 0, 0, 0], [1, 0.4, 0], [1, 1 / 3, 0],
               [1, 1 / 2, 0])  # fmt: skip
    yield case("nobody is accepted", [0.6, 0.5, 0.7], [0, 1, 0], [0.1, 0.2], [0, 0], [0, 0])
    yield case("everybody is accepted", [0.6, 0.5, 0.7], [0, 1, 0], [2.0, 3.0], [1, 1], [1, 1])
    yield case("pairs of two people come closer", [0.1, 0.2, 0.5], [0, 0, 1], [0.3], [1], [0])
    yield case("whole distances", [3, 1, 2, 2, 5, 4, 1], [0, 1, 1, 0, 0, 0, 1], [2, 3, 4], [0, 1 / 4, 2 / 4],
               [2 / 3, 1, 1])  # fmt: skip
    rng = np.random.default_rng(15)
    for count, share, steps in ((40, 0.25, 7), (90, 0.6, 11), (25, 0.3, 30), (200, 0.05, 5)):
        same = rng.random(count) < share
        same[:2] = True, False
        distances = (rng.normal(1.2, 0.35, count) - 0.6 * same).clip(0, 2).round(1)
        thresholds = rng.permutation(np.linspace(0, 2, steps).round(1))
        rates = []
        for kind in (False, True):
            mine = [d for d, s in zip(distances.tolist(), same.tolist(), strict=True) if s == kind]
            rates.append(np.array([sum(d < t for d in mine) / len(mine) for t in thresholds.tolist()]))
        yield Case(f"{count} pairs, {steps} thresholds", (distances, same, thresholds), tuple(rates))


ACCEPT_RATE_CURVE = Exercise(
    solution=accept_rate_curve,
    cases=_rate_cases,
    returns=("false_accept_rate", "true_accept_rate"),
    mistakes={
        _swapped: "You have swapped the two: the false accept rate, that of pairs of two people, comes first.",
        _same_turned: "You divide each count by the size of the other group, and return them in the wrong order.",
        _at_most: "A distance equal to the threshold is not accepted: less than is wanted.",
        _far_accepted: "You accept the far pairs: a small distance means alike.",
        _at_least: "You accept distances of at least the threshold: those below it are alike.",
        _of_all: "You divide by all N pairs: each rate is a share of its own group, pairs of two people or of one.",
        _false_of_same: "You divide both counts by the pairs of one person: the false accepts are a share of the pairs "
        "of two people.",
        _true_of_different: "You divide both counts by the pairs of two people: the true accepts are a share of the "
        "pairs of one person.",
        _crossed: "Each count is divided by the size of the other group with you.",
        _of_accepted: "You divide by the number of accepted pairs: what you get is shares of the accepted.",
        _precision_second: "Your second value is the precision, a share of the accepted pairs. The true accept rate is "
        "a share of the pairs of one person.",
        _counts: "You return numbers of pairs: divide them by the sizes of the groups.",
        _false_reject: "Your second value is the false reject rate, 1 − the true accept rate.",
        _true_reject: "Your first value is the share of the pairs of two people that is REJECTED.",
        _false_reject_first: "Your first value is the share of the pairs of one person that is rejected; wanted is the "
        "share of the pairs of two people that is accepted.",
        _percent: "You return per cent: shares from 0 to 1 are wanted.",
        _stacked: "You return one array of pairs: two arrays (T,) are wanted.",
        _sorted_thresholds: "You sort the thresholds: the rates are wanted in the order in which they come.",
        _at_the_distances: "You use the distances as thresholds: use those given.",
        _one_threshold: "You use the first threshold for all: each has its own rates.",
        _bins: "You count the pairs between one threshold and the next: all below the threshold are accepted.",
    },
    hints=(
        "distances[:, None] < thresholds compares every pair with every threshold: an array (N, T) of True and False.",
        "The mean of True and False is a share. ~same marks the pairs of two people.",
        "accepted[~same].mean(axis=0) is the false accept rate at every threshold.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
