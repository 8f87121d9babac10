from dataclasses import replace

import numpy as np
import pytest

from cnncourse.pictures.faces import (
    LANDMARKS,
    MIRRORED,
    face_landmarks,
    landmarks_visible,
    render_face,
    sample_identity,
    sample_photo,
)

SIZE = 128
POSES = [
    {"yaw": 0.0, "pitch": 0.0, "roll": 0.0},
    {"yaw": 17.0, "pitch": -6.0, "roll": 9.0},
    {"yaw": -15.0, "pitch": 8.0},
]


@pytest.fixture(params=POSES)
def shot(request):
    photo = sample_photo(np.random.default_rng(1), "studio")
    steady = {"glasses": False, "noise": 0.0, "mouth_open": 0.0, "smile": 0.3, "eyes_open": 1.0, "gaze": (0.4, 0.0)}
    return replace(photo, **steady, **request.param, scale=0.85)


@pytest.fixture
def somebody():
    plain = {"hair_style": "bald", "beard": "none", "mole": (0.0, 0.0), "freckles": 0.0, "skin": 1.0, "lip_colour": 0.0}
    return replace(sample_identity(np.random.default_rng(8)), **plain, age=30.0)


def point(marks, name):
    return marks[LANDMARKS.index(name)]


def changed(first, second, photo, least=12):
    """The pixel centres (x, y) `(N, 2)` at which two people's pictures differ."""
    pictures = [render_face(i, photo, SIZE).astype(int) for i in (first, second)]
    rows, columns = np.nonzero(np.abs(pictures[0] - pictures[1]).max(axis=2) > least)
    return np.stack([columns, rows], axis=1) + 0.5


def test_a_mole_painted_on_a_landmark_shows_up_there(somebody, shot):
    marks = face_landmarks(somebody, shot, SIZE)
    dotted = replace(somebody, mole=(0.001, -somebody.nose_length + 0.75))
    spot = changed(somebody, dotted, shot).mean(axis=0)
    assert np.abs(spot - point(marks, "nose_tip")).max() < 1.0


def test_pupils_are_where_another_eye_colour_shows_up(somebody, shot):
    marks = face_landmarks(somebody, shot, SIZE)
    other = replace(somebody, eye_colour=(0.9, 0.1, 0.9))
    coloured = changed(replace(somebody, eye_colour=(0.1, 0.1, 0.1)), other, shot)
    middle = (point(marks, "left_pupil") + point(marks, "right_pupil"))[0] / 2
    # the person's left eye is on the viewer's right
    for name, eye in (("left", coloured[coloured[:, 0] > middle]), ("right", coloured[coloured[:, 0] < middle])):
        assert np.abs(eye.mean(axis=0) - point(marks, f"{name}_pupil")).max() < 2.0


def test_mouth_corners_and_lips_bound_where_lipstick_shows_up(somebody, shot):
    marks = face_landmarks(somebody, shot, SIZE)
    lips = changed(somebody, replace(somebody, lip_colour=1.0), shot, 16)
    lips = lips[lips[:, 1] > point(marks, "nose_tip")[1]]
    assert abs(lips[:, 0].max() - point(marks, "left_mouth_corner")[0]) < 3.5
    assert abs(lips[:, 0].min() - point(marks, "right_mouth_corner")[0]) < 3.5
    under = lips[np.abs(lips[:, 0] - point(marks, "lower_lip")[0]) < 1]
    assert abs(under[:, 1].max() - point(marks, "lower_lip")[1]) < 2.5
    assert abs(under[:, 1].min() - point(marks, "upper_lip")[1]) < 2.5


def test_a_smile_lifts_and_spreads_the_corners_more_the_broader_it_is(somebody, shot):
    marks = [face_landmarks(somebody, replace(shot, smile=s, roll=0.0), 64) for s in (-1, -0.5, 0, 0.5, 1)]
    left, right, nose = (
        np.array([point(m, name) for m in marks]) for name in ("left_mouth_corner", "right_mouth_corner", "nose_tip")
    )
    assert (np.diff((left + right)[:, 1] / 2) < -0.3).all()
    assert (np.diff((left - right)[:, 0])[2:] > 0.4).all()
    np.testing.assert_allclose(nose, nose[:1].repeat(5, axis=0), atol=0.05)


def test_a_mirrored_picture_has_its_points_swapped(somebody, shot):
    shot = replace(shot, shift=(0.03, 0.01))
    x, y = shot.gaze
    seen = replace(shot, yaw=-shot.yaw, roll=-shot.roll, gaze=(-x, y), shift=(-0.03, 0.01))
    flipped = face_landmarks(somebody, shot, SIZE) * (-1, 1) + (SIZE, 0)
    np.testing.assert_allclose(face_landmarks(somebody, seen, SIZE), flipped[list(MIRRORED)], atol=0.02)


def test_every_left_point_lies_right_of_its_right_twin_for_the_viewer(somebody, shot):
    marks = face_landmarks(somebody, shot, SIZE)
    for i, name in enumerate(LANDMARKS):
        if name.startswith("left_"):
            assert marks[i, 0] > marks[MIRRORED[i], 0]
    assert [MIRRORED[i] for i in MIRRORED] == list(range(20))


def test_landmarks_grow_with_the_picture(somebody, shot):
    np.testing.assert_allclose(face_landmarks(somebody, shot, 64) * 4, face_landmarks(somebody, shot, 256), rtol=1e-6)


def test_a_bald_face_from_in_front_shows_all_points_and_shut_eyes_hide_the_pupils(somebody):
    photo = replace(sample_photo(np.random.default_rng(1), "tight"), **POSES[0], glasses=False, eyes_open=1.0)
    assert landmarks_visible(somebody, photo).all()
    hidden = ~landmarks_visible(somebody, replace(photo, eyes_open=0.0))
    assert {LANDMARKS[i] for i in np.flatnonzero(hidden)} == {"left_pupil", "right_pupil"}


def test_a_fringe_hides_brows_and_a_shift_cuts_off_points(somebody):
    photo = replace(sample_photo(np.random.default_rng(1), "tight"), **POSES[0], glasses=False)
    moved = landmarks_visible(somebody, replace(photo, shift=(0.5, 0.0)))
    assert not point(moved, "left_eye_outer")
    assert point(moved, "right_eye_outer")
    low = replace(somebody, hair_style="fringe", hair_line=-3.0, brow_height=3.0)
    assert not point(landmarks_visible(low, photo), "left_brow_middle")
