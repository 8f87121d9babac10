"""Exercise of notebook 3.3: average precision at 101 recalls."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def interpolated_ap(precision, recall):
    """Return the average precision of a curve, a number from 0 to 1.

    precision (K,) and recall (K,) belong to the score thresholds from high to low, so
    recall never falls. The interpolated precision at a recall r is the BEST precision of
    all points whose recall is r or more, and 0 if there is none. Return its mean over the
    101 recalls 0, 0.01, 0.02 … 1 (np.linspace(0, 1, 101)).

    Example: the one point precision 1, recall 0.5 gives 51/101: 1 at 0, 0.01 … 0.5, then
    0 at fifty recalls.
    """
    levels = np.linspace(0, 1, 101)
    return float(np.mean([max(precision[recall >= level], default=0) for level in levels]))


RECALLS = np.linspace(0, 1, 101)


def _averaged(
    levels=RECALLS,
    reaches=lambda recall, level: recall >= level,
    best=lambda precision: max(precision, default=0),
    total=np.mean,
):
    """Return an average precision with one part replaced."""

    def average(precision, recall):
        return float(total([best(precision[reaches(recall, level)]) for level in levels]))

    return average


_eleven = _averaged(levels=np.linspace(0, 1, 11))
_hundred = _averaged(levels=np.linspace(0.01, 1, 100))
_hundred_levels = _averaged(levels=np.linspace(0, 1, 100))
_without_one = _averaged(levels=np.arange(100) / 100)
_strictly = _averaged(reaches=lambda recall, level: recall > level)
_up_to_here = _averaged(reaches=lambda recall, level: recall <= level)
_mean_from_here = _averaged(best=lambda p: np.mean(p) if len(p) else 0)
_worst_from_here = _averaged(best=lambda p: min(p, default=0))
_first_from_here = _averaged(best=lambda p: p[0] if len(p) else 0)
_sum = _averaged(total=np.sum)
_by_hundred = _averaged(total=lambda values: np.sum(values) / 100)
_percent = _averaged(total=lambda values: 100 * np.mean(values))


def _only_reached(precision, recall):
    levels = [level for level in RECALLS if (recall >= level).any()]
    return float(np.mean([precision[recall >= level].max() for level in levels])) if levels else 0.0


def _from_first(precision, recall):
    places = [np.argmax(recall >= level) for level in RECALLS] if len(recall) else []
    return float(np.mean([precision[place:].max() for place in places])) if places else 0.0


def _best_so_far(precision, recall):
    """Fill from the left: the best of all points up to the first that reaches the recall."""
    best = np.append(np.maximum.accumulate(precision), 0)
    return float(best[np.searchsorted(recall, RECALLS)].mean())


def _up_to_the_last_recall(precision, recall):
    levels = np.linspace(0, recall.max(initial=0), 101)
    return float(np.mean([max(precision[recall >= level], default=0) for level in levels]))


def _last_goes_on(precision, recall):
    last = precision[-1] if len(precision) else 0
    return float(np.mean([max(precision[recall >= level], default=last) for level in np.linspace(0, 1, 101)]))


def _mean_precision(precision, recall):
    return float(np.mean(precision)) if len(precision) else 0.0


def _best_precision(precision, recall):
    return float(max(precision, default=0))


def _trapezium(precision, recall):
    return float(np.trapezoid(precision, recall)) if len(precision) else 0.0


def _steps(precision, recall):
    """The area under the curve as it is, without interpolation."""
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def _whole_area(precision, recall):
    """The area under the envelope, at all points instead of 101."""
    envelope = [max(precision[place:]) for place in range(len(precision))]
    return float(np.sum(np.diff(recall, prepend=0) * envelope))


def _straight_lines(precision, recall):
    if not len(precision):
        return 0.0
    return float(np.interp(np.linspace(0, 1, 101), recall, precision, right=0).mean())


def _f1(precision, recall):
    both = precision + recall
    return float(max(2 * precision[both > 0] * recall[both > 0] / both[both > 0], default=0))


def _plain(precision, recall):
    """Return the mean by walking from the last recall to the first, in whole hundredths."""
    points, best, total = list(zip(recall.tolist(), precision.tolist(), strict=True)), 0.0, 0.0
    for hundredth in range(100, -1, -1):
        while points and points[-1][0] * 100 >= hundredth - 1e-9:
            best = max(best, points.pop()[1])
        total += best
    return total / 101


def _average_cases():
    def case(what, precision, recall, expected=None):
        precision, recall = np.array(precision, float), np.array(recall, float)
        return Case(what, (precision, recall), _plain(precision, recall) if expected is None else expected)

    yield case("the point of the example", [1.0], [0.5], 51 / 101)
    yield case("a perfect detector of two objects", [1.0, 1.0], [0.5, 1.0], 1.0)
    yield case("a hit, a false alarm, a hit", [1.0, 0.5, 2 / 3], [0.5, 0.5, 1.0], (51 + 50 * 2 / 3) / 101)
    yield case("first a false alarm", [0.0, 0.5, 2 / 3, 0.5], [0, 1 / 3, 2 / 3, 2 / 3], 67 * (2 / 3) / 101)
    yield case("false alarms at the end", [1.0, 1.0, 0.6, 0.4], [0.25, 0.5, 0.5, 0.5], 51 / 101)
    yield case("nothing found", [0.0, 0.0], [0.0, 0.0], 0.0)
    yield case("no detections", [], [], 0.0)
    rng = np.random.default_rng(101)
    for truths, count in ((7, 12), (16, 30), (3, 9), (12, 40)):
        hits = np.cumsum(rng.random(count) < 0.55)
        hits = np.minimum(hits, truths - 1 if truths == 7 else truths)
        yield case(f"{count} detections of {truths} objects", hits / np.arange(1, count + 1), hits / truths)


INTERPOLATED_AP = Exercise(
    solution=interpolated_ap,
    cases=_average_cases,
    mistakes={
        _eleven: "You take 11 recalls, as the early PASCAL rule did: 101 are wanted.",
        _hundred: "Your recalls begin at 0.01: recall 0 counts too, 101 in all.",
        _hundred_levels: "np.linspace(0, 1, 100) has steps of 1/99: 101 recalls make steps of 0.01.",
        _without_one: "Your recalls end at 0.99: recall 1 counts too.",
        _strictly: "A point whose recall is exactly r counts for r: >=.",
        _up_to_here: "You take the best precision at recall r or LESS. It is the points to the right that count: r or "
        "more.",
        _mean_from_here: "You take the mean of the precisions from recall r on: the best is wanted.",
        _worst_from_here: "You take the worst precision from recall r on: the best is wanted.",
        _first_from_here: "You take the first point that reaches recall r. A later one may be better.",
        _sum: "You return the sum over the recalls: divide by 101.",
        _by_hundred: "You divide the sum by 100: there are 101 recalls.",
        _percent: "You return per cent: a number from 0 to 1 is wanted.",
        _only_reached: "You leave out the recalls that are never reached: they count as 0.",
        _from_first: "np.argmax of a mask without any True gives 0: where recall r is never reached you take the whole "
        "curve. There it is 0.",
        _best_so_far: "np.maximum.accumulate goes from the left, so you have the best precision so far. The best of "
        "the points to the right is wanted: turn the row round before and after.",
        _up_to_the_last_recall: "Your recalls end at the largest one that is reached: they run from 0 to 1.",
        _last_goes_on: "Beyond the last recall you go on with the last precision: there it is 0.",
        _mean_precision: "You return the mean of the given precisions. The mean runs over 101 recalls.",
        _best_precision: "You return the best precision of all. It counts only up to its own recall.",
        _trapezium: "You return the area under straight lines between the points, without interpolated precision.",
        _steps: "You return the area under the curve as it is: its teeth are to be filled first.",
        _whole_area: "You return the exact area under the filled curve. It is close, but the mean at 101 recalls is "
        "wanted.",
        _straight_lines: "You draw straight lines between the points: take the best precision to the right instead.",
        _f1: "You return the best F1, which describes one point; the average precision describes the whole curve.",
    },
    hints=(
        "For one recall r: precision[recall >= r] are the precisions that count. Mind the case that there are none.",
        "max(precision[recall >= r], default=0), for every r of np.linspace(0, 1, 101), then the mean.",
    ),
    minutes=6,
    difficulty=2,
    points=2,
)
