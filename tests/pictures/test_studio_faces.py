import numpy as np
import pytest

from cnncourse.pictures import studio_faces as module
from cnncourse.pictures.studio_faces import remake_studio_face, studio_attributes, studio_faces, studio_scene


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Draw a flat picture in place of a rendered face, in chunks of 40, kept in a folder of its own."""
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "CHUNK", 40)
    monkeypatch.setattr(module, "render_studio_face", drawn_quickly)
    return tmp_path


def drawn_quickly(number, _split):
    return np.full((32, 32, 3), 2 * number, np.uint8)


@pytest.mark.parametrize("split", module.SHIPPED)
def test_a_shipped_split_is_whole(split):
    faces = studio_faces(split)
    assert faces.shape == (module.FACES[split], 32, 32, 3)
    assert faces.dtype == np.uint8
    assert faces.std(axis=0).mean() > 20


@pytest.mark.parametrize("split", module.SHIPPED)
def test_the_shipped_faces_are_remade_from_their_seed_bit_for_bit(split):
    faces = studio_faces(split)
    for number in (0, 41, len(faces) - 1):
        np.testing.assert_array_equal(remake_studio_face(number, split), faces[number])


def test_nobody_is_in_two_splits_or_twice_in_one():
    people = [studio_scene(number, split)[0] for split in module.SPLITS for number in range(300)]
    assert len(set(people)) == len(people)


def test_all_are_before_the_same_grey_wall():
    corners = studio_faces("test")[:, :2, :2].reshape(-1, 3).astype(float)
    assert np.ptp(corners.mean(axis=0)) < 3
    assert corners.std(axis=0).max() < 8


def test_attributes_are_those_of_the_scene():
    identity, photo = studio_scene(5, "small")
    found = studio_attributes(5, "small")
    assert (found["age"], found["skin"], found["yaw"]) == (identity.age, identity.skin, photo.yaw)


def test_skin_is_seen_in_the_picture():
    faces = studio_faces("test", count=200)
    skin = [studio_attributes(number)["skin"] for number in range(len(faces))]
    brightness = faces[:, 12:20, 13:19].mean(axis=(1, 2, 3))
    assert abs(np.corrcoef(skin, brightness)[0, 1]) > 0.6


def test_fewer_faces_are_the_first_of_more():
    np.testing.assert_array_equal(studio_faces("test", count=7), studio_faces("test")[:7])


def test_training_faces_are_rendered_once_and_a_longer_request_renders_only_the_rest(quick, monkeypatch):
    faces = studio_faces("train", count=41, progress=False)
    assert faces.shape == (41, 32, 32, 3)
    assert faces[[0, 40], 0, 0, 0].tolist() == [0, 80]
    monkeypatch.setattr(module, "render_studio_face", None)
    np.testing.assert_array_equal(studio_faces("train", count=80, progress=False)[:41], faces)


def test_a_chunk_rendered_apart_is_the_one_that_would_have_been_rendered(quick, monkeypatch):
    module.render_chunk(1)
    assert [file.name for file in quick.rglob("*.npz")] == ["1.npz"]
    assert studio_faces("train", count=80, progress=False)[:, 0, 0, 0].tolist() == list(range(0, 160, 2))


def test_a_file_of_the_cache_folder_fills_whole_rows_of_a_sheet():
    assert module.CHUNK % module.COLUMNS == 0


def test_a_learner_who_changes_the_pictures_does_not_change_the_next_ones():
    studio_faces("small")[:] = 0
    assert studio_faces("small").max() > 0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: studio_faces("extra"), "split must be one of 'train', 'small', 'test'"),
        (lambda: studio_faces("test", count=601), "count must be at most 600 for the split 'test', got 601"),
        (lambda: studio_faces("test", count=0), "count must be at least 1, got 0"),
        (lambda: studio_scene(-1), "number must be at least 0, got -1"),
        (lambda: studio_attributes(0, "extra"), "split must be one of"),
        (lambda: remake_studio_face(0, "extra"), "split must be one of"),
        (lambda: module.render_chunk(-1), "first must be at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_missing_sheet_is_reported_with_the_way_to_get_it_back(monkeypatch, tmp_path):
    monkeypatch.setattr("cnncourse.data_folder.DATA", tmp_path)
    module._shipped.cache_clear()
    with pytest.raises(FileNotFoundError, match="git checkout"):
        studio_faces("test")
