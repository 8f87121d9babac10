"""The explorers of notebook 1.5 show what the package computes, in every state."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from cnncourse.convolution import predict_labels
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import nearest_neighbours as regions
from cnncourse.explorers.week1 import nearest_neighbours_digits as drawing
from cnncourse.explorers.week1 import nearest_neighbours_features as features

METRICS = {"Euclidean": "euclidean", "city block": "cityblock", "largest step": "chebyshev"}  # ours: SciPy's


@pytest.mark.parametrize("k", [1, 5, 31])
@pytest.mark.parametrize(("distance", "metric"), METRICS.items())
def test_votes_are_those_of_plain_counting(k, distance, metric):
    points, labels = regions.cloud(0.9, regions.COUNT, 0)
    nearest, counts, _ = regions.neighbours_of((0.3, -0.4), k, 0.9, distance)
    row = cdist([(0.3, -0.4)], points, metric)[0]
    assert sorted(row[nearest]) == pytest.approx(sorted(row)[:k])
    assert counts.sum() == k
    assert counts.tolist() == [int((labels[nearest] == label).sum()) for label in range(3)]


def test_the_winners_are_the_packages_labels():
    points, labels = regions.cloud(1.2, regions.COUNT, 0)
    queries = np.random.default_rng(0).uniform(-3, 3, (200, 2))
    for k in (1, 2, 4, 9):
        found = regions.winners(regions.distance_matrix(queries, points), labels, k)
        assert found.tolist() == predict_labels(queries, points, labels, k).tolist()


def test_one_neighbour_is_always_right_about_itself():
    assert all(regions.accuracies(noise, "Euclidean")[1][0] == 1 for noise in (0.2, 0.7, 1.2))


@pytest.mark.parametrize("k", [1, 31])
@pytest.mark.parametrize("noise", [0.2, 1.2])
@pytest.mark.parametrize("distance", list(regions.DISTANCES))
@pytest.mark.parametrize("query", [(-3.0, 3.0), (0.0, 0.0)])
def test_regions_paint_in_every_state(k, noise, distance, query):
    state = {"k": k, "noise": noise, "distance": distance, "query": query}
    assert regions.regions_picture(**state).shape == (968, 1624, 3)
    assert f"of {k} vote" in regions.regions_caption(**state)


def test_the_query_follows_pointer_and_keys_and_stays_in_the_plane():
    state = {"k": 1, "noise": 0.7, "distance": "Euclidean", "query": (2.95, 0.0)}
    middle = PointerEvent("click", regions.LEFT + regions.SIDE / 2, regions.TOP + regions.SIDE / 2)
    assert regions.regions_pointer(middle, **state) == {"query": (0.0, 0.0)}
    assert regions.regions_pointer(PointerEvent("click", 800, 10), **state) is None
    assert regions.regions_pointer(PointerEvent("key", key="ArrowRight"), **state) == {"query": (3.0, 0.0)}
    assert regions.regions_pointer(PointerEvent("hover", 100, 100), **state) is None


def test_the_learners_distances_are_used_and_named():
    explorer = regions.decision_regions(lambda queries, points: 5 - regions.distance_matrix(queries, points))
    plain = regions.decision_regions()
    assert "your" in explorer._caption_box.value
    assert (explorer.picture != plain.picture).any()


def test_every_control_of_the_regions_changes_the_picture():
    explorer = regions.decision_regions()
    for change in ({"k": 15}, {"noise": 1.1}, {"distance": "city block"}, {"query": (1.0, 1.0)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_corner_seven_is_a_seven_only_in_features():
    assert drawing.nearest_digits(drawing.first_drawing(), 5, "pixels")[2] != 7
    assert drawing.nearest_digits(drawing.first_drawing(), 5, "features")[2] == 7


def test_a_known_digit_drawn_again_finds_itself():
    pictures, labels = features.moved_digits(0)
    ink = np.kron(pictures[3], np.ones((4, 4)))
    for space in drawing.SPACES:
        nearest, distances, _ = drawing.nearest_digits(ink, 1, space)
        assert nearest[0] == 3
        assert distances[0] == pytest.approx(0, abs=1e-5)
    assert drawing.nearest_digits(ink, 1, "pixels")[2] == labels[3]


def test_counting_keeps_the_ink():
    ink = drawing.first_drawing()
    assert drawing.counted(ink).sum() * 16 == pytest.approx(ink.sum())
    assert drawing.counted(np.ones((64, 64))).tolist() == np.ones((16, 16)).tolist()


def test_the_seven_in_the_corner_hardly_touches_the_known_digits_so_the_palest_are_nearest():
    ink = drawing.first_drawing()
    known = features.moved_digits(0)[0][: features.KNOWN]
    products = (known * drawing.counted(ink)).sum(axis=(1, 2))
    assert (products == 0).sum() == 996
    assert products.max() < 0.05
    palest = np.argsort((known**2).sum(axis=(1, 2)))[:5]
    assert set(drawing.nearest_digits(ink, 5, "pixels")[0].tolist()) == set(palest.tolist())


@pytest.mark.parametrize("space", list(drawing.SPACES))
@pytest.mark.parametrize("k", [1, 10])
@pytest.mark.parametrize("ink", [np.zeros((64, 64)), np.ones((64, 64)), drawing.first_drawing()])
def test_any_drawing_paints(space, k, ink):
    state = {"k": k, "space": space, "ink": ink, "spot": (0, 63)}
    assert drawing.drawing_picture(**state).shape == (824, 1624, 3)
    assert drawing.drawing_caption(**state)


def test_drawing_follows_the_pointer_and_the_keys():
    state = {"k": 5, "space": "pixels", "ink": np.zeros((64, 64)), "spot": (10, 10)}
    click = drawing.drawing_pointer(PointerEvent("click", drawing.LEFT + 100, drawing.TOP + 50), **state)
    assert click["spot"] == (10.0, 20.0)
    assert click["ink"][10, 20] == 1
    drag = drawing.drawing_pointer(PointerEvent("drag", drawing.LEFT + 100, drawing.TOP + 50), **state)
    assert drag["ink"][10, 15] == 1, "a drag draws the way between"
    assert drawing.drawing_pointer(PointerEvent("key", key="ArrowDown"), **state) == {"spot": (12, 10)}
    assert drawing.drawing_pointer(PointerEvent("key", key=" "), **state)["ink"][10, 10] == 1
    assert not state["ink"].any(), "the state itself is never changed"
    assert drawing.drawing_pointer(PointerEvent("click", 600, 50), **state) is None


def test_clearing_and_drawing_again_change_the_picture():
    explorer = drawing.draw_a_digit()
    before = explorer.picture.copy()
    explorer.set(ink=np.zeros((64, 64)))
    assert (explorer.picture != before).any()
    assert explorer._caption_box.value == "Nothing is drawn yet."


def test_features_survive_a_move_that_ruins_pixels():
    assert drawing.share_right("pixels", 0, 3) > 0.97
    assert drawing.share_right("pixels", 3, 3) < 0.75
    assert drawing.share_right("features", 3, 3) > 0.93


@pytest.mark.parametrize(("reach", "k", "example"), [(0, 1, 0), (4, 9, 99)])
def test_moving_paints_and_counts(reach, k, example):
    state = {"reach": reach, "k": k, "example": example}
    assert drawing.moving_picture(**state).shape == (600, 1624, 3)
    assert f"{drawing.share_right('pixels', reach, k):.1%}" in drawing.moving_caption(**state)


def test_kernels_have_mean_zero_and_length_one():
    bank = features.bank()
    assert bank.shape == (features.KERNELS, 1, features.PATCH, features.PATCH)
    assert bank.mean(axis=(1, 2, 3)) == pytest.approx(np.zeros(len(bank)), abs=1e-12)
    assert (bank**2).sum(axis=(1, 2, 3)) == pytest.approx(np.ones(len(bank)))


def test_a_single_neighbour_and_a_single_pixel_are_not_called_many():
    ink = drawing.first_drawing()
    text = drawing.drawing_caption(k=1, space="pixels", ink=ink, spot=(0, 0))
    assert "the nearest of 1,000 known digits says" in text
    assert "by up to 1 pixel and" in drawing.moving_digits()._alt(reach=1, k=3, example=0)
