"""Exercise of notebook 2.5: a tiny 1-D network for heartbeats as a PyTorch module."""

import numpy as np
import torch
from torch import nn

from cnncourse.exercises.engine import Case, Exercise

LENGTHS = (41, 26)  # of the signals that try a network
SIGNALS = 9  # the seed of the fixed signals


def beat_network(maps, classes):
    """Return the untrained network as a torch.nn.Sequential for signals (N, 1, length).

    The layers, all of them along time only:
      1. convolution of 7 samples, 1 → maps channels, padding 3; ReLU
      2. max pooling by 4
      3. convolution of 5 samples, maps → 2 · maps channels, padding 2; ReLU
      4. global average pooling: of each channel the mean over time (to length 1)
      5. Flatten; Linear to classes. Its output is the logits (N, classes).

    It must work for any length of at least 4. `nn` is torch.nn.
    """
    return nn.Sequential(
        nn.Conv1d(1, maps, 7, padding=3),
        nn.ReLU(),
        nn.MaxPool1d(4),
        nn.Conv1d(maps, 2 * maps, 5, padding=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(2 * maps, classes),
    )


class _MeanOverChannels(nn.Module):
    def forward(self, x):
        return x.mean(dim=1)


def _changed(changes):
    """Return a network function whose layer number i is `changes[i](maps, classes)`; None drops it."""

    def network(maps, classes):
        layers = list(beat_network(maps, classes))
        for place, change in changes.items():
            layers[place] = change(maps, classes)
        return nn.Sequential(*filter(None, layers))

    return network


def _dropped(maps, classes):
    return None


_first_relu_missing = _changed({1: _dropped})
_second_relu_missing = _changed({4: _dropped})
_no_relu = _changed({1: _dropped, 4: _dropped})
_no_max_pooling = _changed({2: _dropped})
_average_for_max = _changed({2: lambda maps, classes: nn.AvgPool1d(4)})
_max_at_the_end = _changed({5: lambda maps, classes: nn.AdaptiveMaxPool1d(1)})
_over_channels = _changed(
    {5: lambda maps, classes: _MeanOverChannels(), 7: lambda maps, classes: nn.LazyLinear(classes)}
)
_over_channels_one = _changed({5: lambda maps, classes: _MeanOverChannels()})
_not_pooled = _changed({5: _dropped, 7: lambda maps, classes: nn.LazyLinear(classes)})
_not_pooled_one = _changed({5: _dropped})
_no_padding = _changed(
    {0: lambda maps, classes: nn.Conv1d(1, maps, 7), 3: lambda maps, classes: nn.Conv1d(maps, 2 * maps, 5)}
)
_first_unpadded = _changed({0: lambda maps, classes: nn.Conv1d(1, maps, 7)})
_second_unpadded = _changed({3: lambda maps, classes: nn.Conv1d(maps, 2 * maps, 5)})
_fixed_window = _changed({5: lambda maps, classes: nn.AvgPool1d(LENGTHS[0] // 4)})
_square_kernels = _changed(
    {
        0: lambda maps, classes: nn.Conv2d(1, maps, 7, padding=3),
        2: lambda maps, classes: nn.MaxPool2d(4),
        3: lambda maps, classes: nn.Conv2d(maps, 2 * maps, 5, padding=2),
        5: lambda maps, classes: nn.AdaptiveAvgPool2d(1),
    }
)
_flat_pictures = _changed(
    {
        0: lambda maps, classes: nn.Conv2d(1, maps, (1, 7), padding=(0, 3)),
        2: lambda maps, classes: nn.MaxPool2d((1, 4)),
        3: lambda maps, classes: nn.Conv2d(maps, 2 * maps, (1, 5), padding=(0, 2)),
        5: lambda maps, classes: nn.AdaptiveAvgPool2d(1),
    }
)
_as_many_maps_again = _changed({3: lambda maps, classes: nn.Conv1d(maps, maps, 5, padding=2), 7: nn.Linear})


def _softmax_at_the_end(maps, classes):
    return nn.Sequential(*beat_network(maps, classes), nn.Softmax(dim=1))


def _relu_at_the_end(maps, classes):
    return nn.Sequential(*beat_network(maps, classes), nn.ReLU())


def _always_two(maps, classes):
    return beat_network(8, 2)


def _observed(f, *args, **kwargs):
    """Return the shapes of the network's parameters and, with fixed weights in them, its logits of two lengths."""
    network = f(*args, **kwargs)
    if isinstance(network, (list, tuple, type)):
        instead = f"no network but a {type(network).__name__}"
        return {"parameter shapes": instead} | dict.fromkeys(map(_logits_of, LENGTHS))
    if not isinstance(network, nn.Module):
        return network
    network = network.double().train()  # dropout would show
    logits = {_logits_of(length): _tried(network, length) for length in LENGTHS}
    shapes = [tuple(p.shape) for p in network.parameters() if not nn.parameter.is_lazy(p)]
    return {"parameter shapes": shapes} | logits


def _logits_of(length):
    return f"logits of signals of {length}"


def _tried(network, length):
    try:
        return _logits(network, torch.from_numpy(_fixed((2, 1, length), SIGNALS)))
    except RuntimeError as error:
        return f"signals of shape (2, 1, {length}) do not pass: {str(error).splitlines()[0]}"


@torch.no_grad()
def _logits(network, x):
    network(x)  # lets lazy layers find their sizes
    for place, parameter in enumerate(network.parameters()):
        parameter.copy_(torch.from_numpy(_fixed(tuple(parameter.shape), place)))
    return network(x).numpy()


def _fixed(shape, seed):
    """Return numbers that depend on the shape and the seed alone; biases of both signs, so that the ReLUs cut."""
    rng = np.random.default_rng([seed, *shape])
    if len(shape) == 1:
        return rng.normal(-0.3, 0.6, shape)
    return rng.normal(0, 1 if seed == SIGNALS else 1 / np.sqrt(np.prod(shape[1:])), shape)


def _convolved(x, weight, bias):
    """Return the correlation of one signal (C, n) with zeros at both ends, clipped at 0, number by number."""
    half, n = weight.shape[2] // 2, x.shape[1]
    out = np.zeros((len(weight), n))
    for k, i in np.ndindex(out.shape):
        total = bias[k]
        for c in range(len(x)):
            for u in range(weight.shape[2]):
                if 0 <= i + u - half < n:
                    total += weight[k, c, u] * x[c, i + u - half]
        out[k, i] = max(total, 0)
    return out


def _logits_by_loops(parameters, signals):
    """Return the logits signal by signal: the oracle."""
    rows = []
    for signal in signals:
        first = _convolved(signal, parameters[0], parameters[1])
        pooled = np.array([[max(row[i : i + 4]) for i in range(0, len(row) - 3, 4)] for row in first.tolist()])
        second = _convolved(pooled, parameters[2], parameters[3])
        means = [sum(row) / len(row) for row in second.tolist()]
        dense = zip(parameters[4], parameters[5], strict=True)
        rows.append([sum(w * m for w, m in zip(weights, means, strict=True)) + bias for weights, bias in dense])
    return np.array(rows)


def _network_cases():
    for maps, classes in ((8, 2), (3, 4), (5, 3), (1, 7), (6, 5)):
        shapes = [(maps, 1, 7), (maps,), (2 * maps, maps, 5), (2 * maps,), (classes, 2 * maps), (classes,)]
        parameters = [_fixed(shape, place) for place, shape in enumerate(shapes)]
        logits = {
            _logits_of(length): _logits_by_loops(parameters, _fixed((2, 1, length), SIGNALS)) for length in LENGTHS
        }
        yield Case(f"{maps} maps, {classes} classes", (maps, classes), {"parameter shapes": shapes} | logits)


BEAT_NETWORK = Exercise(
    solution=beat_network,
    cases=_network_cases,
    observe=_observed,
    mistakes={
        _square_kernels: "nn.Conv2d slides over rows and columns, with kernels of 7 × 7. A signal has one axis to "
        "slide along: nn.Conv1d, nn.MaxPool1d and nn.AdaptiveAvgPool1d.",
        _flat_pictures: "Your layers are for pictures one row high. That computes the right thing, but only for inputs "
        "(N, 1, 1, length): nn.Conv1d and its kin take (N, 1, length).",
        _over_channels: "Your global pooling takes the mean over the channels (axis 1). It should be over time, the "
        "last axis: one number is left of each channel.",
        _over_channels_one: "Your global pooling leaves one number for each moment instead of one for each channel: "
        "the mean goes over time, the last axis, so that Linear gets 2 · maps numbers.",
        _not_pooled: "There is no global pooling before the Flatten: the network has a weight for every moment and "
        "fits one length only.",
        _not_pooled_one: "There is no global pooling before the Flatten, so Linear gets 2 · maps numbers for every "
        "moment: nn.AdaptiveAvgPool1d(1) leaves one of each channel.",
        _max_at_the_end: "The global pooling takes the largest number over time; the mean is asked for.",
        _softmax_at_the_end: "Your network ends in a softmax. PyTorch's cross-entropy takes logits and applies softmax "
        "itself; twice flattens the probabilities and slows learning.",
        _relu_at_the_end: "There is a ReLU after the last layer: logits must be free to be negative.",
        _first_relu_missing: "The ReLU after the first convolution is missing.",
        _second_relu_missing: "The ReLU after the second convolution is missing. Without it, the mean over time and "
        "the convolution collapse into one linear step.",
        _no_relu: "Both ReLUs are missing: one follows each convolution.",
        _first_unpadded: "The first convolution has no padding and loses its ends: padding 3 keeps the length.",
        _second_unpadded: "The second convolution has no padding and loses its ends: padding 2 keeps the length.",
        _fixed_window: "Your last pooling averages over a window of a fixed length and fits one length of signal only. "
        "nn.AdaptiveAvgPool1d(1) takes the mean over all of time.",
        _no_max_pooling: "The max pooling between the two convolutions is missing.",
        _average_for_max: "The pooling between the convolutions takes averages: nn.MaxPool1d takes the largest.",
        _no_padding: "The convolutions lose their ends: padding 3 for 7 samples and 2 for 5 keep the length.",
        _as_many_maps_again: "The second convolution has 2 · maps filters, twice as many as the first.",
        _always_two: "The numbers of maps and classes are fixed in your code: use the two arguments.",
    },
    hints=(
        "`nn.Sequential(nn.Conv1d(1, maps, 7, padding=3), nn.ReLU(), …)` lists the layers in order.",
        "nn.AdaptiveAvgPool1d(1) makes (N, 2 · maps, any length) into (N, 2 · maps, 1).",
        "After nn.Flatten() there are 2 · maps numbers: `nn.Linear(2 * maps, classes)`.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
