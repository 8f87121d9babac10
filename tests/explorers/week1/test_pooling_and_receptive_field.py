"""The explorers of notebook 1.3: their pictures over extremes, their numbers, and what pointer and keys do."""

import itertools

import numpy as np
import pytest

from cnncourse.convolution import max_pool, receptive_field
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import pooling_and_receptive_field_builder as builder
from cnncourse.explorers.week1 import pooling_and_receptive_field_builder_picture as builder_picture
from cnncourse.explorers.week1 import pooling_and_receptive_field_numbers as numbers
from cnncourse.explorers.week1 import pooling_and_receptive_field_photos as photos
from cnncourse.explorers.week1 import pooling_and_receptive_field_shift as shift
from cnncourse.explorers.week1 import pooling_and_receptive_field_stack as stack
from cnncourse.explorers.week1.pooling_and_receptive_field import (
    pooling_on_numbers,
    pooling_on_photos,
    receptive_field_builder,
    shift_explorer,
)
from cnncourse.explorers.week1.pooling_and_receptive_field_sheets import sheets
from cnncourse.explorers.week1.pooling_and_receptive_field_stack import Step

CONV, POOL = Step("conv", 3, 1, 1), Step("pool", 2, 2)
STACKS = [layers for _, layers in builder.PRESETS.values()]


def is_picture(array):
    return array.dtype == np.uint8 and array.ndim == 3 and array.shape[1] <= 1800 and array.shape[0] <= 1120


# pooling on numbers


@pytest.mark.parametrize(("kind", "kernel"), [*itertools.product(numbers.KINDS, (1, 2, 3, 4))])
def test_every_setting_of_pooling_on_numbers_is_drawn(kind, kernel):
    for stride, padding in ((1, 0), (1, 2), (4, 2)):
        state = {"kind": kind, "kernel": kernel, "stride": stride, "padding": padding, "numbers": numbers.START}
        assert is_picture(numbers.render(**state, cell=(6, 0)))
        assert numbers.caption(**state, cell=(6, 0))
        assert numbers.alt(**state, cell=(6, 0))


def test_the_first_picture_of_pooling_on_numbers_can_be_checked_by_hand():
    assert numbers.pooled("max", numbers.START, 2, 2, 0).tolist() == [[9, 9, 5], [6, 3, 8], [4, 7, 8]]
    assert numbers.pooled("min", numbers.START, 2, 2, 0).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert numbers.pooled("average", numbers.START, 2, 2, 0)[0].tolist() == [3.75, 3.25, 3.0]


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(2, 2, 0), (3, 1, 1), (4, 3, 2), (1, 4, 0)])
def test_the_shown_window_holds_the_shown_result(kernel, stride, padding):
    result = numbers.pooled("max", numbers.START, kernel, stride, padding)
    assert np.array_equal(result, max_pool(np.array(numbers.START, float)[None, None], kernel, stride, padding)[0, 0])
    for place in np.ndindex(result.shape):
        values, _ = numbers.window(numbers.START, kernel, stride, padding, place)
        assert values.shape == (kernel, kernel)
        assert values[numbers.winner("max", values)] == np.nanmax(values) == result[place]


def test_a_number_inside_wins_all_nine_windows_of_3_by_3_stride_1():
    table = tuple(tuple(9 if (r, c) == (2, 3) else 0 for c in range(6)) for r in range(6))
    won = numbers.wins("max", table, 3, 1, 1, (2, 3))
    assert won == [(r, c) for r in (1, 2, 3) for c in (2, 3, 4)]


def test_the_size_in_the_caption_is_that_of_the_output():
    state = {"kind": "max", "numbers": numbers.START, "kernel": 3, "stride": 2, "padding": 1, "cell": (0, 0)}
    assert "<b>3 × 3</b>: ⌊(6 + 2 − 3) / 2⌋ + 1 = 3." in numbers.caption(**state)


def test_clicks_and_keys_choose_outputs_and_change_numbers():
    explorer = pooling_on_numbers()
    explorer.point("click", numbers.OUTPUT_X + numbers.AREA / 2, numbers.AREA_Y + numbers.AREA / 2)
    assert explorer.state["cell"] == (1, 1)
    explorer.point("key", key="ArrowRight")
    explorer.point("key", key="ArrowRight")
    assert explorer.state["cell"] == (1, 2)
    before = explorer.picture
    explorer.point("click", numbers.INPUT_X + 30, numbers.AREA_Y + 30)
    assert explorer.state["numbers"][0][0] == numbers.START[0][0] + 1
    assert not np.array_equal(explorer.picture, before)


def test_space_raises_the_first_number_of_the_window_that_is_not_padding():
    state = {"kind": "max", "kernel": 3, "stride": 2, "padding": 1, "numbers": numbers.START}
    for cell, place in (((0, 0), (0, 0)), ((1, 2), (1, 3))):
        after = np.array(numbers.pointer(PointerEvent("key", key=" "), **state, cell=cell)["numbers"])
        assert np.argwhere(after != np.array(numbers.START)).tolist() == [list(place)]


def test_a_raised_nine_becomes_zero_and_new_numbers_are_digits():
    state = {"kind": "max", "kernel": 2, "stride": 2, "padding": 0, "cell": (0, 0), "numbers": ((9,) * 6,) * 6}
    event = PointerEvent("click", numbers.INPUT_X + 30, numbers.AREA_Y + 30)
    assert numbers.pointer(event, **state)["numbers"][0][0] == 0
    fresh = np.array(numbers.new_numbers(**state)["numbers"])
    assert fresh.shape == (6, 6)
    assert set(fresh.ravel()) <= set(range(10))


def test_the_learners_own_pooling_is_drawn_and_named():
    explorer = pooling_on_numbers(max_pool=lambda x, kernel_size, stride: max_pool(x, kernel_size, stride) - 1)
    course = pooling_on_numbers()
    assert not np.array_equal(explorer.picture, course.picture)
    assert "<em>your</em> <code>max_pool</code>" in explorer._caption_box.value
    explorer = pooling_on_numbers(max_pool=lambda x, kernel_size, stride: ...)
    assert np.array_equal(explorer.picture, course.picture)
    assert "still empty" in explorer._caption_box.value


# pooling on photos


@pytest.mark.parametrize(
    ("state"),
    [
        (("astronaut"), ("max"), 1, 1),
        (("text"), ("min"), 8, 8),
        (("hubble"), ("average"), 8, 1),
        (("cat"), ("max"), 5, 8),
    ],
)
def test_extremes_of_pooling_on_photos_are_drawn(state):
    state = dict(zip(("photo_name", "kind", "kernel", "stride"), state, strict=True), cell=(119, 0))
    assert is_picture(photos.render(**state))
    assert photos.caption(**state)
    assert photos.alt(**state)


def test_the_zoomed_window_gives_the_pooled_colour():
    result = photos.pooled("coffee", "max", 4, 3)
    for cell in ((0, 0), (10, 20), (38, 38)):
        values = photos.window("coffee", 4, 3, cell)
        assert np.allclose(values.max(axis=(1, 2)), result[cell] * 255)


def test_a_colour_is_found_in_a_window_only_as_a_whole():
    values = np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[0, 0], [0, 0]]])
    assert photos.in_window(values, [3, 7, 0])
    assert not photos.in_window(values, [3, 8, 0])


def test_the_first_window_shows_a_colour_that_no_pixel_has():
    explorer = pooling_on_photos()
    state = explorer.state
    colour = photos.pooled(state["photo_name"], "max", 4, 4)[state["cell"]] * 255
    assert not photos.in_window(photos.window(state["photo_name"], 4, 4, state["cell"]), np.round(colour))


def test_clicks_on_either_photo_choose_the_same_output():
    explorer = pooling_on_photos()
    pixel, output = photos.SHOWN / photos.SIDE, photos.SHOWN / 30
    explorer.point("click", photos.LEFT_X + pixel * 41.5, photos.TOP + pixel * 9.5)
    assert explorer.state["cell"] == (2, 10)
    explorer.point("drag", photos.RIGHT_X + output * 10.5, photos.TOP + output * 3.5)
    assert explorer.state["cell"] == (3, 10)
    explorer.point("key", key="ArrowUp")
    assert explorer.state["cell"] == (2, 10)
    before = explorer.picture
    explorer.set(kind="min")
    assert not np.array_equal(before, explorer.picture)


def test_the_share_of_numbers_that_stay_is_right():
    text = photos.caption(photo_name="cat", kind="max", kernel=2, stride=2, cell=(0, 0))
    assert "43,200 numbers become 10,800 (25.0%)" in text


# shifts


@pytest.mark.parametrize("picture", shift.PICTURES)
@pytest.mark.parametrize("pooling", [*shift.POOLINGS])
def test_every_picture_and_pooling_is_drawn_at_the_farthest_move(picture, pooling):
    state = {"picture": picture, "pooling": pooling, "right": -6, "down": 6}
    assert is_picture(shift.render(**state))
    assert "differ in 0 places" in shift.caption(**state)
    assert shift.alt(**state)


def test_nothing_changes_when_nothing_moves():
    found = shift.comparison("a photo", "max 2×2, stride 2", 0, 0)
    assert [differs.count for _, _, differs in found] == [0, 0, 0]


def test_changes_are_counted_and_measured():
    differs = shift.change(np.array([[1.0, 2.0], [3.0, 2.0]]), np.array([[1.0, 4.0], [3.0, 2.0 + 1e-15]]))
    assert (differs.count, differs.total) == (1, 4)
    assert differs.relative == pytest.approx(0.25)


def test_pooled_outputs_move_along_only_with_whole_strides():
    before, after, _ = shift.comparison("random numbers", "max 4×4, stride 4", 4, -4)[2]
    assert shift.moved_along(before, after, 4, -4, 4) == 0
    before, after, _ = shift.comparison("random numbers", "max 4×4, stride 4", 3, 0)[2]
    assert shift.moved_along(before, after, 3, 0, 4) is None


def test_global_pooling_does_not_notice_a_move_in_a_ring():
    for pooling in ("global max", "global average"):
        assert shift.comparison("a photo", pooling, 5, -3)[2][2].count == 0


def test_keys_and_clicks_move_the_picture_within_its_limits():
    explorer = shift_explorer()
    explorer.set(right=6)
    explorer.point("key", key="ArrowRight")
    assert explorer.state["right"] == 6
    explorer.point("key", key="ArrowUp")
    assert explorer.state["down"] == -1
    before = explorer.picture
    explorer.point("click", shift.COLUMNS[0] + 10, shift.ROWS[1] + shift.PANEL / 2)
    assert explorer.state["right"] == 5
    assert not np.array_equal(before, explorer.picture)
    explorer.point("click", shift.BARS_X, 5)
    assert explorer.state["right"] == 5


# the stack


def brute_force(side, layers, level, index):
    """Poke every pixel of a row: which can change unit `index`, when all weights and biases are positive?"""

    def forward(x):
        for layer in layers[:level]:
            padded = np.pad(x, layer.padding)
            count = (len(padded) - layer.dilation * (layer.kernel_size - 1) - 1) // layer.stride + 1
            taps = [padded[t * layer.dilation :: layer.stride][:count] for t in range(layer.kernel_size)]
            x = np.max(taps, axis=0) if layer.kind == "pool" else np.sum(taps, axis=0)
        return x[index]

    return np.array([forward(row) != forward(np.zeros(side)) for row in np.eye(side)])


@pytest.mark.parametrize(
    ("layers"), [*STACKS, (Step(("conv"), 3, 1, 2, 2),) * 3, (Step(("conv"), 4, 3, 1), Step(("pool"), 3, 2))]
)
def test_what_a_unit_reads_is_what_poking_finds(layers):
    lengths = stack.sides(64, layers)
    for level in (1, len(layers)):
        for index in {0, lengths[level] // 2, lengths[level] - 1}:
            assert np.array_equal(stack.reads(64, layers, level, index)[0], brute_force(64, layers, level, index))


def test_the_span_is_the_field_and_what_is_read_lies_in_it():
    for layers in STACKS:
        level = len(layers)
        for index in (0, stack.sides(64, layers)[level] - 1):
            first, last = stack.span(layers, level, index)
            read = np.flatnonzero(stack.reads(64, layers, level, index)[0])
            assert last - first + 1 == receptive_field([layer[1:] for layer in layers])[-1][0]
            assert first <= read[0] <= read[-1] <= last
            assert (first, last) == stack.span_between(layers, level, index, 0)


def test_equal_dilations_leave_holes_and_doubled_ones_do_not():
    equal = stack.reads(64, (Step("conv", 3, 1, 2, 2),) * 4, 4, 32)[0]
    doubled = stack.reads(64, builder.PRESETS["Dilations 1, 2, 4, 8"][1], 4, 32)[0]
    assert equal.sum() == 9
    assert doubled.sum() == 31


def test_the_presets_have_the_published_sizes():
    assert stack.sides(*builder.PRESETS["LeNet-5"]) == (32, 28, 14, 10, 5, 1)
    last = {name: stack.fields(layers)[-1] for name, (_, layers) in builder.PRESETS.items()}
    assert last["LeNet-5"][0] == 32
    assert last["Dilations 1, 2, 4, 8"] == (31, 1, 0.5)
    assert last["Strides 2, 2, 2, 2"] == (31, 16, 0.5)


@pytest.mark.parametrize("unit", [(7, 7, 7), (7, 0, 15), (3, 31, 0), (0, 5, 6)])
def test_the_energy_sums_to_one_inside_the_field(unit):
    side, layers = builder.PRESETS["VGG start"]
    energies = stack.energy(side, layers, unit)
    down, across = (stack.reads(side, layers, unit[0], index)[0] for index in unit[1:])
    assert energies.sum() == pytest.approx(1)
    assert energies[~(down[:, None] & across)].sum() == 0


def test_the_energy_of_a_deep_stack_is_narrower_than_its_field_and_its_share_shrinks_with_depth():
    side, layers = builder.PRESETS["Ten 3×3"]
    shares = []
    for level in (2, 5, 10):
        unit = stack.centre_unit(side, layers, level)
        span = stack.span(layers, level, unit[1])
        shares.append(stack.held_side(stack.energy(side, layers, unit), span, span) / (2 * level + 1))
    assert shares[0] >= shares[1] >= shares[2]
    assert shares[2] < 0.75


def test_the_energy_spreads_like_a_random_walk_with_a_step_a_layer():
    side, layers = builder.PRESETS["Ten 3×3"]
    energies = stack.energy(side, layers, stack.centre_unit(side, layers, 10)).sum(axis=0)
    places = np.arange(side) - 31
    assert energies @ places == pytest.approx(0, abs=0.6)
    assert np.sqrt(energies @ places**2) == pytest.approx(np.sqrt(10 * 2 / 3), rel=0.15)


def test_the_held_square_is_the_smallest_that_holds_enough():
    energies = np.zeros((9, 9))
    energies[4, 4], energies[3, 3], energies[0, 0] = 0.9, 0.06, 0.04
    assert stack.held_side(energies, (0, 8), (0, 8)) == 3
    energies[0, 0] = 0.06
    assert stack.held_side(energies, (0, 8), (0, 8)) == 9


def test_a_unit_outside_is_brought_inside():
    assert stack.valid_unit(64, (CONV, POOL), (5, 99, -3)) == (2, 31, 0)


# sheets and the builder


def test_every_unit_of_a_sheet_is_found_under_its_middle():
    for sheet in sheets([64, 64, 32, 5, 1], *builder_picture.STACK, 188):
        for row, column in np.ndindex(sheet.count, sheet.count):
            assert sheet.unit_at(*sheet.point(row + 0.5, column + 0.5)) == (row, column)
        assert sheet.unit_at(sheet.x, sheet.y + sheet.height) is None


def states():
    for name, (side, layers) in builder.PRESETS.items():
        for view in (builder.SEEN, builder.COUNTS):
            for unit in ((0, 0, 0), (len(layers), 0, 0), stack.centre_unit(side, layers, len(layers))):
                yield pytest.param(
                    {("side"): side, ("layers"): layers, ("unit"): unit, ("view"): view}, id=f"{name}-{view}-{unit}"
                )


@pytest.mark.parametrize("state", [*states()])
def test_every_preset_is_drawn_from_end_to_end(state):
    assert is_picture(builder.render(photo_name="cat", **state))
    assert builder.caption(**state)
    assert builder.alt(**state)


def test_the_caption_writes_the_recursion_of_the_chosen_layer():
    side, layers = builder.PRESETS["VGG start"]
    text = builder.caption(view=builder.SEEN, side=side, layers=layers, unit=(7, 7, 7))
    assert "size = 16 + (3 − 1) · 4 = <b>24</b>" in text
    assert "jump = 4 · 1 = <b>4</b>" in text
    assert "start = 2 + ((3 − 1) / 2 − 1) · 4 = <b>2</b>" in text
    dilated = builder.caption(
        view=builder.SEEN, side=64, layers=builder.PRESETS[("Dilations 1, 2, 4, 8")][1], unit=(4, 9, 9)
    )
    assert "size = 15 + 8 · (3 − 1) · 1 = <b>31</b>" in dilated


def test_the_sentences_count_pixels_padding_and_holes():
    lines = builder_picture.sentences(64, (CONV, POOL), (2, 0, 1))
    assert lines[:3] == ["field 4 × 4 = 16 pixels", "rows −1 to 2, columns 1 to 4", "4 of them lie on padding"]
    holes = builder_picture.sentences(64, (Step("conv", 3, 1, 2, 2),), (1, 30, 30))
    assert "only 9 of the 25 in the picture are read" in holes


def test_layers_are_added_and_removed_within_limits():
    explorer = receptive_field_builder()
    press = {button.description: button for button in explorer._flow.children if hasattr(button, "click")}
    count = len(explorer.state["layers"])
    press["+ add"].click()
    assert len(explorer.state["layers"]) == count + 1
    assert explorer.state["unit"][0] == count + 1
    for _ in range(12):
        press["+ add"].click()
    assert len(explorer.state["layers"]) == builder.MOST_LAYERS
    assert "as many as" in explorer._caption_box.value
    for _ in range(12):
        press["− remove last"].click()
    assert explorer.state["layers"] == ()
    assert "Only the picture is left" in explorer._caption_box.value
    explorer.point("key", key="Enter")
    assert explorer.state["unit"][0] == 0
    press["LeNet-5"].click()
    explorer.set(new="conv 3×3, no padding")
    press["+ add"].click()
    assert "does not fit: kernel_size 3 is larger than the padded input 1" in explorer._caption_box.value


def test_clicks_drags_and_keys_choose_units():
    explorer = receptive_field_builder()
    side, layers = explorer.state["side"], explorer.state["layers"]
    sheet = builder_picture.standing_sheets(side, layers)[4]
    explorer.point("click", *sheet.point(20.5, 28.5))
    assert explorer.state["unit"] == (4, 20, 28)
    explorer.point("key", key="ArrowDown")
    assert explorer.state["unit"] == (4, 21, 28)
    explorer.point("key", key="Enter")
    assert explorer.state["unit"] == (5, 15, 15)
    before = explorer.picture
    explorer.point("drag", builder_picture.FLAT_X + 1, builder_picture.FLAT_Y + 1)
    assert explorer.state["unit"] == (5, 0, 0)
    assert not np.array_equal(before, explorer.picture)
    explorer.point("click", sheet.x, builder_picture.TABLE_Y)
    assert explorer.state["unit"] == (4, 15, 15)


def test_the_learners_receptive_field_fills_the_table():
    explorer = receptive_field_builder(lambda layers: [(2, 1, 0.5) for _ in layers])
    assert "<em>your</em> <code>receptive_field</code>" in explorer._caption_box.value
    assert not np.array_equal(explorer.picture, receptive_field_builder().picture)
    explorer = receptive_field_builder(lambda layers: [(k, s, float(p)) for k, s, p in layers])
    explorer.set(side=64, layers=builder.PRESETS["Dilations 1, 2, 4, 8"][1], unit=(4, 1, 1))
    assert "ValueError" in explorer._caption_box.value


@pytest.mark.parametrize("kind", ["max", "average", "min"])
def test_a_window_of_one_number_has_no_losers_and_no_shares(kind):
    state = {"kind": kind, "numbers": numbers.START, "kernel": 1, "stride": 1, "padding": 0, "cell": (0, 0)}
    text = numbers.caption(**state)
    assert "passes it on as it is" in text
    assert "loses" not in text
    assert "share" not in text


def test_the_shift_is_told_in_words_of_direction():
    assert "moved 1 pixel to the left and 2 up" in shift.alt(picture="a digit", pooling="none", right=-1, down=-2)
