import numpy as np
import pytest

from cnncourse.pictures.shapes import CONTRASTS, HEIGHT, SHAPES, WIDTH, covered, shape_pictures


def test_equal_generators_give_equal_pictures():
    one, two = (shape_pictures(5, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one[0], two[0])
    assert one[2] == two[2]


def test_boxes_lie_inside_and_fit_labels_and_contrasts():
    pictures, boxes, labels, contrasts = shape_pictures(60, np.random.default_rng(1))
    assert pictures.shape == (60, HEIGHT, WIDTH)
    assert pictures.dtype == np.float32
    assert 0 <= pictures.min() <= pictures.max() <= 1
    for box, label, contrast in zip(boxes, labels, contrasts, strict=True):
        assert (box is None) == (label is None) == (contrast == 0)
        if box is not None:
            assert 0 <= box[0] < box[2] <= WIDTH
            assert 0 <= box[1] < box[3] <= HEIGHT
            assert label in range(len(SHAPES))
            assert CONTRASTS[0] <= contrast <= CONTRASTS[1]
    assert {label for label in labels if label is not None} == {0, 1, 2}


@pytest.mark.parametrize(("empty", "expected"), [(0, 0), (1, 20)])
def test_the_share_of_empty_pictures_is_as_told(empty, expected):
    _, boxes, _, _ = shape_pictures(20, np.random.default_rng(0), empty)
    assert sum(box is None for box in boxes) == expected


@pytest.mark.parametrize(("label", "share"), [(0, np.pi / 4), (1, 1), (2, 0.5)])
def test_a_shape_fills_its_share_of_the_box_and_reaches_its_edges(label, share):
    box = np.array([10.0, 5.0, 34.0, 21.0])
    inside = covered(box, label)
    assert inside.sum() == pytest.approx(share * 24 * 16, rel=0.03)
    rows, columns = np.flatnonzero(inside.max(axis=1) > 0), np.flatnonzero(inside.max(axis=0) > 0)
    assert (columns[0], columns[-1], rows[-1]) == (10, 33, 20)
    assert rows[0] in (5, 6)  # the tip of a triangle is thin


def test_a_clear_shape_stands_out_where_its_box_is():
    pictures, boxes, labels, contrasts = shape_pictures(80, np.random.default_rng(5), empty=0)
    for place in np.flatnonzero(contrasts > 0.3):
        inside = covered(boxes[place], labels[place]) == 1
        x1, y1, x2, y2 = boxes[place].round().astype(int)
        ring = np.zeros((HEIGHT, WIDTH), bool)
        ring[max(y1 - 3, 0) : y2 + 3, max(x1 - 3, 0) : x2 + 3] = True
        ring &= covered(boxes[place], 1) == 0
        assert abs(pictures[place][inside].mean() - pictures[place][ring].mean()) > 0.12


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="count"):
        shape_pictures(-1, np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng"):
        shape_pictures(1, 0)
