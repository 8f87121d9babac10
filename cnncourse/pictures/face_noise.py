"""Noise in space, for skin, hair and cloth: the same everywhere and always, from one table of random numbers."""

import numpy as np

_CELLS = 32
_TABLE = np.random.default_rng(1911).random((_CELLS, _CELLS, _CELLS)).astype(np.float32).ravel()


def noise(points, frequency):
    """Return smooth noise `(N,)` in [0, 1] at points `(3, N)`, `frequency` cells a unit, repeating after 32."""
    place = points * np.float32(frequency)
    low = np.floor(place)
    part = place - low
    part = part * part * (3 - 2 * part)
    first = low.astype(np.int64) % _CELLS
    second = (first + 1) % _CELLS
    xs = first[0] * (_CELLS * _CELLS), second[0] * (_CELLS * _CELLS)
    ys = first[1] * _CELLS, second[1] * _CELLS
    zs = first[2], second[2]
    lines = [[_blend(_TABLE[x + y + zs[0]], _TABLE[x + y + zs[1]], part[2]) for y in ys] for x in xs]
    return _blend(*(_blend(*pair, part[1]) for pair in lines), part[0])


def strands(points, crown, frequency, along=0.3):
    """Return noise `(N,)` in streaks that run down from `crown`, `frequency` of them a radian, `along` cells a cm."""
    x, y, z = points - np.asarray(crown, points.dtype).reshape(3, 1)
    out = np.sqrt(x * x + z * z) + np.float32(0.4)
    return noise(np.stack([x / out * frequency, (y - out) * np.float32(along), z / out * frequency]), 1.0)


def _blend(first, second, share):
    return first + (second - first) * share
