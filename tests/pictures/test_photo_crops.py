"""Crops of the photos: cut where they say, and never the same pixels in training and test."""

import numpy as np
import pytest

from cnncourse.pictures.photo_crops import NAMES, photo_crops
from cnncourse.pictures.photos import photo


def found_at(crop, picture):
    """Return the corners at which `crop` stands in `picture`, by trying every place."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, crop.shape[:2], axis=(0, 1))  # (h, w, 3, size, size)
    first = np.argwhere((windows[..., 0, 0] == crop[0, 0]).all(axis=-1))
    return [(r, c) for r, c in first.tolist() if (picture[r : r + len(crop), c : c + len(crop)] == crop).all()]


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_crop_stands_in_one_tile_of_its_photo(part):
    images, labels = photo_crops(60, np.random.default_rng(1), names=("coffee", "cat", "china"), part=part)
    pictures = [np.round(photo(name, 256) * 255).astype(np.uint8) for name in ("coffee", "cat", "china")]
    test_tiles = {(0, 1), (1, 3), (2, 0), (3, 2)}
    for image, label in zip(images, labels, strict=True):
        places = found_at(image, pictures[label])
        tiles = {(r // 64, c // 64) for r, c in places if (r + 31) // 64 == r // 64 and (c + 31) // 64 == c // 64}
        assert tiles
        assert tiles & test_tiles if part == "test" else tiles - test_tiles


def test_every_offset_in_a_tile_comes_up():
    images, _ = photo_crops(400, np.random.default_rng(2), names=("astronaut",), size=62, part="test")
    picture = np.round(photo("astronaut", 256) * 255).astype(np.uint8)
    seen = {(r % 64, c % 64) for image in images for r, c in found_at(image, picture)}
    assert seen == {(r, c) for r in range(3) for c in range(3)}


def test_all_photos_come_equally_often():
    _, labels = photo_crops(15_000, np.random.default_rng(3), size=1)
    counts = np.bincount(labels, minlength=len(NAMES))
    assert len(counts) == len(NAMES)
    assert (np.abs(counts - 1000) < 5 * np.sqrt(1000)).all()


def test_the_same_generator_gives_the_same_crops():
    first, again = (photo_crops(9, np.random.default_rng(4), size=20) for _ in range(2))
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"count": -1}, "count must be at least 0"),
        ({"size": 65}, "size must be at most 64"),
        ({"names": "cat"}, "names must be a sequence"),
        ({"names": ("dog",)}, "names must be one of"),
        ({"part": "validation"}, "part must be one of"),
    ],
)
def test_a_bad_argument_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        photo_crops(**({"count": 3, "rng": np.random.default_rng(0)} | arguments))
