"""Pooling and its gradients against torch, plain loops and hand-worked integers."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cnncourse.convolution import pooling
from cnncourse.convolution.gradients import check_gradient
from cnncourse.convolution.pooling import (
    average_pool,
    average_pool_backward,
    max_pool,
    max_pool_backward,
    min_pool,
    min_pool_backward,
)
from oracles import slow_pool, slow_pool_backward

POOLS = {
    "max": (max_pool, max_pool_backward),
    "min": (min_pool, min_pool_backward),
    "average": (average_pool, average_pool_backward),
}
TORCH = {
    "max": functional.max_pool2d,
    "min": lambda x, *place: -functional.max_pool2d(-x, *place),
    "average": functional.avg_pool2d,
}


@st.composite
def problems(draw, largest=12):
    """Draw (x, kernel_size, stride, padding): sizes of both axes independent, with many ties or none."""
    kernel = tuple(draw(st.integers(1, 5)) for _ in range(2))
    stride = tuple(draw(st.integers(1, 4)) for _ in range(2))
    padding = tuple(draw(st.integers(0, f // 2)) for f in kernel)
    lowest = [max(1, f - 2 * p) for f, p in zip(kernel, padding, strict=True)]
    shape = [draw(st.integers(1, 3)) for _ in range(2)] + [draw(st.integers(n, n + largest)) for n in lowest]
    dtype = draw(st.sampled_from((np.float32, np.float64)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    ties = draw(st.booleans())
    x = rng.integers(-1, 2, shape) if ties else rng.normal(size=shape)
    return x.astype(dtype), kernel, stride, padding


@pytest.mark.parametrize("kind", POOLS)
@given(problem=problems())
def test_forward_and_backward_equal_torch_ties_included(kind, problem):
    x, *place = problem
    forward, backward = POOLS[kind]
    leaf = torch.tensor(x, requires_grad=True)
    expected = TORCH[kind](leaf, *place)
    y = forward(x, *place)
    grad_output = np.random.default_rng(y.size).normal(size=y.shape).astype(x.dtype)
    expected.backward(torch.tensor(grad_output))
    grad_x = backward(grad_output, x, *place)
    assert y.dtype == grad_x.dtype == x.dtype
    if kind == "average":
        np.testing.assert_allclose(y, expected.detach().numpy(), atol=1e-5)
        np.testing.assert_allclose(grad_x, leaf.grad.numpy(), atol=1e-5)
    else:  # bit for bit
        np.testing.assert_array_equal(y, expected.detach().numpy())
        np.testing.assert_array_equal(grad_x, leaf.grad.numpy())


@pytest.mark.parametrize("kind", POOLS)
@given(problem=problems(largest=4))
@settings(max_examples=25)
def test_forward_and_backward_equal_the_plain_loops(kind, problem):
    x, *place = problem
    forward, backward = POOLS[kind]
    y = forward(x, *place)
    np.testing.assert_allclose(y, slow_pool(x, *place, kind), atol=1e-6)
    grad_output = np.random.default_rng(y.size).normal(size=y.shape)
    expected = slow_pool_backward(grad_output, x, *place, kind)
    np.testing.assert_allclose(backward(grad_output, x, *place), expected, atol=1e-5)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("block", [1, 50])
def test_the_result_does_not_depend_on_how_it_is_cut_into_blocks(monkeypatch, kind, block):
    x = np.random.default_rng(1).normal(size=(3, 5, 9, 7))
    forward, backward = POOLS[kind]
    whole = forward(x, 3, 2, 1)
    grad = backward(whole, x, 3, 2, 1)
    monkeypatch.setattr(pooling, "_BLOCK", block)
    np.testing.assert_array_equal(forward(x, 3, 2, 1), whole)
    np.testing.assert_array_equal(backward(whole, x, 3, 2, 1), grad)


X = np.array([[[[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]]]])


@pytest.mark.parametrize(
    ("kind", "expected"), [("max", [[9, 2], [6, 3]]), ("min", [[1, 1], [1, 1]]), ("average", [[3.75, 1.25], [3.75, 2]])]
)
def test_two_by_two_windows_by_hand(kind, expected):
    assert POOLS[kind][0](X, 2)[0, 0].tolist() == expected


def test_overlapping_windows_by_hand():
    assert max_pool(X, 3, stride=1)[0, 0].tolist() == [[9, 9], [9, 9]]
    assert max_pool(X, (1, 2), stride=(2, 1))[0, 0].tolist() == [[3, 3, 2], [3, 3, 3]]


def test_borders_never_win_and_average_pooling_counts_its_zeros():
    x = -np.ones((1, 1, 2, 2))
    assert max_pool(x, 2, padding=1)[0, 0].tolist() == [[-1, -1], [-1, -1]]
    assert min_pool(-x, 2, padding=1)[0, 0].tolist() == [[1, 1], [1, 1]]
    assert average_pool(x, 2, padding=1)[0, 0].tolist() == [[-0.25, -0.25], [-0.25, -0.25]]


def test_a_tie_is_won_by_the_first_in_reading_order():
    x = np.array([[[[0.0, 4.0, 4.0], [4.0, 4.0, 4.0]]]])
    assert max_pool_backward(np.array([[[[1.0, 10.0]]]]), x, 2, stride=1)[0, 0].tolist() == [[0, 11, 0], [0, 0, 0]]
    assert min_pool_backward(np.array([[[[1.0, 10.0]]]]), -x, 2, stride=1)[0, 0].tolist() == [[0, 11, 0], [0, 0, 0]]


def test_gradients_add_where_windows_overlap():
    x = np.array([[[[1.0, 5.0, 2.0]]]])
    assert max_pool_backward(np.array([[[[3.0, 4.0]]]]), x, (1, 2), stride=1).tolist() == [[[[0, 7, 0]]]]
    assert average_pool_backward(np.array([[[[2.0, 4.0]]]]), x, (1, 2), stride=1).tolist() == [[[[1, 3, 2]]]]


@pytest.mark.parametrize("kind", POOLS)
def test_gradients_equal_differences(kind):
    rng = np.random.default_rng(2)
    x = rng.permutation(2 * 3 * 6 * 7).reshape(2, 3, 6, 7).astype(float)
    forward, backward = POOLS[kind]
    upstream = rng.normal(size=forward(x, (3, 2), (2, 1), 1).shape)

    def loss(changed):
        return float((forward(changed, (3, 2), (2, 1), 1) * upstream).sum())

    gradient = backward(upstream, x, (3, 2), (2, 1), 1)
    assert check_gradient(loss, gradient, x, np.random.default_rng(0)) < 1e-6


@pytest.mark.parametrize("kind", POOLS)
def test_the_stride_is_the_kernels_size_unless_said_and_channels_are_kept(kind):
    x = np.random.default_rng(3).normal(size=(2, 5, 9, 8))
    y = POOLS[kind][0](x, (3, 2))
    assert y.shape == (2, 5, 3, 4)
    np.testing.assert_array_equal(y, POOLS[kind][0](x, (3, 2), stride=(3, 2)))
    np.testing.assert_array_equal(y[1:, 3:4], POOLS[kind][0](x[1:, 3:4], (3, 2)))


def test_global_average_pooling_is_the_mean_of_each_map():
    x = np.random.default_rng(4).normal(size=(2, 3, 13, 11))
    np.testing.assert_allclose(average_pool(x, (13, 11))[:, :, 0, 0], x.mean(axis=(2, 3)))


def test_a_large_kernel_sends_the_gradient_to_the_largest_of_the_map():
    x = np.random.default_rng(5).normal(size=(2, 3, 40, 30))
    grad_x = max_pool_backward(np.ones((2, 3, 1, 1)), x, (40, 30))
    assert grad_x.sum() == 6
    assert (grad_x.reshape(6, -1).argmax(axis=1) == x.reshape(6, -1).argmax(axis=1)).all()


def test_max_pooling_is_not_linear():
    a, b = np.array([[[[1.0, 0.0]]]]), np.array([[[[0.0, 1.0]]]])
    assert max_pool(a, (1, 2)) + max_pool(b, (1, 2)) != max_pool(a + b, (1, 2))


@pytest.mark.parametrize("kind", POOLS)
def test_inputs_are_left_alone_and_results_are_new(kind):
    x = np.random.default_rng(6).normal(size=(1, 1, 4, 4))
    kept = x.copy()
    x.flags.writeable = False
    forward, backward = POOLS[kind]
    results = forward(x, 1), forward(x, 2), backward(x, x, 1)
    assert np.array_equal(x, kept)
    assert not any(np.shares_memory(result, x) for result in results)
    assert all(result.flags.writeable for result in results)


@pytest.mark.parametrize("kind", POOLS)
def test_integers_become_float64_and_an_empty_batch_stays_empty(kind):
    forward, backward = POOLS[kind]
    y = forward(X, 2)
    assert y.dtype == backward(y, X, 2).dtype == np.float64
    empty = np.zeros((0, 3, 4, 4), np.float32)
    assert forward(empty, 2).shape == (0, 3, 2, 2)
    assert backward(forward(empty, 2), empty, 2).shape == empty.shape


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": np.ones((4, 6))}, ValueError, r"x must have shape \(N, C, H, W\), got shape \(4, 6\)"),
        ({"x": np.full((1, 1, 4, 6), np.nan)}, ValueError, "x must hold finite numbers"),
        ({"x": np.ones((1, 1, 0, 6))}, ValueError, "x must have at least one place"),
        ({"x": "picture"}, TypeError, "x must be an array"),
        ({"kernel_size": 0}, ValueError, "kernel_size must be at least 1"),
        ({"kernel_size": 2.0}, TypeError, "kernel_size must be a whole number"),
        ({"kernel_size": (2, 7)}, ValueError, "kernel_size 7 is larger than the padded input 6"),
        ({"kernel_size": (1, 2, 3)}, ValueError, "kernel_size must be one number or 2 numbers"),
        ({"stride": 0}, ValueError, "stride must be at least 1"),
        ({"stride": "2"}, TypeError, "stride must be a whole number"),
        ({"padding": -1}, ValueError, "padding must be at least 0"),
        ({"padding": 2}, ValueError, r"padding must be at most half of kernel_size \(3, 3\), got \(2, 2\)"),
    ],
)
def test_arguments_that_do_not_fit_are_named(kind, changes, error, message):
    arguments = {"x": np.ones((1, 1, 4, 6)), "kernel_size": 3, **changes}
    forward, backward = POOLS[kind]
    with pytest.raises(error, match=message):
        forward(**arguments)
    with pytest.raises(error, match=message):
        backward(np.ones((1, 1, 1, 2)), **arguments)


@pytest.mark.parametrize("kind", POOLS)
def test_a_gradient_of_the_wrong_shape_is_named(kind):
    with pytest.raises(ValueError, match=r"grad_output must have shape \(1, 1, 2, 2\), got shape \(1, 1, 2, 3\)"):
        POOLS[kind][1](np.ones((1, 1, 2, 3)), X, 2)
