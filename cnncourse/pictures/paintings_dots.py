"""A river bank on a summer evening, painted in dots of pure colour, as the pointillists did."""

import numpy as np
from PIL import Image, ImageDraw

from cnncourse.pictures.paintings_canvas import canvas_side, finished, mixed, noise, places, ramp, soft

FIELD = 192  # pixels a side of the scene below the dots
LAYERS = ((2600, 0.0125), (5600, 0.0085), (5200, 0.006))  # dots, radius
SKY = [(250, 196, 120), (250, 158, 128), (196, 132, 186), (108, 138, 214)]
WATER = [(50, 96, 176), (96, 110, 186), (214, 132, 140), (250, 188, 110)]
LEAVES = [(20, 62, 72), (36, 104, 60), (120, 158, 50), (222, 200, 70)]
MEADOW = [(34, 92, 54), (98, 150, 50), (196, 190, 70)]
PALETTE_SHIFTS = np.array([(46, -20, -34), (-40, -8, 52), (34, 30, -48), (-30, 34, -14)], float)


def dots(rng, size):
    """Paint trees, a sun and its path on the water in some 13,000 dots, coarse ones first."""
    scene, side = _scene(rng), canvas_side(size)
    picture = Image.new("RGB", (side, side), (214, 196, 176))
    pen = ImageDraw.Draw(picture)
    for count, radius in LAYERS:
        y, x = rng.random((2, count))
        inks = scene[(y * FIELD).astype(int), (x * FIELD).astype(int)]
        inks = inks + PALETTE_SHIFTS[rng.integers(4, size=count)] * rng.uniform(0, 1.1, (count, 1))
        inks = (inks + rng.normal(0, 10, (count, 3))).clip(0, 255).astype(int).tolist()
        reach = radius * side * rng.uniform(0.75, 1.2, count)
        boxes = np.stack([x * side - reach, y * side - reach, x * side + reach, y * side + reach], axis=1)
        for box, ink in zip(boxes.tolist(), inks, strict=True):
            pen.ellipse(box, fill=tuple(ink))
    return finished(picture, size)


def _scene(rng):
    y, x = places(FIELD)
    horizon, sun = rng.uniform(0.46, 0.54), rng.uniform(0.3, 0.7)
    rough = noise(rng, FIELD, 6)
    far = np.hypot(y - horizon + 0.13, x - sun)
    colours = ramp(SKY, (0.15 + (horizon - y) / horizon * 0.8 + 0.1 * rough).clip(0, 1))
    colours = mixed(colours, (255, 236, 150), np.exp(-((far / 0.14) ** 2)) * 0.8)
    colours = mixed(colours, (255, 250, 214), soft(far - 0.055, 0.02))
    depth = (y - horizon).clip(0, None)
    ripple = 0.5 + 0.5 * np.sin(120 * np.sqrt(depth) + 4 * noise(rng, FIELD, 5))
    glitter = np.exp(-((abs(x - sun) / (0.05 + 0.22 * depth)) ** 2))
    water = ramp(WATER, (0.18 + 0.35 * ripple * (1 - depth) + 0.6 * glitter * ripple).clip(0, 1))
    colours = mixed(colours, water, (y > horizon) * 1.0)
    hills = horizon - 0.05 - 0.04 * np.sin(9 * x + rng.uniform(0, 6)) + 0.015 * rough
    colours = mixed(
        colours, ramp([(96, 92, 170), (150, 120, 180)], 0.5 + 0.4 * rough.clip(-1, 1)), (y > hills) & (y < horizon)
    )
    bank = 0.84 + 0.07 * np.sin(5 * x + rng.uniform(0, 6)) + 0.02 * rough
    colours = mixed(colours, ramp(MEADOW, (0.5 + 0.4 * rough + (y - 0.9)).clip(0, 1)), (y > bank) * 1.0)
    for middle, top in _trees(rng):
        colours = _with_tree(rng, colours, middle, top, sun, y, x)
    return colours


def _trees(rng):
    sides = rng.permutation([rng.uniform(0.08, 0.2), rng.uniform(0.78, 0.92), rng.uniform(0.24, 0.34)])
    return [(middle, rng.uniform(0.2, 0.36)) for middle in sides]


def _with_tree(rng, colours, middle, top, sun, y, x):
    trunk = soft(abs(x - middle - 0.01 * np.sin(20 * y)) - 0.014, 0.006) * (y > top + 0.1) * (y < 0.9)
    colours = mixed(colours, (70, 40, 74), trunk)
    for _ in range(7):
        v, u = top + abs(rng.normal(0, 0.09)), middle + rng.normal(0, 0.055)
        far = np.hypot((y - v) * 1.1, x - u) + 0.02 * noise(rng, FIELD, 9, 3)
        lit = 0.45 + ((x - u) * np.sign(sun - middle) - (y - v)) * 5 + 0.25 * noise(rng, FIELD, 12, 2)
        colours = mixed(colours, ramp(LEAVES, lit.clip(0, 1)), soft(far - rng.uniform(0.06, 0.1), 0.01))
    return colours
