"""Exercise of notebook 1.4 on the gradients of a convolution."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def conv_backward(grad_output, x, weight, stride, padding):
    """Return (grad_x, grad_weight, grad_bias) of a convolutional layer.

    x has shape (N, C, H, W), weight (K, C, f, f), grad_output (N, K, H', W'). Every
    output y[n, k, i, j] came from one window of the zero-padded x. So, output by output:
    its gradient d goes back into that window of grad_x as d · weight[k], into
    grad_weight[k] as d · window, and into grad_bias[k] as d. Cut the padding off grad_x.

    Example: one 2×2 picture [[1, 2], [3, 4]], a 2×2 kernel of [[5, 6], [7, 8]], d = 10:
    grad_x is 10 times the kernel, grad_weight 10 times the picture, grad_bias [10].
    """
    N, K, rows, columns = grad_output.shape
    f = weight.shape[2]
    around = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(x, around)
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    for n in range(N):
        for k in range(K):
            for i in range(rows):
                for j in range(columns):
                    d = grad_output[n, k, i, j]
                    window = np.s_[n, :, i * stride : i * stride + f, j * stride : j * stride + f]
                    grad_padded[window] += d * weight[k]
                    grad_weight[k] += d * padded[window]
    H, W = x.shape[2:]
    grad_x = grad_padded[:, :, padding : padding + H, padding : padding + W]
    return grad_x, grad_weight, grad_output.sum(axis=(0, 2, 3))


def _backward(grad_output, x, weight, stride, padding, back=None, step=None, add=True, window_of=None):
    """The solution with parts exchanged: `back` is spread into grad_x, `step` moves the window, `window_of` is read."""
    N, K, rows, columns = grad_output.shape
    f, step, back = weight.shape[2], step or stride, weight if back is None else back
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    for n, k, i, j in np.ndindex(N, K, rows, columns):
        d = grad_output[n, k, i, j]
        window = np.s_[n, :, i * step : i * step + f, j * step : j * step + f]
        grad_padded[window] = grad_padded[window] * add + d * back[k]
        grad_weight[k] = grad_weight[k] * add + d * padded[window]
    return grad_padded, grad_weight, grad_output.sum(axis=(0, 2, 3))


def _cut(grad_padded, x, padding, shift=0):
    H, W = x.shape[2:]
    start = padding + shift
    return grad_padded[:, :, start : start + H, start : start + W]


def _turned(weight):
    return weight[:, :, ::-1, ::-1]


def _kernel_turned_in_grad_x(grad_output, x, weight, stride, padding):
    grad, grad_weight, grad_bias = _backward(grad_output, x, weight, stride, padding, back=_turned(weight))
    return _cut(grad, x, padding), grad_weight, grad_bias


def _grad_weight_turned(grad_output, x, weight, stride, padding):
    grad, grad_weight, grad_bias = _backward(grad_output, x, weight, stride, padding)
    return _cut(grad, x, padding), _turned(grad_weight), grad_bias


def _both_turned(grad_output, x, weight, stride, padding):
    grad_x, grad_weight, grad_bias = _kernel_turned_in_grad_x(grad_output, x, weight, stride, padding)
    return grad_x, _turned(grad_weight), grad_bias


def _both_whole_gradients_turned(grad_output, x, weight, stride, padding):
    grad_x, grad_weight, grad_bias = conv_backward(grad_output, x, weight, stride, padding)
    return _turned(grad_x), _turned(grad_weight), grad_bias


def _stride_ignored(grad_output, x, weight, stride, padding):
    grad, grad_weight, grad_bias = _backward(grad_output, x, weight, stride, padding, step=1)
    return _cut(grad, x, padding), grad_weight, grad_bias


def _padding_not_cut(grad_output, x, weight, stride, padding):
    return _backward(grad_output, x, weight, stride, padding)


def _padding_cut_on_one_side(grad_output, x, weight, stride, padding):
    grad, grad_weight, grad_bias = _backward(grad_output, x, weight, stride, padding)
    return _cut(grad, x, padding, shift=-padding), grad_weight, grad_bias


def _overwritten(grad_output, x, weight, stride, padding):
    grad, grad_weight, grad_bias = _backward(grad_output, x, weight, stride, padding, add=False)
    return _cut(grad, x, padding), grad_weight, grad_bias


def _bias_over_places_only(grad_output, x, weight, stride, padding):
    grad_x, grad_weight, _ = conv_backward(grad_output, x, weight, stride, padding)
    return grad_x, grad_weight, grad_output.sum(axis=(2, 3))


def _averaged(grad_output, x, weight, stride, padding):
    grad_x, grad_weight, grad_bias = conv_backward(grad_output, x, weight, stride, padding)
    return grad_x, grad_weight / len(x), grad_bias / len(x)


def _conv_by_numbers(grad_output, x, weight, stride, padding):
    """Return the three gradients from the definition, one product at a time: the oracle."""
    grad_x, grad_weight, grad_bias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    H, W = x.shape[2:]
    C, f = weight.shape[1:3]
    for n, k, i, j in np.ndindex(grad_output.shape):
        grad_bias[k] += grad_output[n, k, i, j]
        for c, u, v in np.ndindex(C, f, f):
            row, column = i * stride + u - padding, j * stride + v - padding
            if 0 <= row < H and 0 <= column < W:
                grad_x[n, c, row, column] += grad_output[n, k, i, j] * weight[k, c, u, v]
                grad_weight[k, c, u, v] += grad_output[n, k, i, j] * x[n, c, row, column]
    return grad_x, grad_weight, grad_bias


def _conv_cases():
    picture, kernel = np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), np.array([[[[5.0, 6.0], [7.0, 8.0]]]])
    ten = np.array([[[[10.0]]]])
    yield Case("one window, d = 10", (ten, picture, kernel, 1, 0), (10 * kernel, 10 * picture, np.array([10.0])))
    row = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    d = np.array([[[[1.0, 10.0]]]])
    spread = np.array([[[[5.0, 56.0, 60.0], [7.0, 78.0, 80.0]]]])
    seen = np.array([[[[21.0, 32.0], [54.0, 65.0]]]])
    yield Case("two windows that share a column", (d, row, kernel, 1, 0), (spread, seen, np.array([11.0])))
    rng = np.random.default_rng(12)
    for N, C, K, H, W, f, stride, padding in (
        (1, 1, 1, 4, 5, 3, 1, 0),
        (2, 1, 1, 5, 4, 3, 1, 1),
        (1, 2, 3, 6, 5, 2, 2, 0),
        (2, 3, 2, 5, 7, 3, 2, 1),
        (3, 2, 1, 6, 4, 3, 3, 2),
        (2, 2, 3, 4, 6, 1, 1, 0),
        (1, 2, 2, 9, 7, 2, 3, 1),
        (2, 1, 2, 5, 6, 5, 1, 2),
        (1, 2, 1, 3, 4, 2, 1, 2),
    ):
        rows, columns = ((n + 2 * padding - f) // stride + 1 for n in (H, W))
        arguments = (
            rng.normal(size=(N, K, rows, columns)),
            rng.normal(size=(N, C, H, W)),
            rng.normal(size=(K, C, f, f)),
            stride,
            padding,
        )
        what = f"N = {N}, C = {C}, K = {K}, {H}×{W}, f = {f}, stride {stride}, padding {padding}"
        yield Case(what, arguments, _conv_by_numbers(*arguments))


CONV_BACKWARD = Exercise(
    solution=conv_backward,
    cases=_conv_cases,
    mistakes={
        _kernel_turned_in_grad_x: "grad_x comes out as if the kernel lay turned by half a turn. Spreading output by "
        "output, each d goes back through the kernel as it is; only in a full correlation, where the kernel slides "
        "over the spread-out d, must it be turned.",
        _grad_weight_turned: "grad_weight is turned by half a turn: weight[u, v] met the window's entry [u, v], so "
        "that is where its gradient goes.",
        _both_turned: "grad_x and grad_weight both use the kernel turned by half a turn. That is the true (flipped) "
        "convolution's gradient; this layer correlates. Checks that only compare means cannot see it.",
        _both_whole_gradients_turned: "Both finished gradients are turned by half a turn, up against down and left "
        "against right: the numbers are right, their places are not.",
        _stride_ignored: "The windows start at i and j: with a stride they start at i · stride and j · stride.",
        _padding_not_cut: "grad_x still has the padding around it: nobody owns those pixels. Cut it off, so that "
        "grad_x has x's shape.",
        _padding_cut_on_one_side: "You cut the padding off at the bottom and right only, so grad_x is shifted: it "
        "begins at row and column `padding`.",
        _overwritten: "Windows overlap and every output uses the same weights: add to what is there (+=) instead of "
        "replacing it.",
        _bias_over_places_only: "The bias serves every picture of the batch as well as every place: sum over both, "
        "shape (K,).",
        _averaged: "You divide by the batch size; the mean is already in grad_output.",
    },
    hints=(
        "The forward loop read one window of the padded x for each n, k, i, j: visit the same windows.",
        "In the loop: `grad_padded[window] += d * weight[k]` and `grad_weight[k] += d * padded[window]`.",
        "`np.s_[n, :, i*stride : i*stride+f, j*stride : j*stride+f]` writes the window once for both.",
        "grad_bias needs no loop: `grad_output.sum(axis=(0, 2, 3))`.",
    ),
    minutes=20,
    difficulty=3,
    points=4,
    returns=("grad_x", "grad_weight", "grad_bias"),
)
