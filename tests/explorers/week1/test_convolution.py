"""The explorers of notebook 1.2 draw every state, and their words and numbers agree with the package."""

import itertools
import re

import numpy as np
import pytest

from cnncourse.convolution import correlate
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import convolution_equivariance as roads
from cnncourse.explorers.week1 import convolution_parameters as bars
from cnncourse.explorers.week1 import convolution_stepper as stepper
from cnncourse.explorers.week1 import convolution_volume as volume
from cnncourse.explorers.week1.convolution import (
    convolution_stepper,
    equivariance_explorer,
    parameter_counter,
    volume_explorer,
)
from cnncourse.explorers.week1.convolution_steps import BORDERS, OWN, PICTURES, PRESETS, as_fraction, kernel_of, step_of

STEP = {
    "picture": "edge 10 | 0 (6 × 6)", "kernel": "vertical edges", "own": "0 1; -1 0", "padding": 0, "border": "zeros",
    "stride": 1, "dilation": 1, "step": 0, "cover": False,
}  # fmt: skip
VOLUME = {
    "side": 6, "channels": 3, "kernels": 2, "kernel_size": 3, "stride": 1, "padding": 0, "chosen": 0, "place": (0, 0),
}  # fmt: skip
BARS = {"side": 32, "in_channels": 3, "out_channels": 6, "kernel_size": 5, "same": False}
ROADS = {"photo": "camera", "kernel": "Sobel x", "move": "shift", "amount": 6}


def words(caption):
    return re.sub("<[^>]+>", "", caption)


def stepping(**changes):
    state = STEP | changes
    state.pop("cover")
    return step_of(**state)


def event(kind, x=0.0, y=0.0, key=""):
    return PointerEvent(kind, x, y, key)


def test_the_stepper_draws_extreme_states():
    for picture, kernel in [
        ("edge 10 | 0 (6 × 6)", "5 × 5 blur"),
        ("counting (5 × 7)", "1 × 1 doubling"),
        ("square (7 × 7)", OWN),
    ]:
        for padding, dilation, stride in [(0, 1, 1), (2, 1, 1), (2, 3, 3), (0, 3, 1)]:
            state = STEP | {"picture": picture, "kernel": kernel, "padding": padding, "dilation": dilation}
            pixels = stepper.render(**state | {"stride": stride, "step": 400, "cover": True})
            assert pixels.shape == (985, 1630, 3)


def test_the_stepper_shows_the_thirty_of_the_toy_edge():
    caption = words(stepper.caption(**STEP | {"step": 1}))
    assert caption.startswith("Output 4 × 4: ⌊(6 + 2·0 − 3) / 1⌋ + 1 = 4 each way.")
    assert "10·1 + 10·0 + 0·(−1)" in caption
    assert caption.endswith("= 30.")


def test_the_stepper_writes_both_sizes_of_a_picture_that_is_not_square():
    caption = words(stepper.caption(**STEP | {"picture": "counting (5 × 7)", "stride": 2, "padding": 1, "dilation": 2}))
    assert "Output 2 × 3" in caption
    assert "⌊(7 + 2·1 − [2·(3 − 1) + 1]) / 2⌋ + 1 = 3" in caption


@pytest.mark.parametrize("border", BORDERS)
def test_the_stepper_agrees_with_correlate_at_every_cell(border):
    for kernel, padding, stride, dilation in itertools.product(PRESETS, (0, 2), (1, 3), (1, 2)):
        changes = {"kernel": kernel, "padding": padding, "stride": stride, "dilation": dilation, "border": border}
        model = stepping(picture="counting (5 × 7)", **changes)
        if model.problem:
            continue
        wanted = correlate(model.padded[None, None], PRESETS[kernel][None, None], stride=stride, dilation=dilation)[
            0, 0
        ]
        np.testing.assert_allclose(model.output, wanted)
        for index in range(model.output.size):
            here = stepping(picture="counting (5 × 7)", step=index, **changes)
            assert here.products.sum() == pytest.approx(wanted.flat[index])


def test_a_kernel_that_does_not_fit_gets_a_sentence():
    state = STEP | {"kernel": "5 × 5 blur", "dilation": 2}
    assert "reaches over 9 × 9 pixels, the padded picture has only 6 × 6" in stepper.caption(**state)
    assert stepper.pointer(event("key", key="ArrowRight"), **state) is None
    assert "No output" in stepper.alt(**state)


@pytest.mark.parametrize("text", ["", "1 2", "1 2; 3", "a", "1 2 3; 4 5 6", "10", "nan", "; ;", "1;" * 6])
def test_a_kernel_that_cannot_be_read_gets_a_sentence(text):
    assert kernel_of(OWN, text)[1]
    assert stepper.render(**STEP | {"kernel": OWN, "own": text}).shape[2] == 3


def test_an_own_kernel_is_read_row_by_row():
    weights, problem = kernel_of(OWN, "1 −2; 0.5, 3")
    assert problem == ""
    np.testing.assert_array_equal(weights, [[1, -2], [0.5, 3]])


def test_covering_hides_the_later_cells_only():
    open_, covered = (stepper.render(**STEP | {"step": 15, "cover": cover}) for cover in (False, True))
    np.testing.assert_array_equal(open_, covered)
    assert (stepper.render(**STEP | {"cover": True}) != stepper.render(**STEP)).any()


def test_clicks_on_output_and_picture_choose_the_cell():
    places = stepper.layout(stepping())
    left, top, (width, height) = places["output"]
    assert stepper.pointer(event("click", left + 2.5 * width, top + 1.5 * height), **STEP) == {"step": 6}
    left, top, (width, height) = places["input"]
    assert stepper.pointer(event("drag", left + 2.5 * width, top + 4.5 * height), **STEP) == {"step": 13}
    assert stepper.pointer(event("click", left + 0.5 * width, top + 0.5 * height), **STEP) == {"step": 0}
    assert stepper.pointer(event("hover", left, top), **STEP) is None


def test_a_click_on_the_kernel_changes_a_weight():
    left, top, side = stepper.layout(stepping())["kernel"]
    above = stepper.pointer(event("click", left + 1.5 * side, top + 0.2 * side), **STEP)
    below = stepper.pointer(event("click", left + 0.5 * side, top + 2.8 * side), **STEP)
    assert above == {"kernel": OWN, "own": "1 1 -1; 1 0 -1; 1 0 -1"}
    assert below == {"kernel": OWN, "own": "1 0 -1; 1 0 -1; 0 0 -1"}
    assert stepper.pointer(event("drag", left + 5, top + 5), **STEP) is None


@pytest.mark.parametrize(
    ("key", "step", "after"),
    [("ArrowRight", 3, 3), ("ArrowRight", 1, 2), ("ArrowDown", 1, 5), ("ArrowUp", 1, 1), (" ", 15, 0), ("Enter", 3, 4)],
)
def test_arrow_keys_stay_in_the_output(key, step, after):
    assert stepper.pointer(event("key", key=key), **STEP | {"step": step}) == {"step": after}


def test_the_stepper_uses_the_learners_functions_and_says_so():
    def conv_forward(x, weight, bias, stride=1, padding=0):
        return correlate(x, weight, bias, stride, padding) + 1

    explorer = convolution_stepper(conv_forward, lambda n, kernel_size, *rest: 7)
    caption = explorer._caption(**explorer.state)
    assert "<em>your</em> <code>conv_forward</code>" in caption
    assert "Your conv_forward has 1 there" in caption
    assert "look again at output_size" in caption


def test_the_stepper_survives_an_empty_function():
    explorer = convolution_stepper(lambda *args, **kwargs: ..., lambda *args, **kwargs: ...)
    assert "still empty" in explorer._caption(**explorer.state)


def test_the_slider_of_the_stepper_ends_at_the_last_cell():
    explorer = convolution_stepper(step=15)
    explorer.set(stride=3)
    assert explorer.controls["step"].max == 3
    assert explorer.state["step"] == 3


def test_weights_are_written_as_fractions():
    assert [as_fraction(w) for w in (1 / 9, -1, 1 / 25, 0.3333, 2.5)] == ["1/9", "-1", "1/25", "0.33", "5/2"]


def test_one_bright_pixel_gives_the_kernel_turned_by_half():
    model = stepping(picture="one bright pixel (7 × 7)", kernel="1 to 9")
    np.testing.assert_array_equal(model.output[1:4, 1:4], PRESETS["1 to 9"][::-1, ::-1])
    assert PICTURES["one bright pixel (7 × 7)"].sum() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"side": 12, "channels": 6, "kernels": 6, "kernel_size": 5, "padding": 2}, {"kernels": 1, "channels": 1},
        {"side": 5, "kernel_size": 5, "stride": 3, "chosen": 5, "place": (99, 99)}, {"kernel_size": 1, "padding": 1},
    ],
)  # fmt: skip
def test_the_volume_explorer_draws_and_counts(changes):
    layer = volume.Layer(
        **{name: value for name, value in (VOLUME | changes).items() if name not in ("chosen", "place")}
    )
    assert volume.render(**VOLUME | changes).shape == (926, 1630, 3)
    x, weight = (
        np.zeros((1, layer.channels, layer.side, layer.side)),
        np.zeros((layer.kernels, layer.channels, *[layer.kernel_size] * 2)),
    )
    y = correlate(x, weight, stride=layer.stride, padding=layer.padding)
    assert y.shape == (1, layer.kernels, layer.out, layer.out)
    assert layer.parameters == weight.size + layer.kernels
    assert layer.multiplications == weight[0].size * y.size


def test_the_volume_explorer_starts_with_two_kernels_on_six_by_six_by_three():
    explorer = volume_explorer()
    caption = words(explorer._caption(**explorer.state))
    assert "3·3·3 = 27" in caption
    assert "6 × 6 × 3 → 4 × 4 × 2" in caption
    assert "output (1, 2, 4, 4)" in caption


def test_the_volume_explorer_follows_the_pointer():
    picture, kernels, output = volume.layout(volume.Layer(6, 3, 2, 3, 1, 0))
    second = event("click", kernels[1].x + 3, kernels[1].y + 3)
    assert volume.pointer(second, **VOLUME) == {"chosen": 1}
    cell = event("click", output.x + 2.5 * output.cell, output.y + 3.5 * output.cell)
    assert volume.pointer(cell, **VOLUME) == {"place": (3, 2)}
    corner = event("drag", picture.x + 5.5 * picture.cell, picture.y + 0.5 * picture.cell)
    assert volume.pointer(corner, **VOLUME) == {"place": (0, 3)}
    assert volume.pointer(event("key", key="Enter"), **VOLUME | {"chosen": 1}) == {"chosen": 0}
    assert volume.pointer(event("key", key="ArrowDown"), **VOLUME | {"place": (3, 0)}) == {"place": (3, 0)}
    assert volume.pointer(event("release"), **VOLUME) is None


@pytest.mark.parametrize(
    ("side", "kernel_size", "same"), [(12, 11, False), (12, 11, True), (16, 1, True), (12, 5, False), (28, 3, True)]
)
def test_connections_are_those_that_a_convolution_has(side, kernel_size, same):
    found = bars.counts(side=side, in_channels=1, out_channels=1, kernel_size=kernel_size, same=same)
    ones = np.ones((1, 1, side, side))
    reached = correlate(ones, np.ones((1, 1, kernel_size, kernel_size)), padding=(kernel_size - 1) // 2 if same else 0)
    assert found.connections == reached.sum()
    assert found.out == reached.shape[-1]
    assert found.local == found.shared * found.out**2


def test_the_counter_starts_with_the_layer_of_456_numbers():
    found = bars.counts(**BARS)
    assert (found.shared, found.dense, found.dense_connections) == (456, 14_455_392, 14_450_688)
    caption = words(bars.caption(**BARS))
    assert "456" in caption
    assert "14,455,392, 31,700 times" in caption


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"side": 224, "in_channels": 256, "out_channels": 256, "kernel_size": 11, "same": True},
        {"side": 12, "kernel_size": 11, "in_channels": 1, "out_channels": 1},
    ],
)
def test_the_counter_draws_extremes_inside_its_sheet(changes):
    pixels = bars.render(**BARS | changes)
    assert (pixels[:, -8:] == pixels[0, 0]).all()


def test_shifts_commute_with_every_filter_away_from_the_border():
    for kernel, amount in itertools.product(roads.FILTERS, (1, 12)):
        found = roads.roads(**ROADS | {"kernel": kernel, "amount": amount})
        assert found.inside < 1e-12
        assert found.comparable.mean() > 0.6
    assert found.against_unmoved > 0.1


@pytest.mark.parametrize(("move", "amount"), [("turn", 6), ("turn", 2), ("enlarge", 5)])
def test_turns_and_enlargements_do_not_commute_with_sobel(move, amount):
    assert roads.roads(**ROADS | {"move": move, "amount": amount}).inside > 0.2


def test_a_kernel_that_is_its_own_quarter_turn_commutes_with_quarter_turns():
    assert roads.roads(**ROADS | {"kernel": "Laplacian", "move": "turn", "amount": 6}).inside < 1e-9
    assert roads.roads(**ROADS | {"kernel": "Laplacian", "move": "turn", "amount": 2}).inside > 0.01


def test_a_quarter_turn_is_exact_and_a_shift_moves_right_and_down():
    picture = roads.picture_of("cat")
    np.testing.assert_allclose(roads.moved_picture(picture, "turn", 6), np.rot90(picture, -1))
    moved = roads.moved_picture(picture, "shift", 3)
    np.testing.assert_allclose(moved[3:, 6:], picture[:-3, :-6])
    assert (moved[:3] == 0).all()
    assert (moved[:, :6] == 0).all()


@pytest.mark.parametrize(
    "changes", [{"photo": "digit", "amount": 0}, {"move": "enlarge", "amount": 12}, {"move": "turn", "amount": 3}]
)
def test_both_roads_are_drawn_and_put_into_words(changes):
    assert roads.render(**ROADS | changes).shape == (878, 1630, 3)
    assert roads.alt(**ROADS | changes)


def test_the_words_follow_the_measurement():
    assert "equivariant to this move. It is not invariant" in words(roads.caption(**ROADS))
    assert "not equivariant to this move" in words(roads.caption(**ROADS | {"move": "turn"}))
    assert "Nothing has moved" in roads.caption(**ROADS | {"amount": 0})
    agree = words(roads.caption(**ROADS | {"kernel": "Laplacian", "move": "turn"}))
    assert "agree everywhere" in agree


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (convolution_stepper, {"padding": 1}), (convolution_stepper, {"step": 5}), (volume_explorer, {"channels": 5}),
        (parameter_counter, {"side": 224}), (equivariance_explorer, {"move": "turn"}), (volume_explorer, {"chosen": 1}),
    ],
)  # fmt: skip
def test_moving_a_control_changes_the_picture(make, change):
    explorer = make()
    before = explorer.picture.copy()
    explorer.set(**change)
    assert (explorer.picture != before).any()


def test_a_kernel_that_is_written_is_shown_at_once():
    explorer = convolution_stepper()
    explorer.controls["own"].value = "2 0; 0 2"
    assert explorer.state["kernel"] == OWN
    assert "output 5 × 5" in words(stepper.caption(**explorer.state)).lower()


def test_a_filling_that_is_chosen_gets_a_frame_to_fill():
    explorer = convolution_stepper()
    explorer.controls["border"].value = "mirrored"
    assert explorer.state["padding"] == 1
    explorer.controls["padding"].value = 2
    explorer.controls["border"].value = "zeros"
    assert explorer.state["padding"] == 2


def test_the_window_moves_over_the_kept_sheet_as_if_all_were_drawn_anew():
    moved = volume.render(**VOLUME | {"chosen": 1, "place": (2, 3)})
    volume.render(**VOLUME | {"place": (0, 1)})
    assert np.array_equal(volume.render(**VOLUME | {"chosen": 1, "place": (2, 3)}), moved)
    assert not np.array_equal(volume.render(**VOLUME | {"chosen": 1, "place": (2, 2)}), moved)


def test_a_single_sheet_and_a_single_window_are_not_called_sheets_and_windows():
    sizes = {"side": 5, "channels": 1, "kernels": 1, "kernel_size": 5, "stride": 1, "padding": 0}
    assert "A stack of 1 sheet of 5 × 5, 1 kernel of 1 sheet" in volume.alt(chosen=0, place=(0, 0), **sizes)
    assert "1·1 window makes a map" in volume.caption(chosen=0, place=(0, 0), **sizes)
