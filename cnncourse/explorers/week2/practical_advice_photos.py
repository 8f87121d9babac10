"""Colour pictures for the augmentation studio: the bundled photos, a digit whose label can turn, the learner's own."""

from functools import lru_cache
from html import escape

import numpy as np
from PIL import Image

from cnncourse.pictures import digits, open_upload, photo, photo_credit, photo_names
from cnncourse.training.augmentation import rgb_principal_components

OWN, SIX = "your own photo", "a handwritten 6"
SIX_PLACE = 583  # the six that, upside down, lies nearest to another nine
SIDE = 140


def choices():
    """Return the names for the picker."""
    return [*photo_names(), SIX, OWN]


def chosen(name, upload, default="coffee"):
    """Return the picture `(140, 140, 3)`, floats in [0, 1], and one sentence (HTML) on where it comes from.

    `upload` is the value of a FileUpload; without a file that can be read the `default` stands in.
    """
    if name == SIX:
        return _six(), "Digit: Alpaydin &amp; Kaynak (1998), bundled with scikit-learn."
    if name != OWN:
        return _bundled(name), f"Photo: {escape(photo_credit(name))}."
    if not upload:
        return _bundled(default), "Choose a picture file with the button; until then this photo stands in."
    try:
        return _uploaded(bytes(upload[0]["content"])), "Your own photo. It stays on this computer."
    except ValueError as problem:
        return _bundled(default), f"<b>{escape(str(problem))}</b> Until then this photo stands in."


@lru_cache(maxsize=1)
def components():
    """Return eigenvalues and eigenvectors of the colours of all bundled photos, each shrunk to 48 × 48."""
    return rgb_principal_components([photo(name, 48) for name in photo_names()])


def nearest_digit(picture):
    """Return the label of the digit (the six itself left out) nearest to the picture `(140, 140, 3)` in [0, 1]."""
    images, labels = _all_digits()
    small = Image.fromarray(np.round((1 - picture.mean(axis=2)) * 255).astype(np.uint8)).resize((8, 8), BOX)
    distances = ((images - np.asarray(small) / 255) ** 2).sum(axis=(1, 2))
    distances[SIX_PLACE] = np.inf
    return int(labels[distances.argmin()])


BOX = Image.Resampling.BOX


@lru_cache(maxsize=1)
def _all_digits():
    return digits()


@lru_cache(maxsize=1)
def _six():
    ink = Image.fromarray(np.round(_all_digits()[0][SIX_PLACE] * 255).astype(np.uint8))
    paper = 1 - np.asarray(ink.resize((SIDE, SIDE), Image.Resampling.BICUBIC)) / 255
    return _frozen(np.repeat(paper[..., None], 3, axis=2))


@lru_cache(maxsize=32)
def _bundled(name):
    return _frozen(np.clip(photo(name, SIDE), 0, 1))


@lru_cache(maxsize=4)
def _uploaded(data):
    colour = np.round(open_upload(data, max_side=1024) * 255).astype(np.uint8)
    height, width = colour.shape[:2]
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    square = Image.fromarray(colour).resize((SIDE, SIDE), Image.Resampling.BOX, (left, top, left + side, top + side))
    return _frozen(np.asarray(square) / 255)


def _frozen(array):
    array.flags.writeable = False
    return array
