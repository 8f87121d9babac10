"""Pictures to batches and back, and the peak signal-to-noise ratio, by hand and beside scikit-image."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio

from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr


def drawn(seed, shape=(2, 3, 5, 3)):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_all_256_values_come_back_as_they_were():
    pictures = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)
    np.testing.assert_array_equal(pictures_from_batch(batch_from_pictures(pictures)), pictures)


@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 6), st.integers(1, 6))
def test_a_round_trip_changes_nothing(seed, N, H, W):
    pictures = drawn(seed, (N, H, W, 3))
    batch = batch_from_pictures(pictures)
    assert batch.shape == (N, 3, H, W)
    assert batch.dtype == torch.float32
    np.testing.assert_array_equal(pictures_from_batch(batch), pictures)


def test_channels_come_before_rows_and_columns_and_0_and_255_are_the_ends():
    pictures = drawn(1)
    batch = batch_from_pictures(pictures)
    assert batch[1, 2, 0, 4].item() == pytest.approx(pictures[1, 0, 4, 2] / 127.5 - 1)
    ends = np.array([0, 51, 255], np.uint8).reshape(1, 1, 1, 3)
    assert batch_from_pictures(ends).flatten().tolist() == pytest.approx([-1, -0.6, 1])


def test_what_lies_outside_is_cut_off_and_values_between_are_rounded():
    values = torch.tensor([-5.0, -1.0, 1.0, 9.0, 2 / 255, 0.9 / 127.5]).reshape(1, 3, 1, 2)
    shown = pictures_from_batch(values).transpose(0, 3, 1, 2).flatten()
    assert shown.tolist() == [0, 0, 255, 255, 128, 128]  # 127.5 + 1 = 128.5 is rounded to even, 128.4 down


def test_a_batch_with_a_gradient_becomes_pictures():
    assert pictures_from_batch(torch.zeros(1, 3, 2, 2, requires_grad=True)).shape == (1, 2, 2, 3)


def test_psnr_by_hand():
    black = np.zeros((1, 2, 2, 3), np.uint8)
    assert psnr(black, black + np.uint8(255)) == pytest.approx(0)
    one = black.copy()
    one[0, 0, 0, 0] = 255  # a twelfth of the numbers is wrong by all
    assert psnr(black, one) == pytest.approx(10 * math.log10(12))
    assert psnr(one, one) == math.inf


@given(st.integers(0, 10**6))
def test_psnr_is_that_of_scikit_image_and_symmetric(seed):
    first, second = drawn(seed), drawn(seed + 1)
    assert psnr(first, second) == pytest.approx(peak_signal_noise_ratio(first, second, data_range=255))
    assert psnr(first, second) == psnr(second, first)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: batch_from_pictures(np.zeros((1, 2, 2, 3))), ValueError, "pictures must be uint8"),
        (lambda: batch_from_pictures(np.zeros((2, 2, 3), np.uint8)), ValueError, r"got uint8 of \(2, 2, 3\)"),
        (lambda: batch_from_pictures(np.zeros((1, 3, 2, 2), np.uint8)), ValueError, r"\(N, H, W, 3\)"),
        (lambda: pictures_from_batch(np.zeros((1, 3, 2, 2))), ValueError, "batch must be a tensor"),
        (lambda: pictures_from_batch(torch.zeros(3, 2, 2)), ValueError, r"got shape \(3, 2, 2\)"),
        (lambda: pictures_from_batch(torch.zeros(1, 2, 2, 3)), ValueError, r"\(N, 3, H, W\)"),
        (lambda: psnr(np.zeros((2, 2)), np.zeros((2, 2), np.uint8)), TypeError, "pictures must be uint8"),
        (lambda: psnr(np.zeros(2, np.uint8), np.zeros(2)), TypeError, "reconstructions must be uint8"),
        (lambda: psnr(np.zeros(2, np.uint8), np.zeros(3, np.uint8)), ValueError, "shape of pictures"),
        (lambda: psnr(np.zeros(0, np.uint8), np.zeros(0, np.uint8)), ValueError, "shape of pictures"),
    ],
)
def test_bad_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
