"""Wrong answers that are not on the list are refused; right answers in other clothes pass."""

# ruff: noqa: F811 -- every attempt bears the name of its exercise

import math

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view

from cnncourse.convolution import correlate
from cnncourse.exercises import catalogue, check

RIGHT, WRONG = [], []


def right(f):
    RIGHT.append(f)
    return f


def wrong(f):
    WRONG.append(f)
    return f


@right
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (kernel_size - 1), stride))


@right
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return math.floor((n + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)


@right
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return np.int64((n + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1)


@wrong
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return float((n + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1)


@wrong
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel_size - 1) - 1) + 1  # stride forgotten


@wrong
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return -(-n // stride)  # right for "same" padding only


@wrong
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel_size + 1) - 1) // stride + 1


@wrong
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - (dilation * kernel_size - 1) - 1) // stride + 1


@right
def pad(x, padding):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    out[:, :, padding : padding + H, padding : padding + W] = x
    return out


@right
def pad(x, padding):
    wide = np.concatenate([np.zeros((*x.shape[:3], padding)), x, np.zeros((*x.shape[:3], padding))], axis=3)
    rows = np.zeros((*x.shape[:2], padding, wide.shape[3]))
    return np.concatenate([rows, wide, rows], axis=2).astype(np.float32)


@right
def pad(x, padding):
    return np.array([[np.pad(channel, padding) for channel in picture] for picture in x])


@wrong
def pad(x, padding):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + 2 * padding, W + 2 * padding), dtype=int)
    out[:, :, padding : padding + H, padding : padding + W] = x
    return out


@wrong
def pad(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))


@wrong
def pad(x, padding):
    return np.pad(x, ((padding, padding), (padding, padding), (0, 0), (0, 0)))


@wrong
def pad(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), constant_values=1)


@wrong
def pad(x, padding):
    N, C, H, W = x.shape
    out = np.empty((N, C, H + 2 * padding, W + 2 * padding))
    out[:] = np.nan
    out[:, :, padding : padding + H, padding : padding + W] = x
    return out


@wrong
def pad(x, padding):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    out[:, :, padding:-padding, padding:-padding] = x  # padding 0 leaves nothing
    return out


@wrong
def pad(x, padding):
    x *= 1.0
    x += 0.5
    return np.pad(x - 0.5, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


@right
def convolve_window(window, kernel, bias):
    return float(np.einsum("cij,cij->", window, kernel)) + bias


@right
def convolve_window(window, kernel, bias):
    return window.ravel() @ kernel.ravel() + bias


@right
def convolve_window(window, kernel, bias):
    total = 0
    for c in range(len(window)):
        for i in range(window.shape[1]):
            for j in range(window.shape[2]):
                total += window[c, i, j] * kernel[c, i, j]
    return total + bias


@wrong
def convolve_window(window, kernel, bias):
    return np.sum(window * kernel) * bias


@wrong
def convolve_window(window, kernel, bias):
    return np.sum(window[0] * kernel[0]) + bias


@wrong
def convolve_window(window, kernel, bias):
    return np.sum(window) * np.sum(kernel) + bias


@wrong
def convolve_window(window, kernel, bias):
    return max(np.sum(window * kernel) + bias, 0)


@wrong
def convolve_window(window, kernel, bias):
    return int(np.sum(window * kernel) + bias)


@wrong
def convolve_window(window, kernel, bias):
    kernel[...] = window * kernel
    return np.sum(kernel) + bias


@right
def conv_forward(x, weight, bias, stride=1, padding=0):
    return correlate(x, weight, bias, stride, padding)


@right
def conv_forward(x, weight, bias, stride=1, padding=0):
    f = weight.shape[-1]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (f, f), axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwuv,kcuv->nkhw", windows, weight) + bias[:, None, None]


@right
def conv_forward(x, weight, bias, stride=1, padding=0):
    tensors = [torch.from_numpy(a.astype(np.float32)) for a in (x, weight, bias)]
    return torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding).numpy()


@right
def conv_forward(x, weight, bias, stride=1, padding=0):
    tensors = [torch.from_numpy(a.astype(np.float32)) for a in (x, weight, bias)]
    return torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding).numpy().astype(float)


def skewed(x, weight, bias, stride=1, padding=0, **change):
    """Correlate with arguments changed on the way."""
    arguments = {"stride": stride, "padding": padding} | change
    return correlate(x, weight, bias, **arguments)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, bias, stride=(stride, 1), padding=padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, bias, stride, padding=(padding, 0))


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x.swapaxes(2, 3), weight, bias, stride, padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight.swapaxes(2, 3), bias, stride, padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, np.full(len(weight), bias[0]), stride, padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return np.maximum(skewed(x, weight, bias, stride, padding), 0)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, bias * weight.shape[1], stride, padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    side = min(x.shape[2:])
    return skewed(x[:, :, :side, :side], weight, bias, stride, padding)  # right on square pictures only


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight[:, ::-1], bias, stride, padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, bias, stride, padding).transpose(0, 2, 3, 1)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, bias, stride, padding)[:1]


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, bias, stride, padding).astype(int)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    x -= 1
    return skewed(x + 1, weight, bias, stride, padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight, bias, min(stride, 2), padding)


@wrong
def conv_forward(x, weight, bias, stride=1, padding=0):
    return skewed(x, weight[:, :, :3, :3], bias, stride, padding)


@right
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return np.zeros((out_channels, in_channels, kernel_size, kernel_size)).size + (out_channels if bias else 0)


@right
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    layer = torch.nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias)
    return sum(p.numel() for p in layer.parameters())


@wrong
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return (kernel_size**2 * in_channels + bias) * out_channels + 1e-9


@wrong
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return (9 * in_channels + bias) * out_channels


@wrong
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return (kernel_size**2 * out_channels + bias) * in_channels


@wrong
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size**2 * in_channels * out_channels + bias * in_channels


@wrong
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return (kernel_size**2 * in_channels + bias) * out_channels / 1


@right
def convolve_flipped(x, weight):
    return correlate(x, np.rot90(weight, 2, axes=(2, 3)))


@right
def convolve_flipped(x, weight):
    return correlate(x[..., ::-1, ::-1], weight)[..., ::-1, ::-1]


@wrong
def convolve_flipped(x, weight):
    return correlate(x, weight)[..., ::-1, ::-1]


@wrong
def convolve_flipped(x, weight):
    largest = x.shape[2] == weight.shape[2]
    return correlate(x, weight if largest else weight[:, :, ::-1, ::-1])


@wrong
def convolve_flipped(x, weight):
    return -correlate(x, weight)


@wrong
def convolve_flipped(x, weight):
    return correlate(x, weight[::-1, :, ::-1, ::-1])


@wrong
def convolve_flipped(x, weight):
    return correlate(x, weight[:, :, ::-1, ::-1], padding=weight.shape[-1] - 1)


@wrong
def convolve_flipped(x, weight):
    return correlate(x, weight[:, :, ::-1, ::-1].swapaxes(2, 3))


def numbered(functions):
    return [pytest.param(f, id=f"{f.__name__}-{number}") for number, f in enumerate(functions)]


@pytest.mark.parametrize("f", numbered(RIGHT))
def test_a_right_answer_in_other_clothes_passes(f):
    report = check(f)
    assert report.status == "passed", report


@pytest.mark.parametrize("f", numbered(WRONG))
def test_a_wrong_answer_off_the_list_is_refused(f):
    report = check(f)
    assert report.status == "not yet"
    assert report.advice


@pytest.mark.parametrize(
    ("name", "about", "advice"),
    [
        ("output_size", "no floor", "round down, with `//`"),
        ("output_size", "padding once", "You count the padding once"),
        ("output_size", "forgets + 1", "The first window is there"),
        ("output_size", "ceil", "You round up"),
        ("pad", "pads channels too", "Your channels axis grew too"),
        ("pad", "pads one side", "A frame has four sides"),
        ("convolve_window", "per-channel result not summed", "You gave one number for each channel"),
        ("convolve_window", "bias per element", "counted C·f·f times"),
        ("conv_forward", "stride ignored in the window's start", "its windows begin at rows i and columns j"),
        ("conv_forward", "hard-coded pad", "You always pad by 1"),
        ("conv_forward", "kernel flipped", "Your kernels are flipped"),
        ("conv_forward", "batch mixed up", "gives the answer of the first"),
        ("count_parameters", "bias forgotten", "The biases are missing"),
        ("count_parameters", "bias per weight", "every weight a bias of its own"),
        ("count_parameters", "kernels counted once", "You counted a single kernel"),
        ("convolve_flipped", "flips one axis only", "flipped the rows but not the columns"),
        ("convolve_flipped", "transposes instead", "You transposed the kernel"),
    ],
)
def test_the_mistakes_a_teacher_expects_have_their_advice(name, about, advice):
    matching = [words for words in catalogue()[name].mistakes.values() if advice in words]
    assert matching, about


def test_the_stride_mistake_says_where_the_window_begins():
    def conv_forward(x, weight, bias, stride=1, padding=0):
        N, _, H, W = x.shape
        K, _, f, _ = weight.shape
        rows, columns = (H + 2 * padding - f) // stride + 1, (W + 2 * padding - f) // stride + 1
        padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
        out = np.zeros((N, K, rows, columns))
        for n, k, i, j in np.ndindex(out.shape):
            out[n, k, i, j] = np.sum(padded[n, :, i : i + f, j : j + f] * weight[k]) + bias[k]
        return out

    assert "Where does window i begin" in check(conv_forward).advice
