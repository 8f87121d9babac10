"""Cross-correlation, true convolution and their gradients, for 1-D, 2-D and 3-D inputs.

Conventions: x is (N, C, *spatial), weight (K, C / groups, *kernel), the result (N, K, *output), as in PyTorch.
"Convolution" in a network is cross-correlation: the kernel is laid on the picture as it is. `convolve` turns it
first. A result is float32 when all floating operands are, else float64; integers join the other operands' kind.
"""

import math

import numpy as np

from cnncourse.arguments import float_array, largest, narrowed, numeric_array, refuse_overflow, whole_number
from cnncourse.convolution.blocks import (
    MOST_NUMBERS,
    column_blocks,
    crop_spatial,
    geometry,
    grouped_windows,
    pad_spatial,
    run,
    run_width,
)

_SHAPES = "(N, C, *spatial) with 1, 2 or 3 spatial axes"


def correlate(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Lay every kernel on every window of `x` and sum the products: the "convolution" of a neural network.

    y[n, k, i, j] = bias[k] + Σ weight[k, c, u, v] · x[n, c, i·stride + u·dilation, j·stride + v·dilation], x padded
    with zeros. `x` (N, C, *spatial), `weight` (K, C / groups, *kernel), `bias` (K,) or None → (N, K, *output) with
    output = ⌊(n + 2·padding − dilation·(f − 1) − 1) / stride⌋ + 1. `stride`, `padding` and `dilation` are one number
    or one per spatial axis. Raises ValueError or TypeError where shapes or numbers do not fit.

    Faster than the loop over places: each block of windows is multiplied by all kernels in one matrix product,
    while it is still in the processor's cache (Chellapilla, Puri & Simard 2006, unrolled convolution).

    >>> x = np.array([[[1, 2, 3, 4]]])
    >>> correlate(x, np.array([[[1, 0, -1]]]))
    array([[[-2., -2.]]])
    """
    x, weight = _operands(x, weight, groups)
    shape = geometry(x.shape[2:], weight.shape[2:], stride, padding, dilation, groups)
    rows = weight.reshape(groups, len(weight) // groups, -1)  # (G, K / G, C / G · taps)
    bound = largest(x) * largest(weight) * rows.shape[-1]
    if bias is not None:
        bias = float_array("bias", bias, shape=(len(weight),))
        bound += largest(bias)
        rows = np.concatenate([rows, narrowed("bias", bias, x.dtype).reshape(groups, -1, 1)], axis=-1)
    windows = grouped_windows(pad_spatial(x, shape.padding), shape)
    y = _empty_output(len(x), len(weight), shape.output_size, x.dtype)
    flat = y.reshape(len(x), groups, len(weight) // groups, math.prod(shape.output_size))
    with np.errstate(over="ignore", invalid="ignore"):
        for box, columns in column_blocks(windows, len(shape.stride), ones=bias is not None):
            np.matmul(rows, columns, out=flat[box[0], ..., run(box[1:], shape.output_size)])
    refuse_overflow("x, weight and bias", y, bound)
    return y


def convolve(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolve as in signal processing: `correlate` with every kernel turned by half a turn.

    Arguments, shapes and errors are those of `correlate`; the two agree exactly where the kernel equals its own half
    turn. Only this one is commutative and associative.

    >>> convolve(np.array([[[1, 2, 3, 4]]]), np.array([[[1, 0, -1]]]))
    array([[[2., 2.]]])
    """
    x, weight = _operands(x, weight, groups)
    return correlate(x, half_turned(weight), bias, stride, padding, dilation, groups)


def half_turned(weight):
    """Return `weight` (K, C, *kernel) with every spatial axis reversed: the kernels turned by 180°."""
    return np.flip(weight, axis=tuple(range(2, weight.ndim)))


def correlate_backward(grad_output, x, weight, stride=1, padding=0, dilation=1, groups=1):
    """Return (grad_x, grad_weight, grad_bias): how a loss changes with each operand of `correlate`.

    `grad_output` (N, K, *output) is the loss's gradient with respect to the output; the rest as in `correlate`.
    grad_weight correlates `x` with `grad_output`; grad_x sends each output's gradient back through the kernel to the
    window it came from; grad_bias sums `grad_output` over batch and places (LeCun et al. 1989).

    Faster than the loop over places: per block, one matrix product with the windows gives grad_weight, a second one
    spreads the gradient, and one addition per kernel tap puts a whole block back into grad_x.
    """
    x, weight = _operands(x, weight, groups)
    shape = geometry(x.shape[2:], weight.shape[2:], stride, padding, dilation, groups)
    wanted = (len(x), len(weight), *shape.output_size)
    grad_output = float_array("grad_output", grad_output, shape=wanted)
    grad_output = np.ascontiguousarray(narrowed("grad_output", grad_output, x.dtype))
    rows = weight.reshape(groups, len(weight) // groups, -1)
    width, spare = run_width(x.shape[-1] + 2 * shape.padding[-1], shape)
    padded, grad_padded = (pad_spatial(a, shape.padding, spare=spare) for a in (x, np.zeros_like(x)))
    with np.errstate(over="ignore", invalid="ignore"):
        windows = grouped_windows(padded, shape, width)
        grad_windows = grouped_windows(grad_padded, shape, width, writeable=True)
        grad_rows = _accumulate(grad_output, rows, windows, grad_windows, shape)
    for result in (grad_padded, grad_rows):
        refuse_overflow("grad_output, x and weight", result, bound=np.inf)
    grad_x = np.ascontiguousarray(crop_spatial(grad_padded, shape.padding))
    grad_weight = np.ascontiguousarray(grad_rows[..., :-1]).reshape(weight.shape)
    return grad_x, grad_weight, grad_rows[..., -1].reshape(-1)


def _accumulate(grad_output, rows, windows, grad_windows, shape):
    """Fill `grad_windows` and return the gradient of (G, K / G, taps + 1), whose last column is the bias's."""
    groups, K, depth = rows.shape
    grad_rows = np.zeros((groups, K, depth + 1), rows.dtype)
    grouped = grad_output.reshape(len(windows), groups, K, *shape.output_size)
    for box, columns in column_blocks(windows, len(shape.stride), ones=True):
        d = _widened(grouped[box[0], :, :, *box[1:]], columns.shape[-1])  # (n, G, K / G, P)
        grad_rows += np.matmul(d, columns.swapaxes(-1, -2)).sum(axis=0)
        spread = np.matmul(rows.swapaxes(-1, -2), d, out=columns[:, :, :depth])
        _add_to_windows(grad_windows[box[0], ..., *box[1:]], spread, shape.kernel_size)
    return grad_rows


def _widened(grads, places):
    """Return `grads` (n, G, K / G, *output) with zeros behind each row, so that it has so many `places`."""
    *leading, width = grads.shape
    widened = np.zeros((*leading, places // math.prod(leading[3:])), grads.dtype)
    widened[..., :width] = grads
    return widened.reshape(*grads.shape[:3], places)


def _add_to_windows(windows, spread, kernel_size):
    spread = spread.reshape(windows.shape)
    for tap in np.ndindex(kernel_size):
        windows[:, :, :, *tap] += spread[:, :, :, *tap]


def _operands(x, weight, groups):
    """Return `x` and `weight` as arrays of one floating kind, their axes and channels checked against each other."""
    x = numeric_array("x", x, dimensions=(3, 4, 5), axes=_SHAPES)
    weight = numeric_array("weight", weight, dimensions=x.ndim, axes=f"(K, C / groups, *kernel), {x.ndim} axes as x")
    groups = whole_number("groups", groups, minimum=1)
    floating = [a.dtype for a in (x, weight) if a.dtype.kind == "f"]
    dtype = np.float32 if floating and all(kind == np.float32 for kind in floating) else np.float64
    if 0 in weight.shape:
        raise ValueError(f"weight must hold at least one number, got shape {weight.shape}")
    if x.shape[1] != weight.shape[1] * groups:
        raise ValueError(f"weight must have x's {x.shape[1]} channels / groups {groups}, got shape {weight.shape}")
    if len(weight) % groups:
        raise ValueError(f"groups {groups} must divide weight's {len(weight)} kernels")
    return float_array("x", x).astype(dtype, copy=False), np.ascontiguousarray(float_array("weight", weight), dtype)


def _empty_output(batch, kernels, output_size, dtype):
    shape = (batch, kernels, *output_size)
    if math.prod(shape) > MOST_NUMBERS:
        raise ValueError(f"the output would be too large: shape {shape}")
    return np.empty(shape, dtype)
