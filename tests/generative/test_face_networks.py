"""The encoder and decoder of week 5: shapes, beginnings, what each place can see."""

import pytest
import torch
from torch import nn

from cnncourse.generative.face_networks import WIDTHS, ResidualBlock, decoder, doubled, encoder

SMALL = (4, 6, 8)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("channels", [1, 5, 32])
def test_pictures_become_maps_of_8_by_8_and_pictures_again(channels):
    maps = encoder(channels, SMALL)(torch.randn(2, 3, 32, 32))
    assert maps.shape == (2, channels, 8, 8)
    assert decoder(channels, SMALL)(maps).shape == (2, 3, 32, 32)


def test_a_residual_block_begins_as_the_identity_but_for_its_bias_and_can_learn():
    block, maps = ResidualBlock(5), torch.randn(2, 5, 4, 3)
    expected = maps + block.second.bias.view(1, 5, 1, 1)
    torch.testing.assert_close(block(maps), expected)
    block(maps).pow(2).sum().backward()
    assert block.second.weight.grad.abs().sum() > 0


def test_a_residual_block_is_two_convolutions_and_a_shortcut():
    block, maps = ResidualBlock(3), torch.randn(1, 3, 5, 4)
    nn.init.normal_(block.second.weight)
    silu = nn.SiLU()
    inner = nn.functional.conv2d(silu(maps), block.first.weight, block.first.bias, padding=1)
    expected = maps + nn.functional.conv2d(silu(inner), block.second.weight, block.second.bias, padding=1)
    torch.testing.assert_close(block(maps), expected)


def test_maps_are_doubled_by_repeating_before_the_convolution():
    upsample, convolution = doubled(2, 7)
    maps = torch.randn(1, 2, 3, 4)
    assert torch.equal(upsample(maps), maps.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3))
    assert convolution(upsample(maps)).shape == (1, 7, 6, 8)


def test_one_place_of_the_map_changes_its_own_4_by_4_pixels_and_those_of_its_neighbours():
    net = decoder(3, SMALL)
    for block in (module for module in net if isinstance(module, ResidualBlock)):
        nn.init.normal_(block.second.weight, std=0.3)
    maps = torch.randn(1, 3, 8, 8)
    moved = maps.clone()
    moved[0, :, 0, 0] += 5
    with torch.inference_mode():
        change = (net(moved) - net(maps)).abs().sum(dim=1)[0]
    assert change[:4, :4].min() > 0
    assert change[4:8, :4].max() > 0


def test_every_parameter_gets_a_gradient_after_one_step():
    net = nn.Sequential(encoder(4, SMALL), decoder(4, SMALL))
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for _ in range(2):
        optimizer.zero_grad()
        net(torch.randn(2, 3, 32, 32)).pow(2).mean().backward()
        optimizer.step()
    assert all(parameter.grad.abs().sum() > 0 for parameter in net.parameters())


def test_the_course_s_own_widths_grow_as_the_maps_shrink():
    assert list(WIDTHS) == sorted(set(WIDTHS))
    size = sum(p.numel() for net in (encoder(32), decoder(32)) for p in net.parameters())
    assert size < 1_500_000
