"""Triplets of anchor, positive and negative: what one costs, and which of a batch are worth learning from.

Distances d are squared Euclidean ones. For an anchor a, a positive p (another photo of its person) and a negative n (a
photo of somebody else) a triplet is easy where d_an ≥ d_ap + margin, semi-hard where d_ap < d_an < d_ap + margin, and
hard where d_an ≤ d_ap (Schroff et al. 2015, sections 3.1 and 3.2).
"""

import torch
from torch.nn import functional

from cnncourse.arguments import real_number, shown
from cnncourse.faces.triplet_distances import distances_within

__all__ = ["contrastive_loss", "hardest_triplets", "semi_hard_triplets", "triplet_loss"]

MARGIN = 0.2  # Schroff et al. 2015, section 3.1
BLOCK = 1 << 18  # comparisons held at once


def triplet_loss(anchor, positive, negative, margin=MARGIN):
    """Return Σ max(d_ap − d_an + margin, 0) over all triplets, a scalar tensor (Schroff et al. 2015, equation 3).

    Three tensors of one shape `(N, D)`, row by row a triplet; no triplet costs 0. Raises ValueError for other shapes and
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
    distances = distances_within(embeddings)
    same = labels[:, None] == labels
    others = same.clone().fill_diagonal_(False)
    anchors = (others.any(dim=1) & ~same.all(dim=1)).nonzero()[:, 0]
    if not len(anchors):
        return anchors, anchors.clone(), anchors.clone()
    positives = distances.masked_fill(~others, -torch.inf).argmax(dim=1)
    negatives = distances.masked_fill(same, torch.inf).argmin(dim=1)
    return anchors, positives[anchors], negatives[anchors]


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
    distances = distances_within(embeddings)
    same = labels[:, None] == labels
    anchors, positives = same.clone().fill_diagonal_(False).nonzero(as_tuple=True)  # (K,): all pairs of one person
    near = distances[anchors, positives]
    to_negatives = distances.masked_fill_(same, -torch.inf)
    step = max(1, BLOCK // max(len(labels), 1))
    blocks = zip(anchors.split(step), positives.split(step), near.split(step), strict=True)
    found = [_between(to_negatives, *block, margin) for block in blocks]
    return tuple(torch.cat(parts) for parts in zip(*found, strict=True))


def _between(to_negatives, anchors, positives, near, margin):
    """Return the triplets of some pairs (anchors, positives) at the distances `near`, in the pairs' order."""
    rows, near = to_negatives[anchors], near[:, None]  # (K, N), (K, 1)
    pairs, negatives = ((near < rows) & (rows < near + margin)).nonzero(as_tuple=True)
    return anchors[pairs], positives[pairs], negatives


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
    """Return embeddings (N, D) and labels (N,) as tensors on one device."""
    embeddings = _tensor("embeddings", embeddings)
    if embeddings.ndim != 2 or embeddings.is_complex() or embeddings.dtype == torch.bool:
        raise ValueError(f"embeddings must be real numbers of shape (N, D), got {_told(embeddings)}")
    if not torch.isfinite(embeddings).all():
        raise ValueError("embeddings must hold finite numbers, got NaN or infinity")
    labels = _tensor("labels", labels).to(embeddings.device)
    if not labels.numel():
        labels = labels.long()
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise TypeError(f"labels must be whole numbers, got {_told(labels)}")
    if labels.shape != embeddings.shape[:1]:
        raise ValueError(f"labels must have shape ({len(embeddings)},), one for each embedding, got {_told(labels)}")
    return embeddings, labels


def _tensor(name, value):
    try:
        return torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{name} must be a tensor, got {shown(value)}") from None


def _told(value):
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)} and type {value.dtype}"
    return shown(value)
