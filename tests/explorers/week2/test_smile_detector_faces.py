import io

import numpy as np
import pytest
import torch
from PIL import Image

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week2 import smile_detector_photo as photos
from cnncourse.explorers.week2 import smile_detector_studio as studio
from cnncourse.networks.smile_detector import SmileNet

STATE = {"person": 3, "preset": "tight", "smile": 0.6, "mouth": 0.0, "yaw": 0, "light": -0.4, "curves": ()}


def brightness(pictures):
    """Stand in for a detector: the mean of each picture as its probability."""
    return pictures.reshape(len(pictures), -1).mean(axis=1) / 255


@pytest.fixture
def flat_faces(monkeypatch):
    """Stand in for the renderer: the broader the smile, the brighter the picture, and person 9 is always dark."""

    def face(person, preset, smile, mouth, yaw, light):
        value = 20 if person == 9 else 127.5 + 100 * smile + yaw + light
        return np.full((64, 64, 3), value, np.uint8)

    monkeypatch.setattr(studio, "_face", face)


def click(x, y):
    return PointerEvent("click", x, y)


# --- the studio ---


def test_a_real_face_changes_with_every_setting_and_is_the_same_twice():
    setting = {name: STATE[name] for name in ("person", "preset", "smile", "mouth", "yaw", "light")}
    first = studio.face(**setting)
    assert first.shape == (64, 64, 3)
    studio._face.cache_clear()
    assert (studio.face(**setting) == first).all()
    changes = {"person": 4, "preset": "street", "smile": -0.6, "mouth": 0.5, "yaw": 20, "light": 0.9}
    for name, value in changes.items():
        assert (studio.face(**(setting | {name: value})) != first).any(), name


def test_a_smile_moves_the_mouth_and_not_the_hair():
    setting = {name: STATE[name] for name in ("person", "preset", "mouth", "yaw", "light")}
    calm, merry = (studio.face(smile=smile, **setting).astype(int) for smile in (-0.8, 1))
    change = np.abs(merry - calm).sum(axis=2)
    assert change[40:56].sum() > 20 * change[:14].sum()


def test_flips_are_interpolated_and_found_in_both_directions():
    assert studio.flips(0.5 + studio.SMILES - 0.25) == pytest.approx([0.25])
    assert studio.flips(np.abs(studio.SMILES)) == pytest.approx([-0.5, 0.5])
    assert studio.flips(np.zeros(21)).size == 0


def test_the_caption_says_where_the_curve_flips(flat_faces):
    state = STATE | studio.draw_curve(**STATE)
    assert "flips at a smile of <b>+0.00</b>" in studio.studio_caption(brightness, **state)
    assert "Press" in studio.studio_caption(brightness, **STATE)
    dark = STATE | {"person": 9}
    assert "never changes its mind" in studio.studio_caption(brightness, **dark | studio.draw_curve(**dark))


def test_the_last_four_different_curves_stay():
    state = dict(STATE)
    for person in (1, 2, 3, 2, 4, 5):
        state |= studio.draw_curve(**state | {"person": person})
    assert [curve[0] for curve in state["curves"]] == [3, 2, 4, 5]


def test_the_smile_is_chosen_in_the_plot_and_by_keys():
    left, top, width, _ = studio.PLOT
    assert studio.studio_pointer(click(left + width * 0.75, top + 9), smile=0) == {"smile": 0.5}
    assert studio.studio_pointer(click(left - 40, top + 9), smile=0) is None
    assert studio.studio_pointer(PointerEvent("key", key="ArrowLeft"), smile=-1.0) == {"smile": -1.0}
    assert studio.studio_pointer(PointerEvent("key", key="ArrowRight"), smile=0.1) == {"smile": 0.15}
    assert studio.studio_pointer(PointerEvent("key", key="ArrowUp"), smile=0.1) is None


@pytest.mark.parametrize("smile", [-1, 0, 1])
@pytest.mark.parametrize(("yaw", "light", "person"), [(-28, -1, 0), (28, 1, studio.LAST_PERSON)])
def test_the_studio_paints_in_every_state(flat_faces, smile, yaw, light, person):
    state = STATE | {"smile": smile, "yaw": yaw, "light": light, "person": person}
    state |= studio.draw_curve(**state)
    assert studio.studio_picture(brightness, **state).shape == (808, 1700, 3)


def test_every_control_and_button_of_the_studio_changes_the_picture(flat_faces):
    torch.manual_seed(0)
    explorer = studio.smile_studio(SmileNet((2, 3)))
    buttons = {button.description: button for button in explorer._flow.children[-4:]}
    for change in ({"smile": -0.5}, {"yaw": 12}, {"light": 1.0}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    for label in ("Draw this curve", "Another person", "The one before", "Clear the curves"):
        before = explorer.picture.copy()
        buttons[label].click()
        assert (explorer.picture != before).any(), label
    assert explorer.state["person"] == 8


# --- photos ---


def photo_state(**changes):
    state = {"choice": photos.ASTRONAUT, "upload": (), "mirror": False, **photos.framing(photos.ASTRONAUT)}
    return state | changes


@pytest.mark.parametrize("choice", photos.CHOICES)
@pytest.mark.parametrize(("part", "centre"), [(10, (0, 0)), (100, (1, 1))])
def test_every_photo_paints_and_speaks(choice, part, centre):
    state = photo_state(choice=choice, part=part, centre=centre)
    assert photos.photo_picture(brightness, **state).shape == (880, 1700, 3)
    assert "p(smile) is " in photos.photo_caption(brightness, **state)


def test_the_first_square_lies_on_the_astronauts_face():
    image, _ = photos.chosen_photo(photos.ASTRONAUT, ())
    left, top, side = photos.square(
        image.size, *(photos.framing(photos.ASTRONAUT)[name] for name in ("part", "centre"))
    )
    eyes, mouth = ((205, 100), (245, 100)), (225, 145)
    assert all(left < x < left + side and top < y < top + side for x, y in (*eyes, mouth))
    assert side < 200


def test_an_uploaded_picture_is_shown_and_a_damaged_one_explained():
    buffer = io.BytesIO()
    Image.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(buffer, "PNG")
    image, words = photos.chosen_photo(photos.OWN, ({"content": buffer.getvalue()},))
    assert image.size == (60, 40)
    assert "stays on this computer" in words
    assert "not a picture" in photos.chosen_photo(photos.OWN, ({"content": b"no picture"},))[1]
    assert "stands in" in photos.chosen_photo(photos.OWN, ())[1]


def test_the_square_of_a_photo_follows_pointer_and_keys():
    state = photo_state()
    middle = click(photos.LEFT + photos.SIDE / 2, photos.TOP + photos.SIDE / 4)
    assert photos.photo_pointer(middle, **state) == {"centre": (0.5, 0.25)}
    assert photos.photo_pointer(click(800, 20), **state) is None
    assert photos.photo_pointer(PointerEvent("key", key="ArrowUp"), **state | {"centre": (0.5, 0.0)}) == {
        "centre": (0.5, 0.0)
    }
    assert photos.photo_pointer(PointerEvent("key", key="Enter"), **state) is None


def test_choosing_another_photo_frames_it_anew():
    torch.manual_seed(0)
    explorer = photos.own_photo(SmileNet((2, 3)))
    assert explorer.state["part"] == photos.PART[photos.ASTRONAUT]
    for change in ({"mirror": True}, {"part": 60}, {"centre": (0.7, 0.7)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    explorer.controls["choice"].value = "a drawn smile"
    assert (explorer.state["part"], explorer.state["centre"]) == (100, (0.5, 0.5))
