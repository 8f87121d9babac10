"""How the explorer of label vectors is painted: the street with its box, and the vector number by number."""

from functools import lru_cache

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week3.yolo_scenes import paint_box
from cnncourse.pictures.road_scenes import CLASSES
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 420
SCALE = scale_for(WIDTH)
PLACE = (16, 44, 2.95)  # left and top of the picture, CSS pixels to one of its pixels
RIGHT = 488  # where the picture ends
TABLE_LEFT, TABLE_TOP, ROW = 508, 66, 36
NAME, VALUE = 84, 62  # widths of the columns
NAMES = ("p_c", "b_x", "b_y", "b_h", "b_w", *CLASSES)
HANDLE = 9


def render(model):
    """Paint a state of the explorer."""
    painter = _sheet(model.image.tobytes(), model.image.shape).copy()
    if model.with_loss:
        painter.text(PLACE[0], HEIGHT - 16, "dashed: a made-up prediction of a net that is not ready", 12, MUTED)
        corners = _corners(_box_of(model.prediction, model.image.shape))
        paint_box(painter, corners, DARK_ORANGE, "ŷ", dashed=True, reach=RIGHT)
    if model.present:
        _paint_object(painter, model)
    else:
        painter.rectangle(PLACE[0] + 8, PLACE[1] + 8, 176, 28, fill=WHITE, outline=INK, line_width=1.5)
        painter.text(PLACE[0] + 96, PLACE[1] + 22, "labelled: no object", 14, bold=True, anchor="mm")
    _paint_table(painter, model)
    return painter.array()


@lru_cache(maxsize=4)
def _sheet(pixels, shape):
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, zoom = PLACE
    image = np.frombuffer(pixels, np.uint8).reshape(shape)
    painter.image(image, left, top, shape[1] * zoom, shape[0] * zoom, smooth=True)
    painter.text(left, 20, f"The picture: {shape[1]} px wide, {shape[0]} px high", 14, bold=True)
    return painter


def _box_of(vector, shape):
    """Return the corners in pixels that a vector's four numbers stand for."""
    height, width = shape[:2]
    _, x, y, h, w = vector[:5]
    return (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height


def _corners(box):
    left, top, zoom = PLACE
    return tuple(start + zoom * edge for start, edge in zip((left, top) * 2, box, strict=True))


def _paint_object(painter, model):
    x1, y1, x2, y2 = _corners(model.box)
    paint_box(painter, (x1, y1, x2, y2), BLUE, CLASSES[model.label], reach=RIGHT)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    left, top, _ = PLACE
    for ends in ((left, y, x, y), (x, top, x, y)):
        painter.line(*ends, WHITE, 2, dash=(4, 4))
    painter.circle(x, y, 5, fill=BLUE, outline=WHITE, line_width=1.5)
    for number, (corner_x, corner_y) in enumerate(((x1, y1), (x2, y1), (x2, y2), (x1, y2))):
        size = HANDLE + 4 if number == model.held else HANDLE
        fill = ORANGE if number == model.held else WHITE
        painter.rectangle(corner_x - size / 2, corner_y - size / 2, size, size, fill=fill, outline=INK, line_width=1.5)


def _paint_table(painter, model):
    painter.text(TABLE_LEFT, 20, "The label vector y", 14, bold=True)
    heads = ["y"] + (["ŷ", "(ŷ − y)²"] if model.with_loss else [])
    for column, head in enumerate(heads):
        x = TABLE_LEFT + NAME + (column + 0.5) * VALUE
        painter.text(x, TABLE_TOP - 12, head, 13, bold=True, anchor="mm")
    for row, name in enumerate(NAMES):
        _paint_row(painter, model, row, name, TABLE_TOP + row * ROW)
    for group in (1, 5):
        y = TABLE_TOP + group * ROW - 2
        painter.line(TABLE_LEFT, y, TABLE_LEFT + NAME + VALUE * len(heads), y, INK, 1.5)
    if model.with_loss:
        y = TABLE_TOP + len(NAMES) * ROW + 14
        painter.text(TABLE_LEFT + NAME + 2 * VALUE - 8, y, "loss", 13, bold=True, anchor="rm")
        painter.text(TABLE_LEFT + NAME + 2.5 * VALUE, y, f"{model.loss:.3f}", 14, bold=True, anchor="mm")


def _paint_row(painter, model, row, name, y):
    known, middle = bool(model.counted[row]), y + ROW / 2 - 2
    painter.text(TABLE_LEFT, middle, name, 13, INK if known else MUTED, bold=row < 5)
    x = TABLE_LEFT + NAME
    painter.rectangle(x, y, VALUE - 4, ROW - 4, fill=BLUE if known else WHITE, outline=GRID, alpha=0.22 if known else 1)
    number = f"{model.y[row]:.3f}" if 1 <= row <= 4 else f"{model.y[row]:g}"
    painter.text(x + VALUE / 2 - 2, middle, number if known else "?", 14, INK if known else MUTED, known, anchor="mm")
    if model.with_loss:
        painter.text(x + 1.5 * VALUE, middle, f"{model.prediction[row]:.2f}", 13, anchor="mm")
        error = f"{model.squared[row]:.3f}"
        painter.text(x + 2.5 * VALUE, middle, error, 13, INK if known else MUTED, known, anchor="mm")
        if not known:
            half = painter.text_width(error, 13) / 2 + 3
            painter.line(x + 2.5 * VALUE - half, middle, x + 2.5 * VALUE + half, middle, INK, 1.5)
    elif known:
        painter.text(x + VALUE + 8, middle, _origin(model, row), 12, MUTED)


def _origin(model, row):
    """Say where a number comes from."""
    if row == 0:
        return "an object is there" if model.present else "no object"
    if row >= 5:
        return "the class" if row - 5 == model.label else ""
    x1, y1, x2, y2 = model.box
    height, width = model.image.shape[:2]
    pixels, side = (((x1 + x2) / 2, width), ((y1 + y2) / 2, height), (y2 - y1, height), (x2 - x1, width))[row - 1]
    return f"= {pixels:.1f} px / {side} px"
