"""Triplets of anchor, positive and negative: what one costs, and which of a batch are worth learning from.

Distances d are squared Euclidean ones. For an anchor a, a positive p (another photo of its person) and a negative n (a
photo of somebody else) a triplet is easy where d_an ≥ d_ap + margin, semi-hard where d_ap < d_an < d_ap + margin, and
hard where d_an ≤ d_ap (Schroff et al. 2015, sections 3.1 and 3.2).
"""

import numpy as np
import torch
from torch.nn import functional

from cnncourse.arguments import float_array, numeric_array, real_number, shown
from cnncourse.faces.triplet_distances import measured, rough_distances

__all__ = ["contrastive_loss", "hardest_triplets", "semi_hard_triplets", "triplet_loss"]

MARGIN = 0.2  # Schroff et al. 2015, section 3.1
BLOCK = 1 << 16  # comparisons held at once: they stay in the processor's cache


def triplet_loss(anchor, positive, negative, margin=MARGIN):
    """Return Σ max(d_ap − d_an + margin, 0) over all triplets, a scalar tensor (Schroff et al. 2015, equation 3).

    Three tensors of one shape `(N, D)`, row by row a triplet; no triplet costs 0. Raises ValueError for other shapes or
    a negative margin, TypeError for what is no tensor of floating-point numbers.

    >>> a, p, n = torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    >>> triplet_loss(a, p, n).item() == triplet_loss(a, n, p).item(), round(triplet_loss(a, p, 2 * n, 4).item(), 3)
    (True, 1.0)
    """
    _check_rows(anchor=anchor, positive=positive, negative=negative)
    margin = real_number("margin", margin, 0)
    return functional.relu(_squared(anchor - positive) - _squared(anchor - negative) + margin).sum()


def contrastive_loss(first, second, same, margin=1.0):
    """Return the sum over all pairs of ½ d where `same`, else ½ max(margin − √d, 0)², a scalar tensor.

    first, second `(N, D)`, same `(N,)` bool: are both of one person? (Hadsell, Chopra and LeCun 2006, equation 4.)
    Equal embeddings of two people have no direction to part in: their gradient is 0.

    >>> first, second = torch.tensor([[0.0, 0.0]]), torch.tensor([[0.6, 0.0]])
    >>> [round(contrastive_loss(first, second, torch.tensor([same])).item(), 3) for same in (True, False)]
    [0.18, 0.08]
    """
    _check_rows(first=first, second=second)
    margin = real_number("margin", margin, 0)
    if not isinstance(same, torch.Tensor) or same.dtype != torch.bool or same.shape != first.shape[:-1]:
        raise ValueError(f"same must be a bool tensor of shape {tuple(first.shape[:-1])}, got {shown(same)}")
    squared = _squared(first - second)
    apart = squared > 0
    distance = torch.where(apart, squared, 1).sqrt() * apart  # the root of 0 has no slope
    return torch.where(same, squared, functional.relu(margin - distance) ** 2).sum() / 2


def hardest_triplets(embeddings, labels):
    """Return (anchors, positives, negatives), int64: for each anchor its furthest positive and nearest negative.

    embeddings `(N, D)`, labels `(N,)` whole numbers; indices into both, anchors in rising order. An anchor without a
    positive or without a negative is left out. Of equally far ones the lowest index is taken. No gradient flows
    (Hermans, Beyer and Leibe 2017, equation 5). Distances are measured in float64.

    >>> hardest_triplets(torch.tensor([[0.0], [1.0], [3.0], [9.0]]), torch.tensor([5, 5, 7, 5]))
    (tensor([0, 1, 3]), tensor([3, 3, 0]), tensor([2, 2, 2]))
    """
    embeddings, labels = _checked_batch(embeddings, labels)
    same = labels[:, None] == labels
    distances, rounding = rough_distances(embeddings)
    rows, columns = _pairs_of_one(same)
    near, furthest = distances[rows, columns], np.full(len(labels), -np.inf, distances.dtype)
    np.maximum.at(furthest, rows, near)
    doubtful = near >= furthest[rows] - 2 * rounding
    positives = _best(embeddings, rows[doubtful], columns[doubtful], sign=-1)
    np.copyto(distances, np.inf, where=same)
    nearest = distances.min(axis=1, initial=np.inf)
    bars = np.where(nearest < np.inf, nearest + 2 * rounding, -np.inf).astype(distances.dtype)
    rows, columns = np.divmod(np.flatnonzero(distances <= bars[:, None]), max(len(labels), 1))
    negatives = _best(embeddings, rows, columns, sign=1)
    anchors = np.flatnonzero((positives >= 0) & (negatives >= 0))
    return _tensors(anchors, positives[anchors], negatives[anchors])


def _best(embeddings, rows, columns, sign):
    """Return for every row of the batch `(N,)` the column of its smallest sign · distance; −1 where it has none."""
    order = np.lexsort((columns, sign * measured(embeddings, rows, columns), rows))
    found, first = np.unique(rows[order], return_index=True)
    best = np.full(len(embeddings), -1)
    best[found] = columns[order][first]
    return best


def _pairs_of_one(same):
    """Return (anchors, positives), all pairs of two photos of one person, in order."""
    rows, columns = np.divmod(np.flatnonzero(same), max(len(same), 1))
    return rows[rows != columns], columns[rows != columns]


def semi_hard_triplets(embeddings, labels, margin=MARGIN):
    """Return (anchors, positives, negatives), int64: all triplets with d_ap < d_an < d_ap + margin, both strictly.

    embeddings `(N, D)`, labels `(N,)` whole numbers; indices into both, by anchor, then positive, then negative. There
    may be none. No gradient flows (Schroff et al. 2015, equation 4 and the sentence after it, take some of them).
    Distances are measured in float64.

    >>> semi_hard_triplets(torch.tensor([[0.0], [1.0], [-1.5], [3.0]]), torch.tensor([5, 5, 7, 7]), margin=2.5)
    (tensor([0]), tensor([1]), tensor([2]))
    """
    embeddings, labels = _checked_batch(embeddings, labels)
    margin = real_number("margin", margin, 0)
    same = labels[:, None] == labels
    anchors, positives = _pairs_of_one(same)  # (K,)
    to_negatives, rounding = rough_distances(embeddings)
    near = to_negatives[anchors, positives]
    np.copyto(to_negatives, -np.inf, where=same)
    step = max(1, BLOCK // max(len(labels), 1))
    parts = [slice(k, k + step) for k in range(0, max(len(near), 1), step)]
    found = [_between(to_negatives[anchors[p]], near[p, None], margin, 2 * rounding) for p in parts]
    counts = np.concatenate([count for count, _, _ in found])
    anchors, positives = np.repeat(anchors, counts), np.repeat(positives, counts)
    negatives = np.concatenate([columns for _, columns, _ in found])
    doubtful = np.flatnonzero(np.concatenate([doubt for _, _, doubt in found]))
    some = anchors[doubtful], positives[doubtful], negatives[doubtful]
    wrong = doubtful[~_is_semi_hard(embeddings, *some, margin)]
    return _tensors(*(np.delete(indices, wrong) for indices in (anchors, positives, negatives)))


def _between(rows, near, margin, doubt):
    """Return of pairs at the distances `near` (K, 1) the negatives that may be semi-hard, in the pairs' order.

    `rows` (K, N) are the distances of the pairs' anchors from everybody. Returned are how many there are of each pair,
    their columns, and which of them are so close to a border that `doubt` could turn them.
    """
    likely = (near - doubt < rows) & (rows < near + (margin + doubt))
    counts, places = np.count_nonzero(likely, axis=1), np.flatnonzero(likely)
    columns = places - np.repeat(np.arange(len(rows)) * rows.shape[1], counts)
    beyond = rows.reshape(-1)[places] - np.repeat(near[:, 0], counts)
    return counts, columns, (beyond <= doubt) | (beyond >= margin - doubt)


def _is_semi_hard(embeddings, anchors, positives, negatives, margin):
    near, far = measured(embeddings, anchors, positives), measured(embeddings, anchors, negatives)
    return (near < far) & (far < near + margin)


def _tensors(*indices):
    return tuple(torch.from_numpy(part.astype(np.int64)) for part in indices)


def _squared(difference):
    return (difference**2).sum(dim=-1)


def _check_rows(**tensors):
    """Refuse anything but floating-point tensors of one shape (…, D)."""
    for name, tensor in tensors.items():
        if not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
            raise TypeError(f"{name} must be a tensor of floating-point numbers, got {_told(tensor)}")
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if len(set(shapes.values())) > 1 or not all(shapes.values()):
        told = ", ".join(map(str, shapes.values()))
        raise ValueError(f"{', '.join(shapes)} must have one shape (N, D), got {told}")


def _checked_batch(embeddings, labels):
    """Return embeddings (N, D) and labels (N,) as arrays."""
    embeddings = float_array("embeddings", _array(embeddings), 2, axes="(N, D)")
    labels = numeric_array("labels", _array(labels), 1, (len(embeddings),), axes="(N,)")
    if labels.dtype.kind not in "iu" and labels.size:
        raise TypeError(f"labels must be whole numbers, got {labels.dtype}")
    return embeddings, labels


def _array(value):
    """Return a tensor's numbers as an array; types that NumPy lacks as float32."""
    if not isinstance(value, torch.Tensor):
        return value
    value = value.detach().cpu()
    return (value.float() if value.dtype == torch.bfloat16 else value).numpy()


def _told(value):
    return f"a tensor of type {value.dtype}" if isinstance(value, torch.Tensor) else shown(value)
