"""What all paintings share: a finer canvas to paint on, noise that looks alike at every size, cells, washes.

Places are in units of the picture's side, y down, so that a painting shows the same scene at every size.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

FINE, LEAST = 2, 400  # the canvas has so many times the picture's pixels a side, and at least so many


def canvas_side(size):
    """Return how many pixels a side the canvas of a picture has: never so few that a line would be too thick."""
    return max(FINE * size, LEAST)


def places(side):
    """Return y and x `(side, side)` of the middles of the pixels, in (0, 1)."""
    middles = (np.arange(side) + 0.5) / side
    return np.meshgrid(middles, middles, indexing="ij")


def noise(rng, side, cells=4, octaves=4, fall=0.5):
    """Return smooth noise `(side, side)` around 0, mostly within ±1: `cells` bumps a side, then finer ones, weaker."""
    total, weights = np.zeros((side, side)), 0.0
    for octave in range(octaves):
        count = cells * 2**octave + 3
        grid = Image.fromarray(rng.normal(size=(count, count)).astype(np.float32))
        box = (1, 1, count - 2, count - 2)
        total += fall**octave * np.asarray(grid.resize((side, side), Image.Resampling.BICUBIC, box))
        weights += fall ** (2 * octave)
    return total / (1.2 * weights**0.5)


def blurred(field, radius):
    """Return a field in [0, 1] after a Gaussian of `radius` pixels."""
    picture = Image.fromarray((field.clip(0, 1) * 255).astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(radius))) / 255.0


def soft(distance, width):
    """Return 1 where a signed distance is well below 0, 0 where it is well above, rising over `width`."""
    return (0.5 - distance / width).clip(0, 1)


def mixed(below, above, share):
    """Return colours `below` covered by `above` with the `share` `(side, side)` of each pixel."""
    return below + (np.asarray(above, float) - below) * share[..., None]


def ramp(colours, heights):
    """Return the colours at `heights` in [0, 1] along an even scale of `colours` `(K, 3)`."""
    colours, steps = np.asarray(colours, float), np.linspace(0, 1, len(colours))
    return np.stack([np.interp(heights, steps, colours[:, channel]) for channel in range(3)], axis=-1)


def finished(canvas, size):
    """Return a canvas, a Pillow image or an array of 0 to 255, as a `(size, size, 3)` uint8 picture."""
    if not isinstance(canvas, Image.Image):
        canvas = Image.fromarray(np.rint(canvas).clip(0, 255).astype(np.uint8))
    return np.asarray(canvas.resize((size, size), Image.Resampling.LANCZOS))


class Cells(NamedTuple):
    """Which cell every pixel of a canvas is in, how far it is from the cell's middle, and the next cell's excess."""

    number: np.ndarray  # (side, side) int
    middle: np.ndarray  # (K, 2) y, x of each cell's middle
    distance: np.ndarray  # (side, side), in units of the side
    border: np.ndarray  # (side, side): distance to the second nearest middle, less the distance


def cells(rng, side, count, angle=None, jitter=0.8):
    """Return the Cells of about `count` × `count` middles, jittered from a grid.

    With `angle`, a function of y, x, a cell is a square turned by the angle at its middle; else it is a Voronoi cell.
    """
    grid = np.stack(np.meshgrid(*[np.arange(-1, count + 1)] * 2, indexing="ij"), axis=-1)  # (count + 2, count + 2, 2)
    middle = (grid + 0.5 + jitter * rng.uniform(-0.5, 0.5, grid.shape)) / count
    turn = np.zeros(grid.shape[:2]) if angle is None else angle(*np.moveaxis(middle, 2, 0))
    y, x = places(side)
    row, column = (y * count).astype(int) + 1, (x * count).astype(int) + 1
    best, second = np.full((side, side), 9.0), np.full((side, side), 9.0)
    number = np.zeros((side, side), int)
    reach = 1 if angle is None else 2
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            r, c = (row + down).clip(0, count + 1), (column + right).clip(0, count + 1)
            dy, dx = y - middle[r, c, 0], x - middle[r, c, 1]
            if angle is None:
                far = np.hypot(dy, dx)
            else:
                cos, sin = np.cos(turn[r, c]), np.sin(turn[r, c])
                far = np.maximum(abs(cos * dy + sin * dx), abs(cos * dx - sin * dy))
            here, nearer = r * (count + 2) + c, far < best
            second = np.where(nearer, best, np.where(here == number, second, np.minimum(second, far)))
            number = np.where(nearer, here, number)
            best = np.where(nearer, far, best)
    return Cells(number, middle.reshape(-1, 2), best, second - best)
