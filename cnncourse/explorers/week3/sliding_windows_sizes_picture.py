"""How the shapes from 14 to 28 pixels are painted: the row of maps, and one unit's weights as filters."""

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import GRID, INK, MUTED, ORANGE, PAPER, WHITE

WIDTH, HEIGHT = 880, 462
SCALE = scale_for(WIDTH)
LEFTS = (16, 206, 384, 512, 640, 768)  # of the picture and the five maps
UNITS = (5.6, 5.6, 8.0, 10.0, 10.0, 10.0)  # CSS pixels of a cell
TOP = 64
SHEETS = (1, 4, 4, 4, 4, 2)  # drawn one behind the other
BEHIND = 3  # CSS pixels from a sheet to the next
NAMES = ("picture", "convolution 5 × 5", "max pool 2 × 2", "", "", "")
AS_DENSE = ("", "", "", "dense 400", "dense 400", "dense 4")
AS_FILTERS = ("", "", "", "400 filters", "400 filters", "4 filters")
FILTER_SIZES = ("", "", "", "of 5 × 5 × 16", "of 1 × 1 × 400", "of 1 × 1 × 400")
STRIP_TOP = 288
STRIP_LEFT, STRIP_CELL, STRIP_GAP = 172, 7.4, 6  # of the 16 filters of 5 × 5


def place_of(number, side):
    """Return left, top and side of a cell of the picture (0) or a map (1 to 5) of `side` × `side` cells."""
    return LEFTS[number], TOP, UNITS[number]


def render(model):
    """Paint a state of the explorer."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    layers = [model.picture, *(np.asarray(maps[0]) for maps in model.maps)]
    shapes = [model.picture.transpose(2, 0, 1).shape, *(maps.shape for maps in model.maps)]
    for number, (values, shape, field) in enumerate(zip(layers, shapes, model.fields, strict=True)):
        _paint_layer(painter, number, values, shape, field)
    for number in range(5):
        _paint_projection(painter, number, model.fields)
    _paint_unit(painter, model)
    return painter.array()


def _paint_layer(painter, number, values, shape, field):
    channels, side, _ = shape
    left, top, unit = place_of(number, side)
    length = side * unit
    for sheet in range(SHEETS[number] - 1, 0, -1):
        shift = BEHIND * sheet
        painter.rectangle(left + shift, top - shift, length, length, fill=WHITE, outline=MUTED)
    limits = None if number == 0 else _limits(values)
    painter.image(values, left, top, length, length, colormap="gray" if number == 0 else "cividis", limits=limits)
    painter.rectangle(left, top, length, length, outline=INK)
    row, column, across = field
    box = (left + column * unit, top + row * unit, across * unit, across * unit)
    painter.rectangle(box[0] - 1, box[1] - 1, box[2] + 2, box[3] + 2, outline=WHITE, line_width=5)
    painter.rectangle(*box, outline=ORANGE, line_width=3)
    name = NAMES[number] or (AS_DENSE[number] if side == 1 else AS_FILTERS[number])
    painter.text(left, 18, name, 12, MUTED)
    if number > 2 and side > 1:
        painter.text(left, 34, FILTER_SIZES[number], 12, MUTED)
    painter.text(left, top + length + 14, f"{side} × {side} × {channels}", 13, bold=True)


def _limits(values):
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 1, high + 1)


def _paint_projection(painter, number, fields):
    """Join the orange part of a layer to that of the next."""
    (row, column, across), (to_row, to_column, to_across) = fields[number], fields[number + 1]
    left, top, unit = place_of(number, 0)
    to_left, to_top, to_unit = place_of(number + 1, 0)
    x, to_x = left + (column + across) * unit, to_left + to_column * to_unit
    for end in (0, 1):
        y, to_y = top + (row + end * across) * unit, to_top + (to_row + end * to_across) * to_unit
        painter.line(x + 1, y, to_x - 1, to_y, ORANGE, 1.2, alpha=0.8)


def _paint_unit(painter, model):
    painter.rounded_rectangle(8, STRIP_TOP - 14, WIDTH - 16, HEIGHT - STRIP_TOP + 6, 8, fill=WHITE, outline=GRID)
    dense, mapped = model.answers
    row = model.filters.reshape(1, -1)
    reach = float(np.abs(row).max())
    painter.text(20, STRIP_TOP + 8, f"row {model.unit} of the", 12, MUTED)
    painter.text(20, STRIP_TOP + 24, "400 × 400 matrix", 12, MUTED)
    width = 16 * (5 * STRIP_CELL + STRIP_GAP) - STRIP_GAP
    painter.image(row, STRIP_LEFT, STRIP_TOP + 6, width, 18, colormap="diverging", limits=(-reach, reach), outline=GRID)
    _paint_sixteen(painter, STRIP_TOP + 42, "the same numbers as", "a filter, 5 × 5 × 16", model.filters, reach, True)
    block = model.block
    _paint_sixteen(
        painter, STRIP_TOP + 94, "what it is laid on,", "the orange 5 × 5 × 16", block, _limits(block), False
    )
    text = f"Σ products + bias = {dense:.4f}      in the map, cell [{model.cell[0]}, {model.cell[1]}]: {mapped:.4f}"
    painter.text(STRIP_LEFT, STRIP_TOP + 147, text.replace("-", "−"), 13, bold=True)


def _paint_sixteen(painter, top, first, second, values, reach, diverging):
    painter.text(20, top + 10, first, 12, MUTED)
    painter.text(20, top + 26, second, 12, MUTED)
    limits, colormap = ((-reach, reach), "diverging") if diverging else (reach, "cividis")
    side = 5 * STRIP_CELL
    for channel, numbers in enumerate(values):
        left = STRIP_LEFT + channel * (side + STRIP_GAP)
        painter.rectangle(left - 1, top - 1, side + 2, side + 2, fill=PAPER)
        painter.image(numbers, left, top, side, side, colormap=colormap, limits=limits, outline=GRID)
