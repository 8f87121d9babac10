"""Pooling on a photo: what is left of it, and one window taken apart channel by channel."""

from functools import lru_cache, partial

import numpy as np
from ipywidgets import Dropdown, IntSlider, ToggleButtons

from cnncourse.convolution import max_pool as course_max_pool
from cnncourse.convolution import output_size
from cnncourse.explorers import Explorer, Painter, cell_at, learners
from cnncourse.explorers.week1.pooling_and_receptive_field_numbers import ARROWS, KINDS, POOLS, winner
from cnncourse.pictures import photo, photo_credit, photo_names
from cnncourse.plots import GRID, INK, MUTED, ORANGE

WIDTH, HEIGHT = 812, 496
SIDE, SHOWN = 120, 312  # pixels of the photo; CSS pixels of either picture
LEFT_X, RIGHT_X, TOP = 24, 476, 40
STRIP_Y, TILE, STRIP = 376, 104, 182
CHANNELS = (("red", "Reds"), ("green", "Greens"), ("blue", "Blues"))


def pooling_on_photos(max_pool=None):
    """Show a pooled photo beside the photo; the learner's `max_pool` draws it where it works."""
    pools = POOLS if max_pool is None else POOLS | {"max": learners(max_pool, course_max_pool)}
    return Explorer(
        partial(render, pools=pools),
        {
            "photo_name": Dropdown(options=photo_names(), value="astronaut", description="photo"),
            "kind": ToggleButtons(options=list(KINDS), value="max", description="pooling"),
            "kernel": IntSlider(value=4, min=1, max=8, description="kernel size"),
            "stride": IntSlider(value=4, min=1, max=8, description="stride"),
        },
        title="Pooling on photos",
        note="Click or drag on either picture (or use the arrow keys) to take one window apart.",
        alt=alt,
        caption=partial(caption, pools=pools),
        pointer=pointer,
        state={"cell": (20, 9)},
    )


@lru_cache(maxsize=8)
def _photo(name):
    return photo(name, size=SIDE)


def shape(*, kernel, stride, cell, **_):
    """Return the outputs along an axis and the chosen output inside them."""
    count = output_size(SIDE, kernel, stride)
    return count, tuple(min(max(index, 0), count - 1) for index in cell)


def pooled(photo_name, kind, kernel, stride, pools=POOLS):
    """Return the pooled photo (H', W', 3)."""
    x = _photo(photo_name).transpose(2, 0, 1)[None]  # (1, 3, H, W)
    return pools[kind](x, kernel, stride)[0].transpose(1, 2, 0)


def window(photo_name, kernel, stride, cell):
    """Return the chosen output's window (3, kernel, kernel), numbers from 0 to 255."""
    top, left = cell[0] * stride, cell[1] * stride
    values = _photo(photo_name)[top : top + kernel, left : left + kernel] * 255
    return values.round().transpose(2, 0, 1)


def in_window(values, colour):
    """Tell whether one pixel of a window (3, k, k) has this colour (3,) in all its channels."""
    return bool((values == np.asarray(colour)[:, None, None]).all(axis=0).any())


def pointer(event, **state):
    """Return the output that a click, drag or key chooses."""
    count, cell = shape(**state)
    if event.kind == "key":
        moves = zip(cell, ARROWS.get(event.key, (0, 0)), strict=True)
        return {"cell": tuple(min(max(index + move, 0), count - 1) for index, move in moves)}
    if event.kind not in ("click", "drag"):
        return None
    chosen = cell_at(event.x, event.y, RIGHT_X, TOP, SHOWN / count, count, count)
    pixel = cell_at(event.x, event.y, LEFT_X, TOP, SHOWN / SIDE, SIDE, SIDE)
    if pixel:
        chosen = tuple(min(index // state["stride"], count - 1) for index in pixel)
    return {"cell": chosen} if chosen else None


def render(*, photo_name, kind, kernel, stride, cell, pools=POOLS):
    """Paint the photo, the pooled photo, and the chosen window's three channels."""
    count, cell = shape(kernel=kernel, stride=stride, cell=cell)
    result = np.clip(pooled(photo_name, kind, kernel, stride, pools), 0, 1)
    painter = Painter(WIDTH, HEIGHT)
    for x, side, picture, name in (
        (LEFT_X, SIDE, _photo(photo_name), "photo"),
        (RIGHT_X, count, result, f"{kind} pooled"),
    ):
        painter.text(x + SHOWN / 2, 20, f"{name}, {side} × {side} × 3", 13, INK, True, "mm")
        painter.image(picture, x, TOP, SHOWN, SHOWN, outline=GRID)
    _frame(painter, LEFT_X, SHOWN / SIDE, [index * stride for index in cell], kernel)
    _frame(painter, RIGHT_X, SHOWN / count, cell, 1)
    _paint_strip(painter, kind, window(photo_name, kernel, stride, cell), result[cell] * 255)
    return painter.array()


def _frame(painter, x, pixel, corner, length):
    """Frame a square of pixels so that it is seen on dark and on light ground."""
    left, top, side = x + corner[1] * pixel, TOP + corner[0] * pixel, length * pixel
    painter.rectangle(left - 4, top - 4, side + 8, side + 8, outline=INK, line_width=4)
    painter.rectangle(left - 3, top - 3, side + 6, side + 6, outline=ORANGE, line_width=2.5)


def _paint_strip(painter, kind, values, colour):
    """Paint the window channel by channel with its winners, and the colour they make."""
    kernel = values.shape[1]
    cell = TILE / kernel
    write = "{:.0f}" if kernel <= 4 else (lambda _: "")
    for number, (name, colormap) in enumerate(CHANNELS):
        x = LEFT_X + number * STRIP
        painter.text(x + TILE + 10, STRIP_Y + 14, name, 12, INK, True)
        painter.number_grid(values[number], x, STRIP_Y, cell, write, None, colormap, (0, 255), size=12)
        if kind == "average":
            painter.text(x + TILE + 10, STRIP_Y + 36, "mean", 12, MUTED)
        else:
            row, column = winner(kind, values[number])
            left, top = x + column * cell, STRIP_Y + row * cell
            painter.rectangle(left - 2.5, top - 2.5, cell + 6, cell + 6, outline=INK, line_width=3.5)
            painter.rectangle(left - 2, top - 2, cell + 5, cell + 5, outline=ORANGE, line_width=2.5)
            painter.text(x + TILE + 10, STRIP_Y + 36, "largest" if kind == "max" else "smallest", 12, MUTED)
        painter.text(x + TILE + 10, STRIP_Y + 62, f"{colour[number]:.0f}", 18, INK, True)
    x = LEFT_X + 3 * STRIP + 14
    painter.arrow(x - 30, STRIP_Y + TILE / 2, x - 4, STRIP_Y + TILE / 2, MUTED, 2)
    swatch = tuple(int(value) for value in np.round(colour))
    painter.rounded_rectangle(x + 6, STRIP_Y, TILE, TILE, 6, fill=swatch, outline=GRID)
    found = "in the window" if in_window(values, np.round(colour)) else "not in the\nwindow"
    painter.text(x + TILE + 16, STRIP_Y + TILE / 2, f"this colour is\n{found}", 12.5, INK, anchor="lm")


def caption(*, photo_name, kind, kernel, stride, cell, pools=POOLS):
    """Return the sizes, the numbers that are left, and whose pooling and photo this is."""
    count, cell = shape(kernel=kernel, stride=stride, cell=cell)
    parts = [
        f"⌊({SIDE} − {kernel}) / {stride}⌋ + 1 = <b>{count}</b> along each side; the 3 channels stay 3.",
        f"{3 * SIDE**2:,} numbers become {3 * count**2:,} ({count**2 / SIDE**2:.1%}).",
        "Each channel is pooled by itself, so a pooled pixel can have a colour that no pixel had.",
        getattr(pools[kind], "sentence", ""),
        f"Photo: {photo_credit(photo_name)}.",
    ]
    return " ".join(filter(None, parts))


def alt(*, photo_name, kind, kernel, stride, cell):
    """Say in one sentence what the picture shows."""
    count, (row, column) = shape(kernel=kernel, stride=stride, cell=cell)
    pooling = f"The photo {photo_name} and its {kind} pooling to {count} × {count}"
    return f"{pooling}; the window of output ({row}, {column}) in detail."
