import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.networks.layers import (
    LocalResponseNorm,
    RadialBasisOutput,
    ScaledTanh,
    SparselyConnectedConv2d,
    TrainableSubsampling,
)


def normalised_by_loops(a, size, alpha, beta, k):
    """Return b of the paper's section 3.3, number by number; a is (C, H, W)."""
    b = np.zeros_like(a)
    for i, y, x in np.ndindex(a.shape):
        window = range(max(0, i - size // 2), min(a.shape[0], i + (size - 1) // 2 + 1))
        b[i, y, x] = a[i, y, x] / (k + alpha * sum(a[j, y, x] ** 2 for j in window)) ** beta
    return b


@pytest.mark.parametrize(
    ("channels", "size", "alpha", "beta", "k"),
    [(7, 5, 1e-4, 0.75, 2), (7, 5, 0.9, 0.5, 0.1), (2, 5, 0.5, 2.0, 1.0), (6, 3, 2.0, 0.75, 2), (6, 4, 1.0, 1.0, 1)],
)
def test_normalisation_is_the_papers_number_by_number(channels, size, alpha, beta, k):
    a = np.random.default_rng(0).normal(0, 3, (channels, 3, 4))
    b = LocalResponseNorm(size, alpha, beta, k)(torch.from_numpy(a)[None])[0].numpy()
    assert b == pytest.approx(normalised_by_loops(a, size, alpha, beta, k), rel=1e-12)


def test_normalisation_by_hand():
    a = torch.tensor([3.0, 1.0, 2.0, 0.0]).reshape(1, 4, 1, 1)
    b = LocalResponseNorm(size=3, alpha=0.5, beta=1.0, k=1)(a).flatten()
    assert b.tolist() == pytest.approx([3 / 6, 1 / 8, 2 / 3.5, 0])


def test_alpha_is_not_divided_by_the_size_as_pytorch_does():
    maps = torch.rand(2, 9, 4, 5, generator=torch.Generator().manual_seed(0)) * 20
    ours = LocalResponseNorm(size=5, alpha=1e-2)(maps)
    torch.testing.assert_close(ours, nn.LocalResponseNorm(5, alpha=5e-2, beta=0.75, k=2)(maps))
    assert not torch.allclose(ours, nn.LocalResponseNorm(5, alpha=1e-2, beta=0.75, k=2)(maps))


def test_the_default_is_the_papers():
    norm = LocalResponseNorm()
    assert (norm.size, norm.alpha, norm.beta, norm.k) == (5, 1e-4, 0.75, 2)
    assert str(norm) == "LocalResponseNorm(size=5, alpha=0.0001, beta=0.75, k=2)"


def test_normalisation_keeps_type_and_input_and_has_a_gradient():
    maps = torch.rand(1, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    before = maps.detach().clone()
    norm = LocalResponseNorm(3, 0.3, 0.75, 2)
    assert norm(maps).dtype == torch.float64
    assert torch.equal(maps.detach(), before)
    assert torch.autograd.gradcheck(norm, maps)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": 0}, "size must be at least 1"),
        ({"size": 2.5}, "size must be a whole number"),
        ({"alpha": "x"}, "alpha must be a number"),
        ({"alpha": -1.0}, "alpha must be at least 0"),
        ({"k": -1}, "k must be at least 0"),
        ({"k": float("nan")}, "k must be a finite number"),
    ],
)
def test_bad_numbers_are_named(arguments, words):
    with pytest.raises((ValueError, TypeError), match=words):
        LocalResponseNorm(**arguments)


def test_whole_numbers_are_refused_by_name():
    with pytest.raises(TypeError, match=r"maps must hold floating-point numbers, got torch\.int64"):
        LocalResponseNorm()(torch.ones(1, 4, 5, dtype=torch.int64))


def test_an_array_is_refused_by_name():
    with pytest.raises(TypeError, match="maps must be a tensor"):
        LocalResponseNorm()(torch.zeros(1, 4, 5).numpy())


def test_a_batch_without_places_is_refused():
    with pytest.raises(ValueError, match=r"maps must have shape \(N, C, …\), got shape \(4, 5\)"):
        LocalResponseNorm()(torch.zeros(4, 5))


def test_scaled_tanh_is_a_tanh_sa():
    a = torch.linspace(-5, 5, 11, dtype=torch.float64)
    assert ScaledTanh()(a).numpy() == pytest.approx(1.7159 * np.tanh(2 * a.numpy() / 3))


def test_trainable_subsampling_by_hand():
    layer = TrainableSubsampling(2)
    with torch.no_grad():
        layer.coefficient.copy_(torch.tensor([2.0, -1.0]))
        layer.bias.copy_(torch.tensor([0.5, 10.0]))
    maps = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 2.0]]]])
    assert layer(maps).flatten().tolist() == [20.5, 5.0]


def test_trainable_subsampling_starts_as_average_pooling():
    maps = torch.rand(2, 3, 6, 4)
    torch.testing.assert_close(TrainableSubsampling(3)(maps), F.avg_pool2d(maps, 2))


CONNECTIONS = ((0, 2), (1,), (2, 0, 1), (1, 2))


def test_a_sparse_convolution_adds_up_its_connections_alone():
    torch.manual_seed(0)
    layer = SparselyConnectedConv2d(3, CONNECTIONS, 2)
    maps = torch.rand(2, 3, 4, 5)
    below = iter(layer.weight)
    for out, reads in enumerate(CONNECTIONS):
        expected = sum(F.conv2d(maps[:, [read]], next(below)[None, None]) for read in reads) + layer.bias[out]
        torch.testing.assert_close(layer(maps)[:, [out]], expected)


def test_a_sparse_convolution_has_no_weight_for_what_it_does_not_read():
    layer = SparselyConnectedConv2d(3, CONNECTIONS, 2)
    assert {name: tuple(p.shape) for name, p in layer.named_parameters()} == {"weight": (8, 2, 2), "bias": (4,)}
    layer(torch.rand(1, 3, 4, 4)).sum().backward()
    assert layer.weight.grad.abs().min() > 0
    unread = torch.zeros(1, 3, 2, 2)
    unread[0, 1] = 5.0
    assert layer(unread).flatten()[0].item() == layer.bias[0].item()


@pytest.mark.parametrize("connections", [(), ((),), ((0, 0),), ((0, 3),), ((-1,),)])
def test_connections_that_make_no_sense_are_named(connections):
    with pytest.raises(ValueError, match="connections"):
        SparselyConnectedConv2d(3, connections, 2)


def test_the_output_layer_measures_squared_distances():
    prototypes = torch.tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, -1.0]])
    layer = RadialBasisOutput(prototypes)
    assert layer(torch.tensor([[1.0, -1.0, 0.0], [0.0, 0.0, 0.0]])).tolist() == [[1.0, 5.0], [3.0, 3.0]]
    assert list(layer.parameters()) == []
    assert torch.equal(layer.state_dict()["prototypes"], prototypes)
