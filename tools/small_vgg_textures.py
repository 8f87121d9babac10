"""Textures drawn at random, 96 × 96: spots, waves, stripes, checks, cells, strokes, weaves, rings, in a few colours."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 96


def texture(rng):
    """Return a `(96, 96, 3)` uint8 texture of a kind, scale and colours drawn from `rng`."""
    kind = KINDS[rng.integers(len(KINDS))]
    return kind(rng) if kind is strokes else coloured(kind(rng), rng)


def coloured(heights, rng):
    """Return heights `(96, 96)` in [0, 1] painted in two to five colours, with soft or hard steps between them."""
    colours = rng.uniform(0, 255, (rng.integers(2, 6), 3))
    places = heights * (len(colours) - 1)
    if rng.random() < 0.4:
        places = np.rint(places)
    steps = np.arange(len(colours))
    picture = np.stack([np.interp(places, steps, colours[:, c]) for c in range(3)], axis=2)
    grain = rng.normal(0, rng.uniform(0, 12), (SIDE, SIDE, 1))
    return (picture + grain).clip(0, 255).astype(np.uint8)


def noise(rng):
    """Return noise whose spectrum falls as a power of the frequency, more along one direction than the other."""
    fy, fx = np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None]
    angle, stretch = rng.uniform(0, np.pi), np.exp(rng.uniform(0, 1.6))
    along = np.cos(angle) * fx + np.sin(angle) * fy
    across = np.cos(angle) * fy - np.sin(angle) * fx
    radius = np.hypot(along * stretch, across / stretch) + rng.uniform(0.01, 0.06)
    spectrum = np.fft.fft2(rng.normal(size=(SIDE, SIDE))) * radius ** -rng.uniform(1, 2.4)
    return ranked(np.fft.ifft2(spectrum).real)


def waves(rng):
    """Return stripes of one or two directions, bent by noise."""
    y, x = np.mgrid[:SIDE, :SIDE]
    bent = noise(rng) * rng.uniform(0, 30)
    height = np.zeros((SIDE, SIDE))
    for _ in range(rng.integers(1, 3)):
        angle, period = rng.uniform(0, np.pi), rng.uniform(4, 24)
        height += np.sin(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y + bent) / period)
    return stretched(height)


def checks(rng):
    """Return a turned chessboard of random heights, with or without lines between."""
    y, x = turned(rng)
    side = rng.uniform(6, 22)
    row, column = np.floor(y / side).astype(int) % 64, np.floor(x / side * rng.uniform(0.5, 1)).astype(int) % 64
    heights = rng.random((64, 64))[row, column] if rng.random() < 0.6 else (row + column) % 2
    line = np.minimum(y % side, x % side) < rng.uniform(0, 3)
    return np.where(line, rng.random(), heights)


def cells(rng):
    """Return Voronoi cells: of random heights, or by the distance to the border or to the seed."""
    y, x = np.mgrid[:SIDE, :SIDE]
    seeds = rng.uniform(-8, SIDE + 8, (rng.integers(20, 160), 2))
    distance = np.hypot(y[..., None] - seeds[:, 0], x[..., None] - seeds[:, 1])
    nearest = np.sort(distance, axis=2)[..., :2]
    heights = rng.random(len(seeds))[distance.argmin(2)]
    edge = nearest[..., 1] - nearest[..., 0]
    way = rng.integers(3)
    if way == 0:
        return np.where(edge < rng.uniform(0, 4), rng.random(), heights)
    return stretched(edge if way == 1 else nearest[..., 0])


def spots(rng):
    """Return discs or rings strewn about."""
    y, x = np.mgrid[:SIDE, :SIDE]
    height = np.full((SIDE, SIDE), rng.random())
    for _ in range(rng.integers(15, 120)):
        radius = np.hypot(y - rng.uniform(0, SIDE), x - rng.uniform(0, SIDE))
        size, ring = rng.uniform(2, 12), rng.uniform(0, 0.7)
        height[(radius < size) & (radius >= size * ring)] = rng.random()
    return height


def weave(rng):
    """Return threads that pass over and under each other."""
    y, x = turned(rng)
    period = rng.uniform(6, 20)
    over = (np.floor(y / period) + np.floor(x / period)) % 2
    bulge = np.where(over, np.sin(np.pi * (y / period % 1)), np.sin(np.pi * (x / period % 1)))
    return stretched(bulge * rng.uniform(0.5, 1) + over * rng.uniform(0, 0.6))


def strokes(rng):
    """Return strokes of the brush, all over, along a bent direction."""
    colours = rng.integers(0, 256, (rng.integers(3, 7), 3))
    picture = Image.new("RGB", (SIDE, SIDE), tuple(colours[0].tolist()))
    pen, field = ImageDraw.Draw(picture), noise(rng) * rng.uniform(0, np.pi)
    length, width, turn = rng.uniform(6, 26), int(rng.integers(1, 6)), rng.uniform(0, np.pi)
    for x, y in rng.uniform(0, SIDE, (rng.integers(150, 900), 2)):
        angle = field[int(y), int(x)] + turn
        end = (x + length * np.cos(angle), y + length * np.sin(angle))
        colour = colours[rng.integers(len(colours))] + rng.normal(0, 20)
        pen.line(((x, y), end), fill=tuple(colour.clip(0, 255).astype(int).tolist()), width=width)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(0.5)))


def turned(rng):
    """Return the places of the pixels along two turned axes."""
    y, x = np.mgrid[:SIDE, :SIDE]
    angle = rng.uniform(0, np.pi)
    return np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y


def stretched(heights):
    """Return heights moved and scaled to [0, 1]."""
    low, high = heights.min(), heights.max()
    return (heights - low) / max(high - low, 1e-9)


def ranked(heights):
    """Return heights replaced by their ranks, evenly spread over [0, 1]."""
    order = np.empty(heights.size)
    order[heights.ravel().argsort()] = np.linspace(0, 1, heights.size)
    return order.reshape(heights.shape)


KINDS = (noise, waves, checks, cells, spots, weave, strokes)
