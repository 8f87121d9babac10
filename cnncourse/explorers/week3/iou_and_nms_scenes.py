"""What the explorers of notebook 3.3 look at: road scenes, and what a pretended detector says of them.

No network is needed: the detections are the true boxes, moved and stretched by chance from a seed, several for most
objects and none for some, with scores that rise with the overlap and with chance. So the truth is known exactly.
"""

from functools import cache

import numpy as np

from cnncourse.detection.boxes import clip_boxes, iou
from cnncourse.pictures.road_scenes import CLASSES, SIZE, road_scenes

CHOSEN = (94, 7, 120, 23, 103, 83)  # scenes of the validation split with several objects that overlap
SCENES = 60  # that the precision–recall explorer looks at
MOST_COPIES = 6
LEAST_SIDE = 4.0  # pixels


def pretended_detections(boxes, labels, rng):
    """Return detections (boxes (N, 4), scores (N,), labels (N,)) of one scene such as a middling detector gives them.

    `boxes` (M, 4) in pixels and `labels` (M,) are the scene's objects. Some objects get no box, most several, a few a
    wrong label; two boxes or so lie where nothing is.
    """
    heights = boxes[:, 3] - boxes[:, 1]
    seen = rng.random(len(boxes)) < np.clip(heights / 20, 0.3, 0.95)
    copies = np.repeat(np.arange(len(boxes)), rng.integers(2, MOST_COPIES + 1, len(boxes)) * seen)
    moved = _moved(boxes[copies], rng)
    quality = np.diagonal(iou(moved, boxes[copies])) if len(copies) else np.zeros(0)
    mistaken = rng.random(len(copies)) < 0.08
    found = np.where(
        mistaken, (labels[copies] + rng.integers(1, len(CLASSES), len(copies))) % len(CLASSES), labels[copies]
    )
    scores = 0.25 + 0.65 * quality + rng.normal(0, 0.12, len(copies)) - 0.2 * mistaken
    strays = _strays(rng)
    boxes = clip_boxes(np.concatenate([moved, strays]), SIZE, SIZE)
    scores = np.concatenate([scores, rng.beta(1.6, 2.6, len(strays))])
    found = np.concatenate([found, rng.integers(0, len(CLASSES), len(strays))])
    return boxes, scores.clip(0.02, 0.99).round(2), found


def _moved(boxes, rng):
    sizes = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, :2] + sizes / 2 + sizes * rng.normal(0, 0.09, sizes.shape)
    sizes = np.maximum(sizes * np.exp(rng.normal(0, 0.12, sizes.shape)), LEAST_SIDE)
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)


def _strays(rng):
    count = rng.poisson(2)
    sizes = rng.uniform(12, 40, (count, 2))
    corners = np.stack([rng.uniform(0, SIZE - 40, count), rng.uniform(60, SIZE - 40, count)], axis=1)
    return np.concatenate([corners, corners + sizes], axis=1)


@cache
def chosen_scenes():
    """Return the scenes that are shown large: a list of (picture, boxes, labels, detections), the ignored left out."""
    scenes = road_scenes("validation")
    return [_counted(scenes, number) for number in CHOSEN]


@cache
def many_scenes():
    """Return the scenes that are judged: a list as that of `chosen_scenes`, those of it first."""
    scenes = road_scenes("validation")
    rest = [number for number in range(len(scenes.images)) if number not in CHOSEN]
    return [_counted(scenes, number) for number in (*CHOSEN, *rest)[:SCENES]]


def _counted(scenes, number):
    counts = ~scenes.ignored[number]
    boxes, labels = scenes.boxes[number][counts], scenes.labels[number][counts]
    return scenes.images[number], boxes, labels, pretended_detections(boxes, labels, np.random.default_rng(number))
