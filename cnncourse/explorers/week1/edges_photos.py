"""Grey photos for the explorers of notebook 1.1: the bundled ones by name, and the learner's own."""

from functools import lru_cache
from html import escape

import numpy as np

from cnncourse.pictures import open_upload, photo, photo_credit, photo_names

OWN = "your own photo"
_LUMINANCE = np.array([0.299, 0.587, 0.114])


def photo_choices():
    """Return the names for a photo picker: every bundled photo, then the learner's own."""
    return [*photo_names(), OWN]


def chosen_photo(name, upload, size, default="camera"):
    """Return a grey `(size, size)` picture, values in [0, 1], and one sentence on where it comes from (HTML).

    `upload` is the value of a FileUpload. Without a file, or with one that cannot be read,
    the `default` photo stands in.
    """
    if name != OWN:
        return _bundled(name, size), f"Photo: {escape(photo_credit(name))}."
    if not upload:
        return _bundled(default, size), "Choose a picture file with the button; until then this photo stands in."
    try:
        return _uploaded(bytes(upload[0]["content"]), size), "Photo: your own."
    except ValueError as problem:
        return _bundled(default, size), f"<b>{escape(str(problem))}</b> Until then this photo stands in."


@lru_cache(maxsize=32)
def _bundled(name, size):
    return _frozen(np.clip(photo(name, size, gray=True), 0, 1))


@lru_cache(maxsize=4)
def _uploaded(data, size):
    """Cut the largest square from the middle of a picture file and bring it to `size` × `size`."""
    colour = open_upload(data, max_side=1024)
    H, W = colour.shape[:2]
    side = min(H, W)
    top, left = (H - side) // 2, (W - side) // 2
    return _frozen(_block_means(colour[top : top + side, left : left + side] @ _LUMINANCE, size))


def _block_means(square, size):
    """Resample a square: each new pixel is the mean of the old ones whose place it takes (at least one)."""
    n = len(square)
    starts = np.arange(size) * n // size
    ends = np.maximum((np.arange(1, size + 1) * n) // size, starts + 1)
    sums = np.zeros((n + 1, n + 1))
    sums[1:, 1:] = square.cumsum(0).cumsum(1)
    rows = sums[ends] - sums[starts]
    return np.clip((rows[:, ends] - rows[:, starts]) / np.outer(ends - starts, ends - starts), 0, 1)


def _frozen(array):
    array.flags.writeable = False
    return array
