import subprocess
import sys

import numpy as np
import pytest

from cnncourse.pictures import hand_sign_sheets as module
from cnncourse.pictures.hand_sign_sheets import hand_signs, remake_hand_sign

SETS = list(module.COUNTS)


@pytest.mark.parametrize(("preset", "split"), SETS)
def test_a_split_has_its_number_of_pictures_and_balanced_labels(preset, split):
    images, labels = hand_signs(split, preset)
    count = module.COUNTS[preset, split]
    assert images.shape == (count, 64, 64, 3)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(np.bincount(labels), [count // 6] * 6)


@pytest.mark.parametrize(("preset", "split"), SETS)
def test_the_shipped_pictures_are_remade_from_their_seed_bit_for_bit(preset, split):
    images, _ = hand_signs(split, preset)
    for index in (0, 1, len(images) // 2, len(images) - 1):
        np.testing.assert_array_equal(remake_hand_sign(index, split, preset), images[index])


def test_no_two_pictures_of_training_and_test_set_are_alike():
    both = np.concatenate([hand_signs("train")[0], hand_signs("test")[0]])
    assert len({picture.tobytes() for picture in both}) == len(both)


def test_the_extra_pictures_are_none_of_the_shipped_ones():
    assert (remake_hand_sign(0, "extra") != hand_signs("train")[0][0]).mean() > 0.5
    assert (remake_hand_sign(0, "extra") != hand_signs("test")[0][0]).mean() > 0.5


def test_a_learner_who_changes_the_pictures_does_not_change_the_next_ones():
    images, labels = hand_signs("test", "easy")
    images[:] = 0
    labels[:] = 9
    again, labels_again = hand_signs("test", "easy")
    assert again.max() > 0
    assert labels_again.max() == 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("validation",), "split must be one of 'train', 'test', got str 'validation'"),
        (("extra",), "split must be one of 'train', 'test'"),
        (("train", "medium"), "preset must be one of 'easy', 'hard'"),
        ((3,), "split must be one of"),
    ],
)
def test_bad_arguments_are_named(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        hand_signs(*arguments)


def test_remaking_picture_minus_one_is_refused():
    with pytest.raises(ValueError, match="index must be at least 0, got -1"):
        remake_hand_sign(-1)


def test_a_missing_sheet_is_reported_with_the_way_to_get_it_back(monkeypatch, tmp_path):
    monkeypatch.setattr("cnncourse.data_folder.DATA", tmp_path)
    module._sheet.cache_clear()
    with pytest.raises(FileNotFoundError, match="git checkout"):
        hand_signs("test", "easy")


def test_importing_the_pictures_loads_no_torch_scipy_sklearn_or_matplotlib():
    heavy = "{'torch', 'scipy', 'sklearn', 'skimage', 'matplotlib'}"
    code = f"import sys, cnncourse.pictures; print({heavy} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
