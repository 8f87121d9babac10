"""Explorer of notebook 4.3: a map of 6 × 6 numbers, pooled, and unpooled with and without its switches."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, cell_at, learners, scale_for
from cnncourse.plots import BLUE, INK, MUTED, ORANGE

WIDTH, HEIGHT = 880, 310
SCALE = scale_for(WIDTH)
CELL, TOP = 38, 66
LEFTS = (16, 264, 396, 640)  # of the map, the pooled one, with switches, without
HIGHEST = 9
START = (
    (1, 0, 2, 5, 0, 1),
    (3, 9, 2, 0, 0, 4),
    (0, 2, 6, 1, 3, 3),
    (1, 0, 0, 1, 8, 2),
    (7, 4, 0, 2, 1, 0),
    (2, 3, 5, 2, 0, 6),
)


def pooled(numbers, size):
    """Return (maxima, switches), both `(6 / size, 6 / size)`; a switch is row · 6 + column of the first maximum."""
    x = np.array(numbers)
    count = len(x) // size
    blocks = x.reshape(count, size, count, size).transpose(0, 2, 1, 3).reshape(count, count, -1)
    rows, columns = np.divmod(blocks.argmax(axis=2), size)
    starts = np.arange(count) * size
    return blocks.max(axis=2), (rows + starts[:, None]) * len(x) + columns + starts


def unpool(pooled, switches, height, width):
    """Return every pooled value back where it came from: the course's own, under the exercise's name."""
    back = np.zeros((len(pooled), height * width))
    np.add.at(back, (np.arange(len(pooled))[:, None, None], switches), pooled)
    return back.reshape(-1, height, width)


def without_switches(maxima, size):
    """Return every pooled value in the upper left corner of its window."""
    back = np.zeros([len(maxima) * size] * 2)
    back[::size, ::size] = maxima
    return back


def render(*, numbers, size, own=unpool):
    """Paint the four maps; `own(pooled, switches, height, width)` unpools with switches."""
    maxima, switches = pooled(numbers, size)
    length = len(numbers)
    back = own(maxima[None].astype(float), switches[None], length, length)[0]
    painter = Painter(WIDTH, HEIGHT, SCALE)
    titles = ("the map: click a number", "pooled", "unpooled by switches", "to the corners, without")
    for left, title in zip(LEFTS, titles, strict=True):
        painter.text(left, 24, title, 14, INK, bold=True)
    won = {divmod(int(switch), length): ORANGE for switch in switches.ravel()}
    corners = {(r, c): BLUE for r in range(0, length, size) for c in range(0, length, size)}
    shown = ((np.array(numbers), won), (maxima, None), (back, won), (without_switches(maxima, size), corners))
    for left, (values, marks) in zip(LEFTS, shown, strict=True):
        painter.number_grid(values, left, TOP, CELL, highlight=marks, colormap="gray", limits=(-4, 14), size=15)
    for left in (LEFTS[0], LEFTS[2], LEFTS[3]):
        _paint_windows(painter, left, length, size)
    painter.text(LEFTS[0], 46, "orange: the windows' maxima", 12, MUTED)
    painter.text(LEFTS[2], 46, "orange: the same places", 12, MUTED)
    painter.text(LEFTS[3], 46, "blue: upper left corners", 12, MUTED)
    return painter.array()


def _paint_windows(painter, left, length, size):
    for edge in range(0, length + 1, size):
        at, whole = edge * CELL, length * CELL
        painter.rectangle(left + at - 0.5, TOP, 2.5, whole, fill=INK)
        painter.rectangle(left, TOP + at - 0.5, whole, 2.5, fill=INK)


def caption(*, numbers, size, sentence=""):
    """Say how many numbers come back where they were, with and without switches."""
    x, maxima = np.array(numbers), pooled(numbers, size)[0]
    corners = int((x[::size, ::size] == maxima).sum())
    meet = "meets its own value" if corners == 1 else "meet their own value"
    return (
        f"{x.size} numbers become {maxima.size}. By their switches all {maxima.size} maxima return to their places; of "
        f"those put into corners, <b>{corners}</b> {meet} there. The other {x.size - maxima.size} places "
        f"get 0 either way. {sentence}"
    ).strip()


def alt(*, numbers, size):
    """Describe the picture in words."""
    return f"A map of {len(numbers)} × {len(numbers)} numbers, pooled in windows of {size}, and unpooled in two ways."


def pointer(event, *, numbers, **_):
    """Raise the number under a click by one; after the highest comes 0."""
    cell = cell_at(event.x, event.y, LEFTS[0], TOP, CELL, len(numbers), len(numbers))
    if event.kind != "click" or cell is None:
        return None
    rows = [list(row) for row in numbers]
    rows[cell[0]][cell[1]] = (rows[cell[0]][cell[1]] + 1) % (HIGHEST + 1)
    return {"numbers": tuple(map(tuple, rows))}


def switches(own_unpool=None, **start):
    """Pool and unpool a small map; a learner's own unpool draws when given. `start` sets numbers and size."""
    own = learners(own_unpool, unpool)
    draws = []

    def shuffled(numbers, **_):
        draws.append(len(draws))
        drawn = np.random.default_rng(len(draws)).integers(0, HIGHEST + 1, np.shape(numbers))
        return {"numbers": tuple(map(tuple, drawn.tolist()))}

    explorer = Explorer(
        lambda **state: render(**state, own=own),
        {"size": widgets.Dropdown(options=(2, 3), description="windows of")},
        title="Pool, and go back",
        note="Click a number of the first map to raise it.",
        alt=alt,
        caption=lambda **state: caption(**state, sentence=own.sentence if own_unpool else ""),
        pointer=pointer,
        buttons={"Other numbers": shuffled, "Start again": lambda **_: {"numbers": START}},
        state={"numbers": START},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
