"""Exercise of notebook 2.3: a 1×1 convolution as a dense layer at every pixel."""

import numpy as np

from cnncourse.exercises.exercise import Case, Exercise


def one_by_one(x, weight, bias):
    """Return the 1×1 convolution of x, shape (N, K, H, W): one dense layer at every pixel.

    x: maps (N, C, H, W). weight: (K, C), one row for each output map. bias: (K,).
    The C numbers that lie behind one another at a pixel are the layer's input there:
    output map k at row i, column j is the sum over c of weight[k, c] · x[n, c, i, j],
    plus bias[k]. No ReLU.

    At a pixel with the numbers 1 and 10, weight [[1, 1], [2, 0]] and bias [0, 100] give
    11 and 102.
    """
    pixels = x.transpose(0, 2, 3, 1)  # (N, H, W, C)
    return (pixels @ weight.T + bias).transpose(0, 3, 1, 2)


def _channels_last(x, weight, bias):
    return x.transpose(0, 2, 3, 1) @ weight.T + bias


def _weight_transposed(x, weight, bias):
    return one_by_one(x, weight.T, bias)


def _reshaped(x, weight, bias):
    N, C, H, W = x.shape
    return (x.reshape(N, H, W, C) @ weight.T + bias).transpose(0, 3, 1, 2)


def _reshaped_back(x, weight, bias):
    N, _, H, W = x.shape
    return (x.transpose(0, 2, 3, 1) @ weight.T + bias).reshape(N, len(weight), H, W)


def _no_bias(x, weight, bias):
    return one_by_one(x, weight, np.zeros_like(bias))


def _bias_along_the_row(x, weight, bias):
    return one_by_one(x, weight, np.zeros_like(bias)) + bias


def _bias_for_every_channel(x, weight, bias):
    return one_by_one(x, weight, bias * x.shape[1])


def _one_number_each(x, weight, bias):
    return np.stack([weight[c, c] * x[:, c] + bias[c] for c in range(x.shape[1])], axis=1)


def _last_channel(x, weight, bias):
    return weight[:, -1][:, None, None] * x[:, -1:] + bias[:, None, None]


def _mean(x, weight, bias):
    return one_by_one(x, weight / x.shape[1], bias)


def _rectified(x, weight, bias):
    return np.maximum(one_by_one(x, weight, bias), 0)


def _channels_weighted_only(x, weight, bias):
    return x * weight.sum(axis=0)[:, None, None]


def _by_loops(x, weight, bias):
    """Return the output number by number: the oracle."""
    N, C, H, W = x.shape
    y = np.zeros((N, len(weight), H, W))
    for n, k, i, j in np.ndindex(y.shape):
        y[n, k, i, j] = bias[k]
        for c in range(C):
            y[n, k, i, j] += weight[k, c] * x[n, c, i, j]
    return y


def _cases():
    x = np.array([[[[1.0, 2.0]], [[10.0, 20.0]]]])
    weight, bias = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, -1.0]]), np.array([0.0, 100.0, 0.0])
    maps = np.array([[[[11.0, 22.0]], [[102.0, 104.0]], [[-10.0, -20.0]]]])
    yield Case("two channels become three maps, on two pixels", (x, weight, bias), maps)
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    yield Case("channels swapped, 5 added to the second", (x, swap, np.array([0.0, 5.0])),
               np.array([[[[10.0, 20.0]], [[6.0, 7.0]]]]))  # fmt: skip
    rng = np.random.default_rng(23)
    for N, C, H, W, K in ((2, 3, 4, 5, 6), (2, 4, 3, 4, 4), (3, 2, 5, 1, 3), (1, 5, 2, 7, 2), (3, 1, 3, 2, 4)):
        arguments = (
            rng.normal(size=(N, C, H, W)).round(3),
            rng.normal(size=(K, C)).round(3),
            rng.normal(0, 2, K).round(3),
        )
        what = f"{N} × {C} × {H} × {W} to {K} map{'s' if K > 1 else ''}"
        yield Case(what, arguments, _by_loops(*arguments))


ONE_BY_ONE = Exercise(
    solution=one_by_one,
    cases=_cases,
    mistakes={
        _channels_last: "The numbers are right, but the maps stand last, (N, H, W, K): bring them back to (N, K, H, W)"
        " with transpose(0, 3, 1, 2).",
        _weight_transposed: "The weights are used the wrong way round: row k of `weight` belongs to output map k, so "
        "numbers as a row at each pixel are multiplied by weight.T.",
        _reshaped: "reshape does not bring the channels to the end: it reads the same numbers in the same order and "
        "mixes different pixels. transpose(0, 2, 3, 1) moves the axis.",
        _reshaped_back: "On the way back, reshape leaves the numbers in the order of pixels and mixes the maps: "
        "transpose(0, 3, 1, 2) moves the axis.",
        _no_bias: "The bias is not added: one number for each output map.",
        _bias_along_the_row: "The bias is added along the picture's rows, because NumPy lines up last axes. Each "
        "number belongs to a map: bias[:, None, None], or add it while the maps are the last axis.",
        _bias_for_every_channel: "The bias is added once for every input channel. The products are summed first, then "
        "one bias is added.",
        _one_number_each: "Every channel is multiplied by one number of its own, so nothing is mixed. An output map "
        "takes from all input channels, at the same pixel.",
        _last_channel: "Only the last channel is left in your sum: inside the loop, = replaces what the channels "
        "before it gave, and += adds to it.",
        _mean: "The products are averaged over the channels; they are summed.",
        _rectified: "There is a ReLU in it; here the bare sum is wanted.",
        _channels_weighted_only: "The products are not summed over the channels: your output has as many maps as the "
        "input. Each output map is one sum over all channels.",
    },
    hints=(
        "At one pixel it is a matrix times a vector: weight (K, C) times the C numbers there.",
        "NumPy's @ works on the last axis: x.transpose(0, 2, 3, 1) puts the channels there.",
        "(x.transpose(0, 2, 3, 1) @ weight.T + bias) has shape (N, H, W, K). Which transpose brings K to place 1?",
    ),
    minutes=8,
    difficulty=2,
)
