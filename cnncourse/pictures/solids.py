"""Solids described by signed distances, and the sphere tracing that turns them into pictures.

Conventions: a solid is a function from points `(3, N)` to signed distances `(N,)`, negative inside; x points right, y
up and z towards the viewer; a list of solids is given as arrays with one row each. Arrays of points meet only sums,
products, quotients and square roots, one at a time, which every processor rounds alike: pictures come out the same
everywhere.

Sources: Hart 1996, "Sphere tracing"; Quilez 2013, "Smooth minimum" (quadratic); Quilez 2010, "Soft shadows".
"""

from math import cos, radians, sin

import numpy as np

_BLOCK = 2048
_TETRAHEDRON = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float32)


def sphere(points, centre, radius):
    """Return the distance `(N,)` from points `(3, N)` to a sphere.

    >>> float(sphere(np.array([[3.0], [4.0], [0.0]]), (0, 0, 0), 2.0)[0])
    3.0
    """
    return length(points - _column(centre, points)) - radius


def capsule(points, start, end, start_radius, end_radius=None):
    """Return the distance `(N,)` from points `(3, N)` to the tube from `start` to `end` with round ends.

    With an `end_radius` the tube tapers, and the distance is exact only to first order in the taper.

    >>> float(capsule(np.array([[0.5], [3.0], [0.0]]), (0, 0, 0), (1, 0, 0), 1.0)[0])
    2.0
    """
    end_radius = start_radius if end_radius is None else end_radius
    rows = (np.asarray(row, points.dtype)[None] for row in (start, end, start_radius, end_radius))
    return capsules(points, *rows)[0]


def capsules(points, starts, ends, start_radii, end_radii):
    """Return the distances `(P, N)` from points `(3, N)` to P capsules; starts and ends `(P, 3)`, radii `(P,)`."""
    axes = ends - starts
    squared = (axes * axes).sum(axis=1)
    axes_over_squared = axes / np.where(squared > 0, squared, 1)[:, None]
    offsets = [points[i] - starts[:, i : i + 1] for i in range(3)]  # three of (P, N)
    along = offsets[0] * axes_over_squared[:, :1]
    along += offsets[1] * axes_over_squared[:, 1:2]
    along += offsets[2] * axes_over_squared[:, 2:]
    np.clip(along, 0, 1, out=along)
    squares = [np.square(offsets[i] - along * axes[:, i : i + 1]) for i in range(3)]
    radii = start_radii[:, None] + along * (end_radii - start_radii)[:, None]
    return np.sqrt(squares[0] + squares[1] + squares[2]) - radii


def rounded_box(points, centre, half_sides, rounding):
    """Return the distance `(N,)` from points `(3, N)` to a box whose edges are rounded by the radius `rounding`.

    >>> float(rounded_box(np.array([[5.0], [0.0], [0.0]]), (0, 0, 0), (2, 2, 2), 0.5)[0])
    3.0
    """
    beyond = np.abs(points - _column(centre, points)) - (_column(half_sides, points) - rounding)
    return length(np.maximum(beyond, 0)) + np.minimum(beyond.max(axis=0), 0) - rounding


def ellipsoid(points, centre, radii):
    """Return an approximate distance `(N,)` from points `(3, N)` to an ellipsoid: exact on its surface."""
    offset = points - _column(centre, points)
    scaled = length(offset / _column(radii, points))
    steepness = length(offset / _column(radii, points) ** 2)
    return scaled * (scaled - 1) / np.maximum(steepness, 1e-9)


def smooth_union(first, second, softness):
    """Return the union of two distances with the crease filled where they differ by less than `softness`.

    >>> float(smooth_union(np.float64(1.0), np.float64(1.0), 0.4))
    0.9
    """
    overlap = np.maximum(softness - np.abs(first - second), 0)
    return np.minimum(first, second) - overlap * overlap * (0.25 / softness)


def rotation(yaw=0.0, pitch=0.0, roll=0.0):
    """Return the `(3, 3)` matrix that turns by `yaw` about y, then `pitch` about x, then `roll` about z (degrees).

    >>> rotation(roll=90).round(6).tolist()[1]
    [1.0, 0.0, 0.0]
    """
    (sy, cy), (sp, cp), (sr, cr) = ((sin(radians(a)), cos(radians(a))) for a in (yaw, pitch, roll))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def length(vectors):
    """Return the lengths `(N,)` of vectors `(3, N)`."""
    x, y, z = vectors
    return np.sqrt(x * x + y * y + z * z)


def unit(vectors):
    """Return the vectors `(3, N)` scaled to length 1."""
    return vectors / np.maximum(length(vectors), 1e-12)


def dot(first, second):
    """Return the scalar products `(N,)` of vectors `(3, N)` or `(3, 1)`."""
    return first[0] * second[0] + first[1] * second[1] + first[2] * second[2]


def camera_rays(size, width, distance):
    """Return unit directions `(3, size²)`, row by row, of a camera at `(0, 0, distance)` that looks along −z.

    A square of side `width` around the origin, facing the camera, fills the picture.
    """
    across = ((np.arange(size, dtype=np.float32) + np.float32(0.5)) / size - np.float32(0.5)) * np.float32(width)
    x = np.tile(across, size)
    y = np.repeat(-across, size)
    return unit(np.stack([x, y, np.full_like(x, -distance)]))


def in_blocks(distance, points):
    """Return `distance(points)`, a block at a time, so that scratch arrays stay in the processor's cache.

    A block is 2,048 points, or as many as the attribute `block` of `distance` says.
    """
    block = getattr(distance, "block", _BLOCK)
    blocks = [distance(points[:, i : i + block]) for i in range(0, points.shape[1], block)]
    return np.concatenate(blocks) if blocks else np.empty(0, points.dtype)


def trace(distance, origin, directions, near, far, steps=30, tolerance=0.004):
    """Return the depth `(N,)` at which each ray first touches the solid, infinity where it does not (Hart 1996).

    A ray starts at the depth `near` (a number or `(N,)`), and steps on by the signed distance, which no surface can
    be nearer than; it has hit when that is below `tolerance` times its depth, and missed when it is beyond `far`.
    """
    depth = np.full(directions.shape[1], np.inf, np.float32)
    rays = np.arange(directions.shape[1])
    travelled = np.broadcast_to(np.float32(near), rays.shape).copy()
    for _ in range(steps):
        gap = in_blocks(distance, _along(origin, directions[:, rays], travelled))
        touching = gap < tolerance * travelled
        depth[rays[touching]] = travelled[touching] + gap[touching]
        travelled += gap
        going = ~touching & (travelled < far)
        rays, travelled = rays[going], travelled[going]
        if not len(rays):
            break
    return depth


def normals(distance, points, epsilon=0.02):
    """Return the unit normals `(3, N)` of the solid at points `(3, N)`, from four distances around each point."""
    total = np.zeros_like(points)
    for corner in _TETRAHEDRON:
        total += corner[:, None] * in_blocks(distance, points + np.float32(epsilon) * corner[:, None])
    return unit(total)


def soft_shadow(distance, points, light, reach, sharpness=8.0, steps=8):
    """Return how much light `(N,)`, 0 to 1, comes to points `(3, N)` from the direction `light` (Quilez 2010).

    The closest miss on the way to the light, as an angle seen from the point, makes the penumbra.
    """
    direction = np.asarray(light, np.float32).reshape(3, 1)
    open_angle = np.ones(points.shape[1], np.float32)
    travelled = np.full(points.shape[1], reach / 40, np.float32)
    rays = np.arange(points.shape[1])
    for _ in range(steps):
        gap = in_blocks(distance, points[:, rays] + direction * travelled[rays])
        open_angle[rays] = np.minimum(open_angle[rays], sharpness * np.maximum(gap, 0) / travelled[rays])
        travelled[rays] += np.maximum(gap, reach / 20)
        rays = rays[(gap > 0) & (travelled[rays] < reach)]
    return open_angle * open_angle * (3 - 2 * open_angle)


def ambient_occlusion(distance, points, normal, reach, samples=3):
    """Return how open to the sky `(N,)`, 0 to 1, the surface is at points `(3, N)`, probed along the normal."""
    closed = np.zeros(points.shape[1], np.float32)
    for i in range(1, samples + 1):
        step = np.float32(reach * i / samples)
        closed += (step - in_blocks(distance, points + step * normal)) / (step * samples)
    return np.clip(1 - closed, 0, 1)


def _along(origin, directions, depth):
    return _column(origin, directions) + directions * depth


def _column(vector, points):
    return np.asarray(vector, points.dtype).reshape(3, 1)
