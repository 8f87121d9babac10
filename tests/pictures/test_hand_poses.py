import numpy as np
import pytest

from cnncourse.pictures.hand_poses import KNUCKLES, PHALANGES, RAISED, sample_pose
from cnncourse.pictures.solids import rotation


def poses(fingers, n=40, **options):
    return [sample_pose(fingers, np.random.default_rng([fingers, seed]), **options) for seed in range(n)]


@pytest.mark.parametrize("fingers", range(6))
def test_as_many_fingers_are_raised_as_asked(fingers):
    for pose in poses(fingers):
        assert len(pose.raised) == len(set(pose.raised)) == fingers


@pytest.mark.parametrize("fingers", range(6))
def test_raised_fingers_are_straight_and_point_up_and_the_others_are_curled(fingers):
    for pose in poses(fingers):
        for finger in range(1, 5):
            knuckle, _, outer_joint, tip = pose.fingers[finger]
            if finger in pose.raised:
                assert tip[1] - knuckle[1] > 0.8 * PHALANGES[finger - 1].sum() * 0.85
            else:
                assert tip[1] < outer_joint[1] + 1.2
                assert tip[1] < knuckle[1]


def test_a_raised_thumb_sticks_out_and_another_lies_before_the_palm():
    for fingers in range(6):
        for pose in poses(fingers):
            across, _, out = pose.fingers[0][-1]
            if 0 in pose.raised:
                assert across > 5
            else:
                assert across < 4
                assert out > 1


@pytest.mark.parametrize("fingers", [1, 2, 3])
def test_one_two_and_three_are_shown_in_both_ways(fingers):
    assert {pose.raised for pose in poses(fingers)} == set(RAISED[fingers])
    assert {pose.raised for pose in poses(fingers, both_ways=False)} == {RAISED[fingers][0]}


def test_without_variety_every_pose_of_a_number_is_the_textbook_one():
    first, second = poses(5, n=2, variety=0.0)
    np.testing.assert_array_equal(first.fingers, second.fingers)
    np.testing.assert_allclose(first.fingers[1:, 0], KNUCKLES)


def test_bones_keep_their_lengths_whatever_the_bend():
    for fingers in range(6):
        pose = sample_pose(fingers, np.random.default_rng(3), variety=0.0)
        bones = np.sqrt((np.diff(pose.fingers[1:], axis=1) ** 2).sum(axis=2))
        np.testing.assert_allclose(bones, PHALANGES, rtol=1e-12)


def test_pads_are_unit_vectors_square_to_their_segment():
    for fingers in range(6):
        pose = sample_pose(fingers, np.random.default_rng([9, fingers]))
        np.testing.assert_allclose((pose.pads**2).sum(axis=2), 1)
        np.testing.assert_allclose((np.diff(pose.fingers, axis=1) * pose.pads).sum(axis=2), 0, atol=1e-12)


def test_moving_a_pose_moves_all_of_it_and_leaves_the_first_alone():
    pose = sample_pose(2, np.random.default_rng(1))
    before = pose.fingers.copy()
    turn, offset = rotation(30, 20, 10), np.array([1.0, 2.0, 3.0])
    moved = pose.moved(turn, offset)
    np.testing.assert_array_equal(pose.fingers, before)
    np.testing.assert_allclose(moved.fingers, pose.fingers @ turn.T + offset)
    np.testing.assert_allclose(moved.body, pose.body @ turn.T + offset)
    np.testing.assert_allclose(moved.frame @ pose.fingers[1, 3] + moved.origin, moved.fingers[1, 3])
