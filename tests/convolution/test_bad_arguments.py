"""Whatever anybody passes to a public function of the package: an error that names an argument, or a right answer."""

import fractions
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import cnncourse.convolution as package
from convolution_cases import ALSO_NAMED, CASES

HUGE = [10**9, 10**30, -(10**30), 2**63, 2**64, -(2**63) - 1]
NUMBERS = [0, 1, 2, 3, 5, -1, -3, *HUGE, 0.5, 2.0, -0.0, 1e308, -1e308, 1e160, 5e-324, np.nan, np.inf, -np.inf]
WRAPPED = [
    np.float32(2),
    np.int8(2),
    np.uint64(2),
    np.array(2),
    np.array([2]),
    np.float32("nan"),
    fractions.Fraction(3, 2),
]
PAIRS = [
    (),
    (1,),
    (1, 2),
    (2, 1),
    (0, 0),
    (-1, 1),
    (1, 2, 3),
    (1.5, 2),
    (None, 1),
    (10**9, 1),
    [2, 2],
    [True, 1],
    (1, 10**30),
]
OTHERS = [
    None,
    True,
    False,
    np.True_,
    "",
    "3",
    "same",
    "valid",
    "reflect",
    "scharr",
    b"2",
    1j,
    {},
    {2},
    object(),
    ...,
    range(3),
]
RAGGED = [
    [[1, 2], [3]],
    [[], [1]],
    [None],
    ["a", "b"],
    [[1], "b"],
    [np.eye(2), 3],
    [(3, 1)],
    [(3, 1, 1), (2, 2, 0)],
    [(3, 1, "1")],
]
SPECIAL = [np.nan, np.inf, -np.inf, 1e308, -1e308, 1e160, 1e30, 5e-324, 0.0]
DTYPES = ["?", "i1", "i8", "u8", "f2", "f4", "f8", ">f8", "g", "c16", "O", "U8", "S8", "M8[s]"]


def small_arrays():
    elements = st.sampled_from([0.0, 1.0, -2.0, 0.5, 3.0, *SPECIAL])
    shapes = array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)
    return arrays(np.float64, shapes, elements=elements)


@st.composite
def distorted(draw, valid):
    """Take a valid array and spoil it: an entry, the shape, the dtype, or only its clothes."""
    array = np.array(valid, dtype=np.float64)
    ways = ["entry", "fill", "axis more", "axis less", "longer", "empty", "dtype", "list", "reversed", "read-only"]
    way = draw(st.sampled_from(ways))
    axis = draw(st.integers(0, max(array.ndim - 1, 0)))
    if way == "entry" and array.size:
        array.flat[draw(st.integers(0, array.size - 1))] = draw(st.sampled_from(SPECIAL))
    elif way == "fill":
        array[...] = draw(st.sampled_from(SPECIAL))
    elif way == "axis more":
        array = array[None]
    elif way == "axis less" and array.ndim and len(array):
        array = array[0]
    elif way == "longer" and array.ndim:
        array = np.concatenate([array, array], axis=axis)
    elif way == "empty" and array.ndim:
        array = array.take([], axis=axis)
    elif way == "dtype":
        with np.errstate(all="ignore"):
            array = np.abs(array).astype(draw(st.sampled_from(DTYPES)))
    elif way == "list":
        return array.tolist()
    elif way == "reversed" and array.ndim:
        array = np.flip(array, axis=axis)
    elif way == "read-only":
        array.flags.writeable = False
    return array


def nasty(valid):
    """Return a strategy for anything that may stand where `valid` is right."""
    anything = [st.sampled_from(pool) for pool in (NUMBERS, WRAPPED, PAIRS, OTHERS, RAGGED)]
    if isinstance(valid, np.ndarray):
        return st.one_of(distorted(valid), small_arrays(), st.one_of(anything))
    return st.one_of(anything)


@st.composite
def calls(draw, valid):
    """Return valid arguments of which one or two were replaced."""
    names = draw(st.lists(st.sampled_from(sorted(valid)), min_size=1, max_size=2, unique=True))
    return {**valid, **{name: draw(nasty(valid[name])) for name in names}}


def plainly(arguments, valid):
    """Return the arguments with the same numbers as plain float64 arrays wherever such an array is the normal thing."""
    arrays = {name: arguments[name] for name in float_arrays(valid) if arguments[name] is not None}
    return {**arguments, **{name: np.array(value, dtype=np.float64) for name, value in arrays.items()}}


def float_arrays(arguments):
    return [name for name, value in arguments.items() if isinstance(value, np.ndarray) and value.dtype.kind == "f"]


def parts(result):
    """Return every array in a result, whatever it is wrapped in."""
    if result is None:
        return []
    if isinstance(result, dict):
        result = tuple(result.values())
    if isinstance(result, (tuple, list)):
        return [part for item in result for part in parts(item)]
    return [np.asarray(result)]


def answer_or_message(function, arguments):
    """Return (result, None), or (None, message) for the two errors allowed; any other comes through."""
    try:
        return function(**arguments), None
    except (ValueError, TypeError) as error:
        return None, str(error)


def demand_an_answer_or_a_name(name, arguments):
    """Fail unless the call raises an error that names an argument, or answers as it does for plain float64 arrays."""
    function, valid = CASES[name]
    result, message = answer_or_message(function, arguments)
    if message is not None:
        allowed = {*valid, *ALSO_NAMED.get(name, ())}
        assert re.search(rf"\b({'|'.join(allowed)})\b", message), f"names no argument: {message!r}"
        return
    plain = function(**plainly(arguments, valid))
    for found, expected in zip(parts(result), parts(plain), strict=True):
        if found.dtype.kind != "f":
            assert np.array_equal(found, expected)
            continue
        assert np.isfinite(found).all(), "a silent NaN or infinity"
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max(initial=0))


def test_every_public_function_is_tried():
    assert {name.split(".")[0] for name in CASES} | {"KERNELS"} == set(package.__all__)


@pytest.mark.parametrize("name", CASES)
def test_the_valid_arguments_are_valid(name):
    function, valid = CASES[name]
    assert all(np.isfinite(part).all() for part in parts(function(**valid)))


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_bad_arguments_get_a_clear_error_or_a_right_answer(name, data):
    arguments = data.draw(calls(CASES[name][1]))
    demand_an_answer_or_a_name(name, arguments)


FLOAT_ARRAYS = [(name, key) for name, (_, valid) in CASES.items() for key in float_arrays(valid)]


@pytest.mark.parametrize(("name", "key"), FLOAT_ARRAYS)
@pytest.mark.parametrize("others", [np.float32, np.float64])
@pytest.mark.parametrize("large", [np.float64(1.7e308), np.float64(-1e300), np.float64(1e39), np.float32(-3e38)])
def test_numbers_too_large_never_become_infinity_or_nan(name, key, others, large):
    arguments = dict(CASES[name][1])
    for other in float_arrays(arguments):
        arguments[other] = arguments[other].astype(others)
    demand_an_answer_or_a_name(name, {**arguments, key: np.full(arguments[key].shape, large)})
    arguments[key] = arguments[key].astype(large.dtype)
    arguments[key].flat[1] = large
    demand_an_answer_or_a_name(name, arguments)
