"""Explorer of codes that follow points: its history, its paths, its caption, its controls."""

import re

import numpy as np
import pytest
import torch

from cnncourse.explorers.week5 import vq_vae as explore
from cnncourse.explorers.week5 import vq_vae_points as follow
from cnncourse.generative.vector_quantizer import VectorQuantizer, nearest_codes, perplexity


def numbers_in(text):
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def test_the_history_is_that_of_a_quantizer_that_sees_the_same_batches():
    books, numbers, revivals = follow.history(0.9, 0.7)
    draw = torch.Generator().manual_seed(1)
    quantizer = VectorQuantizer(16, 2, 0.9, 0.7, draw).train()
    quantizer.codebook.copy_(torch.tensor(books[0]))
    quantizer.counts.fill_(6)
    quantizer.sums.copy_(6 * quantizer.codebook)
    for batch in range(1, 61):
        quantizer(follow.points()[torch.randint(480, (96,), generator=draw)])
        np.testing.assert_allclose(books[batch], quantizer.codebook.numpy(), atol=1e-5)
        np.testing.assert_array_equal(numbers[batch], nearest_codes(follow.points(), quantizer.codebook))
    assert revivals.shape == (61, 16)


def test_nothing_is_revived_without_leave_and_revived_codes_lie_on_points():
    assert not follow.history(0.8, 0.0)[2].any()
    books, _, revivals = follow.history(0.8, 0.5)
    assert revivals.any()
    distance = np.linalg.norm(books[revivals][:, None] - follow.points().numpy(), axis=2).min(axis=1)
    assert distance.max() == 0


def test_at_a_decay_of_99_hundredths_nothing_is_revived_in_60_batches():
    assert not follow.history(0.99, 0.5)[2].any()
    assert 6 * 0.99**60 > 0.5
    assert follow.history(0.99, 4.0)[2].any()


def test_without_revival_half_of_the_codes_stay_unused_and_with_it_nearly_all_are_used():
    used = []
    for threshold in (0.0, 0.5):
        book = torch.tensor(follow.history(0.8, threshold)[0][60])
        used.append(len(nearest_codes(follow.points(), book).unique()))
    assert used[0] <= 10
    assert used[1] >= 15


def test_a_path_begins_where_its_code_was_last_revived():
    books, _, revivals = follow.history(0.8, 0.5)
    code = int(np.flatnonzero(revivals.any(axis=0))[0])
    last = int(np.flatnonzero(revivals[:, code])[-1])
    np.testing.assert_array_equal(follow.paths(books, revivals, 60)[code], books[last:, code])
    np.testing.assert_array_equal(follow.paths(books, revivals, last - 1)[code][-1], books[last - 1, code])
    calm = int(np.flatnonzero(~revivals.any(axis=0))[0])
    np.testing.assert_array_equal(follow.paths(books, revivals, 9)[calm], books[:10, calm])
    for path in follow.paths(books, revivals, 60):
        assert np.linalg.norm(np.diff(path, axis=0), axis=1).max(initial=0) < 1.5  # no jump across the ring


@pytest.mark.parametrize("batch", [0, 9, 60])
@pytest.mark.parametrize("revive", [False, True])
def test_the_caption_of_the_points(batch, revive):
    now = {"batch": batch, "decay": 0.8, "threshold": 0.5, "revive": revive}
    explorer = explore.following_codes()
    explorer.set(**now)
    said = numbers_in(explorer._caption_box.value)
    books, _, revivals = follow.history(0.8, 0.5 if revive else 0.0)
    squared = ((follow.points().numpy()[:, None] - books[batch]) ** 2).sum(axis=2)
    shares = np.bincount(squared.argmin(axis=1)) / 480
    shares = shares[shares > 0]
    expected = [len(shares), 16, np.prod(shares**-shares), squared.min(axis=1).mean(), revivals[: batch + 1].sum()]
    assert said == pytest.approx(expected, abs=0.051)


def test_places_of_the_field_stay_inside_and_up_is_up():
    assert follow._place((0, 0)) == (follow.LEFT + follow.FIELD / 2, follow.TOP + follow.FIELD / 2)
    assert follow._place((99, 99)) == (follow.LEFT + follow.FIELD, follow.TOP)
    assert follow._place((0, 1))[1] < follow._place((0, 0))[1]


@pytest.mark.parametrize("batch", [0, 60])
@pytest.mark.parametrize("decay", [0.0, 0.99])
@pytest.mark.parametrize("threshold", [0.1, 4.0])
@pytest.mark.parametrize("revive", [False, True])
def test_extremes_of_the_points_draw(batch, decay, threshold, revive):
    explorer = explore.following_codes()
    explorer.set(batch=batch, decay=decay, threshold=threshold, revive=revive)
    assert explorer.picture.shape == (992, 1624, 3)


def test_the_perplexities_are_those_of_the_learners_function():
    def codes_in_use(numbers, K):
        return perplexity(torch.tensor(numbers), K)

    own, course = explore.following_codes(codes_in_use), explore.following_codes()
    assert "The perplexities are computed by <em>your</em> <code>codes_in_use</code>." in own._caption_box.value
    assert "your" not in course._caption_box.value
    np.testing.assert_array_equal(own.picture, course.picture)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda numbers, K: 1e6, "It gives another answer here"),
        (lambda numbers, K: float("nan"), "here: the course's own draws"),
        (lambda numbers, K: ..., "is still empty"),
    ],
)
def test_the_caption_says_what_is_amiss_with_the_learners_perplexity(wrong, words):
    assert words in explore.following_codes(wrong)._caption_box.value


def test_every_control_of_the_points_changes_the_picture_and_the_button_goes_on():
    explorer = explore.following_codes()
    for change in ({"batch": 30}, {"decay": 0.5}, {"revive": True}, {"threshold": 3.0}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert np.any(before != explorer.picture), change
    (button,) = (child for child in explorer._flow.children if hasattr(child, "click"))
    button.click()
    assert explorer.state["batch"] == 31
    explorer.set(batch=60)
    button.click()
    assert explorer.state["batch"] == 60
