"""Verification: is this the same person? A learned head over two embeddings, and how often a rule errs.

The head is logistic regression on how much the embeddings differ, feature by feature: ŷ = σ(Σ_k w_k δ_k + b), where
δ_k is |f_k − f'_k| or, for "chi_squared", (f_k − f'_k)² / (f_k + f'_k) (Taigman et al. 2014, sections 4.2 and 4.1).
"""

import torch
from torch import nn

from cnncourse.arguments import MANY, one_of, shown, whole_number
from cnncourse.faces.verification_rates import accept_rates, roc, roc_area, threshold_at, true_accept_at

__all__ = ["KINDS", "VerificationHead", "accept_rates", "roc", "roc_area", "threshold_at", "true_accept_at"]

KINDS = ("absolute", "chi_squared")


class VerificationHead(nn.Module):
    """ŷ, the chance that two embeddings are of one person: D weights and a bias, learnable, the same both ways round.

    `head(a, b)` takes two tensors `(N, D)`, or broadcast `(…, D)`, and returns ŷ `(N,)` in [0, 1]; `head.logits(a, b)`
    what the sigmoid gets. Weights and bias begin at 0, where ŷ is ½: the loss is convex, so any start will do.

    χ² is made for features ≥ 0. A signed feature is taken as two, its positive and its negative part, one of them 0,
    with the same weight; their χ² add up to (f − f')² / (|f| + |f'|), which for features ≥ 0 is χ² itself. 0/0 is 0.
    """

    def __init__(self, kind="absolute", dimensions=64):
        super().__init__()
        self.kind = one_of("kind", kind, KINDS)
        self.weight = nn.Parameter(torch.zeros(whole_number("dimensions", dimensions, 1, MANY)))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, a, b):
        """Return ŷ, the chance that a and b are of one person."""
        return torch.sigmoid(self.logits(a, b))

    def logits(self, a, b):
        """Return Σ_k w_k δ_k + b, the logarithm of the odds."""
        for name, embeddings in (("a", a), ("b", b)):
            self._check(name, embeddings)
        try:
            torch.broadcast_shapes(a.shape, b.shape)
        except RuntimeError:
            raise ValueError(f"b must have as many rows as a's shape {tuple(a.shape)}, got {tuple(b.shape)}") from None
        return differences(a, b, self.kind) @ self.weight + self.bias

    def _check(self, name, embeddings):
        if not isinstance(embeddings, torch.Tensor):
            raise TypeError(f"{name} must be a tensor, got {shown(embeddings)}")
        if not embeddings.ndim or embeddings.shape[-1] != len(self.weight):
            raise ValueError(f"{name} must have shape (N, {len(self.weight)}), got {tuple(embeddings.shape)}")
        if embeddings.dtype != self.weight.dtype:
            raise TypeError(f"{name} must be of {self.weight.dtype}, as the weights are, got {embeddings.dtype}")


def differences(a, b, kind="absolute"):
    """Return δ `(N, D)`, how much two tensors of embeddings `(N, D)` differ in each feature.

    >>> differences(torch.tensor([[3.0, 0.0, -1.0]]), torch.tensor([[1.0, 0.0, 2.0]]), "chi_squared").tolist()
    [[1.0, 0.0, 3.0]]
    """
    for name, embeddings in (("a", a), ("b", b)):
        if not isinstance(embeddings, torch.Tensor) or not embeddings.is_floating_point():
            raise TypeError(f"{name} must be a tensor of floats (N, D), got {shown(embeddings)}")
    try:
        apart = (a - b).abs()
    except RuntimeError:
        raise ValueError(f"b must fit a's shape {tuple(a.shape)}, got {tuple(b.shape)}") from None
    if one_of("kind", kind, KINDS) == "absolute":
        return apart
    total = a.abs() + b.abs()
    return apart * (apart / total.where(total > 0, 1))
