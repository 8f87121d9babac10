"""Exercise of notebook 3.3: both thresholds, and every class by itself."""

import numpy as np

from cnncourse.detection.suppression import nms
from cnncourse.exercises.engine import Case, Exercise


def suppress_per_class(boxes, scores, labels, score_threshold, iou_threshold):
    """Return the indices of the detections that are left, smallest index first.

    boxes (N, 4), scores (N,) and labels (N,), whole numbers, belong together. First drop
    every box whose score is score_threshold or less. Then let non-max suppression run
    within each class: boxes of different labels never drop each other.

    The package's nms(boxes, scores, iou_threshold) returns the indices it keeps; they
    count within the boxes that you give it.

    Example: two boxes at the same place with scores 0.9 and 0.8. Labels 4 and 4: the
    first is left; labels 4 and 7: both are; and with a score_threshold of 0.8 the second
    goes in any case.
    """
    kept = np.zeros(0, dtype=int)
    for label in np.unique(labels):
        members = np.flatnonzero((labels == label) & (scores > score_threshold))
        chosen = nms(boxes[members], scores[members], iou_threshold)
        kept = np.append(kept, members[chosen])
    return np.sort(kept)


def _by_class(
    likely=lambda scores, t: scores > t,
    classes=np.unique,
    suppressed=nms,
    told=lambda kept, boxes, scores, labels: np.sort(kept),
    swapped=False,
):
    """Return the whole with one part replaced."""

    def left(boxes, scores, labels, score_threshold, iou_threshold):
        if swapped:
            score_threshold, iou_threshold = iou_threshold, score_threshold
        kept = [np.zeros(0, int)]
        for label in classes(labels):
            members = np.flatnonzero((labels == label) & likely(scores, score_threshold))
            kept.append(members[suppressed(boxes[members], scores[members], iou_threshold)])
        return told(np.concatenate(kept), boxes, scores, labels)

    return left


_equal_kept = _by_class(likely=lambda scores, t: scores >= t)
_no_score_threshold = _by_class(likely=lambda scores, t: scores > -np.inf)
_unlikely_kept = _by_class(likely=lambda scores, t: scores <= t)
_thresholds_swapped = _by_class(swapped=True)
_three_classes = _by_class(classes=lambda labels: range(3))
_hundred_classes = _by_class(classes=lambda labels: range(100))
_last_class_lost = _by_class(classes=lambda labels: range(labels.max(initial=0)))
_first_class_only = _by_class(classes=lambda labels: np.unique(labels)[:1])
_last_class_only = _by_class(classes=lambda labels: np.unique(labels)[-1:])
_no_suppression = _by_class(suppressed=lambda boxes, scores, t: np.arange(len(scores)))
_one_a_class = _by_class(suppressed=lambda boxes, scores, t: nms(boxes, scores, t)[:1])
_half_always = _by_class(suppressed=lambda boxes, scores, t: nms(boxes, scores, 0.5))
_equal_iou_dropped = _by_class(suppressed=lambda boxes, scores, t: nms(boxes, scores, t * (1 - 1e-9)))
_best_first = _by_class(told=lambda kept, boxes, scores, labels: kept[np.argsort(-scores[kept], kind="stable")])
_class_by_class = _by_class(told=lambda kept, boxes, scores, labels: kept)
_the_boxes = _by_class(told=lambda kept, boxes, scores, labels: boxes[np.sort(kept)])
_the_labels = _by_class(told=lambda kept, boxes, scores, labels: labels[np.sort(kept)])
_floats_if_none = _by_class(told=lambda kept, boxes, scores, labels: np.array(np.sort(kept).tolist()))
_a_mask = _by_class(told=lambda kept, boxes, scores, labels: np.isin(np.arange(len(labels)), kept))


def _all_together(boxes, scores, labels, score_threshold, iou_threshold):
    members = np.flatnonzero(scores > score_threshold)
    return np.sort(members[nms(boxes[members], scores[members], iou_threshold)])


def _shifted(boxes, scores, labels, score_threshold, iou_threshold):
    return _all_together(boxes + 1000.0 * labels[:, None], scores, labels, score_threshold, iou_threshold)


def _places_in_class(boxes, scores, labels, score_threshold, iou_threshold):
    kept = [np.zeros(0, int)]
    for label in np.unique(labels):
        members = np.flatnonzero((labels == label) & (scores > score_threshold))
        kept.append(nms(boxes[members], scores[members], iou_threshold))
    return np.sort(np.concatenate(kept))


def _all_likely_places(boxes, scores, labels, score_threshold, iou_threshold):
    likely = scores > score_threshold
    return suppress_per_class(boxes[likely], scores[likely], labels[likely], score_threshold, iou_threshold)


def _each_and_all(boxes, scores, labels, score_threshold, iou_threshold):
    kept = suppress_per_class(boxes, scores, labels, score_threshold, iou_threshold)
    return np.sort(kept[nms(boxes[kept], scores[kept], iou_threshold)])


def _plain(boxes, scores, labels, score_threshold, iou_threshold):
    """Return what is left, by one loop from the best score to the worst, comparing with all that is kept so far."""
    boxes, kept = boxes.tolist(), []
    for index in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        a, dropped = boxes[index], scores[index] <= score_threshold
        for b, label in ((boxes[other], labels[other]) for other in kept):
            shared = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
            union = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)) - shared
            dropped |= label == labels[index] and shared > iou_threshold * union
        if not dropped:
            kept.append(index)
    return np.array(sorted(kept), int)


def _class_cases():
    def case(what, boxes, scores, labels, score_threshold, iou_threshold, expected=None):
        arrays = np.array(boxes, float).reshape(-1, 4), np.array(scores, float), np.array(labels, int)
        args = (*arrays, score_threshold, iou_threshold)
        return Case(what, args, _plain(*args) if expected is None else np.array(expected, int))

    same = [[2, 1, 9, 5], [2, 1, 9, 5]]
    yield case("the same place, the same label", same, [0.9, 0.8], [4, 4], 0.6, 0.5, [0])
    yield case("the same place, other labels", same, [0.9, 0.8], [4, 7], 0.6, 0.5, [0, 1])
    rider = [[10, 4, 18, 30], [9, 5, 19, 30], [40, 6, 60, 18], [41, 6, 60, 19], [9, 4, 18, 29]]
    yield case("a rider on a motorcycle, beside a car", rider, [0.7, 0.9, 0.8, 0.95, 0.65], [1, 2, 0, 0, 1], 0.6, 0.5,
               [0, 1, 3])  # fmt: skip
    yield case("a score equal to the threshold", [[0, 0, 4, 9], [20, 0, 25, 9]], [0.6, 0.61], [1, 1], 0.6, 0.5, [1])
    yield case("two objects of one class", [[0, 0, 6, 3], [30, 0, 36, 3], [0, 0, 6, 4]], [0.7, 0.8, 0.9], [2, 2, 2],
               0.3, 0.6, [1, 2])  # fmt: skip
    chain = [[0, 0, 10, 4], [4, 0, 14, 4], [8, 0, 18, 4]]
    half = [[0, 0, 8, 4], [0, 0, 8, 2]]
    yield case("an IoU equal to the threshold", half, [0.8, 0.9], [6, 6], 0.6, 0.5, [0, 1])
    high = [[40, 0, 48, 6], [40, 0, 48, 5], [0, 0, 8, 6]]
    yield case("high labels", high, [0.7, 0.9, 0.8], [1203, 1203, 366], 0.6, 0.5, [1, 2])
    far = np.array([7680, 1000, 0, 900, 950, 3584, 3740])[:, None] + [0, 0, 200, 100]
    scores = [0.9, 0.95, 0.8, 0.85, 0.7, 0.75, 0.65]
    yield case("boxes all over a large picture", far, scores, [0, 0, 1, 1, 1, 1, 1], 0.6, 0.5, list(range(7)))
    yield case("a chain of two classes", chain, [0.9, 0.8, 0.7], [3, 5, 5], 0.6, 0.3, [0, 1])
    yield case("nothing is likely enough", same, [0.3, 0.2], [0, 1], 0.6, 0.5, [])
    yield case("no boxes", [], [], [], 0.6, 0.5, [])
    rng = np.random.default_rng(31)
    for count, classes, score, overlap in (
        (20, 3, 0.3, 0.5),
        (30, 5, 0.5, 0.35),
        (25, 2, 0.15, 0.7),
        (28, 4, 0.4, 0.6),
    ):
        objects = np.concatenate([rng.integers(0, 60, (4, 2)), rng.integers(10, 40, (4, 2))], axis=1)
        x, y, w, h = (objects[rng.integers(4, size=count)] + rng.integers(-3, 4, (count, 4))).T
        labels = rng.choice(rng.permutation(9)[:classes], count)
        scores = rng.permutation(np.arange(1, count + 1)) / (count + 1)
        what = f"{count} boxes, {classes} classes, thresholds {score} and {overlap}"
        yield case(what, np.stack([x, y, x + w, y + h], axis=1), scores.round(3), labels, score, overlap)


SUPPRESS_PER_CLASS = Exercise(
    solution=suppress_per_class,
    cases=_class_cases,
    mistakes={
        _all_together: "Boxes of different classes drop each other: a motorcycle loses its rider. Call nms for every "
        "class by itself.",
        _equal_kept: "A score equal to score_threshold is dropped: keep scores > score_threshold.",
        _no_score_threshold: "You never use score_threshold: drop scores that are not above it.",
        _unlikely_kept: "You keep the scores up to the threshold and drop those above it.",
        _thresholds_swapped: "You have swapped the thresholds: score_threshold comes before iou_threshold.",
        _three_classes: "You go through the labels 0, 1 and 2. Others may occur: np.unique(labels).",
        _hundred_classes: "Your loop over the labels ends too early. np.unique(labels) are those that occur.",
        _last_class_lost: "range(labels.max()) ends before the largest label.",
        _first_class_only: "You return after the first class: collect from all of them.",
        _last_class_only: "Only the last class is left: each turn of your loop forgets what the one before found.",
        _no_suppression: "You use the scores but never drop a duplicate: call nms.",
        _one_a_class: "You keep one box a class. There may be several cars.",
        _half_always: "You use an IoU threshold of 0.5, whatever iou_threshold says.",
        _equal_iou_dropped: "You drop boxes whose IoU is equal to iou_threshold: only those with a greater one go.",
        _shifted: "You move boxes by a fixed distance a label, so that classes lie apart: in a large picture some of "
        "them meet. Call nms for every class by itself.",
        _floats_if_none: "Right, except where nothing is left: np.array([]) holds floats, and those are no indices. "
        "np.array(kept, dtype=int).",
        _best_first: "The right boxes, but best score first. Here the smallest index comes first: np.sort.",
        _class_by_class: "The right boxes, one class after the other. Sort the indices at the end.",
        _the_boxes: "You return the boxes; their indices are wanted.",
        _the_labels: "You return the labels of the boxes left; their indices are wanted.",
        _a_mask: "You return a mask of True and False; indices are wanted.",
        _places_in_class: "nms counts within the boxes that you gave it. Turn its answer into indices of all boxes: "
        "members[chosen].",
        _all_likely_places: "Your indices count only the boxes above score_threshold: turn them into indices of all.",
        _each_and_all: "After the classes you let nms run over all of them once more: then they drop each other again.",
    },
    hints=(
        "For each label in np.unique(labels) find the indices of its boxes that score above score_threshold.",
        "members = np.flatnonzero((labels == label) & (scores > score_threshold)).",
        "members[nms(boxes[members], scores[members], iou_threshold)] are indices of all boxes. Collect, then np.sort.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
