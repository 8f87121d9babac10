"""Exercise of notebook 2.2: the block whose shortcut must change the shape."""

import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week2.residual_networks_loops import (
    Line,
    correlate_by_loops,
    normalised_by_loops,
    positive,
)


def projection_block(a, weight1, weight2, projection, stride, norm):
    """Return the activations g(z + W_s a) of a block that changes the shape.

    a is a tensor (N, C, H, W). The way through the layers: convolution with weight1
    (K, C, 3, 3), the given stride and padding 1; norm; ReLU; convolution with weight2
    (K, K, 3, 3), stride 1 and padding 1; norm; that gives z.

    The shortcut W_s: convolution with projection (K, C, 1, 1), the same stride and no
    padding; norm. Then the sum, then ReLU, and no other ReLU. norm is a function: call it
    with maps. `F.conv2d(a, weight, stride=…, padding=…)` convolves.
    """
    z = norm(F.conv2d(a, weight1, stride=stride, padding=1))
    z = norm(F.conv2d(F.relu(z), weight2, padding=1))
    return F.relu(z + norm(F.conv2d(a, projection, stride=stride)))


def _block(strides=(True, False, True), norms=(True, True, True), inner=F.relu, shortcut=None, joined=None):
    """Return a block with one thing changed; `strides` and `norms` say where they stand: layer 1, layer 2, shortcut."""

    def block(a, weight1, weight2, projection, stride, norm):
        steps = [stride if here else 1 for here in strides]
        norm1, norm2, norm_s = (norm if here else _nothing for here in norms)
        z = inner(norm1(F.conv2d(a, weight1, stride=steps[0], padding=1)))
        z = norm2(F.conv2d(z, weight2, stride=steps[1], padding=1))
        carried = (shortcut or _nothing)(norm_s(F.conv2d(a, projection, stride=steps[2])))
        return (joined or _joined)(z, carried)

    return block


def _nothing(x):
    return x


def _joined(z, carried):
    return F.relu(z + carried)


_stride_on_second = _block(strides=(False, True, True))
_stride_on_both = _block(strides=(True, True, True))
_no_stride_on_shortcut = _block(strides=(True, False, False))
_stride_on_shortcut_only = _block(strides=(False, False, True))
_no_stride = _block(strides=(False, False, False))
_no_norm_on_shortcut = _block(norms=(True, True, False))
_no_norm_on_first = _block(norms=(False, True, True))
_no_norm_on_second = _block(norms=(True, False, True))
_no_norms = _block(norms=(False, False, False))
_activation_on_shortcut = _block(shortcut=F.relu)
_no_inner_relu = _block(inner=_nothing)
_activation_on_z = _block(joined=lambda z, carried: F.relu(F.relu(z) + carried))
_no_last_relu = _block(joined=lambda z, carried: z + carried)
_add_after_activation = _block(joined=lambda z, carried: F.relu(z) + carried)
_no_shortcut = _block(joined=lambda z, carried: F.relu(z))


def _norm_after_sum(a, weight1, weight2, projection, stride, norm):
    z = norm(F.conv2d(a, weight1, stride=stride, padding=1))
    z = F.conv2d(F.relu(z), weight2, padding=1)
    return F.relu(norm(z + F.conv2d(a, projection, stride=stride)))


def _shortcut_averaged(a, weight1, weight2, projection, stride, norm):
    z = norm(F.conv2d(a, weight1, stride=stride, padding=1))
    z = norm(F.conv2d(F.relu(z), weight2, padding=1))
    carried = F.conv2d(F.avg_pool2d(a, stride, ceil_mode=True), projection)
    return F.relu(z + norm(carried))


def _relu_before_norm(a, weight1, weight2, projection, stride, norm):
    z = norm(F.relu(F.conv2d(a, weight1, stride=stride, padding=1)))
    return F.relu(norm(F.conv2d(z, weight2, padding=1)) + norm(F.conv2d(a, projection, stride=stride)))


def _always_two(a, weight1, weight2, projection, stride, norm):
    return projection_block(a, weight1, weight2, projection, 2, norm)


def _thinned_after_norm(a, weight1, weight2, projection, stride, norm):
    z = norm(F.conv2d(a, weight1, stride=stride, padding=1))
    z = norm(F.conv2d(F.relu(z), weight2, padding=1))
    return F.relu(z + norm(F.conv2d(a, projection))[:, :, ::stride, ::stride])


class _BatchNorm:
    """Batch norm with the batch's own statistics, no scale and no shift."""

    def __call__(self, x):
        """Return x with mean 0 and variance 1 in each channel."""
        return F.batch_norm(x, None, None, training=True)

    def __repr__(self):
        return "batch norm"


def _tensor(array):
    return torch.from_numpy(np.array(array, dtype=float))


def _centre(*rows):
    """Return 3 × 3 kernels (K, C, 3, 3) that only look at their middle, where they hold `rows` (K, C)."""
    weight = np.zeros((*np.shape(rows), 3, 3))
    weight[:, :, 1, 1] = rows
    return torch.from_numpy(weight)


def _projection_cases():
    square = _tensor([[[[1, 2], [3, 4]]]])
    # stride 2 keeps the 1. Norm halves: 4·1/2 = 2 → 6·2/2 = 6; shortcut −2·1/2 = −1; 6 − 1 = 5
    given = square, _centre((4,)), _centre((6,)), _tensor([[[[-2]]]]), 2, Line(0.5)
    yield Case("one 2 × 2 map, by hand; the norm halves", given, _tensor([[[[5]]]]))
    # 2·1 + 1 = 3 → −1·3 + 1 = −2; shortcut 3·1 + 1 = 4; sum 2. Second map: 0·1 + 1 = 1 → 2·1 + 1 = 3; −5 + 1 = −4; → 0
    given = square, _centre((2,), (0,)), _centre((-1, 0), (0, 2)), _tensor([[[[3]]], [[[-5]]]]), 2, Line(1, 1)
    yield Case("from one map to two, by hand; the norm adds 1", given, _tensor([[[[2]], [[0]]]]))
    rng = np.random.default_rng(223)
    for N, C, K, H, W, stride in (
        (3, 2, 3, 2, 2, 2), (2, 3, 4, 5, 4, 2), (2, 2, 5, 4, 7, 3), (2, 4, 2, 3, 6, 1), (2, 2, 3, 7, 5, 2),
    ):  # fmt: skip
        a = rng.normal(0.3, 1, (N, C, H, W))
        weight1, weight2 = rng.normal(0, 0.5, (K, C, 3, 3)), rng.normal(0, 0.5, (K, K, 3, 3))
        projection = rng.normal(0, 0.8, (K, C, 1, 1))
        inner = positive(normalised_by_loops(correlate_by_loops(a, weight1, stride)))
        z = normalised_by_loops(correlate_by_loops(inner, weight2, 1))
        expected = positive(z + normalised_by_loops(correlate_by_loops(a, projection, stride)))
        tensors = map(torch.from_numpy, (a, weight1, weight2, projection))
        what = f"{N} × {C} maps of {H} × {W} become {K}, stride {stride}"
        yield Case(what, (*tensors, stride, _BatchNorm()), torch.from_numpy(expected))


PROJECTION_BLOCK = Exercise(
    solution=projection_block,
    cases=_projection_cases,
    mistakes={
        _stride_on_second: "The stride is on the second convolution. The shapes agree, but the first one then works on "
        "four times as many places as it needs to: the stride belongs to the first.",
        _stride_on_both: "Both convolutions have the stride, so the layers shrink the maps twice and the shortcut "
        "once.",
        _no_stride_on_shortcut: "The shortcut has no stride: its maps stay large while the layers' shrink. Both ways "
        "must end in the same shape.",
        _stride_on_shortcut_only: "Only the shortcut has the stride; the first convolution needs it too.",
        _no_stride: "`stride` is never used.",
        _no_norm_on_shortcut: "There is no norm on the shortcut. The projection is a convolution like the others, and "
        "is normalised like them.",
        _no_norm_on_first: "The norm after the first convolution is missing.",
        _no_norm_on_second: "The norm after the second convolution is missing: z is normalised before the sum.",
        _no_norms: "The norm is never used: it follows each of the three convolutions.",
        _activation_on_shortcut: "There is a ReLU on the shortcut. Before the sum it has none: projection, norm, sum.",
        _no_inner_relu: "The ReLU between the two convolutions is missing.",
        _no_last_relu: "The last ReLU, after the sum, is missing.",
        _add_after_activation: "You add the shortcut after the last ReLU: sum first, ReLU last.",
        _no_shortcut: "The shortcut is computed at most, but not added: this is a plain pair of layers.",
        _activation_on_z: "There is a ReLU on z before the sum as well; the only one after z comes after the sum.",
        _relu_before_norm: "Your first ReLU stands before the norm. The norm comes directly after the convolution.",
        _always_two: "The stride is always 2; use the argument.",
        _thinned_after_norm: "You thin the shortcut out after its norm, so the norm also counts the pixels that are "
        "left out. The stride goes into the 1 × 1 convolution.",
        _norm_after_sum: "You normalise the sum. Each way has its own norm, before the sum.",
        _shortcut_averaged: "Your shortcut averages the pixels that a stride skips. Here it takes every stride-th "
        "pixel: the stride goes into the 1 × 1 convolution.",
    },
    hints=(
        "Three convolutions, each inside a `norm(…)`: two on the way through the layers, one on the shortcut.",
        "The stride stands twice: in the convolution with weight1 and in the one with projection.",
        "ReLU stands twice: between the two layers, and around the sum.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
    tolerance=1e-5,
)  # fmt: skip
