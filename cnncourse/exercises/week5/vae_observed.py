"""How the exercises of week 5 look at a function of tensors: its value, and the gradients that reach its arguments."""

import numpy as np
import torch

from cnncourse.exercises.week4.style_transfer_observed import bare

NOTHING = "nothing arrives"
NO_TENSOR = "no tensor, so no gradient"


def drawn(rng, *shape):
    """Return rounded normal numbers as a float64 tensor."""
    return torch.from_numpy(np.round(rng.normal(0, 1, shape), 2))


def with_gradients(f, arguments, watched):
    """Return f(*arguments) and, by a fixed weighting of its numbers, the gradient to every tensor of `watched`.

    `watched` names tensors among the arguments; where no gradient arrives, words say so.
    """
    for tensor in watched.values():
        tensor.requires_grad_()
    value = f(*arguments)
    if value is None:
        return None
    found = gradients(value, list(watched.values()))
    named = dict(zip(map(arriving, watched), found, strict=True))
    return {"value": bare(value) if torch.is_tensor(value) else value} | named


def arriving(name):
    """Return the words under which the gradient to an argument is compared."""
    return f"the gradient to {name}"


def gradients(value, tensors):
    """Return the gradient to each tensor of the numbers of `value` times 1, 2, 3, …, or words where none arrives."""
    if not torch.is_tensor(value):
        return [NO_TENSOR] * len(tensors)
    if not value.requires_grad:
        return [NOTHING] * len(tensors)
    weights = torch.arange(1, value.numel() + 1, dtype=value.dtype).reshape(value.shape)
    found = torch.autograd.grad((value * weights).sum(), tensors, retain_graph=True, allow_unused=True)
    return [NOTHING if gradient is None else gradient.numpy() for gradient in found]
