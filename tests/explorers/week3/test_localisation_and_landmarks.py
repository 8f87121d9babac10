import numpy as np
import pytest

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week3 import localisation_and_landmarks_label as label
from cnncourse.explorers.week3 import localisation_and_landmarks_mirror as mirror
from cnncourse.explorers.week3.localisation_and_landmarks_label_picture import PLACE
from cnncourse.explorers.week3.localisation_and_landmarks_points import NAMES, nearest, on_face
from cnncourse.pictures.faces import MIRRORED
from cnncourse.pictures.smile_landmarks import smile_landmarks
from cnncourse.pictures.smiles import smiles


def at(kind, x, y):
    """An event at a point of the street, in its pixels."""
    left, top, zoom = PLACE
    return PointerEvent(kind, left + zoom * x, top + zoom * y)


def key(name):
    return PointerEvent("key", key=name)


# --- a box and its vector ---


@pytest.fixture(scope="module")
def known():
    return {name: label.scene(name) for name in label.SCENES}


def model(known, **changes):
    state = {"picture": "a car", "present": True, "label": "car", "with_loss": True, "box": (16.0, 14.0, 64.0, 70.0)}
    state |= {"held": label.NOTHING, "grip": (0.0, 0.0)} | changes
    return label.model_of(known, label.encode_localisation, **state)


def test_scenes_hold_the_object_that_they_are_named_after(known):
    names = {name: label.CLASSES[number] for name, (_, _, number) in known.items()}
    assert names == {"a car": "car", "a motorcycle": "motorcycle", "a pedestrian": "pedestrian"}
    for picture, (x1, y1, x2, y2), _ in known.values():
        assert picture.shape == (label.HEIGHT, label.WIDTH, 3)
        assert 0 <= x1 < x2 <= label.WIDTH
        assert 0 <= y1 < y2 <= label.HEIGHT


def test_the_vector_of_a_box_worked_out_by_hand(known):
    drawn = model(known, label="motorcycle")
    assert drawn.y.tolist() == [1, 0.25, 0.375, 0.5, 0.3, 0, 0, 1]
    assert "Centre (40.0, 42.0) px, 56.0 px high, 48.0 px wide" in label.caption(drawn)


def test_the_loss_counts_all_numbers_with_an_object_and_one_without(known):
    there, not_there = model(known), model(known, present=False)
    assert there.loss == pytest.approx(sum((a - b) ** 2 for a, b in zip(there.prediction, there.y, strict=True)))
    assert not_there.loss == pytest.approx(0.75**2)
    assert f"alone: <b>{0.75**2:.3f}</b>; with the don't-cares it would be" in label.caption(not_there)
    assert f"{sum(not_there.prediction**2):.3f}" in label.caption(not_there)


def test_a_box_on_the_prediction_leaves_the_errors_of_p_c_and_the_classes(known):
    _, x, y, h, w = model(known).prediction[:5]
    box = ((x - w / 2) * 160, (y - h / 2) * 112, (x + w / 2) * 160, (y + h / 2) * 112)
    assert model(known, box=box).squared[1:5] == pytest.approx(np.zeros(4), abs=1e-12)


BOX = (20.0, 30.0, 60.0, 50.0)


def pointed(event, **changes):
    state = {"present": True, "box": BOX, "held": label.NOTHING, "grip": (0.0, 0.0)} | changes
    return label.pointer(event, **state)


def test_corners_and_body_are_grasped_and_dragged():
    taken = pointed(at("click", 58, 52))
    assert taken["held"] == 2
    assert pointed(at("drag", 68, 62), **taken) == {"box": pytest.approx((20, 30, 70, 60))}
    taken = pointed(at("click", 40, 40))
    assert taken["held"] == label.BODY
    assert pointed(at("drag", 45, 38), **taken) == {"box": pytest.approx((25, 28, 65, 48))}
    assert pointed(at("click", 120, 90))["held"] == label.NOTHING
    assert pointed(at("drag", 5, 5)) is None
    assert pointed(at("release", 5, 5), held=2) == {"held": label.NOTHING}


@pytest.mark.parametrize("held", range(-1, 4))
@pytest.mark.parametrize("place", [(-500, -500), (500, -500), (500, 500), (-500, 500), (40, 40)])
def test_a_dragged_box_stays_inside_and_keeps_its_least_size(held, place):
    x1, y1, x2, y2 = label.moved(BOX, held, place)
    assert 0 <= x1 <= x2 - label.LEAST
    assert 0 <= y1 <= y2 - label.LEAST
    assert x2 <= label.WIDTH
    assert y2 <= label.HEIGHT
    if held == label.BODY:
        assert (x2 - x1, y2 - y1) == (40, 20)


def test_keys_move_the_box_and_after_enter_its_corner():
    assert pointed(key("ArrowRight"))["box"] == (22, 30, 62, 50)
    taken = pointed(key("Enter"))
    assert taken == {"held": 2}
    assert pointed(key("ArrowDown"), **taken)["box"] == (20, 30, 60, 52)
    assert pointed(key("Enter"), **taken) == {"held": label.BODY}
    assert pointed(key("ArrowLeft"), present=False) is None


def test_every_control_changes_the_picture():
    explorer = label.label_vector()
    for change in ({"label": "pedestrian"}, {"with_loss": True}, {"present": False}, {"picture": "a motorcycle"}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    assert explorer.state["label"] == "motorcycle"


def test_a_drag_changes_picture_and_vector():
    explorer = label.label_vector()
    before, words = explorer.picture.copy(), explorer._caption_box.value
    x1, y1, x2, y2 = explorer.state["box"]
    for event in (at("click", (x1 + x2) / 2, (y1 + y2) / 2), at("drag", (x1 + x2) / 2 + 9, (y1 + y2) / 2 + 4)):
        explorer.point(event.kind, event.x, event.y)
    assert explorer.state["box"] == pytest.approx((x1 + 9, y1 + 4, x2 + 9, y2 + 4))
    assert (explorer.picture != before).any()
    assert explorer._caption_box.value != words


def test_the_learners_own_vector_is_shown():
    explorer = label.label_vector(lambda *arguments: label.encode_localisation(*arguments)[::-1])
    assert "another answer" in explorer._caption_box.value
    assert "still empty" in label.label_vector(lambda *_: None)._caption_box.value


# --- the mirror ---


@pytest.fixture(scope="module")
def faces():
    return smiles("test", "tight")[0][:8], smile_landmarks("test", "tight")[:8]


def test_swapped_names_lie_where_the_mirrored_face_has_them(faces):
    _, points = faces
    swapped = mirror.mirrored_points(mirror.mirror_landmarks, points[0], mirror.WAYS[0])
    kept = mirror.mirrored_points(mirror.mirror_landmarks, points[0], mirror.WAYS[1])
    for number, partner in enumerate(MIRRORED):
        x, y = points[0, partner]
        assert swapped[number].tolist() == [64 - x, y]
        assert kept[partner].tolist() == [64 - x, y]


def test_kept_names_teach_two_places_whose_mean_is_the_middle(faces):
    told = mirror.taught(mirror.mirror_landmarks, faces[1], mirror.WAYS[1], "left pupil")
    assert np.concatenate(told)[:, 0].mean() == pytest.approx(32)
    plain, turned = mirror.taught(mirror.mirror_landmarks, faces[1], mirror.WAYS[0], "left pupil")
    assert plain[:, 0].min() > 32
    assert turned[:, 0].min() > 32
    words = mirror.mirror_caption(lambda *_: told, way=mirror.WAYS[1], landmark="left pupil")
    assert f"in 8 faces at x = {faces[1][:, NAMES.index('left pupil'), 0].mean():.1f}" in words
    assert "<b>(32.0, " in words


def test_every_control_of_the_mirror_changes_the_picture(faces):
    explorer = mirror.mirrored_faces(*faces)
    for change in ({"way": mirror.WAYS[1]}, {"landmark": "chin"}, {"face": 5}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_points_are_chosen_on_both_faces_and_faces_by_keys(faces):
    explorer = mirror.mirrored_faces(*faces)
    points = faces[1][0]
    for place, number in ((mirror.FACE, 3), (mirror.MIRROR, 15)):
        shown = points if place == mirror.FACE else mirror.mirror_landmarks(points, MIRRORED, 64)
        explorer.point("click", *on_face(shown[number], place))
        assert explorer.state["landmark"] == NAMES[nearest(*on_face(shown[number], place), shown, place)]
    explorer.point("key", key="ArrowLeft")
    assert explorer.state["face"] == 7
    explorer.point("key", key="ArrowRight")
    assert explorer.state["face"] == 0


def test_the_learners_mirror_moves_the_points(faces):
    explorer = mirror.mirrored_faces(*faces, lambda points, partners, width: points)
    assert "another answer" in explorer._caption_box.value
    assert (explorer.picture != mirror.mirrored_faces(*faces).picture).any()
