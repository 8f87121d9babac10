"""Exercise of notebook 1.3: the size, jump and start of receptive fields, layer by layer."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def receptive_field(layers):
    """Return, for each layer, (size, jump, start): what its units see of the picture.

    layers is a list of (kernel_size, stride, padding), the layer next to the picture first.
    A unit sees `size` pixels along an axis; the fields of neighbouring units lie `jump`
    pixels apart; the field of the first unit has its centre at `start`, where pixel 0
    reaches from 0 to 1. The picture itself has size 1, jump 1, start 0.5.

    Example: [(3, 1, 1), (2, 2, 0), (3, 1, 1)] gives [(3, 1, 0.5), (4, 2, 1.0), (8, 2,
    1.0)].
    """
    size, jump, start = 1, 1, 0.5
    fields = []
    for kernel_size, stride, padding in layers:
        size += (kernel_size - 1) * jump
        start += ((kernel_size - 1) / 2 - padding) * jump
        jump *= stride
        fields.append((size, jump, start))
    return fields


def _recursion(layers, grow=lambda kernel_size: kernel_size - 1, shift=None, leap=None, start=0.5):
    """Run the recursion with one of its parts replaced: growth, shift of the centre, next jump, first centre."""
    shift = shift or (lambda kernel_size, padding: (kernel_size - 1) / 2 - padding)
    leap = leap or (lambda jump, stride: jump * stride)
    size, jump, fields = 1, 1, []
    for kernel_size, stride, padding in layers:
        size += grow(kernel_size) * jump
        start += shift(kernel_size, padding) * jump
        jump = leap(jump, stride)
        fields.append((size, jump, start))
    return fields


def _adds_kernel(layers):
    return _recursion(layers, grow=lambda kernel_size: kernel_size)


def _jump_replaced(layers):
    return _recursion(layers, leap=lambda jump, stride: stride)


def _jump_added(layers):
    return _recursion(layers, leap=lambda jump, stride: jump + stride)


def _jump_one(layers):
    return _recursion(layers, leap=lambda jump, stride: jump)


def _layers_reversed(layers):
    return _recursion(layers[::-1])


def _answers_reversed(layers):
    return _recursion(layers)[::-1]


def _jump_too_early(layers):
    size, jump, start, fields = 1, 1, 0.5, []
    for kernel_size, stride, padding in layers:
        jump *= stride
        size += (kernel_size - 1) * jump
        start += ((kernel_size - 1) / 2 - padding) * jump
        fields.append((size, jump, start))
    return fields


def _stride_for_jump(layers):
    size, jump, start, fields = 1, 1, 0.5, []
    for kernel_size, stride, padding in layers:
        size += (kernel_size - 1) * stride
        start += ((kernel_size - 1) / 2 - padding) * stride
        jump *= stride
        fields.append((size, jump, start))
    return fields


def _padding_ignored(layers):
    return _recursion(layers, shift=lambda kernel_size, padding: (kernel_size - 1) / 2)


def _padding_halved(layers):
    return _recursion(layers, shift=lambda kernel_size, padding: (kernel_size - 1 - padding) / 2)


def _starts_at_zero(layers):
    return _recursion(layers, start=0.0)


def _whole_half(layers):
    return _recursion(layers, shift=lambda kernel_size, padding: (kernel_size - 1) // 2 - padding)


def _field_cases():
    yield Case("one 3×3 layer", ([(3, 1, 1)],), [(3, 1, 0.5)])
    yield Case("two 3×3 layers without padding", ([(3, 1, 0), (3, 1, 0)],), [(3, 1, 1.5), (5, 1, 2.5)])
    yield Case(
        "convolution, pooling, convolution",
        ([(3, 1, 1), (2, 2, 0), (3, 1, 1)],),
        [(3, 1, 0.5), (4, 2, 1.0), (8, 2, 1.0)],
    )
    yield Case("no layers", ([],), [])
    lenet = [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0), (5, 1, 0)]
    yield Case("LeNet-5", (lenet,), [(5, 1, 2.5), (6, 2, 3.0), (14, 2, 7.0), (16, 4, 8.0), (32, 4, 16.0)])
    rng = np.random.default_rng(16)
    for count in (2, 3, 4, 5):
        layers = [tuple(int(n) for n in rng.integers((1, 1, 0), (8, 4, 4))) for _ in range(count)]
        yield Case(f"{count} random layers", (layers,), [_traced(layers[:depth]) for depth in range(1, count + 1)])


def _traced(layers):
    """Follow units 0 and 1 of the last layer back to the first and last pixel that they see."""
    spans = []
    for unit in (0, 1):
        first = last = unit
        for kernel_size, stride, padding in reversed(layers):
            first, last = first * stride - padding, last * stride - padding + kernel_size - 1
        spans.append((first, last))
    (first, last), (following, _) = spans
    return last - first + 1, following - first, (first + last + 1) / 2


RECEPTIVE_FIELD = Exercise(
    solution=receptive_field,
    cases=_field_cases,
    mistakes={
        _adds_kernel: (
            "You add kernel_size·jump. A kernel of k units spans only k − 1 steps from its first to its last."
        ),
        _jump_replaced: (
            "Your jump is the layer's own stride. Strides multiply: after two layers of stride 2, neighbours lie 4 "
            "pixels apart."
        ),
        _jump_added: "You add the strides. They multiply: a step of 2 units, each 2 pixels from the next, is 4 pixels.",
        _jump_one: "Your jump stays 1 whatever the strides are. After a layer of stride s it is s times as large.",
        _layers_reversed: "You walk through the layers from the last to the first. Begin next to the picture.",
        _answers_reversed: (
            "The answers are in the wrong order: the first tuple belongs to the layer next to the picture."
        ),
        _jump_too_early: (
            "You multiply the jump before you use it. A layer's kernel steps over units of the layer *below*, so size "
            "and start need the jump from before this layer's stride."
        ),
        _stride_for_jump: (
            "You multiply kernel_size − 1 by the layer's own stride. What counts is how far apart, in pixels, the "
            "units below lie: the product of the strides of the layers before."
        ),
        _padding_ignored: "Your `start` ignores the padding, which moves the first window `padding` units up and left.",
        _padding_halved: (
            "Padding moves the first window by the whole of `padding`, not half: only kernel_size − 1 is halved."
        ),
        _starts_at_zero: "Your centres are half a pixel too low. Pixel 0 reaches from 0 to 1 here: its centre is 0.5.",
        _whole_half: (
            "(kernel_size − 1) // 2 loses a half for even kernels. The centre of two pixels lies between them."
        ),
    },
    hints=(
        (
            "Keep three numbers, size = 1, jump = 1, start = 0.5, and change them at every layer. The order of "
            "the changes matters."
        ),
        (
            "A window of kernel_size units is k − 1 steps wide, and each step is `jump` pixels: size grows by (k "
            "− 1)·jump."
        ),
        (
            "The window's centre lies (k − 1)/2 − padding units from the first unit below, each `jump` pixels "
            "wide. Multiply the jump by the stride last."
        ),
    ),
    minutes=10,
    difficulty=2,
)
