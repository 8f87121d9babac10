"""The picture of the receptive-field builder: the photo with a field, the stack of sheets, and its table."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from cnncourse.convolution import receptive_field as course_receptive_field
from cnncourse.explorers import Painter
from cnncourse.explorers.painter import colours, rgba
from cnncourse.explorers.week1 import pooling_and_receptive_field_stack as stack
from cnncourse.explorers.week1.pooling_and_receptive_field_sheets import scene, sheets
from cnncourse.explorers.week1.pooling_and_receptive_field_stack import ENERGY
from cnncourse.pictures import photo
from cnncourse.plots import BLUE, GRID, INK, MUTED, ORANGE, PAPER, PURPLE, RED

WIDTH, HEIGHT = 812, 470
FLAT_X, FLAT_Y, FLAT = 24, 56, 250
STACK = (342, 800)  # left and right end of the sheets
MIDDLE = FLAT_Y + FLAT / 2
MARGIN = 20  # CSS pixels around the flat picture in which padding is shown
TABLE_Y, ROW = 376, 21
SEEN, COUNTS = "what it sees", "what counts"
DARK = "#8a3a00"


def standing_sheets(side, layers):
    """Return the sheets of all levels where the picture has them."""
    return sheets(stack.sides(side, layers), *STACK, MIDDLE)


def render(*, photo_name, view, side, layers, unit, measure=course_receptive_field, **_):
    """Paint the photo with the unit's field, the stack of sheets and the table."""
    seen = [stack.reads(side, layers, unit[0], index) for index in unit[1:]]
    picture = _picture(photo_name, side)
    standing = standing_sheets(side, layers)
    palettes = [_sheet_colours(sheet, picture, layers, unit, seen) for sheet in standing]
    left, ground = STACK[0] - 6, rgba(PAPER)[:3]
    painter = Painter(WIDTH, HEIGHT)
    pixels = scene(standing, palettes, left, WIDTH - left, FLAT_Y + FLAT, ground, rgba("#c3cad6")[:3])
    painter.image(pixels, left, 0, WIDTH - left, FLAT_Y + FLAT)
    _paint_lines(painter, standing, unit, seen)
    _paint_table(painter, standing, layers, unit, measure)
    _paint_flat(painter, picture, view, side, layers, unit, seen)
    return painter.array()


@lru_cache(maxsize=8)
def _picture(photo_name, side):
    return (photo(photo_name, size=side) * 255).round().astype(np.uint8)


def _sheet_colours(sheet, picture, layers, unit, seen):
    """Return the colours (count, count, 3) of a level: the photo or a tint, with what the unit reads lit."""
    tint = BLUE if sheet.level == 0 or layers[sheet.level - 1].kind == "conv" else PURPLE
    plain = np.broadcast_to(_mixed(rgba(tint)[:3], 0.16), (sheet.count, sheet.count, 3))
    base = picture if sheet.level == 0 else plain
    if sheet.level > unit[0]:
        return _mixed(base, 0.55)
    lit = seen[0][sheet.level][:, None] & seen[1][sheet.level]
    if sheet.level == 0:
        return np.where(lit[..., None], picture, _mixed(picture, 0.3))
    return np.where(lit[..., None], np.uint8(rgba(RED if sheet.level == unit[0] else ORANGE)[:3]), base)


def _mixed(pixels, strength):
    """Return colours faded towards the paper."""
    paper = np.array(rgba(PAPER)[:3])
    return np.round(paper + strength * (np.asarray(pixels, float) - paper)).astype(np.uint8)


def _ends(marked):
    """Return the first marked index and one after the last."""
    places = np.flatnonzero(marked)
    return (places[0], places[-1] + 1) if len(places) else (0, 0)


def _paint_lines(painter, standing, unit, seen):
    """Outline the sheets, and draw the pyramid from the unit down to the picture."""
    for sheet in standing:
        edge = sheet.corners(0, 0, sheet.count, sheet.count)
        painter.polyline([*edge, edge[0]], MUTED if sheet.level <= unit[0] else GRID, 1)
    blocks = []
    for sheet in standing[: unit[0] + 1]:
        (top, bottom), (left, right) = _ends(seen[0][sheet.level]), _ends(seen[1][sheet.level])
        blocks.append(sheet.corners(top, left, bottom, right))
    for lower, upper in pairwise(blocks):
        for start, end in zip(lower, upper, strict=True):
            painter.line(*start, *end, DARK, 1, alpha=0.75)
    for block in blocks:
        painter.polyline([*block, block[0]], DARK, 1.6)
    painter.circle(*standing[unit[0]].point(unit[1] + 0.5, unit[2] + 0.5), 7, outline=RED, line_width=2)


def _paint_table(painter, standing, layers, unit, measure):
    """Write under every sheet what it is, its size, and its units' size, jump and start."""
    painter.text(
        (STACK[0] + STACK[1]) / 2, 24, "the stack, picture first (s stride, p padding, d dilation)", 13, INK, True, "mm"
    )
    numbers = [(1, 1, 0.5), *stack.measured(layers, measure)]
    for row, label in enumerate(("output side", "field size", "jump", "start")):
        painter.text(STACK[0] + 10, TABLE_Y + row * ROW, label, 12.5, MUTED, anchor="rm")
    chosen = standing[unit[0]]
    painter.rectangle(chosen.x - 22, TABLE_Y - 78, 44, 78 + 3.6 * ROW, fill=ORANGE, alpha=0.2, radius=5)
    for sheet, (size, jump, start) in zip(standing, numbers, strict=True):
        bold = sheet.level == unit[0]
        top = sheet.y - sheet.height / 2 - sheet.rise / 2
        painter.text(sheet.x, top - 9, str(sheet.level) if sheet.level else "picture", 12, INK, bold, "mm")
        name = "\n".join(_short(layers[sheet.level - 1])) if sheet.level else "picture"
        painter.text(sheet.x, TABLE_Y - 72, name, 12, INK, bold, "mt", "center")
        for row, text in enumerate((f"{sheet.count}", f"{size:g}", f"{jump:g}", f"{start:g}")):
            painter.text(sheet.x, TABLE_Y + row * ROW, text.replace("-", "−"), 12.5, INK, bold, "mm")


def _short(layer):
    lines = [layer.kind, f"{layer.kernel_size}×{layer.kernel_size}", f"s{layer.stride} p{layer.padding}"]
    return [*lines, f"d{layer.dilation}"] if layer.dilation > 1 else lines


def _paint_flat(painter, picture, view, side, layers, unit, seen):
    """Paint the photo with the field on it, or the heat of the gradient, and below it what that says."""
    pixel = FLAT / side
    spans = [stack.span(layers, unit[0], index) for index in unit[1:]]
    what = "what {} sees" if view == SEEN else "what counts for {}"
    unit_name = f"unit ({unit[1]}, {unit[2]}) of {place_of(unit)}"
    painter.text(FLAT_X + FLAT / 2, 24, what.format(unit_name), 13, INK, True, "mm")
    lit = (seen[0][0][:, None] & seen[1][0])[..., None]
    inside = picture if view == SEEN else colours(np.sqrt(stack.energy(side, layers, unit)), "magma")
    painter.image(np.where(lit, inside, _mixed(picture, 0.3)), FLAT_X, FLAT_Y, FLAT, FLAT, outline=GRID)
    _paint_frame(painter, spans, pixel, DARK if view == SEEN else ORANGE)
    if view == SEEN:
        for line, text in enumerate(sentences(side, layers, unit)):
            painter.text(FLAT_X, FLAT_Y + FLAT + 40 + 20 * line, text, 12.5, INK, line == 0)
    else:
        _paint_profile(painter, side, layers, unit, spans, pixel)


def _paint_frame(painter, spans, pixel, colour):
    """Frame rows × columns of the photo; what lies outside is padding and is dashed, cut off at the margin."""
    (top, bottom), (left, right) = spans
    ends = [FLAT_X + left * pixel, FLAT_Y + top * pixel, FLAT_X + (right + 1) * pixel, FLAT_Y + (bottom + 1) * pixel]
    lows, highs = (FLAT_X - MARGIN, FLAT_Y - MARGIN), (FLAT_X + FLAT + MARGIN, FLAT_Y + FLAT + MARGIN)
    x1, y1, x2, y2 = (min(max(end, lows[n % 2]), highs[n % 2]) for n, end in enumerate(ends))
    if min(x1 - FLAT_X, y1 - FLAT_Y, FLAT_X + FLAT - x2, FLAT_Y + FLAT - y2) < -0.01:
        for line in ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1)):
            painter.line(*line, colour, 2, dash=(5, 3))
    x1, y1 = max(x1, FLAT_X), max(y1, FLAT_Y)
    painter.rectangle(x1, y1, min(x2, FLAT_X + FLAT) - x1, min(y2, FLAT_Y + FLAT) - y1, outline=colour, line_width=2.5)


def _paint_profile(painter, side, layers, unit, spans, pixel):
    """Frame the middle of the field that holds most of the energy, and draw the energy of every column as a bar."""
    energies = stack.energy(side, layers, unit)
    cut = (spans[0][1] - spans[0][0] + 1 - stack.held_by(side, layers, unit)) // 2
    inner = [(first + cut, last - cut) for first, last in spans]
    _paint_frame(painter, inner, pixel, "#ffffff")
    base, columns = FLAT_Y + FLAT + 92, energies.sum(axis=0)
    for column, share in enumerate(columns / (columns.max() or 1)):
        held = inner[1][0] <= column <= inner[1][1]
        height = 56 * share
        painter.rectangle(FLAT_X + column * pixel, base - height, pixel, height, fill=RED if held else ORANGE)
    painter.line(FLAT_X, base, FLAT_X + FLAT, base, MUTED, 1)
    painter.text(FLAT_X, base + 14, "energy of each column of pixels", 12, MUTED)
    for line, text in enumerate(sentences(side, layers, unit, COUNTS)):
        painter.text(FLAT_X, base + 33 + 18 * line, text, 12.5, INK, line == 0)


def place_of(unit):
    return f"layer {unit[0]}" if unit[0] else "the picture"


def sentences(side, layers, unit, view=SEEN):
    """Return short lines of text on the field of a unit, or on how its energy is spread."""
    rows, columns = (stack.span(layers, unit[0], index) for index in unit[1:])
    size = rows[1] - rows[0] + 1
    if view == COUNTS:
        held = stack.held_by(side, layers, unit)
        return [
            f"{ENERGY:.0%} of the energy in {held} × {held}",
            f"the field is {size} × {size}: {held / size:.0%} of its width",
        ]
    down, across = (stack.reads(side, layers, unit[0], index)[0] for index in unit[1:])
    inside = np.prod([min(last, side - 1) - max(first, 0) + 1 for first, last in (rows, columns)])
    read = int(down.sum() * across.sum())
    lines = [
        f"field {size} × {size} = {size * size:,} pixels",
        f"rows {rows[0]} to {rows[1]}, columns {columns[0]} to {columns[1]}".replace("-", "−"),
    ]
    lines += [f"{size * size - inside:,} of them lie on padding"] if inside < size * size else []
    lines += [f"only {read:,} of the {inside:,} in the picture are read"] if read < inside else []
    return [*lines, f"{read / side**2:.1%} of the photo's {side} × {side}"]
