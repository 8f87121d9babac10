"""The course's own paintings: made from a seed, at any size, colourful, of many small things."""

import numpy as np
import pytest
from PIL import Image

from cnncourse.pictures.paintings import PAINTINGS, painting
from cnncourse.pictures.paintings_canvas import blurred, cells, mixed, noise, places, ramp, soft

every_painting = pytest.mark.parametrize("name", PAINTINGS)


def painted_afresh(name, size, seed):
    painting.__globals__["_painted"].cache_clear()
    return painting(name, size, seed)


def test_there_are_eight_different_paintings():
    assert len(set(PAINTINGS)) == 8
    assert len({painting(name, 64).tobytes() for name in PAINTINGS}) == 8


@every_painting
def test_the_same_seed_paints_the_same_picture(name):
    first = painted_afresh(name, 64, 3)
    assert np.array_equal(first, painted_afresh(name, 64, 3))


@every_painting
@pytest.mark.parametrize("size", [64, 97, 160])
def test_a_painting_is_a_square_uint8_picture_of_the_size_asked_for(name, size):
    picture = painting(name, size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8


@every_painting
def test_another_seed_composes_the_painting_anew(name):
    pictures = [painting(name, 96, seed).astype(float) for seed in range(3)]
    differences = [abs(pictures[i] - pictures[j]).mean() for i, j in ((0, 1), (0, 2), (1, 2))]
    assert min(differences) > 8


@every_painting
def test_a_smaller_painting_shows_the_same_scene(name):
    def seen_from_afar(picture):
        return np.asarray(Image.fromarray(picture).resize((16, 16), Image.Resampling.BOX), float)

    small, large, other = painting(name, 96), painting(name, 192), painting(name, 96, seed=1)
    same = abs(seen_from_afar(small) - seen_from_afar(large)).mean()
    assert same < 0.6 * abs(seen_from_afar(small) - seen_from_afar(other)).mean()
    assert same < 16


@every_painting
def test_a_painting_is_colourful(name):
    """Hasler and Süsstrunk (2003): 15 is slightly, 33 moderately, 45 averagely, 59 quite colourful."""
    for seed in range(2):
        red, green, blue = np.moveaxis(painting(name, 128, seed).astype(float), 2, 0)
        opponents = np.stack([red - green, (red + green) / 2 - blue])
        spread = np.hypot(*opponents.std(axis=(1, 2))) + 0.3 * np.hypot(*opponents.mean(axis=(1, 2)))
        assert spread > 33


@every_painting
def test_a_painting_has_detail_everywhere(name):
    """Style needs texture: in nearly all 8 × 8 blocks of a 256 × 256 painting the lightness varies."""
    lightness = painting(name).mean(axis=2).reshape(32, 8, 32, 8).std(axis=(1, 3))
    assert np.mean(lightness > 3) > 0.6


def test_what_a_caller_does_to_a_painting_stays_with_the_caller():
    mine = painting("grid", 64)
    mine[:] = 0
    assert painting("grid", 64).max() > 200


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("sunflowers",), ValueError, "name must be one of 'starry'"),
        ((3,), ValueError, "name must be one of"),
        (("grid", 63), ValueError, "size must be at least 64, got 63"),
        (("grid", 64.0), TypeError, "size must be a whole number"),
        (("grid", 64, -1), ValueError, "seed must be at least 0"),
        (("grid", 64, None), TypeError, "seed must be a whole number"),
    ],
)
def test_bad_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        painting(*arguments)


def test_places_are_the_middles_of_the_pixels():
    y, x = places(2)
    assert y.tolist() == [[0.25, 0.25], [0.75, 0.75]]
    assert x.tolist() == [[0.25, 0.75], [0.25, 0.75]]


def test_noise_is_the_same_field_at_every_size():
    small, large = (noise(np.random.default_rng(5), side, 3, 2) for side in (64, 128))
    assert abs(large.reshape(64, 2, 64, 2).mean(axis=(1, 3)) - small).max() < 0.03
    assert abs(small).mean() > 0.1


def test_every_pixel_is_in_the_cell_whose_middle_is_nearest():
    found, (y, x) = cells(np.random.default_rng(1), 40, 5), places(40)
    distances = np.hypot(y[..., None] - found.middle[:, 0], x[..., None] - found.middle[:, 1])
    nearest = np.sort(distances, axis=2)
    assert np.allclose(found.distance, nearest[..., 0])
    assert np.mean(found.number == distances.argmin(axis=2)) == 1
    assert np.mean(np.isclose(found.border, nearest[..., 1] - nearest[..., 0])) > 0.97  # it looks at 3 × 3 cells only


def test_square_cells_measure_along_their_own_turned_sides():
    found, (y, x) = cells(np.random.default_rng(2), 30, 4, lambda y, x: 0 * y + 0.5), places(30)
    dy, dx = y[..., None] - found.middle[:, 0], x[..., None] - found.middle[:, 1]
    along, across = np.cos(0.5) * dy + np.sin(0.5) * dx, np.cos(0.5) * dx - np.sin(0.5) * dy
    far = np.maximum(abs(along), abs(across))
    assert np.allclose(found.distance, far.min(axis=2))


def test_ramps_masks_and_mixtures_by_hand():
    assert ramp([(0, 0, 0), (100, 50, 0), (200, 50, 8)], np.array([0.0, 0.25, 0.75])).tolist() == [
        [0, 0, 0],
        [50, 25, 0],
        [150, 50, 4],
    ]
    assert soft(np.array([-1.0, 0.0, 0.05, 1.0]), 0.2).tolist() == pytest.approx([1, 0.5, 0.25, 0])
    assert mixed(np.full((1, 1, 3), 10.0), (20, 30, 40), np.array([[0.5]])).tolist() == [[[15, 20, 25]]]


def test_a_blur_keeps_a_constant_field_and_spreads_a_point():
    assert np.ptp(blurred(np.full((9, 9), 0.4), 2)) == 0
    point = np.zeros((9, 9))
    point[4, 4] = 1
    spread = blurred(point, 1.5)
    assert spread[4, 4] < 0.2
    assert spread[4, 6] > 0
