"""Wrong answers that no list foresaw are refused, and right ones in other clothes pass."""

import numpy as np
import pytest

from cnncourse.convolution import correlate, correlate_backward, max_pool_backward
from cnncourse.exercises import check


def judged(name, source):
    names = {"np": np, "correlate": correlate, "correlate_backward": correlate_backward}
    exec(source, names)  # noqa: S102 (what a learner's cell does)
    return check(names[name])


def judged_body(name, arguments, body):
    return judged(name, f"def {name}({arguments}):\n    {body}")


DIFFERENCE = """
def central_difference(f, x, epsilon):
    flat, slopes = x.ravel(), []
    for i in range(flat.size):
        nudge = np.eye(flat.size)[i].reshape(x.shape) * epsilon
        slopes.append((f(x + nudge) - f(x - nudge)) / epsilon / 2)
    return np.array(slopes).reshape(x.shape)
"""


def test_a_difference_with_a_unit_vector_passes():
    assert judged("central_difference", DIFFERENCE).status == "passed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (".reshape(x.shape)\n", "\n"),
        ("/ 2)", "/ 3)"),
        ("f(x - nudge)", "f(x - 2 * nudge)"),
        ("* epsilon\n", "* 1e-6\n"),
        ("(f(x + nudge) - f(x - nudge))", "abs(f(x + nudge) - f(x - nudge))"),
        ("range(flat.size)", "range(max(flat.size - 1, 1))"),
        ("np.array(slopes)", "np.array(slopes)[::-1]"),
        ("np.array(slopes)", "np.round(slopes, 2)"),
        (".reshape(x.shape)\n", ".reshape(x.shape).tolist()\n"),
    ],
)
def test_other_differences_are_refused(old, new):
    source = DIFFERENCE.rpartition("    return")
    if old not in source[1] + source[2] or old.startswith("np.array"):
        changed = DIFFERENCE.replace(old, new)
    else:
        changed = source[0] + (source[1] + source[2]).replace(old, new)
    assert changed != DIFFERENCE
    assert judged("central_difference", changed).status == "not yet"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("n = np.linalg.norm\n    s = n(a) + n(b)\n    return float(n(a - b) / s) if s else 0.0", "passed"),
        ("n = np.linalg.norm\n    return n(a - b) / max(n(a) + n(b), 1e-300)", "passed"),
        ("n = np.linalg.norm\n    return n(a - b) / max(n(a), n(b), 1e-300)", "not yet"),
        ("return np.abs(a - b).sum() / max((np.abs(a) + np.abs(b)).sum(), 1e-300)", "not yet"),
        ("return np.abs(a - b).max() / max(np.abs(a).max() + np.abs(b).max(), 1e-300)", "not yet"),
        ("n = np.linalg.norm\n    return n(a - b) / (n(a) + n(b) + 1e-3)", "not yet"),
        ("n = np.linalg.norm\n    return np.array([n(a - b) / max(n(a) + n(b), 1e-300)])", "not yet"),
        ("return 1.0 if (a != b).any() else 0.0", "not yet"),
    ],
)
def test_relative_errors(body, status):
    assert judged_body("gradient_error", "a, b", body).status == status


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ("np.einsum('nk,kd->nd', d, w), np.einsum('nk,nd->kd', d, x), np.ones(len(d)) @ d", "passed"),
        ("[d.dot(w), (x.T @ d).T, sum(d)]", "passed"),
        ("d @ w, d.T @ x, d.sum(0, keepdims=True)", "not yet"),
        ("d @ w, (d.T @ x).sum(0), d.sum(0)", "not yet"),
        ("d @ w * 2, d.T @ x, d.sum(0)", "not yet"),
        ("d @ w, d.T @ x, d.sum()", "not yet"),
        ("d @ w, d.T @ x", "not yet"),
        ("d.T @ x, d.sum(0), d @ w", "not yet"),
        ("d @ np.abs(w), d.T @ x, d.sum(0)", "not yet"),
        ("(d @ w).astype(int), d.T @ x, d.sum(0)", "not yet"),
        ("d @ w, np.maximum(d, 0).T @ x, d.sum(0)", "not yet"),
    ],
)
def test_dense_gradients(results, status):
    body = f"d, w = grad_output, weight\n    return {results}"
    assert judged_body("linear_backward", "grad_output, x, weight", body).status == status


SOFTMAX = "z = logits - logits.max(1, keepdims=True)\n    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)\n    "


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (SOFTMAX + "p[np.arange(len(labels)), labels] -= 1\n    return p / len(p)", "passed"),
        (SOFTMAX + "p[:, labels] -= 1\n    return p / len(p)", "not yet"),
        (SOFTMAX + "p[np.arange(len(labels)), labels] -= 1\n    return p / p.size", "not yet"),
        (SOFTMAX + "p[np.arange(len(labels)), labels] -= 1\n    return p.mean(0)", "not yet"),
        (SOFTMAX + "p[np.arange(len(labels)), labels] = 1 - p.max(1)\n    return p / len(p)", "not yet"),
        (SOFTMAX + "return (p - (np.arange(p.shape[1]) == labels[0])) / len(p)", "not yet"),
        (SOFTMAX + "return -np.log(p[np.arange(len(labels)), labels]).mean()", "not yet"),
        ("logits -= 1\n    " + SOFTMAX + "p[np.arange(len(labels)), labels] -= 1\n    return p / len(p)", "not yet"),
    ],
)
def test_cross_entropy_gradients(body, status):
    assert judged_body("cross_entropy_gradient", "logits, labels", body).status == status


CONV = "grad_output, x, weight, stride, padding"
CALL = f"gx, gw, gb = correlate_backward({CONV})\n    "
ONE = "g = correlate_backward(grad_output[:1], x[:1], weight, stride, padding)\n    "


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (CALL + "return gx, gw, gb", "passed"),
        (CALL + "return [gx * 1.0, gw, gb]", "passed"),
        (CALL + "return gx, gw", "not yet"),
        (CALL + "return gw, gx, gb", "not yet"),
        (CALL + "return gx.swapaxes(2, 3), gw, gb", "not yet"),
        (CALL + "return gx, gw.swapaxes(2, 3), gb", "not yet"),
        (CALL + "return gx, gw[:, ::-1], gb", "not yet"),
        (CALL + "return gx, gw, gb * 0 + grad_output.sum()", "not yet"),
        (CALL + "return gx, gw.mean(1, keepdims=True).repeat(gw.shape[1], 1), gb", "not yet"),
        (CALL + "gx[..., 0] = 0\n    return gx, gw, gb", "not yet"),
        (CALL + "return gx.astype(np.float16), gw, gb", "not yet"),
        (ONE + "return np.broadcast_to(g[0], x.shape).copy(), g[1], grad_output.sum(axis=(0, 2, 3))", "not yet"),
    ],
)
def test_convolution_gradients(body, status):
    assert judged_body("conv_backward", CONV, body).status == status


def test_turned_gradients_are_named_though_their_means_agree():
    body = CALL + "return gx[:, :, ::-1, ::-1], gw[:, :, ::-1, ::-1], gb"
    assert "half a turn" in judged_body("conv_backward", CONV, body).advice


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("return backward(grad_output, x, kernel_size, stride)", "passed"),
        ("return backward(grad_output, -x, kernel_size, stride)", "not yet"),
        ("return backward(grad_output, np.abs(x), kernel_size, stride)", "not yet"),
        ("return backward(grad_output, x, kernel_size, stride).astype(int)", "not yet"),
        ("return backward(np.ones_like(grad_output), x, kernel_size, stride)", "not yet"),
        ("return backward(grad_output, x, kernel_size, stride)[:1]", "not yet"),
        ("return backward(grad_output, x[:, ::-1], kernel_size, stride)[:, ::-1]", "not yet"),
        ("return backward(grad_output, x, kernel_size, stride).round(1)", "not yet"),
        ("x[...] = backward(grad_output, x, kernel_size, stride)\n    return x", "not yet"),
        ("return backward(np.maximum(grad_output, 0), x, kernel_size, stride)", "not yet"),
    ],
)
def test_pooling_gradients(body, status):
    names = {"np": np, "backward": max_pool_backward}
    exec(f"def max_pool_backward(grad_output, x, kernel_size, stride):\n    {body}", names)  # noqa: S102
    assert check(names["max_pool_backward"]).status == status
