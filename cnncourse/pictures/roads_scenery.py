"""What stands beside the street and is not looked for: buildings, trees, hedges, lamp posts, signs."""

from dataclasses import dataclass

import numpy as np

from cnncourse.pictures.roads_solids import (
    GLASS,
    LAMP,
    LIT,
    MATTE,
    Builder,
    add_ball,
    add_box,
    add_loft,
    add_stack,
    add_tube,
    circle,
    front,
)

WALLS = (
    (0.70, 0.42, 0.32), (0.58, 0.34, 0.27), (0.80, 0.72, 0.58), (0.86, 0.82, 0.74), (0.62, 0.60, 0.57),
    (0.74, 0.66, 0.60), (0.66, 0.72, 0.74), (0.84, 0.70, 0.56), (0.48, 0.44, 0.42), (0.80, 0.62, 0.60),
    (0.60, 0.66, 0.54), (0.90, 0.88, 0.84),
)  # fmt: skip
_ROOFS = ((0.50, 0.24, 0.18), (0.34, 0.22, 0.19), (0.30, 0.31, 0.34), (0.42, 0.36, 0.32))
_AWNINGS = ((0.75, 0.15, 0.15), (0.15, 0.40, 0.25), (0.16, 0.28, 0.55), (0.90, 0.75, 0.40), (0.85, 0.85, 0.82))
_PANE, _BARK = (0.13, 0.16, 0.19), (0.30, 0.23, 0.17)


@dataclass(frozen=True)
class Building:
    """A building whose front looks along −x; the front's foot is the origin."""

    length: float  # along the street
    depth: float
    height: float
    floors: int
    bays: int
    kind: str  # "block", "house" or "shop"
    wall: tuple
    roof: tuple
    trim: tuple
    awning: tuple
    tall: float  # height of a window as a share of its floor
    lit: tuple  # which windows shine, True or False, used in turn


@dataclass(frozen=True)
class Tree:
    """A tree, bush or hedge."""

    kind: str  # "round", "poplar", "conifer", "bush" or "hedge"
    height: float
    width: float
    leaf: tuple
    blobs: tuple  # (x, y, z, radius) as shares of width and height


@dataclass(frozen=True)
class Post:
    """A lamp post, traffic sign or traffic light."""

    kind: str  # "lamp", "round", "triangle", "square", "light" or "bollard"
    height: float
    reach: float  # of a lamp's arm
    colour: tuple


def sample_building(rng):
    """Return a random Building."""
    kind = ("block", "house", "shop")[rng.choice(3, p=(0.45, 0.27, 0.28))]
    floors = int(rng.integers(1, 3)) if kind == "house" else int(rng.integers(2, 7))
    length = float(rng.uniform(7, 11) if kind == "house" else rng.uniform(9, 20))
    wall = np.clip(np.array(WALLS[rng.choice(len(WALLS))]) + rng.normal(0, 0.03, 3), 0.1, 0.95)
    return Building(
        length, float(rng.uniform(8, 12)), float(floors * rng.uniform(2.9, 3.3) + 0.5), floors,
        max(2, round(length / float(rng.uniform(2.4, 3.6)))), kind, tuple(wall.tolist()),
        _ROOFS[rng.choice(len(_ROOFS))], tuple(np.clip(wall * rng.choice((0.7, 1.25)), 0, 0.95).tolist()),
        _AWNINGS[rng.choice(len(_AWNINGS))], float(rng.uniform(0.42, 0.6)),
        tuple((rng.random(23) < rng.uniform(0.15, 0.6)).tolist()),
    )  # fmt: skip


def sample_tree(rng, kinds=("round", "round", "poplar", "conifer", "bush")):
    """Return a random Tree."""
    kind = kinds[rng.choice(len(kinds))]
    height = {"round": rng.uniform(4, 8.5), "poplar": rng.uniform(6, 11), "conifer": rng.uniform(4, 9),
              "bush": rng.uniform(0.7, 1.6), "hedge": rng.uniform(0.8, 1.5)}[kind]  # fmt: skip
    width = {"round": 0.62 * height, "poplar": 0.26 * height, "conifer": 0.42 * height, "bush": 1.3 * height,
             "hedge": rng.uniform(4, 9)}[kind]  # fmt: skip
    blobs = [
        (float(rng.uniform(-0.28, 0.28)), float(rng.uniform(0.52, 0.82)), float(rng.uniform(-0.28, 0.28)),
         float(rng.uniform(0.26, 0.40))) for _ in range(4)
    ]  # fmt: skip
    leaf = np.array((0.20, 0.38, 0.14)) + rng.normal(0, 0.035, 3)
    if rng.random() < 0.12:
        leaf = np.array((0.62, 0.42, 0.14)) + rng.normal(0, 0.05, 3)
    return Tree(kind, float(height), float(width), tuple(np.clip(leaf, 0.06, 0.8).tolist()), tuple(blobs))


def sample_post(rng, kinds=("lamp", "lamp", "round", "triangle", "square", "light", "bollard")):
    """Return a random Post."""
    kind = kinds[rng.choice(len(kinds))]
    height = {"lamp": rng.uniform(5, 8), "light": rng.uniform(2.8, 3.4), "bollard": 0.95}.get(
        kind, rng.uniform(2.2, 2.8)
    )
    colour = ((0.35, 0.37, 0.38), (0.16, 0.20, 0.18), (0.62, 0.63, 0.64))[rng.choice(3)]
    return Post(kind, float(height), float(rng.uniform(1.0, 2.2)), colour)


def building_model(building, is_far):
    """Return the Model of a building, simpler when far."""
    b, builder = building, Builder()
    builder.part()
    add_box(builder, (b.depth / 2, b.height / 2, 0), (b.depth, b.height, b.length), b.wall)
    if b.kind != "house":
        builder.patch(_wall(0, b, -b.length / 2, b.length / 2, b.height - 0.35, b.height), b.trim)
        for end in (-1, 1):
            builder.patch(_wall(end, b, 0, b.depth, b.height - 0.35, b.height), b.trim)
    builder.patch(_wall(0, b, -b.length / 2, b.length / 2, 0, 0.5), tuple(0.7 * v for v in b.wall))
    _windows(builder, b, is_far)
    if b.kind == "house":
        _gable(builder, b)
    if b.kind == "shop":
        _shop(builder, b)
    return builder.model(is_sorted=False)


def _wall(face, b, left, right, low, high, out=0.02):
    """Return a rectangle on the front (face 0) or on an end wall (−1 near, 1 far)."""
    if face == 0:
        return [(-out, low, left), (-out, low, right), (-out, high, right), (-out, high, left)]
    z = face * (b.length / 2 + out)
    points = front(left, right, low, high, z)
    return points if face > 0 else points[::-1]


def _windows(builder, b, is_far):
    """Add windows, and a door, to the front (face 0) and the end walls; fewer of their parts when far."""
    walls = [(0, -b.length / 2, b.length, b.bays)]
    walls += [(face, 0, b.depth, max(1, b.bays // 2)) for face in ((-1,) if is_far else (-1, 1))]
    number = 0
    for face, start, length, bays in walls:
        step = length / bays
        for floor in range(1 if b.kind == "shop" and face == 0 else 0, b.floors):
            for bay in range(bays):
                number += 1
                left, right = start + (bay + 0.27) * step, start + (bay + 0.73) * step
                is_door = floor == 0 and face == 0 and bay == bays // 2
                _opening(builder, b, (face, floor, left, right), is_door, b.lit[number * 7 % 23], is_far)


def _opening(builder, b, place, is_door, is_lit, is_far):
    """Add a window, or the door, with its frame at `place`: wall, floor, left and right edge."""
    face, floor, left, right = place
    storey = b.height / (b.floors + 0.15)
    low = floor * storey + 0.30 * storey
    high = low + b.tall * storey
    frame = tuple(min(1.25 * v, 0.95) for v in b.trim)
    if not is_far:
        bottom = max((0.0 if is_door else low) - 0.12, 0)
        builder.patch(_wall(face, b, left - 0.1, right + 0.1, bottom, high + 0.08), frame)
    if is_door:
        builder.patch(_wall(face, b, left, right, 0, min(2.2, high), 0.04), tuple(0.6 * v for v in b.awning))
        return
    builder.patch(_wall(face, b, left, right, low, high, 0.04), _PANE, LIT if is_lit else GLASS)
    if not is_far:
        middle = (left + right) / 2
        builder.patch(_wall(face, b, middle - 0.035, middle + 0.035, low, high, 0.05), frame)


def _gable(builder, b):
    rise, over = 0.55 * min(b.depth, b.length) * 0.6, 0.4
    ring = np.array([(-over, b.height - 0.05), (b.depth + over, b.height - 0.05), (b.depth / 2, b.height + rise)])
    points = np.empty((2, 3, 3))
    points[:, :, :2] = ring
    points[0, :, 2], points[1, :, 2] = -b.length / 2 - over, b.length / 2 + over
    add_loft(builder, points, b.roof)
    add_box(
        builder, (b.depth * 0.35, b.height + rise, b.length * 0.25), (0.6, 1.3, 0.6), tuple(0.8 * v for v in b.wall)
    )


def _shop(builder, b):
    storey = b.height / (b.floors + 0.15)
    left, right = -b.length / 2 + 0.4, b.length / 2 - 0.4
    builder.patch(_wall(0, b, left, right, 0.45, storey * 0.78, 0.03), _PANE, LIT)
    builder.patch(_wall(0, b, left, right, storey * 0.80, storey * 0.98, 0.04), b.awning)
    for post in np.linspace(left, right, max(3, b.bays))[1:-1]:
        builder.patch(_wall(0, b, post - 0.08, post + 0.08, 0.1, storey * 0.78, 0.05), b.trim)
    for i in range(2 * b.bays):
        z0, z1 = (left + (right - left) * k / (2 * b.bays) for k in (i, i + 1))
        colour = b.awning if i % 2 else (0.92, 0.91, 0.88)
        y0, y1 = storey * 0.66, storey * 0.86
        builder.patch([(-1.1, y0, z0), (-1.1, y0, z1), (-0.05, y1, z1), (-0.05, y1, z0)], colour, MATTE, False)


def tree_model(tree, is_far):
    """Return the Model of a tree, simpler when far."""
    builder = Builder()
    if tree.kind == "hedge":
        builder.part()
        add_box(builder, (0, tree.height / 2, 0), (0.9, tree.height, tree.width), tree.leaf, top=0.92)
    elif tree.kind in ("conifer", "poplar"):
        builder.part()
        (_conifer if tree.kind == "conifer" else _poplar)(builder, tree.height, tree.width, tree.leaf)
        return builder.model(is_sorted=False)
    else:
        _crown(builder, tree, is_far)
    return builder.model()


def _conifer(builder, h, w, leaf):
    add_tube(builder, (0, 0, 0), (0, 0.3 * h, 0), 0.03 * h, 0.03 * h, _BARK)
    for low, high, wide in ((0.14, 0.55, 0.5), (0.36, 0.78, 0.38), (0.58, 1.0, 0.26)):
        add_stack(builder, [(0, low * h, 0, wide * w, wide * w), (0, high * h, 0, 0.02, 0.02)], leaf, count=8)


def _poplar(builder, h, w, leaf):
    add_tube(builder, (0, 0, 0), (0, 0.3 * h, 0), 0.02 * h, 0.02 * h, _BARK)
    add_ball(builder, (0, 0.56 * h, 0), (w / 2, 0.44 * h, w / 2), leaf)


def _crown(builder, tree, is_far):
    """Add the lumps of leaves of a round tree, on its trunk, or of a bush."""
    h, w = tree.height, tree.width
    lift = 0.0 if tree.kind == "round" else -0.35
    if tree.kind == "round":
        builder.part()
        add_tube(builder, (0, 0, 0), (0, 0.5 * h, 0), 0.026 * h, 0.018 * h, _BARK)
    for number, (x, y, z, r) in enumerate(tree.blobs[: 2 if is_far else 4]):
        builder.part()
        shade = 1.12 - 0.07 * number
        _blob(builder, (x * w, (y + lift) * h, z * w), r * w, tuple(min(v * shade, 1) for v in tree.leaf), number)


def _blob(builder, centre, r, colour, number):
    """Add a lump of leaves: a ball with its corners pushed in and out."""
    start = len(builder.points)
    add_ball(builder, centre, (r, 0.86 * r, r), colour, count=9)
    points = builder.points[start]
    push = 1 + 0.13 * np.sin(np.arange(len(points)) * (2.4 + number))[:, None]
    builder.points[start] = np.asarray(centre) + (points - np.asarray(centre)) * push


def post_model(post):
    """Return the Model of a post; lamps reach out along −x, signs face −z."""
    builder, h = Builder(), post.height
    builder.part()
    width = 0.07 if post.kind in ("lamp", "light") else 0.04
    if post.kind == "bollard":
        add_stack(builder, [(0, 0, 0, 0.08, 0.08), (0, h, 0, 0.06, 0.06)], post.colour, count=6)
        return builder.model(is_sorted=False)
    add_tube(builder, (0, 0, 0), (0, h, 0), width, 0.7 * width, post.colour)
    if post.kind == "lamp":
        add_tube(builder, (0, h, 0), (-post.reach, h + 0.25, 0), 0.05, 0.04, post.colour)
        add_box(builder, (-post.reach - 0.25, h + 0.22, 0), (0.6, 0.12, 0.25), post.colour)
        add_box(builder, (-post.reach - 0.25, h + 0.14, 0), (0.5, 0.05, 0.2), (1.0, 0.88, 0.62), LAMP)
    elif post.kind == "light":
        add_box(builder, (0, h - 0.45, -0.1), (0.30, 0.90, 0.25), (0.12, 0.13, 0.13))
        for y, colour in ((0.16, (0.85, 0.15, 0.1)), (0.45, (0.35, 0.28, 0.08)), (0.74, (0.08, 0.28, 0.12))):
            _plate(builder, h - y, -0.24, 0.10, 10, 0.0, colour, LAMP if y < 0.2 else MATTE)
    else:
        _sign(builder, post.kind, h)
    return builder.model(is_sorted=False)


def _sign(builder, kind, h):
    red, white, blue = (0.80, 0.10, 0.12), (0.94, 0.94, 0.92), (0.12, 0.28, 0.66)
    count, phase = {"round": (14, 0.0), "triangle": (3, 0.75), "square": (4, 0.5)}[kind]
    outer, inner = (blue, white) if kind == "square" else (red, white)
    _plate(builder, h - 0.3, -0.06, 0.36, count, phase, outer)
    _plate(builder, h - 0.3, -0.07, 0.25 if kind != "triangle" else 0.22, count, phase, inner)
    if kind != "triangle":
        builder.patch(front(-0.12, 0.12, h - 0.34, h - 0.26, -0.075)[::-1], (0.15, 0.15, 0.16))


def _plate(builder, y, z, r, count, phase, colour, finish=MATTE):
    """Add a flat plate with `count` corners that looks along −z."""
    ring = circle(count, phase)[::-1]
    points = np.stack((r * ring[:, 0], y + r * ring[:, 1], np.full(count, z)), 1)
    builder.patch(points, colour, finish, False)
