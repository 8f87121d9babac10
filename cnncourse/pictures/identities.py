"""Many people, several photos of each: rendered faces, 64 × 64 RGB, for networks that tell who is in a picture.

A person has a seed made of the split and the person's number, a photo one of the split, the preset and both numbers:
no person of one split is in another, and a split can grow without changing what it had. The street photos of "small",
"validation" and "test" are shipped in `data/identities`; everything else is rendered when first asked for and kept in
the cache folder. All have been JPEG-encoded in the same way.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from cnncourse.arguments import one_of, true_or_false, whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.faces import PRESETS, render_face, sample_identity, sample_photo
from cnncourse.pictures.picture_sheets import decode, encode, tile, untile
from cnncourse.pictures.rendered_cache import rendered_chunks

SIZE = 64
SPLITS = ("train", "validation", "test", "small", "fresh")
# Photos of one person, and people unless told. "fresh" is like "test", with other people.
PHOTOS = {"train": 8, "validation": 10, "test": 10, "small": 8, "fresh": 10}
PEOPLE = {"train": 200, "validation": 100, "test": 100, "small": 60, "fresh": 100}
SHIPPED = ("small", "validation", "test")
COLUMNS = 40  # of a sheet
QUALITY = 82
CHUNK = 20  # people in a file of the cache folder: a multiple of COLUMNS photos
_DRAWING = 1  # goes up whenever the pictures change, so that older ones in a cache folder are not used
_SEED = 2017


class Identities(NamedTuple):
    """Pictures and who is in each."""

    images: np.ndarray  # (N, 64, 64, 3) uint8
    people: np.ndarray  # (N,) int64, the person's number in the split


def identities(split="test", preset="street", count=None, progress=True):
    """Return all photos of the first `count` people of a split as Identities, person by person.

    "test" and "validation" have 100 people with 10 photos each, "small" 60 with 8, which end there; "train" has 8
    photos of as many people as asked for (200 unless told) and "fresh" 10. What is not shipped takes about 0.07 s a
    photo the first time and shows a bar meanwhile. A wrong name or count raises ValueError or TypeError.

    >>> faces = identities("small", count=2)
    >>> faces.images.shape, faces.people.tolist()
    ((16, 64, 64, 3), [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
    """
    one_of("split", split, SPLITS)
    one_of("preset", preset, PRESETS)
    true_or_false("progress", progress)
    count = whole_number("count", PEOPLE[split] if count is None else count, 1)
    if split in SHIPPED and count > PEOPLE[split]:
        raise ValueError(f"count must be at most {PEOPLE[split]} for the split {split!r}, got {count}")
    shipped = split in SHIPPED and preset == "street"
    images = _shipped(split) if shipped else _rendered(split, preset, count, progress)
    return Identities(images[: count * PHOTOS[split]].copy(), np.repeat(np.arange(count), PHOTOS[split]))


def identity_scene(person, photo, split="test", preset="street"):
    """Return the `Identity` of a person of a split and the `Photo` numbered `photo` of that person, both from 0.

    `photo` has no end: there are more photos of a person than the data set holds.
    """
    kept_apart = SPLITS.index(one_of("split", split, SPLITS))
    view = PRESETS.index(one_of("preset", preset, PRESETS))
    person, photo = whole_number("person", person, 0), whole_number("photo", photo, 0)
    identity = sample_identity(np.random.default_rng([_SEED, 1, kept_apart, person]))
    return identity, sample_photo(np.random.default_rng([_SEED, 2 + view, kept_apart, person, photo]), preset)


def render_identity(person, photo, split="test", preset="street"):
    """Return a photo of a person, `(64, 64, 3)` uint8, as rendered: before it was encoded."""
    return render_face(*identity_scene(person, photo, split, preset), SIZE)


def remake_identity(person, photo, split="test", preset="street"):
    """Return a photo of a person, `(64, 64, 3)` uint8, rendered and encoded afresh, as in the data set."""
    return decode(encode(render_identity(person, photo, split, preset), QUALITY))


def sheet_name(split):
    """Return the name of a split's file in `data/identities`.

    >>> sheet_name("test")
    'street_test.jpg'
    """
    return f"street_{split}.jpg"


def rendered_sheet(pictures):
    """Return rendered pictures `(N, 64, 64, 3)`, N a multiple of COLUMNS, as the bytes of one JPEG sheet."""
    return encode(tile(pictures, COLUMNS), QUALITY)


@cache
def _shipped(split):
    return untile(decode(data_file("identities", sheet_name(split)).read_bytes()), SIZE)


def _rendered(split, preset, count, progress):
    def render(people, on_done):
        pictures = []
        for person in people:
            for photo in range(PHOTOS[split]):
                pictures.append(render_identity(person, photo, split, preset))
            on_done()
        return {"sheet": np.frombuffer(rendered_sheet(np.stack(pictures)), np.uint8)}

    name = f"identities_{_DRAWING}/{preset}_{split}"
    chunks = rendered_chunks(name, -(-count // CHUNK), CHUNK, render, progress)
    return np.concatenate([untile(decode(arrays["sheet"].tobytes()), SIZE) for arrays in chunks])
