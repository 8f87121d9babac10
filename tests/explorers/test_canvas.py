"""The canvas sends what changed, in full when it must, and gives pointer events back."""

import numpy as np
import pytest

from cnncourse.explorers.canvas import TILE, Canvas, PointerEvent, changed_boxes


class Browser:
    """Keeps the picture as canvas.js does: whole frames, patches in order, and a call for help where one is missing."""

    def __init__(self, canvas):
        self.canvas, self.sent, self.answers = canvas, 0, 0
        canvas.send, canvas.send_state = self.message, self.frame
        self.frame("frame")

    def frame(self, key):
        assert key == "frame"
        state = self.canvas.get_state("frame")["frame"]
        self.sent += len(state["pixels"])
        self.serial, self.scale = state["serial"], state["scale"]
        self.picture = np.frombuffer(state["pixels"], np.uint8).reshape(state["height"], state["width"], 3).copy()

    def message(self, content, buffers=()):
        if content["kind"] == "answered":
            self.answers += 1
            return
        assert content["serial"] == self.serial + 1
        self.serial, pixels = content["serial"], np.frombuffer(buffers[0], np.uint8)
        self.sent += pixels.size
        for x, y, width, height in content["boxes"]:
            box, pixels = np.split(pixels, [3 * width * height])
            self.picture[y : y + height, x : x + width] = box.reshape(height, width, 3)
        assert pixels.size == 0


def noise(height, width, seed=0, channels=3):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


@pytest.mark.parametrize("shape", [(1, 1), (31, 33), (32, 32), (64, 96), (65, 200), (7, 300)])
def test_after_any_change_the_browser_holds_the_same_picture(shape):
    canvas, rng = Canvas(noise(*shape)), np.random.default_rng(1)
    browser = Browser(canvas)
    picture = canvas.picture.copy()
    for _ in range(30):
        rows, columns = (np.sort(rng.integers(0, side + 1, 2)) for side in shape)
        picture = picture.copy()
        picture[rows[0] : rows[1], columns[0] : columns[1]] = rng.integers(0, 256, 3)
        canvas.paint(picture)
        assert np.array_equal(browser.picture, picture)


def test_one_changed_pixel_sends_one_tile():
    canvas = Canvas(noise(400, 600))
    browser = Browser(canvas)
    browser.sent = 0
    picture = canvas.picture.copy()
    picture[150, 333] ^= 255
    canvas.paint(picture)
    assert browser.sent == 3 * TILE * TILE


def test_an_equal_picture_sends_nothing():
    canvas = Canvas(noise(40, 40))
    browser = Browser(canvas)
    browser.sent = 0
    canvas.paint(canvas.picture.copy())
    assert browser.sent == 0


@pytest.mark.parametrize("picture", [noise(50, 40), noise(40, 50), noise(40, 40)])
def test_another_size_or_scale_sends_the_whole_picture(picture):
    canvas = Canvas(noise(40, 40, seed=2), scale=2)
    browser = Browser(canvas)
    canvas.paint(picture, scale=1)
    assert np.array_equal(browser.picture, picture)
    assert browser.scale == 1


def test_a_browser_that_missed_a_change_is_sent_the_whole_picture():
    canvas = Canvas(noise(40, 40))
    canvas.paint(noise(40, 40, seed=1))
    browser = Browser(canvas)
    browser.picture[:] = 0
    canvas._receive(canvas, {"kind": "ready", "serial": 0}, [])
    assert np.array_equal(browser.picture, canvas.picture)
    browser.sent = 0
    canvas._receive(canvas, {"kind": "ready", "serial": browser.serial}, [])
    assert browser.sent == 0


@pytest.mark.parametrize("channels", [3, 4])
def test_to_a_coarse_screen_a_picture_travels_at_half_its_size(channels):
    canvas = Canvas(noise(40, 60), scale=2)
    browser = Browser(canvas)
    canvas._receive(canvas, {"kind": "screen", "fine": False}, [])
    browser.sent = 0
    picture = noise(40, 60, seed=1, channels=channels)
    canvas.paint(picture)
    means = picture[..., :3].reshape(20, 2, 30, 2, 3).mean(axis=(1, 3))
    assert np.abs(browser.picture - means).max() <= 0.5
    assert (browser.scale, browser.sent) == (1, 3 * 20 * 30)
    assert np.array_equal(canvas.picture, picture[..., :3])


def test_a_coarse_screen_is_sent_changes_too():
    canvas = Canvas(noise(400, 600), scale=2)
    browser = Browser(canvas)
    canvas._receive(canvas, {"kind": "screen", "fine": False}, [])
    canvas.paint(noise(400, 600, seed=1))
    browser.sent = 0
    picture = canvas.picture.copy()
    picture[150:152, 332:334] ^= 255
    canvas.paint(picture)
    assert browser.sent == 3 * TILE * TILE
    assert np.abs(browser.picture - picture.reshape(200, 2, 300, 2, 3).mean(axis=(1, 3))).max() <= 0.5


def test_a_screen_that_becomes_fine_is_sent_every_pixel():
    canvas = Canvas(noise(40, 60), scale=2)
    browser = Browser(canvas)
    canvas._receive(canvas, {"kind": "screen", "fine": False}, [])
    canvas.paint(noise(40, 60, seed=1))
    canvas._receive(canvas, {"kind": "screen", "fine": True}, [])
    assert np.array_equal(browser.picture, canvas.picture)
    assert browser.scale == 2


def test_a_picture_painted_in_css_pixels_is_never_halved():
    canvas = Canvas(noise(40, 60), scale=1)
    browser = Browser(canvas)
    canvas._receive(canvas, {"kind": "screen", "fine": False}, [])
    canvas.paint(noise(40, 60, seed=1))
    assert np.array_equal(browser.picture, canvas.picture)


def test_opacity_is_left_out():
    canvas = Canvas(noise(40, 70, channels=4))
    browser = Browser(canvas)
    canvas.paint(noise(40, 70, seed=1, channels=4))
    assert browser.picture.shape == canvas.picture.shape == (40, 70, 3)
    assert np.array_equal(browser.picture, noise(40, 70, seed=1, channels=4)[..., :3])


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 4)), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4, 3), np.uint8)],
)
def test_a_picture_that_is_not_rgb_bytes_is_refused(picture):
    with pytest.raises(ValueError, match="picture must be uint8 of shape"):
        Canvas().paint(picture)


def test_pointer_events_reach_the_handler_and_are_answered():
    canvas, seen = Canvas(), []
    browser = Browser(canvas)
    canvas.on_pointer(seen.append)
    canvas._receive(canvas, {"kind": "click", "x": 3.5, "y": 4.0}, [])
    canvas._receive(canvas, {"kind": "key", "x": 0, "y": 0, "key": "ArrowLeft"}, [])
    assert seen == [PointerEvent("click", 3.5, 4.0), PointerEvent("key", key="ArrowLeft")]
    assert browser.answers == 2


def test_a_failing_handler_is_still_answered():
    canvas = Canvas()
    browser = Browser(canvas)
    canvas.on_pointer(lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        canvas._receive(canvas, {"kind": "click", "x": 0, "y": 0}, [])
    assert browser.answers == 1


def test_boxes_cover_every_difference_and_join_neighbouring_tiles():
    old, new = np.zeros((100, 200, 3), np.uint8), np.zeros((100, 200, 3), np.uint8)
    new[40, 10:90] = 1
    new[99, 199] = 1
    assert changed_boxes(old, new) == [[0, 32, 96, 32], [192, 96, 8, 4]]
    assert changed_boxes(old, old) == []
