"""The picture of the explorer "a filter over a heartbeat"."""

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, ORANGE, RED, WHITE

WIDTH, HEIGHT = 880, 548
SCALE = scale_for(WIDTH)
LEFT, ACROSS = 16, 848
SIGNAL_TOP, SIGNAL_HEIGHT = 52, 128
BOX_TOP, BOX_HEIGHT, BOX_WIDTH, BOX_STEP = 220, 112, 270, 289
RESPONSE_TOP, RESPONSE_HEIGHT = 394, 116
FILTER_BOX = (LEFT + BOX_STEP, BOX_TOP, BOX_WIDTH, BOX_HEIGHT)
WEIGHTS = 0.46  # the filter's box reaches so far to either side of 0


def draw(model):
    """Paint the signal with the filter's window, the window, the filter and the products, and the response."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    _draw_signal(painter, model)
    _draw_window(painter, model)
    _draw_filter(painter, model)
    _draw_products(painter, model)
    _draw_response(painter, model)
    return painter.array()


def _x(sample, samples):
    return LEFT + sample / (samples - 1) * ACROSS


def _curve(painter, values, left, top, width, height, low, high, colour, line=1.3):
    xs = left + np.arange(len(values)) / max(len(values) - 1, 1) * width
    ys = top + height - (np.clip(values, low, high) - low) / (high - low) * height
    painter.polyline(list(zip(xs.tolist(), ys.tolist(), strict=True)), colour, line)


def _paper(painter, left, top, width, height):
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)


def _draw_signal(painter, model):
    painter.text(LEFT, 18, "The signal, six seconds in mV", 13, bold=True)
    _legend(painter, 300, 18)
    _paper(painter, LEFT, SIGNAL_TOP, ACROSS, SIGNAL_HEIGHT)
    low, high = _range(model.signal)
    samples, half = len(model.signal), len(model.kernel) // 2
    for second in range(1, 6):
        x = _x(250 * second, samples)
        painter.line(x, SIGNAL_TOP, x, SIGNAL_TOP + SIGNAL_HEIGHT, GRID, 1)
        painter.text(x + 3, SIGNAL_TOP + SIGNAL_HEIGHT - 8, f"{second} s", 12, MUTED)
    start, end = (_x(np.clip(model.at + side * half, 0, samples - 1), samples) for side in (-1, 1))
    painter.rectangle(start, SIGNAL_TOP, end - start, SIGNAL_HEIGHT, fill=ORANGE, alpha=0.3)
    painter.rectangle(start, SIGNAL_TOP, end - start, SIGNAL_HEIGHT, outline=DARK_ORANGE, line_width=1.5)
    _curve(painter, model.signal, LEFT, SIGNAL_TOP, ACROSS, SIGNAL_HEIGHT, low, high, INK)
    for number, (peak, label) in enumerate(zip(model.peaks, model.labels, strict=True)):
        x = _x(peak, samples)
        missed = number in model.missed
        painter.text(x, SIGNAL_TOP - 10, f"{label}?" if missed else label, 12, RED if missed else INK, True, "mm")


def _legend(painter, x, y):
    for offset, words in ((0, "N normal beat"), (112, "V premature beat")):
        painter.text(x + offset, y, words, 12, MUTED)
    for offset, kind, words in ((252, "hit", "a beat, found"), (366, "false", "a false alarm")):
        _mark(painter, x + offset, y, kind)
        painter.text(x + offset + 10, y, words, 12, MUTED)
    painter.text(x + 470, y, "N? V? missed", 12, RED, bold=True)


def _mark(painter, x, y, kind):
    if kind == "hit":
        painter.circle(x, y, 4.5, fill=BLUE, outline=WHITE)
        return
    for side in (-1, 1):
        painter.line(x - 4, y - 4 * side, x + 4, y + 4 * side, RED, 2.5)


def _range(values):
    low, high = float(values.min()), float(values.max())
    spare = 0.06 * max(high - low, 1e-9)
    return low - spare, high + spare


def _draw_window(painter, model):
    top, bottom = BOX_TOP, BOX_TOP + BOX_HEIGHT
    painter.text(LEFT, top - 16, "1  the 51 samples under the filter", 13, bold=True)
    _paper(painter, LEFT, top, BOX_WIDTH, BOX_HEIGHT)
    low, high = _range(model.signal)
    zero = bottom - (0 - low) / (high - low) * BOX_HEIGHT
    painter.line(LEFT, zero, LEFT + BOX_WIDTH, zero, MUTED, 1, dash=(3, 3))
    _curve(painter, model.window, LEFT, top, BOX_WIDTH, BOX_HEIGHT, low, high, INK, 2)
    painter.text(LEFT + BOX_WIDTH + 9.5, top + BOX_HEIGHT / 2, "×", 18, INK, True, "mm")


def _draw_filter(painter, model):
    left, top, width, height = FILTER_BOX
    painter.text(left, top - 16, "2  the filter: drag to draw", 13, bold=True)
    _paper(painter, left, top, width, height)
    painter.line(left, top + height / 2, left + width, top + height / 2, MUTED, 1, dash=(3, 3))
    _bars(painter, model.kernel, left, top, width, height, WEIGHTS)
    painter.text(left + width + 9.5, top + height / 2, "=", 18, INK, True, "mm")


def _draw_products(painter, model):
    left, top = LEFT + 2 * BOX_STEP, BOX_TOP
    products = model.window * model.kernel
    painter.text(left, top - 16, f"3  their products, sum {products.sum():.2f}".replace("-", "−"), 13, bold=True)
    _paper(painter, left, top, BOX_WIDTH, BOX_HEIGHT)
    painter.line(left, top + BOX_HEIGHT / 2, left + BOX_WIDTH, top + BOX_HEIGHT / 2, MUTED, 1, dash=(3, 3))
    _bars(painter, products, left, top, BOX_WIDTH, BOX_HEIGHT, 0.8)
    painter.text(LEFT, top + BOX_HEIGHT + 13, "bars up: positive, added · bars down: negative, taken away", 12, MUTED)


def _bars(painter, values, left, top, width, height, reach):
    step, middle = width / len(values), top + height / 2
    heights = np.clip(values / reach, -1, 1) * (height / 2 - 2)
    for number, bar in enumerate(heights.tolist()):
        if abs(bar) > 0.3:
            y = middle - max(bar, 0)
            painter.rectangle(
                left + number * step + 0.6, y, step - 1.2, abs(bar), fill=BLUE if bar > 0 else DARK_ORANGE
            )


def _draw_response(painter, model):
    top, height, samples = RESPONSE_TOP, RESPONSE_HEIGHT, len(model.signal)
    painter.text(LEFT, top - 16, "The sum at every place: the filter's response", 13, bold=True)
    _paper(painter, LEFT, top, ACROSS, height)
    low, high = _range(model.response)

    def y(value):
        return top + height - (value - low) / (high - low) * height

    painter.rectangle(LEFT, y(max(low, 0)) if low < 0 else top + height, ACROSS, 1, fill=GRID)
    painter.line(LEFT, y(model.level), LEFT + ACROSS, y(model.level), MUTED, 1.5, dash=(6, 4))
    _curve(painter, model.response, LEFT, top, ACROSS, height, low, high, BLUE)
    x = _x(model.at, samples)
    painter.line(x, top, x, top + height, DARK_ORANGE, 1.5)
    painter.circle(x, y(model.response[model.at]), 4, fill=DARK_ORANGE, outline=WHITE)
    for number, place in enumerate(model.found.tolist()):
        kind = "hit" if number in model.hits else "false"
        _mark(painter, _x(place, samples), max(y(model.response[place]), top + 6), kind)
    painter.text(
        LEFT,
        top + height + 14,
        "dashed: the threshold · places nearer than 0.2 s to a higher peak do not count",
        12,
        MUTED,
    )
