"""Every check accepts what it should, and names the argument, what came and what was expected otherwise."""

import decimal
import fractions

import numpy as np
import pytest
import torch

from cnncourse.arguments import (
    float_array,
    largest,
    narrowed,
    numeric_array,
    one_of,
    random_generator,
    real_number,
    refuse_overflow,
    shown,
    true_or_false,
    whole_number,
    whole_numbers,
)

NOT_A_NUMBER = [
    None,
    "3",
    b"3",
    [3],
    (3,),
    {3},
    {},
    3 + 0j,
    object(),
    len,
    np.array([3]),
    np.array(["3"]),
    [[1], [2, 3]],
]


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.array(3), torch.tensor(3)])
def test_whole_number_takes_every_kind_of_whole_number(value):
    result = whole_number("n", value)
    assert result == 3
    assert type(result) is int


@pytest.mark.parametrize("value", [*NOT_A_NUMBER, 3.0, np.float64(3), True, np.True_, float("nan")])
def test_whole_number_refuses_everything_else_by_name(value):
    with pytest.raises(TypeError, match=r"^stride must be a whole number, got "):
        whole_number("stride", value)


def test_whole_number_keeps_to_its_minimum_even_for_numbers_too_long_to_write():
    assert whole_number("n", 0, minimum=0) == 0
    assert whole_number("n", 10**5000, minimum=0) == 10**5000
    with pytest.raises(ValueError, match=r"^n must be at least 1, got 0$"):
        whole_number("n", 0, minimum=1)
    with pytest.raises(ValueError, match=r"^n must be at least 1, got a huge number$"):
        whole_number("n", -(10**5000), minimum=1)


@pytest.mark.parametrize("value", [2, [2, 2], (2, 2), np.array([2, 2]), np.array(2), np.int32(2), (np.int8(2), 2)])
def test_whole_numbers_spreads_one_number_or_takes_each(value):
    assert whole_numbers("stride", value, length=2) == (2, 2)


@pytest.mark.parametrize("value", [(), (1,), (1, 2, 3), [], np.zeros(3, int), np.zeros((3, 2), int)])
def test_whole_numbers_refuses_another_length(value):
    with pytest.raises(ValueError, match=r"^stride must be one number or 2 numbers, got "):
        whole_numbers("stride", value, length=2)


@pytest.mark.parametrize(
    "value", [None, "ab", "2", {2, 3}, {2: 3}, (1, 2.0), (True, 1), [[1], [2, 3]], np.ones((2, 2), int)]
)
def test_whole_numbers_refuses_another_type(value):
    with pytest.raises(TypeError, match=r"^stride must be "):
        whole_numbers("stride", value, length=2)


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array(0.5), fractions.Fraction(1, 2), np.float16(0.5)])
def test_real_number_takes_every_kind_of_real_number(value):
    result = real_number("epsilon", value)
    assert result == 0.5
    assert type(result) is float


@pytest.mark.parametrize("value", [*NOT_A_NUMBER, True, np.False_, np.complex64(1), np.array(1j), decimal.Decimal(1)])
def test_real_number_refuses_everything_else_by_name(value):
    with pytest.raises(TypeError, match=r"^epsilon must be a number, got "):
        real_number("epsilon", value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -np.inf, np.float32("nan"), 10**400])
def test_real_number_must_be_finite(value):
    with pytest.raises(ValueError, match=r"^epsilon must be a finite number, got "):
        real_number("epsilon", value)


def test_real_number_keeps_to_its_minimum():
    assert real_number("rate", 0, minimum=0) == 0
    with pytest.raises(ValueError, match=r"^rate must be at least 0, got -0\.5$"):
        real_number("rate", -0.5, minimum=0)


@pytest.mark.parametrize("value", [True, np.True_])
def test_true_or_false_takes_both_kinds_of_bool(value):
    assert true_or_false("bias", value) is True


@pytest.mark.parametrize("value", [None, 0, 1, "True", [], 1.0, np.array([True])])
def test_true_or_false_refuses_everything_else(value):
    with pytest.raises(TypeError, match=r"^bias must be True or False, got "):
        true_or_false("bias", value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("f4", "f4"), ("f8", "f8"), ("f2", "f8"), ("i2", "f8"), ("u8", "f8"), ("?", "f8"), (">f8", "f8")],
)
def test_float_array_keeps_float32_and_float64_and_widens_the_rest(given, kept):
    array = float_array("x", np.array([0, 1], given))
    assert array.dtype == kept
    assert array.dtype.isnative
    assert array.tolist() == [0, 1]


def test_float_array_takes_lists_tensors_and_copies_nothing_it_need_not():
    assert float_array("x", [[1, 2.5]]).tolist() == [[1.0, 2.5]]
    assert float_array("x", torch.ones(2)).tolist() == [1.0, 1.0]
    x = np.ones(3)
    assert float_array("x", x) is x


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.float32(np.inf), np.longdouble("1e4000")])
def test_float_array_refuses_what_is_not_finite(value):
    with pytest.raises(ValueError, match=r"^image must hold finite numbers, got NaN or infinity$"):
        float_array("image", np.array([1, value]))


def test_float_array_accepts_finite_numbers_whose_sum_is_not():
    assert float_array("x", np.full(3, 1e308)).tolist() == [1e308] * 3


@pytest.mark.parametrize(
    "value",
    [
        None,
        "x",
        ["a"],
        1j,
        [1, None],
        [1, 10**400],
        object(),
        {1: 2},
        np.array(["2020"], "M8[D]"),
        torch.ones(1).requires_grad_(),
    ],
)
def test_numeric_array_refuses_what_holds_no_real_numbers(value):
    with pytest.raises(TypeError, match=r"^image must be an array"):
        numeric_array("image", value)


def test_numeric_array_explains_ragged_rows():
    with pytest.raises(TypeError, match=r"^image must be an array, got rows of different lengths$"):
        numeric_array("image", [[1], [2, 3]])


def test_numeric_array_says_which_shape_it_wanted():
    x = np.zeros((2, 3))
    assert numeric_array("x", x, dimensions=2) is x
    assert numeric_array("x", x, dimensions=(2, 3), shape=(None, 3)) is x
    with pytest.raises(ValueError, match=r"^x must have shape of 3 axes, got shape \(2, 3\)$"):
        numeric_array("x", x, dimensions=3)
    with pytest.raises(ValueError, match=r"^x must have shape \(N, C, H, W\), got shape \(2, 3\)$"):
        numeric_array("x", x, dimensions=4, axes="(N, C, H, W)")
    with pytest.raises(ValueError, match=r"^x must have shape \(any, 4\), got shape \(2, 3\)$"):
        numeric_array("x", x, shape=(None, 4))
    with pytest.raises(ValueError, match=r"^labels must have shape \(N,\) = \(2,\), got shape \(2, 3\)$"):
        numeric_array("labels", x, shape=(2,), axes="(N,)")


def test_one_of_lists_the_choices():
    assert one_of("border", "zero", ("zero", "edge")) == "zero"
    for wrong in ("wrap", None, 3, ["zero"]):
        with pytest.raises(ValueError, match=r"^border must be one of 'zero', 'edge', got "):
            one_of("border", wrong, ("zero", "edge"))


def test_a_message_repeats_little_of_a_long_value():
    assert shown("ab") == "str 'ab'"
    assert shown(np.zeros((2, 3))) == "an array of shape (2, 3) and dtype float64"
    assert len(shown(list(range(10_000)))) < 80
    assert "\n" not in shown([np.eye(3)])
    assert shown([10**5000]) == "list a huge number"


def test_narrowed_copies_only_what_must_change_and_loses_no_number():
    x = np.array([1.0, 3e38])
    assert narrowed("x", x, np.float64) is x
    assert narrowed("x", x, np.float32).dtype == np.float32
    with pytest.raises(ValueError, match=r"^x must hold finite numbers that fit in float32"):
        narrowed("x", 10 * x, np.float32)


def test_largest_is_the_largest_absolute_value():
    assert largest(np.array([1.0, -3.0, 2.0])) == 3
    assert largest(np.array([[-1.0, 5.0]])) == 5
    assert largest(np.zeros((0, 2))) == 0


def test_an_overflow_is_refused_whatever_the_bound_is():
    with np.errstate(over="ignore"):
        result = np.float32([1, 2, 3e38]) * np.float32(2)
    refuse_overflow("x", result[:2], bound=1e300)
    for bound in (1e39, 1e300, np.inf, np.nan):
        with pytest.raises(ValueError, match=r"^x and y must hold smaller .* too large for float32$"):
            refuse_overflow("x and y", result, bound)


def test_a_random_generator_is_no_seed():
    generator = np.random.default_rng(0)
    assert random_generator("rng", generator) is generator
    for wrong in (0, None, np.random.RandomState(0), np.random):
        with pytest.raises(TypeError, match=r"^rng must be a NumPy Generator such as "):
            random_generator("rng", wrong)
