"""The toy edge of notebook 1.1: its numbers, its states, and what moves its window."""

import itertools

import numpy as np
import pytest

from cnncourse.convolution import filter_image
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import edges_toy
from cnncourse.explorers.week1.edges import slide_the_toy_edge

VERTICAL = edges_toy.TOY_KERNELS["vertical edge  1 0 −1"]
FIRST = (edges_toy.PICTURES["10 | 0  bright, then dark"], VERTICAL)
SECOND = (edges_toy.PICTURES["0 | 10  dark, then bright"], VERTICAL)


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "1")


def is_picture(rgb):
    return rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[1] <= 1800 and rgb.shape[0] <= 1120


def test_the_toy_edge_gives_the_band_of_thirties():
    output = edges_toy.slid(*FIRST)
    assert output.tolist() == [[0, 30, 30, 0]] * 4
    turned = edges_toy.slid(*SECOND)
    assert turned.tolist() == [[0, -30, -30, 0]] * 4


@pytest.mark.parametrize(("picture", "kernel"), [*itertools.product(edges_toy.PICTURES, edges_toy.TOY_KERNELS)])
def test_the_toy_agrees_with_the_package(picture, kernel):
    numbers, nine = edges_toy.PICTURES[picture], edges_toy.TOY_KERNELS[kernel]
    np.testing.assert_allclose(edges_toy.slid(numbers, nine), filter_image(numbers, nine, padding="valid"))


@pytest.mark.parametrize("step", [0, 5, 15])
@pytest.mark.parametrize("picture", edges_toy.PICTURES)
def test_the_toy_draws_every_state(picture, step):
    state = {"picture": picture, "kernel": "Sobel y", "step": step, "hide": step != 5}
    assert is_picture(edges_toy.render(**state))


def test_what_comes_next_is_hidden_until_the_window_gets_there():
    state = {"picture": "checkerboard", "kernel": "sum of all nine", "step": 4}
    assert "Of 5 output numbers so far, 5 differ" in edges_toy.caption(hide=True, **state)
    assert "Of 16 output numbers so far" in edges_toy.caption(hide=False, **state)
    assert not np.array_equal(edges_toy.render(hide=True, **state), edges_toy.render(hide=False, **state))


def test_the_toy_window_follows_clicks_drags_and_keys():
    click = PointerEvent("click", edges_toy.OUT_X + 3.5 * edges_toy.OUT_CELL, edges_toy.TOP + 5)
    assert edges_toy.pointer(click, step=0) == {"step": 3}
    drag = PointerEvent("drag", edges_toy.IN_X + 5, edges_toy.TOP + 5.5 * edges_toy.CELL)
    assert edges_toy.pointer(drag, step=0) == {"step": 12}
    assert edges_toy.pointer(PointerEvent("key", key="ArrowDown"), step=2) == {"step": 6}
    assert edges_toy.pointer(PointerEvent("key", key="ArrowDown"), step=13) is None
    assert edges_toy.pointer(PointerEvent("key", key="ArrowLeft"), step=0) is None
    assert edges_toy.pointer(PointerEvent("hover", 20, 60), step=0) is None


def test_the_learners_window_function_computes_the_output():
    def flipped(window, kernel):
        return (window * kernel[::-1, ::-1]).sum()

    mine, course = slide_the_toy_edge(flipped), slide_the_toy_edge()
    assert "another answer" in mine._caption_box.value
    assert not np.array_equal(mine.picture, course.picture)
    assert "still empty" in slide_the_toy_edge(lambda window, kernel: None)._caption_box.value
    assert "shape (4, 4, 3, 3)" in slide_the_toy_edge(lambda window, kernel: window * kernel)._caption_box.value


@pytest.mark.parametrize(("step", "words"), [(0, "0 differ from 0"), (1, "1 differs from 0"), (2, "2 differ from 0")])
def test_the_caption_counts_the_answers_so_far(step, words):
    state = {"picture": "10 | 0  bright, then dark", "kernel": "vertical edge  1 0 −1", "hide": True, "step": step}
    assert words in edges_toy.caption(**state)
