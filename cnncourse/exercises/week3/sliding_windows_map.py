"""Exercise of notebook 3.2: step and size of the score map, predicted from the layers."""

from math import ceil, prod

from cnncourse.exercises.engine import Case, Exercise


def predict_map(layers, window, length):
    """Return (step, cells): how the map of one pass lies along one side of a picture.

    layers lists (kernel_size, stride) of every convolution and pooling layer before the
    dense ones, first layer first; nothing is padded. window is the side in pixels on which
    the network was trained, length the picture's side, at least as long. step is the
    distance in pixels between the windows of neighbouring cells; cells is the number of
    windows, that far apart, that fit.

    Example: [(5, 1), (2, 2)], window 14, length 28: step 2; windows start at 0, 2, …, 14,
    which makes 8 cells.
    """
    step = 1
    for _, stride in layers:
        step *= stride
    return step, (length - window) // step + 1


def _predicted(
    step=lambda layers: prod(stride for _, stride in layers),
    cells=lambda layers, window, length, step: (length - window) // step + 1,
):
    """Return a prediction with one part replaced."""

    def predict(layers, window, length):
        own = step(layers)
        return own, cells(layers, window, length, own)

    return predict


def _maps_side(layers, length):
    for kernel_size, stride in layers:
        length = (length - kernel_size) // stride + 1
    return length


def _field(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size, jump = size + (kernel_size - 1) * jump, jump * stride
    return size


_sum_of_strides = _predicted(step=lambda layers: sum(stride for _, stride in layers))
_last_stride = _predicted(step=lambda layers: layers[-1][1])
_first_stride = _predicted(step=lambda layers: layers[0][1])
_largest_stride = _predicted(step=lambda layers: max(stride for _, stride in layers))
_kernels = _predicted(step=lambda layers: prod(kernel for kernel, _ in layers))
_kernels_and_strides = _predicted(step=lambda layers: prod(kernel * stride for kernel, stride in layers))
_pools_only = _predicted(step=lambda layers: prod(stride for kernel, stride in layers if kernel == stride))
_two_each = _predicted(step=lambda layers: 2 ** len(layers))
_one_step = _predicted(step=lambda layers: 1)
_field_as_step = _predicted(step=_field)
_last_cell_missing = _predicted(cells=lambda layers, window, length, step: (length - window) // step)
_rounded_up = _predicted(cells=lambda layers, window, length, step: ceil((length - window) / step) + 1)
_not_rounded = _predicted(cells=lambda layers, window, length, step: (length - window) / step + 1)
_whole_length = _predicted(cells=lambda layers, window, length, step: length // step)
_side_by_side = _predicted(cells=lambda layers, window, length, step: length // window)
_every_pixel = _predicted(cells=lambda layers, window, length, step: length - window + 1)
_before_dense = _predicted(cells=lambda layers, window, length, step: _maps_side(layers, length))
_squared = _predicted(cells=lambda layers, window, length, step: ((length - window) // step + 1) ** 2)
_rounded_before = _predicted(cells=lambda layers, window, length, step: length // step - window // step + 1)


def _swapped(layers, window, length):
    return predict_map(layers, window, length)[::-1]


def _plain_prediction(layers, window, length):
    """Return step and cells by laying windows: the step is how far one unit of the last layer moves the first pixel."""
    positions = [0, 1]
    for _, stride in reversed(layers):
        positions = [position * stride for position in positions]
    step, start, cells = positions[1], 0, 0
    while start + window <= length:
        start, cells = start + step, cells + 1
    return step, cells


def _map_cases():
    def case(what, *args):
        return Case(what, args, _plain_prediction(*args))

    yield Case("the network of the example", ([(5, 1), (2, 2)], 14, 28), (2, 8))
    yield Case("one window", ([(5, 1), (2, 2)], 14, 14), (2, 1))
    yield Case("16 pixels: two windows", ([(5, 1), (2, 2)], 14, 16), (2, 2))
    yield case("one pixel more does not make a cell", [(5, 1), (2, 2)], 14, 17)
    yield case("the car network, a scene of 160", [(5, 1), (2, 2), (3, 1), (2, 2)], 32, 160)
    yield case("strided convolutions, overlapping pools", [(7, 2), (3, 2), (3, 3), (3, 1)], 67, 229)
    yield case("three strides", [(3, 3), (4, 1), (5, 2), (2, 2)], 64, 155)
    yield case("no strides at all", [(3, 1), (3, 1)], 9, 20)


PREDICT_MAP = Exercise(
    solution=predict_map,
    cases=_map_cases,
    mistakes={
        _sum_of_strides: "You add up the strides. Each layer multiplies the distance that the layers before it made.",
        _last_stride: "You take the last layer's stride alone; a unit there is already some pixels from the next.",
        _first_stride: "You take the first layer's stride alone; the later ones multiply it.",
        _largest_stride: "You take the largest stride; all of them multiply.",
        _kernels: "You multiply kernel sizes. How far a kernel reaches does not move it: only strides count.",
        _kernels_and_strides: "You multiply kernel sizes too; only strides count.",
        _pools_only: "You count pooling layers only (kernel equal to stride). Convolutions may stride too, and pools "
        "overlap.",
        _two_each: "You double for every layer; multiply by each layer's own stride.",
        _one_step: "You move window by window one pixel; the strides skip places.",
        _field_as_step: "You return how many pixels a unit sees; how far it is from the next is asked.",
        _last_cell_missing: "One cell is missing: the window at 0 counts too. + 1.",
        _rounded_up: "You round up. A window that hangs over does not count: round down, with //.",
        _not_rounded: "The number of cells is not whole: round down, with //.",
        _whole_length: "You divide the whole side by the step. The last window must end inside: subtract it first.",
        _side_by_side: "You count windows that lie side by side; they are step apart and overlap.",
        _every_pixel: "You count a window at every pixel; they are step apart: divide by it.",
        _before_dense: "You give the side of the maps before the dense layers. The first dense layer reads several of "
        "their cells at once, so fewer windows fit: count with window.",
        _squared: "You count the cells of the whole map; those along one side are asked for.",
        _rounded_before: "You round window and length apart. Subtract first, then divide.",
        _swapped: "The two numbers are swapped: step first, then cells.",
    },
    hints=(
        "Two units side by side after a layer of stride 2 are two pixels apart. And after another layer of stride 2?",
        "So the step is the product of all strides, whatever the kernels are.",
        "Windows start at 0, step, 2 · step, … up to at most length − window: (length − window) // step + 1 of them.",
    ),
    minutes=5,
    difficulty=1,
    returns=("step", "cells"),
)
