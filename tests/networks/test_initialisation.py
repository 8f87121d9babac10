import pytest
import torch
from torch import nn

from cnncourse.networks.initialisation import he_initialise


def net():
    return nn.Sequential(nn.Conv2d(32, 64, 3), nn.BatchNorm2d(64), nn.Conv2d(64, 96, 1, bias=False), nn.Linear(400, 50))


def test_first_weights_have_the_variance_that_he_et_al_derive():
    layers = net()
    he_initialise(layers, torch.Generator().manual_seed(0))
    for layer, variance in ((layers[0], 2 / (9 * 64)), (layers[2], 2 / 96), (layers[3], 1e-4)):
        assert layer.weight.var().item() == pytest.approx(variance, rel=0.05)
        assert layer.weight.mean().item() == pytest.approx(0, abs=0.05 * variance**0.5)


def test_initialising_again_resets_norms_and_biases():
    layers = net()
    for parameter in layers.parameters():
        nn.init.constant_(parameter, 9.0)
    he_initialise(layers)
    assert layers[1].weight.tolist() == [1] * 64
    assert all(layer.bias.abs().max() == 0 for layer in (layers[0], layers[1], layers[3]))
    assert all(layer.weight.std() < 1 for layer in layers)


def test_one_seed_gives_one_set_of_weights():
    one, same, other = net(), net(), net()
    for layers, seed in ((one, 5), (same, 5), (other, 6)):
        he_initialise(layers, torch.Generator().manual_seed(seed))
    assert torch.equal(one[3].weight, same[3].weight)
    assert not torch.equal(one[0].weight, other[0].weight)
