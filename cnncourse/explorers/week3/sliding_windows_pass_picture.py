"""How crops and one pass are painted: the scene, two maps, the chosen window, and bars of the times."""

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.networks.car_window import WINDOW
from cnncourse.plots import BLUE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 500
SCALE = scale_for(WIDTH)
PLACE = (16, 44, 310)  # left, top and side of the scene
MAPS = ((346, 44), (616, 44))  # left and top of the two maps
MAP_SIDE = 248
BARS = (16, 394)  # left and top of the times
DETAIL = (346, 330)  # left and top of the window and its two scores
LIMIT = 6.0  # logits beyond this have the last colour


def cell_side(shape):
    """Return the side of a cell of the maps in CSS pixels."""
    return MAP_SIDE / max(shape)


def render(model):
    """Paint a state of the explorer."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, side = PLACE
    painter.text(left, 22, "the scene", 14, bold=True)
    painter.image(model.image, left, top, side, side, smooth=True)
    _paint_window(painter, model)
    rows, columns = model.crops.shape
    titles = (f"{rows * columns:,} crops, one by one", "one pass")
    for (x, y), values, title in zip(MAPS, (model.crops, model.whole), titles, strict=True):
        painter.text(x, 22, title, 14, bold=True)
        _paint_map(painter, x, y, values, model)
    painter.colour_bar(
        MAPS[1][0], MAPS[1][1] + MAP_SIDE + 10, MAP_SIDE, 9, -LIMIT, LIMIT, "RdBu_r", label="car? (logit)", size=12
    )
    _paint_detail(painter, model)
    _paint_bars(painter, model.costs)
    return painter.array()


def _paint_window(painter, model):
    left, top, side = PLACE
    unit = side / len(model.image)
    row, column = model.start
    box = (left + column * unit, top + row * unit, WINDOW * unit, WINDOW * unit)
    painter.rectangle(box[0] - 1.5, box[1] - 1.5, box[2] + 3, box[3] + 3, outline=WHITE, line_width=6)
    painter.rectangle(*box, outline=ORANGE, line_width=3)


def _paint_map(painter, left, top, values, model):
    cell = cell_side(values.shape)
    rows, columns = values.shape
    painter.image(values, left, top, cell * columns, cell * rows, colormap="RdBu_r", limits=(-LIMIT, LIMIT))
    painter.rectangle(left, top, cell * columns, cell * rows, outline=GRID)
    x, y = left + model.cell[1] * cell, top + model.cell[0] * cell
    painter.rectangle(x - 4, y - 4, cell + 8, cell + 8, outline=WHITE, line_width=6)
    painter.rectangle(x - 3, y - 3, cell + 6, cell + 6, outline=ORANGE, line_width=3)


def _paint_detail(painter, model):
    left, top = DETAIL
    side, (row, column) = 128, model.start
    pixels = model.picture[:, row : row + WINDOW, column : column + WINDOW].permute(1, 2, 0).numpy()
    painter.text(left, top - 18, "the chosen window", 13, bold=True)
    painter.image(pixels, left, top, side, side)
    painter.rectangle(left - 1, top - 1, side + 2.5, side + 2.5, outline=ORANGE, line_width=3)
    crop, whole = model.both
    lines = (("cut out", crop, "{:.6f}"), ("one pass", whole, "{:.6f}"), ("difference", abs(crop - whole), "{:.1e}"))
    for number, (name, value, write) in enumerate(lines):
        y = top + 18 + 30 * number
        painter.text(left + side + 22, y, name, 14, MUTED)
        painter.text(left + side + 260, y, write.format(value).replace("-", "−"), 17, bold=True, anchor="rm", mono=True)
    equal = np.isclose(crop, whole, rtol=0, atol=1e-4)
    verdict = "equal, to rounding" if equal else "not equal"
    painter.text(left + side + 22, top + 116, verdict, 14, INK, bold=not equal)
    right = left + side + 300
    painter.text(right, top + 18, "multiplications", 13, MUTED)
    for number, (name, count) in enumerate(zip(("crops", "one pass"), model.costs.multiplications, strict=True)):
        painter.text(right, top + 42 + 20 * number, f"{name} {count / 1e6:,.0f} M", 13)


def _paint_bars(painter, costs):
    left, top = BARS
    width = 190
    painter.text(left, top - 20, "time for the scene", 13, bold=True)
    seconds = (("one by one", costs.one_by_one), ("in batches", costs.batched), ("one pass", costs.one_pass))
    longest = max(value for _, value in seconds)
    for number, (name, value) in enumerate(seconds):
        y = top + 28 * number
        painter.text(left, y + 9, name, 12, MUTED)
        painter.rectangle(left + 78, y, max(width * value / longest, 2), 18, fill=BLUE)
        text, inside = f"{value * 1000:.0f} ms" if value > 0.01 else f"{value * 1000:.1f} ms", value > 0.7 * longest
        place = (left + 78 + width * value / longest + (-6 if inside else 6), y + 9)
        painter.text(*place, text, 12, WHITE if inside else INK, bold=True, anchor="rm" if inside else "lm")
