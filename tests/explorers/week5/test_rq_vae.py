"""Explorers of notebook 5.3: what they paint and say is true, and every control changes the picture."""

import itertools
import re

import numpy as np
import pytest
import torch

from cnncourse.explorers.week5 import rq_vae as explore
from cnncourse.explorers.week5 import rq_vae_chain as chains
from cnncourse.explorers.week5 import rq_vae_depths as depths
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch
from cnncourse.generative.residual_quantizer import load_rq_vae
from cnncourse.pictures.studio_faces import studio_faces
from made_road_scenes import said


@pytest.fixture(scope="module")
def net():
    return load_rq_vae()


@pytest.fixture(scope="module")
def slider(net):
    return explore.depth_slider(net)


def number_in(words, pattern):
    return float(re.search(pattern, words).group(1).replace(",", "").replace("−", "-"))


# --- a face by depth ---


@pytest.mark.parametrize(("face", "depth", "row", "column"), [(0, 1, 0, 0), (59, 4, 7, 7), (31, 3, 0, 7)])
def test_the_depth_slider_draws_extreme_states(slider, face, depth, row, column):
    slider.set(face=face, depth=depth, row=row, column=column)
    assert slider.picture.shape == (948, 1624, 3)


@pytest.mark.parametrize(("name", "value"), [("face", 9), ("depth", 4), ("row", 6), ("column", 1)])
def test_every_part_of_the_depth_sliders_state_changes_its_picture(slider, name, value):
    slider.set(face=5, depth=1, row=3, column=3)
    before = slider.picture.copy()
    slider.set(**{name: value})
    assert not np.array_equal(before, slider.picture)


@pytest.mark.parametrize("depth", [1, 4])
def test_the_caption_says_the_decibels_of_the_net_itself_and_the_bits(net, slider, depth):
    slider.set(face=7, depth=depth, row=2, column=5)
    face = studio_faces("test", 8)[7:]
    with torch.inference_mode():
        codes = net.encode(batch_from_pictures(face))[..., :depth]
        decoded = pictures_from_batch(net.decode(codes))
    error = np.mean((face.astype(float) - decoded) ** 2)
    assert number_in(said(slider), r"([\d.]+) dB") == pytest.approx(10 * np.log10(255**2 / error), abs=0.06)
    assert number_in(said(slider), r"with ([\d,]+) bits") == 64 * 5 * depth
    assert f"code {' + '.join(map(str, codes[0, 2, 5].tolist()))}." in said(slider)


def test_clicks_and_keys_choose_a_place(slider):
    slider.set(face=5, depth=2, row=0, column=0)
    cell = depths.SIDE / 8
    slider.point("click", 16 + depths.SIDE + depths.GAP + 4.5 * cell, depths.TOP + 6.5 * cell)
    assert (slider.state["row"], slider.state["column"]) == (6, 4)
    for key in ("ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"):
        slider.point("key", key=key)
    assert (slider.state["row"], slider.state["column"]) == (5, 7)
    slider.point("click", 2, 460)
    assert (slider.state["row"], slider.state["column"]) == (5, 7)


def test_one_places_stack_changes_the_picture_around_that_place_alone(net):
    stacks = depths.Stacks(net)
    whole, parts = stacks.pictures(5)[-1].astype(int), stacks.stack(5, 1, 1).astype(int)
    change = np.abs(parts[0] - whole).max(axis=2)
    assert change[:12, :12].max() > 3
    assert change[26:, 26:].max() <= 1
    assert np.array_equal(parts[-1], whole)


def test_the_depth_slider_adds_up_with_the_learners_function(net, slider):
    def stacked(numbers, codebook, depth):
        return sum(codebook[numbers[:, :, level]] for level in range(depth))

    own = explore.depth_slider(net, stacked)
    for each in (own, slider):
        each.set(face=8, depth=3, row=2, column=2)
    assert "The codes are added up by <em>your</em> <code>stacked</code>." in own._caption_box.value
    assert "your" not in slider._caption_box.value
    assert np.array_equal(own.picture, slider.picture)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda numbers, codebook, depth: codebook[numbers[..., :depth]].mean(2), "gives another answer"),
        (lambda numbers, codebook, depth: codebook[numbers[..., :depth]], "shape (8, 8, 4, 32) where shape (8, 8, 32)"),
        (lambda numbers, codebook, depth: ..., "still empty"),
    ],
)
def test_the_depth_slider_says_what_is_amiss_with_the_learners_function(net, wrong, words):
    assert words in said(explore.depth_slider(net, wrong))


def test_the_error_is_grey_where_nothing_differs():
    face = np.full((2, 2, 3), 100, np.uint8)
    other = face.copy()
    other[0, 0] = 110
    assert depths.shown_error(face, other)[..., 0].tolist() == [[168, 128], [128, 128]]


# --- a chain in the plane ---


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize(("K", "depth"), [(2, 1), (12, 5), (2, 5), (12, 1)])
def test_the_chain_draws_extreme_states(K, depth, learned):
    explorer = explore.chain()
    explorer.set(K=K, depth=depth, learned=learned, sums=True, x=-3.0, y=3.0)
    assert explorer.picture.shape == (992, 1624, 3)


@pytest.mark.parametrize(
    ("name", "value"), [("K", 9), ("depth", 1), ("learned", False), ("sums", True), ("x", -2.0), ("y", -1.0)]
)
def test_every_part_of_the_chains_state_changes_its_picture(name, value):
    explorer = explore.chain()
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_the_chains_caption_is_what_loops_say():
    explorer = explore.chain()
    explorer.set(K=4, depth=3, x=1.3, y=-0.7)
    book, left, stack = chains.codebook_of(4, 3, True).tolist(), [1.3, -0.7], []
    for _ in range(3):
        distances = [(left[0] - a) ** 2 + (left[1] - b) ** 2 for a, b in book]
        stack.append(distances.index(min(distances)))
        left = [left[0] - book[stack[-1]][0], left[1] - book[stack[-1]][1]]
    assert f"Code {' + '.join(map(str, stack))}:" in said(explorer)
    assert number_in(said(explorer), r"misses the point by ([\d.]+)\.") == pytest.approx(np.hypot(*left), abs=0.006)
    every = itertools.product(book, repeat=3)
    best = min(np.hypot(1.3 - sum(c[0] for c in three), -0.7 - sum(c[1] for c in three)) for three in every)
    assert number_in(said(explorer), r"misses it by ([\d.]+)\.") == pytest.approx(best, abs=0.006)


def test_what_reaches_beyond_the_plane_is_cut_off():
    explorer = explore.chain()
    explorer.set(K=2, depth=1, learned=False, x=3.0, y=-3.0)
    page = chains._page(2, 1, False, False).array()
    right = 2 * (chains.LEFT + chains.SIDE + chains.RIM)
    assert np.array_equal(explorer.picture[:, right:], page[:, right:])
    assert not np.array_equal(explorer.picture[:, :right], page[:, :right])


def test_the_chain_is_chosen_by_the_learners_function():
    def residual_numbers(vectors, codebook, depth):
        return np.zeros((len(vectors), depth), int)

    own, course = explore.chain(residual_numbers), explore.chain()
    assert "Code 0 + 0 + 0:" in said(own)
    assert "by your residual_numbers. It gives another answer here" in said(own)
    assert not np.array_equal(own.picture, course.picture)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda vectors, codebook, depth: np.full((1, depth), 5), "raises ValueError (there is no code 5)"),
        (lambda vectors, codebook, depth: np.full((1, depth), 0.5), "raises ValueError (there is no code 0.5)"),
        (lambda vectors, codebook, depth: np.zeros((depth, 1), int), "shape (3, 1) where shape (1, 3) is due"),
        (lambda vectors, codebook, depth: ..., "still empty"),
    ],
)
def test_the_course_chooses_the_chain_where_the_learners_answer_names_no_codes(wrong, words):
    own, course = explore.chain(wrong), explore.chain()
    assert words in said(own)
    assert np.array_equal(own.picture, course.picture)


def test_learned_codes_leave_less_than_random_ones():
    for K, depth in ((5, 3), (3, 4), (8, 2)):
        assert chains.mean_lengths(K, depth, True)[-1] < chains.mean_lengths(K, depth, False)[-1]


def test_a_drag_and_keys_move_the_point():
    explorer = explore.chain()
    explorer.point("drag", *chains.place((-1.0, 2.0)))
    assert (explorer.state["x"], explorer.state["y"]) == pytest.approx((-1.0, 2.0), abs=0.01)
    explorer.point("key", key="ArrowDown")
    explorer.point("key", key="ArrowRight")
    assert (explorer.state["x"], explorer.state["y"]) == pytest.approx((-0.9, 1.9), abs=0.01)
    explorer.point("drag", 5000, -5000)
    assert (explorer.state["x"], explorer.state["y"]) == (3.0, 3.0)
