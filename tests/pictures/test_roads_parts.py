from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnncourse.pictures import roads_cars, roads_motorcycles, roads_people, roads_scenery
from cnncourse.pictures.roads_camera import NEAR, Camera, clipped
from cnncourse.pictures.roads_light import sample_light
from cnncourse.pictures.roads_order import painting_order
from cnncourse.pictures.roads_paint import Canvas, alone_count, placed
from cnncourse.pictures.roads_sampling import Thing
from cnncourse.pictures.roads_solids import LAMP, MATTE, Builder, add_ball, add_box, add_disc, add_stack, add_tube
from cnncourse.pictures.roads_street import sample_street

SMALL = st.floats(-0.4, 0.4)


def rng_of(seed):
    return np.random.default_rng(seed)


def face_areas(model):
    """Return the area vectors of a model's faces, one face at a time."""
    areas = []
    for start, size in zip(model.starts, model.sizes, strict=True):
        corners = model.points[model.corners[start : start + size]]
        areas.append(sum(np.cross(corners[i], corners[(i + 1) % size]) for i in range(size)) / 2)
    return np.array(areas)


@given(x=SMALL, height=st.floats(1, 4), yaw=SMALL, pitch=SMALL, focal=st.floats(0.8, 1.5))
def test_the_camera_agrees_with_opencv(x, height, yaw, pitch, focal):
    camera = Camera(x, height, yaw, pitch, focal)
    points = rng_of(0).uniform((-3, 0, 6), (3, 4, 30), (20, 3))
    seen = camera.seen(points)
    down = np.diag((1.0, -1.0, 1.0))  # OpenCV's y points down, in the street too
    rotation, _ = cv2.Rodrigues(down @ camera.axes().T @ down)
    inner = np.array([[focal * 160, 0, 80], [0, focal * 160, 80], [0, 0, 1.0]])
    expected, _ = cv2.projectPoints((points - camera.position()) @ down, rotation, np.zeros(3), inner, None)
    assert np.allclose(camera.place(seen, 160), expected[:, 0], atol=1e-6)


def test_hand_worked_pixels():
    camera = Camera(0.5, 1.5, 0.0, 0.0, 1.0)
    seen = camera.seen(np.array([[0.5, 1.5, 10.0], [2.5, 0.0, 10.0]]))
    assert camera.place(seen, 100).tolist() == [[50.0, 50.0], [70.0, 65.0]]
    assert camera.horizon() == 0.5


def test_a_camera_turned_right_and_down_sees_things_farther_left_and_higher():
    straight, turned = Camera(0, 1.5, 0, 0, 1.0), Camera(0, 1.5, 0.1, 0.1, 1.0)
    point = np.array([[0.0, 1.5, 10.0]])
    assert (turned.place(turned.seen(point), 100) < straight.place(straight.seen(point), 100)).all()
    far = np.array([[1e6 * np.sin(0.1), 0.0, 1e6 * np.cos(0.1)]])  # on the horizon, straight ahead
    assert turned.place(turned.seen(far), 1.0)[0] == pytest.approx([0.5, turned.horizon()], abs=1e-5)


def test_a_polygon_is_cut_where_the_camera_begins():
    square = np.array([[0.0, 0, -1], [1, 0, -1], [1, 0, 1], [0, 0, 1]])
    before, beyond = square.copy(), square.copy()
    before[:, 2] -= 5
    beyond[:, 2] += 5
    assert np.allclose(clipped(square), [[1, 0, NEAR], [1, 0, 1], [0, 0, 1], [0, 0, NEAR]])
    assert len(clipped(before)) == 0
    assert np.array_equal(clipped(beyond), beyond)


@pytest.mark.parametrize(
    ("add", "volume"),
    [
        (lambda b: add_box(b, (1, 2, 3), (1, 2, 3), (0, 0, 0)), 6.0),
        (lambda b: add_box(b, (0, 0, 0), (2, 3, 2), (0, 0, 0), top=0.5), 7.0),  # a frustum: 3 (4 + 2 + 1) / 3
        (lambda b: add_stack(b, [(0, 0, 0, 1, 1), (0, 2, 0, 1, 1)], (0, 0, 0), count=4), 4.0),
        (lambda b: add_tube(b, (0, 0, 0), (3, 4, 0), 1, 1, (0, 0, 0), count=4), 10.0),
        (lambda b: add_tube(b, (1, 0, 2), (1, 0, -3), 1, 1, (0, 0, 0), count=4), 10.0),
        (lambda b: add_ball(b, (5, 1, 2), (1, 2, 3), (0, 0, 0), count=40), 24.0),
    ],
)
def test_solids_are_closed_and_their_faces_look_outwards(add, volume):
    builder = Builder()
    builder.part()
    add(builder)
    model = builder.model()
    areas = face_areas(model)
    middles = np.array(
        [model.points[model.corners[a : a + n]].mean(0) for a, n in zip(model.starts, model.sizes, strict=True)]
    )
    assert np.allclose(areas.sum(0), 0)
    assert (areas * middles).sum() / 3 == pytest.approx(volume, rel=0.12)  # Gauss: positive if all faces look out


@pytest.mark.parametrize("side", [1, -1])
def test_a_disc_looks_to_its_side(side):
    builder = Builder()
    builder.part()
    add_disc(builder, (side, 0, 0), 1.0, side, (0, 0, 0))
    area = face_areas(builder.model())[0]
    assert np.sign(area[0]) == side
    assert np.allclose(area[1:], 0)


@pytest.mark.parametrize("seed", range(12))
def test_cars_are_as_large_as_they_say_and_alike_on_both_sides(seed):
    car = roads_cars.sample_car(rng_of(seed), pickups=True)
    model = roads_cars.car_model(replace(car, rack=0))
    low, high = model.points.min(0), model.points.max(0)
    assert high[2] - low[2] == pytest.approx(car.length, abs=0.05)
    assert high[1] == pytest.approx(car.height, abs=0.01)
    assert low[1] == pytest.approx(0, abs=0.02)
    assert np.allclose(low[0], -high[0])
    assert car.width < high[0] - low[0] < car.width + 0.4  # with the mirrors
    mirrored = model.points * (-1, 1, 1)
    nearest = np.abs(model.points[:, None] - mirrored[None]).max(2).min(1)
    assert (nearest < 1e-9).mean() > 0.9  # but for the streaks on the glass


@pytest.mark.parametrize("seed", range(12))
def test_pedestrians_are_as_tall_as_they_say_and_stand_on_the_ground(seed):
    person = replace(roads_people.sample_pedestrian(rng_of(seed)), carried="nothing", head="bald")
    model = roads_people.pedestrian_model(person)
    assert model.points[:, 1].max() == pytest.approx(person.height, rel=0.03)
    assert -0.01 < model.points[:, 1].min() < 0.08


@pytest.mark.parametrize("kind", roads_motorcycles.KINDS)
def test_motorcycles_stand_on_two_wheels_and_a_rider_makes_them_taller(kind):
    bike = replace(roads_motorcycles.sample_motorcycle(rng_of(0)), kind=kind, lean=0.0, ridden=True)
    ridden = roads_motorcycles.motorcycle_model(bike).points
    alone = roads_motorcycles.motorcycle_model(replace(bike, ridden=False)).points
    assert ridden[:, 1].min() == pytest.approx(0, abs=0.02)
    assert 1.3 < ridden[:, 1].max() < 1.9
    assert ridden[:, 1].max() > alone[:, 1].max() + 0.1
    assert 1.6 < np.ptp(alone[:, 2]) < 2.7


def test_far_buildings_and_trees_have_fewer_faces():
    building, tree = roads_scenery.sample_building(rng_of(3)), roads_scenery.sample_tree(rng_of(3), ("round",))
    for make, what in ((roads_scenery.building_model, building), (roads_scenery.tree_model, tree)):
        assert len(make(what, True).sizes) < len(make(what, False).sizes)


@pytest.mark.parametrize("kind", ["lamp", "round", "triangle", "square", "light", "bollard"])
def test_posts_rise_to_their_height(kind):
    post = roads_scenery.sample_post(rng_of(1), (kind,))
    top = roads_scenery.post_model(post).points[:, 1].max()
    assert post.height <= top <= post.height + 0.4


def test_a_thing_that_turns_right_drives_to_the_right():
    nose = np.array([[0.0, 0.0, 2.0]])
    assert np.allclose(placed(nose, (10, 20, np.pi / 2, 0)), [[12, 0, 20]])
    assert np.allclose(placed(nose, (10, 20, 0, 1)), [[10, 1, 22]])


def box_thing(x, z, half_width=0.5, half_length=0.5, heading=0.0):
    return Thing(None, -1, x, z, heading, half_width, half_length)


def test_a_person_beside_a_long_car_is_painted_before_it_only_where_the_car_hides_them():
    camera = Camera(-1.5, 1.5, 0, 0, 1.0)
    car, behind, before = box_thing(0, 10, 0.9, 4), box_thing(2, 9), box_thing(-1.6, 11)
    assert painting_order([behind, car], camera) == [0, 1]  # nearer by its middle, yet behind the car's flank
    assert painting_order([car, before], camera) == [0, 1]  # farther by its middle, yet before the flank
    assert painting_order([before, car], camera) == [1, 0]
    assert painting_order([], camera) == []


@given(st.lists(st.tuples(st.floats(-8, 8), st.floats(3, 60)), max_size=12))
def test_every_thing_is_painted_once(places):
    things = [box_thing(x, z) for x, z in places]
    assert sorted(painting_order(things, Camera(0, 1.5, 0, 0, 1.0))) == list(range(len(things)))


def test_alone_count_unites_outlines_and_ends_one_side_beyond_the_picture():
    square, beside = [0, 0, 9, 0, 9, 9, 0, 9], [5, 0, 14, 0, 14, 9, 5, 9]
    assert alone_count([square], 100) == 100
    assert alone_count([square, beside], 100) == 150
    assert alone_count([[-5, 0, 4, 0, 4, 9, -5, 9]], 100) == 100  # also what is beyond the border
    assert alone_count([[-5000, 0, 4, 0, 4, 9, -5000, 9]], 100) == 1050


def shaded(light, normal, colour=(0.5, 0.5, 0.5), depth=0.0, finish=MATTE):
    normals = np.array([normal], float)
    return light.shade(normals, normals, np.array([depth]), np.array([colour]), np.array([finish]))[0]


def test_light_falls_from_the_sun_and_fades_in_the_haze():
    light = replace(sample_light(rng_of(1), "day"), sun=(0.0, 1.0, 0.0), haze=0.05, exposure=1.0)
    up, aside, down = (shaded(light, normal) for normal in ((0, 1, 0), (1, 0, 0), (0, -1, 0)))
    assert (up > aside).all()
    assert (aside > down).all()
    by_hand = 0.5 * (np.array(light.ambient) * 0.8)  # a face that turns its side to the sun
    assert np.allclose(aside, by_hand)
    assert np.allclose(shaded(light, (0, 1, 0), depth=1000), light.horizon, atol=1e-6)


def test_lamps_shine_only_when_they_are_on():
    dark = replace(sample_light(rng_of(1), "held_out"), lamps=0.0, ambient=(0.1,) * 3, sun_colour=(0.0,) * 3)
    dark = replace(dark, own_lamps=0.0, haze=0.0, exposure=1.0)
    assert shaded(dark, (0, 0, 1), finish=LAMP).max() < 0.1
    assert np.allclose(shaded(replace(dark, lamps=1.0), (0, 0, 1), finish=LAMP), 0.55)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_streets_hold_their_lanes(seed):
    street = sample_street(rng_of(seed))
    lanes = [street.lane(number, direction) for number in range(street.lanes) for direction in (1, -1)]
    assert len(set(lanes)) == 2 * street.lanes
    assert max(map(abs, lanes)) < street.half - street.parking
    assert np.sign(street.lane(0, 1)) == street.side
    assert street.middle(0) == 0
    step = 1e-4
    slope = (street.middle(30 + step) - street.middle(30 - step)) / (2 * step)
    assert np.tan(street.heading(30)) == pytest.approx(slope, abs=1e-6)


def test_the_canvas_paints_the_same_outline_on_both_pictures():
    light = replace(sample_light(rng_of(1), "day"), haze=0.0)
    canvas = Canvas(Image.new("RGB", (200, 200), (255, 0, 255)), Camera(0, 1, 0, 0, 1.0), light)
    model = roads_cars.car_model(roads_cars.sample_car(rng_of(4)))
    outlines = canvas.draw(model, (0.5, 9.0, 0.7, 0.0), 7)
    painted = (np.asarray(canvas.picture) != (255, 0, 255)).any(2)
    assert np.array_equal(painted, np.asarray(canvas.numbers) == 7)
    assert alone_count(outlines, 200) == painted.sum()
