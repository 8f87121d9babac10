"""Localisation: one object a picture, its label vector and the loss; and landmarks, points with names.

A vector is (p_c, b_x, b_y, b_h, b_w, c_1 … c_C): is there an object, its box's centre, height and width, its class.
b_x and b_w are shares of the picture's width, b_y and b_h of its height; **height stands before width**. `image_size`
is (height, width) in pixels. Without an object only p_c = 0 is a statement; the other numbers are "don't care".
"""

import numpy as np
import torch

from cnncourse.arguments import MANY, float_array, real_number, refuse_overflow, shown, whole_number, whole_numbers


def encode_object(box, label, class_count, image_size):
    """Return the label vector (5 + C,) of the one object in a picture, or of a picture without one.

    `box` is (x1, y1, x2, y2) in pixels, or None without an object; `label` is then not looked at and the don't-cares
    are 0. `label` is a whole number below `class_count` = C. Raises ValueError for a box whose edges are swapped.

    >>> encode_object([10, 20, 50, 40], 1, 3, image_size=(100, 200)).tolist()  # centre (30, 30), 20 high, 40 wide
    [1.0, 0.15, 0.3, 0.2, 0.2, 0.0, 1.0, 0.0]
    >>> encode_object(None, None, 3, image_size=(100, 200)).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    class_count = whole_number("class_count", class_count, 1, MANY)
    height, width = _checked_size(image_size)
    if box is None:
        return np.zeros(5 + class_count)
    box = float_array("box", box, shape=(4,), axes="(x1, y1, x2, y2)")
    label = whole_number("label", label, minimum=0)
    if label >= class_count:
        raise ValueError(f"label must be below class_count {class_count}, got {label}")
    x1, y1, x2, y2 = box
    if x1 > x2 or y1 > y2:
        raise ValueError(f"box must have x1 ≤ x2 and y1 ≤ y2, got {box.tolist()}")
    with np.errstate(over="ignore"):
        ratios = [(x1 / 2 + x2 / 2) / width, (y1 / 2 + y2 / 2) / height, (y2 - y1) / height, (x2 - x1) / width]
    refuse_overflow("box", np.array(ratios), np.inf)
    return np.array([1, *ratios, *(np.arange(class_count) == label)], box.dtype)


def localization_loss(prediction, target):
    """Return the loss of predicted vectors (N, 5 + C), a tensor with one number: the mean over the N pictures.

    Of a picture with an object (p_c = 1 in `target`) it is the sum of all squared errors, of one without (p_c = 0)
    that of p_c alone, whatever stands in the other places, NaN included. Raises ValueError for another p_c in `target`.

    >>> target = torch.tensor([[1, 0.5, 0.5, 0.25, 0.25, 1, 0], [0, 9, 9, 9, 9, 9, 9]])
    >>> prediction = torch.tensor([[0.5, 0.5, 0.5, 0.25, 0.75, 1, 0], [0.5, 1, 1, 1, 1, 1, 1]])
    >>> localization_loss(prediction, target).item()  # ((0.25 + 0.25) + 0.25) / 2
    0.375
    """
    _check_vectors(prediction, target)
    present = target[:, :1]
    if not ((present == 0) | (present == 1)).all():
        raise ValueError("target must hold 0 or 1 as p_c, in its first column, got other numbers")
    counted = (present == 1) | (torch.arange(target.shape[1], device=target.device) == 0)  # (N, 5 + C)
    error = torch.where(counted, prediction - target, 0)
    return (error * error).sum(dim=1).mean()


def mirror_landmarks(points, partners, width):
    """Return the landmarks (K, 2), or (N, K, 2) of N pictures, of the picture mirrored left to right.

    A point at x lies at width − x in the mirrored picture, where what was the left eye is the right one: row k of the
    result is the moved row partners[k] (`MIRRORED` in `cnncourse.pictures.faces`). `width` is in pixels. Raises
    ValueError where `partners` does not lead there and back.

    >>> mirror_landmarks([[10, 4], [30, 5], [21, 9]], partners=(1, 0, 2), width=50).tolist()  # eyes, nose
    [[20.0, 5.0], [40.0, 4.0], [29.0, 9.0]]
    """
    points = float_array("points", points, dimensions=(2, 3), axes="(K, 2) or (N, K, 2)")
    width = real_number("width", width, minimum=0)
    if points.shape[-1] != 2:
        raise ValueError(f"points must have shape (K, 2) or (N, K, 2), got shape {points.shape}")
    partners = list(whole_numbers("partners", partners, points.shape[-2], minimum=0))
    if sorted(partners) != list(range(len(partners))) or any(partners[k] != i for i, k in enumerate(partners)):
        raise ValueError(f"partners must pair the places 0 to {len(partners) - 1} with one another, got {partners}")
    moved = points[..., partners, :].copy()
    moved[..., 0] = width - moved[..., 0]
    return moved


def _checked_size(image_size):
    if not isinstance(image_size, (tuple, list, np.ndarray)):
        raise TypeError(f"image_size must be (height, width), got {shown(image_size)}")
    return whole_numbers("image_size", image_size, 2, minimum=1)


def _check_vectors(prediction, target):
    for name, vectors in (("prediction", prediction), ("target", target)):
        if not torch.is_tensor(vectors) or not vectors.is_floating_point():
            raise TypeError(f"{name} must be a tensor of floating-point numbers, got {shown(vectors)}")
        if vectors.ndim != 2 or vectors.shape[0] < 1 or vectors.shape[1] < 6:
            raise ValueError(f"{name} must have shape (N, 5 + C), N and C at least 1, got {tuple(vectors.shape)}")
    if prediction.shape != target.shape:
        raise ValueError(f"prediction must have target's shape {tuple(target.shape)}, got {tuple(prediction.shape)}")
