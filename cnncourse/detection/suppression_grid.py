"""A grid that finds, for non-max suppression, the few boxes that can overlap a given one enough.

Where the IoU of two boxes is greater than t, the following holds in x, and the same in y:
- the wider one is less than 1/t times as wide (what they share is no wider than the narrower one);
- with widths v and w their centres are less than ρ·(v + w)/2 apart, ρ = (1 − t)/(1 + t): they share more than
  t/(1 + t)·(v + w), for intersection > t·union means intersection > t/(1 + t)·(area + area).
So boxes are sorted into levels of width and of height, each 1/t times the one below, and on each level into cells as
wide as the largest distance. A box is looked up on its own level only, since kept ones are entered on those beside
theirs as well. The cell of a level has a number by hashing: two cells may share one, which costs a comparison.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

SMALLEST_THRESHOLD = 0.1  # below, levels and cells become so large that a grid finds nearly every box
LARGEST_RATIO = 0.8  # of widths on neighbouring levels, and
SMALLEST_SHIFT = 0.05  # least ρ: for thresholds close to 1 levels and cells need not become ever smaller
CELL_MARGIN = 1.001  # covers the rounding of places up to
FARTHEST_PLACE = 2.0**38  # cells from the origin; a picture with boxes farther out has no grid
SMALLEST_AREA = 1e-290  # of smaller ones the IoU is inexact, and the bounds above may not hold
MULTIPLIERS = np.array([1, 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F])[:, None]  # column, row, levels, label
ROW = MULTIPLIERS[1, 0]
STEPS = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1])).reshape(2, 9, 1)  # to the levels beside: of width, of height
NEIGHBOURS_AT_A_TIME = 1 << 20


class Grid(NamedTuple):
    """Centres and levels of boxes, (2, N) each, the hashes (N,) of their cells, and the sizes of levels."""

    centres: np.ndarray
    levels: np.ndarray
    hashes: np.ndarray
    labels: np.ndarray
    octaves: float  # a level's largest width is 2 ** octaves times the largest of the level below
    shift: float  # ρ

    @classmethod
    def over(cls, reaches, areas, labels, iou_threshold):
        """Return the grid over boxes given by their reaches (4, N), or None where it could miss one."""
        octaves = -np.log2(min(iou_threshold, LARGEST_RATIO)) * (1 + 1e-6)
        shift = max((1 - iou_threshold) / (1 + iou_threshold), SMALLEST_SHIFT)
        sides = reaches[:2] + reaches[2:]
        levels = np.floor(np.log2(np.where(sides > 0, sides, 1)) / octaves)
        centres = (reaches[:2] - reaches[2:]) / 2
        labels = np.zeros(len(areas), np.intp) if labels is None else labels
        grid = cls(centres, levels, None, labels, octaves, shift)
        places = grid.places(centres, levels)
        if not (np.abs(places) < FARTHEST_PLACE).all() or areas.min() < SMALLEST_AREA:
            return None
        return grid._replace(hashes=_hashes(places, levels, labels))

    def places(self, centres, levels):
        """Return the column and row (2, …) in which centres lie on the grids of `levels`."""
        widest = np.exp2(self.octaves * (levels + 1))  # its partner may be 2 ** octaves times as wide
        return np.floor(centres / (widest * (self.shift * (1 + 2**self.octaves) / 2 * CELL_MARGIN)))

    def neighbours(self, kept, ranks):
        """Yield parts of all pairs (box in `kept`, place in `ranks`) of boxes that may overlap enough."""
        owners, starts = self._entered(kept)
        cells = self.hashes[ranks] + ROW * np.array([[-1], [0], [1]]) - 1  # the left one of three in each of three rows
        cells &= len(starts) - 4
        first, counts = starts[cells], starts[cells + 3] - starts[cells]  # (3, R)
        ends = np.cumsum(counts.sum(axis=0))
        parts = np.searchsorted(ends, np.arange(NEIGHBOURS_AT_A_TIME, ends[-1], NEIGHBOURS_AT_A_TIME))
        for begin, end in pairwise([0, *parts, len(ranks)]):
            entries, row_places = _runs(first[:, begin:end].ravel(), counts[:, begin:end].ravel())
            yield owners[entries], row_places % (end - begin) + begin

    def _entered(self, kept):
        """Return kept boxes by cell, and where each cell's begin among them; the first two cells follow the last again.

        Cells are a power of two and three more: those repeated, and an end.
        """
        levels = (self.levels[:, None, kept] + STEPS).reshape(2, -1)  # (2, 9 K)
        centres = np.repeat(self.centres[:, None, kept], 9, axis=1).reshape(2, -1)
        hashes = _hashes(self.places(centres, levels), levels, np.tile(self.labels[kept], 9))
        cell_count = 1 << (8 * hashes.size).bit_length()
        hashes &= cell_count - 1
        repeated = np.flatnonzero(hashes < 2)
        hashes = np.concatenate([hashes, hashes[repeated] + cell_count])
        owners = np.concatenate([np.tile(kept, 9), kept[repeated % len(kept)]])
        starts = np.zeros(cell_count + 3, np.intp)
        np.cumsum(np.bincount(hashes, minlength=cell_count + 2), out=starts[1:])
        return owners[np.argsort(hashes)], starts


def _hashes(places, levels, labels):
    fields = np.concatenate([places, levels, labels[None]]).astype(np.int64)
    return (MULTIPLIERS * fields).sum(axis=0)


def _runs(first, counts):
    """Return the numbers first, first + 1, … of each run, `counts` of them, and the run of each."""
    runs = np.flatnonzero(counts)
    counts = counts[runs]
    run_starts = first[runs] - (np.cumsum(counts) - counts)
    return np.repeat(run_starts, counts) + np.arange(counts.sum()), np.repeat(runs, counts)
