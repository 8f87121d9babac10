"""A real photo of a motorcycle that comes with scikit-image: read from the installed file, never downloaded."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

CREDIT = "Motorcycle, left picture of the Middlebury 2014 stereo scene (Scharstein et al. 2014)"


@cache
def motorcycle_photo():
    """Return the photo, `(500, 741, 3)` uint8, of a parked motorcycle without a rider; read-only.

    Raises FileNotFoundError where scikit-image is installed without it.

    >>> motorcycle_photo().shape
    (500, 741, 3)
    """
    path = Path(find_spec("skimage").submodule_search_locations[0]) / "data" / "motorcycle_left.png"
    if not path.is_file():
        raise FileNotFoundError("skimage is installed without its picture data/motorcycle_left.png: install it again")
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
