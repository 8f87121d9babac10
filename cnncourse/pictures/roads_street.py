"""The ground of the road scenes: carriageway, kerbs, pavements, verges and the markings; bends and crossings."""

from dataclasses import dataclass

import numpy as np

NEAREST, FARTHEST = 0.45, 600.0  # metres


@dataclass(frozen=True)
class Street:
    """A street along +z; `side` 1 drives on the right, −1 on the left. Lengths in metres, colours sRGB."""

    half: float  # half width of the carriageway
    lanes: int  # in each direction
    parking: float  # width of the parking strip on each side, 0 for none
    pavement: float
    verge: float  # grass between pavement and buildings
    curve: float  # 1 / radius of the bend, positive to the right
    side: int
    crossing: float  # where a street crosses, its middle; 0 for none
    crossing_half: float
    zebras: tuple  # where zebra crossings are
    centre: str  # "dashed", "solid", "double" or "none"
    yellow: bool
    edge: bool  # lines along the kerb
    arrows: float  # where arrows stand in the lanes; 0 for none
    asphalt: tuple
    slabs: tuple
    grass: tuple
    patches: tuple  # mended places: (x, z, half width, half length, shade)
    phase: float  # where the dashes begin

    def middle(self, z):
        """Return how far to the right the street's middle is at z."""
        return 0.5 * self.curve * np.asarray(z, float) ** 2

    def heading(self, z):
        """Return the street's direction at z, radians to the right of +z."""
        return float(np.arctan(self.curve * z))

    def lane(self, number, direction):
        """Return the offset of a lane's middle; lane 0 is next to the middle, direction 1 is away from the camera."""
        width = (self.half - self.parking) / self.lanes
        return self.side * direction * (number + 0.5) * width


def sample_street(rng):
    """Return a random Street."""
    lanes = int(rng.choice(2, p=(0.75, 0.25))) + 1
    parking = float(rng.uniform(2.0, 2.3)) if rng.random() < 0.55 else 0.0
    half = lanes * rng.uniform(3.0, 3.6) + parking
    grey = rng.uniform(0.28, 0.50)
    slab = rng.uniform(0.54, 0.76)
    crossing = float(rng.uniform(16, 45)) if rng.random() < 0.3 else 0.0
    crossing_half = float(rng.uniform(3.2, 5))
    zebras = []
    if crossing and rng.random() < 0.6:
        zebras.append(crossing - crossing_half - 3.0)
    elif rng.random() < 0.25:
        zebras.append(float(rng.uniform(7, 30)))
    patches = [
        (float(rng.uniform(-half, half)), float(rng.uniform(3, 30)), float(rng.uniform(0.2, 1.0)),
         float(rng.uniform(0.3, 4)), float(rng.uniform(0.86, 1.1))) for _ in range(rng.integers(0, 7))
    ]  # fmt: skip
    curved = rng.random() < 0.35 and not crossing
    return Street(
        float(half), lanes, parking, float(rng.uniform(1.8, 3.6)), float(rng.choice(2) * rng.uniform(0.8, 4)),
        float(rng.choice((-1, 1)) / rng.uniform(90, 350)) if curved else 0.0, int(rng.choice((1, 1, 1, -1))),
        crossing, crossing_half, tuple(zebras),
        ("dashed", "solid", "double", "none")[rng.choice(4, p=(0.6, 0.14, 0.12, 0.14))], bool(rng.random() < 0.2),
        bool(rng.random() < 0.35), float(rng.uniform(9, 20)) if rng.random() < 0.2 else 0.0,
        (float(grey), float(grey * rng.uniform(0.97, 1.02)), float(grey * rng.uniform(0.97, 1.06))),
        (float(slab), float(slab * rng.uniform(0.94, 1)), float(slab * rng.uniform(0.85, 1))),
        (float(rng.uniform(0.25, 0.4)), float(rng.uniform(0.42, 0.56)), float(rng.uniform(0.18, 0.3))),
        tuple(patches), float(rng.uniform(0, 9)),
    )  # fmt: skip


class Ground:
    """Gathers pieces of ground in painting order, then draws them all."""

    def __init__(self, street):
        self.street, self.corners, self.colours = street, [], []

    def strip(self, left, right, near, far, colour):
        """Add what lies between two offsets from the street's middle and two depths."""
        near = max(near, NEAREST)
        if far > near:
            a, b = 0.5 * self.street.curve * near * near, 0.5 * self.street.curve * far * far
            self.corners.append(((a + left, near), (a + right, near), (b + right, far), (b + left, far)))
            self.colours.append(colour)

    def draw(self, canvas):
        """Draw the pieces on a canvas."""
        corners = np.array(self.corners)  # (K, 4, 2)
        points = np.zeros((len(corners), 4, 3))
        points[:, :, ::2] = corners
        depth = 0.5 * (corners[:, 0, 1] + np.minimum(corners[:, 2, 1], 1.6 * corners[:, 0, 1]))
        canvas.flat_pieces(points, lit_ground(canvas.light, np.array(self.colours), depth))


def draw_ground(canvas, street):
    """Draw all that lies on the ground, from far to near."""
    ground = Ground(street)
    outer = street.half + street.pavement
    bands = [(-300.0, 300.0, street.grass)]
    bands += [(-outer - street.verge, outer + street.verge, street.grass), (-outer, outer, street.slabs)]
    bands.append((-street.half - 0.16, street.half + 0.16, tuple(min(v * 1.18, 1) for v in street.slabs)))
    bands.append((-street.half, street.half, street.asphalt))
    if street.parking:
        bands += _mirrored(street.half - 0.28, street.half, tuple(0.9 * v for v in street.asphalt))
    count = 60 if canvas.light.haze > 0.006 or canvas.light.own_lamps else 24
    cuts = (NEAREST * (FARTHEST / NEAREST) ** (np.arange(count + 1) / count)).tolist()
    for left, right, colour in bands:
        for near, far in zip(cuts[-2::-1], cuts[:0:-1], strict=True):
            ground.strip(left, right, near, far, colour)
    if street.crossing:
        _draw_crossing(ground, street)
    for x, z, half_width, half_length, shade in street.patches:
        colour = tuple(shade * v for v in street.asphalt)
        left, right = max(x - half_width, -street.half), min(x + half_width, street.half)
        ground.strip(left, right, z - half_length, z + half_length, colour)
    _draw_joints(ground, street)
    _draw_lines(ground, street)
    ground.draw(canvas)


def lit_ground(light, colours, depth):
    """Return the colours `(K, 3)` of level ground at depths `(K,)`."""
    received = np.array(light.ambient) + np.array(light.sun_colour) * light.sun[1]
    if light.own_lamps:
        received = received + 0.55 * light.own_lamps / (1 + (depth[:, None] / 9) ** 2)
    return light.through_air(colours * received, depth)


def _mirrored(left, right, colour):
    return [(left, right, colour), (-right, -left, colour)]


def _draw_crossing(ground, street):
    near, far = street.crossing - street.crossing_half, street.crossing + street.crossing_half
    reach = 120.0
    for low, high in ((near - street.pavement, near), (far, far + street.pavement)):
        for left, right in ((-reach, -street.half), (street.half, reach)):
            ground.strip(left, right, low, high, street.slabs)
    middle = (near + far) / 2
    for low, high in ((middle, far), (near, middle)):
        ground.strip(-reach, reach, low, high, street.asphalt)
    for left in np.arange(street.half + 2, 40, 5):
        for sign in (-1, 1):
            a, b = sorted((sign * left, sign * (left + 2.2)))
            ground.strip(a, b, middle - 0.07, middle + 0.07, (0.85, 0.85, 0.83))


def _draw_joints(ground, street):
    """Draw the gaps between the slabs of the pavements."""
    dark = tuple(0.86 * v for v in street.slabs)
    for z in np.arange(2.0 + street.phase % 1.5, 22, 1.5):
        if street.crossing and abs(z - street.crossing) < street.crossing_half:
            continue
        for left, right, _ in _mirrored(street.half + 0.16, street.half + street.pavement, None):
            ground.strip(left, right, z - 0.02 - 0.0012 * z, z + 0.02 + 0.0012 * z, dark)


def _draw_lines(ground, street):
    white, yellow = (0.88, 0.88, 0.86), (0.90, 0.72, 0.18)
    colour = yellow if street.yellow else white
    if street.centre == "dashed":
        _dashes(ground, street, 0, colour)
    if street.centre == "solid":
        _line(ground, street, 0, colour)
    if street.centre == "double":
        _line(ground, street, -0.16, colour)
        _line(ground, street, 0.16, colour)
    for lane in range(1, street.lanes):
        for sign in (-1, 1):
            _dashes(ground, street, sign * lane * (street.half - street.parking) / street.lanes, white)
    if street.edge or street.parking:
        for sign in (-1, 1):
            offset = sign * (street.half - (street.parking or 0.35))
            (_dashes if street.parking else _line)(ground, street, offset, white)
    for z in street.zebras:
        _zebra(ground, street, z, white)
    if street.arrows:
        _arrow(ground, street, street.lane(0, 1), street.arrows, white)


def _zebra(ground, street, z, colour):
    for left in np.arange(-street.half + 0.3, street.half - 0.5, 1.0):
        ground.strip(left, left + 0.5, z - 1.6, z + 1.6, colour)
    for sign in (-1, 1):
        a, b = sorted((sign * street.side * 0.1, sign * street.side * street.half))
        z_line = z - 2.6 if sign > 0 else z + 2.6
        ground.strip(a, b, z_line - 0.2, z_line + 0.2, colour)


def _free(street, near, far):
    spans = [(z - 2.8, z + 2.8) for z in street.zebras]
    if street.crossing:
        spans.append((street.crossing - street.crossing_half, street.crossing + street.crossing_half))
    return all(far < low or near > high for low, high in spans)


def _dashes(ground, street, offset, colour):
    for z in np.arange(90 + street.phase, -2, -9.0):
        if _free(street, z, z + 3.4):
            ground.strip(offset - 0.07, offset + 0.07, z, z + 3.4, colour)


def _line(ground, street, offset, colour):
    cuts = [*np.arange(0.5, 20, 2.0), *np.arange(20, 100, 10.0)]
    for near, far in zip(cuts[-2::-1], cuts[:0:-1], strict=True):
        if _free(street, near, far):
            ground.strip(offset - 0.07, offset + 0.07, near, far, colour)


def _arrow(ground, street, x, z, colour):
    ground.strip(x - 0.09, x + 0.09, z, z + 2.4, colour)
    for step in np.arange(8):
        half = 0.42 * (1 - step / 8)
        ground.strip(x - half, x + half, z + 2.3 + 0.2 * step, z + 2.5 + 0.2 * step, colour)
