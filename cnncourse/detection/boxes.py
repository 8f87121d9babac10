"""Boxes and their overlap.

A box is (x1, y1, x2, y2) in pixels, continuous: x1 and y1 are its left and upper edge, x2 and y2 its right and lower
one, so its width is x2 − x1, without the "+ 1" of old code that counts pixels. Boxes are arrays (N, 4), N may be 0.
float32 stays float32, whole numbers become float64.
"""

import numpy as np

from cnncourse.arguments import float_array, narrowed, real_number, refuse_overflow

BLOCK = 1 << 14  # pairs worked on at a time: a few such rows of numbers stay in the processor's cache


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
    return narrowed("boxes", _areas("boxes", edges_of(boxes)), boxes.dtype)


def iou(boxes_a, boxes_b):
    """Return the intersection over union (N, M), in [0, 1], of every box in `boxes_a` (N, 4) and `boxes_b` (M, 4).

    It is the area that two boxes share divided by the area that they cover together, area a + area b − shared
    (Jaccard 1901). Boxes that only touch share nothing: 0. A box without area has 0 with every box, itself included.
    Raises ValueError where an area is too large for a float.

    >>> iou([[0, 0, 4, 4]], [[2, 2, 6, 6], [0, 0, 4, 4], [4, 0, 8, 4]]).round(4).tolist()  # 4/28, 16/16, 0/32
    [[0.1429, 1.0, 0.0]]
    """
    boxes_a, boxes_b = checked_boxes("boxes_a", boxes_a), checked_boxes("boxes_b", boxes_b)
    a, b = edges_of(boxes_a), edges_of(boxes_b)
    areas_a, areas_b = divisible_areas("boxes_a", a), divisible_areas("boxes_b", b)
    overlaps = np.empty((len(boxes_a), len(boxes_b)), np.result_type(boxes_a, boxes_b))
    for start in range(0, len(boxes_a), step := max(1, BLOCK // max(1, len(boxes_b)))):
        rows = slice(start, start + step)
        overlaps[rows] = pair_iou(a[:, rows, None], areas_a[rows, None], b[:, None], areas_b)
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
    """Return `boxes` as a float array (N, 4); ValueError where a left edge is right of the right one, or top of bottom."""
    boxes = float_array(name, boxes, shape=(None, 4), axes="(N, 4)")
    turned = (boxes[:, :2] > boxes[:, 2:]).any(axis=1)
    if turned.any():
        row = int(turned.argmax())
        raise ValueError(f"{name} must have x1 ≤ x2 and y1 ≤ y2, got {boxes[row].tolist()} in row {row}")
    return boxes


def edges_of(boxes):
    """Return checked boxes (N, 4) edge by edge in float64, (4, N): all x1, all y1, all x2, all y2."""
    return np.ascontiguousarray(boxes.T, np.float64)


def divisible_areas(name, edges):
    """Return the areas (N,) of boxes given edge by edge, 1 where they are 0, so that no union of two areas is 0.

    A box without area shares nothing with any box, so its area may be any number but 0.
    """
    areas = _areas(name, edges)
    areas[areas == 0] = 1
    return areas


def pair_iou(edges_a, areas_a, edges_b, areas_b):
    """Return the IoU of boxes given edge by edge, (4, …), and their divisible areas, as NumPy broadcasts them."""
    shared = np.minimum(edges_a[2], edges_b[2])
    shared -= np.maximum(edges_a[0], edges_b[0])
    np.maximum(shared, 0, out=shared)
    heights = np.minimum(edges_a[3], edges_b[3])
    heights -= np.maximum(edges_a[1], edges_b[1])
    np.maximum(heights, 0, out=heights)
    shared *= heights
    union = areas_a + areas_b
    union -= shared
    return np.divide(shared, union, out=shared)


def _areas(name, edges):
    """Return the areas (N,) of boxes given edge by edge; ValueError where the sum of two could overflow."""
    with np.errstate(over="ignore"):
        areas = (edges[2] - edges[0]) * (edges[3] - edges[1])
        refuse_overflow(name, 2 * areas, np.inf)
    return areas
