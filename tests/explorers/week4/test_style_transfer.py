"""The explorers of notebook 4.4 draw every state, follow pointer and keys, and say what arithmetic says."""

import asyncio
import datetime
import io
import itertools

import numpy as np
import pytest
import torch
from PIL import Image

from cnncourse.explorers.week4 import style_transfer as explore
from cnncourse.explorers.week4.style_transfer_gram import COLOURS, MATRIX, picture_of
from cnncourse.explorers.week4.style_transfer_job import Job, save_picture
from cnncourse.explorers.week4.style_transfer_studio import OWN, style_names
from cnncourse.explorers.week4.style_transfer_weights import WALL, weight_sheet
from cnncourse.networks.small_vgg import SmallVGG
from cnncourse.pictures.style_sheets import BETAS, CONTENT_LAYERS
from made_road_scenes import said
from toy_network import ToyNetwork

NET = SmallVGG(generator=torch.Generator().manual_seed(0)).eval().requires_grad_(False)

# --- gram ---


def test_the_gram_explorer_draws_extreme_states():
    explorer = explore.gram(NET)
    for layer, shuffled, centred in itertools.product((COLOURS, "conv1_1", "conv4_2"), (False, True), (False, True)):
        explorer.set(layer=layer, shuffled=shuffled, centred=centred, k=127, m=0)
        assert explorer.picture.shape == (956, 1700, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("picture", "waves"), ("layer", "conv2_1"), ("shuffled", True), ("centred", True), ("k", 7), ("m", 9)],
)
def test_every_part_of_the_gram_explorers_state_changes_its_picture(name, value):
    explorer = explore.gram(NET)
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_the_gram_caption_says_what_a_plain_sum_gives():
    explorer = explore.gram(NET)
    explorer.set(layer=COLOURS, k=0, m=2)
    pixels = picture_of("cat") / np.float32(255)
    expected = sum(float(r) * float(b) for r, b in zip(pixels[..., 0].ravel(), pixels[..., 2].ravel(), strict=True))
    assert f"{expected:,.1f} over 16,384 places" in said(explorer)
    assert f"{np.corrcoef(pixels[..., 0].ravel(), pixels[..., 2].ravel())[0, 1]:,.2f}." in said(explorer)


def test_shuffling_destroys_the_picture_and_keeps_the_numbers():
    explorer = explore.gram(NET)
    explorer.set(layer=COLOURS)
    matrix = (slice(84, 852), slice(892, 1660))
    before, number = explorer.picture.copy(), said(explorer).split(" places")[0]
    explorer.set(shuffled=True)
    assert not np.array_equal(before[84:464, 32:412], explorer.picture[84:464, 32:412])
    assert np.array_equal(before[matrix], explorer.picture[matrix])
    assert said(explorer).split(" places")[0] == number
    assert float(said(explorer).split("changed by ")[1].split(". ")[0]) < 1e-9


def test_a_click_and_keys_choose_a_cell():
    explorer = explore.gram(NET)
    explorer.set(layer=COLOURS)
    left, top, side = MATRIX
    explorer.point("click", left + side * 0.5, top + side * 0.9)
    assert (explorer.state["k"], explorer.state["m"]) == (2, 1)
    explorer.point("key", key="ArrowDown")
    explorer.point("key", key="ArrowLeft")
    assert (explorer.state["k"], explorer.state["m"]) == (2, 0)
    explorer.point("click", 5, 5)
    assert (explorer.state["k"], explorer.state["m"]) == (2, 0)


# --- weights ---


def test_every_picture_of_the_weights_can_be_shown():
    explorer, seen = explore.weights(), set()
    for layer, beta in itertools.product(CONTENT_LAYERS, BETAS):
        explorer.set(layer=layer, beta=beta)
        seen.add(explorer.picture.tobytes())
        row, column = CONTENT_LAYERS.index(layer), BETAS.index(beta)
        assert f"Content cost {weight_sheet().content[row, column]:.3f}" in said(explorer)
    assert len(seen) == len(CONTENT_LAYERS) * len(BETAS)


def test_more_style_weight_leaves_less_style_cost_in_every_row():
    sheet = weight_sheet()
    assert (np.diff(sheet.style[:, :4], axis=1) < 0).all()
    assert (sheet.content[:, -1] > sheet.content[:, 0]).all()


def test_a_click_and_keys_choose_a_picture():
    explorer = explore.weights()
    left, top, side, gap = WALL
    explorer.point("click", left + 4.5 * (side + gap), top + 0.5 * side)
    assert explorer.state == {"layer": CONTENT_LAYERS[0], "beta": BETAS[4]}
    for key in ("ArrowDown", "ArrowLeft", "ArrowRight", "ArrowRight"):
        explorer.point("key", key=key)
    assert explorer.state == {"layer": CONTENT_LAYERS[1], "beta": BETAS[4]}


# --- studio ---


def studio(folder="."):
    explorer = explore.style_studio(ToyNetwork(), folder)
    explorer.set(size=96, steps=5)
    return explorer


def press(explorer, label):
    next(b for b in explorer._flow.children if getattr(b, "description", "") == label).click()


def upload(content):
    file = {"name": "own.png", "type": "image/png", "size": len(content), "content": content}
    return (file | {"last_modified": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)},)


def png(height, width):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "value"), [("content", "china"), ("style", "waves"), ("content", OWN), ("start", "noise"), ("steps", 10)]
)
def test_the_studio_paints_what_is_chosen(name, value):
    explorer = studio()
    press(explorer, "Paint")
    before = explorer.state["run"]
    explorer.set(**{name: value})
    press(explorer, "Paint")
    after = explorer.state["run"]
    assert len(after.totals) == explorer.state["steps"]
    assert not after.running
    assert value == OWN or not np.array_equal(before.picture, after.picture)


def test_the_studio_says_its_costs():
    explorer = studio()
    press(explorer, "Paint")
    totals = explorer.state["run"].totals
    assert f"Step 5 of 5: cost {totals[0]:.3g} at the start, {min(totals):.3g} at best" in said(explorer)


def test_own_pictures_are_used_and_unreadable_ones_told():
    explorer = studio()
    explorer.set(own_content=upload(png(60, 90)), content=OWN)
    press(explorer, "Paint")
    assert explorer.state["run"].picture.shape == (64, 96, 3)
    explorer.set(own_style=upload(b"no picture"), style=OWN)
    assert "Until then “starry” stands in." in said(explorer)


def test_in_a_running_loop_the_studio_paints_in_slices_and_stop_keeps_the_best():
    async def session():
        explorer = studio()
        explorer.set(steps=300)
        explorer.point("key", key="Enter")
        assert explorer.state["run"].running
        for _ in range(200):
            await asyncio.sleep(0.01)
            if len(explorer.state["run"].totals) >= 2:
                break
        press(explorer, "Stop")
        stopped = explorer.state["run"]
        await asyncio.sleep(0.05)
        return stopped, explorer.state["run"]

    stopped, later = asyncio.run(session())
    assert not stopped.running
    assert 2 <= len(stopped.totals) < 300
    assert "the best picture is kept" in stopped.words
    assert len(later.totals) == len(stopped.totals)
    assert later.picture.shape == (64, 96, 3)


def test_the_kept_picture_is_the_best_one():
    job = Job(picture_of("cat"), picture_of("starry"), ToyNetwork(), 8, optimizer="adam", learning_rate=0.5)
    pictures = []
    while job.advance():
        pictures.append(job.shown().picture)
    best = int(np.argmin(job.totals))
    assert best < len(pictures)
    assert np.array_equal(job.shown().picture, pictures[best])
    assert job.words == "Done: 8 steps."


def test_keys_choose_style_and_weight():
    explorer = studio()
    explorer.point("key", key="ArrowRight")
    assert explorer.state["style"] == "grid"
    beta = explorer.state["beta"]
    explorer.point("key", key="ArrowUp")
    assert explorer.state["beta"] == pytest.approx(beta + 0.1)


def test_saving_never_overwrites_and_leaves_no_pieces(tmp_path):
    explorer = studio(tmp_path)
    press(explorer, "Save the picture")
    assert list(tmp_path.iterdir()) == []
    assert "Nothing is painted yet" in said(explorer)
    press(explorer, "Paint")
    press(explorer, "Save the picture")
    press(explorer, "Save the picture")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["painted_cat_glass-2.png", "painted_cat_glass.png"]
    assert np.array_equal(np.asarray(Image.open(tmp_path / "painted_cat_glass.png")), explorer.state["run"].picture)
    assert "painted_cat_glass-2.png" in said(explorer)


def test_a_failed_save_leaves_nothing(tmp_path):
    with pytest.raises(Exception, match=r"Cannot handle|many dim|could not"):
        save_picture(np.zeros((2, 2, 2, 5)), tmp_path, "broken")
    assert list(tmp_path.iterdir()) == []


def test_the_layers_of_a_choice_are_those_of_the_network():
    assert style_names("all", NET) == NET.LAYERS
    assert style_names("shallow half", NET) == ("conv1_1", "conv1_2", "conv2_1", "conv2_2")
    assert style_names("deep half", NET) == ("conv3_1", "conv3_2", "conv4_1", "conv4_2")
