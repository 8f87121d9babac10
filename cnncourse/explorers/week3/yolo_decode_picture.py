"""How the decoding explorer is painted: the box in the scene, the four formulas with numbers, two curves."""

import numpy as np

from cnncourse.explorers import scale_for
from cnncourse.explorers.week3.yolo_scenes import SHORT, TINTS, name_of, on_sheet, paint_box
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, PAPER, RED, WHITE

WIDTH, HEIGHT = 880, 512
SCALE = scale_for(WIDTH)
PAPER_SIZE = (WIDTH, HEIGHT, SCALE)
PLACE = (16, 36, 460)  # left, top and side of the scene
REACH = 12  # CSS pixels: how near a click must come to a handle
RIGHT, LINE = 500, 27
CHARTS = ((528, 306, 142, 142), (716, 306, 142, 142))  # left, top, width, height


def render(model):
    """Paint a state of the explorer."""
    painter = model.scenery.sheet(model.scene, model.grid_size, PAPER_SIZE, PLACE).copy()
    left, top, side = PLACE
    _paint_cell(painter, model)
    for index, box in enumerate(model.boxes):
        corners = on_sheet(box, PLACE, model.scenery.image_size)
        tint, name = TINTS[model.labels[index]], name_of(model.labels, index, SHORT)
        paint_box(painter, corners, tint, name, line_width=1.5, reach=left + side)
    _paint_prediction(painter, model)
    for strip in (
        (0, 0, WIDTH, top),
        (0, top + side, WIDTH, HEIGHT),
        (0, 0, left, HEIGHT),
        (left + side, 0, WIDTH, HEIGHT),
    ):
        painter.rectangle(strip[0], strip[1], strip[2] - strip[0], strip[3] - strip[1], fill=PAPER)
    painter.text(left, 17, "True boxes thin, the prediction thick", 14, bold=True)
    _paint_formulas(painter, model)
    _paint_sigmoid(painter, model)
    _paint_exponential(painter, model)
    return painter.array()


def _paint_cell(painter, model):
    left, top, side = PLACE
    cell = side / model.grid_size
    row, column = model.cell
    painter.rectangle(left + column * cell, top + row * cell, cell, cell, fill=WHITE, alpha=0.35)
    painter.rectangle(left + column * cell - 1, top + row * cell - 1, cell + 3, cell + 3, outline=WHITE, line_width=6)
    painter.rectangle(left + column * cell, top + row * cell, cell + 1, cell + 1, outline=INK, line_width=3)


def _paint_prediction(painter, model):
    image_size = model.scenery.image_size
    x, y = (model.box[:2] + model.box[2:]) / 2
    w, h = model.anchor
    anchor = on_sheet((x - w / 2, y - h / 2, x + w / 2, y + h / 2), PLACE, image_size)
    paint_box(painter, anchor, INK, dashed=True, line_width=1.5)
    corners = on_sheet(model.box, PLACE, image_size)
    paint_box(painter, corners, RED, line_width=4)
    painter.circle(
        (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2, 6, fill=RED, outline=WHITE, line_width=2
    )
    painter.rectangle(corners[2] - 6, corners[3] - 6, 12, 12, fill=WHITE, outline=RED, line_width=3)


def _paint_formulas(painter, model):
    (height, width), (row, column) = model.cell_size, model.cell
    t = model.t
    painter.text(RIGHT, 17, f"Cell row {row}, column {column}, anchor {model.number}", 14, bold=True)
    lines = [("σ keeps the centre in its cell", None)]
    for axis, offset, size in (("x", column, width), ("y", row, height)):
        share = 1 / (1 + np.exp(-t[f"t_{axis}"]))
        lines.append((f"b_{axis} = σ(t_{axis}) = σ({t[f't_{axis}']:.2f}) = {share:.2f}", axis))
        lines.append(
            (f"      centre: ({offset} + {share:.2f}) · {size:.1f} px = {(offset + share) * size:.1f} px", axis)
        )
    lines.append(("e^t stretches the anchor, and stays positive", None))
    for axis, side in (("w", model.anchor[0]), ("h", model.anchor[1])):
        factor = np.exp(t[f"t_{axis}"])
        word = "width" if axis == "w" else "height"
        lines.append((f"{word} = p_{axis} · e^t_{axis} = {side:.1f} · {factor:.2f} = {side * factor:.1f} px", axis))
    y = 50
    for words, axis in lines:
        if axis is None:
            y += 4
        painter.text(
            RIGHT, y, words.replace("-", "−"), 13, INK if axis else MUTED, bold=axis is not None and "=" in words[:12]
        )
        y += LINE
    painter.line(RIGHT, 268, WIDTH - 16, 268, GRID)


def _paint_sigmoid(painter, model):
    chart = CHARTS[0]
    ts = np.linspace(-4, 4, 61)
    _frame(painter, chart, "σ(t)", (-4, 0, 4), (0, 0.5, 1), (-4, 4), (0, 1))
    painter.polyline([_at(chart, t, 1 / (1 + np.exp(-t)), (-4, 4), (0, 1)) for t in ts], INK, 2)
    for name, tint in (("t_x", BLUE), ("t_y", DARK_ORANGE)):
        t = model.t[name]
        _dot(painter, _at(chart, t, 1 / (1 + np.exp(-t)), (-4, 4), (0, 1)), name, tint)


def _paint_exponential(painter, model):
    chart = CHARTS[1]
    ts = np.linspace(-2.5, 2.5, 61)
    limits = (-2.5, 2.5), (0, 12.5)
    _frame(painter, chart, "e^t", (-2.5, 0, 2.5), (0, 1, 4, 8, 12), *limits)
    painter.polyline([_at(chart, t, np.exp(t), *limits) for t in ts], INK, 2)
    for name, tint in (("t_w", BLUE), ("t_h", DARK_ORANGE)):
        t = model.t[name]
        _dot(painter, _at(chart, t, np.exp(t), *limits), name, tint)


def _at(chart, t, value, across, up):
    left, top, width, height = chart
    x = left + width * (t - across[0]) / (across[1] - across[0])
    return x, top + height * (1 - (value - up[0]) / (up[1] - up[0]))


def _dot(painter, place, name, tint):
    painter.circle(*place, 6, fill=tint, outline=WHITE, line_width=1.5)
    above = name in ("t_x", "t_w")
    painter.text(
        place[0] + (-8 if above else 8), place[1] + (-9 if above else 9), name, 12, INK, True, "rm" if above else "lm"
    )


def _frame(painter, chart, title, ticks, levels, across, up):
    left, top, width, height = chart
    painter.text(left + width / 2, top - 18, title, 13, INK, bold=True, anchor="mm")
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    for tick in ticks:
        x, _ = _at(chart, tick, 0, across, up)
        painter.line(x, top, x, top + height, GRID, 1)
        painter.text(x, top + height + 12, f"{tick:g}".replace("-", "−"), 11, MUTED, anchor="mm")
    for level in levels:
        _, y = _at(chart, 0, level, across, up)
        painter.line(left, y, left + width, y, GRID, 1)
        painter.text(left - 6, y, f"{level:g}", 11, MUTED, anchor="rm")
    painter.text(left + width / 2, top + height + 30, "t", 12, MUTED, anchor="mm")
