"""Squared distances within a batch of embeddings, as mining needs them: roughly for all, exactly where it matters.

|a|² + |b|² − 2 a·b costs one matrix product for all pairs, but it rounds. So mining decides by it where the decision is
clear, and measures the few pairs again where rounding could turn it.
"""

import numpy as np

from cnncourse.arguments import largest, refuse_overflow

PLAIN = (1e-12, 1e15)  # largest numbers between these are at home in float32 even when squared
BLOCK = 1 << 18  # numbers held at once


def rough_distances(embeddings):
    """Return the squared distances `(N, N)` of all rows of an array `(N, D)` and by how much they may be wrong.

    The product is taken of the differences from the first row, so that it rounds by the spread of the batch, not by its
    place. It is in float32 for float32 of middling size, else in float64.
    """
    x = embeddings - embeddings[:1]
    if not PLAIN[0] < largest(x) < PLAIN[1]:
        x = x.astype(np.float64)
    with np.errstate(over="ignore"):
        lengths = np.vecdot(x, x)
    refuse_overflow("embeddings", lengths, np.inf)
    distances = x @ x.T
    distances *= -2
    distances += lengths
    distances += lengths[:, None]
    return distances, float(lengths.max(initial=0)) * float(np.finfo(x.dtype).eps) * (16 + x.shape[1])


def measured(embeddings, rows, columns):
    """Return the squared distances `(K,)` float64 of pairs of rows, by adding up squared differences."""
    step = max(1, BLOCK // max(embeddings.shape[1], 1))
    blocks = [slice(start, start + step) for start in range(0, len(rows), step)]
    parts = [np.subtract(embeddings[rows[b]], embeddings[columns[b]], dtype=np.float64) for b in blocks]
    return np.concatenate([np.zeros(0), *(np.vecdot(part, part) for part in parts)])
