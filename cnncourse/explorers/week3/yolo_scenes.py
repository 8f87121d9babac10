"""What the explorers of notebook 3.4 share: the true objects of road scenes, their anchors, how they are painted."""

from functools import lru_cache

import numpy as np

from cnncourse.detection.anchors import kmeans_anchors
from cnncourse.explorers import Painter
from cnncourse.plots import BLUE, INK, ORANGE, PURPLE, WHITE

SHORT = ("car", "ped.", "moto")
TINTS = (BLUE, ORANGE, PURPLE)
MOST_ANCHORS = 9


class Scenery:
    """Road scenes, and what the explorers ask of them again and again, kept once found.

    `scenes` holds images (N, S, S, 3) uint8 and lists of boxes (M, 4), labels (M,) and ignored (M,), as RoadScenes.
    """

    def __init__(self, scenes):
        self.scenes = scenes
        self.image_size = scenes.images.shape[1:3]
        boxes = [self.objects(index)[0] for index in range(len(self))]
        self.boxes, self.scene_of = np.concatenate(boxes), np.repeat(range(len(self)), list(map(len, boxes)))
        self.sizes = self.boxes[:, 2:] - self.boxes[:, :2]
        self.most_anchors = min(MOST_ANCHORS, len(np.unique(self.sizes, axis=0)))
        self.anchors = lru_cache(maxsize=None)(self._anchors)
        self.picture = lru_cache(maxsize=2)(self._picture)
        self.sheet = lru_cache(maxsize=4)(self._sheet)

    def __len__(self):
        return len(self.scenes.images)

    def objects(self, index):
        """Return (boxes (M, 4), labels (M,)) of a scene's objects that count; the ignored are left out."""
        counts = ~np.asarray(self.scenes.ignored[index], bool)
        boxes, labels = self.scenes.boxes[index], self.scenes.labels[index]
        return np.asarray(boxes, float).reshape(-1, 4)[counts], np.asarray(labels, int)[counts]

    def _anchors(self, count):
        return kmeans_anchors(self.sizes, count, np.random.default_rng(0))

    def _picture(self, index, paper, place):
        painter, (left, top, side) = Painter(*paper), place
        painter.image(self.scenes.images[index], left, top, side, side, smooth=True)
        return painter

    def _sheet(self, index, grid_size, paper, place):
        """Return a sheet of `paper` (width, height, scale), the scene in `place` (left, top, side) under grid lines."""
        painter = self.picture(index, paper, place).copy()
        paint_grid(painter, place, grid_size)
        return painter


def name_of(labels, index, names):
    """Return an object's name by the names of the classes, as "car 2" for the second car of a scene.

    >>> [name_of(np.array([0, 1, 0]), index, SHORT) for index in range(3)]
    ['car 1', 'ped. 1', 'car 2']
    """
    return f"{names[labels[index]]} {int((labels[: index + 1] == labels[index]).sum())}"


def paint_grid(painter, place, grid_size):
    """Paint the lines of a grid of cells over the picture in `place` (left, top, side)."""
    left, top, side = place
    for offset in np.linspace(0, side, grid_size + 1):
        painter.line(left + offset, top, left + offset, top + side, WHITE, 1, alpha=0.7)
        painter.line(left, top + offset, left + side, top + offset, WHITE, 1, alpha=0.7)


def on_sheet(box, place, image_size):
    """Return a box in pixels of the picture as corners on the sheet, where the picture lies in (left, top, side)."""
    left, top, side = place
    height, width = image_size
    x1, y1, x2, y2 = box
    return left + x1 * side / width, top + y1 * side / height, left + x2 * side / width, top + y2 * side / height


def in_picture(x, y, place, image_size):
    """Return the point of the picture, in its pixels, under a point of the sheet."""
    left, top, side = place
    height, width = image_size
    return (x - left) * width / side, (y - top) * height / side


def paint_box(painter, corners, tint, text="", dashed=False, line_width=2.5, reach=np.inf):
    """Paint the outline of a box (x1, y1, x2, y2 in CSS pixels) over white; its name on a label left of `reach`."""
    x1, y1, x2, y2 = corners
    sides = ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1))
    for ends in sides:
        painter.line(*ends, WHITE, line_width + 2)
    for ends in sides:
        painter.line(*ends, tint, line_width, dash=(7, 5) if dashed else None)
    if text:
        width, y = painter.text_width(text, 11, bold=True) + 8, max(y1 - 17, 0)
        x = min(x1 - 1, reach - width)
        painter.rectangle(x, y, width, 16, fill=WHITE, outline=tint, line_width=1.5)
        painter.text(x + 4, y + 8.5, text, 11, INK, bold=True)
