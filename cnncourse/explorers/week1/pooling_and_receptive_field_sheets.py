"""Sheets of units seen from the side: where they stand, which unit lies under a point, and their pixels.

A sheet is a parallelogram with upright sides: `x`, `y` is its middle in CSS pixels, `height` the length of its
upright sides, `width` what is left of its other sides, and `rise` how far they climb to the right.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image

TALLEST, SHRINK = 196, 0.6
FORESHORTENED, CLIMB = 0.42, 0.16
LINE_FROM = 4.5  # CSS pixels of a unit from which lines between units are drawn


class Sheet(NamedTuple):
    """One level of a stack on screen; `count` units along each side."""

    level: int
    count: int
    x: float
    y: float
    height: float

    @property
    def width(self):
        """The shown width in CSS pixels."""
        return self.height * FORESHORTENED

    @property
    def rise(self):
        """How many CSS pixels the right side stands higher than the left."""
        return self.height * CLIMB

    def point(self, row, column):
        """Return the screen point of a place on the sheet, in units from its top left corner."""
        across, down = column / self.count - 0.5, row / self.count - 0.5
        return self.x + across * self.width, self.y + down * self.height - across * self.rise

    def corners(self, top, left, bottom, right):
        """Return the four screen corners of a block of units, clockwise from the top left."""
        return [self.point(*place) for place in ((top, left), (top, right), (bottom, right), (bottom, left))]

    def unit_at(self, x, y):
        """Return the (row, column) of the unit under a screen point, or None beside the sheet."""
        across = (x - self.x) / self.width
        down = (y - self.y + across * self.rise) / self.height
        row, column = int(np.floor((down + 0.5) * self.count)), int(np.floor((across + 0.5) * self.count))
        return (row, column) if 0 <= row < self.count and 0 <= column < self.count else None


def sheets(lengths, left, right, y):
    """Return a Sheet for every level, from the picture at `left` to the last one at `right`, their middles at `y`.

    Heights shrink with the 0.6th power of the count, so that small outputs can still be clicked.
    """
    margin = TALLEST * FORESHORTENED / 2
    step = min((right - left - 2 * margin) / max(len(lengths) - 1, 1), 118)
    heights = [TALLEST * (count / lengths[0]) ** SHRINK for count in lengths]
    return [
        Sheet(level, count, left + margin + level * step, y, height)
        for level, (count, height) in enumerate(zip(lengths, heights, strict=True))
    ]


def scene(standing, palettes, left, width, height, ground, line, scale=2):
    """Return the picture (height · scale, width · scale, 3) uint8 of sheets in a row, later ones in front.

    It begins `left` CSS pixels from the left end of the screen. `palettes` holds the units' colours (count, count, 3)
    of every sheet; `ground` is the colour beside the sheets, `line` that of the lines between units.
    """
    shown = tuple(sheet._replace(x=sheet.x - left) for sheet in standing)
    units = _shown_units(shown, (round(height * scale), round(width * scale)), scale)
    table = np.concatenate([np.uint8([ground, line]), *(colours.reshape(-1, 3) for colours in palettes)])
    canvas = _packed(table).take(units)
    return np.asarray(Image.frombuffer("RGBX", units.shape[::-1], canvas.data, "raw", "RGBX", 0, 1).convert("RGB"))


@lru_cache(maxsize=8)
def _shown_units(standing, size, scale):
    """Return what each pixel shows: 0 the ground, 1 a line, from 2 on the units of all sheets, one after the other."""
    shown, first = np.zeros(size, np.intp), 2
    for sheet in standing:
        places, units = _pixels(sheet, size, scale)
        shown.reshape(-1)[places] = np.where(units < 0, 1, units + first)
        first += sheet.count**2
    return shown


def _packed(colours):
    """Return colours (n, 3) as n whole numbers: four bytes are quicker to copy than three."""
    return np.ascontiguousarray(np.pad(colours, ((0, 0), (0, 1)))).view(np.uint32)[:, 0]


def _pixels(sheet, size, scale):
    """Return the flat indices of a sheet's pixels in a canvas, and for each its unit's flat index, or −1 for a line."""
    half_width, half_height = sheet.width / 2, (sheet.height + sheet.rise) / 2
    rows, columns = (
        np.arange(max(int((middle - half) * scale), 0), min(int((middle + half) * scale) + 1, limit))
        for middle, half, limit in ((sheet.y, half_height, size[0]), (sheet.x, half_width, size[1]))
    )
    across = ((columns + 0.5) / scale - sheet.x) / sheet.width + 0.5
    down = (((rows + 0.5) / scale - sheet.y)[:, None] + (across - 0.5) * sheet.rise) / sheet.height + 0.5
    v, u = down * sheet.count, np.broadcast_to(across * sheet.count, down.shape)
    units = np.floor(v).astype(int) * sheet.count + np.floor(u).astype(int)
    if sheet.height / sheet.count >= LINE_FROM:
        thin_v, thin_u = sheet.count / sheet.height / scale, sheet.count / sheet.width / scale
        units[(v % 1 < thin_v) | (u % 1 < thin_u)] = -1
    inside = (across >= 0) & (across < 1) & (down >= 0) & (down < 1)
    places = rows[:, None] * size[1] + columns
    return places[inside], units[inside]
