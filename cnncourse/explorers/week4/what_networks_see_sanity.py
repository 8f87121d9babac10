"""A sanity check for pictures of what a network sees: they should change when its weights do (Adebayo et al. 2018)."""

import copy

import numpy as np
import torch

from cnncourse.style.seeing_walks import WayBack


def class_led_back(model, picture, class_index, rule):
    """Return the picture `(H, W, 3)` that a class's score is led back to from a picture `(3, H, W)`, as NumPy."""
    batch = picture[None].clone().requires_grad_()
    with torch.enable_grad(), WayBack(rule):
        score = model(batch)[0, class_index]
    (back,) = torch.autograd.grad(score, batch)
    return back[0].permute(1, 2, 0).numpy()


def randomised(model, parts, generator):
    """Return a copy of a model in which the kernels and matrices of some parts are drawn anew, as large as before.

    `parts` are beginnings of parameters' names; "" stands for all.
    """
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for name, parameter in twin.named_parameters():
            if parameter.ndim > 1 and name.startswith(tuple(parts)):
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * parameter.std())
    return twin


def likeness(a, b):
    """Return the rank correlation (Spearman) of two pictures' absolute values: 1 where they order the pixels alike.

    Pixels at which both are 0 do not count; NaN where one says the same of all that count.
    """
    counts = (np.abs(a) + np.abs(b)).sum(axis=-1) > 0
    ranks = [_ranks(np.abs(x).sum(axis=-1)[counts]) for x in (a, b)]
    if any(np.unique(rank).size < 2 for rank in ranks):
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])


def _ranks(values):
    """Return the rank of each value, equal ones sharing the mean of theirs."""
    ordered = np.sort(values)
    return (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right")) / 2
