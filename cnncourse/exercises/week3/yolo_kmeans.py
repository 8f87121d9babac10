"""Exercise of notebook 3.4: one step of k-means on the sizes of boxes."""

import numpy as np

from cnncourse.detection.anchors import shape_iou
from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week3.yolo_anchors import plain_best


def kmeans_step(sizes, anchors):
    """Return the anchors (B, 2) after one step of k-means.

    sizes (N, 2) and anchors (B, 2) are width, height in pixels. Every size belongs to the
    anchor with which it has the largest shape_iou(sizes, anchors), an (N, B) table; of
    equals to the first. Then every anchor moves to the mean of its sizes: mean width, mean
    height. An anchor without sizes stays where it is. The order of the anchors stays.

    Example: sizes [[2, 8], [4, 10], [30, 10]], anchors [[3, 9], [20, 10], [1, 90]] gives
    [[3, 9], [30, 10], [1, 90]].
    """
    nearest = shape_iou(sizes, anchors).argmax(axis=1)
    moved = anchors.copy()
    for k in range(len(anchors)):
        mine = sizes[nearest == k]
        if len(mine) > 0:
            moved[k] = mine.mean(axis=0)
    return moved


def _stepped(nearest=None, centre=None, empty=None):
    """Return a step with one of its three parts replaced."""
    nearest = nearest or (lambda sizes, anchors: shape_iou(sizes, anchors).argmax(axis=1))
    centre = centre or (lambda mine, anchor: mine.mean(axis=0))
    empty = empty or (lambda anchor, sizes, anchors: anchor)

    def step(sizes, anchors):
        belongs = nearest(sizes, anchors)
        groups = [sizes[belongs == k] for k in range(len(anchors))]
        pairs = zip(groups, anchors, strict=True)
        return np.array(
            [centre(mine, anchor) if len(mine) else empty(anchor, sizes, anchors) for mine, anchor in pairs]
        )

    return step


def _worst_fit(anchor, sizes, anchors):
    return sizes[shape_iou(sizes, anchors).max(axis=1).argmin()]


def _best_member(mine, anchor):
    return mine[shape_iou(mine, mine).mean(axis=0).argmax()]


_euclidean = _stepped(lambda s, a: np.linalg.norm(s[:, None] - a, axis=2).argmin(axis=1))
_smallest_overlap = _stepped(lambda s, a: shape_iou(s, a).argmin(axis=1))
_last_of_equals = _stepped(lambda s, a: len(a) - 1 - shape_iou(s, a)[:, ::-1].argmax(axis=1))
_by_area = _stepped(lambda s, a: np.abs(s.prod(axis=1)[:, None] - a.prod(axis=1)).argmin(axis=1))
_turned_anchors = _stepped(lambda s, a: shape_iou(s, a[:, ::-1]).argmax(axis=1))
_empty_is_nan = _stepped(empty=lambda anchor, sizes, anchors: np.full(2, np.nan))
_empty_is_zero = _stepped(empty=lambda anchor, sizes, anchors: np.zeros(2))
_empty_to_first = _stepped(empty=lambda anchor, sizes, anchors: sizes[0])
_empty_to_mean = _stepped(empty=lambda anchor, sizes, anchors: sizes.mean(axis=0))
_empty_to_worst = _stepped(empty=_worst_fit)
_median = _stepped(centre=lambda mine, anchor: np.median(mine, axis=0))
_sum = _stepped(centre=lambda mine, anchor: mine.sum(axis=0))
_half_way = _stepped(centre=lambda mine, anchor: (mine.mean(axis=0) + anchor) / 2)
_anchor_counts_too = _stepped(centre=lambda mine, anchor: (mine.sum(axis=0) + anchor) / (len(mine) + 1))
_geometric = _stepped(centre=lambda mine, anchor: np.exp(np.log(mine).mean(axis=0)))
_a_member = _stepped(centre=_best_member)
_one_mean = _stepped(centre=lambda mine, anchor: np.full(2, mine.mean()))


def _empty_dropped(sizes, anchors):
    nearest = shape_iou(sizes, anchors).argmax(axis=1)
    return np.array([sizes[nearest == k].mean(axis=0) for k in np.unique(nearest)])


def _sorted(sizes, anchors):
    moved = kmeans_step(sizes, anchors)
    return moved[np.argsort(moved.prod(axis=1), kind="stable")]


def _one_after_another(sizes, anchors):
    moved = anchors.copy()
    for k in range(len(anchors)):
        mine = sizes[shape_iou(sizes, moved).argmax(axis=1) == k]
        if len(mine):
            moved[k] = mine.mean(axis=0)
    return moved


def _until_it_stops(sizes, anchors):
    for _ in range(100):
        anchors = kmeans_step(sizes, anchors)
    return anchors


def _who_belongs_where(sizes, anchors):
    return shape_iou(sizes, anchors).argmax(axis=1)


def _in_place(sizes, anchors):
    anchors[:] = kmeans_step(sizes, anchors)
    return anchors


def _divided_by_all(sizes, anchors):
    nearest = shape_iou(sizes, anchors).argmax(axis=1)
    means = np.array([sizes[nearest == k].sum(axis=0) / len(sizes) for k in range(len(anchors))])
    return np.where(np.bincount(nearest, minlength=len(anchors))[:, None] > 0, means, anchors)


def _plain_step(sizes, anchors):
    """Return the anchors after a step, number by number."""
    moved = []
    belongs = [plain_best(size, anchors) for size in sizes]
    for k, anchor in enumerate(anchors):
        mine = [size for size, number in zip(sizes, belongs, strict=True) if number == k]
        moved.append([sum(side) / len(mine) for side in zip(*mine, strict=True)] if mine else anchor)
    return moved


def _step_cases():
    def case(what, sizes, anchors, expected=None):
        sizes, anchors = np.array(sizes, float), np.array(anchors, float)
        found = _plain_step(sizes.tolist(), anchors.tolist()) if expected is None else expected
        return Case(what, (sizes, anchors), np.array(found, float))

    yield case(
        "the sizes of the example",
        [[2, 8], [4, 10], [30, 10]],
        [[3, 9], [20, 10], [1, 90]],
        [[3, 9], [30, 10], [1, 90]],
    )
    yield case("one anchor", [[10, 20], [20, 60], [60, 10]], [[8, 8]], [[30, 30]])
    yield case("large boxes far apart, small ones near", [[50, 30], [100, 60], [24, 4], [8, 16]], [[80, 50], [20, 12]])
    yield case("a size that fits two anchors equally", [[10, 10], [22, 10], [10, 24]], [[20, 10], [10, 20]])
    yield case("two anchors without sizes", [[9, 30], [12, 28], [11, 35]], [[90, 4], [10, 30], [80, 80]])
    yield case("two equal anchors", [[9, 30], [12, 28], [40, 20]], [[40, 22], [10, 30], [10, 30]])
    rng = np.random.default_rng(342)
    for N, B in ((12, 3), (25, 5), (40, 4)):
        sizes, anchors = (np.exp(rng.uniform(1.6, 4.8, (n, 2))).round(1) for n in (N, B))
        yield case(f"{N} sizes, {B} anchors", sizes, anchors)


KMEANS_STEP = Exercise(
    solution=kmeans_step,
    cases=_step_cases,
    mistakes={
        _euclidean: "You measure the straight-line distance between (width, height) pairs. Then one large box weighs "
        "more than many small ones; belong to the anchor with the largest shape_iou instead.",
        _smallest_overlap: "Every size goes to the anchor with the smallest IoU. The distance is 1 − IoU: smallest "
        "distance, largest IoU.",
        _last_of_equals: "Of anchors that fit equally well the size belongs to the first; you take the last.",
        _by_area: "You compare areas only. Use shape_iou: shape counts too.",
        _turned_anchors: "Width and height of the anchors are swapped when you compare.",
        _empty_is_nan: "An anchor without sizes becomes NaN: the mean of nothing is 0/0. Leave it where it is.",
        _empty_is_zero: "An anchor without sizes becomes 0 × 0: nothing can ever belong to it. Leave it where it is.",
        _empty_to_first: "An anchor without sizes goes to the first size. Here it stays where it is.",
        _empty_to_mean: "An anchor without sizes goes to the mean of all sizes. Here it stays where it is.",
        _empty_to_worst: "An anchor without sizes goes to the size that fits worst. The package does that, but here "
        "it stays where it is.",
        _empty_dropped: "Anchors without sizes disappear from your result, and those after them change number. Keep "
        "all B rows.",
        _median: "You move to the median; the mean is asked for here. (The median is a good idea: see below.)",
        _sum: "You add up the sizes of a group and do not divide by their number.",
        _divided_by_all: "You divide by the number of all sizes; a mean divides by those of the group.",
        _half_way: "You go half of the way to the mean. The anchor moves onto the mean itself.",
        _anchor_counts_too: "The old anchor counts as one more size in your mean. Only the sizes count.",
        _geometric: "You take the mean of the logarithms, a geometric mean; the plain mean is asked for.",
        _a_member: "You choose one of the sizes (k-medoids). The mean is asked for, which need not be one of them.",
        _one_mean: "You take one mean over widths and heights together; each has its own: mean(axis=0).",
        _sorted: "You sort the anchors. Keep their order: row k in, row k out.",
        _one_after_another: "An anchor that has moved already attracts sizes while you treat the next. First decide "
        "where all sizes belong, then move all anchors.",
        _until_it_stops: "You go on until nothing moves. One step is asked for.",
        _who_belongs_where: "You return where every size belongs; the moved anchors are asked for.",
        _in_place: "The numbers are right, but you changed the anchors that came in. Work on a copy: anchors.copy().",
    },
    hints=(
        "First shape_iou(sizes, anchors).argmax(axis=1): the number of the anchor that every size belongs to.",
        "sizes[nearest == k] are the sizes of anchor k; their mean(axis=0) is the new anchor.",
        "Start from anchors.copy() and change row k only if it has sizes: the others stay by themselves.",
    ),
    minutes=7,
    difficulty=2,
    points=2,
)
