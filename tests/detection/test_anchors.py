"""Anchors: shape IoU by hand and by boxes laid on one centre, k-means step by step against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnncourse.detection.anchors import far_apart, kmeans_anchors, kmeans_steps, mean_best_iou, shape_iou
from cnncourse.detection.boxes import iou, xyxy_from_cxcywh

SIDES = st.floats(0.5, 200)


def sizes_of(least=1, most=25):
    return hnp.arrays(float, st.tuples(st.integers(least, most), st.just(2)), elements=SIDES)


def road_like(count=300, seed=0):
    """Cars (wide), pedestrians (tall) and motorcycles at distances that vary by a factor of five."""
    rng = np.random.default_rng(seed)
    shapes = np.array([[2.0, 1.1], [0.5, 1.7], [1.0, 1.3]])[rng.integers(3, size=count)]
    return shapes * np.exp(rng.uniform(np.log(10), np.log(50), (count, 1))) * np.exp(rng.normal(0, 0.1, (count, 2)))


# --- shape_iou ---


def test_shape_iou_by_hand():
    overlaps = shape_iou([[4, 2], [3, 3]], [[2, 4], [4, 2], [1, 1]])
    assert overlaps == pytest.approx(np.array([[4 / 12, 1, 1 / 8], [6 / 11, 6 / 11, 1 / 9]]), rel=1e-15)


@given(sizes_of(), sizes_of(), st.floats(-500, 500), st.floats(-500, 500))
def test_it_is_the_iou_of_boxes_with_one_centre(a, b, x, y):
    boxes_a, boxes_b = (xyxy_from_cxcywh(np.column_stack([np.full((len(s), 2), (x, y)), s])) for s in (a, b))
    np.testing.assert_allclose(shape_iou(a, b), iou(boxes_a, boxes_b), atol=1e-9)


@given(sizes_of(), st.floats(0.01, 100))
def test_scaling_all_sizes_changes_nothing_and_every_size_fits_itself(sizes, factor):
    np.testing.assert_allclose(shape_iou(sizes, sizes), shape_iou(sizes * factor, sizes * factor), rtol=1e-9)
    assert (np.diag(shape_iou(sizes, sizes)) == 1).all()


def test_no_sizes_give_an_empty_table():
    assert shape_iou(np.zeros((0, 2)), [[1, 2]]).shape == (0, 1)
    assert shape_iou([[1, 2]], np.zeros((0, 2))).shape == (1, 0)


def test_float32_stays_float32():
    sizes = road_like(40).astype(np.float32)
    assert shape_iou(sizes, sizes).dtype == np.float32
    assert kmeans_anchors(sizes, 3, np.random.default_rng(0)).dtype == np.float32


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([[4, 0]], r"sizes_a must have widths and heights above 0, got \[4.0, 0.0\] in row 0"),
        ([[1, 2], [-1, -2]], r"above 0, got \[-1.0, -2.0\] in row 1"),
        ([1, 2], r"sizes_a must have shape \(N, 2\)"),
        ([[1, 2, 3]], r"\(N, 2\)"),
        ([[np.nan, 2]], "finite"),
        ([[1e200, 1e200]], "smaller numbers"),
        ([[1e-200, 1e-200]], "above 0"),
    ],
)
def test_bad_sizes_are_named(sizes, words):
    with pytest.raises(ValueError, match=words):
        shape_iou(sizes, [[1, 1]])


def test_mean_best_iou_by_hand():
    assert mean_best_iou([[4, 2], [2, 2], [1, 1]], [[4, 2], [1, 1]]) == pytest.approx((1 + 0.5 + 1) / 3)
    with pytest.raises(ValueError, match="at least one row each, got 0 and 1"):
        mean_best_iou(np.zeros((0, 2)), [[1, 1]])


# --- k-means ---


def plain_iou(a, b):
    shared = min(a[0], b[0]) * min(a[1], b[1])
    return shared / (a[0] * a[1] + b[0] * b[1] - shared)


def plain_step(sizes, anchors):
    """One step in plain Python: the nearest anchor of every size, and the anchors afterwards."""
    nearest = [max(range(len(anchors)), key=lambda k: (plain_iou(size, anchors[k]), -k)) for size in sizes]
    moved = list(anchors)
    for k, anchor in enumerate(anchors):
        mine = [size for size, number in zip(sizes, nearest, strict=True) if number == k]
        if mine:
            mean = [sum(side) / len(mine) for side in zip(*mine, strict=True)]
            ordered = [sorted(side) for side in zip(*mine, strict=True)]
            median = [(side[(len(mine) - 1) // 2] + side[len(mine) // 2]) / 2 for side in ordered]
            moved[k] = max((anchor, mean, median), key=lambda place: sum(plain_iou(size, place) for size in mine))
    for k in range(len(anchors)):
        if k not in nearest:
            moved[k] = min(sizes, key=lambda size: max(plain_iou(size, anchor) for anchor in moved))
    return nearest, moved


@pytest.mark.parametrize(("count", "seed"), [(1, 0), (2, 1), (5, 2), (9, 3)])
def test_every_step_is_the_plain_loops_step(count, seed):
    sizes = road_like(60, seed)
    steps = list(kmeans_steps(sizes, far_apart(sizes, count, np.random.default_rng(seed))))
    assert len(steps) > 1
    for (anchors, nearest), (after, _) in zip(steps, [*steps[1:], steps[-1]], strict=True):
        expected_nearest, expected = plain_step(sizes.tolist(), anchors.tolist())
        assert nearest.tolist() == expected_nearest
        np.testing.assert_allclose(after, expected, rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(sizes_of(least=9), sizes_of(most=9))
def test_no_step_from_any_beginning_makes_the_mean_best_iou_worse(sizes, anchors):
    anchors = anchors[: len(np.unique(sizes.astype(np.float32), axis=0))]
    values = [mean_best_iou(sizes, anchors) for anchors, _ in kmeans_steps(sizes, anchors)]
    assert (np.diff(values) >= -1e-12).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([(1, 1), (1, 2), (2, 1), (5, 5), (9, 3)]), min_size=1, max_size=20), st.integers(0, 99))
def test_as_many_anchors_as_different_sizes_fit_all_of_them(sizes, seed):
    different = sorted(set(sizes), key=lambda size: size[0] * size[1])
    anchors = kmeans_anchors(sizes, len(different), np.random.default_rng(seed))
    assert sorted(map(tuple, anchors.tolist())) == sorted(different)
    assert (np.diff(anchors.prod(axis=1)) >= 0).all()


def test_an_anchor_without_sizes_goes_to_the_one_that_fits_worst():
    sizes = [[10, 10], [11, 10], [10, 30], [40, 40], [6, 90]]
    steps = list(kmeans_steps(sizes, [[10, 10], [500, 1], [1, 500]]))
    assert steps[0][1].tolist() == [0, 0, 0, 0, 0]
    assert steps[1][0][1:].tolist() == [[40, 40], [6, 90]]  # IoU with 10 × 10: 100/1600 and 60/580
    assert set(steps[-1][1].tolist()) == {0, 1, 2}


@settings(deadline=None, max_examples=60)
@given(sizes_of(least=9), sizes_of(most=9))
def test_in_the_end_every_anchor_has_sizes(sizes, anchors):
    anchors = anchors[: len(np.unique(sizes.astype(np.float32), axis=0))]
    *_, (anchors, nearest) = kmeans_steps(sizes, anchors)
    assert set(nearest.tolist()) == set(range(len(anchors)))


def test_sizes_that_differ_by_rounding_alone_are_one_size():
    sizes = [[0.5, 0.5], [np.nextafter(0.5, 1), 0.5]]
    for search in (lambda: far_apart(sizes, 2, np.random.default_rng(0)), lambda: next(kmeans_steps(sizes, sizes))):
        with pytest.raises(ValueError, match="number of different sizes, 1, got 2"):
            search()
    neighbours = np.array([[0.5, 0.5], [np.nextafter(np.float32(0.5), np.float32(1)), 0.5]], np.float32)
    assert np.array_equal(kmeans_anchors(neighbours, 2, np.random.default_rng(0)), neighbours)


def test_first_anchors_are_different_sizes_and_far_ones_more_often():
    sizes = np.array([[10.0, 10]] * 5 + [[11, 10]] * 5 + [[10, 60]])
    drawn = [far_apart(sizes, 2, np.random.default_rng(seed)) for seed in range(200)]
    assert all(len(np.unique(pair, axis=0)) == 2 for pair in drawn)
    with_the_far_one = np.mean([[10, 60] in pair.tolist() for pair in drawn])
    assert with_the_far_one > 0.8  # 1/11 + 10/11 · (5/6)² / ((5/6)² + 5 · (1/11)²) = 0.95; blind to distance 0.18


def test_three_clear_groups_are_found_from_any_beginning():
    groups = [np.array(group, float) for group in ([30, 12], [8, 20], [70, 60])]
    sizes = np.concatenate([group * (1 + 0.05 * np.array([[-1], [0], [1]])) for group in groups])
    for seed in range(20):
        anchors = kmeans_anchors(sizes, 3, np.random.default_rng(seed))
        np.testing.assert_allclose(anchors, [groups[1], groups[0], groups[2]])


@pytest.mark.parametrize(
    "by_hand",
    [
        [[16, 16], [40, 40], [80, 80]],
        [[20, 10], [10, 20], [40, 20]],
        [[30, 16], [12, 36], [60, 32], [20, 26], [45, 45]],
    ],
)
def test_k_means_anchors_fit_better_than_anchors_by_hand(by_hand):
    sizes = road_like()
    for seed in range(5):
        found = kmeans_anchors(sizes, len(by_hand), np.random.default_rng(seed))
        assert mean_best_iou(sizes, found) > mean_best_iou(sizes, by_hand) + 0.02


def test_the_same_generator_gives_the_same_anchors_and_nothing_is_changed():
    sizes = road_like(80)
    kept = sizes.copy()
    first, second = (kmeans_anchors(sizes, 4, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, second)
    assert np.array_equal(sizes, kept)


@pytest.mark.parametrize(
    ("arguments", "problem", "words"),
    [
        (([[1, 2]], 2, 0), ValueError, "number of different sizes, 1, got 2"),
        (([[1, 2], [1, 2]], 2, 0), ValueError, "number of different sizes, 1, got 2"),
        ((np.zeros((0, 2)), 1, 0), ValueError, "number of different sizes, 0, got 1"),
        (([[1, 2]], 0, 0), ValueError, "count must be from 1 to the number of different sizes, 1, got 0"),
        (([[1, 2]], 1.5, 0), TypeError, "count must be a whole number"),
        (([[1, 0]], 1, 0), ValueError, "sizes must have widths and heights above 0"),
    ],
)
def test_bad_arguments_of_k_means_are_named(arguments, problem, words):
    sizes, count, seed = arguments
    with pytest.raises(problem, match=words):
        kmeans_anchors(sizes, count, np.random.default_rng(seed))


def test_a_seed_in_place_of_a_generator_is_refused():
    with pytest.raises(TypeError, match="rng must be a NumPy Generator"):
        kmeans_anchors([[1, 2]], 1, 0)


@pytest.mark.parametrize("anchors", [np.zeros((0, 2)), [[1, 2], [3, 4]]])
def test_too_few_or_too_many_first_anchors_are_refused(anchors):
    with pytest.raises(ValueError, match=f"anchors must hold a number of rows from 1 to .* 1, got {len(anchors)}"):
        next(kmeans_steps([[1, 2], [1, 2]], anchors))
