"""Three road scenes made by hand, and what the tests of their explorers share."""

import re

import numpy as np

from cnncourse.pictures.road_scenes import RoadScenes


def made_scenes():
    """Three scenes: two cars and a pedestrian (and one ignored), two objects alike in one cell, nothing."""
    images = np.random.default_rng(0).integers(0, 255, (3, 160, 160, 3), dtype=np.uint8)
    boxes = [
        [[10, 60, 70, 100], [100, 40, 112, 80], [90, 100, 150, 150], [0, 0, 9, 9]],
        [[40, 40, 52, 76], [42, 44, 54, 78], [100, 120, 150, 155]],
        np.zeros((0, 4)),
    ]
    labels = [[0, 1, 0, 0], [1, 1, 2], []]
    ignored = [[False, False, False, True], [False] * 3, []]
    return RoadScenes(
        images,
        [np.array(b, float).reshape(-1, 4) for b in boxes],
        [np.array(kinds, int) for kinds in labels],
        [np.array(flags, bool) for flags in ignored],
    )


SCENES = made_scenes()


def words(html):
    return re.sub("<[^>]+>", "", html)


def said(explorer):
    return words(explorer._caption_box.value)


def spot(x, y, place):
    """Return where a point of the picture, in its pixels, lies on the sheet."""
    left, top, side = place
    return left + x * side / 160, top + y * side / 160
