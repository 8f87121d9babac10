"""Explorer of notebook 1.6: render any hand, look into its pixels and channels, and see others of its class."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, cell_at
from cnncourse.explorers.week1.hand_signs_bars import CLASSES, fingers
from cnncourse.pictures import hand_signs
from cnncourse.pictures.hands import PRESETS, render_hand
from cnncourse.plots import GRID, INK, MUTED, ORANGE, WHITE

SIDE, LEFT, TOP, PIXEL = 64, 16, 40, 6
CHANNELS = ("red", "green", "blue")
RIGHT, TILE, GAP = 436, 126, 12
OTHERS = 12
LARGEST_SEED = 299


@lru_cache(maxsize=512)
def hand(count, seed, preset):
    """Return the rendered picture `(64, 64, 3)` uint8 of `count` fingers from a seed."""
    picture = render_hand(count, np.random.default_rng([seed, count]), preset)
    picture.flags.writeable = False
    return picture


def others(count, seed, preset):
    """Return the places and pictures of twelve training pictures with `count` fingers; the seed moves the window."""
    images, _ = _training(preset)
    places = count + CLASSES * ((np.arange(OTHERS) + seed) % (len(images) // CLASSES))
    return places, images[places]


@lru_cache(maxsize=2)
def _training(preset):
    return hand_signs("train", preset)


def studio_picture(*, count, seed, preset, spot):
    """Paint the hand with the chosen pixel, its three channels, the pixel's numbers, and others of the class."""
    picture, (row, column) = hand(count, seed, preset), spot
    painter = Painter(850, 498)
    painter.text(LEFT, 22, f"{fingers(count)}, {preset}, seed {seed}: 64 × 64 pixels", 14, bold=True)
    painter.image(picture, LEFT, TOP, SIDE * PIXEL, SIDE * PIXEL)
    x, y = LEFT + column * PIXEL, TOP + row * PIXEL
    painter.rectangle(x - 3, y - 3, PIXEL + 6, PIXEL + 6, outline=INK, line_width=4)
    painter.rectangle(x - 2, y - 2, PIXEL + 4, PIXEL + 4, outline=ORANGE, line_width=2)
    _channels(painter, picture, row, column)
    _numbers(painter, picture[row, column], row, column)
    painter.text(LEFT, 442, "In the", 12, MUTED)
    painter.text(LEFT, 458, "training", 12, MUTED)
    painter.text(LEFT, 474, "set:", 12, MUTED)
    for place, image in enumerate(others(count, seed, preset)[1]):
        painter.image(image, 78 + 64 * place, 430, 60, 60, smooth=True)
    return painter.array()


def _channels(painter, picture, row, column):
    painter.text(RIGHT, 22, "Three channels", 14, bold=True)
    for channel, name in enumerate(CHANNELS):
        x = RIGHT + channel * (TILE + GAP)
        painter.image(picture[..., channel], x, TOP, TILE, TILE, limits=(0, 255), outline=GRID)
        scale = TILE / SIDE
        painter.circle(x + (column + 0.5) * scale, TOP + (row + 0.5) * scale, 5, outline=INK, line_width=3)
        painter.circle(x + (column + 0.5) * scale, TOP + (row + 0.5) * scale, 4, outline=ORANGE, line_width=2)
        painter.text(x, TOP + TILE + 14, f"{name}, mean {picture[..., channel].mean():.0f}", 12, MUTED)


def _numbers(painter, values, row, column):
    painter.text(RIGHT, 222, f"The pixel in row {row}, column {column}", 14, bold=True)
    rgb = "#" + "".join(f"{value:02x}" for value in values)
    painter.rectangle(RIGHT, 240, 40, 96, fill=rgb, outline=INK)
    for channel, (name, value) in enumerate(zip(CHANNELS, values, strict=True)):
        y = 256 + 32 * channel
        painter.text(RIGHT + 54, y, name, 13)
        painter.rectangle(RIGHT + 104, y - 10, 150, 20, fill=WHITE, outline=GRID)
        painter.rectangle(RIGHT + 104, y - 10, max(1, 150 * int(value) / 255), 20, fill=MUTED)
        painter.text(RIGHT + 292, y, str(value), 13, mono=True, anchor="rm")
        painter.text(RIGHT + 306, y, f"/ 255 = {value / 255:.2f}", 13, mono=True)
    painter.text(RIGHT, 368, f"as a picture   image[{row}, {column}]      (64, 64, 3)", 12, MUTED, mono=True)
    painter.text(RIGHT, 390, f"in a batch     x[0, :, {row}, {column}]   (1, 3, 64, 64)", 12, MUTED, mono=True)


def studio_caption(*, count, seed, preset, spot):
    """Say what the data hold of this class, and what a picture is as numbers."""
    images, labels = _training(preset)
    return (
        f"A picture is 64 × 64 × 3 = {SIDE * SIDE * 3:,} numbers. The <b>{preset}</b> training set has "
        f"{len(images):,} of them, {(labels == count).sum()} with {fingers(count)}; seeds here are others, "
        "so the large one is not among them."
    )


def studio_pointer(event, *, count, seed, preset, spot):
    """Choose a pixel of the large picture by click, drag or arrow keys."""
    steps = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (-1, 0), "ArrowDown": (1, 0)}
    if event.kind == "key" and event.key in steps:
        return {"spot": tuple(int(np.clip(v, 0, SIDE - 1)) for v in np.add(spot, steps[event.key]))}
    cell = cell_at(event.x, event.y, LEFT, TOP, PIXEL, SIDE, SIDE)
    return {"spot": cell} if event.kind in ("click", "drag") and cell else None


def hand_studio():
    """Let the learner render hands live: number of fingers, seed, easy or hard."""
    return Explorer(
        studio_picture,
        {
            "count": widgets.ToggleButtons(
                options=range(CLASSES), value=3, description="fingers", style={"button_width": "40px"}
            ),
            "preset": widgets.ToggleButtons(options=PRESETS, value="hard", style={"button_width": "64px"}),
            "seed": widgets.IntSlider(4, 0, LARGEST_SEED, description="seed"),
        },
        title="Hand studio",
        note="Render any hand; click or drag on it (or use the arrow keys) to read one pixel.",
        alt=lambda count, seed, preset, spot: f"A rendered hand that shows {fingers(count)}, and its three channels.",
        caption=studio_caption,
        pointer=studio_pointer,
        state={"spot": (30, 30)},
    )
