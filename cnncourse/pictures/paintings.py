"""Paintings made by the course itself, from a seed: the style pictures of neural style transfer.

style = painting("starry")                  # (256, 256, 3) uint8
other = painting("starry", seed=1)          # another night
"""

from functools import lru_cache

import numpy as np

from cnncourse.arguments import one_of, whole_number
from cnncourse.pictures.paintings_dots import dots
from cnncourse.pictures.paintings_print import ink, waves
from cnncourse.pictures.paintings_strokes import starry
from cnncourse.pictures.paintings_tiles import glass, grid, mosaic
from cnncourse.pictures.paintings_washes import watercolour

_PAINTERS = {
    "starry": starry,
    "waves": waves,
    "mosaic": mosaic,
    "glass": glass,
    "grid": grid,
    "dots": dots,
    "watercolour": watercolour,
    "ink": ink,
}
PAINTINGS = tuple(_PAINTERS)
SMALLEST, LARGEST = 64, 8192
_SEED = 1889


def painting(name, size=256, seed=0):
    """Return a painting as a `(size, size, 3)` uint8 picture, the same every time; each seed composes it anew.

    "starry": a night of swirling strokes; "waves": a woodblock sea; "mosaic": a rosette of small stones; "glass": a
    leaded window; "grid": rectangles between black lines; "dots": a river bank in dots; "watercolour": mountains and
    flowers; "ink": a hatched landscape. `size` is at least 64; another size shows the same scene. Raises ValueError or
    TypeError for other arguments.

    >>> painting("grid", size=64).shape
    (64, 64, 3)
    """
    one_of("name", name, PAINTINGS)
    size, seed = whole_number("size", size, SMALLEST, LARGEST), whole_number("seed", seed, 0)
    return _painted(name, size, seed).copy()


@lru_cache(maxsize=64)
def _painted(name, size, seed):
    return _PAINTERS[name](np.random.default_rng([_SEED, PAINTINGS.index(name), seed]), size)
