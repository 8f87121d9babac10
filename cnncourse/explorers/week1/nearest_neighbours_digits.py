"""Draw a digit and see the digits nearest to it; move the digits and see which description survives."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import nearest_neighbours, predict_labels
from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.week1.nearest_neighbours_features import (
    KNOWN,
    bank,
    described,
    moved_digits,
    strongest_answers,
)
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, GRID, INK, MUTED, WHITE

FINE, CELL, LEFT, TOP = 64, 5, 16, 44  # the drawing: 64 × 64 fine cells of 5 pixels, counted 4 × 4 into 16 × 16
SPACES = {"pixels": "raw pixels", "features": "convolutional features"}
BRUSH = 3.2
SEVEN = ((6, 4), (6, 20), (32, 8))  # (row, column) corners of the stroke drawn at the start


def stroke(ink, path):
    """Return a copy of `ink` (64, 64) with a round brush drawn along the corners of `path`, (row, column)s."""
    rows, columns = np.mgrid[:FINE, :FINE]
    ink = ink.copy()
    for (r0, c0), (r1, c1) in zip(path, path[1:] or path, strict=False):
        for t in np.linspace(0, 1, 1 + int(2 * max(abs(r1 - r0), abs(c1 - c0)))):
            row, column = r0 + t * (r1 - r0), c0 + t * (c1 - c0)
            ink[(rows - row) ** 2 + (columns - column) ** 2 <= BRUSH**2] = 1
    return ink


def first_drawing():
    """Return a seven, drawn in the top left corner."""
    return stroke(np.zeros((FINE, FINE)), SEVEN)


def counted(ink):
    """Return the 16 × 16 picture of a drawing: the inked share of each 4 × 4 block, as the digits were made."""
    return ink.reshape(16, 4, 16, 4).mean(axis=(1, 3))


def nearest_digits(ink, k, space):
    """Return (indices of the k nearest known digits, distances, the winning digit) for a drawing."""
    labels = moved_digits(0)[1]
    picture = counted(ink)[None]
    query = picture.reshape(1, -1) if space == "pixels" else strongest_answers(picture, bank())
    known = described(space, 0)[:KNOWN]
    nearest = nearest_neighbours(query, known, k)[0]
    distances = np.linalg.norm(known[nearest] - query, axis=1)
    return nearest, distances, int(predict_labels(query, known, labels[:KNOWN], k)[0])


def drawing_picture(*, k, space, ink, spot):
    """Paint the drawing, the picture the method gets, and the k nearest digits with their distances."""
    painter = Painter(812, 412)
    painter.text(LEFT, 22, "Draw here", 14, bold=True)
    painter.image(1 - ink, LEFT, TOP, FINE * CELL, FINE * CELL, limits=(0, 1), outline=INK)
    painter.circle(LEFT + spot[1] * CELL, TOP + spot[0] * CELL, BRUSH * CELL, outline=BLUE)
    painter.text(360, 22, "It gets 16 × 16", 14, bold=True)
    painter.image(1 - counted(ink), 360, TOP, 128, 128, limits=(0, 1), outline=GRID)
    if not ink.any():
        painter.text(540, 90, "Draw a digit:\nits neighbours appear here.", 13, MUTED)
        return painter.array()
    _neighbours(painter, *nearest_digits(ink, k, space), space)
    return painter.array()


def _neighbours(painter, nearest, distances, winner, space):
    pictures, labels = moved_digits(0)
    painter.text(540, 22, f"The vote says {winner}", 14, bold=True)
    painter.text(540, 110, str(winner), 84, BLUE, bold=True)
    painter.text(360, 200, f"The {len(nearest)} nearest in {SPACES[space]}", 14, bold=True)
    for place, (index, distance) in enumerate(zip(nearest, distances, strict=True)):
        x, y = 360 + 94 * (place % 5), 218 + 100 * (place // 5)
        right = labels[index] == winner
        crop = pictures[index, 4:12, 4:12]
        painter.image(1 - crop, x, y, 64, 64, limits=(0, 1), outline=BLUE if right else GREY)
        painter.text(x, y + 78, f"{labels[index]}", 13, bold=bool(right))
        painter.text(x + 64, y + 78, f"{distance:.2f}", 11, MUTED, anchor="rm")


def _digits(k):
    return f"{k} known digits" if k > 1 else "known digit"


def drawing_caption(*, k, space, ink, spot):
    """Say how many of the nearest agree."""
    if not ink.any():
        return "Nothing is drawn yet."
    nearest, _, winner = nearest_digits(ink, k, space)
    agreeing = int((moved_digits(0)[1][nearest] == winner).sum())
    return (
        f"In {SPACES[space]}, {f'{agreeing} of the {k}' if k > 1 else 'the'} nearest of {KNOWN:,} known digits "
        f"say{'s' * (agreeing == 1)} <b>{winner}</b>. Under each: its label and its distance."
    )


def drawing_pointer(event, *, k, space, ink, spot):
    """Draw under a pressed pointer; arrow keys move the brush, Space or Enter lays it down."""
    steps = {"ArrowLeft": (0, -2), "ArrowRight": (0, 2), "ArrowUp": (-2, 0), "ArrowDown": (2, 0)}
    if event.kind == "key":
        step = steps.get(event.key)
        there = tuple(int(np.clip(v, 0, FINE - 1)) for v in np.add(spot, step)) if step else spot
        return {"spot": there} if step else {"ink": stroke(ink, [spot])}
    row, column = (event.y - TOP) / CELL, (event.x - LEFT) / CELL
    if event.kind not in ("click", "drag") or not (0 <= row < FINE and 0 <= column < FINE):
        return None
    here = (round(row, 1), round(column, 1))
    return {"ink": stroke(ink, [spot, here] if event.kind == "drag" else [here]), "spot": here}


def draw_a_digit():
    """Let the learner draw a digit and show the known digits nearest to it, in pixels or in features."""
    clean = {"ink": np.zeros((FINE, FINE)), "spot": (32, 32)}
    return Explorer(
        drawing_picture,
        {
            "k": widgets.IntSlider(value=5, min=1, max=10, description="k"),
            "space": widgets.ToggleButtons(options=[(name, key) for key, name in SPACES.items()], description="space"),
        },
        title="Draw a digit, meet its neighbours",
        note="Draw with the mouse, about half as tall as the field (keys: arrows move the brush, Space draws).",
        alt=lambda k, space, ink, spot: f"A drawing of a digit and the {_digits(k)} nearest to it.",
        caption=drawing_caption,
        pointer=drawing_pointer,
        buttons={
            "Clear": lambda **state: clean,
            "Draw a seven in the corner": lambda **state: {"ink": first_drawing(), "spot": SEVEN[-1]},
        },
        state={"ink": first_drawing(), "spot": SEVEN[-1]},
    )


@lru_cache(maxsize=64)
def share_right(space, reach, k):
    """Return the share of the 797 held-out digits that are labelled rightly when all are moved by up to `reach`."""
    rows, labels = described(space, reach), moved_digits(reach)[1]
    found = predict_labels(rows[KNOWN:], rows[:KNOWN], labels[:KNOWN], k)
    return float((found == labels[KNOWN:]).mean())


def moving_picture(*, reach, k, example):
    """Paint one held-out digit with its nearest known ones in both spaces, and the shares right as bars."""
    pictures, labels = moved_digits(reach)
    painter = Painter(812, 300)
    painter.text(
        16, 22, f"Every digit is moved by up to {_pixels(reach)}" if reach else "Every digit is centred", 14, bold=True
    )
    painter.image(1 - pictures[KNOWN + example], 16, 60, 128, 128, limits=(0, 1), outline=INK)
    painter.text(16, 204, f"held-out digit {example}: a {labels[KNOWN + example]}", 12)
    for row, (space, name) in enumerate(SPACES.items()):
        _nearest_row(painter, space, reach, k, example, 60 + 130 * row, name)
        _bar(painter, share_right(space, reach, k), 60 + 130 * row, (DARK_ORANGE, BLUE)[row])
    return painter.array()


def _pixels(reach):
    return f"{reach} pixel{'s' * (reach != 1)}"


def _nearest_row(painter, space, reach, k, example, y, name):
    (pictures, labels), rows = moved_digits(reach), described(space, reach)
    nearest = nearest_neighbours(rows[KNOWN + example][None], rows[:KNOWN], 5)[0]
    painter.text(180, y - 14, f"nearest in {name}", 12, bold=True)
    for place, index in enumerate(nearest):
        right = labels[index] == labels[KNOWN + example]
        x = 180 + 76 * place
        painter.image(1 - pictures[index], x, y, 66, 66, limits=(0, 1), outline=BLUE if right else DARK_ORANGE)
        painter.text(x + 33, y + 80, f"{labels[index]} {'✓' if right else '✗'}", 12, anchor="mm")


def _bar(painter, share, y, colour):
    painter.text(590, y - 14, "right, of 797 held-out digits", 12, bold=True)
    painter.rectangle(590, y + 18, 140, 30, fill=WHITE, outline=GRID)
    painter.rectangle(590, y + 18, 140 * share, 30, fill=colour)
    painter.text(738, y + 33, f"{share:.1%}", 14, bold=True)


def moving_caption(*, reach, k, example):
    """Compare the two shares in a sentence."""
    pixels, features = share_right("pixels", reach, k), share_right("features", reach, k)
    return (
        f"k = {k}. Raw pixels: {pixels:.1%} right, {len(described('pixels', 0)[0])} numbers a digit. "
        f"Convolutional features (the strongest answer of each of {len(bank())} kernels): {features:.1%} right."
    )


def moving_digits():
    """Show how far moving the digits throws nearest neighbours off, in pixels and in features."""
    return Explorer(
        moving_picture,
        {
            "reach": widgets.IntSlider(value=2, min=0, max=4, description="moved by up to"),
            "k": widgets.IntSlider(value=3, min=1, max=9, step=2, description="k"),
            "example": widgets.IntSlider(value=10, min=0, max=99, description="example"),
        },
        title="The same digit, somewhere else",
        note="Move the digits apart: in pixels, a digit two steps to the right is far from itself.",
        alt=lambda reach, k, example: f"A digit moved by up to {_pixels(reach)} and its nearest in two descriptions.",
        caption=moving_caption,
    )
