"""Pooling on numbers: every window, its winner or mean, and numbers that the learner can change."""

from functools import partial

import numpy as np
from ipywidgets import IntSlider, ToggleButtons

from cnncourse.convolution import average_pool as course_average_pool
from cnncourse.convolution import max_pool as course_max_pool
from cnncourse.convolution import min_pool, output_size
from cnncourse.explorers import Explorer, Painter, cell_at, learners
from cnncourse.plots import GRID, INK, MUTED, ORANGE, RED, WHITE

WIDTH, HEIGHT = 812, 458
SIDE = 6
AREA_Y, AREA = 48, 344  # both tables stand in the middle of an area of this side
INPUT_X, OUTPUT_X = 24, 448
CHIPS_Y = 424
ARROWS = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
KINDS = ("max", "average", "min")
BORDER = {"max": "−∞", "average": "0", "min": "+∞"}
START = (
    (1, 3, 2, 9, 0, 4),
    (2, 9, 1, 1, 5, 3),
    (1, 3, 2, 3, 8, 1),
    (5, 6, 1, 2, 0, 2),
    (0, 4, 7, 3, 6, 1),
    (2, 1, 0, 5, 2, 8),
)
POOLS = {"max": course_max_pool, "average": course_average_pool, "min": min_pool}


def pooling_on_numbers(max_pool=None, average_pool=None, kind="max", kernel=2, stride=2, padding=0):
    """Show pooling of a 6 × 6 table; the learner's `max_pool` and `average_pool` compute the output where they work.

    `kind` is "max", "average" or "min"; it and the whole numbers are where the controls stand first.
    """
    pools = dict(POOLS)
    if max_pool is not None:
        pools["max"] = learners(max_pool, course_max_pool)
    if average_pool is not None:
        pools["average"] = learners(average_pool, course_average_pool)
    return Explorer(
        partial(render, pools=pools),
        {
            "kind": ToggleButtons(options=list(KINDS), value=kind, description="pooling"),
            "kernel": IntSlider(value=kernel, min=1, max=4, description="kernel size"),
            "stride": IntSlider(value=stride, min=1, max=4, description="stride"),
            "padding": IntSlider(value=padding, min=0, max=2, description="padding"),
        },
        title="Pooling on numbers",
        note=(
            "Click an output (or use the arrow keys) to see its window. Click an input number to raise it by one "
            "(Space: the window's first); 9 goes to 0."
        ),
        alt=alt,
        caption=partial(caption, pools=pools),
        pointer=pointer,
        buttons={"New numbers": new_numbers, "First numbers": lambda **_: {"numbers": START}},
        state={"numbers": START, "cell": (0, 0)},
    )


def new_numbers(*, numbers, **_):
    """Return another table of digits, decided by the one before."""
    rng = np.random.default_rng([digit for row in numbers for digit in row])
    return {"numbers": tuple(tuple(row) for row in rng.integers(0, 10, size=(SIDE, SIDE)).tolist())}


def shape(*, kernel, stride, padding, cell, **_):
    """Return (padding that is used, outputs along an axis, the chosen output inside them)."""
    padding = min(padding, kernel // 2)
    count = output_size(SIDE, kernel, stride, padding)
    return padding, count, tuple(min(max(index, 0), count - 1) for index in cell)


def pooled(kind, numbers, kernel, stride, padding, pools=POOLS):
    """Return the pooled table (H', W'); max pooling gets an input whose border never wins, so any max_pool will do."""
    x = np.array(numbers, dtype=float)[None, None]
    if kind == "max":
        border = ((0, 0), (0, 0), (padding, padding), (padding, padding))
        return pools["max"](np.pad(x, border, constant_values=-1), kernel, stride)[0, 0]
    return pools[kind](x, kernel, stride, padding)[0, 0]


def window(numbers, kernel, stride, padding, cell):
    """Return the window of an output (kernel, kernel), NaN on padding, and its (top, left) in the unpadded table."""
    top, left = (index * stride - padding for index in cell)
    padded = np.pad(np.array(numbers, dtype=float), padding, constant_values=np.nan)
    return padded[top + padding : top + padding + kernel, left + padding : left + padding + kernel], (top, left)


def winner(kind, values):
    """Return the (row, column) of the first largest or smallest number of a window."""
    found = np.nanargmax(values) if kind == "max" else np.nanargmin(values)
    return tuple(int(index) for index in np.unravel_index(found, values.shape))


def wins(kind, numbers, kernel, stride, padding, cell):
    """Return the outputs that take their value from the same input number as `cell` does."""
    count = output_size(SIDE, kernel, stride, padding)

    def source(place):
        values, (top, left) = window(numbers, kernel, stride, padding, place)
        row, column = winner(kind, values)
        return top + row, left + column

    here = source(cell)
    return [place for place in np.ndindex(count, count) if source(place) == here]


def _places(**state):
    """Return (padding, outputs along an axis, chosen output, cell size, corner of the input, corner of the output)."""
    padding, count, cell = shape(**state)
    size = AREA // (SIDE + 2 * padding)

    def corner(x, many):
        return x + (AREA - many * size) / 2, AREA_Y + (AREA - many * size) / 2

    return padding, count, cell, size, corner(INPUT_X, SIDE), corner(OUTPUT_X, count)


def pointer(event, **state):
    """Return the changes of a click or key: another output, or one input number raised."""
    padding, count, cell, size, inputs, outputs = _places(**state)
    if event.kind == "key" and event.key in (" ", "Enter"):
        return _raised(state["numbers"], tuple(max(index * state["stride"] - padding, 0) for index in cell))
    if event.kind == "key":
        step = ARROWS.get(event.key, (0, 0))
        return {"cell": tuple(min(max(index + move, 0), count - 1) for index, move in zip(cell, step, strict=True))}
    chosen = cell_at(event.x, event.y, *outputs, size, count, count)
    if chosen and event.kind in ("click", "drag"):
        return {"cell": chosen}
    raised = cell_at(event.x, event.y, *inputs, size, SIDE, SIDE)
    if raised and event.kind == "click":
        return _raised(state["numbers"], raised)
    return None


def _raised(numbers, place):
    table = [list(row) for row in numbers]
    table[place[0]][place[1]] = (table[place[0]][place[1]] + 1) % 10
    return {"numbers": tuple(map(tuple, table))}


def render(*, kind, numbers, kernel, stride, pools=POOLS, **state):
    """Paint the table with the chosen window, the output, and the numbers of the window one by one."""
    padding, count, cell, size, inputs, outputs = _places(kernel=kernel, stride=stride, **state)
    result = pooled(kind, numbers, kernel, stride, padding, pools)
    values, (top, left) = window(numbers, kernel, stride, padding, cell)
    painter = Painter(WIDTH, HEIGHT)
    title = f"input {SIDE} × {SIDE}" + f", padding {padding}" * (padding > 0)
    painter.text(INPUT_X + AREA / 2, 22, title, 13, INK, True, "mm")
    painter.text(OUTPUT_X + AREA / 2, 22, f"output {count} × {count}", 13, INK, True, "mm")
    _paint_input(painter, numbers, inputs, size, padding, kind)
    painter.number_grid(result, *outputs, size, _written, None, "Blues", (0, 22), size=size * 0.36)
    _paint_window(painter, inputs, outputs, size, (top, left, kernel), cell)
    if kind != "average":
        row, column = winner(kind, values)
        _ring(painter, inputs, size, top + row, left + column)
        for place in wins(kind, numbers, kernel, stride, padding, cell):
            _ring(painter, outputs, size, *place)
    _paint_chips(painter, kind, values, result[cell])
    return painter.array()


def _ring(painter, corner, size, row, column):
    painter.circle(corner[0] + (column + 0.5) * size, corner[1] + (row + 0.5) * size, size * 0.43, None, RED, 2.5)


def _paint_input(painter, numbers, inputs, size, padding, kind):
    if padding:
        side = SIDE + 2 * padding
        corner = (inputs[0] - padding * size, inputs[1] - padding * size)
        border = np.zeros((side, side))
        painter.number_grid(border, *corner, size, lambda _: BORDER[kind], fill="#eceef2", size=12, colour=MUTED)
    painter.number_grid(np.array(numbers, float), *inputs, size, "{:.0f}", None, "Blues", (0, 22), size=size * 0.4)


def _paint_window(painter, inputs, outputs, size, square, cell):
    """Frame the window and its output, and draw the funnel between them."""
    top, left, kernel = square
    x, y, length = inputs[0] + left * size, inputs[1] + top * size, kernel * size
    to_x, to_y = outputs[0] + cell[1] * size, outputs[1] + cell[0] * size
    painter.line(x + length, y, to_x, to_y, ORANGE, 1.5, alpha=0.55)
    painter.line(x + length, y + length, to_x, to_y + size, ORANGE, 1.5, alpha=0.55)
    painter.rectangle(x, y, length, length, fill=ORANGE, alpha=0.14)
    painter.rectangle(x - 1.5, y - 1.5, length + 4, length + 4, outline=ORANGE, line_width=3.5)
    painter.rectangle(to_x - 1.5, to_y - 1.5, size + 4, size + 4, outline=ORANGE, line_width=3.5)


def _written(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _paint_chips(painter, kind, values, result):
    """Write the window's numbers in a row, with the sign of what happens to them, and the result."""
    texts = [BORDER[kind] if np.isnan(value) else f"{value:.0f}" for value in values.ravel()]
    between, step = (" + ", 38) if kind == "average" else (" ", 32)
    x = INPUT_X
    painter.text(x, CHIPS_Y, "(" if kind == "average" else f"{kind} (", 16, INK, True)
    x += painter.text_width("(" if kind == "average" else f"{kind} (", 16, True) + 8
    best = None if kind == "average" else int(np.ravel_multi_index(winner(kind, values), values.shape))
    for number, text in enumerate(texts):
        edge, thick = (RED, 2.5) if number == best else (GRID, 1)
        painter.rounded_rectangle(x, CHIPS_Y - 14, 28, 28, 5, fill=WHITE, outline=edge, line_width=thick)
        painter.text(x + 14, CHIPS_Y, text, 13, INK if text not in BORDER.values() else MUTED, number == best, "mm")
        if between.strip() and number + 1 < len(texts):
            painter.text(x + 33, CHIPS_Y, "+", 12, MUTED, anchor="mm")
        x += step
    tail = f") / {len(texts)} = " if kind == "average" else ") = "
    painter.text(x, CHIPS_Y, tail, 16, INK, True)
    painter.text(x + painter.text_width(tail, 16, True), CHIPS_Y, _written(result), 18, INK, True)


def caption(*, kind, numbers, kernel, stride, padding, cell, pools=POOLS):
    """Return the output's size, and where the chosen number comes from."""
    used, count, cell = shape(kernel=kernel, stride=stride, padding=padding, cell=cell)
    parts = [
        f"Output <b>{count} × {count}</b>: ⌊({SIDE} + {2 * used} − {kernel}) / {stride}⌋ + 1 = {count}.",
        f"{SIDE * SIDE} numbers become {count * count}, and nothing was learned: pooling has no parameters.",
    ]
    if used < padding:
        parts.append(f"Padding stays at {used}: at most half the kernel, so that no window lies wholly outside.")
    if kernel == 1:
        parts.append("A window of one number passes it on as it is.")
    elif kind == "average":
        parts.append(
            f"Each of the {kernel * kernel} numbers has a share of 1/{kernel * kernel}, padded zeros included."
        )
    else:
        won = len(wins(kind, numbers, kernel, stride, used, cell))
        parts.append(f"The ringed number decides {won} output{'s' if won > 1 else ''}; the rest of its window loses.")
    parts.append(getattr(pools[kind], "sentence", ""))
    return " ".join(filter(None, parts))


def alt(*, kind, kernel, stride, **state):
    """Say in one sentence what the picture shows."""
    _, count, (row, column) = shape(kernel=kernel, stride=stride, **state)
    how = f"{kind} pooling of a 6 × 6 table with kernel {kernel} and stride {stride}"
    return f"{how} to {count} × {count}; output ({row}, {column}) is chosen."
