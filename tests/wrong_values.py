"""What may come in place of a right argument: other kinds of things, and the right thing spoiled."""

import copy

import numpy as np
import torch

NUMBERS = (float("nan"), float("inf"), -1, -2.5, 0, 10**30, True, 1j)
OTHERS = (None, "word", "", b"word", [], [None], ["a"], [[1], [2, 3]], (), {}, object(), np.zeros(0), np.zeros((0, 4)))
ODD = (np.array([object()]), np.array(1j), np.array(float("nan")), torch.zeros(0), torch.tensor(1j))


def wrong_values(good):
    """Return what to try in place of `good`: numbers, other things, and `good` itself spoiled."""
    return [*NUMBERS, *map(copy.copy, OTHERS), *ODD, *_spoiled(good)]


def _spoiled(good):
    if isinstance(good, np.ndarray):
        return list(_spoiled_array(good))
    if isinstance(good, torch.Tensor):
        return list(_spoiled_tensor(good))
    if isinstance(good, list | tuple) and good:
        kind = list if isinstance(good, list) else tuple
        return [kind(good[:-1]), kind([*good, good[0]]), kind([None, *good[1:]]), [good]]
    return [[good], (good, good)]


def _spoiled_array(good):
    yield from (good[None], good[:0], good[..., :-1], good.astype(complex), good.astype(object), good.astype(str))
    yield good[0] if good.ndim else good
    yield np.concatenate([good, good])
    for value in (np.nan, np.inf, -1e308, 1e308):
        spoiled = np.array(good, float)
        spoiled.flat[:1] = value
        yield spoiled
    yield (good.astype(float) if good.dtype.kind in "iu" else good.astype(np.float16))
    yield -np.asarray(good, float)
    yield good.tolist()


def _spoiled_tensor(good):
    yield from (good[None], good[:0], good[..., :-1], good.to(torch.complex64), good.double(), good.long(), good.bool())
    yield good[0] if good.dim() else good
    yield torch.cat([good, good])
    if good.is_floating_point():
        for value in (torch.nan, torch.inf):
            spoiled = good.clone()
            spoiled.flatten()[0] = value
            yield spoiled
    yield from (good.numpy(), good.tolist(), good.clone().float().requires_grad_())


def equal(first, second):
    """Say whether two values are the same, through lists and tuples, NaN being equal to itself."""
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(map(equal, first, second))
    if isinstance(first, torch.Tensor):
        return isinstance(second, torch.Tensor) and first.shape == second.shape and _same_tensor(first, second)
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second, equal_nan=first.dtype.kind in "fc") or first.dtype == object
    return first is second or type(first) is type(second)


def _same_tensor(first, second):
    return bool(((first == second) | ((first != first) & (second != second))).all())
