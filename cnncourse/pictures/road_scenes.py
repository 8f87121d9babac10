"""The road data set of week 3: 160 × 160 pictures of streets with the boxes of cars, pedestrians and motorcycles.

Each scene has a seed of its own, made of its style, split and number, and is JPEG-encoded and decoded after rendering,
so the splits are alike.
"""

from typing import NamedTuple

import numpy as np

from cnncourse.arguments import one_of, whole_number
from cnncourse.pictures.picture_sheets import decode, encode
from cnncourse.pictures.roads import STYLES, render_road, sample_road

CLASSES = ("car", "pedestrian", "motorcycle")
SIZE = 160
SPLITS = ("train", "validation", "test")
LEAST_HEIGHT = 14.0  # pixels; what is lower, or less visible than LEAST_VISIBLE, is there but ignored
LEAST_VISIBLE = 0.3
_SEED = 2016
_QUALITY = 80


class RoadScenes(NamedTuple):
    """Pictures and what is to be found in each."""

    images: np.ndarray  # (N, 160, 160, 3) uint8
    boxes: list  # N arrays (M, 4) float, xyxy in pixels, bounding what is visible of each object
    labels: list  # N arrays (M,) int, into CLASSES
    ignored: list  # N arrays (M,) bool: too small or too hidden to count


def road_scenes(split="validation", style="day", count=None):
    """Return the first `count` scenes of a split as RoadScenes."""
    one_of("split", split, SPLITS)
    one_of("style", style, STYLES)
    count = whole_number("count", 150 if count is None else count, 1)
    return gathered([render_scene(index, split, style) for index in range(count)])


def scene(index, split="validation", style="day"):
    """Return the Road of a scene, which `render_road` draws at any size."""
    seed = [_SEED, STYLES.index(style), SPLITS.index(split), whole_number("index", index, 0)]
    return sample_road(np.random.default_rng(seed), style)


def render_scene(index, split="validation", style="day"):
    """Return picture, boxes, labels and ignored of a scene, rendered and JPEG-encoded afresh."""
    picture = render_road(scene(index, split, style), SIZE)
    heights = picture.boxes[:, 3] - picture.boxes[:, 1]
    ignored = (heights < LEAST_HEIGHT) | (picture.visible < LEAST_VISIBLE)
    return decode(encode(picture.image, _QUALITY)), picture.boxes, picture.labels, ignored


def gathered(scenes):
    """Return a list of (picture, boxes, labels, ignored) as RoadScenes."""
    images, boxes, labels, ignored = zip(*scenes, strict=True)
    return RoadScenes(np.stack(images), list(boxes), list(labels), list(ignored))
