import datetime
import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import hand_signs_photo as photo
from cnncourse.networks.hand_signs import load_hand_sign_net

TODAY = datetime.datetime(2024, 5, 17, tzinfo=datetime.UTC)
FIRST, *_, LAST = photo.SAMPLES


def click(x, y):
    return PointerEvent("click", x, y)


def key(name):
    return PointerEvent("key", key=name)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.AvgPool2d(8), nn.Flatten(), nn.Linear(192, 6)).eval()


def upload_of(picture):
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return ({"content": buffer.getvalue(), "name": "x", "type": "image/png", "size": 9, "last_modified": TODAY},)


def test_the_square_stays_in_the_picture():
    assert photo.square((100, 200), 50, (1.0, 1.0)) == (50, 150, 50)
    assert photo.square((100, 200), 100, (0.2, 0.5)) == (0, 50, 100)


def test_the_net_sees_the_square_and_nothing_else():
    pixels = np.zeros((128, 256, 3), np.uint8)
    pixels[64:, 128:192] = 200
    seen = photo.what_the_net_sees(Image.fromarray(pixels), 50, (0.625, 0.75), 0, False)
    assert seen.shape == (64, 64, 3)
    assert (seen == 200).all()


def test_mirror_and_turn_move_the_pixels_as_they_say():
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, 48:] = 240
    image = Image.fromarray(pixels)
    plain = photo.what_the_net_sees(image, 100, (0.5, 0.5), 0, False)
    assert (plain == pixels).all()
    assert (photo.what_the_net_sees(image, 100, (0.5, 0.5), 0, True) == pixels[:, ::-1]).all()
    turned = photo.what_the_net_sees(image, 100, (0.5, 0.5), 90, False)
    assert turned[4, 32, 0] > 200, "anticlockwise, the right edge comes to the top"
    assert turned[60, 32, 0] < 40


@pytest.mark.parametrize("name", [FIRST, LAST, photo.OWN])
@pytest.mark.parametrize(("part", "turn", "mirror", "centre"), [(25, -90, True, (0.0, 1.0)), (100, 33, False, (1, 0))])
def test_the_photo_paints_in_every_state(net, name, part, turn, mirror, centre):
    upload = upload_of(np.zeros((20, 300, 3), np.uint8))
    state = {"photo": name, "upload": upload, "part": part, "turn": turn, "mirror": mirror, "centre": centre}
    read = photo._reader(net)
    assert photo.photo_picture(read, **state).shape == (848, 1700, 3)
    assert "It reads <b>" in photo.photo_caption(read, **state)


def test_an_uploaded_file_is_chosen_at_once_and_a_broken_one_gets_a_sentence(net):
    explorer = photo.own_photo(net)
    explorer.set(upload=upload_of(np.full((40, 50, 3), 90, np.uint8)))
    assert explorer.state["photo"] == photo.OWN
    assert "Your own photo" in explorer._caption_box.value
    broken = explorer.state["upload"][0] | {"content": b"no picture"}
    explorer.set(upload=(broken,))
    assert "not a picture" in explorer._caption_box.value


def test_the_caption_says_what_the_net_itself_gives(net):
    explorer = photo.own_photo(net)
    image, truth, _ = photo.chosen_photo(explorer.state["photo"], ())
    seen = photo.what_the_net_sees(image, 90, (0.5, 0.5), 0, False)
    with torch.no_grad():
        logits = net(torch.from_numpy(seen.copy()).permute(2, 0, 1)[None].float() / 255)
    best = int(logits.argmax())
    assert f"It reads <b>{best}</b>" in explorer._caption_box.value
    assert ("That is right" in explorer._caption_box.value) == (best == truth)


def test_the_square_follows_pointer_and_keys():
    state = {"photo": FIRST, "upload": (), "centre": (0.5, 0.99)}
    middle = click(photo.LEFT + photo.SIDE / 2, photo.TOP + photo.SIDE / 4)
    assert photo.photo_pointer(middle, **state) == {"centre": (0.5, 0.25)}
    assert photo.photo_pointer(click(800, 100), **state) is None
    assert photo.photo_pointer(key("ArrowDown"), **state) == {"centre": (0.5, 1.0)}
    assert photo.photo_pointer(PointerEvent("drag", 900, 40), **state) == {"centre": (1.0, 0.0)}


def test_every_control_of_the_photo_changes_the_picture(net):
    explorer = photo.own_photo(net)
    changes = ({"photo": LAST}, {"part": 60}, {"turn": 30}, {"mirror": True}, {"centre": (0.4, 0.3)})
    for change in changes:
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_trained_net_reads_upright_samples_and_few_turned_ones():
    read = photo._reader(load_hand_sign_net())
    rights = {}
    for turn in (0, 30, 60, 90):
        seen = [photo.what_the_net_sees(photo._sample(count), 90, (0.5, 0.5), turn, False) for count in range(6)]
        rights[turn] = sum(int(read(pixels).argmax()) == count for count, pixels in enumerate(seen))
    assert rights == {0: 6, 30: 5, 60: 1, 90: 1}, "the notebook says so"
