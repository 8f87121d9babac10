"""How the grid explorer is painted: the scene with its grid, the table of vectors, the chosen cell enlarged."""

import numpy as np

from cnncourse.explorers import scale_for
from cnncourse.explorers.week3.yolo_scenes import SHORT, TINTS, name_of, on_sheet, paint_box, paint_grid
from cnncourse.plots import GRID, INK, MUTED, PAPER, RED, WHITE

WIDTH, HEIGHT = 880, 520
SCALE = scale_for(WIDTH)
PAPER_SIZE = (WIDTH, HEIGHT, SCALE)
PLACE = (16, 40, 464)  # left, top and side of the scene
RIGHT = 500  # left end of the table
FIRST, COLUMN, ROW = 84, 36, 27  # widths of the table's columns, height of its rows
TABLE_TOP = 66
LONGEST_ICON = 22
HEADS = ("p_c", "b_x", "b_y", "b_h", "b_w")


def render(model):
    """Paint a state of the explorer."""
    painter = model.scenery.sheet(model.scene, model.grid_size, PAPER_SIZE, PLACE).copy()
    left, top, side = PLACE
    S, B = model.grid_size, len(model.anchors)
    painter.text(left, 20, f"{S} × {S} cells, {B} anchor{'s' if B > 1 else ''}", 14, bold=True)
    _paint_dragged(painter, model)
    _paint_cells(painter, model)
    _paint_objects(painter, model)
    painter.rectangle(left - 3, top - 3, side + 6, side + 6, outline=PAPER, line_width=3)
    _paint_table(painter, model)
    _paint_enlarged(painter, model)
    return painter.array()


def _paint_dragged(painter, model):
    """Paint a dragged object's pixels where it is now, and shade the place it came from."""
    image_size = model.scenery.image_size
    home, _ = model.scenery.objects(model.scene)
    for index in np.flatnonzero(model.moved):
        x1, y1, x2, y2 = on_sheet(home[index], PLACE, image_size)
        painter.rectangle(x1, y1, x2 - x1, y2 - y1, fill=INK, alpha=0.55)
    for index in np.flatnonzero(model.moved):
        rows, columns = (slice(int(home[index, k]), int(np.ceil(home[index, k + 2]))) for k in (1, 0))
        pixels = model.scenery.scenes.images[model.scene][rows, columns]
        x1, y1, x2, y2 = on_sheet(model.boxes[index], PLACE, image_size)
        painter.image(pixels, x1, y1, x2 - x1, y2 - y1, smooth=True)
    if model.moved.any():
        paint_grid(painter, PLACE, model.grid_size)


def _paint_cells(painter, model):
    left, top, side = PLACE
    cell = side / model.grid_size
    for row, column in sorted(set(zip(model.places.row.tolist(), model.places.column.tolist(), strict=True))):
        painter.rectangle(left + column * cell, top + row * cell, cell, cell, fill=WHITE, alpha=0.3)
    row, column = model.cell
    painter.rectangle(left + column * cell - 1, top + row * cell - 1, cell + 3, cell + 3, outline=WHITE, line_width=6)
    painter.rectangle(left + column * cell, top + row * cell, cell + 1, cell + 1, outline=INK, line_width=3)


def _paint_objects(painter, model):
    for index in range(len(model.boxes)):
        corners = on_sheet(model.boxes[index], PLACE, model.scenery.image_size)
        lost = index in model.lost
        tint = RED if lost else TINTS[model.labels[index]]
        name = name_of(model.labels, index, SHORT) + (" · lost" if lost else "")
        thick = 4 if index == model.carried else 2.5
        paint_box(painter, corners, tint, name, dashed=lost, line_width=thick, reach=PLACE[0] + PLACE[2])
        x, y = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
        painter.circle(x, y, 4.5, fill=tint, outline=WHITE, line_width=1.5)


def _paint_table(painter, model):
    row, column = model.cell
    painter.text(RIGHT, 20, f"Cell row {row}, column {column}", 14, bold=True)
    heads = [*HEADS, *SHORT]
    for number, head in enumerate(heads):
        x = RIGHT + FIRST + (number + 0.5) * COLUMN
        painter.text(x, TABLE_TOP - 12, head, 12, bold=number < 5, anchor="mm")
    longest = model.anchors.max()
    for anchor, (width, height) in enumerate(model.anchors):
        y = TABLE_TOP + anchor * ROW
        painter.text(RIGHT, y + ROW / 2, f"anchor {anchor}", 12)
        w, h = LONGEST_ICON * width / longest, LONGEST_ICON * height / longest
        painter.rectangle(RIGHT + 66 - w / 2, y + ROW / 2 - h / 2, w, h, outline=INK, line_width=1.5)
        _paint_vector(painter, model.target[row, column, anchor], y)
    painter.grid_lines(RIGHT + FIRST, TABLE_TOP, (COLUMN, ROW), len(model.anchors), len(heads), GRID)


def _paint_vector(painter, vector, y):
    there = vector[0] != 0
    for number, value in enumerate(vector):
        x = RIGHT + FIRST + number * COLUMN
        strong = there and (number < 5 or value != 0)
        painter.rectangle(x, y, COLUMN, ROW, fill=_tint(vector) if strong else WHITE, alpha=0.28 if strong else 1)
        whole = float(value).is_integer() and not 1 <= number <= 4
        text = f"{value:.0f}" if whole or not there else f"{value:.2f}"
        painter.text(x + COLUMN / 2, y + ROW / 2, text, 12, INK if there else MUTED, bold=strong, anchor="mm")


def _tint(vector):
    return TINTS[int(np.argmax(vector[5:]))]


def _paint_enlarged(painter, model):
    """Paint the chosen cell as a unit square, its neighbours, and its boxes in cells, from the target's own numbers."""
    top = TABLE_TOP + len(model.anchors) * ROW + 40
    box = (RIGHT, top, WIDTH - RIGHT - 16, HEIGHT - 16 - top)
    painter.text(RIGHT, top - 16, "the cell and its boxes, measured in cells", 12, MUTED)
    painter.rectangle(*box, fill=WHITE, outline=GRID)
    vectors = [vector for vector in model.target[model.cell] if vector[0] != 0]
    unit, x, y = _unit_square(box, vectors)
    for at in np.arange(x - unit * ((x - box[0]) // unit), box[0] + box[2], unit):
        painter.line(at, box[1] + 1, at, box[1] + box[3] - 1, GRID, 1)
    for at in np.arange(y - unit * ((y - box[1]) // unit), box[1] + box[3], unit):
        painter.line(box[0] + 1, at, box[0] + box[2] - 1, at, GRID, 1)
    painter.rectangle(x, y, unit, unit, fill=INK, alpha=0.06)
    painter.rectangle(x - 1, y - 1, unit + 2.5, unit + 2.5, outline=INK, line_width=3)
    if not vectors:
        painter.text(x + unit / 2, y + unit / 2, "p_c = 0", 14, MUTED, anchor="mm")
    for number, vector in enumerate(vectors):
        _paint_measured(painter, vector, unit, x, y, number == 0)


def _unit_square(box, vectors):
    """Return side, left and top of the unit square such that all the boxes fit with their numbers."""
    left, top, width, height = box
    edges = np.array([[0.0, 0, 1, 1]] + [_edges(vector) for vector in vectors])
    low, high = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    unit = min((width - 170) / max(high[0] - low[0], 1e-6), (height - 48) / max(high[1] - low[1], 1e-6), 110)
    middle = (low + high) / 2
    return unit, left + width / 2 - middle[0] * unit, top + height / 2 - middle[1] * unit


def _edges(vector):
    _, x, y, h, w = vector[:5]
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]


def _paint_measured(painter, vector, unit, x, y, first):
    x1, y1, x2, y2 = (start + edge * unit for start, edge in zip((x, y, x, y), _edges(vector), strict=True))
    _, b_x, b_y, b_h, b_w = vector[:5]
    tint = _tint(vector)
    paint_box(painter, (x1, y1, x2, y2), tint, line_width=2)
    centre = x + b_x * unit, y + b_y * unit
    if first and unit > 24:
        painter.arrow(x, centre[1], *centre, colour=INK, width=1.5, head=7)
        painter.arrow(centre[0], y, *centre, colour=INK, width=1.5, head=7)
    painter.circle(*centre, 4, fill=tint, outline=WHITE, line_width=1.5)
    _label(painter, (x1 + x2) / 2, y1 - 11 if first else y2 + 12, f"b_w = {b_w:.2f}")
    _label(painter, x2 + 44 if first else x1 - 44, (y1 + y2) / 2, f"b_h = {b_h:.2f}")


def _label(painter, x, y, text):
    width = painter.text_width(text, 12) + 6
    painter.rectangle(x - width / 2, y - 8, width, 16, fill=WHITE, alpha=0.85)
    painter.text(x, y, text, 12, INK, anchor="mm")
