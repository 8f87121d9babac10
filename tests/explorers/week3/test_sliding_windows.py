"""The explorers of notebook 3.2 draw every state, follow pointer and keys, and say what loops and crops say."""

import itertools
import re

import numpy as np
import pytest
import torch

from cnncourse.detection.boxes import iou
from cnncourse.explorers.week3 import sliding_windows as explore
from cnncourse.explorers.week3 import sliding_windows_pass as passes
from cnncourse.explorers.week3 import sliding_windows_sizes as sizes
from cnncourse.explorers.week3.sliding_windows_pass_picture import MAPS, PLACE, cell_side
from cnncourse.explorers.week3.sliding_windows_scan_picture import PLACE as SCENE
from cnncourse.explorers.week3.sliding_windows_scan_picture import map_place
from cnncourse.explorers.week3.sliding_windows_sizes_picture import place_of
from cnncourse.networks.car_window import car_window_net
from made_road_scenes import SCENES, said, spot


def made_net():
    """The course's network with random weights, started so that scores differ from window to window."""
    net = car_window_net(torch.Generator().manual_seed(0))
    torch.nn.init.normal_(net[11].weight, 0, 0.2, generator=torch.Generator().manual_seed(1))
    return net.eval()


NET = made_net()


def logit(scene, row, column):
    crop = SCENES.images[scene][row : row + 32, column : column + 32]
    with torch.no_grad():
        return NET(torch.tensor(crop / 255).float().permute(2, 0, 1)[None]).item()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# --- a window on its way ---


def scan(own=None, **start):
    return explore.window_scan(SCENES, NET, own, **start)


def test_the_scan_draws_extreme_states():
    explorer = scan()
    for scene, side, step in itertools.product((0, 2), (24, 32, 128), (4, 16)):
        for whole, position in ((True, 0), (False, 0), (False, 9999)):
            explorer.set(scene=scene, side=side, step=step, whole=whole)
            explorer.set(position=min(position, explorer.controls["position"].max))
            assert explorer.picture.shape == (963, 1630, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("scene", 1), ("side", 64), ("step", 16), ("threshold", 0.9), ("position", 20), ("whole", False)],
)
def test_every_control_of_the_scan_changes_its_picture(name, value):
    explorer = scan(position=3, threshold=0.4)
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_the_scan_counts_windows_and_says_the_score_of_this_one():
    explorer = scan(step=16, position=13)  # (160 − 32) / 16 + 1 = 9 to a row: row 1, column 4
    assert "Scene as 160 × 160 pixels, windows of 32 × 32 every 16: 9 × 9 = 81 windows." in said(explorer)
    assert f"starts at row 16, column 64: {sigmoid(logit(0, 16, 64)):.3f}." in said(explorer)
    explorer.set(side=64, position=0)  # 80 pixels: 48 / 16 + 1 = 4
    assert "Scene as 80 × 80 pixels, windows of 32 × 32 every 16: 4 × 4 = 16 windows." in said(explorer)
    assert explorer.controls["position"].max == 15


def test_the_scan_judges_windows_in_reading_order():
    explorer = scan(step=16, threshold=0.05, whole=False, position=10)
    chances = [sigmoid(logit(0, 16 * (n // 9), 16 * (n % 9))) for n in range(81)]
    assert f"{sum(p >= 0.05 for p in chances[:11])} of 11 judged reach 0.05." in said(explorer)
    explorer.set(whole=True)
    assert f"{sum(p >= 0.05 for p in chances)} of 81 judged reach 0.05." in said(explorer)


def test_the_scan_says_how_well_windows_fit_the_cars():
    explorer = scan(step=8, threshold=0.05)
    places = [(8 * row, 8 * column) for row in range(17) for column in range(17)]
    boxes = np.array([[column, row, column + 32, row + 32] for row, column in places])
    found = boxes[[sigmoid(logit(0, *place)) >= 0.05 for place in places]]
    pairs = [
        f"{iou([car], found).max(initial=0):.2f} of {iou([car], boxes).max():.2f}"
        for car in ([10, 60, 70, 100], [90, 100, 150, 150])
    ]
    assert f"Best IoU of these with the 2 cars, of what such windows allow: {', '.join(pairs)}." in said(explorer)
    explorer.set(scene=2)
    assert "No car here that counts" in said(explorer)


def test_windows_that_make_no_grid_and_one_alone_are_counted_as_they_are():
    explorer = scan(lambda image_size, window, stride: np.array([[0, 0], [8, 8]]))
    assert "every 8: 2 windows." in said(explorer)
    explorer = scan(lambda image_size, window, stride: np.array([[0, 0]]))
    assert "every 8: 1 × 1 = 1 window." in said(explorer)


def test_a_drag_over_the_scene_moves_the_window():
    explorer = scan(step=16)
    explorer.point("click", *spot(80, 48, SCENE))
    assert explorer.state["position"] == 2 * 9 + 4
    before = explorer.picture.copy()
    explorer.point("drag", *spot(159, 159, SCENE))
    assert explorer.state["position"] == 80
    assert not np.array_equal(before, explorer.picture)
    explorer.point("drag", 479, 300)
    assert explorer.state["position"] == 80


def test_a_click_on_the_map_chooses_its_cell():
    explorer = scan(step=16)
    left, top, cell = map_place((9, 9))
    explorer.point("click", left + 6.5 * cell, top + 3.5 * cell)
    assert explorer.state["position"] == 3 * 9 + 6


def test_arrow_keys_walk_over_the_map():
    explorer = scan(step=16)
    for key, position in (("ArrowDown", 9), ("ArrowRight", 10), ("ArrowUp", 1), ("ArrowUp", 1), ("Enter", 2)):
        explorer.point("key", key=key)
        assert explorer.state["position"] == position
    explorer.set(position=80)
    explorer.point("key", key=" ")
    assert explorer.state["position"] == 0


def window_starts(image_size, window, stride):
    """The last window is missing where it ends at the border."""
    (H, W), (h, w), (down, right) = image_size, window, stride
    return np.array([(row, column) for row in range(0, H - h, down) for column in range(0, W - w, right)])


def test_the_learners_windows_are_drawn_and_what_they_leave_is_shaded():
    mine, course = scan(window_starts, step=16), scan(step=16)
    assert "8 × 8 = 64 windows" in said(mine)
    assert "drawn by your window_starts. It gives another answer" in said(mine)
    corner = tuple(int(at * mine.picture.shape[0] / 520) for at in reversed(spot(157, 157, SCENE)))
    assert mine.picture[corner].astype(int).sum() < course.picture[corner].astype(int).sum()


def test_windows_that_hang_over_are_not_drawn():
    mine = scan(lambda size, window, stride: np.array([[0, 0], [140, 0]]))
    assert "17 × 17 = 289 windows" in said(mine)
    assert "course's own draws" in said(mine)


# --- crops against one pass ---


@pytest.fixture(scope="module")
def both():
    return explore.crops_and_pass(SCENES, NET)


def test_the_passes_draw_extreme_states(both):
    for scene, cell in itertools.product((0, 1, 2), ((0, 0), (32, 32), (0, 32))):
        both.set(scene=scene, cell=cell)
        assert both.picture.shape == (926, 1630, 3)


def test_both_ways_give_the_windows_own_score(both):
    both.set(scene=1, cell=(5, 20))
    text, score = said(both).replace("−", "-"), logit(1, 20, 80)
    assert "Cell [5, 20] stands for the window at row 4 · 5 = 20, column 4 · 20 = 80" in text
    crop, whole = (float(re.search(rf"{words} (-?[\d.]+\d)", text)[1]) for words in ("cut out", "in one pass"))
    assert crop == pytest.approx(score, abs=1e-4)
    assert whole == pytest.approx(score, abs=1e-4)
    assert float(re.search(r"Largest difference of all 1,089: ([\d.e-]+\d)", text)[1]) < 1e-4


def test_multiplications_are_counted_by_hand(both):
    one = 28 * 28 * 12 * 75 + 12 * 12 * 24 * 108 + 864 * 32 + 32
    whole = 156 * 156 * 12 * 75 + 76 * 76 * 24 * 108 + 33 * 33 * (864 * 32 + 32)
    assert f"they need {1089 * one / whole:.1f} × the multiplications" in said(both)


def test_one_pass_takes_less_time(both):
    assert float(re.search(r"the crops one by one (\d+) ×", said(both))[1]) > 5


def test_pointer_and_keys_choose_a_cell(both):
    both.set(scene=0, cell=(0, 0))
    side = cell_side((33, 33))
    before = both.picture.copy()
    for left, top in MAPS:
        both.point("hover", left + 7.5 * side, top + 3.5 * side)
        assert both.state["cell"] == (3, 7)
        assert not np.array_equal(before, both.picture)
        both.set(cell=(0, 0))
    both.point("drag", *spot(80, 96, PLACE))
    assert both.state["cell"] == (20, 16)
    both.point("hover", *spot(20, 20, PLACE))
    assert both.state["cell"] == (20, 16)
    for key, cell in (("ArrowUp", (19, 16)), ("ArrowRight", (19, 17)), ("ArrowDown", (20, 17)), ("Enter", (20, 17))):
        both.point("key", key=key)
        assert both.state["cell"] == cell
    both.point("drag", *spot(0, 159, PLACE))
    assert both.state["cell"] == (32, 0)


def test_the_learners_filters_make_the_pass():
    def dense_to_conv(weight, shape):
        C, h, w = shape
        return weight.reshape(-1, h, w, C).transpose(0, 3, 1, 2)

    right = explore.crops_and_pass(SCENES, NET, lambda weight, shape: np.reshape(weight, (-1, *shape)))
    wrong = explore.crops_and_pass(SCENES, NET, dense_to_conv)
    assert "drawn by your dense_to_conv." in said(right)
    assert "another answer" not in said(right)
    assert "another answer" in said(wrong)
    differences = [
        float(re.search(r"Largest difference of all 1,089: ([\d.e+-]+\d)", said(explorer).replace("−", "-"))[1])
        for explorer in (right, wrong)
    ]
    assert differences[0] < 1e-4 < 0.1 < differences[1]
    assert not np.array_equal(right.picture[:600], wrong.picture[:600])


def test_flipped_filters_are_drawn_too():
    wrong = explore.crops_and_pass(SCENES, NET, lambda weight, shape: np.reshape(weight, (-1, *shape))[:, :, ::-1])
    assert "another answer here" in said(wrong)


def test_times_are_measured_on_one_thread_and_threads_put_back():
    threads = torch.get_num_threads()
    assert passes._seconds(lambda: sum(range(10000)), 3) >= 0
    assert torch.get_num_threads() == threads


# --- from 14 to 28 pixels ---


@pytest.fixture(scope="module")
def growing():
    return explore.map_sizes(SCENES.images[0])


def test_the_sizes_draw_extreme_states(growing):
    for side, unit, cell in itertools.product((14, 15, 28), (0, 399), ((0, 0), (7, 7))):
        growing.set(side=side, unit=unit, cell=cell)
        assert growing.picture.shape == (856, 1630, 3)


@pytest.mark.parametrize(("side", "cells"), [(14, 1), (15, 1), (16, 2), (17, 2), (22, 5), (27, 7), (28, 8)])
def test_the_sizes_say_shapes(growing, side, cells):
    growing.set(side=side, cell=(0, 0))
    assert f"{side} × {side} × 3 → {cells} × {cells} × 4:" in said(growing)
    assert ("in no window" in said(growing)) == (side % 2 == 1)
    assert f"{cells} × {cells} × 400, {cells} × {cells} × 4;" in growing._picture.alt


def test_a_unit_of_the_dense_layer_is_a_cell_of_the_map():
    made = sizes.Sizes(SCENES.images[0])
    state = made.model(side=24, unit=77, cell=(4, 1))
    crop = made.picture[..., 8:22, 2:16]
    with torch.no_grad():
        expected = made.model_of_window[:4](crop)[0, 77].item()
    assert state.answers == pytest.approx((expected, expected), abs=1e-4)
    assert [maps.shape[1:] for maps in state.maps] == [(20, 20), (10, 10), (6, 6), (6, 6), (6, 6)]


@pytest.mark.parametrize(("name", "value"), [("side", 20), ("unit", 5), ("cell", (1, 2))])
def test_every_control_of_the_sizes_changes_its_picture(growing, name, value):
    growing.set(side=28, unit=0, cell=(0, 0))
    before = growing.picture.copy()
    growing.set(**{name: value})
    assert not np.array_equal(before, growing.picture)


def test_pointer_and_keys_choose_a_cell_of_the_sizes(growing):
    growing.set(side=28, cell=(0, 0))
    for number in (3, 4, 5):
        left, top, unit = place_of(number, 8)
        growing.point("click", left + 6.5 * unit, top + 2.5 * unit)
        assert growing.state["cell"] == (2, 6)
        growing.set(cell=(0, 0))
    left, top, unit = place_of(0, 28)
    growing.point("drag", left + 13 * unit, top + 17 * unit)
    assert growing.state["cell"] == (5, 3)
    growing.point("drag", left + 27.5 * unit, top + 0.5 * unit)
    assert growing.state["cell"] == (0, 7)
    for key, cell in (("ArrowDown", (1, 7)), ("ArrowRight", (1, 7)), ("ArrowLeft", (1, 6)), (" ", (1, 6))):
        growing.point("key", key=key)
        assert growing.state["cell"] == cell
    growing.point("click", 20, 400)
    assert growing.state["cell"] == (1, 6)
