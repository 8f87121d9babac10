"""The equivariance explorer: filter then move against move then filter, drawn as two roads to one place.

Conventions: pictures are (128, 128) floats; a move is read backwards (each output pixel asks where it came from) with
linear interpolation between four pixels, and brings in zeros from outside.
"""

from dataclasses import dataclass
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import KERNELS, filter_image
from cnncourse.explorers import Explorer, Painter, play, scale_for
from cnncourse.explorers.colouring import colours, rgb_bytes
from cnncourse.pictures import digits, photo
from cnncourse.plots import BLUE, GREY, INK, MUTED, ORANGE, RED

SIDE = 128
WIDTH, HEIGHT, BOX = 880, 474, 168
SCALE = scale_for(WIDTH)
COLUMNS = (16, 242, 468, 696)
TOP_ROW, BOTTOM_ROW, MIDDLE = 56, 270, 163
FILTERS = {
    "Sobel x": KERNELS["sobel_x"],
    "emboss": KERNELS["emboss"],
    "blur": KERNELS["box_blur"],
    "Laplacian": KERNELS["laplacian"],
}
NOTHING = 1e-9
MOVES = ("shift", "turn", "enlarge")


@dataclass(frozen=True)
class Roads:
    """The pictures on both roads, and how far their ends lie apart (shares of the strongest answer)."""

    picture: np.ndarray
    filtered: np.ndarray
    moved: np.ndarray
    filter_first: np.ndarray
    move_first: np.ndarray
    comparable: np.ndarray
    rim: np.ndarray
    inside: float
    anywhere: float
    against_unmoved: float


def equivariance_explorer(**start):
    """Compare filtering before a move with filtering after it; `start` sets photo, kernel, move, amount."""
    explorer = Explorer(
        render,
        _controls(),
        title="Two roads: filter then move, or move then filter",
        note="If both roads end in the same picture, the filter is equivariant to the move. Try every move.",
        alt=alt,
        caption=caption,
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer


@lru_cache(maxsize=8)
def roads(*, photo, kernel, move, amount):
    """Return the Roads of a state."""
    picture, weights = picture_of(photo), FILTERS[kernel]
    filtered, moved = filter_image(picture, weights), moved_picture(picture, move, amount)
    filter_first, move_first = moved_picture(filtered, move, amount), filter_image(moved, weights)
    comparable = _untouched(move, amount)
    scale = np.abs(filter_first).max()
    apart = np.abs(filter_first - move_first) / scale
    return Roads(
        picture, filtered, moved, filter_first, move_first, comparable, _dotted_rim(move, amount),
        inside=float(apart[comparable].max(initial=0)),
        anywhere=float(apart.max()),
        against_unmoved=float((np.abs(filtered - move_first) / scale)[comparable].max(initial=0)),
    )  # fmt: skip


def moved_picture(picture, move, amount):
    """Return the picture shifted, turned about its middle, or enlarged about it; see `move_words` for how far."""
    places, shares = _sources(move, amount)
    framed = np.pad(picture, 1).ravel()
    return sum(share * framed[place] for place, share in zip(places, shares, strict=True))


@lru_cache(maxsize=16)
def _sources(move, amount):
    """Return, for every pixel of a moved picture, its four sources in the framed picture (flat), and their shares."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    if move == "shift":
        y, x = y - amount, x - 2 * amount
    elif move == "turn":
        cos, sin = np.cos(np.radians(15 * amount)), np.sin(np.radians(15 * amount))
        y, x = cos * y - sin * x, sin * y + cos * x
    else:
        y, x = y / (1 + amount / 10), x / (1 + amount / 10)
    (top, down), (left, right) = (np.divmod(np.round(v + (SIDE - 1) / 2, 9), 1) for v in (y, x))
    rows, columns = (np.clip([first, first + 1], -1, SIDE).astype(int) + 1 for first in (top, left))
    corners = [(0, 0, (1 - down) * (1 - right)), (0, 1, (1 - down) * right), (1, 0, down * (1 - right))]
    corners.append((1, 1, down * right))
    return [rows[i] * (SIDE + 2) + columns[j] for i, j, _ in corners], [share for _, _, share in corners]


def move_words(move, amount):
    """Say how far a move goes."""
    return {
        "shift": f"shift {2 * amount} right, {amount} down",
        "turn": f"turn by {15 * amount}°",
        "enlarge": f"enlarge {1 + amount / 10:.1f}×",
    }[move]


@lru_cache(maxsize=4)
def picture_of(name):
    """Return one of the explorer's pictures, (128, 128) in [0, 1]."""
    if name == "digit":
        small = digits()[0][3]
        return np.pad(np.kron(small, np.ones((12, 12))), 16)
    return photo(name, SIDE, gray=True)


def render(**state):
    """Draw both roads and the difference at their end."""
    found = roads(**state)
    painter = Painter(WIDTH, HEIGHT, SCALE)
    _draw_arrows(painter, move_words(state["move"], state["amount"]))
    strongest = np.abs(found.filter_first).max()
    limits = (-strongest, strongest)
    _draw_picture(painter, found.picture, 0, MIDDLE, "picture")
    _draw_picture(painter, found.filtered, 1, TOP_ROW, "filtered", limits)
    _draw_picture(painter, found.moved, 1, BOTTOM_ROW, "moved")
    _draw_picture(painter, found.filter_first, 2, TOP_ROW, "filtered, then moved", limits)
    _draw_picture(painter, found.move_first, 2, BOTTOM_ROW, "moved, then filtered", limits)
    _draw_difference(painter, found, limits)
    return painter.array()


def caption(**state):
    """Say how far the two roads' ends lie apart."""
    found = roads(**state)
    words = move_words(state["move"], state["amount"]).capitalize()
    if found.anywhere < NOTHING:
        difference = "the two roads agree everywhere"
    else:
        difference = (
            f"away from the border the two roads differ by at most <b>{_percent(found.inside)}</b> of the strongest "
            f"answer; where zeros from outside came in, by up to {_percent(found.anywhere)}"
        )
    return f"{words}: {difference}. {_verdict(found, **state)}."


def alt(**state):
    """Describe the picture in words."""
    found = roads(**state)
    words = move_words(state["move"], state["amount"])
    return f"Filter then {words}, and {words} then filter: they differ by at most {_percent(found.inside)} inside."


def _verdict(found, *, photo, kernel, move, amount):
    if amount == 0:
        return "Nothing has moved yet"
    if found.inside < NOTHING:
        against = _percent(found.against_unmoved)
        return (
            f"The {kernel} filter is <b>equivariant</b> to this move. It is not <i>invariant</i>: against the answer "
            f"to the unmoved picture there is a difference of up to {against}"
        )
    between = (
        "" if move == "turn" and amount % 6 == 0 else " (some of the difference comes from reading between pixels)"
    )
    return f"The {kernel} filter is <b>not</b> equivariant to this move{between}"


def _draw_arrows(painter, words):
    left, right = (column + BOX for column in COLUMNS[:2]), COLUMNS[1:]
    first, second = left
    centre_top, centre_bottom, centre = TOP_ROW + BOX / 2, BOTTOM_ROW + BOX / 2, MIDDLE + BOX / 2
    for y, ink in ((centre_top, BLUE), (centre_bottom, RED)):
        painter.arrow(first + 4, centre + (y - centre) * 0.35, right[0] - 4, y, ink, 2.5, head=10)
        painter.arrow(second + 4, y, right[1] - 4, y, ink, 2.5, head=10)
        painter.arrow(COLUMNS[2] + BOX + 4, y, right[2] - 4, centre + (y - centre) * 0.35, GREY, 2, head=9)
    painter.text(first + 29, centre_top - 14, "filter", 12, INK, True, "mm")
    painter.text(first + 29, centre_bottom + 16, "move", 12, INK, True, "mm")
    painter.text(second + 29, centre_top - 14, "move", 12, INK, True, "mm")
    painter.text(second + 29, centre_bottom - 14, "filter", 12, INK, True, "mm")
    painter.text(16, 24, words, 17, INK, True)


def _draw_picture(painter, picture, column, y, title, limits=None):
    x = COLUMNS[column]
    colormap = "gray" if limits is None else "diverging"
    painter.image(picture, x, y, BOX, BOX, colormap=colormap, limits=limits or (0, 1), outline=MUTED)
    painter.text(x + BOX / 2, y - 11, title, 12, INK, anchor="mm")


def _draw_difference(painter, found, limits):
    x, shown = COLUMNS[3], colours(found.filter_first - found.move_first, "diverging", limits)
    shown[found.rim] = rgb_bytes(ORANGE)
    _draw_picture(painter, shown, 3, MIDDLE, "difference")
    text = _percent(found.inside)
    painter.text(x + BOX / 2, MIDDLE + BOX + 24, text, 22, INK, True, "mm")
    painter.text(x + BOX / 2, MIDDLE + BOX + 48, "at most, inside the dotted line", 12, MUTED, anchor="mm")
    painter.colour_bar(x, MIDDLE + BOX + 66, BOX, 8, -1, 1, "diverging", "{:+.0f}", "strongest = 1", 12)


@lru_cache(maxsize=16)
def _untouched(move, amount):
    """Return where neither road can have seen the zeros from outside, (128, 128) bool."""
    ones = np.ones((SIDE, SIDE))
    after = moved_picture(_inner(ones).astype(float), move, amount) > 1 - 1e-9
    return after & _inner(moved_picture(ones, move, amount))


@lru_cache(maxsize=16)
def _dotted_rim(move, amount):
    """Return the dots along the border of what `_untouched` gives, (128, 128) bool."""
    inside, (row, column) = _untouched(move, amount), np.indices((SIDE, SIDE))
    return inside & ~_inner(_inner(inside)) & ((row // 2 + column // 2) % 2 == 0)


def _inner(mask):
    return filter_image(np.asarray(mask, dtype=float), np.ones((3, 3))) > 9 - 1e-9


def _percent(share):
    return "0 %" if share < NOTHING else f"{100 * share:.1f} %" if share >= 0.0005 else "under 0.1 %"


def _controls():
    width = widgets.Layout(width="250px")
    return {
        "photo": widgets.Dropdown(options=["camera", "cat", "digit"], description="picture", layout=width),
        "kernel": widgets.Dropdown(options=list(FILTERS), description="kernel", layout=width),
        "move": widgets.ToggleButtons(options=MOVES, style={"button_width": "80px"}),
        "amount": play(widgets.IntSlider(6, 0, 12, description="how far", layout=width), 500),
    }
