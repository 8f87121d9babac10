"""What becomes of detections at a score threshold: over many scenes as a curve, in one scene box by box."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.detection.precision import average_precision, precision_recall
from cnncourse.detection.suppression import nms_per_class
from cnncourse.explorers.week3.iou_and_nms_scenes import many_scenes

SUPPRESSED_AT = 0.5
HIT, DUPLICATE, ALARM = "hit", "duplicate", "false alarm"


class Curve(NamedTuple):
    """Precision, recall and scores (K,) after each detection of a class, best first, its truths and its AP."""

    precision: np.ndarray
    recall: np.ndarray
    scores: np.ndarray
    truths: int
    average: float

    def point(self, score_threshold):
        """Return (detections, hits, precision, recall) of the detections that score at least a threshold."""
        count = int((self.scores >= score_threshold).sum())
        if not count:
            return 0, 0, 1.0, 0.0
        return count, round(self.recall[count - 1] * self.truths), self.precision[count - 1], self.recall[count - 1]

    def envelope(self, recalls):
        """Return the interpolated precision at each of `recalls`."""
        best = np.append(np.maximum.accumulate(self.precision[::-1])[::-1], 0)
        return best[np.searchsorted(self.recall, recalls)]


@lru_cache(maxsize=4)
def predictions_of(suppress):
    """Return the detections of all scenes, as they are or suppressed: a list of (boxes, scores, labels)."""
    found = [detections for *_, detections in many_scenes()]
    if not suppress:
        return found
    return [tuple(part[nms_per_class(*some, SUPPRESSED_AT)] for part in some) for some in found]


@lru_cache(maxsize=64)
def curve_of(label, iou_threshold, suppress):
    """Return the Curve of a class over all scenes."""
    truths = [(boxes, labels) for _, boxes, labels, _ in many_scenes()]
    arguments = predictions_of(suppress), truths, label, iou_threshold
    count = sum(int((labels == label).sum()) for _, labels in truths)
    return Curve(*precision_recall(*arguments), count, average_precision(*arguments))


class Judged(NamedTuple):
    """One scene's detections of a class above a threshold, what each is, and which of its truths (M, 4) are found."""

    boxes: np.ndarray
    scores: np.ndarray
    kinds: list
    truths: np.ndarray
    found: np.ndarray


def judged_scene(scene, label, score_threshold, iou_threshold, suppress):
    """Return the scene's detections of a class, best first, judged as for the curve."""
    _, boxes, labels, _ = many_scenes()[scene]
    truths = boxes[labels == label]
    boxes, scores, labels = predictions_of(suppress)[scene]
    mine = np.flatnonzero((labels == label) & (scores >= score_threshold))
    mine = mine[np.argsort(-scores[mine], kind="stable")]
    overlaps, found, kinds = iou(boxes[mine], truths), np.zeros(len(truths), bool), []
    for row in overlaps:
        free = np.where(found, -1, row)
        if len(row) and free.max() >= iou_threshold:
            found[free.argmax()] = True
            kinds.append(HIT)
        else:
            kinds.append(DUPLICATE if (row >= iou_threshold).any() else ALARM)
    return Judged(boxes[mine], scores[mine], kinds, truths, found)
