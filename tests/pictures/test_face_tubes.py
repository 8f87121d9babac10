import numpy as np
import pytest

from cnncourse.pictures import solids
from cnncourse.pictures.face_noise import noise, strands
from cnncourse.pictures.face_tubes import Ball, Tube


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(0, 5, (3, 400)).astype(np.float32)


@pytest.mark.parametrize("end_radius", [None, 0.4, 3.0])
def test_a_tube_is_the_capsule_of_solids(points, end_radius):
    arguments = (1, 2, -3), (4.5, -1, 2), 1.5, end_radius
    before = points.copy()
    np.testing.assert_allclose(Tube(*arguments)(points), solids.capsule(points, *arguments), atol=2e-5)
    np.testing.assert_array_equal(points, before)


def test_a_ball_is_the_ellipsoid_or_the_sphere_of_solids(points):
    before = points.copy()
    expected = solids.ellipsoid(points, (1, 2, -3), (3, 4.5, 1))
    np.testing.assert_allclose(Ball((1, 2, -3), (3, 4.5, 1))(points), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(Ball((1, 2, -3), 2.5)(points), solids.sphere(points, (1, 2, -3), 2.5), atol=1e-5)
    np.testing.assert_array_equal(points, before)


def test_noise_fills_the_unit_range_smoothly_and_repeats_after_32_cells(points):
    values = noise(points, 1.3)
    assert 0 <= values.min() < 0.2
    assert 0.8 < values.max() <= 1
    assert np.abs(noise(points + np.float32(0.01), 1.3) - values).max() < 0.1
    whole = np.floor(points)
    np.testing.assert_array_equal(noise(whole + 32, 1.0), noise(whole, 1.0))


def test_strands_vary_around_the_crown_more_than_along_it():
    angle = np.linspace(0, 6.2, 200, dtype=np.float32)
    around = np.stack([5 * np.cos(angle), np.full_like(angle, -3), 5 * np.sin(angle)])
    down = np.stack([np.full_like(angle, 5), -angle / 2, np.full_like(angle, 1)])
    assert (
        np.abs(np.diff(strands(around, (0, 0, 0), 9.0))).mean()
        > 5 * np.abs(np.diff(strands(down, (0, 0, 0), 9.0))).mean()
    )
