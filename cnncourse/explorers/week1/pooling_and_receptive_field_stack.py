"""A stack of layers on a square picture: sizes, what a unit reads in every level below, and its gradient.

Level 0 is the picture and level n the output of layer n. A layer is a `Step`; a unit is (level, row, column). All
layers are square, so rows and columns follow the same arithmetic.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cnncourse.convolution import correlate, correlate_backward, max_pool, max_pool_backward, output_size
from cnncourse.convolution import receptive_field as fields_of

NETS, CHANNELS = 32, 4
ENERGY = 0.95


class Step(NamedTuple):
    """One layer: `kind` is "conv" or "pool" (largest number of a window)."""

    kind: str
    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1


@lru_cache(maxsize=64)
def sides(side, layers):
    """Return the side of the picture and of every layer's output; ValueError where a kernel does not fit.

    >>> sides(32, (Step("conv", 5), Step("pool", 2, 2)))
    (32, 28, 14)
    """
    found = [side]
    for layer in layers:
        found.append(output_size(found[-1], layer.kernel_size, layer.stride, layer.padding, layer.dilation))
    return tuple(found)


@lru_cache(maxsize=64)
def fields(layers):
    """Return (size, jump, start) of every level, the picture's own (1, 1, 0.5) first."""
    return [(1, 1, 0.5), *fields_of([layer[1:] for layer in layers])]


def span(layers, level, index):
    """Return the (first, last) pixel along one axis of the field of unit `index` of `level`; outside 0…side is padding.

    >>> span((Step("conv", 3, 1, 1), Step("pool", 2, 2)), 2, 0)
    (-1, 2)
    """
    size, jump, start = fields(layers)[level]
    first = round(start + index * jump - size / 2)
    return first, first + size - 1


@lru_cache(maxsize=256)
def reads(side, layers, level, index):
    """Return, for every level from the picture up to `level`, which indices along one axis unit `index` depends on.

    Bool arrays, not to be changed: dilation and strides can leave holes that (size, jump, start) do not show.
    """
    lengths, marked = sides(side, layers), np.array([index])
    found = []
    for number in range(level, -1, -1):
        inside = marked[(marked >= 0) & (marked < lengths[number])]
        read = np.zeros(lengths[number], bool)
        read[inside] = True
        found.append(read)
        if number:
            layer = layers[number - 1]
            taps = layer.dilation * np.arange(layer.kernel_size)
            marked = np.unique(inside[:, None] * layer.stride - layer.padding + taps)
    return tuple(found[::-1])


def valid_unit(side, layers, unit):
    """Return `unit` brought inside the stack: the level and both indices at most the last ones."""
    lengths = sides(side, layers)
    level = min(max(unit[0], 0), len(layers))
    row, column = (min(max(index, 0), lengths[level] - 1) for index in unit[1:])
    return level, row, column


def centre_unit(side, layers, level):
    """Return the unit in the middle of a level."""
    middle = (sides(side, layers)[level] - 1) // 2
    return level, middle, middle


@lru_cache(maxsize=64)
def energy(side, layers, unit):
    """Return the share (side, side) of the squared gradient of one unit that reaches each pixel; it sums to 1.

    The mean over 32 networks of 4 channels a layer with normal random weights, ReLU after every convolution and a
    picture of normal noise; one backward pass from channel 0 of the unit (Luo et al. 2016, section 3). The networks
    run side by side as groups of one convolution, and only over the windows that the unit depends on.
    """
    level, row, column = unit
    lengths, rng = sides(side, layers), np.random.default_rng(level)
    spans = [(span_between(layers, level, row, to), span_between(layers, level, column, to)) for to in range(level + 1)]
    x, undone = rng.normal(size=(1, NETS, *map(_length, spans[0]))), []
    for number, layer in enumerate(layers[:level]):
        border = 0 if layer.kind == "conv" else x.min() - 1
        x = np.where(_inside(lengths[number], *spans[number]), x, border)
        x, undo = _forward(layer, x, rng)
        undone.append(undo)
    gradient = np.zeros_like(x)
    gradient[:, :: x.shape[1] // NETS] = 1
    for number in range(level - 1, -1, -1):
        gradient = undone[number](gradient) * _inside(lengths[number], *spans[number])
    return _placed(side, _mean_share(gradient[0] ** 2), *spans[0])


def held_side(energies, rows, columns, share=ENERGY):
    """Return the side of the smallest centred square of a field that holds `share` of the energy.

    `rows` and `columns` are the field's (first, last) pixels; the square shrinks by one pixel on every side.
    """
    size, total = rows[1] - rows[0] + 1, energies.sum()
    held = size
    for cut in range(1, (size + 1) // 2):
        top, left = max(rows[0] + cut, 0), max(columns[0] + cut, 0)
        inner = energies[top : max(rows[1] - cut + 1, 0), left : max(columns[1] - cut + 1, 0)]
        if inner.sum() < share * total:
            break
        held = size - 2 * cut
    return held


@lru_cache(maxsize=64)
def held_by(side, layers, unit):
    """Return the side of the smallest centred square of a unit's field that holds 95 % of its energy."""
    rows, columns = (span(layers, unit[0], index) for index in unit[1:])
    return held_side(energy(side, layers, unit), rows, columns)


def span_between(layers, level, index, to):
    """Return the (first, last) index of level `to` that the unit `index` of `level` reads, padding included."""
    first = last = index
    for layer in reversed(layers[to:level]):
        reach = layer.dilation * (layer.kernel_size - 1)
        first, last = first * layer.stride - layer.padding, last * layer.stride - layer.padding + reach
    return first, last


def measured(layers, measure=fields_of):
    """Return (size, jump, start) of every layer; `measure` gets triples where no layer is dilated."""
    undilated = all(layer.dilation == 1 for layer in layers)
    return measure([tuple(layer[1:4] if undilated else layer[1:]) for layer in layers])


def _forward(layer, x, rng):
    """Return a layer's output for the networks side by side in `x`, and the function that takes a gradient back."""
    if layer.kind == "pool":
        window = (layer.kernel_size, layer.stride)
        return max_pool(x, *window), lambda gradient: max_pool_backward(gradient, x, *window)
    inputs = x.shape[1] // NETS
    weight = rng.normal(size=(NETS * CHANNELS, inputs, layer.kernel_size, layer.kernel_size))
    weight *= np.sqrt(2 / (inputs * layer.kernel_size**2))
    how = {"stride": layer.stride, "dilation": layer.dilation, "groups": NETS}
    y = np.maximum(correlate(x, weight, **how), 0)
    return y, lambda gradient: correlate_backward(gradient * (y > 0), x, weight, **how)[0]


def _length(ends):
    return ends[1] - ends[0] + 1


def _inside(side, rows, columns):
    """Return which entries of a window over rows × columns lie in the picture, not on padding, (height, width)."""
    down, across = (np.arange(first, last + 1) for first, last in (rows, columns))
    return ((down >= 0) & (down < side))[:, None] & ((across >= 0) & (across < side))


def _mean_share(squares):
    """Return the mean over networks (N, H, W) of each one's shares; networks without gradient are left out."""
    totals = squares.sum(axis=(1, 2))
    alive = squares[totals > 0] / totals[totals > 0, None, None]
    return alive.mean(axis=0) if len(alive) else np.zeros(squares.shape[1:])


def _placed(side, window, rows, columns):
    picture = np.zeros((side, side))
    height, width = (slice(max(first, 0), min(last + 1, side)) for first, last in (rows, columns))
    picture[height, width] = window[_inside(side, rows, columns)].reshape(picture[height, width].shape)
    return picture
