"""Pictures with one shape or none, 32 × 48, for a network that learns in seconds to localise one object.

Shapes are lighter or darker than an uneven ground, some clearly and some hardly, under camera noise. Nothing is read
from a file: equal generators give equal pictures.
"""

import numpy as np

from cnncourse.arguments import MANY, random_generator, real_number, whole_number

SHAPES = ("disc", "square", "triangle")
HEIGHT, WIDTH = 32, 48
SMALLEST, LARGEST = 10, 26  # pixels, of height and of width
CONTRASTS = (0.04, 0.4)
NOISE = 0.05


def shape_pictures(count, rng, empty=0.5):
    """Return (pictures, boxes, labels, contrasts) of `count` pictures, each without a shape with probability `empty`.

    pictures `(N, 32, 48)` float32 in [0, 1]; boxes a list of arrays (x1, y1, x2, y2) in pixels, or None; labels a list
    of places in SHAPES, or None; contrasts `(N,)`, the step in brightness between shape and ground, or 0.
    """
    count, rng = whole_number("count", count, 0, MANY), random_generator("rng", rng)
    empty = real_number("empty", empty, 0, 1)
    pictures, boxes, labels, contrasts = np.zeros((count, HEIGHT, WIDTH), np.float32), [], [], np.zeros(count)
    for number in range(count):
        there = rng.random() >= empty
        box, label = (_random_box(rng), int(rng.integers(len(SHAPES)))) if there else (None, None)
        contrasts[number] = np.exp(rng.uniform(*np.log(CONTRASTS))) if there else 0
        picture = _ground(rng)
        if there:
            sign = 1 if rng.random() < 0.5 else -1
            picture = picture + sign * contrasts[number] * covered(box, label)
        pictures[number] = np.clip(picture + rng.normal(0, NOISE, picture.shape), 0, 1)
        boxes.append(box)
        labels.append(label)
    return pictures, boxes, labels, contrasts


def covered(box, label):
    """Return the share `(32, 48)` of each pixel that a shape of the kind SHAPES[label] in a box covers.

    >>> covered(np.array([2, 3, 6, 5.5]), 1).sum(axis=1)[2:7].tolist()  # a square: 4 wide, 2.5 high
    [0.0, 4.0, 4.0, 2.0, 0.0]
    """
    fine = 4
    y, x = (np.indices((HEIGHT * fine, WIDTH * fine)) + 0.5) / fine
    x1, y1, x2, y2 = box
    u, v = (x - (x1 + x2) / 2) / ((x2 - x1) / 2), (y - (y1 + y2) / 2) / ((y2 - y1) / 2)  # −1 to 1 in the box
    inside = (u * u + v * v <= 1, np.maximum(abs(u), abs(v)) <= 1, (abs(v) <= 1) & (2 * abs(u) <= 1 + v))[label]
    return inside.reshape(HEIGHT, fine, WIDTH, fine).mean(axis=(1, 3))


def _random_box(rng):
    w, h = rng.uniform(SMALLEST, LARGEST, 2)
    left, top = rng.uniform(0, WIDTH - w), rng.uniform(0, HEIGHT - h)
    return np.array([left, top, left + w, top + h])


def _ground(rng):
    """Return a ground of uneven brightness: a slope and a slow wave."""
    y, x = np.indices((HEIGHT, WIDTH)) / WIDTH
    slope_x, slope_y, height = rng.uniform(-0.25, 0.25, 3)
    wave = 0.08 * np.sin(rng.uniform(2, 8) * x + rng.uniform(2, 8) * y + rng.uniform(0, 6.28))
    return 0.5 + height / 2 + slope_x * (x - 0.5) + slope_y * (y - 0.33) + wave
