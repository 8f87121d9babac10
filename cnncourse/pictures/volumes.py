"""Volumes to learn on: a chest as a CT scanner sees it, and moving shapes as a video. Both are computed.

Conventions: a volume is float32 `(D, H, W)` in [0, 1]: D slices from head to feet, H rows from breast to back, W
columns from the body's right side to its left. A video is float32 `(T, H, W)` in [0, 1]. A place is (slice, row,
column), a velocity (rows, columns) per frame.
"""

from typing import NamedTuple

import numpy as np

from cnncourse.arguments import float_array, random_generator, real_number, whole_number

AIR, LUNG, FAT, TISSUE, VESSEL, BONE = 0.0, 0.12, 0.45, 0.6, 0.62, 0.95  # brightness
SMALLEST_CHEST = 32
NODULE_RADII = (0.036, 0.045)  # of a nodule, as a share of the chest's size
VESSEL_RADII = (0.027, 0.038)
VESSELS = 6  # in each lung


class Phantom(NamedTuple):
    """A chest: `volume` (D, H, W), `nodules` (n, 3) centres, `radii` (n,) in voxels, `lungs` (D, H, W) True inside."""

    volume: np.ndarray
    nodules: np.ndarray
    radii: np.ndarray
    lungs: np.ndarray


def chest_phantom(size, rng, nodules=3, noise=0.02):
    """Return a CT-like chest of `size`³ voxels as a `Phantom`: body, spine, ribs, heart, lungs, vessels, nodules.

    Organs are ellipsoids (the idea of Shepp & Logan 1974, in three dimensions); vessels are tubes that run mostly from
    slice to slice, so that one slice shows each as a round spot, like a nodule, which is a ball. Edges are smooth over
    one voxel; `noise` is the standard deviation of every voxel's error. Raises ValueError or TypeError for a size under
    32, a negative noise and other bad arguments.
    """
    size, rng = whole_number("size", size, SMALLEST_CHEST, 1024), random_generator("rng", rng)
    nodules, noise = whole_number("nodules", nodules, 0, 1000), real_number("noise", noise, 0)
    volume, lungs, inside = _organs(size)
    paths = [_vessel_path(lung, size, number, rng) for lung in lungs for number in range(VESSELS)]
    for path, radius in paths:
        _paint_tube(volume, path, radius)
    centres, radii = _nodule_places(lungs, paths, size, nodules, rng)
    for centre, radius in zip(centres, radii, strict=True):
        _paint(volume, _ball(volume.shape, centre, radius), TISSUE)
    volume += noise * rng.normal(size=volume.shape)
    return Phantom(np.clip(volume, 0, 1).astype(np.float32), centres, radii, inside)


def moving_shapes(frames, size, velocities, rng, noise=0.0):
    """Return a video `(frames, size, size)` of bright shapes, one for each velocity, and their starts `(n, 2)`.

    `velocities` `(n, 2)` are rows and columns per frame, not necessarily whole; discs and squares take turns. What
    leaves on one side comes back on the other. The first frame does not depend on the velocities: motion is seen only
    from one frame to the next (Simonyan & Zisserman 2014). Raises ValueError or TypeError for bad arguments.
    """
    frames, size = whole_number("frames", frames, 1, 100_000), whole_number("size", size, 16, 4096)
    velocities = float_array("velocities", velocities, shape=(None, 2), axes="(n, 2)")
    noise, rng = real_number("noise", noise, 0, 1e6), random_generator("rng", rng)
    starts = rng.uniform(0, size, (len(velocities), 2))
    video = np.zeros((frames, size, size))
    for number, (start, velocity) in enumerate(zip(starts, velocities, strict=True)):
        centres = start + np.arange(frames)[:, None] * velocity  # (T, 2)
        np.maximum(video, _shape_frames(centres, size, square=number % 2 == 1), out=video)
    video += noise * rng.normal(size=video.shape)
    return np.clip(video, 0, 1).astype(np.float32), starts


def _shape_frames(centres, size, square, radius=3.0):
    """Return `(T, size, size)` pictures of a disc or square around each centre, on a ring in both directions."""
    away = (np.arange(size) - centres[..., None] + size / 2) % size - size / 2  # (T, 2, size)
    rows, columns = away[:, 0, :, None], away[:, 1, None, :]
    distance = np.maximum(abs(rows), abs(columns)) if square else np.hypot(rows, columns)
    return np.clip(radius + 0.5 - distance, 0, 1)


def _organs(size):
    """Return the chest without vessels, the lungs as (centre, half axes) in voxels, and where they are."""
    shape = (size, size, size)
    volume = np.full(shape, AIR)
    tall = 4.0  # half axes along the body that let an ellipsoid pass for a cylinder
    for centre, axes, brightness in (
        ((0.5, 0.5, 0.5), (tall, 0.36, 0.46), FAT),
        ((0.5, 0.5, 0.5), (tall, 0.33, 0.43), TISSUE),
    ):
        _paint(volume, _ellipsoid(shape, centre, axes), brightness)
    _paint_ribs(volume, size)
    lungs = [((0.5, 0.49, x), (0.47, 0.28, 0.18)) for x in (0.275, 0.725)]
    air = np.maximum(*(_ellipsoid(shape, centre, axes) for centre, axes in lungs))
    heart = _ellipsoid(shape, (0.62, 0.42, 0.53), (0.22, 0.15, 0.12))
    _paint(volume, air, LUNG)
    _paint(volume, heart, TISSUE)
    _paint(volume, _ellipsoid(shape, (0.5, 0.73, 0.5), (tall, 0.065, 0.075)), BONE)
    return volume, [tuple(np.multiply(part, size) for part in lung) for lung in lungs], (air > 0.5) & (heart < 0.5)


def _paint_ribs(volume, size):
    """Paint bright arcs in the chest's wall, one every eighth of its height and slanting down to the front."""
    slices, rows, columns = _coordinates(volume.shape)
    y, x = rows / size - 0.5, columns / size - 0.5
    wall = np.clip(1 - abs(np.hypot(y / 0.305, x / 0.405) - 1) / 0.07 * 0.9, 0, 1)
    height = (slices / size + 0.25 * y) % 0.125
    rib = np.clip((0.026 - abs(height - 0.0625)) * size + 0.5, 0, 1)
    _paint(volume, np.clip(2 * wall, 0, 1) * rib, BONE)


def _vessel_path(lung, size, number, rng):
    """Return the points `(n, 3)` of a tube through a lung and its radius, in voxels; it bends a little on its way."""
    centre, axes = lung
    angle, out = (
        2 * np.pi * (number + rng.uniform(0, 0.5)) / VESSELS,
        (0.42, 0.78)[number % 2] + rng.uniform(-0.08, 0.08),
    )
    place = np.array([np.sin(angle), np.cos(angle)]) * out
    slant = rng.normal(0, 0.12, 2)
    along = np.linspace(-0.8, 0.8, 25)
    across = (place + slant * along[:, None]) * np.sqrt(1 - along[:, None] ** 2)  # stays inside the lung
    points = centre + np.column_stack([along, across]) * axes
    return points, rng.uniform(*VESSEL_RADII) * size


def _nodule_places(lungs, paths, size, count, rng):
    """Return `count` centres `(count, 3)` inside the lungs, away from vessels and from each other, and their radii."""
    radii = rng.uniform(*NODULE_RADII, count) * size
    taken = [(point, radius) for points, radius in paths for point in points]
    centres = np.zeros((count, 3))
    for number, radius in enumerate(radii):
        candidates = [_inside(lungs[(number + i) % len(lungs)], rng) for i in range(200)]
        rooms = [min(np.linalg.norm(c - p) - r for p, r in taken) for c in candidates]
        centres[number] = next((c for c, r in zip(candidates, rooms, strict=True) if r > radius + 0.05 * size),
                               candidates[int(np.argmax(rooms))])  # fmt: skip
        taken.append((centres[number], radius + 0.15 * size))
    return centres, radii


def _inside(lung, rng):
    centre, axes = lung
    direction = rng.normal(size=3)
    return centre + axes * direction / np.linalg.norm(direction) * rng.uniform(0, 0.72)


def _paint_tube(volume, points, radius):
    """Paint balls so near each other along the points that they make a tube."""
    cover = np.zeros(volume.shape)
    steps = np.linspace(0, len(points) - 1, 4 * len(points))
    for step in steps:
        before = min(int(step), len(points) - 2)
        centre = points[before] + (step - before) * (points[before + 1] - points[before])
        _cover_ball(cover, centre, radius)
    _paint(volume, cover, VESSEL)


def _cover_ball(cover, centre, radius):
    first = np.maximum(np.floor(centre - radius - 1), 0).astype(int)
    last = np.minimum(np.ceil(centre + radius + 2), cover.shape).astype(int)
    box = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    grids = np.ogrid[box]
    distance = np.sqrt(sum((grid - c) ** 2 for grid, c in zip(grids, centre, strict=True)))
    cover[box] = np.maximum(cover[box], np.clip(radius + 0.5 - distance, 0, 1))


def _ball(shape, centre, radius):
    cover = np.zeros(shape)
    _cover_ball(cover, centre, radius)
    return cover


def _ellipsoid(shape, centre, axes):
    """Return how much of each voxel an ellipsoid covers; centre and half axes as shares of the shape."""
    grids = _coordinates(shape)
    parts = [((g / n - c) / a) ** 2 for g, n, c, a in zip(grids, shape, centre, axes, strict=True)]
    within = 1 - np.sqrt(sum(parts))
    return np.clip(within * min(axes) * shape[0] + 0.5, 0, 1)


def _coordinates(shape):
    return np.ogrid[tuple(slice(0, n) for n in shape)]


def _paint(volume, cover, brightness):
    volume += cover * (brightness - volume)
