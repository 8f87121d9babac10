"""The gradient explorer of notebook 1.1: profiles, local maxima, states, and the learner’s functions."""

import numpy as np
import pytest

from cnncourse import convolution
from cnncourse.explorers.week1 import edges_gradient
from cnncourse.explorers.week1.edges import gradient_explorer

GRADIENT = {"photo": "camera", "passes": 1, "view": "magnitude", "least": 15, "spot": (0.5, 0.5), "pinned": False}


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "1")


def is_picture(rgb):
    return rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[1] <= 1800 and rgb.shape[0] <= 1120


def test_values_between_pixels_are_those_of_a_plane():
    rows, columns = np.indices((6, 8))
    plane = 2.0 * rows - 3 * columns + 1
    y, x = np.random.default_rng(1).random((2, 50)) * [[5], [7]]
    np.testing.assert_allclose(edges_gradient.sampled(plane, y, x), 2 * y - 3 * x + 1)
    assert edges_gradient.sampled(plane, 99, -5) == plane[5, 0]
    assert edges_gradient.sampled(np.array([[4.0]]), 0.3, 0.3) == 4


def test_a_profile_runs_from_the_dark_to_the_bright_side():
    offsets, values = edges_gradient.profile(np.tile(np.arange(20.0), (20, 1)), 10, 10, 0.0, 8.0)
    np.testing.assert_allclose(values, 10 + offsets)


def test_only_the_ridge_of_the_magnitude_is_an_edge():
    magnitude = np.tile([0.0, 1, 3, 2, 0], (5, 1))
    edges = edges_gradient.local_maxima(magnitude, np.zeros((5, 5)), np.ones((5, 5)))
    assert edges.tolist() == [[False, False, True, False, False]] * 5


def test_of_two_equal_neighbours_across_a_step_one_is_the_edge():
    d_y, d_x = convolution.image_gradient(np.repeat([[0.0, 0, 1, 1]], 4, axis=0))
    edges = edges_gradient.local_maxima(convolution.gradient_magnitude(d_y, d_x), d_y, d_x)
    assert edges.sum(axis=1).tolist() == [1, 1, 1, 1]


def test_a_flat_picture_has_no_edge_and_no_direction():
    zeros = np.zeros((4, 4))
    assert not edges_gradient.local_maxima(zeros, zeros, zeros).any()
    assert edges_gradient.direction(zeros, zeros)[1].tolist() == np.ones((4, 4)).tolist()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"view": "direction", "least": 0, "passes": 0},
        {"view": "edges", "least": 100, "passes": 6, "spot": (0.0, 0.0)},
        {"view": "direction", "photo": "hubble", "spot": (0.9999, 0.9999), "pinned": True},
    ],
)
def test_the_gradient_explorer_draws_every_state(change):
    state = GRADIENT | change
    assert is_picture(edges_gradient.render(**state))
    assert "One step along the gradient" in edges_gradient.caption(**state)


def test_the_gradient_caption_is_the_gradient_at_the_spot():
    picture = edges_gradient.smoothed("camera", 1)
    d_y, d_x = (d[48, 48] for d in convolution.image_gradient(picture))
    text = edges_gradient.caption(**GRADIENT)
    assert f"<b>{edges_gradient.decimal(np.hypot(d_y, d_x))}</b>" in text


def test_the_learners_gradient_is_drawn_and_named():
    def image_gradient(image):
        return tuple(np.gradient(image))

    explorer = gradient_explorer(image_gradient, lambda d_y, d_x: None)
    assert "<em>your</em> <code>image_gradient</code>" in explorer._caption_box.value
    assert "Your <code>gradient_magnitude</code> is still empty" in explorer._caption_box.value
    before = explorer.picture
    explorer.point("click", 200, 200)
    assert not np.array_equal(before, explorer.picture)
