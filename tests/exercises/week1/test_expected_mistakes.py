"""Wrong answers that a teacher expects, written afresh, are met with words of their own: notebooks 1.1 and 1.2."""

# ruff: noqa: F811 -- every attempt bears the name of its exercise

import math

import numpy as np
import pytest

from cnncourse.convolution import correlate
from cnncourse.exercises import check

GX, GY = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]), np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
EXPECTED = []


def meets(words):
    def keep(f):
        EXPECTED.append(pytest.param(f, words, id=f"{f.__name__}: {words}"))
        return f

    return keep


@meets("turned by half a turn")
def apply_window(window, kernel):
    return np.sum(window * np.rot90(kernel, 2))


@meets("must still be added up")
def apply_window(window, kernel):
    return np.multiply(window, kernel)


@meets("on the diagonal")
def apply_window(window, kernel):
    return np.diag(window) @ np.diag(kernel)


def slid(image, kernel):
    padded = np.pad(image, 1, mode="edge")
    return np.array(
        [[np.sum(padded[i : i + 3, j : j + 3] * kernel) for j in range(image.shape[1])] for i in range(len(image))]
    )


@meets("changed places")
def image_gradient(image):
    return slid(image, GX), slid(image, GY)


@meets("signs are turned")
def image_gradient(image):
    return slid(image, -GY), slid(image, -GX)


@meets("do not smooth")
def image_gradient(image):
    across = np.array([[0, 0, 0], [-1, 0, 1], [0, 0, 0]])
    return slid(image, across.T), slid(image, across)


@meets("add the absolute values")
def gradient_magnitude(d_y, d_x):
    return abs(d_x) + abs(d_y)


@meets("root is missing")
def gradient_magnitude(d_y, d_x):
    return d_x * d_x + d_y * d_y


@meets("Only d_x is used")
def gradient_magnitude(d_y, d_x):
    return np.sqrt(d_x**2)


@meets("expect radians")
def steerable_filter(angle):
    return math.cos(angle) * GX + math.sin(angle) * GY


@meets("Sine and cosine have changed places")
def steerable_filter(angle):
    return math.sin(math.radians(angle)) * GX + math.cos(math.radians(angle)) * GY


@meets("Gy comes in with the wrong sign")
def steerable_filter(angle):
    return math.cos(math.radians(angle)) * GX - math.sin(math.radians(angle)) * GY


def descended(pictures, target, steps, learning_rate, sign=-1, mean=True, keep=False):
    (N, H, W), kernel, gradient = target.shape, np.zeros((3, 3)), np.zeros((3, 3))
    for _ in range(steps):
        out = sum(kernel[u, v] * pictures[:, u : u + H, v : v + W] for u in range(3) for v in range(3))
        if not keep:
            gradient = np.zeros((3, 3))
        for u in range(3):
            for v in range(3):
                total = (2 * (out - target) * pictures[:, u : u + H, v : v + W]).sum()
                gradient[u, v] += total / (N * H * W) if mean else total
        kernel = kernel + sign * learning_rate * gradient
    return kernel


@meets("step uphill")
def learn_filter(pictures, target, steps, learning_rate):
    return descended(pictures, target, steps, learning_rate, sign=1)


@meets("sum over all places, not the mean")
def learn_filter(pictures, target, steps, learning_rate):
    return descended(pictures, target, steps, learning_rate, mean=False)


@meets("never set back to zero")
def learn_filter(pictures, target, steps, learning_rate):
    return descended(pictures, target, steps, learning_rate, keep=True)


@meets("round down, with `//`")
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1


@meets("count the padding once")
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + padding - dilation * (kernel_size - 1) - 1) // stride + 1


@meets("there before any step")
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel_size - 1) - 1) // stride


@meets("You round up")
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return math.ceil((n + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1


@meets("channels axis grew")
def pad(x, padding):
    p = padding
    return np.pad(x, [(0, 0), (p, p), (p, p), (p, p)])


@meets("only below and on the right")
def pad(x, padding):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + padding, W + padding))
    out[:, :, :H, :W] = x
    return out


@meets("one number for each channel")
def convolve_window(window, kernel, bias):
    return np.array([np.sum(w * k) + bias for w, k in zip(window, kernel, strict=True)])


@meets("went into every product")
def convolve_window(window, kernel, bias):
    return (window * kernel + bias).sum()


def slid_forward(x, weight, bias, stride, padding, start=None, p=None, flip=False):
    N, _, H, W = x.shape
    K, f, p = len(weight), weight.shape[2], padding if p is None else p
    kernel = weight[:, :, ::-1, ::-1] if flip else weight
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    out = np.zeros((N, K, (H + 2 * p - f) // stride + 1, (W + 2 * p - f) // stride + 1))
    for n, k, i, j in np.ndindex(out.shape):
        top, left = i * (start or stride), j * (start or stride)
        out[n, k, i, j] = np.sum(padded[n, :, top : top + f, left : left + f] * kernel[k]) + bias[k]
    return out


@meets("windows begin at rows i")
def conv_forward(x, weight, bias, stride=1, padding=0):
    return slid_forward(x, weight, bias, stride, padding, start=1)


@meets("always pad by 1")
def conv_forward(x, weight, bias, stride=1, padding=0):
    return slid_forward(x, weight, bias, stride, padding, p=1)


@meets("kernels are flipped")
def conv_forward(x, weight, bias, stride=1, padding=0):
    return slid_forward(x, weight, bias, stride, padding, flip=True)


@meets("the answer of the first")
def conv_forward(x, weight, bias, stride=1, padding=0):
    first = slid_forward(x[:1], weight, bias, stride, padding)
    return np.concatenate([first] * len(x))


@meets("biases are missing")
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size * kernel_size * in_channels * out_channels


@meets("every weight a bias")
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size**2 * in_channels * out_channels * (1 + bias)


@meets("a single kernel")
def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size**2 * in_channels + (1 if bias else 0)


@meets("rows but not the columns")
def convolve_flipped(x, weight):
    return correlate(x, np.flip(weight, axis=2))


@meets("You transposed the kernel")
def convolve_flipped(x, weight):
    return correlate(x, weight.transpose(0, 1, 3, 2))


@pytest.mark.parametrize(("f", "words"), EXPECTED)
def test_an_expected_mistake_is_refused_in_its_own_words(f, words):
    report = check(f)
    assert report.status == "not yet"
    assert words in report.advice
