"""Small squares cut out of the bundled photos, to learn which photo each comes from.

Every photo is brought to 256 × 256 and divided into 4 × 4 tiles. One tile in every row and column is kept for tests;
a crop lies within one tile, so a training crop and a test crop never share a pixel.
"""

from functools import cache

import numpy as np

from cnncourse.arguments import MANY, one_of, random_generator, several, whole_number
from cnncourse.pictures.photos import photo, photo_names

SIDE, TILE = 256, 64
NAMES = tuple(photo_names())
PARTS = ("train", "test")
_TEST_COLUMNS = (1, 3, 0, 2)  # the test tile of each row of tiles


def photo_crops(count, rng, names=NAMES, size=32, part="train"):
    """Return `count` random crops `(count, size, size, 3)` uint8 and the places of their photos in `names` `(count,)`.

    Photo, tile and offset are uniform draws of `rng`; `size` is at most 64 pixels. `part` is "train" (12 tiles of
    each photo) or "test" (the other 4). Raises ValueError or TypeError for other arguments.

    >>> images, labels = photo_crops(5, np.random.default_rng(0), names=("cat", "coffee"))
    >>> images.shape, set(labels.tolist()) <= {0, 1}
    ((5, 32, 32, 3), True)
    """
    count, size = whole_number("count", count, 0, MANY), whole_number("size", size, 1)
    if size > TILE:
        raise ValueError(f"size must be at most {TILE}, the side of a tile, got {size}")
    rng = random_generator("rng", rng)
    photos = _photos(_checked(names))
    tiles = _tiles(one_of("part", part, PARTS))
    labels = rng.integers(len(photos), size=count)
    corners = tiles[rng.integers(len(tiles), size=count)] + rng.integers(TILE - size + 1, size=(count, 2))
    rows, columns = (corners[:, axis, None] + np.arange(size) for axis in (0, 1))  # each (count, size)
    return photos[labels[:, None, None], rows[:, :, None], columns[:, None, :]], labels


def _checked(names):
    if isinstance(names, str) or not (names := tuple(several("names", names, "a sequence of names of photos"))):
        raise ValueError(f"names must be a sequence of names of photos, got {names!r}")
    return tuple(one_of("names", name, NAMES) for name in names)


def _tiles(part):
    places = [(row, column) for row in range(4) for column in range(4)]
    chosen = [(r, c) for r, c in places if (c == _TEST_COLUMNS[r]) == (part == "test")]
    return np.array(chosen) * TILE


@cache
def _photos(names):
    return np.stack([np.round(photo(name, SIDE) * 255).astype(np.uint8) for name in names])
