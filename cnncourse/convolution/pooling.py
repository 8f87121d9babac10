"""Max, average and min pooling of batches (N, C, H, W), and their gradients.

Conventions: every channel is pooled by itself; `stride=None` means the kernel's size, so that windows tile the
picture; padding is at most half the kernel, so that no window lies wholly outside. Max pooling pads with −∞ and min
pooling with +∞, so the border never wins; average pooling pads with zeros *and counts them*, as PyTorch's default
(count_include_pad=True): every window is divided by the kernel's area.
"""

import math

import numpy as np

from cnncourse.arguments import float_array, largest, narrowed, refuse_overflow, whole_numbers
from cnncourse.convolution.blocks import crop_spatial, geometry, pad_spatial

_BLOCK = 1 << 14


def max_pool(x, kernel_size, stride=None, padding=0):
    """Return the largest number of every window of `x` (N, C, H, W) → (N, C, H', W').

    `kernel_size`, `stride` and `padding` are one number or (vertical, horizontal). Raises ValueError or TypeError where
    they do not fit `x`.

    Faster than the loop over places: the maximum of a window is the maximum of its rows' maxima, so a few
    whole-picture maxima down and then across replace one small maximum per place.

    >>> max_pool(np.array([[[[1, 2, 5, 0], [3, 4, 1, 1]]]]), 2)
    array([[[[4., 5.]]]])
    """
    x, shape = _checked(x, kernel_size, stride, padding)
    return _pool(np.maximum, -np.inf, x, shape)


def min_pool(x, kernel_size, stride=None, padding=0):
    """Return the smallest number of every window: arguments, shapes and errors as in `max_pool`.

    >>> min_pool(np.array([[[[1, 2, 5, 0], [3, 4, 1, 1]]]]), 2)
    array([[[[1., 0.]]]])
    """
    x, shape = _checked(x, kernel_size, stride, padding)
    return _pool(np.minimum, np.inf, x, shape)


def average_pool(x, kernel_size, stride=None, padding=0):
    """Return the mean of every window: arguments, shapes and errors as in `max_pool`.

    A window over the border is divided by the kernel's whole area, padded zeros included. Adds whole pictures down
    and then across, as `max_pool` compares them.

    >>> average_pool(np.array([[[[1, 2, 5, 0], [3, 4, 1, 1]]]]), 2)
    array([[[[2.5 , 1.75]]]])
    """
    x, shape = _checked(x, kernel_size, stride, padding)
    with np.errstate(over="ignore", invalid="ignore"):
        y = _pool(np.add, 0, x, shape, divisor=math.prod(shape.kernel_size))
    refuse_overflow("x", y, bound=np.inf)
    return y


def max_pool_backward(grad_output, x, kernel_size, stride=None, padding=0):
    """Return the gradient with respect to `x`: each window sends its own to the number that won it.

    `grad_output` (N, C, H', W') → (N, C, H, W). On a tie the first winner in reading order takes all, as in PyTorch;
    where windows overlap, what a number receives is added.

    >>> max_pool_backward(np.array([[[[7.0, 9.0]]]]), np.array([[[[1, 5, 3, 0], [2, 5, 3, 3]]]]), 2)
    array([[[[0., 7., 9., 0.],
             [0., 0., 0., 0.]]]])
    """
    x, shape = _checked(x, kernel_size, stride, padding)
    return _winners_backward(np.maximum, -np.inf, _checked_gradient(grad_output, x, shape), x, shape)


def min_pool_backward(grad_output, x, kernel_size, stride=None, padding=0):
    """Return the gradient with respect to `x` of `min_pool`; ties and overlaps as in `max_pool_backward`."""
    x, shape = _checked(x, kernel_size, stride, padding)
    return _winners_backward(np.minimum, np.inf, _checked_gradient(grad_output, x, shape), x, shape)


def average_pool_backward(grad_output, x, kernel_size, stride=None, padding=0):
    """Return the gradient with respect to `x`: each window shares its own equally among its places.

    >>> average_pool_backward(np.array([[[[4.0, 8.0]]]]), np.zeros((1, 1, 2, 4)), 2)
    array([[[[1., 1., 2., 2.],
             [1., 1., 2., 2.]]]])
    """
    x, shape = _checked(x, kernel_size, stride, padding)
    share = _checked_gradient(grad_output, x, shape) / math.prod(shape.kernel_size)
    grad_padded = pad_spatial(np.zeros_like(x), shape.padding)
    with np.errstate(over="ignore", invalid="ignore"):
        for entry in _entries(shape):
            grad_padded[entry] += share
    refuse_overflow("grad_output", grad_padded, largest(share) * math.prod(shape.kernel_size))
    return np.ascontiguousarray(crop_spatial(grad_padded, shape.padding))


def _checked(x, kernel_size, stride, padding):
    """Return `x` as floats and the Geometry of its windows."""
    x = float_array("x", x, dimensions=4, axes="(N, C, H, W)")
    kernel_size = whole_numbers("kernel_size", kernel_size, 2, minimum=1)
    padding = whole_numbers("padding", padding, 2, minimum=0)
    if any(2 * p > f for p, f in zip(padding, kernel_size, strict=True)):
        raise ValueError(f"padding must be at most half of kernel_size {kernel_size}, got {padding}")
    return x, geometry(x.shape[2:], kernel_size, kernel_size if stride is None else stride, padding, 1, 1)


def _checked_gradient(grad_output, x, shape):
    wanted = (*x.shape[:2], *shape.output_size)
    return narrowed("grad_output", float_array("grad_output", grad_output, shape=wanted), x.dtype)


def _pool(combine, border, x, shape, divisor=1):
    """Combine the entries of every window and divide the results, a block of channels at a time."""
    y = np.empty((*x.shape[:2], *shape.output_size), x.dtype)
    for maps, pooled in _channel_blocks(math.prod(shape.output_size), x, y):
        padded = pad_spatial(maps, shape.padding, border)
        np.divide(_fold_windows(combine, padded, shape), divisor, out=pooled)
    return y


def _fold_windows(combine, padded, shape):
    """Combine down the columns first, where whole rows lie together, then across."""
    (f_y, f_x), (s_y, s_x), (H, W) = shape.kernel_size, shape.stride, shape.output_size
    down = _fold(combine, [padded[..., _places(u, s_y, H), :] for u in range(f_y)])  # (1, P, H', W + 2p)
    return _fold(combine, [down[..., _places(v, s_x, W)] for v in range(f_x)])


def _fold(combine, parts):
    """Combine arrays of one shape, number by number, in one new array."""
    if len(parts) == 1:
        return parts[0]
    folded = combine(parts[0], parts[1])
    for part in parts[2:]:
        combine(folded, part, out=folded)
    return folded


def _winners_backward(combine, border, grad_output, x, shape):
    """Add each window's gradient to its winner: the first entry, in reading order, that equals the pooled number.

    The last entries are added first, so that a number won by several windows sums them in reading order.
    """
    grad_x = np.empty_like(x)
    for maps, grad_maps, grads in _channel_blocks(math.prod(shape.output_size), x, grad_x, grad_output):
        padded = pad_spatial(maps, shape.padding, border)
        pooled = _fold_windows(combine, padded, shape)
        undecided = np.ones(pooled.shape, bool)
        winners = []
        for entry in _entries(shape):
            won = (padded[entry] == pooled) & undecided
            undecided ^= won
            winners.append((entry, won))
        grad_padded = np.zeros_like(padded)
        for entry, won in reversed(winners):
            grad_padded[entry] += grads * won
        grad_maps[...] = crop_spatial(grad_padded, shape.padding)
    return grad_x


def _channel_blocks(places, *batches):
    """Cut batches (N, C, H, W) into views (1, P, H, W): P channels of so many output `places` fit the cache."""
    channels = math.prod(batches[0].shape[:2])
    step = max(1, _BLOCK // places)
    flat = [batch.reshape(1, channels, *batch.shape[2:]) for batch in batches]
    for start in range(0, channels, step):
        yield [batch[:, start : start + step] for batch in flat]


def _entries(shape):
    """Yield for every kernel entry, in reading order, the index of its picture of numbers: one per window."""
    (f_y, f_x), (s_y, s_x), (H, W) = shape.kernel_size, shape.stride, shape.output_size
    for u, v in np.ndindex(f_y, f_x):
        yield ..., _places(u, s_y, H), _places(v, s_x, W)


def _places(offset, stride, count):
    """Return the slice of `count` places from `offset` on, `stride` apart."""
    return slice(offset, offset + stride * (count - 1) + 1, stride)
