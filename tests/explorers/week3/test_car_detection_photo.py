import io

import numpy as np
import pytest
from PIL import Image

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week3 import car_detection_photo as photos
from cnncourse.explorers.week3 import car_detection_studio as studio
from cnncourse.pictures.roads import RoadPicture


def bright_spot(images, score_threshold, iou_threshold):
    """Stand in for a detector: a car around the brightest pixel of each picture, and a faint pedestrian there."""
    answers = []
    for image in images:
        row, column = np.unravel_index(image.sum(axis=2).argmax(), image.shape[:2])
        box = [max(column - 10, 0), max(row - 6, 0), min(column + 10, 160), min(row + 6, 160)]
        answers.append((np.array([box, box], float), np.array([0.8, 0.1]), np.array([0, 1])))
    return answers


def click(x, y):
    return PointerEvent("click", x, y)


# --- real photos ---

STATE = {"choice": photos.MOTORCYCLE, "upload": (), "part": 100, "score": 0.3, "centre": (0.5, 0.5)}


@pytest.mark.parametrize("choice", photos.CHOICES)
@pytest.mark.parametrize(("part", "centre"), [(15, (0, 0)), (100, (1, 1))])
def test_every_photo_paints_and_speaks(choice, part, centre):
    state = STATE | {"choice": choice, "part": part, "centre": centre}
    find = photos.finder(bright_spot)
    assert photos.photo_picture(find, **state).shape == (940, 1700, 3)
    assert "Found: <b>car 0.80</b>" in photos.photo_caption(find, **state)


def test_where_nothing_is_found_the_best_candidate_is_named():
    find = photos.finder(bright_spot)
    text = photos.photo_caption(find, **STATE | {"score": 0.95})
    assert "Found: <b>nothing</b>" in text
    assert "best candidate scores 0.80" in text


def test_a_photo_is_made_square_in_its_mean_colour():
    whole = photos.squared(Image.fromarray(np.full((20, 60, 3), (10, 20, 30), np.uint8)))
    assert whole.size == (60, 60)
    assert np.asarray(whole).reshape(-1, 3).tolist() == [[10, 20, 30]] * 3600


def test_the_net_gets_the_square_at_its_size():
    pixels = np.zeros((320, 320, 3), np.uint8)
    pixels[:160, 160:] = 200
    image = Image.fromarray(pixels)
    assert (photos.seen(image, 50, (1, 0)) == 200).all()
    assert (photos.seen(image, 50, (0, 1)) == 0).all()
    assert photos.seen(image, 100, (0.5, 0.5)).shape == (160, 160, 3)
    assert photos.seen(image, 20, (0.5, 0.5)).shape == (160, 160, 3)


def test_a_photos_squares_are_of_five_sizes_at_nine_places():
    squares = photos.photo_squares("a cat")
    assert squares.shape == (45, 160, 160, 3)
    assert squares.dtype == np.uint8
    assert (squares[4] == photos.seen(photos.chosen_photo("a cat", ())[0], 40, (0.5, 0.5))).all()
    assert len({square.tobytes() for square in squares}) == 45


def test_the_detector_is_asked_once_for_the_same_square():
    asked = []

    def counting(images, *thresholds):
        asked.append(thresholds)
        return bright_spot(images, *thresholds)

    find = photos.finder(counting)
    photos.photo_picture(find, **STATE)
    photos.photo_caption(find, **STATE)
    photos.photo_picture(find, **STATE | {"score": 0.05})
    assert asked == [(0.05, 1.0)]


def test_an_uploaded_picture_is_shown_and_a_damaged_one_explained():
    buffer = io.BytesIO()
    Image.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(buffer, "PNG")
    image, words = photos.chosen_photo(photos.OWN, ({"content": buffer.getvalue()},))
    assert image.size == (60, 60)
    assert "stays on this computer" in words
    assert "not a picture" in photos.chosen_photo(photos.OWN, ({"content": b"no picture"},))[1]
    assert "stands in" in photos.chosen_photo(photos.OWN, ())[1]


def test_the_square_follows_pointer_and_keys():
    middle = click(photos.LEFT + photos.SIDE / 2, photos.TOP + photos.SIDE / 4)
    assert photos.photo_pointer(middle, **STATE) == {"centre": (0.5, 0.25)}
    assert photos.photo_pointer(click(700, 20), **STATE) is None
    up = PointerEvent("key", key="ArrowUp")
    assert photos.photo_pointer(up, **STATE | {"centre": (0.5, 0.0)}) == {"centre": (0.5, 0.0)}


def test_every_control_of_the_photos_changes_the_picture():
    explorer = photos.own_photo(bright_spot)
    for change in ({"part": 50}, {"centre": (0.2, 0.7)}, {"score": 0.95}, {"choice": "a cat"}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    assert explorer.state["part"] == 100


# --- the road studio ---


@pytest.fixture
def drawn(monkeypatch):
    """Stand in for the renderer: two cars at fixed places, the second too small, in a picture of the light's haze."""
    roads = []

    def render(road):
        roads.append(road)
        thing = road.things[studio.nearest(road)]
        image = np.full((160, 160, 3), min(255, 20 + thing.z + 1000 * road.light.haze + road.light.noise), np.uint8)
        image[70, 80] = 255
        boxes = np.array([[70.0, 64, 90, 80], [5, 5, 20, 15]])
        return RoadPicture(image, boxes, np.array([0, 0]), np.array([1.0, 1.0]))

    monkeypatch.setattr(studio, "render_road", render)
    studio.scene.cache_clear()
    yield roads
    studio.scene.cache_clear()


@pytest.mark.parametrize("weather", studio.WEATHERS)
def test_every_weather_has_its_light(weather):
    assert studio.light_of(weather).name == weather


def test_a_composed_road_is_the_street_with_what_was_asked_for():
    plain = studio.composed(3, "sunny", 0, 0, 1, 1)
    assert plain.things == studio.street_of(3).things
    changed = studio.composed(3, "sunny", 0.05, 12, 0.5, 2)
    assert changed.light.haze == pytest.approx(plain.light.haze + 0.05)
    assert changed.light.noise == pytest.approx(plain.light.noise + 12)
    assert changed.light.exposure == pytest.approx(plain.light.exposure / 2)
    number = studio.nearest(plain)
    others = [i for i in range(len(plain.things)) if i != number]
    assert [changed.things[i] for i in others] == [plain.things[i] for i in others]


def test_the_nearest_object_moves_along_its_line_of_sight():
    plain, far = studio.composed(5, "haze", 0, 0, 1, 1), studio.composed(5, "haze", 0, 0, 1, 3)
    number, camera = studio.nearest(plain), plain.camera
    before, after = plain.things[number], far.things[number]
    assert after.z == pytest.approx(3 * before.z)
    assert (after.x - camera.x) / after.z == pytest.approx((before.x - camera.x) / before.z)
    assert before.z == min(thing.z for thing in plain.things if thing.label >= 0)


def test_a_real_street_loses_height_with_distance():
    near, far = (studio.scene(1, "overcast", 0.0, 0.0, 1.0, farther)[1] for farther in (1.0, 4.0))
    assert near[0].shape[1] == 4
    assert (near[0][:, 3] - near[0][:, 1]).max() > (far[0][:, 3] - far[0][:, 1]).max()


def test_small_objects_of_the_studio_are_ignored(drawn):
    _, (_, _, ignored) = studio.scene(0, "sunny", 0.0, 0.0, 1.0, 1.0)
    assert ignored.tolist() == [False, True]


def test_an_objects_best_score_is_that_of_a_fitting_candidate():
    boxes = np.array([[0.0, 0, 20, 20], [0, 0, 20, 18], [0, 0, 20, 9], [50, 50, 70, 70]])
    candidates = boxes, np.array([0.3, 0.6, 0.9, 0.8]), np.array([0, 0, 0, 1])
    truth = np.array([[0.0, 0, 20, 20], [50, 50, 70, 70]]), np.array([0, 0]), np.array([False, False])
    assert studio.best_scores(candidates, truth).tolist() == [0.6, 0.0]
    nothing = np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)
    assert studio.best_scores(nothing, truth).tolist() == [0.0, 0.0]


def test_the_studios_caption_counts():
    truth = np.zeros((3, 4)), np.zeros(3, int), np.array([False, False, True])
    text = studio.studio_caption(["hit", "duplicate", "false alarm", "ignored"], truth, "fog")
    assert "<b>1 of 2</b> objects found, 1 more too small or hidden" in text
    assert "<b>2</b> wrong detections. The training scenes never had the weather “fog”." in text
    assert "The training scenes had the weather “sunny”." in studio.studio_caption([], truth, "sunny")


def test_every_control_and_button_of_the_studio_changes_the_picture(drawn):
    explorer = studio.road_studio(bright_spot)
    assert "<b>1 of 1</b> object found" in explorer._caption_box.value
    changes = [{"weather": "fog"}, {"fog": 0.05}, {"noise": 20}, {"farther": 2.5}, {"score": 0.9}]
    for change in changes:
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    explorer.set(score=0.3)
    before = len(drawn)
    explorer.set(brightness=0.5)
    assert drawn[-1].light.exposure == pytest.approx(studio.light_of("fog").exposure / 2)
    assert len(drawn) == before + 1
    for button, number in zip(explorer._flow.children[-2:], (6, 5), strict=True):
        button.click()
        assert explorer.state["street"] == number
    explorer.point("key", key="ArrowUp")
    assert explorer.state["farther"] == pytest.approx(2.7)
    explorer.point("key", key="ArrowRight")
    assert explorer.state["street"] == 6


@pytest.mark.parametrize("farther", [0.7, 6.0])
@pytest.mark.parametrize("score", [0.05, 0.95])
def test_the_studio_paints_at_the_ends(drawn, farther, score):
    explorer = studio.road_studio(bright_spot)
    explorer.set(farther=farther, score=score, brightness=0.1, fog=0.1, noise=40)
    assert explorer.picture.shape == (1000, 1700, 3)
