"""Neighbouring regions merged, the two most alike first, until one is left: the tree of selective search."""

import heapq
from typing import NamedTuple

import numpy as np
from skimage.color import rgb2hsv, rgb2lab
from skimage.segmentation import felzenszwalb

from cnncourse.arguments import float_array, numeric_array, one_of, real_number, whole_number
from cnncourse.detection.proposals_features import (
    Features,
    joined,
    measured,
    neighbours_of_segments,
    similarities,
)

COLOURS = ("rgb", "hsv", "lab")


class Merge(NamedTuple):
    """One step: regions `first` < `second` become the region `merged`; `alike` holds colour, texture, size, fill."""

    first: int
    second: int
    merged: int
    alike: tuple


class MergeTree(NamedTuple):
    """What `merge_segments` found: n segments, n − 1 merges, 2n − 1 regions."""

    segments: np.ndarray  # (H, W) int: the regions 0 … n − 1 of the beginning
    merges: list  # n − 1 times a Merge, in order; the k-th makes region n + k
    features: Features  # of all 2n − 1 regions, in order of their numbers

    @property
    def boxes(self):
        """The boxes (2n − 1, 4) of all regions."""
        return self.features.boxes

    def regions_after(self, steps):
        """Return the picture (H, W) of region numbers after the first `steps` merges."""
        steps = whole_number("steps", steps, 0)
        names = np.arange(len(self.features.sizes))
        for merge in reversed(self.merges[:steps]):
            names[[merge.first, merge.second]] = names[merge.merged]
        return names[self.segments]


def initial_segments(image, scale=100.0, smallest=20):
    """Return segments (H, W), numbered from 0, of an image (H, W, 3) or (H, W): uint8, or floats in [0, 1].

    scikit-image's method of Felzenszwalb and Huttenlocher (2004): σ = 0.8; a larger `scale` gives larger segments, and
    those of fewer than `smallest` pixels are merged.
    """
    picture = checked_image(image)
    scale, smallest = real_number("scale", scale, 0), whole_number("smallest", smallest, 1)
    smallest = min(smallest, picture.size)
    if min(picture.shape[:2]) == 1:
        picture = np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)
        labels = felzenszwalb(picture, scale, 0.8, smallest)[::2, ::2]
    else:
        labels = felzenszwalb(picture, scale, 0.8, smallest)
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)


def merge_segments(image, segments=None, colours="rgb"):
    """Return the MergeTree of an image (H, W, 3) or (H, W): uint8, or floats in [0, 1].

    At each step the two neighbours of the largest sum of four similarities merge (of equals the pair of smaller
    numbers); the new region's histograms are the means of the two, weighted by their sizes. `segments` (H, W) are the
    regions of the beginning, by default `initial_segments(image)`; `colours` says in which space histograms are taken.
    Source: Uijlings et al. (2013), algorithm 1. Raises ValueError or TypeError for other arguments.

    >>> tree = merge_segments(np.zeros((2, 3)), [[0, 1, 1], [0, 1, 2]])
    >>> [merge[:3] for merge in tree.merges], tree.boxes[-2:].tolist()
    ([(1, 2, 3), (0, 3, 4)], [[1.0, 0.0, 3.0, 2.0], [0.0, 0.0, 3.0, 2.0]])
    """
    picture = _in_space(checked_image(image), one_of("colours", colours, COLOURS))
    segments = initial_segments(image) if segments is None else checked_segments(segments, picture.shape[:2])
    features = _with_room(measured(picture, segments))
    pairs = neighbours_of_segments(segments)
    neighbours = [set() for _ in features.sizes]
    for a, b in pairs.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    return MergeTree(segments, list(_merged_in_turn(features, neighbours, segments.size)), features)


def checked_image(image):
    """Return an image as floats (H, W, 3) in [0, 1]; ValueError or TypeError where it is none."""
    image = numeric_array("image", image, (2, 3), axes="(H, W) or (H, W, 3)")
    if image.size == 0 or (image.ndim == 3 and image.shape[2] != 3):
        raise ValueError(f"image must have shape (H, W) or (H, W, 3) and at least one pixel, got shape {image.shape}")
    picture = float_array("image", image) / 255 if image.dtype == np.uint8 else float_array("image", image)
    if picture.min() < 0 or picture.max() > 1:
        raise ValueError(
            f"image must hold uint8 or numbers from 0 to 1, got {picture.min():g} to {picture.max():g} as {image.dtype}"
        )
    picture = picture.astype(np.float64)
    return picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)


def checked_segments(segments, shape):
    """Return `segments` as an int array of `shape` whose numbers are 0 … n − 1, each of them used."""
    segments = numeric_array("segments", segments, shape=shape, axes="(H, W)")
    if segments.dtype.kind not in "iu":
        raise TypeError(f"segments must hold whole numbers, got dtype {segments.dtype}")
    used = np.unique(segments)
    if used[0] != 0 or used[-1] != len(used) - 1:
        raise ValueError(f"segments must be numbered 0, 1, 2 …, none left out, got {len(used)} up to {used[-1]}")
    return segments.astype(np.int64)


def _in_space(picture, colours):
    """Return a picture (H, W, 3) of RGB in [0, 1] with its channels in another space, each still in [0, 1]."""
    if colours == "rgb":
        return picture
    if colours == "hsv":
        return rgb2hsv(picture)
    return (rgb2lab(picture) / (100, 220, 220) + (0, 0.5, 0.5)).clip(0, 1)


def _with_room(features):
    """Return the features of n regions with n − 1 empty rows more, for those to come."""
    room = len(features.sizes) - 1
    return Features(*(np.concatenate([part, np.zeros((room, *part.shape[1:]))]) for part in features))


def _merged_in_turn(features, neighbours, pixels):
    """Merge the most similar neighbours until one region is left; fill `features`, yield each Merge."""
    first_new = (len(features.sizes) + 1) // 2
    waiting = []
    for region in range(first_new):
        _offer(waiting, features, region, [other for other in neighbours[region] if other > region], pixels)
    alive = set(range(first_new))
    for merged in range(first_new, len(features.sizes)):
        first, second, alike = _most_alike(waiting, alive)
        alive -= {first, second}
        _fill(features, first, second, merged)
        neighbours[merged] = (neighbours[first] | neighbours[second]) & alive
        for other in neighbours[merged]:
            neighbours[other].add(merged)
        _offer(waiting, features, merged, neighbours[merged], pixels)
        alive.add(merged)
        yield Merge(first, second, merged, alike)


def _offer(waiting, features, region, others, pixels):
    """Put the pairs of a region and each of `others` on the heap, the most alike on top."""
    others = np.array(sorted(others), np.int64)
    table = similarities(features, region, others, pixels)
    for other, total, alike in zip(others.tolist(), table.sum(axis=1).tolist(), table.tolist(), strict=True):
        heapq.heappush(waiting, (-total, *sorted((region, other)), tuple(alike)))


def _most_alike(waiting, alive):
    while True:
        _, first, second, alike = heapq.heappop(waiting)
        if first in alive and second in alive:
            return first, second, alike


def _fill(features, first, second, merged):
    """Write the measures of the region that two others make: nothing is looked up in the picture again."""
    sizes = features.sizes[[first, second]]
    features.sizes[merged] = sizes.sum()
    features.boxes[merged] = joined(features.boxes[first], features.boxes[second])
    for histograms in (features.colour, features.texture):
        histograms[merged] = sizes @ histograms[[first, second]] / sizes.sum()
