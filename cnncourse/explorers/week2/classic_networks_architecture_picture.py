"""How the architecture explorer is drawn: blocks to scale, three rows of bars, one step's numbers and its field."""

from functools import lru_cache

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.explorers.colouring import rgb_bytes
from cnncourse.explorers.week2.classic_networks_blocks import COLOURS, FLOOR, LEFT, blocks, draw, outline, sheared
from cnncourse.explorers.week2.classic_networks_steps import network
from cnncourse.networks.summary_rows import memory_text
from cnncourse.pictures import photo
from cnncourse.plots import GRID, INK, MUTED, ORANGE, PAPER, RED, WHITE

WIDTH, HEIGHT = 815, 498
PHOTO, PHOTO_X, PHOTO_Y = 146, 655, 34
TEXT_X = 396
STRIPS = {"parameters": 368, "multiplications": 422, "memory": 476}  # name: lower edge
STRIP = 34
NAMES = {"parameters": "parameters", "multiplications": "multiplications", "memory": "memory of the outputs"}


def render(*, net, side, photo_name, step, at):
    """Paint the network with one step chosen, and the field of the unit at (row, column), shares of the photo."""
    chosen = network(net, side)
    step = clipped(chosen, step)
    painter = _sheet(net, side, photo_name).copy()
    if chosen.steps:
        standing = blocks(chosen)
        outline(painter, standing[step + 1])
        _mark(painter, chosen, standing, step)
        _numbers(painter, chosen, step)
    _photo(painter, chosen, step, photo_name, at)
    return painter.array()


def clipped(chosen, step):
    """Return the number of a step that the network has, next to `step`."""
    return max(0, min(step, len(chosen.steps) - 1))


def field_box(chosen, step, at):
    """Return (top, left, bottom, right) of the field of the unit nearest to `at`, in pixels of the picture.

    None where the step sees all. Parts outside the picture lie on padding.
    """
    field, shape = chosen.steps[step].field, chosen.steps[step].shape
    if field is None or len(shape) != 3:
        return None
    size, jump, start = field
    centres = []
    for share, places, pixels in zip(at, shape[1:], chosen.input_shape[1:], strict=True):
        unit = min(max(round((share * pixels - start) / jump), 0), places - 1)
        centres.append(start + unit * jump)
    return (*(c - size / 2 for c in centres), *(c + size / 2 for c in centres))


@lru_cache(maxsize=4)
def _sheet(net, side, photo_name):
    """Paint what stays while the choice moves: title, blocks and bars."""
    chosen, painter = network(net, side), Painter(WIDTH, HEIGHT)
    size = " × ".join(map(str, (*chosen.input_shape[1:], chosen.input_shape[0])))
    painter.text(LEFT, 18, f"{net} on {size}", 15, bold=True)
    _legend(painter, chosen)
    painter.line(LEFT - 6, FLOOR + 0.5, WIDTH - 8, FLOOR + 0.5, GRID, 1.5)
    standing = blocks(chosen)
    _textured(painter, standing[0], _small(photo_name, chosen.input_shape))
    for block in standing[1:]:
        draw(painter, block)
    _sides(painter, chosen, standing)
    for what, floor in STRIPS.items():
        _strip(painter, chosen, standing, what, floor)
    if chosen.problem:
        painter.text(TEXT_X, 214, "It does not fit:", 12, RED, bold=True)
        painter.text(TEXT_X, 232, chosen.problem, 12, RED)
    return painter


def _textured(painter, block, image):
    picture, place = sheared(image, block, painter.scale, rgb_bytes(PAPER))
    painter.image(picture, *place)
    front, lid, side = block.faces()
    painter.polygon(front, fill=COLOURS["picture"])
    painter.polygon(lid, fill=COLOURS["picture"])
    for face in (front, lid, side):
        painter.polyline([*face, face[0]], INK, 0.7)


def _legend(painter, chosen):
    x = LEFT
    for kind in dict.fromkeys(step.kind for step in chosen.steps):
        painter.rectangle(x, 35, 11, 11, fill=COLOURS[kind], outline=INK, line_width=0.7)
        painter.text(x + 16, 41, kind, 11, MUTED)
        x += 30 + painter.text_width(kind, 11)


def _sides(painter, chosen, standing):
    """Write the maps' sides below the floor where they change, and where there is room."""
    shapes, free, before = [chosen.input_shape, *(step.shape for step in chosen.steps)], 0.0, None
    for block, shape in zip(standing, shapes, strict=True):
        text = str(shape[1]) if len(shape) == 3 else f"{shape[0]:,}"
        width = painter.text_width(text, 11)
        x = max(block.x + block.thick / 2 - width / 2, LEFT - 8)
        if text != before and x >= free and x + width < WIDTH - 2:
            painter.text(x, FLOOR + 11, text, 11, MUTED)
            free = x + width + 4
        before = text


def _bars(chosen, standing, what, floor):
    """Return (x, y, width, height) of a bar for each step; the longest is as high as the strip."""
    values = [getattr(step, what) for step in chosen.steps]
    largest = max(values, default=1) or 1
    ends = [block.x for block in standing[2:]] + [min(standing[-1].right + 8, WIDTH - 8)]
    widths = [max(4.0, min(end - block.x - 3, 30)) for block, end in zip(standing[1:], ends, strict=False)]
    heights = [max(1.0, STRIP * value / largest) if value else 0.0 for value in values]
    return [(b.x, floor - h, w, h) for b, w, h in zip(standing[1:], widths, heights, strict=True)]


def _strip(painter, chosen, standing, what, floor):
    painter.line(LEFT - 6, floor + 0.5, WIDTH - 8, floor + 0.5, GRID, 1)
    for bar, block in zip(_bars(chosen, standing, what, floor), standing[1:], strict=True):
        painter.rectangle(*bar, fill=COLOURS[block.kind])
    amount = memory_text(chosen.total(what)) if what == "memory" else f"{chosen.total(what):,}"
    painter.text(LEFT - 6, floor + 11, f"{NAMES[what]}, together {amount}", 11, MUTED)


def _mark(painter, chosen, standing, step):
    block = standing[step + 1]
    x = block.x + block.thick / 2
    painter.polygon([(x, FLOOR + 19), (x - 6, FLOOR + 29), (x + 6, FLOOR + 29)], fill=ORANGE, outline=INK)
    for what, floor in STRIPS.items():
        x, y, width, height = _bars(chosen, standing, what, floor)[step]
        painter.rectangle(x - 2, y - 2, width + 4, height + 4, outline=INK, line_width=3)
        painter.rectangle(x - 1.5, y - 1.5, width + 3, height + 3, outline=ORANGE, line_width=2)


def _numbers(painter, chosen, step):
    """Write the chosen step's numbers beside the photo."""
    one = chosen.steps[step]
    shape = " × ".join(map(str, (*one.shape[1:], one.shape[0])))
    painter.text(TEXT_X, 42, one.name, 16, bold=True)
    painter.text(TEXT_X, 62, f"{one.kind}: {one.detail}" if one.kind not in one.name else one.detail, 12, MUTED)
    rows = [("makes", shape)]
    for what in STRIPS:
        value, total = getattr(one, what), chosen.total(what)
        amount = memory_text(value) if what == "memory" else f"{value:,}"
        rows.append((what, f"{amount} {_percent(value / total)}" if total and value else amount))
    rows.append(("one number sees", _sees(chosen, one)))
    for number, (name, value) in enumerate(rows):
        y = 86 + 20 * number
        painter.text(TEXT_X, y, name, 11, MUTED)
        painter.text(TEXT_X + 106, y, value, 12, INK)


def _sees(chosen, one):
    if one.field is None:
        return "the whole picture"
    return f"{one.field[0]} × {one.field[0]} pixels"


def _percent(share):
    return f"({100 * share:.1f} %)" if share >= 0.001 else "(< 0.1 %)"


def _photo(painter, chosen, step, photo_name, at):
    painter.image(_small(photo_name, chosen.input_shape), PHOTO_X, PHOTO_Y, PHOTO, PHOTO, smooth=True)
    painter.text(PHOTO_X, 18, "what one number sees", 12, MUTED)
    if not chosen.steps:
        return
    box = field_box(chosen, step, at) or (0, 0, *chosen.input_shape[1:])
    unit = PHOTO / chosen.input_shape[1]
    top, left, bottom, right = (min(max(value * unit, 0), PHOTO) for value in box)
    for x, y, width, height in (
        *((0, 0, PHOTO, top), (0, bottom, PHOTO, PHOTO - bottom)),
        *((0, top, left, bottom - top), (right, top, PHOTO - right, bottom - top)),
    ):
        painter.rectangle(PHOTO_X + x, PHOTO_Y + y, width, height, fill=INK, alpha=0.5)
    x, y, width, height = PHOTO_X + left, PHOTO_Y + top, max(right - left, 2), max(bottom - top, 2)
    painter.rectangle(x - 2, y - 2, width + 4, height + 4, outline=WHITE, line_width=3)
    painter.rectangle(x - 1, y - 1, width + 2, height + 2, outline=ORANGE, line_width=2)


@lru_cache(maxsize=8)
def _small(name, shape):
    picture = photo(name, size=shape[1], gray=shape[0] == 1)
    picture = np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture
    return (picture * 255).astype(np.uint8)
