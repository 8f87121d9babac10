"""Road scenes drawn from a seed: streets with cars, pedestrians and motorcycles, and the exact box of each.

A pin-hole camera looks along a street. Everything is a body with flat faces (`roads_solids`), painted back to front
(`roads_order`, `roads_paint`) in the light and weather of the scene (`roads_light`, `roads_effects`).
"""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from cnncourse.arguments import one_of, random_generator, shown, whole_number
from cnncourse.pictures import roads_cars, roads_motorcycles, roads_people, roads_scenery
from cnncourse.pictures.roads_cars import Car
from cnncourse.pictures.roads_effects import add_glow, add_rain, add_sensor
from cnncourse.pictures.roads_motorcycles import Motorcycle
from cnncourse.pictures.roads_order import painting_order
from cnncourse.pictures.roads_paint import SUPERSAMPLED, Canvas, alone_count
from cnncourse.pictures.roads_people import Pedestrian
from cnncourse.pictures.roads_sampling import SCENERY, Road, sample
from cnncourse.pictures.roads_scenery import Building, Post, Tree
from cnncourse.pictures.roads_sky import sky
from cnncourse.pictures.roads_street import draw_ground

STYLES = ("day", "held_out")
_FAR = 40.0  # metres beyond which scenery is drawn simpler


@dataclass(frozen=True)
class RoadPicture:
    """A drawn road scene and where its objects are seen, those of which nothing is seen left out."""

    image: np.ndarray  # (S, S, 3) uint8
    boxes: np.ndarray  # (M, 4) float64, xyxy in pixels, bounding the visible part
    labels: np.ndarray  # (M,) 0 car, 1 pedestrian, 2 motorcycle
    visible: np.ndarray  # (M,) visible share of what the object alone would show, also beyond the picture's border


def sample_road(rng, style="day"):
    """Return a random Road; style "day", or "held_out": dusk, night, rain, fog, and pickups among the cars."""
    return sample(random_generator("rng", rng), one_of("style", style, STYLES))


def render_road(road, size=160):
    """Return the RoadPicture of a Road, `size` pixels wide and high (a multiple of 4, at least 32)."""
    size = whole_number("size", size, 32, 4096)
    if not isinstance(road, Road):
        raise TypeError(f"road must be a Road, as sample_road makes it, got {shown(road)}")
    rng = np.random.default_rng(road.seed)
    side = size * SUPERSAMPLED
    canvas = Canvas(sky(road.light, road.camera.horizon(), side, rng), road.camera, road.light)
    draw_ground(canvas, road.street)
    road = replace(road, things=tuple(thing for thing in road.things if _may_be_seen(thing, road.camera)))
    models = [_model(thing) for thing in road.things]
    places = [(thing.x, thing.z, thing.heading, 0.0) for thing in road.things]
    if road.light.wet:
        _mirror(canvas, road, models, places)
    cast = [i for i, thing in enumerate(road.things) if not isinstance(thing.what, Building)]
    canvas.shadows([(models[i], places[i]) for i in cast if road.things[i].z < 40])
    numbers, alone = _paint(canvas, road, models, places)
    picture = canvas.picture.reduce(SUPERSAMPLED)
    seen = np.asarray(canvas.numbers)
    if road.light.lamps:
        picture = add_glow(picture, _spots(road, seen, numbers, size))
    if road.light.rain:
        picture = add_rain(picture, road.light.rain, rng)
    return RoadPicture(add_sensor(picture, road.light, rng), *_truth(road, seen, numbers, alone))


def _may_be_seen(thing, camera):
    """Say whether a thing is no building, or one that may reach into the picture."""
    if not isinstance(thing.what, Building):
        return True
    reach = thing.what.depth + thing.what.length
    x, _, depth = camera.seen(np.array([[thing.x, camera.height, thing.z]]))[0]
    return depth > -reach and abs(x) - reach < 0.75 * max(depth + reach, 0) / camera.focal


def _model(thing):
    what = thing.what
    if isinstance(what, Car):
        return roads_cars.car_model(what)
    if isinstance(what, Pedestrian):
        return roads_people.pedestrian_model(what)
    if isinstance(what, Motorcycle):
        return roads_motorcycles.motorcycle_model(what)
    if isinstance(what, Building):
        return roads_scenery.building_model(what, thing.z > _FAR)
    if isinstance(what, Tree):
        return roads_scenery.tree_model(what, thing.z > _FAR)
    return roads_scenery.post_model(what)


def _paint(canvas, road, models, places):
    """Paint all things; return the number of each object and how many pixels it would show alone."""
    numbers, alone = {}, {}
    for i in painting_order(road.things, road.camera):
        is_object = road.things[i].label != SCENERY
        if is_object:
            numbers[i] = len(numbers) + 1
        outlines = canvas.draw(models[i], places[i], numbers.get(i, 0))
        if is_object:
            alone[i] = alone_count(outlines, canvas.side) if outlines else 0
    return numbers, alone


def _mirror(canvas, road, models, places):
    """Let the wet ground mirror what stands on it."""
    mirror = Canvas(canvas.picture.copy(), road.camera, road.light)
    for i in painting_order(road.things, road.camera):
        if road.things[i].z < 70:
            mirror.draw(models[i], places[i], mirrored=True)
    blurred = mirror.picture.filter(ImageFilter.BoxBlur((canvas.side / 200, canvas.side / 60)))
    canvas.picture.paste(Image.blend(canvas.picture, blurred, road.light.wet))


def _spots(road, seen, numbers, size):
    """Return the glows (x, y, radius, colour) of the lamps that can be seen."""
    spots = []
    for i, thing in enumerate(road.things):
        if isinstance(thing.what, Car | Motorcycle):
            module = roads_cars if isinstance(thing.what, Car) else roads_motorcycles
            if isinstance(thing.what, Motorcycle) and not thing.what.ridden:
                continue
            lamps = module.lamps(thing.what)
        elif isinstance(thing.what, Post) and thing.what.kind == "lamp":
            lamps = [(-thing.what.reach - 0.25, thing.what.height + 0.1, 0, 0, (1.0, 0.85, 0.6))]
        else:
            continue
        spots += _lamp_spots(road, thing, lamps, seen, numbers.get(i, 0), size)
    return spots


def _lamp_spots(road, thing, lamps, seen, number, size):
    c, s = np.cos(thing.heading), np.sin(thing.heading)
    spots = []
    for x, y, z, looks, colour in lamps:
        point = np.array([[thing.x + x * c + z * s, y, thing.z - x * s + z * c]])
        towards = road.camera.position() - point[0]
        facing = looks * (towards[0] * s + towards[2] * c) / np.sqrt(towards @ towards) if looks else 0.8
        depth = road.camera.seen(point)
        if facing < 0.15 or depth[0, 2] < 1:
            continue
        u, v = road.camera.place(depth, size)[0].tolist()
        column, row = int(u * SUPERSAMPLED), int(v * SUPERSAMPLED)
        if not (0 <= column < seen.shape[1] and 0 <= row < seen.shape[0]) or seen[row, column] != number:
            continue
        wide = 0.20 if colour[1] < 0.5 else 0.42
        radius = road.camera.focal * size * wide * (0.4 + 0.6 * facing) * road.light.lamps
        spots.append((u, v, max(radius / (0.35 * depth[0, 2] + 4) * 1.6, size / 130), colour))
    return spots


def _truth(road, seen, numbers, alone):
    """Return boxes `(M, 4)`, labels `(M,)` and visible shares `(M,)` of the objects that can be seen."""
    boxes, labels, visible = [], [], []
    for i, number in numbers.items():
        mask = seen == number
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if len(rows):
            boxes.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
            labels.append(road.things[i].label)
            visible.append(np.count_nonzero(mask) / alone[i])
    return (
        np.array(boxes, float).reshape(-1, 4) / SUPERSAMPLED,
        np.array(labels, int),
        np.array(visible, float),
    )
