import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnncourse.detection.localization import encode_object, localization_loss, mirror_landmarks
from cnncourse.pictures.faces import LANDMARKS, MIRRORED

# --- encode_object ---


def test_a_box_worked_out_by_hand():
    vector = encode_object([24, 30, 56, 42], 2, 4, (60, 160))
    assert vector.tolist() == [1, 0.25, 0.6, 0.2, 0.2, 0, 0, 1, 0]


def test_height_stands_before_width():
    assert encode_object([0, 0, 30, 8], 0, 1, (80, 60)).tolist() == [1, 0.25, 0.05, 0.1, 0.5, 1]


def test_without_an_object_everything_is_zero_and_the_label_is_not_looked_at():
    for label in (None, 0, 99):
        assert encode_object(None, label, 2, (5, 7)).tolist() == [0.0] * 7


def test_the_precision_is_that_of_the_box():
    assert encode_object(np.float32([1, 2, 3, 4]), 0, 2, (9, 9)).dtype == np.float32
    assert encode_object([1, 2, 3, 4], 0, 2, (9, 9)).dtype == np.float64


@given(
    st.integers(1, 400),
    st.integers(1, 400),
    hnp.arrays(float, (2, 2), elements=st.floats(0, 1)),
    st.integers(1, 5).flatmap(lambda count: st.tuples(st.just(count), st.integers(0, count - 1))),
)
def test_the_box_comes_back_from_its_ratios(height, width, corners, classes):
    (x1, x2), (y1, y2) = (np.sort(corners[:, k]) * size for k, size in ((0, width), (1, height)))
    count, label = classes
    p, bx, by, bh, bw, *c = encode_object(np.array([x1, y1, x2, y2]), label, count, (height, width))
    left, top = (bx - bw / 2) * width, (by - bh / 2) * height
    assert (left, top, left + bw * width, top + bh * height) == pytest.approx((x1, y1, x2, y2), abs=1e-9)
    assert p == 1
    assert len(c) == count
    assert np.flatnonzero(c).tolist() == [label]


def test_the_box_that_came_in_stays():
    box = np.array([1.0, 2.0, 3.0, 4.0])
    encode_object(box, 0, 1, (8, 8))
    assert box.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([1, 2, 3], 0, 2, (9, 9)), ValueError, "box must have shape"),
        (([5, 2, 3, 4], 0, 2, (9, 9)), ValueError, "x1 ≤ x2"),
        (([1, 6, 3, 4], 0, 2, (9, 9)), ValueError, "y1 ≤ y2"),
        (([-1e308, 2, 1e308, 4], 0, 2, (9, 9)), ValueError, "box must hold smaller"),
        (([1, 2, np.nan, 4], 0, 2, (9, 9)), ValueError, "box must hold finite"),
        (([1, 2, 3, 4], 2, 2, (9, 9)), ValueError, "label must be below class_count 2, got 2"),
        (([1, 2, 3, 4], -1, 2, (9, 9)), ValueError, "label"),
        (([1, 2, 3, 4], 0.5, 2, (9, 9)), TypeError, "label"),
        (([1, 2, 3, 4], None, 2, (9, 9)), TypeError, "label"),
        ((None, 0, 0, (9, 9)), ValueError, "class_count"),
        ((None, 0, 2, (9, 0)), ValueError, "image_size"),
        ((None, 0, 2, 9), TypeError, "image_size"),
        ((None, 0, 2, (9, 9, 3)), ValueError, "image_size"),
    ],
)
def test_bad_objects_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        encode_object(*arguments)


# --- localization_loss ---


def by_loops(prediction, target):
    total = 0.0
    for guess, truth in zip(prediction.tolist(), target.tolist(), strict=True):
        for place in range(len(truth) if truth[0] == 1 else 1):
            total += (guess[place] - truth[place]) ** 2
    return total / len(target)


@pytest.mark.parametrize(("N", "C", "share"), [(1, 1, 1), (1, 3, 0), (7, 2, 0.5), (50, 5, 0.3)])
def test_the_loss_is_that_of_plain_loops(N, C, share):
    generator = torch.Generator().manual_seed(N)
    prediction, target = (torch.randn(N, 5 + C, generator=generator, dtype=torch.float64) for _ in range(2))
    target[:, 0] = (torch.rand(N, generator=generator) < share).double()
    assert localization_loss(prediction, target).item() == pytest.approx(by_loops(prediction, target), rel=1e-12)


def test_dont_cares_change_neither_the_loss_nor_the_gradient():
    prediction = torch.rand(2, 7, requires_grad=True)
    for rest in (0.0, 5.0, torch.nan):
        target = torch.full((2, 7), rest)
        target[:, 0] = 0
        loss = localization_loss(prediction, target)
        (gradient,) = torch.autograd.grad(loss, prediction)
        assert loss.item() == pytest.approx((prediction[:, 0] ** 2).mean().item())
        assert torch.equal(gradient[:, 1:], torch.zeros(2, 6))
        assert gradient[:, 0].tolist() == pytest.approx(prediction[:, 0].tolist())  # 2 p / N


def test_with_an_object_every_number_gets_a_gradient():
    prediction = torch.rand(3, 8, requires_grad=True)
    target = torch.rand(3, 8) + 2
    target[:, 0] = 1
    localization_loss(prediction, target).backward()
    expected = 2 * (prediction - target) / 3
    assert torch.allclose(prediction.grad, expected.detach())


@pytest.mark.parametrize(
    ("prediction", "target", "error", "words"),
    [
        (np.zeros((2, 6)), torch.zeros(2, 6), TypeError, "prediction"),
        (torch.zeros(2, 6), torch.zeros(2, 6, dtype=torch.int64), TypeError, "target"),
        (torch.zeros(2, 6), torch.zeros(3, 6), ValueError, "prediction must have target's shape"),
        (torch.zeros(6), torch.zeros(6), ValueError, "prediction must have shape"),
        (torch.zeros(2, 5), torch.zeros(2, 5), ValueError, "C at least 1"),
        (torch.zeros(0, 6), torch.zeros(0, 6), ValueError, "N and C at least 1"),
        (torch.zeros(2, 6), torch.full((2, 6), 0.5), ValueError, "0 or 1 as p_c"),
        (torch.zeros(2, 6), torch.full((2, 6), torch.nan), ValueError, "0 or 1 as p_c"),
    ],
)
def test_bad_vectors_are_named(prediction, target, error, words):
    with pytest.raises(error, match=words):
        localization_loss(prediction, target)


# --- mirror_landmarks ---


def test_the_left_eye_of_a_mirrored_face_is_the_old_right_one():
    points = np.random.default_rng(0).uniform(0, 64, (20, 2))
    mirrored = mirror_landmarks(points, MIRRORED, 64)
    for k, name in enumerate(LANDMARKS):
        side, _, rest = name.partition("_")
        old = {"left": f"right_{rest}", "right": f"left_{rest}"}.get(side, name)
        x, y = points[LANDMARKS.index(old)]
        assert mirrored[k].tolist() == [64 - x, y]


@given(hnp.arrays(float, (3, 20, 2), elements=st.floats(-100, 100)), st.floats(0, 200))
def test_mirrored_twice_is_as_before(points, width):
    twice = mirror_landmarks(mirror_landmarks(points, MIRRORED, width), MIRRORED, width)
    assert np.allclose(twice, points, atol=1e-10)


def test_many_faces_are_mirrored_one_by_one_and_the_input_stays():
    points = np.random.default_rng(1).uniform(0, 64, (4, 20, 2)).astype(np.float32)
    before = points.copy()
    together = mirror_landmarks(points, MIRRORED, 64)
    assert together.dtype == np.float32
    assert np.array_equal(together, [mirror_landmarks(face, MIRRORED, 64) for face in points])
    assert np.array_equal(points, before)


@pytest.mark.parametrize(
    ("points", "partners", "width", "words"),
    [
        ([[1, 2, 3]], (0,), 9, "points must have shape"),
        ([1, 2], (0,), 9, "points must have shape"),
        ([[1, 2], [3, 4]], (1, 0, 2), 9, "partners"),
        ([[1, 2], [3, 4], [5, 6]], (1, 2, 0), 9, "pair the places"),
        ([[1, 2], [3, 4]], (1, 1), 9, "pair the places"),
        ([[1, 2], [3, 4]], (1, 0), -1, "width"),
    ],
)
def test_bad_landmarks_are_named(points, partners, width, words):
    with pytest.raises(ValueError, match=words):
        mirror_landmarks(points, partners, width)
