"""Checks of the tensors that the functions of week 5 take: each names the argument, what came and what was expected."""

import torch

from cnncourse.arguments import shown


def float_tensor(name, value, axes):
    """Return a float tensor with axes such as "(N, 3, 32, 32)"; a number fixes the length of its axis."""
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        got = f"a tensor of {value.dtype}" if isinstance(value, torch.Tensor) else shown(value)
        raise TypeError(f"{name} must be a tensor {axes} of floats, got {got}")
    return _fitting(name, value, axes)


def code_tensor(name, value, axes, size):
    """Return a tensor of whole numbers from 0 to `size` − 1, with axes such as "(N, 8, 8)"."""
    if not isinstance(value, torch.Tensor) or value.dtype not in (torch.int64, torch.int32):
        got = f"a tensor of {value.dtype}" if isinstance(value, torch.Tensor) else shown(value)
        raise TypeError(f"{name} must be a tensor {axes} of whole numbers, got {got}")
    _fitting(name, value, axes)
    if value.numel() and not (int(value.min()) >= 0 and int(value.max()) < size):
        raise ValueError(f"{name} must lie in 0 to {size - 1}, got {int(value.min())} to {int(value.max())}")
    return value


def alike(name, value, other_name, other):
    """Return a float tensor of the same shape as another argument."""
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        raise TypeError(f"{name} must be a tensor of floats like {other_name}, got {shown(value)}")
    if value.shape != other.shape:
        raise ValueError(
            f"{name} must have the shape of {other_name}, {tuple(other.shape)}, got shape {tuple(value.shape)}"
        )
    return value


def _fitting(name, value, axes):
    wanted, came = axes.strip("()").split(", "), tuple(value.shape)
    fits = len(wanted) == len(came) and all(not w.isdigit() or int(w) == n for w, n in zip(wanted, came, strict=True))
    if not fits:
        raise ValueError(f"{name} must have shape {axes}, got shape {came}")
    return value
