"""RoI pooling against plain loops; its bins cover their region, its rounding is the one that is stated."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import adaptive_max_pool2d

from cnncourse.detection.proposals import roi_pool
from cnncourse.detection.proposals_pooling import bin_edges, roi_cells

EDGES = st.tuples(st.floats(-30, 90), st.floats(-30, 90)).map(sorted)
BOXES = st.lists(st.tuples(EDGES, EDGES).map(lambda s: [s[0][0], s[1][0], s[0][1], s[1][1]]), max_size=4)
SCALES = st.sampled_from([1.0, 0.5, 1 / 3, 1 / 16, 2.0])


def plain_cells(low, high, cells, scale):
    """Return the list of cells of one side, by the words of the docstring."""
    low, high = low * scale, high * scale
    if low >= high:
        return []
    start, end = math.floor(low + 0.5), math.floor(high + 0.5)
    if start == end:
        start = math.floor((low + high) / 2)
        end = start + 1
    return [cell for cell in range(start, end) if 0 <= cell < cells]


def plain_roi_pool(features, boxes, output_size, scale):
    C, H, W = features.shape
    pooled = np.zeros((len(boxes), C, *output_size))
    for n, (x1, y1, x2, y2) in enumerate(boxes):
        rows, columns = plain_cells(y1, y2, H, scale), plain_cells(x1, x2, W, scale)
        for c, i, j in np.ndindex(C, *output_size):
            best = [
                features[c, row, column]
                for a, row in enumerate(rows)
                for b, column in enumerate(columns)
                if math.floor(i * len(rows) / output_size[0]) <= a < math.ceil((i + 1) * len(rows) / output_size[0])
                and math.floor(j * len(columns) / output_size[1]) <= b
                and b < math.ceil((j + 1) * len(columns) / output_size[1])
            ]
            pooled[n, c, i, j] = max(best, default=0)
    return pooled


@settings(deadline=None)
@given(BOXES, st.integers(1, 6), st.integers(1, 7), st.integers(1, 4), st.integers(1, 4), SCALES)
def test_it_equals_plain_loops(boxes, H, W, rows, columns, scale):
    features = np.random.default_rng(H * 8 + W).normal(size=(2, H, W))
    pooled = roi_pool(features, np.reshape(boxes, (-1, 4)), (rows, columns), scale)
    np.testing.assert_array_equal(pooled, plain_roi_pool(features, boxes, (rows, columns), scale))


@given(st.integers(1, 40), st.integers(1, 12))
def test_the_bins_cover_their_side_and_none_is_empty(length, bins):
    edges = bin_edges(length, bins)
    assert {cell for start, end in edges for cell in range(start, end)} == set(range(length))
    assert all(start < end for start, end in edges)
    assert len(edges) == bins


@given(st.integers(0, 8), st.integers(0, 6), st.integers(0, 999))
def test_the_largest_cell_of_a_region_is_in_the_output(x, y, seed):
    features = np.random.default_rng(seed).normal(size=(3, 11, 13))
    pooled = roi_pool(features, [[x, y, x + 5, y + 4]], (3, 2))
    assert pooled.max(axis=(2, 3)).tolist() == [features[:, y : y + 4, x : x + 5].max(axis=(1, 2)).tolist()]


@pytest.mark.parametrize("size", [1, (2, 3), 7, (9, 16)])
def test_over_the_whole_map_it_is_torchs_adaptive_max_pooling(size):
    features = np.random.default_rng(2).normal(size=(4, 9, 14)).astype(np.float32)
    expected = adaptive_max_pool2d(torch.from_numpy(features)[None], size)
    pooled = roi_pool(features, [[0, 0, 14 * 16, 9 * 16]], size, 1 / 16)
    assert pooled.dtype == np.float32
    assert np.array_equal(pooled, expected.numpy())


def test_rounding_by_hand():
    boxes = [[7.9, 8, 24, 24.1], [3.9, 4, 12, 20], [41, 18, 42, 22], [-50, -50, 9, 4.1], [30, 30, 900, 900]]
    # divided by 8: 0.99…3, 1…3.01 | 0.49…1.5 (halves up: 2), 0.5 (1)…2.5 (3) | 5.1…5.3, 2.3…2.8 | … | 3.75…112
    assert roi_cells(boxes, (5, 6), 1 / 8).tolist() == [
        [1, 1, 3, 3],
        [0, 1, 2, 3],
        [5, 2, 6, 3],
        [0, 0, 1, 1],
        [4, 4, 6, 5],
    ]


def test_a_box_without_area_or_outside_gives_0():
    features = np.full((2, 4, 4), 7.0)
    empty = [[1, 1, 1, 3], [1, 2, 3, 2], [4.5, 0, 9, 4], [-9, 0, -1, 4], [0, 9, 4, 12], [3.6, 0, 4.6, 4]]
    assert not roi_pool(features, empty, 2).any()
    assert roi_pool(-features, [[3.4, 0, 4.6, 4]], 2).tolist() == [[[[-7, -7], [-7, -7]]] * 2]


def test_no_boxes_and_no_channels_give_empty_arrays():
    assert roi_pool(np.zeros((5, 3, 4)), np.zeros((0, 4)), (2, 7)).shape == (0, 5, 2, 7)
    assert roi_pool(np.zeros((0, 3, 4)), [[0, 0, 2, 2]], 3).shape == (1, 0, 3, 3)


def test_huge_boxes_and_scales_are_no_trouble():
    features = np.arange(12.0).reshape(1, 3, 4)
    assert roi_pool(features, [[-1e308, -1e308, 1e308, 1e308]], 1, 1e10).item() == 11
    assert roi_pool(features, [[0, 0, 1e-300, 1e-300]], 1, 1e-300).item() == 0


def test_inputs_stay_as_they_are_and_whole_numbers_become_floats():
    features, boxes = np.arange(24).reshape(2, 3, 4), np.array([[0, 0, 3, 3]])
    kept = features.copy(), boxes.copy()
    assert roi_pool(features, boxes, 2).dtype == np.float64
    assert np.array_equal(features, kept[0])
    assert np.array_equal(boxes, kept[1])


@pytest.mark.parametrize(
    ("error", "words", "changes"),
    [
        (ValueError, r"features must have shape \(C, H, W\), got shape \(5, 6\)", {"features": np.zeros((5, 6))}),
        (ValueError, "features must have at least one row and column", {"features": np.zeros((2, 0, 4))}),
        (ValueError, "features must hold finite", {"features": np.full((2, 3, 4), np.nan)}),
        (ValueError, r"boxes must have shape \(N, 4\)", {"boxes": [[0, 0, 1]]}),
        (ValueError, "boxes must have x1 ≤ x2 and y1 ≤ y2", {"boxes": [[3, 0, 1, 1]]}),
        (ValueError, "output_size must be at least 1, got 0", {"output_size": 0}),
        (ValueError, "output_size must be one number or 2 numbers", {"output_size": (1, 2, 3)}),
        (TypeError, "output_size must be a whole number", {"output_size": 2.0}),
        (ValueError, "spatial_scale must be greater than 0, got 0", {"spatial_scale": 0}),
        (TypeError, "spatial_scale must be a number", {"spatial_scale": "1/16"}),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(error, words, changes):
    arguments = {"features": np.zeros((2, 5, 6)), "boxes": [[0, 0, 4, 4]], "output_size": 2} | changes
    with pytest.raises(error, match=words):
        roi_pool(**arguments)


@pytest.mark.parametrize(
    ("length", "bins", "error", "words"),
    [
        (-1, 2, ValueError, "length must be at least 0, got -1"),
        (2.5, 2, TypeError, "length must be a whole number"),
        (5, 0, ValueError, "bins must be at least 1, got 0"),
    ],
)
def test_cells_that_cannot_be_parted_into_bins_are_refused(length, bins, error, words):
    with pytest.raises(error, match=words):
        bin_edges(length, bins)
