"""The cabin of a car of the road scenes: walls that lean inwards, with glass laid on each."""

import numpy as np

from cnncourse.pictures.roads_solids import GLASS, MATTE, PAINT, loft_faces

DARK, _GLASS = (0.06, 0.06, 0.065), (0.10, 0.12, 0.14)


def along(car, share):
    """Return the place along a car, metres ahead of its middle, at a share of its length from the nose."""
    return car.length * (0.5 - share)


def add_cabin(builder, car):
    """Add the part with the windows: walls that lean inwards, glass laid on each."""
    foot, top, rear_top, rear_foot = (along(car, share) for share in car.screen)
    low, high = car.belt, car.height
    wide = car.width / 2 - 0.03
    narrow = wide - (0.10 if car.type == "van" else 0.19)
    sides = [(rear_foot, low, wide), (rear_top, high - 0.04, narrow), ((top + rear_top) / 2, high, narrow - 0.03),
             (top, high - 0.03, narrow), (foot, low, wide)]  # fmt: skip
    rings = np.array([[(-x, y, z) for z, y, x in sides], [(x, y, z) for z, y, x in sides]])
    builder.add(rings.reshape(-1, 3), loft_faces(2, len(sides)), car.paint, PAINT)
    _pane(builder, (foot, low), (top, high - 0.03), wide, narrow, 1)
    if not car.blind:
        _pane(builder, (rear_foot, low), (rear_top, high - 0.04), wide, narrow, -1)
    for side in (1, -1):
        _side_windows(builder, car, side, (foot, top, rear_top, rear_foot), (wide, narrow))


def _pane(builder, foot, top, wide, narrow, looks):
    """Lay glass on the windscreen (looks 1) or the rear window (−1), with a lighter streak."""

    def corner(across, up):
        up_wide = wide + (narrow - wide) * up
        z = foot[0] + (top[0] - foot[0]) * up + looks * 0.012
        return (across * (up_wide - 0.05), foot[1] + (top[1] - foot[1]) * up, z)

    def pane(left, right, low, high):
        points = [corner(left, low), corner(right, low), corner(right, high), corner(left, high)]
        return points if looks > 0 else points[::-1]

    bottom = 0.06 if looks > 0 else 0.14
    builder.patch(pane(-1, 1, bottom, 0.90), _GLASS, GLASS)
    shift = (builder.count % 7) / 10
    a = (
        corner(-0.75 + shift, bottom),
        corner(-0.45 + shift, bottom),
        corner(-0.1 + shift, 0.9),
        corner(-0.35 + shift, 0.9),
    )
    builder.patch(a if looks > 0 else a[::-1], (0.24, 0.27, 0.30), GLASS)


def _side_windows(builder, car, side, zs, widths):
    foot, top, rear_top, rear_foot = zs
    wide, narrow = widths

    def point(z_low, z_high, up):
        z = z_low + (z_high - z_low) * up
        return (side * (wide + (narrow - wide) * up + 0.012), car.belt + (car.height - 0.035 - car.belt) * up, z)

    def window(front_low, front_high, rear_low, rear_high, colour, finish):
        points = [point(rear_low, rear_high, 0.09), point(rear_low, rear_high, 0.86),
                  point(front_low, front_high, 0.86), point(front_low, front_high, 0.09)]  # fmt: skip
        builder.patch(points if side > 0 else points[::-1], colour, finish)

    middle = 0.52 * top + 0.48 * rear_top if car.type != "pickup" else rear_top + 0.12
    if car.blind:
        window(foot - 0.16, top - 0.12, middle + 0.3, middle + 0.3, _GLASS, GLASS)
        return
    window(foot - 0.16, top - 0.12, rear_foot + 0.12, rear_top + 0.10, _GLASS, GLASS)
    window(middle + 0.05, middle + 0.05, middle - 0.05, middle - 0.05, DARK, MATTE)
    if car.type in ("estate", "suv", "van"):
        z = rear_top + 0.26 * (top - rear_top)
        window(z + 0.03, z + 0.03, z - 0.05, z - 0.05, car.paint, PAINT)
