import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week2 import residual_networks as explore
from cnncourse.explorers.week2 import residual_networks_blocks as blocks
from cnncourse.explorers.week2 import residual_networks_blocks_picture as picture
from cnncourse.explorers.week2 import residual_networks_runs as runs
from cnncourse.explorers.week2 import residual_networks_start as start
from cnncourse.networks.small_resnet import SmallResNet
from cnncourse.plots import figure_pixels
from cnncourse.training.degradation import gradient_norms, load_runs


def key(name):
    return PointerEvent("key", key=name)


def click(x, y):
    return PointerEvent("click", x, y)


def bold_numbers(html):
    return [float(text.replace("−", "-").replace(",", "")) for text in re.findall(r"<b>([−\d.,]+)</b>", html)]


# --- a block taken apart ---


def by_hand(name, scale, shortcut):
    """Go through the eight blocks with torch's own layers in float64."""
    stem, pairs = blocks.kernels()

    def norm(x):
        mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
        return (x - mean) / (variance + 1e-5).sqrt()

    picture = torch.from_numpy(blocks.photo(name, blocks.SIDE)).permute(2, 0, 1)[None]
    a = norm(F.conv2d(picture, stem.double(), padding=1)).clamp(min=0)
    outputs = [a]
    for first, second in pairs:
        inside = norm(F.conv2d(outputs[-1], first.double(), padding=1)).clamp(min=0)
        z = scale * norm(F.conv2d(inside, second.double(), padding=1))
        outputs.append((z + outputs[-1] if shortcut else z).clamp(min=0))
    return [output[0].numpy() for output in outputs]


@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize("scale", [0.3, 2.0])
def test_the_chain_is_what_torch_computes(scale, shortcut):
    found, expected = blocks.ways("coffee", scale, shortcut), by_hand("coffee", scale, shortcut)
    assert found[0].came == pytest.approx(expected[0], abs=1e-4)
    for way, output in zip(found, expected[1:], strict=True):
        assert way.gone == pytest.approx(output, abs=0.02)
    for way, following in pairwise(found):
        assert (way.gone == following.came).all()


@pytest.mark.parametrize("name", blocks.PHOTOS)
def test_a_scale_of_zero_makes_the_identity_with_the_shortcut_and_nothing_without(name):
    first, last = (blocks.ways(name, 0.0, True)[place] for place in (0, -1))
    assert (last.gone == first.came).all()
    assert (blocks.ways(name, 0.0, False)[0].gone == 0).all()


def test_likeness_is_the_correlation():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 3, 4, 5))
    assert blocks.likeness(one, other) == pytest.approx(np.corrcoef(one.ravel(), other.ravel())[0, 1])
    assert blocks.likeness(one, -2 * one) == pytest.approx(-1)
    assert np.isnan(blocks.likeness(one, np.zeros_like(one)))


def test_the_chains_caption_gives_both_likenesses():
    caption = explore.block_chain()._caption
    text = caption(name="cat", shortcut=True, scale=0.5, map=1, block=1)
    likenesses = [
        np.corrcoef(outputs[0].ravel(), outputs[-1].ravel())[0, 1]
        for outputs in (by_hand("cat", 0.5, True), by_hand("cat", 0.5, False))
    ]
    assert bold_numbers(text) == pytest.approx(likenesses, abs=0.012)
    assert caption(name="cat", shortcut=False, scale=0.5, map=1, block=1) == text
    assert "to the last bit" in caption(name="cat", shortcut=True, scale=0.0, map=1, block=1)
    assert "every number is the same" in caption(name="cat", shortcut=False, scale=0.0, map=1, block=1)


@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize(("scale", "block", "map"), [(0.0, 1, 8), (2.0, 8, 1), (0.7, 5, 3)])
def test_the_chain_paints_in_every_state(shortcut, scale, block, map):
    drawn = explore.block_chain()._render(name="camera", shortcut=shortcut, scale=scale, map=map, block=block)
    assert drawn.dtype == np.uint8
    assert drawn.shape == (round(picture.HEIGHT * picture.SCALE), round(picture.WIDTH * picture.SCALE), 3)


def test_every_control_of_the_chain_changes_the_picture():
    explorer = explore.block_chain()
    changes = ({"name": "clock"}, {"shortcut": False}, {"scale": 1.3}, {"map": 4}, {"block": 6})
    for change in changes:
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_a_block_is_chosen_by_click_and_a_map_by_keys():
    state = {"name": "cat", "shortcut": True, "scale": 1.0, "map": 1, "block": 8}
    x = picture.LEFT + 3 * picture.STEP + 5
    assert blocks.chain_pointer(click(x, picture.ROW + 5), **state) == {"block": 3}
    assert blocks.chain_pointer(click(picture.LEFT + 1, picture.ROW + 1), **state) == {"block": 1}
    assert blocks.chain_pointer(click(picture.LEFT + picture.SMALL + 5, picture.ROW + 1), **state) is None
    assert blocks.chain_pointer(click(5, 5), **state) is None
    assert blocks.chain_pointer(PointerEvent("hover", x, picture.ROW + 5), **state) is None
    assert blocks.chain_pointer(key("ArrowRight"), **state) == {"block": 8, "map": 1}
    assert blocks.chain_pointer(key("ArrowLeft"), **state) == {"block": 7, "map": 1}
    assert blocks.chain_pointer(key("ArrowUp"), **state) == {"block": 8, "map": 2}
    assert blocks.chain_pointer(key("ArrowDown"), **state) == {"block": 8, "map": 1}


def test_the_learners_block_draws_and_is_named():
    def identity_block(a, conv1, norm1, conv2, norm2):
        return F.relu(norm2(conv2(F.relu(norm1(conv1(a)))))) + a

    def empty(a, conv1, norm1, conv2, norm2): ...

    mine, courses = explore.block_chain(identity_block), explore.block_chain()
    assert (mine.picture != courses.picture).any()
    assert "gives another answer here" in mine._caption_box.value
    assert (explore.block_chain(empty).picture == courses.picture).all()
    assert "still empty" in explore.block_chain(empty)._caption_box.value

    def correct(a, conv1, norm1, conv2, norm2):
        return (a + norm2(conv2(norm1(conv1(a)).clamp(min=0)))).clamp(min=0)

    right = explore.block_chain(correct)
    assert (right.picture == courses.picture).all()
    assert "This picture is drawn by <em>your</em>" in right._caption_box.value


# --- gradients at the start ---


def test_the_first_gradients_are_those_of_a_training_step():
    pictures, labels = start.batch(4)
    net = SmallResNet(15, (2,) * 4, shortcuts=False, stem_stride=2, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, nn.Conv2d):
                part.weight.mul_(0.7)
    expected = gradient_norms(net, pictures, labels)
    assert start.gradients(2, False, True, 0.7, 4) == pytest.approx(expected, rel=1e-4)


def test_without_batch_norm_the_gradient_follows_the_weights():
    whole, smaller = (start.gradients(2, False, False, factor, 0) for factor in (1.0, 0.7))
    assert smaller[0] / whole[0] == pytest.approx(0.7**16, rel=1e-3)
    assert smaller[-1] / whole[-1] == pytest.approx(0.7**17, rel=1e-3)


def test_with_batch_norm_the_factor_does_not_make_the_gradient_vanish():
    for factor in start.FACTORS:
        norms = start.gradients(4, False, True, factor, 0)
        assert norms[0] > norms[-2]


@pytest.mark.parametrize("blocks_a_stage", [1, 6])
@pytest.mark.parametrize(("norm", "factor"), [(True, 0.5), (False, 0.5), (False, 1.5)])
@pytest.mark.parametrize("shown", ["both", "plain"])
def test_the_first_gradients_paint_in_every_state(blocks_a_stage, norm, factor, shown):
    state = {"blocks": blocks_a_stage, "norm": norm, "factor": factor, "shown": shown, "seed": 0}
    assert figure_pixels(start.render(**state)).shape == (720, 1640, 3)
    text = start.caption(**state)
    assert text.startswith(f"{8 * blocks_a_stage + 2} layers, {'with' if norm else 'without'} batch norm")


def test_the_captions_numbers_are_the_gradients():
    text = start.caption(blocks=2, norm=True, factor=1.0, shown="both", seed=1)
    expected = [start.gradients(2, shortcuts, True, 1.0, 1)[0] for shortcuts in (False, True)]
    assert bold_numbers(text) == pytest.approx(expected, rel=0.06)
    assert start._number(3.14e-7) == "3.1 · 10<sup>−7</sup>"
    assert (start._number(0), start._number(1234.4), start._number(0.123)) == ("0", "1,234", "0.12")


def test_every_control_of_the_first_gradients_changes_the_picture():
    explorer = explore.first_gradients()
    for change in ({"blocks": 1}, {"norm": False}, {"factor": 0.5}, {"shown": "plain"}, {"seed": 7}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


# --- trained runs ---

STATE = {"depth": 34, "shown": "both", "step": 0, "relative": False, "seeds": True, "live": (0, 0, 0)}


@pytest.mark.parametrize("depth", runs.DEPTHS)
@pytest.mark.parametrize("shown", ["both", "plain", "residual"])
@pytest.mark.parametrize(("step", "relative"), [(0, True), (300, False)])
def test_the_runs_paint_in_every_state(depth, shown, step, relative):
    state = STATE | {"depth": depth, "shown": shown, "step": step, "relative": relative}
    assert figure_pixels(runs.render(**state)).shape == (760, 1760, 3)


def test_every_control_of_the_runs_changes_the_picture():
    explorer = explore.degradation()
    for change in ({"depth": 66}, {"shown": "plain"}, {"step": 100}, {"relative": True}, {"seeds": False}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_lines_are_the_committed_runs():
    _, artists = runs._build()
    runs._update(artists, **STATE | {"step": 30, "relative": True})
    mine = [r for r in load_runs()[1] if (r.depth, r.kind) == (34, "plain")]
    for line, run in zip(artists["plain"]["layers"], mine, strict=True):
        assert line.get_ydata() == pytest.approx(np.multiply(run.gradients[30], run.weights[30]))
    for line, run in zip(artists["plain"]["seeds"], mine, strict=True):
        assert line.get_ydata()[-1] == pytest.approx(np.mean(run.loss[-20:]))
        assert line.get_ydata()[4] == pytest.approx(np.mean(run.loss[:5]))


def test_the_runs_caption_gives_the_means_of_the_last_fifty_steps():
    text = runs.caption(**STATE)
    ends = {(r.depth, r.kind, r.seed): np.mean(r.loss[250:]) for r in load_runs()[1]}
    expected = [np.mean([ends[34, kind, seed] for seed in range(3)]) for kind in ("plain", "residual")]
    assert bold_numbers(text) == pytest.approx(expected, abs=0.006)
    assert "332,567 parameters either way" in text


def test_a_live_run_goes_on_where_it_stopped_and_begins_like_the_committed_ones():
    whole, parts = runs.LiveRun(18, "residual"), runs.LiveRun(18, "residual")
    expected = whole.up_to(3)
    parts.up_to(1)
    assert parts.up_to(3) == pytest.approx(expected, rel=1e-4)
    assert parts.up_to(2) == pytest.approx(expected[:2], rel=1e-4)
    assert expected[0] == pytest.approx(np.log(15), abs=0.1)


def test_the_button_trains_the_depth_that_is_shown_to_the_end_at_most(monkeypatch):
    assert runs.train_on_here(**STATE) == {"live": (0, 20, 0)}
    assert runs.train_on_here(**STATE | {"live": (40, 290, 0)}) == {"live": (40, 300, 0)}

    class Pretended:
        def __init__(self, depth, kind):
            self.level = 1.0 if kind == "plain" else 0.5

        def up_to(self, steps):
            return np.full(steps, self.level)

    monkeypatch.setattr(runs, "live_run", Pretended)
    explorer = explore.degradation(depth=66)
    before = explorer.picture.copy()
    explorer.set(live=(0, 0, 20))
    assert (explorer.picture != before).any()
    assert "Trained here (black), 20 steps: plain 1.00, with shortcuts 0.50." in explorer._caption_box.value
    explorer.set(depth=18)
    assert "Trained here" not in explorer._caption_box.value
