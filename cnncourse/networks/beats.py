"""A tiny 1-D network that tells heartbeats apart."""

from torch import nn

from cnncourse.arguments import whole_number
from cnncourse.networks.layers import MOST_MAPS


def beat_network(maps=8, classes=2):
    """Return an untrained network of two 1-D convolutions: signals `(N, 1, length)` become `(N, classes)` logits.

    Global average pooling makes it independent of the length (at least 4 samples).

    >>> [tuple(parameter.shape) for parameter in beat_network().parameters()]
    [(8, 1, 7), (8,), (16, 8, 5), (16,), (2, 16), (2,)]
    """
    maps, classes = whole_number("maps", maps, 1, MOST_MAPS), whole_number("classes", classes, 2, MOST_MAPS)
    return nn.Sequential(
        nn.Conv1d(1, maps, 7, padding=3),  # (N, maps, length)
        nn.ReLU(),
        nn.MaxPool1d(4),  # (N, maps, length / 4)
        nn.Conv1d(maps, 2 * maps, 5, padding=2),  # (N, 2 maps, length / 4)
        nn.ReLU(),
        nn.AdaptiveAvgPool1d(1),  # (N, 2 maps, 1)
        nn.Flatten(),
        nn.Linear(2 * maps, classes),
    )
