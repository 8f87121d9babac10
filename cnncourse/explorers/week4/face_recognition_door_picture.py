"""How a visit to the office door is painted: the scene, the distances of all visits, the ROC and the counts."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cnncourse.explorers.week4.face_recognition_door_scene import (
    MATCH,
    ROOM,
    SCREEN,
    SHELF,
    paint_portrait,
    paint_sign,
    room,
)
from cnncourse.explorers.week4.face_recognition_visits import NAMES, door_curve, nearest_enrolled
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, ORANGE, PAPER, WHITE

GAUGE = (12, 368, 566, 92)  # left, top, width, height: the squared distances of all visits
FARTHEST = 2.0  # squared distance at the gauge's right end
PLOT = (648, 44, 216)  # left, top, side of the ROC
TABLE = (588, 322)


class Verdict(NamedTuple):
    """What the door decides about one visitor, and what is true."""

    opens: bool
    nearest: int  # place of the nearest enrolled person, −1 if there is none
    distance: float
    truth: str  # who it is really
    judged: str  # "right", "wrong" or "" where nobody can say
    words: str  # why


def at_distance(distance):
    """Return where on the gauge a squared distance lies."""
    left, _, width, _ = GAUGE
    return left + 8 + min(distance, FARTHEST) / FARTHEST * (width - 16)


def distance_at(x):
    """Return the squared distance at a place of the gauge.

    >>> round(distance_at(at_distance(0.75)), 9)
    0.75
    """
    left, _, width, _ = GAUGE
    return min(max((x - left - 8) / (width - 16), 0), 1) * FARTHEST


def portrait_at(x, y, count):
    """Return the place on the shelf under a point, or None."""
    left, top, side, step = SHELF
    place = int((x - left) // step)
    return place if 0 <= place < count and x - left - place * step <= side and top - 4 <= y <= top + side + 22 else None


def picture(office, seen, verdict, threshold, enrolled, you, counts):
    """Paint a state; `office` gives the portraits and the distances, `you` is the learner's enrolled photo, if any."""
    painter = _sheet(office, verdict.opens, enrolled, you).copy()
    _paint_visitor(painter, office.portraits(you), seen, verdict)
    _paint_threshold(painter, threshold, verdict)
    _paint_point(painter, office, threshold, enrolled, you)
    _paint_counts(painter, counts)
    return painter.array()


@lru_cache(maxsize=8)
def _sheet(office, is_open, enrolled, you):
    """Return what stays while the threshold moves and people come."""
    painter = room(is_open).copy()
    left, top, side, step = SHELF
    painter.text(left, top - 18, "Who is enrolled, with one photo each: click to enrol or to remove", 13, bold=True)
    for place, portrait in enumerate(office.portraits(you)):
        paint_portrait(painter, portrait, left + place * step + 2, top, side, NAMES[place], place in enrolled)
    distances, who = office.distances(you), office.visits.who
    _paint_gauge(painter, nearest_enrolled(distances, enrolled)[1], np.isin(who, enrolled))
    _paint_curve(painter, door_curve(distances, who, enrolled))
    return painter


def _paint_gauge(painter, distances, belongs):
    left, top, width, height = GAUGE
    painter.rectangle(left, top, width, height - 20, fill=WHITE, outline=GRID)
    jitter = np.random.default_rng(0).random(len(distances))
    for distance, high, mine in zip(distances, jitter, belongs, strict=True):
        x, y = at_distance(distance), top + (6 if mine else 40) + high * 26
        if mine:
            painter.circle(x, y, 3.2, fill=BLUE, outline=WHITE, line_width=0.5)
        elif np.isfinite(distance):
            painter.polygon([(x - 3.4, y + 3), (x + 3.4, y + 3), (x, y - 3.6)], fill=DARK_ORANGE, outline=WHITE)
    for tick in (0, 0.5, 1, 1.5, 2):
        painter.text(
            at_distance(tick), top + height - 10, f"{tick:g}" + "+" * (tick == FARTHEST), 11, MUTED, anchor="mm"
        )
    words = f"squared distance of all {len(distances)} visits from the nearest enrolled photo"
    painter.text(left + width / 2, top + height + 5, words, 12, MUTED, anchor="mm")
    for y, group, colour in ((12, "enrolled people", BLUE), (height - 31, "others", DARK_ORANGE)):
        long = painter.text_width(group, 11, bold=True)
        painter.rectangle(left + width - long - 12, top + y - 8, long + 8, 16, fill=WHITE, alpha=0.85)
        painter.text(left + width - 8, top + y, group, 11, colour, True, anchor="rm")


def _paint_curve(painter, curve):
    x, y, side = PLOT
    painter.text(x - 44, 18, "ROC of all visits", 13, bold=True)
    painter.rectangle(x, y, side, side, fill=WHITE, outline=GRID)
    for share in (0, 0.25, 0.5, 0.75, 1):
        painter.line(x, y + side * share, x + side, y + side * share, GRID, 1)
        painter.line(x + side * share, y, x + side * share, y + side, GRID, 1)
        painter.text(x - 6, y + side * (1 - share), f"{share:g}", 11, MUTED, anchor="rm")
        painter.text(x + side * share, y + side + 11, f"{share:g}", 11, MUTED, anchor="mm")
    painter.text(x + side / 2, y + side + 28, "others let in (false accept rate)", 11, MUTED, anchor="mm")
    painter.text(x + 8, y - 9, "↑ enrolled people let in", 11, MUTED)
    if curve is not None:
        points = [(x + f * side, y + (1 - t) * side) for f, t in zip(*curve[:2], strict=True)]
        painter.polyline(points, INK, 2)


def _paint_visitor(painter, portraits, seen, verdict):
    x, y, side = SCREEN
    painter.image(seen, x, y, side, side, smooth=True)
    painter.text(x + side / 2, y + side + 18, verdict.truth, 13, WHITE, True, anchor="mm")
    x, y, side = MATCH
    painter.text(x + side / 2, y - 34, "nearest enrolled", 12, MUTED, anchor="mm")
    painter.rectangle(x - 7, y - 20, side + 14, side + 62, fill=PAPER, outline="#c6ccd0", radius=4)
    if verdict.nearest < 0:
        painter.text(x + side / 2, y + side / 2, "nobody", 14, MUTED, anchor="mm")
    else:
        painter.text(x + side / 2, y - 8, NAMES[verdict.nearest], 14, bold=True, anchor="mm")
        painter.image(portraits[verdict.nearest], x, y + 4, side, side, smooth=True)
        sign = "<" if verdict.opens else "≥"
        painter.text(x + side / 2, y + side + 17, f"d = {verdict.distance:.2f} {sign} τ", 13, anchor="mm")
        painter.text(x + side / 2, y + side + 33, "opens" if verdict.opens else "stays shut", 12, MUTED, anchor="mm")
    paint_sign(painter, verdict.opens, f"Hello, {NAMES[verdict.nearest]}" if verdict.opens else "Not recognised")
    _paint_judgement(painter, verdict)


def _paint_judgement(painter, verdict):
    left, top, width, height = ROOM
    mark, colour = {"right": ("✓", BLUE), "wrong": ("✗", DARK_ORANGE)}.get(verdict.judged, ("?", MUTED))
    words = f"{mark}  {verdict.words}"
    long = painter.text_width(words, 13, bold=True) + 24
    x = left + width - long - 12
    painter.rectangle(x, top + height - 26 - 6, long, 26, fill=PAPER, outline=colour, line_width=2, radius=13)
    painter.text(x + long / 2, top + height - 13 - 6, words, 13, INK, True, anchor="mm")


def _paint_threshold(painter, threshold, verdict):
    _, top, _, height = GAUGE
    x = at_distance(threshold)
    painter.line(x, top - 2, x, top + height - 18, INK, 2.5)
    words = f"τ = {threshold:.2f}"
    long = painter.text_width(words, 12, bold=True) + 14
    middle = min(max(x, GAUGE[0] + long / 2), GAUGE[0] + GAUGE[2] - long / 2)
    painter.rectangle(middle - long / 2, top - 20, long, 19, fill=INK, radius=5)
    painter.text(middle, top - 10.5, words, 12, WHITE, True, anchor="mm")
    if np.isfinite(verdict.distance):
        x = at_distance(verdict.distance)
        painter.circle(x, top + 36, 7, fill=ORANGE, outline=INK, line_width=2)


def _paint_point(painter, office, threshold, enrolled, you):
    rates = office.rates(threshold, enrolled, you)
    if rates is None:
        return
    x, y, side = PLOT
    at = x + rates[0] * side, y + (1 - rates[1]) * side
    painter.line(*at, at[0], y + side, INK, 1.25, dash=(4, 4))
    painter.line(x, at[1], *at, INK, 1.25, dash=(4, 4))
    painter.circle(*at, 7, fill=ORANGE, outline=INK, line_width=2)


def _paint_counts(painter, counts):
    left, top = TABLE
    columns = (left + 172, left + 246)
    for x, words in zip(columns, ("opens", "stays shut"), strict=True):
        painter.text(x, top + 8, words, 12, MUTED, anchor="mm")
    rows = (
        ("enrolled", f"{counts.let_in} ✓", f"{counts.shut_out} ✗"),
        ("enrolled, misnamed", f"{counts.misnamed} ✗", ""),
        ("others", f"{counts.intruders} ✗", f"{counts.refused} ✓"),
    )
    for number, (words, *cells) in enumerate(rows):
        y = top + 22 + number * 32
        painter.text(left, y + 14, words, 12)
        for x, cell in zip(columns, cells, strict=True):
            if cell:
                colour = BLUE if "✓" in cell else DARK_ORANGE
                painter.rectangle(x - 34, y, 68, 28, fill=colour, alpha=0.16, radius=4)
                painter.rectangle(x - 34, y, 68, 28, outline=colour, radius=4)
                painter.text(x, y + 14, cell, 14, INK, True, anchor="mm")
