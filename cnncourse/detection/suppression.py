"""Non-max suppression: of boxes that overlap much, keep the one with the best score.

The greedy rule is sequential, so it is applied to the better half of the boxes first; what that half keeps drops many
of the worse half at once, and the rule is applied to those left (`_kept`). All comparisons are in float64.
"""

import numpy as np

from cnncourse.arguments import float_array, plain_array, real_number, shown
from cnncourse.detection.boxes import checked_boxes, divisible_areas, iou_of_shared, reaches_of
from cnncourse.detection.suppression_grid import SMALLEST_THRESHOLD, Grid

FEW = 64  # boxes compared all with all
BLOCK = 1 << 14  # pairs compared at a time
MANY = 100_000  # pairs from which a grid is quicker than comparing all
GRID_FROM = 1500  # boxes from which a grid is worth its building


def nms(boxes, scores, iou_threshold=0.5):
    """Return the indices (K,) of the boxes (N, 4) that greedy non-max suppression keeps, best score first.

    Again and again the best box left is kept, and those whose IoU with it is greater than `iou_threshold` are dropped.
    Of equal `scores` (N,) the lower index comes first. A box without area overlaps none, so it stays.

    >>> nms([[0, 0, 4, 4], [0, 0, 4, 5], [9, 9, 12, 12]], [0.7, 0.9, 0.8]).tolist()  # IoU of the first two: 16/20
    [1, 2]
    """
    boxes, scores, iou_threshold = _checked(boxes, scores, iou_threshold)
    return _suppress(boxes, scores, None, iou_threshold)


def nms_per_class(boxes, scores, labels, iou_threshold=0.5):
    """Return the indices (K,) that `nms` keeps when boxes of different `labels` (N,) cannot drop each other.

    They come best score first, whatever their label; of equal scores the lower index first. Labels may be whole
    numbers or strings.

    >>> nms_per_class([[0, 0, 4, 4], [0, 0, 4, 5]], [0.7, 0.9], labels=[0, 1]).tolist()
    [1, 0]
    """
    boxes, scores, iou_threshold = _checked(boxes, scores, iou_threshold)
    return _suppress(boxes, scores, _class_numbers(labels, len(boxes)), iou_threshold)


def _checked(boxes, scores, iou_threshold):
    boxes = checked_boxes("boxes", boxes)
    scores = float_array("scores", scores, shape=(len(boxes),), axes="(N,)")
    iou_threshold = real_number("iou_threshold", iou_threshold, minimum=0)
    if iou_threshold > 1:
        raise ValueError(f"iou_threshold must be between 0 and 1, got {iou_threshold}")
    return boxes, scores, iou_threshold


def _class_numbers(labels, count):
    labels = plain_array("labels", labels)
    if labels.size and labels.dtype.kind not in "biuU":
        raise TypeError(f"labels must be whole numbers or strings, got {shown(labels)}")
    if labels.shape != (count,):
        raise ValueError(f"labels must hold one label for each of the {count} boxes, got shape {labels.shape}")
    return np.unique(labels, return_inverse=True)[1]


def _suppress(boxes, scores, labels, iou_threshold):
    order = np.argsort(-scores, kind="stable")
    ranked = _Ranked(boxes[order], None if labels is None else labels[order], iou_threshold)
    return order[_kept(ranked, np.arange(len(order)))]


class _Ranked:
    """Boxes by falling score, and which of them cannot both stay: those of one label whose IoU is too high."""

    def __init__(self, boxes, labels, iou_threshold):
        self.reaches = reaches_of(boxes)
        self.areas = divisible_areas("boxes", self.reaches)
        self.labels = labels
        self.iou_threshold = iou_threshold
        self.grid = None
        if len(boxes) >= GRID_FROM and iou_threshold >= SMALLEST_THRESHOLD:
            self.grid = Grid.over(self.reaches, self.areas, labels, iou_threshold)

    def conflicts(self, ranks_a, ranks_b):
        """Return whether the boxes of these ranks cannot both stay, as NumPy broadcasts the two rows of ranks."""
        shared = np.minimum(self.reaches.take(ranks_a, axis=1), self.reaches.take(ranks_b, axis=1))
        too_close = iou_of_shared(shared, self.areas[ranks_a], self.areas[ranks_b]) > self.iou_threshold
        if self.labels is not None:
            too_close &= self.labels[ranks_a] == self.labels[ranks_b]
        return too_close


def _kept(ranked, ranks):
    """Return which of `ranks`, best first, the greedy rule keeps."""
    if len(ranks) <= FEW:
        return ranks[_kept_of_few(ranked.conflicts(ranks[:, None], ranks[None]))]
    half = len(ranks) // 2
    first = _kept(ranked, ranks[:half])
    rest = _left_by(ranked, first, ranks[half:])
    return np.concatenate([first, _kept(ranked, rest)])


def _kept_of_few(conflicts):
    """Return the rows that the greedy rule keeps, given which (N, N) cannot both stay."""
    dropped = np.zeros(len(conflicts), bool)
    kept = []
    for row in range(len(conflicts)):
        if not dropped[row]:
            kept.append(row)
            dropped |= conflicts[row]
    return np.array(kept, np.intp)


def _left_by(ranked, kept, ranks):
    """Return those of `ranks` that no box in `kept` drops."""
    if ranked.grid is not None and len(kept) * len(ranks) > MANY:
        return _left_on_grid(ranked, kept, ranks)
    start = 0
    while start < len(kept):
        stop = start + max(1, BLOCK // max(1, len(ranks)))
        dropped = ranked.conflicts(kept[start:stop, None], ranks[None]).any(axis=0)
        ranks, start = ranks[~dropped], stop
    return ranks


def _left_on_grid(ranked, kept, ranks):
    left = np.ones(len(ranks), bool)
    for kept_ranks, places in ranked.grid.neighbours(kept, ranks):
        left[places[ranked.conflicts(kept_ranks, ranks[places])]] = False
    return ranks[left]
