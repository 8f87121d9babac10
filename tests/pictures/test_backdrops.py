import numpy as np
import pytest

from cnncourse.pictures import backdrops


@pytest.mark.parametrize("kind", backdrops.KINDS)
@pytest.mark.parametrize("size", [8, 33, 64])
def test_a_backdrop_fills_the_picture_with_colours_in_range(kind, size):
    for seed in range(5):
        picture = backdrops.backdrop(kind, size, np.random.default_rng(seed))
        assert picture.shape == (size, size, 3)
        assert picture.dtype == np.float32
        assert picture.min() >= 0
        assert picture.max() <= 1


def test_only_the_plain_backdrop_is_of_one_colour():
    for kind in backdrops.KINDS:
        spread = max(
            np.ptp(backdrops.backdrop(kind, 32, np.random.default_rng(s)), axis=(0, 1)).max() for s in range(5)
        )
        assert (spread == 0) == (kind == "plain")


def test_blur_of_a_constant_picture_is_constant():
    np.testing.assert_allclose(backdrops.blur(np.full((9, 7, 3), 0.3), 2), 0.3)


def test_blur_spreads_a_point_evenly_and_loses_nothing():
    picture = np.zeros((31, 31, 3))
    picture[15, 15] = 1
    blurred = backdrops.blur(picture, 2)
    assert blurred.sum() == pytest.approx(3)
    np.testing.assert_allclose(blurred, blurred[::-1, ::-1], atol=1e-12)
    assert blurred[15, 15].max() < 0.1


def test_blur_by_nothing_changes_nothing():
    picture = np.random.default_rng(0).random((5, 6, 3))
    np.testing.assert_array_equal(backdrops.blur(picture, 0), picture)


def test_smooth_noise_has_no_jumps():
    noise = backdrops.smooth_noise(64, 4, np.random.default_rng(0))
    assert np.abs(np.diff(noise, axis=0)).max() < 0.12
    assert np.ptp(noise) > 0.4
