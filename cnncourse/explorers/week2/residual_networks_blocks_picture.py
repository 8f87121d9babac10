"""The picture of maps in a residual block: both ways to the sum, and below what leaves each of eight blocks."""

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import BLUE, GREY, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 850, 470
SCALE = scale_for(WIDTH)
TILE, TOP = 124, 92  # side of the tiles above, and their top
CAME, INSIDE, Z, SUM, GONE = 20, 216, 412, 601, 706  # left ends; of the sum its middle
ARC = 50  # height at which the shortcut runs
SMALL, STEP, LEFT, ROW = 80, 92, 20, 320  # the tiles below: side, distance, left end, top
MAP_COLOURS = "cividis"


def tile_at(x, y):
    """Return the number of the small tile under a point, 0 for what comes in; None beside the tiles."""
    number, inside = divmod(x - LEFT, STEP)
    on_tile = ROW <= y <= ROW + SMALL and inside <= SMALL and 0 <= number <= 8
    return int(number) if on_tile else None


def chain_picture(picture, ways, alike, block, map, scale, shortcut):
    """Paint the chosen block's maps and both ways to the sum, and the maps that leave each block."""
    painter, way = Painter(WIDTH, HEIGHT, SCALE), ways[block - 1]
    middle = TOP + TILE / 2
    painter.text(CAME, 20, f"Block {block}, map {map}", 15, bold=True)
    _shortcut(painter, middle, shortcut)
    for left, maps, words in (
        (CAME, way.came, "a, what comes in"), (INSIDE, way.inside, "after layer 1"),
        (Z, way.z, "z, after layer 2"), (GONE, way.gone, "g(z + a)" if shortcut else "g(z)"),
    ):  # fmt: skip
        _tile(painter, left, maps, words)
    _arrow(painter, CAME + TILE, INSIDE, middle, "conv, norm,\nReLU")
    _arrow(painter, INSIDE + TILE, Z, middle, f"conv, norm,\nγ = {scale:.1f}")
    _arrow(painter, Z + TILE, SUM - 14, middle, "")
    _arrow(painter, SUM + 14, GONE, middle, "ReLU")
    painter.circle(SUM, middle, 14, fill=WHITE, outline=INK, line_width=2)
    painter.text(SUM, middle, "+" if shortcut else "", 18, bold=True, anchor="mm")
    _row(painter, picture, ways, alike, block)
    return painter.array()


def _shortcut(painter, middle, on):
    colour, start = BLUE if on else GREY, CAME + TILE / 2
    dash = None if on else (5, 5)
    painter.line(start, TOP, start, ARC, colour, 3, dash=dash)
    painter.line(start, ARC, SUM, ARC, colour, 3, dash=dash)
    if on:
        painter.arrow(SUM, ARC, SUM, middle - 15, colour, 3, head=12)
    else:
        painter.line(SUM, ARC, SUM, middle - 15, colour, 3, dash=dash)
    words = "the shortcut carries a as it is" if on else "the shortcut is switched off"
    painter.text((start + SUM) / 2, ARC - 12, words, 13, INK if on else MUTED, anchor="mm")


def _tile(painter, left, maps, words):
    painter.image(maps, left, TOP, TILE, TILE, colormap=MAP_COLOURS, limits=_limits(maps), outline=MUTED)
    painter.text(left, TOP + TILE + 14, words, 13, bold=True)
    painter.text(left, TOP + TILE + 32, f"from {_short(maps.min())} to {_short(maps.max())}", 12, MUTED)


def _arrow(painter, left, right, y, words):
    painter.arrow(left + 4, y, right - 4, y, INK, 2)
    if words:
        painter.text((left + right) / 2, y - 10, words, 11, INK, anchor="mb", halign="center")


def _row(painter, picture, ways, alike, block):
    painter.text(LEFT, ROW - 22, "What leaves each block, and its likeness to what came in", 14, bold=True)
    small = SMALL * 0.42
    for number, maps in enumerate([ways[0].came, *(way.gone for way in ways)]):
        x = LEFT + STEP * number
        painter.image(maps, x, ROW, SMALL, SMALL, colormap=MAP_COLOURS, limits=_limits(maps))
        if number == block:
            painter.rectangle(x - 4, ROW - 4, SMALL + 8, SMALL + 8, outline=ORANGE, line_width=4)
        name = f"block {number}" if number else "comes in"
        painter.text(x + SMALL / 2, ROW + SMALL + 15, name, 12, INK, number == block, anchor="mm")
        _likeness(painter, x, ROW + SMALL + 30, alike[number])
    painter.image(picture, LEFT + SMALL - small, ROW + SMALL - small, small, small, outline=WHITE)


def _likeness(painter, x, y, value):
    painter.rectangle(x, y, SMALL, 7, fill=WHITE, outline=GREY)
    if np.isnan(value):
        painter.text(x + SMALL / 2, y + 20, "all equal", 12, MUTED, anchor="mm")
        return
    painter.rectangle(x, y, SMALL * max(value, 0), 7, fill=BLUE)
    painter.text(x + SMALL / 2, y + 20, _short(value), 12, INK, anchor="mm")


def _limits(maps):
    low, high = float(maps.min()), float(maps.max())
    return (low, high) if high > low else (low - 1, low + 1)


def _short(value):
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")  # + 0.0: no sign of a zero
