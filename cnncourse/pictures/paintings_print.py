"""Prints: waves as of a woodblock, and a landscape hatched in coloured inks."""

import numpy as np
from PIL import Image, ImageDraw

from cnncourse.pictures.paintings_canvas import canvas_side, finished, mixed, noise, places, ramp, soft

INDIGO, BLUE, PALE, FOAM, VERMILION = (20, 38, 92), (38, 92, 150), (134, 182, 200), (242, 234, 214), (206, 62, 42)
ROWS = 12
SEPIA, SHEET = (62, 40, 34), (246, 238, 218)
PENS = ((30, 54, 130), (24, 112, 92), (204, 48, 40), (206, 124, 26), (120, 50, 110))
FIELD = 192  # pixels a side of what the hatching follows


def waves(rng, size):
    """Print a sea of fan-shaped waves that swells towards us, a mountain and a red sun, on paper with a grain."""
    side = canvas_side(size)
    y, x = places(side)
    sea, sun_x, peak = rng.uniform(0.33, 0.42), rng.uniform(0.62, 0.84), rng.uniform(0.22, 0.42)
    heaven = np.where(y < sea, y / sea, 1.0)
    picture = ramp([(222, 120, 84), (238, 206, 160), (240, 226, 196)], heaven)
    sun = np.hypot(y - sea * 0.52, x - sun_x) - 0.105
    picture = mixed(picture, VERMILION, soft(sun, 0.004))
    slope = 0.07 + 0.75 * np.abs(x - peak) ** 0.8 + 0.006 * noise(rng, side, 9)
    snow = 0.05 + 0.035 * np.abs((x * 14 + rng.random()) % 1 - 0.5) + 0.02 * noise(rng, side, 5)
    mountain = mixed(ramp([BLUE, (150, 170, 178)], ((y - slope) / 0.3).clip(0, 1)), FOAM, soft(y - slope - snow, 0.004))
    picture = mixed(picture, mountain, soft(slope - y, 0.004))
    picture = mixed(picture, INDIGO, soft(abs(y - slope) - 0.003, 0.003))
    swell = rng.uniform(0, 2 * np.pi, 2)
    for row in range(ROWS):
        picture = _row(picture, row, sea, swell, y, x)
    fibres = noise(rng, side, 8, 5, 0.8) * 0.012 + 0.02 * np.sin(300 * (y + 0.02 * noise(rng, side, 3, 2)))
    return finished(picture * (1 + fibres)[..., None], size)


def _row(picture, row, sea, swell, y, x):
    """Print one row of fans over the rows behind it; nearer rows are larger and lower."""
    share = row / (ROWS - 1)
    reach = 0.042 + 0.056 * share
    base = sea + (1.05 - sea) * share**1.15 + reach * 0.55
    step = 2 * reach * 0.96
    number = np.floor(x / step + 0.5 * (row % 2))
    middle = (number + 0.5 - 0.5 * (row % 2)) * step
    lift = 0.02 * np.sin(5 * middle + swell[0] + row * 0.7) + 0.012 * np.sin(13 * middle + swell[1])
    far = np.hypot(y - base - lift, x - middle) / reach
    ring = (far * 4).clip(0, 3.99)
    colours = np.array((VERMILION if row % 3 == 1 else BLUE, FOAM, PALE, FOAM), float)[ring.astype(int)]
    rims = soft(abs((far * 4 + 0.5) % 1 - 0.5) - 0.13, 0.1) * (far > 0.15)
    colours = mixed(colours * (1.06 - 0.14 * share), INDIGO, rims)
    return mixed(picture, colours, soft((far - 1.02) * reach, 0.003))


def ink(rng, size):
    """Hatch hills, a sky and a red sun with a pen: the darker, the denser, and crosswise in brown in the shadows."""
    side = canvas_side(size)
    tone, hue, lean = _landscape(rng)
    picture = Image.new("RGB", (side, side), SHEET)
    pen, wide = ImageDraw.Draw(picture), max(1, round(side * 0.0034))
    for limit, turned, brown in ((0.12, 0.0, False), (0.42, 0.25, False), (0.55, 0.7, True), (0.62, -0.5, False)):
        y, x = rng.random((2, 5200))
        row, column = (y * FIELD).astype(int), (x * FIELD).astype(int)
        kept = tone[row, column] > limit + rng.uniform(-0.1, 0.1, len(y))
        turn = lean[row, column] + turned + rng.normal(0, 0.06, len(y))
        half = 0.5 * rng.uniform(0.018, 0.045, len(y)) * np.stack([np.cos(turn), np.sin(turn)])  # (2, K): x, y
        ends = np.stack([x - half[0], y - half[1], x + half[0], y + half[1]], axis=1)[kept] * side
        for line, kind in zip(ends.tolist(), hue[row, column][kept].tolist(), strict=True):
            pen.line(line, SEPIA if brown else PENS[kind], wide)
    return finished(picture, size)


def _landscape(rng):
    """Return how dark, in which ink and along which direction to hatch at each place."""
    y, x = places(FIELD)
    rough, v, u = noise(rng, FIELD, 5), rng.uniform(0.17, 0.24), rng.uniform(0.25, 0.75)
    sun = np.hypot(y - v, x - u)
    tone, hue = 0.2 + 0.25 * (0.5 - y) + 0.15 * rough, np.zeros((FIELD, FIELD), int)
    lean = 0.1 + 0.3 * noise(rng, FIELD, 3)
    lean = np.where(sun < 0.24, np.arctan2(y - v, x - u) + np.pi / 2, lean)
    tone, hue = np.where(sun < 0.11, 0.58, np.where(sun < 0.15, 0, tone)), np.where(sun < 0.11, 2, hue)
    for number, ink_of_hill in enumerate((0, 1, 3, 1, 4)):
        wave = np.sin(2 * np.pi * (x * rng.uniform(0.7, 1.5) + rng.random()))
        ridge = 0.36 + 0.135 * number + 0.055 * wave + 0.03 * noise(rng, FIELD, 4)
        inside, deep = y > ridge, y - ridge
        folds = 0.42 + 0.22 * np.sin(11 * x + 26 * deep * (-1) ** number + 3 * number + 2 * rough)
        tone = np.where(inside, folds * (1 - 0.6 * np.exp(-deep / 0.025)), tone)
        tone = np.where(abs(deep) < 0.004, 0.8, tone)
        hue = np.where(inside, ink_of_hill, hue)
        slope = np.arctan(np.gradient(ridge, axis=1) * FIELD)
        lean = np.where(abs(deep) < 0.004, slope, np.where(inside, slope + 0.55 * (-1) ** number, lean))
    return tone, hue, lean
