"""Solids of the road scenes: bodies with flat faces, gathered face by face into a model that the painter can draw.

Axes: x to the right, y up, z forward; lengths in metres. A face's corners run such that the sum of the cross products
of successive corners points out of the body.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

MATTE, PAINT, GLASS, LAMP, SIGNAL, LIT = range(
    6
)  # LAMP shines when lights are on, SIGNAL always a little, LIT is a lit window


@dataclass
class Model:
    """A body: its corners, its faces in painting order, and the parts that are sorted by distance when drawn."""

    points: np.ndarray  # (V, 3)
    corners: np.ndarray  # (K,) indices into points, all faces after one another
    following: np.ndarray  # (K,) the next corner of the same face
    starts: np.ndarray  # (F,) where a face begins in corners
    sizes: np.ndarray  # (F,)
    colours: np.ndarray  # (F, 3) sRGB in [0, 1]
    finishes: np.ndarray  # (F,)
    decal: np.ndarray  # (F,) bool: lies on another face, so it changes no silhouette
    parts: np.ndarray  # (F,)
    centres: np.ndarray  # (P, 3)
    is_sorted: bool


class Builder:
    """Gathers faces into a Model; `part` begins a new part."""

    def __init__(self):
        self.points, self.faces, self.colours, self.finishes, self.decal, self.parts = [], [], [], [], [], []
        self.count, self.part_number, self.first_point = 0, -1, []

    def part(self):
        """Begin a new part."""
        self.part_number += 1
        self.first_point.append(self.count)

    def add(self, points, faces, colour, finish=MATTE, decal=False):
        """Add faces, tuples of indices into `points` (n, 3), all of one colour and finish."""
        start = self.count
        self.points.append(points)
        self.count += len(points)
        for face in faces:
            self.faces.append([start + i for i in face] if start else face)
        n = len(faces)
        self.colours += [colour] * n
        self.finishes += [finish] * n
        self.decal += [decal] * n
        self.parts += [self.part_number] * n

    def patch(self, points, colour, finish=MATTE, decal=True):
        """Add one face with the given corners."""
        self.add(np.asarray(points, float), [range(len(points))], colour, finish, decal)

    def model(self, is_sorted=True):
        """Return what was gathered."""
        sizes = np.array([len(face) for face in self.faces])
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        corners = np.array([i for face in self.faces for i in face])
        following = np.roll(corners, -1)
        following[starts + sizes - 1] = corners[starts]
        points = np.concatenate(self.points)
        ends = [*self.first_point[1:], self.count]
        centres = np.array([points[a:b].mean(0) for a, b in zip(self.first_point, ends, strict=True)])
        return Model(
            points, corners, following, starts, sizes, np.array(self.colours), np.array(self.finishes),
            np.array(self.decal), np.array(self.parts), centres, is_sorted,
        )  # fmt: skip


@cache
def loft_faces(rings, count):
    """Return the faces of a body through `rings` rings of `count` points, the first and the last ring closed."""
    faces = [tuple(range(count - 1, -1, -1))]
    for ring in range(rings - 1):
        low, high = ring * count, (ring + 1) * count
        for j in range(count):
            k = (j + 1) % count
            faces.append((low + j, low + k, high + k, high + j))
    faces.append(tuple(range((rings - 1) * count, rings * count)))
    return faces


@cache
def circle(count, phase=0.0):
    """Return `count` points `(count, 2)` on the unit circle: cosine, sine."""
    angles = 2 * np.pi * (np.arange(count) + phase) / count
    return np.stack((np.cos(angles), np.sin(angles)), 1)


def add_loft(builder, rings, colour, finish=MATTE):
    """Add a body through rings of points `(R, n, 3)` that turn by the right hand about the way from first to last."""
    count, n = rings.shape[:2]
    builder.add(rings.reshape(-1, 3), loft_faces(count, n), colour, finish)


def add_box(builder, centre, size, colour, finish=MATTE, top=1.0):
    """Add a box with sides along the axes; its upper face is `top` times as long and wide."""
    x, y, z = centre
    w, h, d = size[0] / 2, size[1] / 2, size[2] / 2
    lower = [(x + w, y - h, z + d), (x + w, y - h, z - d), (x - w, y - h, z - d), (x - w, y - h, z + d)]
    w, d = w * top, d * top
    upper = [(x + w, y + h, z + d), (x + w, y + h, z - d), (x - w, y + h, z - d), (x - w, y + h, z + d)]
    builder.add(np.array(lower + upper), loft_faces(2, 4), colour, finish)


def add_stack(builder, levels, colour, finish=MATTE, count=8):
    """Add a body of elliptic rings one above another; each level is (x, y, z, half width, half depth)."""
    ring = circle(count, 0.5)
    rings = np.empty((len(levels), count, 3))
    for row, (x, y, z, half_width, half_depth) in zip(rings, levels, strict=True):
        row[:, 0] = x + half_width * ring[:, 1]
        row[:, 1] = y
        row[:, 2] = z + half_depth * ring[:, 0]
    add_loft(builder, rings, colour, finish)


def add_ball(builder, centre, radii, colour, finish=MATTE, count=8, low=-1.0):
    """Add an ellipsoid with half axes `radii`, cut off below `low` times its half height."""
    x, y, z = centre
    heights = np.array([-0.97, -0.6, 0.0, 0.55, 0.85, 0.98])
    heights = np.concatenate(([low], heights[heights > low + 0.05])) if low > -0.97 else heights
    spread = np.sqrt(1 - heights**2)
    levels = [
        (x, y + radii[1] * h, z, radii[0] * s, radii[2] * s)
        for h, s in zip(heights.tolist(), spread.tolist(), strict=True)
    ]
    add_stack(builder, levels, colour, finish, count)


def add_tube(builder, start, end, radius, end_radius=None, colour=(0, 0, 0), finish=MATTE, count=6):
    """Add a straight round bar from `start` to `end`."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    axis = end - start
    axis = axis / np.sqrt(axis @ axis)
    helper = np.array((1.0, 0, 0)) if abs(axis[0]) < 0.8 else np.array((0, 1.0, 0))
    first = _cross(axis, helper)
    first = first / np.sqrt(first @ first)
    second = _cross(axis, first)
    ring = circle(count, 0.5)
    spokes = ring[:, :1] * first + ring[:, 1:] * second
    end_radius = radius if end_radius is None else end_radius
    add_loft(builder, np.stack((start + radius * spokes, end + end_radius * spokes)), colour, finish)


def add_disc(builder, centre, radius, side, colour, finish=MATTE, count=14, decal=True):
    """Add a disc that looks along +x (side 1) or −x (side −1)."""
    x, y, z = centre
    ring = circle(count) if side > 0 else circle(count)[::-1]
    points = np.stack((np.full(count, x), y + radius * ring[:, 0], z + radius * ring[:, 1]), 1)
    builder.add(points, [range(count)], colour, finish, decal)


def front(x0, x1, y0, y1, z):
    """Return the corners of a rectangle that looks along +z."""
    return [(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)]


def back(x0, x1, y0, y1, z):
    """Return the corners of a rectangle that looks along −z."""
    return front(x0, x1, y0, y1, z)[::-1]


def flank(side, points, x):
    """Return a polygon of (z, y) pairs, rising y before growing z, at ±x as seen from that side."""
    corners = [(side * x, y, z) for z, y in points]
    return corners if side > 0 else corners[::-1]


def _cross(a, b):
    (a0, a1, a2), (b0, b1, b2) = a.tolist(), b.tolist()
    return np.array((a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0))
