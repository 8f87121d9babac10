"""The NumPy network and its training, against torch step by step and against differences."""

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.convolution.gradients import check_gradient
from cnncourse.convolution.layers import AveragePool2d, Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU


def rng():
    return np.random.default_rng(42)


def small_network():
    g = rng()
    return Network(
        [
            Conv2d(2, 4, 3, padding=1, rng=g),
            ReLU(),
            MaxPool2d(2),
            Conv2d(4, 3, (2, 3), stride=(1, 2), rng=g),
            ReLU(),
            AveragePool2d(2, 1),
            Flatten(),
            Linear(9, 5, rng=g),
        ]
    )


def torch_network(network):
    twin = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 3, (2, 3), stride=(1, 2)),
        nn.ReLU(),
        nn.AvgPool2d(2, 1),
        nn.Flatten(),
        nn.Linear(9, 5),
    ).double()
    twin.load_state_dict({name: torch.tensor(a) for name, a in network.parameters.items()})
    return twin


def batch(count=6):
    g = rng()
    return g.normal(size=(count, 2, 10, 12)), g.integers(0, 5, count)


def test_a_network_gives_torchs_numbers_through_ten_steps_of_training():
    network = small_network()
    twin = torch_network(network)
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
    x, labels = batch()
    for _ in range(10):
        loss = network.loss(x, labels)
        network.backward()
        network.step(0.1)
        optimizer.zero_grad()
        expected = nn.functional.cross_entropy(twin(torch.tensor(x)), torch.tensor(labels))
        expected.backward()
        optimizer.step()
        assert loss == pytest.approx(float(expected.detach()), rel=1e-10)
    for name, parameter in twin.state_dict().items():
        np.testing.assert_allclose(network.parameters[name], parameter.numpy(), rtol=1e-9, atol=1e-12)


def test_every_gradient_of_a_network_agrees_with_differences():
    network = small_network()
    x, labels = batch()
    network.loss(x, labels)
    grad_x = network.backward()
    gradients = {name: gradient.copy() for name, gradient in network.gradients.items()}
    assert check_gradient(lambda x: network.loss(x, labels), grad_x, x, rng()) < 1e-6
    assert (
        list(gradients)
        == list(network.parameters)
        == ["0.weight", "0.bias", "3.weight", "3.bias", "7.weight", "7.bias"]
    )
    for name, parameter in network.parameters.items():

        def loss_with(value, parameter=parameter):
            before = parameter.copy()
            parameter[...] = value
            loss = network.loss(x, labels)
            parameter[...] = before
            return loss

        assert check_gradient(loss_with, gradients[name], parameter, rng()) < 1e-6


def test_backward_takes_a_gradient_in_place_of_the_loss():
    network = small_network()
    x, labels = batch()
    network.loss(x, labels)
    expected = network.backward()
    probabilities = np.exp(network.forward(x))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    found = network.backward((probabilities - np.eye(5)[labels]) / len(labels))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_moves_every_parameter_in_place_by_the_rate_times_its_gradient(dtype):
    network = small_network()
    x, labels = batch()
    network.loss(x.astype(dtype), labels)
    network.backward()
    before = {name: a.copy() for name, a in network.parameters.items()}
    arrays = network.parameters
    network.step(0.25)
    for name, parameter in network.parameters.items():
        assert parameter is arrays[name]
        np.testing.assert_allclose(parameter, before[name] - 0.25 * network.gradients[name], rtol=1e-6)


def test_training_learns_the_batch_by_heart():
    network = small_network()
    x, labels = batch(10)
    for _ in range(400):
        network.loss(x, labels)
        network.backward()
        network.step(0.2)
    assert network.loss(x, labels) < 0.05
    assert network.predict(x).tolist() == labels.tolist()


@pytest.mark.parametrize("batch_size", [1, 3, 6, 64])
def test_predictions_do_not_depend_on_the_batch_size(batch_size):
    network = small_network()
    x, _ = batch()
    assert network.predict(x, batch_size).tolist() == network.forward(x).argmax(axis=1).tolist()


def test_an_empty_network_is_the_identity_and_an_empty_batch_has_no_predictions():
    assert Network([]).forward([[1.0, 2.0]]) == [[1.0, 2.0]]
    assert Network([Flatten(), Linear(4, 2)]).predict(np.zeros((0, 2, 2))).tolist() == []


def test_no_pass_changes_its_input():
    network = small_network()
    x, labels = batch()
    x.flags.writeable = labels.flags.writeable = False
    network.loss(x, labels)
    network.backward()
    grad_output = np.ones((6, 5))
    grad_output.flags.writeable = False
    network.backward(grad_output)


def test_a_float32_gradient_step_costs_no_precision_in_the_parameters():
    network = small_network()
    assert {a.dtype for a in network.parameters.values()} == {np.dtype(np.float64)}
    x, labels = batch()
    network.loss(x.astype(np.float32), labels)
    network.backward()
    network.step(0.1)
    assert {a.dtype for a in network.parameters.values()} == {np.dtype(np.float64)}
