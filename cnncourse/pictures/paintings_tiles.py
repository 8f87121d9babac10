"""Paintings made of pieces: a mosaic, a window of stained glass, a grid of coloured rectangles."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from cnncourse.pictures.paintings_canvas import canvas_side, cells, finished, mixed, noise, places, soft

GOLD, CREAM, GROUT = (222, 176, 66), (240, 226, 192), (44, 38, 40)
MOSAICS = (  # petals, their rims, ring, sea
    ((176, 44, 38), (226, 122, 52), (34, 132, 140), (22, 58, 112)),
    ((30, 92, 158), (98, 178, 200), (196, 92, 40), (70, 26, 60)),
    ((204, 96, 36), (246, 200, 92), (32, 96, 98), (20, 42, 84)),
)
GLASS = ((196, 26, 38), (24, 62, 176), (250, 186, 36), (20, 132, 84), (120, 40, 140), (232, 104, 24), (70, 170, 214))
INKS = ((198, 36, 32), (30, 70, 158), (244, 200, 44))
PAPER, LINE = (240, 236, 224), (22, 22, 24)


def mosaic(rng, size):
    """Lay a rosette of small square stones that turn with the drawing, with dark joints."""
    side, petals = canvas_side(size), int(rng.integers(6, 11))
    palette = MOSAICS[rng.integers(len(MOSAICS))]
    centre, phase = rng.uniform(0.4, 0.6, 2), rng.uniform(0, 2 * np.pi)

    def heading(y, x):
        return np.arctan2(y - centre[0], x - centre[1]) + 0.35 * np.sin(9 * np.hypot(y - centre[0], x - centre[1]))

    stones = cells(rng, side, 36, heading, 0.45)
    y, x = stones.middle.T
    colours = _rosette(y - centre[0], x - centre[1], petals, phase, palette)
    colours = colours * rng.uniform(0.68, 1.28, (len(colours), 1)) + rng.normal(0, 11, colours.shape)
    gilded = rng.random(len(colours)) < 0.03
    colours[gilded] = np.array(GOLD) * rng.uniform(0.8, 1.15, (gilded.sum(), 1))
    picture = colours[stones.number] * (1.13 - 9.0 * stones.distance)[..., None]
    picture = picture * (1 + 0.05 * noise(rng, side, 40, 2))[..., None]
    return finished(mixed(picture, GROUT, soft(stones.border - 0.004, 0.003)), size)


def _rosette(y, x, petals, phase, palette):
    petal, rim, ring, sea = (np.array(colour, float) for colour in palette)
    far, turn = np.hypot(y, x), np.arctan2(y, x) + phase
    lobe = 0.20 + 0.075 * np.cos(petals * turn)
    colours = np.where((np.floor(far * 16) % 3 == 0)[:, None], sea * 1.35, sea)
    star = 0.37 + 0.05 * np.cos(petals * turn + np.pi)
    for inside, colour in (
        (far < 0.60, ring * 0.7),
        (far < 0.54 + 0.02 * np.cos(3 * petals * turn), sea),
        (far < star + 0.035, np.array(GOLD)),
        (far < star, ring),
        (far < lobe + 0.05, np.array(CREAM)),
        (far < lobe + 0.02, rim),
        (far < lobe - 0.03, petal),
        (far < 0.085, np.array(GOLD)),
        (far < 0.045, sea),
    ):
        colours = np.where(inside[:, None], colour, colours)
    return colours


def glass(rng, size):
    """Build a church window: a flower of coloured panes, leaded, that shine from behind."""
    side = canvas_side(size)
    y, x = places(side)
    leaves, centre = int(rng.integers(6, 10)), 0.5 + rng.uniform(-0.06, 0.06, 2)
    far, turn = np.hypot(y - centre[0], x - centre[1]), np.arctan2(y - centre[0], x - centre[1])
    turn = (turn / (2 * np.pi) + rng.random()) % 1
    shards = cells(rng, side, 9, None, 0.9)
    star = (far > 0.27 + 0.065 * np.cos(2 * np.pi * leaves * turn)) & (far < 0.345)
    ring = np.digitize(far, (0.09, 0.2, 0.345)) + 4 * star  # 0 to 7
    slices = np.floor(turn * leaves * (1 + (ring > 1))) * (ring > 0)
    pane = np.where(far < 0.45, ring * 64 + slices, 512 + shards.number).astype(int)
    colours = np.array(GLASS, float)[rng.integers(len(GLASS), size=1024)]
    for number in range(8):
        pair = np.array(GLASS, float)[rng.permutation(len(GLASS))[:2]]
        colours[number * 64 : number * 64 + 64] = pair[np.arange(64) % 2]
    colours *= rng.uniform(0.75, 1.15, (len(colours), 1))
    light = 1.05 + 0.28 * noise(rng, side, 5, 5, 0.6) + 0.35 * np.exp(-((far / 0.35) ** 2))
    picture = colours[pane] * light[..., None] + 26 * np.exp(-((far / 0.3) ** 2))[..., None]
    return finished(mixed(picture, (18, 16, 20), _leads(pane, side)), size)


def _leads(pane, side):
    """Return where two panes meet, 0 to 1, as lines of the same width at every size."""
    reach = max(1, round(0.0055 * side))
    meets = np.zeros(pane.shape)
    for axis in (0, 1):
        meets = np.maximum(meets, pane != np.roll(pane, 1, axis))
    meets[0], meets[:, 0] = 0, 0
    lines = Image.fromarray((meets * 255).astype(np.uint8))
    return np.asarray(lines.filter(ImageFilter.MaxFilter(2 * reach + 1))) / 255.0


def grid(rng, size):
    """Paint rectangles of red, blue and yellow among white ones, between black lines."""
    side = canvas_side(size)
    picture = Image.new("RGB", (side, side), PAPER)
    pen = ImageDraw.Draw(picture)
    for rectangle in _split(rng, (0.0, 0.0, 1.0, 1.0), 0):
        line = max(1, round(rng.uniform(0.007, 0.0125) * side))
        pen.rectangle([round(edge * side) for edge in rectangle], _colour(rng, rectangle), LINE, line)
    weave = 1 + 0.025 * noise(rng, side, 60, 2) + 0.02 * noise(rng, side, 5)
    return finished(np.asarray(picture) * weave[..., None], size)


def _colour(rng, rectangle):
    """Return paper white for half of the rectangles, a colour for most others, black for a few small ones."""
    left, top, right, bottom = rectangle
    if rng.random() < 0.5:
        return tuple(int(value) - int(rng.integers(0, 14)) for value in PAPER)
    black = rng.random() < 0.08 and (right - left) * (bottom - top) < 0.012
    return LINE if black else INKS[rng.integers(3)]


def _split(rng, rectangle, depth):
    """Return the rectangles that a rectangle is cut into, again and again, until they are small or chance says stop."""
    left, top, right, bottom = rectangle
    wide, high = right - left, bottom - top
    if max(wide, high) < 0.14 or (max(wide, high) < 0.4 and rng.random() < 0.06 * depth):
        return [rectangle]
    share = rng.uniform(0.28, 0.72)
    if wide > high * rng.uniform(0.75, 1.35):
        cut = left + share * wide
        parts = (left, top, cut, bottom), (cut, top, right, bottom)
    else:
        cut = top + share * high
        parts = (left, top, right, cut), (left, cut, right, bottom)
    return [piece for part in parts for piece in _split(rng, part, depth + 1)]
