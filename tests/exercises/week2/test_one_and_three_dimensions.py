"""The mistakes a teacher expects meet their own words, unforeseen ones are refused, and other right answers pass."""

import math

import numpy as np
import pytest
import torch
from scipy import signal as scipy_signal
from torch.nn import functional as F

from attempts import changed, judged
from cnncourse.exercises.week2 import one_and_three_dimensions_motion as motion
from cnncourse.exercises.week2 import one_and_three_dimensions_network as network
from cnncourse.exercises.week2 import one_and_three_dimensions_peaks as peaks

KNOWN = {"math": math, "scipy_signal": scipy_signal}


HEAD = "def shape_and_parameters(x_shape, filters, kernel_size, stride=1, padding=0):\n"
SIZES = "[1 + math.floor((n - f + 2 * padding) / stride) for n, f in zip(x_shape[2:], kernel_size)]"
COUNT = "filters * (x_shape[1] * math.prod(kernel_size) + 1)"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            f"return (x_shape[0], filters, x_shape[1], *{SIZES}), filters * (math.prod(kernel_size) + 1)",
            "one more axis",
        ),
        (f"return (x_shape[0], filters, *{SIZES}), filters * math.prod(kernel_size) + filters", "only one channel"),
        (
            f"return (x_shape[0], filters, *{SIZES}), filters * x_shape[1] * math.prod(kernel_size)",
            "biases are missing",
        ),
        (f"return (x_shape[0], *{SIZES}, filters), {COUNT}", "channels last"),
        (f"return (x_shape[0], filters, *{SIZES.replace('2 * padding', 'padding')}), {COUNT}", "padding once"),
        (f"return (x_shape[0], filters, *{SIZES.replace('1 + ', '')}), {COUNT}", "one too small"),
        (f"return (x_shape[0], x_shape[1] * filters, *{SIZES}), filters * (math.prod(kernel_size) + 1)", "every pair"),
    ],
)
def test_expected_mistakes_with_shapes_meet_their_words(body, words):
    report = judged("shape_and_parameters", f"{HEAD}    {body}", **KNOWN)
    assert report.status == "not yet"
    assert words in report.advice


@pytest.mark.parametrize(
    "body",
    [
        f"return (x_shape[0], filters, *{SIZES.replace('math.floor', 'math.ceil')}), {COUNT}",
        f"return (x_shape[0], filters, *{SIZES.replace('math.floor', '')}), {COUNT}",
        f"return (x_shape[0], filters, *{SIZES.replace('/ stride', '')}), {COUNT}",
        f"return (1, filters, *{SIZES}), {COUNT}",
        f"return (x_shape[0], filters, *{SIZES}), x_shape[0] * {COUNT}",
        f"return (x_shape[0], filters, *{SIZES}), filters * (x_shape[1] * kernel_size[0] ** len(kernel_size) + 1)",
        f"return (x_shape[0], filters, *{SIZES}), filters * (x_shape[1] * kernel_size[-1] ** len(kernel_size) + 1)",
        f"return (x_shape[0], filters, *{SIZES}[::-1]), {COUNT}",
        f"return (x_shape[0], filters, {SIZES}[0]), {COUNT}",
        f"return (x_shape[0], filters, *{SIZES}), filters * x_shape[1] * math.prod(kernel_size) + x_shape[1]",
    ],
)
def test_other_shapes_are_refused(body):
    assert judged("shape_and_parameters", f"{HEAD}    {body}", **KNOWN).status == "not yet"


def test_shapes_in_other_clothes_pass():
    assert (
        judged("shape_and_parameters", f"{HEAD}    return (x_shape[0], filters, *{SIZES}), {COUNT}", **KNOWN).status
        == "passed"
    )
    by_torch = """
    d = len(kernel_size)
    layer = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[d - 1](x_shape[1], filters, kernel_size, stride, padding)
    return tuple(layer(torch.zeros(x_shape)).shape), sum(p.numel() for p in layer.parameters())
"""
    assert judged("shape_and_parameters", HEAD + by_torch, **KNOWN).status == "passed"


PEAKS = """
def find_r_peaks(signal, template, threshold, refractory):
    kernel = {kernel}
    half = len(template) // 2
    padded = np.pad(signal, half)
    y = np.array([(padded[i : i + len(template)] * kernel).sum() for i in range(len(signal))])
    {after}
    left, level, apart, places = y.astype(float).copy(), {level}, {distance}, []
    while left.max() >= level:
        places.append(left.argmax())
        left[max(places[-1] - apart + 1, 0) : places[-1] + apart] = -np.inf
    places = np.sort(places)
    return {result}
"""
RIGHT = {
    "kernel": "template - template.mean()",
    "after": "pass",
    "level": "threshold * y.max()",
    "distance": "refractory",
    "result": "places",
}


def peaks_with(**changes):
    return judged("find_r_peaks", PEAKS.format(**RIGHT | changes), **KNOWN)


def test_a_search_for_the_largest_that_wipes_out_its_surroundings_passes():
    assert peaks_with().status == "passed"


def test_scipys_peaks_pass():
    found = "scipy_signal.find_peaks(np.pad(y, 1), height=level, distance=apart)[0] - 1"
    assert peaks_with(result=found).status == "passed"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kernel": "(template - template.mean())[::-1]"}, "turned round"),
        ({"kernel": "template"}, "mean is still in the filter"),
        ({"result": "scipy_signal.find_peaks(y, height=level)[0]"}, "every local maximum"),
        ({"result": "np.flatnonzero(y >= threshold * y.max())"}, "several for each beat"),
        ({"result": "places - half"}, "half a template too early"),
        ({"result": "places + half"}, "half a template too late"),
        ({"after": "y = np.abs(y)"}, "absolute value"),
        ({"after": "y = signal"}, "template is never used"),
        ({"distance": "refractory + 1"}, "exactly `refractory`"),
        ({"distance": "refractory - 1"}, "refractory − 1 samples away"),
    ],
)
def test_expected_mistakes_with_peaks_meet_their_words(changes, words):
    report = peaks_with(**changes)
    assert report.status == "not yet"
    assert words in report.advice


@pytest.mark.parametrize(
    "changes",
    [
        {"kernel": "template - template[0]"},
        {"kernel": "template - np.median(template)"},
        {"kernel": "np.abs(template - template.mean())"},
        {"kernel": "template.mean() - template"},
        {"kernel": "np.ones(len(template)) - 1 / len(template)"},
        {"distance": "len(template)"},
        {"distance": "max(refractory - 1, 1)"},
        {"level": "0.5 * y.max()"},
        {"level": "threshold * signal.max()"},
        {"level": "y.mean() + threshold * y.std()"},
        {"distance": "1"},
        {"result": "places + 1"},
        {"result": "places - 1"},
        {"result": "places[:-1]"},
        {"result": "y[places]"},
        {"result": "len(places)"},
        {"after": "y = y ** 2"},
        {"after": "y = np.correlate(np.pad(signal, half, mode='edge'), template - template.mean(), 'valid')"},
        {"after": "y = np.correlate(signal - signal.mean(), template - template.mean(), 'same')"},
        {"result": "np.array([i for i in range(len(y)) if y[i] == max(level, *y[max(i - apart + 1, 0) : i + apart])])"},
        {"after": "y = np.diff(y, append=0)"},
        {"after": "y = np.maximum(y, 0); y[-1] = 0; signal[:] = 0"},
    ],
)
def test_other_peaks_are_refused(changes):
    assert peaks_with(**changes).status == "not yet"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">= refractory", "> refractory"),
        ("break", "continue"),
        ("np.argsort(-response)", "np.argsort(response)"),
        ("np.argsort(-response)", "range(len(response))"),
        ("sorted(peaks)", "peaks"),
        ('mode="same"', 'mode="full"'),
        ('mode="same"', 'mode="valid"'),
        ("np.correlate(signal, kernel", "np.convolve(signal, kernel"),
        ("response[i] < threshold * response.max()", "response[i] < threshold"),
        ("response[i] < threshold", "response[i] <= threshold"),
    ],
)
def test_one_slip_in_the_solution_of_the_peaks_is_refused(old, new):
    report = changed("find_r_peaks", (old, new), **KNOWN)
    assert report.status == ("passed" if new == "continue" else "not yet")


def test_the_oracle_of_the_peaks_agrees_with_scipy():
    for case in peaks._peak_cases():
        signal, template, threshold, refractory = case.args
        y = scipy_signal.correlate(signal, template - template.mean(), mode="same")
        found, _ = scipy_signal.find_peaks(np.pad(y, 1), height=threshold * y.max(), distance=refractory)
        assert (found - 1).tolist() == case.expected.tolist(), case.what


TWICE = """
def beat_network(maps, classes):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = {first}, {second}
            self.last = {last}

        def forward(self, x):
            x = F.{pool}(torch.relu(self.first(x)), 4)
            x = torch.relu(self.second(x))
            return {end}

    return Net()
"""
FINE = {
    "first": "nn.Conv1d(1, maps, 7, padding=3)",
    "second": "nn.Conv1d(maps, 2 * maps, 5, padding='same')",
    "last": "nn.Linear(2 * maps, classes)",
    "pool": "max_pool1d",
    "end": "self.last(x.mean(dim=2))",
}


def net_with(**changes):
    return judged("beat_network", TWICE.format(**FINE | changes), **KNOWN)


def test_a_network_written_as_a_class_passes():
    assert net_with().status == "passed"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"first": "nn.Conv2d(1, maps, 7, padding=3)", "second": "nn.Conv2d(maps, 2 * maps, 5, padding=2)"},
            "nn.Conv1d",
        ),
        ({"end": "self.last(x.mean(dim=1))", "last": "nn.LazyLinear(classes)"}, "over the channels"),
        ({"end": "self.last(x.mean(dim=1))"}, "last axis"),
        ({"end": "self.last(x.flatten(1))", "last": "nn.LazyLinear(classes)"}, "weight for every moment"),
        ({"end": "self.last(x.mean(dim=2)).softmax(dim=1)"}, "ends in a softmax"),
        ({"end": "self.last(x.amax(dim=2))"}, "largest number over time"),
        ({"end": "self.last(x.mean(dim=2)).relu()"}, "after the last layer"),
        ({"pool": "avg_pool1d"}, "takes averages"),
        ({"end": "self.last(F.avg_pool1d(x, 10)[:, :, 0])"}, "window of a fixed length"),
        ({"second": "nn.Conv1d(maps, 2 * maps, 5)"}, "The second convolution has no padding"),
    ],
)
def test_expected_mistakes_with_networks_meet_their_words(changes, words):
    report = net_with(**changes)
    assert report.status == "not yet"
    assert words in report.advice


@pytest.mark.parametrize(
    "changes",
    [
        {"first": "nn.Conv1d(1, maps, 7, padding=3, padding_mode='reflect')"},
        {"first": "nn.Conv1d(1, maps, 7, padding=3, bias=False)"},
        {"first": "nn.Conv1d(1, maps, 5, padding=2)"},
        {"first": "nn.Conv1d(1, maps, 7, padding=2)"},
        {"second": "nn.Conv1d(maps, 2 * maps, 5, padding=2, groups=maps)"},
        {"second": "nn.Conv1d(maps, 2 * maps, 5, padding=4, dilation=2)"},
        {"second": "nn.Conv1d(maps, 2 * maps, 5, padding=2, stride=2)"},
        {"last": "nn.Linear(2 * maps, classes, bias=False)"},
        {"end": "self.last(x.sum(dim=2))"},
        {"end": "self.last(F.dropout(x.mean(dim=2), 0.5, self.training))"},
        {"end": "self.last(x[:, :, -1])"},
        {"end": "self.last(x.mean(dim=2)).log_softmax(dim=1)"},
        {"end": "self.last(x.mean(dim=2)).argmax(dim=1)"},
        {"end": "self.last(x.mean(dim=(0, 2)))[None].repeat(2, 1)"},
    ],
)
def test_other_networks_are_refused(changes):
    assert net_with(**changes).status == "not yet"


def test_the_oracle_of_the_network_agrees_with_torch():
    shapes = [(3, 1, 7), (3,), (6, 3, 5), (6,), (2, 6), (2,)]
    parameters = [network._fixed(shape, place) for place, shape in enumerate(shapes)]
    x = network._fixed((2, 1, network.LENGTHS[0]), network.SIGNALS)
    w1, b1, w2, b2, w3, b3 = map(torch.from_numpy, parameters)
    h = F.max_pool1d(F.relu(F.conv1d(torch.from_numpy(x), w1, b1, padding=3)), 4)
    expected = F.linear(F.relu(F.conv1d(h, w2, b2, padding=2)).mean(dim=2), w3, b3)
    np.testing.assert_allclose(network._logits_by_loops(parameters, x), expected.numpy(), atol=1e-12)


MOVING = "def moving_kernel(pattern, velocity, frames):\n    {}"
STACK = "return np.stack([np.roll(pattern, [{} for v in velocity], {}) for t in range(frames)], {})"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            STACK.format("(frames // 2 - t) * v", "(0, 1)", 0),
            "wrong way",
        ),
        (
            STACK.format("(t - frames // 2) * v", "(1, 0)", 0),
            "swapped",
        ),
        (
            STACK.format("t * v", "(0, 1)", 0),
            "first frame",
        ),
        ("return np.repeat(pattern[None], frames, axis=0)", "blind to motion"),
        (
            STACK.format("(t - frames // 2) * v", "(0, 1)", -1),
            "last axis",
        ),
    ],
)
def test_expected_mistakes_with_motion_meet_their_words(body, words):
    report = judged("moving_kernel", MOVING.format(body), **KNOWN)
    assert report.status == "not yet"
    assert words in report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("frames // 2", "frames / 2"),
        ("frames // 2", "1"),
        ("steps * right", "right"),
        ("steps * down", "0"),
        ("axis=(0, 1)", "axis=0"),
        ("(steps * down, steps * right), axis=(0, 1)", "steps * down + steps * right"),
        ("np.array(kernel)", "np.array(kernel)[::-1]"),
        ("np.array(kernel)", "np.array(kernel) - np.mean(kernel, axis=0)"),
        ("np.array(kernel)", "np.array(kernel).sum(axis=0)"),
        ("np.array(kernel)", "np.abs(kernel)"),
    ],
)
def test_one_slip_in_the_moving_kernel_is_refused(old, new):
    assert changed("moving_kernel", (old, new), **KNOWN).status == "not yet"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("steps * down", "0", "left and right only"),
        ("steps * right", "0", "up and down only"),
        ("steps * down", "-steps * down", "rows move the wrong way"),
        ("steps * right", "-steps * right", "columns move the wrong way"),
        (", axis=(0, 1)", "", "gave np.roll no axis"),
    ],
)
def test_a_slip_in_one_axis_of_the_moving_kernel_meets_its_words(old, new, words):
    assert words in changed("moving_kernel", (old, new), **KNOWN).advice


def test_a_moving_kernel_filled_into_zeros_passes():
    body = """kernel = np.zeros((frames, *pattern.shape))
    for t in range(frames):
        kernel[t] = np.roll(pattern, (t - frames // 2) * np.array(velocity), axis=(0, 1))
    return kernel"""
    assert judged("moving_kernel", MOVING.format(body), **KNOWN).status == "passed"


def test_a_moving_kernel_by_indices_passes():
    body = """H, W = pattern.shape
    t = np.arange(frames)[:, None, None] - frames // 2
    i, j = np.arange(H)[:, None], np.arange(W)
    return pattern[(i - t * velocity[0]) % H, (j - t * velocity[1]) % W]"""
    assert judged("moving_kernel", MOVING.format(body), **KNOWN).status == "passed"


def test_the_cases_of_the_motion_tell_its_axes_apart():
    shapes = [case.args[0].shape for case in motion._motion_cases()]
    assert sum(H != W for H, W in shapes) >= 5
