"""Photos and the spot of the explorers of notebook 1.1."""

import datetime
import io

import numpy as np
import pytest
from PIL import Image

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import edges_photos
from cnncourse.explorers.week1.edges_spot import moved_spot, spot_at, spot_in


def a_file(size=(90, 60), colour=(255, 0, 0), kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    data, when = buffer.getvalue(), datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    file = {"name": "me.png", "type": "image/png", "size": len(data), "last_modified": when}
    return ({**file, "content": memoryview(data)},)


def test_every_photo_is_a_grey_square_in_zero_to_one():
    for name in edges_photos.photo_choices()[:-1]:
        picture, source = edges_photos.chosen_photo(name, (), 24)
        assert picture.shape == (24, 24)
        assert 0 <= picture.min() <= picture.max() <= 1
        assert source.startswith("Photo: ")


def test_an_own_photo_is_cut_to_its_middle_and_made_grey():
    picture, source = edges_photos.chosen_photo(edges_photos.OWN, a_file(), 20)
    np.testing.assert_allclose(picture, np.full((20, 20), 0.299), atol=1e-9)
    assert "your own" in source


@pytest.mark.parametrize("size", [(3, 200), (1, 1), (7, 5)])
def test_a_tiny_or_narrow_own_photo_is_enlarged(size):
    picture, _ = edges_photos.chosen_photo(edges_photos.OWN, a_file(size, (255, 255, 255)), 40)
    np.testing.assert_allclose(picture, np.ones((40, 40)))


def test_resampling_keeps_the_mean_of_each_quarter():
    square = np.random.default_rng(0).random((12, 12))
    quarters = edges_photos._block_means(square, 2)
    np.testing.assert_allclose(quarters, square.reshape(2, 6, 2, 6).mean(axis=(1, 3)))


def test_without_a_file_or_with_a_broken_one_a_photo_stands_in_and_a_sentence_says_so():
    bundled, _ = edges_photos.chosen_photo("camera", (), 20)
    for upload, word in (((), "Choose"), (({"content": memoryview(b"no picture")},), "not a picture")):
        picture, sentence = edges_photos.chosen_photo(edges_photos.OWN, upload, 20)
        np.testing.assert_array_equal(picture, bundled)
        assert word in sentence


def test_a_spot_is_under_the_pointer_on_either_picture():
    assert spot_at(60, 30, (10, 210), 20, 100) == (0.1, 0.5)
    assert spot_at(260, 30, (10, 210), 20, 100) == (0.1, 0.5)
    assert spot_at(150, 30, (10, 210), 20, 100) is None


def test_hovering_moves_a_spot_only_until_it_is_pinned():
    event = PointerEvent("hover", 0, 0)
    assert moved_spot(event, (0.2, 0.2), (0.9, 0.9), False, 10) == {"spot": (0.2, 0.2)}
    assert moved_spot(event, (0.2, 0.2), (0.9, 0.9), True, 10) is None
    assert moved_spot(event, None, (0.9, 0.9), False, 10) is None


def test_a_click_pins_and_a_second_one_on_the_same_pixel_lets_go():
    click = PointerEvent("click", 0, 0)
    assert moved_spot(click, (0.2, 0.2), (0.9, 0.9), False, 10)["pinned"]
    assert moved_spot(click, (0.24, 0.2), (0.2, 0.2), True, 10)["pinned"] is False


def test_arrow_keys_walk_one_pixel_and_stop_at_the_border():
    key = PointerEvent("key", key="ArrowDown")
    assert spot_in(moved_spot(key, None, (0.5, 0.5), False, 10)["spot"], 10) == (6, 5)
    assert spot_in(moved_spot(key, None, (0.99, 0.5), False, 10)["spot"], 10) == (9, 5)
    assert moved_spot(PointerEvent("key", key=" "), None, (0.5, 0.5), True, 10) == {"pinned": False}
