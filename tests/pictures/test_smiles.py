import numpy as np
import pytest

from cnncourse.pictures import smiles as module
from cnncourse.pictures.smiles import remake_smile, smile_scene, smiles

SETS = list(module.COUNTS)


@pytest.mark.parametrize(("preset", "split"), SETS)
def test_a_split_has_its_number_of_pictures_and_balanced_labels(preset, split):
    images, labels = smiles(split, preset)
    assert images.shape == (module.COUNTS[preset, split], 64, 64, 3)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(np.bincount(labels), [len(images) // 2] * 2)


@pytest.mark.parametrize(("preset", "split"), SETS)
def test_the_shipped_pictures_are_remade_from_their_seed_bit_for_bit(preset, split):
    images, _ = smiles(split, preset)
    for index in (0, 1, len(images) // 2 + 3, len(images) - 1):
        np.testing.assert_array_equal(remake_smile(index, split, preset), images[index])


@pytest.mark.parametrize("preset", module.PRESETS)
def test_labels_tell_the_smile_with_a_gap_between_them(preset):
    amounts = np.array([smile_scene(i, "train", preset)[1].smile for i in range(400)])
    assert amounts[0::2].min() >= -0.8
    assert amounts[0::2].max() <= 0
    assert amounts[1::2].min() >= 0.5
    assert amounts[1::2].max() <= 1


def test_nobody_is_in_two_splits_and_everybody_is_seen_with_and_without_a_smile():
    people = {
        split: {smile_scene(i, split, "street")[0] for i in range(0, count, 2)}
        for split, count in (("train", 1500), ("test", 500), ("extra", 400))
    }
    assert [len(group) for group in people.values()] == [750, 250, 200]
    assert len(set().union(*people.values())) == 1200
    for i in (0, 1, 8):
        assert smile_scene(2 * i + 1, "train", "tight")[0] == smile_scene(2 * i, "train", "street")[0]


@pytest.mark.parametrize("preset", module.PRESETS)
def test_nothing_but_the_smile_goes_with_the_label(preset):
    photos = [smile_scene(i, "train", preset)[1] for i in range(500)]
    for name in ("mouth_open", "brow_raise", "yaw", "pitch", "scale", "noise", "ambient"):
        values = np.array([getattr(photo, name) for photo in photos])
        spread = values.std() / np.sqrt(250 / 2) + 1e-12
        assert abs(values[0::2].mean() - values[1::2].mean()) < 4 * spread


def test_a_learner_who_changes_the_pictures_does_not_change_the_next_ones():
    images, labels = smiles("test", "tight")
    images[:] = 0
    labels[:] = 9
    again, labels_again = smiles("test", "tight")
    assert again.max() > 0
    assert labels_again.max() == 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: smiles("validation"), "split must be one of 'train', 'test', got str 'validation'"),
        (lambda: smiles("extra"), "split must be one of 'train', 'test'"),
        (lambda: smiles("train", "studio"), "preset must be one of 'tight', 'street'"),
        (lambda: remake_smile(-1), "index must be at least 0, got -1"),
        (lambda: remake_smile(0, "validation"), "split must be one of 'train', 'test', 'extra'"),
        (lambda: remake_smile(0, "train", "studio"), "preset must be one of 'tight', 'street'"),
    ],
)
def test_bad_arguments_are_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_missing_sheet_is_reported_with_the_way_to_get_it_back(monkeypatch, tmp_path):
    monkeypatch.setattr("cnncourse.data_folder.DATA", tmp_path)
    module._sheet.cache_clear()
    with pytest.raises(FileNotFoundError, match="git checkout"):
        smiles("test", "tight")
