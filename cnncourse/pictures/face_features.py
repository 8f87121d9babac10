"""Where the eyes, brows, nose and mouth lie on a face, as curves in the plane of the face.

Coordinates are the head's own: x to the viewer's right, y up, z forward, origin between the eyes inside the head, in
centimetres. The curves are projected along z onto the head. Sources: proportions after Farkas 1994, eyes enlarged.
"""

from itertools import pairwise

import numpy as np

from cnncourse.pictures import solids


class Features:
    """The curves of a face with the expression of a photo; all numbers are plain floats, in centimetres."""

    def __init__(self, identity, photo):
        smile, opened = photo.smile, photo.mouth_open
        self.identity, self.photo, self.smile = identity, photo, smile
        self.crown_y = 2.0 + 8.9 * identity.head_height
        self.jaw_drop = 0.9 * opened
        self.chin_y = -11.3 * identity.face_length - self.jaw_drop
        self.nose_y = -identity.nose_length
        self._eyes(identity, photo)
        self._mouth(identity, smile, opened)

    def _eyes(self, identity, photo):
        self.eye_x = identity.eye_spacing * identity.head_width
        self.eye_half = 1.52 * identity.eye_size
        squint = max(self.smile, 0.0)
        opening = identity.eye_size * identity.eye_height
        self.lid_up = 0.98 * opening * (photo.eyes_open - 0.10 * squint + 0.06 * max(photo.brow_raise, 0)) + 0.02
        self.lid_low = 0.62 * opening * min(photo.eyes_open, 1.0) * (1 - 0.45 * squint)
        self.iris = 0.91 * identity.eye_size
        reach = 0.5 * self.eye_half
        self.gaze = (photo.gaze[0] * reach, photo.gaze[1] * 0.4 + 0.06)
        self.brow_y = identity.brow_height + 0.5 * photo.brow_raise

    def _mouth(self, identity, smile, opened):
        rest = self.chin_y + self.jaw_drop
        self.mouth_y = self.nose_y + (rest - self.nose_y) * 0.40 + identity.mouth_place
        widened = 0.85 * max(smile, 0.0) - 0.1 * max(-smile, 0.0) - 0.35 * opened * (1 - max(smile, 0.0))
        self.mouth_half = 2.55 * identity.mouth_width + widened
        self.lift = identity.mouth_rest + (1.35 if smile > 0 else 0.95) * smile
        self.gap = 2.3 * opened * (1 - 0.25 * max(smile, 0.0))
        thinned = 1 - 0.18 * max(smile, 0.0)
        self.upper_lip = identity.upper_lip * thinned
        self.lower_lip = identity.lower_lip * thinned

    def mouth_line(self, x):
        """Return the heights of the upper lip's top and bottom edge and of the lower lip's, from above, at `x`."""
        u = np.clip(x / self.mouth_half, -1, 1)
        round_off = 1 - u * u
        middle = self.mouth_y + self.lift * (u * u - 0.3)
        inner_top = middle + 0.18 * self.gap * round_off
        inner_low = middle - 0.82 * self.gap * round_off
        top = inner_top + self.upper_lip * round_off * (0.74 + 1.3 * u * u)
        low = inner_low - self.lower_lip * round_off
        return top, inner_top, inner_low, low

    def lip_bulge(self, x, y):
        """Return by how much the lips stand out at `(x, y)`, centimetres."""
        top, inner_top, inner_low, low = self.mouth_line(x)
        upper = np.clip((top - y) * (y - inner_top) * 4, 0, None) / max(self.upper_lip, 0.3)
        lower = np.clip((inner_low - y) * (y - low) * 4, 0, None) / max(self.lower_lip, 0.3)
        return 0.28 * np.minimum(upper + lower, 1.0) - 0.5 * np.clip((inner_top - y) * (y - inner_low) * 4, 0, 0.5)

    def lids(self, ax):
        """Return the heights of the upper and of the lower lid at distance `ax` from the middle of the face."""
        t = np.clip((ax - self.eye_x) / self.eye_half, -1, 1)
        arch = 1 - t * t
        line = self.identity.eye_tilt * t
        upper = line + self.lid_up * arch * (1 + 0.22 * t * t) * (1 - 0.12 * t)
        return upper, line - self.lid_low * arch

    def brow(self, ax):
        """Return the middle height and the half thickness of the brow at distance `ax` from the middle of the face."""
        t = np.clip((ax - self.eye_x + 1.9) / 4.1, 0, 1)
        frown = min(self.photo.brow_raise, 0.0)
        rise = self.identity.brow_tilt * (t - 0.3) + self.identity.brow_arch * 4 * t * (1 - t) * (0.4 + 0.6 * t)
        height = self.brow_y + rise + 0.35 * frown * (1 - t) * (1 - t) - 0.25 * t * t
        return height, 0.40 * self.identity.brow_thickness * (1 - 0.72 * t * t) * np.minimum(1, 0.55 + 4 * t)

    def beard(self, x, y, z):
        """Return how much beard grows at a point, 0 to 1, for this person's kind of beard."""
        ax = np.abs(x)
        top, _, _, low = self.mouth_line(x)
        beyond = np.maximum(ax - 3.0, 0)
        upper_edge = np.maximum(self.nose_y - 0.45 - 0.22 * ax, self.mouth_y + 0.7 + 0.11 * beyond * beyond)
        kind = self.identity.beard
        if kind == "moustache":
            reach = self.mouth_half + 0.4 - ax
            grown = _soft((upper_edge - y) * 2.5) * _soft((y - top + 0.1 + 0.25 * ax) * 2.5) * _soft(reach * 2.5)
            return grown * (z > 3) * (y > self.mouth_y - 0.9)
        around_mouth = np.maximum(np.maximum(y - top, low - y), (ax - self.mouth_half) * 1.2)
        grown = _soft(around_mouth * 4 - 0.45) * _soft((y - self.chin_y + 2.4) * 1.2)
        if kind == "goatee":
            across = ax / (self.mouth_half + 0.8)
            height = (self.nose_y - 0.45 - self.chin_y) / 2
            down = (y - self.chin_y - height) / height
            return grown * _soft((1 - across * across - down * down) * 3) * (z > 3)
        return (
            grown
            * _soft((upper_edge - y) * 2)
            * _soft((z + 2.2) * 1.5)
            * _soft((6.9 * self.identity.head_width - ax) * 2)
        )


def closeness(x, y, points):
    """Return the distance in the plane `(N,)` from `(x, y)` to the broken line through `points` [(x, y), …]."""
    ends = np.array([(*a, 0, *b, 0) for a, b in pairwise(points)], np.float32)
    flat = np.stack([x, y, np.zeros_like(x)])
    thin = np.zeros(len(ends), np.float32)
    return solids.capsules(flat, ends[:, :3], ends[:, 3:], thin, thin).min(axis=0)


def _soft(value):
    t = np.clip(value + 0.5, 0, 1)
    return t * t * (3 - 2 * t)
