"""Layers and networks, forward, backward and in training, against torch, differences and hand-worked numbers."""

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.convolution.gradients import check_gradient
from cnncourse.convolution.layers import (
    AveragePool2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    SoftmaxCrossEntropy,
)


def rng():
    return np.random.default_rng(42)


TWINS = {  # ours, torch's, the input's shape
    "linear": (lambda: Linear(5, 3, rng()), lambda: nn.Linear(5, 3), (4, 5)),
    "conv": (lambda: Conv2d(3, 4, 3, rng=rng()), lambda: nn.Conv2d(3, 4, 3), (2, 3, 7, 6)),
    "conv, asymmetric": (
        lambda: Conv2d(2, 5, (3, 2), stride=(2, 1), padding=(1, 2), rng=rng()),
        lambda: nn.Conv2d(2, 5, (3, 2), stride=(2, 1), padding=(1, 2)),
        (3, 2, 8, 5),
    ),
    "max pool": (lambda: MaxPool2d(2), lambda: nn.MaxPool2d(2), (2, 3, 6, 9)),
    "max pool, overlapping": (lambda: MaxPool2d(3, 2, 1), lambda: nn.MaxPool2d(3, 2, 1), (2, 3, 7, 8)),
    "average pool": (lambda: AveragePool2d((2, 3)), lambda: nn.AvgPool2d((2, 3)), (2, 3, 6, 9)),
    "average pool, overlapping": (lambda: AveragePool2d(3, 2, 1), lambda: nn.AvgPool2d(3, 2, 1), (2, 3, 7, 8)),
    "relu": (ReLU, nn.ReLU, (2, 3, 4, 5)),
    "flatten": (Flatten, nn.Flatten, (2, 3, 4, 5)),
}


def twins(build, build_torch, dtype):
    """Return our layer and torch's with the same parameters."""
    layer, twin = build(), build_torch().to(getattr(torch, np.dtype(dtype).name))
    if layer.parameters:
        layer.parameters["bias"][...] = rng().normal(size=layer.parameters["bias"].shape)
        twin.load_state_dict({name: torch.tensor(a.astype(dtype)) for name, a in layer.parameters.items()})
    return layer, twin


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("build", "build_torch", "shape"), TWINS.values(), ids=TWINS)
def test_a_layer_equals_its_torch_twin_forward_and_backward(build, build_torch, shape, dtype):
    layer, twin = twins(build, build_torch, dtype)
    x = rng().normal(size=shape).astype(dtype)
    t = torch.tensor(x, requires_grad=True)
    y, expected = layer.forward(x), twin(t)
    grad_output = rng().normal(size=y.shape).astype(dtype)
    expected.backward(torch.tensor(grad_output))
    tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(y, expected.detach().numpy(), **tolerance)
    grad_x = layer.backward(grad_output)
    np.testing.assert_allclose(grad_x, t.grad.numpy(), **tolerance)
    for name, parameter in twin.named_parameters():
        np.testing.assert_allclose(layer.gradients[name], parameter.grad.numpy(), **tolerance)
    assert y.dtype == grad_x.dtype == dtype
    assert all(gradient.dtype == dtype for gradient in layer.gradients.values())


@pytest.mark.parametrize(("build", "shape"), [(a, c) for a, _, c in TWINS.values()], ids=TWINS)
def test_a_layer_agrees_with_its_own_differences(build, shape):
    layer = build()
    x = rng().permutation(np.linspace(-2, 2, int(np.prod(shape)))).reshape(shape)  # no ties, nothing near 0
    weights = rng().normal(size=layer.forward(x).shape)

    def loss_of_input(x):
        return np.vdot(weights, layer.forward(x))

    layer.forward(x)
    assert check_gradient(loss_of_input, layer.backward(weights), x, rng()) < 1e-7
    for name, parameter in layer.parameters.items():

        def loss_of_parameter(value, parameter=parameter):
            before = parameter.copy()
            parameter[...] = value
            loss = loss_of_input(x)
            parameter[...] = before
            return loss

        assert check_gradient(loss_of_parameter, layer.gradients[name], parameter, rng()) < 1e-7


def test_linear_equals_the_hand_worked_numbers():
    layer = Linear(2, 1)
    layer.parameters = {"weight": np.array([[2.0, 3.0]]), "bias": np.array([10.0])}
    assert layer.forward([[1, 1], [0, 4]]).tolist() == [[15], [22]]
    assert layer.backward([[1.0], [5.0]]).tolist() == [[2, 3], [10, 15]]
    assert layer.gradients["weight"].tolist() == [[1, 21]]
    assert layer.gradients["bias"].tolist() == [6]


def test_the_gradient_of_relu_at_zero_is_zero():
    layer = ReLU()
    assert layer.forward([-1.0, 0.0, 2.0]).tolist() == [0, 0, 2]
    assert layer.backward([7.0, 7.0, 7.0]).tolist() == [0, 0, 7]


@pytest.mark.parametrize(
    ("layer", "fan_in"), [(Linear(400, 300, rng()), 400), (Conv2d(8, 200, (5, 3), rng=rng()), 120)]
)
def test_weights_start_with_variance_two_over_fan_in_and_biases_at_zero(layer, fan_in):
    weight = layer.parameters["weight"]
    assert weight.var() == pytest.approx(2 / fan_in, rel=0.03)
    assert abs(weight.mean()) < 0.1 * weight.std()
    assert not layer.parameters["bias"].any()


def test_the_same_generator_state_gives_the_same_weights_and_no_global_seed_is_used():
    first, second = Linear(3, 2, rng()), Linear(3, 2, rng())
    assert np.array_equal(first.parameters["weight"], second.parameters["weight"])
    assert not np.array_equal(Linear(3, 2).parameters["weight"], Linear(3, 2).parameters["weight"])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_cross_entropy_equals_torch(dtype):
    logits = rng().normal(scale=5, size=(7, 4)).astype(dtype)
    labels = rng().integers(0, 4, 7)
    t = torch.tensor(logits, requires_grad=True)
    expected = nn.functional.cross_entropy(t, torch.tensor(labels))
    expected.backward()
    loss = SoftmaxCrossEntropy()
    assert loss.forward(logits, labels) == pytest.approx(
        float(expected.detach()), rel=1e-6 if dtype == np.float32 else 1e-13
    )
    np.testing.assert_allclose(loss.backward(), t.grad.numpy(), rtol=1e-4, atol=1e-7)
    assert loss.backward().dtype == dtype


def test_softmax_cross_entropy_agrees_with_its_differences():
    logits, labels = rng().normal(size=(5, 3)), [0, 2, 1, 1, 0]
    loss = SoftmaxCrossEntropy()
    loss.forward(logits, labels)
    gradient = loss.backward()
    assert check_gradient(lambda z: loss.forward(z, labels), gradient, logits, rng()) < 1e-7
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


def test_softmax_cross_entropy_is_exact_at_extreme_logits():
    loss = SoftmaxCrossEntropy()
    assert loss.forward([[1e300, 0.0]], [0]) == 0
    assert loss.backward().tolist() == [[0, 0]]
    assert loss.forward([[1e300, 0.0]], [1]) == 1e300
    assert loss.backward().tolist() == [[1, -1]]
    assert loss.forward([[-1e8, -1e8]], [1]) == pytest.approx(np.log(2))
    assert loss.forward(np.zeros((3, 6)), [0, 1, 5]) == pytest.approx(np.log(6))
    with pytest.raises(ValueError, match="logits must be closer together"):
        loss.forward([[1e308, -1e308]], [1])


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 3], "labels must lie in 0 to 2, got 0 to 3"),
        ([-1, 0], "labels must lie in 0 to 2, got -1 to 0"),
        ([0.0, 1.0], "labels must be whole numbers, got dtype float64"),
        ([True, False], "labels must be whole numbers, got dtype bool"),
        ([0, 1, 2], r"labels must have shape \(N,\) = \(2,\), got shape \(3,\)"),
        ([[0], [1]], r"labels must have shape \(N,\) = \(2,\), got shape \(2, 1\)"),
        (["a", "b"], "labels must be an array of real numbers"),
    ],
)
def test_labels_must_name_a_class_of_each_row(labels, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        SoftmaxCrossEntropy().forward(np.zeros((2, 3)), labels)


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (
            lambda: Linear(3, 2).forward(np.ones((4, 5))),
            r"x must have shape \(N, in_features\) = \(any, 3\), got shape \(4, 5\)",
        ),
        (
            lambda: Conv2d(3, 2, 3).forward(np.ones((1, 4, 5, 5))),
            r"x must have shape \(N, in_channels, H, W\) = \(any, 3, any",
        ),
        (lambda: Conv2d(1, 1, 5).forward(np.ones((1, 1, 3, 9))), "kernel_size 5 is larger than the padded input 3"),
        (lambda: Flatten().forward(3.0), "x must be a batch"),
        (lambda: ReLU().backward(np.ones(3)), r"grad_output has no forward pass .* call forward\(x\) first"),
        (lambda: SoftmaxCrossEntropy().backward(), r"call forward\(logits, labels\) before backward"),
        (lambda: Network([Linear(1, 1)]).step(0.1), r"no gradient of 0\.weight .* call backward\(\) before step"),
        (lambda: Network([Linear(1, 1)]).step(-0.1), r"learning_rate must be at least 0, got -0\.1"),
        (lambda: Network(Linear(1, 1)), "layers must be a list of layers"),
        (lambda: Network([Linear]), "layers must be a list of layers"),
        (lambda: Network([], loss="cross entropy"), "loss must be a SoftmaxCrossEntropy, got str"),
        (lambda: Network([]).predict(3.0), "x must be a batch"),
        (lambda: Network([]).predict(np.ones((2, 2)), batch_size=0), "batch_size must be at least 1, got 0"),
        (lambda: Linear(2, 0), "out_features must be at least 1, got 0"),
        (lambda: Conv2d(1, 1, 3, rng=7), "rng must be a NumPy Generator .* got int"),
        (lambda: MaxPool2d((2, 2, 2)), "kernel_size must be one number or 2 numbers"),
    ],
)
def test_a_wrong_use_is_answered_by_name(attempt, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        attempt()


def test_the_gradient_of_the_output_must_have_the_outputs_shape():
    layer = Linear(3, 2)
    layer.forward(np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"grad_output must have shape \(4, 2\), got shape \(4, 3\)"):
        layer.backward(np.ones((4, 3)))
