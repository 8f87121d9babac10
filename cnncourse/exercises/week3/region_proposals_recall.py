"""Exercise of notebook 3.5: which share of the objects is found."""

import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.exercises.engine import Case, Exercise


def recall_at_iou(truths, proposals, iou_threshold):
    """Return the share of objects, of all pictures together, that have a proposal: 0 to 1.

    truths and proposals are lists with one array of boxes (M, 4) and (K, 4) a picture; M
    and K differ and may be 0. An object is found if one proposal of ITS picture or more
    have an IoU with it of at least iou_threshold. One proposal may find several objects.
    Every object counts once, and the same in a full picture as in an empty one. There is at
    least one object. Use iou(boxes_a, boxes_b) -> (N, M), already imported.

    Example: with three objects in the first picture, of which one is found, and one in the
    second, which is found by two proposals, it is 2/4.
    """
    found = total = 0
    for objects, boxes in zip(truths, proposals, strict=True):
        best = iou(objects, boxes).max(axis=1, initial=0)
        found += (best >= iou_threshold).sum()
        total += len(objects)
    return found / total


def _recalled(
    reaches=lambda overlaps, t: overlaps >= t,
    hits=lambda reached: reached.any(axis=1).sum(),
    count=lambda objects, boxes: len(objects),
    overlap=iou,
    result=lambda hits, counts: sum(hits) / max(sum(counts), 1),
):
    """Return a recall with one part replaced."""

    def recall(truths, proposals, iou_threshold):
        pairs = list(zip(truths, proposals, strict=True))
        numbers = [hits(reaches(overlap(a, b), iou_threshold)) for a, b in pairs]
        return float(result(numbers, [count(a, b) for a, b in pairs]))

    return recall


def _one_to_one(reached):
    """Return how many objects are found if each proposal may find one: the first that it fits."""
    free, found = np.ones(reached.shape[1], bool), 0
    for row in reached:
        usable = np.flatnonzero(row & free)
        if len(usable):
            free[usable[0]] = False
            found += 1
    return found


def _best_pairs(overlaps, t):
    """Return what is found if the best pair is matched first and neither of it again."""
    overlaps, found = overlaps.copy(), np.zeros(overlaps.shape, bool)
    while overlaps.size and overlaps.max() >= t:
        row, column = np.unravel_index(overlaps.argmax(), overlaps.shape)
        found[row, column] = True
        overlaps[row], overlaps[:, column] = -1, -1
    return found


def _mean_over_pictures(hits, counts):
    return np.mean([h / c for h, c in zip(hits, counts, strict=True) if c])


def _empty_counts_whole(hits, counts):
    return np.mean([h / c if c else 1 for h, c in zip(hits, counts, strict=True)])


def _empty_counts_nothing(hits, counts):
    return np.mean([h / max(c, 1) for h, c in zip(hits, counts, strict=True)])


def _centres_inside(a, b):
    centres = (a[:, None, :2] + a[:, None, 2:]) / 2
    return ((b[:, :2] <= centres) & (centres <= b[:, 2:])).all(axis=2)


def _other_measure(divide):
    def measure(a, b):
        shared = (np.minimum(a[:, None, 2:], b[:, 2:]) - np.maximum(a[:, None, :2], b[:, :2])).clip(0).prod(axis=2)
        area_a, area_b = ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b))
        return shared / divide(area_a[:, None], area_b)

    return measure


_strictly = _recalled(reaches=lambda o, t: o > t)
_always_half = _recalled(reaches=lambda o, t: o >= 0.5)
_touches = _recalled(reaches=lambda o, t: o > 0)
_counts_proposals = _recalled(hits=lambda r: r.sum())
_precision = _recalled(hits=lambda r: r.any(axis=0).sum(), count=lambda a, b: len(b))
_proposals_over_objects = _recalled(hits=lambda r: r.any(axis=0).sum())
_over_proposals = _recalled(count=lambda a, b: len(b))
_used_up = _recalled(hits=_one_to_one)
_by_picture = _recalled(result=_mean_over_pictures)
_by_picture_whole = _recalled(result=_empty_counts_whole)
_by_picture_nothing = _recalled(result=_empty_counts_nothing)
_matched = _recalled(reaches=_best_pairs)
_added_up = _recalled(reaches=lambda o, t: o.sum(axis=1, keepdims=True) >= t)
_centre_covered = _recalled(overlap=lambda a, b: _centres_inside(a, b).astype(float))
_over_pictures = _recalled(result=lambda hits, counts: sum(hits) / len(counts))
_whole_pictures = _recalled(hits=lambda r: len(r) * r.any(axis=1).all())
_missed = _recalled(result=lambda hits, counts: 1 - sum(hits) / sum(counts))
_number = _recalled(result=lambda hits, counts: sum(hits))
_percent = _recalled(result=lambda hits, counts: 100 * sum(hits) / sum(counts))
_best_only = _recalled(hits=lambda r: r[:, :1].sum())
_share_of_object = _recalled(overlap=_other_measure(lambda a, b: a))
_share_of_proposal = _recalled(overlap=_other_measure(lambda a, b: np.maximum(b, 1e-9)))
_last_picture = _recalled(result=lambda hits, counts: hits[-1] / max(counts[-1], 1))


def _mean_iou(truths, proposals, iou_threshold):
    best = [iou(a, b).max(axis=1, initial=0) for a, b in zip(truths, proposals, strict=True)]
    return float(np.concatenate(best).mean())


def _all_together(truths, proposals, iou_threshold):
    best = iou(np.concatenate(truths), np.concatenate(proposals)).max(axis=1, initial=0)
    return float((best >= iou_threshold).mean())


def _skips_pictures_without_proposals(truths, proposals, iou_threshold):
    pairs = [(a, b) for a, b in zip(truths, proposals, strict=True) if len(b)]
    return _recalled()([a for a, _ in pairs], [b for _, b in pairs], iou_threshold)


def _plain(truths, proposals, iou_threshold):
    """Return the recall with a loop over every pair of boxes."""
    found = []
    for objects, boxes in zip(truths, proposals, strict=True):
        for a in objects.tolist():
            found.append(False)
            for b in boxes.tolist():
                w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
                shared = max(w, 0) * max(h, 0)
                union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
                found[-1] = found[-1] or shared >= iou_threshold * union
    return found.count(True) / len(found)


def _boxes(*rows):
    return np.array(rows, float).reshape(-1, 4)


def _recall_cases():
    objects = [_boxes([0, 0, 8, 4], [20, 0, 30, 10], [50, 5, 58, 9]), _boxes([5, 5, 25, 15])]
    boxes = [_boxes([0, 0, 8, 5], [21, 4, 45, 30]), _boxes([5, 5, 25, 14], [6, 5, 25, 15], [90, 90, 99, 99])]
    yield Case("the four objects of the example", (objects, boxes, 0.5), 2 / 4)
    exact = ([_boxes([0, 0, 4, 3])], [_boxes([0, 0, 8, 3], [9, 0, 11, 3])])
    yield Case("an IoU of exactly one half", (*exact, 0.5), 1.0)
    nested = [_boxes([0, 0, 10, 6], [1, 0, 10, 6], [40, 0, 44, 4])], [_boxes([0, 0, 10, 5.5], [70, 0, 74, 4])]
    yield Case("one proposal fits two objects", (*nested, 0.7), 2 / 3)
    empty = [_boxes(), _boxes([3, 3, 9, 7], [30, 3, 36, 13])], [_boxes([1, 1, 2, 2]), _boxes([3, 3, 9, 7.5])]
    yield Case("a picture without objects", (*empty, 0.6), 1 / 2)
    none = [_boxes([0, 0, 5, 9]), _boxes([3, 3, 9, 7])], [_boxes(), _boxes([3, 3, 9, 7])]
    yield Case("a picture without proposals", (*none, 0.5), 1 / 2)
    crossed = [_boxes([0, 0, 5, 9]), _boxes([30, 3, 39, 7])], [_boxes([30, 3, 39, 7]), _boxes([0, 0, 5, 9])]
    yield Case("boxes that fit in the other picture only", (*crossed, 0.5), 0.0)
    sizes = [_boxes([10, 10, 20, 15])], [_boxes([0, 0, 40, 40], [12, 11, 15, 13], [10, 10, 20, 13])]
    yield Case("a far larger and a far smaller proposal", (*sizes, 0.7), 0.0)
    parts = [_boxes([20, 20, 30, 30])], [_boxes([14, 20, 26, 30], [24, 20, 36, 30])]
    yield Case("two proposals, each with a part of the object", (*parts, 0.65), 0.0)
    near = [_boxes([0, 0, 10, 10], [40, 0, 50, 10])], [_boxes([0, 0, 10, 4.9], [40, 0, 50, 5.1])]
    yield Case("an IoU just below the threshold, one just above", (*near, 0.5), 1 / 2)
    rng = np.random.default_rng(55)
    for number, threshold in enumerate((0.3, 0.5, 0.75)):
        truths, proposals = [], []
        for count in (2, 0, 5, 1):
            corners, sides = rng.integers(0, 60, (count, 2)), rng.integers(8, 30, (count, 2))
            truths.append(np.concatenate([corners, corners + sides], axis=1).astype(float))
            moved = truths[-1].repeat(2, axis=0) + rng.integers(-5, 6, (2 * count, 4)) / (1 + number)
            strays = np.tile(rng.integers(0, 40, (3, 2)), 2) + np.array([0, 0, 15, 9])
            proposals.append(np.concatenate([strays, moved[count:]]))
        yield Case(
            f"four pictures, IoU {threshold}", (truths, proposals, threshold), _plain(truths, proposals, threshold)
        )


RECALL_AT_IOU = Exercise(
    solution=recall_at_iou,
    cases=_recall_cases,
    mistakes={
        _strictly: "An IoU equal to the threshold counts as found: >=.",
        _always_half: "You compare with 0.5 whatever iou_threshold says.",
        _touches: "You take any overlap as found. It must reach iou_threshold.",
        _counts_proposals: "You count every pair that fits. An object found by three proposals counts once.",
        _precision: "You return the share of proposals that fit an object: that is precision. Recall is the share of "
        "objects.",
        _proposals_over_objects: "You count the proposals that fit and divide by the objects. Count the objects.",
        _over_proposals: "You divide by the number of proposals. Divide by the number of objects.",
        _used_up: "A proposal that found one object is used up in yours. Here it may find several.",
        _matched: "You match each proposal with one object at most, best pairs first, as a score of detections does. "
        "Here a proposal may find several.",
        _added_up: "You add up the IoUs of several proposals. One of them must reach iou_threshold by itself.",
        _centre_covered: "You ask only whether a proposal covers the object's centre. Take the IoU.",
        _over_pictures: "You divide by the number of pictures. Divide by the number of objects.",
        _by_picture: "You take the mean of the pictures' recalls. Sum the objects of all pictures first: each counts "
        "the same.",
        _by_picture_whole: "You take the mean of the pictures' recalls, 1 for one without objects. Sum the objects of "
        "all pictures first.",
        _by_picture_nothing: "You take the mean of the pictures' recalls, 0 for one without objects. Sum the objects "
        "of all pictures first.",
        _whole_pictures: "You count a picture's objects only if all of them are found.",
        _missed: "You return the share of objects that are missed.",
        _number: "You return how many are found: divide by the number of objects.",
        _percent: "You return per cent: a number from 0 to 1 is wanted.",
        _best_only: "You look at the first proposal only. Any of them may find the object.",
        _share_of_object: "You divide the shared area by the object's: then a proposal as large as the picture finds "
        "everything. Take the IoU.",
        _share_of_proposal: "You divide the shared area by the proposal's: then a tiny one inside finds the object. "
        "Take the IoU.",
        _last_picture: "You return the last picture's recall. Sum over all pictures.",
        _mean_iou: "You return the mean of the best IoUs. Compare each with iou_threshold and count.",
        _all_together: "You mix the pictures: an object can be found by proposals of its own picture only.",
        _skips_pictures_without_proposals: "You skip pictures without proposals. Their objects are missed, and count.",
    },
    hints=(
        "For one picture: iou(objects, boxes) is (M, K). Which axis are the proposals, and what of it counts?",
        "iou(…).max(axis=1, initial=0) is the best overlap of every object, 0 where there are no proposals.",
        "Sum the objects found and the objects there are over all pictures; divide once, at the end.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
