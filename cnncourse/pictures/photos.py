"""Photographs that come with scikit-image and scikit-learn: read from the installed files, never downloaded."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from cnncourse.arguments import one_of, true_or_false, whole_numbers

_SKIMAGE, _SKLEARN = ("skimage", "data"), ("sklearn", "datasets/images")
# name: (package and folder, file, credit and licence)
_PHOTOS = {
    "astronaut": (_SKIMAGE, "astronaut.png", "Eileen Collins, photograph by NASA, public domain"),
    "brick": (_SKIMAGE, "brick.png", "Brick wall, CC0Textures, CC0"),
    "camera": (_SKIMAGE, "camera.png", "Photographer with a camera, by Lav Varshney, CC0"),
    "cat": (_SKIMAGE, "chelsea.png", "Chelsea the cat, by Stéfan van der Walt, CC0"),
    "china": (_SKLEARN, "china.jpg", "Chinese palace, by danielbuechele on Flickr, CC BY 2.0"),
    "clock": (_SKIMAGE, "clock_motion.png", "Moving wall clock, by Stéfan van der Walt, public domain"),
    "coffee": (_SKIMAGE, "coffee.png", "Cup of coffee at Pikolo Espresso Bar, by Rachel Michetti, CC0"),
    "coins": (_SKIMAGE, "coins.png", "Greek coins from Pompeii, Brooklyn Museum, no known copyright restrictions"),
    "flower": (_SKLEARN, "flower.jpg", "Flower, by vultilion on Flickr, CC BY 2.0"),
    "grass": (_SKIMAGE, "grass.png", "Grass, by linolafett on DeviantArt, CC0"),
    "gravel": (_SKIMAGE, "gravel.png", "Gravel, CC0Textures, CC0"),
    "hubble": (_SKIMAGE, "hubble_deep_field.jpg", "Hubble eXtreme Deep Field, NASA, public domain"),
    "retina": (_SKIMAGE, "retina.jpg", "Human retina, by Mikael Häggström, CC0"),
    "rocket": (_SKIMAGE, "rocket.jpg", "Falcon 9 with DSCOVR, SpaceX, public domain"),
    "text": (_SKIMAGE, "text.png", "Handwritten words, Wikipedia's Corner.png, public domain"),
}
LARGEST = 8192  # pixels a side
_LUMINANCE = np.array([0.299, 0.587, 0.114])


def photo_names():
    """Return the names that `photo` knows, in alphabetical order.

    >>> "camera" in photo_names()
    True
    """
    return list(_PHOTOS)


def photo_credit(name):
    """Return who made a photo and under which licence it may be used.

    >>> photo_credit("cat")
    'Chelsea the cat, by Stéfan van der Walt, CC0'
    """
    return _PHOTOS[one_of("name", name, _PHOTOS)][2]


def photo(name, size=None, gray=False):
    """Return a photo as floats in [0, 1]: `(H, W, 3)`, or `(H, W)` with `gray` (0.299 R + 0.587 G + 0.114 B, Rec. 601).

    Photos that were taken in grey have three equal channels. With a `size`, one number for a square or
    `(height, width)`, the largest middle part of that shape is cut out and resampled. An unknown name or a size below 1
    raises ValueError, a size of the wrong type TypeError.

    >>> photo("cat", size=64).shape, photo("cat", size=(20, 30), gray=True).shape
    ((64, 64, 3), (20, 30))
    """
    pixels, gray = _pixels(one_of("name", name, _PHOTOS)), true_or_false("gray", gray)
    if size is not None:
        pixels = _resized(pixels, *whole_numbers("size", size, 2, 1, LARGEST))
    picture = pixels / 255.0
    return picture @ _LUMINANCE if gray else picture


def _resized(pixels, height, width):
    H, W = pixels.shape[:2]
    scale = min(H / height, W / width)
    top, left = max(0.0, (H - height * scale) / 2), max(0.0, (W - width * scale) / 2)
    box = (left, top, W - left, H - top)
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS, box))


@cache
def _pixels(name):
    (package, folder), file, _ = _PHOTOS[name]
    path = Path(find_spec(package).submodule_search_locations[0]) / folder / file
    if not path.is_file():
        raise FileNotFoundError(f"{package} is installed without its picture {folder}/{file}: install {package} again")
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
