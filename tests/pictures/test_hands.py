import numpy as np
import pytest

from cnncourse.pictures import hands
from cnncourse.pictures.hand_shading import CAMERA_DISTANCE, visible_segments


def render(fingers, seed, preset="hard", size=32):
    return hands.render_hand(fingers, np.random.default_rng(seed), preset, size)


@pytest.mark.parametrize("preset", hands.PRESETS)
def test_the_same_seed_gives_the_same_picture_and_another_seed_another(preset):
    first, again, other = render(3, 7, preset), render(3, 7, preset), render(3, 8, preset)
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.5


@pytest.mark.parametrize("size", [8, 31, 64])
def test_a_picture_is_square_and_rgb_bytes(size):
    picture = render(2, 1, size=size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8


def test_the_easy_preset_has_a_plain_background_and_the_hard_one_often_not():
    def border_spread(preset, seed):
        return render(5, seed, preset)[:2].reshape(-1, 3).std(axis=0).max()

    assert max(border_spread("easy", seed) for seed in range(6)) < 12
    assert np.median([border_spread("hard", seed) for seed in range(12)]) > 6


def test_the_easy_preset_shows_palms_and_the_hard_one_both_sides():
    def palms(preset):
        scenes = [hands.sample_scene(4, np.random.default_rng(seed), preset) for seed in range(16)]
        return {bool(scene.pose.frame[2, 2] > 0) for scene in scenes}

    assert palms("easy") == {True}
    assert palms("hard") == {True, False}


@pytest.mark.parametrize("preset", hands.PRESETS)
def test_both_hands_occur(preset):
    scenes = [hands.sample_scene(0, np.random.default_rng(seed), preset) for seed in range(12)]
    assert {bool(np.linalg.det(scene.pose.frame) > 0) for scene in scenes} == {True, False}


@pytest.mark.parametrize("fingers", range(6))
def test_every_fingertip_and_knuckle_is_inside_the_picture(fingers):
    for seed in range(8):
        scene = hands.sample_scene(fingers, np.random.default_rng([fingers, seed]), "hard")
        joints = scene.pose.fingers.reshape(-1, 3)
        seen = joints[:, :2] * CAMERA_DISTANCE / (CAMERA_DISTANCE - joints[:, 2:])
        assert (np.abs(seen) < scene.width / 2).all()


@pytest.mark.parametrize("fingers", range(1, 6))
def test_every_raised_finger_can_be_seen(fingers):
    for seed in range(6):
        scene = hands.sample_scene(fingers, np.random.default_rng([fingers, seed]), "hard")
        seen = visible_segments(scene.pose, scene.width)
        assert all(seen[finger] >= 8 for finger in scene.pose.raised)


def test_light_and_dark_skin_both_occur():
    scenes = [hands.sample_scene(0, np.random.default_rng(seed), "hard") for seed in range(24)]
    brightness = [scene.look.skin.mean() for scene in scenes]
    assert min(brightness) < 0.08
    assert max(brightness) > 0.4


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ((6, np.random.default_rng(0)), ValueError, "fingers must be at most 5, got 6"),
        ((-1, np.random.default_rng(0)), ValueError, "fingers must be at least 0, got -1"),
        ((2.5, np.random.default_rng(0)), TypeError, "fingers must be a whole number"),
        ((True, np.random.default_rng(0)), TypeError, "fingers must be a whole number"),
        ((2, 7), TypeError, "rng must be a numpy.random.Generator, got int"),
        ((2, np.random.default_rng(0), "medium"), ValueError, "preset must be one of 'easy', 'hard'"),
        ((2, np.random.default_rng(0), "hard", 4), ValueError, "size must be at least 8, got 4"),
    ],
)
def test_bad_arguments_are_named(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        hands.render_hand(*arguments)
