import hashlib
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.pictures.roads import STYLES, render_road, sample_road
from cnncourse.pictures.roads_sampling import CAR, MOTORCYCLE, PEDESTRIAN, SCENERY, Thing

# The first digits of the pictures' SHA-256 and the boxes: weights are trained on exactly these pictures.
FROZEN = (
    (1, "day", "dcddce92a3a9340a", 7),
    (2, "held_out", "da8764c393bd38bc", 5),
    (3, "held_out", "64aaca17c305d652", 4),
)


def road_of(seed, style="day"):
    return sample_road(np.random.default_rng(seed), style)


def plain(road):
    """Return a road without anything that changes a pixel away from the things themselves."""
    still = {"shadow": 0.0, "noise": 0.0, "blur": 0.0, "rain": 0.0, "lamps": 0.0, "wet": 0.0, "haze": 0.0}
    return replace(road, light=replace(road.light, **still, exposure=1.0))


def only(road, *things):
    """Return a plain road with nothing on it but the given things."""
    return replace(plain(road), things=things)


def standing(label, x, z, heading=0.0, seed=0):
    """Return an object of a class, taken from the first road that has one, put somewhere else."""
    for number in range(seed, seed + 100):
        for thing in road_of(number).things:
            if thing.label == label:
                return replace(thing, x=x, z=z, heading=heading)
    raise AssertionError("no such object")


def looking_ahead(road):
    """Return a road whose camera stands in the middle and looks straight ahead, 1.5 m high."""
    camera = replace(road.camera, x=0.0, height=1.5, yaw=0.0, pitch=0.0, focal=1.0)
    return replace(road, camera=camera, street=replace(road.street, curve=0.0, zebras=(), crossing=0.0))


@pytest.mark.parametrize(("seed", "style", "digits", "count"), FROZEN)
def test_the_drawing_is_frozen(seed, style, digits, count):
    picture = render_road(road_of(seed, style))
    assert hashlib.sha256(picture.image.tobytes()).hexdigest()[:16] == digits
    assert len(picture.boxes) == len(picture.labels) == len(picture.visible) == count


def test_frozen_boxes_are_these():
    boxes = render_road(road_of(3, "held_out")).boxes.tolist()
    assert boxes[0] == [84.75, 62.5, 92.25, 77.5]
    assert boxes[3] == [21.75, 60.5, 68.25, 93.25]


@pytest.mark.parametrize("seed", [1, 4, 11, 21, 33])
def test_each_box_bounds_the_pixels_that_change_when_its_object_is_taken_away(seed):
    road = plain(road_of(seed))
    whole = render_road(road)
    objects = [thing for thing in road.things if thing.label != SCENERY]
    box_of = {}
    for thing in objects:
        rest = render_road(replace(road, things=tuple(other for other in road.things if other is not thing)))
        changed = (rest.image != whole.image).any(2)
        rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
        if len(rows):
            box_of[thing] = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
    assert len(box_of) <= len(whole.boxes)
    for changed in box_of.values():
        outside = np.maximum(changed[2:] - np.ceil(whole.boxes[:, 2:]), np.floor(whole.boxes[:, :2]) - changed[:2])
        inside = np.maximum(np.floor(whole.boxes[:, 2:]) - changed[2:], changed[:2] - np.ceil(whole.boxes[:, :2]))
        fits = (outside <= 0).all(1) & (inside <= 1).all(1)  # a sliver may be too faint to change a pixel
        assert fits.any(), (changed, whole.boxes)


@pytest.mark.parametrize("label", [CAR, PEDESTRIAN, MOTORCYCLE])
def test_an_object_alone_in_the_picture_is_wholly_visible(label):
    picture = render_road(only(looking_ahead(road_of(5)), standing(label, 0.0, 15.0)))
    assert picture.labels.tolist() == [label]
    assert picture.visible.tolist() == [1.0]


def test_a_car_half_beyond_the_border_is_half_visible():
    road = looking_ahead(road_of(5))
    car = standing(CAR, -6.0, 12.0, np.arctan2(-6.0, 12.0))  # its middle on the border, its tail towards the camera
    picture = render_road(only(road, car))
    assert picture.boxes[0, 0] == 0.0
    assert picture.visible[0] == pytest.approx(0.5, abs=0.06)


def test_whoever_stands_behind_a_car_is_hidden_and_before_it_is_not():
    road = looking_ahead(road_of(5))
    car, person = standing(CAR, 0.0, 12.0), standing(PEDESTRIAN, 0.3, 15.0)
    behind = render_road(only(road, car, person))
    before = render_road(only(road, car, replace(person, z=8.5)))
    assert behind.visible[behind.labels == CAR] == 1.0
    assert (behind.visible[behind.labels == PEDESTRIAN] < 0.45).all()
    assert before.visible[before.labels == PEDESTRIAN] == 1.0
    assert before.visible[before.labels == CAR] < 0.95


def test_order_among_objects_does_not_depend_on_their_order_in_the_list():
    road = road_of(11)
    turned = replace(road, things=road.things[::-1])
    one, other = render_road(road), render_road(turned)
    assert np.array_equal(one.image, other.image)
    assert sorted(map(tuple, one.boxes)) == sorted(map(tuple, other.boxes))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), style=st.sampled_from(STYLES), size=st.integers(32, 100))
def test_truth_lies_in_the_picture_at_any_size(seed, style, size):
    picture = render_road(road_of(seed, style), size)
    assert picture.image.shape == (size, size, 3)
    assert picture.image.dtype == np.uint8
    assert picture.boxes.shape == (len(picture.labels), 4)
    assert ((picture.boxes >= 0) & (picture.boxes <= size)).all()
    assert (picture.boxes[:, 2:] - picture.boxes[:, :2] >= 0.25).all()
    assert ((picture.visible > 0) & (picture.visible <= 1)).all()
    assert set(picture.labels.tolist()) <= {CAR, PEDESTRIAN, MOTORCYCLE}


def test_a_larger_picture_shows_the_same_boxes():
    road = road_of(1)
    small, large = render_road(road, 160), render_road(road, 320)
    assert np.abs(large.boxes / 2 - small.boxes).max() <= 0.5
    assert np.array_equal(small.labels, large.labels)


def test_roads_come_from_the_generator_alone_and_leave_the_global_ones_untouched():
    np.random.seed(1)  # noqa: NPY002
    random.seed(1)
    before = np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    first = render_road(road_of(8, "held_out"))
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    second = render_road(road_of(8, "held_out"))
    assert np.array_equal(first.image, second.image)
    assert road_of(8) != road_of(9)


def test_pickups_and_bad_weather_are_held_out():
    by_day = [road_of(seed) for seed in range(150)]
    held_out = [road_of(seed, "held_out") for seed in range(150)]

    def car_types(roads):
        return {thing.what.type for road in roads for thing in road.things if thing.label == CAR}

    assert car_types(by_day) == {"saloon", "hatchback", "estate", "van", "suv", "sports", "city"}
    assert car_types(held_out) == car_types(by_day) | {"pickup"}
    assert {road.light.name for road in by_day} == {"sunny", "overcast", "low sun", "haze"}
    assert {road.light.name for road in held_out} == {"dusk", "night", "rain", "fog", "night rain"}


def test_a_road_names_every_thing_it_shows():
    road = road_of(1)
    assert all(isinstance(thing, Thing) for thing in road.things)
    assert len(render_road(road).boxes) <= sum(thing.label != SCENERY for thing in road.things)


def test_an_empty_road_has_no_boxes():
    picture = render_road(only(road_of(1)))
    assert picture.boxes.shape == (0, 4)
    assert picture.labels.shape == picture.visible.shape == (0,)


def test_wrong_arguments_are_refused_with_their_names():
    with pytest.raises(TypeError, match="rng must be a NumPy Generator"):
        sample_road(7)
    with pytest.raises(ValueError, match="style must be one of 'day', 'held_out', got str 'night'"):
        sample_road(np.random.default_rng(0), "night")
    with pytest.raises(ValueError, match="size must be at least 32, got 8"):
        render_road(road_of(1), 8)
