"""The hand-sign data set: rendered hands that show 0 to 5 fingers, 64 × 64 RGB, kept in `data/hand_signs`.

One JPEG sheet holds a split; picture i of every split shows i mod 6 fingers, so any leading part of it is balanced.
The sheets do not subsample colour and 64 is a multiple of JPEG's 8 × 8 blocks: a picture comes out of its sheet exactly
as if it had been encoded alone, which is how `remake_hand_sign` remakes one of them.
"""

from functools import cache

import numpy as np

from cnncourse.arguments import one_of, whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.hands import PRESETS, render_hand
from cnncourse.pictures.picture_sheets import decode, encode, untile

SIZE = 64
CLASSES = 6
SPLITS = ("train", "test", "extra")
COUNTS = {("hard", "train"): 1080, ("hard", "test"): 600, ("easy", "train"): 240, ("easy", "test"): 120}
_SEED = 1998


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


def sheet_name(split, preset):
    """Return the name of a split's file in `data/hand_signs`.

    >>> sheet_name("test", "hard")
    'hard_test.jpg'
    """
    return f"{preset}_{split}.jpg"


@cache
def _sheet(split, preset):
    return untile(decode(data_file("hand_signs", sheet_name(split, preset)).read_bytes()), SIZE)
