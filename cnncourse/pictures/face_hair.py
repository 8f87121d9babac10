"""Hair, head scarves and hats as solids: a shell over the skull, cut open around the face, with locks joined on."""

import numpy as np

from cnncourse.pictures import solids
from cnncourse.pictures.face_tubes import Ball, Tube

# Thickness of the shell at the sides, the top and the back; height of the hairline; how low the hair reaches:
# "ears" leaves them free, a number is the height in cm that long hair falls to.
_STYLES = {
    "buzz": (0.15, 0.2, 0.2, 6.6, "ears"),
    "short": (0.6, 1.5, 0.7, 6.8, "ears"),
    "parted": (0.7, 1.3, 0.8, 6.7, "ears"),
    "quiff": (0.4, 1.0, 0.6, 7.0, "ears"),
    "fringe": (0.9, 1.0, 0.9, 3.3, "ears"),
    "curly": (1.2, 1.8, 1.3, 5.6, "ears"),
    "afro": (3.4, 4.0, 3.2, 5.4, "ears"),
    "bob": (1.2, 1.1, 1.0, 5.4, -9.0),
    "long": (1.1, 1.0, 1.0, 5.8, -17.0),
    "wavy": (1.6, 1.3, 1.2, 5.6, -16.0),
    "bun": (0.4, 0.6, 0.6, 6.0, "ears"),
    "ponytail": (0.5, 0.7, 0.6, 6.0, "ears"),
    "pigtails": (0.5, 0.7, 0.6, 5.6, "ears"),
    "horseshoe": (0.8, 0.0, 0.8, 6.0, "ears"),
    "beanie": (0.4, 0.2, 0.6, 6.0, "ears"),
}


class Hair:
    """The signed distances of a person's hair and of a scarf or hat, in the head's own frame."""

    def __init__(self, identity, features):
        self.identity, self.style = identity, identity.hair_style
        self.features = features
        self.W, self.H = identity.head_width, identity.head_height
        self.skull = (0, 2.0, -1.2), (7.5 * self.W, 8.9 * self.H, 9.2)
        self.side = identity.hair_side

    def __call__(self, own):
        """Return the distances `(N,)` from points `(3, N)` to the hair and to the scarf or hat; None without it."""
        if self.style == "bald":
            return None, None
        if self.style == "scarf":
            return None, self._scarf(own)
        return self._hair(own), (self._beanie(own) if self.style == "beanie" else None)

    def _hair(self, own):
        x, y, z = own
        half = np.stack([np.abs(x), y, z])
        sides, top, back, line, reach = _STYLES[self.style]
        more = 0.0 if self.style == "buzz" else max(self.identity.hair_volume * (0.6 + sides), -0.7 * sides)
        shell = self._shell(own, sides + more, top + more, back + more)
        shell = self._locks(own, half, shell, more)
        if reach != "ears":
            shell = self._fall(own, shell, sides + more, reach)
        gap = _cut(shell, self._face_hole(x, y, z, line, reach != "ears"), 1.0 if reach == "ears" else 0.7)
        if reach == "ears":
            gap = self._trim(half, gap)
        if self.style == "horseshoe":
            gap = _cut(_cut(gap, 4.4 + 0.12 * np.minimum(z, 0) - y, 1.0), 2.4 - z, 1.0)
        return self._tails(own, half, gap) - self._curl(own)

    def _shell(self, own, sides, top, back):
        (_, cy, cz), (a, b, c) = self.skull
        return Ball((0, cy + (top - 0.3) * 0.3, cz - 0.25 * back), (a + sides, b + 0.8 * top, c + 0.75 * back))(own)

    def _locks(self, own, half, shell, more):
        if self.style == "quiff":
            lock = Ball((0.9 * self.side, 8.7 * self.H, 3.4), (5.4, 3.0 + more, 4.7))(own)
            return solids.smooth_union(shell, lock, 2.4)
        if self.style == "parted":
            lock = Ball((-2.2 * self.side, 8.2 * self.H, 4.0), (5.0, 3.2 + more, 4.2))(own)
            return solids.smooth_union(shell, lock, 1.2)
        return shell

    def _fall(self, own, shell, sides, reach):
        half_width = 7.5 * self.W + sides + 0.2
        middle = (2.0 + reach) / 2
        curtain = Ball((0, middle + 1.5, -2.6), (half_width, (2.0 - reach) / 2 + 3.5, 7.6))(own)
        curtain = _cut(curtain, own[1] - reach, 1.5)
        return solids.smooth_union(shell, curtain, 1.5)

    def _face_hole(self, x, y, z, line, falls):
        """The region around the face that hair keeps free of, open below where the hair falls past the chin."""
        slant = 0.0
        if self.style in ("parted", "bob", "long", "wavy", "ponytail", "bun"):
            slant = {"parted": 0.16, "bob": 0.14, "ponytail": 0.06, "bun": 0.0}.get(self.style, 0.10)
        top = line + self.identity.hair_line * (0.35 if self.style == "fringe" else 1.0)
        centre = -3.5
        height = top - centre
        up = y - centre + slant * self.side * x
        if self.style == "fringe":
            up = up + 0.3 * _wave(x * 0.55 + 0.3)
        else:
            up = up + 0.2 * _wave(x * 0.37 + 0.1 * y) + 0.08 * _wave(x * 1.1 + 0.37)
        if falls:
            up = np.maximum(up, 0)
        wide = 6.5 * self.W if not falls else 6.35 * self.W
        return Ball((0, 0, 8.2), (wide, height, 8.8))(np.stack([x, up, z]))

    def _trim(self, half, gap):
        """Cut short hair at the sideburns and the nape, and clear of the ears."""
        _, y, z = half
        lowest = np.clip(-2.4 + 1.6 * (z + 2.2), -5.5, -2.4)
        gap = _cut(gap, y - lowest, 0.6)
        e = self.identity.ear_size
        ear = Ball((8.3 * self.W, -2.2, -0.7), (2.3, 3.3 * e, 2.0 * e))(half)
        return _cut(gap, ear, 0.5) if self.style != "afro" else gap

    def _tails(self, own, half, gap):
        if self.style == "bun":
            return np.minimum(gap, Ball((0, 11.4 * self.H, -4.2), 2.9)(own))
        if self.style == "pigtails":
            tail = Tube((7.4 * self.W, 1.8, -3.2), (10.4 * self.W, -7.0, -2.2), 1.2, 0.8)(half)
            puff = Ball((9.9 * self.W, -2.6, -2.7), (2.0, 3.2, 2.1))(half)
            return np.minimum(gap, solids.smooth_union(tail, puff, 1.2))
        if self.style == "ponytail":
            s = self.side
            root = Ball((1.5 * s, 7.5 * self.H, -9.2), 2.4)(own)
            bend = (8.9 * s * self.W, 1.5, -5.5)
            tail = solids.smooth_union(root, Tube((3 * s, 6.5, -9.5), bend, 2.2, 2.5)(own), 1.0)
            fall = Tube(bend, (10.2 * s * self.W, -8.5, -2.5), 2.7, 0.5)(own)
            return np.minimum(gap, solids.smooth_union(tail, fall, 1.0))
        return gap

    def _curl(self, own):
        if self.style in ("curly", "afro"):
            return (0.75 if self.style == "curly" else 0.5) * (_bumps(own, 0.42) - 0.5)
        if self.style == "wavy":
            return 0.55 * (_wave(own[1] * 0.24 + 0.06 * own[0]) - 0.5)
        if self.style in ("buzz", "beanie"):
            return 0.0
        x, y, z = own
        out = np.sqrt(x * x + z * z) + np.float32(1.5)
        return 0.16 * (_wave(3.1 * x / out + 0.03 * y) + _wave(3.7 * z / out - 0.04 * y) - 1)

    def _beanie(self, own):
        shell = self._shell(own, 0.7, 1.6, 0.9)
        edge = own[1] - 4.6 + 0.10 * own[2]
        cap = np.maximum(shell, -edge)
        brim = np.maximum(self._shell(own, 1.15, 1.9, 1.3), np.abs(edge) - 1.35)
        return solids.smooth_union(cap, brim, 0.3)

    def _scarf(self, own):
        x, y, z = own
        shell = self._shell(own, 0.8, 0.8, 0.8)
        chin = self.features.chin_y
        lower = Ball((0, -5.0, 0.0), (7.2 * self.W, -chin - 3.6, 7.4))(own)
        drape = Tube((0, -7, -1.5), (0, -17, -0.5), 5.6, 9.0)(own)
        shell = solids.smooth_union(solids.smooth_union(shell, lower, 2.0), drape, 2.0)
        high = 5.4 - chin - 0.4
        hole = Ball((0, 5.4 - high / 2, 8.6), (6.3 * self.W, high / 2, 8.4))(own)
        folds = 0.12 * _wave(0.35 * (y + 0.5 * np.abs(x)) + 0.1 * z)
        return _cut(shell - folds, hole, 0.5)


def _cut(gap, away, softness):
    """Return the solid `gap` without the solid `away`, the edge rounded."""
    return -solids.smooth_union(-gap, away, softness)


def _wave(phase):
    """Return a smooth wave of period 1 between 0 and 1."""
    t = np.abs((phase - np.floor(phase)) * 2 - 1)
    return t * t * (3 - 2 * t)


def _bumps(points, frequency):
    x, y, z = points * np.float32(frequency)
    return (_wave(x + 0.55 * y) + _wave(y - 0.5 * z) + _wave(z + 0.45 * x)) / 3
