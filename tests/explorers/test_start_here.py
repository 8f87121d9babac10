"""The explorers of the first notebook: every state is drawn, captions tell true numbers, the window stays inside."""

import io
import re
from itertools import product

import numpy as np
import pytest
from PIL import Image

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.start_here import (
    LEFT,
    PHOTOS,
    SIDE,
    TOP,
    few_caption,
    few_numbers,
    few_picture,
    numbers_pointer,
    original,
    picture_as_numbers,
    reduced,
    shades,
    source,
)
from cnncourse.pictures import photo


def _upload(content: bytes):
    return ({"name": "mine", "content": memoryview(content)},)


def _png(height, width) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


# --- a picture is a table of numbers ---


@pytest.mark.parametrize(("name", "side", "inverted"), list(product(PHOTOS, (16, 96), (False, True))))
def test_every_state_of_the_numbers_is_drawn(name, side, inverted):
    explorer = picture_as_numbers()
    for corner in [(0, 0), (95, 95)]:
        explorer.set(name=name, side=side, inverted=inverted, corner=corner)
        assert explorer.picture.dtype == np.uint8
        assert explorer.picture.std() > 5


def test_the_caption_tells_the_first_number_of_the_window():
    explorer = picture_as_numbers()
    explorer.set(name="camera", side=32, corner=(3, 17))
    value = photo("camera", 32, gray=True)[3, 17]
    caption = explorer._caption(**explorer.state)
    assert f"<b>{value:.2f}</b>" in caption
    assert "row 3, column 17" in caption
    assert "32 × 32 = 1,024 numbers" in caption


def test_the_negative_is_drawn_by_the_learners_function_and_says_so():
    explorer = picture_as_numbers(lambda picture: 1 - picture, show_negative=True)
    assert "drawn by <em>your</em>" in explorer._caption(**explorer.state)
    explorer = picture_as_numbers(lambda picture: None, show_negative=True)
    assert "still empty" in explorer._caption(**explorer.state)


def test_the_negative_of_the_course_is_another_picture():
    explorer = picture_as_numbers()
    before = explorer.picture
    explorer.set(inverted=True)
    assert np.abs(before.astype(int) - explorer.picture).mean() > 10


@pytest.mark.parametrize(
    ("event", "corner"),
    [
        (PointerEvent("click", LEFT + SIDE / 2 + 1, TOP + SIDE / 2 + 1), (20, 20)),
        (PointerEvent("drag", LEFT + 1, TOP + 1), (0, 0)),
        (PointerEvent("click", LEFT + SIDE - 1, TOP + 1), (0, 40)),
        (PointerEvent("key", key="ArrowRight"), (5, 8)),
        (PointerEvent("key", key="ArrowUp"), (4, 7)),
    ],
)
def test_pointer_and_keys_move_the_window(event, corner):
    assert numbers_pointer(event, name="cat", side=48, inverted=False, corner=(5, 7)) == {"corner": corner}


@pytest.mark.parametrize("event", [PointerEvent("click", 5, 5), PointerEvent("release", 99, 99)])
def test_other_events_leave_the_window(event):
    assert numbers_pointer(event, name="cat", side=48, inverted=False, corner=(5, 7)) is None


def test_the_window_stays_inside_a_picture_that_became_smaller():
    explorer = picture_as_numbers()
    explorer.set(side=96, corner=(88, 88))
    explorer.set(side=16)
    assert "row 8, column 8" in explorer._caption(**explorer.state)


# --- how few numbers still make a picture? ---


@pytest.mark.parametrize(("rows", "bits", "colour"), list(product((4, 160), (1, 8), (False, True))))
def test_every_state_of_the_few_numbers_is_drawn(rows, bits, colour):
    for name, upload in [("china", ()), ("text", ()), ("cat", _upload(_png(30, 90)))]:
        picture = few_picture(name=name, upload=upload, rows=rows, bits=bits, colour=colour)
        assert picture.dtype == np.uint8
        assert picture.std() > 5


@pytest.mark.parametrize("colour", [True, False])
def test_the_whole_photo_is_seen_beside_what_is_kept(colour):
    picture = few_picture(name="camera", upload=(), rows=4, bits=8, colour=colour)
    whole, kept = np.array_split(picture[120:760].astype(float), 2, axis=1)
    assert whole.std() > kept.std() > 5


def test_rows_and_shades_are_as_many_as_chosen():
    picture = reduced("astronaut", (), rows=12, bits=2, colour=False)
    assert picture.shape == (12, 12)
    assert set(np.unique(picture * 3).round(6)) <= {0, 1, 2, 3}


def test_the_caption_counts_bits():
    caption = few_caption(name="astronaut", upload=(), rows=40, bits=8, colour=True)
    assert f"<b>{40 * 40 * 3 * 8:,} bits</b>" in caption
    times = float(re.search(r"has ([\d,]+) times", caption).group(1).replace(",", ""))
    assert times == round(512 * 512 * 3 * 8 / (40 * 40 * 3 * 8))
    assert "1 of 2 shades" not in caption
    assert "× 1 bit =" in few_caption(name="cat", upload=(), rows=8, bits=1, colour=False)
    small = few_caption(name="cat", upload=_upload(_png(30, 30)), rows=160, bits=8, colour=True)
    assert "no fewer than the photo has" in small


def test_eight_bits_keep_every_byte():
    values = np.arange(256) / 255
    assert np.abs(shades(values, 8) - values).max() < 1e-12


def test_an_upload_takes_the_place_of_the_photo():
    assert original("cat", _upload(_png(30, 90)), colour=True).shape == (30, 90, 3)
    assert source("cat", _upload(_png(30, 90)))[1] == "Your own photo"


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_an_unreadable_upload_gets_a_sentence_and_leaves_the_photo(content):
    caption = few_caption(name="cat", upload=_upload(content), rows=8, bits=8, colour=True)
    assert "choose a" in caption
    assert (source("cat", _upload(content))[0] == photo("cat")).all()


def test_a_slider_changes_the_picture():
    explorer = few_numbers()
    before = explorer.picture
    explorer.set(rows=8)
    assert (before != explorer.picture).any()
