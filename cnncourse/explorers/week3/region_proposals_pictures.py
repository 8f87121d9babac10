"""What the explorers of notebook 3.5 look at: road scenes with their objects, photos, the learner's own picture."""

from functools import lru_cache
from html import escape

import numpy as np

from cnncourse.detection.proposals import merge_segments
from cnncourse.pictures import open_upload, photo, photo_credit
from cnncourse.pictures.road_scenes import road_scenes

ROADS = (1, 12, 31, 45)
PHOTOS = ("astronaut", "coffee", "flower", "rocket", "cat", "china")
OWN = "your own photo"
SIDE = 160
NAMES = (*(f"road scene {number}" for number in ROADS), *PHOTOS, OWN)
NO_BOXES = np.zeros((0, 4))


def chosen(name, upload=()):
    """Return (picture (H, W, 3) uint8, the counted objects' boxes (M, 4), a sentence in HTML) of a name in NAMES.

    Photos have no objects. `upload` is the value of a FileUpload; until it holds a picture a photo stands in.
    """
    if name == OWN:
        return _own(upload)
    if name in PHOTOS:
        return _photo(name), NO_BOXES, f"Photo: {escape(photo_credit(name))}."
    scenes, number = road_scenes(), int(name.split()[-1])
    return scenes.images[number], scenes.boxes[number][~scenes.ignored[number]], ""


@lru_cache(maxsize=12)
def tree_of(pixels, shape, colours):
    """Return the MergeTree of a picture given by its bytes and shape."""
    return merge_segments(np.frombuffer(pixels, np.uint8).reshape(shape), colours=colours)


def _own(upload):
    if not upload:
        return _photo("coffee"), NO_BOXES, "Choose a picture file with the button; until then this photo stands in."
    try:
        return _opened(bytes(upload[0]["content"])), NO_BOXES, "Your own photo. It stays on this computer."
    except ValueError as problem:
        return _photo("coffee"), NO_BOXES, f"<b>{escape(str(problem))}</b> Until then this photo stands in."


@lru_cache(maxsize=2)
def _opened(data):
    return _bytes_of(open_upload(data, max_side=SIDE))


@lru_cache(maxsize=len(PHOTOS))
def _photo(name):
    return _bytes_of(photo(name, SIDE))


def _bytes_of(picture):
    return np.round(picture * 255).astype(np.uint8)
