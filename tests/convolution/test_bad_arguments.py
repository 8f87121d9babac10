"""Whatever anybody passes to a public function of the package: an error that names an argument, or a right answer."""

import fractions
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import cnncourse.convolution as package

RNG = np.random.default_rng(0)
X, WEIGHT = RNG.normal(size=(2, 3, 6, 5)), 3 * RNG.normal(size=(4, 3, 3, 2))
IMAGE, KERNEL = RNG.random((6, 7)), 3 * RNG.normal(size=(3, 3))
POINTS, QUERIES = RNG.normal(size=(6, 3)), RNG.normal(size=(4, 3))
SIZES = {"in_channels": 4, "out_channels": 6, "kernel_size": 3}
PLACE = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
POOL = {"kernel_size": 2, "stride": 2, "padding": 0}
VECTOR = np.array([1.0, -2.0, 0.5])
LABELS = np.array([0, 1, 0, 2, 1, 2])


def total(x):
    with np.errstate(over="ignore"):
        return np.sum(x)


def layer_forward(build):
    return lambda x: build().forward(x)


def layer_backward(build, x):
    def backward(grad_output):
        layer = build()
        layer.forward(x)
        return layer.backward(grad_output)

    return backward


def loss_forward(logits, labels):
    loss = package.SoftmaxCrossEntropy()
    return loss.forward(logits, labels), loss.backward()


def network():
    g = np.random.default_rng(1)
    return package.Network(
        [package.Conv2d(3, 2, 3, rng=g), package.ReLU(), package.Flatten(), package.Linear(24, 3, g)]
    )


def network_step(learning_rate):
    net = network()
    net.loss(X, [0, 2])
    net.backward()
    net.step(learning_rate)
    return net.parameters


def built(build):
    """Make a constructor's result comparable: build it and return nothing."""

    def construct(**arguments):
        build(**arguments)

    return construct


def conv():
    return package.Conv2d(3, 2, (3, 2), rng=np.random.default_rng(2))


def linear():
    return package.Linear(3, 2, rng=np.random.default_rng(3))


CASES = {  # name: (function, a valid argument for every parameter)
    "output_size": (package.output_size, {"n": 7, "kernel_size": 3, "stride": 2, "padding": 1, "dilation": 1}),
    "same_padding": (package.same_padding, {"kernel_size": 3, "dilation": 1}),
    "conv_parameters": (package.conv_parameters, {**SIZES, "bias": True, "groups": 2}),
    "conv_multiplications": (
        package.conv_multiplications,
        {**SIZES, "output_height": 5, "output_width": 4, "groups": 2},
    ),
    "receptive_field": (package.receptive_field, {"layers": [(3, 1, 1), (2, 2, 0, 1)]}),
    "correlate": (package.correlate, {"x": X, "weight": WEIGHT, "bias": np.ones(4), **PLACE}),
    "convolve": (package.convolve, {"x": X, "weight": WEIGHT, "bias": np.ones(4), **PLACE}),
    "correlate_backward": (
        package.correlate_backward,
        {"grad_output": RNG.normal(size=(2, 4, 4, 4)), "x": X, "weight": WEIGHT, **PLACE},
    ),
    "filter_image": (
        package.filter_image,
        {"image": IMAGE, "kernel": KERNEL, "padding": "same", "border": "zero"},
    ),
    "image_gradient": (package.image_gradient, {"image": IMAGE, "operator": "sobel"}),
    "gradient_magnitude": (package.gradient_magnitude, {"d_y": IMAGE, "d_x": -IMAGE}),
    "gradient_orientation": (package.gradient_orientation, {"d_y": IMAGE, "d_x": -IMAGE}),
    "oriented_kernel": (package.oriented_kernel, {"angle_degrees": 30}),
    **{f"{kind}_pool": (getattr(package, f"{kind}_pool"), {"x": X, **POOL}) for kind in ("max", "average", "min")},
    **{
        f"{kind}_pool_backward": (
            getattr(package, f"{kind}_pool_backward"),
            {"grad_output": RNG.normal(size=(2, 3, 3, 2)), "x": X, **POOL},
        )
        for kind in ("max", "average", "min")
    },
    "numerical_gradient": (package.numerical_gradient, {"f": total, "x": VECTOR, "epsilon": 1e-6}),
    "relative_error": (package.relative_error, {"a": VECTOR, "b": -VECTOR}),
    "check_gradient": (
        lambda f, gradient, x, seed=4: package.check_gradient(f, gradient, x, np.random.default_rng(seed)),
        {"f": total, "gradient": np.ones(3), "x": VECTOR},
    ),
    "Linear": (built(package.Linear), {"in_features": 3, "out_features": 2, "rng": None}),
    "Linear.forward": (layer_forward(linear), {"x": QUERIES}),
    "Linear.backward": (layer_backward(linear, QUERIES), {"grad_output": np.ones((4, 2))}),
    "Conv2d": (built(package.Conv2d), {**SIZES, "stride": 1, "padding": 0, "rng": None}),
    "Conv2d.forward": (layer_forward(conv), {"x": X}),
    "Conv2d.backward": (layer_backward(conv, X), {"grad_output": np.ones((2, 2, 4, 4))}),
    "MaxPool2d": (built(package.MaxPool2d), POOL),
    "MaxPool2d.forward": (layer_forward(lambda: package.MaxPool2d(2)), {"x": X}),
    "AveragePool2d": (built(package.AveragePool2d), POOL),
    "AveragePool2d.forward": (layer_forward(lambda: package.AveragePool2d(2)), {"x": X}),
    "ReLU.forward": (layer_forward(package.ReLU), {"x": X}),
    "ReLU.backward": (layer_backward(package.ReLU, X), {"grad_output": X}),
    "Flatten.forward": (layer_forward(package.Flatten), {"x": X}),
    "Flatten.backward": (layer_backward(package.Flatten, X), {"grad_output": np.ones((2, 90))}),
    "SoftmaxCrossEntropy": (loss_forward, {"logits": POINTS, "labels": LABELS}),
    "Network": (built(package.Network), {"layers": [package.ReLU()], "loss": None}),
    "Network.loss": (lambda x, labels: network().loss(x, labels), {"x": X, "labels": [0, 2]}),
    "Network.step": (network_step, {"learning_rate": 0.1}),
    "Network.predict": (
        lambda x, batch_size: network().predict(x, batch_size),
        {"x": X, "batch_size": 2},
    ),
    "squared_distances": (package.squared_distances, {"queries": QUERIES, "points": POINTS}),
    "nearest_neighbours": (package.nearest_neighbours, {"queries": QUERIES, "points": POINTS, "k": 3}),
    "predict_labels": (
        package.predict_labels,
        {"queries": QUERIES, "points": POINTS, "labels": LABELS, "k": 3},
    ),
}
ALSO_NAMED = {  # what a layer was built with may be what does not fit its input
    **{key: {"kernel_size"} for key in ("correlate", "convolve", "correlate_backward")},
    "Conv2d.forward": {"in_channels", "kernel_size"},
    "MaxPool2d.forward": {"kernel_size"},
    "AveragePool2d.forward": {"kernel_size"},
    "Network.loss": {"in_channels", "in_features", "kernel_size"},
    "Network.predict": {"in_channels", "in_features", "kernel_size"},
}

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
