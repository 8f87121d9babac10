"""Blob kernels against SciPy's Laplacian of Gaussian; kernels on the move against loops and video by hand."""

import numpy as np
import pytest
from scipy import ndimage

from cnncourse.convolution import correlate
from cnncourse.convolution.space_filters import blind_to_stillness, blob_kernel, moving_kernel


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("radius", [2.0, 2.5, 4.0])
def test_a_blob_kernel_is_minus_the_laplacian_of_a_gaussian(axes, radius):
    kernel = blob_kernel(radius, axes)
    dot = np.zeros(kernel.shape)
    dot[tuple(n // 2 for n in kernel.shape)] = 1
    expected = -ndimage.gaussian_laplace(dot, radius / np.sqrt(axes), truncate=6)
    share = (kernel * expected).sum() / np.sqrt((kernel**2).sum() * (expected**2).sum())
    assert share > 0.98


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_blob_kernel_sums_to_nothing_and_its_bright_part_to_one(axes):
    kernel = blob_kernel(2.5, axes)
    assert kernel.sum() == pytest.approx(0, abs=1e-12)
    assert kernel[kernel > 0].sum() == pytest.approx(1)
    assert all(n % 2 for n in kernel.shape)
    np.testing.assert_allclose(kernel, np.flip(kernel), atol=1e-15)


def test_in_three_dimensions_a_ball_answers_more_than_a_tube_and_a_plate():
    z, y, x = np.ogrid[-12:13, -12:13, -12:13]
    solids = (z**2 + y**2 + x**2 <= 9), (y**2 + x**2 <= 9) & (z == z), (abs(x) <= 3) & (z == z) & (y == y)
    kernel = blob_kernel(3.4, 3)
    ball, tube, plate = (correlate(s[None, None] * 1.0, kernel[None, None]).max() for s in solids)
    assert ball > 1.15 * tube
    assert tube > 1.15 * plate


def test_a_moving_kernel_by_hand():
    pattern = np.array([[1, 2, 0], [0, 0, 0], [0, 0, 0]])
    kernel = moving_kernel(pattern, (1, -1), 3)
    assert kernel[1].tolist() == pattern.tolist()
    assert kernel[2].tolist() == [[0, 0, 0], [2, 0, 1], [0, 0, 0]]
    assert kernel[0].tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 2]]


@pytest.mark.parametrize("frames", [1, 4, 5])
def test_a_moving_kernel_equals_the_loop_over_pixels(frames):
    pattern, down, right = np.random.default_rng(0).normal(size=(5, 7)), 2, -3
    kernel = moving_kernel(pattern, (down, right), frames)
    for t, i, j in np.ndindex(frames, 5, 7):
        step = t - frames // 2
        assert kernel[t, (i + step * down) % 5, (j + step * right) % 7] == pattern[i, j]


def test_a_kernel_blind_to_stillness_gives_exactly_nothing_for_a_still_video():
    kernel = blind_to_stillness(moving_kernel(np.random.default_rng(1).normal(size=(5, 5)), (0, 1), 4))
    still = np.broadcast_to(np.random.default_rng(2).integers(0, 9, (12, 12)), (6, 12, 12)).astype(float)
    assert np.abs(correlate(still[None, None], kernel[None, None])).max() < 1e-12


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="radius must be at least 1"):
        blob_kernel(0.5, 2)
    with pytest.raises(ValueError, match="axes must be 1, 2 or 3, got 4"):
        blob_kernel(2, 4)
    with pytest.raises(ValueError, match="pattern must have shape"):
        moving_kernel(np.ones(3), (0, 1), 3)
    with pytest.raises(TypeError, match="velocity must be a whole number"):
        moving_kernel(np.ones((3, 3)), (0, 0.5), 3)
    with pytest.raises(ValueError, match="frames must be at least 1"):
        moving_kernel(np.ones((3, 3)), (0, 1), 0)
    with pytest.raises(ValueError, match="kernel must have shape"):
        blind_to_stillness(np.ones((3, 3)))
