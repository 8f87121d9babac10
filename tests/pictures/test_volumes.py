"""The chest phantom holds what it says where it says, and the shapes of the videos move as told."""

from itertools import pairwise

import numpy as np
import pytest

from cnncourse.pictures.volumes import BONE, FAT, LUNG, TISSUE, chest_phantom, moving_shapes

SIZE = 48


@pytest.fixture(scope="module")
def chests():
    return [chest_phantom(SIZE, np.random.default_rng(seed), noise=0) for seed in range(3)]


def at(volume, place):
    return volume[tuple(np.round(place).astype(int))]


def test_a_phantom_has_its_shapes_and_range(chests):
    for chest in chests:
        assert chest.volume.shape == chest.lungs.shape == (SIZE,) * 3
        assert chest.volume.dtype == np.float32
        assert chest.volume.min() >= 0
        assert chest.volume.max() <= 1
        assert chest.nodules.shape == (3, 3)
        assert chest.radii.shape == (3,)


def test_known_places_hold_air_fat_tissue_and_bone(chests):
    for chest in chests:
        assert (chest.volume[:, 0, 0] == 0).all()
        assert at(chest.volume, (24, 0.73 * SIZE, 24)) == pytest.approx(BONE, abs=1e-6)  # the spine
        assert at(chest.volume, (0.62 * SIZE, 0.42 * SIZE, 0.5 * SIZE)) == pytest.approx(TISSUE, abs=1e-6)  # the heart
        assert at(chest.volume, (24, 0.155 * SIZE, 24)) <= FAT + 0.15


def test_most_of_the_lungs_is_lung(chests):
    for chest in chests:
        assert np.median(chest.volume[chest.lungs]) == pytest.approx(LUNG, abs=0.01)
        assert 0.05 < chest.lungs.mean() < 0.25


def test_every_nodule_is_a_ball_of_tissue_in_a_lung(chests):
    for chest in chests:
        places = np.stack(np.indices(chest.volume.shape), axis=-1)
        for centre, radius in zip(chest.nodules, chest.radii, strict=True):
            away = np.linalg.norm(places - centre, axis=-1)
            assert chest.lungs[tuple(np.round(centre).astype(int))]
            np.testing.assert_allclose(chest.volume[away < radius - 0.6], TISSUE, atol=1e-6)
            shell = chest.volume[(away > radius + 0.6) & (away < radius + 2) & chest.lungs]
            assert np.median(shell) == pytest.approx(LUNG, abs=0.01)


def test_nodules_are_short_along_the_body_and_vessels_long(chests):
    for chest in chests:
        bright = (chest.volume > 0.4) & chest.lungs
        along = [bright[:, r, c].sum() for _, r, c in np.round(chest.nodules).astype(int)]
        columns = bright.sum(axis=0)
        assert min(along) <= 2 * np.ceil(chest.radii.max()) + 2
        assert (columns >= SIZE // 4).sum() > 10


def test_noise_has_the_promised_size():
    quiet, loud = (chest_phantom(SIZE, np.random.default_rng(4), noise=noise) for noise in (0, 0.03))
    inside = (quiet.volume > 0.3) & (quiet.volume < 0.7)
    assert (loud.volume - quiet.volume)[inside].std() == pytest.approx(0.03, rel=0.05)


def test_the_number_of_nodules_is_chosen():
    assert chest_phantom(32, np.random.default_rng(0), nodules=0).nodules.shape == (0, 3)
    assert chest_phantom(32, np.random.default_rng(0), nodules=5).nodules.shape == (5, 3)


def test_the_same_generator_gives_the_same_chest():
    first, second = (chest_phantom(32, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first.volume, second.volume)


def test_bad_arguments_of_a_phantom_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="size must be at least 32, got 16"):
        chest_phantom(16, rng)
    with pytest.raises(ValueError, match="nodules must be at least 0"):
        chest_phantom(32, rng, nodules=-1)
    with pytest.raises(ValueError, match="noise must be at least 0"):
        chest_phantom(32, rng, noise=-0.1)
    with pytest.raises(TypeError, match="rng must be a NumPy Generator"):
        chest_phantom(32, 0)


def centre_of(frame):
    """Return the centre of a bright shape on a ring: the angle of the first Fourier coefficient, in pixels."""
    size = len(frame)
    turn = np.exp(2j * np.pi * np.arange(size) / size)
    sums = (frame.sum(axis=1), frame.sum(axis=0))
    return np.array([np.angle((s * turn).sum()) / (2 * np.pi) * size for s in sums]) % size


@pytest.mark.parametrize("velocity", [(0, 0), (0, 2), (-1, 0), (1.5, -0.75), (3, 5)])
def test_a_shape_moves_by_its_velocity_from_frame_to_frame(velocity):
    video, starts = moving_shapes(7, 32, [velocity], np.random.default_rng(0))
    for number, frame in enumerate(video):
        expected = (starts[0] + number * np.array(velocity)) % 32
        away = (centre_of(frame) - expected + 16) % 32 - 16
        np.testing.assert_allclose(away, 0, atol=0.05)


def test_whole_velocities_shift_the_picture_exactly():
    video, _ = moving_shapes(5, 24, [(1, -2)], np.random.default_rng(3))
    for before, after in pairwise(video):
        np.testing.assert_allclose(after, np.roll(before, (1, -2), axis=(0, 1)), atol=1e-6)


def test_the_first_frame_does_not_know_the_velocity():
    frames = [moving_shapes(3, 24, [v, (0, 0)], np.random.default_rng(5))[0] for v in ((2, 1), (-2, -1), (0, 0))]
    np.testing.assert_array_equal(frames[0][0], frames[1][0])
    np.testing.assert_array_equal(frames[0][0], frames[2][0])
    assert not np.array_equal(frames[0][1], frames[1][1])


def test_a_shape_is_white_and_as_large_as_told():
    disc = moving_shapes(1, 32, [(0, 0)], np.random.default_rng(1))[0][0]
    assert disc.sum() == pytest.approx(np.pi * 3**2, rel=0.03)
    both = moving_shapes(1, 64, [(0, 0), (0, 0)], np.random.default_rng(8))[0][0]
    assert both.max() == 1
    assert both.sum() > disc.sum() + 30


def test_bad_arguments_of_a_video_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="velocities must have shape"):
        moving_shapes(3, 24, [1, 2], rng)
    with pytest.raises(ValueError, match="frames must be at least 1"):
        moving_shapes(0, 24, [(0, 0)], rng)
    with pytest.raises(ValueError, match="size must be at least 16"):
        moving_shapes(3, 8, [(0, 0)], rng)
    with pytest.raises(ValueError, match="noise must be at least 0"):
        moving_shapes(3, 24, [(0, 0)], rng, noise=-1)
