"""Distances between embeddings: the squared Euclidean one of all pairs, and χ² for features that are never negative."""

import numpy as np

from cnncourse.arguments import float_array, largest, refuse_overflow

BLOCK = 1 << 16  # differences held at once: they stay in the processor's cache


def squared_distances(a, b):
    """Return the squared Euclidean distances `(N, M)` of all rows of a `(N, D)` from all rows of b `(M, D)`.

    Differences are squared and added, which is never negative, exactly 0 for equal rows, and as precise for points far
    from the origin; |a|² − 2 a·b + |b|² is none of it. float32 of two float32, else float64. Raises ValueError for
    rows of different lengths, NaN, infinity, and results too large for the type.

    >>> squared_distances([[0, 0], [3, 0]], [[3, 4], [3, 0]])
    array([[25.,  9.],
           [16.,  0.]])
    """
    a, b = _checked_pair(a, b, dimensions=2, axes="(N, D)")
    distances = np.empty((len(a), len(b)), a.dtype)
    step = max(1, BLOCK // max(b.size, 1))
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(a), step):
            apart = a[start : start + step, None] - b  # (step, M, D)
            np.vecdot(apart, apart, out=distances[start : start + step])
    farthest = largest(a) + largest(b)
    refuse_overflow("a and b", distances, a.shape[1] * farthest * farthest)
    return distances


def chi_squared(a, b):
    """Return Σ_k (a_k − b_k)² / (a_k + b_k) over the last axis of a and b `(…, D)`, which are broadcast otherwise.

    Features are at least 0, and 0/0 counts 0: what neither has makes no difference (Taigman et al. 2014, section 4.1,
    where each term also has a weight). float32 of two float32, else float64. Raises ValueError for negative features,
    different D, NaN and infinity.

    >>> float(chi_squared([3, 0, 1], [1, 0, 0]))
    2.0
    """
    a, b = _checked_pair(a, b)
    for name, features in (("a", a), ("b", b)):
        if features.size and features.min() < 0:
            raise ValueError(f"{name} must hold no negative features, got {features.min():g}")
    _check_broadcast(a, b)
    with np.errstate(over="ignore"):
        total = a + b
    refuse_overflow("a and b", total, largest(a) + largest(b))
    apart = a - b
    return (apart * (apart / np.where(total > 0, total, 1))).sum(axis=-1)


def _checked_pair(a, b, dimensions=None, axes="(…, D)"):
    """Return a and b as arrays of one type, float32 or float64, with equally long rows."""
    a, b = (float_array(name, array, dimensions, axes=axes) for name, array in (("a", a), ("b", b)))
    for name, array in (("a", a), ("b", b)):
        if not array.ndim:
            raise ValueError(f"{name} must have shape {axes}, got a single number")
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"a and b must have equally long rows, got shapes {a.shape} and {b.shape}")
    dtype = np.result_type(a, b)
    return a.astype(dtype, copy=False), b.astype(dtype, copy=False)


def _check_broadcast(a, b):
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise ValueError(f"a and b must have shapes that can be broadcast, got {a.shape} and {b.shape}") from None
