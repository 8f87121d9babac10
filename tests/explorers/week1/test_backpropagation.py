"""The explorers of notebook 1.4 show what the package computes, in every state."""

import numpy as np
import pytest

from cnncourse.convolution import max_pool_backward
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import backpropagation_flow as flow
from cnncourse.explorers.week1 import backpropagation_flow_picture as flow_picture
from cnncourse.explorers.week1 import backpropagation_steps as steps
from cnncourse.explorers.week1 import backpropagation_switches as switches
from cnncourse.explorers.week1 import backpropagation_terms as terms

CHOICES = [("output", (0, 0)), ("output", (6, 6)), ("pixel", (4, 4)), ("weight", (2, 1))]
STATES = [(stride, padding) for stride in (1, 2, 3) for padding in (0, 1, 2)]


@pytest.mark.parametrize(("stride", "padding"), STATES)
@pytest.mark.parametrize("kernel", list(terms.KERNELS))
def test_all_terms_together_are_the_whole_gradient(stride, padding, kernel):
    weights = terms.KERNELS[kernel]
    everything = terms.terms(stride, padding)
    grad_x, grad_weight = (np.nan_to_num(part) for part in terms.sums(everything, weights, stride, padding))
    whole = terms.whole_gradients(weights, stride, padding)
    np.testing.assert_allclose(grad_x, whole[0], atol=1e-12)
    np.testing.assert_allclose(grad_weight, whole[1], atol=1e-12)
    assert whole[2] == terms.arriving(stride, padding).sum()


@pytest.mark.parametrize(("cell", "count"), [((0, 0), 1), ((2, 2), 9), ((0, 2), 3)])
def test_corner_pixels_are_read_once_and_middle_ones_nine_times(cell, count):
    assert len(terms.chosen_terms("pixel", cell, 1, 0)) == count


def test_with_stride_three_the_last_rows_get_nothing():
    grad_x, _, _ = terms.whole_gradients(terms.KERNELS["numbers"], 3, 0)
    assert not grad_x[3:].any()
    assert not grad_x[:, 3:].any()


def _state(**changes):
    return {"kernel": "numbers", "stride": 1, "padding": 0, "show": flow_picture.SO_FAR, **changes}


@pytest.mark.parametrize(("stride", "padding"), STATES)
@pytest.mark.parametrize(("kind", "cell"), [("output", (0, 0)), ("pixel", (4, 4)), ("weight", (2, 1))])
@pytest.mark.parametrize("show", [flow_picture.SO_FAR, flow_picture.ALONE, flow_picture.WHOLE])
def test_the_flow_paints_and_speaks_in_every_state(stride, padding, kind, cell, show):
    state = _state(stride=stride, padding=padding, show=show, kind=kind, cell=cell)
    picture = flow_picture.flow_picture(**state)
    assert picture.shape == (2 * flow_picture.HEIGHT, 2 * flow_picture.WIDTH, 3)
    assert f"[{cell[0]}, {cell[1]}]" in flow.flow_caption(**state)
    assert kind in flow.flow_alt(**state)


@pytest.mark.parametrize(("stride", "padding"), STATES)
def test_after_the_last_output_the_sum_so_far_is_the_whole_gradient(stride, padding):
    last = tuple(side - 1 for side in terms.arriving(stride, padding).shape)
    whole = terms.whole_gradients(terms.KERNELS["numbers"], stride, padding)
    shown = flow_picture.shown_gradients("numbers", stride, padding, flow_picture.SO_FAR, "output", last)
    for part, expected in zip(shown, whole, strict=False):
        np.testing.assert_allclose(np.nan_to_num(part), expected, atol=1e-12)


def test_every_output_adds_its_own_part_to_the_sum_so_far():
    before, after = (
        np.nan_to_num(flow_picture.shown_gradients("numbers", 1, 1, flow_picture.SO_FAR, "output", cell)[0])
        for cell in ((1, 4), (2, 0))
    )
    alone = flow_picture.shown_gradients("numbers", 1, 1, flow_picture.ALONE, "output", (2, 0))[0]
    np.testing.assert_allclose(after - before, np.nan_to_num(alone), atol=1e-12)


def test_a_caption_writes_the_sum_out():
    d, w = terms.arriving(1, 0)[0, 0], terms.KERNELS["numbers"][0, 0]
    caption = flow.flow_caption(**_state(kind="pixel", cell=(0, 0)))
    assert f"Σ w · d = {w:.0f}·{d:.0f} = <b>{w * d:.0f}</b>" in caption


def test_an_unread_pixel_is_said_to_be_unread():
    assert "no window reaches it" in flow.flow_caption(**_state(stride=3, kind="pixel", cell=(4, 4)))


def test_a_weight_that_meets_padding_says_so():
    caption = flow.flow_caption(**_state(padding=1, kind="weight", cell=(0, 0)))
    assert "met 16 pixels, and padding at the other 9 outputs" in caption


@pytest.mark.parametrize(("stride", "padding"), STATES)
def test_clicks_find_the_cells_that_are_painted(stride, padding):
    state = _state(stride=stride, padding=padding, kind="output", cell=(0, 0), step=0)
    for spot in flow_picture.places(stride, padding).values():
        last = tuple(side - 1 for side in spot.shape)
        found = flow.flow_pointer(PointerEvent("click", *spot.at(last)), **state)
        assert found["kind"] == spot.kind
        assert flow.chosen_cell(**{"step": 0, "cell": None, **found}, stride=stride, padding=padding) == last
    assert flow.flow_pointer(PointerEvent("click", 1, 1), **state) is None
    assert flow.flow_pointer(PointerEvent("hover", 100, 100), **state) is None


def test_keys_move_the_choice_and_stay_inside():
    state = _state(kind="weight", cell=(2, 0), step=3)
    assert flow.flow_pointer(PointerEvent("key", key="ArrowUp"), **state)["cell"] == (1, 0)
    assert flow.flow_pointer(PointerEvent("key", key="ArrowDown"), **state)["cell"] == (2, 0)
    assert flow.flow_pointer(PointerEvent("key", key=" "), **state) == {"kind": "output", "step": 0}
    outputs = {**state, "kind": "output"}
    assert flow.flow_pointer(PointerEvent("key", key="ArrowRight"), **outputs) == {"kind": "output", "step": 4}


def test_the_slider_ends_at_the_last_output_and_chooses_outputs_again():
    explorer = flow.gradient_flow()
    assert explorer.controls["step"].max == 8
    explorer.set(padding=2)
    assert explorer.controls["step"].max == 48
    explorer.set(kind="pixel", cell=(1, 1))
    explorer.controls["step"].value = 30
    assert explorer.state["kind"] == "output"
    explorer.set(stride=3, padding=0)
    assert explorer.state["step"] == 0


def test_the_flow_uses_the_learners_backward_pass():
    def turned(*arguments):
        grad_x, grad_weight, grad_bias = terms.conv_backward(*arguments)
        return grad_x[:, :, ::-1, ::-1], grad_weight, grad_bias

    own, plain = flow.gradient_flow(turned), flow.gradient_flow()
    own.set(show=flow_picture.WHOLE)
    plain.set(show=flow_picture.WHOLE)
    assert (own.picture != plain.picture).any()
    assert "another answer" in own._caption_box.value
    assert "course" not in plain._caption_box.value


def test_every_control_of_the_flow_changes_the_picture():
    explorer = flow.gradient_flow()
    changes = ({"stride": 2}, {"padding": 1}, {"kernel": "vertical edge"}, {"show": flow_picture.ALONE}, {"step": 1})
    for change in (*changes, {"show": flow_picture.WHOLE}, {"kind": "pixel"}, {"cell": (0, 1)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("kernel_size", "stride"), [(2, 1), (2, 2), (2, 3), (3, 1), (3, 3)])
@pytest.mark.parametrize("numbers", list(switches.NUMBERS))
def test_pooling_hands_on_all_that_arrives(kind, kernel_size, stride, numbers):
    grad = switches.gradient(switches.NUMBERS[numbers], kind, kernel_size, stride)
    assert grad.sum() == pytest.approx(switches.arriving(kernel_size, stride).sum())


@pytest.mark.parametrize(("kernel_size", "stride"), [(2, 1), (2, 3), (3, 2)])
@pytest.mark.parametrize("numbers", list(switches.NUMBERS))
def test_rings_stand_where_the_gradient_goes(kernel_size, stride, numbers):
    x, expected = switches.NUMBERS[numbers], np.zeros((6, 6))
    for cell, d in np.ndenumerate(switches.arriving(kernel_size, stride)):
        expected[switches.winner(x, cell, kernel_size, stride)[0]] += d
    np.testing.assert_array_equal(switches.gradient(x, "max", kernel_size, stride), expected)


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("kernel_size", "stride"), [(2, 1), (3, 3)])
@pytest.mark.parametrize("cell", [(0, 0), (5, 5)])
def test_switches_paint_and_speak(kind, kernel_size, stride, cell):
    state = {"numbers": "many ties", "kind": kind, "kernel_size": kernel_size, "stride": stride, "cell": cell}
    state["changed"] = np.zeros((6, 6))
    assert switches._within(switches.switches_picture, **state).shape[2] == 3
    assert "Σ grad_x" in switches._within(switches.switches_caption, **state)


def test_a_click_on_x_adds_one_and_a_click_on_the_pool_chooses():
    changed = np.zeros((6, 6))
    state = {"numbers": "many ties", "kind": "max", "kernel_size": 2, "stride": 2, "cell": (0, 0), "changed": changed}
    at_x = PointerEvent("click", switches.LEFTS["x"] + 1.5 * switches.CELL, switches.TOP + 0.5 * switches.CELL)
    after = switches.switches_pointer(at_x, **state)["changed"]
    assert after[0, 1] == 1
    assert not changed.any(), "the state itself is never changed"
    at_pool = PointerEvent("drag", switches.LEFTS["d"] + 60, switches.TOP + 60)
    assert switches.switches_pointer(at_pool, **state) == {"cell": (1, 1)}
    assert switches.switches_pointer(PointerEvent("key", key="ArrowRight"), **state) == {"cell": (0, 1)}


def test_space_adds_one_to_the_first_number_of_the_window():
    changed = np.zeros((6, 6))
    state = {"numbers": "many ties", "kind": "max", "kernel_size": 2, "stride": 2, "cell": (1, 2), "changed": changed}
    after = switches.switches_pointer(PointerEvent("key", key=" "), **state)["changed"]
    assert after[2, 4] == 1
    assert after.sum() == 1


def test_the_switches_use_the_learners_function():
    own = switches.pooling_switches(lambda *arguments: max_pool_backward(*arguments) * 2)
    assert "another answer" in own._caption_box.value
    assert (own.picture != switches.pooling_switches().picture).any()


def test_errors_of_differences_follow_taylor():
    coarse, fine = (steps.derivative_error("x³ at 2", e, np.float64, True) for e in (-1, -2))
    assert coarse / fine == pytest.approx(100, rel=1e-3)
    coarse, fine = (steps.derivative_error("x³ at 2", e, np.float64, False) for e in (-1, -2))
    assert coarse / fine == pytest.approx(10, rel=0.1)


def test_float32_is_hopeless_at_a_millionth():
    assert steps.derivative_error("x³ at 2", -6, np.float32, True) > 1e-3
    assert steps.derivative_error("x³ at 2", -6, np.float64, True) < 1e-8


@pytest.mark.parametrize("function", list(steps.FUNCTIONS))
@pytest.mark.parametrize("exponent", [-14, -6, 0])
def test_the_step_figure_draws_in_every_state(function, exponent):
    assert steps.steps_figure(function=function, exponent=exponent).axes
    assert "central, float64" in steps.steps_caption(function=function, exponent=exponent)


def test_the_steps_are_written_as_powers_of_ten():
    text = steps.steps_caption(function="x³ at 2", exponent=-6)
    assert "Relative errors at ε = 10<sup>−6</sup>" in text
    assert "<b>3 · 10<sup>−11</sup></b>" in text


def test_a_single_output_is_not_called_outputs():
    state = {"kernel": "numbers", "show": "whole gradient", "kind": "output", "cell": (0, 0), "padding": 0}
    assert "d at 1 output flows" in flow.flow_alt(**state, stride=3)
    assert "d at 9 outputs flow" in flow.flow_alt(**state, stride=1)
