"""Boxes and their overlap.

A box is (x1, y1, x2, y2) in pixels, continuous: x1 and y1 are its left and upper edge, x2 and y2 its right and lower
one, so its width is x2 − x1, without the "+ 1" of old code that counts pixels. Boxes are arrays (N, 4), N may be 0.
float32 stays float32, whole numbers become float64.
"""

import numpy as np

from cnncourse.arguments import float_array, narrowed, real_number, refuse_overflow

BLOCK = 1 << 16  # pairs worked on at a time: a few such rows of numbers stay in the processor's cache


def xyxy_from_cxcywh(boxes):
    """Return boxes (N, 4) given as centre x, centre y, width, height by their edges x1, y1, x2, y2.

    Raises ValueError for a negative width or height.

    >>> xyxy_from_cxcywh([[5, 3, 4, 2]]).tolist()
    [[3.0, 2.0, 7.0, 4.0]]
    """
    boxes = float_array("boxes", boxes, shape=(None, 4), axes="(N, 4)")
    centres, sizes = boxes[:, :2], boxes[:, 2:]
    if (sizes < 0).any():
        row = int((sizes < 0).any(axis=1).argmax())
        raise ValueError(f"boxes must have widths and heights of at least 0, got {boxes[row].tolist()} in row {row}")
    with np.errstate(over="ignore"):
        edges = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
    refuse_overflow("boxes", edges, np.inf)
    return edges


def cxcywh_from_xyxy(boxes):
    """Return boxes (N, 4) given by their edges x1, y1, x2, y2 as centre x, centre y, width, height.

    >>> cxcywh_from_xyxy([[3, 2, 7, 4]]).tolist()
    [[5.0, 3.0, 4.0, 2.0]]
    """
    boxes = checked_boxes("boxes", boxes)
    with np.errstate(over="ignore"):
        sizes = boxes[:, 2:] - boxes[:, :2]
    refuse_overflow("boxes", sizes, np.inf)
    return np.concatenate([boxes[:, :2] / 2 + boxes[:, 2:] / 2, sizes], axis=1)


def box_area(boxes):
    """Return the areas (N,) of boxes (N, 4) in square pixels, (x2 − x1)·(y2 − y1).

    >>> box_area([[3, 2, 7, 4], [1, 1, 1, 9]]).tolist()
    [8.0, 0.0]
    """
    boxes = checked_boxes("boxes", boxes)
    return narrowed("boxes", _areas("boxes", reaches_of(boxes)), boxes.dtype)


def iou(boxes_a, boxes_b):
    """Return the intersection over union (N, M), in [0, 1], of every box in `boxes_a` (N, 4) and `boxes_b` (M, 4).

    It is the area that two boxes share divided by the area that they cover together, area a + area b − shared
    (Jaccard 1901). Boxes that only touch share nothing: 0. A box without area has 0 with every box, itself included.
    Raises ValueError where an area is too large for a float.

    >>> iou([[0, 0, 4, 4]], [[2, 2, 6, 6], [0, 0, 4, 4], [4, 0, 8, 4]]).round(4).tolist()  # 4/28, 16/16, 0/32
    [[0.1429, 1.0, 0.0]]
    """
    boxes_a, boxes_b = checked_boxes("boxes_a", boxes_a), checked_boxes("boxes_b", boxes_b)
    a, b = reaches_of(boxes_a), reaches_of(boxes_b)
    areas_a, areas_b = divisible_areas("boxes_a", a), divisible_areas("boxes_b", b)
    overlaps = np.empty((len(boxes_a), len(boxes_b)), np.result_type(boxes_a, boxes_b))
    step = max(1, BLOCK // max(1, len(boxes_b)))
    scratch = np.empty((4, min(step, len(boxes_a)), len(boxes_b)))
    for start in range(0, len(boxes_a), step):
        rows = slice(start, start + step)
        shared = scratch[:, : len(areas_a[rows])]
        shared[...] = a[:, rows, None]  # spread first: the minimum of two full arrays takes half the time
        np.minimum(shared, b[:, None], out=shared)
        overlaps[rows] = iou_of_shared(shared, areas_a[rows, None], areas_b)
    return overlaps


def clip_boxes(boxes, height, width):
    """Return boxes (N, 4) with every edge moved into a picture of `height` × `width` pixels.

    A box that lies outside becomes one without area on the picture's border.

    >>> clip_boxes([[-2, 1, 5, 9]], height=6, width=8).tolist()
    [[0.0, 1.0, 5.0, 6.0]]
    """
    boxes = checked_boxes("boxes", boxes)
    height, width = real_number("height", height, minimum=0), real_number("width", width, minimum=0)
    return np.clip(boxes, 0, np.array([width, height, width, height], boxes.dtype))


def checked_boxes(name, boxes):
    """Return `boxes` as a float array (N, 4); ValueError where x1 > x2 or y1 > y2."""
    boxes = float_array(name, boxes, shape=(None, 4), axes="(N, 4)")
    turned = boxes[:, :2] > boxes[:, 2:]
    if turned.any():
        row = int(turned.any(axis=1).argmax())
        raise ValueError(f"{name} must have x1 ≤ x2 and y1 ≤ y2, got {boxes[row].tolist()} in row {row}")
    return boxes


def reaches_of(boxes):
    """Return how far checked boxes (N, 4) reach right, down, left and up, (4, N) in float64: x2, y2, −x1, −y1.

    What two boxes share reaches in each direction as far as the one that reaches less far: one minimum finds it.
    """
    reaches = np.empty((4, len(boxes)))
    reaches[:2] = boxes.T[2:]
    np.negative(boxes.T[:2], out=reaches[2:])
    return reaches


def divisible_areas(name, reaches):
    """Return the areas (N,) of boxes given by their reaches, 1 where they are 0, so that no union is 0.

    A box without area shares nothing with any box, so its area may be any number but 0.
    """
    areas = _areas(name, reaches)
    areas[areas == 0] = 1
    return areas


def iou_of_shared(shared, areas_a, areas_b):
    """Return the IoU (…) of pairs of boxes, given the reaches (4, …) of what they share, and their divisible areas.

    Works in place: it overwrites `shared` and returns a part of it.
    """
    sides = shared[:2]
    sides += shared[2:]
    np.maximum(sides, np.zeros(sides.shape[-1]), out=sides)  # an array of zeros: with the number 0 it takes longer
    intersection, union = np.multiply(*sides, out=sides[0]), np.add(areas_a, areas_b, out=shared[2])
    union -= intersection
    return np.divide(intersection, union, out=intersection)


def _areas(name, reaches):
    """Return the areas (N,) of boxes given by their reaches; ValueError where the sum of two could overflow."""
    with np.errstate(over="ignore"):
        areas = np.multiply(*(reaches[:2] + reaches[2:]))
        largest_sum = 2 * areas.max(initial=0)
    refuse_overflow(name, largest_sum, largest_sum)
    return areas
