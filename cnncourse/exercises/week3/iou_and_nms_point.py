"""Exercise of notebook 3.3: precision and recall of one picture's detections at a score threshold."""

import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.exercises.engine import Case, Exercise


def precision_recall_point(boxes, scores, truths, score_threshold, iou_threshold):
    """Return (precision, recall) of the detections that score at least score_threshold.

    boxes (N, 4) and scores (N,) are one picture's detections, truths (M, 4) its true
    boxes, M ≥ 1, all of one class. Best score first (of equals the lower index), every
    detection takes the truth, of those still FREE, with which its IoU is largest, if that
    is at least iou_threshold: a hit, and the truth is free no more. All others are false
    alarms, a second detection of one object too.
    Precision: hits / detections (1.0 if there are none). Recall: hits / truths.

    iou(boxes_a, boxes_b) from the package gives the overlaps (N, M).
    Example: two truths, three detections, two of them on the same truth: (1/3, 1/2).
    """
    overlaps, free, hits = iou(boxes, truths), np.ones(len(truths), dtype=bool), 0
    detections = [i for i in np.argsort(-scores, kind="stable") if scores[i] >= score_threshold]
    for i in detections:
        best = np.argmax(np.where(free, overlaps[i], -1))
        if free[best] and overlaps[i, best] >= iou_threshold:
            free[best] = False
            hits += 1
    precision = hits / len(detections) if detections else 1.0
    return precision, hits / len(truths)


def _counted(
    order=lambda scores: np.argsort(-scores, kind="stable"),
    likely=lambda score, t: score >= t,
    found=lambda overlap, t: overlap >= t,
    taken=True,
    choose=lambda row, free: int(np.argmax(np.where(free, row, -1))),
    told=lambda hits, detections, truths, every, doubles: (hits / detections if detections else 1.0, hits / truths),
):
    """Return a judge with one part replaced."""

    def point(boxes, scores, truths, score_threshold, iou_threshold):
        overlaps, free, hits, doubles = iou(boxes, truths), np.ones(len(truths), bool), 0, 0
        detections = [i for i in order(scores) if likely(scores[i], score_threshold)]
        for i in detections:
            best = choose(overlaps[i], free)
            if (free[best] or not taken) and found(overlaps[i, best], iou_threshold):
                free[best] = False
                hits += 1
            elif (overlaps[i] >= iou_threshold).any():
                doubles += 1
        return told(hits, len(detections), len(truths), len(scores), doubles)

    return point


def _ratio(a, b):
    return a / b if b else 1.0


_duplicates_hit = _counted(taken=False, choose=lambda row, free: int(np.argmax(row)))
_duplicates_vanish = _counted(told=lambda h, d, t, n, doubles: (_ratio(h, d - doubles), h / t))
_swapped = _counted(told=lambda h, d, t, n, doubles: (h / t, _ratio(h, d)))
_precision_of_all = _counted(told=lambda h, d, t, n, doubles: (_ratio(h, n), h / t))
_all_detections = _counted(likely=lambda score, t: True)
_likely_only_above = _counted(likely=lambda score, t: score > t)
_unlikely = _counted(likely=lambda score, t: score < t)
_found_only_above = _counted(found=lambda overlap, t: overlap > t)
_always_half = _counted(found=lambda overlap, t: overlap >= 0.5)
_any_overlap = _counted(found=lambda overlap, t: overlap > 0)
_worst_first = _counted(order=lambda scores: np.argsort(scores, kind="stable"))
_later_of_equals = _counted(order=lambda scores: np.argsort(scores, kind="stable")[::-1])
_turned_round = _counted(order=lambda scores: np.argsort(scores)[::-1])
_unstable = _counted(order=lambda scores: np.argsort(-scores))
_in_given_order = _counted(order=lambda scores: np.arange(len(scores)))
_taken_truth_blocks = _counted(choose=lambda row, free: int(np.argmax(row)))
_multiplied = _counted(taken=False, choose=lambda row, free: int(np.argmax(row * free)))
_none_is_zero = _counted(told=lambda h, d, t, n, doubles: (h / d if d else 0.0, h / t))
_counts = _counted(told=lambda h, d, t, n, doubles: (h, h))
_recall_of_detections = _counted(told=lambda h, d, t, n, doubles: (_ratio(h, d), _ratio(h, d)))
_jaccard = _counted(told=lambda h, d, t, n, doubles: (_ratio(h, d + t - h), h / t))
_false_alarms = _counted(told=lambda h, d, t, n, doubles: (_ratio(d - h, d) if d else 1.0, h / t))
_misses = _counted(told=lambda h, d, t, n, doubles: (_ratio(h, d), (t - h) / t))


def _first_free_truth(boxes, scores, truths, score_threshold, iou_threshold):
    def first(row, free):
        fits = free & (row >= iou_threshold)
        return int(fits.argmax())

    return _counted(choose=first)(boxes, scores, truths, score_threshold, iou_threshold)


def _last_free_truth(boxes, scores, truths, score_threshold, iou_threshold):
    def last(row, free):
        fits = free & (row >= iou_threshold)
        return len(fits) - 1 - int(fits[::-1].argmax())

    return _counted(choose=last)(boxes, scores, truths, score_threshold, iou_threshold)


def _closest_pairs_first(boxes, scores, truths, score_threshold, iou_threshold):
    likely, hits = scores >= score_threshold, 0
    overlaps = iou(boxes[likely], truths)
    while overlaps.size and overlaps.max() >= iou_threshold:
        row, column = np.unravel_index(overlaps.argmax(), overlaps.shape)
        overlaps[row], overlaps[:, column], hits = -1, -1, hits + 1
    return _ratio(hits, int(likely.sum())), hits / len(truths)


def _poor_ones_take(boxes, scores, truths, score_threshold, iou_threshold):
    free, hits = truths, 0
    detections = [i for i in np.argsort(-scores, kind="stable") if scores[i] >= score_threshold]
    for i in detections:
        overlaps = iou(boxes[[i]], free)[0]
        if len(free) and overlaps.max() > 0:
            hits += overlaps.max() >= iou_threshold
            free = np.delete(free, overlaps.argmax(), axis=0)
    return _ratio(hits, len(detections)), hits / len(truths)


def _truths_covered(boxes, scores, truths, score_threshold, iou_threshold):
    likely = scores >= score_threshold
    near = iou(boxes[likely], truths) >= iou_threshold
    covered = int(near.any(axis=0).sum())
    return _ratio(covered, int(likely.sum())), covered / len(truths)


def _truths_choose(boxes, scores, truths, score_threshold, iou_threshold):
    """Let every truth in turn take the free detection that overlaps it most."""
    likely = np.flatnonzero(scores >= score_threshold)
    overlaps, hits = iou(truths, boxes[likely]), 0
    for row in overlaps:
        if len(row) and row.max() >= iou_threshold:
            overlaps[:, int(row.argmax())] = -1
            hits += 1
    return _ratio(hits, len(likely)), hits / len(truths)


def _plain(boxes, scores, truths, score_threshold, iou_threshold):
    """Return precision and recall by plain loops."""

    def overlap(a, b):
        shared = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        return shared / (sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)) - shared)

    detections = sorted((-score, i) for i, score in enumerate(scores.tolist()) if score >= score_threshold)
    free, boxes = truths.tolist(), boxes.tolist()
    for _, i in detections:
        near = [(overlap(boxes[i], truth), -place) for place, truth in enumerate(free)]
        if near and max(near)[0] >= iou_threshold:
            free.pop(-max(near)[1])
    hits = len(truths) - len(free)
    return hits / len(detections) if detections else 1.0, hits / len(truths)


def _point_cases():
    def case(what, boxes, scores, truths, score_threshold, iou_threshold, expected=None):
        arrays = np.array(boxes, float).reshape(-1, 4), np.array(scores, float), np.array(truths, float)
        args = (*arrays, score_threshold, iou_threshold)
        return Case(what, args, _plain(*args) if expected is None else expected)

    two = [[0, 0, 10, 5], [30, 0, 40, 5]]
    double = [[0, 0, 10, 5], [1, 0, 11, 5], [60, 0, 70, 5]]
    yield case("two truths, two detections on the same one", double, [0.9, 0.8, 0.7], two, 0.5, 0.5, (1 / 3, 1 / 2))
    yield case("the same, only scores of at least 0.75", double, [0.9, 0.8, 0.7], two, 0.75, 0.5, (1 / 2, 1 / 2))
    yield case("a score equal to the threshold", double, [0.9, 0.8, 0.7], two, 0.7, 0.5, (1 / 3, 1 / 2))
    half = [[0, 0, 10, 10], [31, 0, 40, 5]]
    yield case("an IoU equal to the threshold", half, [0.8, 0.6], two, 0.5, 0.5, (1.0, 1.0))
    close = [[0, 0, 10, 4], [3, 0, 13, 4]]
    between = [[1, 0, 11, 4], [0, 0, 10, 4]]
    yield case("two truths side by side; the better detection lies between", between, [0.9, 0.8], close, 0.5, 0.6,
               (1 / 2, 1 / 2))  # fmt: skip
    yield case("the same, the worse one between", between, [0.8, 0.9], close, 0.5, 0.6, (1.0, 1.0))
    yield case("the same, best score first", between[::-1], [0.9, 0.8], close, 0.5, 0.6, (1.0, 1.0))
    yield case("the same two with equal scores: the lower index first", between[::-1], [0.8, 0.8], close, 0.5, 0.6,
               (1.0, 1.0))  # fmt: skip
    yield case("equal scores, the one between first", between, [0.8, 0.8], close, 0.5, 0.6, (1 / 2, 1 / 2))
    yield case("the truths in the other order", between, [0.9, 0.8], close[::-1], 0.5, 0.6, (1 / 2, 1 / 2))
    pair, left = [[10, 0, 20, 4], [13, 0, 23, 4]], [7.6, 0, 17.6, 4]  # left overlaps the first truth alone by 0.6
    middle, right = [11, 0, 21, 4], [12, 0, 22, 4]  # both truths, the first more; both, the second more
    yield case("the better one chooses what the other needs", [left, middle], [0.8, 0.9], pair, 0.5, 0.6,
               (1 / 2, 1 / 2))  # fmt: skip
    yield case("the one that has no choice is better", [left, middle], [0.9, 0.8], pair, 0.5, 0.6, (1.0, 1.0))
    yield case("each fits one truth best", [left, right], [0.8, 0.9], pair, 0.5, 0.6, (1.0, 1.0))
    row = np.arange(20)[:, None, None] * [30, 0, 30, 0]
    good_ones_first = (row + between[::-1]).transpose(1, 0, 2)  # all 20 exact boxes, then the 20 between
    scores = np.tile(np.arange(20) * 7 % 3 / 10 + 0.6, 2)
    yield case("twenty such pairs of equal scores", good_ones_first, scores, (row + close).reshape(-1, 4),
               0.5, 0.6, (1.0, 1.0))  # fmt: skip
    yield case("a poor box before a good one", [[5, 0, 15, 5], [0, 0, 10, 5]], [0.9, 0.8], two, 0.5, 0.5,
               (1 / 2, 1 / 2))  # fmt: skip
    yield case("one detection over both", between[:1], [0.9], close, 0.5, 0.5, (1.0, 1 / 2))
    beside = [[0, 0, 10, 4], [4, 0, 14, 4]]
    yield case("one that could take either truth", beside, [0.9, 0.8], close[::-1], 0.5, 0.5, (1.0, 1.0))
    yield case("a poor box, too far from its truth", [[5, 0, 15, 5]], [0.9], two, 0.5, 0.5, (0.0, 0.0))
    yield case("the same with an IoU threshold of 0.3", [[5, 0, 15, 5]], [0.9], two, 0.5, 0.3, (1.0, 1 / 2))
    yield case("no detection is likely enough", double, [0.4, 0.3, 0.2], two, 0.5, 0.5, (1.0, 0.0))
    yield case("no detections at all", [], [], two, 0.5, 0.5, (1.0, 0.0))
    rng = np.random.default_rng(29)
    for truth_count, count, score, overlap in (
        (4, 14, 0.3, 0.5),
        (7, 20, 0.2, 0.35),
        (5, 16, 0.45, 0.6),
        (6, 25, 0.1, 0.45),
    ):
        places = np.concatenate([rng.integers(0, 50, (truth_count, 2)), rng.integers(12, 30, (truth_count, 2))], axis=1)
        moved = places[rng.integers(truth_count, size=count)] + rng.integers(-4, 5, (count, 4))
        truths, boxes = (np.concatenate([b[:, :2], b[:, :2] + b[:, 2:]], axis=1) for b in (places, moved))
        scores = (rng.permutation(count) + 1) / (count + 1)
        what = f"{truth_count} truths, {count} detections, thresholds {score} and {overlap}"
        yield case(what, boxes, scores.round(3), truths, score, overlap)


PRECISION_RECALL_POINT = Exercise(
    solution=precision_recall_point,
    cases=_point_cases,
    returns=("precision", "recall"),
    mistakes={
        _duplicates_hit: "You count every detection near a truth as a hit. One truth can be found once: a second "
        "detection of it is a false alarm.",
        _duplicates_vanish: "You leave duplicates out of the count. They are detections, and false: precision divides "
        "by all of them.",
        _swapped: "You have swapped the two: precision divides by the detections, recall by the truths, and precision "
        "comes first.",
        _precision_of_all: "You divide precision by all N boxes: only those that score enough are detections.",
        _all_detections: "You never use score_threshold.",
        _likely_only_above: "A score equal to score_threshold counts: >=.",
        _unlikely: "You judge the detections below score_threshold.",
        _found_only_above: "An IoU equal to iou_threshold is a hit: >=. (It is the suppression that drops only greater "
        "ones.)",
        _always_half: "You use an IoU of 0.5, whatever iou_threshold says.",
        _any_overlap: "Any overlap counts as a hit with you: it must be at least iou_threshold.",
        _worst_first: "The worst score chooses first with you: best score first.",
        _later_of_equals: "Of equal scores the higher index chooses first with you: np.argsort(-scores, "
        "kind='stable') keeps the order.",
        _turned_round: "An ascending argsort turned round, [::-1], turns equal scores round too. np.argsort(-scores, "
        "kind='stable') keeps their order.",
        _unstable: "np.argsort without kind='stable' may swap equal scores: of these the lower index chooses first.",
        _multiplied: "Where no free truth overlaps, overlaps · free is 0 everywhere and argmax gives 0, which may be a "
        "truth that is taken. Look whether it is free.",
        _poor_ones_take: "With you a detection that overlaps too little takes the truth all the same. Only a hit does.",
        _in_given_order: "You go through the detections as they come: sort by score, best first.",
        _taken_truth_blocks: "A detection whose nearest truth is taken gives up with you. It takes the best of those "
        "still FREE.",
        _first_free_truth: "You take the first free truth that overlaps enough: the one with the largest IoU is "
        "wanted, so that others find theirs.",
        _last_free_truth: "Of the free truths that overlap enough you take the last: the one with the largest IoU is "
        "wanted, so that others find theirs.",
        _closest_pairs_first: "You pair off the largest overlaps first, whatever the scores. The best score chooses "
        "first, even where a worse one lies closer.",
        _truths_choose: "With you the truths choose, one after the other. The detections choose, best score first.",
        _truths_covered: "You count the truths that some detection covers. But one detection can find only one truth.",
        _none_is_zero: "Without any detection nothing is false: precision is 1.0 there.",
        _counts: "You return numbers of hits: divide them.",
        _recall_of_detections: "You divide both by the detections: recall divides by the truths.",
        _jaccard: "You divide precision by detections + truths − hits: by the detections only.",
        _false_alarms: "Your first value is the share of false alarms; precision is the share of hits.",
        _misses: "Your second value is the share of truths missed; recall is the share found.",
    },
    hints=(
        "Order: np.argsort(-scores, kind='stable'); keep those with scores[i] >= score_threshold.",
        "Keep a mask `free` of the truths. np.argmax(np.where(free, overlaps[i], -1)) is the best free one.",
        "If it is free and overlaps enough: free[best] = False, hits += 1. Precision divides by len(detections).",
    ),
    minutes=12,
    difficulty=3,
    points=3,
)
