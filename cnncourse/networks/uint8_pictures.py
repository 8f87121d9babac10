"""From pictures as they are kept, uint8 arrays `(N, H, W, 3)`, to what a network says of them, or why it cannot."""

import numpy as np
import torch
from torch import nn

from cnncourse.arguments import plain_array, shown


def checked_images(images, side=None):
    """Return `images` if they are uint8 pictures `(N, H, W, 3)`, of `side` × `side` pixels where that is given."""
    images = plain_array("images", images)
    wanted = (side or images.shape[1], side or images.shape[2], 3) if images.ndim == 4 else None
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != wanted:
        sides = "H, W" if side is None else f"{side}, {side}"
        raise ValueError(f"images must be uint8 of shape (N, {sides}, 3), got {shown(images)}")
    return images


def checked_model(name, model):
    """Return `model` if it is a network; else TypeError names the argument."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"{name} must be a network (an nn.Module), got {shown(model)}")
    return model


def answer_of(model, name, inputs):
    """Return what a model makes of the inputs called `name`; ValueError where they do not fit it."""
    try:
        return model(inputs)
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError) as error:
        what = f"shape {tuple(inputs.shape)} and {inputs.dtype}"
        raise ValueError(f"{name} must fit the model, got {what}, to which it says: {error}") from error


def pictures_to_batch(images):
    """Return uint8 pictures `(N, H, W, 3)` as the float batch `(N, 3, H, W)` in [0, 1] that PyTorch's layers take."""
    return torch.tensor(checked_images(images)).permute(0, 3, 1, 2).float() / 255


def ask(model, images, batch, look=None):
    """Return what a model says of checked pictures, in evaluation mode, `batch` at a time; it is left in its mode.

    `look(pictures)` takes the place of `model(pictures)` where that is given.
    """
    training, starts = model.training, range(0, max(len(images), 1), batch)
    model.eval()
    try:
        with torch.no_grad():
            batches = (pictures_to_batch(images[start : start + batch]) for start in starts)
            parts = [look(pictures) if look else answer_of(model, "images", pictures) for pictures in batches]
    finally:
        model.train(training)
    return torch.cat(parts)
