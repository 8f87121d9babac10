"""The picture of the gradient explorer: photo with arrow, a map, the dial of directions and a profile."""

from functools import cache

import numpy as np
from matplotlib.colors import hsv_to_rgb

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.painter import colours, rgba
from cnncourse.explorers.week1.edges_numbers import decimal
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, ORANGE, PAPER, WHITE

WIDTH, HEIGHT, SIDE, TOP = 880, 350, 288, 34
SCALE = scale_for(WIDTH)
PHOTO_X, MAP_X, SIDE_X = 16, 318, 634
VIEWS = ("magnitude", "direction", "edges")
TITLES = {"magnitude": "Gradient magnitude", "direction": "Direction of the gradient", "edges": "Local maxima"}
LEGENDS = {
    "magnitude": "brightness: √magnitude; black: below the limit",
    "direction": "hue, arrows: direction; black: below the limit",
    "edges": "black: stronger than a step ahead and a step back",
}
DIAL_X, DIAL_Y, RING, RIM = 698, 112, 50, 62
PLOT_Y, PLOT_HEIGHT, PLOT_WIDTH = 226, 78, 230
BLOCK = 8  # the direction map has one arrow in each block of so many pixels


def sheet(picture, facts, view, least):
    """Paint photo and map on a sheet and return it; `facts` as from `measured`, `least` a magnitude."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    painter.text(PHOTO_X, 17, f"Photo · {len(picture)} × {len(picture)} pixels", 13, bold=True)
    painter.image(picture, PHOTO_X, TOP, SIDE, SIDE, limits=(0, 1), outline=GRID)
    painter.text(MAP_X, 17, TITLES[view], 13, bold=True)
    painter.image(map_colours(facts, view, least), MAP_X, TOP, SIDE, SIDE, outline=GRID)
    painter.text(MAP_X, TOP + SIDE + 15, LEGENDS[view], 12, MUTED)
    painter.text(PHOTO_X, TOP + SIDE + 15, "arrow: the gradient · blue: along the edge", 12, MUTED)
    if view == "direction":
        _draw_arrows(painter, facts, least)
    return painter


def draw(painter, facts, curves, place):
    """Paint what belongs to one pixel on a sheet and return the picture; `curves` name → (offsets, values)."""
    here = {name: float(values[place]) for name, values in facts.items()}
    _draw_gradient(painter, here, facts["magnitude"].max(), place, len(facts["magnitude"]))
    _draw_dial(painter, here, facts["magnitude"].max())
    _draw_profile(painter, curves, facts["magnitude"].max(), bool(here["edges"]))
    return painter.array()


def map_colours(facts, view, least):
    """Return the map as `(H, W, 3)` uint8: strength as brightness, direction as hue, or edges in ink."""
    magnitude, top = facts["magnitude"], max(facts["magnitude"].max(), 1e-9)
    if view == "edges":
        return colours(np.where(facts["edges"] & (magnitude >= least), 0.1, 0.99), "gray", (0, 1))
    strength = np.where(magnitude >= least, np.sqrt(magnitude / top), 0)
    if view == "magnitude":
        return colours(strength, "gray", (0, 1))
    return direction_colours(facts["orientation"], strength)


def direction_colours(angle, strength):
    """Return the colours of directions in radians, as bright as their strength in [0, 1]."""
    hue = (angle / (2 * np.pi)) % 1
    return np.round(255 * hsv_to_rgb(np.stack([hue, np.full_like(hue, 0.75), strength], axis=-1))).astype(np.uint8)


def strongest_of_blocks(magnitude, least):
    """Return the (row, column) of the strongest pixel of every block whose magnitude reaches `least`."""
    places = []
    for top in range(0, magnitude.shape[0], BLOCK):
        for left in range(0, magnitude.shape[1], BLOCK):
            block = magnitude[top : top + BLOCK, left : left + BLOCK]
            i, j = np.unravel_index(np.argmax(block), block.shape)
            if block[i, j] >= max(least, 1e-9):
                places.append((top + int(i), left + int(j)))
    return places


def _draw_arrows(painter, facts, least):
    pixel = SIDE / len(facts["magnitude"])
    for row, column in strongest_of_blocks(facts["magnitude"], least):
        angle = facts["orientation"][row, column]
        x, y = MAP_X + (column + 0.5) * pixel, TOP + (row + 0.5) * pixel
        u, v = 8 * np.cos(angle), 8 * np.sin(angle)
        ends = [min(max(x + u, MAP_X), MAP_X + SIDE), min(max(y + v, TOP), TOP + SIDE)]
        painter.arrow(max(x - u, MAP_X), max(y - v, TOP), *ends, WHITE, 1, 6)


def _draw_gradient(painter, here, top, place, size):
    pixel = SIDE / size
    for left in (PHOTO_X, MAP_X):
        x, y = left + (place[1] + 0.5) * pixel, TOP + (place[0] + 0.5) * pixel
        painter.rectangle(x - 7, y - 7, 14, 14, outline=WHITE, line_width=3)
        painter.rectangle(x - 6, y - 6, 12, 12, outline=ORANGE, line_width=2)
    if here["magnitude"] <= 0:
        return
    x, length = PHOTO_X + (place[1] + 0.5) * pixel, 16 + 44 * here["magnitude"] / max(top, 1e-9)
    u, v = np.cos(here["orientation"]), np.sin(here["orientation"])
    for tint, width in ((WHITE, 4), (BLUE, 2.5)):
        painter.line(x - 22 * v, y + 22 * u, x + 22 * v, y - 22 * u, tint, width)
    for tint, width, head in ((WHITE, 5.5, 15), (DARK_ORANGE, 3, 11)):
        reach = length + (2 if tint == WHITE else 0)
        painter.arrow(x, y, x + reach * u, y + reach * v, tint, width, head)


@cache
def _dial():
    """Return the ring of directions as `(H, W, 3)` uint8, paper around and inside it."""
    side = 4 * RIM
    y, x = (np.indices((side, side)) - (side - 1) / 2) / 2
    radius = np.hypot(y, x)[..., None]
    ring = direction_colours(np.arctan2(y, x), np.full((side, side), 0.95))
    return np.where((radius <= RIM) & (radius >= RING), ring, np.array(rgba(PAPER)[:3])).astype(np.uint8)


def _draw_dial(painter, here, top):
    painter.text(SIDE_X, 17, "At this pixel", 13, bold=True)
    painter.image(_dial(), DIAL_X - RIM, DIAL_Y - RIM, 2 * RIM, 2 * RIM)
    for x, y, words in ((0, RIM + 9, "90°"), (0, -RIM - 9, "−90°"), (RIM + 13, 0, "0°")):
        painter.text(DIAL_X + x, DIAL_Y + y, words, 12, MUTED, anchor="mm")
    scale = (RING - 4) / max(top, 1e-9)
    x, y = DIAL_X + scale * here["d_x"], DIAL_Y + scale * here["d_y"]
    painter.line(DIAL_X, DIAL_Y, x, DIAL_Y, MUTED, 1.5, dash=(3, 2))
    painter.line(x, DIAL_Y, x, y, MUTED, 1.5, dash=(3, 2))
    painter.arrow(DIAL_X, DIAL_Y, x, y, DARK_ORANGE, 3, 10)
    rows = {"d_y": decimal(here["d_y"]), "d_x": decimal(here["d_x"]), "length": decimal(here["magnitude"])}
    rows["angle"] = f"{np.rad2deg(here['orientation']):.0f}°".replace("-", "−") if here["magnitude"] > 0 else "none"
    for line, (name, value) in enumerate(rows.items()):
        painter.text(784, 72 + 26 * line, name, 12, MUTED)
        painter.text(868, 72 + 26 * line, value, 13, INK, bold=True, anchor="rm")


def _draw_profile(painter, curves, top, edge):
    x, bottom = SIDE_X, PLOT_Y + PLOT_HEIGHT
    painter.text(x, PLOT_Y - 22, "Along the gradient", 13, bold=True)
    painter.rectangle(x, PLOT_Y, PLOT_WIDTH, PLOT_HEIGHT, fill=WHITE, outline=GRID)
    scales = {"brightness": (1.0, MUTED, 1.5), "magnitude": (max(top, 1e-9), DARK_ORANGE, 2.5)}
    for name, (offsets, values) in curves.items():
        full, tint, width = scales[name]
        xs = x + (offsets - offsets[0]) / (offsets[-1] - offsets[0]) * PLOT_WIDTH
        ys = bottom - 3 - np.clip(values / full, 0, 1) * (PLOT_HEIGHT - 8)
        painter.polyline(list(zip(xs.tolist(), ys.tolist(), strict=True)), tint, width)
    middle = len(ys) // 2
    painter.circle(xs[middle], ys[middle], 5, fill=DARK_ORANGE if edge else WHITE, outline=DARK_ORANGE, line_width=2)
    for step in (middle - 4, middle + 4):
        painter.circle(xs[step], ys[step], 3, fill=WHITE, outline=DARK_ORANGE, line_width=1.5)
    reach = int(offsets[-1])
    for place, words, anchor in ((0, f"−{reach} px", "lm"), (0.5, "here", "mm"), (1, f"+{reach} px", "rm")):
        painter.text(x + place * PLOT_WIDTH, bottom + 12, words, 12, MUTED, anchor=anchor)
    painter.line(x, bottom + 30, x + 18, bottom + 30, DARK_ORANGE, 2.5)
    painter.text(x + 24, bottom + 30, "magnitude", 12, MUTED)
    painter.line(x + 112, bottom + 30, x + 130, bottom + 30, MUTED, 1.5)
    painter.text(x + 136, bottom + 30, "brightness", 12, MUTED)
