"""Pooling switches: the forward pass remembers who won, the backward pass pays the winner."""

from functools import partial

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import average_pool, average_pool_backward, max_pool, max_pool_backward, output_size
from cnncourse.explorers import Explorer, Painter, cell_at, learners
from cnncourse.plots import BLUE, DARK_ORANGE, INK, MUTED

NUMBERS = {
    "all different": np.random.default_rng(6).permutation(36).reshape(6, 6).astype(float),
    "many ties": np.random.default_rng(2).integers(0, 3, (6, 6)).astype(float),
    "one tall peak": np.pad(np.full((2, 2), 5.0), 2) + np.pad([[4.0]], ((2, 3), (3, 2))),
}
ARRIVING = np.random.default_rng(8).integers(1, 9, (6, 6)).astype(float)
CELL, TOP = 38, 50
LEFTS = {"x": 16, "d": 284, "grad": 564}


def arriving(kernel_size, stride):
    """Return the gradient that arrives at each pooled number."""
    side = output_size(6, kernel_size, stride)
    return ARRIVING[:side, :side]


def winner(x, cell, kernel_size, stride):
    """Return (row, column) of the window's largest entry, the first of equals, and how many are equal to it."""
    top, left = cell[0] * stride, cell[1] * stride
    window = x[top : top + kernel_size, left : left + kernel_size]
    row, column = divmod(int(window.argmax()), kernel_size)
    return (top + row, left + column), int((window == window.max()).sum())


def _backward(kind, own):
    return own if kind == "max" else average_pool_backward


def gradient(x, kind, kernel_size, stride, own=max_pool_backward):
    """Return grad_x (6, 6) for the arriving gradient."""
    d = arriving(kernel_size, stride)[None, None]
    return _backward(kind, own)(d, x[None, None], kernel_size, stride)[0, 0]


def switches_picture(*, numbers, kind, kernel_size, stride, cell, changed, own=max_pool_backward):
    """Paint the numbers with their winners, the pooled numbers with what arrives, and what flows back."""
    x, d = NUMBERS[numbers] + changed, arriving(kernel_size, stride)
    pool = max_pool if kind == "max" else average_pool
    pooled = pool(x[None, None], kernel_size, stride)[0, 0]
    window = (cell[0] * stride, cell[1] * stride, kernel_size, kernel_size)
    painter = Painter(810, 300)
    for left, title in (
        (LEFTS["x"], "x, winners ringed" if kind == "max" else "x: all share"),
        (LEFTS["d"], "pooled, and its gradient d"),
        (LEFTS["grad"], "grad_x"),
    ):
        painter.text(left, 26, title, 13, bold=True)
    painter.number_grid(x, LEFTS["x"], TOP, CELL, highlight={window: DARK_ORANGE})
    _pooled(painter, pooled, d, cell)
    grad = gradient(x, kind, kernel_size, stride, own)
    limits = (0, max(1.0, float(np.abs(grad).max())) * 1.6)
    marks = {window: DARK_ORANGE}
    painter.number_grid(
        grad, LEFTS["grad"], TOP, CELL, format=_short, colormap="Oranges", limits=limits, highlight=marks
    )
    if kind == "max":
        _switches(painter, x, d.shape, cell, kernel_size, stride)
    return painter.array()


def _pooled(painter, pooled, d, cell):
    side = CELL + 6
    left = LEFTS["d"]
    painter.number_grid(np.full(pooled.shape, np.nan), left, TOP, side, highlight={cell: BLUE})
    for index in np.ndindex(pooled.shape):
        x, y = left + (index[1] + 0.5) * side, TOP + (index[0] + 0.5) * side
        painter.text(x, y - 8, _short(pooled[index]), 12, MUTED, anchor="mm")
        painter.text(x, y + 10, f"d {_short(d[index])}", 12, INK, bold=True, anchor="mm")


def _switches(painter, x, shape, cell, kernel_size, stride):
    for index in np.ndindex(shape):
        row, column = winner(x, index, kernel_size, stride)[0]
        chosen = index == cell
        centre = (LEFTS["x"] + (column + 0.5) * CELL, TOP + (row + 0.5) * CELL)
        painter.circle(*centre, CELL * 0.42, outline=BLUE if chosen else INK, line_width=3 if chosen else 1.5)


def _short(value):
    return f"{value:.3g}".replace("-", "−")


def switches_caption(*, numbers, kind, kernel_size, stride, cell, changed, own=max_pool_backward, asked=False):
    """Say who gets the chosen output's gradient, and whether the sums agree."""
    x, d = NUMBERS[numbers] + changed, arriving(kernel_size, stride)
    grad = gradient(x, kind, kernel_size, stride, own)
    value, count = _short(d[cell]), kernel_size**2
    if kind == "average":
        text = f"Each of the {count} entries of the window gets {value} / {count} = {_short(d[cell] / count)}."
    else:
        place, tied = winner(x, cell, kernel_size, stride)
        tie = f" {tied} entries tie; the first in reading order takes all." if tied > 1 else ""
        text = f"x[{place[0]}, {place[1]}] = {_short(x[place])} won this window and gets all of d = {value}.{tie}"
    reached = int((grad != 0).sum())
    sums = f" In all, {reached} of 36 entries get something; Σ grad_x = {_short(grad.sum())}, Σ d = {_short(d.sum())}."
    return text + sums + (f" {own.sentence}" if asked and kind == "max" else "")


def switches_pointer(event, *, numbers, kind, kernel_size, stride, cell, changed):
    """Choose a pooled number, or add 1 to a number of x by a click on it (by Space, to its window's first)."""
    side = output_size(6, kernel_size, stride)
    if event.kind == "key":
        if event.key in (" ", "Enter"):
            return {"changed": _raised(changed, (cell[0] * stride, cell[1] * stride))}
        steps = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
        moved = np.clip(np.add(cell, steps.get(event.key, (0, 0))), 0, side - 1)
        return {"cell": tuple(map(int, moved))}
    if event.kind == "click":
        clicked = cell_at(event.x, event.y, LEFTS["x"], TOP, CELL, 6, 6)
        if clicked is not None:
            return {"changed": _raised(changed, clicked)}
    found = cell_at(event.x, event.y, LEFTS["d"], TOP, CELL + 6, side, side)
    return {"cell": found} if found is not None and event.kind in ("click", "drag") else None


def _raised(changed, place):
    more = changed.copy()
    more[place] += 1
    return more


def _within(function, *event, kernel_size, stride, cell, **state):
    """Call `function` with the chosen cell pulled inside the present output."""
    side = output_size(6, kernel_size, stride)
    return function(*event, kernel_size=kernel_size, stride=stride, cell=tuple(min(i, side - 1) for i in cell), **state)


def pooling_switches(own_max_pool_backward=None):
    """Show which entries win their windows and get the gradient; takes the learner's max_pool_backward."""
    own = learners(own_max_pool_backward, max_pool_backward)
    asked = own_max_pool_backward is not None
    return Explorer(
        partial(_within, switches_picture, own=own),
        {
            "numbers": widgets.Dropdown(options=list(NUMBERS), description="numbers"),
            "kind": widgets.ToggleButtons(options=["max", "average"], description="pooling"),
            "kernel_size": widgets.IntSlider(2, 2, 3, description="window"),
            "stride": widgets.IntSlider(2, 1, 3, description="stride"),
        },
        title="Pooling switches",
        note="Click a pooled number (or use the arrow keys) to see its window. Click a number of x to add "
        "1 to it (Space: to the window's first).",
        alt=lambda kind, cell, **_: f"Numbers, their {kind} pooling and the gradient that flows back; chosen: {cell}.",
        caption=partial(_within, switches_caption, own=own, asked=asked),
        pointer=partial(_within, switches_pointer),
        buttons={"Reset the numbers": lambda **_: {"changed": np.zeros((6, 6))}},
        state={"cell": (0, 0), "changed": np.zeros((6, 6))},
    )
