"""Paint pixel pictures with numbers, arrows and text, fast enough to follow a pointer.

    painter = Painter(600, 300)                        # CSS pixels; painted at twice that
    painter.number_grid([[1, 2], [3, 4]], 20, 20, 40, highlight={(0, 0, 1, 2): ORANGE})
    painter.arrow(110, 60, 180, 60)
    picture = painter.array()                          # (600, 1200, 3) uint8: what a render returns

Conventions: x runs right, y runs down, both in CSS pixels and not necessarily whole. A colour is "#rrggbb",
"#rrggbbaa" or a tuple of 3 or 4 numbers in 0…255; `alpha` in 0…1 makes a shape translucent. An anchor is two letters:
l, m, r (left, middle, right) and t, m, b (top of the capitals, their middle, the base line of the last line).
`cell_at` is the way back, from a pointer to the row and column under it.
"""

import math
from copy import copy
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnncourse.explorers.colouring import colours, named, rgb_bytes, rgba
from cnncourse.plots import GRID, INK, ORANGE, PAPER, WHITE

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
CAPITAL_HEIGHT = 0.729  # of the font size, in DejaVu Sans
LINE_HEIGHT = 1.35
SHOWN_WIDTH = 815  # CSS pixels that a picture has in a window 1,280 wide, beside the file browser


class Painter:
    """A sheet of paper of `width` × `height` CSS pixels, painted at `scale` times as many."""

    def __init__(self, width, height, scale=2, background=PAPER):
        self.width, self.height, self.scale = width, height, scale
        size = (round(width * scale), round(height * scale))
        self._begin(Image.new("RGB", size, rgba(background)[:3]))

    def _begin(self, image):
        self._image = image
        self._opaque, self._glass = ImageDraw.Draw(image), ImageDraw.Draw(image, "RGBA")

    def copy(self):
        """Return a sheet with the same painting, to be painted on while this one is kept."""
        twin = copy(self)
        twin._begin(self._image.copy())
        return twin

    def array(self):
        """Return the picture as `(height · scale, width · scale, 3)` uint8."""
        return np.asarray(self._image)

    def rectangle(self, x, y, width, height, fill=None, outline=None, line_width=1, alpha=1.0, radius=0):
        """Paint a rectangle; the outline lies inside it. `radius` rounds the corners."""
        if width <= 0 or height <= 0:
            return
        left, top, right, bottom = self._pixels(x, y, x + width, y + height)
        box = (left, top, max(left, right - 1), max(top, bottom - 1))
        shape = {"fill": _ink(fill, alpha), "outline": _ink(outline, 1), "width": self._stroke(line_width)}
        draw = self._pen(fill, alpha)
        if radius:
            draw.rounded_rectangle(box, radius * self.scale, **shape)
        else:
            draw.rectangle(box, **shape)

    def rounded_rectangle(self, x, y, width, height, radius=6, **style):
        """Paint a rectangle with round corners; `style` as for `rectangle`."""
        self.rectangle(x, y, width, height, radius=radius, **style)

    def circle(self, x, y, radius, fill=None, outline=None, line_width=1, alpha=1.0):
        """Paint a disc around (x, y)."""
        box = self._pixels(x - radius, y - radius, x + radius, y + radius)
        self._pen(fill, alpha).ellipse(
            box, fill=_ink(fill, alpha), outline=_ink(outline, 1), width=self._stroke(line_width)
        )

    def line(self, x1, y1, x2, y2, colour=INK, width=1.5, alpha=1.0, dash=None):
        """Paint a straight line; `dash=(on, off)` in CSS pixels interrupts it."""
        length = math.hypot(x2 - x1, y2 - y1)
        on, off = dash or (max(length, 1), 0)
        for start in np.arange(0, length, on + off):
            ends = [start / length, min(start + on, length) / length]
            self.polyline([(x1 + t * (x2 - x1), y1 + t * (y2 - y1)) for t in ends], colour, width, alpha)

    def polyline(self, points, colour=INK, width=1.5, alpha=1.0):
        """Paint line segments through `points`, a list of (x, y)."""
        path = [self._pixels(*point) for point in points]
        self._pen(colour, alpha).line(path, fill=_ink(colour, alpha), width=self._stroke(width), joint="curve")

    def polygon(self, points, fill=None, outline=None, line_width=1, alpha=1.0):
        """Paint a closed shape through `points`, a list of (x, y)."""
        path = [self._pixels(*point) for point in points]
        self._pen(fill, alpha).polygon(
            path, fill=_ink(fill, alpha), outline=_ink(outline, 1), width=self._stroke(line_width)
        )

    def arrow(self, x1, y1, x2, y2, colour=INK, width=1.5, head=8, alpha=1.0):
        """Paint an arrow from (x1, y1) to (x2, y2); `head` is the length of its point."""
        length = math.hypot(x2 - x1, y2 - y1)
        if length == 0:
            return
        along_x, along_y = (x2 - x1) / length, (y2 - y1) / length
        head = min(head, length)
        neck_x, neck_y, half = x2 - along_x * head, y2 - along_y * head, head * 0.45
        self.line(x1, y1, neck_x, neck_y, colour, width, alpha)
        sides = [(neck_x - along_y * half, neck_y + along_x * half), (neck_x + along_y * half, neck_y - along_x * half)]
        self.polygon([(x2, y2), *sides], fill=colour, alpha=alpha)

    def text(self, x, y, text, size=13, colour=INK, bold=False, anchor="lm", halign="left", mono=False, alpha=1.0):
        """Write `text` so that its `anchor` lies at (x, y); lines are parted by a newline and aligned by `halign`."""
        lines = str(text).split("\n")
        masks = [_glyphs(line, round(size * self.scale), bold, mono) for line in lines]
        block = max(mask[2] for mask in masks)
        step, capital = size * self.scale * LINE_HEIGHT, size * self.scale * CAPITAL_HEIGHT
        left = x * self.scale - block * {"l": 0, "m": 0.5, "r": 1}[anchor[0]]
        height = step * (len(lines) - 1) + capital
        baseline = y * self.scale + capital - height * {"t": 0, "m": 0.5, "b": 1}[anchor[1]]
        for mask, offset, advance in masks:
            shift = (block - advance) * {"left": 0, "center": 0.5, "right": 1}[halign]
            if mask is not None:
                place = (round(left + shift + offset[0]), round(baseline + offset[1]))
                self._stamp(mask, place, _ink(colour, alpha))
            baseline += step

    def text_width(self, text, size=13, bold=False, mono=False):
        """Return the width of a text in CSS pixels (of its longest line)."""
        widths = [_glyphs(line, round(size * self.scale), bold, mono)[2] for line in str(text).split("\n")]
        return max(widths) / self.scale

    def image(self, array, x, y, width, height, smooth=False, colormap="gray", limits=None, alpha=1.0, outline=None):
        """Paint an array into a box: `(H, W)` through a colour map, `(H, W, 3)` as it is.

        Each array element becomes a sharp rectangle, or a soft one with `smooth`; larger arrays are averaged down.
        `limits`, `colormap` as for `colours`.
        """
        picture = Image.fromarray(np.ascontiguousarray(colours(array, colormap, limits)))
        left, top, right, bottom = self._pixels(x, y, x + width, y + height)
        size = (max(1, right - left), max(1, bottom - top))
        shrinks = size[0] < picture.width or size[1] < picture.height
        method = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
        picture = picture if picture.size == size else picture.resize(size, method)
        mask = Image.new("L", size, round(255 * alpha)) if alpha < 1 else None
        self._image.paste(picture, (left, top), mask)
        if outline:
            self.rectangle(x, y, width, height, outline=outline)

    def number_grid(
        self,
        array,
        x,
        y,
        cell,
        format="{:g}",
        highlight=None,
        colormap=None,
        limits=None,
        size=None,
        fill=WHITE,
        line=GRID,
        colour=None,
    ):
        """Paint a matrix `(rows, columns)` as cells with numbers; NaN leaves a cell empty.

        `cell` is the side of a cell, or (width, height); `format` a format string or a function of the value.
        With a `colormap` the cells are coloured by value (as in `colours`), the numbers dark or white, whichever reads
        better. `highlight` maps (row, column) or (row, column, rows, columns) to a colour, or lists such tuples (then
        in orange).
        """
        values = np.atleast_2d(np.asarray(array, dtype=float))
        cell_width, cell_height = cell if isinstance(cell, tuple) else (cell, cell)
        rows, columns = values.shape
        backs = colours(values, colormap, limits) if colormap else np.broadcast_to(rgb_bytes(fill), (rows, columns, 3))
        backs = np.where(np.isnan(values)[..., None], rgb_bytes(fill), backs).astype(np.uint8)
        self.image(backs, x, y, columns * cell_width, rows * cell_height)
        marks = highlight if isinstance(highlight, dict) else dict.fromkeys(highlight or (), ORANGE)
        boxes = [(*_window(mark, x, y, cell_width, cell_height), tint) for mark, tint in marks.items()]
        for left, top, width, height, tint in boxes:
            self.rectangle(left, top, width, height, fill=tint, alpha=0.28)
        self.grid_lines(x, y, cell, rows, columns, line)
        self._numbers(values, backs, x, y, (cell_width, cell_height), format, size, colour)
        for left, top, width, height, tint in boxes:
            self.rectangle(left - 1, top - 1, width + 2.5, height + 2.5, outline=tint, line_width=2.5)

    def grid_lines(self, x, y, cell, rows, columns, colour=GRID, width=1):
        """Paint the lines of a grid of `rows` × `columns` cells."""
        cell_width, cell_height = cell if isinstance(cell, tuple) else (cell, cell)
        for row in range(rows + 1):
            self.rectangle(x, y + row * cell_height, columns * cell_width + width, width, fill=colour)
        for column in range(columns + 1):
            self.rectangle(x + column * cell_width, y, width, rows * cell_height + width, fill=colour)

    def colour_bar(self, x, y, width, height, low, high, colormap="viridis", format="{:g}", label="", size=11):
        """Paint a horizontal bar of the colour map with its two ends, and a label between them, written below."""
        self.image(np.linspace(0, 1, 256)[None], x, y, width, height, True, named(colormap), (0, 1), outline=GRID)
        write = _writer(format)
        self.text(x, y + height + 5, write(low), size, anchor="lt")
        self.text(x + width, y + height + 5, write(high), size, anchor="rt")
        self.text(x + width / 2, y + height + 5, label, size, anchor="mt")

    def _numbers(self, values, backs, x, y, cell, format, size, colour):
        write = _writer(format)
        texts = [["" if np.isnan(value) else write(value) for value in row] for row in values.tolist()]
        size = size or self._fitting(texts, cell)
        light = backs @ np.array([0.299, 0.587, 0.114]) < 140
        for row, line in enumerate(texts):
            for column, text in enumerate(line):
                ink = colour or (WHITE if light[row, column] else INK)
                if text:
                    centre = (x + (column + 0.5) * cell[0] + 0.5, y + (row + 0.5) * cell[1] + 0.5)
                    self.text(*centre, text, size, ink, anchor="mm")

    def _fitting(self, texts, cell):
        longest = max((len(text) for line in texts for text in line), default=1)
        return float(np.clip(min(cell[1] * 0.42, cell[0] * 1.35 / max(longest, 1)), 8, 20))

    def _stamp(self, mask, place, ink):
        if len(ink) == 4:
            mask = mask.point(lambda value: value * ink[3] // 255)
        self._opaque.bitmap(place, mask, fill=ink[:3])

    def _pen(self, fill, alpha):
        return self._glass if alpha < 1 or (fill is not None and rgba(fill)[3] < 255) else self._opaque

    def _pixels(self, *coordinates):
        return tuple(round(value * self.scale) for value in coordinates)

    def _stroke(self, width):
        return max(1, round(width * self.scale))


def scale_for(width):
    """Return how many painted pixels make a CSS pixel of a sheet `width` wide: two, or fewer if it is very wide.

    A JupyterLab window 1,280 wide shrinks sheets to 815; of more than twice as many pixels, thin lines would be lost.

    >>> scale_for(800), round(880 * scale_for(880))
    (2, 1630)
    """
    return min(2, 2 * SHOWN_WIDTH / width)


def cell_at(x, y, left, top, cell, rows, columns):
    """Return the (row, column) of the grid cell under the point (x, y), or None outside the grid.

    >>> cell_at(65, 30, 20, 20, 40, 3, 3)
    (0, 1)
    """
    cell_width, cell_height = cell if isinstance(cell, tuple) else (cell, cell)
    row, column = math.floor((y - top) / cell_height), math.floor((x - left) / cell_width)
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def _ink(colour, alpha):
    if colour is None:
        return None
    red, green, blue, opacity = rgba(colour)
    opacity = round(opacity * alpha)
    return (red, green, blue) if opacity >= 255 else (red, green, blue, opacity)


def _writer(format):
    write = format if callable(format) else format.format
    return lambda value: write(value).replace("-", "−")


def _window(mark, x, y, cell_width, cell_height):
    row, column, rows, columns = mark if len(mark) == 4 else (*mark, 1, 1)
    return (x + column * cell_width, y + row * cell_height, columns * cell_width, rows * cell_height)


@lru_cache(maxsize=64)
def _font(size, bold, mono):
    name = ("DejaVuSansMono" if mono else "DejaVuSans") + ("-Bold" if bold else "")
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size)


@lru_cache(maxsize=4096)
def _glyphs(text, size, bold, mono):
    """Return (mask, (dx, dy) from the left end of the base line, advance width), all in painted pixels."""
    font = _font(size, bold, mono)
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    advance = font.getlength(text)
    if right <= left or bottom <= top:
        return None, (0, 0), advance
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), text, fill=255, font=font, anchor="ls")
    return mask, (left, top), advance
