"""How the exercises of notebook 4.4 look at a cost: its number, and the gradient that reaches the generated maps."""

import numpy as np
import torch

NO_GRADIENT = "the number comes without a gradient"


def drawn(rng, *shape):
    """Return maps as a network gives them, a float64 tensor: some zeros, the rest above."""
    return torch.from_numpy(np.maximum(np.round(rng.normal(0.4, 1, shape), 2), 0))


def bare(value):
    """Return a tensor without its graph, one with a single number and no axis as a NumPy number."""
    return value.detach().clone() if value.ndim else value.detach().numpy()[()]


def with_gradient(f, *args, last):
    """Return the value of f(*args) and, by a fixed weighting of its numbers, the gradient to the tensor `last`."""
    last.requires_grad_()
    value = f(*args)
    if not torch.is_tensor(value):
        return {"value": value, "gradient": NO_GRADIENT}
    seen = {"value": bare(value)}
    if not value.requires_grad:
        return seen | {"gradient": NO_GRADIENT}
    weights = torch.arange(1, value.numel() + 1, dtype=value.dtype).reshape(value.shape)
    (gradient,) = torch.autograd.grad((value * weights).sum(), last, allow_unused=True)
    return seen | {"gradient": NO_GRADIENT if gradient is None else gradient.numpy()}
