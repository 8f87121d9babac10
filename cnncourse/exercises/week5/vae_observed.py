"""How the exercises of week 5 look at a function of tensors: its value, and the gradients that reach its arguments."""

import numpy as np
import torch

from cnncourse.exercises.week4.style_transfer_observed import NO_GRADIENT, bare


def drawn(rng, *shape):
    """Return rounded normal numbers as a float64 tensor."""
    return torch.from_numpy(np.round(rng.normal(0, 1, shape), 2))


def with_gradients(f, arguments, watched):
    """Return f(*arguments) and, by a fixed weighting of its numbers, the gradient to every tensor of `watched`.

    `watched` names tensors among the arguments; a result without a graph, or a tensor that nothing reaches, is told
    in words.
    """
    for tensor in watched.values():
        tensor.requires_grad_()
    value = f(*arguments)
    if not torch.is_tensor(value):
        return {"value": value}
    seen = {"value": bare(value)}
    if not value.requires_grad:
        return seen | {f"to {name}": NO_GRADIENT for name in watched}
    weights = torch.arange(1, value.numel() + 1, dtype=value.dtype).reshape(value.shape)
    found = torch.autograd.grad((value * weights).sum(), list(watched.values()), allow_unused=True)
    named = zip(watched, found, strict=True)
    return seen | {f"to {name}": NO_GRADIENT if gradient is None else gradient.numpy() for name, gradient in named}
