"""Non-max suppression: of boxes that overlap much, keep the one with the best score."""

import numpy as np

from cnncourse.arguments import float_array, numeric_array, real_number
from cnncourse.detection.boxes import checked_boxes, divisible_areas, edges_of, pair_iou


def nms(boxes, scores, iou_threshold=0.5):
    """Return the indices (K,) of the boxes (N, 4) that greedy non-max suppression keeps, best score first.

    Again and again the best box left is kept, and those whose IoU with it is greater than `iou_threshold` are dropped.
    Of equal `scores` (N,) the lower index comes first.

    >>> nms([[0, 0, 4, 4], [0, 0, 4, 5], [9, 9, 12, 12]], [0.7, 0.9, 0.8]).tolist()  # IoU of the first two: 16/20
    [1, 2]
    """
    boxes, scores, iou_threshold = _checked(boxes, scores, iou_threshold)
    left = np.argsort(-scores, kind="stable")
    edges = edges_of(boxes)
    areas = divisible_areas("boxes", edges)
    kept = []
    while left.size:
        best, left = left[0], left[1:]
        kept.append(best)
        overlaps = pair_iou(edges[:, best, None], areas[best], edges[:, left], areas[left])
        left = left[overlaps <= iou_threshold]
    return np.array(kept, np.intp)


def nms_per_class(boxes, scores, labels, iou_threshold=0.5):
    """Return the indices (K,) that `nms` keeps when boxes of different `labels` (N,) cannot suppress each other.

    They come best score first, whatever their label; of equal scores the lower index first.

    >>> nms_per_class([[0, 0, 4, 4], [0, 0, 4, 5]], [0.7, 0.9], labels=[0, 1]).tolist()
    [1, 0]
    """
    boxes, scores, iou_threshold = _checked(boxes, scores, iou_threshold)
    labels = numeric_array("labels", labels, shape=(len(boxes),), axes="(N,)")
    kept = [np.empty(0, np.intp)]
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        kept.append(members[nms(boxes[members], scores[members], iou_threshold)])
    kept = np.sort(np.concatenate(kept))
    return kept[np.argsort(-scores[kept], kind="stable")]


def _checked(boxes, scores, iou_threshold):
    boxes = checked_boxes("boxes", boxes)
    scores = float_array("scores", scores, shape=(len(boxes),), axes="(N,)")
    iou_threshold = real_number("iou_threshold", iou_threshold, minimum=0)
    if iou_threshold > 1:
        raise ValueError(f"iou_threshold must be between 0 and 1, got {iou_threshold}")
    return boxes, scores, iou_threshold
