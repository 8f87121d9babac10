"""Motorcycles and scooters of the road scenes, with their riders."""

from dataclasses import dataclass

import numpy as np

from cnncourse.pictures.roads_people import CLOTHS, SKINS, TROUSERS, like_one_of
from cnncourse.pictures.roads_riders import add_rider
from cnncourse.pictures.roads_solids import (
    GLASS,
    LAMP,
    PAINT,
    SIGNAL,
    Builder,
    add_box,
    add_loft,
    add_stack,
    add_tube,
    back,
    circle,
)

KINDS = ("roadster", "sports", "cruiser", "scooter", "tourer")
_PAINTS = ((0.80, 0.08, 0.08), (0.10, 0.10, 0.11), (0.10, 0.25, 0.65), (0.12, 0.50, 0.25), (0.93, 0.92, 0.90),
           (0.92, 0.72, 0.12), (0.90, 0.42, 0.10), (0.55, 0.57, 0.60), (0.45, 0.70, 0.68))  # fmt: skip
_LEATHERS = ((0.09, 0.09, 0.10), (0.1, 0.1, 0.11))
_METAL, _RUBBER, _SEAT = (0.55, 0.56, 0.58), (0.06, 0.06, 0.065), (0.10, 0.09, 0.09)
# wheelbase, wheel radius, seat height, bar height, how far the trunk leans, foot place along
_SHAPES = {
    "roadster": (1.42, 0.31, 0.80, 1.06, 0.22, -0.02),
    "sports": (1.40, 0.31, 0.84, 0.94, 0.62, -0.22),
    "cruiser": (1.62, 0.33, 0.70, 1.10, -0.04, 0.42),
    "scooter": (1.28, 0.22, 0.77, 1.02, 0.02, 0.30),
    "tourer": (1.50, 0.33, 0.84, 1.14, 0.10, 0.02),
}


@dataclass(frozen=True)
class Motorcycle:
    """One motorcycle and, where `ridden`, its rider."""

    kind: str
    paint: tuple
    ridden: bool
    size: float  # factor of the rider
    helmet: tuple
    skin: tuple
    jacket: tuple
    trousers: tuple
    box: bool  # a top case behind
    passenger: bool
    lean: float  # radians, to the right


def sample_motorcycle(rng, parked=False):
    """Return a random Motorcycle; half of the parked ones have no rider."""
    return Motorcycle(
        KINDS[rng.choice(5, p=(0.26, 0.2, 0.16, 0.24, 0.14))], like_one_of(rng, _PAINTS, 0.03),
        not (parked and rng.random() < 0.5), float(rng.uniform(0.93, 1.07)),
        like_one_of(rng, (*_PAINTS, *CLOTHS), 0.03), like_one_of(rng, SKINS, 0.02),
        like_one_of(rng, (*CLOTHS, *_LEATHERS), 0.03), like_one_of(rng, TROUSERS, 0.03),
        bool(rng.random() < 0.3), bool(rng.random() < 0.08), float(rng.normal(0, 0.05)),
    )  # fmt: skip


def motorcycle_model(bike):
    """Return the Model of a motorcycle that stands at the origin and drives along +z."""
    base, r, seat, bar, lean, foot = _SHAPES[bike.kind]
    builder = Builder()
    _wheel(builder, base / 2, r, bike.kind)
    _wheel(builder, -base / 2, r, bike.kind)
    _frame(builder, bike, base, r, seat, bar)
    if bike.ridden:
        add_rider(builder, bike, r, (seat + 0.10, -0.22), lean, foot, (0.34, bar + 0.02, base / 2 - 0.44))
        if bike.passenger:
            above = seat + 0.06
            add_rider(builder, bike, r, (above + 0.10, -0.58), 0.05, foot - 0.35, (0.17, above + 0.25, -0.58 + 0.30))
    model = builder.model()
    c, s = np.cos(bike.lean), np.sin(bike.lean)
    model.points = model.points @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return model


def lamps(bike):
    """Return where the lamps are: [(x, y, z, looks along ±z, colour), ...]."""
    base, r, _, bar, _, _ = _SHAPES[bike.kind]
    return [
        (0, bar - 0.14, base / 2 + 0.02, 1, (1.0, 0.95, 0.82)),
        (0, 0.72, -base / 2 - r + 0.05, -1, (1.0, 0.12, 0.08)),
    ]


def _wheel(builder, z, r, kind):
    builder.part()
    half = 0.05 if kind != "cruiser" else 0.07
    ring = circle(14)
    rings = np.empty((4, 14, 3))
    for row, (x, radius) in zip(
        rings, ((-half, 0.86 * r), (-half * 0.7, r), (half * 0.7, r), (half, 0.86 * r)), strict=True
    ):
        row[:, 0], row[:, 1], row[:, 2] = x, r + radius * ring[:, 0], z + radius * ring[:, 1]
    add_loft(builder, rings, _RUBBER)
    for side in (1, -1):
        spin = ring if side > 0 else ring[::-1]
        x = side * (half + 0.004)
        for share, colour in ((0.66, (0.42, 0.42, 0.43)), (0.56, (0.14, 0.14, 0.15)), (0.24, _METAL)):
            points = np.stack((np.full(14, x), r + share * r * spin[:, 0], z + share * r * spin[:, 1]), 1)
            builder.add(points, [range(14)], colour, PAINT, True)
            x += side * 0.003
        for a in np.arange(5) * 2 * np.pi / 5:
            c, s = np.cos(a) * r, np.sin(a) * r
            spoke = [(0.2 * c - 0.05 * s, 0.2 * s + 0.05 * c), (0.2 * c + 0.05 * s, 0.2 * s - 0.05 * c),
                     (0.6 * c + 0.04 * s, 0.6 * s - 0.04 * c), (0.6 * c - 0.04 * s, 0.6 * s + 0.04 * c)]  # fmt: skip
            corners = [(x, r + dy, z + dz) for dz, dy in spoke]
            builder.patch(corners[::-1] if side > 0 else corners, _METAL, PAINT)


def _frame(builder, bike, base, r, seat, bar):
    front_z, rear_z = base / 2, -base / 2
    for side in (1, -1):
        builder.part()
        add_tube(builder, (side * 0.075, r, front_z), (side * 0.075, bar - 0.06, front_z - 0.30), 0.028, 0.03, _METAL)
        builder.part()
        add_tube(builder, (side * 0.10, r, rear_z), (side * 0.09, seat - 0.16, rear_z + 0.34), 0.035, 0.03, _RUBBER)
    builder.part()
    add_tube(builder, (-0.36, bar, front_z - 0.42), (0.36, bar, front_z - 0.42), 0.022, 0.022, _RUBBER)
    builder.part()
    add_box(builder, (0, r * 2 + 0.03, front_z), (0.13, 0.03, 0.9 * r), bike.paint, PAINT)
    {"scooter": _scooter, "cruiser": _naked, "roadster": _naked, "sports": _faired, "tourer": _faired}[bike.kind](
        builder, bike, base, r, seat, bar
    )
    _ends(builder, bike, base, r, seat, bar)


def _naked(builder, bike, base, r, seat, bar):
    builder.part()
    add_box(builder, (0, r + 0.14, 0.04), (0.34, 0.36, 0.50), (0.24, 0.24, 0.25), PAINT, 0.8)
    builder.part()
    tank = [(0, seat - 0.02, 0.16, 0.10, 0.22), (0, seat + 0.10, 0.18, 0.15, 0.27), (0, seat + 0.19, 0.20, 0.08, 0.17)]
    add_stack(builder, tank, bike.paint, PAINT)
    _saddle(builder, bike, base, seat)
    builder.part()
    add_tube(builder, (0.16, r + 0.02, 0.15), (0.19, r + 0.08, -base / 2 - 0.1), 0.035, 0.05, _METAL, PAINT)


def _faired(builder, bike, base, r, seat, bar):
    builder.part()
    add_box(builder, (0, r + 0.12, 0.08), (0.36, 0.34, 0.70), bike.paint, PAINT, 0.9)
    builder.part()
    nose = [(0, r + 0.24, 0.30, 0.17, 0.30), (0, seat + 0.06, 0.34, 0.21, 0.36), (0, seat + 0.24, 0.36, 0.15, 0.20)]
    add_stack(builder, nose, bike.paint, PAINT)
    builder.part()
    top = bar + (0.34 if bike.kind == "tourer" else 0.16)
    add_stack(builder, [(0, seat + 0.22, 0.42, 0.16, 0.12), (0, top, 0.30, 0.11, 0.04)], (0.35, 0.40, 0.44), GLASS)
    builder.part()
    add_stack(builder, [(0, seat - 0.04, 0.10, 0.12, 0.24), (0, seat + 0.10, 0.12, 0.15, 0.24)], bike.paint, PAINT)
    _saddle(builder, bike, base, seat)
    builder.part()
    add_tube(builder, (0.17, r + 0.05, -0.1), (0.20, r + 0.26, -base / 2 - 0.16), 0.04, 0.055, _METAL, PAINT)
    if bike.kind == "tourer":
        for side in (1, -1):
            builder.part()
            add_box(builder, (side * 0.27, r + 0.28, -base / 2 + 0.02), (0.22, 0.36, 0.50), bike.paint, PAINT, 0.9)


def _scooter(builder, bike, base, r, seat, bar):
    builder.part()
    add_box(builder, (0, r + 0.06, 0.12), (0.34, 0.10, 0.62), bike.paint, PAINT)
    builder.part()
    high = bar - 0.10
    shield = [[(0.24, 0.30, 0.42), (0.24, 0.30, 0.36), (-0.24, 0.30, 0.36), (-0.24, 0.30, 0.42)],
              [(0.20, high, 0.30), (0.20, high, 0.22), (-0.20, high, 0.22), (-0.20, high, 0.30)]]  # fmt: skip
    add_loft(builder, np.array(shield), bike.paint, PAINT)
    builder.part()
    tail = [(0, r + 0.02, -0.42, 0.20, 0.40), (0, seat - 0.22, -0.42, 0.23, 0.46), (0, seat - 0.05, -0.38, 0.17, 0.40)]
    add_stack(builder, tail, bike.paint, PAINT)
    _saddle(builder, bike, base, seat)


def _saddle(builder, bike, base, seat):
    builder.part()
    add_box(builder, (0, seat - 0.03, -0.36), (0.28, 0.10, 0.68), _SEAT, top=0.85)
    if bike.kind != "scooter":
        builder.part()
        add_box(builder, (0, seat - 0.08, -base / 2 - 0.06), (0.20, 0.12, 0.34), bike.paint, PAINT, 0.8)
    if bike.box:
        builder.part()
        add_box(builder, (0, seat + 0.13, -base / 2 - 0.06), (0.44, 0.34, 0.38), (0.13, 0.13, 0.14), PAINT, 0.85)


def _ends(builder, bike, base, r, seat, bar):
    builder.part()
    z = base / 2 - 0.10
    add_stack(
        builder,
        [(0, bar - 0.24, z, 0.08, 0.08), (0, bar - 0.14, z, 0.115, 0.11), (0, bar - 0.05, z, 0.07, 0.07)],
        _METAL,
        PAINT,
    )
    a = 2 * np.pi * np.arange(10) / 10
    builder.patch(
        np.stack((0.095 * np.cos(a), bar - 0.14 + 0.095 * np.sin(a), np.full(10, z + 0.115)), 1),
        (0.95, 0.95, 0.88),
        LAMP,
    )
    builder.part()
    end = -base / 2 - r + 0.02
    add_box(builder, (0, r * 2 + 0.02, end + 0.1), (0.12, 0.03, 0.30), _RUBBER)
    builder.patch(back(-0.07, 0.07, seat - 0.14, seat - 0.06, -base / 2 - 0.26), (0.75, 0.05, 0.05), SIGNAL, False)
    builder.patch(back(-0.10, 0.10, seat - 0.34, seat - 0.18, -base / 2 - 0.25), (0.92, 0.92, 0.88), decal=False)
    for side in (1, -1):
        builder.part()
        add_box(builder, (side * 0.34, bar + 0.16, base / 2 - 0.42), (0.13, 0.08, 0.03), _RUBBER)
