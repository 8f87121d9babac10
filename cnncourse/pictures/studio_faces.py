"""Faces for networks that make pictures: 32 × 32 RGB, each of another person, grey background, one light.

Face i of a split has a seed of its own, made of the split and i, so a split can grow without changing what it had.
"small" and "test" are shipped in `data/studio_faces`; "train" is rendered when first asked for and kept in the cache
folder. All have been JPEG-encoded in the same way.
"""

from functools import cache

import numpy as np

from cnncourse.arguments import one_of, true_or_false, whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.faces import face_attributes, render_face, sample_identity, sample_photo
from cnncourse.pictures.picture_sheets import decode, encode, tile, untile
from cnncourse.pictures.rendered_cache import rendered_chunks

SIZE = 32
SPLITS = ("train", "small", "test")
FACES = {"train": 2000, "small": 1200, "test": 600}  # unless told
SHIPPED = ("small", "test")
COLUMNS = 40  # of a sheet
QUALITY = 95
CHUNK = 200  # faces in a file of the cache folder: a multiple of COLUMNS
_DRAWING = 1  # goes up whenever the pictures change, so that older ones in a cache folder are not used
_SEED = 1312


def studio_faces(split="test", count=None, progress=True):
    """Return the first `count` faces of a split, `(N, 32, 32, 3)` uint8.

    "test" has 600 and "small" 1,200, which end there; "train" has as many as asked for (2,000 unless told) and takes
    about 0.06 s a face the first time, with a bar meanwhile. A wrong name or count raises ValueError or TypeError.

    >>> studio_faces("small", count=3).shape
    (3, 32, 32, 3)
    """
    one_of("split", split, SPLITS)
    true_or_false("progress", progress)
    count = whole_number("count", FACES[split] if count is None else count, 1)
    if split in SHIPPED and count > FACES[split]:
        raise ValueError(f"count must be at most {FACES[split]} for the split {split!r}, got {count}")
    images = _shipped(split) if split in SHIPPED else _rendered(split, count, progress)
    return images[:count].copy()


def studio_scene(number, split="test"):
    """Return the `Identity` and the `Photo` of the face `number` of a split, counted from 0."""
    kept_apart = SPLITS.index(one_of("split", split, SPLITS))
    rng = np.random.default_rng([_SEED, kept_apart, whole_number("number", number, 0)])
    return sample_identity(rng), sample_photo(rng, "studio")


def studio_attributes(number, split="test"):
    """Return what the face `number` of a split shows, as in `cnncourse.pictures.faces.face_attributes`."""
    return face_attributes(*studio_scene(number, split))


def remake_studio_face(number, split="test"):
    """Return a face `(32, 32, 3)` uint8 rendered and encoded afresh, as in the data set."""
    return decode(encode(render_studio_face(number, split), QUALITY))


def render_studio_face(number, split="test"):
    """Return a face `(32, 32, 3)` uint8 as rendered: before it was encoded."""
    return render_face(*studio_scene(number, split), SIZE)


def sheet_name(split):
    """Return the name of a split's file in `data/studio_faces`.

    >>> sheet_name("test")
    'test.jpg'
    """
    return f"{split}.jpg"


def rendered_sheet(pictures):
    """Return rendered pictures `(N, 32, 32, 3)`, N a multiple of COLUMNS, as the bytes of one JPEG sheet."""
    return encode(tile(pictures, COLUMNS), QUALITY)


def render_chunk(number):
    """Render CHUNK training faces, from `number * CHUNK` on, into the cache folder if they are not there yet."""
    for _chunk in rendered_chunks(_folder("train"), 1, CHUNK, _renderer("train"), progress=False, first=number):
        pass


@cache
def _shipped(split):
    return untile(decode(data_file("studio_faces", sheet_name(split)).read_bytes()), SIZE)


def _rendered(split, count, progress):
    chunks = rendered_chunks(_folder(split), -(-count // CHUNK), CHUNK, _renderer(split), progress)
    return np.concatenate([untile(decode(arrays["sheet"].tobytes()), SIZE) for arrays in chunks])


def _folder(split):
    return f"studio_faces_{_DRAWING}/{split}"


def _renderer(split):
    def render(numbers, on_done):
        pictures = []
        for number in numbers:
            pictures.append(render_studio_face(number, split))
            on_done()
        return {"sheet": np.frombuffer(rendered_sheet(np.stack(pictures)), np.uint8)}

    return render
