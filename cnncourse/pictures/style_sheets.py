"""Style transfers painted beforehand: a wall of contents and styles, and a sheet of content layers and weights β."""

import json
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnncourse.arguments import whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.picture_sheets import decode, encode, untile

WALL_CONTENTS = ("cat", "china", "astronaut")
WALL_STYLES = ("starry", "glass", "waves", "ink", "dots")
CONTENT_LAYERS = ("conv1_1", "conv2_2", "conv3_2", "conv4_2")
BETAS = (1.0, 6.0, 30.0, 150.0, 800.0)
SIDE = 160


class WeightSheet(NamedTuple):
    """`pictures` (4 content layers, 5 weights β, 160, 160, 3) uint8; their shares `content` and `style`, (4, 5)."""

    pictures: np.ndarray
    content: np.ndarray
    style: np.ndarray


def style_wall():
    """Return the wall `(H, W, 3)` uint8: photos in the first column, paintings in the first row, transfers between."""
    return decode(data_file("style", "wall.jpg").read_bytes())


def wall_jpeg(width):
    """Return the wall, `width` pixels wide, as the bytes of a JPEG file: small enough for a notebook."""
    wall = Image.fromarray(style_wall())
    height = round(wall.height * whole_number("width", width, 1, 10_000) / wall.width)
    return encode(np.asarray(wall.resize((width, height), Image.Resampling.LANCZOS)), 80)


def weight_sheet():
    """Return the WeightSheet of one photo and one painting."""
    pictures = untile(decode(data_file("style", "weights.jpg").read_bytes()), SIDE)
    costs = json.loads(data_file("style", "weights.json").read_text())
    shape = len(CONTENT_LAYERS), len(BETAS)
    return WeightSheet(
        pictures.reshape(*shape, SIDE, SIDE, 3),
        *(np.array(costs[name]).reshape(shape) for name in ("content", "style")),
    )
