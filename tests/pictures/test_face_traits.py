from collections import Counter

import numpy as np
import pytest

from cnncourse.pictures.faces import (
    BEARDS,
    GLASSES,
    HAIR_STYLES,
    PRESETS,
    face_landmarks,
    sample_identity,
    sample_photo,
)

PEOPLE = [sample_identity(np.random.default_rng(seed)) for seed in range(600)]


def photos(preset, count=200):
    return [sample_photo(np.random.default_rng([9, seed]), preset) for seed in range(count)]


def test_people_are_of_every_age_skin_hair_and_beard():
    ages, skins = (np.array([getattr(p, name) for p in PEOPLE]) for name in ("age", "skin"))
    assert ages.min() >= 5
    assert ages.max() <= 85
    assert ((ages < 12).mean() > 0.05) & ((ages > 65).mean() > 0.1)
    assert np.bincount(skins.astype(int), minlength=9).min() > 600 / 9 / 2
    assert set(Counter(p.hair_style for p in PEOPLE)) == set(HAIR_STYLES)
    assert set(Counter(p.beard for p in PEOPLE)) == set(BEARDS)
    assert set(Counter(p.glasses for p in PEOPLE)) == set(GLASSES)
    assert max(Counter(p.hair_style for p in PEOPLE).values()) < 0.25 * len(PEOPLE)


def test_children_have_neither_beards_nor_grey_hair_nor_lipstick():
    children = [p for p in PEOPLE if p.age < 15]
    assert {p.beard for p in children} == {"none"}
    assert {(p.grey, p.lip_colour) for p in children} == {(0.0, 0.0)}


def test_the_old_are_grey():
    assert np.mean([p.grey for p in PEOPLE if p.age > 70]) > 0.6


def test_no_two_people_are_alike():
    assert len(set(PEOPLE)) == len(PEOPLE)


@pytest.mark.parametrize(
    ("preset", "widest", "scales"),
    [
        ("studio", (12.5, 6, 6), (0.62, 0.66)),
        ("tight", (10, 4.8, 4.8), (0.80, 0.92)),
        ("street", (25, 12, 12), (0.6, 0.76)),
    ],
)
def test_a_preset_keeps_its_promises_on_pose_and_framing(preset, widest, scales):
    for name, limit in zip(("yaw", "pitch", "roll"), widest, strict=True):
        turned = np.abs([getattr(p, name) for p in photos(preset)])
        assert turned.max() <= limit
        assert turned.max() > 0.9 * limit
    drawn = [p.scale for p in photos(preset)]
    assert scales[0] <= min(drawn) < max(drawn) <= scales[1]


def test_only_the_street_has_blur_and_strong_noise():
    assert {p.blur for preset in ("studio", "tight") for p in photos(preset)} == {0.0}
    assert max(p.noise for preset in ("studio", "tight") for p in photos(preset)) < 0.01
    assert max(p.noise for p in photos("street")) > 0.02
    assert len({p.backdrop for p in photos("street")}) == 6


@pytest.mark.parametrize("preset", PRESETS)
def test_no_face_leaves_the_frame(preset):
    for seed, photo in enumerate(photos(preset, 40)):
        marks = face_landmarks(PEOPLE[seed], photo, 64)
        assert marks.min() > 0
        assert marks.max() < 64


def test_mouths_are_open_and_closed_at_every_smile():
    opened = [p.mouth_open > 0 for p in photos("street")]
    smiles = np.array([p.smile for p in photos("street")])
    for part in (smiles < -0.3, np.abs(smiles) < 0.3, smiles > 0.3):
        assert 0.25 < np.mean(np.array(opened)[part]) < 0.65


def test_a_given_smile_replaces_the_drawn_one_alone():
    drawn, given = (sample_photo(np.random.default_rng(3), "street", smile) for smile in (None, 0.75))
    assert given.smile == 0.75
    assert given.yaw == drawn.yaw
    assert given.seed == drawn.seed


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: sample_identity(3), TypeError, "rng must be a NumPy Generator"),
        (lambda: sample_photo(3), TypeError, "rng must be a NumPy Generator"),
        (
            lambda: sample_photo(np.random.default_rng(0), "beach"),
            ValueError,
            "preset must be one of 'studio', 'tight'",
        ),
        (lambda: sample_photo(np.random.default_rng(0), "tight", 1.5), ValueError, "smile must be at most 1, got 1.5"),
        (lambda: sample_photo(np.random.default_rng(0), "tight", -2), ValueError, "smile must be at least -1"),
        (lambda: sample_photo(np.random.default_rng(0), "tight", "glad"), TypeError, "smile must be a number"),
    ],
)
def test_bad_arguments_are_named(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
