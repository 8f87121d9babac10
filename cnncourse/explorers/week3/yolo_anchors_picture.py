"""How the anchor explorer is painted: sizes and anchors on logarithmic axes, the anchors as boxes, two charts."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import CYCLE, GRID, INK, MUTED, RED, WHITE

WIDTH, HEIGHT = 880, 468
SCALE = scale_for(WIDTH)
REACH = 16  # CSS pixels: how near a click must come to an anchor
TICKS = (5, 10, 20, 40, 80, 160)
TINTS = (CYCLE[0], CYCLE[1], CYCLE[4], CYCLE[2], CYCLE[8], CYCLE[5], CYCLE[9], CYCLE[7], CYCLE[3])
CORNERS = {  # the marks of the anchors, as points around the middle
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "up": ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
    "down": ((0, 1.3), (1.2, -0.9), (-1.2, -0.9)),
    "diamond": ((0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)),
    "wide": ((-1.5, -0.6), (1.5, -0.6), (1.5, 0.6), (-1.5, 0.6)),
    "tall": ((-0.6, -1.5), (0.6, -1.5), (0.6, 1.5), (-0.6, 1.5)),
    "left": ((-1.3, 0), (0.9, -1.2), (0.9, 1.2)),
    "right": ((1.3, 0), (-0.9, -1.2), (-0.9, 1.2)),
}
SHAPES = ("circle", *CORNERS)


@dataclass(frozen=True)
class LogAxes:
    """Two logarithmic axes of pixels on the sheet."""

    left: float
    top: float
    side: float
    narrowest: float
    lowest: float
    longest: float

    def place(self, width, height):
        """Return where a size lies on the sheet."""
        across, up = (_log(side, low, self.longest) for side, low in ((width, self.narrowest), (height, self.lowest)))
        return self.left + self.side * across, self.top + self.side * (1 - up)

    def size(self, x, y):
        """Return the (width, height) in pixels that lies at a point of the sheet."""
        across, up = (x - self.left) / self.side, 1 - (y - self.top) / self.side
        width = self.narrowest * (self.longest / self.narrowest) ** across
        return width, self.lowest * (self.longest / self.lowest) ** up


def _log(pixels, low, high):
    return np.log(np.asarray(pixels, float) / low) / np.log(high / low)


SCATTER = LogAxes(58, 40, 370, narrowest=3, lowest=9, longest=180)
BOXES = (470, 40, 168)  # left, top, side
STEPS = (690, 40, 176, 168)  # left, top, width, height of a chart
COUNTS = (506, 268, 360, 146)


def on_chart(event, chart, last):
    """Return the column 0 … `last` of a chart under a click, or None outside the chart."""
    left, top, width, height = chart
    if not (left - 6 <= event.x <= left + width + 6 and top <= event.y <= top + height + 20):
        return None
    return min(max(round((event.x - left) / width * last), 0), last)


def render(model):
    """Paint a state of the explorer."""
    painter = _paper().copy()
    _paint_sizes(painter, model)
    _paint_anchors(painter, model)
    _paint_boxes(painter, model)
    _paint_steps(painter, model)
    _paint_counts(painter, model)
    return painter.array()


@lru_cache(maxsize=1)
def _paper():
    """Return the sheet with everything that never changes."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, side = SCATTER.left, SCATTER.top, SCATTER.side
    painter.text(left, 18, "The objects' sizes, and whose they are", 14, bold=True)
    painter.rectangle(left, top, side, side, fill=WHITE, outline=GRID)
    for tick in TICKS:
        x, y = SCATTER.place(tick, tick)
        painter.line(x, top, x, top + side, GRID, 1)
        painter.text(x, top + side + 12, str(tick), 11, MUTED, anchor="mm")
        if y < top + side:
            painter.line(left, y, left + side, y, GRID, 1)
            painter.text(left - 7, y, str(tick), 11, MUTED, anchor="rm")
    painter.text(left + side / 2, top + side + 32, "width in pixels", 12, MUTED, anchor="mm")
    painter.text(8, top - 12, "height", 12, MUTED)
    painter.text(BOXES[0], 18, "The anchors", 14, bold=True)
    painter.text(STEPS[0] - 34, 18, "Mean best IoU by step", 14, bold=True)
    return painter


def _paint_sizes(painter, model):
    xs, ys = SCATTER.place(*model.sizes.T)
    for x, y, number in zip(xs.tolist(), ys.tolist(), model.nearest.tolist(), strict=True):
        _mark(painter, x, y, number, 2.7)


def _mark(painter, x, y, number, radius, outline=None, line_width=1):
    if SHAPES[number] == "circle":
        painter.circle(x, y, radius * 1.1, fill=TINTS[number], outline=outline, line_width=line_width)
        return
    points = [(x + dx * radius, y + dy * radius) for dx, dy in CORNERS[SHAPES[number]]]
    painter.polygon(points, fill=TINTS[number], outline=outline, line_width=line_width)


def _paint_anchors(painter, model):
    for number in range(len(model.anchors)):
        trail = [SCATTER.place(*anchors[number]) for anchors in model.path[: model.step + 1]]
        if len(trail) > 1:
            painter.polyline(trail, INK, 1.5)
            painter.circle(*trail[0], 3, fill=WHITE, outline=INK)
        x, y = trail[-1]
        painter.circle(x, y, 14, fill=WHITE, alpha=0.75)
        _mark(painter, x, y, number, 8, outline=INK, line_width=3 if number == model.carried else 1.5)
        painter.text(x, y - 19, str(number), 12, INK, bold=True, anchor="mm")


def _paint_boxes(painter, model):
    left, top, side = BOXES
    painter.rectangle(left, top, side, side, fill=WHITE, outline=GRID)
    painter.text(left + side / 2, top + side + 12, "the whole picture: 160 × 160", 11, MUTED, anchor="mm")
    scale, x, y = side / 160, left + side / 2, top + side / 2
    for number in np.argsort(-model.anchors.prod(axis=1)):
        width, height = np.minimum(model.anchors[number] * scale, side)
        painter.rectangle(x - width / 2, y - height / 2, width, height, fill=TINTS[number], alpha=0.18)
        painter.rectangle(x - width / 2, y - height / 2, width, height, outline=TINTS[number], line_width=2.5)
        painter.text(x + width / 2 - 3, y - height / 2 + 3, str(number), 11, INK, bold=True, anchor="rt")


def _paint_steps(painter, model):
    left, top, width, height = STEPS
    low, high = _limits(model.values)
    _frame(painter, STEPS, low, high, 3)
    places = [(left + width * n / 20, top + height * (high - v) / (high - low)) for n, v in enumerate(model.values)]
    if len(places) > 1:
        painter.polyline(places, CYCLE[0], 2)
    for number, place in enumerate(places):
        fell = number and model.values[number] < model.values[number - 1] - 1e-12
        painter.circle(*place, 3.5, fill=RED if fell else CYCLE[0])
        if fell:
            painter.arrow(place[0], place[1] + 4, place[0], place[1] + 17, RED, 2, head=7)
    painter.circle(*places[model.step], 6.5, outline=INK, line_width=2)
    for tick in (0, 5, 10, 15, 20):
        painter.text(left + width * tick / 20, top + height + 12, str(tick), 11, MUTED, anchor="mm")


def _limits(values):
    low, high = min(values), max(values)
    middle, half = (low + high) / 2, max((high - low) * 0.65, 0.02)
    return middle - half, middle + half


def _frame(painter, chart, low, high, digits):
    left, top, width, height = chart
    painter.rectangle(left - 8, top, width + 16, height, fill=WHITE, outline=GRID)
    for share in (0.15, 0.5, 0.85):
        y = top + height * share
        painter.line(left - 7, y, left + width + 7, y, GRID, 1)
        painter.text(left - 13, y, f"{high - (high - low) * share:.{digits}f}", 11, MUTED, anchor="rm")


def _paint_counts(painter, model):
    """Paint for every count of anchors the mean best IoU as a line, and the lost objects as bars."""
    left, top, width, height = COUNTS
    last = len(model.by_count) - 1
    painter.text(left - 36, top - 24, "By count: mean best IoU (line), objects lost (bars)", 14, bold=True)
    _frame(painter, COUNTS, 0.0, 1.0, 2)
    largest = max(*model.lost, 1)
    for number, (value, lost) in enumerate(zip(model.by_count, model.lost, strict=True)):
        x, tall = left + width * number / max(last, 1), 0.42 * height * lost / largest
        painter.rectangle(x - 9, top + height - tall, 18, tall, fill=CYCLE[3])
        painter.text(x, top + height - tall - 7, str(lost), 11, INK, anchor="mm")
        painter.text(x, top + height + 13, str(number + 1), 12, INK, bold=number + 1 == len(model.anchors), anchor="mm")
        if number:
            before = left + width * (number - 1) / last, top + height * (1 - model.by_count[number - 1])
            painter.line(*before, x, top + height * (1 - value), CYCLE[0], 2)
    for number, value in enumerate(model.by_count):
        x, y = left + width * number / max(last, 1), top + height * (1 - value)
        painter.circle(x, y, 3.5, fill=CYCLE[0])
        if number + 1 == len(model.anchors):
            painter.circle(x, y, 6.5, outline=INK, line_width=2)
            painter.text(x, y - 14, f"{value:.2f}", 11, INK, bold=True, anchor="mm")
    painter.text(left + width / 2, top + height + 32, "anchors", 12, MUTED, anchor="mm")
