"""Tubes with round ends, prepared once and measured often: the same as `solids.capsule`, quicker."""

import numpy as np


class Tube:
    """A tube from `start` to `end` whose radius goes from `start_radius` to `end_radius`."""

    def __init__(self, start, end, start_radius, end_radius=None):
        self.start = tuple(float(c) for c in start)
        self.axis = tuple(float(b - a) for a, b in zip(start, end, strict=True))
        squared = sum(c * c for c in self.axis)
        self.over_squared = tuple(c / squared for c in self.axis)
        self.radius = float(start_radius)
        self.taper = 0.0 if end_radius is None else float(end_radius - start_radius)

    def __call__(self, points):
        """Return the distance `(N,)` from points `(3, N)`; exact to first order in the taper."""
        x, y, z = (points[i] - self.start[i] for i in range(3))
        along = x * self.over_squared[0]
        along += y * self.over_squared[1]
        along += z * self.over_squared[2]
        np.clip(along, 0, 1, out=along)
        x -= along * self.axis[0]
        y -= along * self.axis[1]
        z -= along * self.axis[2]
        x *= x
        y *= y
        z *= z
        x += y
        x += z
        gap = np.sqrt(x, out=x)
        gap -= self.radius
        if self.taper:
            gap -= along * self.taper
        return gap


class Ball:
    """An ellipsoid with the given radii along x, y and z, or a sphere where one radius is given."""

    def __init__(self, centre, radii):
        radii = (radii,) * 3 if isinstance(radii, (int, float)) else radii
        self.centre = tuple(float(c) for c in centre)
        self.over = tuple(float(1 / r) for r in radii)
        self.radius = float(radii[0]) if radii[0] == radii[1] == radii[2] else None

    def __call__(self, points):
        """Return the distance `(N,)` from points `(3, N)`: exact for a sphere, else exact on the surface only."""
        x, y, z = (points[i] - self.centre[i] for i in range(3))
        if self.radius is not None:
            return np.sqrt(x * x + y * y + z * z) - self.radius
        x *= self.over[0]
        y *= self.over[1]
        z *= self.over[2]
        scaled = np.sqrt(x * x + y * y + z * z)
        x *= self.over[0]
        y *= self.over[1]
        z *= self.over[2]
        steepness = np.sqrt(x * x + y * y + z * z)
        np.maximum(steepness, 1e-9, out=steepness)
        return scaled * (scaled - 1) / steepness
