"""Layers of a convolutional network in NumPy, each with a forward and a backward pass, and the network they form.

Conventions: batches are (N, C, H, W) or (N, features); `parameters` and `gradients` map a name to an array of the same
shape, in PyTorch's layout; parameters are float64, and a pass is computed in the dtype of its input. `backward` takes
the loss's gradient with respect to the layer's output, fills `gradients` and returns that with respect to the input.
"""

from math import prod

import numpy as np

from cnncourse.arguments import (
    float_array,
    largest,
    narrowed,
    numeric_array,
    random_generator,
    real_number,
    refuse_overflow,
    whole_number,
    whole_numbers,
)
from cnncourse.convolution.blocks import MOST_NUMBERS
from cnncourse.convolution.correlation import correlate, correlate_backward
from cnncourse.convolution.pooling import average_pool, average_pool_backward, max_pool, max_pool_backward


class Layer:
    """A step of a network: what every layer shares."""

    def __init__(self):
        self.parameters = {}
        self.gradients = {}
        self._seen = None  # (input, shape of the output) of the latest forward pass

    def forward(self, x):
        """Return the layer's output for the batch `x`, and remember what the backward pass needs."""
        x = self._checked(x)
        output = self._output(x)
        self._seen = x, output.shape
        return output

    def backward(self, grad_output):
        """Return the gradient with respect to the latest input, given that with respect to its output."""
        if self._seen is None:
            raise ValueError("grad_output has no forward pass to go back through: call forward(x) first")
        x, shape = self._seen
        grad_output = float_array("grad_output", grad_output, shape=shape)
        return self._grad_input(narrowed("grad_output", grad_output, x.dtype), x)

    def _checked(self, x):
        return float_array("x", x)

    def _parameters_in(self, dtype):
        return [narrowed(name, self.parameters[name], dtype) for name in ("weight", "bias")]


class Linear(Layer):
    """y = x Wᵀ + b on (N, in_features), with `weight` (out_features, in_features) and `bias` (out_features,)."""

    def __init__(self, in_features, out_features, rng=None):
        super().__init__()
        self.in_features = whole_number("in_features", in_features, minimum=1)
        self.out_features = whole_number("out_features", out_features, minimum=1)
        self.parameters = _he_parameters("in_features and out_features", (self.out_features, self.in_features), rng)

    def _checked(self, x):
        return float_array("x", x, shape=(None, self.in_features), axes="(N, in_features)")

    def _output(self, x):
        weight, bias = self._parameters_in(x.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            y = x @ weight.T + bias
        refuse_overflow("x, weight and bias", y, largest(x) * largest(weight) * self.in_features + largest(bias))
        return y

    def _grad_input(self, grad_output, x):
        weight, _ = self._parameters_in(x.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            self.gradients = {"weight": grad_output.T @ x, "bias": grad_output.sum(axis=0)}
            grad_x = grad_output @ weight
        bound = largest(grad_output) * (1 + largest(x) + largest(weight)) * max(len(x), self.out_features)
        for result in (grad_x, *self.gradients.values()):
            refuse_overflow("grad_output, x and weight", result, bound)
        return grad_x


class Conv2d(Layer):
    """Cross-correlation of (N, C, H, W) with `weight` (K, C, f, f), plus `bias` (K,); arguments as in `correlate`."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        super().__init__()
        self.in_channels = whole_number("in_channels", in_channels, minimum=1)
        self.out_channels = whole_number("out_channels", out_channels, minimum=1)
        self.kernel_size = whole_numbers("kernel_size", kernel_size, length=2, minimum=1)
        self.stride = whole_numbers("stride", stride, length=2, minimum=1)
        self.padding = whole_numbers("padding", padding, length=2, minimum=0)
        self.parameters = _he_parameters(
            "in_channels, out_channels and kernel_size",
            (self.out_channels, self.in_channels, *self.kernel_size),
            rng,
        )

    def _checked(self, x):
        return float_array("x", x, shape=(None, self.in_channels, None, None), axes="(N, in_channels, H, W)")

    def _output(self, x):
        return correlate(x, *self._parameters_in(x.dtype), self.stride, self.padding)

    def _grad_input(self, grad_output, x):
        weight, _ = self._parameters_in(x.dtype)
        grad_x, grad_weight, grad_bias = correlate_backward(grad_output, x, weight, self.stride, self.padding)
        self.gradients = {"weight": grad_weight, "bias": grad_bias}
        return grad_x


class MaxPool2d(Layer):
    """The largest number of each window, channel by channel; arguments as in `max_pool`."""

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.window = _window(kernel_size, stride, padding)

    def _output(self, x):
        return max_pool(x, *self.window)

    def _grad_input(self, grad_output, x):
        return max_pool_backward(grad_output, x, *self.window)


class AveragePool2d(Layer):
    """The mean of each window, channel by channel; arguments as in `average_pool`."""

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.window = _window(kernel_size, stride, padding)

    def _output(self, x):
        return average_pool(x, *self.window)

    def _grad_input(self, grad_output, x):
        return average_pool_backward(grad_output, x, *self.window)


class ReLU(Layer):
    """max(x, 0), entry by entry; the gradient at 0 is 0."""

    def _output(self, x):
        return np.maximum(x, 0)

    def _grad_input(self, grad_output, x):
        return grad_output * (x > 0)


class Flatten(Layer):
    """(N, C, H, W), or any batch, to (N, C·H·W)."""

    def _checked(self, x):
        return _batch(x)

    def _output(self, x):
        return x.reshape(len(x), prod(x.shape[1:]))

    def _grad_input(self, grad_output, x):
        return grad_output.reshape(x.shape)


class SoftmaxCrossEntropy:
    """The mean over a batch of −log softmax(logits)[label], stable for logits of any size."""

    def __init__(self):
        self._seen = None  # (probabilities, labels) of the latest forward pass

    def forward(self, logits, labels):
        """Return the mean loss, a float, of `logits` (N, classes) against whole-number `labels` (N,).

        >>> SoftmaxCrossEntropy().forward([[1000.0, 0.0], [0.0, 0.0]], [0, 1])  # (0 + ln 2) / 2
        0.34657359027997264
        """
        logits = float_array("logits", logits, dimensions=2, axes="(N, classes)")
        labels = _checked_labels(labels, logits.shape)
        with np.errstate(over="ignore", under="ignore"):
            shifted = logits - logits.max(axis=1, keepdims=True)
            exponentials = np.exp(shifted)
        total = exponentials.sum(axis=1, keepdims=True)
        losses = np.log(total[:, 0], dtype=np.float64) - shifted[np.arange(len(labels)), labels]
        if not np.isfinite(losses).all():
            raise ValueError(f"logits must be closer together, got a loss too large for {logits.dtype}")
        self._seen = exponentials / total, labels
        return float(losses.mean())

    def backward(self):
        """Return (p − y) / N, the gradient of the mean loss with respect to the logits of the latest forward pass."""
        if self._seen is None:
            raise ValueError("logits are not known yet: call forward(logits, labels) before backward()")
        probabilities, labels = self._seen
        gradient = probabilities.copy()
        gradient[np.arange(len(labels)), labels] -= 1
        return gradient / len(labels)


class Network:
    """Layers one after another, and a loss: `loss(x, labels)`, then `backward()`, then `step(learning_rate)`.

    >>> net = Network([Flatten(), Linear(4, 2, rng=np.random.default_rng(0))])
    >>> [(name, array.shape) for name, array in net.parameters.items()]
    [('1.weight', (2, 4)), ('1.bias', (2,))]
    """

    def __init__(self, layers, loss=None):
        if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Layer) for layer in layers):
            raise TypeError("layers must be a list of layers such as [Flatten(), Linear(64, 10)]")
        if not isinstance(loss, (SoftmaxCrossEntropy, type(None))):
            raise TypeError(f"loss must be a SoftmaxCrossEntropy, got {type(loss).__name__}")
        self.layers = list(layers)
        self.criterion = loss or SoftmaxCrossEntropy()

    def forward(self, x):
        """Return the last layer's output, the logits, for the batch `x`."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def loss(self, x, labels):
        """Return the mean loss of the batch `x` against its `labels`, a float."""
        return self.criterion.forward(self.forward(x), labels)

    def backward(self, grad_output=None):
        """Fill every layer's gradients, from `grad_output` or the latest loss; return the gradient of the input."""
        grad = self.criterion.backward() if grad_output is None else grad_output
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    @property
    def parameters(self):
        """Every parameter by PyTorch's name for it in an `nn.Sequential`: "0.weight", "0.bias", "3.weight", …"""
        return {f"{n}.{name}": a for n, layer in enumerate(self.layers) for name, a in layer.parameters.items()}

    @property
    def gradients(self):
        """The gradient of every parameter, by the same names, as the latest backward pass left them."""
        return {f"{n}.{name}": a for n, layer in enumerate(self.layers) for name, a in layer.gradients.items()}

    def step(self, learning_rate):
        """Move every parameter by one step of gradient descent, w ← w − η·∂L/∂w, in place."""
        learning_rate = real_number("learning_rate", learning_rate, minimum=0)
        gradients = self.gradients
        parameters = self.parameters
        for name in parameters:
            if name not in gradients:
                raise ValueError(f"learning_rate has no gradient of {name} to scale: call backward() before step")
            with np.errstate(over="ignore", invalid="ignore"):
                moved = parameters[name] - learning_rate * gradients[name]
            refuse_overflow("learning_rate and the gradients", moved, np.inf)
            parameters[name][...] = moved

    def predict(self, x, batch_size=64):
        """Return for each picture of `x` the class with the largest logit, (N,) whole numbers, a batch at a time."""
        batch_size = whole_number("batch_size", batch_size, minimum=1)
        x = _batch(x)
        batches = [x[start : start + batch_size] for start in range(0, max(len(x), 1), batch_size)]
        return np.concatenate([self.forward(batch).argmax(axis=1) for batch in batches])


def _batch(x):
    x = float_array("x", x)
    if x.ndim == 0:
        raise ValueError("x must be a batch with at least one axis, got a single number")
    return x


def _he_parameters(names, shape, rng):
    """Return He's initialisation (He et al. 2015, eq. 10): normal weights of variance 2 / fan-in, and zero biases."""
    rng = np.random.default_rng() if rng is None else random_generator("rng", rng)
    if prod(shape) > MOST_NUMBERS:
        raise ValueError(f"{names} must be smaller: together they ask for {float(prod(shape)):.3g} weights")
    return {"weight": rng.normal(0, np.sqrt(2 / prod(shape[1:])), size=shape), "bias": np.zeros(shape[0])}


def _window(kernel_size, stride, padding):
    kernel_size = whole_numbers("kernel_size", kernel_size, length=2, minimum=1)
    stride = kernel_size if stride is None else whole_numbers("stride", stride, length=2, minimum=1)
    return kernel_size, stride, whole_numbers("padding", padding, length=2, minimum=0)


def _checked_labels(labels, shape):
    labels = numeric_array("labels", labels, shape=shape[:1], axes="(N,)")
    count, classes = shape
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be whole numbers, got dtype {labels.dtype}")
    if count == 0 or classes == 0:
        raise ValueError(f"logits must hold at least one row and one class, got shape {shape}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must lie in 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    return labels
