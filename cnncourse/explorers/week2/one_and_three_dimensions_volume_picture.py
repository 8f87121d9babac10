"""The picture of the explorer "one slice, or the whole volume"."""

from typing import NamedTuple

import numpy as np

from cnncourse.explorers import Painter, cell_at, scale_for
from cnncourse.plots import BLUE, CYAN, DARK_ORANGE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 526
SCALE = scale_for(WIDTH)
SIZE, PIXEL = 64, 3.2
SIDE = SIZE * PIXEL
TOP, SECOND_TOP = 44, 294
STEP = 216
PROFILE_LEFT, PROFILE_WIDTH = 672, 192
HIGHEST = 0.48  # answers that are painted brightest


class View(NamedTuple):
    """A slice: its name, the two axes it shows (down, right), and the axis it is cut across."""

    name: str
    axes: tuple
    across: int


VIEWS = (
    View("across the body", (1, 2), 0),
    View("from the front", (0, 2), 1),
    View("from the side", (0, 1), 2),
)
NAMES = ("slice", "row", "column")


def place_in_view(x, y):
    """Return (number of the view, first index, second index) under a point of the picture, or None."""
    for number in range(len(VIEWS)):
        for top in (TOP, SECOND_TOP):
            cell = cell_at(x, y, 16 + number * STEP, top, PIXEL, SIZE, SIZE)
            if cell is not None:
                return number, *cell
    return None


def draw(phantom, answers, found, point, threshold, filter):
    """Paint the slices through `point`, the `answers` in them with the spots `found`, and profiles along the body."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    for number, view in enumerate(VIEWS):
        x = 16 + number * STEP
        painter.text(x, 14, f"{view.name}: {NAMES[view.across]} {point[view.across]}", 13, bold=True)
        _slice(painter, phantom.volume, view, point, x, TOP, "gray", (0, 1))
        _rings(painter, phantom, view, point, x)
        _slice(painter, answers, view, point, x, SECOND_TOP, "cividis", (0, HIGHEST))
        _spots(painter, found, view, point, x, 0 if view.across == 0 or filter.startswith("2") else 1)
        for top in (TOP, SECOND_TOP):
            _cross(painter, view, point, x, top)
    painter.text(16, 33, "dashed ring: a nodule", 12, MUTED)
    title = f"Response of the filter: {filter}"
    painter.text(16, SECOND_TOP - 24, title, 13, bold=True)
    _legend(painter)
    _profiles(painter, phantom, answers, point, threshold)
    return painter.array()


def _legend(painter):
    y = SECOND_TOP + SIDE + 14
    painter.circle(22, y, 5.5, outline=CYAN, line_width=2.5)
    painter.text(34, y, "a spot above the threshold, on a nodule", 12, MUTED)
    _false_mark(painter, 302, y)
    painter.text(314, y, "above it, no nodule: a false alarm (lungs only)", 12, MUTED)


def _slice(painter, volume, view, point, x, top, colormap, limits):
    plane = np.take(volume, point[view.across], axis=view.across)
    painter.image(plane, x, top, SIDE, SIDE, colormap=colormap, limits=limits)


def _middle(index):
    return (index + 0.5) * PIXEL


def _cross(painter, view, point, x, top):
    down, right = (_middle(point[axis]) for axis in view.axes)
    for start, end in ((0, right - 14), (right + 14, SIDE)):
        if end > start:
            painter.line(x + start, top + down, x + end, top + down, ORANGE, 1.2, alpha=0.75)
    for start, end in ((0, down - 14), (down + 14, SIDE)):
        if end > start:
            painter.line(x + right, top + start, x + right, top + end, ORANGE, 1.2, alpha=0.75)


def _rings(painter, phantom, view, point, x):
    """Mark the nodules that this slice cuts."""
    for centre, radius in zip(phantom.nodules, phantom.radii, strict=True):
        if abs(centre[view.across] - point[view.across]) <= radius:
            down, right = (_middle(centre[axis]) for axis in view.axes)
            for part in range(10):
                turn = 2 * np.pi * np.array([part, part + 0.55]) / 10
                reach = (radius + 2.2) * PIXEL
                ends = [(x + right + reach * np.cos(t), TOP + down + reach * np.sin(t)) for t in turn]
                painter.polyline(ends, CYAN, 2)


def _spots(painter, found, view, point, x, near):
    """Mark the spots at most `near` voxels away from the slice."""
    for place, nodule in zip(found.places, found.nodule, strict=True):
        if abs(place[view.across] - point[view.across]) <= near:
            down, right = (_middle(place[axis]) for axis in view.axes)
            if nodule >= 0:
                painter.circle(x + right, SECOND_TOP + down, 6.5, outline=CYAN, line_width=2.5)
            else:
                _false_mark(painter, x + right, SECOND_TOP + down)


def _false_mark(painter, x, y):
    for width, colour in ((4.5, WHITE), (2, DARK_ORANGE)):
        for side in (-1, 1):
            painter.line(x - 4, y - 4 * side, x + 4, y + 4 * side, colour, width)


def _profiles(painter, phantom, answers, point, threshold):
    """Draw brightness and response along the body, from head (top) to feet, through the point."""
    column = (slice(None), point[1], point[2])
    for top, values, high, title, colour in (
        (TOP, phantom.volume[column], 1.0, "Brightness", INK),
        (SECOND_TOP, answers[column], HIGHEST, "Response", BLUE),
    ):
        painter.text(PROFILE_LEFT, top - 30, title, 13, bold=True)
        painter.text(PROFILE_LEFT, top - 11, "from head to feet", 12, MUTED)
        painter.rectangle(PROFILE_LEFT, top, PROFILE_WIDTH, SIDE, fill=WHITE, outline=GRID)
        y = top + _middle(point[0])
        painter.line(PROFILE_LEFT, y, PROFILE_LEFT + PROFILE_WIDTH, y, ORANGE, 1.2)
        if high == HIGHEST:
            x = PROFILE_LEFT + threshold / high * PROFILE_WIDTH
            painter.line(x, top, x, top + SIDE, MUTED, 1.5, dash=(5, 4))
        xs = PROFILE_LEFT + np.clip(values / high, 0, 1) * PROFILE_WIDTH
        painter.polyline([(float(v), top + _middle(i)) for i, v in enumerate(xs)], colour, 2)
    painter.text(PROFILE_LEFT, SECOND_TOP + SIDE + 14, "dashed: threshold", 12, MUTED)
