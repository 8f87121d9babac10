"""Non-max suppression of one scene, step by step, for its explorer, and whatever the learner's own function keeps."""

from typing import NamedTuple

import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.detection.suppression import nms

LEFT, CHOSEN, KEPT, DROPPED_NOW, DROPPED, UNLIKELY = "left", "chosen", "kept", "dropped now", "dropped", "unlikely"


class Run(NamedTuple):
    """A whole suppression: what happens to each candidate, when, and by whom.

    `order` (N,) are the candidates' indices, best score first; the others are by index: `decided` (N,) is the step in
    which a candidate is dropped or chosen (0: its score is too low), `by` (N,) the one that drops it, itself if it is
    kept, −1 if its score is too low; `overlap` (N,) its IoU with that one.
    """

    order: np.ndarray
    decided: np.ndarray
    by: np.ndarray
    overlap: np.ndarray

    @property
    def last_step(self):
        """The number of the step after which nothing is left."""
        return int(self.decided.max(initial=0))

    @property
    def kept(self):
        """The indices kept, smallest first."""
        return np.flatnonzero(self.by == np.arange(len(self.by)))

    def status(self, step):
        """Return what each candidate is at a step: a list by index."""
        words = []
        for index, (decided, by) in enumerate(zip(self.decided.tolist(), self.by.tolist(), strict=True)):
            if by < 0:
                words.append(UNLIKELY)
            elif decided > step:
                words.append(LEFT)
            elif by == index:
                words.append(CHOSEN if decided == step else KEPT)
            else:
                words.append(DROPPED_NOW if decided == step else DROPPED)
        return words


def run_of(boxes, scores, labels, score_threshold, iou_threshold, by_class):
    """Return the Run of greedy suppression over boxes (N, 4), scores (N,) and labels (N,)."""
    order = np.argsort(-scores, kind="stable")
    decided, by = np.zeros(len(scores), int), np.full(len(scores), -1)
    overlaps = iou(boxes, boxes)
    left, step = [index for index in order.tolist() if scores[index] > score_threshold], 0
    while left:
        best, step = left[0], step + 1
        taken = {
            j for j in left[1:] if overlaps[best, j] > iou_threshold and (labels[j] == labels[best] or not by_class)
        }
        for index in (best, *taken):
            decided[index], by[index] = step, best
        left = [index for index in left[1:] if index not in taken]
    return Run(order, decided, by, np.where(by >= 0, overlaps[np.arange(len(by)), by], 0))


def with_thresholds(function):
    """Return `suppress` of a whole scene: the likely boxes, class by class or all together, go through `function`."""

    def suppress(boxes, scores, labels, score_threshold, iou_threshold, by_class):
        kept = [np.zeros(0, int)]
        for label in np.unique(labels) if by_class else [None]:
            likely = scores > score_threshold
            members = np.flatnonzero(likely & (labels == label) if by_class else likely)
            answer = function(boxes[members], scores[members], iou_threshold)
            if answer is None or answer is Ellipsis:
                return answer
            kept.append(members[np.asarray(answer, None if len(answer) else int)])
        return np.sort(np.concatenate(kept))

    return suppress


course_suppress = with_thresholds(nms)


def is_choice(answer, _):
    """Say whether an answer is a row of indices."""
    return isinstance(answer, np.ndarray) and answer.ndim == 1 and answer.dtype.kind in "iu"
