"""Better answers from several: the mean over networks, and over crops of a picture."""

import numpy as np
import torch

from cnncourse.arguments import numeric_array, several, shown, whole_number
from cnncourse.networks.uint8_pictures import answer_of


@torch.no_grad()
def average_outputs(models, x):
    """Return the mean of the models' probabilities (softmax of their logits) for inputs `x`, `(N, classes)`.

    Each model, a module or another function, maps `x` to logits `(N, classes)`. Probabilities are averaged: not logits,
    because one network's may be larger than another's throughout, and not weights, because networks that answer alike
    may have nothing in common inside. Works in evaluation mode and leaves the models in theirs.

    >>> sure, doubting = torch.nn.Linear(1, 2, bias=False), torch.nn.Linear(1, 2, bias=False)
    >>> _ = sure.weight.data.copy_(torch.tensor([[0.0], [100.0]])), doubting.weight.data.zero_()
    >>> average_outputs([sure, doubting], torch.ones(1, 1)).tolist()
    [[0.25, 0.75]]
    """
    answers = [_probabilities(model, x) for model in _listed(models)]
    shapes = {tuple(answer.shape) for answer in answers}
    if len(shapes) > 1:
        raise ValueError(f"models must give logits of the same shape, got {' and '.join(map(str, sorted(shapes)))}")
    return torch.stack(answers).mean(dim=0)


def ten_crop(images, size):
    """Return ten crops `(N, 10, C, size, size)` of each picture of a batch `(N, C, H, W)`.

    In this order: the centre, the corners top left, top right, bottom left, bottom right; then each of these five
    mirrored (the crop's content: it still comes from the same place). Where the rest is odd, the centre lies the half
    pixel further up or left. A NumPy array in gives one out. ValueError for a size that does not fit.

    >>> ten_crop(torch.arange(12.0).reshape(1, 1, 3, 4), 2)[0, :, 0, 0, 0].tolist()
    [1.0, 0.0, 2.0, 4.0, 6.0, 2.0, 1.0, 3.0, 5.0, 7.0]
    """
    if isinstance(images, np.ndarray):
        images = np.ascontiguousarray(numeric_array("images", images, 4, axes="(N, C, H, W)"))
        return ten_crop(torch.from_numpy(images), size).numpy()
    if not torch.is_tensor(images):
        raise TypeError(f"images must be a tensor or array (N, C, H, W), got {shown(images)}")
    if images.ndim != 4 or 0 in images.shape[2:]:
        raise ValueError(f"images must have shape (N, C, H, W) with pixels, got shape {tuple(images.shape)}")
    crops = [images[..., y : y + size, x : x + size] for y, x in crop_corners(*images.shape[2:], size)]
    return torch.stack([*crops, *(crop.flip(-1) for crop in crops)], dim=1)


def crop_corners(height, width, size):
    """Return the (top, left) of the five crops of `ten_crop`: centre, top left, top right, bottom left, bottom right.

    >>> crop_corners(6, 9, 4)
    [(1, 2), (0, 0), (0, 5), (2, 0), (2, 5)]
    """
    height, width = whole_number("height", height, 1), whole_number("width", width, 1)
    size = whole_number("size", size, 1)
    if size > min(height, width):
        raise ValueError(f"size must be at most the pictures' {height} × {width}, got {size}")
    bottom, right = height - size, width - size
    return [(bottom // 2, right // 2), (0, 0), (0, right), (bottom, 0), (bottom, right)]


def average_crops(model, images, size):
    """Return the mean of the model's probabilities over ten crops of each picture: `(N, C, H, W)` → `(N, classes)`."""
    crops = torch.as_tensor(ten_crop(images, size))
    return average_outputs([model], crops.flatten(0, 1)).unflatten(0, crops.shape[:2]).mean(dim=1)


def _listed(models):
    if isinstance(models, torch.nn.Module) and not isinstance(models, torch.nn.ModuleList):
        raise TypeError(f"models must be a list of models, got one {type(models).__name__}")
    models = list(several("models", models, "a list of models"))
    if not models:
        raise ValueError("models must hold at least one model, got none")
    wrong = next((model for model in models if not callable(model)), models)
    if wrong is not models:
        raise TypeError(f"models must hold modules or functions only, got {shown(wrong)}")
    return models


def _softmax(logits):
    if not torch.is_tensor(logits) or logits.ndim != 2:
        came = f"shape {tuple(logits.shape)}" if torch.is_tensor(logits) else shown(logits)
        raise ValueError(f"models must give logits (N, classes) as a tensor, got {came}")
    return logits.softmax(dim=1)


def _probabilities(model, x):
    if not isinstance(model, torch.nn.Module):
        return _softmax(answer_of(model, "x", x))
    if not torch.is_tensor(x):
        raise TypeError(f"x must be a tensor, got {shown(x)}")
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        return _softmax(answer_of(model, "x", x))
    finally:
        for module, training in modes.items():
            module.training = training
