"""Correlation, convolution and their gradients against torch, SciPy, plain loops and hand-worked integers."""

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from torch.nn import functional

from cnncourse.convolution import blocks
from cnncourse.convolution.correlation import convolve, correlate, correlate_backward
from cnncourse.convolution.gradients import check_gradient
from oracles import slow_correlate, slow_correlate_backward

TORCH = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TOLERANCE = {np.float32: 2e-4, np.float64: 1e-11}


@st.composite
def problems(draw, axes=(1, 2, 3), largest=12):
    """Draw (x, weight, bias, settings): every size of every axis by itself, so that no symmetry hides a mistake."""
    d = draw(st.sampled_from(axes))
    groups, per_group, outputs, batch = (draw(st.integers(1, 3)) for _ in range(4))
    stride, dilation = (tuple(draw(st.integers(1, 3)) for _ in range(d)) for _ in range(2))
    padding, kernel = (tuple(draw(st.integers(low, low + 2)) for _ in range(d)) for low in (0, 1))
    reach = [e * (f - 1) + 1 - 2 * p for e, f, p in zip(dilation, kernel, padding, strict=True)]
    spatial = tuple(draw(st.integers(max(r, 1), max(r, 1) + largest)) for r in reach)
    dtype = draw(st.sampled_from((np.float32, np.float64)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.normal(size=(batch, groups * per_group, *spatial)).astype(dtype)
    weight = rng.normal(size=(groups * outputs, per_group, *kernel)).astype(dtype)
    bias = rng.normal(size=len(weight)).astype(dtype) if draw(st.booleans()) else None
    return x, weight, bias, {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def close(found, expected, dtype):
    assert found.dtype == dtype
    assert found.shape == tuple(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@given(problems())
def test_forward_and_backward_equal_torch(problem):
    x, weight, bias, settings = problem
    dtype = x.dtype.type
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, weight)]
    leaves.append(torch.zeros(len(weight), dtype=leaves[0].dtype, requires_grad=True))
    expected = TORCH[x.ndim - 2](*leaves[:2], leaves[2] if bias is None else leaves[2] + torch.tensor(bias), **settings)
    y = correlate(x, weight, bias, **settings)
    close(y, expected.detach().numpy(), dtype)
    grad_output = np.random.default_rng(y.size).normal(size=y.shape).astype(dtype)
    expected.backward(torch.tensor(grad_output))
    for found, leaf in zip(correlate_backward(grad_output, x, weight, **settings), leaves, strict=True):
        close(found, leaf.grad.numpy(), dtype)


@given(problems(largest=3))
@settings(max_examples=25)
def test_forward_and_backward_equal_the_plain_loops(problem):
    x, weight, bias, settings = problem
    dtype = x.dtype.type
    y = correlate(x, weight, bias, **settings)
    close(y, slow_correlate(x, weight, bias, **settings), dtype)
    grad_output = np.random.default_rng(y.size).normal(size=y.shape).astype(dtype)
    slow = slow_correlate_backward(grad_output, x, weight, **settings)
    for found, expected in zip(correlate_backward(grad_output, x, weight, **settings), slow, strict=True):
        close(found, expected, dtype)


@pytest.mark.parametrize("cells", [16, 4096])
def test_the_result_does_not_depend_on_how_it_is_cut_into_blocks(monkeypatch, cells):
    rng = np.random.default_rng(3)
    x, weight, bias = rng.normal(size=(5, 4, 37, 23)), rng.normal(size=(6, 2, 3, 5)), rng.normal(size=6)
    grad_output = rng.normal(size=(5, 6, 19, 25))
    arguments = {"stride": (2, 1), "padding": (1, 3), "groups": 2}
    whole = correlate(x, weight, bias, **arguments), *correlate_backward(grad_output, x, weight, **arguments)
    cut = blocks.blocks
    monkeypatch.setattr(blocks, "blocks", lambda shape, size: cut(shape, cells))
    parts = correlate(x, weight, bias, **arguments), *correlate_backward(grad_output, x, weight, **arguments)
    for a, b in zip(whole, parts, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


# --- hand-worked ---


def test_one_dimension_by_hand():
    y = correlate(np.array([[[1, 2, 3, 4, 5]]]), np.array([[[1, 0, -2]]]), np.array([10]))
    assert y.tolist() == [[[5, 4, 3]]]  # 1 − 6 + 10, 2 − 8 + 10, 3 − 10 + 10


def test_two_dimensions_by_hand_with_uneven_stride_and_padding():
    x = np.array([[[[1, 2, 3], [4, 5, 6]]]])
    y = correlate(x, np.array([[[[1, 2], [3, 4]]]]), stride=(1, 2), padding=(1, 0))
    assert y.tolist() == [[[[11], [37], [14]]]]  # 3·1 + 4·2; 1 + 4 + 12 + 20; 4 + 2·5


def test_the_classic_edge_is_a_band_of_thirties():
    picture = np.repeat([[10, 10, 10, 0, 0, 0]], 6, axis=0)
    y = correlate(picture[None, None], np.array([[[[1, 0, -1]] * 3]]))
    assert y[0, 0].tolist() == [[0, 30, 30, 0]] * 4


def test_two_filters_over_a_volume_give_two_maps():
    y = correlate(np.ones((1, 3, 6, 6)), np.stack([np.ones((3, 3, 3)), -np.ones((3, 3, 3))]))
    assert y.shape == (1, 2, 4, 4)
    assert y[0, :, 0, 0].tolist() == [27, -27]


def test_three_dimensions_by_hand():
    x = np.arange(8).reshape(1, 1, 2, 2, 2)
    assert correlate(x, np.arange(8).reshape(1, 1, 2, 2, 2)).item() == 140  # 0 + 1 + 4 + 9 + 16 + 25 + 36 + 49


def test_gradients_by_hand():
    x, weight = np.array([[[1.0, 2.0, 3.0]]]), np.array([[[10.0, 1.0]]])
    grad_x, grad_weight, grad_bias = correlate_backward(np.array([[[1.0, 5.0]]]), x, weight)
    assert grad_x.tolist() == [[[10, 51, 5]]]
    assert grad_weight.tolist() == [[[11, 17]]]  # 1·1 + 5·2, 1·2 + 5·3
    assert grad_bias.tolist() == [6]


@pytest.mark.parametrize("operand", ["x", "weight", "bias"])
def test_gradients_equal_differences(operand):
    rng = np.random.default_rng(8)
    operands = {"x": rng.normal(size=(2, 4, 7, 5)), "weight": rng.normal(size=(6, 2, 3, 2)), "bias": rng.normal(size=6)}
    settings = {"stride": (2, 1), "padding": (2, 1), "dilation": (1, 2), "groups": 2}
    upstream = rng.normal(size=correlate(**operands, **settings).shape)

    def loss(changed):
        return float((correlate(**{**operands, operand: changed}, **settings) * upstream).sum())

    gradients = correlate_backward(upstream, operands["x"], operands["weight"], **settings)
    gradient = dict(zip(("x", "weight", "bias"), gradients, strict=True))[operand]
    assert check_gradient(loss, gradient, operands[operand], np.random.default_rng(0)) < 1e-6


# --- what a convolution is ---


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_convolve_is_scipys_true_convolution_and_correlate_is_its_correlation(axes):
    rng = np.random.default_rng(axes)
    x, kernel = rng.normal(size=(9, 7, 8)[:axes]), rng.normal(size=(3, 4, 2)[:axes])
    batch = x[None, None], kernel[None, None]
    np.testing.assert_allclose(convolve(*batch)[0, 0], signal.convolve(x, kernel, "valid"), atol=1e-12)
    np.testing.assert_allclose(correlate(*batch)[0, 0], signal.correlate(x, kernel, "valid"), atol=1e-12)


def test_convolve_sums_over_channels_and_takes_all_of_correlates_arguments():
    rng = np.random.default_rng(2)
    x, weight, bias = rng.normal(size=(2, 4, 9, 8)), rng.normal(size=(6, 2, 3, 2)), rng.normal(size=6)
    settings = {"bias": bias, "stride": (2, 1), "padding": (1, 2), "dilation": (2, 1), "groups": 2}
    np.testing.assert_array_equal(convolve(x, weight, **settings), correlate(x, weight[:, :, ::-1, ::-1], **settings))


def test_the_two_agree_exactly_when_the_kernel_equals_its_half_turn():
    x = np.random.default_rng(0).integers(-9, 10, size=(1, 1, 6, 7))
    same, other = np.array([[1, 2, 3], [4, 5, 4], [3, 2, 1]]), np.array([[1, 2, 3], [4, 5, 4], [1, 2, 3]])
    assert np.array_equal(convolve(x, same[None, None]), correlate(x, same[None, None]))
    assert not np.array_equal(convolve(x, other[None, None]), correlate(x, other[None, None]))


@pytest.mark.parametrize(("operation", "holds"), [(convolve, True), (correlate, False)])
def test_only_the_flipped_one_is_commutative_and_associative(operation, holds):
    rng = np.random.default_rng(1)
    a, b, c = (rng.integers(-5, 6, size=(1, 1, n, n + 1)).astype(float) for n in (6, 3, 2))

    def full(x, kernel):
        return operation(x, kernel, padding=tuple(n - 1 for n in kernel.shape[2:]))

    assert np.array_equal(full(a, b), full(b, a)) == holds
    assert np.array_equal(full(full(a, b), c), full(a, full(b, c))) == holds


def test_shifting_the_picture_shifts_the_map():
    rng = np.random.default_rng(4)
    x, weight = rng.normal(size=(1, 2, 12, 12)), rng.normal(size=(3, 2, 3, 3))
    shifted = np.roll(x, (2, 1), axis=(2, 3))
    np.testing.assert_allclose(correlate(shifted, weight)[:, :, 2:, 1:], correlate(x, weight)[:, :, :-2, :-1])


# --- kinds, inputs and memory ---


@pytest.mark.parametrize(
    ("x", "weight", "result"),
    [
        ("f4", "f4", "f4"),
        ("f8", "f8", "f8"),
        ("f4", "f8", "f8"),
        ("f4", "i8", "f4"),
        ("i8", "f8", "f8"),
        ("u1", "i2", "f8"),
    ],
)
def test_floats_keep_their_kind_and_integers_follow_or_become_float64(x, weight, result):
    x, weight = np.ones((1, 1, 4), x), np.ones((1, 1, 2), weight)
    y = correlate(x, weight)
    assert y.dtype == result
    assert {g.dtype for g in correlate_backward(y, x, weight)} == {np.dtype(result)}


def test_inputs_are_left_alone_and_results_are_new():
    rng = np.random.default_rng(0)
    x, weight, bias = rng.normal(size=(1, 1, 3, 3)), np.ones((1, 1, 1, 1)), np.zeros(1)
    kept = [a.copy() for a in (x, weight, bias)]
    for a in (x, weight, bias):
        a.flags.writeable = False
    y = correlate(x, weight, bias)
    gradients = correlate_backward(y, x, weight)
    assert all(np.array_equal(a, b) for a, b in zip((x, weight, bias), kept, strict=True))
    assert not any(np.shares_memory(a, b) for a in (y, *gradients) for b in (x, weight, bias))


def test_transposed_and_reversed_views_are_read_in_their_own_order():
    rng = np.random.default_rng(5)
    x, weight = rng.normal(size=(6, 7, 3, 2)), rng.normal(size=(3, 2, 3, 4))
    views = x.transpose(3, 2, 1, 0)[:, :, ::-1], weight.transpose(3, 0, 2, 1)[..., ::-1]
    copies = [np.ascontiguousarray(v) for v in views]
    np.testing.assert_array_equal(correlate(*views), correlate(*copies))


def test_an_empty_batch_gives_an_empty_result():
    x, weight = np.zeros((0, 2, 5, 6)), np.ones((3, 2, 2, 2))
    y = correlate(x, weight)
    assert y.shape == (0, 3, 4, 5)
    grad_x, grad_weight, grad_bias = correlate_backward(y, x, weight)
    assert (grad_x.shape, grad_weight.any(), grad_bias.any()) == ((0, 2, 5, 6), False, False)


@pytest.mark.parametrize(
    ("x_shape", "weight_shape", "stride", "padding", "megabytes"),
    [  # shapes A to D of the bench; a whole im2col would take 17 to 190 MB
        ((16, 3, 64, 64), (32, 3, 3, 3), 1, 1, 12),
        ((8, 64, 32, 32), (64, 64, 3, 3), 1, 1, 8),
        ((4, 3, 227, 227), (96, 3, 11, 11), 4, 0, 8),
        ((2, 64, 112, 112), (128, 64, 3, 3), 1, 1, 24),
    ],
)
def test_memory_stays_near_that_of_the_output(x_shape, weight_shape, stride, padding, megabytes):
    x, weight = np.ones(x_shape, np.float32), np.ones(weight_shape, np.float32)
    correlate(x[:1, :, :12, :12], weight, stride=stride, padding=padding)
    tracemalloc.start()
    try:
        correlate(x, weight, np.ones(len(weight), np.float32), stride, padding)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= megabytes * 1e6


# --- arguments that do not fit ---

X, WEIGHT = np.ones((2, 4, 6, 5)), np.ones((6, 4, 3, 2))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": np.ones((4, 6))}, ValueError, r"x must have shape \(N, C, \*spatial\).*got shape \(4, 6\)"),
        ({"x": np.ones((1, 4, 2, 2, 2, 2))}, ValueError, "x must have shape"),
        ({"x": "picture"}, TypeError, "x must be an array of real numbers"),
        ({"x": X * np.nan}, ValueError, "x must hold finite numbers"),
        ({"x": np.ones((2, 4, 0, 5))}, ValueError, "x must have at least one place"),
        ({"x": X * 1j}, TypeError, "x must be an array of real numbers"),
        ({"weight": np.ones((6, 4, 3))}, ValueError, "weight must have shape"),
        ({"weight": np.ones((6, 3, 3, 2))}, ValueError, r"weight must have x's 4 channels / groups 1"),
        ({"weight": np.ones((6, 4, 0, 2))}, ValueError, "weight must hold at least one number"),
        ({"weight": np.ones((6, 4, 7, 2))}, ValueError, "kernel_size 7 is larger than the padded input 6"),
        ({"dilation": (1, 6)}, ValueError, "kernel_size 2 with dilation 6 reaches over 7 pixels.*padded input 5"),
        ({"stride": 0}, ValueError, "stride must be at least 1, got 0"),
        ({"stride": 1.5}, TypeError, "stride must be a whole number"),
        ({"stride": (1, 1, 1)}, ValueError, "stride must be one number or 2 numbers"),
        ({"padding": -1}, ValueError, "padding must be at least 0"),
        ({"padding": "same"}, TypeError, "padding must be a whole number"),
        ({"padding": 10**9}, ValueError, "padding .* makes the input too large"),
        ({"dilation": 0}, ValueError, "dilation must be at least 1"),
        ({"groups": 0}, ValueError, "groups must be at least 1"),
        ({"groups": 3}, ValueError, "weight must have x's 4 channels / groups 3"),
        ({"groups": 4, "weight": np.ones((6, 1, 3, 2))}, ValueError, "groups 4 must divide weight's 6 kernels"),
    ],
)
def test_arguments_that_do_not_fit_are_named(changes, error, message):
    arguments = {"x": X, "weight": WEIGHT, **changes}
    for function in (correlate, convolve):
        with pytest.raises(error, match=message):
            function(**arguments)
    with pytest.raises(error, match=message if changes != {"padding": 10**9} else "grad_output must have shape"):
        correlate_backward(np.ones((2, 6, 4, 4)), **arguments)


def test_a_bias_or_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"bias must have shape \(6,\), got shape \(4,\)"):
        correlate(X, WEIGHT, bias=np.ones(4))
    with pytest.raises(ValueError, match=r"grad_output must have shape \(2, 6, 4, 4\), got shape \(2, 6, 4, 5\)"):
        correlate_backward(np.ones((2, 6, 4, 5)), X, WEIGHT)
