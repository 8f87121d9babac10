"""Which detections find which truths, for all pictures, classes and IoU thresholds at once.

A group is one class in one picture; only there can a detection find a truth. All groups are matched together: first
every group's best detection, then every group's second, and so on, so that Python loops over ranks and not over
detections.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cnncourse.arguments import float_array, plain_array, shown
from cnncourse.detection.boxes import checked_boxes, divisible_areas, iou_of_shared, reaches_of

MOST_DETECTIONS = 100  # of a class in a picture; what scores less is not counted (the COCO rule)
FALSE, HIT, UNCOUNTED = 0, 1, -1
BLOCK = 2**14  # pairs of boxes compared at a time: they stay in the processor's cache


class Detections(NamedTuple):
    """Detections by group, best score first: boxes (D, 4); scores, classes, groups and ranks within the group (D,)."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray
    groups: np.ndarray
    ranks: np.ndarray


class Truths(NamedTuple):
    """True objects by group, ignored ones last: boxes (G, 4), class numbers, groups and ignored (G,)."""

    boxes: np.ndarray
    classes: np.ndarray
    groups: np.ndarray
    ignored: np.ndarray


class Pairs(NamedTuple):
    """Pairs of one group whose IoU is large enough: numbers of the detection and of the truth, and the IoU (P,)."""

    detection: np.ndarray
    truth: np.ndarray
    iou: np.ndarray


def read(predictions, truths):
    """Return `Detections`, `Truths` and the labels (L,) that their class numbers stand for."""
    found = _columns("predictions", predictions, ("boxes", "scores", "labels"))
    true = _columns("truths", truths, ("boxes", "labels", "ignored"))
    if len(predictions) != len(truths):
        raise ValueError(f"predictions has {len(predictions)} pictures and truths {len(truths)}: they must be the same")
    labels, classes = np.unique(np.concatenate([found["labels"], true["labels"]]), return_inverse=True)
    count = len(found["labels"])
    detections = _by_group(found, classes[:count], len(labels))
    return detections, _truths_by_group(true, classes[count:], len(labels)), labels


def _columns(name, pictures, parts):
    """Return the entries of all pictures end to end: a dict from each of `parts`, and "picture", to an array."""
    if not isinstance(pictures, (list, tuple)):
        raise TypeError(f"{name} must be a list with one entry a picture, got {shown(pictures)}")
    entries = [_entry(name, number, entry, parts) for number, entry in enumerate(pictures)]
    empty = [np.zeros((0, 4)), *(np.zeros(0, int) for _ in parts[1:])]
    columns = dict(zip(parts, map(np.concatenate, zip(empty, *entries, strict=True)), strict=True))
    columns["picture"] = np.repeat(np.arange(len(entries)), [len(entry[0]) for entry in entries])
    columns["boxes"] = checked_boxes(f"{name}: boxes", columns["boxes"])
    if "scores" in columns:
        columns["scores"] = float_array(f"{name}: scores", columns["scores"])
    return columns


def _entry(name, number, entry, parts):
    """Return one picture's arrays; a truth without `ignored` ignores nothing."""
    if not isinstance(entry, (tuple, list)) or not (len(entry) == len(parts) or parts[len(entry) :] == ("ignored",)):
        either = "(boxes, labels) or " if parts[-1] == "ignored" else ""
        raise ValueError(f"{name}[{number}] must be {either}({', '.join(parts)}), got {shown(entry)}")
    arrays = [
        v if type(v) is np.ndarray else plain_array(f"{name}[{number}]: {p}", v)
        for p, v in zip(parts, entry, strict=False)
    ]
    count = len(arrays[0]) if arrays[0].ndim and arrays[0].size else 0
    if len(entry) < len(parts):
        arrays.append(np.zeros(count, bool))
    for part, values in zip(parts, arrays, strict=True):
        kinds, row, wanted = KINDS[part]
        if (values.shape != (count, *row) or values.dtype.kind not in kinds) and (count or values.size):
            wanted = f"{count} {wanted}, one a box" if count or part != "boxes" else wanted
            raise ValueError(f"{name}[{number}]: {part} must be {wanted}, got {shown(values)}")
    return arrays if count else [np.zeros((0, *KINDS[part][1]), KINDS[part][0][0]) for part in parts]


KINDS = {  # kinds of numbers, shape of one row, words for them
    "boxes": ("fiu", (4,), "rows of four numbers"),
    "scores": ("fiu", (), "numbers"),
    "labels": ("iu", (), "whole numbers"),
    "ignored": ("?b", (), "True or False"),
}


def _by_group(found, classes, class_count):
    groups = found["picture"] * class_count + classes
    order = np.lexsort((-found["scores"], groups))
    sorted_groups = groups[order]
    ranks = np.arange(len(order)) - np.searchsorted(sorted_groups, sorted_groups)
    kept = order[ranks < MOST_DETECTIONS]
    ranks = ranks[ranks < MOST_DETECTIONS]
    return Detections(found["boxes"][kept], found["scores"][kept], classes[kept], groups[kept], ranks)


def _truths_by_group(true, classes, class_count):
    groups, ignored = true["picture"] * class_count + classes, true["ignored"].astype(bool)
    order = np.lexsort((ignored, groups))
    return Truths(true["boxes"][order], classes[order], groups[order], ignored[order])


def match(detections, truths, thresholds):
    """Return (T, D): for each IoU threshold and detection FALSE, HIT or UNCOUNTED (it found an ignored truth).

    Within a group the best score chooses first, among the truths still free the one of largest IoU, of equals the
    later, and an ignored one only where no other reaches the threshold.
    """
    limits = np.minimum(thresholds, 1 - 1e-10)[:, None]  # (T, 1)
    pairs = _by_wish(_pairs(detections, truths, limits.min()), detections.ranks, truths.ignored)
    outcomes = np.full((len(limits), len(detections.boxes)), FALSE, np.int8)
    taken = np.zeros((len(limits), len(truths.boxes)), bool)
    edges = [*_starts(detections.ranks[pairs.detection]), len(pairs.iou)]
    for start, stop in pairwise(edges):
        _match_one_rank(Pairs(*(column[start:stop] for column in pairs)), truths.ignored, limits, taken, outcomes)
    return outcomes


def _by_wish(pairs, ranks, ignored):
    """Return the pairs, in which truths rise, by rank, by detection, and each detection's in the order it prefers."""
    detection, truth, iou = (column[::-1] for column in pairs)  # the sort is stable: of equals the later truth first
    place = (ranks[detection] * len(ranks) + detection) * 2 + ignored[truth]
    order = np.lexsort((-iou, place))
    return Pairs(detection[order], truth[order], iou[order])


def _match_one_rank(pairs, ignored, limits, taken, outcomes):
    """Let one detection a group choose: marks the truths in `taken` (T, G) and the results in `outcomes` (T, D)."""
    starts = _starts(pairs.detection)
    possible = (pairs.iou >= limits) & ~taken[:, pairs.truth]  # (T, P)
    places = np.where(possible, np.arange(len(pairs.iou)), len(pairs.iou))
    first = np.minimum.reduceat(places, starts, axis=1)  # (T, detections of this rank)
    threshold, detection = np.nonzero(first < len(pairs.iou))
    truth = pairs.truth[first[threshold, detection]]
    taken[threshold, truth] = True
    outcomes[threshold, pairs.detection[starts[detection]]] = np.where(ignored[truth], UNCOUNTED, HIT)


def _pairs(detections, truths, lowest):
    """Return the `Pairs` of each group whose IoU is at least `lowest`, by detection."""
    first = np.searchsorted(truths.groups, detections.groups)
    counts = np.searchsorted(truths.groups, detections.groups, side="right") - first
    ends = np.cumsum(counts)
    cuts = np.searchsorted(ends, np.arange(0, max(counts.sum(), 1), BLOCK), side="right")
    boxes, others = reaches_of(detections.boxes), reaches_of(truths.boxes)
    areas, other_areas = divisible_areas("predictions: boxes", boxes), divisible_areas("truths: boxes", others)
    parts = [Pairs(np.zeros(0, int), np.zeros(0, int), np.zeros(0))]
    for start, stop in zip(cuts, [*cuts[1:], len(counts)], strict=True):
        block = counts[start:stop]
        found = np.repeat(np.arange(start, stop), block)
        truth = np.repeat(first[start:stop] - (np.cumsum(block) - block), block) + np.arange(block.sum())
        shared = np.minimum(boxes.take(found, axis=1), others.take(truth, axis=1))
        overlap = iou_of_shared(shared, areas[found], other_areas[truth])
        close = np.flatnonzero(overlap >= lowest)
        parts.append(Pairs(found[close], truth[close], overlap[close]))
    return Pairs(*map(np.concatenate, zip(*parts, strict=True)))


def _starts(values):
    """Return where in `values` (N,) each run of equal neighbours starts."""
    return np.flatnonzero(np.diff(values, prepend=values[:1] - 1))
