"""Exercise of notebook 3.4: the anchor whose shape fits a box best; and shapes compared one by one, the oracle."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def assign_anchors(boxes, anchors):
    """Return for every box the number of the anchor whose shape fits best, an array (N,).

    boxes (N, 4) are x1, y1, x2, y2 in pixels; anchors (B, 2) are width, height. Only shapes
    are compared: imagine the box and the anchor laid on one centre. Then they share
    min(widths) · min(heights), and IoU = shared / (box area + anchor area − shared).
    Of anchors that fit equally well take the first.

    Example: the box [30, 50, 34, 52] is 4 wide, 2 high. With the anchor [2, 4] it shares
    2 · 2, IoU 4/12; with [8, 4] it shares 4 · 2, IoU 8/32. It takes the first: [0].
    """
    sizes = (boxes[:, 2:] - boxes[:, :2])[:, None]  # (N, 1, 2)
    shared = np.minimum(sizes, anchors).prod(axis=2)  # (N, B)
    union = sizes.prod(axis=2) + anchors.prod(axis=1) - shared
    return (shared / union).argmax(axis=1)


def _sides(boxes):
    return boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]


def _table(boxes, anchors):
    """Return the areas shared (N, B), of the boxes (N, 1) and of the anchors (B,)."""
    w, h = _sides(boxes)
    shared = np.minimum(w[:, None], anchors[:, 0]) * np.minimum(h[:, None], anchors[:, 1])
    return shared, (w * h)[:, None], anchors[:, 0] * anchors[:, 1]


def _overlaps(boxes, anchors):
    shared, of_box, of_anchor = _table(boxes, anchors)
    return shared / (of_box + of_anchor - shared)


def _where_it_stands(boxes, anchors):
    at_origin = np.column_stack([np.zeros_like(anchors), anchors])
    edges = np.minimum(boxes[:, None, 2:], at_origin[:, 2:]) - np.maximum(boxes[:, None, :2], at_origin[:, :2])
    shared = np.clip(edges, 0, None).prod(axis=2)
    _, of_box, of_anchor = _table(boxes, anchors)
    return (shared / (of_box + of_anchor - shared)).argmax(axis=1)


def _lower_right_corner(boxes, anchors):
    return assign_anchors(np.column_stack([np.zeros_like(boxes[:, :2]), boxes[:, 2:]]), anchors)


def _height_before_width(boxes, anchors):
    return assign_anchors(boxes, anchors[:, ::-1])


def _straight_distance(boxes, anchors):
    return np.linalg.norm(np.column_stack(_sides(boxes))[:, None] - anchors, axis=2).argmin(axis=1)


def _area_alone(boxes, anchors):
    _, of_box, of_anchor = _table(boxes, anchors)
    return np.abs(of_box - of_anchor).argmin(axis=1)


def _aspect_alone(boxes, anchors):
    w, h = _sides(boxes)
    return np.abs((w / h)[:, None] - anchors[:, 0] / anchors[:, 1]).argmin(axis=1)


def _shared_alone(boxes, anchors):
    return _table(boxes, anchors)[0].argmax(axis=1)


def _by_the_anchors_area(boxes, anchors):
    shared, _, of_anchor = _table(boxes, anchors)
    return (shared / of_anchor).argmax(axis=1)


def _union_counts_twice(boxes, anchors):
    shared, of_box, of_anchor = _table(boxes, anchors)
    return (shared / np.maximum(of_box, of_anchor)).argmax(axis=1)


def _by_the_smaller_area(boxes, anchors):
    shared, of_box, of_anchor = _table(boxes, anchors)
    return (shared / np.minimum(of_box, of_anchor)).argmax(axis=1)


def _by_the_box_around(boxes, anchors):
    w, h = _sides(boxes)
    around = np.maximum(w[:, None], anchors[:, 0]) * np.maximum(h[:, None], anchors[:, 1])
    return (_table(boxes, anchors)[0] / around).argmax(axis=1)


def _whole_pixels(boxes, anchors):
    corners = np.zeros_like(boxes[:, :2])
    return assign_anchors(np.column_stack([corners, np.trunc(np.column_stack(_sides(boxes)))]), np.trunc(anchors))


def _worst(boxes, anchors):
    return _overlaps(boxes, anchors).argmin(axis=1)


def _last_of_equals(boxes, anchors):
    return len(anchors) - 1 - _overlaps(boxes, anchors)[:, ::-1].argmax(axis=1)


def _the_overlap_itself(boxes, anchors):
    return _overlaps(boxes, anchors).max(axis=1)


def _a_box_for_every_anchor(boxes, anchors):
    return _overlaps(boxes, anchors).argmax(axis=0)


def _each_anchor_once(boxes, anchors):
    overlaps = _overlaps(boxes, anchors)
    chosen = []
    for row in overlaps:
        free = [k for k in range(len(anchors)) if k not in chosen[-len(anchors) + 1 :]] or list(range(len(anchors)))
        chosen.append(max(free, key=lambda k: row[k]))
    return np.array(chosen, int)


def plain_shape_iou(size, anchor):
    """Return the IoU of two (width, height) on one centre, number by number."""
    shared = min(size[0], anchor[0]) * min(size[1], anchor[1])
    return shared / (size[0] * size[1] + anchor[0] * anchor[1] - shared)


def plain_best(size, anchors):
    """Return the number of the anchor that fits `size` best, the first of equals, number by number."""
    overlaps = [plain_shape_iou(size, anchor) for anchor in anchors]
    return overlaps.index(max(overlaps))


def _anchor_cases():
    def case(what, boxes, anchors, expected=None):
        boxes, anchors = np.array(boxes, float).reshape(-1, 4), np.array(anchors, float)
        found = [plain_best((x2 - x1, y2 - y1), anchors) for x1, y1, x2, y2 in boxes]
        return Case(what, (boxes, anchors), np.array(found if expected is None else expected, int))

    yield case("the box of the example", [[30, 50, 34, 52]], [[2, 4], [8, 4]], [0])
    yield case("a wide box and a tall one", [[50, 60, 90, 80], [70, 10, 85, 50]], [[16, 40], [40, 18]], [1, 0])
    yield case("far from the corner", [[400, 300, 440, 320]], [[440, 320], [60, 10], [38, 22]], [2])
    yield case("two anchors that fit equally well", [[5, 5, 15, 15], [0, 0, 6, 6]], [[20, 10], [10, 20]], [0, 0])
    yield case("a square, a wide anchor and a large one", [[8, 20, 18, 30]], [[20, 5], [30, 11]], [0])
    yield case("between a small anchor and a large one", [[30, 40, 72, 70]], [[20, 10], [80, 60]], [1])
    yield case("one box, inside both anchors", [[7, 3, 37, 23]], [[90, 90], [36, 24]], [1])
    yield case("a small box and a large anchor of its shape", [[10, 10, 20, 15]], [[60, 30], [6, 9]], [1])
    yield case(
        "boxes of one size in three places", [[0, 0, 20, 9], [99, 5, 119, 14], [40, 80, 60, 89]], [[9, 20], [18, 8]]
    )
    yield case("sizes with fractions of a pixel", [[4, 8, 6.9, 10.9], [1.5, 2, 4.4, 7]], [[2, 2], [3.4, 3.4]])
    rng = np.random.default_rng(341)
    for count, anchors in ((6, 3), (9, 5), (12, 2)):
        corners, sizes = rng.uniform(0, 200, (count, 2)), np.exp(rng.uniform(1.5, 4.6, (count, 2)))
        boxes = np.concatenate([corners, corners + sizes], axis=1).round(1)
        yield case(f"{count} boxes, {anchors} anchors", boxes, np.exp(rng.uniform(1.8, 4.4, (anchors, 2))).round(1))


ASSIGN_ANCHORS = Exercise(
    solution=assign_anchors,
    cases=_anchor_cases,
    mistakes={
        _where_it_stands: "You compare the box where it stands with an anchor at the picture's corner. An anchor is a "
        "shape without a place: take width and height of the box, and lay both on one centre.",
        _lower_right_corner: "You take x2 and y2 as width and height. A width is x2 − x1, a height y2 − y1.",
        _height_before_width: "Width and height are swapped: an anchor is (width, height).",
        _straight_distance: "You take the smallest straight-line distance between (width, height) pairs. With it an "
        "error of 5 pixels weighs as much for a small box as for a large one; IoU measures in shares.",
        _area_alone: "You compare areas only: then 10 × 40 fits 40 × 10 perfectly.",
        _aspect_alone: "You compare width / height only: then a far car fits the anchor of a near one.",
        _shared_alone: "You take the largest shared area, which the largest anchor always wins. Divide by the union.",
        _by_the_anchors_area: "You divide the shared area by the anchor's, so any anchor that lies inside the box is "
        "perfect. Divide by the union.",
        _union_counts_twice: "You divide the shared area by the larger of the two areas. That is the union only where "
        "one shape lies inside the other: the union is area + area − shared.",
        _by_the_smaller_area: "You divide the shared area by the smaller of the two areas, so whatever lies inside the "
        "other is perfect. Divide by the union.",
        _by_the_box_around: "You divide by largest width · largest height. That box around both holds corners that "
        "belong to neither: the union is area + area − shared.",
        _whole_pixels: "You cut widths and heights down to whole pixels. Keep their fractions.",
        _worst: "This is the anchor that fits worst: argmax is wanted.",
        _last_of_equals: "Of anchors that fit equally well the first is wanted; you take the last (>= where > would "
        "do?).",
        _the_overlap_itself: "You return the best IoU itself. Its place is wanted: argmax in place of max.",
        _a_box_for_every_anchor: "You give every anchor its best box; wanted is for every box its best anchor: argmax "
        "along the axis of the anchors.",
        _each_anchor_once: "You hand out each anchor only once before any comes again. Here boxes do not compete: "
        "each takes the anchor that fits best. (They compete only inside one cell, later.)",
    },
    hints=(
        "First the sizes: boxes[:, 2:] − boxes[:, :2] is (N, 2), width and height.",
        "With [:, None] the sizes are (N, 1, 2) and np.minimum(sizes, anchors) is (N, B, 2); prod(axis=2) gives areas.",
        "union = box areas (N, 1) + anchor areas (B,) − shared (N, B); then argmax(axis=1).",
    ),
    minutes=7,
    difficulty=2,
    points=2,
)
