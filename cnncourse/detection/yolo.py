"""YOLO's target: an S × S grid of cells, in each cell one vector for every anchor.

A vector is (p_c, b_x, b_y, b_h, b_w, c_1 … c_C). b_x and b_y run from the cell's upper left corner, b_h and b_w are the
box's height and width, all four in cells; **height stands before width**, while anchors are (width, height) in pixels.
`image_size` is (height, width) in pixels, so a cell is height/S × width/S pixels and need not be square. An object
belongs to the cell that holds its centre, and there to the anchor whose shape fits best (Redmon et al. 2016, section 2;
Redmon and Farhadi 2017, section 2).
"""

from importlib import import_module
from typing import NamedTuple

import numpy as np

from cnncourse.arguments import MANY, float_array, numeric_array, real_number, shown, whole_number, whole_numbers
from cnncourse.detection.anchors import checked_sizes, shape_iou
from cnncourse.detection.boxes import cxcywh_from_xyxy, xyxy_from_cxcywh

MOST_CELLS = 4096  # along a side
ELSEWHERE = {"yolo_loss": "cnncourse.detection.yolo_loss", "TinyYOLO": "cnncourse.networks.tiny_yolo"}


def __getattr__(name):
    """Bring `yolo_loss` and `TinyYOLO` when they are asked for: they need PyTorch, and the network this module."""
    if name in ELSEWHERE:
        return getattr(import_module(ELSEWHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Places(NamedTuple):
    """Where boxes belong, an array (N,) each: `row`, `column` and `anchor`; and whether an earlier box is there."""

    row: np.ndarray
    column: np.ndarray
    anchor: np.ndarray
    taken: np.ndarray


def encode(boxes, labels, grid_size, anchors, class_count, image_size):
    """Return the target (S, S, B, 5 + C), by row, column and anchor, of the boxes (N, 4) of one picture.

    `labels` (N,) are whole numbers below `class_count` = C, `grid_size` is S, `anchors` are (B, 2). Of two boxes that
    want the same place the earlier keeps it; `collisions` names the others. Raises ValueError for a box whose centre
    is outside the picture and for one without area.

    >>> target = encode([[10, 20, 50, 40]], [1], 2, [[40, 20]], 3, image_size=(100, 100))  # cells of 50 × 50 pixels
    >>> target.shape, target[0, 0, 0].tolist()  # centre (30, 30), 20 high, 40 wide
    ((2, 2, 1, 8), [1.0, 0.6, 0.6, 0.4, 0.8, 0.0, 1.0, 0.0])
    """
    cells, places = _placed(boxes, grid_size, anchors, image_size)
    class_count = whole_number("class_count", class_count, 1, MANY)
    labels = _checked_labels(labels, len(cells), class_count)
    target = np.zeros((whole_number("grid_size", grid_size), grid_size, len(anchors), 5 + class_count), cells.dtype)
    x, y, w, h = cells.T
    vectors = np.column_stack([np.ones_like(x), x - places.column, y - places.row, h, w])  # (N, 5)
    kept = np.flatnonzero(~places.taken)
    there = places.row[kept], places.column[kept], places.anchor[kept]
    target[(*there, slice(0, 5))] = vectors[kept]
    target[(*there, 5 + labels[kept])] = 1
    return target


def collisions(boxes, grid_size, anchors, image_size):
    """Return the indices, ascending, of the boxes (N, 4) that `encode` loses: an earlier box has their place.

    >>> boxes = [[10, 20, 50, 40], [12, 24, 48, 46]]  # centres (30, 30) and (30, 35)
    >>> [collisions(boxes, grid_size, [[40, 20]], image_size=(100, 100)).tolist() for grid_size in (2, 3)]
    [[1], []]
    """
    return np.flatnonzero(place_of(boxes, grid_size, anchors, image_size).taken)


def place_of(boxes, grid_size, anchors, image_size):
    """Return the `Places` of boxes (N, 4): a centre on a line between cells is in the later cell, or in the last.

    Of anchors that fit a box equally well it takes the first.
    """
    return _placed(boxes, grid_size, anchors, image_size)[1]


def decode(target, anchors, image_size, score_threshold):
    """Return boxes (K, 4), scores (K,) and labels (K,) of a target or prediction (S, S, B, 5 + C), best score first.

    A place's score is p_c times its largest c, which is its label; places with a score of at least `score_threshold`
    (and above 0) are returned. Equal scores come in the order of row, column, anchor. Of `anchors` only the number
    matters: in cells, the sizes stand in the target itself. Raises ValueError for a negative size among those returned.

    >>> target = np.zeros((2, 2, 1, 8))
    >>> target[0, 1, 0] = [0.5, 0.6, 0.6, 0.4, 0.8, 0, 0.5, 0]
    >>> [part.tolist() for part in decode(target, [[40, 20]], (100, 100), score_threshold=0.2)]
    [[[60.0, 20.0, 100.0, 40.0]], [0.25], [1]]
    """
    target = float_array("target", target, dimensions=4, axes="(S, S, B, 5 + C)")
    height, width = whole_numbers("image_size", image_size, 2, 1, MANY)
    S = _checked_target(target, checked_anchors(anchors))
    score_threshold = real_number("score_threshold", score_threshold)
    scores = target[..., 0] * target[..., 5:].max(axis=-1)  # (S, S, B)
    row, column, anchor = np.nonzero((scores >= score_threshold) & (scores > 0))
    order = np.argsort(-scores[row, column, anchor], kind="stable")
    row, column, anchor = row[order], column[order], anchor[order]
    vectors = target[row, column, anchor]  # (K, 5 + C)
    x, y, w, h = column + vectors[:, 1], row + vectors[:, 2], vectors[:, 4], vectors[:, 3]
    if (vectors[:, 3:5] < 0).any():
        raise ValueError(f"target must hold heights and widths of at least 0, got {vectors[:, 3:5].min():g}")
    cell = np.array([width, height, width, height]) / S
    boxes = xyxy_from_cxcywh(np.column_stack([x, y, w, h]) * cell)
    return boxes.astype(target.dtype), scores[row, column, anchor], vectors[:, 5:].argmax(axis=1)


def checked_anchors(anchors):
    """Return `anchors` as a float array (B, 2) of at least one row, widths and heights above 0."""
    anchors = checked_sizes("anchors", anchors)
    if len(anchors) == 0:
        raise ValueError("anchors must hold at least one row, got none")
    return anchors


def _placed(boxes, grid_size, anchors, image_size):
    """Return the boxes in cells (N, 4), as centre x, centre y, width, height, and their `Places`."""
    S = whole_number("grid_size", grid_size, 1, MOST_CELLS)
    anchors = checked_anchors(anchors)
    height, width = whole_numbers("image_size", image_size, 2, minimum=1)
    boxes = cxcywh_from_xyxy(boxes)
    inside = ((boxes[:, :2] >= 0) & (boxes[:, :2] <= (width, height))).all(axis=1)
    if not inside.all():
        row = int((~inside).argmax())
        x, y = boxes[row, :2].tolist()
        raise ValueError(
            f"boxes must have their centres inside the picture of {height} × {width} pixels, "
            f"got the centre x = {x:g}, y = {y:g} in row {row}"
        )
    nearest = shape_iou(checked_sizes("boxes", boxes[:, 2:]), anchors).argmax(axis=1)
    cells = boxes * np.array([S / width, S / height] * 2).astype(boxes.dtype)
    column, row = np.minimum(np.floor(cells[:, :2]).astype(int), S - 1).T
    taken = np.ones(len(boxes), bool)
    taken[np.unique((row * S + column) * len(anchors) + nearest, return_index=True)[1]] = False
    return cells, Places(row, column, nearest, taken)


def _checked_labels(labels, count, class_count):
    labels = numeric_array("labels", labels, shape=(count,), axes="(N,)")
    if count and labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be whole numbers, got {shown(labels)}")
    if count and not 0 <= labels.min() <= labels.max() < class_count:
        raise ValueError(
            f"labels must be from 0 to class_count − 1 = {class_count - 1}, got {labels.min()} to {labels.max()}"
        )
    return labels.astype(int)


def _checked_target(target, anchors):
    """Return S of a target that fits the anchors."""
    S, columns, B, channels = target.shape
    if columns != S or S == 0 or len(anchors) != B or channels < 6:
        wanted = f"(S, S, B, 5 + C) with B = {len(anchors)} anchors and C ≥ 1"
        raise ValueError(f"target must have shape {wanted}, got shape {target.shape}")
    return S
