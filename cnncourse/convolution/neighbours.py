"""k nearest neighbours in Euclidean distance: distances as one matrix product, neighbours, and a majority vote.

`queries` (Q, D) are the points to place, `points` (P, D) the known ones. Blocks of queries keep the memory small.
"""

import numpy as np

from cnncourse.arguments import float_array, plain_array, shown, whole_number

BLOCK = 2**20  # distances, or differences, held at a time beside the result
CANCELLED = 1e-3  # of |q|² + |p|²: a distance this small has lost digits in the subtraction


def squared_distances(queries, points):
    """Return ‖q − p‖² for every query and point, (Q, P), never negative and exactly 0 for equal rows.

    Expands to ‖q‖² + ‖p‖² − 2 q·p, because one matrix product is faster than Q·P differences; where the terms nearly
    cancel, the difference itself is squared. Raises ValueError where a square overflows.

    >>> squared_distances([[0, 0], [3, 4]], [[3, 4], [0, 1]]).tolist()
    [[25.0, 1.0], [0.0, 18.0]]
    """
    queries, points, dtype = _checked_rows(queries, points)
    distances = np.empty((len(queries), len(points)), dtype)
    point_squares = _squares(points)
    for rows in _blocks(len(queries), len(points)):
        distances[rows] = _block_distances(queries[rows], points, point_squares, dtype)
    return distances


def nearest_neighbours(queries, points, k):
    """Return the indices (Q, k) of the k points nearest to each query, nearest first; of equals, the lower index first.

    >>> nearest_neighbours([[0.0]], [[2.0], [-1.0], [1.0]], k=2).tolist()
    [[1, 2]]
    """
    queries, points, _ = _checked_rows(queries, points)
    k = _checked_count(k, points)
    neighbours = np.empty((len(queries), k), dtype=np.intp)
    point_squares = _squares(points)
    for rows in _blocks(len(queries), len(points)):
        distances = _block_distances(queries[rows], points, point_squares)
        neighbours[rows] = _nearest_of_block(distances, queries[rows], points, k)
    return neighbours


def predict_labels(queries, points, labels, k):
    """Return for each query the label (Q,) most common among its k nearest points; of tied labels, the nearest one's.

    `labels` (P,) may be whole numbers or strings.

    >>> predict_labels([[0.0]], [[1.0], [2.0], [-3.0], [4.0]], ["b", "a", "a", "b"], k=4).tolist()
    ['b']
    """
    labels = _checked_labels(labels)
    points = float_array("points", points, dimensions=2, axes="(P, D)")
    if len(points) != len(labels):
        raise ValueError(f"labels must hold one label for each of the {len(points)} points, got {len(labels)}")
    names, classes = np.unique(labels, return_inverse=True)
    votes_by_rank = classes[nearest_neighbours(queries, points, k)]  # (Q, k), the nearest neighbour's class first
    counts = _count_classes(votes_by_rank, len(names))  # (Q, classes)
    count_by_rank = np.take_along_axis(counts, votes_by_rank, axis=1)  # (Q, k)
    winning_rank = count_by_rank.argmax(axis=1)  # the first of equals: the nearest
    return names[votes_by_rank[np.arange(len(votes_by_rank)), winning_rank]]


def _checked_rows(queries, points):
    """Return both in float64, shifted so that the first point is the origin, and the dtype of their distances."""
    points = float_array("points", points, dimensions=2, axes="(P, D)")
    queries = float_array("queries", queries, dimensions=2, axes="(Q, D)")
    if queries.shape[1] != points.shape[1]:
        raise ValueError(f"queries must have points' {points.shape[1]} columns, got shape {queries.shape}")
    dtype = np.result_type(queries, points)
    origin = points[:1].astype(np.float64).sum(axis=0)  # a sum, so that no points at all means no shift
    with np.errstate(over="ignore"):
        return queries - origin, points - origin, dtype


def _checked_count(k, points):
    k = whole_number("k", k, minimum=1)
    if k > len(points):
        raise ValueError(f"k {k} is larger than the number of points {len(points)}")
    return k


def _checked_labels(labels):
    labels = plain_array("labels", labels)
    if labels.dtype.kind not in "biuU" or labels.ndim != 1:
        raise TypeError(f"labels must be a row (P,) of whole numbers or strings, got {shown(labels)}")
    return labels


def _block_distances(queries, points, point_squares, dtype=np.float64):
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = _squares(queries)[:, None] + point_squares
        distances = (-2 * queries) @ points.T
        distances += sizes
        sizes *= CANCELLED
        doubtful = np.nonzero(distances <= sizes)
        distances[doubtful] = _pair_distances(queries, points, *doubtful)
        distances = distances.astype(dtype, copy=False)
    if not np.isfinite(distances).all():
        raise ValueError("queries and points lie too far apart: a squared distance overflows")
    return distances


def _pair_distances(queries, points, query_indices, point_indices):
    """Return the squared distance of each (query, point) pair of indices by subtracting, (pairs,)."""
    distances = np.empty(len(query_indices))
    for pairs in _blocks(len(query_indices), queries.shape[1]):
        distances[pairs] = _squares(queries[query_indices[pairs]] - points[point_indices[pairs]])
    return distances


def _nearest_of_block(distances, queries, points, k):
    reach = np.partition(distances, k - 1, axis=1)[:, k - 1 : k] * (1 + 1e-8)
    candidates, indices = np.nonzero(distances <= reach)  # by query, then by index
    exact = _pair_distances(queries, points, candidates, indices)  # equal points get equal distances to the last bit
    order = np.lexsort((exact, candidates))
    first = np.searchsorted(candidates, np.arange(len(queries)))
    return indices[order[first[:, None] + np.arange(k)]]


def _squares(rows):
    with np.errstate(over="ignore"):
        return np.einsum("nd,nd->n", rows, rows)


def _blocks(count, width):
    size = max(1, BLOCK // max(1, width))
    return [slice(start, start + size) for start in range(0, count, size)]


def _count_classes(classes, class_count):
    cells = np.arange(len(classes))[:, None] * class_count + classes
    return np.bincount(cells.ravel(), minlength=len(classes) * class_count).reshape(len(classes), class_count)
