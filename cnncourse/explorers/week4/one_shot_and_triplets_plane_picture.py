"""How the triplet in the plane is painted: regions of easy, semi-hard and hard negatives; points; pushes; sums."""

import math

from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, PAPER, PURPLE, WHITE

WIDTH, HEIGHT = 880, 520
SCALE = scale_for(WIDTH)
LEFT, TOP, SIDE = 16, 24, 480  # the plane
REACH = 1.6  # the plane runs from −REACH to REACH both ways
UNIT = SIDE / (2 * REACH)  # CSS pixels
PANEL = 520
NAMES = ("anchor A", "positive P", "negative N")
LETTERS, COLOURS = "APN", (INK, BLUE, DARK_ORANGE)
REGIONS = {"easy": "#eef0f2", "semi-hard": "#ffe3a6", "hard": "#e9a08f"}
ARROW = 0.35  # of a push, in the plane's units
BAR = 300  # CSS pixels of a squared distance of LONGEST
LONGEST = 4.0


def to_plane(x, y):
    """Return the point of the plane under a place of the picture.

    >>> to_plane(256, 264), to_plane(16, 24)
    ((0.0, 0.0), (-1.6, 1.6))
    """
    return (x - LEFT) / UNIT - REACH, REACH - (y - TOP) / UNIT


def to_pixels(point):
    """Return the place of a point of the plane, in CSS pixels from the plane's corner.

    >>> to_pixels((0, 0)), to_pixels((-1.6, 1.6))
    ((240.0, 240.0), (0.0, 0.0))
    """
    return (point[0] + REACH) * UNIT, (REACH - point[1]) * UNIT


def picture(points, held, margin, circle, numbers):
    """Paint a state; `numbers` are (d_ap, d_an, kind, loss, pushes)."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    painter.image(_plane(points, held, margin, circle, numbers), LEFT, TOP, SIDE, SIDE, outline=GRID)
    _paint_sum(painter, margin, numbers)
    _paint_key(painter, numbers[2])
    return painter.array()


def _plane(points, held, margin, circle, numbers):
    near, _, _, _, pushes = numbers
    sheet = Painter(SIDE, SIDE, SCALE, background=REGIONS["easy"])
    x, y = to_pixels(points[0])
    inner, outer = (math.sqrt(square) * UNIT for square in (near, near + margin))
    sheet.circle(x, y, outer, fill=REGIONS["semi-hard"], outline=MUTED, line_width=1)
    sheet.circle(x, y, inner, fill=REGIONS["hard"], outline=BLUE, line_width=1.5)
    if circle:
        sheet.circle(SIDE / 2, SIDE / 2, UNIT, outline=PURPLE, line_width=1.5)
    _paint_region_names(sheet, x, y, inner, outer)
    places = [to_pixels(point) for point in points]
    for place, colour, dash in zip(places[1:], COLOURS[1:], (None, (6, 5)), strict=True):
        sheet.line(*places[0], *place, colour, 1.5, dash=dash)
    for number, place in enumerate(places):
        _paint_point(sheet, number, place, number == held)
    for point, push, colour in zip(points, pushes, COLOURS, strict=True):
        _paint_push(sheet, point, push, colour)
    return sheet.array()


def _paint_region_names(sheet, x, y, inner, outer):
    for name, low, high in (("hard", 0, inner), ("semi-hard", inner, outer)):
        middle = y - (low + high) / 2
        if high - low > 16 and 12 < middle < SIDE - 12:
            sheet.text(x, middle, name, 12, INK, anchor="mm")
    for corner in ((30, 16), (SIDE - 30, 16), (30, SIDE - 16), (SIDE - 30, SIDE - 16)):
        if math.dist(corner, (x, y)) > outer + 30:
            sheet.text(*corner, "easy", 12, INK, anchor="mm")
            break


def _paint_point(sheet, number, place, held):
    radius = 15 if held else 12
    sheet.circle(*place, radius, fill=COLOURS[number], outline=WHITE, line_width=2)
    if held:
        sheet.circle(*place, radius + 4, outline=COLOURS[number], line_width=1.5)
    sheet.text(*place, LETTERS[number], 14, WHITE, True, anchor="mm")


def _paint_push(sheet, point, push, colour):
    length = math.hypot(*push)
    if length < 1e-9:
        return
    ahead = [p + s / length * (0.13 + ARROW * length) for p, s in zip(point, push, strict=True)]
    behind = [p + s / length * 0.11 for p, s in zip(point, push, strict=True)]
    beyond = [p + s / length * 0.03 for p, s in zip(ahead, push, strict=True)]
    sheet.arrow(*to_pixels(behind), *to_pixels(beyond), WHITE, 6, head=20)
    sheet.arrow(*to_pixels(behind), *to_pixels(ahead), colour, 3, head=12)


def _paint_sum(painter, margin, numbers):
    near, far, kind, value, _ = numbers
    painter.text(PANEL, 40, f"loss {value:.3f}", 26, INK, bold=True)
    painter.text(PANEL, 74, f"max(d_ap − d_an + α, 0): the triplet is {kind}", 13, MUTED)
    unit = BAR / LONGEST
    rows = (
        (f"d_ap = {near:.3f}, and α = {margin:.2f} on top", ((0, near, BLUE), (near, margin, PURPLE))),
        (f"d_an = {far:.3f}", ((0, far, DARK_ORANGE),)),
        (f"d_ap + α − d_an = {near + margin - far:.3f}", ((0, max(near + margin - far, 0), INK),)),
    )
    for row, (words, parts) in enumerate(rows):
        y = 112 + row * 64
        painter.text(PANEL, y, words.replace("-", "−"), 13, INK)
        for start, length, colour in parts:
            shown = min(start + length, LONGEST) - min(start, LONGEST)
            painter.rectangle(PANEL + min(start, LONGEST) * unit, y + 12, shown * unit, 20, fill=colour, alpha=0.8)
        painter.rectangle(PANEL, y + 12, BAR, 20, outline=GRID)
    at = PANEL + min(near + margin, LONGEST) * unit
    for top, bottom in ((124, 164), (186, 212)):  # between them stands d_an
        painter.line(at, top, at, bottom, INK, 1.5, dash=(4, 3))


def _paint_key(painter, kind):
    y = 322
    painter.text(PANEL, y, "where N may lie, as A and P are", 13, INK, bold=True)
    lines = {
        "easy": "d_an ≥ d_ap + α: costs nothing",
        "semi-hard": "d_ap < d_an < d_ap + α: right, but close",
        "hard": "d_an ≤ d_ap: nearer than the positive",
    }
    for name, words in lines.items():
        y += 30
        painter.rectangle(PANEL, y - 9, 24, 18, fill=REGIONS[name], outline=INK if name == kind else GRID, line_width=2)
        painter.text(PANEL + 32, y - 1, name, 12, INK, bold=name == kind)
        painter.text(PANEL + 110, y - 1, words, 11, MUTED)
    painter.rectangle(PANEL, 448, 344, 56, fill=PAPER, outline=GRID, radius=4)
    painter.text(PANEL + 12, 466, "Arrows: minus the gradient, the way a step downhill goes.", 11, INK)
    painter.text(PANEL + 12, 486, "On the circle, only the part along it.", 11, MUTED)
