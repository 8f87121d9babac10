"""Windows stand where plain loops put them; a scan finds them all; one pass gives what the crops give one by one."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnncourse.detection import windows
from cnncourse.detection.windows import (
    fully_convolutional,
    resized,
    scan,
    sliding_windows,
    window_batch,
    window_boxes,
)

# --- where windows stand ---


def plain_starts(shape, size, stride):
    (H, W), (h, w), (down, right) = shape[:2], size, stride
    found = []
    for row in range(H):
        for column in range(W):
            on_the_grid = row % down == 0 and column % right == 0
            if on_the_grid and row + h <= H and column + w <= W:
                found.append((row, column))
    return np.array(found, int).reshape(-1, 2)


sides, steps = st.integers(1, 17), st.integers(1, 6)


@given(st.tuples(sides, sides), st.tuples(sides, sides), st.tuples(steps, steps), st.booleans())
def test_starts_are_those_of_plain_loops(shape, size, stride, coloured):
    image = np.zeros((*shape, 3) if coloured else shape)
    starts = sliding_windows(image, size, stride)
    assert starts.dtype.kind == "i"
    assert np.array_equal(starts, plain_starts(shape, size, stride))


def test_the_last_window_that_fits_is_there_and_one_that_does_not_is_left_out():
    assert sliding_windows(np.zeros((10, 7)), 4, 3).tolist() == [[r, c] for r in (0, 3, 6) for c in (0, 3)]
    assert sliding_windows(np.zeros((9, 9)), (9, 3), (1, 6)).tolist() == [[0, 0], [0, 6]]


@pytest.mark.parametrize("shape", [(3, 9), (9, 3), (0, 9)])
def test_a_picture_smaller_than_the_window_has_none(shape):
    starts = sliding_windows(np.zeros(shape), 4, 1)
    assert starts.shape == (0, 2)
    assert starts.dtype.kind == "i"


@pytest.mark.parametrize(
    ("kind", "words", "args"),
    [
        (ValueError, "image must have shape", (np.zeros(4), 2, 1)),
        (ValueError, "image must have shape", (np.zeros((1, 4, 4, 3)), 2, 1)),
        (TypeError, "image must be an array of real numbers", ("picture", 2, 1)),
        (ValueError, "size must be at least 1", (np.zeros((4, 4)), 0, 1)),
        (TypeError, "size must be a whole number", (np.zeros((4, 4)), 2.0, 1)),
        (ValueError, "size must be one number or 2 numbers", (np.zeros((4, 4)), (1, 2, 3), 1)),
        (ValueError, "stride must be at least 1", (np.zeros((4, 4)), 2, (1, 0))),
        (TypeError, "stride must be a whole number", (np.zeros((4, 4)), 2, True)),
    ],
)
def test_bad_windows_are_named(kind, words, args):
    with pytest.raises(kind, match=words):
        sliding_windows(*args)


def test_windows_are_boxes_of_the_picture_before_it_was_resized():
    assert window_boxes([[4, 8], [0, 2]], (6, 10)).tolist() == [[8, 4, 18, 10], [2, 0, 12, 6]]
    assert window_boxes([[4, 8]], (6, 10), 2).tolist() == [[4, 2, 9, 5]]
    assert window_boxes([[4, 8]], (6, 10), (0.5, 2)).tolist() == [[4, 8, 9, 20]]
    assert window_boxes(np.zeros((0, 2)), 3).shape == (0, 4)


@pytest.mark.parametrize("scale", [0, -1.0, (1, 0)])
def test_a_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(ValueError, match="scale must be positive"):
        window_boxes([[0, 0]], 3, scale)


def test_a_batch_holds_the_windows_cut_out():
    picture = torch.arange(2 * 5 * 6.0).reshape(2, 5, 6)
    batch = window_batch(picture, [[0, 0], [2, 3]], (3, 2))
    assert batch.shape == (2, 2, 3, 2)
    assert torch.equal(batch[1], picture[:, 2:5, 3:5])
    assert window_batch(picture, np.zeros((0, 2)), (3, 2)).shape == (0, 2, 3, 2)


@pytest.mark.parametrize("scale", [(0.5,), (1, 2, 3)])
def test_a_scale_of_neither_one_nor_two_numbers_is_refused(scale):
    with pytest.raises(ValueError, match=r"scale must be one factor or \(down, across\)"):
        window_boxes([[4, 8]], 32, scale)


def test_starts_between_pixels_are_refused():
    with pytest.raises(ValueError, match="starts must hold whole numbers"):
        window_batch(torch.zeros(1, 5, 6), [(0.5, 1)], (3, 2))


@pytest.mark.parametrize("start", [(-1, 0), (3, 0), (0, 5)])
def test_windows_outside_the_picture_are_not_cut_out(start):
    with pytest.raises(ValueError, match="starts must have their windows inside"):
        window_batch(torch.zeros(1, 5, 6), [start], (3, 2))


def test_a_batch_of_what_is_no_picture_is_refused():
    with pytest.raises(TypeError, match=r"picture must be a tensor \(C, H, W\)"):
        window_batch(np.zeros((1, 5, 6)), [[0, 0]], 2)


# --- at several scales ---


def test_a_resized_picture_keeps_its_colours_and_rounds_its_sides():
    image = np.full((10, 7, 3), (255, 0, 51), np.uint8)
    picture = resized(image, 0.5)
    assert picture.shape == (1, 3, 5, 4)
    assert torch.allclose(picture.amax(dim=(0, 2, 3)), torch.tensor([1.0, 0.0, 0.2]), atol=1e-6)
    assert torch.equal(resized(image / 255, 1.0), resized(image, 1.0))


def test_halving_smooths():
    stripes = np.zeros((8, 8, 3))
    stripes[:, ::2] = 1
    assert resized(stripes, 0.5)[..., 1:-1].sub(0.5).abs().max() < 0.13


def test_a_scale_that_leaves_nothing_is_refused():
    with pytest.raises(ValueError, match="scale must leave at least one pixel"):
        resized(np.zeros((4, 4, 3)), 0.1)


def brightness_of(size):
    """A network whose score is the mean of a window."""
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(3, 1, 1), nn.Flatten())
    nn.init.constant_(net[1].weight, 1 / 3)
    nn.init.zeros_(net[1].bias)
    return fully_convolutional(net, (3, *size))


def test_a_scan_has_every_window_at_every_scale():
    image = np.random.default_rng(0).random((20, 30, 3))
    boxes, scores = scan(brightness_of((6, 8)), image, (1.0, 0.5))
    assert len(boxes) == len(scores) == 15 * 23 + 5 * 8
    for (x1, y1, x2, y2), score in list(zip(boxes.astype(int), scores, strict=True))[: 15 * 23]:
        assert (x2 - x1, y2 - y1) == (8, 6)
        assert image[y1:y2, x1:x2].mean() == pytest.approx(score[0], abs=1e-6)
    assert (boxes[15 * 23 :, 2:] - boxes[15 * 23 :, :2]).tolist() == [[16, 12]] * 40
    assert boxes[-1].tolist() == [14, 8, 30, 20]


def test_a_bright_patch_is_found_at_its_own_scale():
    image = np.zeros((40, 60, 3))
    image[12:24, 20:36] = 1  # twice the window
    boxes, scores = scan(brightness_of((6, 8)), image, (1.0, 0.5, 0.25))
    small = scores[:, 0] > 0.99
    large = (boxes[:, 2] - boxes[:, 0] == 16) & (scores[:, 0] > 0.9)
    assert boxes[large].tolist() == [[20, 12, 36, 24]]
    assert (boxes[small, 2] - boxes[small, 0]).min() == 8


def test_a_scale_too_small_for_the_window_adds_nothing():
    net = brightness_of((6, 8))
    boxes, scores = scan(net, np.zeros((20, 30, 3)), (0.2,))
    assert (boxes.shape, scores.shape[0]) == ((0, 4), 0)
    assert len(scan(net, np.zeros((20, 30, 3)), (0.2, 1.0))[0]) == 15 * 23


def test_a_scan_needs_several_scales():
    net = fully_convolutional(nn.Sequential(nn.Conv2d(3, 1, 3)), (3, 3, 3))
    with pytest.raises(TypeError, match="scales must be several factors"):
        scan(net, np.zeros((8, 8, 3)), 1.0)


def test_a_scan_needs_a_convolutional_network():
    with pytest.raises(TypeError, match="net must be what fully_convolutional returns"):
        scan(nn.Sequential(), np.zeros((20, 30, 3)))


# --- sizes of the syllabus ---


def lenet_like():
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 5), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 4)),
    )


@pytest.mark.parametrize(("side", "cells"), [(14, 1), (16, 2), (28, 8)])
def test_14_16_and_28_pixels_give_1_2_and_8_cells(side, cells):
    net = fully_convolutional(lenet_like(), (3, 14, 14))
    assert net(torch.zeros(1, 3, side, side)).shape == (1, 4, cells, cells)
    assert net.step == (2, 2)


@pytest.mark.parametrize(("height", "width"), list(itertools.product((14, 17, 28), (15, 22))))
def test_a_map_is_the_crops_one_by_one(height, width):
    torch.manual_seed(0)
    model, picture = lenet_like(), torch.rand(3, height, width)
    net = fully_convolutional(model, (3, 14, 14))
    with torch.no_grad():
        maps = net(picture[None])[0]
        starts = sliding_windows(np.zeros((height, width)), net.window, net.step)
        one_by_one = torch.stack([model(picture[None, :, r : r + 14, c : c + 14])[0] for r, c in starts])
    assert torch.allclose(maps.flatten(1).T, one_by_one, rtol=0, atol=1e-5)


def test_what_the_module_offers_is_there():
    assert all(hasattr(windows, name) for name in windows.__all__)
