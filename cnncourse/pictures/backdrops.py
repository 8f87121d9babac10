"""Backgrounds for rendered pictures: plain, gradient, textured, and out-of-focus rooms; all drawn from a generator."""

import numpy as np

KINDS = ("plain", "gradient", "cloth", "stripes", "room", "lights")


def backdrop(kind, size, rng):
    """Return a `(size, size, 3)` float32 background in [0, 1], linear light, of one of `KINDS`."""
    return np.clip(_PAINTERS[kind](size, rng), 0, 1).astype(np.float32)


def smooth_noise(size, cells, rng):
    """Return `(size, size)` noise in [0, 1]: random values on a `cells × cells` grid, smoothly joined."""
    grid = rng.random((cells + 1, cells + 1))
    place = (np.arange(size) + 0.5) / size * cells
    low = place.astype(int)
    part = place - low
    part = part * part * (3 - 2 * part)
    rows = grid[low] * (1 - part)[:, None] + grid[low + 1] * part[:, None]
    return rows[:, low] * (1 - part) + rows[:, low + 1] * part


def blur(picture, radius):
    """Return an `(H, W, 3)` picture blurred by three box blurs of `radius` pixels (a whole number), edges repeated."""
    for _ in range(3 if radius else 0):
        for axis in (0, 1):
            picture = _box_blur(picture, radius, axis)
    return picture


def muted_colour(rng):
    """Return a colour `(3,)` in linear light, more often pale, grey or dark than vivid."""
    value = rng.uniform(0.05, 0.95)
    saturation = rng.beta(1.2, 2.0)
    hue = rng.random(3)
    return (value * (1 - saturation * (hue - hue.min()) / max(np.ptp(hue), 1e-6))) ** 2


def _box_blur(picture, radius, axis):
    edge = [(0, 0)] * picture.ndim
    edge[axis] = (radius + 1, radius)
    total = np.cumsum(np.pad(picture, edge, mode="edge"), axis=axis, dtype=np.float64)
    n = picture.shape[axis]
    window = 2 * radius + 1
    ahead = np.take(total, range(window, window + n), axis=axis)
    return (ahead - np.take(total, range(n), axis=axis)) / window


def _plain(size, rng):
    return np.broadcast_to(muted_colour(rng), (size, size, 3))


def _gradient(size, rng):
    across, down = rng.uniform(-1, 1, 2)
    ramp = (np.arange(size) + 0.5) / size
    mix = (across * ramp[None, :] + down * ramp[:, None] - min(across, 0) - min(down, 0)) / (abs(across) + abs(down))
    return _mix(muted_colour(rng), muted_colour(rng), mix)


def _cloth(size, rng):
    mix = sum(smooth_noise(size, cells, rng) * weight for cells, weight in ((3, 0.4), (9, 0.35), (24, 0.25)))
    base = muted_colour(rng)
    return _mix(base, base * 0.3 + 0.7 * muted_colour(rng), mix)


def _stripes(size, rng):
    across, down = rng.uniform(-1, 1, 2) * rng.uniform(3, 14)
    ramp = np.arange(size) / size
    phase = across * ramp[None, :] + down * ramp[:, None] + 0.8 * smooth_noise(size, 4, rng)
    wave = np.abs(phase % 1 * 2 - 1)
    base = muted_colour(rng)
    return _mix(base, base * 0.5 + 0.5 * muted_colour(rng), wave * wave * (3 - 2 * wave))


def _room(size, rng):
    picture = _gradient(size, rng).copy()
    for _ in range(rng.integers(4, 10)):
        top, left = (rng.uniform(-0.3, 0.9, 2) * size).astype(int)
        height, width = (rng.uniform(0.1, 0.7, 2) * size).astype(int) + 1
        picture[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = muted_colour(rng)
    return blur(picture, max(1, int(size * rng.uniform(0.015, 0.06))))


def _lights(size, rng):
    picture = _gradient(size, rng) * 0.4
    row, column = np.mgrid[:size, :size] / size
    for _ in range(rng.integers(6, 16)):
        y, x, radius = rng.random(), rng.random(), rng.uniform(0.03, 0.12)
        inside = (row - y) ** 2 + (column - x) ** 2 < radius * radius
        picture = picture + inside[..., None] * muted_colour(rng) * 0.8
    return blur(picture, max(1, size // 40))


def _mix(first, second, share):
    return first * (1 - share[..., None]) + second * share[..., None]


_PAINTERS = dict(zip(KINDS, (_plain, _gradient, _cloth, _stripes, _room, _lights), strict=True))
