"""Exercise of notebook 1.4 on the gradient of max pooling."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def max_pool_backward(grad_output, x, kernel_size, stride):
    """Return grad_x of max pooling: each output's gradient goes to the entry that won.

    x has shape (N, C, H, W), grad_output (N, C, H', W'); the result has x's shape.
    Windows are kernel_size × kernel_size and `stride` apart. Where several entries of a
    window tie, the first in reading order wins (PyTorch's rule). An entry that won
    several overlapping windows gets the sum of their gradients.

    Example: x = [[1, 9], [4, 9]], one 2×2 window, gradient 5: grad_x = [[0, 5], [0, 0]].
    """
    grad_x = np.zeros_like(x)
    N, C, rows, columns = grad_output.shape
    for n, c, i, j in np.ndindex(N, C, rows, columns):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + kernel_size, left : left + kernel_size]
        row, column = divmod(int(window.argmax()), kernel_size)
        grad_x[n, c, top + row, left + column] += grad_output[n, c, i, j]
    return grad_x


def _pool_backward(grad_output, x, kernel_size, stride, share, step=None, add=True):
    """Spread each gradient over its window by `share(window)`, a table of parts."""
    step, grad_x = step or stride, np.zeros_like(x)
    for n, c, i, j in np.ndindex(grad_output.shape):
        window = np.s_[n, c, i * step : i * step + kernel_size, j * step : j * step + kernel_size]
        part = share(x[window])
        old = grad_x[window] if add else np.where(part != 0, 0, grad_x[window])
        grad_x[window] = old + part * grad_output[n, c, i, j]
    return grad_x


def _first(window):
    part = np.zeros(window.size)
    part[window.argmax()] = 1
    return part.reshape(window.shape)


def _last(window):
    return _first(window[::-1, ::-1])[::-1, ::-1]


def _to_all(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, np.ones_like)


def _to_all_tied(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, lambda w: (w == w.max()) * 1.0)


def _shared_by_tied(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, lambda w: (w == w.max()) / (w == w.max()).sum())


def _to_last_tied(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, _last)


def _overwritten(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, _first, add=False)


def _averaged(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, lambda w: np.full_like(w, 1 / w.size))


def _stride_ignored(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, _first, step=1)


def _to_the_corner(grad_output, x, kernel_size, stride):
    corner = np.zeros((kernel_size, kernel_size))
    corner[0, 0] = 1
    return _pool_backward(grad_output, x, kernel_size, stride, lambda w: corner)


def _winner_by_columns(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, lambda w: _first(w.T).T)


def _winner_counted_wrong(grad_output, x, kernel_size, stride):
    return _pool_backward(grad_output, x, kernel_size, stride, lambda w: _first(w).T)


def _pool_by_numbers(grad_output, x, kernel_size, stride):
    """Return grad_x by looking for the winner entry by entry: the oracle."""
    grad_x = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad_output.shape):
        best = None
        for u, v in np.ndindex(kernel_size, kernel_size):
            place = (n, c, i * stride + u, j * stride + v)
            if best is None or x[place] > x[best]:
                best = place
        grad_x[best] += grad_output[n, c, i, j]
    return grad_x


def _pool_cases():
    x, d = np.array([[[[1.0, 3.0], [9.0, 4.0]]]]), np.array([[[[5.0]]]])
    yield Case("one window", (d, x, 2, 2), np.array([[[[0.0, 0.0], [5.0, 0.0]]]]))
    tie = np.array([[[[1.0, 9.0], [9.0, 9.0]]]])
    yield Case("a tie: the first in reading order", (d, tie, 2, 2), np.array([[[[0.0, 5.0], [0.0, 0.0]]]]))
    overlap = np.array([[[[1.0, 7.0, 2.0], [3.0, 4.0, 5.0]]]])
    ones = np.array([[[[1.0, 10.0]]]])
    yield Case(
        "two windows won by the same entry", (ones, overlap, 2, 1), np.array([[[[0.0, 11.0, 0.0], [0.0, 0.0, 0.0]]]])
    )
    rng = np.random.default_rng(14)
    for N, C, H, W, k, stride in (
        (1, 1, 4, 6, 2, 2),
        (2, 3, 5, 4, 2, 1),
        (1, 2, 7, 5, 3, 2),
        (2, 1, 6, 9, 2, 3),
        (1, 2, 6, 6, 3, 3),
        (1, 2, 6, 5, 3, 1),
        (2, 1, 7, 6, 4, 1),
    ):
        shape = (N, C, (H - k) // stride + 1, (W - k) // stride + 1)
        many_ties = rng.integers(-3, 4, (N, C, H, W)).astype(float)
        for kind, x in (("whole numbers with ties", many_ties), ("negative numbers", -1 - rng.random((N, C, H, W)))):
            arguments = rng.normal(size=shape), x, k, stride
            what = f"{kind}, N = {N}, C = {C}, {H}×{W}, windows {k}, stride {stride}"
            yield Case(what, arguments, _pool_by_numbers(*arguments))


MAX_POOL_BACKWARD = Exercise(
    solution=max_pool_backward,
    cases=_pool_cases,
    mistakes={
        _to_all: "Every entry of the window gets the gradient. Only the winner moved the output; a small change of the "
        "others changes nothing.",
        _to_all_tied: "All tied entries get the whole gradient, so a tie of two doubles it. Give it to the first in "
        "reading order only.",
        _shared_by_tied: "Tied entries share the gradient. That is a fair rule too, but the one asked for here is "
        "PyTorch's: the first in reading order takes all.",
        _to_last_tied: "Of tied entries the last wins in yours (as with >= in a loop): the first should.",
        _overwritten: "An entry that wins two overlapping windows keeps only one gradient: add (+=) instead of "
        "replacing.",
        _averaged: "The gradient is spread evenly over the window: that is average pooling.",
        _stride_ignored: "The windows start at i and j: with a stride they start at i · stride and j · stride.",
        _to_the_corner: "The gradient always goes to the window's top left corner: it belongs where the largest entry "
        "is.",
        _winner_by_columns: "Ties are broken down the columns; reading order runs along the rows.",
        _winner_counted_wrong: "Row and column of the winner are swapped: argmax counts along the rows, so row = "
        "number // kernel_size and column = number % kernel_size.",
    },
    hints=(
        "`window.argmax()` is the position of the largest entry, counted in reading order, the first of equals.",
        "`divmod(position, kernel_size)` gives its row and column in the window; add the window's top and left.",
        "`grad_x[...] += …`, because windows may overlap.",
    ),
    minutes=12,
    difficulty=2,
    points=2,
)
