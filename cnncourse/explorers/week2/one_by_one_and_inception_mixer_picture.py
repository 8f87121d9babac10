"""How the mixer is drawn: photo, weights and sums, photo, and under each photo its colours as points."""

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.plots import GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 520
SIDE, PIXEL = 76, 3
INPUT, OUTPUT = (24, 50), (628, 50)
MATRIX, CELL = (336, 76), (56, 38)
CLOUDS, CLOUD = 312, 172
SUMS = 232
LETTERS = ("red", "green", "blue")


def draw(x, y, weight, bias, place, scale):
    """Return the picture of maps `(3, SIDE, SIDE)` before and after, `(H, W, 3)` uint8."""
    painter = Painter(WIDTH, HEIGHT, scale)
    for (left, top), maps, title in ((INPUT, x, "input: three channels"), (OUTPUT, y, "output: three maps")):
        painter.text(left, 24, title, 14, INK, bold=True)
        painter.image(np.clip(maps, 0, 1).transpose(1, 2, 0), left, top, SIDE * PIXEL, SIDE * PIXEL, outline=GRID)
        _mark(painter, left + place[1] * PIXEL, top + place[0] * PIXEL)
        _draw_cloud(painter, left, maps, place)
    _draw_weights(painter, weight, bias)
    _draw_sums(painter, x, y, weight, bias, place)
    return painter.array()


def _mark(painter, x, y):
    painter.rectangle(x - 5, y - 5, PIXEL + 10, PIXEL + 10, outline=WHITE, line_width=4)
    painter.rectangle(x - 4, y - 4, PIXEL + 8, PIXEL + 8, outline=ORANGE, line_width=2)


def _draw_weights(painter, weight, bias):
    left, top = MATRIX
    painter.text(left, 24, "weights", 14, INK, bold=True)
    for column, word in enumerate((*LETTERS, "bias")):
        painter.text(left + (column + 0.5) * CELL[0], top - 13, word, 12, MUTED, anchor="mm")
    for row, word in enumerate(LETTERS):
        painter.text(left - 8, top + (row + 0.5) * CELL[1], f"{word}′", 12, MUTED, anchor="rm")
    limits = (-1.5, 1.5)
    painter.number_grid(np.column_stack([weight, bias]), left, top, CELL, "{:.3g}", None, "diverging", limits, size=14)
    painter.line(left + 3 * CELL[0], top, left + 3 * CELL[0], top + 3 * CELL[1], INK, 2)


def _draw_sums(painter, x, y, weight, bias, place):
    """Draw the chosen pixel's colours and the three sums."""
    before, after = x[:, place[0], place[1]], y[:, place[0], place[1]]
    left = 284
    for row, word in enumerate(LETTERS):
        terms = " + ".join(f"{w:.3g}·{v:.2f}" for w, v in zip(weight[row], before, strict=True))
        end = f" + {bias[row]:.3g}" if bias[row] else ""
        text = f"{word}′ = {terms}{end} = {after[row]:.2f}".replace("-", "−").replace("+ −", "− ")
        size = 12 if painter.text_width(text, 12) < OUTPUT[0] - left - 8 else 11
        painter.text(left, SUMS + 24 * row, text, size, INK)
    for number, (colour, word) in enumerate(((before, "before"), (after, "after"))):
        tint = tuple(round(255 * v) for v in np.clip(colour, 0, 1))
        painter.rectangle(left + 70 + 150 * number, 336, 70, 70, fill=tint, outline=INK)
        painter.text(left + 105 + 150 * number, 422, word, 12, MUTED, anchor="mm")
    painter.arrow(left + 156, 371, left + 204, 371, INK, 2)
    painter.text(440, 466, "the same weights at every pixel", 12, MUTED, anchor="mm")


def _draw_cloud(painter, left, maps, place):
    """Draw each pixel as a point in its own colour, red to the right and green upwards."""
    colours = np.clip(maps, 0, 1).reshape(3, -1)
    sheet = np.full((CLOUD, CLOUD, 3), 255, np.uint8)
    columns, rows = (np.round(c * (CLOUD - 3)).astype(int) for c in (colours[0], 1 - colours[1]))
    for down in range(2):
        for right in range(2):
            sheet[rows + down, columns + right] = np.round(255 * colours.T)
    painter.image(sheet, left + 28, CLOUDS, CLOUD, CLOUD, outline=GRID)
    red, green = colours[:2].reshape(2, *maps.shape[1:])[:, place[0], place[1]]
    painter.circle(left + 28 + red * CLOUD, CLOUDS + (1 - green) * CLOUD, 6, outline=ORANGE, line_width=2.5)
    painter.text(left + 28 + CLOUD / 2, CLOUDS + CLOUD + 14, "red →", 12, MUTED, anchor="mm")
    painter.text(left + 22, CLOUDS + 8, "green", 11, MUTED, anchor="rm")
    painter.text(left + 14, CLOUDS + 24, "↑", 13, MUTED, anchor="mm")
