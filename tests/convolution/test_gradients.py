"""Numerical gradients and their comparison, against gradients worked by hand and torch's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnncourse.convolution.gradients import check_gradient, numerical_gradient, relative_error


def numbers(shape, largest=1e3):
    return arrays(np.float64, shape, elements=st.floats(-largest, largest))


def cubic(x):
    return (x**3).sum()


@given(numbers((2, 3), largest=5))
def test_numerical_gradient_of_a_cubic_is_three_squares(x):
    np.testing.assert_allclose(numerical_gradient(cubic, x), 3 * x**2, rtol=1e-6, atol=1e-6)


def test_numerical_gradient_equals_torch_on_a_function_that_mixes_entries():
    x = np.random.default_rng(1).normal(size=(3, 2, 4))
    t = torch.tensor(x, requires_grad=True)
    (torch.sin(t).sum() * torch.exp(t[1]).prod()).backward()
    found = numerical_gradient(lambda x: np.sin(x).sum() * np.exp(x[1]).prod(), x)
    assert relative_error(found, t.grad.numpy()) < 1e-8


def test_numerical_gradient_is_central_so_exact_for_a_parabola():
    found = numerical_gradient(lambda x: float(x[0] ** 2), np.array([3.0]), epsilon=0.5)
    assert found.tolist() == [6.0]  # one-sided would say 6.5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numerical_gradient_keeps_the_dtype_but_steps_in_float64(dtype):
    x = np.linspace(0.1, 0.9, 5, dtype=dtype)
    seen = []
    found = numerical_gradient(lambda x: seen.append(x.dtype) or cubic(x), x)
    assert found.dtype == dtype
    assert set(seen) == {np.dtype(np.float64)}
    np.testing.assert_allclose(found, 3 * x.astype(float) ** 2, rtol=1e-6)


def test_numerical_gradient_survives_a_function_that_changes_its_argument():
    def careless(x):
        x **= 2
        return x.sum()

    x = np.array([1.0, -2.0])
    np.testing.assert_allclose(numerical_gradient(careless, x), [2, -4], rtol=1e-8)
    assert x.tolist() == [1.0, -2.0]


@pytest.mark.parametrize("wrap", [float, np.float32, np.array, lambda v: np.array([[v]]), torch.tensor])
def test_the_function_may_return_any_form_of_one_number(wrap):
    np.testing.assert_allclose(numerical_gradient(lambda x: wrap(2 * x[0]), [1.0], epsilon=0.5), [2])


def test_numerical_gradient_takes_a_single_number_and_nothing_at_all():
    assert numerical_gradient(lambda x: 3 * x, 2.0).round(6) == 3
    assert numerical_gradient(lambda x: 0.0, np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize(
    ("f", "sentence"),
    [
        (lambda x: x, r"f must return one number, got an array of shape \(3,\)"),
        (lambda x: None, "the value of f must be"),
        (lambda x: np.nan, "the value of f must be a finite number, got nan"),
        (lambda x: np.inf, "the value of f must be a finite number, got inf"),
        (lambda x: 1j, "the value of f must be"),
        (None, "f must be a function of one array, got NoneType"),
    ],
)
def test_a_function_that_is_none_is_named(f, sentence):
    x = np.ones(3)
    for check in (lambda: numerical_gradient(f, x), lambda: check_gradient(f, x, x, np.random.default_rng(0))):
        with pytest.raises((ValueError, TypeError), match=sentence):
            check()


@pytest.mark.parametrize("epsilon", [0, -1e-6, np.nan, np.inf, "1e-6", None, True])
def test_epsilon_must_be_positive(epsilon):
    with pytest.raises((ValueError, TypeError), match=r"epsilon must be"):
        numerical_gradient(cubic, [1.0], epsilon)


def test_a_step_lost_in_rounding_is_an_error_and_not_a_zero():
    with pytest.raises(ValueError, match=r"epsilon 1e-06 must survive rounding beside x, which reaches 1e\+20"):
        numerical_gradient(cubic, [1e20])


def test_an_error_of_the_function_itself_comes_through():
    with pytest.raises(ZeroDivisionError):
        numerical_gradient(lambda x: 1 / 0, [1.0])


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([3, 4], [3, 4], 0),
        ([3], [1], 0.5),
        ([1], [3], 0.5),
        ([3, 4], [-3, -4], 1),
        ([0, 0], [0, 0], 0),
        ([5], [0], 1),
        ([3, 0], [0, 4], 5 / 7),
        ([1e300, 0], [0, 1e300], 2**0.5 / 2),
        ([1e-300, 0], [0, 1e-300], 2**0.5 / 2),
        ([5e-324], [5e-324], 0),
        ([1.7e308], [-1.7e308], 1),
        (np.float32([3e38]), np.float32([-3e38]), 1),
    ],
)
def test_relative_error_equals_the_hand_worked_number(a, b, expected):
    assert relative_error(a, b) == pytest.approx(expected, rel=1e-15)
    assert type(relative_error(a, b)) is float


@given(numbers((4,)), numbers((4,)), st.integers(-300, 300))
def test_relative_error_is_symmetric_within_0_and_1_and_without_a_unit(a, b, exponent):
    error = relative_error(a, b)
    assert error == relative_error(b, a)
    assert 0 <= error <= 1 + 1e-15
    assert relative_error(a * 2.0**exponent, b * 2.0**exponent) == pytest.approx(error, rel=1e-6)


def test_relative_error_compares_equal_shapes_only():
    with pytest.raises(ValueError, match=r"b must have shape \(2, 1\), got shape \(2,\)"):
        relative_error([[1], [2]], [1, 2])
    with pytest.raises(ValueError, match="a must hold at least one number"):
        relative_error([], [])


@given(numbers((3, 5), largest=10), st.integers(0, 1000))
def test_a_right_gradient_has_a_tiny_error_as_array_and_as_function(x, seed):
    error = check_gradient(lambda x: np.sin(x).sum(), np.cos(x), x, np.random.default_rng(seed))
    assert error < 1e-7
    assert error == check_gradient(lambda x: np.sin(x).sum(), np.cos, x, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("wrong", "at_least"),
    [
        (lambda g: -g, 0.99),
        (lambda g: 2 * g, 0.3),
        (lambda g: g / g.size, 0.9),
        (lambda g: g[::-1], 0.1),
        (lambda g: np.where(np.arange(g.size).reshape(g.shape) == 37, 0, g), 1e-3),
        (lambda g: g * 1.001, 4e-4),
        (np.zeros_like, 0.99),
    ],
    ids=["sign", "factor", "averaged", "flipped", "one entry", "a thousandth", "zero"],
)
def test_a_wrong_gradient_has_a_large_error(wrong, at_least):
    x = np.random.default_rng(3).normal(size=(10, 7))
    for seed in range(5):
        assert check_gradient(cubic, wrong(3 * x**2), x, np.random.default_rng(seed)) > at_least


def test_the_error_of_random_directions_estimates_that_of_the_whole_gradient():
    rng = np.random.default_rng(5)
    x = rng.normal(size=200)
    wrong = 3 * x**2 + 0.1 * rng.normal(size=200)
    found = check_gradient(cubic, wrong, x, rng)
    assert found == pytest.approx(relative_error(wrong, 3 * x**2), rel=0.5)


def test_check_gradient_calls_the_function_64_times_whatever_the_size():
    calls = []
    x = np.ones((50, 50))
    check_gradient(lambda x: calls.append(0) or cubic(x), 3 * x**2, x, np.random.default_rng(0))
    assert len(calls) == 64


def test_check_gradient_changes_nothing_and_steps_in_float64():
    x = np.linspace(1, 2, 6, dtype=np.float32)
    x.flags.writeable = False
    gradient = 3 * x.astype(float) ** 2
    gradient.flags.writeable = False
    assert check_gradient(cubic, gradient, x, np.random.default_rng(0)) < 1e-8


@pytest.mark.parametrize(
    ("gradient", "x", "rng", "sentence"),
    [
        (np.ones(2), np.ones(3), np.random.default_rng(0), r"gradient must have shape \(3,\), got shape \(2,\)"),
        (lambda x: x[:1], np.ones(3), np.random.default_rng(0), r"gradient must have shape \(3,\), got shape \(1,\)"),
        (np.full(3, np.nan), np.ones(3), np.random.default_rng(0), "gradient must hold finite numbers"),
        (np.ones(3), np.ones(3), 0, "rng must be a NumPy Generator .* got int"),
        (np.ones(3), np.ones(3), None, "rng must be a NumPy Generator .* got NoneType"),
        (np.ones(0), np.ones(0), np.random.default_rng(0), "x must hold at least one number"),
        (None, np.ones(3), np.random.default_rng(0), "gradient must be an array"),
    ],
)
def test_check_gradient_names_what_is_wrong(gradient, x, rng, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        check_gradient(cubic, gradient, x, rng)
