"""Exercise of notebook 2.1: LeNet-5 in the form usual today, as a PyTorch module."""

import numpy as np
import torch
from torch import nn

from cnncourse.convolution import average_pool, correlate
from cnncourse.exercises.engine import Case, Exercise

SIDE = 32
PICTURES = 12  # the seed of the fixed pictures


def lenet5(first_maps, second_maps, classes):
    """Return an untrained LeNet-5 as a torch.nn.Sequential for 1 × 32 × 32 pictures.

    The layers: convolution 5 × 5 (1 → first_maps), average pooling 2 × 2, tanh,
    convolution 5 × 5 (first_maps → second_maps), average pooling 2 × 2, tanh, Flatten,
    Linear to 120, tanh, Linear to 84, tanh, Linear to classes. No padding anywhere; its
    output is the logits. With 6, 16 and 10 it has 61,706 parameters.

    `nn` is torch.nn. Follow the sides: 32 → 28 → 14 → 10 → 5.
    """
    return nn.Sequential(
        *(nn.Conv2d(1, first_maps, 5), nn.AvgPool2d(2), nn.Tanh()),
        *(nn.Conv2d(first_maps, second_maps, 5), nn.AvgPool2d(2), nn.Tanh()),
        *(nn.Flatten(), nn.Linear(second_maps * 5 * 5, 120), nn.Tanh()),
        *(nn.Linear(120, 84), nn.Tanh()),
        nn.Linear(84, classes),
    )


def _rebuilt(change):
    """Return a network function whose list of layers `change` has changed."""

    def network(first_maps, second_maps, classes):
        return nn.Sequential(*change(list(lenet5(first_maps, second_maps, classes)), second_maps, classes))

    return network


def _replaced(kind, make):
    return _rebuilt(lambda layers, *_: [make() if isinstance(layer, kind) else layer for layer in layers])


_tanh_before_pooling = _rebuilt(lambda layers, *_: [layers[i] for i in (0, 2, 1, 3, 5, 4, *range(6, 12))])
_max_pooling = _replaced(nn.AvgPool2d, lambda: nn.MaxPool2d(2))
_relu = _replaced(nn.Tanh, nn.ReLU)
_sigmoid = _replaced(nn.Tanh, nn.Sigmoid)
_flatten_missing = _rebuilt(lambda layers, *_: [*layers[:6], *layers[7:]])
_log_softmax_at_the_end = _rebuilt(lambda layers, *_: [*layers, nn.LogSoftmax(dim=1)])
_no_tanh = _rebuilt(lambda layers, *_: [layer for layer in layers if not isinstance(layer, nn.Tanh)])
_last_tanh_missing = _rebuilt(lambda layers, *_: [*layers[:10], layers[11]])
_relu_and_max_pooling = _rebuilt(
    lambda layers, *_: [
        nn.ReLU() if isinstance(layer, nn.Tanh) else nn.MaxPool2d(2) if isinstance(layer, nn.AvgPool2d) else layer
        for layer in layers
    ]
)
_dense_tanh_missing = _rebuilt(lambda layers, *_: [layers[i] for i in (*range(8), 9, 11)])
_pooled_tanh_missing = _rebuilt(lambda layers, *_: [layers[i] for i in (0, 1, 3, 4, *range(6, 12))])
_softmax_at_the_end = _rebuilt(lambda layers, *_: [*layers, nn.Softmax(dim=1)])
_tanh_at_the_end = _rebuilt(lambda layers, *_: [*layers, nn.Tanh()])
_hidden_layer_missing = _rebuilt(lambda layers, _, classes: [*layers[:9], nn.Linear(120, classes)])
_overlapping = _replaced(nn.AvgPool2d, lambda: nn.AvgPool2d(3, 2, 1))


def _padded_for_28(first_maps, second_maps, classes):
    layers = list(lenet5(first_maps, second_maps, classes))
    layers[0], layers[7] = nn.Conv2d(1, first_maps, 5, padding=2), nn.Linear(second_maps * 6 * 6, 120)
    return nn.Sequential(*layers)


def _always_400_numbers(first_maps, second_maps, classes):
    layers = list(lenet5(first_maps, second_maps, classes))
    layers[7] = nn.Linear(400, 120)
    return nn.Sequential(*layers)


def _always_6_16_10(first_maps, second_maps, classes):
    return lenet5(6, 16, 10)


def _observed(f, *args, **kwargs):
    """Return the shapes of the network's parameters and, with fixed numbers in them, its logits of two pictures."""
    network = f(*args, **kwargs)
    if not isinstance(network, nn.Module):
        raise TypeError(f"a torch.nn.Sequential was expected, a {type(network).__name__} came")
    network = network.double().train()  # dropout would show
    pictures = torch.from_numpy(_fixed((2, 1, SIDE, SIDE), PICTURES))
    with torch.no_grad():
        _logits_or_problem(network, pictures)  # lazy layers find their shapes
        for place, parameter in enumerate(network.parameters()):
            parameter.copy_(torch.from_numpy(_fixed(tuple(parameter.shape), place)))
        logits = _logits_or_problem(network, pictures)
    return {"parameter shapes": [tuple(p.shape) for p in network.parameters()], "logits": logits}


def _logits_or_problem(network, pictures):
    """Return the logits, or why the pictures do not go through: then the shapes can still tell the mistake."""
    try:
        return network(pictures).numpy()
    except RuntimeError as problem:
        return str(problem)


def _fixed(shape, seed):
    """Return numbers that depend on the shape and the seed alone, such that no tanh is nearly straight."""
    rng = np.random.default_rng([seed, *shape])
    return rng.normal(0, 1 if len(shape) == 1 or seed == PICTURES else 2 / np.sqrt(np.prod(shape[1:])), shape)


def _logits(parameters, x):
    """Return the logits by the course's NumPy functions: the oracle."""
    for layer in range(2):
        weight, bias = parameters[2 * layer : 2 * layer + 2]
        x = np.tanh(average_pool(correlate(x, weight, bias), 2))
    x = x.reshape(len(x), -1)
    for layer in range(2, 5):
        weight, bias = parameters[2 * layer : 2 * layer + 2]
        x = x @ weight.T + bias
        x = np.tanh(x) if layer < 4 else x
    return x


def _lenet_cases():
    for first_maps, second_maps, classes in ((6, 16, 10), (2, 3, 4), (5, 4, 7), (1, 2, 10), (3, 3, 2)):
        weights = [(first_maps, 1, 5, 5), (second_maps, first_maps, 5, 5)]
        weights += [(120, second_maps * 25), (84, 120), (classes, 84)]
        shapes = [shape for weight in weights for shape in (weight, weight[:1])]
        parameters = [_fixed(shape, place) for place, shape in enumerate(shapes)]
        logits = _logits(parameters, _fixed((2, 1, SIDE, SIDE), PICTURES))
        what = f"{first_maps} and {second_maps} maps, {classes} classes"
        yield Case(what, (first_maps, second_maps, classes), {"parameter shapes": shapes, "logits": logits})


LENET_5 = Exercise(
    solution=lenet5,
    cases=_lenet_cases,
    observe=_observed,
    mistakes={
        _tanh_before_pooling: "Your tanh stands before the pooling. In LeNet-5 the squashing function comes after "
        "subsampling, and with averages the order matters.",
        _max_pooling: "LeNet-5 takes averages: nn.AvgPool2d, not the largest.",
        _relu: "Your activation is ReLU; here it is tanh. ReLU came into use a decade later.",
        _sigmoid: "Your activation is the sigmoid; here it is tanh, which is centred on 0.",
        _pooled_tanh_missing: "The tanh after the poolings is missing.",
        _dense_tanh_missing: "There is no tanh between your dense layers, so the three of them are as good as one.",
        _softmax_at_the_end: "Your network ends in a softmax. PyTorch's cross-entropy takes logits and applies it "
        "itself; and LeNet-5 never had one.",
        _log_softmax_at_the_end: "Your network ends in a logarithm of softmax: leave it out, the loss applies it.",
        _no_tanh: "There is no tanh at all: without it all the layers together are one linear function.",
        _last_tanh_missing: "The tanh between the layer with 84 outputs and the last one is missing.",
        _relu_and_max_pooling: "ReLU and largest values are the fashion of later years; here it is tanh and averages.",
        _flatten_missing: "There is no nn.Flatten between the maps and the dense layers.",
        _tanh_at_the_end: "There is a tanh after the last layer: logits must be free to be large.",
        _hidden_layer_missing: "The dense layer with 84 outputs is missing: 120 → 84 → classes.",
        _overlapping: "Your poolings overlap; here the windows of 2 × 2 tile the maps.",
        _padded_for_28: "Your first convolution is padded, as is common for pictures of 28 × 28. These are 32 × 32: "
        "32 → 28 → 14 → 10 → 5, and Flatten gives second_maps · 25 numbers.",
        _always_400_numbers: "Your first dense layer always takes 400 numbers. That is 16 maps of 5 × 5; in general "
        "it is second_maps · 25.",
        _always_6_16_10: "The numbers of maps and classes are fixed in your code: use the three arguments.",
    },
    hints=(
        "`nn.Sequential(nn.Conv2d(1, first_maps, 5), nn.AvgPool2d(2), nn.Tanh(), …)` lists the layers in order.",
        "The last maps are 5 × 5, so the first dense layer is `nn.Linear(second_maps * 5 * 5, 120)`.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
