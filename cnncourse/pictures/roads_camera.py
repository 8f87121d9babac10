"""The pin-hole camera of the road scenes: where a point of the street falls on the picture."""

from dataclasses import dataclass

import numpy as np

NEAR = 0.4  # metres in front of the camera where everything is cut off


@dataclass(frozen=True)
class Camera:
    """A camera above the street that looks along +z; the picture is a square."""

    x: float  # metres right of the street's middle
    height: float  # metres
    yaw: float  # radians, positive to the right
    pitch: float  # radians, positive down
    focal: float  # focal length as a multiple of the picture's side

    def position(self):
        """Return the camera's place `(3,)`."""
        return np.array((self.x, self.height, 0.0))

    def axes(self):
        """Return `(3, 3)`, whose columns are the camera's right, up and forward."""
        cy, sy, cp, sp = np.cos(self.yaw), np.sin(self.yaw), np.cos(self.pitch), np.sin(self.pitch)
        return np.array([[cy, sy * sp, sy * cp], [0.0, cp, -sp], [-sy, cy * sp, cy * cp]])

    def seen(self, points):
        """Return points `(N, 3)` of the street in the camera's axes: right, up, depth."""
        return (points - self.position()) @ self.axes()

    def place(self, points, side):
        """Return the pixels `(N, 2)` of points in the camera's axes, in a picture of `side` pixels."""
        depth = np.maximum(points[:, 2:], 1e-6)
        flipped = points[:, :2] * np.array((1.0, -1.0))
        return (0.5 + self.focal * flipped / depth) * side

    def horizon(self):
        """Return the height of the horizon in the picture, 0 at the top and 1 at the bottom."""
        return 0.5 - self.focal * np.tan(self.pitch)


def clipped(points):
    """Return the part `(n, 3)` of a polygon in the camera's axes that lies beyond NEAR (Sutherland & Hodgman, 1974)."""
    kept = []
    for a, b in zip(points, np.roll(points, -1, 0), strict=True):
        if a[2] >= NEAR:
            kept.append(a)
        if (a[2] >= NEAR) != (b[2] >= NEAR):
            kept.append(a + (NEAR - a[2]) / (b[2] - a[2]) * (b - a))
    return np.array(kept).reshape(-1, 3)
