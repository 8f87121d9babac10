"""The slow, obvious versions: plain loops that the tests hold the package's fast ones against."""

import itertools

import numpy as np


def places(*sizes):
    """Walk over every index of a grid with the given sizes."""
    return itertools.product(*(range(n) for n in sizes))


def padded_with(x, padding, value=0.0):
    """Return `x` (N, C, *spatial) in the middle of a float64 array filled with `value`."""
    widths = [(0, 0), (0, 0), *((p, p) for p in padding)]
    return np.pad(np.asarray(x, dtype=np.float64), widths, constant_values=value)


def slow_correlate(x, weight, bias, stride, padding, dilation, groups):
    """Correlate (N, C, *spatial) with (K, C / groups, *kernel), one output number after the other.

    `stride`, `padding` and `dilation` are tuples, one number per spatial axis.
    """
    padded = padded_with(x, padding)
    K, per_group, *kernel = weight.shape
    spatial = padded.shape[2:]
    output = [(n - d * (f - 1) - 1) // s + 1 for n, f, s, d in zip(spatial, kernel, stride, dilation, strict=True)]
    y = np.zeros((len(x), K, *output))
    for n, k in places(len(x), K):
        first = k // (K // groups) * per_group
        for place in places(*output):
            total = 0.0 if bias is None else float(bias[k])
            for c, tap in itertools.product(range(per_group), places(*kernel)):
                at = tuple(i * s + u * d for i, s, u, d in zip(place, stride, tap, dilation, strict=True))
                total += float(weight[k, c, *tap]) * padded[n, first + c, *at]
            y[n, k, *place] = total
    return y


def slow_correlate_backward(grad_output, x, weight, stride, padding, dilation, groups):
    """Return (grad_x, grad_weight, grad_bias), every output's share added to its window and kernel in turn."""
    padded = padded_with(x, padding)
    grad_padded, grad_weight = np.zeros(padded.shape), np.zeros(weight.shape)
    K, per_group, *kernel = weight.shape
    for n, k, *place in places(*grad_output.shape):
        g = float(grad_output[n, k, *place])
        first = k // (K // groups) * per_group
        for c, tap in itertools.product(range(per_group), places(*kernel)):
            at = tuple(i * s + u * d for i, s, u, d in zip(place, stride, tap, dilation, strict=True))
            grad_padded[n, first + c, *at] += g * weight[k, c, *tap]
            grad_weight[k, c, *tap] += g * padded[n, first + c, *at]
    inner = (slice(p, p + n) for p, n in zip(padding, x.shape[2:], strict=True))
    return grad_padded[:, :, *inner], grad_weight, grad_output.sum(axis=(0, *range(2, grad_output.ndim)))


def slow_filter(image, kernel, padding, border):
    """Filter a grey picture (H, W) pixel by pixel, asking for every pixel outside it where it is to be found."""
    (H, W), (f_y, f_x) = image.shape, kernel.shape
    up, left = (f_y // 2, f_x // 2) if padding == "same" else (0, 0)
    rows, columns = (H, W) if padding == "same" else (H - f_y + 1, W - f_x + 1)
    filtered = np.zeros((rows, columns))
    for i, j in places(rows, columns):
        for u, v in places(f_y, f_x):
            filtered[i, j] += kernel[u, v] * pixel(image, i + u - up, j + v - left, border)
    return filtered


def pixel(image, row, column, border):
    """Return the pixel at any whole row and column, also outside the picture."""
    H, W = image.shape
    if border == "zero":
        return image[row, column] if 0 <= row < H and 0 <= column < W else 0
    nearest = {"edge": clamped, "reflect": reflected}[border]
    return image[nearest(row, H), nearest(column, W)]


def clamped(index, n):
    return min(max(index, 0), n - 1)


def reflected(index, n):
    """Mirror an index about the first and the last pixel until it lies inside."""
    while n > 1 and not 0 <= index < n:
        index = -index if index < 0 else 2 * (n - 1) - index
    return index if n > 1 else 0


def slow_pool(x, kernel_size, stride, padding, kind):
    """Pool (N, C, H, W) window by window; `kind` is "max", "min" or "average"."""
    combine = {"max": np.max, "min": np.min, "average": np.mean}[kind]
    padded = padded_with(x, padding, {"max": -np.inf, "min": np.inf, "average": 0.0}[kind])
    output = [(n - f) // s + 1 for n, f, s in zip(padded.shape[2:], kernel_size, stride, strict=True)]
    y = np.zeros((*x.shape[:2], *output))
    for n, c, i, j in places(*y.shape):
        top, left = i * stride[0], j * stride[1]
        y[n, c, i, j] = combine(padded[n, c, top : top + kernel_size[0], left : left + kernel_size[1]])
    return y


def slow_pool_backward(grad_output, x, kernel_size, stride, padding, kind):
    """Send every window's gradient back: to its first winner in reading order, or equally to all its places."""
    padded = padded_with(x, padding, {"max": -np.inf, "min": np.inf, "average": 0.0}[kind])
    grad_padded = np.zeros(padded.shape)
    for n, c, i, j in places(*grad_output.shape):
        box = np.s_[n, c, i * stride[0] :, j * stride[1] :]
        window, grads = (a[box][: kernel_size[0], : kernel_size[1]] for a in (padded, grad_padded))
        if kind == "average":
            grads += grad_output[n, c, i, j] / window.size
        else:
            winner = window.argmax() if kind == "max" else window.argmin()
            grads[np.unravel_index(winner, window.shape)] += grad_output[n, c, i, j]
    (p, q), (H, W) = padding, x.shape[2:]
    return grad_padded[:, :, p : p + H, q : q + W]
