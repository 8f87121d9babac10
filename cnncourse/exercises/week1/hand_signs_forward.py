"""Exercise of notebook 1.6: a whole network's forward pass, assembled from the week's parts."""

import numpy as np

from cnncourse.convolution import average_pool, correlate, max_pool
from cnncourse.exercises.engine import Case, Exercise


def forward_pass(parameters, x):
    """Return the logits (N, classes) of pictures x (N, C, H, W).

    The steps, in order:
      1. correlate with "0.weight" and "0.bias", stride 2, padding 2
      2. ReLU, then max pooling 4 × 4
      3. correlate with "3.weight" and "3.bias", padding 1
      4. ReLU, then max pooling 2 × 2
      5. flatten each picture to one row, in the order channel, row, column
      6. dense layer with "7.weight" (classes, features) and "7.bias" (classes,)

    parameters maps these six names to arrays. Logits are what comes before softmax.
    """
    x = correlate(x, parameters["0.weight"], parameters["0.bias"], stride=2, padding=2)
    x = max_pool(np.maximum(x, 0), 4)
    x = correlate(x, parameters["3.weight"], parameters["3.bias"], padding=1)
    x = max_pool(np.maximum(x, 0), 2)
    x = x.reshape(len(x), -1)
    return x @ parameters["7.weight"].T + parameters["7.bias"]


def _convolved(parameters, x, bias=True, rectify=(True, True), pool=max_pool):
    zero = np.zeros_like
    biases = [parameters[f"{n}.bias"] if bias else zero(parameters[f"{n}.bias"]) for n in (0, 3)]
    x = correlate(x, parameters["0.weight"], biases[0], stride=2, padding=2)
    x = pool(np.maximum(x, 0) if rectify[0] else x, 4)
    x = correlate(x, parameters["3.weight"], biases[1], padding=1)
    return pool(np.maximum(x, 0) if rectify[1] else x, 2)


def _dense(parameters, x):
    return x.reshape(len(x), -1) @ parameters["7.weight"].T + parameters["7.bias"]


def _no_relu(parameters, x):
    return _dense(parameters, _convolved(parameters, x, rectify=(False, False)))


def _first_relu_forgotten(parameters, x):
    return _dense(parameters, _convolved(parameters, x, rectify=(False, True)))


def _second_relu_forgotten(parameters, x):
    return _dense(parameters, _convolved(parameters, x, rectify=(True, False)))


def _average_pooling(parameters, x):
    return _dense(parameters, _convolved(parameters, x, pool=average_pool))


def _no_conv_bias(parameters, x):
    return _dense(parameters, _convolved(parameters, x, bias=False))


def _no_dense_bias(parameters, x):
    return _dense(parameters, _convolved(parameters, x)) - parameters["7.bias"]


def _channels_last(parameters, x):
    return _dense(parameters, np.ascontiguousarray(_convolved(parameters, x).transpose(0, 2, 3, 1)))


def _relu_at_the_end(parameters, x):
    return np.maximum(forward_pass(parameters, x), 0)


def _probabilities(parameters, x):
    logits = forward_pass(parameters, x)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _answers(parameters, x):
    return forward_pass(parameters, x).argmax(axis=1)


def correlate_by_loops(x, weight, bias, stride, padding):
    """Return the cross-correlation of one picture (C, H, W) window by window: an oracle."""
    K, _, f, _ = weight.shape
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    H, W = ((n - f) // stride + 1 for n in padded.shape[1:])
    out = np.zeros((K, H, W))
    for k, i, j in np.ndindex(K, H, W):
        window = padded[:, i * stride : i * stride + f, j * stride : j * stride + f]
        out[k, i, j] = (window * weight[k]).sum() + bias[k]
    return out


def pool_by_loops(x, size):
    """Return the largest number of each window of one picture (C, H, W): an oracle."""
    C, H, W = x.shape
    out = np.zeros((C, H // size, W // size))
    for c, i, j in np.ndindex(out.shape):
        out[c, i, j] = x[c, i * size : (i + 1) * size, j * size : (j + 1) * size].max()
    return out


def logits_by_loops(parameters, x):
    """Return the network's logits picture by picture: the oracle of this exercise and of the PyTorch twin's."""
    rows = []
    for picture in x:
        first = correlate_by_loops(picture, parameters["0.weight"], parameters["0.bias"], 2, 2)
        first = pool_by_loops(np.where(first > 0, first, 0), 4)
        second = correlate_by_loops(first, parameters["3.weight"], parameters["3.bias"], 1, 1)
        second = pool_by_loops(np.where(second > 0, second, 0), 2)
        features = [number for channel in second for row in channel for number in row]
        dense = zip(parameters["7.weight"], parameters["7.bias"], strict=True)
        rows.append([sum(w * v for w, v in zip(weights, features, strict=True)) + bias for weights, bias in dense])
    return np.array(rows)


def random_parameters(rng, channels, first, second, features, classes):
    """Return random parameters of the week's network, its biases low enough for a ReLU to cut whole maps off."""
    return {
        "0.weight": rng.normal(0, 0.3, (first, channels, 5, 5)),
        "0.bias": rng.normal(-0.5, 0.8, first) * np.sqrt(75 * channels * 0.09),
        "3.weight": rng.normal(0, 0.3, (second, first, 3, 3)),
        "3.bias": rng.normal(-0.5, 0.8, second) * np.sqrt(9 * first),
        "7.weight": rng.normal(0, 0.5, (classes, features)),
        "7.bias": rng.normal(0, 1, classes),
    }


def _one_dot():
    """Return parameters that pass one channel through untouched, and a picture of 16 × 16 with a single 3 in it."""
    first, second = np.zeros((1, 1, 5, 5)), np.zeros((1, 1, 3, 3))
    first[0, 0, 2, 2] = second[0, 0, 1, 1] = 1
    weights = {"0.weight": first, "0.bias": np.zeros(1), "3.weight": second, "3.bias": np.array([0.5])}
    x = np.zeros((1, 1, 16, 16))
    x[0, 0, 4, 6] = 3
    return weights | {"7.weight": np.array([[1.0], [-2.0]]), "7.bias": np.array([0.0, 10.0])}, x


def _forward_cases():
    parameters, x = _one_dot()
    yield Case("a single 3 passes through: 3 + 0.5, then 1·3.5 and 10 − 2·3.5", (parameters, x), np.array([[3.5, 3.0]]))
    yield Case("a −3 is cut off: only the 0.5 arrives", (parameters, -x), np.array([[0.5, 9.0]]))
    rng = np.random.default_rng(16)
    for N, C, H, W, first, second, classes in (
        (2, 1, 16, 16, 2, 3, 4),
        (1, 3, 24, 40, 2, 3, 3),
        (3, 2, 32, 16, 3, 2, 5),
        (2, 3, 36, 52, 4, 2, 6),
        (1, 3, 64, 64, 3, 4, 6),
    ):
        features = second * (H // 2 // 4 // 2) * (W // 2 // 4 // 2)
        arguments = random_parameters(rng, C, first, second, features, classes), rng.normal(0, 1, (N, C, H, W))
        yield Case(f"{N} × {C} × {H} × {W}, {first} then {second} maps", arguments, logits_by_loops(*arguments))


FORWARD_PASS = Exercise(
    solution=forward_pass,
    cases=_forward_cases,
    mistakes={
        _no_relu: "Both ReLUs are missing: negative answers of the convolutions must become 0. Without them only the "
        "pooling keeps the net from being one straight line.",
        _first_relu_forgotten: "The ReLU after the first convolution (or after its pooling) is missing.",
        _second_relu_forgotten: "The ReLU after the second convolution (or after its pooling) is missing.",
        _average_pooling: "You pool by the average; the largest number of each window is wanted.",
        _no_conv_bias: "The biases of the two convolutions are not used: they are correlate's third argument.",
        _no_dense_bias: "The last layer's bias is missing: every class has one number of its own to add.",
        _channels_last: "The numbers are flattened in the order row, column, channel, but the dense layer's weights "
        'expect channel, row, column: flatten (N, C, H, W) as it stands. The "classic" n_H × n_W × n_C order does not '
        "fit weights in PyTorch's order.",
        _relu_at_the_end: "There is a ReLU after the last layer. Logits may be negative: a net that cannot say "
        '"surely not" learns badly.',
        _probabilities: "These are probabilities (softmax is applied); the logits themselves are wanted: the loss "
        "applies softmax.",
        _answers: "This is the class with the largest logit; return all the logits of every picture.",
    },
    hints=(
        "Reuse one name: `x = correlate(x, …)`, `x = np.maximum(x, 0)`, `x = max_pool(x, 4)`, and so on down the list.",
        "`x.reshape(len(x), -1)` makes (N, C, H, W) into (N, C·H·W), in the right order.",
        'The weights of the dense layer have shape (classes, features): `x @ parameters["7.weight"].T`, plus the bias.',
    ),
    minutes=10,
    difficulty=2,
    points=2,
)
