"""Move a picture by pixels: what changes in it, in its edges and in what pooling leaves of them, and by how much."""

from functools import cache
from typing import NamedTuple

import numpy as np
from ipywidgets import Dropdown, IntSlider
from PIL import Image

from cnncourse.convolution import KERNELS, average_pool, correlate, max_pool
from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.week1.pooling_and_receptive_field_numbers import ARROWS
from cnncourse.pictures import digits, photo
from cnncourse.plots import BLUE, GRID, INK, MUTED, ORANGE, PURPLE

WIDTH, HEIGHT = 812, 488
SIDE, FARTHEST = 24, 6
PANEL, COLUMNS, ROWS = 124, (84, 224, 364), (42, 184, 326)
BARS_X, BARS = 532, 258
STAGES = (("picture", ORANGE), ("edges", BLUE), ("pooled", PURPLE))
PICTURES = ("a digit", "a photo", "random numbers")


class Pooling(NamedTuple):
    """A way to pool: `function(x, kernel_size, stride)`."""

    function: object
    kernel_size: int
    stride: int


POOLINGS = {
    "none": Pooling(max_pool, 1, 1),
    "max 2×2, stride 2": Pooling(max_pool, 2, 2),
    "max 3×3, stride 2": Pooling(max_pool, 3, 2),
    "max 4×4, stride 4": Pooling(max_pool, 4, 4),
    "max 8×8, stride 8": Pooling(max_pool, 8, 8),
    "average 2×2, stride 2": Pooling(average_pool, 2, 2),
    "global max": Pooling(max_pool, SIDE, SIDE),
    "global average": Pooling(average_pool, SIDE, SIDE),
}


def shift_explorer():
    """Show how much of a picture, of its edges and of the pooled edges changes when the picture moves."""
    return Explorer(
        render,
        {
            "picture": Dropdown(options=list(PICTURES), value="a photo", description="picture"),
            "pooling": Dropdown(options=list(POOLINGS), value="max 4×4, stride 4", description="pooling"),
            "right": IntSlider(value=1, min=-FARTHEST, max=FARTHEST, description="pixels right"),
            "down": IntSlider(value=0, min=-FARTHEST, max=FARTHEST, description="pixels down"),
        },
        title="Shift explorer",
        note=(
            "Move the picture with the sliders, the arrow keys, or by clicking beside the middle of the moved picture."
        ),
        alt=alt,
        caption=caption,
        pointer=pointer,
    )


@cache
def source(picture):
    """Return a 24 × 24 picture of numbers from 0 to 1."""
    if picture == "a digit":
        small = Image.fromarray(np.uint8(digits()[0][0] * 255))
        large = np.asarray(small.resize((18, 18), Image.Resampling.BICUBIC)) / 255
        return np.pad(large, (SIDE - len(large)) // 2)
    if picture == "a photo":
        return photo("cat", size=SIDE, gray=True)
    return np.random.default_rng(5).random((SIDE, SIDE))


def edges(image):
    """Return the vertical edges from dark to bright: Sobel, negative numbers set to 0, the borders joined in a ring."""
    ring = np.pad(image, 1, mode="wrap")[None, None]
    return np.maximum(correlate(ring, KERNELS["sobel_x"][None, None])[0, 0], 0)


def stages(image, pooling):
    """Return the picture, its edges and the pooled edges."""
    found = edges(image)
    return image, found, pooled(found, pooling)


def pooled(table, pooling):
    """Return a table (H, W) pooled in the way of that name."""
    function, kernel_size, stride = POOLINGS[pooling]
    return function(table[None, None], kernel_size, stride)[0, 0]


class Change(NamedTuple):
    """How two tables differ: the places, how many, of how many, and the mean change over the mean size."""

    places: np.ndarray
    count: int
    total: int
    relative: float


def change(before, after):
    """Return the Change between two tables; differences of rounding do not count."""
    difference = np.abs(after - before)
    places = difference > 1e-9
    size = np.abs(before).mean()
    return Change(places, int(places.sum()), places.size, float(difference.mean() / size) if size else 0.0)


def comparison(picture, pooling, right, down):
    """Return, for the picture, its edges and the pooled edges: (before, after, Change)."""
    image = source(picture)
    moved = np.roll(image, (down, right), axis=(0, 1))
    pairs = zip(stages(image, pooling), stages(moved, pooling), strict=True)
    return [(before, after, change(before, after)) for before, after in pairs]


def moved_along(before, after, right, down, stride):
    """Return how many outputs differ from those moved along with the picture, None where these cannot be moved."""
    if right % stride or down % stride:
        return None
    return change(np.roll(before, (down // stride, right // stride), axis=(0, 1)), after).count


def pointer(event, *, right, down, **_):
    """Return the move of an arrow key, or of a click beside the middle of the moved picture."""
    if event.kind == "key":
        step = ARROWS.get(event.key, (0, 0))
    elif event.kind == "click":
        step = _pushed(event.x - COLUMNS[0] - PANEL / 2, event.y - ROWS[1] - PANEL / 2)
    else:
        return None
    if step == (0, 0):
        return None
    return {"down": _near(down + step[0]), "right": _near(right + step[1])}


def _pushed(x, y):
    if max(abs(x), abs(y)) > PANEL / 2:
        return (0, 0)
    return (0, 1 if x > 0 else -1) if abs(x) >= abs(y) else (1 if y > 0 else -1, 0)


def _near(steps):
    return min(max(steps, -FARTHEST), FARTHEST)


def render(*, picture, pooling, right, down):
    """Paint picture, edges and pooled edges before and after the move, the places that changed, and bars."""
    painter = Painter(WIDTH, HEIGHT)
    rows = ("before", "moved", "changed")
    for y, name in zip(ROWS, rows, strict=True):
        painter.text(COLUMNS[0] - 12, y + PANEL / 2, name, 13, INK, True, "rm")
    found = comparison(picture, pooling, right, down)
    for x, (stage, _), (before, after, differs) in zip(COLUMNS, STAGES, found, strict=True):
        painter.text(x + PANEL / 2, 22, f"{stage} {len(before)} × {len(before)}", 13, INK, True, "mm")
        limits = (0, max(before.max(), after.max(), 1e-9))
        for y, table in zip(ROWS, (before, after), strict=False):
            painter.image(table, x, y, PANEL, PANEL, colormap="gray", limits=limits, outline=GRID)
        _paint_places(painter, x, differs)
    _paint_bars(painter, [differs for _, _, differs in found])
    _paint_along(painter, found[1:], right, down, (1, POOLINGS[pooling].stride))
    return painter.array()


def _paint_along(painter, found, right, down, strides):
    """Write how edges and pooled edges, moved along with the picture, compare with those of the moved picture."""
    painter.text(BARS_X, 416, "moved along with the picture", 13, INK, True)
    for number, ((before, after, _), stride) in enumerate(zip(found, strides, strict=True)):
        differing = moved_along(before, after, right, down, stride)
        text = f"no whole step of {stride} pixels" if differing is None else f"{differing} of {before.size} differ"
        text = "one number, nothing to move" if before.size == 1 else text
        painter.text(BARS_X, 440 + 22 * number, f"{STAGES[number + 1][0]}: {text}", 12.5, MUTED)


def _paint_places(painter, x, differs):
    """Paint the places that changed, and count them below."""
    marks = np.where(differs.places[..., None], np.uint8([189, 31, 1]), np.uint8([234, 237, 241]))
    painter.image(marks, x, ROWS[2], PANEL, PANEL, outline=GRID)
    painter.text(x + PANEL / 2, ROWS[2] + PANEL + 14, f"{differs.count} of {differs.total}", 12.5, INK, anchor="mm")


def _paint_bars(painter, changes):
    """Paint two groups of bars: how many outputs change, and by how much."""
    shares = [differs.count / differs.total for differs in changes]
    amounts = [differs.relative for differs in changes]
    groups = (("how many change", shares, 1.0), ("mean change ÷ mean size", amounts, max(*amounts, 1.0)))
    for (title, values, full), y in zip(groups, (50, 230), strict=True):
        painter.text(BARS_X, y, title, 13, INK, True)
        for number, ((stage, colour), value) in enumerate(zip(STAGES, values, strict=True)):
            top = y + 22 + 48 * number
            painter.text(BARS_X, top + 6, stage, 12.5, MUTED)
            painter.text(BARS_X + BARS, top + 6, f"{value:.1%}", 13, INK, True, "rm")
            painter.rounded_rectangle(BARS_X, top + 16, BARS, 16, 3, fill="#eaedf1")
            painter.rounded_rectangle(BARS_X, top + 16, BARS * value / full, 16, 3, fill=colour)


def caption(*, picture, pooling, right, down):
    """Return what changed, and whether moving the outputs along with the picture makes up for it."""
    found = comparison(picture, pooling, right, down)
    edge, pool = found[1], found[2]
    along = moved_along(*edge[:2], right, down, 1)
    counts = f"{_counted(pool[2])} pooled outputs change, of the edges {_counted(edge[2])}."
    equal = f"the edges of the moved picture and the moved edges differ in {along} places"
    return f"{counts} Convolution is <b>equivariant</b>: {equal}. What leaves on one side comes back on the other."


def _counted(differs):
    return f"{differs.count} of {differs.total} ({differs.count / differs.total:.0%})"


def alt(*, picture, pooling, right, down):
    """Say in one sentence what the picture shows."""
    differs = comparison(picture, pooling, right, down)[2][2]
    across, along = "right" if right >= 0 else "left", "down" if down >= 0 else "up"
    move = f"{picture} moved {abs(right)} pixel{'s' * (abs(right) != 1)} to the {across} and {abs(down)} {along}"
    return f"{move}: {differs.count} of {differs.total} outputs of pooling ({pooling}) change."
