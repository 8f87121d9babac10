"""Two descriptions of a digit: its raw pixels, and what a bank of small kernels finds in it, wherever it stands.

Pictures are (N, H, W) in [0, 1]. The kernels are patches cut out of digits; the strongest answer of each kernel over
the whole picture is one feature, so a digit that moves keeps its features (patches as filters: Coates & Ng 2011).
"""

from functools import lru_cache

import numpy as np

from cnncourse.convolution import correlate
from cnncourse.pictures import digits

KNOWN = 1000  # digits the method knows; the other 797 are held out
PATCH = 6
KERNELS = 64
THRESHOLD = 0.5


def cut_kernels(images, size, count, rng):
    """Return `count` kernels (count, 1, size, size): random patches with some ink, made mean 0 and length 1."""
    kernels = []
    while len(kernels) < count:
        row, column = rng.integers(0, images.shape[1] - size + 1, 2)
        patch = images[rng.integers(len(images)), row : row + size, column : column + size]
        patch = patch - patch.mean()
        if np.linalg.norm(patch) > 1:
            kernels.append(patch / np.linalg.norm(patch))
    return np.stack(kernels)[:, None]


def strongest_answers(images, kernels):
    """Return (N, K): each kernel's strongest rectified answer anywhere in each picture, rows scaled to length 1."""
    pictures, kernels = images[:, None].astype(np.float32), kernels.astype(np.float32)  # half the numbers to move
    answers = correlate(pictures, kernels, padding=kernels.shape[-1] // 2)  # (N, K, H', W')
    features = np.maximum(answers.max(axis=(2, 3)) - THRESHOLD, 0)  # rectifying last keeps the order and saves time
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)


def place(images, corners, frame):
    """Return empty pictures of side `frame` with each image's top left corner at its (row, column)."""
    placed = np.zeros((len(images), frame, frame))
    for picture, image, (row, column) in zip(placed, images, corners, strict=True):
        picture[row : row + image.shape[0], column : column + image.shape[1]] = image
    return placed


@lru_cache(maxsize=8)
def moved_digits(reach):
    """Return (pictures (1797, 16, 16), labels): the digits in random order, each moved by up to `reach` pixels."""
    images, labels = digits()
    rng = np.random.default_rng(5)
    order = rng.permutation(len(images))
    corners = 4 + rng.integers(-reach, reach + 1, (len(images), 2))
    return place(images[order], corners, 16), labels[order]


@lru_cache(maxsize=1)
def bank():
    """Return the course's bank of kernels, cut from the known digits."""
    return cut_kernels(moved_digits(0)[0][:KNOWN], PATCH, KERNELS, np.random.default_rng(2))


@lru_cache(maxsize=16)
def described(space, reach):
    """Return the rows (1797, D) that describe the moved digits in a space: "pixels" or "features"."""
    pictures, _ = moved_digits(reach)
    return pictures.reshape(len(pictures), -1) if space == "pixels" else strongest_answers(pictures, bank())
