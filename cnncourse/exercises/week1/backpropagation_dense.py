"""Exercises of notebook 1.4 on a dense layer: its three gradients, and the one that starts it all."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def linear_backward(grad_output, x, weight):
    """Return (grad_x, grad_weight, grad_bias) of the dense layer y = x · weightᵀ + bias.

    x has shape (N, D), weight (K, D), grad_output (N, K): the loss's gradient with
    respect to y. Each result has the shape of what it belongs to: (N, D), (K, D), (K,).
    The mean over the batch is already in grad_output.

    Example: with N = K = 1, x = [[2, 3]], weight = [[5, 7]], grad_output = [[10]] the
    results are [[50, 70]], [[20, 30]] and [10].
    """
    grad_x = grad_output @ weight
    grad_weight = grad_output.T @ x
    grad_bias = grad_output.sum(axis=0)
    return grad_x, grad_weight, grad_bias


def _transposed(grad_output, x, weight):
    return grad_output @ weight, x.T @ grad_output, grad_output.sum(axis=0)


def _batch_averaged_twice(grad_output, x, weight):
    N = len(x)
    return grad_output @ weight, grad_output.T @ x / N, grad_output.sum(axis=0) / N


def _bias_not_summed(grad_output, x, weight):
    return grad_output @ weight, grad_output.T @ x, grad_output


def _bias_averaged(grad_output, x, weight):
    return grad_output @ weight, grad_output.T @ x, grad_output.mean(axis=0)


def _bias_over_outputs(grad_output, x, weight):
    return grad_output @ weight, grad_output.T @ x, grad_output.sum(axis=1)


def _first_picture_only(grad_output, x, weight):
    return grad_output @ weight, np.outer(grad_output[0], x[0]), grad_output.sum(axis=0)


def _weight_and_x_swapped(grad_output, x, weight):
    return grad_output.T @ x, grad_output @ weight, grad_output.sum(axis=0)


def _dense_by_loops(grad_output, x, weight):
    """Return the three gradients number by number: the oracle."""
    grad_x, grad_weight, grad_bias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n, k in np.ndindex(grad_output.shape):
        grad_bias[k] += grad_output[n, k]
        for d in range(x.shape[1]):
            grad_x[n, d] += grad_output[n, k] * weight[k, d]
            grad_weight[k, d] += grad_output[n, k] * x[n, d]
    return grad_x, grad_weight, grad_bias


def _dense_cases():
    one = np.array([[10.0]]), np.array([[2.0, 3.0]]), np.array([[5.0, 7.0]])
    yield Case("one picture, one output", one, (np.array([[50.0, 70.0]]), np.array([[20.0, 30.0]]), np.array([10.0])))
    two = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, -1.0], [0.5, 2.0]])
    results = np.array([[1.0, -1.0], [1.0, 4.0]]), np.array([[1.0, 2.0], [6.0, 8.0]]), np.array([1.0, 2.0])
    yield Case("two pictures, two outputs", two, results)
    rng = np.random.default_rng(8)
    for N, D, K in ((1, 4, 3), (5, 1, 2), (3, 4, 2), (4, 2, 6), (6, 3, 3)):
        arguments = rng.normal(size=(N, K)), rng.normal(size=(N, D)), rng.normal(size=(K, D))
        yield Case(f"N = {N}, D = {D}, K = {K}", arguments, _dense_by_loops(*arguments))


def cross_entropy_gradient(logits, labels):
    """Return the gradient of the mean cross-entropy with respect to the logits.

    logits has shape (N, K), labels (N,) holds the right class of each row. With the
    softmax p_k = exp(z_k) / Σ_j exp(z_j), row n of the result is (p − y) / N, where y
    is 1 at the label and 0 elsewhere. Large logits (1,000) must not overflow.

    Example: logits [[0, 0]] with label 0 give [[−0.5, 0.5]].
    """
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    truth = np.eye(logits.shape[1])[labels]
    return (probabilities - truth) / len(labels)


def _not_averaged(logits, labels):
    return cross_entropy_gradient(logits, labels) * len(labels)


def _uphill(logits, labels):
    return -cross_entropy_gradient(logits, labels)


def _label_not_subtracted(logits, labels):
    return cross_entropy_gradient(logits, labels) + np.eye(logits.shape[1])[labels] / len(labels)


def _overflows(logits, labels):
    exponentials = np.exp(logits)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (probabilities - np.eye(logits.shape[1])[labels]) / len(labels)


def _one_maximum_for_all(logits, labels):
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (probabilities - np.eye(logits.shape[1])[labels]) / len(labels)


def _softmax_over_batch(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=0))
    return (exponentials / exponentials.sum(axis=0) - np.eye(logits.shape[1])[labels]) / len(labels)


def _softmax_over_everything(logits, labels):
    exponentials = np.exp(logits - logits.max())
    return (exponentials / exponentials.sum() - np.eye(logits.shape[1])[labels]) / len(labels)


def _divided_by_classes(logits, labels):
    return cross_entropy_gradient(logits, labels) * len(labels) / logits.shape[1]


def _softmax_by_loops(logits, labels):
    """Return the gradient row by row: the oracle."""
    rows = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        powers = [np.exp(value - max(row)) for value in row]
        rows.append([(p / sum(powers) - (k == label)) / len(labels) for k, p in enumerate(powers)])
    return np.array(rows)


def _entropy_cases():
    yield Case("two equal logits", (np.zeros((1, 2)), np.array([0])), np.array([[-0.5, 0.5]]))
    thirds = np.log(np.array([[1.0, 2.0], [3.0, 1.0]]))
    expected = np.array([[1 / 3, -1 / 3], [-1 / 4, 1 / 4]]) / 2
    yield Case("probabilities 1/3, 2/3 and 3/4, 1/4", (thirds, np.array([1, 0])), expected)
    yield Case("large logits", (np.array([[1000.0, 0.0, 1000.0]]), np.array([2])), np.array([[0.5, 0.0, -0.5]]))
    apart = np.array([[1000.0, 999.0, -3000.0], [-1000.0, -1003.0, -1001.0]]), np.array([1, 0])
    yield Case("large logits, far apart from row to row", apart, _softmax_by_loops(*apart))
    rng = np.random.default_rng(9)
    for N, K in ((1, 5), (4, 3), (7, 2), (3, 6), (5, 5)):
        arguments = 2 * rng.normal(size=(N, K)), rng.integers(0, K, N)
        yield Case(f"{N} pictures, {K} classes", arguments, _softmax_by_loops(*arguments))


LINEAR_BACKWARD = Exercise(
    solution=linear_backward,
    cases=_dense_cases,
    mistakes={
        _transposed: "grad_weight is transposed: it must have weight's shape (K, D), one row per output. Which of the "
        "two factors carries the K?",
        _batch_averaged_twice: "You divide by the batch size again. The mean is already in grad_output (the loss put "
        "it there): add the pictures up.",
        _bias_not_summed: "The bias serves every picture of the batch, so its gradient is the sum over all of them, "
        "shape (K,).",
        _bias_averaged: "The bias's gradient is the sum over the batch, not the mean: the mean is already in "
        "grad_output.",
        _bias_over_outputs: "You sum over the outputs. The bias has one number per output, so sum over the batch, "
        "axis 0.",
        _first_picture_only: "Only the first picture reaches grad_weight: every picture of the batch adds its own "
        "outer product.",
        _weight_and_x_swapped: "grad_x and grad_weight are returned in each other's place.",
    },
    hints=(
        "Shapes nearly decide it: (N, K) and (K, D) make (N, D); (N, K) and (N, D) make (K, D) after one transpose.",
        "y[n, k] = Σ_d x[n, d] · weight[k, d] + bias[k]: by how much does y[n, k] change with x[n, d]? with bias[k]?",
        "`grad_output @ weight`, `grad_output.T @ x`, `grad_output.sum(axis=0)`.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
    returns=("grad_x", "grad_weight", "grad_bias"),
)

CROSS_ENTROPY_GRADIENT = Exercise(
    solution=cross_entropy_gradient,
    cases=_entropy_cases,
    mistakes={
        _not_averaged: "The loss is a mean over the batch, so each row is divided by N; yours is not.",
        _uphill: "The sign is turned (y − p): that is the direction downhill; the gradient is p − y.",
        _label_not_subtracted: "These are the probabilities: subtract the 1 at each label.",
        _overflows: "exp(1000) is infinite, and ∞ / ∞ is NaN. Subtract each row's largest logit first: the softmax "
        "does not change.",
        _one_maximum_for_all: "You subtract the largest logit of the whole batch. In a row far below it every exp is "
        "0, and 0 / 0 is NaN: subtract each row's own maximum (axis=1, keepdims=True).",
        _softmax_over_batch: "The softmax runs down the batch. Each picture's own classes must add up to 1: axis 1.",
        _softmax_over_everything: "All probabilities of the whole batch add up to 1: each row must by itself.",
        _divided_by_classes: "You divide by the number of classes; the mean is over the batch of N pictures.",
    },
    hints=(
        "First the softmax, row by row, after subtracting each row's maximum (`keepdims=True`).",
        "`np.eye(K)[labels]` is a row of zeros with a 1 at the label, for every picture.",
    ),
    minutes=8,
    difficulty=2,
)
