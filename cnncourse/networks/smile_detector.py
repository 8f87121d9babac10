"""A small residual network that says whether a 64 × 64 face smiles, its trained weights, and those of another task."""

import csv
from collections import OrderedDict

import torch
from safetensors.torch import load_file
from torch import nn

from cnncourse.arguments import one_of, true_or_false, whole_number
from cnncourse.data_folder import data_file
from cnncourse.networks.layers import checked_widths
from cnncourse.networks.small_resnet import MOST_BLOCKS, SmallBlock, he_initialise
from cnncourse.networks.uint8_pictures import ask, checked_images, checked_model
from cnncourse.networks.uint8_pictures import pictures_to_batch as pictures_to_batch

SIZE = 64  # pixels a side of a face
WIDTHS = (8, 16, 32)
LARGE_WIDTHS = (16, 32, 64)
GRID = 8
WIDEST_TURN = 28  # degrees, for which the net of face traits says 1


class SmileNet(nn.Sequential):
    """A stem that halves the picture, a stage of residual blocks for each width, means of grid × grid parts, one logit.

    `(N, 3, 64, 64)` pictures in [0, 1] become `(N,)` logits; above 0 means a smile. The children are called stem,
    stage1, stage2, …, parts and head. With the defaults it has 20,937 parameters, with or without `shortcuts`. A grid
    of 1 takes one mean of each map. Weights are drawn as in `SmallResNet`, from `generator` if given.
    """

    def __init__(self, widths=WIDTHS, count=1, shortcuts=True, grid=GRID, generator=None):
        widths, count = checked_widths(widths), whole_number("count", count, 1, MOST_BLOCKS)
        shortcuts = true_or_false("shortcuts", shortcuts)
        grid, before = whole_number("grid", grid, 1, SIZE), (widths[0], *widths)
        stages = {
            f"stage{i + 1}": _stage(before[i], width, 1 if i == 0 else 2, count, shortcuts)
            for i, width in enumerate(widths)
        }
        parts = nn.Sequential(nn.AdaptiveAvgPool2d(grid), nn.Flatten())
        head = smile_head(widths[-1] * grid * grid)
        super().__init__(OrderedDict({"stem": _stem(widths[0]), **stages, "parts": parts, "head": head}))
        he_initialise(self, generator)


def smile_head(features):
    """Return an untrained last layer: `(N, features)` become `(N,)` logits."""
    return nn.Sequential(nn.Linear(features, 1), nn.Flatten(0))


def load_smile_detector():
    """Return the detector with the weights in `data/weights/smile_detector.safetensors`, in evaluation mode."""
    net = SmileNet(LARGE_WIDTHS)
    net.load_state_dict(_weights("smile_detector"))
    return net.eval()


def load_face_traits(generator=None):
    """Return the default `SmileNet` trained on other questions about faces, with an untrained head for smiles.

    The other layers' weights, from `data/weights/face_traits.safetensors`, were never told of a smile.
    """
    net = SmileNet(generator=generator)
    net.load_state_dict(net.state_dict() | _body(_weights("face_traits")))
    return net


def load_turn_reader():
    """Return the same net with its own last layer: `(N, 3, 64, 64)` pictures → turns of the head `(N,)` in degrees.

    Positive is a turn to the viewer's right, as in `Photo.yaw`. In evaluation mode.
    """
    net, weights = load_face_traits(), _weights("face_traits")
    last = nn.Linear(net.head[0].in_features, 1)
    with torch.no_grad():
        last.weight.copy_(weights["head.weight"][:1] * WIDEST_TURN)
        last.bias.copy_(weights["head.bias"][:1] * WIDEST_TURN)
    net.head = nn.Sequential(last, nn.Flatten(0))
    return net.eval()


def recorded_runs(name):
    """Return the rows of `data/smile_detector/{name}.csv` ("comparison" or "transfer"), a dict of strings each."""
    one_of("name", name, ("comparison", "transfer"))
    with data_file("smile_detector", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def smile_probabilities(net, images, batch=200):
    """Return the probabilities `(N,)` of a smile, float64 NumPy, for uint8 pictures `(N, 64, 64, 3)`.

    The net is asked in evaluation mode, `batch` pictures at a time, and left in the mode in which it came.
    """
    batch = whole_number("batch", batch, 1)
    return ask(checked_model("net", net), checked_images(images, SIZE), batch).sigmoid().double().numpy()


def _stem(width):
    return nn.Sequential(nn.Conv2d(3, width, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())


def _stage(in_channels, width, stride, count, shortcuts):
    first = SmallBlock(in_channels, width, stride, shortcuts)
    return nn.Sequential(first, *(SmallBlock(width, width, 1, shortcuts) for _ in range(count - 1)))


def _weights(name):
    weights = load_file(data_file("weights", f"{name}.safetensors"))
    return {key: tensor.float() if tensor.is_floating_point() else tensor for key, tensor in weights.items()}


def _body(weights):
    return {name: tensor for name, tensor in weights.items() if not name.startswith("head.")}
