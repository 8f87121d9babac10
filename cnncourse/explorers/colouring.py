"""Colours of arrays: through a colour map, or as they are."""

from functools import lru_cache

import matplotlib
import numpy as np

from cnncourse.plots import PAPER

COLORMAPS = {"diverging": "RdBu_r"}


def colours(array, colormap="gray", limits=None):
    """Return the uint8 colours `(H, W, 3)` of a picture or, through a colour map, of a matrix.

    `colormap` is "gray", "viridis", "cividis", "diverging" (white at zero, as far to either side) or another of
    matplotlib's names. `limits` is (low, high); without it floats inside [0, 1] keep that range under
    "gray", others run from smallest to largest. NaN is painted as paper.
    """
    array = np.asarray(array)
    if array.ndim == 3:
        array = array if array.dtype == np.uint8 else np.round(np.clip(array, 0, 1) * 255).astype(np.uint8)
        return array[..., :3]
    if array.dtype == np.uint8 and limits is None:
        limits = (0, 255)
    values = array.astype(float)
    low, high = limits or _range(values, colormap)
    missing = np.isnan(values)
    share = (values - low) * (256 / ((high - low) or 1.0))
    if missing.any():
        share[missing] = 0
    out = np.take(_table(named(colormap)), np.clip(share, 0, 255).astype(np.uint8), axis=0)
    return np.where(missing[..., None], rgb_bytes(PAPER), out) if missing.any() else out


@lru_cache(maxsize=256)
def rgba(colour):
    """Return a colour as four whole numbers in 0…255.

    >>> rgba("#ff0080"), rgba((1, 2, 3))
    ((255, 0, 128, 255), (1, 2, 3, 255))
    """
    if isinstance(colour, str):
        digits = colour.lstrip("#")
        if len(digits) not in (6, 8):
            raise ValueError(f"colour must be '#rrggbb' or '#rrggbbaa', got {colour!r}")
        colour = tuple(bytes.fromhex(digits))
    return (*colour, 255)[:4]


def rgb_bytes(colour):
    """Return a colour as an array of three uint8."""
    return np.array(rgba(colour)[:3], dtype=np.uint8)


def _range(values, colormap):
    known = values[np.isfinite(values)]
    if known.size == 0:
        return 0.0, 1.0
    if named(colormap) in COLORMAPS.values():
        reach = np.abs(known).max()
        return -reach, reach
    if colormap == "gray" and known.min() >= 0 and known.max() <= 1:
        return 0.0, 1.0
    return known.min(), known.max()


def named(colormap):
    """Return matplotlib's name of one of the course's colour maps."""
    return COLORMAPS.get(colormap, colormap)


@lru_cache(maxsize=32)
def _table(name):
    return matplotlib.colormaps[name](np.arange(256), bytes=True)[:, :3]
