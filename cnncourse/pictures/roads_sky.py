"""The sky of the road scenes: a gradient from horizon to zenith and clouds of fractal noise."""

import numpy as np
from PIL import Image


def sky(light, horizon, side, rng):
    """Return a picture `(side, side)` of the sky above `horizon` (0 top to 1 bottom), clouded, as a PIL image."""
    small = side // 4
    rows = (np.arange(small) + 0.5) / small
    rise = np.clip((horizon - rows) / 0.6, 0, 1)[:, None, None] ** 0.7
    colours = np.array(light.horizon) * (1 - rise) + np.array(light.zenith) * rise
    cover = np.clip((_noise(rng, small) - 0.62 + 0.5 * light.clouds) * 3.2, 0, 1)[:, :, None] * light.clouds
    cover = cover * np.clip((horizon - rows[:, None, None]) / 0.08, 0, 1)
    bright = np.clip(np.array(light.ambient) * 1.15 + np.array(light.sun_colour) * 0.45, 0, 1)
    colours = colours * (1 - 0.85 * cover) + bright * 0.85 * cover
    colours = np.clip(colours * light.exposure, 0, 1)
    colours = np.broadcast_to(colours, (small, small, 3))
    return Image.fromarray((colours * 255 + 0.5).astype(np.uint8)).resize((side, side), Image.Resampling.NEAREST)


def _noise(rng, side):
    """Return fractal noise `(side, side)` about 0.5, drawn out sideways as clouds are."""
    total = np.zeros((side, side))
    for octave in range(5):
        cells = 2**octave
        grid = rng.random((3 * cells + 1, 2 * cells + 1)).astype(np.float32)
        layer = Image.fromarray(grid).resize((side, side), Image.Resampling.BICUBIC)
        total += np.asarray(layer, float) * 0.55**octave
    return total / sum(0.55**octave for octave in range(5))
