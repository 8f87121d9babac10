"""What the explorers of notebook 3.6 share: which kind every detection and every true object of a scene is.

`found` is (boxes (N, 4), scores (N,), labels (N,)), `truth` is (boxes (M, 4), labels (M,), ignored (M,)).
"""

from typing import NamedTuple

import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.detection.suppression import nms_per_class
from cnncourse.pictures.road_scenes import CLASSES

NAMES = CLASSES  # car, pedestrian, motorcycle
LETTERS = ("C", "P", "M")
KINDS = ("hit", "missed", "false alarm", "duplicate", "wrong class", "poor box", "ignored")
FOUND, NEAR = 0.5, 0.1  # IoU from which an object counts as found, and from which a wrong detection is about it


class Entry(NamedTuple):
    """One detection, or one true object that was missed, of all scenes: `score` is None for a missed one."""

    kind: str
    scene: int
    box: np.ndarray
    label: int
    score: float | None


def judge_detections(found, truth, iou_threshold):
    """Return "hit", "ignored", "duplicate" or "false alarm" for each detection, in their order."""
    boxes, scores, labels = found
    true_boxes, true_labels, ignored = truth
    overlaps, chosen, words = iou(boxes, true_boxes), set(), [""] * len(boxes)
    for d in np.argsort(-scores, kind="stable"):
        reach = np.flatnonzero((overlaps[d] >= iou_threshold) & (true_labels == labels[d])).tolist()
        free = sorted(set(reach) - chosen, key=lambda t, row=overlaps[d]: (ignored[t], -row[t]))
        chosen.update(free[:1])
        words[d] = ("ignored" if ignored[free[0]] else "hit") if free else ("duplicate" if reach else "false alarm")
    return words


def refined(words, found, truth):
    """Return the kinds (N,) of the detections: false alarms that are about an object get a name of their own.

    "wrong class" has an IoU of at least ½ with an object of another class, "poor box" one of at least 0.1 with an
    object of its own (after Bolya et al. 2020, "TIDE").
    """
    boxes, _, labels = found
    true_boxes, true_labels, _ = truth
    overlaps = iou(boxes, true_boxes)
    same = labels[:, None] == true_labels
    wrong_class = ((overlaps >= FOUND) & ~same).any(axis=1)
    poor = ((overlaps >= NEAR) & same).any(axis=1)
    return [
        word if word != "false alarm" else "wrong class" if wrong else "poor box" if near else word
        for word, wrong, near in zip(words, wrong_class, poor, strict=True)
    ]


def missed(words, found, truth, iou_threshold=FOUND):
    """Return the numbers of the true objects that no hit has found; the hits choose as `judge_detections` lets them."""
    boxes, scores, labels = found
    true_boxes, true_labels, ignored = truth
    overlaps = np.where((labels[:, None] == true_labels) & ~ignored, iou(boxes, true_boxes), 0)
    left = ~ignored
    hits = [d for d in np.argsort(-scores, kind="stable") if words[d] == "hit"]
    for d in hits:
        reach = np.where(left & (overlaps[d] >= iou_threshold), overlaps[d], 0)
        if reach.any():
            left[reach.argmax()] = False
    return np.flatnonzero(left)


def kept(candidates, score_threshold, iou_threshold):
    """Return those of the candidates (boxes, scores, labels) that score enough and that suppression leaves."""
    enough = candidates[1] >= score_threshold
    boxes, scores, labels = (part[enough] for part in candidates)
    chosen = nms_per_class(boxes, scores, labels, iou_threshold) if len(boxes) > 1 else slice(None)
    return boxes[chosen], scores[chosen], labels[chosen]


def entries(found, truth, words, scene):
    """Return the `Entry` of every detection and every missed object of one scene."""
    kinds = refined(words, found, truth)
    boxes, scores, labels = found
    detections = [
        Entry(kind, scene, box, int(label), float(score))
        for kind, box, score, label in zip(kinds, boxes, scores, labels, strict=True)
    ]
    lost = [Entry("missed", scene, truth[0][t], int(truth[1][t]), None) for t in missed(words, found, truth)]
    return detections + lost


def chosen_entries(everything, kind, label):
    """Return the entries of a kind and a class (None: all), the surest detections or the highest objects first."""
    mine = [entry for entry in everything if entry.kind == kind and label in (None, entry.label)]
    return sorted(mine, key=lambda entry: (entry.box[1] - entry.box[3]) if entry.score is None else -entry.score)


def counts(everything):
    """Return how many entries of each kind (row) there are of each class and in all (last column): `(7, 4)`."""
    table = np.zeros((len(KINDS), len(NAMES) + 1), int)
    for entry in everything:
        row = KINDS.index(entry.kind)
        table[row, entry.label] += 1
        table[row, -1] += 1
    return table
