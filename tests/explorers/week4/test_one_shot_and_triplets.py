"""Explorers of notebook 4.1: what they say and show is true."""

import itertools
import re

import numpy as np
import pytest
import torch

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week4 import one_shot_and_triplets as explore
from cnncourse.explorers.week4 import one_shot_and_triplets_map as mapped
from cnncourse.explorers.week4 import one_shot_and_triplets_nearest as nearest
from cnncourse.explorers.week4 import one_shot_and_triplets_plane as plane
from cnncourse.explorers.week4.face_recognition_people import course_embeddings
from cnncourse.explorers.week4.one_shot_and_triplets_nearest_picture import GRID_AT
from cnncourse.explorers.week4.one_shot_and_triplets_plane_picture import LEFT, TOP, to_pixels, to_plane
from cnncourse.training.face_scores import face_scores
from cnncourse.training.mining_history import FACE_PEOPLE, FACE_PHOTOS, WAYS, mining_history

APART = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.1))


def numbers_in(text):
    return [float(number) for number in re.findall(r"\d+\.\d+", re.sub("<[^>]+>", "", text))]


# --- the triplet in the plane ---


@pytest.mark.parametrize("circle", [True, False])
@pytest.mark.parametrize("margin", [0.0, 0.2, 1.5])
@pytest.mark.parametrize("start", list(plane.STARTS))
def test_every_state_of_the_plane_is_painted_and_said(start, margin, circle):
    state = {"points": plane.settled(plane.STARTS[start], circle), "held": 1, "margin": margin, "circle": circle}
    assert plane.render(**state).dtype == np.uint8
    a, p, n = np.array(state["points"])
    near, far = np.sum((a - p) ** 2), np.sum((a - n) ** 2)
    said = numbers_in(plane.caption(**state))
    assert said[:2] == pytest.approx([near, far], abs=6e-4)
    assert said[-1] == pytest.approx(max(near - far + margin, 0), abs=6e-4)


def test_starts_are_what_they_are_called():
    for name in ("easy", "semi-hard", "hard"):
        near, far = plane.squares_of(plane.settled(plane.STARTS[name], True))
        assert plane.kind_of(near, far, 0.2) == name


def test_pushes_are_minus_the_gradient_worked_by_hand():
    a, p, n = np.array(APART)
    value, pushes = plane.course_loss(np.array(APART), 0.5)
    assert value == pytest.approx(1 - 1.21 + 0.5)
    np.testing.assert_allclose(pushes, [2 * (p - n), 2 * (a - p), 2 * (n - a)])


def test_an_easy_triplet_and_one_in_a_single_place_are_not_pushed():
    assert not plane.course_loss(np.array([[0, 0], [1, 0], [0, 1.5]]), 0.2)[1].any()
    value, pushes = plane.course_loss(np.ones((3, 2)), 0.2)
    assert value == pytest.approx(0.2)
    assert not pushes.any()


def test_on_the_circle_pushes_run_along_it():
    points = plane.on_circle((*APART[1:], (-0.6, 0.8)))
    felt = plane.felt(points, plane.course_loss(points, 1.5)[1], True)
    np.testing.assert_allclose((felt * points).sum(axis=1), 0, atol=1e-12)


def test_a_step_downhill_lowers_the_loss_and_stays_on_the_circle():
    state = {"points": plane.settled(plane.STARTS["hard"], True), "held": 0, "margin": 0.2, "circle": True}
    after = state | plane.step_downhill()(**state)
    before, now = (plane.course_loss(np.array(s["points"]), 0.2)[0] for s in (state, after))
    assert now < before
    np.testing.assert_allclose(np.linalg.norm(after["points"], axis=1), 1, atol=1e-3)


def test_places_of_the_plane_and_of_the_picture_belong_together():
    x, y = to_pixels((0.4, -0.7))
    assert to_plane(LEFT + x, TOP + y) == pytest.approx((0.4, -0.7))


def test_a_drag_moves_the_point_that_was_clicked_and_the_picture():
    explorer = explore.triplet_in_the_plane(circle=False)
    before = explorer.picture.copy()
    x, y = to_pixels(explorer.state["points"][1])
    explorer.point("click", LEFT + x, TOP + y)
    assert explorer.state["held"] == 1
    explorer.point("drag", LEFT + 240, TOP + 60)
    assert explorer.state["points"][1] == pytest.approx((0, 1.2))
    assert (explorer.picture != before).any()


@pytest.mark.parametrize("circle", [True, False])
def test_keys_choose_a_point_and_move_it(circle):
    explorer = explore.triplet_in_the_plane(circle=circle)
    for key, name in itertools.product(("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), range(3)):
        explorer.point("key", key="Enter")
        before, picture = explorer.state["points"], explorer.picture.copy()
        explorer.point("key", key=key)
        held = explorer.state["held"]
        assert explorer.state["points"][held] != before[held], (key, name)
        assert (explorer.picture != picture).any()


def test_margin_and_circle_change_the_picture_and_the_points_go_back_to_the_circle():
    explorer = explore.triplet_in_the_plane(circle=False)
    explorer.set(points=((0.2, 0.1), (1.4, 0.0), (0.0, -0.5)))
    before = explorer.picture.copy()
    explorer.set(margin=1.0)
    assert (explorer.picture != before).any()
    explorer.controls["circle"].value = True
    np.testing.assert_allclose(np.linalg.norm(explorer.state["points"], axis=1), 1, atol=1e-3)


def test_the_learners_own_loss_draws_and_is_named():
    def doubled(a, p, n, margin):
        return 2 * torch.relu(((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + margin).sum()

    explorer = explore.triplet_in_the_plane(doubled)
    assert "another answer" in explorer._caption_box.value
    assert "<code>triplet_cost</code>" in explorer._caption_box.value
    assert "loss <b>0.204</b>" in explorer._caption_box.value
    assert "still empty" in explore.triplet_in_the_plane(lambda a, p, n, margin: None)._caption_box.value
    assert "raises" in explore.triplet_in_the_plane(lambda a, p, n, margin: 1 / 0)._caption_box.value


# --- the map ---


@pytest.mark.parametrize("way", WAYS)
def test_the_map_says_the_recorded_figures_and_real_distances(way):
    run = mining_history()[way]
    for checkpoint in (0, 7, len(run.steps) - 1):
        state = {"way": way, "checkpoint": checkpoint, "scale": mapped.SCALES[0], "faces": False}
        said = numbers_in(mapped.caption(**state))
        figures = [run.spread, run.auc, run.tar, run.top1]
        assert said[:4] == pytest.approx([figure[checkpoint] for figure in figures], abs=6e-3)
        rows = run.embeddings[checkpoint].astype(float)
        one, two = [], []
        for i, j in itertools.combinations(range(len(rows)), 2):
            (one if i // FACE_PHOTOS == j // FACE_PHOTOS else two).append(np.linalg.norm(rows[i] - rows[j]))
        assert said[4:6] == pytest.approx([np.mean(one), np.mean(two)], abs=6e-4)


def test_the_map_is_a_turned_and_flattened_copy():
    for way in WAYS:
        axes = mapped.axes_of(way)
        np.testing.assert_allclose(axes.T @ axes, np.eye(2), atol=1e-6)
        assert 0 < mapped.share_shown(way, 5) < 1
        np.testing.assert_allclose(mapped.places(way, 5).mean(axis=0), 0, atol=1e-6)


def test_the_record_collapses_with_hardest_triplets_and_not_with_semi_hard_ones():
    spreads = {way: mapped.places(way, -1).std() for way in WAYS}
    assert spreads["hardest"] < 0.1 * spreads["semi-hard"]
    who = np.repeat(np.arange(FACE_PEOPLE), FACE_PHOTOS)
    scores = {way: face_scores(mining_history()[way].embeddings[-1], who) for way in WAYS}
    assert scores["hardest"].spread < 0.1 < scores["semi-hard"].spread


def test_controls_and_keys_of_the_map_change_its_picture():
    explorer = explore.embedding_map()
    for change in ({"way": "hardest"}, {"checkpoint": 9}, {"scale": mapped.SCALES[1]}, {"faces": True}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    explorer.point("key", key="ArrowUp")
    explorer.point("key", key="ArrowRight")
    assert (explorer.state["way"], explorer.state["checkpoint"]) == ("semi-hard", 10)
    assert mapped.pointer(PointerEvent("click", 3, 3), **explorer.state) is None


@pytest.mark.parametrize("scale", mapped.SCALES)
@pytest.mark.parametrize("way", WAYS)
def test_every_dot_lies_on_the_map(way, scale):
    for checkpoint in range(15):
        assert np.abs(mapped.places(way, checkpoint)).max() <= mapped.reach_of(way, checkpoint, scale) + 1e-9


# --- who is nearest ---


@pytest.mark.parametrize(("people", "photo"), [(2, 0), (7, 9), (100, 4)])
def test_accuracy_and_ranking_equal_a_plain_search(people, photo):
    faces = course_embeddings().astype(float)
    right, questions = 0, [row for row in range(10 * people) if row % 10 != photo]
    for row in questions:
        distances = [((faces[10 * k + photo] - faces[row]) ** 2).sum() for k in range(people)]
        right += int(np.argmin(distances)) == row // 10
    assert nearest.accuracy(people, photo) == pytest.approx(right / len(questions))
    order, distances = nearest.ranking(people, photo, questions[-1])
    assert (np.diff(distances) >= 0).all()
    assert sorted(order.tolist()) == list(range(people))


@pytest.mark.parametrize(("people", "photo", "question"), [(2, 0, 0), (2, 9, 63), (20, 3, 17), (100, 5, 63)])
def test_every_question_is_painted_and_said(people, photo, question):
    state = {"people": people, "photo": photo, "question": question}
    assert nearest.render(**state).dtype == np.uint8
    words = nearest.caption(**state)
    assert f"{nearest.accuracy(people, photo):.1%}" in words
    assert nearest.alt(**state)


def test_no_enrolled_photo_is_asked_about():
    for people, photo in ((2, 0), (30, 4), (100, 9)):
        assert not set(nearest.shown_rows(people, photo)) & set(nearest.enrolled_rows(people, photo))


def test_clicks_keys_and_controls_change_the_picture():
    explorer = explore.nearest_of_k()
    left, top, cell = GRID_AT
    before = explorer.picture.copy()
    explorer.point("click", left + 2.5 * cell, top + 1.5 * cell)
    assert explorer.state["question"] == 10
    assert (explorer.picture != before).any()
    for key, place in (("ArrowRight", 11), ("ArrowDown", 19), ("ArrowLeft", 18), ("ArrowUp", 10)):
        explorer.point("key", key=key)
        assert explorer.state["question"] == place
    for change in ({"people": 100}, {"photo": 3}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any()
    explorer.set(people=2)
    assert nearest.pointer(PointerEvent("click", left + 7.5 * cell, top + 7.5 * cell), **explorer.state) is None


def test_the_learners_own_recognition_answers():
    def always_first(enrolled, people, questions):
        return np.full(len(questions), people[0])

    explorer = explore.nearest_of_k(always_first, people=10)
    assert "<b>10.0%</b>" in explorer._caption_box.value
    assert "another answer" in explorer._caption_box.value
