"""A square that the learner drags over a photo, and the 64 × 64 pixels that a network sees of it.

A photo is painted into a box (left, top, side), as large as fits; the square's middle is kept as shares of the photo's
width and height.
"""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
from PIL import Image

from cnncourse.pictures import open_upload

SIZE = 64


@lru_cache(maxsize=4)
def uploaded(data):
    """Return an uploaded file's bytes as a PIL image of at most 640 pixels; ValueError says why it is none."""
    return Image.fromarray(np.round(open_upload(data, max_side=640) * 255).astype(np.uint8))


def photo_chooser(choices, value, own, width=None, description="photo"):
    """Return a drop-down of photos and the button that uploads one, after which the drop-down stands at `own`."""
    upload = widgets.FileUpload(accept="image/*", description="Your own photo", layout={"width": "160px"})
    picker = widgets.Dropdown(options=choices, value=value, description=description, layout={"width": width})
    upload.observe(lambda _: setattr(picker, "value", own), "value")
    return picker, upload


def square(size, part, centre):
    """Return (left, top, side) in pixels of the square cut out of a picture of `size` (width, height).

    `part` is the side as a percentage of the shorter side, `centre` the wanted middle as shares of width and height;
    the square is kept inside the picture.

    >>> square((200, 100), 50, (0.5, 0.5)), square((200, 100), 100, (0.0, 0.9))
    ((75.0, 25.0, 50.0), (0.0, 0.0, 100.0))
    """
    side = min(size) * part / 100
    corner = [
        min(max(share * length - side / 2, 0.0), length - side) for share, length in zip(centre, size, strict=True)
    ]
    return corner[0], corner[1], side


def what_the_net_sees(image, part, centre, turn, mirror):
    """Return the `(64, 64, 3)` uint8 picture: the square, turned by `turn` degrees (anticlockwise), shrunk."""
    left, top, side = square(image.size, part, centre)
    if turn:
        middle = (left + side / 2, top + side / 2)
        mean = tuple(int(value) for value in np.asarray(image).reshape(-1, 3).mean(axis=0))
        image = image.rotate(turn, Image.Resampling.BILINEAR, center=middle, fillcolor=mean)
    small = image.resize((SIZE, SIZE), Image.Resampling.BOX, (left, top, left + side, top + side))
    pixels = np.asarray(small)
    return np.ascontiguousarray(pixels[:, ::-1]) if mirror else pixels


def placed(size, box):
    """Return (x, y, scale) of a photo of `size` (width, height), centred in a box (left, top, side).

    >>> placed((200, 100), (10, 20, 100))
    (10.0, 45.0, 0.5)
    """
    left, top, side = box
    scale = side / max(size)
    return left + (side - size[0] * scale) / 2, top + (side - size[1] * scale) / 2, scale


def moved_square(event, centre, size, box, step):
    """Return the state's new `centre` after a click, a drag or an arrow key (by the share `step`), or None."""
    steps = {"ArrowLeft": (-step, 0), "ArrowRight": (step, 0), "ArrowUp": (0, -step), "ArrowDown": (0, step)}
    if event.kind == "key" and event.key in steps:
        moved = np.add(centre, steps[event.key])
    elif event.kind in ("click", "drag"):
        x, y, scale = placed(size, box)
        moved = (event.x - x) / (size[0] * scale), (event.y - y) / (size[1] * scale)
        if event.kind == "click" and not all(0 <= share <= 1 for share in moved):
            return None
    else:
        return None
    return {"centre": tuple(round(float(np.clip(share, 0, 1)), 3) for share in moved)}
