"""The riders of the motorcycles of the road scenes."""

import numpy as np

from cnncourse.pictures.roads_solids import GLASS, PAINT, add_ball, add_box, add_stack, add_tube


def add_rider(builder, bike, wheel, seat, lean, foot, hand):
    """Add a rider who sits on a Motorcycle `bike`.

    wheel: its radius; seat: (y, z) of the hips; lean: of the trunk, radians forwards; foot: z; hand: (x, y, z) of the
    right one.
    """
    trunk = 0.50 * bike.size
    hip = np.array((0, *seat))
    neck = np.add(hip, (0, trunk * np.cos(lean), trunk * np.sin(lean)))
    _legs(builder, bike, hip, max(wheel + 0.02, 0.28), foot - (0.12 if foot < 0.2 else 0.0))
    builder.part()
    _trunk(builder, bike, hip, trunk, lean)
    _arms(builder, bike, neck, np.array(hand))
    builder.part()
    _helmet(builder, bike, (0, neck[1] + 0.19 * bike.size, neck[2] + 0.03 + 0.08 * lean))


def _legs(builder, bike, hip, ankle_y, ankle_z):
    for side in (1, -1):
        builder.part()
        knee = (side * 0.20, hip[1] - 0.10 + 0.02, hip[2] + 0.40 * bike.size)
        ankle = (side * 0.19, ankle_y, ankle_z)
        add_tube(builder, ankle, knee, 0.05, 0.065, bike.trousers)
        add_box(builder, (ankle[0], ankle[1] - 0.04, ankle[2] + 0.06), (0.09, 0.09, 0.26), (0.09, 0.08, 0.08))
        builder.part()
        add_tube(builder, knee, np.add(hip, (side * 0.09, 0, 0)), 0.072, 0.09, bike.trousers)


def _trunk(builder, bike, hip, trunk, lean):
    z, k = hip[2], bike.size
    slope = np.sin(lean) / max(np.cos(lean), 0.3)
    levels = [(0, hip[1] - 0.10 + 0.02, z - 0.02, 0.16, 0.13)]
    for up, wide, deep in ((0.45, 0.165, 0.115), (0.85, 0.215, 0.125), (1.0, 0.17, 0.10), (1.1, 0.07, 0.06)):
        y = hip[1] + up * trunk * np.cos(lean)
        levels.append((0, y, z + (y - hip[1]) * slope, wide * k, deep * k))
    add_stack(builder, levels, bike.jacket)


def _arms(builder, bike, neck, hands):
    for side in (1, -1):
        shoulder = np.add(neck, (side * 0.20 * bike.size, -0.05, 0))
        hand = hands * (side, 1, 1)
        elbow = (shoulder + hand) / 2 + (side * 0.10, -0.08, -0.03)
        builder.part()
        add_tube(builder, hand, elbow, 0.042, 0.05, bike.jacket)
        add_ball(builder, tuple(hand), (0.05, 0.05, 0.06), (0.10, 0.10, 0.10), count=5)
        builder.part()
        add_tube(builder, elbow, shoulder, 0.052, 0.066, bike.jacket)


def _helmet(builder, bike, head):
    add_ball(builder, head, (0.135, 0.155, 0.16), bike.helmet, PAINT, count=10)
    visor = [
        (0.115 * np.sin(a), y, head[2] + 0.152 * np.cos(a) * 1.06)
        for y in (head[1] - 0.04, head[1] + 0.06)
        for a in (-1.0, -0.35, 0.35, 1.0)
    ]
    for i in range(3):
        builder.patch([visor[i], visor[i + 1], visor[i + 5], visor[i + 4]], (0.12, 0.13, 0.15), GLASS)
