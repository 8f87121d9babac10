"""A small network in named blocks that tells photos apart by a piece of them, and its trained weights."""

from collections import OrderedDict
from itertools import pairwise

from safetensors.torch import load_file
from torch import nn

from cnncourse.arguments import whole_number
from cnncourse.data_folder import data_file
from cnncourse.networks.layers import MOST_MAPS, checked_widths

WIDTHS = (16, 32, 48, 64)
ENSEMBLE_WIDTHS = (8, 16, 24, 32)
ENSEMBLE_SIZE = 10
SOURCE = ("astronaut", "brick", "camera", "clock", "coins", "flower", "gravel", "hubble", "retina", "text")
TARGET = ("cat", "china", "coffee", "grass", "rocket")


def photo_net(classes, widths=WIDTHS):
    """Return an untrained nn.Sequential with the children block1 … block4 and head; logits `(N, classes)`.

    A block is a 3 × 3 convolution, batch norm, ReLU and 2 × 2 max pooling; the head averages over places and has one
    linear layer. It takes pictures `(N, 3, H, W)` in [0, 1] of 16 × 16 pixels or more; 47,482 parameters with ten
    classes and 32 × 32 pictures.

    >>> list(dict(photo_net(10).named_children()))
    ['block1', 'block2', 'block3', 'block4', 'head']
    """
    widths = checked_widths(widths, 4)
    blocks = [(f"block{i}", _block(c, k)) for i, (c, k) in enumerate(pairwise((3, *widths)), start=1)]
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], whole_number("classes", classes, 2, MOST_MAPS))
    )
    return nn.Sequential(OrderedDict([*blocks, ("head", head)]))


def load_photo_net():
    """Return `photo_net(10)` trained on the ten photos `SOURCE`, in evaluation mode."""
    net = photo_net(len(SOURCE))
    weights = load_file(data_file("weights", "photo_net.safetensors"))
    net.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return net.eval()


def load_photo_ensemble():
    """Return ten nets that tell all fifteen photos apart, each trained from another start, in evaluation mode."""
    weights = load_file(data_file("weights", "photo_ensemble.safetensors"))
    nets = [photo_net(15, ENSEMBLE_WIDTHS) for _ in range(ENSEMBLE_SIZE)]
    for number, net in enumerate(nets):
        prefix = f"{number}."
        own = {name.removeprefix(prefix): w.float() for name, w in weights.items() if name.startswith(prefix)}
        net.load_state_dict(own)
        net.eval()
    return nets


def _block(in_channels, out_channels):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
