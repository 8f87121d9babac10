"""Distances, neighbours and votes, against scikit-learn, a plain loop and hand-worked numbers."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from cnncourse.convolution import neighbours
from cnncourse.convolution.neighbours import nearest_neighbours, predict_labels, squared_distances


def loop_distances(queries, points):
    return np.array([[sum((a - b) ** 2 for a, b in zip(q, p, strict=True)) for p in points] for q in queries])


def loop_neighbours(queries, points, k):
    distances = ((np.asarray(queries, float)[:, None] - np.asarray(points, float)) ** 2).sum(-1)
    return np.array([sorted(range(len(points)), key=lambda i: (row[i], i))[:k] for row in distances])


def loop_vote(ranked_labels):
    """Return the most common label; of tied ones the first in the row, which is the nearest."""
    most = max(ranked_labels.count(label) for label in ranked_labels)
    return next(label for label in ranked_labels if ranked_labels.count(label) == most)


def sample(queries, points, dimensions, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(queries, dimensions)).astype(dtype), rng.normal(size=(points, dimensions)).astype(dtype)


def test_distances_of_whole_numbers_are_exact():
    found = squared_distances([[0, 0], [1, 2], [-3, 4]], [[3, 4], [1, 2]])
    assert found.tolist() == [[25, 5], [8, 0], [36, 20]]


@pytest.mark.parametrize("dimensions", [1, 2, 17, 300])
def test_distances_equal_scikit_learns_and_the_loops(dimensions):
    queries, points = sample(5, 9, dimensions)
    found = squared_distances(queries, points)
    np.testing.assert_allclose(found, euclidean_distances(queries, points, squared=True), rtol=1e-10)
    np.testing.assert_allclose(found, loop_distances(queries, points), rtol=1e-12)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 3e-7), (np.float64, 1e-11)])
@pytest.mark.parametrize("offset", [0, 1e3, -1e6])
@pytest.mark.parametrize("spread", [1e-3, 1.0])
def test_distances_keep_their_digits_far_from_the_origin(dtype, rtol, offset, spread):
    queries, points = sample(6, 8, 5)
    queries, points = (offset + spread * queries).astype(dtype), (offset + spread * points).astype(dtype)
    queries[2] = points[3]
    points[0] = 0  # the first point is no help as an origin
    expected = loop_distances(queries.astype(float), points.astype(float))
    found = squared_distances(queries, points)
    assert found.dtype == dtype
    assert found[2, 3] == 0
    np.testing.assert_allclose(found, expected, rtol=rtol)


@given(
    st.integers(0, 10_000), st.sampled_from([1e-160, 1e-3, 1.0, 1e7, 1e150]), st.sampled_from([np.float32, np.float64])
)
def test_distances_are_never_negative_and_zero_between_equal_rows(seed, scale, dtype):
    points = (scale * (1 + 1e-7 * np.random.default_rng(seed).normal(size=(7, 3)))).clip(-1e18, 1e18).astype(dtype)
    found = squared_distances(points, points)
    assert (found >= 0).all()
    assert not found.diagonal().any()


def test_distances_need_no_table_of_differences():
    queries, points = sample(300, 400, 500)
    tracemalloc.start()
    squared_distances(queries, points)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12e6  # result 1 MB, inputs 2.8 MB; all differences would take 480 MB


def test_a_distance_too_large_for_a_float_is_an_error():
    for dtype, large in ((np.float64, 1e200), (np.float32, 1e30)):
        with pytest.raises(ValueError, match="queries and points lie too far apart"):
            squared_distances(np.array([[large]], dtype), np.array([[-large]], dtype))
    with pytest.raises(ValueError, match="queries and points lie too far apart"):
        nearest_neighbours([[1e308]], [[-1e308]], 1)
    assert nearest_neighbours(np.float32([[1e30]]), np.float32([[-1e30], [1e29]]), 1).tolist() == [[1]]


@pytest.mark.parametrize(
    ("queries", "points", "dimensions", "k"), [(7, 20, 3, 5), (1, 4, 1, 4), (30, 11, 64, 1), (3, 1, 2, 1)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neighbours_equal_scikit_learns(queries, points, dimensions, k, dtype):
    queries, points = sample(queries, points, dimensions, dtype=dtype)
    expected = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors(queries, return_distance=False)
    assert np.array_equal(nearest_neighbours(queries, points, k), expected)


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 3), st.data())
def test_of_equally_near_points_the_lower_index_comes_first(seed, count, dimensions, data):
    rng = np.random.default_rng(seed)
    points = rng.integers(-2, 3, size=(count, dimensions))
    queries = rng.integers(-2, 3, size=(6, dimensions))
    k = data.draw(st.integers(1, count))
    assert np.array_equal(nearest_neighbours(queries, points, k), loop_neighbours(queries, points, k))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copies_of_a_point_stay_in_order_wherever_they_stand(dtype):
    rng = np.random.default_rng(4)
    few = rng.normal(size=(5, 257)).astype(dtype)
    points = few[rng.integers(0, 5, size=203)]
    queries = rng.normal(size=(4, 257)).astype(dtype)
    found = nearest_neighbours(queries, points, 203)
    distances = ((few[None] - queries[:, None]).astype(float) ** 2).sum(-1)
    for row, order in zip(found, np.argsort(distances, axis=1), strict=True):
        expected = np.concatenate([np.flatnonzero((points == few[i]).all(axis=1)) for i in order])
        assert np.array_equal(row, expected)


def test_blocks_of_queries_change_nothing(monkeypatch):
    queries, points = sample(23, 17, 4)
    labels = np.arange(17) % 3
    whole = (
        squared_distances(queries, points),
        nearest_neighbours(queries, points, 6),
        predict_labels(queries, points, labels, 6),
    )
    monkeypatch.setattr(neighbours, "BLOCK", 40)
    in_blocks = (
        squared_distances(queries, points),
        nearest_neighbours(queries, points, 6),
        predict_labels(queries, points, labels, 6),
    )
    np.testing.assert_allclose(in_blocks[0], whole[0], rtol=1e-12)
    assert np.array_equal(in_blocks[1], whole[1])
    assert np.array_equal(in_blocks[2], whole[2])


@pytest.mark.parametrize(
    ("labels", "k", "expected"),
    [
        ([5, 1, 1, 9], 1, 5),
        ([5, 1, 1, 9], 2, 5),  # one vote each: the nearest
        ([5, 1, 1, 9], 3, 1),
        ([5, 1, 1, 5], 4, 5),  # two votes each: 5 is nearest
        ([2, 1, 3, 4], 4, 2),  # not the smallest number
        ([7, 3, 3, 7], 4, 7),
        (["b", "a", "a", "b"], 4, "b"),
        ([-1, 2, 2, 0], 4, 2),
        ([True, False, False, False], 2, True),
    ],
)
def test_a_vote_goes_to_the_most_common_label_and_a_tie_to_the_nearest(labels, k, expected):
    points = [[1], [-2], [3], [-4]]
    found = predict_labels([[0]], points, labels, k)
    assert found.tolist() == [expected]
    assert found.dtype == np.asarray(labels).dtype


@given(st.integers(0, 10_000), st.integers(1, 20), st.data())
def test_votes_equal_the_loop(seed, count, data):
    rng = np.random.default_rng(seed)
    points, queries = rng.integers(-3, 4, size=(count, 2)), rng.integers(-3, 4, size=(5, 2))
    labels = rng.integers(0, 4, count)
    k = data.draw(st.integers(1, count))
    expected = [loop_vote([int(labels[i]) for i in row]) for row in loop_neighbours(queries, points, k)]
    assert predict_labels(queries, points, labels, k).tolist() == expected


@pytest.mark.parametrize("k", [1, 3])
def test_digits_are_read_as_well_as_by_scikit_learn(k):
    images, labels = load_digits(return_X_y=True)
    known, asked = slice(0, 1000), slice(1000, 1400)
    found = predict_labels(images[asked], images[known], labels[known], k)
    peer = KNeighborsClassifier(k).fit(images[known], labels[known]).predict(images[asked])
    assert (found != peer).mean() <= (0 if k == 1 else 0.01)  # scikit-learn gives a tie to the smallest label
    assert (found == labels[asked]).mean() > 0.95


def test_no_queries_have_no_neighbours():
    assert nearest_neighbours(np.zeros((0, 2)), np.ones((3, 2)), 2).shape == (0, 2)
    assert squared_distances(np.zeros((0, 2)), np.ones((3, 2))).shape == (0, 3)
    assert squared_distances(np.ones((3, 2)), np.zeros((0, 2))).shape == (3, 0)
    assert predict_labels(np.zeros((0, 2)), np.ones((3, 2)), [1, 2, 3], 2).shape == (0,)


def test_points_without_coordinates_all_coincide():
    assert squared_distances(np.zeros((2, 0)), np.zeros((3, 0))).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert nearest_neighbours(np.zeros((1, 0)), np.zeros((3, 0)), 2).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (lambda: squared_distances([[1, 2]], [[1]]), r"queries must have points' 1 columns, got shape \(1, 2\)"),
        (lambda: squared_distances([1, 2], [[1, 2]]), r"queries must have shape \(Q, D\), got shape \(2,\)"),
        (lambda: squared_distances([[np.nan]], [[1]]), "queries must hold finite numbers"),
        (lambda: nearest_neighbours([[1]], [[1], [2]], 3), "k 3 is larger than the number of points 2"),
        (lambda: nearest_neighbours([[1]], [[1], [2]], 0), "k must be at least 1, got 0"),
        (lambda: nearest_neighbours([[1]], np.zeros((0, 1)), 1), "k 1 is larger than the number of points 0"),
        (lambda: nearest_neighbours([[1]], [[1]], 1.0), "k must be a whole number, got float 1.0"),
        (
            lambda: predict_labels([[1]], [[1], [2]], [1], 1),
            "labels must hold one label for each of the 2 points, got 1",
        ),
        (lambda: predict_labels([[1]], [[1], [2]], [1.5, 2], 1), "labels must be a row .* dtype float64"),
        (lambda: predict_labels([[1]], [[1], [2]], [[1], [2]], 1), r"labels must be a row .* shape \(2, 1\)"),
        (lambda: predict_labels([[1]], [[1], [2]], [[1], [2, 3]], 1), "labels must be"),
        (lambda: predict_labels([[1]], [[1], [2]], None, 1), "labels must be a row"),
    ],
)
def test_a_bad_argument_is_named(attempt, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        attempt()
