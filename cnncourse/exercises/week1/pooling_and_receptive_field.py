"""Exercises of notebook 1.3: max pooling; the others stand in the modules beside this one."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week1.pooling_and_receptive_field_average import AVERAGE_POOL, one_map, slow_pool
from cnncourse.exercises.week1.pooling_and_receptive_field_measured import FIELD_BY_POKING, SHARE_CHANGED
from cnncourse.exercises.week1.pooling_and_receptive_field_sizes import RECEPTIVE_FIELD


def max_pool(x, kernel_size, stride):
    """Return the largest number of every window of x, channel by channel.

    x has shape (N, C, H, W); the windows are kernel_size × kernel_size and start `stride`
    pixels apart, the first in the top left corner, none reaching over the edge. The result
    has shape (N, C, H', W') with H' = ⌊(H − kernel_size) / stride⌋ + 1, and W' likewise.

    Example: one channel [[1, 2, 5, 0], [3, 4, 1, 1]] with kernel_size 2, stride 2 gives
    [[4, 5]].
    """
    N, C, H, W = x.shape
    rows = (H - kernel_size) // stride + 1
    columns = (W - kernel_size) // stride + 1
    y = np.empty((N, C, rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            y[:, :, i, j] = window.max(axis=(2, 3))
    return y


def _pooled(x, kernel_size, stride, of_window, step=None, reach=None):
    """Pool with `of_window(window)`; `step` and `reach` replace stride and kernel_size where the window is cut."""
    step, reach = step or stride, reach or kernel_size
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape[2:])
    y = np.empty((*x.shape[:2], rows, columns))
    for i, j in np.ndindex(rows, columns):
        y[:, :, i, j] = of_window(x[:, :, i * step : i * step + reach, j * step : j * step + reach])
    return y


def _largest(window):
    return window.max(axis=(2, 3))


def _min(x, kernel_size, stride):
    return _pooled(x, kernel_size, stride, lambda window: window.min(axis=(2, 3)))


def _mean(x, kernel_size, stride):
    return _pooled(x, kernel_size, stride, lambda window: window.mean(axis=(2, 3)))


def _window_one_apart(x, kernel_size, stride):
    return _pooled(x, kernel_size, stride, _largest, step=1)


def _stride_ignored(x, kernel_size, stride):
    return _pooled(x, kernel_size, 1, _largest)


def _stride_is_kernel(x, kernel_size, stride):
    return _pooled(x, kernel_size, kernel_size, _largest)


def _window_of_stride(x, kernel_size, stride):
    return _pooled(x, kernel_size, stride, _largest, reach=stride)


def _over_channels(x, kernel_size, stride):
    return _pooled(x, kernel_size, stride, lambda window: window.max(axis=(1, 2, 3))[:, None])


def _one_channel(x, kernel_size, stride):
    return max_pool(x, kernel_size, stride).max(axis=1, keepdims=True)


def _over_everything(x, kernel_size, stride):
    return _pooled(x, kernel_size, stride, lambda window: window.max())


def _from_zero(x, kernel_size, stride):
    return np.maximum(max_pool(x, kernel_size, stride), 0)


def _ceiling(x, kernel_size, stride):
    short = [-(n - kernel_size) % stride for n in x.shape[2:]]
    padded = np.pad(x, ((0, 0), (0, 0), (0, short[0]), (0, short[1])), constant_values=-np.inf)
    return max_pool(padded, kernel_size, stride)


def _max_cases():
    yield Case("one channel, two windows", (one_map([[1, 2, 5, 0], [3, 4, 1, 1]]), 2, 2), one_map([[4, 5]]))
    yield Case(
        "3×3 windows that overlap by one column",
        (one_map([[1, 0, 2, 0, 9], [0, 3, 0, 0, 0], [0, 0, 4, 1, 0]]), 3, 2),
        one_map([[4, 9]]),
    )
    yield Case("only negative numbers", (one_map([[-7, -2], [-5, -3]]), 2, 2), one_map([[-2]]))
    yield Case(
        "two channels, each by itself",
        (np.array([[[[1.0, 2], [3, 4]], [[8, 7], [6, 5]]]]), 2, 2),
        np.array([[[[4.0]], [[8]]]]),
    )
    rng = np.random.default_rng(13)
    for shape, kernel_size, stride in (
        ((2, 3, 7, 10), 2, 2),
        ((3, 2, 9, 6), 3, 2),
        ((2, 4, 8, 11), 2, 3),
        ((1, 2, 6, 5), 4, 1),
        ((2, 1, 5, 8), 5, 1),
    ):
        x = rng.normal(size=shape).round(3)
        yield Case(
            f"kernel_size {kernel_size}, stride {stride}",
            (x, kernel_size, stride),
            slow_pool(max, x, kernel_size, stride),
        )
    counts = rng.integers(-9, 10, (2, 2, 5, 6)).astype(float)
    yield Case("windows of one pixel, every other pixel", (counts, 1, 2), counts[:, :, ::2, ::2].copy())


EXERCISES = [
    Exercise(
        solution=max_pool,
        cases=_max_cases,
        mistakes={
            _min: "You take the smallest number of each window; max pooling keeps the largest.",
            _mean: (
                "You take the mean of each window: that is average pooling, the next exercise. Here the largest "
                "number counts."
            ),
            _window_one_apart: (
                "The result has the right shape, but its windows start one pixel apart: output (i, j) reads the "
                "window at (i, j). Where does it start when the stride is 2?"
            ),
            _stride_ignored: (
                "You pool with stride 1 whatever `stride` says, so there are too many outputs. The stride changes two "
                "things: how many outputs there are, and where each window starts."
            ),
            _stride_is_kernel: (
                "Your windows always lie side by side, kernel_size apart. `stride` may be smaller (windows overlap) "
                "or larger (pixels are left out)."
            ),
            _window_of_stride: (
                "Your windows are stride × stride pixels. They should be kernel_size × kernel_size; the stride only "
                "says where they start."
            ),
            _over_channels: (
                "You take the largest number over all channels and give it to each. Pooling looks at one channel at a "
                "time: which axes of the window should max run over?"
            ),
            _one_channel: (
                "Your result has one channel. Pooling works on each channel by itself and keeps all C of them."
            ),
            _over_everything: (
                "You take one maximum over the whole batch and all channels: `window` still has the axes N and C. "
                "Tell max which axes to run over."
            ),
            _from_zero: (
                "Negative numbers become 0, as if every comparison began at 0. A window of negative numbers has a "
                "negative maximum."
            ),
            _ceiling: (
                "You let windows reach over the right and lower edges, so there is an output too many. The division "
                "in the size rounds down: pixels that fill no whole window are dropped."
            ),
        },
        hints=(
            (
                "First the two output sizes, as in notebook 1.2 without padding. Then two loops over the output's "
                "rows and columns."
            ),
            "Output (i, j) reads the rows from i·stride to i·stride + kernel_size, and columns likewise.",
            (
                "Slice all pictures and channels at once: x[:, :, top:top + kernel_size, left:left + "
                "kernel_size], shape (N, C, kernel_size, kernel_size). Its maximum over axes (2, 3) has shape (N, "
                "C)."
            ),
        ),
        minutes=12,
        difficulty=2,
    ),
    AVERAGE_POOL,
    SHARE_CHANGED,
    RECEPTIVE_FIELD,
    FIELD_BY_POKING,
]
