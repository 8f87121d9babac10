"""Distances between embeddings against plain loops, SciPy and numbers worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from cnncourse.faces.distances import chi_squared, squared_distances

SIZES = st.integers(0, 6)
NUMBERS = st.floats(-1e6, 1e6, width=32)


@st.composite
def two_tables(draw):
    rows, others, width = draw(SIZES), draw(SIZES), draw(SIZES)
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    return tuple(draw(arrays(dtype, (count, width), elements=NUMBERS)) for count in (rows, others))


def plain(a, b):
    return np.array([[sum((float(x) - float(y)) ** 2 for x, y in zip(p, q, strict=True)) for q in b] for p in a])


@given(two_tables())
def test_distances_equal_the_plain_sum_and_keep_the_type(tables):
    a, b = tables
    found = squared_distances(a, b)
    assert found.shape == (len(a), len(b))
    assert found.dtype == a.dtype
    assert (found >= 0).all()
    np.testing.assert_allclose(found, plain(a, b).reshape(found.shape), rtol=1e-5, atol=1e-30)


@given(two_tables())
def test_equal_rows_are_exactly_nothing_apart_and_both_ways_round_are_equal(tables):
    a, b = tables
    assert (np.diagonal(squared_distances(a, a)) == 0).all()
    np.testing.assert_array_equal(squared_distances(a, b), squared_distances(b, a).T)


def test_many_rows_equal_scipy():
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(300, 17)), rng.normal(size=(211, 17))
    np.testing.assert_allclose(squared_distances(a, b), cdist(a, b, "sqeuclidean"), rtol=1e-12)


def test_points_far_from_the_origin_keep_their_distance():
    a = np.array([[1e6, 1e6]], np.float32)
    assert squared_distances(a, a + np.float32([[0.5, 0]])) == [[0.25]]


@pytest.mark.parametrize(("size", "dtype"), [(1e-15, np.float32), (1e15, np.float32), (1e-140, float), (1e140, float)])
def test_huge_and_tiny_numbers(size, dtype):
    found = squared_distances(np.array([[0, 3 * size]], dtype), np.array([[4 * size, 0]], dtype))
    assert found[0, 0] == pytest.approx(25 * float(size) ** 2, rel=1e-5)


def test_whole_numbers_become_float64_and_mixed_types_too():
    assert squared_distances([[1, 2]], [[4, 6]]).dtype == np.float64
    assert squared_distances(np.zeros((1, 2), np.float32), [[3.0, 4]]).tolist() == [[25.0]]


def test_inputs_stay_as_they_are():
    a, b = np.arange(6.0).reshape(3, 2), np.arange(4.0).reshape(2, 2)
    before = a.copy(), b.copy()
    squared_distances(a, b)
    chi_squared(a, b[0])
    assert (a == before[0]).all()
    assert (b == before[1]).all()


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (np.zeros((2, 3)), np.zeros((2, 4)), r"equally long rows, got shapes \(2, 3\) and \(2, 4\)"),
        (np.zeros(3), np.zeros((2, 3)), r"a must have shape \(N, D\), got shape \(3,\)"),
        (np.zeros((2, 3)), np.zeros((1, 2, 3)), r"b must have shape \(N, D\)"),
        (np.full((1, 2), np.nan), np.zeros((1, 2)), "a must hold finite numbers"),
        (np.zeros((1, 2)), np.full((1, 2), np.inf), "b must hold finite numbers"),
        (np.full((1, 1), 1e200), np.zeros((1, 1)), "too large for float64"),
        (np.full((1, 1), 1e30, np.float32), np.zeros((1, 1), np.float32), "too large for float32"),
        (np.full((1, 1), 1.7e308), np.full((1, 1), -1.7e308), "too large for float64"),
    ],
)
def test_bad_tables_are_named(a, b, words):
    with pytest.raises(ValueError, match=words):
        squared_distances(a, b)


def test_what_is_no_number_is_named():
    with pytest.raises(TypeError, match="b must be an array of real numbers"):
        squared_distances([[1.0]], [["x"]])


# --- chi-squared ---


def plain_chi_squared(a, b):
    total = 0.0
    for x, y in zip(a.tolist(), b.tolist(), strict=True):
        if x + y > 0:
            total += (x - y) ** 2 / (x + y)
    return total


@given(
    arrays(np.float64, (3, 1, 4), elements=st.floats(0, 1e6)), arrays(np.float64, (2, 4), elements=st.floats(0, 1e6))
)
def test_chi_squared_of_all_pairs_equals_the_plain_sum(a, b):
    found = chi_squared(a, b)
    assert found.shape == (3, 2)
    for i in range(3):
        for j in range(2):
            assert found[i, j] == pytest.approx(plain_chi_squared(a[i, 0], b[j]), rel=1e-9, abs=1e-150)


def test_chi_squared_by_hand():
    assert chi_squared([1, 2, 0], [3, 2, 0]) == 1.0  # 4/4 + 0/4 + 0/0
    assert chi_squared([[5, 0], [1, 1]], [0, 5]).tolist() == [10.0, 1 + 16 / 6]
    assert chi_squared(np.float32([2]), np.float32([1])).dtype == np.float32


def test_chi_squared_of_large_and_small_features():
    assert chi_squared([1e200], [3e200]) == pytest.approx(1e200)
    assert chi_squared([1e-200], [3e-200]) == pytest.approx(1e-200)


def test_chi_squared_of_nothing():
    assert chi_squared(np.zeros((0, 3)), np.zeros(3)).shape == (0,)
    assert chi_squared(np.zeros(0), np.zeros(0)) == 0


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ([1.0, -0.5], [1.0, 2.0], "a must hold no negative features, got -0.5"),
        ([1.0, 0.5], [1.0, -2.0], "b must hold no negative features, got -2"),
        ([1.0, 2.0], [1.0], "equally long rows"),
        (np.zeros((3, 2)), np.zeros((4, 2)), "can be broadcast"),
        (1.0, [1.0], "a must have shape .* a single number"),
        ([np.inf], [1.0], "a must hold finite numbers"),
        ([1.7e308], [1.7e308], "too large"),
    ],
)
def test_bad_features_are_named(a, b, words):
    with pytest.raises(ValueError, match=words):
        chi_squared(a, b)
