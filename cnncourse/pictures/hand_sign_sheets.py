"""The hand-sign data set: rendered hands that show 0 to 5 fingers, 64 × 64 RGB, kept in `data/hand_signs`.

One JPEG sheet holds a split; picture i of every split shows i mod 6 fingers, so any leading part of it is balanced.
The sheets do not subsample colour and 64 is a multiple of JPEG's 8 × 8 blocks: a picture comes out of its sheet exactly
as if it had been encoded alone, which is how `remake_hand_sign` remakes one of them.
"""

import io
from functools import cache

import numpy as np
from PIL import Image

from cnncourse.arguments import one_of, whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.hands import PRESETS, render_hand

SIZE = 64
COLUMNS = 30
CLASSES = 6
SPLITS = ("train", "test", "extra")
COUNTS = {("hard", "train"): 1080, ("hard", "test"): 600, ("easy", "train"): 240, ("easy", "test"): 120}
_SEED = 1998
_QUALITY = 90


def hand_signs(split="train", preset="hard"):
    """Return the pictures `(N, 64, 64, 3)` uint8 and the numbers of fingers `(N,)` int64 of a split.

    `split` is "train" or "test", `preset` "hard" (1,080 and 600 pictures) or "easy" (240 and 120).
    """
    one_of("split", split, SPLITS[:2])
    one_of("preset", preset, PRESETS)
    images = _sheet(split, preset)
    return images.copy(), np.arange(len(images)) % CLASSES


def render_hand_sign(index, split="train", preset="hard"):
    """Return picture number `index` of a split, `(64, 64, 3)` uint8, as rendered: before it was encoded.

    The split "extra" has no end: pictures from other seeds than the shipped ones, to train larger networks on.
    """
    index = whole_number("index", index, 0)
    seed = [
        _SEED,
        PRESETS.index(one_of("preset", preset, PRESETS)),
        SPLITS.index(one_of("split", split, SPLITS)),
        index,
    ]
    return render_hand(index % CLASSES, np.random.default_rng(seed), preset, SIZE)


def remake_hand_sign(index, split="train", preset="hard"):
    """Return picture number `index` of a split, `(64, 64, 3)` uint8, rendered and encoded afresh."""
    return decode(encode(render_hand_sign(index, split, preset)))


def encode(picture):
    """Return an `(H, W, 3)` uint8 picture as the bytes of a JPEG file without colour subsampling."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    return buffer.getvalue()


def decode(data):
    """Return the `(H, W, 3)` uint8 picture in the bytes of a JPEG file."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def sheet_name(split, preset):
    """Return the name of a split's file in `data/hand_signs`.

    >>> sheet_name("test", "hard")
    'hard_test.jpg'
    """
    return f"{preset}_{split}.jpg"


def tile(images):
    """Return pictures `(N, S, S, 3)`, N a multiple of 30, as one sheet of 30 pictures a row."""
    N, S = images.shape[:2]
    rows = images.reshape(N // COLUMNS, COLUMNS, S, S, 3).transpose(0, 2, 1, 3, 4)  # (rows, S, 30, S, 3)
    return rows.reshape(N // COLUMNS * S, COLUMNS * S, 3)


def untile(sheet, size=SIZE):
    """Return the pictures `(N, size, size, 3)` of a sheet: what `tile` was given."""
    rows = sheet.reshape(sheet.shape[0] // size, size, COLUMNS, size, 3).transpose(0, 2, 1, 3, 4)
    return rows.reshape(-1, size, size, 3)


@cache
def _sheet(split, preset):
    return untile(decode(data_file("hand_signs", sheet_name(split, preset)).read_bytes()))
