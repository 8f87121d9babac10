"""How a road scene is drawn by lot: the camera, the light, the street and everything on it."""

from dataclasses import dataclass

import numpy as np

from cnncourse.pictures.roads_camera import Camera
from cnncourse.pictures.roads_cars import sample_car
from cnncourse.pictures.roads_light import Light, sample_light
from cnncourse.pictures.roads_motorcycles import sample_motorcycle
from cnncourse.pictures.roads_people import sample_pedestrian
from cnncourse.pictures.roads_scenery import sample_building, sample_post, sample_tree
from cnncourse.pictures.roads_street import Street, sample_street

CAR, PEDESTRIAN, MOTORCYCLE, SCENERY = 0, 1, 2, -1
_HEIGHTS = {CAR: 1.5, PEDESTRIAN: 1.68, MOTORCYCLE: 1.62}
_COUNTS = (0.05, 0.07, 0.13, 0.18, 0.20, 0.17, 0.12, 0.08)


@dataclass(frozen=True)
class Thing:
    """Something on the street: what it is (a Car, Tree, ...), its label or SCENERY, and where it stands."""

    what: object
    label: int
    x: float  # metres to the right of the street's beginning
    z: float  # metres ahead
    heading: float  # radians to the right of +z
    half_width: float  # of the footprint, in its own axes
    half_length: float
    middle: tuple = (0.0, 0.0)  # the footprint's middle in its own axes (x, z)


@dataclass(frozen=True)
class Road:
    """A road scene: all that `render_road` draws."""

    style: str
    camera: Camera
    light: Light
    street: Street
    things: tuple
    seed: int  # of clouds, rain and noise


def sample(rng, style):
    """Return a random Road of the style "day" or "held_out"."""
    light = sample_light(rng, style)
    street = sample_street(rng)
    camera = _sample_camera(rng, street)
    things = [thing for thing in _scenery(rng, street) if not _blocks_the_view(thing, camera)]
    objects = []
    for _ in range(rng.choice(len(_COUNTS), p=_COUNTS)):
        label = int(rng.choice(3, p=(0.46, 0.31, 0.23)))
        thing = _place(rng, label, street, camera, light, style, objects)
        if thing:
            objects.append(thing)
            if label == PEDESTRIAN and rng.random() < 0.3:
                objects.append(_companion(rng, thing, light))
    return Road(style, camera, light, street, (*things, *objects), int(rng.integers(2**31)))


def _sample_camera(rng, street):
    focal = float(np.exp(rng.uniform(np.log(0.85), np.log(1.5))))
    horizon = rng.uniform(0.34, 0.52)
    height = float(rng.uniform(1.15, 2.1) if rng.random() < 0.8 else rng.uniform(2.1, 3.6))
    x, yaw = street.lane(int(rng.integers(street.lanes)), 1) + rng.normal(0, 0.4), rng.normal(0, 0.06)
    if rng.random() < 0.22:
        right = 1 if rng.random() < 0.5 else -1
        x, yaw = right * (street.half + rng.uniform(0.2, 1.4)), -right * rng.uniform(0.12, 0.45)
    if rng.random() < 0.1:
        x = -x
    return Camera(float(x), height, float(yaw), float(np.arctan((0.5 - horizon) / focal)), focal)


def _scenery(rng, street):
    """Return rows of buildings, trees and posts on both sides, and mostly buildings across the far end."""
    things = []
    for side in (1, -1):
        _row_of_buildings(rng, street, side, things)
        _roadside(rng, street, side, things)
    if rng.random() < 0.6:
        middle = float(street.middle(125))
        for x in np.arange(-45, 50, 16):
            building = sample_building(rng)
            things.append(Thing(building, SCENERY, middle + float(x), 125.0, -np.pi / 2, building.depth / 2,
                                building.length / 2, (building.depth / 2, 0.0)))  # fmt: skip
    return things


def _row_of_buildings(rng, street, side, things):
    base, last = street.half + street.pavement + street.verge, 112
    z = float(rng.uniform(-6, 2))
    built = rng.uniform(0.55, 1.0)
    while z < last:
        building = sample_building(rng)
        if _in_the_crossing(street, z, z + building.length):
            z = max(z + 0.5, street.crossing + street.crossing_half + street.pavement + 0.6)
            if z + building.length > last:
                break
        if rng.random() < built:
            things.append(_beside(building, street, side, base + rng.uniform(0.1, 1.2), z + building.length / 2))
        else:
            tree = sample_tree(rng, ("round", "poplar", "conifer", "hedge", "hedge"))
            things.append(_beside(tree, street, side, base + 1.2, z + building.length / 2))
        z += building.length + float(rng.choice((0.0, 0.0, 0.4, 3.0)))


def _in_the_crossing(street, near, far):
    """Say whether what reaches from `near` to `far` would stand in the street that crosses, or on its pavements."""
    low = street.crossing - street.crossing_half - street.pavement - 0.5
    high = street.crossing + street.crossing_half + street.pavement + 0.5
    return bool(street.crossing) and near < high and far > low


def _roadside(rng, street, side, things):
    """Add trees and posts along one kerb."""
    if rng.random() < 0.55:
        gap = rng.uniform(7, 18)
        kinds = (("round",), ("poplar",), ("conifer",), ("round", "bush"))[rng.choice(4, p=(0.5, 0.15, 0.1, 0.25))]
        for z in np.arange(rng.uniform(4, 14), 75, gap):
            if _clear_of_crossing(street, z) and rng.random() < 0.85:
                offset = street.half + min(0.8, 0.4 * street.pavement)
                offset = offset if street.verge < 0.5 else street.half + street.pavement + 0.5 * street.verge
                things.append(_beside(sample_tree(rng, kinds), street, side, offset, float(z)))
    for z in np.arange(rng.uniform(5, 25), 80, rng.uniform(14, 30)):
        if _clear_of_crossing(street, z):
            things.append(_beside(sample_post(rng), street, side, street.half + 0.45, float(z)))


def _blocks_the_view(thing, camera):
    """Say whether a tree or post stands close before the camera."""
    seen = camera.seen(np.array([[thing.x, 1.0, thing.z]]))[0]
    near = abs(seen[0]) < 0.45 * seen[2] / camera.focal + 0.8
    return near and -1 < seen[2] < (8 if hasattr(thing.what, "leaf") else 4)


def _clear_of_crossing(street, z):
    return not street.crossing or abs(z - street.crossing) > street.crossing_half + 1.5


def _beside(what, street, side, offset, z):
    """Return scenery beside the street, its front towards the street."""
    heading = street.heading(z) + (0 if side > 0 else np.pi)
    kind = what.kind
    if hasattr(what, "floors"):
        size = what.depth / 2, what.length / 2, (what.depth / 2, 0.0)
    elif kind == "hedge":
        size = 0.5, what.width / 2, (0.0, 0.0)
    elif hasattr(what, "leaf"):
        size = 0.4, 0.4, (0.0, 0.0)
    else:
        size = 0.15, 0.15, (0.0, 0.0)
        heading = heading if kind == "lamp" else street.heading(z)
    return Thing(what, SCENERY, float(street.middle(z)) + side * offset, z, float(heading), *size)


def _place(rng, label, street, camera, light, style, objects):
    """Return a new object that is in the picture and touches no other, or None when no place was found."""
    role_of = {CAR: _car_role, PEDESTRIAN: _pedestrian_role, MOTORCYCLE: _motorcycle_role}[label]
    for _ in range(25):
        pixels = np.exp(rng.uniform(np.log(12.5), np.log(80)))
        depth = camera.focal * _HEIGHTS[label] * 160 / pixels
        if depth < (5.4 if label == CAR else 2.8):
            continue
        offset, heading, parked, z = role_of(rng, street, depth)
        x = float(street.middle(z)) + offset
        if not _in_picture(camera, x, z):
            continue
        thing = _made(rng, label, parked, light, style, x, z, heading + street.heading(z))
        if all(_apart(thing, other) for other in objects):
            return thing
    return None


def _made(rng, label, parked, light, style, x, z, heading):
    if label == CAR:
        what = sample_car(rng, pickups=style == "held_out")
        half_width, half_length = what.width / 2, what.length / 2
    elif label == PEDESTRIAN:
        what = sample_pedestrian(rng, rainy=light.rain > 0)
        half_width, half_length = 0.28, 0.28
    else:
        what = sample_motorcycle(rng, parked)
        half_width, half_length = 0.36, 1.05
    return Thing(what, label, float(x), float(z), float(heading), float(half_width), float(half_length))


def _companion(rng, thing, light):
    """Return somebody who walks beside a pedestrian."""
    aside = rng.choice((-1, 1)) * rng.uniform(0.52, 0.75)
    c, s = np.cos(thing.heading), np.sin(thing.heading)
    forward = rng.uniform(-0.25, 0.25)
    x, z = thing.x + aside * c + forward * s, thing.z - aside * s + forward * c
    what = sample_pedestrian(rng, rainy=light.rain > 0)
    return Thing(what, PEDESTRIAN, float(x), float(max(z, 2.2)), thing.heading, 0.28, 0.28)


def _car_role(rng, street, depth):
    role = ("ahead", "oncoming", "parked", "crossing", "turning")[rng.choice(5, p=(0.26, 0.30, 0.24, 0.10, 0.10))]
    if role == "crossing" and street.crossing:
        away = rng.choice((-1, 1))
        z = street.crossing - away * street.side * 0.5 * street.crossing_half
        return rng.uniform(-14, 14), away * np.pi / 2 + rng.normal(0, 0.05), False, z
    if role in ("crossing", "turning"):
        return rng.uniform(-0.7, 0.7) * street.half, rng.uniform(-np.pi, np.pi), False, depth
    if role == "parked":
        side = rng.choice((-1, 1))
        offset = street.half - (street.parking / 2 if street.parking else 0.7)
        return side * offset, (0 if rng.random() < 0.5 else np.pi) + rng.normal(0, 0.02), True, depth
    direction = 1 if role == "ahead" else -1
    offset = street.lane(int(rng.integers(street.lanes)), direction) + rng.normal(0, 0.25)
    return offset, (0 if direction > 0 else np.pi) + rng.normal(0, 0.05), False, depth


def _pedestrian_role(rng, street, depth):
    role = rng.choice(3, p=(0.5, 0.34, 0.16))
    side = rng.choice((-1, 1))
    if role == 0:
        offset = side * (street.half + rng.uniform(0.3, street.pavement - 0.2))
        heading = rng.choice((0, np.pi)) + rng.normal(0, 0.12)
    elif role == 1:
        offset, heading = rng.uniform(-1, 1) * street.half, side * np.pi / 2 + rng.normal(0, 0.2)
    else:
        offset, heading = side * (street.half + rng.uniform(-0.4, 0.6)), rng.uniform(-np.pi, np.pi)
    if street.zebras and rng.random() < 0.3:
        return rng.uniform(-1, 1) * street.half, side * np.pi / 2, False, street.zebras[0] + rng.uniform(-1.2, 1.2)
    return offset, heading, False, depth


def _motorcycle_role(rng, street, depth):
    role = rng.choice(4, p=(0.32, 0.32, 0.14, 0.22))
    if role == 3:
        return rng.uniform(-0.8, 0.8) * street.half, rng.uniform(-np.pi, np.pi), False, depth
    if role == 2:
        side = rng.choice((-1, 1))
        return side * (street.half - 0.6), rng.uniform(-np.pi, np.pi), True, depth
    direction = 1 if role == 0 else -1
    offset = street.lane(int(rng.integers(street.lanes)), direction) + rng.normal(0, 0.7)
    return offset, (0 if direction > 0 else np.pi) + rng.normal(0, 0.1), False, depth


def _in_picture(camera, x, z):
    seen = camera.seen(np.array([[x, 0.8, z]]))
    return seen[0, 2] > 2 and -0.02 < camera.place(seen, 1.0)[0, 0] < 1.02


def _apart(a, b):
    """Say whether two footprints keep a distance, by circles along their lengths."""
    reach = min(a.half_width, 0.9) + min(b.half_width, 0.9) + 0.15
    gaps = [
        np.hypot(ax - bx, az - bz) for ax, az in _spine(a) for bx, bz in _spine(b)
    ]  # fmt: skip
    return min(gaps) > reach


def _spine(thing):
    reach = max(thing.half_length - thing.half_width, 0)
    steps = (-reach, -reach / 2, 0.0, reach / 2, reach) if reach > 0.2 else (0.0,)
    return [(thing.x + t * np.sin(thing.heading), thing.z + t * np.cos(thing.heading)) for t in steps]
