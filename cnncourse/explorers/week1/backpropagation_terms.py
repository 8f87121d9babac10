"""The products behind a convolution's gradients: which number meets which, and what their sums are.

One output y[i, j] = Σ w[u, v] · x[r, c] with r = i·stride + u − padding and c likewise. Each such meeting is a `Term`.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cnncourse.convolution import correlate, correlate_backward, output_size

PICTURE = np.array([[2, 0, 1, 3, 1], [1, 4, 2, 0, 2], [0, 1, 3, 1, 4], [3, 2, 0, 2, 1], [1, 0, 2, 4, 0]], dtype=float)
KERNELS = {
    "numbers": np.array([[1, 2, 0], [-1, 3, -2], [0, 1, -1]], dtype=float),
    "vertical edge": np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]], dtype=float),
    "only the centre": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=float),
    "all ones": np.ones((3, 3)),
}
ARRIVING = np.random.default_rng(3).integers(-2, 4, (7, 7)).astype(float)


class Term(NamedTuple):
    """One meeting: weight (u, v) times pixel (r, c) goes into output (i, j)."""

    weight: tuple
    pixel: tuple
    output: tuple


def output_shape(stride, padding):
    """Return (rows, columns) of the output for the explorer's 5 × 5 picture and 3 × 3 kernel."""
    side = output_size(len(PICTURE), 3, stride, padding)
    return side, side


def arriving(stride, padding):
    """Return the loss's gradient at every output: small whole numbers, always the same."""
    rows, columns = output_shape(stride, padding)
    return ARRIVING[:rows, :columns]


@lru_cache(maxsize=16)
def terms(stride, padding):
    """Return every Term whose pixel lies in the picture (the padding is nobody's)."""
    rows, columns = output_shape(stride, padding)
    found = []
    for i, j, u, v in np.ndindex(rows, columns, 3, 3):
        r, c = i * stride + u - padding, j * stride + v - padding
        if 0 <= r < len(PICTURE) and 0 <= c < len(PICTURE):
            found.append(Term((u, v), (r, c), (i, j)))
    return tuple(found)


def chosen_terms(kind, cell, stride, padding):
    """Return the terms that the chosen cell takes part in; `kind` is "output", "pixel" or "weight"."""
    return [term for term in terms(stride, padding) if getattr(term, kind) == cell]


def place_in_order(cell, shape):
    """Return the place of an output in reading order, from 0.

    >>> place_in_order((1, 2), (3, 4))
    6
    """
    return cell[0] * shape[1] + cell[1]


def terms_up_to(cell, stride, padding):
    """Return the terms of all outputs up to this one, in reading order."""
    return [term for term in terms(stride, padding) if term.output <= cell]


def sums(chosen, kernel, stride, padding):
    """Return (grad_x, grad_weight) added up from these terms alone; NaN where none arrives."""
    d = arriving(stride, padding)
    grad_x, grad_weight = np.full(PICTURE.shape, np.nan), np.full((3, 3), np.nan)
    for term in chosen:
        grad_x[term.pixel] = np.nan_to_num(grad_x[term.pixel]) + d[term.output] * kernel[term.weight]
        grad_weight[term.weight] = np.nan_to_num(grad_weight[term.weight]) + d[term.output] * PICTURE[term.pixel]
    return grad_x, grad_weight


def conv_backward(grad_output, x, weight, stride, padding):
    """Return (grad_x, grad_weight, grad_bias) in the course's own way."""
    return correlate_backward(grad_output, x, weight, stride, padding)


def whole_gradients(kernel, stride, padding, backward=conv_backward):
    """Return (grad_x, grad_weight, grad_bias) of the explorer's picture through `backward`."""
    d = arriving(stride, padding)[None, None]
    grad_x, grad_weight, grad_bias = backward(d, PICTURE[None, None], kernel[None, None], stride, padding)
    return grad_x[0, 0], grad_weight[0, 0], float(grad_bias[0])


def forward(kernel, stride, padding):
    """Return the output (rows, columns) of the explorer's picture."""
    return correlate(PICTURE[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]
