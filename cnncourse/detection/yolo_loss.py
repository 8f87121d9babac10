"""The loss of a YOLO network: is there an object, where and how large is it, and what is it?

Predictions and targets are `(N, S, S, B, 5 + C)`, laid out as by `encode`: (p_c, b_x, b_y, b_h, b_w, c_1 … c_C), place
within the cell, sizes in cells. In a prediction p_c and the c are logits: numbers that a sigmoid and a softmax turn
into probabilities.
"""

import torch
from torch.nn import functional

from cnncourse.arguments import shown

BOX_WEIGHT, EMPTY_WEIGHT = 5.0, 0.5


def yolo_loss(prediction, target, ignore=None):
    """Return the loss of a batch, a scalar tensor: the sum over all places, divided by the number of objects.

    Where the target has an object: cross-entropy of p_c and of the class, and `BOX_WEIGHT` times 1 − GIoU of the boxes
    (Rezatofighi et al. 2019). Everywhere else only the cross-entropy of p_c, with `EMPTY_WEIGHT`, since places without
    an object are far more (Redmon et al. 2016, equation 3, has the same parts as squared errors). Places marked in
    `ignore` (N, S, S, B) that hold no object cost nothing. Raises ValueError where the shapes differ.
    """
    _check(prediction, target, ignore)
    there = target[..., 0] > 0
    presence = functional.binary_cross_entropy_with_logits(prediction[..., 0], target[..., 0], reduction="none")
    weights = torch.where(there, 1.0, EMPTY_WEIGHT)
    if ignore is not None:
        weights = torch.where(ignore & ~there, 0.0, weights)
    predicted, wanted = prediction[there], target[there]  # (K, 5 + C)
    box = 1 - generalized_iou(predicted[:, 1:5], wanted[:, 1:5])
    kind = functional.cross_entropy(predicted[:, 5:], wanted[:, 5:], reduction="sum")
    return ((presence * weights).sum() + BOX_WEIGHT * box.sum() + kind) / max(len(wanted), 1)


def generalized_iou(boxes, others):
    """Return the GIoU (K,), in (−1, 1], of boxes with the others of their row, both (K, 4) as x, y, height, width.

    IoU less the share of the smallest box around both that neither covers (Rezatofighi et al. 2019, algorithm 1): it
    has a gradient even where the boxes do not meet.
    """
    low, high = _corners(boxes)
    other_low, other_high = _corners(others)
    shared = (torch.minimum(high, other_high) - torch.maximum(low, other_low)).clamp(min=0).prod(dim=1)
    union = (high - low).prod(dim=1) + (other_high - other_low).prod(dim=1) - shared
    around = (torch.maximum(high, other_high) - torch.minimum(low, other_low)).prod(dim=1)
    return shared / union - (around - union) / around


def _corners(boxes):
    centres, sizes = boxes[:, :2], boxes[:, 2:].flip(1)  # height, width → width, height
    return centres - sizes / 2, centres + sizes / 2


def _check(prediction, target, ignore):
    for name, tensor in (("prediction", prediction), ("target", target)):
        if not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
            raise TypeError(f"{name} must be a tensor of floats (N, S, S, B, 5 + C), got {shown(tensor)}")
    if prediction.dtype != target.dtype:
        raise TypeError(f"target must be of {prediction.dtype}, as prediction is, got {target.dtype}")
    if ignore is not None and not isinstance(ignore, torch.Tensor):
        raise TypeError(f"ignore must be a bool tensor or None, got {shown(ignore)}")
    if prediction.ndim != 5 or prediction.shape != target.shape:
        shapes = f"{tuple(prediction.shape)} and {tuple(target.shape)}"
        raise ValueError(f"prediction and target must both be (N, S, S, B, 5 + C), got {shapes}")
    if ignore is not None and (ignore.shape != target.shape[:-1] or ignore.dtype != torch.bool):
        raise ValueError(f"ignore must be a bool tensor of shape {tuple(target.shape[:-1])}, got {shown(ignore)}")
