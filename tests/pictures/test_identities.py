import numpy as np
import pytest

from cnncourse.pictures import identities as module
from cnncourse.pictures.identities import identities, identity_scene, remake_identity


@pytest.mark.parametrize("split", module.SHIPPED)
def test_a_shipped_split_has_equally_many_photos_of_everybody(split):
    images, people = identities(split)
    assert images.shape == (len(people), 64, 64, 3)
    assert images.dtype == np.uint8
    assert people.dtype == np.int64
    np.testing.assert_array_equal(np.bincount(people), [module.PHOTOS[split]] * module.PEOPLE[split])


@pytest.mark.parametrize("split", module.SHIPPED)
def test_the_shipped_photos_are_remade_from_their_seed_bit_for_bit(split):
    images, people = identities(split)
    photos = module.PHOTOS[split]
    for person, photo in ((0, 0), (0, photos - 1), (module.PEOPLE[split] - 1, 1)):
        place = person * photos + photo
        assert people[place] == person
        np.testing.assert_array_equal(remake_identity(person, photo, split), images[place])


def test_nobody_is_in_two_splits_or_twice_in_one():
    people = [identity_scene(person, 0, split)[0] for split in module.SPLITS for person in range(200)]
    assert len(set(people)) == len(people)


def test_a_person_stays_the_same_while_every_photo_differs():
    scenes = [identity_scene(3, photo, split="train") for photo in range(20)]
    assert len({person for person, _ in scenes}) == 1
    assert len({photo for _, photo in scenes}) == 20
    assert identity_scene(3, 0, "train", "studio")[0] == scenes[0][0]


def test_a_photo_of_one_person_says_nothing_of_the_next():
    photos = [identity_scene(person, 0)[1] for person in range(150)]
    yaws = np.array([photo.yaw for photo in photos])
    assert len({photo.seed for photo in photos}) == len(photos)
    assert abs(np.corrcoef(yaws[:-1], yaws[1:])[0, 1]) < 0.3


def test_fewer_people_are_the_first_of_more():
    few, more = identities("test", count=3), identities("test")
    np.testing.assert_array_equal(few.images, more.images[:30])
    np.testing.assert_array_equal(few.people, more.people[:30])


def test_what_is_not_shipped_is_rendered_as_it_would_be_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "CHUNK", 1)
    monkeypatch.setitem(module.PHOTOS, "train", 40)
    monkeypatch.setattr(module, "render_identity", drawn_quickly)
    images, _people = identities("train", "studio", count=2, progress=False)
    assert images.shape == (80, 64, 64, 3)
    for place in (0, 41, 79):
        expected = module.decode(module.encode(drawn_quickly(place // 40, place % 40), module.QUALITY))
        np.testing.assert_array_equal(images[place], expected)
    monkeypatch.setattr(module, "render_identity", None)
    np.testing.assert_array_equal(identities("train", "studio", count=2, progress=False).images, images)


@pytest.mark.parametrize("photos", module.PHOTOS.values())
def test_a_file_of_the_cache_folder_fills_whole_rows_of_a_sheet(photos):
    assert module.CHUNK * photos % module.COLUMNS == 0


def drawn_quickly(person, photo, split="train", preset="studio"):
    return np.full((64, 64, 3), 60 * person + 2 * photo, np.uint8)


def test_a_learner_who_changes_the_pictures_does_not_change_the_next_ones():
    images, people = identities("small")
    images[:] = 0
    people[:] = 9
    again = identities("small")
    assert again.images.max() > 0
    assert again.people.max() == 59


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: identities("extra"), "split must be one of 'train', 'validation', 'test', 'small', 'fresh'"),
        (lambda: identities("test", "road"), "preset must be one of 'studio', 'tight', 'street'"),
        (lambda: identities("test", count=101), "count must be at most 100 for the split 'test', got 101"),
        (lambda: identities("test", count=0), "count must be at least 1, got 0"),
        (lambda: identity_scene(-1, 0), "person must be at least 0, got -1"),
        (lambda: identity_scene(0, -1), "photo must be at least 0, got -1"),
        (lambda: remake_identity(0, 0, "extra"), "split must be one of"),
    ],
)
def test_bad_arguments_are_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_missing_sheet_is_reported_with_the_way_to_get_it_back(monkeypatch, tmp_path):
    monkeypatch.setattr("cnncourse.data_folder.DATA", tmp_path)
    module._shipped.cache_clear()
    with pytest.raises(FileNotFoundError, match="git checkout"):
        identities("test")
