"""A starry night, painted in strokes of the brush along a field of directions."""

import numpy as np
from PIL import Image, ImageDraw

from cnncourse.pictures.paintings_canvas import canvas_side, finished, mixed, noise, places, ramp, soft

FIELD = 256  # pixels a side of the field and of the colours below the strokes
STEPS = 7  # points of a stroke
LAYERS = ((1500, 0.060, 0.016), (4200, 0.045, 0.009), (5200, 0.030, 0.0055))  # strokes, length, width
NIGHT = [(16, 26, 78), (26, 52, 128), (44, 92, 168), (92, 150, 196), (170, 204, 208)]
GLOW = [(255, 246, 196), (250, 214, 92), (236, 184, 60), (150, 178, 150)]
HILLS = [(18, 40, 54), (30, 74, 82), (62, 112, 84), (116, 142, 78)]


def starry(rng, size):
    """Paint a night sky of swirls and glowing stars over hills and a cypress, in strokes of the brush."""
    y, x = places(FIELD)
    stars = _stars(rng)
    hill = 0.72 + 0.07 * np.sin(2 * np.pi * (x * rng.uniform(0.7, 1.2) + rng.random())) + 0.025 * noise(rng, FIELD, 3)
    tree = _tree(rng, y, x)
    angle, colours = _sky(rng, y, x, stars)
    slope = np.arctan(np.gradient(hill, axis=1) * FIELD) + 0.25 * noise(rng, FIELD, 5)
    below, leaning = y > hill, np.pi / 2 + 0.5 * np.sin(40 * y + 6 * noise(rng, FIELD, 4))
    ground = ramp(HILLS, (0.5 + 0.5 * np.sin(55 * (y - hill)) * 0.6 + 0.3 * noise(rng, FIELD, 6)).clip(0, 1))
    colours = mixed(mixed(colours, ground, below * 1.0), (12, 22, 34), soft(abs(y - hill) - 0.004, 0.006))
    bark = ramp([(14, 20, 22), (34, 54, 40), (72, 78, 44)], (0.4 + 0.5 * np.sin(90 * x + 9 * y)).clip(0, 1))
    colours = mixed(colours, bark, tree)
    angle = np.where(tree > 0.5, leaning, np.where(below, slope, angle))
    return finished(_brushed(rng, canvas_side(size), angle, colours), size)


def _stars(rng):
    """Return y, x, size, sense of rotation of a moon and some stars that keep apart."""
    found = [(rng.uniform(0.14, 0.24), rng.uniform(0.74, 0.86), 0.075, 1.0)]
    for _ in range(400):
        y, x, radius = rng.uniform(0.06, 0.55), rng.uniform(0.05, 0.95), rng.uniform(0.022, 0.05)
        if len(found) < 10 and all(np.hypot(y - v, x - u) > 2.1 * (radius + r) for v, u, r, _ in found):
            found.append((y, x, radius, rng.choice((-1.0, 1.0))))
    return found


def _sky(rng, y, x, stars):
    """Return the field of directions and the colours of the sky: bands along the flow, rings around the stars."""
    flow = np.stack([0.35 * noise(rng, FIELD, 3, 2), 0.8 + 0.2 * noise(rng, FIELD, 3, 2)])  # (2, FIELD, FIELD): y, x
    for v, u, strength in ((0.36, 0.40, 0.15), (0.44, 0.62, 0.11)):
        down, right = y - v - rng.normal(0, 0.03), x - u - rng.normal(0, 0.05)
        far = np.hypot(down, right)
        flow += 14 * strength * np.exp(-((far / 0.17) ** 2)) * np.stack([right, -down]) / np.maximum(far, 0.02)
    height = 0.42 + 0.17 * np.sin(26 * (y + 0.06 * noise(rng, FIELD, 3)) + 4 * noise(rng, FIELD, 2))
    height += 0.16 * noise(rng, FIELD, 6) + 0.30 * np.exp(-(((y - 0.62) / 0.12) ** 2))
    colours = ramp(NIGHT, height.clip(0, 1))
    for v, u, radius, sense in stars:
        far = np.hypot(y - v, x - u)
        near = np.exp(-((far / (2.1 * radius)) ** 2))[None]
        flow = flow * (1 - near) + near * sense * np.stack([x - u, v - y]) / np.maximum(far, 1e-6)
        rings = (far / (2.3 * radius) + 0.06 * np.sin(far / radius * 11)).clip(0, 1)
        colours = mixed(colours, ramp(GLOW, rings), soft(far - 1.7 * radius, 1.6 * radius) * (1 - 0.35 * rings))
    return np.arctan2(flow[0], flow[1]), colours


def _tree(rng, y, x):
    """Return where a flame-like cypress stands, 0 to 1."""
    middle, top = rng.uniform(0.13, 0.24), rng.uniform(0.16, 0.26)
    rise = (y - top).clip(0, None)
    width = 0.085 * np.sqrt(rise) * (1 + 0.35 * np.sin(30 * y + 2 * noise(rng, FIELD, 4)))
    return soft(abs(x - middle - 0.018 * np.sin(11 * y)) - width, 0.006) * (y > top)


def _brushed(rng, side, angle, colours):
    """Paint the colours with strokes along the angles, coarse ones first; each has a light and a dark flank."""
    picture = Image.fromarray((colours * 0.8).astype(np.uint8)).resize((side, side))
    pen = ImageDraw.Draw(picture)
    for count, length, width in LAYERS:
        starts = rng.random((count, 2))
        paths = _paths(starts, angle, length * rng.uniform(0.6, 1.3, (count, 1)))
        y, x = (starts.T * FIELD).astype(int)
        inks = colours[y, x] * rng.uniform(0.84, 1.16, (count, 1)) + rng.normal(0, 9, (count, 3))
        thick = np.maximum(1, np.rint(width * side * rng.uniform(0.7, 1.25, count))).astype(int)
        for path, ink, wide in zip((paths[..., ::-1] * side).tolist(), inks, thick.tolist(), strict=True):
            _stroke(pen, path, ink, wide)
    return picture


def _stroke(pen, path, ink, wide):
    rim = wide * 0.3
    for shift, share in ((rim, 0.72), (-rim, 1.2), (0.0, 1.0)):
        line = [(x + shift, y + shift) for x, y in path]
        pen.line(line, tuple((ink * share).clip(0, 255).astype(int).tolist()), wide if shift else max(1, wide - 1))


def _paths(starts, angle, lengths):
    """Return the points `(K, STEPS, 2)` of strokes that follow the field from their starts."""
    points = [starts]
    for _ in range(STEPS - 1):
        y, x = (points[-1].clip(0, 0.999).T * FIELD).astype(int)
        turn = angle[y, x]
        points.append(points[-1] + lengths / (STEPS - 1) * np.stack([np.sin(turn), np.cos(turn)], axis=1))
    return np.stack(points, axis=1)
