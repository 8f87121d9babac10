"""How the histograms of distances are painted: two groups, a threshold, the ROC, and faces of pairs at a distance."""

from functools import lru_cache

import numpy as np
from matplotlib.ticker import MaxNLocator

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week4.face_recognition_pairs import PLAIN
from cnncourse.explorers.week4.face_recognition_people import people
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 500
SCALE = scale_for(WIDTH)
AXIS = (24, 44, 536, 210)  # left, top, width, height of the histograms
ROC = (640, 44, 210)  # left, top, side
DECADES = 4  # of false accept rates
SMALLEST = 10.0**-DECADES
BINS = 80
FACE = 58
SHOWN = 4  # pairs of each sort
ROWS = (334, 424)  # tops of the rows of pairs


def place_of(pairs, value):
    """Return where on the axis a value lies."""
    left, _, width, _ = AXIS
    return left + float(np.clip((value - pairs.low) / (pairs.high - pairs.low), 0, 1)) * width


def value_at(pairs, x):
    """Return the value at a place of the axis."""
    left, _, width, _ = AXIS
    return pairs.low + min(max((x - left) / width, 0), 1) * (pairs.high - pairs.low)


def on_curve(false, true):
    """Return where on the ROC a pair of rates lies; the false accept rate is drawn by its logarithm, from 10⁻⁴."""
    x, y, side = ROC
    return x + (1 + np.log10(max(false, SMALLEST)) / DECADES) * side, y + (1 - true) * side


def picture(pairs, measure, threshold, shown):
    """Paint a state: `shown` is the value whose pairs are shown."""
    painter = _sheet(pairs, measure).copy()
    _paint_threshold(painter, pairs, threshold)
    _paint_pairs(painter, pairs, shown)
    return painter.array()


@lru_cache(maxsize=6)
def _sheet(pairs, measure):
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, width, height = AXIS
    painter.text(left, 20, "Share of the pairs of each sort", 14, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    edges = np.linspace(pairs.low, pairs.high, BINS + 1)
    shares = [np.histogram(group, edges)[0] / len(group) for group in (pairs.alike, pairs.different)]
    tallest = max(share.max() for share in shares)
    step = width / BINS
    for share, colour in zip(shares, (BLUE, DARK_ORANGE), strict=True):
        tops = top + height - share / tallest * (height - 14)
        corners = [(left + (n + side) * step, y) for n, y in enumerate(tops) for side in (0, 1)]
        painter.polygon([(left, top + height), *corners, (left + width, top + height)], fill=colour, alpha=0.35)
        painter.polyline(corners, colour, 2)
    for value in MaxNLocator(7, steps=(1, 2, 5, 10)).tick_values(pairs.low, pairs.high):
        if pairs.low <= value <= pairs.high:
            words = f"{value:g}".replace("-", "−")
            painter.text(place_of(pairs, value), top + height + 12, words, 11, MUTED, anchor="mm")
    words = measure if measure == PLAIN else f"−z of the head: {measure}"
    painter.text(left + width / 2, top + height + 30, f"{words} (small: alike)", 12, MUTED, anchor="mm")
    for right, words, colour in ((width - 110, "one person", BLUE), (width, "two people", DARK_ORANGE)):
        painter.text(left + right, 20, words, 13, colour, True, anchor="rm")
    _paint_curve(painter, pairs)
    return painter


def _paint_curve(painter, pairs):
    x, y, side = ROC
    painter.text(x - 36, 20, f"ROC, area {pairs.area:.4f}", 14, bold=True)
    painter.rectangle(x, y, side, side, fill=WHITE, outline=GRID)
    for share in (0, 0.25, 0.5, 0.75, 1):
        painter.line(x, y + side * share, x + side, y + side * share, GRID, 1)
        painter.text(x - 6, y + side * (1 - share), f"{share:g}", 11, MUTED, anchor="rm")
    for rate in (1e-4, 1e-3, 1e-2, 0.1, 1):
        place = on_curve(rate, 0)[0]
        painter.line(place, y, place, y + side, GRID, 1)
        painter.text(place, y + side + 12, f"{rate:f}".rstrip("0").rstrip("."), 11, MUTED, anchor="mm")
    painter.text(x + side / 2, y + side + 30, "false accept rate (each line 10 ×)", 12, MUTED, anchor="mm")
    painter.polyline([on_curve(*point) for point in pairs.points], INK, 2)


def _paint_threshold(painter, pairs, threshold):
    _, top, _, height = AXIS
    x = place_of(pairs, threshold)
    painter.rectangle(AXIS[0], top, x - AXIS[0], height, fill=ORANGE, alpha=0.1)
    painter.line(x, top - 4, x, top + height, INK, 2.5)
    painter.circle(x, top + height / 2, 6, fill=ORANGE, outline=INK, line_width=2)
    false, true = pairs.rates(threshold)
    words = f"FAR {false:.4f}   TAR {true:.4f}"
    long = painter.text_width(words, 12, bold=True) + 16
    beside = x + 6 if x + 6 + long <= AXIS[0] + AXIS[2] else x - 6 - long
    painter.rectangle(beside, top + 6, long, 22, fill=INK, radius=5)
    painter.text(beside + long / 2, top + 17, words, 12, WHITE, True, anchor="mm")
    left, y, side = ROC
    at = on_curve(false, true)
    painter.line(*at, at[0], y + side, INK, 1.25, dash=(4, 4))
    painter.line(left, at[1], *at, INK, 1.25, dash=(4, 4))
    painter.circle(*at, 7, fill=ORANGE, outline=INK, line_width=2)


def _paint_pairs(painter, pairs, shown):
    x = place_of(pairs, shown)
    _, top, _, height = AXIS
    painter.polygon([(x - 6, top + height + 8), (x + 6, top + height + 8), (x, top + height)], fill=MUTED)
    painter.text(AXIS[0], 308, f"Pairs at about {shown:.2f}".replace("-", "−"), 14, bold=True)
    groups = zip(pairs.near(shown, SHOWN), ROWS, ("one person", "two people"), (BLUE, DARK_ORANGE), strict=True)
    for group, y, words, colour in groups:
        painter.text(AXIS[0], y + FACE / 2, words, 13, colour, True)
        for number, pair in enumerate(group):
            left = 120 + number * (2 * FACE + 70)
            for side, row in enumerate((pairs.first[pair], pairs.second[pair])):
                painter.image(people()[row], left + side * (FACE + 3), y, FACE, FACE, smooth=True)
            painter.rectangle(left - 2, y - 2, 2 * FACE + 7, FACE + 4, outline=colour, line_width=2)
            value = f"{pairs.values[pair]:.2f}".replace("-", "−")
            painter.text(left + FACE + 1.5, y + FACE + 11, value, 11, MUTED, anchor="mm")
