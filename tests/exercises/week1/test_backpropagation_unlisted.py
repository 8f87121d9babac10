"""Exercises of notebook 1.4 against wrong answers that are on no list, and right answers in other clothes."""

import numpy as np
import pytest
import torch

from cnncourse import convolution
from cnncourse.exercises import catalogue, check

SOLUTION = {name: exercise.solution for name, exercise in catalogue().items()}


def judged(name, answer):
    def attempt(*args):
        return answer(*args)

    attempt.__name__ = name
    return check(attempt)


def by_steps(formula):
    """Build the central difference's relatives: `formula(f, x, step, epsilon)` for each entry's step."""

    def gradient(f, x, epsilon):
        steps = np.eye(x.size).reshape(-1, *x.shape) * epsilon
        return np.array([formula(f, x, step, epsilon) for step in steps]).reshape(x.shape)

    return gradient


def put_back(f, x, epsilon):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + epsilon
        ahead = f(x)
        x[index] = old - epsilon
        gradient[index] = (ahead - f(x)) / (2 * epsilon)
        x[index] = old
    return gradient


def ratio(length):
    return lambda a, b: length(a - b) / (length(a) + length(b)) if a.any() or b.any() else 0.0


def spectral(a):
    return np.linalg.norm(a, 2) if a.ndim == 2 else np.linalg.norm(a)


def entropy(powers):
    def gradient(logits, labels):
        exponentials = powers(logits)
        truth = np.eye(logits.shape[1])[labels]
        return (exponentials / exponentials.sum(axis=1, keepdims=True) - truth) / len(labels)

    return gradient


def changed(name, *changes):
    """Return the solution with a change to each of its results."""

    def answer(*args):
        return tuple(change(value) for change, value in zip(changes, SOLUTION[name](*args), strict=True))

    return answer


def same(a):
    return a


def only_where(name, holds):
    def answer(*args):
        result = SOLUTION[name](*args)
        extra = 0 if holds(*args) else 1
        return tuple(a + extra for a in result) if isinstance(result, tuple) else result + extra

    return answer


def no_room_for_padding(grad_output, x, weight, stride, padding):
    around = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    grad_x, *others = SOLUTION["conv_backward"](grad_output, np.pad(x, around), weight, stride, 0)
    return grad_x[:, :, padding:-padding, padding:-padding], *others  # padding 0 leaves nothing


WRONG = {
    "central_difference": {
        "five points": by_steps(
            lambda f, x, s, e: (8 * (f(x + s) - f(x - s)) - f(x + 2 * s) + f(x - 2 * s)) / (12 * e)
        ),
        "its own epsilon": by_steps(lambda f, x, s, e: (f(x + s / e * 1e-5) - f(x - s / e * 1e-5)) / 2e-5),
        "brackets": by_steps(lambda f, x, s, e: (f(x + s) - f(x - s)) / 2 * e),
        "relative steps": by_steps(lambda f, x, s, e: (f(x * (1 + s)) - f(x * (1 - s))) / (2 * e)),
        "mean": lambda f, x, e: SOLUTION["central_difference"](f, x, e) / x.size,
    },
    "gradient_error": {
        "spectral norm": ratio(spectral),
        "largest entry": ratio(lambda a: np.abs(a).max()),
        "absolute sums": ratio(lambda a: np.abs(a).sum()),
        "half precision": lambda a, b: np.float16(SOLUTION["gradient_error"](a, b)),
        "one axis": lambda a, b: SOLUTION["gradient_error"](a[0], b[0]),
    },
    "linear_backward": {
        "bias as a row": changed("linear_backward", same, same, lambda a: a[None]),
        "grad_x averaged": lambda g, x, w: (g @ w / len(x), g.T @ x, g.sum(0)),
        "sums before products": lambda g, x, w: (g @ w, np.outer(g.sum(0), x.sum(0)), g.sum(0)),
        "updates the weight": lambda g, x, w: (g @ w, w - g.T @ x, g.sum(0)),
        "two results": lambda g, x, w: (g @ w, g.T @ x),
    },
    "cross_entropy_gradient": {
        "one maximum for all": entropy(lambda z: np.exp(z - z.max())),
        "clipped": entropy(lambda z: np.exp(np.clip(z, -500, 500))),
        "mean subtracted": entropy(lambda z: np.exp(z - z.mean(axis=1, keepdims=True))),
        "infinity replaced": entropy(lambda z: np.minimum(np.exp(z), 1e300)),
        "half precision": lambda z, labels: SOLUTION["cross_entropy_gradient"](z, labels).astype(np.float16),
    },
    "conv_backward": {
        "kernels up to 3": only_where("conv_backward", lambda g, x, w, s, p: w.shape[2] <= 3),
        "strides up to the kernel": only_where("conv_backward", lambda g, x, w, s, p: s <= w.shape[2]),
        "even kernels unpadded": only_where("conv_backward", lambda g, x, w, s, p: w.shape[2] % 2 or p == 0),
        "padding below the kernel": only_where("conv_backward", lambda g, x, w, s, p: p < w.shape[2]),
        "padding 0": no_room_for_padding,
        "upside down": changed("conv_backward", lambda a: a[:, :, ::-1], lambda a: a[:, :, ::-1], same),
    },
    "max_pool_backward": {
        "windows up to 3": only_where("max_pool_backward", lambda g, x, k, s: k <= 3),
        "one shared line": only_where("max_pool_backward", lambda g, x, k, s: k - s <= 1),
        "smallest": lambda g, x, k, s: SOLUTION["max_pool_backward"](g, -x, k, s),
        "largest size": lambda g, x, k, s: SOLUTION["max_pool_backward"](g, abs(x), k, s),
        "first channel's winners": lambda g, x, k, s: SOLUTION["max_pool_backward"](
            g, np.repeat(x[:, :1], x.shape[1], axis=1), k, s
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"),
    [pytest.param(name, wrong, id=f"{name}: {what}") for name, few in WRONG.items() for what, wrong in few.items()],
)
def test_a_wrong_answer_that_is_on_no_list_is_not_yet(name, wrong):
    report = judged(name, wrong)
    assert report.status == "not yet"
    assert report.advice


def by_autograd(forward):
    def gradients(grad_output, *arrays):
        tensors = [torch.tensor(a, requires_grad=True) if isinstance(a, np.ndarray) else a for a in arrays]
        leaves = [t for t in tensors if isinstance(t, torch.Tensor)]
        outputs, bias = forward(*tensors)
        leaves += [bias] if bias is not None else []
        found = torch.autograd.grad(outputs, leaves, torch.tensor(grad_output))
        return tuple(g.numpy() for g in found) if len(found) > 1 else found[0].numpy()

    return gradients


def zeros_for(weight):
    return torch.zeros(len(weight), dtype=torch.float64, requires_grad=True)


def dense(x, weight):
    bias = zeros_for(weight)
    return torch.nn.functional.linear(x, weight, bias), bias


def convolved(x, weight, stride, padding):
    bias = zeros_for(weight)
    return torch.nn.functional.conv2d(x, weight, bias, stride=stride, padding=padding), bias


RIGHT = {
    "central_difference": [put_back, by_steps(lambda f, x, s, e: (f(x + s) - f(x - s)) / (2 * e))],
    "gradient_error": [convolution.relative_error, ratio(np.linalg.norm), ratio(lambda a: np.sqrt(np.vdot(a, a)))],
    "linear_backward": [by_autograd(dense), lambda g, x, w: [np.dot(g, w), np.einsum("nk,nd->kd", g, x), sum(g)]],
    "cross_entropy_gradient": [entropy(lambda z: np.exp(z - z.max(axis=1, keepdims=True)))],
    "conv_backward": [by_autograd(convolved), convolution.correlate_backward],
    "max_pool_backward": [
        by_autograd(lambda x, k, s: (torch.nn.functional.max_pool2d(x, k, s), None)),
        convolution.max_pool_backward,
    ],
}


@pytest.mark.parametrize(
    ("name", "right"),
    [pytest.param(name, right, id=f"{name}-{i}") for name, few in RIGHT.items() for i, right in enumerate(few)],
)
def test_a_right_answer_in_other_clothes_passes(name, right):
    report = judged(name, right)
    assert report.status == "passed", report


def test_putting_back_by_adding_is_told_of_rounding():
    def central_difference(f, x, epsilon):
        gradient = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            x[index] += epsilon
            ahead = f(x)
            x[index] -= 2 * epsilon
            gradient[index] = (ahead - f(x)) / (2 * epsilon)
            x[index] += epsilon
        return gradient

    assert "rounding leaves it a hair off" in check(central_difference).advice
