"""Cars of the road scenes: seven types, and the pickup that only the held-out style has."""

from dataclasses import dataclass

import numpy as np

from cnncourse.pictures.roads_car_cabin import DARK, add_cabin, along
from cnncourse.pictures.roads_solids import (
    LAMP,
    MATTE,
    PAINT,
    SIGNAL,
    Builder,
    add_box,
    add_disc,
    add_loft,
    back,
    flank,
    front,
    loft_faces,
)

TYPES = ("saloon", "hatchback", "estate", "van", "suv", "sports", "city")
PAINTS = (
    (0.86, 0.87, 0.88), (0.95, 0.95, 0.94), (0.60, 0.62, 0.64), (0.38, 0.40, 0.43), (0.10, 0.10, 0.11),
    (0.13, 0.14, 0.17), (0.70, 0.10, 0.10), (0.52, 0.06, 0.10), (0.10, 0.22, 0.55), (0.16, 0.38, 0.72),
    (0.45, 0.66, 0.82), (0.07, 0.26, 0.20), (0.28, 0.48, 0.30), (0.55, 0.66, 0.32), (0.94, 0.76, 0.16),
    (0.90, 0.46, 0.12), (0.46, 0.30, 0.20), (0.78, 0.70, 0.56), (0.40, 0.20, 0.46), (0.14, 0.55, 0.56),
    (0.92, 0.56, 0.62),
)  # fmt: skip
_PLATES = ((0.93, 0.93, 0.90), (0.92, 0.80, 0.25))
_RUBBER, _TRIM = (0.07, 0.07, 0.075), (0.16, 0.16, 0.17)


@dataclass(frozen=True)
class Car:
    """One car: lengths in metres, places along the car as shares of its length from the nose."""

    type: str
    length: float
    width: float
    height: float
    belt: float  # height of the windows' lower edge
    nose: float  # height of the bonnet's front edge
    deck: float  # height of the tail's upper edge
    clearance: float
    wheel: float  # radius
    screen: tuple  # (foot of the windscreen, its top, top of the rear window, its foot)
    paint: tuple
    rim: tuple
    trim_painted: bool  # bumpers in the car's colour
    blind: bool  # a van without windows behind
    lamp_shape: float  # 0 low and wide to 1 tall
    spokes: int
    rack: int  # 0 nothing, 1 rails, 2 roof box, 3 taxi sign
    plate: tuple


_SHAPES = {  # length, width, height, belt, nose, deck, clearance, wheel, screen
    "saloon": (4.65, 1.80, 1.45, 0.93, 0.74, 0.97, 0.20, 0.32, (0.29, 0.44, 0.71, 0.84)),
    "hatchback": (4.10, 1.76, 1.48, 0.94, 0.74, 0.95, 0.20, 0.31, (0.26, 0.43, 0.83, 0.965)),
    "estate": (4.75, 1.80, 1.48, 0.93, 0.74, 0.95, 0.20, 0.32, (0.28, 0.42, 0.88, 0.98)),
    "van": (4.95, 1.90, 2.00, 1.12, 0.92, 1.14, 0.24, 0.33, (0.15, 0.28, 0.965, 0.992)),
    "suv": (4.60, 1.88, 1.72, 1.08, 0.92, 1.10, 0.30, 0.37, (0.27, 0.40, 0.87, 0.975)),
    "sports": (4.40, 1.84, 1.26, 0.84, 0.64, 0.88, 0.14, 0.33, (0.36, 0.52, 0.68, 0.90)),
    "city": (3.50, 1.64, 1.50, 0.93, 0.76, 0.95, 0.19, 0.28, (0.20, 0.38, 0.85, 0.98)),
    "pickup": (5.25, 1.90, 1.80, 1.10, 0.98, 1.08, 0.33, 0.39, (0.26, 0.37, 0.55, 0.585)),
}


def sample_car(rng, pickups=False):
    """Return a random Car; `pickups` lets a third of them be pickups."""
    name = TYPES[rng.choice(len(TYPES), p=(0.2, 0.22, 0.12, 0.13, 0.17, 0.06, 0.10))]
    if pickups and rng.random() < 0.33:
        name = "pickup"
    length, width, height, belt, nose, deck, clearance, wheel, screen = _SHAPES[name]
    size = rng.normal(1, 0.025, 6)
    bright = float(rng.uniform(0.45, 0.8))
    paint = np.array(PAINTS[rng.choice(len(PAINTS))]) + rng.normal(0, 0.03, 3)
    return Car(
        name, length * size[0], width * size[1], height * size[2], belt * size[3], nose * size[4], deck * size[3],
        clearance, wheel * size[5], tuple(np.add(screen, (*rng.normal(0, 0.012, 3), 0)).tolist()),
        tuple(np.clip(paint, 0.04, 0.97).tolist()), (bright, bright, bright * 1.02), bool(rng.random() < 0.7),
        bool(name == "van" and rng.random() < 0.6), float(rng.random()), int(rng.integers(5, 8)),
        int(rng.choice(4, p=(0.82, 0.08, 0.06, 0.04))), _PLATES[rng.choice(2, p=(0.8, 0.2))],
    )  # fmt: skip


def car_model(car):
    """Return the Model of a car, its middle on the ground at the origin, its nose along +z."""
    builder = Builder()
    _tyres(builder, car)
    builder.part()
    _body(builder, car)
    _front_details(builder, car)
    _rear_details(builder, car)
    for side in (1, -1):
        _side_details(builder, car, side)
        _wheels(builder, car, side)
    builder.part()
    x, y, z = car.width / 2 + 0.07, car.belt + 0.06, along(car, car.screen[0] + 0.045)
    for side in (1, -1):
        add_box(builder, (side * x, y, z), (0.17, 0.14, 0.09), car.paint, PAINT)
    add_cabin(builder, car)
    for side in (1, -1):  # the near one again, for it hides some of the cabin
        corners = [(z - 0.045, y - 0.07), (z - 0.045, y + 0.07), (z + 0.045, y + 0.07), (z + 0.045, y - 0.07)]
        builder.patch(flank(side, corners, x + 0.085), car.paint, PAINT)
    _rack(builder, car)
    return builder.model(is_sorted=False)


def lamps(car):
    """Return where the lamps are and their colours: [(x, y, z, looks along ±z, colour), ...]."""
    found = []
    for side in (1, -1):
        x = side * car.width * 0.36
        found.append((x, car.nose - 0.12, car.length / 2, 1, (1.0, 0.95, 0.80)))
        found.append((x, car.deck - 0.16, -car.length / 2, -1, (1.0, 0.12, 0.08)))
    return found


def _axles(car):
    return car.length * 0.5 - car.length * 0.185, -car.length * 0.5 + car.length * 0.2


def _tyres(builder, car):
    builder.part()
    ring = np.array([(np.cos(a), np.sin(a)) for a in 2 * np.pi * np.arange(10) / 10])
    for z in _axles(car):
        for side in (1, -1):
            inner, outer = side * car.width / 2 - side * 0.24, side * car.width / 2 - side * 0.01
            rings = np.empty((2, 10, 3))
            rings[0, :, 0], rings[1, :, 0] = min(inner, outer), max(inner, outer)
            rings[:, :, 1] = car.wheel + car.wheel * ring[:, 0]
            rings[:, :, 2] = z + car.wheel * ring[:, 1]
            add_loft(builder, rings, _RUBBER)


def _body(builder, car):
    """Add the part below the windows: a profile drawn from side to side, narrower at nose and tail."""
    half, w, c = car.length / 2, car.width / 2, car.clearance
    tail = min(car.deck, car.belt + 0.05)
    profile = [
        (-half, 0.52, 0.06), (-half + 0.04, tail - 0.10, 0.06), (-half + 0.14, tail, 0.05),
        (along(car, car.screen[3]) + 0.02, car.belt, 0), (along(car, car.screen[0]), car.belt, 0),
        (half - 0.55, car.nose + 0.09, 0.03), (half - 0.16, car.nose, 0.09), (half - 0.02, car.nose - 0.14, 0.10),
        (half, 0.44, 0.09), (half - 0.08, c, 0.09), (-half + 0.10, c + 0.03, 0.07),
    ]  # fmt: skip
    rings = np.empty((2, len(profile), 3))
    for i, (z, y, inset) in enumerate(profile):
        rings[0, i], rings[1, i] = (-(w - inset), y, z), (w - inset, y, z)
    builder.add(rings.reshape(-1, 3), loft_faces(2, len(profile)), car.paint, PAINT)
    if car.type == "pickup":
        z0, z1 = -half + 0.22, along(car, car.screen[3]) - 0.08
        y = tail + 0.012
        builder.patch([(w - 0.15, y, z1), (w - 0.15, y, z0), (-w + 0.15, y, z0), (-w + 0.15, y, z1)], DARK)


def _front_details(builder, car):
    half, w = car.length / 2, car.width / 2
    trim = tuple(0.8 * v for v in car.paint) if car.trim_painted else _TRIM
    z = half + 0.012
    builder.patch(front(-w + 0.10, w - 0.10, car.clearance, 0.46, z), trim, PAINT if car.trim_painted else MATTE)
    top, bottom = car.nose - 0.13, 0.48
    builder.patch(front(-0.42 * w, 0.42 * w, bottom + 0.02, top - 0.01, z), DARK)
    builder.patch(front(-0.40 * w, 0.40 * w, bottom + 0.075, bottom + 0.10, z + 0.002), _TRIM)
    builder.patch(front(-0.55 * w, 0.55 * w, car.clearance + 0.03, car.clearance + 0.12, z + 0.002), DARK)
    lamp_low = top - 0.10 - 0.12 * car.lamp_shape
    for side in (1, -1):
        a, b = sorted((side * (w - 0.11), side * (w * 0.5)))
        builder.patch(front(a, b, lamp_low - 0.015, top + 0.015, z), DARK)
        builder.patch(front(a + 0.03, b - 0.03, lamp_low, top, z + 0.003), (0.93, 0.94, 0.90), LAMP)
    builder.patch(front(-0.26, 0.26, 0.36, 0.47, z + 0.006), car.plate)


def _rear_details(builder, car):
    half, w = car.length / 2, car.width / 2
    trim = tuple(0.8 * v for v in car.paint) if car.trim_painted else _TRIM
    tail = min(car.deck, car.belt + 0.05)
    z = -half - 0.012
    builder.patch(back(-w + 0.07, w - 0.07, car.clearance + 0.03, 0.50, z), trim, PAINT if car.trim_painted else MATTE)
    builder.patch(back(-0.5 * w, 0.5 * w, car.clearance + 0.03, car.clearance + 0.12, z - 0.002), DARK)
    low, high = tail - 0.22 - 0.12 * car.lamp_shape, tail - 0.09
    inner = 0.50 + 0.18 * car.lamp_shape
    for side in (1, -1):
        a, b = sorted((side * (w - 0.08), side * (w * inner)))
        builder.patch(back(a, b, low, high, z), (0.70, 0.06, 0.06), SIGNAL)
        middle = (a + b) / 2
        builder.patch(back(middle - 0.05, middle + 0.05, low + 0.02, low + 0.08, z - 0.003), (0.95, 0.75, 0.55))
    builder.patch(back(-0.26, 0.26, tail - 0.30, tail - 0.18, z - 0.004), car.plate)
    builder.patch(back(-0.26, 0.26, tail - 0.16, tail - 0.145, z - 0.004), _TRIM)


def _side_details(builder, car, side):
    half, w, low, high = car.length / 2, car.width / 2 + 0.008, car.clearance, car.belt
    shade = tuple(0.62 * v for v in car.paint)
    light = tuple(min(1.18 * v + 0.03, 1) for v in car.paint)
    rear_axle, middle = _axles(car)[1], along(car, 0.5 * (car.screen[1] + car.screen[2]))
    sill = [(-half + 0.4, low), (-half + 0.4, low + 0.10), (half - 0.4, low + 0.10), (half - 0.4, low)]
    builder.patch(flank(side, sill, w), _TRIM)
    y = high - 0.16
    crease = [(-half + 0.18, y), (-half + 0.18, y + 0.03), (half - 0.35, y), (half - 0.35, y - 0.03)]
    builder.patch(flank(side, crease, w), light, PAINT)
    door = along(car, 0.5 * (car.screen[1] + car.screen[2]) - 0.02)
    for z in (along(car, car.screen[0]) - 0.05, door, rear_axle + 0.36):
        gap = [(z - 0.025, low + 0.1), (z - 0.025, high), (z, high), (z, low + 0.1)]
        builder.patch(flank(side, gap, w + 0.002), shade)
    for z in (middle + 0.14, rear_axle + 0.46):
        handle = [(z - 0.18, y + 0.05), (z - 0.18, y + 0.085), (z, y + 0.085), (z, y + 0.05)]
        builder.patch(flank(side, handle, w + 0.004), shade)


def _wheels(builder, car, side):
    for z in _axles(car):
        x = car.width / 2 + 0.012
        r = car.wheel
        arch = [(z + 1.22 * r * np.cos(a), r + 1.22 * r * np.sin(a)) for a in np.linspace(0.0, np.pi, 10)]
        arch = [(z + 1.22 * r, max(car.clearance, 0.1)), *arch, (z - 1.22 * r, max(car.clearance, 0.1))]
        builder.patch(flank(side, arch[::-1], x), DARK)
        add_disc(builder, (side * (x + 0.006), r, z), r, side, _RUBBER, decal=False)
        add_disc(builder, (side * (x + 0.012), r, z), 0.66 * r, side, car.rim, PAINT)
        for spoke in range(car.spokes):
            a = 2 * np.pi * (spoke + 0.5) / car.spokes
            wedge = [(z + 0.58 * r * np.sin(a + d), r + 0.58 * r * np.cos(a + d)) for d in (-0.26, 0.26)]
            points = [(z + 0.2 * r * np.sin(a), r + 0.2 * r * np.cos(a)), *wedge]
            builder.patch(flank(side, points, x + 0.016), (0.2, 0.2, 0.21))


def _rack(builder, car):
    z = (along(car, car.screen[1]) + along(car, car.screen[2])) / 2
    long = along(car, car.screen[1]) - along(car, car.screen[2])
    if car.rack == 1:
        for side in (1, -1):
            add_box(builder, (side * car.width * 0.33, car.height + 0.05, z), (0.04, 0.04, long * 0.9), _TRIM)
    if car.rack == 2:
        add_box(builder, (0, car.height + 0.2, z), (0.8, 0.32, min(long * 0.9, 1.8)), (0.18, 0.18, 0.2), PAINT, 0.85)
    if car.rack == 3:
        add_box(builder, (0, car.height + 0.09, z), (0.55, 0.16, 0.18), (0.96, 0.85, 0.2), LAMP, 0.8)
