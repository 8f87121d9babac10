"""Anchor boxes: shapes that predicted boxes start from, and how k-means chooses them.

A size is (width, height) in pixels; sizes and anchors are arrays (n, 2), all numbers above 0.
"""

import numpy as np

from cnncourse.arguments import float_array, random_generator, refuse_overflow, whole_number

MOST_STEPS = 300


def shape_iou(sizes_a, sizes_b):
    """Return the IoU (N, M), in (0, 1], of every size in `sizes_a` (N, 2) and `sizes_b` (M, 2) laid on one centre.

    The place of a box plays no part: the shared area is the smaller width times the smaller height (Redmon and
    Farhadi 2017, section 2). Raises ValueError for a width or height that is not above 0.

    >>> shape_iou([[4, 2]], [[2, 4], [4, 2], [8, 4]]).round(4).tolist()  # 4/12, 8/8, 8/32
    [[0.3333, 1.0, 0.25]]
    """
    a, b = checked_sizes("sizes_a", sizes_a), checked_sizes("sizes_b", sizes_b)
    shared = np.minimum(a[:, None], b).prod(axis=2)  # (N, M)
    return shared / (a.prod(axis=1)[:, None] + b.prod(axis=1) - shared)


def mean_best_iou(sizes, anchors):
    """Return the mean over `sizes` (N, 2) of the shape IoU with the best of `anchors` (B, 2); N and B are at least 1.

    >>> mean_best_iou([[4, 2], [2, 2]], [[4, 2]])  # 1 and 4/8
    0.75
    """
    overlaps = shape_iou(checked_sizes("sizes", sizes), checked_sizes("anchors", anchors))
    if overlaps.size == 0:
        raise ValueError(
            f"sizes and anchors must hold at least one row each, got {' and '.join(map(str, overlaps.shape))}"
        )
    return float(overlaps.max(axis=1).mean())


def kmeans_anchors(sizes, count, rng):
    """Return `count` anchors (count, 2), smallest area first, found among `sizes` (N, 2) by k-means with 1 − IoU.

    The distance 1 − shape IoU does not let large boxes outweigh small ones (Redmon and Farhadi 2017, section 2).
    `rng`, a NumPy Generator, draws where the search begins. Raises ValueError where `sizes` holds fewer different rows
    (in float32) than `count`.

    >>> sizes = [[2, 8], [2, 9], [2, 10], [20, 10], [24, 10], [22, 10]]
    >>> kmeans_anchors(sizes, 2, np.random.default_rng(0)).tolist()
    [[2.0, 9.0], [22.0, 10.0]]
    """
    *_, (anchors, _) = kmeans_steps(sizes, far_apart(sizes, count, rng))
    return anchors[np.argsort(anchors.prod(axis=1), kind="stable")]


def kmeans_steps(sizes, anchors):
    """Yield the search of `kmeans_anchors` from `anchors` (B, 2): (anchors, the nearest anchor (N,) of every size).

    It ends when the anchors stand still. A step leaves an anchor, or moves it to the mean or the median of its sizes,
    whichever has the highest mean IoU with them: for this distance the mean is not the best place and often a worse
    one. So `mean_best_iou` never falls. An anchor without sizes goes to the size that fits worst.
    """
    sizes, anchors = checked_sizes("sizes", sizes), checked_sizes("anchors", anchors)
    _check_count("anchors must hold a number of rows", len(anchors), sizes)
    dtype, sizes, anchors = sizes.dtype, sizes.astype(np.float64), anchors.astype(np.float64)
    for _ in range(MOST_STEPS):
        nearest = shape_iou(sizes, anchors).argmax(axis=1)
        yield anchors.astype(dtype), nearest
        moved = _moved(sizes, anchors, nearest)
        if np.array_equal(moved, anchors):
            return
        anchors = moved


def far_apart(sizes, count, rng):
    """Return `count` of the `sizes` (N, 2), drawn so that each is probably far from those before it.

    A size is drawn with a probability that grows with the square of its distance, 1 − shape IoU, from the nearest
    one so far (k-means++; Arthur and Vassilvitskii 2007).
    """
    sizes, rng = checked_sizes("sizes", sizes), random_generator("rng", rng)
    _check_count("count must be", whole_number("count", count), sizes)
    chosen, precise = [rng.integers(len(sizes))], sizes.astype(np.float64)
    while len(chosen) < count:
        distances = 1 - shape_iou(precise, precise[chosen]).max(axis=1)
        chosen.append(rng.choice(len(sizes), p=distances**2 / (distances**2).sum()))
    return sizes[chosen]


def checked_sizes(name, sizes):
    """Return `sizes` as a float array (N, 2); ValueError for numbers that are not above 0 or too large."""
    sizes = float_array(name, sizes, shape=(None, 2), axes="(N, 2)")
    with np.errstate(over="ignore"):
        areas = sizes.prod(axis=1)
        refuse_overflow(name, 2 * areas, np.inf)
    bad = (sizes <= 0).any(axis=1) | (areas <= 0)
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(f"{name} must have widths and heights above 0, got {sizes[row].tolist()} in row {row}")
    return sizes


def _check_count(wanted, count, sizes):
    with np.errstate(over="ignore"):
        different = len(np.unique(sizes.astype(np.float32), axis=0))  # the IoU of sizes closer than that rounds to 1
    if not 1 <= count <= different:
        raise ValueError(f"{wanted} from 1 to the number of different sizes, {different}, got {count}")


def _moved(sizes, anchors, nearest):
    """Return the anchors one step on."""
    moved = anchors.copy()
    for number, anchor in enumerate(anchors):
        members = sizes[nearest == number]
        if len(members):
            choices = anchor, members.mean(axis=0), np.median(members, axis=0)
            moved[number] = choices[shape_iou(members, choices).mean(axis=0).argmax()]
    for number in np.flatnonzero(np.bincount(nearest, minlength=len(anchors)) == 0):
        moved[number] = sizes[shape_iou(sizes, moved).max(axis=1).argmin()]
    return moved
