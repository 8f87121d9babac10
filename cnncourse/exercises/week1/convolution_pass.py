"""The exercise on a convolutional layer's whole forward pass.

Shapes: pictures (N, C, H, W), kernels (K, C, f, f), biases (K,). "Convolution" lays the kernel on the picture as it is.
"""

import numpy as np

from cnncourse.exercises.exercise import Case, Exercise
from cnncourse.exercises.week1.convolution_steps import framed


def conv_forward(x, weight, bias, stride=1, padding=0):
    """Return the output of a convolutional layer for a batch, shape (N, K, H_out, W_out).

    x: pictures (N, C, H, W). weight: K kernels (K, C, f, f). bias: one number each (K,).
    Pad with `padding` zeros on every side; the window of output row i, column j begins at
    row i·stride, column j·stride of the padded picture. Kernels are not flipped.

    A (1, 3, 6, 6) batch and (2, 3, 3, 3) weights give (1, 2, 4, 4).
    """
    N, _, H, W = x.shape
    K, _, f, _ = weight.shape
    H_out = (H + 2 * padding - f) // stride + 1
    W_out = (W + 2 * padding - f) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((N, K, H_out, W_out))
    for n in range(N):
        for k in range(K):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + f, left : left + f]  # (C, f, f)
                    out[n, k, i, j] = np.sum(window * weight[k]) + bias[k]
    return out


def _shifted_sum(x, weight, bias, stride=1, padding=0, begin=None):
    """Add up one shifted picture per kernel entry; windows begin every `begin` pixels (by default `stride`)."""
    N, _, H, W = x.shape
    K, _, f, _ = weight.shape
    begin = begin or stride
    rows, columns = (H + 2 * padding - f) // stride + 1, (W + 2 * padding - f) // stride + 1
    padded = framed(x, padding)
    out = np.zeros((N, K, rows, columns)) + np.reshape(bias, (1, K, 1, 1))
    for k, c, u, v in np.ndindex(weight.shape):
        below, right = u + begin * (rows - 1) + 1, v + begin * (columns - 1) + 1
        out[:, k] += weight[k, c, u, v] * padded[:, c, u:below:begin, v:right:begin]
    return out


def _forward_stride_in_size_only(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, weight, bias, stride, padding, begin=1)


def _forward_stride_ignored(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, weight, bias, 1, padding)


def _forward_pad_hard_coded(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, weight, bias, stride, 1)


def _forward_pad_same(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, weight, bias, stride, (weight.shape[-1] - 1) // 2)


def _forward_pad_ignored(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, weight, bias, stride, 0)


def _forward_flipped(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, weight[:, :, ::-1, ::-1], bias, stride, padding)


def _forward_first_picture(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(np.repeat(x[:1], len(x), axis=0), weight, bias, stride, padding)


def _forward_batch_summed(x, weight, bias, stride=1, padding=0):
    total = np.sum(x, axis=0, keepdims=True)
    return np.repeat(_shifted_sum(total, weight, bias, stride, padding), len(x), axis=0)


def _forward_no_bias(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, weight, np.zeros(len(weight)), stride, padding)


def _forward_one_channel(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x[:, :1], weight[:, :1], bias, stride, padding)


def _forward_one_kernel(x, weight, bias, stride=1, padding=0):
    return _shifted_sum(x, np.repeat(weight[:1], len(weight), axis=0), bias, stride, padding)


def _forward_cases():
    edge = np.tile([10.0, 10, 10, 0, 0, 0], (6, 1))[None, None]
    vertical = np.tile([1.0, 0, -1], (3, 1))[None, None]
    band = np.tile([0.0, 30, 30, 0], (4, 1))[None, None]
    yield Case("the edge 10 | 0 and the 3 × 3 vertical filter", (edge, vertical, np.zeros(1)), band)
    count = np.arange(1.0, 17).reshape(1, 1, 4, 4)
    corner = np.array([[[[1.0, 0], [0, 0]]]])
    yield Case("stride 2", (count, corner, np.zeros(1), 2), np.array([[[[1.0, 3], [9, 11]]]]))
    neighbours = np.array([[[[9.0, 11, 11, 9], [11, 14, 14, 11], [9, 11, 11, 9]]]])
    ones = (np.ones((1, 1, 3, 4)), np.ones((1, 1, 3, 3)), np.array([5.0]))
    yield Case("padding 1 and bias 5: ones that count their neighbours", ones, neighbours, {"padding": 1})
    rng = np.random.default_rng(13)
    for shape, K, f, stride, padding in (
        ((1, 3, 6, 6), 2, 3, 1, 0), ((3, 2, 5, 8), 4, 3, 2, 1), ((2, 1, 7, 4), 3, 2, 3, 2), ((2, 4, 6, 5), 1, 1, 2, 0),
        ((2, 3, 9, 7), 2, 5, 1, 2), ((4, 2, 8, 11), 3, 4, 3, 0), ((2, 2, 4, 6), 3, 3, 1, 3), ((2, 3, 7, 9), 2, 2, 3, 0),
    ):  # fmt: skip
        x, weight, bias = rng.normal(size=shape), rng.normal(size=(K, shape[1], f, f)), rng.normal(size=K)
        what = f"a batch {shape}, {K} kernels of {f} × {f}, stride {stride}, padding {padding}"
        yield Case(what, (x, weight, bias, stride, padding), _shifted_sum(x, weight, bias, stride, padding))


CONV_FORWARD = Exercise(
    solution=conv_forward,
    cases=_forward_cases,
    mistakes={
        _forward_stride_in_size_only: "Your output has the right size, but its windows begin at rows i and columns j: "
        "they move by one pixel, and the rest of the picture is never read. Where does window i begin when it moves "
        "by `stride`?",
        _forward_stride_ignored: "Your stride is always 1. It matters twice: in the number of outputs, and in where "
        "each window begins.",
        _forward_pad_hard_coded: "You always pad by 1, whatever `padding` says. It is an argument: use it in the "
        "padding and in the output size.",
        _forward_pad_same: "You always pad so that the size stays the same, (f − 1)/2, whatever `padding` says. It is "
        "an argument, and 0 by default.",
        _forward_pad_ignored: "You never pad: `padding` has no effect on your answer. The zeros come first, before any"
        " window is cut out.",
        _forward_flipped: "Your kernels are flipped: row and column are counted from the end, as in signal "
        "processing's convolution. A layer lays weight[k, :, u, v] on row top + u, column left + v.",
        _forward_first_picture: "Every picture of your batch gives the answer of the first. The window must be cut out"
        " of picture n, so its index belongs in the slice.",
        _forward_batch_summed: "Your sum runs over the batch as well, so the pictures are mixed. Each picture is "
        "convolved by itself: sum over channels, rows and columns only.",
        _forward_no_bias: "The biases are missing: bias[k] is added once to every value of map k.",
        _forward_one_channel: "You used only the first channel. A kernel is as deep as its input: the window is (C, f,"
        " f), and the products of all channels are added.",
        _forward_one_kernel: "All your maps come from the first kernel. Map k is made with weight[k].",
    },
    hints=(
        "Four loops will do: pictures n, kernels k, output rows i, output columns j. Inside stands your one window.",
        "Compute the output height and width first, each from its own side of the picture, and make an array of zeros.",
        "The window of (i, j) is padded[n, :, i·stride : i·stride + f, j·stride : j·stride + f].",
        "Its value is the sum of window · weight[k], plus bias[k].",
    ),
    minutes=15,
    difficulty=2,
    points=2,
    tolerance=1e-5,
)
