"""Exercise of notebook 2.2: the identity block."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week2.residual_networks_loops import Line, correlate_by_loops, positive


def identity_block(a, conv1, norm1, conv2, norm2):
    """Return the activations a[l+2] = g(z[l+2] + a[l]) of an identity block.

    a is a tensor (N, C, H, W) of activations. conv1, norm1, conv2 and norm2 are layers:
    call them with maps and they return maps of the same shape. g is ReLU, `F.relu`.

    The way through the layers: conv1, norm1, ReLU, conv2, norm2; that gives z. The
    shortcut carries a as it is to the sum.
    """
    z = norm2(conv2(F.relu(norm1(conv1(a)))))
    return F.relu(z + a)


def _add_after_activation(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a)))))) + a


def _no_last_relu(a, conv1, norm1, conv2, norm2):
    return norm2(conv2(F.relu(norm1(conv1(a))))) + a


def _no_shortcut(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a))))))


def _no_first_relu(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(norm1(conv1(a)))) + a)


def _sum_before_norm(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a)))) + a))


def _activation_on_shortcut(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a))))) + F.relu(a))


def _relu_before_norm(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(norm1(F.relu(conv1(a))))) + a)


def _inner_activations_carried(a, conv1, norm1, conv2, norm2):
    inner = F.relu(norm1(conv1(a)))
    return F.relu(norm2(conv2(inner)) + inner)


def _shortcut_around_both(a, conv1, norm1, conv2, norm2):
    inner = F.relu(norm1(conv1(a)) + a)
    return F.relu(norm2(conv2(inner)) + inner)


def _first_layers_twice(a, conv1, norm1, conv2, norm2):
    return F.relu(norm1(conv1(F.relu(norm1(conv1(a))))) + a)


def _first_norm_twice(a, conv1, norm1, conv2, norm2):
    return F.relu(norm1(conv2(F.relu(norm1(conv1(a))))) + a)


def _no_first_norm(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(conv1(a)))) + a)


def _activation_before_sum_too(a, conv1, norm1, conv2, norm2):
    return F.relu(F.relu(norm2(conv2(F.relu(norm1(conv1(a)))))) + a)


def _norm_on_shortcut(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a))))) + norm1(a))


def _activation_after_second_convolution(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(F.relu(conv2(F.relu(norm1(conv1(a)))))) + a)


def _layers_exchanged(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv1(F.relu(norm1(conv2(a))))) + a)


def _overwritten(a, conv1, norm1, conv2, norm2):
    a = norm2(conv2(F.relu(norm1(conv1(a)))))
    return F.relu(a + a)


def _no_norms(a, conv1, norm1, conv2, norm2):
    return F.relu(conv2(F.relu(conv1(a))) + a)


def _no_last_norm(a, conv1, norm1, conv2, norm2):
    return F.relu(conv2(F.relu(norm1(conv1(a)))) + a)


def _multiplied(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a))))) * a)


def _subtracted(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a))))) - a)


def _averaged(a, conv1, norm1, conv2, norm2):
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a))))) + a) / 2


def _in_place(a, conv1, norm1, conv2, norm2):
    z = norm2(conv2(F.relu(norm1(conv1(a)))))
    a += z
    return F.relu(a)


def _row(*numbers):
    return torch.tensor([[[numbers]]], dtype=torch.float64)


def _norm(rng, channels):
    """Return a batch norm in evaluation mode with random numbers, and the slope and shift of each channel's line."""
    layer = nn.BatchNorm2d(channels).double().eval()
    mean, variance, scale, shift = rng.normal(0, 1, (4, channels))
    variance = variance**2 + 0.3
    with torch.no_grad():
        for tensor, numbers in (
            (layer.running_mean, mean), (layer.running_var, variance), (layer.weight, scale), (layer.bias, shift),
        ):  # fmt: skip
            tensor.copy_(torch.from_numpy(numbers))
    slope = scale / np.sqrt(variance + 1e-5)
    return layer, slope[:, None, None], (shift - slope * mean)[:, None, None]


def _convolution(weight):
    K, C, f, _ = weight.shape
    layer = nn.Conv2d(C, K, f, padding=(f - 1) // 2, bias=False).double()
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
    return layer


def _identity_cases():
    halves = (Line(2), Line(1, -3), Line(-1), Line(1, 4))  # 2a − 3, ReLU, then 4 − it; by hand:
    yield Case("one row of numbers, worked out by hand", (_row(0, 1, 3, 5), *halves), _row(4, 5, 4, 2))
    # −2·2 = −4 → −7 → 0 → 0 → 4, plus −2 is 2; 9: 18 → 15 → −15 → −11, plus 9 is −2 → 0
    yield Case("negative numbers come in, and one goes out as 0", (_row(-2, 9, -6), *halves), _row(2, 0, 0))
    zeros = (Line(3, 1), Line(1), Line(0), Line(1))
    yield Case("layers that give 0: what comes in goes out", (_row(7, 0.5, 2), *zeros), _row(7, 0.5, 2))
    rng = np.random.default_rng(221)
    for N, C, H, W in ((1, 2, 3, 4), (2, 3, 5, 2), (3, 1, 4, 6), (2, 4, 3, 3)):
        a = rng.normal(0.2, 1, (N, C, H, W))
        w1, w2 = rng.normal(0, 0.6, (2, C, C, 3, 3))
        norm1, slope1, shift1 = _norm(rng, C)
        norm2, slope2, shift2 = _norm(rng, C)
        inner = positive(slope1 * correlate_by_loops(a, w1, 1) + shift1)
        z = slope2 * correlate_by_loops(inner, w2, 1) + shift2
        layers = _convolution(w1), norm1, _convolution(w2), norm2
        expected = torch.from_numpy(positive(z + a))
        yield Case(f"{N} × {C} maps of {H} × {W}, 3 × 3 kernels", (torch.from_numpy(a), *layers), expected)


IDENTITY_BLOCK = Exercise(
    solution=identity_block,
    cases=_identity_cases,
    mistakes={
        _add_after_activation: "You add the shortcut after the last ReLU. Then a block can only ever add, never take "
        "away: the sum comes first, g(z + a), ReLU last.",
        _no_last_relu: "The last ReLU is missing: the block returns z + a, negative numbers included.",
        _no_shortcut: "The shortcut is missing: this is a plain pair of layers, g(z). Add a before the last ReLU.",
        _no_first_relu: "There is no ReLU between the two convolutions: without one they amount to a single linear "
        "layer.",
        _sum_before_norm: "You add a before norm2, so the shortcut is normalised along with the rest. It should arrive "
        "untouched: norm2 first, then the sum.",
        _activation_on_shortcut: "There is a ReLU on the shortcut. It carries a as it is, negative numbers too.",
        _relu_before_norm: "You put ReLU between conv1 and norm1. Here the norm comes directly after the convolution, "
        "ReLU after the norm.",
        _inner_activations_carried: "Your shortcut starts in the middle, after the first ReLU. It starts at a, what "
        "came into the block.",
        _shortcut_around_both: "You put a shortcut around each layer. One shortcut spans both.",
        _first_layers_twice: "You go through conv1 and norm1 twice; the second time it is conv2 and norm2.",
        _first_norm_twice: "You use norm1 after both convolutions. norm2 has numbers of its own.",
        _no_first_norm: "norm1 is missing: it comes between conv1 and the first ReLU.",
        _activation_before_sum_too: "There is a ReLU on z before the sum as well. z must be free to be negative, or "
        "the block can only add.",
        _norm_on_shortcut: "There is a norm on the shortcut. It carries a as it is.",
        _activation_after_second_convolution: "There is a ReLU between conv2 and norm2; none belongs there.",
        _layers_exchanged: "conv1 and conv2 are exchanged.",
        _overwritten: "You wrote z into the name a, so what came in is lost and z is added to itself. Use two names.",
        _no_norms: "The norms are not used: each convolution is followed by its norm.",
        _no_last_norm: "norm2 is missing: z is norm2(conv2(…)).",
        _multiplied: "You multiply z by a. The shortcut is added.",
        _subtracted: "You subtract a. The layers compute the difference F(x) = H(x) − x; adding x back gives H(x).",
        _averaged: "You halve the sum. Shortcuts that halve what they carry fade over many blocks: z + a, whole.",
        _in_place: "The answer is right, but you changed a itself (+= writes into the tensor that came in). Whoever "
        "else uses these activations finds others: write z + a.",
    },
    hints=(
        "Write the way through the layers first, inside out: `norm1(conv1(a))`, then `F.relu(…)`, and so on, to z.",
        "The sum is `z + a`, and one ReLU goes around all of it.",
    ),
    minutes=6,
    difficulty=1,
    tolerance=1e-5,
)  # fmt: skip
