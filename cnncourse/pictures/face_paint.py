"""The colours of a face, linear RGB: skin with its marks, beard, brows, lips, teeth and eyes; hair, cloth, glasses.

Features are painted from in front: a point of the skin takes the colour of its `(x, y)` in the head's own frame.
"""

import numpy as np

from cnncourse.pictures.face_features import closeness
from cnncourse.pictures.face_noise import noise, strands
from cnncourse.pictures.hands import SKIN_TONES

_GREY_HAIR = np.array([0.62, 0.61, 0.60])
_TEETH = np.array([0.80, 0.77, 0.70])
_MOUTH = np.array([0.09, 0.02, 0.02])
_TONGUE = np.array([0.46, 0.14, 0.13])


class Paint:
    """The colours of a person as functions of points in the head's frame; `edge` is the softness of edges, cm."""

    def __init__(self, person, edge):
        self.person, self.features, self.identity = person, person.features, person.identity
        self.edge = float(np.clip(edge, 0.03, 0.16))
        self.skin_colour = skin_colour(self.identity)
        self.dark = float(1 - self.skin_colour.mean())
        hair = np.array(self.identity.hair_colour)
        self.hair_colour = (hair + self.identity.grey * (_GREY_HAIR - hair)) ** 2
        self.crown = (1.5 * self.identity.hair_side, 9.5, -1.5)

    def skin(self, own, normal):
        """Return the colours `(3, N)` of the skin and how shiny `(N,)` it is."""
        x, y, z = own
        ax = np.abs(x)
        colour = self._bare_skin(own, x, ax, y, z)
        front = _cover((z - 2.0) * 0.5, 1.0) * _cover(normal[2] + 0.1, 0.2)
        colour = self._beard(colour, own, x, y, z)
        colour = self._brows(colour, own, ax, y, front)
        shine = np.full(x.shape, 0.045, np.float32)
        colour, shine = self._mouth(colour, shine, x, y, front * (z > 4))
        return self._eyes(colour, shine, x, ax, y, front)

    def _bare_skin(self, own, x, ax, y, z):
        identity, features = self.identity, self.features
        colour = self.skin_colour[:, None] * (0.94 + 0.12 * noise(own, 0.9))
        smile = max(features.smile, 0)
        cheek = _bump(x=(ax - 4.0) / 2.4, y=(y + 3.3 - 0.5 * smile) / 1.9) * (z > 2)
        nose = _bump(x=x / 1.5, y=(y - features.nose_y - 0.6) / 1.4) * (z > 6)
        red = (0.22 + 0.1 * smile) * identity.blush * cheek + 0.18 * identity.blush * nose
        colour = _tinted(colour, red, (1.12, 0.62, 0.60))
        if identity.freckles > 0:
            spots = np.clip(noise(own, 2.6) * 1.2 + noise(own, 5.1) * 0.6 - 1.12, 0, 0.3) / 0.3
            region = np.maximum(_bump(x=ax / 6.2, y=(y + 2.2) / 3.2), 0.15) * (z > 1)
            colour = _tinted(colour, 0.8 * identity.freckles * spots * region, (0.62, 0.42, 0.30))
        if identity.mole != (0.0, 0.0):
            spot = _cover(0.22 - np.sqrt((x - identity.mole[0]) ** 2 + (y - identity.mole[1]) ** 2), self.edge) * (
                z > 2
            )
            colour = _tinted(colour, spot, (0.22, 0.16, 0.15))
        nostril = closeness(
            ax, y, [(0.42 * identity.nose_width, features.nose_y - 0.06), (0.8, features.nose_y + 0.04)]
        )
        colour = _tinted(colour, 0.75 * _cover(0.2 - nostril, 0.2) * (z > 6), (0.35, 0.25, 0.24))
        eye = _bump(x=(ax - features.eye_x) / 2.3, y=(y - 0.2) / 1.7) * (z > 3)
        colour = _tinted(colour, (0.16 + 0.1 * self.identity.lip_colour) * eye, (0.80, 0.62, 0.60))
        return _tinted(colour, self._lines(ax, y, z), (0.50, 0.36, 0.32))

    def _lines(self, ax, y, z):
        """How dark `(N,)` the lines of age and of a smile are."""
        features, identity = self.features, self.identity
        old = float(np.clip((identity.age - 35) / 40, 0, 1))
        smile = max(features.smile, 0.0)
        corner = features.mouth_half + 0.75, features.mouth_y + 0.7 * features.lift + 0.3
        fold = [(1.5, features.nose_y + 0.4), (0.62 * corner[0] + 0.8, features.nose_y - 0.9), corner]
        lines = (0.5 * old + 0.42 * smile) * _line(closeness(ax, y, fold), 0.34)
        if old > 0:
            ex, half = features.eye_x, features.eye_half
            lines = lines + 0.4 * old * _line(
                closeness(ax, y, [(ex - 1.0, -1.25), (ex, -1.55), (ex + 1.1, -1.25)]), 0.22
            )
            for rise in (0.45, 0.0, -0.45):
                foot = [(ex + half + 0.35, 0.1 + rise * 0.4), (ex + half + 1.35, 0.15 + rise * 1.6)]
                lines = lines + (0.3 + 0.3 * smile) * old * _line(closeness(ax, y, foot), 0.16)
            for height in (4.0, 4.9, 5.8):
                wrinkle = [(0, height), (2.2, height + 0.15), (4.2, height - 0.35)]
                up = max(self.features.photo.brow_raise, 0.0)
                lines = lines + (0.35 + 0.35 * up) * old * _line(closeness(ax, y, wrinkle), 0.2)
        return np.minimum(lines, 0.8) * (z > 2)

    def _beard(self, colour, own, x, y, z):
        kind = self.identity.beard
        if kind == "none":
            return colour
        amount = self.features.beard(x, y, z)
        hairs = strands(own, (0, 3, 2), 9.0, 0.9)
        if kind == "stubble":
            shade = 0.5 * self.skin_colour + 0.5 * self.hair_colour
            return _over(colour, shade[:, None], 0.55 * amount * (0.55 + 0.6 * noise(own, 3.3)))
        tone = self.hair_colour[:, None] * (0.6 + 0.75 * hairs)
        return _over(colour, tone, np.clip(amount * 2.2 - 0.3 * hairs, 0, 0.96))

    def _brows(self, colour, own, ax, y, front):
        middle, thick = self.features.brow(ax)
        along = (ax - self.features.eye_x + 1.9) / 4.1
        inside = _cover(thick - np.abs(y - middle), 0.16) * (along > -0.02) * (along < 1.03) * front
        tone = self.hair_colour * (1 - 0.45 * self.hair_colour.mean()) * 0.85
        tone = 0.82 * tone + 0.18 * self.skin_colour * 0.5
        hairs = noise(np.stack([ax * 2.2 + y * 1.6, y * 0.5, ax * 0]), 1.6)
        return _over(colour, tone[:, None] * (0.8 + 0.4 * hairs), inside * (0.95 - 0.35 * hairs))

    def _mouth(self, colour, shine, x, y, front):
        features, edge = self.features, self.edge
        top, inner_top, inner_low, low = features.mouth_line(x)
        within = _cover(features.mouth_half - np.abs(x), edge) * front
        lips = _cover(np.minimum(top - y, y - low), edge) * within
        colour = _over(colour, self._lip_tone()[:, None], lips * 0.9)
        shine = shine + 0.10 * lips
        gap = np.minimum(inner_top - y, y - inner_low)
        open_mouth = _cover(gap, edge) * within if features.gap > 0.02 else np.zeros_like(x)
        inside = np.repeat(_MOUTH[:, None], x.size, axis=1)
        tongue = _bump(x=x / (0.75 * features.mouth_half), y=(y - inner_low) / 0.7)
        inside = _over(inside, _TONGUE[:, None], tongue * (features.gap > 0.6))
        teeth = _cover(
            y - (inner_top - min(0.95 if features.smile > 0 else 0.5, 0.62 * features.gap + 0.1)), edge
        ) * _cover(0.9 * features.mouth_half - np.abs(x), 0.6)
        between = 1 - 0.12 * _line(np.abs((x / 0.62 + 0.5) % 1 - 0.5) * 0.62, 0.06)
        inside = _over(inside, _TEETH[:, None] * between, teeth)
        colour = _over(colour, inside, open_mouth)
        closed = _line(np.abs(y - (inner_top + inner_low) / 2), 0.16 + 0.3 * edge) * within
        if features.gap <= 0.3:
            colour = _tinted(colour, 0.9 * closed, (0.25, 0.12, 0.12))
        corner = closeness(np.abs(x), y, [(features.mouth_half - 0.05, features.mouth_y + 0.7 * features.lift)] * 2)
        return _tinted(colour, 0.5 * _line(corner, 0.42) * front, (0.45, 0.32, 0.30)), shine

    def _lip_tone(self):
        natural = self.skin_colour * np.array([0.82, 0.46, 0.47]) + np.array([0.05, 0.008, 0.012])
        stick = np.array([0.46, 0.05, 0.08]) * (0.55 + 0.5 * (1 - self.dark))
        return natural + 0.85 * self.identity.lip_colour * (stick - natural)

    def _eyes(self, colour, shine, x, ax, y, front):
        features, edge = self.features, self.edge
        upper, lower = features.lids(ax)
        t = (ax - features.eye_x) / features.eye_half
        along = _cover((1 - np.abs(t)) * features.eye_half, edge)
        opened = _cover(np.minimum(upper - y, y - lower), edge) * along * front
        dx = x - np.where(x > 0, 1, -1) * features.eye_x - features.gaze[0]
        dy = y - features.gaze[1]
        ball = self._eyeball(dx, dy, upper - y, t)
        crease = _line(np.abs(y - upper - 0.42), 0.2) * (np.abs(t) < 0.95) * front * (y > upper)
        colour = _tinted(colour, 0.4 * crease, (0.45, 0.32, 0.30))
        colour = _over(colour, ball, opened)
        lashes = 0.10 + 0.13 * self.identity.lashes
        lid = _cover(lashes * (0.75 + 0.35 * t) - np.abs(y - upper - 0.05), edge) * _cover(
            (1.04 - np.abs(t)) * features.eye_half, edge
        )
        dark = np.array([0.025, 0.017, 0.014])
        colour = _over(colour, dark[:, None], 0.92 * lid * front)
        wing = [(features.eye_x + 0.9 * features.eye_half, self.identity.eye_tilt * 0.9 + 0.1)]
        wing.append((features.eye_x + 1.18 * features.eye_half, self.identity.eye_tilt + 0.38))
        colour = _over(colour, dark[:, None], self.identity.lashes * _cover(0.1 - closeness(ax, y, wing), edge) * front)
        low_line = _line(np.abs(y - lower + 0.03), 0.13) * along * front
        return _tinted(colour, 0.45 * low_line, (0.35, 0.25, 0.24)), shine + 0.06 * opened

    def _eyeball(self, dx, dy, below_lid, t):
        r = np.sqrt(dx * dx + dy * dy) / self.features.iris
        white = np.array([0.80, 0.78, 0.76])[:, None] * (1 - 0.25 * t * t)
        iris = np.array(self.identity.eye_colour) ** 2
        ring = iris[:, None] * (1.15 - 0.75 * _cover(r - 0.84, 0.22) + 0.9 * np.clip(-dy, 0, 1) * (r < 0.85))
        colour = _over(white, ring, _cover((1 - r) * self.features.iris, self.edge))
        colour = _over(colour, np.full((3, 1), 0.008), _cover((0.46 - r) * self.features.iris, self.edge))
        colour = colour * (1 - 0.5 * _cover(0.22 - below_lid, 0.45))
        side = 0.26 if self.features.photo.light[0] > 0 else -0.26
        glint = np.sqrt((dx - side) * (dx - side) + (dy - 0.30) * (dy - 0.30))
        return _over(colour, np.full((3, 1), 1.25), _cover(0.20 - glint, self.edge))

    def hair(self, own):
        """Return the colours `(3, N)` of the hair."""
        if self.identity.hair_style in ("curly", "afro"):
            tone = 0.55 + 0.5 * noise(own, 0.85) + 0.45 * noise(own, 2.1)
        else:
            tone = 0.45 + 0.6 * strands(own, self.crown, 9.0, 0.2) + 0.5 * strands(own, self.crown, 22.0, 0.25)
        return self.hair_colour[:, None] * tone

    def cloth(self, own, colour):
        """Return the colours `(3, N)` of cloth."""
        return np.asarray(colour)[:, None] * (0.9 + 0.2 * noise(own, 3.0))

    def scarf_or_hat(self, own, colour):
        """Return the colours `(3, N)` of a head scarf, or of a knitted hat with its ribs."""
        tone = self.cloth(own, colour)
        if self.identity.hair_style == "beanie":
            tone = tone * (0.72 + 0.4 * strands(own, (0, 11, -1), 9.0, 0.05))
        return tone


def skin_colour(identity):
    """Return the linear colour `(3,)` of a person's skin: on SKIN_TONES, warmer or cooler."""
    low = min(int(identity.skin), len(SKIN_TONES) - 2)
    tone = SKIN_TONES[low] + (identity.skin - low) * (SKIN_TONES[low + 1] - SKIN_TONES[low])
    return np.clip(tone * (1 + np.array([0.01, 0.0, -0.035]) * identity.warmth), 0, 1) ** 2


def _cover(distance, softness):
    """Return 0 outside, 1 inside, over an edge of width `softness` around distance 0."""
    t = np.clip(distance / softness + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def _line(distance, width):
    t = np.clip(1 - distance / width, 0, 1)
    return t * t * (3 - 2 * t)


def _bump(x, y):
    t = np.clip(1 - x * x - y * y, 0, 1)
    return t * t * (3 - 2 * t)


def _over(colour, paint, share):
    return colour + (paint - colour) * share


def _tinted(colour, share, gains):
    return colour * (1 + (np.array(gains)[:, None] - 1) * share)
