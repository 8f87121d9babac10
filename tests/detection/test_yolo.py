"""YOLO's target: worked by hand, against plain loops, there and back, and bad arguments by name."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.detection.boxes import iou
from cnncourse.detection.yolo import collisions, decode, encode, place_of

ANCHORS = np.array([[20.0, 40.0], [50.0, 25.0], [90.0, 80.0]])  # width, height
IMAGE = (120, 200)  # height, width


@st.composite
def pictures(draw):
    """(boxes, labels, grid_size, anchors, class_count, image_size), boxes with centres inside the picture."""
    H, W, S, C = (draw(st.integers(*limits)) for limits in ((20, 300), (20, 300), (1, 9), (1, 5)))
    count, sides = draw(st.integers(0, 14)), st.floats(0.5, 250)
    places = st.tuples(st.floats(0, 1), st.floats(0, 1), sides, sides)
    centred = np.array(draw(st.lists(places, min_size=count, max_size=count))).reshape(-1, 4) * [W, H, 1, 1]
    boxes = np.concatenate([centred[:, :2] - centred[:, 2:] / 2, centred[:, :2] + centred[:, 2:] / 2], axis=1)
    centres = (boxes[:, :2] / 2 + boxes[:, 2:] / 2 <= (W, H)) & (boxes[:, :2] / 2 + boxes[:, 2:] / 2 >= 0)
    boxes = boxes[centres.all(axis=1)]
    labels = np.array(draw(st.lists(st.integers(0, C - 1), min_size=len(boxes), max_size=len(boxes))), int)
    anchors = np.array(draw(st.lists(st.tuples(sides, sides), min_size=1, max_size=5)))
    return boxes, labels, S, anchors, C, (H, W)


def plain_encode(boxes, labels, S, anchors, C, image_size):
    """The target and the lost boxes in plain Python."""
    H, W = image_size
    target, lost = np.zeros((S, S, len(anchors), 5 + C)), []
    for index, ((x1, y1, x2, y2), label) in enumerate(zip(boxes, labels, strict=True)):
        x, y = (x1 + x2) / 2 / (W / S), (y1 + y2) / 2 / (H / S)
        column, row = min(math.floor(x), S - 1), min(math.floor(y), S - 1)
        at_origin = np.array([[0, 0, x2 - x1, y2 - y1]]), np.column_stack([np.zeros((len(anchors), 2)), anchors])
        vector = target[row, column, iou(*at_origin)[0].argmax()]
        if vector[0]:
            lost.append(index)
        else:
            vector[:5] = 1, x - column, y - row, (y2 - y1) / (H / S), (x2 - x1) / (W / S)
            vector[5 + label] = 1
    return target, lost


# --- by hand ---


def test_one_object_by_hand():
    target = encode([[90, 10, 150, 40]], [2], 4, ANCHORS, 3, IMAGE)  # cells 30 high, 50 wide; centre (120, 25)
    assert target.shape == (4, 4, 3, 8)
    np.testing.assert_allclose(target[0, 2, 1], [1, 0.4, 25 / 30, 1, 1.2, 0, 0, 1])
    assert np.count_nonzero(target) == 6


def test_the_lectures_sizes():
    assert encode(np.zeros((0, 4)), [], 3, [[10, 10]], 3, (100, 100)).reshape(3, 3, -1).shape == (3, 3, 8)
    five = [[10 * k, 10 * k] for k in range(1, 6)]
    assert encode(np.zeros((0, 4)), [], 19, five, 80, (608, 608)).reshape(19, 19, -1).shape == (19, 19, 425)


def test_two_objects_in_one_cell_go_to_the_anchors_of_their_shapes():
    target = encode([[10, 5, 30, 45], [0, 10, 48, 35]], [0, 1], 2, ANCHORS, 2, IMAGE)
    assert target[0, 0, 0, 0] == target[0, 0, 1, 0] == 1
    assert collisions([[10, 5, 30, 45], [0, 10, 48, 35]], 2, ANCHORS, IMAGE).tolist() == []


def test_of_two_objects_that_want_one_anchor_the_earlier_keeps_it_though_another_anchor_is_free():
    boxes = [[10, 5, 30, 45], [40, 5, 60, 47], [11, 60, 31, 100]]
    target = encode(boxes, [0, 1, 1], 2, ANCHORS, 2, IMAGE)
    assert collisions(boxes, 2, ANCHORS, IMAGE).tolist() == [1]
    assert target[0, 0, :, 0].tolist() == [1, 0, 0]
    assert target[0, 0, 0, 5:].tolist() == [1, 0]
    assert target[1, 0, :, 0].tolist() == [1, 0, 0]


def test_of_three_objects_on_two_anchors_one_is_lost():
    boxes = [[10, 5, 30, 45], [0, 10, 48, 35], [20, 10, 44, 52]]
    assert collisions(boxes, 1, ANCHORS[:2], IMAGE).tolist() == [2]


def test_a_centre_on_a_line_belongs_to_the_later_cell_and_on_the_border_to_the_last():
    boxes = [[90, 50, 110, 70], [190, 110, 210, 130], [-10, -10, 10, 10]]  # centres (100, 60), (200, 120), (0, 0)
    places = place_of(boxes, 2, ANCHORS, IMAGE)
    assert (places.row.tolist(), places.column.tolist()) == ([1, 1, 0], [1, 1, 0])
    vector = encode(boxes[1:], [0, 0], 2, ANCHORS, 1, IMAGE)[1, 1, 0]
    assert vector[1:3].tolist() == [1, 1]
    assert decode(encode(boxes[1:], [0, 0], 2, ANCHORS, 1, IMAGE), ANCHORS, IMAGE, 0.5)[0].tolist() == boxes[:0:-1]


def test_a_shape_between_two_equal_anchors_takes_the_first():
    assert place_of([[0, 0, 10, 10]], 1, [[10, 20], [20, 10]], IMAGE).anchor.tolist() == [0]


def test_decode_by_hand():
    prediction = np.zeros((2, 2, 2, 7))
    prediction[1, 0, 1] = [0.5, 0.5, 0.25, 2, 0.5, 0.2, 0.8]  # score 0.4; cells 60 high, 100 wide
    prediction[0, 1, 0] = [0.9, 0, 1, 1, 1, 0.6, 0.3]  # score 0.54
    prediction[0, 0, 0] = [0.9, 0, 1, 1, 1, 0.1, 0.2]  # score 0.18
    boxes, scores, labels = decode(prediction, ANCHORS[:2], IMAGE, 0.4)
    np.testing.assert_allclose(boxes, [[50, 30, 150, 90], [25, 15, 75, 135]])
    np.testing.assert_allclose(scores, [0.54, 0.4])
    assert labels.tolist() == [0, 1]


def test_a_score_at_the_threshold_stays_and_a_score_of_nothing_goes():
    target = np.zeros((2, 2, 1, 6))
    target[1, 1, 0] = [0.5, 0.5, 0.5, 1, 1, 0.5]
    found = [len(decode(target, ANCHORS[:1], IMAGE, threshold)[0]) for threshold in (0, 0.25, np.nextafter(0.25, 1), 1)]
    assert found == [1, 1, 0, 0]


def test_equal_scores_come_by_row_column_and_anchor():
    boxes = [[150, 70, 170, 110], [10, 70, 60, 95], [10, 5, 60, 30], [10, 5, 30, 45]]
    found, scores, _ = decode(encode(boxes, [0] * 4, 2, ANCHORS, 1, IMAGE), ANCHORS, IMAGE, 0.5)
    assert scores.tolist() == [1, 1, 1, 1]
    np.testing.assert_allclose(found, [boxes[3], boxes[2], boxes[1], boxes[0]])


# --- for all pictures ---


@settings(deadline=None)
@given(pictures())
def test_encode_and_collisions_are_the_plain_loops(picture):
    boxes, _, S, anchors, _, image_size = picture
    expected, lost = plain_encode(*picture)
    difference = np.abs(encode(*picture) - expected).max()
    on_a_line = boxes[:, :2] + boxes[:, 2:]  # rounding may put such a centre into either cell
    close = np.abs(on_a_line * S / (2 * np.array(image_size[::-1])) % 1 - 0.5) > 0.5 - 1e-9
    if not close.any():
        assert difference < 1e-9
        assert collisions(boxes, S, anchors, image_size).tolist() == lost


@settings(deadline=None)
@given(pictures())
def test_decode_gives_back_every_box_but_those_that_collisions_names(picture):
    boxes, labels, S, anchors, _, image_size = picture
    target = encode(*picture)
    lost = collisions(boxes, S, anchors, image_size)
    kept = np.setdiff1d(np.arange(len(boxes)), lost)
    found, scores, found_labels = decode(target, anchors, image_size, 0.5)
    order = np.lexsort(np.array([place[kept] for place in place_of(boxes, S, anchors, image_size)[2::-1]]))
    np.testing.assert_allclose(found, boxes[kept][order], atol=1e-9)
    assert found_labels.tolist() == labels[kept][order].tolist()
    assert (scores == 1).all()
    assert len(found) + len(lost) == len(boxes)


@settings(deadline=None)
@given(pictures())
def test_every_place_in_a_cell_holds_its_centre_in_0_to_1_and_one_class(picture):
    target = encode(*picture)
    there = target[..., 0] == 1
    assert ((target[there][:, 1:3] >= 0) & (target[there][:, 1:3] <= 1)).all()
    assert (target[there][:, 5:].sum(axis=1) == 1).all()
    assert not target[~there].any()


@settings(deadline=None)
@given(pictures())
def test_a_second_anchor_of_the_same_shape_saves_no_box(picture):
    boxes, _, S, anchors, _, image_size = picture
    repeated = np.concatenate([anchors, anchors])
    alike = [collisions(boxes, S, these, image_size).tolist() for these in (anchors, repeated)]
    assert alike[0] == alike[1]


def test_no_boxes_give_an_empty_target_and_back():
    target = encode(np.zeros((0, 4)), np.zeros(0), 3, ANCHORS, 2, IMAGE)
    assert target.shape == (3, 3, 3, 7)
    assert not target.any()
    boxes, scores, labels = decode(target, ANCHORS, IMAGE, 0)
    assert (boxes.shape, scores.shape, labels.shape) == ((0, 4), (0,), (0,))
    assert labels.dtype.kind == "i"
    assert collisions(np.zeros((0, 4)), 3, ANCHORS, IMAGE).shape == (0,)


def test_float32_stays_float32_and_nothing_is_changed():
    boxes, labels = np.array([[3, 4, 20, 30], [80, 4, 130, 30]], np.float32), np.array([1, 0])
    kept = boxes.copy()
    target = encode(boxes, labels, 3, ANCHORS, 2, IMAGE)
    found = decode(target, ANCHORS, IMAGE, 0.5)
    assert [part.dtype for part in (target, *found[:2])] == [np.float32] * 3
    np.testing.assert_allclose(found[0], boxes, atol=1e-4)
    assert np.array_equal(boxes, kept)


# --- bad arguments ---


@pytest.mark.parametrize(
    ("changes", "problem", "words"),
    [
        (
            {"boxes": [[190, 10, 240, 40]]},
            ValueError,
            r"inside the picture of 120 × 200 pixels, got the centre x = 215",
        ),
        ({"boxes": [[10, 110, 20, 140]]}, ValueError, r"y = 125 in row 0"),
        ({"boxes": [[-30, 10, 20, 40]]}, ValueError, "x = -5"),
        ({"boxes": [[10, 10, 10, 40]]}, ValueError, "boxes must have widths and heights above 0"),
        ({"boxes": [[40, 10, 10, 40]]}, ValueError, "boxes must have x1 ≤ x2"),
        ({"boxes": [10, 10, 20, 40]}, ValueError, r"boxes must have shape \(N, 4\)"),
        ({"labels": [3]}, ValueError, "labels must be from 0 to class_count − 1 = 2, got 3"),
        ({"labels": [-1]}, ValueError, "labels must be from 0"),
        ({"labels": [0, 1]}, ValueError, r"labels must have shape"),
        ({"labels": [0.5]}, TypeError, "labels must be whole numbers"),
        ({"grid_size": 0}, ValueError, "grid_size must be at least 1, got 0"),
        ({"grid_size": 2.5}, TypeError, "grid_size must be a whole number"),
        ({"anchors": np.zeros((0, 2))}, ValueError, "anchors must hold at least one row"),
        ({"anchors": [[0, 3]]}, ValueError, "anchors must have widths and heights above 0"),
        ({"anchors": [[1, 2, 3]]}, ValueError, r"anchors must have shape \(N, 2\)"),
        ({"class_count": 0}, ValueError, "class_count must be at least 1"),
        ({"image_size": (120, 0)}, ValueError, "image_size must be at least 1"),
        ({"image_size": (120, 200, 3)}, ValueError, "image_size must be one number or 2 numbers"),
    ],
)
def test_bad_arguments_of_encode_are_named(changes, problem, words):
    good = {"boxes": [[10, 10, 30, 40]], "labels": [0], "grid_size": 3, "anchors": ANCHORS, "class_count": 3}
    with pytest.raises(problem, match=words):
        encode(**good | {"image_size": IMAGE} | changes)


@pytest.mark.parametrize(
    ("shape", "count"), [((3, 4, 3, 8), 3), ((3, 3, 2, 8), 3), ((3, 3, 3, 5), 3), ((3, 3, 24), 3), ((0, 0, 3, 8), 3)]
)
def test_targets_that_do_not_fit_are_refused(shape, count):
    with pytest.raises(ValueError, match="target must have shape"):
        decode(np.zeros(shape), ANCHORS[:count], IMAGE, 0.5)


def test_a_negative_size_is_refused_where_it_would_be_returned():
    prediction = np.zeros((1, 1, 2, 6))
    prediction[0, 0] = [[0.9, 0.5, 0.5, -1, 1, 0.9], [0.1, 0.5, 0.5, 1, 1, 0.9]]
    with pytest.raises(ValueError, match="heights and widths of at least 0, got -1"):
        decode(prediction, ANCHORS[:2], IMAGE, 0.5)
    assert len(decode(prediction, ANCHORS[:2], IMAGE, 0.85)[0]) == 0


def test_a_name_that_the_module_does_not_have_is_an_attribute_error():
    from cnncourse.detection import yolo

    with pytest.raises(AttributeError, match="no attribute 'yolo_los'"):
        yolo.yolo_los  # noqa: B018


@pytest.mark.parametrize("first", ["cnncourse.detection.yolo", "cnncourse.networks.tiny_yolo"])
def test_loss_and_network_come_from_here_whichever_is_imported_first(first):
    lines = (
        f"import {first}",
        "from cnncourse.detection.yolo import TinyYOLO, yolo_loss",
        "from cnncourse.detection import yolo_loss as loss",
        "from cnncourse.networks import tiny_yolo",
        "print(TinyYOLO is tiny_yolo.TinyYOLO, yolo_loss is loss.yolo_loss)",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_targets_are_built_without_loading_torch():
    script = "import sys; from cnncourse.detection.yolo import encode; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
