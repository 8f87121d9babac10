"""How good a detector is: precision and recall, average precision and its mean over the classes.

`predictions` is a list with one entry a picture, `(boxes (N, 4), scores (N,), labels (N,))`; `truths` likewise
`(boxes (M, 4), labels (M,))`, or `(boxes, labels, ignored (M,))`, where a detection that finds an ignored object is
neither right nor wrong. Boxes are xyxy in pixels, labels whole numbers. The rules are those of COCO (Lin et al. 2014,
and its published evaluation): a detection finds the free truth of its class with the largest IoU, if that is at least
the threshold; better scores choose first; of a class at most 100 detections a picture count.
"""

import numpy as np

from cnncourse.arguments import real_number, shown, whole_number
from cnncourse.detection.precision_matching import FALSE, HIT, UNCOUNTED, match, read

RECALLS = np.linspace(0, 1, 101)


def precision_recall(predictions, truths, label, iou_threshold=0.5):
    """Return (precision, recall, scores), each (K,): after each counted detection of class `label`, best score first.

    Precision is the share of the detections so far that are hits, recall the share of the truths found so far (NaN
    where the class has no truth). A second detection of one object is no hit.

    >>> boxes = [[0, 0, 2, 2], [0, 0, 2, 2], [5, 5, 6, 6]]
    >>> precision, recall, _ = precision_recall([(boxes, [0.9, 0.8, 0.7], [1, 1, 1])], [(boxes[1:], [1, 1])], 1)
    >>> precision.round(2).tolist(), recall.tolist()
    ([1.0, 0.5, 0.67], [0.5, 0.5, 1.0])
    """
    label = whole_number("label", label)
    ((scores, outcomes, truth_count),) = _judged(predictions, truths, _threshold(iou_threshold), [label])
    counted = outcomes[0] != UNCOUNTED
    precision, recall = _curves(outcomes[:, counted], truth_count)
    return precision[0], recall[0], scores[counted]


def average_precision(predictions, truths, label, iou_threshold=0.5):
    """Return the average precision of class `label`, in [0, 1]; NaN where the class has no truth.

    The mean over the recalls 0, 0.01 … 1 of the best precision at that recall or a larger one (0 where none is
    reached): COCO's 101 points, in place of the 11 of Everingham et al. 2010.

    >>> average_precision([([[0, 0, 2, 2]], [0.9], [0])], [([[0, 0, 2, 2], [4, 4, 6, 6]], [0, 0])], label=0)
    0.504950495049505
    """
    label = whole_number("label", label)
    ((_, outcomes, truth_count),) = _judged(predictions, truths, _threshold(iou_threshold), [label])
    return float(_average_precisions(outcomes, truth_count)[0])


def mean_average_precision(predictions, truths, iou_thresholds=(0.5,)):
    """Return the mean of the average precisions of all classes that have a truth, and of all IoU thresholds, a float.

    mAP@0.5 by default; COCO's mAP@[.5:.95] with `iou_thresholds=np.linspace(0.5, 0.95, 10)`. Detections of a class
    without any truth do not count. NaN where there is no truth at all. All groups are matched together, which is why
    this is faster than going through picture after picture.

    >>> box = [[0, 0, 2, 2]]
    >>> mean_average_precision([(box, [0.9], [3]), (box, [0.8], [5])], [(box, [3]), (box, [4])])
    0.5
    """
    judged = _judged(predictions, truths, _thresholds(iou_thresholds))
    precisions = [_average_precisions(outcomes, truth_count) for _, outcomes, truth_count in judged if truth_count]
    return float(np.mean(precisions)) if precisions else float("nan")


def _threshold(value):
    value = real_number("iou_threshold", value)
    if not 0 < value <= 1:
        raise ValueError(f"iou_threshold must be above 0 and at most 1, got {value}")
    return np.array([value])


def _thresholds(values):
    try:
        values = [real_number("iou_thresholds", value) for value in values]
    except TypeError:
        raise TypeError(f"iou_thresholds must be numbers such as (0.5, 0.75), got {shown(values)}") from None
    if not values:
        raise ValueError("iou_thresholds must hold at least one number, got none")
    if not all(0 < value <= 1 for value in values):
        raise ValueError(f"iou_thresholds must be above 0 and at most 1, got {shown(values)}")
    return np.array(values)


def _judged(predictions, truths, thresholds, labels=None):
    """Return for each of `labels`, by default for all there are, (scores (K,), outcomes (T, K), number of truths)."""
    detections, truths, known = read(predictions, truths)
    outcomes = match(detections, truths, thresholds)
    order = np.lexsort((-detections.scores, detections.classes))
    numbers = range(len(known)) if labels is None else [_number(known, label) for label in labels]
    edges = np.searchsorted(detections.classes[order], [[number, number + 1] for number in numbers])
    judged = []
    for number, (start, stop) in zip(numbers, edges, strict=True):
        mine = order[start:stop]
        counted = np.count_nonzero((truths.classes == number) & ~truths.ignored)
        judged.append((detections.scores[mine], outcomes[:, mine], counted))
    return judged


def _number(known, label):
    """Return the class number of `label`, or one that no class has."""
    return int(np.searchsorted(known, label)) if label in known else len(known)


def _curves(outcomes, truth_count):
    """Return precision and recall after each detection, (T, K) each."""
    hits = np.cumsum(outcomes == HIT, axis=1)
    alarms = np.cumsum(outcomes == FALSE, axis=1)
    recall = hits / truth_count if truth_count else np.full(hits.shape, np.nan)
    return hits / np.maximum(hits + alarms, 1), recall


def _average_precisions(outcomes, truth_count):
    """Return the average precision for each threshold, (T,)."""
    if not truth_count:
        return np.full(len(outcomes), np.nan)
    precision, recall = _curves(outcomes, truth_count)
    best_from_here = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    padded = np.pad(best_from_here, ((0, 0), (0, 1)))  # a recall that is never reached has precision 0
    places = [np.searchsorted(row, RECALLS) for row in recall]
    return np.array([row[place].mean() for row, place in zip(padded, places, strict=True)])
