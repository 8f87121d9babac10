"""Pedestrians of the road scenes: jointed, walking, dressed in many ways, tall and small."""

from dataclasses import dataclass

import numpy as np

from cnncourse.pictures.roads_solids import Builder, add_ball, add_box, add_stack, add_tube, circle, loft_faces

SKINS = ((0.95, 0.80, 0.70), (0.88, 0.70, 0.57), (0.78, 0.58, 0.44), (0.62, 0.43, 0.31), (0.45, 0.30, 0.21),
         (0.31, 0.20, 0.15))  # fmt: skip
HAIRS = ((0.07, 0.06, 0.06), (0.20, 0.13, 0.09), (0.36, 0.23, 0.13), (0.72, 0.55, 0.30), (0.60, 0.58, 0.56),
         (0.52, 0.22, 0.10))  # fmt: skip
CLOTHS = (
    (0.85, 0.15, 0.15), (0.93, 0.90, 0.86), (0.12, 0.12, 0.14), (0.15, 0.25, 0.50), (0.25, 0.50, 0.75),
    (0.90, 0.75, 0.20), (0.20, 0.45, 0.28), (0.55, 0.30, 0.55), (0.85, 0.50, 0.20), (0.55, 0.42, 0.30),
    (0.50, 0.52, 0.54), (0.90, 0.60, 0.68), (0.35, 0.60, 0.58), (0.40, 0.10, 0.15), (0.75, 0.80, 0.85),
)  # fmt: skip
TROUSERS = ((0.14, 0.18, 0.30), (0.25, 0.34, 0.50), (0.10, 0.10, 0.11), (0.32, 0.30, 0.28), (0.60, 0.54, 0.42),
            (0.30, 0.34, 0.24), (0.80, 0.78, 0.74), (0.45, 0.20, 0.18))  # fmt: skip
_SHOES = ((0.1, 0.1, 0.1), (0.9, 0.9, 0.88), (0.35, 0.2, 0.12), (0.7, 0.15, 0.15))
WEAR = ("trousers", "shorts", "skirt", "dress", "coat")
HEADS = ("short", "long", "bun", "bald", "cap", "hat", "hood")
CARRIED = ("nothing", "backpack", "handbag", "umbrella")


@dataclass(frozen=True)
class Pedestrian:
    """One pedestrian."""

    height: float  # metres
    girth: float  # factor
    stride: float  # phase of the step, radians
    swing: float  # how far the legs swing, radians
    wear: str
    head: str
    carried: str
    skin: tuple
    hair: tuple
    top: tuple
    bottom: tuple
    shoes: tuple
    accent: tuple  # colour of the hat, bag or umbrella


def sample_pedestrian(rng, rainy=False):
    """Return a random Pedestrian; one in seven is a child, and in the rain many carry umbrellas."""
    child = rng.random() < 0.15
    height = rng.uniform(1.05, 1.45) if child else np.clip(rng.normal(1.72, 0.09), 1.5, 1.98)
    still = rng.random() < 0.2
    umbrella = 0.35 if rainy else 0.04
    carried = CARRIED[rng.choice(4, p=(0.6 - umbrella, 0.2, 0.2, umbrella))]
    return Pedestrian(
        float(height), float(rng.uniform(0.86, 1.25)), float(rng.uniform(0, 2 * np.pi)),
        0.06 if still else float(rng.uniform(0.3, 0.55)), WEAR[rng.choice(5, p=(0.5, 0.12, 0.12, 0.12, 0.14))],
        HEADS[rng.choice(7, p=(0.3, 0.24, 0.08, 0.06, 0.14, 0.08, 0.10))], carried,
        like_one_of(rng, SKINS, 0.02), like_one_of(rng, HAIRS, 0.02), like_one_of(rng, CLOTHS),
        like_one_of(rng, TROUSERS), like_one_of(rng, _SHOES), like_one_of(rng, CLOTHS),
    )  # fmt: skip


def pedestrian_model(person):
    """Return the Model of a pedestrian who stands at the origin and looks along +z."""
    builder = Builder()
    h, g = person.height, person.girth
    young = np.clip((1.6 - h) / 0.5, 0, 1)
    hip, shoulder = h * (0.51 - 0.02 * young), h * (0.815 - 0.03 * young)
    _legs(builder, person, hip)
    _torso(builder, person, hip, shoulder)
    _arms(builder, person, hip, shoulder)
    builder.part()
    radius = h * (0.067 + 0.016 * young)
    centre = (0, h - radius * 1.15, 0.02)
    add_stack(builder, [(0, shoulder - 0.01, 0, 0.05, 0.05), (0, centre[1], 0.01, 0.05, 0.05)], person.skin, count=6)
    add_ball(builder, centre, (radius * 0.86, radius * 1.15, radius), person.skin)
    _head(builder, person, centre, radius)
    _carry(builder, person, hip, shoulder, 0.13 * h * g)
    return builder.model()


def like_one_of(rng, palette, spread=0.04):
    """Return a colour near a random one of a palette."""
    return tuple(np.clip(np.array(palette[rng.choice(len(palette))]) + rng.normal(0, spread, 3), 0.03, 0.97).tolist())


def _legs(builder, person, hip):
    h, g = person.height, person.girth
    bare = person.wear in ("shorts", "skirt", "dress")
    for side, phase in ((1, 0.0), (-1, np.pi)):
        builder.part()
        turn = person.swing * np.sin(person.stride + phase)
        bend = person.swing * 1.3 * max(np.cos(person.stride + phase), 0.0)
        thigh, shin = hip - 0.27 * h, 0.235 * h
        x = side * 0.052 * h * g
        knee = (x, hip - thigh * np.cos(turn), thigh * np.sin(turn))
        ankle = (x, knee[1] - shin * np.cos(turn - bend), knee[2] + shin * np.sin(turn - bend))
        upper = person.skin if person.wear in ("skirt", "dress") else person.bottom
        lower = person.skin if bare else person.bottom
        add_tube(builder, ankle, knee, 0.026 * h * g, 0.036 * h * g, lower)
        add_tube(builder, knee, (x, hip, 0), 0.038 * h * g, 0.053 * h * g, upper)
        y = max(ankle[1] - 0.012 * h, 0.025 * h)
        add_box(builder, (x, y, ankle[2] + 0.035 * h), (0.055 * h, 0.04 * h, 0.15 * h), person.shoes)


def _torso(builder, person, hip, shoulder):
    h, g = person.height, person.girth
    builder.part()
    wide, deep = 0.105 * h * g, 0.066 * h * g
    high = shoulder - hip
    top = person.bottom if person.wear == "dress" else person.top
    levels = [
        (0, hip - 0.05 * h, 0, wide * 0.86, deep),
        (0, hip + 0.35 * high, 0, wide * 0.84, deep * 0.95),
        (0, hip + 0.75 * high, 0, wide * 1.08, deep * 1.08),
        (0, shoulder - 0.01 * h, 0, wide * 1.08, deep * 0.85),
        (0, shoulder + 0.025 * h, 0, wide * 0.42, deep * 0.6),
    ]
    lowest = {"skirt": 0.31, "dress": 0.27, "coat": 0.24}.get(person.wear)
    if lowest:
        cloth = person.top if person.wear == "coat" else person.bottom
        flare = 1.45 if person.wear != "coat" else 1.1
        hem = (0, lowest * h, 0, wide * flare, deep * 1.25 * flare)
        waist = [(0, hip, 0, wide * 0.95, deep * 1.08), (0, hip + 0.06 * h, 0, wide * 0.86, deep)]
        add_stack(builder, [hem, *waist], cloth)
    else:
        seat = [(0, hip - 0.075 * h, 0, wide * 0.86, deep), (0, hip + 0.01 * h, 0, wide * 0.9, deep * 1.03)]
        add_stack(builder, seat, person.bottom)
    add_stack(builder, levels, top)


def _arms(builder, person, hip, shoulder):
    h, g = person.height, person.girth
    sleeve = person.bottom if person.wear == "dress" else person.top
    bare = person.wear in ("shorts", "dress")
    for side, phase in ((1, np.pi), (-1, 0.0)):
        builder.part()
        turn = 0.9 * person.swing * np.sin(person.stride + phase) + 0.04
        x = side * (0.118 * h * g + 0.012 * h)
        elbow = (x * 1.08, shoulder - 0.17 * h * np.cos(turn), 0.17 * h * np.sin(turn))
        hand = (x * 1.06, elbow[1] - 0.15 * h * np.cos(turn + 0.35), elbow[2] + 0.15 * h * np.sin(turn + 0.35))
        if person.carried == "umbrella" and side == 1:
            elbow, hand = (x * 1.1, shoulder - 0.16 * h, 0.05), (x * 0.8, shoulder - 0.10 * h, 0.19 * h)
        add_tube(builder, hand, elbow, 0.019 * h, 0.025 * h * g, person.skin if bare else sleeve)
        add_tube(builder, elbow, (x * 0.93, shoulder - 0.01 * h, 0), 0.028 * h * g, 0.036 * h * g, sleeve)
        add_ball(builder, hand, (0.022 * h, 0.028 * h, 0.026 * h), person.skin, count=5)


def _head(builder, person, centre, r):
    x, y, z = centre
    if person.head in ("short", "long", "bun"):
        add_ball(builder, (x, y + 0.16 * r, z - 0.10 * r), (0.95 * r, 1.12 * r, 1.02 * r), person.hair, low=0.12)
        low = -1.7 if person.head == "long" else -0.35
        behind = [
            (x, y + low * r, z - 0.62 * r, 0.74 * r, 0.34 * r),
            (x, y + 0.6 * r, z - 0.42 * r, 0.86 * r, 0.66 * r),
        ]
        add_stack(builder, behind, person.hair)
    if person.head == "bun":
        add_ball(builder, (x, y + 0.75 * r, z - 1.05 * r), (0.42 * r, 0.42 * r, 0.42 * r), person.hair, count=6)
    if person.head == "cap":
        add_ball(builder, (x, y + 0.2 * r, z), (0.98 * r, 1.05 * r, 1.1 * r), person.accent, low=0.15)
        add_box(builder, (x, y + 0.42 * r, z + 1.15 * r), (1.2 * r, 0.12 * r, 0.8 * r), person.accent)
    if person.head == "hat":
        add_stack(
            builder, [(x, y + 0.42 * r, z, 1.6 * r, 1.7 * r), (x, y + 0.52 * r, z, 1.6 * r, 1.7 * r)], person.accent
        )
        add_stack(
            builder, [(x, y + 0.5 * r, z, 0.95 * r, 1.05 * r), (x, y + 1.3 * r, z, 0.8 * r, 0.9 * r)], person.accent
        )
    if person.head == "hood":
        add_ball(builder, (x, y + 0.1 * r, z - 0.25 * r), (1.08 * r, 1.2 * r, 1.05 * r), person.top, low=-0.8)


def _carry(builder, person, hip, shoulder, x):
    h = person.height
    if person.carried == "backpack":
        builder.part()
        centre = (0, (hip + shoulder) / 2 + 0.05 * h, -0.12 * h)
        add_box(builder, centre, (0.17 * h, 0.22 * h, 0.10 * h), person.accent, top=0.85)
    if person.carried == "handbag":
        builder.part()
        add_box(builder, (-x * 1.25, hip - 0.12 * h, 0.02), (0.07 * h, 0.14 * h, 0.17 * h), person.accent, top=0.8)
    if person.carried == "umbrella":
        builder.part()
        _umbrella(builder, h, (x * 0.8, shoulder - 0.10 * h, 0.17 * h), (x * 0.55, h + 0.32, 0.10 * h), person.accent)


def _umbrella(builder, h, foot, top, colour):
    """Add an umbrella held at `foot` over somebody of height `h`."""
    add_tube(builder, foot, top, 0.012, 0.012, (0.2, 0.2, 0.2), count=4)
    ring = circle(8)
    rings = np.empty((2, 8, 3))
    for row, radius, y in zip(rings, (0.56, 0.03), (h + 0.10, h + 0.34), strict=True):
        row[:, 0], row[:, 1], row[:, 2] = top[0] + radius * ring[:, 1], y, top[2] + radius * ring[:, 0]
    builder.add(rings.reshape(-1, 3), loft_faces(2, 8), colour)
