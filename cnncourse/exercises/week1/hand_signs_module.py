"""Exercise of notebook 1.6: the same network as a PyTorch module."""

import numpy as np
import torch
from torch import nn

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week1.hand_signs_forward import logits_by_loops

SIDE = 64
PICTURES = 9  # the seed of the fixed pictures


def hand_sign_network(first_maps, second_maps, classes):
    """Return the untrained network as a torch.nn.Sequential for 3 × 64 × 64 pictures.

    The layers: convolution 5 × 5 (3 → first_maps, stride 2, padding 2), ReLU, max pooling
    4 × 4, convolution 3 × 3 (first_maps → second_maps, padding 1), ReLU, max pooling
    2 × 2, Flatten, Linear to classes. Its output is the logits.

    `nn` is torch.nn. Find out how many numbers Flatten gives: 64 → 32 → 8 → 8 → 4.
    """
    return nn.Sequential(
        nn.Conv2d(3, first_maps, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(4),
        nn.Conv2d(first_maps, second_maps, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(second_maps * 4 * 4, classes),
    )


def _changed(at, *layers):
    """Return a network function in which the layer number `at` is replaced by `layers` (an empty tuple drops it)."""

    def network(first_maps, second_maps, classes):
        parts = list(hand_sign_network(first_maps, second_maps, classes))
        return nn.Sequential(*parts[:at], *layers, *parts[at + 1 :])

    return network


_second_relu_missing = _changed(4)
_first_relu_missing = _changed(1)
_average_pooling = _changed(2, nn.AvgPool2d(4))


def _softmax_at_the_end(first_maps, second_maps, classes):
    return nn.Sequential(*hand_sign_network(first_maps, second_maps, classes), nn.Softmax(dim=1))


def _relu_at_the_end(first_maps, second_maps, classes):
    return nn.Sequential(*hand_sign_network(first_maps, second_maps, classes), nn.ReLU())


def _no_stride(first_maps, second_maps, classes):
    convolution = nn.Conv2d(3, first_maps, 5, padding=2)
    parts = list(hand_sign_network(first_maps, second_maps, classes))[1:-1]
    return nn.Sequential(convolution, *parts, nn.Linear(second_maps * 8 * 8, classes))


def _no_padding(first_maps, second_maps, classes):
    parts = list(hand_sign_network(first_maps, second_maps, classes))
    parts[0], parts[3] = nn.Conv2d(3, first_maps, 5, stride=2), nn.Conv2d(first_maps, second_maps, 3)
    return nn.Sequential(*parts[:-1], nn.Linear(second_maps * 2 * 2, classes))


def _no_biases(first_maps, second_maps, classes):
    parts = list(hand_sign_network(first_maps, second_maps, classes))
    parts[0] = nn.Conv2d(3, first_maps, 5, stride=2, padding=2, bias=False)
    parts[3] = nn.Conv2d(first_maps, second_maps, 3, padding=1, bias=False)
    return nn.Sequential(*parts)


def _always_six(first_maps, second_maps, classes):
    return hand_sign_network(8, 16, 6)


def _observed(f, *args, **kwargs):
    """Return the shapes of the network's parameters and, with fixed weights in them, its logits of two pictures."""
    network = f(*args, **kwargs)
    if network is None:
        return None
    if not isinstance(network, nn.Module):
        return {"kind of result": type(network).__name__, "parameter shapes": None, "logits": None}
    network = network.double().eval()
    parameters = list(network.parameters())
    with torch.no_grad():
        for place, parameter in enumerate(parameters):
            parameter.copy_(torch.from_numpy(_fixed(tuple(parameter.shape), place)))
        logits = network(torch.from_numpy(_fixed((2, 3, SIDE, SIDE), PICTURES)))
    return {
        "kind of result": "network",
        "parameter shapes": [tuple(p.shape) for p in parameters],
        "logits": logits.numpy(),
    }


def _fixed(shape, seed):
    """Return numbers that depend on the shape and the seed alone; biases low enough for a ReLU to cut maps off."""
    rng = np.random.default_rng([seed, *shape])
    if len(shape) == 1:
        return rng.normal(-1.2, 1.2, shape)
    return rng.normal(0, 1 if seed == PICTURES else 1 / np.sqrt(np.prod(shape[1:])), shape)


def _module_cases():
    for first_maps, second_maps, classes in ((8, 16, 6), (2, 3, 4), (5, 4, 2), (1, 7, 10), (6, 6, 6)):
        shapes = {
            "0.weight": (first_maps, 3, 5, 5),
            "0.bias": (first_maps,),
            "3.weight": (second_maps, first_maps, 3, 3),
            "3.bias": (second_maps,),
            "7.weight": (classes, second_maps * 16),
            "7.bias": (classes,),
        }
        parameters = {name: _fixed(shape, place) for place, (name, shape) in enumerate(shapes.items())}
        logits = logits_by_loops(parameters, _fixed((2, 3, SIDE, SIDE), PICTURES))
        expected = {"kind of result": "network", "parameter shapes": list(shapes.values()), "logits": logits}
        yield Case(
            f"{first_maps} and {second_maps} maps, {classes} classes", (first_maps, second_maps, classes), expected
        )


HAND_SIGN_NETWORK = Exercise(
    solution=hand_sign_network,
    cases=_module_cases,
    observe=_observed,
    mistakes={
        _first_relu_missing: "The ReLU after the first convolution is missing.",
        _second_relu_missing: "The ReLU after the second convolution is missing.",
        _average_pooling: "The first pooling takes averages: nn.MaxPool2d takes the largest.",
        _softmax_at_the_end: "Your network ends in a softmax. PyTorch's cross-entropy takes logits and applies softmax "
        "itself; twice flattens the probabilities and slows learning.",
        _relu_at_the_end: "There is a ReLU after the last layer: logits must be free to be negative.",
        _no_stride: "The first convolution must take every second position (stride 2): 64 → 32.",
        _no_padding: "The convolutions lose their borders: padding 2 for 5 × 5 and 1 for 3 × 3 keep them, so that "
        "Flatten gets second_maps · 4 · 4 numbers.",
        _no_biases: "The convolutions have no bias here; leave PyTorch's default (bias=True).",
        _always_six: "The numbers of maps and classes are fixed in your code: use the three arguments.",
    },
    hints=(
        "`nn.Sequential(nn.Conv2d(3, first_maps, 5, stride=2, padding=2), nn.ReLU(), …)` lists the layers in order.",
        "The pooled maps at the end are 4 × 4, so `nn.Linear(second_maps * 4 * 4, classes)`.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
