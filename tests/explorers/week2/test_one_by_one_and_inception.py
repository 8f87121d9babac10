"""The explorers of notebook 2.3 draw every state, and their numbers agree with counts made another way."""

import itertools
import re

import numpy as np
import pytest
import torch

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week2 import one_by_one_and_inception_bottleneck as detour
from cnncourse.explorers.week2 import one_by_one_and_inception_counts as counts
from cnncourse.explorers.week2 import one_by_one_and_inception_mixer as mixer
from cnncourse.explorers.week2 import one_by_one_and_inception_mixer_picture as mixer_picture
from cnncourse.explorers.week2 import one_by_one_and_inception_module as builder
from cnncourse.explorers.week2 import one_by_one_and_inception_module_picture as builder_picture
from cnncourse.explorers.week2.one_by_one_and_inception import bottleneck_cost, inception_builder, pixel_mixer
from cnncourse.explorers.week2.one_by_one_and_inception_blocks import millions
from cnncourse.networks.inception import GoogLeNet, InceptionModule

DETOUR = {"side": 28, "channels": 192, "maps": 32, "kernel_size": 5, "width": 16}
MIX = {"name": "cat", "mix": "grey", "shuffled": False, "own": mixer.MIXES["grey"], "place": (10, 20)}
ALL_IN = dict.fromkeys(builder.SWITCHES, True)


def words(caption):
    return re.sub("<[^>]+>", "", caption)


def event(kind, x=0.0, y=0.0, key=""):
    return PointerEvent(kind, x, y, key)


def module_state(module="3a", **changes):
    widths = dict(zip(counts.Widths.NAMES, counts.WIDTHS[module], strict=True))
    return {"module": module, "chosen": 0} | ALL_IN | widths | changes


# --- the bottleneck ---


@pytest.mark.parametrize(("kernel_size", "channels", "maps"), list(itertools.product((1, 7), (32, 832), (16, 256))))
def test_the_detour_is_drawn_for_all_extremes(kernel_size, channels, maps):
    for width in (1, channels):
        state = {"side": 56, "channels": channels, "maps": maps, "kernel_size": kernel_size, "width": width}
        assert detour.render(**state).shape == (1015, 1630, 3)
        assert f"Through {width}:" in words(detour.caption(**state))


def test_the_detour_of_module_3a_costs_what_the_course_says():
    assert detour.costs(**DETOUR) == (120_422_400, 2_408_448, 10_035_200)
    said = words(detour.caption(**DETOUR))
    assert "= 120,422,400 multiplications" in said
    assert "2,408,448 + 10,035,200 = 12,443,648, 10.3% of it" in said
    assert "at a width of 154.8" in said


@pytest.mark.parametrize("state", [DETOUR, DETOUR | {"kernel_size": 1, "channels": 32}, DETOUR | {"maps": 256}])
def test_the_break_even_lies_between_the_last_width_that_saves_and_the_first_that_does_not(state):
    even = detour.break_even(**{name: state[name] for name in ("channels", "maps", "kernel_size")})
    saves = []
    for width in range(1, state["channels"] + 1):
        direct, first, second = detour.costs(**state | {"width": width})
        saves.append(first + second < direct)
    assert sum(saves) in (int(even), int(even) + (0 if even > int(even) else -1))
    assert saves == sorted(saves, reverse=True)


def test_a_detour_that_costs_more_is_called_so():
    assert "1.24 times as much" in words(detour.caption(**DETOUR | {"width": 192}))


def test_a_width_above_the_channels_is_drawn_as_all_of_them():
    wide = DETOUR | {"channels": 32, "width": 192}
    assert np.array_equal(detour.render(**wide), detour.render(**wide | {"width": 32}))


def test_dragging_in_the_plot_sets_the_width():
    middle = (detour.LEFT + detour.RIGHT) / 2
    assert detour.pointer(event("drag", middle, detour.TOP + 30), **DETOUR) == {"width": 96}
    assert detour.pointer(event("click", detour.LEFT - 30, detour.BOTTOM), **DETOUR) == {"width": 1}
    assert detour.pointer(event("drag", 2000, detour.BOTTOM), **DETOUR) == {"width": 192}
    assert detour.pointer(event("click", middle, 100), **DETOUR) is None
    assert detour.pointer(event("release", middle, detour.TOP), **DETOUR) is None


@pytest.mark.parametrize(
    ("key", "width", "after"), [("ArrowRight", 16, 17), ("ArrowLeft", 1, 1), ("ArrowUp", 16, 24), ("ArrowDown", 16, 8)]
)
def test_arrow_keys_change_the_width(key, width, after):
    assert detour.pointer(event("key", key=key), **DETOUR | {"width": width}) == {"width": after}


def test_the_width_slider_ends_at_the_number_of_channels():
    explorer = bottleneck_cost(width=150)
    explorer.set(channels=64)
    assert explorer.controls["width"].max == 64
    assert explorer.state["width"] == 64
    explorer.set(channels=832)
    assert explorer.controls["width"].max == 832


# --- the module ---


@pytest.mark.parametrize("module", counts.MODULES)
def test_branches_have_the_weights_and_maps_of_the_package_s_module(module):
    side, channels = counts.MODULES[module]
    widths = counts.WIDTHS[module]
    branches = counts.branches_of(counts.Widths(side, channels, *widths))
    real = InceptionModule(channels, *widths)
    weights = [
        sum(parameter.numel() for name, parameter in part.named_parameters() if "conv" in name)
        for part in (real.branch1, real.branch2, real.branch3, real.branch4)
    ]
    assert [branch.weights for branch in branches] == weights
    assert sum(branch.maps for branch in branches) == real.out_channels
    assert [branch.cost for branch in branches] == [side * side * count for count in weights]


def test_sides_are_those_of_googlenet_for_pictures_of_224():
    network, sides = GoogLeNet(side_heads=False, classes=2).eval(), {}
    for name in counts.MODULES:
        network.get_submodule(f"inception{name}").register_forward_hook(
            lambda _module, inputs, _output, name=name: sides.update({name: inputs[0].shape[-1]})
        )
    with torch.no_grad():
        network(torch.zeros(1, 3, 224, 224))
    assert sides == {name: side for name, (side, _) in counts.MODULES.items()}


def test_the_naive_module_passes_all_channels_through_its_pooling():
    naive = counts.naive_of(counts.Widths(28, 192, 64, 96, 128, 16, 32, 32))
    assert [branch.maps for branch in naive] == [64, 128, 32, 192]
    assert [branch.cost for branch in naive] == [28 * 28 * 192 * n for n in (64, 9 * 128, 25 * 32, 0)]


def test_the_caption_adds_the_channels_of_3a():
    said = words(builder.caption(**module_state()))
    assert said.startswith("64 + 128 + 32 + 32 = 256 channels: 28 × 28 × 192 → 28 × 28 × 256, with 163,328 weights")
    assert "it would be 416 channels and 303,464,448 multiplications, 2.4 times as many" in said
    alone = words(builder.caption(**module_state(one=False, three=False, pool=False)))
    assert alone.startswith("32 channels: 28 × 28 × 192 → 28 × 28 × 32, with 15,872 weights and 12,443,648")
    assert "nothing is left" in builder.caption(**module_state(**dict.fromkeys(builder.SWITCHES, False)))


@pytest.mark.parametrize("switches", list(itertools.product((True, False), repeat=4)))
def test_every_choice_of_branches_is_drawn(switches):
    state = module_state("4d", **dict(zip(builder.SWITCHES, switches, strict=True)), chosen=sum(switches) % 4)
    assert builder.render(**state).shape == (919, 1630, 3)
    assert builder.alt(**state)


@pytest.mark.parametrize("width", [1, 384])
def test_extreme_widths_stay_on_the_sheet(width):
    pixels = builder.render(**module_state("5b", **dict.fromkeys(counts.Widths.NAMES, width), chosen=1))
    assert (pixels[:, :10] == pixels[0, 0]).all()
    assert (pixels[:, -8:] == pixels[0, 0]).all()


def test_clicks_and_keys_switch_branches_and_change_widths():
    state = module_state()
    top, bottom = builder_picture.ROWS[2]
    assert builder.pointer(event("click", 500, (top + bottom) / 2), **state) == {"chosen": 2, "five": False}
    assert builder.pointer(event("click", 500, 550), **state) is None
    assert builder.pointer(event("drag", 500, top + 5), **state) is None
    assert builder.pointer(event("key", key="ArrowUp"), **state) == {"chosen": 3}
    assert builder.pointer(event("key", key="Enter"), **state | {"chosen": 3, "pool": False}) == {"pool": True}
    assert builder.pointer(event("key", key="ArrowRight"), **state | {"chosen": 1}) == {"threes": 136}
    assert builder.pointer(event("key", key="ArrowLeft"), **state | {"chosen": 3, "pooled": 4}) == {"pooled": 1}


def test_choosing_a_module_takes_its_widths():
    explorer = inception_builder()
    explorer.controls["module"].value = "4e"
    state = explorer.state
    assert [state[name] for name in counts.Widths.NAMES] == [256, 160, 320, 32, 128, 128]
    assert "= 832 channels" in words(builder.caption(**state))
    assert inception_builder(module="5a", fives=10).state["fives"] == 10


# --- the mixer ---


@pytest.mark.parametrize("mix", [*mixer.MIXES, mixer.OWN])
def test_every_mix_is_what_torch_makes_of_it(mix):
    weight, bias = mixer.weights_of(mix, mixer.MIXES["old photo"])
    x = mixer.pictures_of("coffee", False)
    layer = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight)[:, :, None, None], torch.tensor(bias))
    assert mixer.one_by_one(x, weight, bias) == pytest.approx(layer.numpy(), abs=1e-12)
    for shuffled in (False, True):
        assert mixer.render(**MIX | {"mix": mix, "shuffled": shuffled, "place": (75, 0)}).shape == (963, 1630, 3)


def test_the_caption_gives_the_chosen_pixel_before_and_after():
    pixel = mixer.pictures_of("cat", False)[0, :, 10, 20]
    grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
    before = ", ".join(f"{v:.2f}" for v in pixel)
    assert f"Row 10, column 20: ({before}) becomes ({grey:.2f}, {grey:.2f}, {grey:.2f})" in words(mixer.caption(**MIX))


def test_shuffled_pixels_are_the_same_in_another_order():
    plain, shuffled = (mixer.pictures_of("cat", s)[0].reshape(3, -1).T for s in (False, True))
    assert not np.array_equal(plain, shuffled)
    assert sorted(map(tuple, plain)) == sorted(map(tuple, shuffled))
    assert "the picture is the same." in words(mixer.caption(**MIX | {"shuffled": True}))


def test_an_operation_that_sees_neighbours_is_found_out_by_the_shuffling():
    def blurred(x, weight, bias):
        y = mixer.one_by_one(x, weight, bias)
        return (y + np.roll(y, 1, axis=3)) / 2

    said = words(mixer.caption(**MIX | {"shuffled": True}, mix_with=blurred))
    assert "the picture is another." in said


def test_a_click_on_a_weight_changes_it_by_a_tenth():
    (left, top), (width, height) = mixer_picture.MATRIX, mixer_picture.CELL
    up = mixer.pointer(event("click", left + 1.5 * width, top + 0.2 * height), **MIX)
    assert up["mix"] == mixer.OWN
    assert up["own"] == ((0.299, 0.687, 0.114, 0.0), *mixer.MIXES["grey"][1:])
    down = mixer.pointer(event("click", left + 3.5 * width, top + 2.9 * height), **MIX | up)
    assert down["own"][2] == (0.299, 0.587, 0.114, -0.1)
    assert down["own"][0] == (0.299, 0.687, 0.114, 0.0)
    assert mixer.pointer(event("drag", left + 5, top + 5), **MIX) is None


def test_pixels_are_chosen_by_click_drag_and_keys():
    left, top = mixer_picture.INPUT
    assert mixer.pointer(event("click", left + 3 * 7 + 1, top + 3 * 9 + 1), **MIX) == {"place": (9, 7)}
    assert mixer.pointer(event("drag", left + 1, top + 1), **MIX) == {"place": (0, 0)}
    assert mixer.pointer(event("key", key="ArrowDown"), **MIX) == {"place": (11, 20)}
    assert mixer.pointer(event("key", key="ArrowLeft"), **MIX | {"place": (3, 0)}) == {"place": (3, 0)}


def test_the_mixer_uses_the_learners_function_and_says_so():
    def one_by_one(x, weight, bias):
        return np.einsum("kc,nchw->nkhw", weight, x) + bias[:, None, None]

    own = pixel_mixer(one_by_one)
    assert "drawn by <em>your</em> <code>one_by_one</code>." in own._caption(**own.state)
    empty = pixel_mixer(lambda x, weight, bias: ...)
    assert "still empty" in empty._caption(**empty.state)
    assert np.array_equal(own.picture, empty.picture)
    assert "one_by_one" not in pixel_mixer()._caption(**own.state)


def test_numbers_beyond_the_picture_are_counted():
    weight, bias = mixer.weights_of("old photo", None)
    y = mixer.one_by_one(mixer.pictures_of("cat", False), weight, bias)
    share = np.mean((y > 1) | (y < 0))
    said = words(mixer.caption(**MIX | {"mix": "old photo"}))
    assert (f"{share:.0%} of the output's numbers" in said) == bool(share)
    assert "lie outside" not in words(mixer.caption(**MIX))


# --- all ---


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (bottleneck_cost, {"width": 40}), (bottleneck_cost, {"side": 14}), (bottleneck_cost, {"kernel_size": 3}),
        (bottleneck_cost, {"maps": 64}), (bottleneck_cost, {"channels": 64}),
        (inception_builder, {"module": "5b"}), (inception_builder, {"three": False}),
        (inception_builder, {"fives": 90}), (inception_builder, {"chosen": 2}),
        (pixel_mixer, {"mix": "negative"}), (pixel_mixer, {"name": "cat"}), (pixel_mixer, {"shuffled": True}),
        (pixel_mixer, {"place": (5, 5)}),
    ],
)  # fmt: skip
def test_moving_a_control_changes_the_picture(make, change):
    explorer = make()
    before = explorer.picture.copy()
    explorer.set(**change)
    assert (explorer.picture != before).any()


def test_counts_are_shortened_to_what_can_be_read():
    assert [millions(n) for n in (0, 25_088, 950_000, 99_940_000, 99_960_000, 1_234_567_890)] == [
        "0 M", "0.025 M", "0.9 M", "99.9 M", "100 M", "1,235 M",
    ]  # fmt: skip
