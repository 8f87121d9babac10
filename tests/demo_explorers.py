"""Explorers that only the tests use: one on pixels, one on a figure, one that fails when asked to."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, cell_at, figure_render, play
from cnncourse.plots import BLUE, ORANGE, new_figure

RNG = np.random.default_rng(4)
LEFT = RNG.integers(-9, 10, (9, 9))
RIGHT = RNG.integers(-9, 10, (7, 7)) / 4


def numbers_picture(*, start, cell):
    """Two matrices, a window on the left one and a cell of the right one."""
    painter = Painter(760, 420)
    painter.text(20, 24, "input", bold=True)
    painter.text(440, 24, "output", bold=True)
    painter.number_grid(LEFT, 20, 40, 40, colormap="diverging", highlight={(start % 7, start % 7, 3, 3): ORANGE})
    painter.number_grid(RIGHT, 440, 40, 40, highlight={cell: BLUE})
    painter.arrow(390, 180, 430, 180)
    painter.colour_bar(440, 350, 200, 10, -9, 9, "diverging", label="value")
    return painter.array()


def numbers_caption(*, start, cell):
    """Say where the window and the cell are."""
    return f"The window starts at row {start % 7}; the cell is <code>{cell}</code>."


def numbers_pointer(event, *, start, cell):
    """Choose the cell under a click or a drag; arrow keys move the window."""
    if event.kind == "key":
        return {"start": min(start + 1, 60) if event.key in ("ArrowRight", "ArrowDown") else max(start - 1, 0)}
    found = cell_at(event.x, event.y, 440, 40, 40, 7, 7)
    return {"cell": found} if found and event.kind in ("click", "drag") else None


def numbers_explorer(**options):
    """A pixel explorer with a slider, a play button, a button and a pointer."""
    return Explorer(
        numbers_picture,
        {"start": play(widgets.IntSlider(max=60, description="window"))},
        title="A window over numbers",
        note="Click a cell of the output, or press an arrow key on the picture.",
        alt=lambda start, cell: f"Two grids of numbers, a window at {start % 7}, the cell {cell}.",
        caption=numbers_caption,
        pointer=numbers_pointer,
        buttons={"Back to the start": lambda start, cell: {"start": 0, "cell": (0, 0)}},
        state={"cell": (0, 0)},
        **options,
    )


def _curve_figure():
    figure, (left, right) = new_figure(760, 320, 1, 2)
    x = np.linspace(0, 10, 300)
    (curve,) = left.plot(x, np.sin(x))
    left.set(xlabel="x", ylabel="sin(x + phase)", ylim=(-1.1, 1.1), title="A wave")
    left.grid(True)
    picture = right.imshow(np.zeros((40, 40)), vmin=-1, vmax=1, cmap="cividis")
    right.plot([10], [10], "o", label="fixed")
    right.legend()
    return figure, {"curve": curve, "picture": picture, "title": right.title}


def _move_curve(artists, *, phase):
    x = np.linspace(0, 10, 300)
    artists["curve"].set_ydata(np.sin(x + phase))
    artists["picture"].set_data(np.sin(np.add.outer(x[:40], x[:40] * phase)))
    artists["title"].set_text(f"phase {phase}")


curve_picture = figure_render(_curve_figure, _move_curve)


def curve_explorer(**options):
    """A figure explorer with two axes and a slider."""
    controls = {"phase": widgets.IntSlider(max=60, description="phase")}
    return Explorer(curve_picture, controls, title="A wave", alt="A sine wave and a pattern.", **options)


def _fragile_picture(*, value):
    if value < 0:
        raise ArithmeticError(f"no picture for {value}")
    return np.full((160, 240, 3), 2 * value, np.uint8)


def failing_explorer(**options):
    """An explorer whose picture cannot be drawn for a negative value."""
    controls = {"value": widgets.IntSlider(min=-5, max=100, value=50, description="value")}
    return Explorer(_fragile_picture, controls, title="It may fail", alt="A grey rectangle.", **options)
