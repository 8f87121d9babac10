"""How the window's way is painted: the scene, the window enlarged with its score, and the map of scores."""

from itertools import pairwise

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.networks.car_window import WINDOW
from cnncourse.plots import BLUE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 520
SCALE = scale_for(WIDTH)
PLACE = (16, 44, 440)  # left, top and side of the scene
RIGHT = 488  # left end of what is beside it
WINDOW_PLACE = (RIGHT, 44, 128)
MAP_PLACE = (RIGHT, 220, 376, 222)  # left, top, greatest width and height of the map
LEGEND_TOP = 456
MOST_BOXES = 400  # painted at a time


def map_place(shape):
    """Return left, top and side of a cell of a map of (rows, columns)."""
    left, top, width, height = MAP_PLACE
    return left, top, min(width / max(shape[1], 1), height / max(shape[0], 1), 26)


def on_sheet(box, image):
    """Return left, top, width and height on the sheet of a box in pixels of the scene."""
    left, top, side = PLACE
    x1, y1, x2, y2 = np.multiply(box, side / len(image))
    return left + x1, top + y1, x2 - x1, y2 - y1


def render(model):
    """Paint a state of the explorer."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, side = PLACE
    painter.text(left, 22, "the scene", 14, bold=True)
    painter.image(model.image, left, top, side, side, smooth=True)
    _paint_uncovered(painter, model)
    for car in model.cars:
        _dashed(painter, on_sheet(car, model.image))
    for index in model.found[:MOST_BOXES]:
        painter.rectangle(*on_sheet(model.boxes[index], model.image), outline=BLUE, line_width=1.5)
    if model.position >= 0:
        x, y, width, height = on_sheet(model.boxes[model.position], model.image)
        painter.rectangle(x - 1.5, y - 1.5, width + 3, height + 3, outline=WHITE, line_width=6)
        painter.rectangle(x, y, width, height, outline=ORANGE, line_width=3)
        _paint_window(painter, model)
    _paint_legend(painter)
    _paint_map(painter, model)
    return painter.array()


def _paint_legend(painter):
    marks = (("this window", ORANGE, None), ("reaches the threshold", BLUE, None), ("true car", WHITE, (6, 4)))
    x = PLACE[0]
    y = HEIGHT - 18
    for text, colour, dash in marks:
        if dash:
            painter.line(x, y, x + 18, y, INK, 4)
        painter.line(x, y, x + 18, y, colour, 3 if not dash else 2, dash=dash)
        painter.text(x + 24, y, text, 12, MUTED)
        x += 42 + painter.text_width(text, 12)


def _dashed(painter, box):
    x, y, width, height = box
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    for (x1, y1), (x2, y2) in pairwise(corners):
        painter.line(x1, y1, x2, y2, INK, 3, alpha=0.6)
        painter.line(x1, y1, x2, y2, WHITE, 1.5, dash=(6, 4))


def _paint_uncovered(painter, model):
    """Shade what no window covers."""
    left, top, side = PLACE
    down, right = model.reach * side / len(model.image)
    painter.rectangle(left + right, top, side - right, side, fill=INK, alpha=0.55)
    painter.rectangle(left, top + down, right, side - down, fill=INK, alpha=0.55)


def _paint_window(painter, model):
    left, top, side = WINDOW_PLACE
    row, column = model.starts[model.position]
    pixels = model.picture[:, row : row + WINDOW, column : column + WINDOW].permute(1, 2, 0).numpy()
    painter.text(left, 22, "what the network sees", 14, bold=True)
    painter.image(pixels, left, top, side, side)
    painter.rectangle(left - 1, top - 1, side + 2.5, side + 2.5, outline=ORANGE, line_width=3)
    chance, x, width = float(model.chances[model.position]), left + side + 24, 210
    painter.text(x, top + 22, f"car: {chance:.3f}", 20, bold=True)
    painter.rectangle(x, top + 46, width, 16, fill=WHITE, outline=GRID)
    painter.rectangle(x, top + 46, width * chance, 16, fill=BLUE if chance >= model.threshold else MUTED)
    mark = x + width * model.threshold
    painter.line(mark, top + 40, mark, top + 68, INK, 2)
    painter.text(mark, top + 78, "threshold", 12, MUTED, anchor="mm")
    painter.text(x, top + 106, f"window {model.position + 1:,} of {len(model.starts):,}", 13, MUTED)


def _paint_map(painter, model):
    row, column, shape = model.grid
    if not len(row):
        painter.text(RIGHT, MAP_PLACE[1] + 30, "no window fits", 14, MUTED)
        return
    left, top, cell = map_place(shape)
    values = np.full(shape, np.nan)
    values[row[: model.seen], column[: model.seen]] = model.chances[: model.seen]
    painter.text(left, top - 20, f"the score map, {shape[0]} × {shape[1]}", 14, bold=True)
    painter.image(values, left, top, cell * shape[1], cell * shape[0], colormap="viridis", limits=(0, 1))
    painter.rectangle(left, top, cell * shape[1], cell * shape[0], outline=GRID)
    if cell >= 10:
        painter.grid_lines(left, top, cell, *shape, GRID)
    if cell >= 5:
        for index in model.found:
            x, y = left + (column[index] + 0.5) * cell, top + (row[index] + 0.5) * cell
            painter.circle(x, y, 2, fill=INK)
    x, y = left + column[model.position] * cell, top + row[model.position] * cell
    painter.rectangle(x - 3, y - 3, cell + 6, cell + 6, outline=WHITE, line_width=5)
    painter.rectangle(x - 2, y - 2, cell + 4, cell + 4, outline=ORANGE, line_width=2.5)
    painter.colour_bar(RIGHT, LEGEND_TOP, 200, 10, 0, 1, label="car?", size=12)
