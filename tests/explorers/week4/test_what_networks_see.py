"""Explorers of notebook 4.3: units, ways back, switches and occlusion are shown as the package computes them."""

import itertools
import re

import numpy as np
import pytest
import torch

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week4 import what_networks_see as explore
from cnncourse.explorers.week4 import what_networks_see_nets as nets
from cnncourse.explorers.week4 import what_networks_see_occluder as occluder
from cnncourse.explorers.week4 import what_networks_see_switches as switches
from cnncourse.explorers.week4 import what_networks_see_units as units
from cnncourse.explorers.week4 import what_networks_see_walks as walks
from cnncourse.networks.hand_signs import pictures_to_batch
from cnncourse.style.seeing import RULES, deconvolve, field_box, layer_maps, top_patches

NETS = (nets.ROAD, nets.HANDS, nets.PHOTOS)


def unit_state(**changes):
    return {"net": nets.ROAD, "depth": 3, "rank": 0, "first": "car", "rule": "guided", "chosen": 0} | changes


def walk_state(**changes):
    return {"net": nets.ROAD, "depth": 4, "picture": 0, "rank": 0, "weights": "trained"} | changes


def cover_state(**changes):
    return {"kind": occluder.HANDS, "number": 3, "asked": "the true one", "size": 16, "corner": (20, 20)} | changes


# --- inside the networks ---


@pytest.mark.parametrize("name", NETS)
def test_the_walk_makes_the_maps_that_the_network_makes(name):
    net = nets.inside(name)
    batch = pictures_to_batch(net.images[:2])
    for layer in net.layers[::2]:
        torch.testing.assert_close(net.maps(batch, layer), layer_maps(net.model, batch, layer))


@pytest.mark.parametrize("name", NETS)
def test_fields_by_arithmetic_are_those_found_by_asking_the_network(name):
    net = nets.inside(name)
    picture = pictures_to_batch(net.images[:1])[0]
    H, W = picture.shape[1:]
    for number, layer in enumerate(net.layers):
        h, w = nets.strongest(name)[layer][2]
        place = (0, w - 1) if number % 2 else (h // 2, w // 3)
        left, top, right, bottom = nets.geometry_box(net.steps(layer), place)
        cut = max(left, 0), max(top, 0), min(right, W), min(bottom, H)
        assert field_box(net.model, picture, layer, place) == cut


@pytest.mark.parametrize(("name", "layer", "unit"), [(nets.HANDS, "blocks.2", 5), (nets.PHOTOS, "conv2_2", 7)])
def test_the_best_places_are_those_of_top_patches(name, layer, unit):
    net = nets.inside(name)
    expected = top_patches(net.model, pictures_to_batch(net.images), layer, unit)
    found = nets.best_of(name, layer, unit)
    assert [(n, place) for n, place, *_ in found] == [(p.image, p.place) for p in expected]
    np.testing.assert_allclose([a for *_, a, _ in found], [p.activation for p in expected], rtol=1e-4)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("name", "layer"), [(nets.ROAD, "backbone.block4"), (nets.HANDS, "blocks.3")])
def test_what_is_led_back_is_what_deconvolve_leads_back(name, layer, rule):
    net = nets.inside(name)
    back = nets.led_back(name, layer, 3, rule)
    for (n, place, *_), found in zip(nets.best_of(name, layer, 3)[:3], back, strict=False):
        picture = pictures_to_batch(net.images[[n]])[0]
        expected = deconvolve(net.model, picture, layer, 3, place, rule).permute(1, 2, 0).numpy()
        np.testing.assert_allclose(found, expected, atol=1e-5 + 1e-4 * np.abs(expected).max())


def test_hits_are_counted_box_by_box_and_order_the_units():
    name, layer = nets.ROAD, "backbone.block5"
    net = nets.inside(name)
    counts = nets.hits(name, layer)
    for unit in (0, 9, 31):
        for label in range(3):
            lies = 0
            for n, _, _, (left, top, right, bottom) in nets.best_of(name, layer, unit):
                x, y = (left + right) / 2, (top + bottom) / 2
                boxes = net.boxes[n][net.labels[n] == label]
                lies += any(x1 <= x <= x2 and y1 <= y <= y2 for x1, y1, x2, y2 in boxes)
            assert counts[unit, label] == lies
    offered = nets.order(name, layer, "motorcycle")
    assert sorted(offered) == list(range(len(counts)))
    assert (np.diff(counts[offered, 2]) <= 0).all()
    assert nets.order(nets.HANDS, "blocks.0", "car").tolist() == list(range(16))
    assert nets.hits(nets.HANDS, "blocks.0") is None


# --- units ---


@pytest.mark.parametrize(("net", "depth"), [*itertools.product(NETS, (0, 8)), (nets.ROAD, 4)])
def test_units_are_painted_at_both_ends(net, depth):
    for rank, chosen in ((0, 0), (500, 8)):
        picture = units.render(**unit_state(net=net, depth=depth, rank=rank, chosen=chosen))
        assert picture.dtype == np.uint8
        assert picture.std() > 5


def test_the_caption_of_a_unit_says_where_its_patch_is():
    state = unit_state(net=nets.HANDS, depth=1, rank=6, chosen=2, first="by number")
    net = nets.inside(nets.HANDS)
    maps = layer_maps(net.model, pictures_to_batch(net.images), "blocks.1")[:, 6]
    third = maps.flatten(1).amax(dim=1).argsort(descending=True)[2]
    row, column = divmod(int(maps[third].argmax()), maps.shape[2])
    words = units.caption(**state)
    assert f"picture {third}, map row {row}, column {column}, activation <b>{maps[third].max():.2f}</b>" in words
    assert "sees 10 × 10 pixels" in words


def test_the_explorer_of_units_follows_its_controls_clicks_and_keys():
    explorer = explore.units(net=nets.HANDS, depth=0)
    before = explorer.picture.copy()
    explorer.controls["rank"].value = 3
    assert (explorer.picture != before).any()
    assert explorer.controls["rank"].max == 15
    assert explorer.controls["depth"].max == 3
    before = explorer.picture.copy()
    explorer.point("click", units.LEFTS[1] + 2 * (units.CELL + units.GAP) + 5, units.TOP + units.CELL + 20)
    assert explorer.state["chosen"] == 5
    assert (explorer.picture != before).any()
    explorer.point("key", key="ArrowDown")
    explorer.point("key", key="ArrowRight")
    assert explorer.state["chosen"] == 8
    explorer.controls["net"].value = nets.ROAD
    explorer.controls["depth"].value = 8
    explorer.controls["net"].value = nets.HANDS
    assert explorer.state["depth"] == 3


def test_the_learners_boxes_are_drawn_even_where_they_are_wrong():
    def shifted(maps, layers, count):
        return units.strongest_boxes(maps, layers, count) + np.array([0, 3, 3, 3, 3])

    right, wrong = explore.units(units.strongest_boxes), explore.units(shifted)
    assert (right.picture == explore.units().picture).all()
    assert (wrong.picture != right.picture).any()
    assert "another answer" in wrong._caption_box.value


def test_pieces_beyond_the_border_are_paper():
    picture = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    piece = units.framed(picture, (-2, 1, 3, 6))
    assert piece.shape == (5, 5, 3)
    np.testing.assert_array_equal(piece[:3, 2:], picture[1:, :3])
    assert (piece[3:] == 252).all()
    assert (piece[:, :2] == 252).all()


# --- ways back ---


@pytest.mark.parametrize(("net", "weights"), [*itertools.product(NETS, walks.WEIGHTS)])
def test_ways_back_are_painted_for_all_networks_and_kernels(net, weights):
    for depth, rank, picture in ((0, 0, 0), (8, 15, 29)):
        assert walks.render(**walk_state(net=net, weights=weights, depth=depth, rank=rank, picture=picture)).std() > 5


def test_the_ways_back_are_those_of_deconvolve_for_the_strongest_unit():
    net = nets.inside(nets.HANDS)
    picture = pictures_to_batch(net.images[[4]])[0]
    unit, place, activation, backs = walks.ways_back(nets.HANDS, "blocks.2", 4, 1, "trained")
    peaks = layer_maps(net.model, picture[None], "blocks.2")[0].flatten(1).amax(dim=1)
    assert unit == int(peaks.argsort(descending=True)[1])
    assert activation == pytest.approx(float(peaks[unit]), rel=1e-5)
    for rule in RULES:
        expected = deconvolve(net.model, picture, "blocks.2", unit, place, rule).permute(1, 2, 0)
        np.testing.assert_allclose(backs[rule], expected, atol=1e-4 * float(expected.abs().max()))


def test_the_ways_back_follow_the_controls():
    explorer = explore.walks(net=nets.HANDS, depth=2)
    for name, value in (("rank", 2), ("weights", "random"), ("picture", 7), ("depth", 0), ("net", nets.ROAD)):
        before = explorer.picture.copy()
        explorer.controls[name].value = value
        assert (explorer.picture != before).any(), name


def test_random_kernels_are_as_large_as_the_trained_ones_which_stay():
    model = nets.inside(nets.HANDS).model
    before = {name: p.clone() for name, p in model.named_parameters()}
    twin = dict(explore.randomised(model, ["head"], torch.Generator().manual_seed(1)).named_parameters())
    for name, p in model.named_parameters():
        assert torch.equal(p, before[name])
        redrawn = name.startswith("head") and p.ndim > 1
        assert torch.equal(p, twin[name]) != redrawn
    assert float(twin["head.2.weight"].std() / before["head.2.weight"].std()) == pytest.approx(1, abs=0.05)


def test_a_unit_that_nothing_activates_leads_nothing_back_and_its_caption_says_so():
    text = walks.caption(**walk_state(net=nets.HANDS, weights="random", depth=0, rank=14, picture=5))
    assert "activation 0.00." in text
    assert "deconvnet with guided none. None: one of the two leads nothing back." in text


def test_likeness_is_spearmans_rank_correlation_of_absolute_values():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 6, 7, 3)).round(1)
    expected = spearmanr(np.abs(a).sum(axis=2).ravel(), np.abs(b).sum(axis=2).ravel()).statistic
    assert explore.likeness(a, b) == pytest.approx(expected)
    assert explore.likeness(a, -2 * a) == pytest.approx(1)
    framed = [np.pad(x, ((5, 5), (5, 5), (0, 0))) for x in (a, b)]
    assert explore.likeness(*framed) == pytest.approx(expected)
    assert np.isnan(explore.likeness(np.zeros_like(a), b))


def test_a_class_led_back_by_the_gradient_is_its_slope():
    model = nets.inside(nets.HANDS).model
    picture = pictures_to_batch(nets.inside(nets.HANDS).images[[2]])[0]
    double, step = model.double(), 1e-6
    try:
        x = picture.double()
        back = explore.class_led_back(double, x, 2, "gradient")
        for row, column, colour in ((30, 30, 0), (20, 40, 2)):
            nudge = torch.zeros_like(x)
            nudge[colour, row, column] = step
            with torch.no_grad():
                rise = float(double((x + nudge)[None])[0, 2] - double((x - nudge)[None])[0, 2])
            assert back[row, column, colour] == pytest.approx(rise / (2 * step), rel=1e-3, abs=1e-7)
    finally:
        model.float()


# --- switches ---


@pytest.mark.parametrize("size", [2, 3])
def test_pooling_and_its_switches_are_those_of_pytorch(size):
    numbers = np.random.default_rng(size).permutation(36).reshape(6, 6)
    maxima, places = torch.nn.functional.max_pool2d(
        torch.tensor(numbers[None, None]).float(), size, return_indices=True
    )
    found, found_places = switches.pooled(numbers.tolist(), size)
    np.testing.assert_array_equal(found, maxima[0, 0])
    np.testing.assert_array_equal(found_places, places[0, 0])


def test_the_caption_counts_the_maxima_in_corners():
    numbers = [[9, 0, 5, 5], [1, 2, 0, 1], [0, 7, 3, 3], [0, 0, 8, 1]]
    words = switches.caption(numbers=numbers, size=2)
    assert "16 numbers become 4" in words
    assert "<b>2</b> meet their own value" in words
    numbers[0][2] = 0
    assert "<b>1</b> meets its own value" in switches.caption(numbers=numbers, size=2)


def test_a_click_raises_a_number_and_after_nine_comes_zero():
    explorer = explore.switches()
    before = explorer.picture.copy()
    explorer.point("click", switches.LEFTS[0] + 1.5 * switches.CELL, switches.TOP + 1.5 * switches.CELL)
    assert explorer.state["numbers"][1][1] == 0
    assert (explorer.picture != before).any()
    assert switches.pointer(PointerEvent("click", 700, 100), numbers=switches.START) is None
    before = explorer.picture.copy()
    explorer.controls["size"].value = 3
    assert (explorer.picture != before).any()


def test_the_learners_unpooling_is_drawn():
    def unpool(pooled, switches, height, width):
        back = np.zeros((len(pooled), height, width))
        back[:, ::2, ::2] = pooled
        return back

    explorer = explore.switches(unpool)
    assert "another answer" in explorer._caption_box.value
    assert (explorer.picture != explore.switches().picture).any()


# --- occlusion ---


@pytest.mark.parametrize(
    ("kind", "size"), [*itertools.product((occluder.CARS, occluder.HANDS, occluder.FACES), (4, 24))]
)
def test_a_map_holds_what_the_square_does_at_each_place(kind, size):
    state = cover_state(kind=kind, size=size, number=5)
    scores, step = occluder.whole_map(kind, 5, "the true one", size), occluder.stride_of(kind)
    assert occluder.render(**state).std() > 5
    for i, j in ((0, 0), (len(scores) - 1, 2), (3, scores.shape[1] - 1)):
        alone = occluder.probability(kind, 5, "the true one", (i * step, j * step), size)
        assert scores[i, j] == pytest.approx(alone, abs=1e-4)


def test_the_caption_says_the_probability_with_the_square_there():
    words = occluder.caption(**cover_state(asked="2"))
    judge = occluder.judge(occluder.HANDS)
    picture = judge.pictures[3].clone()
    with torch.no_grad():
        whole = float(judge.model(picture[None])[0, 2])
        picture[:, 20:36, 20:36] = 0.5
        now = float(judge.model(picture[None])[0, 2])
    assert f"Probability of “2 fingers”: whole <b>{whole:.3f}</b>" in words
    assert f"row 20, column 20 <b>{now:.3f}</b>" in words


def test_the_square_follows_the_pointer_and_the_keys_and_stays_inside():
    explorer = explore.occluder()
    before = explorer.picture.copy()
    scale = occluder.SIDE / 64
    explorer.point("click", occluder.LEFTS[1] + 30 * scale, occluder.TOP + 40 * scale)
    assert explorer.state["corner"] == (32, 22)
    assert (explorer.picture != before).any()
    explorer.point("drag", occluder.LEFTS[0] - 90, occluder.TOP + 500)
    assert explorer.state["corner"] == (48, 0)
    explorer.point("key", key="ArrowUp")
    explorer.point("key", key="ArrowRight")
    assert explorer.state["corner"] == (44, 4)
    explorer.controls["kind"].value = occluder.CARS
    assert "car" in explorer._caption_box.value
    assert occluder.pointer(PointerEvent("click", 5, 5), **cover_state()) is None


def test_the_classes_are_those_of_the_network_that_is_asked():
    explorer = explore.occluder(asked="5")
    asked = explorer.controls["asked"]
    assert [label for label, _ in asked.options] == ["the true one", *occluder.judge(occluder.HANDS).names]
    assert asked.label == "5 fingers"
    explorer.controls["kind"].value = occluder.FACES
    assert [label for label, _ in asked.options] == ["the true one", "no smile", "smile"]
    explorer.set(asked="0")
    assert "Probability of “no smile”" in explorer._caption_box.value


def test_the_learners_map_is_drawn():
    def half(score, image, size, stride):
        return occluder.occlusion_scores(score, image, size, stride) / 2

    def whole(score, image, size, stride):
        return occluder.occlusion_scores(score, image, size, stride)

    right, wrong = explore.occluder(whole), explore.occluder(half)
    assert re.search("The map, here of every second place, is drawn by <em>your</em>", right._caption_box.value)
    assert "another answer" in wrong._caption_box.value
    assert (right.picture != wrong.picture).any()
    lowest = occluder.whole_map(occluder.HANDS, 3, occluder.TRUE_ONE, 16)[::2, ::2].min()
    assert f"Lowest in the map: {lowest:.3f}" in right._caption_box.value
    assert f"Lowest in the map: {lowest / 2:.3f}" in wrong._caption_box.value


def test_two_marks_close_to_each_other_are_written_apart():
    assert occluder._apart([100, 100]) == (91, 109)
    assert occluder._apart([100, 60]) == (100, 60)
    first, second = occluder._apart([110, 100])
    assert first - second == 18


# --- filters ---


def test_a_sheet_of_filters_shows_each_kernel_in_its_cell():
    kernels = explore.first_kernels(nets.inside(nets.HANDS).model)
    weights = nets.inside(nets.HANDS).model.blocks[0][0].weight
    assert kernels.shape == (16, 3, 3, 3)
    np.testing.assert_array_equal(kernels[3, 1, 2], weights[3, :, 1, 2].detach())
    sheet = explore.filter_sheet(kernels, columns=6)
    both = explore.filter_sheet(kernels, kernels[:2], columns=6)
    assert (both[: len(sheet)] == sheet).all()
    assert both.shape[0] == len(sheet) + 3 * 6 + 40
    assert sheet.shape == (3 * 46 - 6, 6 * 46 - 6, 3)
    middle = sheet[46 + 20, 46 + 20]  # of the kernel in the second row and column: number 7
    reach = np.abs(kernels[7]).max()
    np.testing.assert_allclose(middle, 127.5 + 127.5 * kernels[7, 1, 1] / reach, atol=1)
