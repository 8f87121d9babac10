"""The explorers of notebook 1.4 show what the package computes, in every state."""

import numpy as np
import pytest

from cnncourse.convolution import max_pool_backward
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import backpropagation_flow as flow
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


@pytest.mark.parametrize(("stride", "padding"), STATES)
@pytest.mark.parametrize(
    ("kind", "cell"), [("output", (0, 0)), ("output", (6, 6)), ("pixel", (4, 4)), ("weight", (2, 1))]
)
@pytest.mark.parametrize("only", [True, False])
def test_the_flow_paints_and_speaks_in_every_state(stride, padding, kind, cell, only):
    state = {"kernel": "numbers", "stride": stride, "padding": padding, "only": only, "kind": kind, "cell": cell}
    picture = flow._within(flow.flow_picture, **state)
    assert picture.shape == (2 * flow.HEIGHT, 2 * flow.WIDTH, 3)
    assert "grad_bias" in flow._within(flow.flow_caption, **state)


def test_a_caption_writes_the_sum_out():
    state = {"kernel": "numbers", "stride": 1, "padding": 0, "only": True, "kind": "pixel", "cell": (0, 0)}
    d, w = terms.arriving(1, 0)[0, 0], terms.KERNELS["numbers"][0, 0]
    assert f"Σ w · d = {w:.0f}·{d:.0f} = <b>{w * d:.0f}</b>" in flow.flow_caption(**state)


def test_an_unread_pixel_is_said_to_be_unread():
    state = {"kernel": "numbers", "stride": 3, "padding": 0, "only": True, "kind": "pixel", "cell": (4, 4)}
    assert "no window reaches it" in flow.flow_caption(**state)


@pytest.mark.parametrize(("stride", "padding"), STATES)
def test_clicks_find_the_cells_that_are_painted(stride, padding):
    state = {"kernel": "numbers", "stride": stride, "padding": padding, "only": True, "kind": "output", "cell": (0, 0)}
    for name, (left, top, side) in flow.places(stride, padding).items():
        for below in (0, flow.LOWER - flow.TOP):
            event = PointerEvent("click", left + 0.5 * side, top + below + 0.5 * side)
            assert flow.flow_pointer(event, **state) == {"kind": name, "cell": (0, 0)}
    assert flow.flow_pointer(PointerEvent("click", 1, 1), **state) is None
    assert flow.flow_pointer(PointerEvent("hover", 100, 100), **state) is None


def test_keys_move_the_choice_and_stay_inside():
    state = {"kernel": "numbers", "stride": 1, "padding": 0, "only": True, "kind": "weight", "cell": (2, 0)}
    assert flow.flow_pointer(PointerEvent("key", key="ArrowUp"), **state) == {"cell": (1, 0)}
    assert flow.flow_pointer(PointerEvent("key", key="ArrowDown"), **state) == {"cell": (2, 0)}
    assert flow.flow_pointer(PointerEvent("key", key=" "), **state) == {"kind": "output", "cell": (0, 0)}


def test_the_flow_uses_the_learners_backward_pass():
    def turned(*arguments):
        grad_x, grad_weight, grad_bias = terms.conv_backward(*arguments)
        return grad_x[:, :, ::-1, ::-1], grad_weight, grad_bias

    own, plain = flow.gradient_flow(turned), flow.gradient_flow()
    own.set(only=False)
    plain.set(only=False)
    assert (own.picture != plain.picture).any()
    assert "another answer" in own._caption_box.value
    assert "course" not in plain._caption_box.value


def test_every_control_of_the_flow_changes_the_picture():
    explorer = flow.gradient_flow()
    for change in ({"stride": 2}, {"padding": 1}, {"kernel": "vertical edge"}, {"only": False}, {"cell": (0, 1)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert explorer.picture.shape != before.shape or (explorer.picture != before).any(), change


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
