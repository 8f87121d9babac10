"""Rates and thresholds against scikit-learn and against counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from cnncourse.faces.verification import accept_rates, roc, roc_area, threshold_at, true_accept_at

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=60).filter(
    lambda pairs: len({same for _, same in pairs}) == 2
)


def parted(pairs):
    distances, same = zip(*pairs, strict=True)
    return np.array(distances) / 8, np.array(same)


def counted(threshold, distances, same):
    accepted = [d < threshold for d in distances.tolist()]
    false = sum(a and not s for a, s in zip(accepted, same, strict=True)) / int((~same).sum())
    return false, sum(a and s for a, s in zip(accepted, same, strict=True)) / int(same.sum())


@given(PAIRS)
def test_the_curve_is_scikit_learns_on_data_with_ties(pairs):
    distances, same = parted(pairs)
    false_accept, true_accept, thresholds = roc(distances, same)
    expected_false, expected_true, scores = roc_curve(same, -distances, drop_intermediate=False)
    np.testing.assert_array_equal(false_accept, expected_false)
    np.testing.assert_array_equal(true_accept, expected_true)
    np.testing.assert_array_equal(thresholds[:-1], -scores[1:])  # one is "less than", the other "at least"
    assert thresholds[-1] == np.inf


@given(PAIRS)
def test_every_point_of_the_curve_is_what_counting_at_its_threshold_gives(pairs):
    distances, same = parted(pairs)
    for false_accept, true_accept, threshold in zip(*roc(distances, same), strict=True):
        assert (false_accept, true_accept) == counted(threshold, distances, same)
        assert (false_accept, true_accept) == accept_rates(threshold, distances, same)


@given(PAIRS)
def test_the_area_is_scikit_learns(pairs):
    distances, same = parted(pairs)
    false_accept, true_accept, _ = roc(distances, same)
    assert roc_area(false_accept, true_accept) == pytest.approx(roc_auc_score(same, -distances), abs=1e-12)


@given(PAIRS, st.integers(0, 60), st.integers(1, 60))
def test_the_threshold_is_the_largest_that_keeps_the_false_accept_rate(pairs, part, whole):
    distances, same = parted(pairs)
    far = min(part / whole, 1.0)
    threshold = threshold_at(far, distances, same)
    assert counted(threshold, distances, same)[0] <= far
    if threshold != np.inf:
        assert counted(np.nextafter(threshold, np.inf), distances, same)[0] > far
    assert true_accept_at(far, distances, same) == counted(threshold, distances, same)[1]


def test_a_rate_that_is_exactly_reached_is_allowed():
    distances, same = np.append(np.arange(100.0), 0.5), np.append(np.zeros(100), 1)
    assert [threshold_at(far, distances, same) for far in (0, 0.01, 0.07, 0.28, 0.29, 0.57, 0.58)] == [
        *(0, 1, 7, 28, 29, 57, 58)
    ]
    assert threshold_at(1, distances, same) == np.inf


def test_perfect_and_useless_distances_have_the_areas_one_and_a_half():
    same = np.array([1, 1, 0, 0, 0])
    assert roc_area(*roc([0.1, 0.2, 0.3, 0.4, 0.5], same)[:2]) == 1
    assert roc_area(*roc(np.ones(5), same)[:2]) == 0.5
    assert roc_area(*roc([0.5, 0.4, 0.3, 0.2, 0.1], same)[:2]) == 0


def test_scores_that_are_large_for_alike_go_in_with_a_minus():
    chances, same = np.array([0.9, 0.8, 0.7, 0.1]), np.array([1, 0, 1, 0])
    assert true_accept_at(0.5, -chances, same) == 1
    assert true_accept_at(0.0, -chances, same) == 0.5


def test_inputs_stay_as_they_are():
    distances, same = np.array([0.5, 0.1, 0.3]), np.array([0, 1, 0])
    roc(distances, same), threshold_at(0.5, distances, same)
    assert distances.tolist() == [0.5, 0.1, 0.3]
    assert same.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("distances", "same", "sentence"),
    [
        ([0.1, 0.2], [1, 1], "at least one pair of two people, got none"),
        ([0.1, 0.2], [0, 0], "at least one pair of one person, got none"),
        ([], [], "at least one pair of one person, got none"),
        ([0.1, 0.2], [1], r"same must have shape \(2,\), got shape \(1,\)"),
        ([0.1, 0.2], [1, 2], "same must hold 1 or True"),
        ([0.1, np.nan], [1, 0], "distances must hold finite numbers"),
        ([[0.1, 0.2]], [[1, 0]], "distances must have shape"),
    ],
)
def test_pairs_that_have_no_rates_are_refused(distances, same, sentence):
    for ask in (lambda: roc(distances, same), lambda: threshold_at(0.1, distances, same)):
        with pytest.raises(ValueError, match=sentence):
            ask()


@pytest.mark.parametrize(("far", "sentence"), [(-0.1, r"at least 0, got -0\.1"), (1.5, r"at most 1, got 1\.5")])
def test_a_rate_outside_0_to_1_is_refused(far, sentence):
    with pytest.raises(ValueError, match=f"far must be {sentence}"):
        threshold_at(far, [0.1, 0.2], [0, 1])


def test_a_threshold_may_be_infinite_but_must_be_a_number():
    pairs = [0.1, 0.2], [0, 1]
    assert accept_rates(np.inf, *pairs) == (1, 1)
    assert accept_rates(-np.inf, *pairs) == (0, 0)
    with pytest.raises(ValueError, match="threshold must be a finite number, got nan"):
        accept_rates(np.nan, *pairs)
    with pytest.raises(TypeError, match="threshold must be a number, got list"):
        accept_rates([0.1, 0.15], *pairs)


def test_a_curve_that_turns_back_has_no_area():
    with pytest.raises(ValueError, match="false_accept_rate must not fall"):
        roc_area([1.0, 0.5, 0.0], [1.0, 0.5, 0.0])
