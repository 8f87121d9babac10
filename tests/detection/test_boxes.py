"""Boxes and their overlap: by hand, by counting pixels, and against pycocotools; bad boxes are refused by name."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask

from cnncourse.detection import boxes as module
from cnncourse.detection.boxes import box_area, clip_boxes, cxcywh_from_xyxy, iou, xyxy_from_cxcywh

NONE = np.zeros((0, 4))


def random_boxes(rng, count, spread=50.0):
    corners = rng.uniform(-spread, spread, (count, 2))
    return np.concatenate([corners, corners + rng.uniform(0, spread, (count, 2))], axis=1)


def exact_iou(a, b):
    """Return the IoU of two boxes of whole numbers as a fraction."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    covered = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)) - shared
    return Fraction(shared, covered) if covered else Fraction(0)


def turned_right(numbers):
    x1, y1, x2, y2 = numbers
    return [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]


whole_boxes = st.lists(st.tuples(*[st.integers(-9, 9)] * 4).map(turned_right), max_size=12)


# --- overlap ---


@given(whole_boxes, whole_boxes)
def test_overlaps_of_whole_boxes_are_the_fractions_rounded_once(a, b):
    got = iou(np.array(a, float).reshape(-1, 4), np.array(b, float).reshape(-1, 4))
    assert got.shape == (len(a), len(b))
    assert got.tolist() == [[float(exact_iou(first, second)) for second in b] for first in a]


def test_pycocotools_agrees():
    rng = np.random.default_rng(0)
    a, b = random_boxes(rng, 70), random_boxes(rng, 50)
    sizes = [np.concatenate([c[:, :2], c[:, 2:] - c[:, :2]], axis=1) for c in (a, b)]
    np.testing.assert_allclose(iou(a, b), mask.iou(*sizes, [0] * len(b)), atol=1e-14)


@pytest.mark.parametrize("block", [1, 7, 50, 4096])
def test_the_size_of_the_blocks_does_not_matter(block, monkeypatch):
    rng = np.random.default_rng(1)
    a, b = random_boxes(rng, 33), random_boxes(rng, 20)
    expected = iou(a, b)
    monkeypatch.setattr(module, "BLOCK", block)
    assert (iou(a, b) == expected).all()


@given(arrays(float, (5, 4), elements=st.floats(-1e6, 1e6)))
def test_overlap_is_symmetric_within_0_and_1_and_1_with_itself(numbers):
    boxes = np.concatenate(
        [np.minimum(numbers[:, :2], numbers[:, 2:]), np.maximum(numbers[:, :2], numbers[:, 2:])], axis=1
    )
    overlaps = iou(boxes, boxes)
    assert (overlaps == overlaps.T).all()
    assert overlaps.min() >= 0
    assert overlaps.max() <= 1
    assert np.diagonal(overlaps).tolist() == (box_area(boxes) > 0).astype(float).tolist()


def test_touching_and_empty_boxes_share_nothing():
    box = [[0, 0, 4, 2]]
    assert iou(box, [[4, 0, 6, 2], [0, 2, 4, 5], [4, 2, 9, 9]]).tolist() == [[0, 0, 0]]
    empty = [[1, 1, 1, 2], [1, 1, 3, 1], [2, 2, 2, 2]]
    assert not iou(box + empty, empty).any()


def test_boxes_apart_in_both_directions_share_nothing():
    assert iou([[0, 0, 2, 3]], [[10, 20, 15, 28], [-9, -9, -5, -3]]).tolist() == [[0, 0]]


def test_no_boxes_have_no_overlaps():
    assert iou(NONE, [[0, 0, 1, 1]]).shape == (0, 1)
    assert iou([[0, 0, 1, 1]], NONE).shape == (1, 0)
    assert iou(NONE, NONE).shape == (0, 0)


@pytest.mark.parametrize("scale", [1e-70, 1e-3, 1e60, 1e150])
def test_overlap_does_not_depend_on_the_unit(scale):
    a, b = random_boxes(np.random.default_rng(2), 9), random_boxes(np.random.default_rng(3), 8)
    np.testing.assert_allclose(iou(a * scale, b * scale), iou(a, b), rtol=1e-9, atol=1e-12)


def test_a_box_far_away_and_huge_gives_numbers():
    assert iou([[0, 0, 1e300, 1e-10]], [[0, 1e300, 1e300, 1.1e300 - 1e299]]).tolist() == [[0]]
    assert iou([[-1e300, 0, -1e300, 1]], [[1e300, 0, 1e300, 1]]).tolist() == [[0]]


def test_areas_too_large_for_a_float_are_refused():
    with pytest.raises(ValueError, match=r"boxes_b must hold smaller numbers.*float64"):
        iou([[0, 0, 1, 1]], [[0, 0, 1e300, 1e300]])
    with pytest.raises(ValueError, match="boxes must hold"):
        box_area([[-1.7e308, 0, 1.7e308, 1]])
    with pytest.raises(ValueError, match="float32"):
        box_area(np.array([[0, 0, 1e30, 1e30]], np.float32))


# --- the other functions ---


def test_areas_by_hand():
    assert box_area([[3, 2, 7, 4], [0.5, 0, 2, 0.5], [5, 5, 5, 9]]).tolist() == [8, 0.75, 0]


@given(arrays(float, (6, 4), elements=st.floats(-1e5, 1e5, width=32)))
def test_centre_form_and_back(numbers):
    centred = np.concatenate([numbers[:, :2], np.abs(numbers[:, 2:])], axis=1)
    np.testing.assert_allclose(cxcywh_from_xyxy(xyxy_from_cxcywh(centred)), centred, atol=1e-9)


def test_centre_form_by_hand():
    assert xyxy_from_cxcywh([[5, 3, 4, 2], [0, 0, 1, 0]]).tolist() == [[3, 2, 7, 4], [-0.5, 0, 0.5, 0]]
    assert cxcywh_from_xyxy([[1e308, 0, 1.5e308, 4]])[0, [0, 2]] == pytest.approx([1.25e308, 5e307])


def test_clipping_by_hand_height_before_width():
    boxes = [[-2, -3, 5, 9], [1, 1, 2, 2], [20, 1, 30, 4], [3, -9, 5, -1]]
    expected = [[0, 0, 5, 6], [1, 1, 2, 2], [8, 1, 8, 4], [3, 0, 5, 0]]
    assert clip_boxes(boxes, height=6, width=8).tolist() == expected


@pytest.mark.parametrize(
    "function",
    [box_area, cxcywh_from_xyxy, xyxy_from_cxcywh, lambda b: clip_boxes(b, 4, 3), lambda b: iou(b, b)],
)
def test_types_shapes_and_inputs_are_kept(function):
    boxes = np.array([[0, 0, 2, 2], [1, 1, 3, 3]])
    for dtype, expected in ((np.float32, np.float32), (float, float), (int, float), (np.uint8, float)):
        given_boxes = boxes.astype(dtype)
        assert function(given_boxes).dtype == expected
        assert (given_boxes == boxes).all()
    assert len(function(NONE)) == 0
    assert function(NONE.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    "function", [box_area, cxcywh_from_xyxy, lambda b: clip_boxes(b, 4, 3), lambda b: iou(NONE, b)]
)
@pytest.mark.parametrize(
    ("boxes", "error", "words"),
    [
        ([[0, 0, 1, 1], [2, 0, 1, 1]], ValueError, r"x1 ≤ x2 and y1 ≤ y2, got \[2.0, 0.0, 1.0, 1.0\] in row 1"),
        ([[0, 3, 1, 1]], ValueError, "y1 ≤ y2"),
        ([[0, 0, np.nan, 1]], ValueError, "finite"),
        ([[0, 0, np.inf, 1]], ValueError, "finite"),
        ([0, 0, 1, 1], ValueError, r"shape \(N, 4\)"),
        ([[0, 0, 1]], ValueError, r"\(N, 4\)"),
        ("box", TypeError, "real numbers"),
        (None, TypeError, "boxes"),
    ],
)
def test_bad_boxes_are_refused(function, boxes, error, words):
    with pytest.raises(error, match=words):
        function(boxes)


def test_bad_sizes_are_refused():
    with pytest.raises(ValueError, match=r"widths and heights of at least 0.*row 1"):
        xyxy_from_cxcywh([[0, 0, 1, 1], [0, 0, -1, 1]])
    with pytest.raises(ValueError, match="boxes must hold smaller"):
        xyxy_from_cxcywh([[1.7e308, 0, 1.7e308, 1]])
    with pytest.raises(ValueError, match="boxes must hold smaller"):
        cxcywh_from_xyxy([[-1.7e308, 0, 1.7e308, 1]])
    with pytest.raises(ValueError, match="height"):
        clip_boxes(NONE, -1, 3)
    with pytest.raises(TypeError, match="width"):
        clip_boxes(NONE, 1, "3")
