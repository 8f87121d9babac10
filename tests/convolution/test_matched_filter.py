"""Matched filter, peaks and their score against SciPy and hand-worked integers."""

import numpy as np
import pytest
from scipy import signal as scipy_signal

from cnncourse.convolution.matched_filter import (
    find_r_peaks,
    highest,
    matched_filter,
    matches,
    sensitivity_and_precision,
)


@pytest.mark.parametrize(("samples", "taps"), [(50, 7), (31, 31), (200, 1), (64, 13)])
def test_the_matched_filter_is_scipys_correlation_with_the_template_less_its_mean(samples, taps):
    rng = np.random.default_rng(samples)
    x, template = rng.normal(size=samples), rng.normal(size=taps)
    expected = scipy_signal.correlate(x, template - template.mean(), mode="same")
    np.testing.assert_allclose(matched_filter(x, template), expected, atol=1e-12)


def test_a_constant_added_to_the_signal_changes_nothing_away_from_the_ends():
    rng = np.random.default_rng(1)
    x, template = rng.normal(size=60), rng.normal(size=9)
    np.testing.assert_allclose(matched_filter(x + 7, template)[4:-4], matched_filter(x, template)[4:-4], atol=1e-12)


def test_the_answer_is_largest_where_the_template_lies():
    template = np.array([0.0, 1, 3, -2, 0])
    x = np.zeros(40)
    x[20:25] = template
    assert matched_filter(x, template).argmax() == 22


def test_float32_stays_float32():
    assert matched_filter(np.zeros(9, np.float32), np.ones(3, np.float32)).dtype == np.float32


def test_peaks_are_scipys_highest_first_where_the_answer_is_smooth():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = np.convolve(rng.normal(size=300), np.hanning(15), "same")
        x[[0, -1]] = x.min()
        expected, _ = scipy_signal.find_peaks(x, height=0.5 * x.max(), distance=12)
        found = highest(x, 0.5 * x.max(), 12)
        assert set(expected) <= set(found)
        slopes = sorted(set(found) - set(expected))  # highest() also takes a slope if it is far enough from all peaks
        assert all(min(abs(expected - s)) >= 12 for s in slopes)


def test_refractory_time_is_exact():
    x = np.array([5, 0, 0, 4, 0, 0, 0, 3.0])
    assert highest(x, 1, 3).tolist() == [0, 3, 7]
    assert highest(x, 1, 4).tolist() == [0, 7]
    assert highest(x, 4, 1).tolist() == [0, 3]
    assert highest(x, 9, 1).tolist() == []


def test_beats_placed_by_hand_are_found():
    template = np.array([0, -1, 4, -2, 0.0])
    x = np.full(60, 3.0)
    for place, height in ((10, 1), (30, 2), (50, 1.2)):
        x[place - 2 : place + 3] += height * template
    x[[0, -1]] = 3
    assert find_r_peaks(x, template, 0.45, 8).tolist() == [10, 30, 50]
    assert find_r_peaks(x, template, 0.55, 8).tolist() == [30, 50]
    assert find_r_peaks(x, template, 0.45, 21).tolist() == [30]


def test_nothing_is_found_in_a_flat_signal():
    assert find_r_peaks(np.zeros(20), np.array([0.0, 1, 0]), 0.5, 3).tolist() == []


def test_pairs_are_one_to_one_and_the_nearest_first():
    assert matches(np.array([10, 12]), np.array([11]), 2) in ([(0, 0)], [(1, 0)])
    assert sorted(matches(np.array([10, 14]), np.array([13, 17]), 4)) == [(1, 0)]
    assert sorted(matches(np.array([10, 20]), np.array([21, 9]), 1)) == [(0, 1), (1, 0)]


def test_sensitivity_and_precision_by_hand():
    assert sensitivity_and_precision([1, 2, 50], [2, 51, 90, 100], 1) == (0.5, 2 / 3)
    assert sensitivity_and_precision([], [5], 1) == (0.0, 1.0)
    assert sensitivity_and_precision([5], [], 1) == (1.0, 0.0)


def test_bad_arguments_are_named():
    x = np.zeros(20)
    with pytest.raises(ValueError, match="template must have an odd length, got 4"):
        matched_filter(x, np.ones(4))
    with pytest.raises(ValueError, match="template of length 21 is longer than the signal of 20"):
        matched_filter(x, np.ones(21))
    with pytest.raises(ValueError, match="signal must have shape"):
        matched_filter(np.zeros((2, 9)), np.ones(3))
    with pytest.raises(ValueError, match="threshold must be above 0"):
        find_r_peaks(x, np.ones(3), 0, 3)
    with pytest.raises(ValueError, match="refractory must be at least 1"):
        find_r_peaks(x, np.ones(3), 0.5, 0)
    with pytest.raises(ValueError, match="tolerance must be at least 0"):
        sensitivity_and_precision([1], [1], -1)
