"""Wrong answers that a teacher expects are met in words of their own, unlisted ones are refused, right ones pass."""

# ruff: noqa: F811 -- every attempt bears the name of its exercise

import numpy as np
import pytest
import torch
from torch import nn

from attempts import changed, judged
from cnncourse.convolution import conv_multiplications, correlate
from cnncourse.exercises import catalogue, check
from cnncourse.exercises.week2.one_by_one_and_inception_module import _by_loops as module_by_loops
from cnncourse.networks.inception import InceptionModule

EXPECTED = []


def meets(words):
    def keep(f):
        EXPECTED.append(pytest.param(f, words, id=f"{f.__name__}: {words}"))
        return f

    return keep


# --- expected mistakes, written afresh ---


@meets("multiplied by one number of its own")
def one_by_one(x, weight, bias):
    return np.stack([weight[c, c] * x[:, c] + bias[c] for c in range(x.shape[1])], axis=1)


@meets("mixes different pixels")
def one_by_one(x, weight, bias):
    rows = np.reshape(x, (-1, x.shape[1])) @ weight.T + bias
    return np.moveaxis(rows.reshape(len(x), *x.shape[2:], len(weight)), -1, 1)


@meets("the maps stand last")
def one_by_one(x, weight, bias):
    return np.einsum("kc,nchw->nhwk", weight, x) + bias


@meets("the wrong way round")
def one_by_one(x, weight, bias):
    return np.einsum("ck,nchw->nkhw", weight, x) + bias.reshape(-1, 1, 1)


@meets("along the picture's rows")
def one_by_one(x, weight, bias):
    return np.tensordot(x, weight, (1, 1)).transpose(0, 3, 1, 2) + bias


@meets("Only the last channel is left")
def one_by_one(x, weight, bias):
    y = np.zeros((len(x), len(weight), *x.shape[2:]))
    for k in range(len(weight)):
        for c in range(x.shape[1]):
            y[:, k] = weight[k, c] * x[:, c] + bias[k]
    return y


@meets("counted an addition to every multiplication")
def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    out = [len(range(0, n + 2 * padding - kernel_size + 1, stride)) for n in (height, width)]
    products = additions = kernel_size**2 * channels * out[0] * out[1] * maps
    return products + additions


@meets("additions between the products")
def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    out = [len(range(0, n + 2 * padding - kernel_size + 1, stride)) for n in (height, width)]
    products = kernel_size * kernel_size * channels
    return (products + (products - 1)) * out[0] * out[1] * maps


@meets("the output's rows and columns are missing")
def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return maps * channels * kernel_size * kernel_size


@meets("one row and one column too small")
def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    out = [(n + 2 * padding - kernel_size) // stride for n in (height, width)]
    return kernel_size**2 * channels * out[0] * out[1] * maps


@meets("You counted the output numbers")
def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    out = [len(range(0, n + 2 * padding - kernel_size + 1, stride)) for n in (height, width)]
    return out[0] * out[1] * maps


@meets("You round the whole product")
def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    out = [(n + 2 * padding - kernel_size) / stride + 1 for n in (height, width)]
    return int(kernel_size**2 * channels * out[0] * out[1] * maps)


@meets("multiplied by the input's size")
def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return (height * width) * (channels * kernel_size**2) * maps


@meets("Only the second layer is counted")
def bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size):
    return conv_multiplications(bottleneck, maps, kernel_size, height, width)


@meets("still reads all")
def bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size):
    first = conv_multiplications(channels, bottleneck, 1, height, width)
    return first + conv_multiplications(channels, maps, kernel_size, height, width)


@meets("gave the large kernel to the first layer")
def bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size):
    first = conv_multiplications(channels, bottleneck, kernel_size, height, width)
    return first + conv_multiplications(bottleneck, maps, 1, height, width)


@meets("costs add")
def bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size):
    first = conv_multiplications(channels, bottleneck, 1, height, width)
    return first * conv_multiplications(bottleneck, maps, kernel_size, height, width)


@meets("Additions are counted too")
def bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size):
    first = conv_multiplications(channels, bottleneck, 1, height, width)
    return 2 * first + 2 * conv_multiplications(bottleneck, maps, kernel_size, height, width)


def branches(x, w, pool):
    conv = nn.functional.conv2d
    one = conv(x, w["1x1"]).clamp(min=0)
    three = conv(conv(x, w["3x3 before"]).clamp(min=0), w["3x3"], padding="same").clamp(min=0)
    five = conv(conv(x, w["5x5 before"]).clamp(min=0), w["5x5"], padding="same").clamp(min=0)
    return one, three, five, conv(pool(x), w["pool"]).clamp(min=0)


@meets("joined along axis 0, the batch")
def inception_forward(x, weights):
    return torch.cat(branches(x, weights, nn.MaxPool2d(3, 1, 1)))


@meets("joined along axis 2")
def inception_forward(x, weights):
    return torch.cat(branches(x, weights, nn.MaxPool2d(3, 1, 1)), 2)


@meets("joined along the last axis")
def inception_forward(x, weights):
    return torch.cat(branches(x, weights, nn.MaxPool2d(3, 1, 1)), -1)


@meets("The pooling has no padding")
def inception_forward(x, weights):
    return torch.cat(branches(x, weights, nn.MaxPool2d(3, 1)), 1)


@meets("The pooling takes steps of 3")
def inception_forward(x, weights):
    return torch.cat(branches(x, weights, nn.MaxPool2d(3, padding=1)), 1)


@meets("needs both stride=1")
def inception_forward(x, weights):
    return torch.cat(branches(x, weights, nn.MaxPool2d(3)), 1)


@meets("a zero wins")
def inception_forward(x, weights):
    framed = nn.ZeroPad2d(1)(x)
    return torch.cat(branches(x, weights, lambda _: nn.MaxPool2d(3, 1)(framed)), 1)


@pytest.mark.parametrize(("f", "words"), EXPECTED)
def test_an_expected_mistake_is_refused_in_its_own_words(f, words):
    report = check(f)
    assert report.status == "not yet"
    assert words in report.advice


# --- others ---

OTHER_PIECES = [
    ("one_by_one", "weight.T + bias", "weight.T - bias"),
    ("one_by_one", "weight.T + bias", "weight.T + bias[0]"),
    ("one_by_one", "weight.T + bias", "weight.T + bias.mean()"),
    ("one_by_one", "transpose(0, 3, 1, 2)", "transpose(0, 3, 2, 1)"),
    ("one_by_one", "transpose(0, 2, 3, 1)", "transpose(0, 3, 2, 1)"),
    ("one_by_one", "pixels @", "pixels[:1] @"),
    ("one_by_one", "pixels @", "pixels[..., ::-1] @"),
    ("one_by_one", "pixels @", "pixels.round() @"),
    ("one_by_one", "pixels @", "np.abs(pixels) @"),
    ("layer_multiplications", "(height + 2", "(width + 2"),
    ("layer_multiplications", "kernel_size * kernel_size", "kernel_size ** 3"),
    ("layer_multiplications", "// stride + 1\n    columns", "// stride\n    columns"),
    ("layer_multiplications", "* maps", "+ maps"),
    ("layer_multiplications", "channels * rows", "(channels - 1) * rows"),
    ("layer_multiplications", "kernel_size) // stride + 1\n    return", "kernel_size + 1) // stride\n    return"),
    ("layer_multiplications", "return kernel_size", "return 1.0 * kernel_size"),
    ("bottleneck_multiplications", "bottleneck * maps", "maps * maps"),
    ("bottleneck_multiplications", "channels * bottleneck", "channels + bottleneck"),
    ("bottleneck_multiplications", "height * width *", "height + width *"),
    ("bottleneck_multiplications", "height * width *", "width * width *"),
    ("bottleneck_multiplications", "(first + second)", "max(first, second)"),
    ("bottleneck_multiplications", "(first + second)", "(first + second + bottleneck + maps)"),
    ("bottleneck_multiplications", "first = channels * bottleneck", "first = channels * maps"),
    ("inception_forward", "F.max_pool2d(x, 3, stride=1, padding=1)", "F.max_pool2d(x, 5, stride=1, padding=2)"),
    ("inception_forward", "F.max_pool2d(x, 3, stride=1, padding=1)", "-F.max_pool2d(-x, 3, stride=1, padding=1)"),
    ("inception_forward", "F.max_pool2d(x", "F.max_pool2d(F.relu(x)"),
    ("inception_forward", 'one = F.relu(F.conv2d(x, weights["1x1"]))', 'one = F.conv2d(x, weights["1x1"])'),
    ("inception_forward", 'pooled = F.relu(F.conv2d(pooled', 'pooled = (F.conv2d(pooled'),
    ("inception_forward", 'three = F.relu(F.conv2d(x', 'three = F.leaky_relu(F.conv2d(x'),
    ("inception_forward", 'five = F.relu(F.conv2d(x', 'five = (F.conv2d(x'),
    ("inception_forward", 'F.conv2d(three, weights["3x3"]', 'F.conv2d(three, weights["3x3"].flip(2, 3)'),
    ("inception_forward", 'F.conv2d(five, weights["5x5"]', 'F.conv2d(five, weights["5x5"].transpose(2, 3)'),
    ("inception_forward", "padding=2))", "padding=(2, 1)))"),
    ("inception_forward", "[one, three, five, pooled]", "[one, three, pooled, five]"),
    ("inception_forward", "[one, three, five, pooled]", "[one, three, five]"),
    ("inception_forward", "], dim=1)", "], dim=1).numpy()"),
    ("inception_forward", "], dim=1)", "], dim=1)[:1]"),
    ("inception_forward", "], dim=1)", "], dim=1).permute(0, 2, 3, 1)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), OTHER_PIECES)
def test_a_solution_with_one_piece_changed_is_refused(name, old, new):
    report = changed(name, (old, new))
    assert report.status == "not yet"
    assert report.advice


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("one_by_one", "pixels @ weight.T", "np.einsum('nhwc,kc->nhwk', pixels, weight)"),
        ("one_by_one", "x.transpose(0, 2, 3, 1)", "np.moveaxis(x, 1, -1)"),
        ("layer_multiplications", "kernel_size * kernel_size", "kernel_size ** 2"),
        ("bottleneck_multiplications", "height * width * (first + second)", "height * (first + second) * width"),
        ("inception_forward", "F.max_pool2d(x, 3, stride=1, padding=1)", "nn.MaxPool2d(3, 1, 1)(x)"),
        ("inception_forward", "dim=1", "dim=-3"),
        ("inception_forward", "padding=2", "padding='same'"),
        ("inception_forward", "F.relu(F.conv2d(pooled", "torch.relu(F.conv2d(pooled"),
    ],
)  # fmt: skip
def test_right_answers_in_other_clothes_pass(name, old, new):
    assert changed(name, (old, new)).status == "passed"


def test_a_layer_that_is_no_module_at_all_keeps_its_own_error():
    report = judged("inception_forward", "def inception_forward(x, weights):\n    return F.conv2d(x, weights['3x3'])")
    assert report.status == "not yet"
    assert "RuntimeError" in report.advice


# --- the oracles agree with PyTorch ---


def test_the_pixel_by_pixel_sums_are_a_1x1_convolution():
    for case in catalogue()["one_by_one"].all_cases:
        x, weight, bias = case.args
        assert case.expected == pytest.approx(correlate(x, weight[:, :, None, None], bias), abs=1e-12)


def test_the_counted_windows_are_those_of_the_package():
    for case in catalogue()["layer_multiplications"].all_cases:
        height, width, channels, maps, f, stride, padding = (*case.args, 1, 0)[:7]
        y = correlate(np.zeros((1, 1, height, width)), np.zeros((1, 1, f, f)), stride=stride, padding=padding)
        assert case.expected == f * f * channels * maps * y.size


def test_the_module_by_loops_is_the_package_s_module():
    torch.manual_seed(3)
    module = InceptionModule(3, 2, 3, 4, 2, 3, 1).double().eval()
    for name, parameter in module.named_parameters():
        parameter.data = (
            torch.randn_like(parameter) * 0.5 if "conv" in name else torch.full_like(parameter, "weight" in name)
        )
    scale = 1 / np.sqrt(1 + 0.001)
    weights = dict(zip(("1x1", "3x3 before", "3x3", "5x5 before", "5x5", "pool"), (
        scale * parameter.detach().numpy() for name, parameter in module.named_parameters() if "conv" in name
    ), strict=True))  # fmt: skip
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 4))
    assert module_by_loops(x, weights) == pytest.approx(module(torch.from_numpy(x)).detach().numpy(), abs=1e-9)
