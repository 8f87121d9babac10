import re
from itertools import pairwise

import numpy as np
import pytest

from cnncourse.convolution import receptive_field
from cnncourse.explorers import Painter, PointerEvent
from cnncourse.explorers.week2 import classic_networks as explore
from cnncourse.explorers.week2 import classic_networks_architecture as architecture
from cnncourse.explorers.week2 import classic_networks_architecture_picture as picture
from cnncourse.explorers.week2 import classic_networks_blocks as standing
from cnncourse.explorers.week2 import classic_networks_colour as colour
from cnncourse.explorers.week2 import classic_networks_norm as norm
from cnncourse.explorers.week2.classic_networks_steps import NETS, network

STATE = {"net": "VGG-16 (2014)", "side": 0, "photo_name": "cat", "step": 6, "at": (0.5, 0.5)}


def click(x, y):
    return PointerEvent("click", x, y)


def key(name):
    return PointerEvent("key", key=name)


# --- architectures: what is shown ---

TOTALS = {
    "LeNet-5 (1998)": 60_000,
    "AlexNet (2012)": 60_965_224,
    "VGG-16 (2014)": 138_357_544,
    "VGG-19 (2014)": 143_667_240,
    "GoogLeNet (2014)": 6_624_904,
    "ResNet-18 (2015)": 11_689_512,
    "ResNet-50 (2015)": 25_557_032,
}


def test_every_network_has_all_its_parameters():
    assert {name: network(name).total("parameters") for name in NETS} == TOTALS


@pytest.mark.parametrize(
    ("name", "kind", "shapes"),
    [
        ("LeNet-5 (1998)", "convolution", [(6, 28, 28), (16, 10, 10), (120, 1, 1)]),
        ("AlexNet (2012)", "pooling", [(96, 27, 27), (256, 13, 13), (256, 6, 6)]),
        ("VGG-19 (2014)", "pooling", [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]),
        ("ResNet-50 (2015)", "residual block", [(256, 56, 56)] * 3 + [(512, 28, 28)] * 4 + [(1024, 14, 14)] * 6
         + [(2048, 7, 7)] * 3),
        ("GoogLeNet (2014)", "inception module", [(256, 28, 28), (480, 28, 28), *[(512, 14, 14)] * 3, (528, 14, 14),
         (832, 14, 14), (832, 7, 7), (1024, 7, 7)]),
    ],
)  # fmt: skip
def test_steps_have_the_papers_shapes(name, kind, shapes):
    assert [step.shape for step in network(name).steps if step.kind == kind] == shapes


def test_vggs_steps_are_named_as_in_the_paper_and_see_what_the_course_computes():
    steps = network("VGG-16 (2014)").steps
    assert [step.name for step in steps[:8]] == [
        *("conv1_1", "conv1_2", "pool1", "conv2_1", "conv2_2", "pool2", "conv3_1", "conv3_2"),
    ]
    layers = [(3, 1, 1) if step.kind == "convolution" else (2, 2, 0) for step in steps[:18]]
    assert [step.field for step in steps[:18]] == receptive_field(layers)


@pytest.mark.parametrize(
    ("name", "side", "words"),
    [
        ("AlexNet (2012)", 224, "dense6 expects 9,216 numbers and would get 6,400"),
        ("AlexNet (2012)", 64, "the window of pool5 does not fit into maps of 2 × 2"),
        ("LeNet-5 (1998)", 64, "f6 expects 120 numbers and would get 9,720"),
    ],
)
def test_a_picture_that_does_not_fit_ends_with_the_reason(name, side, words):
    assert network(name, side).problem == words
    text = architecture.caption(**{**STATE, "net": name, "side": side})
    assert words in text
    assert "%" not in text


def test_shares_in_the_caption_never_round_up_to_all():
    text = architecture.caption(**{**STATE, "net": "VGG-16 (2014)", "side": 0})
    assert re.findall(r"<b>(.*?)</b>", text) == ["89%", "99%", "over 99%"]


@pytest.mark.parametrize("net", NETS)
def test_every_steps_details_fit_beside_the_photo(net):
    painter = Painter(10, 10)
    for step in network(net).steps:
        detail = step.detail if step.kind in step.name else f"{step.kind}: {step.detail}"
        assert painter.text_width(detail, 12) < picture.PHOTO_X - picture.TEXT_X - 6


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("side", [0, 32, 320])
def test_the_picture_is_painted_in_every_state(net, side):
    last = len(network(net, side).steps) - 1
    for step in {0, last, 99}:
        state = {**STATE, "net": net, "side": side, "step": step, "at": (0.0, 1.0)}
        assert picture.render(**state).shape == (2 * picture.HEIGHT, 2 * picture.WIDTH, 3)
        assert architecture.alt(**state)
        assert architecture.caption(**state)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("side", [0, 32, 320])
def test_blocks_stand_side_by_side_on_the_sheet_to_one_scale(net, side):
    chosen = network(net, side)
    found = standing.blocks(chosen)
    assert all(a.right <= b.x for a, b in pairwise(found))
    assert found[-1].right <= picture.WIDTH
    heights = [(block.high, step.shape) for block, step in zip(found[1:], chosen.steps, strict=True) if block.deep]
    unit = standing.TALLEST / chosen.input_shape[1]
    assert all(high == pytest.approx(max(2, shape[1] * unit)) for high, shape in heights)


def test_thickness_is_in_proportion_to_channels():
    chosen = network("VGG-16 (2014)")
    thick = {step.name: block.thick for step, block in zip(chosen.steps, standing.blocks(chosen)[1:], strict=True)}
    assert thick["conv3_1"] == pytest.approx(4 * thick["conv1_1"])
    assert thick["pool5"] == pytest.approx(2 * thick["conv3_3"])


def test_the_field_is_that_of_the_nearest_unit():
    chosen = network("VGG-16 (2014)")
    assert picture.field_box(chosen, 2, (0.5, 0.5)) == (110, 110, 116, 116)
    assert picture.field_box(chosen, 2, (0.0, 1.0)) == (-2, 220, 4, 226)
    assert picture.field_box(chosen, 20, (0.5, 0.5)) is None


def test_the_caption_says_where_parameters_and_work_are():
    text = architecture.caption(**STATE)
    dense = 102_764_544 + 16_781_312 + 4_097_000
    assert f"<b>{dense / 138_357_544:.0%}</b> of the parameters" in text
    assert "<b>99%</b> of the multiplications" in text


# --- architectures: what the learner does ---


def test_a_click_on_a_block_or_under_it_chooses_it():
    for number, block in enumerate(standing.blocks(network(STATE["net"]))[1:]):
        assert architecture.pointer(click(block.x + 1, standing.FLOOR - 2), **STATE) == {"step": number}
        assert architecture.pointer(click(block.x + 1, 460), **STATE) == {"step": number}


def test_a_click_on_the_photo_moves_the_unit_and_the_title_does_nothing():
    x, y = picture.PHOTO_X + picture.PHOTO / 4, picture.PHOTO_Y + picture.PHOTO / 2
    assert architecture.pointer(click(x, y), **STATE) == {"at": (0.5, 0.25)}
    assert architecture.pointer(click(50, 10), **STATE) is None
    assert architecture.pointer(PointerEvent("hover", x, y), **STATE) is None


@pytest.mark.parametrize(
    ("name", "step", "expected"),
    [
        ("ArrowRight", 6, 7), ("ArrowLeft", 6, 5), ("ArrowLeft", 0, 0), ("ArrowRight", 20, 20), ("ArrowDown", 6, 9),
        ("ArrowUp", 6, 5), ("ArrowUp", 0, 0), ("ArrowDown", 20, 20), ("Enter", 6, 9),
    ],
)  # fmt: skip
def test_arrows_walk_through_the_steps_and_to_changes_of_size(name, step, expected):
    assert architecture.pointer(key(name), **{**STATE, "step": step}) == {"step": expected}


def test_every_control_of_the_architectures_changes_the_picture():
    explorer = explore.architectures()
    for change in (
        {"net": "ResNet-18 (2015)"},
        {"side": 96},
        {"photo_name": "coffee"},
        {"step": 3},
        {"at": (0.1, 0.9)},
    ):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


# --- response normalisation ---


@pytest.mark.parametrize("size", [1, 5, 15])
@pytest.mark.parametrize("chosen", [0, 15])
@pytest.mark.parametrize("a", [norm.START, (0.0,) * 16, (10.0,) * 16])
def test_the_normalisation_is_painted_in_every_state(size, chosen, a):
    explorer = explore.response_norm()
    explorer.set(size=size, chosen=chosen, a=a, alpha=1.0, beta=2.0, k=0.5)
    assert explorer.picture.shape == (744, 1630, 3)


def test_the_caption_divides_as_worked_out_by_hand():
    explorer = explore.response_norm()
    explorer.set(a=(0.0,) * 4 + (3.0, 4.0) + (0.0,) * 10, chosen=4, size=3, alpha=1.0, beta=1.0, k=1.0)
    assert "Map 4 is divided by <b>26.000</b>" in explorer._caption_box.value
    explorer.set(chosen=0)
    assert "Map 0 is 0 and stays 0" in explorer._caption_box.value


def test_bars_are_dragged_and_keys_choose_and_change():
    state = {"chosen": 5, "a": norm.START}
    dragged = norm.norm_pointer(PointerEvent("drag", norm.LEFT + 2 * norm.STEP + 3, norm.BASE - 100), **state)
    assert (dragged["chosen"], dragged["a"][2], dragged["a"][3]) == (2, 5.0, 1.5)
    assert norm.norm_pointer(key("ArrowLeft"), **{**state, "chosen": 0}) == {"chosen": 15}
    assert norm.norm_pointer(key("ArrowUp"), **state)["a"][5] == 2.5
    assert norm.norm_pointer(key("ArrowDown"), chosen=8, a=norm.START)["a"][8] == 0.0
    assert norm.norm_pointer(click(60, 330), **state) is None
    assert norm.norm_pointer(click(2, norm.BASE), **state) is None


def test_every_control_of_the_normalisation_changes_the_picture():
    explorer = explore.response_norm()
    for change in ({"size": 7}, {"alpha": 1.0}, {"beta": 0.5}, {"k": 1.0}, {"chosen": 9}, {"a": (2.0,) * 16}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_learners_normalisation_is_drawn_and_said():
    explorer = explore.response_norm(lambda a, size, alpha, beta, k: a / k)
    assert "It gives another answer here" in explorer._caption_box.value
    assert "divided by <b>2.000</b>" in explorer._caption_box.value


# --- colour noise ---


@pytest.mark.parametrize("photo_name", colour.PHOTOS)
@pytest.mark.parametrize("alpha", [-1.0, 0.0, 1.0])
def test_the_colours_are_painted_in_every_state(photo_name, alpha):
    explorer = explore.colour_noise()
    explorer.set(photo_name=photo_name, a1=alpha, a2=-alpha, a3=alpha, per_pixel=alpha > 0)
    assert explorer.picture.shape == (884, 1630, 3)
    assert ("another colour for every pixel" in explorer._caption_box.value) == (alpha > 0)


def test_no_alphas_change_nothing_and_the_papers_weights_change_little():
    explorer = explore.colour_noise()
    explorer.set(a1=0.0, a2=0.0, a3=0.0)
    assert "<b>0.0, 0.0, 0.0</b>" in explorer._caption_box.value
    image = np.array([[[0.2, 0.4, 0.6]]])
    values, axes = np.array([0.25, 0.04, 0.01]), np.eye(3)
    for weight, expected in ((colour.PAPERS, [0.225, 0.4, 0.6]), (colour.SPREAD, [0.25, 0.4, 0.6])):
        assert colour.shifted(image, np.array([0.1, 0, 0]), values, axes, weight)[0, 0] == pytest.approx(expected)


def test_grain_differs_from_pixel_to_pixel():
    image = np.full((20, 30, 3), 0.5)
    noise = colour.grain(image, np.array([0.1, 0.1, 0.1]), np.array([0.3, 0.2, 0.1]), np.eye(3), colour.PAPERS) - image
    assert noise.std(axis=(0, 1)) == pytest.approx([0.03, 0.02, 0.01], rel=0.15)


def test_every_control_of_the_colours_changes_the_picture():
    explorer = explore.colour_noise()
    for change in ({"photo_name": "cat"}, {"weight": colour.PAPERS}, {"a1": 0.9}, {"per_pixel": True}, {"a3": 0.8}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1), (-1, -1, -1)])
def test_right_components_of_other_signs_are_not_called_another_answer(signs):
    def components(images):
        eigenvalues, eigenvectors = colour.colour_components(images)
        return eigenvalues, eigenvectors * signs

    theirs, course = explore.colour_noise(components), explore.colour_noise()
    assert "drawn by <em>your</em>" in theirs._caption_box.value
    assert "another answer" not in theirs._caption_box.value
    assert (theirs.picture == course.picture).all()


def test_the_sentence_about_the_learners_function_belongs_to_the_photo_shown():
    def components(images):
        eigenvalues, eigenvectors = colour.colour_components(images)
        return eigenvalues * (1 if images.mean() > 0.3 else 2), eigenvectors

    bright, dark = "coffee", "rocket"
    assert colour._photo(bright).mean() > 0.3 > colour._photo(dark).mean()
    explorer = explore.colour_noise(components)
    for photo_name in (bright, dark, bright, dark):
        explorer.set(photo_name=photo_name)
        assert ("another answer" in explorer._caption_box.value) == (photo_name == dark)


def test_the_learners_components_are_used():
    def components(images):
        return np.array([0.3, 0.2, 0.1]), np.eye(3)

    components.__name__ = "colour_components"
    explorer = explore.colour_noise(components)
    assert "It gives another answer" in explorer._caption_box.value
