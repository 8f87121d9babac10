"""The filter playground of notebook 1.1: its numbers, extreme states, and how its controls keep in step."""

import datetime
import io

import numpy as np
import pytest
from PIL import Image

from cnncourse import convolution
from cnncourse.convolution import KERNELS, filter_image
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import edges_photos, edges_playground
from cnncourse.explorers.week1 import edges_playground_picture as playground_picture
from cnncourse.explorers.week1.edges import filter_playground

PLAYGROUND = {
    "photo": "camera", "upload": (), "pixels": 40, "preset": "Sobel x", "angle": 0, "view": "signed", "threshold": 30,
    "numbers": edges_playground.PRESETS["Sobel x"], "spot": (0.5, 0.5), "pinned": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "1")


def a_file(size=(90, 60), colour=(255, 0, 0), kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    data, when = buffer.getvalue(), datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    file = {"name": "me.png", "type": "image/png", "size": len(data), "last_modified": when}
    return ({**file, "content": memoryview(data)},)


def is_picture(rgb):
    return rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[1] <= 1800 and rgb.shape[0] <= 1120


@pytest.mark.parametrize("place", [(0, 0), (0, 6), (4, 0), (4, 6), (2, 3)])
def test_window_times_kernel_sums_to_the_output(place):
    rng = np.random.default_rng(3)
    picture, kernel = rng.random((5, 7)), rng.normal(size=(3, 3))
    window = playground_picture.window_at(picture, *place)
    output = filter_image(picture, kernel, border="edge")
    assert (window * kernel).sum() == pytest.approx(output[place])


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"pixels": 20, "spot": (0.0, 0.0), "view": "absolute"},
        {"pixels": 280, "spot": (0.9999, 0.9999), "view": "threshold", "threshold": 0},
        {"view": "threshold", "threshold": 100},
        {"numbers": (0.0,) * 9, "view": "signed"},
        {"numbers": (99.0,) * 9, "view": "as a picture"},
        {"numbers": (-99.0,) * 9, "view": "absolute", "photo": "hubble"},
        {"photo": edges_photos.OWN, "upload": ()},
        {"photo": edges_photos.OWN, "upload": a_file(), "view": "signed"},
    ],
)
def test_the_playground_draws_every_state(change):
    state = PLAYGROUND | change
    assert is_picture(edges_playground.render(**state))
    assert "nine numbers sum to" in edges_playground.caption(**state)


def test_the_playground_shows_the_output_number_of_the_spot():
    picture, _ = edges_photos.chosen_photo("camera", (), 40)
    d_x = convolution.image_gradient(picture)[1]
    text = edges_playground.caption(**PLAYGROUND)
    assert f"At row 20, column 20 it gives {edges_playground.decimal(d_x[20, 20])}." in text


def test_the_share_above_the_threshold_is_counted():
    output = np.array([[1.0, -2], [0, 4]])
    assert playground_picture.threshold_value(output, 50) == pytest.approx(0.5 * playground_picture.strongest(output))
    rgb = playground_picture.output_colours(output, "threshold", 40)
    assert (rgb[..., 0] < 128).tolist() == [[False, True], [False, True]]


def test_sums_of_kernels_are_explained():
    assert "gives 0" in edges_playground.sum_in_words(KERNELS["scharr_y"].ravel())
    assert "keeps its brightness" in edges_playground.sum_in_words(KERNELS["box_blur"].ravel())
    assert "9 times" in edges_playground.sum_in_words((1,) * 9)


def test_preset_angle_and_numbers_follow_each_other():
    explorer = filter_playground("camera")
    explorer.set(preset="Laplacian")
    assert explorer.state["numbers"] == edges_playground.PRESETS["Laplacian"]
    explorer.set(angle=90)
    assert explorer.state["preset"] == edges_playground.ANGLE
    np.testing.assert_allclose(np.reshape(explorer.state["numbers"], (3, 3)), KERNELS["sobel_y"], atol=1e-12)
    explorer.controls["numbers"]._fields[4].value = 7
    assert explorer.state["preset"] == edges_playground.OWN_NUMBERS
    assert explorer.state["numbers"][4] == 7
    explorer.set(preset=edges_playground.ANGLE)
    np.testing.assert_allclose(np.reshape(explorer.state["numbers"], (3, 3)), KERNELS["sobel_y"], atol=1e-12)


def test_a_kernel_that_keeps_brightness_is_shown_as_a_picture_and_an_edge_kernel_is_not():
    explorer = filter_playground("camera")
    explorer.set(preset="Sharpen")
    assert explorer.state["view"] == "as a picture"
    explorer.set(preset="Scharr x")
    assert explorer.state["view"] == "signed"


def test_a_chosen_file_and_a_moved_threshold_show_at_once():
    explorer = filter_playground("camera")
    explorer.set(upload=a_file())
    assert explorer.state["photo"] == edges_photos.OWN
    explorer.set(threshold=60)
    assert explorer.state["view"] == "threshold"


def test_a_number_of_the_grid_keeps_its_exact_value_until_it_is_edited():
    explorer = filter_playground("camera", "Box blur")
    assert explorer.state["numbers"][0] == 1 / 9
    explorer.controls["numbers"]._fields[8].value = 0.5
    assert explorer.state["numbers"][:8] == (1 / 9,) * 8


def test_clicks_on_the_drawn_kernel_change_one_number():
    middle = playground_picture.KERNEL_X + 1.5 * playground_picture.KERNEL_CELL
    upper, lower = playground_picture.KERNEL_Y + 5, playground_picture.KERNEL_Y + playground_picture.KERNEL_CELL - 5
    up = edges_playground.pointer(PointerEvent("click", middle, upper), **PLAYGROUND)
    down = edges_playground.pointer(PointerEvent("click", middle, lower), **PLAYGROUND)
    assert up["numbers"] == (-1, 1, 1, -2, 0, 2, -1, 0, 1)
    assert down["numbers"] == (-1, -1, 1, -2, 0, 2, -1, 0, 1)
    largest = edges_playground.pointer(PointerEvent("click", middle, upper), **PLAYGROUND | {"numbers": (99.0,) * 9})
    assert largest["numbers"][1] == 99


def test_the_learners_steerable_filter_turns_the_angle_slider():
    def steerable_filter(angle):
        return np.full((3, 3), float(angle))

    explorer = filter_playground("camera", oriented=steerable_filter)
    explorer.set(angle=35)
    assert explorer.state["numbers"] == (35.0,) * 9
    assert "<em>your</em>" in explorer._caption_box.value
    empty = filter_playground("camera", oriented=lambda angle: None)
    empty.set(angle=90)
    np.testing.assert_allclose(np.reshape(empty.state["numbers"], (3, 3)), KERNELS["sobel_y"], atol=1e-12)


def test_the_spot_moves_over_the_kept_sheet_as_if_all_were_drawn_anew():
    first, second = PLAYGROUND | {"spot": (0.2, 0.7)}, PLAYGROUND | {"spot": (0.6, 0.1)}
    playground_picture.render(**first)
    moved = playground_picture.render(**second)
    playground_picture._sheet.cache_clear()
    assert np.array_equal(playground_picture.render(**second), moved)
    assert not np.array_equal(playground_picture.render(**first), moved)


def test_the_threshold_slider_redraws_the_sheet():
    low, high = (PLAYGROUND | {"view": "threshold", "threshold": percent} for percent in (10, 60))
    assert not np.array_equal(playground_picture.render(**low), playground_picture.render(**high))
