from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from cnncourse.pictures.faces import (
    PRESETS,
    Identity,
    Photo,
    face_attributes,
    face_landmarks,
    render_face,
    sample_identity,
    sample_photo,
)


def person(seed=0, **traits):
    return replace(sample_identity(np.random.default_rng(seed)), **traits)


def photo(seed=0, preset="studio", **changes):
    return replace(sample_photo(np.random.default_rng(seed), preset), **changes)


def level(picture):
    return picture.astype(int)


@pytest.mark.parametrize("preset", PRESETS)
def test_equal_seeds_give_equal_pictures_and_other_seeds_other_ones(preset):
    first, again, other_photo, other_person = (
        render_face(person(i), photo(p, preset), 32) for i, p in ((1, 2), (1, 2), (1, 3), (4, 2))
    )
    assert first.shape == (32, 32, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other_photo).mean() > 0.3
    assert (first != other_person).mean() > 0.2


def test_what_belongs_to_the_person_and_what_to_the_photo_are_apart():
    # both may say "glasses": which ones a person owns, and whether they are worn
    assert {f.name for f in fields(Identity)} & {f.name for f in fields(Photo)} == {"glasses"}
    with pytest.raises(FrozenInstanceError):
        person().age = 3.0
    with pytest.raises(FrozenInstanceError):
        photo().smile = 1.0


def test_a_smile_changes_the_face_and_nothing_else():
    shot = photo(5, "street", yaw=0.0, pitch=0.0, roll=0.0, smile=-0.5, blur=0.0, scale=0.6, shift=(0.0, 0.0))
    sad, glad = (level(render_face(person(3), replace(shot, smile=s), 64)) for s in (-0.5, 0.9))
    changed = np.abs(sad - glad).max(axis=2) > 8
    marks = face_landmarks(person(3), shot, 64)
    rows, columns = np.nonzero(changed)
    assert changed.sum() > 30
    assert rows.min() > marks[:, 1].min() - 5
    assert columns.min() > 12
    assert columns.max() < 52


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({"yaw": 20.0}, 300),
        ({"glasses": True}, 40),
        ({"mouth_open": 0.6}, 15),
        ({"eyes_open": 0.1}, 10),
        ({"light": (1.0, 0.3, 0.5)}, 300),
        ({"backdrop": "room"}, 1000),
        ({"gaze": (1.0, 0.0)}, 3),
        ({"brow_raise": 1.0}, 8),
        ({"clothes": (0.9, 0.1, 0.1)}, 15),
    ],
)
def test_each_part_of_a_photo_shows(change, least):
    shot = photo(1, yaw=0.0, glasses=False, mouth_open=0.0, eyes_open=1.0, gaze=(0.0, 0.0), brow_raise=0.0, noise=0.0)
    wearer = person(0, glasses="round", hair_style="short")
    before, after = (level(render_face(wearer, s, 64)) for s in (shot, replace(shot, **change)))
    assert (np.abs(before - after).max(axis=2) > 8).sum() >= least


@pytest.mark.parametrize(
    ("trait", "value", "least"),
    [
        *(("hair_style", style, 60) for style in ("buzz", "afro", "long", "pigtails", "scarf", "beanie", "horseshoe")),
        *(("beard", kind, 20) for kind in ("stubble", "moustache", "goatee", "full")),
        ("freckles", 1.0, 5),
        ("mole", (3.0, -4.0), 1),
        ("jaw_width", 1.2, 30),
        ("nose_width", 1.5, 10),
    ],
)
def test_each_trait_shows(trait, value, least):
    plain = person(0, hair_style="bald", beard="none", freckles=0.0, mole=(0.0, 0.0), skin=1.0, jaw_width=0.95)
    shot = photo(1, yaw=0.0, glasses=False, noise=0.0, scale=0.8)
    before, after = (level(render_face(i, shot, 64)) for i in (plain, replace(plain, **{trait: value})))
    assert (np.abs(before - after).max(axis=2) > 8).sum() >= least


def test_skin_goes_from_light_to_dark():
    shot = photo(0, yaw=0.0, noise=0.0)
    traits = {"freckles": 0.0, "blush": 0.2, "beard": "none", "hair_style": "bald"}
    means = []
    for skin in (0.0, 3.0, 6.0, 8.9):
        marks = face_landmarks(person(2, skin=skin, **traits), shot, 48)
        x, y = marks[-4].astype(int)  # the nose's tip
        means.append(render_face(person(2, skin=skin, **traits), shot, 48)[y - 6 : y + 1, x - 1 : x + 2].mean())
    assert means[0] > 190
    assert means[-1] < 90
    assert (np.diff(means) < -20).all()


def test_glasses_are_worn_only_by_those_who_own_some():
    owner, other = person(0, glasses="round"), person(0, glasses="none")
    with_glasses, without = photo(1, glasses=True, noise=0.0), photo(1, glasses=False, noise=0.0)
    np.testing.assert_array_equal(render_face(other, with_glasses, 32), render_face(other, without, 32))
    assert (render_face(owner, with_glasses, 32) != render_face(owner, without, 32)).any()
    assert [face_attributes(owner, p)["glasses"] for p in (with_glasses, without)] == [1, 0]
    assert face_attributes(other, with_glasses)["glasses"] == 0


def test_attributes_say_what_the_picture_shows():
    shown = face_attributes(person(0, beard="goatee", hair_style="short", age=30.0), photo(0, yaw=11.0, smile=0.25))
    assert (shown["beard"], shown["hair"], shown["age"], shown["yaw"], shown["smile"]) == (1, 2, 30.0, 11.0, 0.25)


def test_the_studio_is_grey_and_its_light_fixed():
    first, second = photo(0, "studio"), photo(1, "studio")
    assert first.light == second.light
    assert first.backdrop == second.backdrop == "grey"
    corner = render_face(person(0, hair_style="bald"), replace(first, noise=0.0), 48)[:6, :6]
    assert np.ptp(corner.astype(int)) <= 4


def test_pictures_of_other_sizes_show_the_same():
    shot = photo(3, noise=0.0)
    small, large = render_face(person(3), shot, 32), render_face(person(3), shot, 64)
    reduced = large.reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    assert np.abs(reduced - small).mean() < 6


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ((photo(), photo()), TypeError, "identity must be a Identity, got Photo"),
        ((person(), person()), TypeError, "photo must be a Photo, got Identity"),
        ((person(), photo(), 8), ValueError, "size must be at least 16, got 8"),
        ((person(), photo(), 64.0), TypeError, "size must be a whole number"),
    ],
)
def test_bad_arguments_are_named(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        render_face(*arguments)
