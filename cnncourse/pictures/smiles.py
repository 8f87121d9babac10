"""The smile data set: rendered faces, 64 × 64 RGB, that smile or do not, kept in `data/smiles`.

Pictures 2k and 2k + 1 of a split show the same person, first without and then with a smile, in different photos, so
nothing but the expression tells the labels apart. No person of one split is in another. A gap divides the labels: the
smile is −0.8 to 0 (label 0) or 0.5 to 1 (label 1) on the scale of `Photo.smile`.
"""

from functools import cache

import numpy as np

from cnncourse.arguments import one_of, whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.faces import render_face, sample_identity, sample_photo
from cnncourse.pictures.picture_sheets import decode, encode, untile

SIZE = 64
COLUMNS = 25
QUALITY = 82
PRESETS = ("tight", "street")
SPLITS = ("train", "test", "extra")
COUNTS = {("tight", "train"): 1000, ("tight", "test"): 400, ("street", "train"): 1500, ("street", "test"): 500}
AMOUNTS = ((-0.8, 0.0), (0.5, 1.0))  # of label 0 and of label 1
_SEED = 2015


def smiles(split="train", preset="tight"):
    """Return the pictures `(N, 64, 64, 3)` uint8 and the labels `(N,)` int64, 1 for a smile, of a split.

    `split` is "train" or "test", `preset` "tight" (1,000 and 400 pictures) or "street" (1,500 and 500).
    """
    one_of("split", split, SPLITS[:2])
    images = _sheet(split, one_of("preset", preset, PRESETS))
    return images.copy(), np.arange(len(images)) % 2


def smile_scene(index, split="train", preset="tight"):
    """Return the `Identity` and the `Photo` of picture number `index` of a split.

    The split "extra" has no end: other people than the shipped ones, to train larger networks on.
    """
    index = whole_number("index", index, 0)
    kept_apart = SPLITS.index(one_of("split", split, SPLITS))
    view = PRESETS.index(one_of("preset", preset, PRESETS))
    rng = np.random.default_rng([_SEED, 2 + view, kept_apart, index])
    photo = sample_photo(rng, preset, smile=rng.uniform(*AMOUNTS[index % 2]))
    return sample_identity(np.random.default_rng([_SEED, 1, kept_apart, index // 2])), photo


def render_smile(index, split="train", preset="tight"):
    """Return picture number `index` of a split, `(64, 64, 3)` uint8, as rendered: before it was encoded."""
    return render_face(*smile_scene(index, split, preset), SIZE)


def remake_smile(index, split="train", preset="tight"):
    """Return picture number `index` of a split, `(64, 64, 3)` uint8, rendered and encoded afresh."""
    return decode(encode(render_smile(index, split, preset), QUALITY))


def sheet_name(split, preset):
    """Return the name of a split's file in `data/smiles`.

    >>> sheet_name("test", "street")
    'street_test.jpg'
    """
    return f"{preset}_{split}.jpg"


@cache
def _sheet(split, preset):
    return untile(decode(data_file("smiles", sheet_name(split, preset)).read_bytes()), SIZE)
