"""Explorers of the first notebook: a picture is a table of numbers, and how few of them still make a picture.

Conventions: pictures are floats in [0, 1]; rows run down, columns right; positions in the painting are CSS pixels.
"""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
from PIL import Image

from cnncourse.explorers import ARROWS, Explorer, Painter, cell_at, learners
from cnncourse.pictures import open_upload, photo, photo_credit
from cnncourse.plots import DARK_ORANGE, MUTED

PHOTOS = ("cat", "astronaut", "camera", "coffee", "coins", "rocket", "china", "flower", "text")
WINDOW = 8  # pixels on each side of the window that is shown in numbers
LEFT, TOP, SIDE = 20, 44, 336  # of the picture; the numbers stand to the right of it, as large
NUMBERS_LEFT = 404
BOX = 360  # the largest side of either picture of `few_numbers`


# --- a picture is a table of numbers ---


def picture_as_numbers(own_negative=None, show_negative=False):
    """Return an explorer of a grey photo and the numbers in a window of it; `own_negative` is the learner's."""
    borrowed = learners(own_negative, negative)
    controls = {
        "name": widgets.Dropdown(options=PHOTOS, description="photo", layout={"width": "180px"}),
        "side": widgets.IntSlider(48, 16, 96, 8, description="pixels a side"),
        "inverted": widgets.Checkbox(show_negative, description="negative", indent=False, layout={"width": "auto"}),
    }

    def render(**state):
        return numbers_picture(borrowed, **state)

    def caption(**state):
        return numbers_caption(borrowed, **state) + (f" {borrowed.sentence}" if state["inverted"] else "")

    return Explorer(
        render,
        controls,
        title="A picture is a table of numbers",
        note="Click or drag on the picture, or focus it and press the arrow keys, to move the window.",
        alt=lambda **state: _plain(numbers_caption(borrowed, **state)),
        caption=caption,
        pointer=numbers_pointer,
        state={"corner": (14, 11)},
    )


def negative(picture):
    """Return the negative of a picture: black becomes white."""
    return 1 - picture


def grey_pixels(borrowed, name, side, inverted):
    """Return the photo as `(side, side)` grey levels, or their negative."""
    pixels = _grey(name, side)
    return borrowed(pixels) if inverted else pixels


@lru_cache(maxsize=32)
def _grey(name, side):
    return photo(name, side, gray=True)


def numbers_picture(borrowed, *, name, side, inverted, corner):
    """Paint the photo with the window marked, and beside it the window's numbers."""
    pixels = grey_pixels(borrowed, name, side, inverted)
    row, column = inside(corner, side)
    cell = SIDE / side
    painter = Painter(NUMBERS_LEFT + SIDE + 20, TOP + SIDE + 16)
    painter.text(LEFT, 24, f"{side} × {side} pixels", bold=True)
    painter.image(pixels, LEFT, TOP, SIDE, SIDE, limits=(0, 1))
    x, y, width = LEFT + column * cell, TOP + row * cell, WINDOW * cell
    painter.rectangle(x - 2, y - 2, width + 4, width + 4, outline="#ffffff", line_width=4)
    painter.rectangle(x - 1, y - 1, width + 2, width + 2, outline=DARK_ORANGE, line_width=2)
    for corner_y, end in ((y, TOP), (y + width, TOP + SIDE)):
        painter.line(x + width, corner_y, NUMBERS_LEFT, end, DARK_ORANGE, 1.5, alpha=0.7)
    painter.text(
        NUMBERS_LEFT, 24, f"rows {row} to {row + WINDOW - 1}, columns {column} to {column + WINDOW - 1}", bold=True
    )
    window = pixels[row : row + WINDOW, column : column + WINDOW]
    painter.number_grid(window, NUMBERS_LEFT, TOP, SIDE / WINDOW, "{:.2f}", colormap="gray", limits=(0, 1), size=13)
    return painter.array()


def numbers_caption(borrowed, *, name, side, inverted, corner):
    """Say what the window's first number is and how many numbers the picture has."""
    row, column = inside(corner, side)
    value = grey_pixels(borrowed, name, side, inverted)[row, column]
    return (
        f"The window begins at row {row}, column {column}; its first number is <b>{value:.2f}</b>, "
        f"where 0 is black and 1 is white. The whole picture is {side} × {side} = {side * side:,} numbers."
    )


def numbers_pointer(event, *, name, side, inverted, corner):
    """Put the window's middle under a click or drag; move it by a pixel with an arrow key."""
    row, column = inside(corner, side)
    if event.kind == "key" and event.key in ARROWS:
        down, right = ARROWS[event.key]
        return {"corner": inside((row + down, column + right), side)}
    place = cell_at(event.x, event.y, LEFT, TOP, SIDE / side, side, side)
    if event.kind in ("click", "drag") and place:
        return {"corner": inside((place[0] - WINDOW // 2, place[1] - WINDOW // 2), side)}
    return None


def inside(corner, side):
    """Return the corner moved so that the window lies in the picture.

    >>> inside((-3, 44), 48)
    (0, 40)
    """
    return tuple(int(np.clip(place, 0, side - WINDOW)) for place in corner)


# --- how few numbers still make a picture? ---


def few_numbers():
    """Return an explorer that keeps fewer pixels and fewer shades of a photo, the learner's own if they upload one."""
    controls = {
        "name": widgets.Dropdown(options=PHOTOS, value="astronaut", description="photo", layout={"width": "180px"}),
        "upload": widgets.FileUpload(accept="image/*", description="Your own photo", layout={"width": "auto"}),
        "colour": widgets.Checkbox(True, description="colour", indent=False, layout={"width": "auto"}),
        "rows": widgets.IntSlider(40, 4, 160, 4, description="rows"),
        "bits": widgets.IntSlider(8, 1, 8, description="bits a number"),
    }
    return Explorer(
        few_picture,
        controls,
        title="How few numbers still make a picture?",
        note="Move the sliders; your own photo stays on this machine.",
        alt=lambda **state: _plain(few_caption(**state)),
        caption=few_caption,
    )


def few_picture(*, name, upload, rows, bits, colour):
    """Paint the photo as it is and as it remains with few pixels and shades."""
    whole, kept = original(name, upload, colour) / 255, reduced(name, upload, rows, bits, colour)
    painter = Painter(2 * BOX + 60, BOX + 60)
    for picture, left, title in ((whole, 20, "all of it"), (kept, BOX + 40, "what is kept")):
        height, width = (side * BOX / max(whole.shape[:2]) for side in whole.shape[:2])
        painter.text(left, 24, title, bold=True)
        painter.text(left + BOX, 24, f"{picture.shape[0]} × {picture.shape[1]} pixels", 12, MUTED, anchor="rm")
        painter.image(picture, left + (BOX - width) / 2, 44 + (BOX - height) / 2, width, height, limits=(0, 1))
    return painter.array()


def few_caption(*, name, upload, rows, bits, colour):
    """Say how many bits are kept, what share of all that is, and whose photo it is."""
    photo_bits = original(name, upload, colour=True).size * 8
    H, W = kept_size(original(name, upload, colour), rows)
    channels, values = (3, "colours") if colour else (1, "grey value")
    kept_bits = H * W * channels * bits
    times = photo_bits / kept_bits
    many = f"the photo has {times:,.{0 if times >= 10 else 1}f} times as many"
    compared = many if times > 1 else "no fewer than the photo has"
    return (
        f"{H} × {W} pixels × {channels} {values} × {bits} bit{'s' if bits > 1 else ''} = <b>{kept_bits:,} bits</b>: "
        f"{compared}. Each number is one of {2**bits} shades. "
        f"<i>{source(name, upload)[1]}.</i>"
    )


def reduced(name, upload, rows, bits, colour):
    """Return the photo averaged to `rows` rows and rounded to 2^bits shades, in [0, 1]."""
    picture = original(name, upload, colour)
    H, W = kept_size(picture, rows)
    small = Image.fromarray(picture).resize((W, H), Image.Resampling.BOX)
    return shades(np.asarray(small) / 255, bits)


def kept_size(picture, rows):
    """Return (rows, columns) of the picture once it has `rows` rows and its old proportions."""
    return rows, max(1, round(picture.shape[1] * rows / picture.shape[0]))


def shades(picture, bits):
    """Return a picture with every number rounded to the nearest of 2^bits equally spaced shades from 0 to 1.

    >>> shades(np.array([0.0, 0.4, 0.6, 1.0]), 1).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    steps = 2**bits - 1
    return np.round(picture * steps) / steps


def original(name, upload, colour):
    """Return the bytes of the photo that was chosen or uploaded, in colour `(H, W, 3)` or grey `(H, W)`."""
    return _bytes_of(name, bytes(upload[0]["content"]) if upload else None, colour)


def source(name, upload):
    """Return the photo that was chosen or uploaded, `(H, W, 3)` in [0, 1], and a few words about it.

    A file that cannot be read leaves the chosen photo, and the words say why.
    """
    return _opened(name, bytes(upload[0]["content"]) if upload else None)


@lru_cache(maxsize=4)
def _opened(name, data):
    try:
        return (photo(name), photo_credit(name)) if data is None else (open_upload(data), "Your own photo")
    except ValueError as problem:
        return photo(name), str(problem).rstrip(".")


@lru_cache(maxsize=8)
def _bytes_of(name, data, colour):
    picture, _ = _opened(name, data)
    grey_or_colour = picture if colour else picture @ np.array([0.299, 0.587, 0.114])
    return np.round(grey_or_colour * 255).astype(np.uint8)


def _plain(html):
    for tag in ("<b>", "</b>", "<i>", "</i>"):
        html = html.replace(tag, "")
    return html
