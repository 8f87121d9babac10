"""The mixer: a 1×1 convolution on a photo, at every pixel the same weights over red, green and blue."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import correlate
from cnncourse.explorers import ARROWS, Explorer, cell_at, learners, scale_for
from cnncourse.explorers.week2.one_by_one_and_inception_mixer_picture import (
    CELL,
    INPUT,
    MATRIX,
    PIXEL,
    SIDE,
    WIDTH,
    draw,
)
from cnncourse.pictures import photo, photo_credit

SCALE = scale_for(WIDTH)
PHOTOS = ("coffee", "cat", "astronaut", "china", "flower", "rocket")
OWN = "your own weights"
STEP = 0.1
MIXES = {  # rows: output red, green, blue; columns: input red, green, blue, bias
    "grey": ((0.299, 0.587, 0.114, 0.0),) * 3,
    "leave as it is": ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)),
    "red and blue swapped": ((0.0, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)),
    "negative": ((-1.0, 0.0, 0.0, 1.0), (0.0, -1.0, 0.0, 1.0), (0.0, 0.0, -1.0, 1.0)),
    "red minus green": ((1.0, -1.0, 0.0, 0.5),) * 3,
    "red without green and blue": ((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)),
    "old photo": ((0.393, 0.769, 0.189, 0.0), (0.349, 0.686, 0.168, 0.0), (0.272, 0.534, 0.131, 0.0)),
}


def one_by_one(x, weight, bias):
    """Return the 1×1 convolution of maps `(N, C, H, W)` with weights `(K, C)` and biases `(K,)`, `(N, K, H, W)`."""
    return correlate(x, weight[:, :, None, None], bias)


def pixel_mixer(own_one_by_one=None, **start):
    """Show a 1×1 convolution on a photo; `own_one_by_one` is the learner's function; `start` sets the state by name."""
    own = learners(own_one_by_one, one_by_one)

    def shown(**state):
        return render(mix_with=own, **state)

    def said(**state):
        return caption(mix_with=own, **state) + (f" {own.sentence}" if own_one_by_one else "")

    explorer = Explorer(
        shown,
        _controls(),
        title="One dense layer at every pixel",
        note="Click a pixel of the input, or move it with the arrow keys. Click the upper or lower half of a weight to "
        "change it by 0.1.",
        alt=alt,
        caption=said,
        pointer=pointer,
        state={"own": MIXES["grey"], "place": (32, 42)},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer


def weights_of(mix, own):
    """Return the weights `(3, 3)` and the biases `(3,)` of a mix."""
    table = np.array(own if mix == OWN else MIXES[mix])
    return table[:, :3], table[:, 3]


def pictures_of(name, shuffled):
    """Return a photo as maps `(1, 3, SIDE, SIDE)`; `shuffled` puts its pixels in another order, always the same."""
    picture = _photo(name)
    if shuffled:
        picture = picture[_order()].reshape(picture.shape)
    return picture.reshape(SIDE, SIDE, 3).transpose(2, 0, 1)[None]


def render(*, name, mix, shuffled, own, place, mix_with=one_by_one):
    """Draw both pictures, the weights, the sums at the chosen pixel, and the colours before and after."""
    weight, bias = weights_of(mix, own)
    x = pictures_of(name, shuffled)
    return draw(x[0], mix_with(x, weight, bias)[0], weight, bias, place, SCALE)


def caption(*, name, mix, shuffled, own, place, mix_with=one_by_one):
    """Say what happens at the pixel, and that no other pixel takes part."""
    weight, bias = weights_of(mix, own)
    x = pictures_of(name, shuffled)
    y = mix_with(x, weight, bias)
    before, after = (", ".join(f"{v:.2f}" for v in maps[0, :, place[0], place[1]]) for maps in (x, y))
    order = ""
    if shuffled:
        plain = mix_with(pictures_of(name, False), weight, bias)[0].transpose(1, 2, 0).reshape(-1, 3)[_order()]
        same = np.allclose(plain, y[0].transpose(1, 2, 0).reshape(-1, 3))
        order = f" Mixed first and shuffled afterwards, the picture is {'<b>the same</b>' if same else 'another'}."
    outside = ((y < 0) | (y > 1)).mean()
    beyond = f" {outside:.0%} of the output's numbers lie outside 0 to 1 and are shown cut off." if outside else ""
    return (
        f"Row {place[0]}, column {place[1]}: ({before}) becomes ({after}). The same nine weights and three biases "
        f"serve all {SIDE}·{SIDE} pixels, and no pixel sees its neighbours.{order}{beyond} Photo: {photo_credit(name)}."
    )


def alt(*, name, mix, shuffled, own, place, **_):
    """Describe the picture in words."""
    return (
        f"The photo {name} before and after a 1×1 convolution ({mix}), with its nine weights and the colours of both."
    )


def pointer(event, *, name, mix, shuffled, own, place):
    """Choose a pixel, or change a weight."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {"place": tuple(min(max(p + step, 0), SIDE - 1) for p, step in zip(place, (down, right), strict=True))}
    pixel = cell_at(event.x, event.y, *INPUT, PIXEL, SIDE, SIDE)
    if pixel is not None and event.kind in ("click", "drag"):
        return {"place": pixel}
    cell = cell_at(event.x, event.y, *MATRIX, CELL, 3, 4)
    if cell is None or event.kind != "click":
        return None
    upper = (event.y - MATRIX[1]) % CELL[1] < CELL[1] / 2
    table = [list(row) for row in (own if mix == OWN else MIXES[mix])]
    table[cell[0]][cell[1]] = round(table[cell[0]][cell[1]] + (STEP if upper else -STEP), 3)
    return {"mix": OWN, "own": tuple(map(tuple, table))}


@lru_cache(maxsize=8)
def _photo(name):
    pixels = photo(name, size=SIDE).reshape(-1, 3)
    pixels.flags.writeable = False
    return pixels


@lru_cache(maxsize=1)
def _order():
    return np.random.default_rng(0).permutation(SIDE * SIDE)


def _controls():
    wide = widgets.Layout(width="290px")
    return {
        "name": widgets.Dropdown(options=PHOTOS, value="coffee", description="photo", layout=wide),
        "mix": widgets.Dropdown(options=[*MIXES, OWN], value="grey", description="weights", layout=wide),
        "shuffled": widgets.Checkbox(False, description="shuffle the pixels first", indent=False, layout=wide),
    }
