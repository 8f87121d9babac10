"""What two regions of a picture are compared by: colour and texture histograms, sizes and boxes.

Conventions: `segments` (H, W) numbers the regions 0, 1, … n − 1; a box (4,) is x1, y1, x2, y2 in pixels, so the one
pixel in row y, column x has the box x, y, x + 1, y + 1.
"""

from typing import NamedTuple

import numpy as np

from cnncourse.convolution.filters import filter_image

COLOUR_BINS = 25  # of each channel
TEXTURE_BINS = 10  # of each channel and direction
DIRECTIONS = 8  # 45° apart
STEEPEST = 0.4  # a Gaussian derivative of σ = 1 gives 1/√(2π) = 0.399 at a step from 0 to 1
SIMILARITIES = ("colour", "texture", "size", "fill")


class Features(NamedTuple):
    """The measures of n regions, row by row."""

    sizes: np.ndarray  # (n,) float: pixels
    boxes: np.ndarray  # (n, 4) float
    colour: np.ndarray  # (n, 25 · C): histograms of the C channels, together 1
    texture: np.ndarray  # (n, 10 · 8 · C): histograms of the derivatives in 8 directions, together 1


def measured(picture, segments):
    """Return the Features of the regions of a picture (H, W, C), its channels in [0, 1].

    Colour: 25 bins a channel. Texture: of each channel the Gaussian derivative (σ = 1) in 8 directions, falling ones
    counted as 0, in 10 bins from 0 to 0.4 (Uijlings et al. 2013, section 3.2).
    """
    count = int(segments.max()) + 1
    sizes = np.bincount(segments.ravel(), minlength=count).astype(float)
    colour = _histograms(np.moveaxis(picture, 2, 0), segments, count, COLOUR_BINS, 1.0)
    texture = _histograms(_rises(picture), segments, count, TEXTURE_BINS, STEEPEST)
    return Features(sizes, boxes_of_segments(segments, count), colour, texture)


def boxes_of_segments(segments, count):
    """Return the boxes (count, 4) that just hold the pixels of each region; every number must occur."""
    H, W = segments.shape
    rows, columns = np.divmod(np.arange(H * W), W)
    order = np.argsort(segments, axis=None, kind="stable")
    starts = np.searchsorted(segments.ravel()[order], np.arange(count))
    low = [np.minimum.reduceat(places[order], starts) for places in (columns, rows)]
    high = [np.maximum.reduceat(places[order], starts) + 1 for places in (columns, rows)]
    return np.stack([*low, *high], axis=1).astype(float)


def neighbours_of_segments(segments):
    """Return the pairs (P, 2) of regions that share an edge of a pixel, smaller number first, in order."""
    beside = np.stack([segments[:, :-1].ravel(), segments[:, 1:].ravel()], axis=1)
    below = np.stack([segments[:-1].ravel(), segments[1:].ravel()], axis=1)
    pairs = np.sort(np.concatenate([beside, below]), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def similarities(features, one, others, pixels):
    """Return how alike region `one` and each of `others` (K,) are, (K, 4): colour, texture, size, fill, each to 1.

    Colour and texture: what the histograms share, Σ min(a, b). Size: 1 − (size a + size b)/pixels, so that small
    regions merge first. Fill: 1 − (area of the box around both − size a − size b)/pixels. Source: Uijlings et al.
    (2013), equations 1, 3, 4, 5.
    """
    sizes = features.sizes[one] + features.sizes[others]
    boxes = joined(features.boxes[one], features.boxes[others])
    around = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.stack(
        [
            np.minimum(features.colour[one], features.colour[others]).sum(axis=1),
            np.minimum(features.texture[one], features.texture[others]).sum(axis=1),
            1 - sizes / pixels,
            1 - (around - sizes) / pixels,
        ],
        axis=1,
    )


def joined(box, boxes):
    """Return the boxes around `box` (4,) and each of `boxes` (…, 4)."""
    return np.concatenate([np.minimum(box[:2], boxes[..., :2]), np.maximum(box[2:], boxes[..., 2:])], axis=-1)


def _histograms(planes, segments, count, bins, top):
    """Return the histograms (count, planes · bins) of planes (P, H, W) from 0 to `top`, each row with the sum 1."""
    numbers = np.clip((planes * (bins / top)).astype(np.int64), 0, bins - 1)
    numbers += bins * np.arange(len(planes))[:, None, None]
    width = bins * len(planes)
    counts = np.bincount((numbers + width * segments).ravel(), minlength=width * count).reshape(count, width)
    return counts / counts.sum(axis=1, keepdims=True)


def _rises(picture):
    """Return how steeply each channel rises in 8 directions, (8 · C, H, W), 0 where it falls."""
    offsets = np.arange(-3, 4)
    bell = np.exp(-(offsets**2) / 2)
    bell /= bell.sum()
    across, along = np.outer(bell, offsets * bell), np.outer(offsets * bell, bell)
    d_x, d_y = (filter_image(picture, kernel, border="edge") for kernel in (across, along))
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    steps = [np.cos(angle) * d_x + np.sin(angle) * d_y for angle in angles]
    return np.concatenate([np.moveaxis(step, 2, 0) for step in steps]).clip(0)
