"""The week's small network in PyTorch, and the loop that trains it."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from cnncourse.arguments import shown, whole_number
from cnncourse.networks.layers import MOST_MAPS
from cnncourse.networks.uint8_pictures import answer_of, checked_model


def small_hand_sign_net(first_maps=8, second_maps=16, classes=6):
    """Return an untrained network of two convolutions: `(N, 3, 64, 64)` pictures become `(N, classes)` logits.

    Its parameters have the names and shapes of `cnncourse.convolution.Network`'s for the same layers.

    >>> [tuple(parameter.shape) for parameter in small_hand_sign_net().parameters()]
    [(8, 3, 5, 5), (8,), (16, 8, 3, 3), (16,), (6, 256), (6,)]
    """
    first_maps = whole_number("first_maps", first_maps, 1, MOST_MAPS)
    second_maps = whole_number("second_maps", second_maps, 1, MOST_MAPS)
    return nn.Sequential(
        nn.Conv2d(3, first_maps, 5, stride=2, padding=2),  # (N, first_maps, 32, 32)
        nn.ReLU(),
        nn.MaxPool2d(4),  # (N, first_maps, 8, 8)
        nn.Conv2d(first_maps, second_maps, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, second_maps, 4, 4)
        nn.Flatten(),
        nn.Linear(second_maps * 4 * 4, whole_number("classes", classes, 2, MOST_MAPS)),
    )


@torch.inference_mode(False)  # gradients are needed, whatever the caller has switched off
def train_epochs(model, train_batches, test_batches, optimizer, epochs):
    """Train a classifier and return a pair (mean loss of the epoch's batches, share right of the test) for each epoch.

    `train_batches` and `test_batches` are lists of (inputs, labels); afterwards the model is in evaluation mode.
    """
    history, epochs = [], whole_number("epochs", epochs, 0)
    model = checked_model("model", model)
    train_batches, test_batches = _listed("train_batches", train_batches), _listed("test_batches", test_batches)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer must be a torch.optim.Optimizer, got {shown(optimizer)}")
    for _ in range(epochs):
        model.train()
        losses = [_step(model, optimizer, inputs, labels) for inputs, labels in train_batches]
        history.append((sum(losses) / len(losses), share_right(model, test_batches)))
    return history


@torch.no_grad()
def share_right(model, batches):
    """Return the share of inputs whose largest logit is their label's, a float; leaves the model in evaluation mode."""
    checked_model("model", model).eval()
    batches = _listed("batches", batches)
    right = sum(int((answer_of(model, "batches", inputs).argmax(dim=1) == labels).sum()) for inputs, labels in batches)
    return right / sum(len(labels) for _, labels in batches)


def _listed(name, batches):
    """Return the batches as a list of pairs (inputs, labels) with at least one example."""
    if not isinstance(batches, list | tuple | DataLoader):
        raise TypeError(f"{name} must be a list of (inputs, labels), got {shown(batches)}")
    for batch in (batches := list(batches)):
        if not isinstance(batch, list | tuple) or len(batch) != 2 or not all(map(torch.is_tensor, batch)):
            raise TypeError(f"{name} must hold pairs of tensors (inputs, labels), got {shown(batch)}")
        inputs, labels = batch
        if not inputs.ndim or labels.shape != inputs.shape[:1] or labels.dtype != torch.int64:
            raise ValueError(f"{name} must have an int64 label for each input, got {shown(inputs)}, {shown(labels)}")
    if not sum(len(labels) for _, labels in batches):
        raise ValueError(f"{name} must hold at least one example, got none")
    return batches


def _step(model, optimizer, inputs, labels):
    optimizer.zero_grad()
    loss = F.cross_entropy(answer_of(model, "train_batches", inputs), labels)
    loss.backward()
    optimizer.step()
    return loss.item()
