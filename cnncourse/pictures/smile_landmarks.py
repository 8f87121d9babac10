"""The landmarks of the shipped smile pictures, kept in `data/smiles`: to work them out takes longer than to read them.

They are whole numbers of 1/256 pixel there, so they differ from `face_landmarks` by at most 0.002 pixels.
"""

from functools import cache

from safetensors.numpy import load_file

from cnncourse.arguments import one_of
from cnncourse.data_folder import data_file
from cnncourse.pictures.faces import face_landmarks
from cnncourse.pictures.smiles import PRESETS, SPLITS, smile_scene

FILE = "landmarks.safetensors"
STEPS = 256  # to a pixel


def smile_landmarks(split="train", preset="tight"):
    """Return the places `(N, 20, 2)` float64 of `LANDMARKS` in the pictures that `smiles(split, preset)` returns.

    x right, y down, in pixels of 64 from the upper left corner; hidden points have their places too.
    """
    one_of("split", split, SPLITS[:2])
    return _stored()[f"{one_of('preset', preset, PRESETS)}_{split}"] / STEPS


def remake_smile_landmarks(index, split="train", preset="tight"):
    """Return the places `(20, 2)` in picture number `index` of a split ("extra" too), worked out afresh."""
    return face_landmarks(*smile_scene(index, split, preset))


@cache
def _stored():
    return load_file(data_file("smiles", FILE))
