import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.pictures import solids

ORIGIN = (0.0, 0.0, 0.0)


def points(seed=0, n=500, spread=3.0):
    return np.random.default_rng(seed).uniform(-spread, spread, (3, n))


def test_a_sphere_is_zero_on_its_surface_and_minus_radius_at_its_centre():
    at = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 5.0]])
    np.testing.assert_allclose(solids.sphere(at, ORIGIN, 2.0), [-2, 0, 3])


def test_a_capsule_equals_the_slow_distance_to_its_segment():
    start, end = np.array([0.3, -1.0, 0.5]), np.array([1.2, 0.8, -0.4])
    along = np.linspace(0, 1, 20_001)
    segment = start[:, None] + (end - start)[:, None] * along
    for point in points(n=20).T:
        slow = np.sqrt(((segment - point[:, None]) ** 2).sum(axis=0)).min() - 0.25
        assert solids.capsule(point[:, None], start, end, 0.25)[0] == pytest.approx(slow, abs=1e-4)


def test_a_capsule_without_length_is_a_sphere():
    at = points()
    np.testing.assert_allclose(solids.capsule(at, ORIGIN, ORIGIN, 0.7), solids.sphere(at, ORIGIN, 0.7))


def test_a_tapered_capsule_has_each_end_s_radius():
    at = np.array([[0.0, 4.0], [1.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose(solids.capsule(at, ORIGIN, (4, 0, 0), 1.0, 0.25), [0, 0.75])


def test_many_capsules_at_once_equal_one_at_a_time():
    rng = np.random.default_rng(2)
    starts, ends, thick, thin = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.random(4), rng.random(4)
    rows = solids.capsules(points(), starts, ends, thick, thin)
    for i in range(4):
        np.testing.assert_allclose(rows[i], solids.capsule(points(), starts[i], ends[i], thick[i], thin[i]))


def test_a_rounded_box_equals_the_box_far_from_its_edges():
    at = np.array([[5.0, 0.0, 0.0], [0.0, 2.5, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(solids.rounded_box(at, ORIGIN, (2, 1, 3), 0.2), [3, 1.5, -1])


def test_rounding_moves_a_corner_outwards_by_its_share():
    corner = np.array([[1.0], [1.0], [1.0]])
    assert solids.rounded_box(corner, ORIGIN, (1, 1, 1), 0.5)[0] == pytest.approx(0.5 * np.sqrt(3) - 0.5)


def test_an_ellipsoid_is_zero_on_its_surface_and_signed_around_it():
    unit = solids.unit(points(3))
    surface = unit * np.array([[2.0], [1.0], [0.5]])
    np.testing.assert_allclose(solids.ellipsoid(surface, ORIGIN, (2, 1, 0.5)), 0, atol=1e-12)
    assert (solids.ellipsoid(surface * 1.1, ORIGIN, (2, 1, 0.5)) > 0).all()
    assert (solids.ellipsoid(surface * 0.9, ORIGIN, (2, 1, 0.5)) < 0).all()


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.01, 3))
def test_smooth_union_fills_at_most_a_quarter_of_its_softness_and_only_near_the_crease(a, b, softness):
    union = solids.smooth_union(np.float64(a), np.float64(b), softness)
    assert min(a, b) - softness / 4 - 1e-12 <= union <= min(a, b)
    assert union == solids.smooth_union(np.float64(b), np.float64(a), softness)
    if abs(a - b) >= softness:
        assert union == min(a, b)


def test_a_rotation_keeps_lengths_and_turns_the_way_it_says():
    matrix = solids.rotation(20, -35, 50)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(solids.rotation(yaw=90) @ [0, 0, 1], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(solids.rotation(pitch=90) @ [0, 1, 0], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(solids.rotation(roll=90) @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_traced_rays_stop_on_the_sphere_where_algebra_says():
    rays = solids.camera_rays(21, 6.0, 10.0)
    depth = solids.trace(ball, (0, 0, 10), rays, 5.0, 20.0, steps=100, tolerance=1e-5)
    towards = 10 * -rays[2]
    under_root = towards**2 - (100 - 4)
    np.testing.assert_array_equal(np.isfinite(depth), under_root > 0)
    hit = np.isfinite(depth)
    np.testing.assert_allclose(depth[hit], (towards - np.sqrt(np.maximum(under_root, 0)))[hit], rtol=1e-3)


def test_camera_rays_start_at_the_top_left_and_look_into_the_picture():
    rays = solids.camera_rays(4, 2.0, 10.0)
    assert rays.shape == (3, 16)
    assert rays[0, 0] < 0 < rays[1, 0]
    assert rays[0, 15] > 0 > rays[1, 15]
    np.testing.assert_allclose(solids.length(rays), 1, rtol=1e-6)


def test_normals_of_a_sphere_point_away_from_its_centre():
    surface = (2 * solids.unit(points(4))).astype(np.float32)
    np.testing.assert_allclose(solids.normals(ball, surface, 0.01), surface / 2, atol=5e-3)


def test_a_ball_shades_what_lies_behind_it_and_nothing_before_it():
    at = np.array([[0, 0], [0, 0], [-4, 4]], np.float32)
    shaded, lit = solids.soft_shadow(ball, at, (0, 0, 1), reach=10.0, steps=30)
    assert shaded < 0.01
    assert lit == 1


def test_a_corner_sees_less_sky_than_a_plane():
    def floor(p):
        return p[1]

    def floor_and_wall(p):
        return np.minimum(p[0], p[1])

    at, up = np.array([[0.1], [0.0], [0.0]], np.float32), np.array([[0.0], [1.0], [0.0]], np.float32)
    assert solids.ambient_occlusion(floor, at, up, 1.0)[0] == pytest.approx(1)
    assert solids.ambient_occlusion(floor_and_wall, at, up, 1.0)[0] < 0.5


def test_in_blocks_equals_the_whole():
    at = points(n=5000).astype(np.float32)
    np.testing.assert_array_equal(solids.in_blocks(ball, at), ball(at))
    assert solids.in_blocks(ball, at[:, :0]).shape == (0,)


def ball(p):
    return solids.sphere(p, ORIGIN, np.float32(2))
