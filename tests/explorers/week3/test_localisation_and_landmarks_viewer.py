from datetime import UTC, datetime

import numpy as np
import pytest
import torch

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week3 import localisation_and_landmarks_photo as photo
from cnncourse.explorers.week3 import localisation_and_landmarks_viewer as viewer
from cnncourse.explorers.week3.localisation_and_landmarks_points import NAMES, nearest, on_face, side_of
from cnncourse.networks.landmarks import LandmarkNet, landmark_points
from cnncourse.pictures.smile_landmarks import smile_landmarks
from cnncourse.pictures.smiles import smiles


@pytest.fixture(scope="module")
def net():
    return LandmarkNet((4, 6, 8), generator=torch.Generator().manual_seed(1)).eval()


@pytest.fixture(scope="module")
def faces():
    return {name: (smiles("test", name)[0][:6], smile_landmarks("test", name)[:6]) for name in ("tight", "street")}


@pytest.fixture(scope="module")
def sets(net, faces):
    return {name: viewer.FaceSet(*pair, landmark_points(net, pair[0])) for name, pair in faces.items()}


def test_sides_are_those_of_the_names():
    assert [side_of(NAMES.index(name)) for name in ("left mouth corner", "right pupil", "nose tip")] == [
        "left",
        "right",
        "middle",
    ]


def test_the_nearest_point_is_found_and_none_far_away():
    points, place = np.array([[10.0, 20.0], [30.0, 20.0]]), (100, 50, 128)
    assert on_face(points[1], place) == (160, 90)
    assert nearest(157, 94, points, place) == 1
    assert nearest(140, 90, points, place) is None


def test_orders_go_by_mean_error(sets):
    means = [
        np.mean([np.hypot(*d) for d in a - b]) for a, b in zip(sets["tight"].truth, sets["tight"].found, strict=True)
    ]
    worst, best, plain = (sets["tight"].ordered(order).tolist() for order in viewer.ORDERS)
    assert worst == best[::-1] == sorted(range(6), key=lambda face: -means[face])
    assert plain == list(range(6))


def test_the_caption_tells_the_errors(sets):
    state = {"faces": "street", "order": viewer.ORDERS[2], "rank": 2, "landmark": "chin", "map": False}
    words = viewer.viewer_caption(sets, **state)
    errors = np.sqrt(((sets["street"].found - sets["street"].truth) ** 2).sum(axis=2))
    assert f"Mean error of this face <b>{errors[2].mean():.2f} px</b>, of all 6: {errors.mean():.2f} px" in words
    assert f"{NAMES[errors[2].argmax()]}, {errors[2].max():.1f} px" in words
    number = NAMES.index("chin")
    assert f"{errors[2, number]:.2f} px apart; on average {errors[:, number].mean():.2f} px" in words


def test_the_weights_of_the_map_lead_to_the_found_point(net, sets):
    face = sets["tight"].images[3]
    weights = viewer.Finder(net).weights(face.tobytes())
    centres = 4 * (np.arange(18) - 0.5)
    for number in (0, 19):
        point = (weights[number].sum(axis=0) @ centres, weights[number].sum(axis=1) @ centres)
        assert point == pytest.approx(sets["tight"].found[3, number], abs=1e-3)


def test_every_control_of_the_viewer_changes_the_picture(net, faces):
    explorer = viewer.landmark_viewer(net, faces)
    changes = ({"faces": "street"}, {"order": viewer.ORDERS[0]}, {"rank": 4}, {"landmark": "nose tip"}, {"map": True})
    for change in changes:
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_places_end_where_the_chosen_faces_end(net, faces):
    images, points = faces["street"]
    explorer = viewer.landmark_viewer(net, {"six": (images, points), "two": (images[:2], points[:2])})
    explorer.set(rank=5)
    explorer.controls["faces"].value = "two"
    assert explorer.controls["rank"].max == explorer.state["rank"] == 1


@pytest.mark.parametrize("map", [False, True])
@pytest.mark.parametrize("order", viewer.ORDERS)
def test_the_viewer_paints_in_every_state(net, sets, order, map):
    finder = viewer.Finder(net)
    for rank, landmark in ((0, NAMES[0]), (5, NAMES[19]), (400, "right pupil")):
        state = {"faces": "street", "order": order, "rank": rank, "landmark": landmark, "map": map}
        assert viewer.viewer_picture(sets, finder, **state).std() > 5


def test_landmarks_are_chosen_by_click_and_faces_by_keys(sets):
    state = {"faces": "tight", "order": viewer.ORDERS[2], "rank": 0, "landmark": NAMES[0], "map": False}

    def pointed(event):
        return viewer.viewer_pointer(sets, event, **state)

    on_bar = PointerEvent("click", viewer.BARS + 10, viewer.FIRST + 7.5 * viewer.ROW)
    assert pointed(on_bar) == {"landmark": NAMES[7]}
    chin = PointerEvent("click", *on_face(sets["tight"].truth[0, 19], viewer.PLACE))
    assert pointed(chin) == {"landmark": "chin"}
    assert pointed(PointerEvent("click", viewer.PLACE[0] + 1, viewer.PLACE[1] + 1)) is None
    assert pointed(PointerEvent("key", key="ArrowLeft")) == {"rank": 5}
    assert pointed(PointerEvent("key", key="ArrowDown")) == {"rank": 1}
    assert pointed(PointerEvent("key", key="Enter")) is None


# --- real photos ---


def test_every_control_of_the_photo_changes_the_picture(net):
    explorer = photo.own_face(net)
    for change in ({"part": 60}, {"turn": 20}, {"mirror": True}, {"choice": "a drawn smile"}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    assert explorer.state["part"] == 100


def test_a_drag_moves_the_square_and_what_the_net_sees(net):
    explorer = photo.own_face(net)
    before, words = explorer.picture.copy(), explorer._caption_box.value
    explorer.point("drag", photo.LEFT + 200, photo.TOP + 200)
    assert (explorer.picture != before).any()
    assert explorer._caption_box.value != words


def test_an_upload_is_shown_and_a_broken_one_is_explained(net):
    explorer = photo.own_face(net)
    explorer.set(choice=photo.OWN)
    assert "Choose a picture file" in explorer._caption_box.value
    junk = {"name": "x", "type": "", "size": 3, "content": b"abc", "last_modified": datetime.now(UTC)}
    explorer.set(upload=(junk,))
    assert "<b>" in explorer._caption_box.value
