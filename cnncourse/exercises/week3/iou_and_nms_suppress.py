"""Exercise of notebook 3.3: greedy non-max suppression."""

import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.exercises.engine import Case, Exercise


def suppress(boxes, scores, iou_threshold):
    """Return the indices of the boxes that non-max suppression keeps, best score first.

    boxes (N, 4) and scores (N,) belong together. Again and again: keep the box with the
    best score of those left, and drop all boxes left whose IoU with it is GREATER than
    iou_threshold. Of equal scores the lower index comes first. A dropped box does nothing
    any more. Return an integer array (K,); N may be 0.

    The package's iou(boxes_a, boxes_b) gives the (N, M) overlaps of all pairs.

    Example: scores 0.7, 0.9, 0.8, and only the first two overlap, by 0.6: at the
    threshold 0.5 keep [1, 2], at 0.6 keep [1, 2, 0].
    """
    left = np.argsort(-scores, kind="stable")
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[iou(boxes[[best]], boxes[left])[0] <= iou_threshold]
    return np.array(kept, dtype=int)


def _suppressor(
    order=lambda scores: np.argsort(-scores, kind="stable"),
    drops=lambda overlap, threshold: overlap > threshold,
    overlap=iou,
    told=lambda kept, boxes, scores, order: kept,
    by="kept",
):
    """Return a suppression with one part replaced; `by` says which better boxes can drop: kept, all, last."""

    def suppressed(boxes, scores, iou_threshold):
        ranks = order(scores)
        kept = []
        for place, index in enumerate(ranks):
            better = {"kept": kept, "all": list(ranks[:place]), "last": kept[-1:], "first": kept[:1]}[by]
            if not drops(overlap(boxes[[index]], boxes[better]), iou_threshold).any():
                kept.append(index)
        return told(np.array(kept, int), boxes, scores, ranks)

    return suppressed


def _shared(boxes_a, boxes_b):
    low = np.maximum(boxes_a[:, None, :2], boxes_b[:, :2])
    high = np.minimum(boxes_a[:, None, 2:], boxes_b[:, 2:])
    return np.prod(np.maximum(high - low, 0), axis=2)


def _of_smaller(boxes_a, boxes_b):
    areas_a, areas_b = (np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes_a, boxes_b))
    return _shared(boxes_a, boxes_b) / np.minimum(areas_a[:, None], areas_b)


_equal_dropped = _suppressor(drops=lambda overlap, t: overlap >= t)
_lowest_first = _suppressor(order=lambda s: np.argsort(s, kind="stable"))
_unstable = _suppressor(order=lambda s: np.argsort(-s))
_in_given_order = _suppressor(order=lambda s: np.arange(len(s)))
_later_of_equals = _suppressor(order=lambda s: np.argsort(s, kind="stable")[::-1])
_dropped_still_drop = _suppressor(by="all")
_last_alone_drops = _suppressor(by="last")
_first_alone_drops = _suppressor(by="first")
_half_always = _suppressor(drops=lambda overlap, t: overlap > 0.5)
_any_overlap = _suppressor(drops=lambda overlap, t: overlap > 0)
_far_dropped = _suppressor(drops=lambda overlap, t: overlap < t)
_distance = _suppressor(drops=lambda overlap, t: 1 - overlap > t)
_by_smaller = _suppressor(overlap=_of_smaller)
_by_pixels = _suppressor(overlap=_shared)
_by_index = _suppressor(told=lambda kept, boxes, scores, order: np.sort(kept))
_worst_first = _suppressor(told=lambda kept, boxes, scores, order: kept[::-1])
_the_boxes = _suppressor(told=lambda kept, boxes, scores, order: boxes[kept])
_the_scores = _suppressor(told=lambda kept, boxes, scores, order: scores[kept])
_a_mask = _suppressor(told=lambda kept, boxes, scores, order: np.isin(np.arange(len(scores)), kept))
_ranks = _suppressor(told=lambda kept, boxes, scores, order: np.flatnonzero(np.isin(order, kept)))
_floats_if_none = _suppressor(told=lambda kept, boxes, scores, order: np.array(kept.tolist()))
_dropped_told = _suppressor(told=lambda kept, boxes, scores, order: order[~np.isin(order, kept)])


def _drops_itself(boxes, scores, iou_threshold):
    left, kept = np.argsort(-scores, kind="stable"), []
    while len(left):
        best, close = left[0], iou(boxes[left[:1]], boxes[left])[0] > iou_threshold
        left = left[~close] if close.any() else left[1:]
        if not close.any():
            kept.append(best)
    return np.array(kept, int)


def _skips_while_removing(boxes, scores, iou_threshold):
    left, kept = list(np.argsort(-scores, kind="stable")), []
    while left:
        kept.append(left.pop(0))
        for index in left:
            if iou(boxes[kept[-1:]], boxes[[index]])[0, 0] > iou_threshold:
                left.remove(index)
    return np.array(kept, int)


def _unaligned(boxes, scores, iou_threshold):
    order = np.argsort(-scores, kind="stable")
    return order[suppress(boxes, -np.arange(len(order)), iou_threshold)]


def _best_of_chains(boxes, scores, iou_threshold):
    close, left, kept = iou(boxes, boxes) > iou_threshold, np.argsort(-scores, kind="stable"), []
    while len(left):
        chain = np.arange(len(boxes)) == left[0]
        kept.append(left[0])
        for _ in boxes:
            chain |= close[chain].any(axis=0)
        left = left[~chain[left]]
    return np.array(kept, int)


def _lonely_ones(boxes, scores, iou_threshold):
    alone = (iou(boxes, boxes) > iou_threshold).sum(axis=1) <= 1
    order = np.argsort(-scores, kind="stable")
    return order[alone[order]]


def _best_alone(boxes, scores, iou_threshold):
    return np.argsort(-scores, kind="stable")[:1]


def _nothing_dropped(boxes, scores, iou_threshold):
    return np.argsort(-scores, kind="stable")


def _one_drop_each(boxes, scores, iou_threshold):
    left, kept = list(np.argsort(-scores, kind="stable")), []
    while left:
        kept.append(left.pop(0))
        overlaps = iou(boxes[kept[-1:]], boxes[left])[0]
        if len(left) and overlaps.max() > iou_threshold:
            left.pop(int(overlaps.argmax()))
    return np.array(kept, int)


def _plain(boxes, scores, threshold):
    """Return the kept indices by plain loops over lists; the overlap by cross-multiplication, without a division."""

    def too_close(a, b):
        width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        shared = max(width, 0) * max(height, 0)
        areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
        return shared > threshold * (sum(areas) - shared)

    boxes, scores = boxes.tolist(), scores.tolist()
    left, kept = list(range(len(boxes))), []
    while left:
        best = max(left, key=lambda index: (scores[index], -index))
        kept.append(best)
        left = [index for index in left if index != best and not too_close(boxes[best], boxes[index])]
    return np.array(kept, int)


def _suppress_cases():
    def case(what, boxes, scores, threshold, expected=None):
        boxes, scores = np.array(boxes, float).reshape(-1, 4), np.array(scores, float)
        right = _plain(boxes, scores, threshold) if expected is None else np.array(expected, int)
        return Case(what, (boxes, scores, threshold), right)

    three = [[0, 0, 4, 2], [1, 0, 5, 2], [9, 0, 12, 2]]  # the first two share 6 of 10
    yield case("the boxes of the example, threshold 0.5", three, [0.7, 0.9, 0.8], 0.5, [1, 2])
    yield case("an IoU equal to the threshold", [[0, 0, 8, 4], [0, 0, 8, 2]], [0.6, 0.9], 0.5, [1, 0])
    chain = [[4, 0, 14, 4], [0, 0, 10, 4], [8, 0, 18, 4]]  # neighbours share 6 of 14, the ends 2 of 18
    yield case("a chain: 1 drops 0, so 0 cannot drop 2", chain, [0.8, 0.9, 0.7], 0.3, [1, 2])
    tied = [[0, 0, 9, 4], [1, 0, 10, 4], [20, 0, 29, 4], [21, 0, 30, 4]]
    yield case("equal scores", tied, [0.5, 0.5, 0.5, 0.5], 0.6, [0, 2])
    nested = [[0, 0, 20, 10], [2, 2, 8, 6], [3, 2, 8, 6]]
    yield case("small boxes inside a large one", nested, [0.9, 0.7, 0.8], 0.4, [0, 2])
    two_groups = [[0, 0, 8, 8], [30, 0, 38, 8], [0, 1, 8, 9], [30, 1, 38, 9], [1, 0, 9, 8], [31, 0, 39, 8]]
    yield case("two objects, six boxes", two_groups, [0.9, 0.85, 0.8, 0.95, 0.7, 0.6], 0.5, [3, 0])
    shares = np.array([[8, 2, 40, 30], [12, 2, 44, 30], [30, 20, 70, 44], [6, 40, 20, 60]]) / 64
    yield case("boxes given in shares of the picture", shares, [0.6, 0.9, 0.8, 0.7], 0.5, [1, 2, 3])
    apart = np.arange(40)[:, None] * [20, 0, 20, 0] + [0, 0, 12, 7]
    yield case("forty boxes apart, three scores", apart, np.arange(40) * 7 % 3 / 4, 0.5)
    same = [[3, 4, 9, 6], [3, 4, 9, 6]]
    yield case("threshold 1: nothing is dropped, not even the same box", same, [0.2, 0.3], 1.0, [1, 0])
    yield case("one box", [[3, 4, 9, 6]], [0.2], 0.5, [0])
    yield case("no box", [], [], 0.5, [])
    rng = np.random.default_rng(7)
    for count, threshold in ((12, 0.5), (25, 0.3), (30, 0.7), (20, 0.15)):
        objects = np.concatenate([rng.integers(0, 60, (5, 2)), rng.integers(12, 40, (5, 2))], axis=1)
        x, y, w, h = (objects[rng.integers(5, size=count)] + rng.integers(-4, 5, (count, 4))).T
        scores = rng.permutation(count) / count if count != 25 else rng.integers(3, 9, count) / 10
        what = f"{count} boxes on five objects, threshold {threshold}"
        yield case(what, np.stack([x, y, x + w, y + h], axis=1), scores, threshold)


SUPPRESS = Exercise(
    solution=suppress,
    cases=_suppress_cases,
    mistakes={
        _equal_dropped: "You drop boxes whose IoU is equal to the threshold: only those with a greater one go.",
        _drops_itself: "The box that you choose drops itself: its IoU with itself is 1. Take it out of those left "
        "before you compare.",
        _lowest_first: "You begin with the lowest score. The best comes first.",
        _in_given_order: "You go through the boxes in the order in which they come: sort by score, best first.",
        _later_of_equals: "Of equal scores you take the higher index first. np.argsort(-scores, kind='stable') keeps "
        "the order; reversing an ascending sort turns it round.",
        _unstable: "np.argsort without kind='stable' may swap equal scores: of these the lower index comes first.",
        _floats_if_none: "Right, except without boxes: np.array([]) holds floats, and those are no indices. "
        "np.array(kept, dtype=int).",
        _skips_while_removing: "You remove from a list while a loop goes through it, so the loop skips the next one. "
        "Build a new list of those that stay.",
        _unaligned: "You sort the scores but look up boxes by their place in that order: boxes[order[place]].",
        _best_of_chains: "You keep one box of a whole chain. Only boxes that overlap a KEPT one too much are dropped.",
        _dropped_still_drop: "Your dropped boxes still drop others. Only a box that is kept may drop; a chain of "
        "overlaps shows it.",
        _last_alone_drops: "You compare a box only with the one kept last: compare it with every kept box.",
        _first_alone_drops: "Only the very best box drops others. Repeat this for every box that is kept.",
        _half_always: "You use 0.5, whatever iou_threshold says.",
        _any_overlap: "You drop every box that overlaps a kept one at all: only an IoU above the threshold counts.",
        _far_dropped: "You drop the boxes with a small IoU and keep the duplicates: turn the comparison round.",
        _distance: "You compare 1 − IoU with the threshold.",
        _by_smaller: "You divide the shared area by the smaller area. A small box inside a large one has a small IoU.",
        _by_pixels: "You compare the shared area in pixels with the threshold: divide it by the union.",
        _by_index: "The right boxes, but sorted by index: best score first is wanted.",
        _worst_first: "The right boxes, but the worst score comes first.",
        _the_boxes: "You return the boxes themselves; their indices are wanted.",
        _the_scores: "You return the scores of the boxes kept; their indices are wanted.",
        _a_mask: "You return a mask of True and False; indices, best first, are wanted.",
        _ranks: "You return places in the sorted order, not indices into boxes: take order[place].",
        _dropped_told: "You return the boxes that are dropped.",
        _lonely_ones: "You keep only boxes that overlap no other. The best of every group stays as well.",
        _best_alone: "You return after the first box. Go on until none is left.",
        _nothing_dropped: "You sort, but drop nothing.",
        _one_drop_each: "Each kept box drops only the one that overlaps it most: all above the threshold go.",
    },
    hints=(
        "Keep an array `left` of indices, best score first: np.argsort(-scores, kind='stable').",
        "while len(left): take best = left[0], keep it, go on with left[1:].",
        "iou(boxes[[best]], boxes[left])[0] are the overlaps of the box just kept; those not above the threshold stay.",
    ),
    minutes=12,
    difficulty=2,
    points=3,
)
