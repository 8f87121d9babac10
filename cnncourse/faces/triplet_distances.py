"""Squared distances within a batch of embeddings, as mining needs them: fast, but equal where they are equal."""

import torch

CLOSE = 1e-6  # of the squared lengths: below it the rounding of |a|² + |b|² − 2 a·b may show
MOST_AT_ONCE = 1 << 22  # numbers


def distances_within(embeddings):
    """Return the squared distances `(N, N)` float64 of all rows of a tensor `(N, D)` from one another.

    |a|² + |b|² − 2 a·b costs one matrix product. It is taken of the differences from the first row, so that it rounds by
    the spread of the batch, not by its place; pairs that are close even so are measured plainly, and equal rows get
    equal distances from all others.
    """
    x = embeddings.detach().double()
    if not len(x):
        return x.new_zeros(0, 0)
    x = x - x[0]
    lengths = torch.linalg.vecdot(x, x)
    sums = lengths[:, None] + lengths
    distances = torch.addmm(sums, x, x.T, alpha=-2)
    rows, columns = (distances <= CLOSE * sums).triu(diagonal=1).nonzero(as_tuple=True)
    measured = _measured(x, rows, columns)
    distances[rows, columns] = distances[columns, rows] = measured
    return _equal_for_equals(distances.fill_diagonal_(0), rows[measured == 0], columns[measured == 0])


def _measured(x, rows, columns):
    """Return the squared distances `(K,)` of pairs of rows of x by adding up squared differences."""
    step = max(1, MOST_AT_ONCE // max(x.shape[1], 1))
    parts = [x[i] - x[j] for i, j in zip(rows.split(step), columns.split(step), strict=True)]
    return torch.cat([torch.linalg.vecdot(part, part) for part in parts])


def _equal_for_equals(distances, rows, columns):
    """Give every row the distances of the first that equals it; `rows` < `columns` are all pairs of equal ones."""
    if not len(rows):
        return distances
    first = torch.arange(len(distances), device=distances.device).scatter_reduce(0, columns, rows, "amin")
    return distances[first][:, first]
