"""Explorers of notebook 5.1: what they paint and say is true, and every control changes the picture."""

import re

import numpy as np
import pytest

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week5 import vae as explore
from cnncourse.explorers.week5 import vae_plane as plane
from cnncourse.explorers.week5 import vae_samples as samples
from cnncourse.explorers.week5 import vae_studio as studio_module
from cnncourse.explorers.week5.vae_traits import LEARNED_FROM, TRAITS, codes_of, trait_table
from cnncourse.generative.picture_batches import psnr
from cnncourse.generative.vae import load_vae
from cnncourse.pictures.studio_faces import studio_faces

STILL = dict.fromkeys(studio_module.CONTROLS.values(), 0.0)


@pytest.fixture(scope="module")
def net():
    return load_vae()


@pytest.fixture(scope="module")
def studio(net):
    return studio_module.Studio(net)


@pytest.fixture(scope="module")
def readers(net):
    """A linear fit of every trait, in its standard deviations, on the codes of real faces: `(D + 1, 8)`."""
    traits, codes = trait_table(), codes_of(net, studio_faces("small", LEARNED_FROM))
    standard = (traits - traits.mean(axis=0)) / traits.std(axis=0)
    return np.linalg.lstsq(np.column_stack([codes, np.ones(len(codes))]), standard, rcond=None)[0]


def read(net, readers, pictures):
    return np.column_stack([codes_of(net, pictures), np.ones(len(pictures))]) @ readers


# --- the studio ---


@pytest.mark.parametrize("trait", TRAITS)
def test_a_slider_changes_its_trait_in_the_decoded_pictures(net, studio, readers, trait):
    column, codes = TRAITS.index(trait), studio.codes[:30]
    low, high = (studio.pictures(codes + step * studio.way(trait)) for step in (-2, 2))
    moved = (read(net, readers, high) - read(net, readers, low)).mean(axis=0)
    assert moved[column] > 0.3
    assert np.argmax(np.abs(moved)) == column


def test_the_skin_slider_darkens_or_lightens_the_middle_of_the_face(studio):
    low, high = (studio.pictures(studio.codes[:30] + step * studio.way("skin")) for step in (-2, 2))
    change = high[:, 14:20, 13:19].mean(axis=(1, 2, 3)) - low[:, 14:20, 13:19].mean(axis=(1, 2, 3))
    assert np.abs(change).mean() > 30
    assert len(set(np.sign(change))) == 1


def test_amounts_add_up_in_the_code(studio):
    amounts = np.arange(len(TRAITS)) / 4
    expected = studio.codes[3] + sum(a * studio.way(trait) for a, trait in zip(amounts, TRAITS, strict=True))
    np.testing.assert_allclose(studio.edited(3, amounts), expected)
    np.testing.assert_array_equal(studio.edited(3, np.zeros(len(TRAITS))), studio.codes[3])


@pytest.mark.parametrize("face", [0, 2, 59])
def test_the_caption_tells_the_psnr_and_the_length(studio, face):
    said = [
        float(number)
        for number in re.findall(
            r"\d+\.\d+", studio_module.studio_caption(studio, face=face, strip="turn", **STILL | {"turn": 2.0})
        )
    ]
    code = studio.codes[face] + 2 * studio.way("turn")
    assert said[0] == pytest.approx(psnr(studio.faces[face], studio.picture(studio.codes[face])), abs=0.06)
    assert said[1:3] == pytest.approx([np.linalg.norm(2 * studio.way("turn")), np.linalg.norm(code)], abs=0.06)


def test_a_click_in_the_strip_goes_there_and_keys_choose_a_face(studio):
    def pointed(event, **now):
        return studio_module.studio_pointer(event, studio, **{"face": 59, "strip": "turn", **STILL} | now)

    x = 16 + 6 * (studio_module.STRIP_SIDE + 2) + 5
    click = PointerEvent("click", x, studio_module.STRIP_TOP + 5)
    assert pointed(click) == {"turn": 2.0}
    assert pointed(click, turn=3.5) == {"turn": 4.0}
    assert pointed(click, strip="number 3") is None
    assert pointed(PointerEvent("click", x, 100)) is None
    assert pointed(PointerEvent("key", 0, 0, "ArrowRight")) == {"face": 0}


def test_every_control_of_the_studio_changes_the_picture(net):
    explorer = explore.face_studio(net)
    for name in STILL:
        before = explorer.picture.copy()
        explorer.set(**{name: 2.0})
        assert np.any(before != explorer.picture), name
    for change in ({"face": 7}, {"strip": "number 4"}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert np.any(before != explorer.picture), change


# --- the plane ---


def test_the_corners_of_the_plane_are_the_faces(studio):
    flat = plane.Plane(studio)
    for shares, face in (((0, 0), 5), ((1, 0), 7), ((0, 1), 10)):
        np.testing.assert_allclose(flat.code((5, 7, 10), *shares), studio.codes[face])
    np.testing.assert_allclose(flat.code((5, 7, 10), 1 / 3, 1 / 3), studio.codes[[5, 7, 10]].mean(axis=0))


@pytest.mark.parametrize("shares", [(0.0, 0.0), (1.3, -0.3), (0.25, 0.5)])
def test_places_and_shares_of_the_map_undo_each_other(shares):
    assert plane.point_of(*plane.place_of(*shares)) == pytest.approx(shares)


def test_the_map_shows_at_each_place_what_the_ring_shows_there(studio):
    flat, side = plane.Plane(studio), plane.GRID_SIDE / plane.CELLS
    grid = flat.grid((5, 7, 10))
    for row, column in ((0, 0), (2, 6), (6, 3)):
        shares = plane.point_of(plane.LEFT + (column + 0.5) * side, plane.TOP + (row + 0.5) * side)
        shown = grid[32 * row : 32 * row + 32, 32 * column : 32 * column + 32].astype(int)
        assert np.abs(shown - flat.studio.picture(flat.code((5, 7, 10), *shares))).max() <= 1


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (0.9, 0.1, "0.00 × first + 0.90 × second + 0.10 × third: a code of length"),
        (1.4, -0.4, "0.00 × first + 1.40 × second − 0.40 × third: a code of length"),
        (1.0, 0.5, "−0.50 × first + 1.00 × second + 0.50 × third: a code of length"),
    ],
)
def test_the_planes_caption_tells_the_shares_and_the_side(studio, a, b, words):
    said = plane.plane_caption(plane.Plane(studio), first=5, second=7, third=10, a=a, b=b)
    assert said.startswith(words)
    assert said.endswith("Outside the triangle: a share is negative." if "−" in words else "no share is negative.")


def test_the_pointer_stays_on_the_map():
    assert plane.plane_pointer(PointerEvent("drag", 5000, -50), a=0, b=0) == {"a": 1.4, "b": -0.4}
    assert plane.plane_pointer(PointerEvent("click", 600, 100), a=0, b=0) is None
    assert plane.plane_pointer(PointerEvent("key", 0, 0, "ArrowDown"), a=0, b=0) == {"a": 0, "b": 0.05}


# --- draws from the prior ---


def test_temperature_stretches_the_same_draws(net):
    np.testing.assert_allclose(samples.draws(net, 3, 2.0), 2 * samples.draws(net, 3, 1.0))
    assert not samples.draws(net, 3, 0).any()
    assert "0.0 of 255" in samples.samples_caption(samples.drawn_faces(net, 3, 0, None))


def test_the_fitted_gaussian_has_the_mean_and_covariance_of_the_codes(net):
    middle, root = samples.spread_of_codes(net)
    codes = codes_of(net, studio_faces("small", 600))
    np.testing.assert_allclose(middle, codes.mean(axis=0))
    np.testing.assert_allclose(root.T @ root, np.cov(codes.T), atol=1e-9)


def test_every_control_of_the_draws_changes_the_picture(net):
    explorer = explore.prior_samples(net)
    for change in ({"temperature": 1.5}, {"seed": 4}, {"spread": "fitted to the codes of faces"}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert np.any(before != explorer.picture), change
