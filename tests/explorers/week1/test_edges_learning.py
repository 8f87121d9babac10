"""The explorer 'learn a filter' of notebook 1.1: its descent, its limits and its states."""

import numpy as np
import pytest

from cnncourse.convolution import KERNELS, filter_image
from cnncourse.exercises import catalogue
from cnncourse.explorers.week1 import edges_learning
from cnncourse.explorers.week1.edges import learn_a_filter

LEARNING = {"target": "Sobel x", "lesson": "random dots", "rate": 0.1, "place": 0, "seed": 4}
CHANGES = [{}, {"place": 35}, {"rate": 1.0, "place": 35}, {"lesson": "random stripes", "place": 9}]


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "1")


def is_picture(rgb):
    return rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[1] <= 1800 and rgb.shape[0] <= 1120


def test_the_descent_is_that_of_the_exercise():
    picture = edges_learning.training_picture("random dots")[:20, :24]
    target = filter_image(picture, KERNELS["sobel_x"], padding="valid")
    kernels, losses = edges_learning.descend(picture, KERNELS["sobel_x"], np.zeros(9), 0.1)
    learn_filter = catalogue()["learn_filter"].solution
    for place in (0, 1, 4, 12):
        learned = learn_filter(picture[None], target[None], edges_learning.STEPS[place], 0.1)
        np.testing.assert_allclose(kernels[place].reshape(3, 3), learned, atol=1e-9)
        output = filter_image(picture, learned, padding="valid")
        assert losses[place] == pytest.approx(((output - target) ** 2).mean())


@pytest.mark.parametrize("lesson", edges_learning.LESSONS)
def test_the_limit_of_the_learning_rate_parts_falling_from_growing_losses(lesson):
    picture = edges_learning.training_picture(lesson)
    limit, start = edges_learning.steepest(picture), np.ones(9)
    _, calm = edges_learning.descend(picture, KERNELS["sobel_x"], start, 0.97 * limit)
    _, wild = edges_learning.descend(picture, KERNELS["sobel_x"], start, 1.05 * limit)
    assert (np.diff(calm) <= 1e-12).all()
    assert np.isnan(wild[-1])


def test_random_dots_teach_the_filter_and_stripes_only_its_column_sums():
    at_end = len(edges_learning.STEPS) - 1
    kernels, losses = edges_learning._path("random dots", "Sobel x", 0.1, 4)
    np.testing.assert_allclose(kernels[at_end].reshape(3, 3), KERNELS["sobel_x"], atol=1e-6)
    kernels, losses = edges_learning._path("random stripes", "Sobel x", 0.1, 4)
    assert losses[at_end] < 1e-9
    np.testing.assert_allclose(kernels[at_end].reshape(3, 3).sum(axis=0), [-4, 0, 4], atol=1e-3)
    assert np.abs(kernels[at_end] - KERNELS["sobel_x"].ravel()).max() > 0.5


@pytest.mark.parametrize("target", edges_learning.TARGETS)
@pytest.mark.parametrize("change", CHANGES)
def test_the_learning_explorer_draws_every_state(target, change):
    state = LEARNING | {"target": target} | change
    assert is_picture(edges_learning.render(**state))
    assert "the loss is" in edges_learning.caption(**state)


def test_a_learning_rate_above_the_limit_is_called_diverged():
    assert "diverged" in edges_learning.caption(**LEARNING | {"rate": 1.0, "place": 20})
    assert "diverged" not in edges_learning.caption(**LEARNING)


def test_a_new_random_start_begins_again():
    explorer = learn_a_filter()
    explorer.set(place=12)
    before = explorer.picture.copy()
    explorer._flow.children[-1].click()
    assert explorer.state["seed"] == 5
    assert explorer.state["place"] == 0
    assert not np.array_equal(before, explorer.picture)


def test_one_step_is_not_called_steps():
    assert "After 1 step the loss" in edges_learning.caption(**LEARNING | {"place": 1})
    assert "After 0 steps the loss" in edges_learning.caption(**LEARNING)


def test_too_large_a_learning_rate_is_told_before_the_descent_has_diverged():
    assert "the loss will explode" in edges_learning.caption(**LEARNING | {"rate": 1.0})
