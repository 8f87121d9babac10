"""The problems on which a training loop is tried, and their slow solution in NumPy.

The models are softmax regression: Flatten, perhaps a batch norm without parameters (which acts in training otherwise
than in use), and a Linear whose gradient is (p − y)ᵀ x / N by hand.
"""

import numpy as np
import torch
from torch import nn

from cnncourse.exercises.engine import Case


def observed(f, model, train_batches, test_batches, optimizer, epochs):
    """Train with `f`; return its history, the model's last layer afterwards, and whether the history has no tensors."""
    history = f(model, train_batches, test_batches, optimizer, epochs)
    pairs = [pair for pair in history if isinstance(pair, (tuple, list))] if isinstance(history, (tuple, list)) else []
    plain = not any(isinstance(number, torch.Tensor) for pair in pairs for number in pair)
    return history, [p.detach().numpy().copy() for p in model[-1].parameters()], plain


def trained_by_hand(start, normalised, train, test, learning_rate, momentum, epochs):
    """Return (history, [weight, bias]) by the formulas, picture by picture: the oracle.

    start is (weight (K, D), bias (K,)); train and test are lists of (x (N, D), labels (N,)); momentum as in PyTorch.
    """
    weight, bias = (array.astype(float) for array in start)
    speed = [np.zeros_like(weight), np.zeros_like(bias)]
    mean, variance = np.zeros(weight.shape[1]), np.ones(weight.shape[1])
    history = []
    for _ in range(epochs):
        losses = []
        for pictures, labels in train:
            x = pictures
            if normalised:
                mean, variance = 0.9 * mean + 0.1 * x.mean(axis=0), 0.9 * variance + 0.1 * x.var(axis=0, ddof=1)
                x = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
            loss, slopes = _loss_and_slopes(weight, bias, x, labels)
            losses.append(loss)
            speed = [momentum * v + slope for v, slope in zip(speed, slopes, strict=True)]
            weight, bias = weight - learning_rate * speed[0], bias - learning_rate * speed[1]
        accuracy = _accuracy(weight, bias, test, (mean, variance) if normalised else (0.0, 1.0 - 1e-5))
        history.append((sum(losses) / len(losses), accuracy))
    return history, [weight, bias]


def _loss_and_slopes(weight, bias, x, labels):
    total, d_weight, d_bias = 0.0, np.zeros_like(weight), np.zeros_like(bias)
    for row, label in zip(x, labels, strict=True):
        logits = weight @ row + bias
        p = np.exp(logits) / np.exp(logits).sum()
        total -= np.log(p[label])
        error = p - (np.arange(len(p)) == label)
        d_weight += np.outer(error, row)
        d_bias += error
    return total / len(x), (d_weight / len(x), d_bias / len(x))


def _accuracy(weight, bias, test, statistics):
    mean, variance = statistics
    answers = [
        int(np.argmax(weight @ ((row - mean) / np.sqrt(variance + 1e-5)) + bias)) == label
        for x, labels in test
        for row, label in zip(x, labels, strict=True)
    ]
    return sum(answers) / len(answers)


def training_cases():
    """Yield problems with equally long training batches, unequal test batches, and models handed over in any mode."""
    rng = np.random.default_rng(616)
    settings = (  # what, normalised, features, classes, training batches, length, test batches, rate, momentum, epochs
        ("one batch, one epoch", False, 2, 2, 1, 4, (3,), 0.5, 0.0, 1),
        ("three batches, two epochs", False, 3, 3, 3, 5, (4, 2), 0.3, 0.0, 2),
        ("four epochs, with momentum", False, 4, 2, 2, 6, (5, 5, 1), 0.1, 0.8, 4),
        ("a model with batch norm, one epoch", True, 3, 3, 4, 6, (7, 2), 0.4, 0.0, 1),
        ("a model with batch norm, three epochs", True, 4, 4, 3, 5, (6, 3), 0.4, 0.0, 3),
        ("a model with batch norm, handed over in evaluation mode", True, 2, 3, 2, 8, (9, 4), 0.8, 0.5, 5),
    )
    for what, normalised, D, K, count, length, test_lengths, rate, momentum, epochs in settings:
        start = rng.normal(0, 1, (K, D)), rng.normal(0, 1, K)
        train = [_batch(rng, length, D, K) for _ in range(count)]
        test = [_batch(rng, length, D, K) for length in test_lengths]
        expected = trained_by_hand(start, normalised, train, test, rate, momentum, epochs)
        model = _model(start, normalised)
        model.train("evaluation" not in what)
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
        yield Case(what, (model, _tensors(train), _tensors(test), optimizer, epochs), (*expected, True))


def _batch(rng, N, D, K):
    labels = rng.integers(0, K, N)
    return rng.normal(0, 1, (N, D)) + 1.5 * labels[:, None] + 2.0, labels


def _tensors(batches):
    return [(torch.from_numpy(x), torch.from_numpy(labels)) for x, labels in batches]


def _model(start, normalised):
    weight, bias = (torch.from_numpy(array) for array in start)
    last = nn.Linear(weight.shape[1], weight.shape[0]).double()
    with torch.no_grad():
        last.weight.copy_(weight)
        last.bias.copy_(bias)
    norms = [nn.BatchNorm1d(weight.shape[1], affine=False).double()] if normalised else []
    return nn.Sequential(nn.Flatten(), *norms, last)
