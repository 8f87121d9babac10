import numpy as np
import pytest

from cnncourse.pictures.faces import LANDMARKS, face_landmarks
from cnncourse.pictures.smile_landmarks import remake_smile_landmarks, smile_landmarks
from cnncourse.pictures.smiles import COUNTS, smile_scene


@pytest.mark.parametrize(("preset", "split"), list(COUNTS))
def test_the_stored_points_are_those_of_the_geometry(preset, split):
    stored = smile_landmarks(split, preset)
    assert stored.shape == (COUNTS[preset, split], len(LANDMARKS), 2)
    for index in (0, 7, len(stored) - 1):
        made = face_landmarks(*smile_scene(index, split, preset))
        assert stored[index] == pytest.approx(made, abs=0.003)
        assert np.array_equal(made, remake_smile_landmarks(index, split, preset))


def test_the_persons_left_is_on_the_viewers_right():
    left, right = (LANDMARKS.index(f"{side}_pupil") for side in ("left", "right"))
    points = smile_landmarks("test", "tight")
    assert (points[:, left, 0] > points[:, right, 0]).mean() > 0.99


def test_what_is_returned_may_be_changed():
    smile_landmarks()[:] = 0
    assert smile_landmarks().any()


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="split"):
        smile_landmarks("extra")
    with pytest.raises(ValueError, match="preset"):
        smile_landmarks("test", "studio")
