"""A small network that says whether a 32 × 32 window holds a car, and its trained weights."""

import torch
from torch import nn

from cnncourse.arguments import shown
from cnncourse.networks.initialisation import he_initialise
from cnncourse.networks.weights import load_weights

WINDOW = 32  # pixels a side
MARGIN = 1.2  # side of the window that a car asks for, in its box's longer side
SCALES = (1.33, 1.0, 0.71, 0.5, 0.36, 0.25)  # of a pyramid: windows of 24, 32, 45, 64, 89 and 128 pixels


def car_window_net(generator=None):
    """Return the untrained network: `(N, 3, 32, 32)` windows in [0, 1] become `(N, 1)` logits, above 0 for a car.

    Two convolutions without padding, each with batch norm, ReLU and 2 × 2 max pooling, then two dense layers; 31,277
    parameters. Weights are drawn from `generator` if given.
    """
    net = nn.Sequential(
        nn.Conv2d(3, 12, 5, bias=False),  # (N, 12, 28, 28)
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 12, 14, 14)
        nn.Conv2d(12, 24, 3, bias=False),  # (N, 24, 12, 12)
        nn.BatchNorm2d(24),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 24, 6, 6)
        nn.Flatten(),  # (N, 864)
        nn.Linear(24 * 6 * 6, 32),
        nn.ReLU(),
        nn.Linear(32, 1),
    )
    he_initialise(net, generator)
    nn.init.kaiming_normal_(net[9].weight, nonlinearity="relu", generator=generator)
    return net


def load_car_window_net():
    """Return the network with the weights in `data/weights/car_window.safetensors`, in evaluation mode."""
    return load_weights(car_window_net(), "car_window")


def car_squares(boxes):
    """Return the square windows `(N, 4)` that cars with boxes `(N, 4)` ask for: same centres, MARGIN × longer side.

    >>> car_squares(torch.tensor([[10.0, 20.0, 50.0, 40.0]])).tolist()  # 40 × 20: a square of 48 around (30, 30)
    [[6.0, 6.0, 54.0, 54.0]]
    """
    if not isinstance(boxes, torch.Tensor) or boxes.ndim != 2 or boxes.shape[1] != 4 or boxes.dtype.is_complex:
        raise ValueError(f"boxes must be a tensor (N, 4) of numbers, got {shown(boxes)}")
    boxes = boxes if boxes.is_floating_point() else boxes.float()
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, MARGIN / 2 * (boxes[:, 2:] - boxes[:, :2]).max(1).values[:, None]
    return torch.cat([centre - half, centre + half], dim=1)
