"""Windows of an input, a block at a time: the ground that correlation and its gradients stand on.

Shapes: inputs are (N, C, *spatial) with one, two or three spatial axes; G groups share the C channels evenly.
Copying every window at once (im2col) would need as much memory as the kernel has weights per channel, times the
input. A block of about a thousand output places is instead copied into one buffer that stays in the processor's
cache, used, and overwritten by the next.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnncourse.arguments import whole_number, whole_numbers
from cnncourse.convolution.arithmetic import output_size

BUFFER = 1 << 19
FEWEST_PLACES, MOST_PLACES = 256, 8192
MOST_NUMBERS = 2**28  # 2 GB of float64


class Geometry(NamedTuple):
    """How a kernel moves over an input: one number per spatial axis in each tuple."""

    kernel_size: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    groups: int
    output_size: tuple


def geometry(input_size, kernel_size, stride, padding, dilation, groups):
    """Return the checked Geometry of a kernel over an input of spatial size `input_size`."""
    axes = len(input_size)
    if 0 in input_size:
        raise ValueError(f"x must have at least one place along each spatial axis, got spatial size {input_size}")
    stride = whole_numbers("stride", stride, axes, minimum=1)
    padding = whole_numbers("padding", padding, axes, minimum=0)
    dilation = whole_numbers("dilation", dilation, axes, minimum=1)
    groups = whole_number("groups", groups, minimum=1)
    sizes = zip(input_size, kernel_size, stride, padding, dilation, strict=True)
    return Geometry(kernel_size, stride, padding, dilation, groups, tuple(output_size(*size) for size in sizes))


def pad_spatial(x, padding, value=0, spare=0):
    """Return `x` (N, C, *spatial) with `padding` entries of `value` on both sides of each spatial axis.

    So many `spare` entries lie behind the last one in memory.
    """
    if not any(padding) and not spare:
        return x
    shape = x.shape[:2] + tuple(n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))
    if math.prod(shape) > MOST_NUMBERS:
        raise ValueError(f"padding {padding} makes the input too large: shape {shape}")
    memory = np.full(math.prod(shape) + spare, value, dtype=x.dtype)
    padded = memory[: math.prod(shape)].reshape(shape)
    crop_spatial(padded, padding)[...] = x
    return padded


def crop_spatial(padded, padding):
    """Return the view of `padded` (N, C, *spatial) that `pad_spatial` filled with its input."""
    return padded[:, :, *(slice(p, n - p) for n, p in zip(padded.shape[2:], padding, strict=True))]


def grouped_windows(padded, geometry, width=None, writeable=False):
    """Return the view (N, G, C / G, *kernel, *output) of `padded` (N, C, *spatial): every window, nothing copied.

    `width` is the length of the last axis, where it shall not be the output's: see `run_width`.
    """
    N, C, *spatial = padded.shape
    batch, channel, *steps = padded.strides
    per_group = C // geometry.groups
    *leading, last = geometry.output_size
    shape = (N, geometry.groups, per_group, *geometry.kernel_size, *leading, width or last)
    taps = (step * min(d, n) for step, d, n in zip(steps, geometry.dilation, spatial, strict=True))
    places = (step * min(s, n) for step, s, n in zip(steps, geometry.stride, spatial, strict=True))
    return as_strided(padded, shape, (batch, channel * per_group, channel, *taps, *places), writeable=writeable)


def run_width(row, geometry):
    """Return (width, spare): how many windows of a padded row to take, and the entries read beyond the last row.

    Windows that begin in the last columns reach into the next row and mean nothing; but where they are few, taking
    them makes all rows of a kernel entry one run in memory, and long runs are copied and added faster than rows.
    """
    needed = geometry.output_size[-1]
    few = row <= min(FEWEST_PLACES, 1.25 * needed)
    if few and len(geometry.stride) > 1 and max(geometry.stride) == 1:
        return row, geometry.dilation[-1] * (geometry.kernel_size[-1] - 1)
    return needed, 0


def blocks(shape, size):
    """Cut a grid of `shape` into boxes of at most about `size` cells that lie together in memory.

    Yields one tuple of slices per box. Trailing axes stay whole while they fit; one axis is cut evenly; those
    before it are walked one index at a time.

    >>> [tuple((s.start, s.stop) for s in box) for box in blocks((3, 4), size=8)]
    [((0, 2), (0, 4)), ((2, 3), (0, 4))]
    """
    whole = len(shape)
    while whole > 0 and math.prod(shape[whole - 1 :]) <= size:
        whole -= 1
    steps = [1] * len(shape)
    steps[whole:] = (max(n, 1) for n in shape[whole:])
    if whole > 0:
        most = max(1, size // max(1, math.prod(shape[whole:])))
        steps[whole - 1] = math.ceil(shape[whole - 1] / math.ceil(shape[whole - 1] / most))
    counts = [-(-n // step) for n, step in zip(shape, steps, strict=True)]
    for index in np.ndindex(*counts):
        yield tuple(slice(i * s, min(n, i * s + s)) for i, s, n in zip(index, steps, shape, strict=True))


def run(box, shape):
    """Return the slice that a box of `blocks(shape, …)` takes of the flattened grid.

    >>> run((slice(1, 3), slice(0, 4)), (3, 4))
    slice(4, 12, None)
    """
    first = int(np.ravel_multi_index([part.start for part in box], shape))
    return slice(first, first + math.prod(part.stop - part.start for part in box))


def column_blocks(windows, axes, ones=False):
    """Copy `windows` block by block into one reused buffer and yield (box, columns).

    `columns` (n, G, rows, P) holds one window per column; with `ones` a last row of ones carries the bias.
    `box` slices (N, *output).
    """
    N, G, C, *rest = windows.shape
    kernel, output = rest[:axes], rest[axes:]
    depth = C * math.prod(kernel)
    buffer = None
    for box in blocks((N, *output), min(MOST_PLACES, max(FEWEST_PLACES, BUFFER // depth))):
        n, *size = (part.stop - part.start for part in box)
        shape = (n, G, depth + ones, math.prod(size))
        if buffer is None:
            buffer = np.empty(math.prod(shape), dtype=windows.dtype)
        columns = buffer[: math.prod(shape)].reshape(shape)
        columns[:, :, depth:] = 1
        taps = columns[:, :, :depth].reshape(n, G, C, *kernel, *size)
        np.copyto(taps, windows[box[0], ..., *box[1:]])
        yield box, columns
