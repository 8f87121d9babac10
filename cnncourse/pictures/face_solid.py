"""A head as a solid: skull, jaw, cheeks, brow, nose, eyes, ears, lips and neck, smoothly joined; glasses; clothes.

Conventions of `solids.py`, in the head's own frame of `face_features.py`; what is alike on both sides is described
once, for x ≥ 0, and evaluated at |x|.
"""

from functools import reduce

import numpy as np

from cnncourse.pictures import solids
from cnncourse.pictures.face_features import Features
from cnncourse.pictures.face_hair import Hair
from cnncourse.pictures.face_tubes import Ball, Tube

SKIN, HAIR, CLOTHES, FABRIC, FRAMES = range(5)
FAR = 99.0
PIVOT = np.array([0.0, -8.0, -2.0])  # where the neck turns


class Person:
    """The signed distances of a person before the camera, in the world's frame, and the pose of the head."""

    block = 8192  # points measured at a time, see `solids.in_blocks`

    def __init__(self, identity, photo):
        self.identity, self.photo = identity, photo
        self.features = Features(identity, photo)
        self.turn = solids.rotation(photo.yaw, photo.pitch, photo.roll)
        middle = np.array([0.0, (self.features.crown_y + self.features.chin_y) / 2, 0.0])
        self.width = float((self.features.crown_y - self.features.chin_y) / photo.scale)
        place = np.array([*photo.shift, 0.0]) * self.width
        self.move = place - self.turn @ (middle - PIVOT) - PIVOT
        body_turn = solids.rotation(0.45 * photo.yaw, 0, 0)
        self._to_head = self.turn.T.astype(np.float32)
        self._to_body = body_turn.T.astype(np.float32)
        self._origin = (self.move + PIVOT).astype(np.float32)
        self.hair = Hair(identity, self.features)
        neck_base = body_turn @ np.array([0, -10, -1.5]) + PIVOT + self.move
        self._lay_out(identity, self.features, self.head_from_world(neck_base[:, None])[:, 0])
        self._glaze(identity, self.features)

    def _lay_out(self, identity, features, neck_base):
        W, L = identity.head_width, identity.face_length
        smile = max(features.smile, 0.0)
        chin, jaw = features.chin_y, identity.jaw_width
        full = identity.cheeks
        ridge, tip, wide = identity.brow_ridge, 8.95 + identity.nose_size, identity.nose_width
        self.skull = Ball((0, 2.0, -1.2), (7.5 * W, 8.9 * identity.head_height, 9.2))
        self.face = Ball((0, -4.3 * L, 1.1), (6.3 * W * (0.72 + 0.28 * jaw), 7.0 * L, 6.8))
        chin_end = (0.0, chin + 2.0, 4.9 + identity.chin)
        self.jaw = Tube((4.3 * W * jaw, -6.3 * L, 0.6), chin_end, 2.0, 1.3 + 0.7 * identity.chin_width)
        cheek = (3.55 * W, -3.3 * L + 0.55 * smile, 4.5 + 0.25 * smile)
        self.cheek = Ball(cheek, 2.55 + 0.6 * full + 0.12 * smile)
        self.brow = Tube((0.0, 1.75, 6.75 + ridge), (4.5 * W, 1.8, 4.9 + ridge), 1.05, 0.75)
        self.muzzle = Ball((0, features.mouth_y, 5.0), (3.4, 2.7, 2.9))
        self.eye = Ball((features.eye_x, 0.05, 5.35), 1.85 * (0.6 + 0.4 * identity.eye_size))
        self.bridge = Tube((0, 0.3, 6.75 + identity.nose_bridge), (0, features.nose_y + 0.75, tip), 0.8, 0.92)
        self.wing = Ball((0.98 * wide, features.nose_y + 0.45, tip - 1.15), 0.78 * (0.7 + 0.3 * wide))
        e = identity.ear_size
        ear_x = 7.55 * W + 0.2 - (1.6 if identity.hair_style == "scarf" else 0.0)
        self.ear = Ball((ear_x, -1.2, -0.9), (0.75 * e, 2.3 * e, 1.5 * e))
        self.ear_dent = Ball((ear_x + 0.85, -1.0, -0.2), (0.7 * e, 1.5 * e, 0.95 * e))
        neck = identity.neck_width
        self.neck = Tube((0, -6.5, -2.2), neck_base, 4.2 * neck, 4.5 * neck)
        broad = 0.75 + 0.25 * neck if identity.age > 15 else 0.68
        height = -6.1 - 5.2 * broad
        self.shoulders = Tube((0, height, -0.8), (11.5 * broad, height - 1.9, -0.8), 5.2 * broad, 4.6 * broad)
        self.collar = Tube((0, -7.0, -1.0), (0, height - 1, -0.6), 4.9 * neck, 1.15 * 4.9 * neck)

    def _glaze(self, identity, features):
        self.lens_z = 8.35 + max(identity.nose_bridge, 0.0) * 0.7 + identity.brow_ridge * 0.4
        self.lens_half = min(2.3 * identity.glasses_size, features.eye_x - 0.45)
        inner, outer = features.eye_x - self.lens_half, features.eye_x + self.lens_half
        self.nose_piece = Tube((0, 0.55, 0.25), (inner, 0.35, 0), 0.19)
        self.temple = Tube((outer, 0.5, -0.1), (7.9 * identity.head_width, 0.7, -9.6), 0.2)

    def head_from_world(self, points):
        """Return world points `(3, N)` in the head's frame."""
        return _turned(self._to_head, points - self._origin.reshape(3, 1), PIVOT)

    def world_from_head(self, points):
        """Return points `(3, N)` of the head's frame in the world's."""
        return _turned(self.turn, points - PIVOT[:, None], PIVOT + self.move)

    def __call__(self, points):
        """Return the distance `(N,)` from world points to whatever is nearest."""
        return reduce(np.minimum, (gap for gap in self._gaps(points) if gap is not None))

    def parts(self, points):
        """Return the distances `(5, N)` from world points to skin, hair, clothes, scarf or hat, and glasses."""
        far = np.full(points.shape[1], FAR, np.float32)
        return np.stack([far if gap is None else gap for gap in self._gaps(points)])

    def _gaps(self, points):
        own = self.head_from_world(points)
        hair, fabric = self.hair(own)
        return self.skin(own), hair, self.clothes(points), fabric, self.glasses(own)

    def skin(self, own):
        """Return the distance `(N,)` from points of the head's frame to the skin, the open eyes included."""
        x, y, z = own
        half = np.stack([np.abs(x), y, z])
        join = solids.smooth_union
        gap = join(self.skull(own), self.face(own), 2.6)
        gap = join(gap, self.jaw(half), 2.4)
        gap = join(gap, self.cheek(half), 2.2)
        gap = join(gap, self.muzzle(own), 1.6)
        gap = join(gap, self.brow(half), 1.5)
        gap = join(gap, self.eye(half), 0.5)
        nose = join(self.bridge(own), self.wing(half), 0.5)
        gap = join(gap, nose, 0.9)
        ear = -join(-self.ear(half), self.ear_dent(half), 0.4)
        gap = join(gap, ear, 0.6)
        gap = join(gap, self.neck(own), 1.6)
        return gap - self._relief(x, y, z, gap)

    def _relief(self, x, y, z, gap):
        """How far lips and beard stand out from the smooth head; only near the surface, only in front."""
        relief = np.zeros_like(x)
        near = (gap < 1.2) & (z > -2.5) & (y < -2)
        if near.any():
            x, y, z = x[near], y[near], z[near]
            bulge = self.features.lip_bulge(x, y) * (z > 3)
            if self.identity.beard in ("full", "goatee", "moustache"):
                bulge = bulge + 0.7 * np.maximum(self.features.beard(x, y, z) - 0.35, 0)
            relief[near] = bulge
        return relief

    def clothes(self, points):
        """Return the distance `(N,)` from world points to the clothes: shoulders and a collar."""
        own = _turned(self._to_body, points - self._origin.reshape(3, 1), (0, 0, 0))
        if own.shape[1] and own[1].min() > 2:  # nowhere near
            return own[1] + 4
        collar = np.maximum(self.collar(own), own[1] + 4.9 + self.photo.collar - 0.25 * (own[2] + 2))
        own[0] = np.abs(own[0])
        return solids.smooth_union(self.shoulders(own), collar, 1.5)

    def glasses(self, own):
        """Return the distance `(N,)` from points of the head's frame to the glasses; None if none are worn."""
        if not (self.photo.glasses and self.identity.glasses != "none"):
            return None
        x, y, z = np.abs(own[0]), own[1] + 0.25, own[2] - self.lens_z
        rim = self.rim(x, y)
        frame = np.sqrt(rim * rim + z * z) - 0.2
        half = np.stack([x, y, z])
        return np.minimum(frame, np.minimum(self.nose_piece(half), self.temple(half)))

    def rim(self, ax, y):
        """Return the signed distance `(N,)` in the plane of the glasses from `(ax, y)` to the rim of a lens."""
        wide = self.lens_half
        high, rounding = {"round": (wide, wide), "oval": (0.74 * wide, 0.7 * wide), "square": (0.8 * wide, 0.5)}[
            self.identity.glasses
        ]
        beyond_x = np.abs(ax - self.features.eye_x) - (wide - rounding)
        beyond_y = np.abs(y) - (high - rounding)
        outside_x, outside_y = np.maximum(beyond_x, 0), np.maximum(beyond_y, 0)
        inside = np.minimum(np.maximum(beyond_x, beyond_y), 0)
        return np.sqrt(outside_x * outside_x + outside_y * outside_y) + inside - rounding


def _turned(matrix, points, offset):
    x, y, z = points
    return np.stack([matrix[i, 0] * x + matrix[i, 1] * y + matrix[i, 2] * z + offset[i] for i in range(3)])
