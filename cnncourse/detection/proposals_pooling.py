"""RoI pooling: every box gets a grid of the same size out of one feature map (Girshick 2015)."""

import numpy as np

from cnncourse.arguments import float_array, real_number, whole_number, whole_numbers
from cnncourse.detection.boxes import checked_boxes

MOST_BINS = 10_000  # along a side


def roi_pool(features, boxes, output_size, spatial_scale=1.0):
    """Return the largest feature in each bin of each box, (N, C, output_height, output_width).

    `features` (C, H, W), `boxes` (N, 4) in pixels of the picture, `output_size` one number or (height, width),
    `spatial_scale` cells of the map to a pixel, 1/16 behind a stride of 16. The cells that a box stands for and the
    bins they are parted into are those of `roi_cells` and `bin_edges`: together the bins cover the cells, neighbours
    may share some, and no bin is empty. A box without area, or whose cells all lie outside the map, gives 0. Raises
    ValueError or TypeError for other arguments. Source: Girshick (2015), section 2.1.

    RoIAlign (He et al. 2017) rounds nothing: it interpolates the map at points inside each bin.

    >>> roi_pool([[[1, 2, 3], [4, 9, 6], [7, 8, 5]]], [[0, 0, 3, 2]], (1, 2)).tolist()  # columns 0–1 and 1–2
    [[[[9.0, 9.0]]]]
    """
    features = float_array("features", features, 3, axes="(C, H, W)")
    if min(features.shape[1:]) == 0:
        raise ValueError(f"features must have at least one row and column, got shape {features.shape}")
    height, width = whole_numbers("output_size", output_size, 2, 1, MOST_BINS)
    rois = roi_cells(boxes, features.shape[1:], spatial_scale)
    pooled = np.zeros((len(rois), features.shape[0], height, width), features.dtype)
    for roi, out in zip(rois.tolist(), pooled, strict=True):
        x1, y1, x2, y2 = roi
        if x1 < x2 and y1 < y2:
            rows = [features[:, y1 + a : y1 + b, x1:x2].max(axis=1) for a, b in bin_edges(y2 - y1, height)]
            bands = np.stack(rows, axis=1)  # (C, height, x2 − x1)
            for column, (a, b) in enumerate(bin_edges(x2 - x1, width)):
                out[:, :, column] = bands[:, :, a:b].max(axis=2)
    return pooled


def roi_cells(boxes, map_size, spatial_scale=1.0):
    """Return for each box (N, 4) the cells of a map (height, width) that it stands for, (N, 4) whole numbers.

    The cells of columns x1 … x2 − 1 and rows y1 … y2 − 1. Every edge is multiplied by `spatial_scale` and rounded to
    the nearest edge of a cell, halves up: floor(x · scale + 1/2). Where both edges of a side round to one, the cell
    that holds the box's middle is taken. Cells outside the map are then cut off; where none is left, and for a box
    without area, it says 0, 0, 0, 0. (The original code rounds pixel numbers and takes both ends in, so that there
    0 to 4 means five cells; boxes here are continuous, and 0 to 4 means four.)

    >>> roi_cells([[9, 0, 40, 23], [17, 4, 18, 6], [3, 3, 3, 9]], (4, 4), 1 / 8).tolist()
    [[1, 0, 4, 3], [2, 0, 3, 1], [0, 0, 0, 0]]
    """
    boxes = checked_boxes("boxes", boxes).astype(np.float64)
    height, width = whole_numbers("map_size", map_size, 2, 1)
    scale = real_number("spatial_scale", spatial_scale)
    if scale <= 0:
        raise ValueError(f"spatial_scale must be greater than 0, got {scale}")
    with np.errstate(over="ignore"):
        edges = boxes * scale
    sides = [_cells_of_side(edges[:, k], edges[:, k + 2], n) for k, n in ((0, width), (1, height))]
    cells = np.stack([sides[0][0], sides[1][0], sides[0][1], sides[1][1]], axis=1)
    empty = (cells[:, 0] >= cells[:, 2]) | (cells[:, 1] >= cells[:, 3])
    cells[empty] = 0
    return cells


def bin_edges(length, bins):
    """Return (start, end) of each of `bins` bins over `length` cells: floor(i·length/bins), ceil((i + 1)·length/bins).

    >>> bin_edges(5, 2), bin_edges(2, 3)
    ([(0, 3), (2, 5)], [(0, 1), (0, 2), (1, 2)])
    """
    length, bins = whole_number("length", length, 0), whole_number("bins", bins, 1, MOST_BINS)
    return [(i * length // bins, -(-(i + 1) * length // bins)) for i in range(bins)]


def _cells_of_side(low, high, cells):
    """Return the first cell and the one after the last (N,) between edges, in cells, on a side of `cells` cells."""
    low, high = low.clip(-1, cells + 1), high.clip(-1, cells + 1)  # far beyond the map is the same as beyond it
    start, end, middle = (np.floor(edge).astype(np.int64) for edge in (low + 0.5, high + 0.5, (low + high) / 2))
    thin = start >= end
    start, end = np.where(thin, middle, start), np.where(thin, middle + 1, end)
    end = np.where(low < high, end, start)
    return start.clip(0, cells), end.clip(0, cells)
