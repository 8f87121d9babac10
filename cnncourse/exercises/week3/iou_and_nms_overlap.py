"""Exercise of notebook 3.3: how much one box overlaps each of many."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def box_iou(box, boxes):
    """Return the IoU (N,) of one box, shape (4,), with each of boxes, shape (N, 4).

    A box is x1, y1, x2, y2 in pixels, continuous: its width is x2 − x1. IoU is the area
    that two boxes share divided by the area that they cover together. Boxes that only
    touch share nothing, and so do boxes apart: 0. Every box here has an area.

    Example: [0, 0, 4, 4] with [2, 2, 6, 6] shares 2 · 2 = 4 and covers 16 + 16 − 4 = 28:
    IoU 4/28.
    """
    left, top = np.maximum(box[:2], boxes[:, :2]).T
    right, bottom = np.minimum(box[2:], boxes[:, 2:]).T
    shared = np.maximum(right - left, 0) * np.maximum(bottom - top, 0)
    area = (box[2] - box[0]) * (box[3] - box[1])
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return shared / (area + areas - shared)


def _overlapped(
    product=lambda w, h: np.maximum(w, 0) * np.maximum(h, 0),
    result=lambda shared, area, areas: shared / (area + areas - shared),
    pixel=0,
    pixel_of_shared=0,
    corners=lambda box, boxes: (np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])),
):
    """Return an IoU with one part replaced."""

    def overlap(box, boxes):
        low, high = corners(box, boxes)
        shared = product(*(high - low + pixel + pixel_of_shared).T)
        areas = np.prod(boxes[:, 2:] - boxes[:, :2] + pixel, axis=1)
        return result(shared, np.prod(box[2:] - box[:2] + pixel), areas)

    return overlap


def _enclosing(box, boxes):
    return np.minimum(box[:2], boxes[:, :2]), np.maximum(box[2:], boxes[:, 2:])


_counted_twice = _overlapped(result=lambda i, a, b: i / (a + b))
_not_clipped = _overlapped(product=lambda w, h: w * h)
_clipped_late = _overlapped(product=lambda w, h: np.maximum(w * h, 0))
_clipped_one_side = _overlapped(product=lambda w, h: np.maximum(w, 0) * h)
_absolute = _overlapped(product=lambda w, h: abs(w) * abs(h))
_one_pixel_more = _overlapped(pixel=1)
_shared_one_more = _overlapped(pixel_of_shared=1)
_by_smaller = _overlapped(result=lambda i, a, b: i / np.minimum(a, b))
_by_larger = _overlapped(result=lambda i, a, b: i / np.maximum(a, b))
_by_first = _overlapped(result=lambda i, a, b: i / a)
_by_second = _overlapped(result=lambda i, a, b: i / b)
_dice = _overlapped(result=lambda i, a, b: 2 * i / (a + b))
_shared_alone = _overlapped(result=lambda i, a, b: i)
_distance = _overlapped(result=lambda i, a, b: 1 - i / (a + b - i))
_taken_off_twice = _overlapped(result=lambda i, a, b: i / (a + b - 2 * i))
_division_first = _overlapped(result=lambda i, a, b: i / a + b - i)
_apart_in_both_only = _overlapped(product=lambda w, h: np.where((w < 0) & (h < 0), 0, w * h))
_upside_down = _overlapped(result=lambda i, a, b: (a + b - i) / i)
_around_both = _overlapped(corners=_enclosing)


def _by_enclosing(box, boxes):
    low, high = _enclosing(box, boxes)
    return _shared_alone(box, boxes) / np.prod(high - low, axis=1)


def _as_sizes(box, boxes):
    def to_edges(b):
        return np.concatenate([b[..., :2], b[..., :2] + b[..., 2:]], axis=-1)

    return box_iou(to_edges(np.asarray(box, float)), to_edges(np.asarray(boxes, float)))


def _yes_or_no(box, boxes):
    return (box_iou(box, boxes) > 0).astype(float)


def _only_first(box, boxes):
    return box_iou(box, boxes)[:1]


def _counted(box, boxes, per_pixel):
    """Return IoUs by counting squares of 1/per_pixel pixel."""
    box, boxes = np.rint(box * per_pixel).astype(int), np.rint(boxes * per_pixel).astype(int)
    low = np.minimum(box[:2], boxes[:, :2].min(axis=0))
    width, height = np.maximum(box[2:], boxes[:, 2:].max(axis=0)) - low

    def squares(x1, y1, x2, y2):
        there = np.zeros((height, width), bool)
        there[y1 - low[1] : y2 - low[1], x1 - low[0] : x2 - low[0]] = True
        return there

    first, others = squares(*box), [squares(*other) for other in boxes]
    return np.array([(first & other).sum() / (first | other).sum() for other in others])


def _overlap_cases():
    def case(what, box, boxes, expected=None, per_pixel=1):
        box, boxes = np.array(box, float), np.array(boxes, float).reshape(-1, 4)
        yield Case(
            what, (box, boxes), _counted(box, boxes, per_pixel) if expected is None else np.array(expected, float)
        )

    yield from case("the boxes of the example", [0, 0, 4, 4], [[2, 2, 6, 6]], [4 / 28])
    yield from case("a wide box and three tall ones", [1, 2, 9, 5], [[3, 0, 5, 9], [8, 1, 10, 6], [1, 2, 2, 5]])
    yield from case("the same box, and one inside it", [2, 1, 8, 5], [[2, 1, 8, 5], [3, 2, 5, 4]], [1, 4 / 24])
    touching = [[4, 0, 7, 2], [0, 2, 4, 5], [4, 2, 6, 5]]
    yield from case("boxes that touch at an edge or a corner", [0, 0, 4, 2], touching, [0, 0, 0])
    apart = [[7, 9, 12, 11], [7, 1, 9, 3], [1, 8, 2, 9], [-9, -8, -5, -6]]
    yield from case("boxes apart: to the side, below, in both directions", [0, 0, 5, 3], apart, [0, 0, 0, 0])
    yield from case("no boxes at all", [0, 0, 5, 3], [], np.zeros(0))
    rng = np.random.default_rng(33)
    for count, low, per_pixel in ((6, 0, 1), (9, -20, 4), (12, -8, 10)):
        corners = rng.integers(low * per_pixel, (low + 30) * per_pixel, (count + 1, 2))
        sizes = rng.integers(per_pixel, 18 * per_pixel, (count + 1, 2)) * [2, 1]
        boxes = np.concatenate([corners, corners + sizes], axis=1) / per_pixel
        what = f"{count} boxes, edges in {'whole pixels' if per_pixel == 1 else f'1/{per_pixel} pixel'}"
        yield from case(what, boxes[0], boxes[1:], per_pixel=per_pixel)


BOX_IOU = Exercise(
    solution=box_iou,
    cases=_overlap_cases,
    mistakes={
        _counted_twice: "Your union counts the shared area twice: area + area − shared.",
        _not_clipped: "Boxes apart have a negative width or height in common: clip each at 0 before you multiply.",
        _clipped_late: "You clip the product. Of boxes apart in both directions width and height are negative, and "
        "their product is positive: clip each of the two.",
        _clipped_one_side: "You clip the shared width but not the height (or the other way round): clip both.",
        _apart_in_both_only: "You give 0 only where the shared width AND height are negative. One of them is enough.",
        _division_first: "shared / area + areas − shared divides by `area` alone: put the union in brackets.",
        _absolute: "You take the absolute value of the shared width and height: for boxes apart that is the gap. Use "
        "np.maximum(…, 0).",
        _one_pixel_more: "Your widths and heights are x2 − x1 + 1, which counts whole pixels. Boxes here are "
        "continuous: x2 − x1.",
        _shared_one_more: "Your shared width and height are 1 too large; the areas are right.",
        _by_smaller: "You divide by the smaller area: then a box inside another has 1. Divide by the union.",
        _by_larger: "You divide by the larger area. Divide by the union of both.",
        _by_first: "You divide by the area of `box` alone. Divide by the union.",
        _by_second: "You divide by the areas of `boxes` alone. Divide by the union.",
        _dice: "2 · shared / (area + area) is Dice's measure. It orders boxes alike, but IoU divides by the union.",
        _shared_alone: "You return the shared area itself: divide it by the union.",
        _distance: "You return 1 − IoU, the distance.",
        _taken_off_twice: "You take the shared area off twice. It is in both areas, and has to count once.",
        _upside_down: "You divide union by intersection: the other way round.",
        _around_both: "Your shared box begins at the smaller left edge and ends at the larger right one: that is the "
        "box around both. Take maximum for left and top, minimum for right and bottom.",
        _by_enclosing: "You divide by the area of the box around both. Its corners may be covered by neither: use area "
        "+ area − shared.",
        _as_sizes: "You read the last two numbers as width and height. They are x2 and y2.",
        _yes_or_no: "You say only whether they overlap. How much is wanted.",
        _only_first: "You return the IoU with the first of `boxes` only: one for each row is wanted.",
    },
    hints=(
        "What two boxes share is a box too. Its left edge is the larger of the two left edges; and its right edge?",
        "np.maximum(box[:2], boxes[:, :2]) gives left and top edges for all N boxes at once, shape (N, 2).",
        "shared = np.maximum(right − left, 0) · np.maximum(bottom − top, 0); the union is area + areas − shared.",
    ),
    minutes=10,
    difficulty=1,
    points=2,
)
