"""A watercolour: mountains in mist above a lake, and flowers before them, in transparent washes on rough paper."""

import numpy as np

from cnncourse.pictures.paintings_canvas import blurred, canvas_side, finished, noise, places, soft

PAPER = (250, 246, 236)
SKIES = (((244, 176, 110), (92, 140, 200)), ((238, 140, 150), (120, 110, 190)), ((250, 206, 120), (84, 170, 180)))
HILLS = ((176, 150, 210), (120, 150, 214), (84, 168, 186), (96, 176, 130), (120, 180, 84))
PETALS = ((214, 40, 70), (240, 120, 40), (170, 50, 150), (246, 186, 40), (60, 80, 190))


def watercolour(rng, size):
    """Lay washes one over the other: each darkens what is below and settles in the paper's grain."""
    side = canvas_side(size)
    y, x = places(side)
    sheet, grain = np.ones((side, side, 3)) * PAPER, noise(rng, side, 90, 3, 0.7)
    warm, cold = SKIES[rng.integers(len(SKIES))]
    cloud = 0.5 + 0.5 * noise(rng, side, 3, 5, 0.6)
    sun = np.hypot(y - rng.uniform(0.12, 0.18), x - rng.uniform(0.25, 0.75))
    sheet = _wash(sheet, cold, ((0.9 - 1.7 * y) * cloud).clip(0, 1) * (1 - soft(sun - 0.062, 0.004)), grain)
    sheet = _wash(
        sheet, warm, (np.exp(-(((y - 0.36) / 0.2) ** 2)) * (0.35 + 0.5 * cloud) * (sun > 0.07)).clip(0, 1), grain
    )
    sheet = _wash(sheet, (250, 150, 60), 0.85 * _shape(rng, sun - 0.06, side, 0.004), grain, 0.6)
    for number, colour in enumerate(HILLS):
        sheet = _wash(sheet, colour, _hill(rng, y, x, side, number), grain, 0.5)
    for _ in range(13):
        sheet = _flower(rng, sheet, y, x, grain)
    return finished(_spattered(rng, sheet, y, x), size)


def _wash(sheet, colour, amount, grain, rim=0.0):
    """Return the sheet darkened by `amount` of a transparent colour; `rim` is how much more gathers at its edge."""
    edge = rim * 3 * (amount - blurred(amount, 6.0)).clip(0, None) if rim else 0.0
    thick = ((amount + edge) * (1 + 0.3 * grain)).clip(0, 1.6)
    light = np.array(colour, float) / 255
    return sheet * light ** thick[..., None]


def _shape(rng, distance, side, rough):
    """Return where a signed distance is below 0, with a torn rim."""
    return soft(distance + rough * noise(rng, side, 14, 4, 0.7), 0.006)


def _hill(rng, y, x, side, number):
    """Return the wash of one range of mountains, dense along its ridge, lost in the mist below."""
    ridge = 0.30 + 0.105 * number + (0.10 - 0.012 * number) * _ridge(rng, side)
    inside = soft(ridge[None] - y, 0.006)
    fade = np.exp(-((y - ridge[None]).clip(0, None) / (0.10 + 0.03 * number)))
    bloom = (1 + 0.35 * noise(rng, side, 5, 4)).clip(0.3, 2)
    return (inside * (0.15 + (0.75 + 0.08 * number) * fade) * bloom).clip(0, 1.3)


def _ridge(rng, side):
    line = noise(rng, side, 3, 6, 0.55)[side // 2]
    return line - line.mean()


def _flower(rng, sheet, y, x, grain):
    """Paint a flower low in the picture: a stem, five or six wet petals and a dark middle."""
    v, u, reach = rng.uniform(0.64, 0.94), rng.uniform(0.03, 0.97), rng.uniform(0.05, 0.1)
    colour, count, phase = PETALS[rng.integers(len(PETALS))], int(rng.integers(5, 7)), rng.uniform(0, 6)
    bend = 0.05 * np.sin(rng.uniform(3, 8) * (y - v)) + u
    sheet = _wash(sheet, (60, 130, 50), 0.8 * soft(abs(x - bend) - 0.005, 0.004) * (y > v), grain, 0.3)
    window = _window(v, u, 1.3 * reach, len(y))
    dy, dx, here = y[window] - v, x[window] - u, sheet[window]
    far, turn = np.hypot(dy * 1.15, dx), np.arctan2(dy, dx) + phase
    torn = 0.10 * reach * np.sin(7 * turn + phase) * np.sin(11 * turn) + 0.008 * grain[window]
    petals = soft(far + torn - reach * (0.55 + 0.45 * abs(np.cos(turn * count / 2)) ** 0.6), 0.008)
    depth = (0.3 + 0.8 * far / reach + 0.25 * np.cos(turn * count) + 0.2 * np.sin(9 * far / reach)).clip(0.15, 1.3)
    here = here + (np.array(PAPER) - here) * 0.85 * petals[..., None]
    here = _wash(here, colour, petals * depth, grain[window], 0.9)
    sheet[window] = _wash(here, (90, 40, 60), 0.9 * soft(far - 0.18 * reach, 0.01), grain[window])
    return sheet


def _window(v, u, reach, side):
    """Return the slices of a canvas around a place."""
    return tuple(slice(int(max(0, p - reach) * side), int(min(1, p + reach) * side) + 1) for p in (v, u))


def _spattered(rng, sheet, y, x):
    """Flick drops of paint from the brush."""
    for _ in range(30):
        v, u, reach = *rng.random(2), rng.uniform(0.002, 0.009)
        window = _window(v, u, 0.02, len(y))
        drop = 0.8 * soft(np.hypot(y[window] - v, x[window] - u) - reach, 0.003)
        sheet[window] *= (np.array(PETALS[rng.integers(len(PETALS))]) / 255) ** drop[..., None]
    return sheet
