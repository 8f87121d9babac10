import numpy as np
import pytest

from cnncourse.pictures import solids
from cnncourse.pictures.hand_poses import sample_pose
from cnncourse.pictures.hand_shading import NO_SLEEVE, HandSolid, Look, photograph

LOOK = Look(
    light=np.array([0.0, 0.6, 0.8]),
    ambient=0.5,
    skin=np.array([0.5, 0.3, 0.2]),
    palm=np.array([0.6, 0.36, 0.25]),
    sleeve=np.array([0.0, 0.0, 0.6]),
)


@pytest.fixture
def pose():
    return sample_pose(4, np.random.default_rng(5)).moved(np.eye(3), (0, -8, 0))


def test_every_joint_is_inside_the_solid(pose):
    solid = HandSolid(pose)
    assert (solid(pose.fingers.reshape(-1, 3).T.astype(np.float32)) < 0).all()


def test_the_solid_never_promises_more_room_than_its_capsules_leave(pose):
    at = np.random.default_rng(0).uniform(-12, 12, (3, 400)).astype(np.float32)
    assert (HandSolid(pose)(at) <= HandSolid(pose).distances(at).min(axis=0) + 1e-5).all()


def test_a_sleeve_covers_the_forearm_beyond_the_cuff_only(pose):
    bare, dressed = HandSolid(pose, NO_SLEEVE), HandSolid(pose, 4.0)
    along = pose.body[-2:].mean(axis=0)
    axis = (along[1] - along[0]) / np.linalg.norm(along[1] - along[0])
    beside = along[0] + np.array([0, 0, 3.0])
    below, above = ((beside + axis * down)[:, None].astype(np.float32) for down in (8, -1))
    assert dressed(below)[0] < bare(below)[0] - 0.1
    assert dressed(above)[0] == bare(above)[0]


def test_the_photograph_is_clear_where_no_hand_is_and_opaque_where_the_palm_is(pose):
    picture = photograph(pose, NO_SLEEVE, LOOK, 24.0, 64)
    assert picture.shape == (64, 64, 4)
    assert picture[0, 0].tolist() == [0, 0, 0, 0]
    assert picture[40, 32, 3] == 1
    assert np.isfinite(picture).all()


def test_starting_rays_from_a_coarse_picture_changes_no_silhouette(pose):
    solid, rays = HandSolid(pose), solids.camera_rays(64, 24.0, 60.0)
    plain = solids.trace(solid, (0, 0, 60), rays, 40.0, 74.0, steps=60, tolerance=0.001)
    picture = photograph(pose, NO_SLEEVE, LOOK, 24.0, 64)
    assert (np.isfinite(plain).reshape(64, 64) != (picture[..., 3] == 1)).mean() < 0.002


def test_the_sleeve_has_its_colour_and_the_hand_the_skins(pose):
    picture = photograph(pose, 2.5, LOOK, 24.0, 64)
    red, _, blue, hit = np.moveaxis(picture, -1, 0)
    assert ((blue > red) & (hit == 1))[-4:].any()
    assert not (blue > red)[:32].any()


def test_a_size_that_is_no_multiple_of_four_works_too(pose):
    assert photograph(pose, NO_SLEEVE, LOOK, 24.0, 30)[..., 3].mean() > 0.1
