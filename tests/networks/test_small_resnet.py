import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnncourse.networks.small_resnet import SmallBlock, SmallResNet


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def counted_by_hand(classes, blocks, widths):
    """Weights 3·3·C·K of every convolution, scale and shift of every batch norm, the last layer."""
    total, channels = 27 * widths[0] + 2 * widths[0], widths[0]
    for count, width in zip(blocks, widths, strict=True):
        for _ in range(count):
            total += 9 * channels * width + 9 * width * width + 4 * width
            channels = width
    return total + widths[-1] * classes + classes


@pytest.mark.parametrize("side", [32, 64])
def test_small_and_larger_pictures_give_one_logit_a_class(side):
    net = SmallResNet(5, generator=seeded()).eval()
    assert net(torch.rand(2, 3, side, side)).shape == (2, 5)


@pytest.mark.parametrize(
    ("blocks", "expected"), [(18, (2, 2, 2, 2)), (34, (3, 4, 6, 3)), (66, (8, 8, 8, 8)), ((1, 2), (1, 2))]
)
def test_depth_and_parameters_are_those_counted_by_hand(blocks, expected):
    widths = (8, 16, 32, 64)[: len(expected)]
    net = SmallResNet(7, blocks, widths)
    assert net.depth == 2 * sum(expected) + 2
    assert sum(p.numel() for p in net.parameters()) == counted_by_hand(7, expected, widths)


def test_with_and_without_shortcuts_one_seed_gives_the_same_weights_and_count():
    with_them = SmallResNet(4, 34, generator=seeded(3)).state_dict()
    without = SmallResNet(4, 34, shortcuts=False, generator=seeded(3)).state_dict()
    assert list(with_them) == list(without)
    assert all(torch.equal(with_them[name], without[name]) for name in with_them)


def test_another_seed_gives_other_weights():
    one, other = (SmallResNet(4, generator=seeded(s)).conv1.weight for s in (0, 1))
    assert not torch.equal(one, other)


@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize(("stride", "channels"), [(1, 4), (2, 4), (2, 7), (1, 6)])
def test_a_block_computes_the_papers_formula(shortcut, stride, channels):
    torch.manual_seed(0)
    block, a = SmallBlock(4, channels, stride, shortcut).double(), torch.randn(3, 4, 9, 6, dtype=torch.float64)
    z = F.conv2d(a, block.conv1.weight, stride=stride, padding=1)
    z = F.conv2d(F.batch_norm(z, None, None, training=True).clamp(min=0), block.conv2.weight, padding=1)
    z = F.batch_norm(z, None, None, training=True).detach().numpy()
    expected = z.copy()
    if shortcut:
        for c in range(4):
            expected[:, c] += a[:, c, ::stride, ::stride].numpy()
    np.testing.assert_allclose(block(a).detach().numpy(), np.maximum(expected, 0), atol=1e-12)


def test_negative_numbers_pass_the_shortcut_unchanged():
    block = SmallBlock(2, 3, 2)
    a = torch.tensor([[[[-1.0, 5.0], [6.0, 7.0]], [[-2.0, 8.0], [9.0, 10.0]]]])
    assert block.carried(a).tolist() == [[[[-1.0]], [[-2.0]], [[0.0]]]]


def test_a_residual_branch_of_zeros_lets_activations_through_where_a_plain_block_gives_zeros():
    a = torch.rand(2, 4, 5, 5)
    for shortcut, expected in ((True, a), (False, torch.zeros_like(a))):
        block = SmallBlock(4, 4, shortcut=shortcut)
        torch.nn.init.zeros_(block.bn2.weight)
        torch.testing.assert_close(block(a), expected)


def test_the_stem_stride_halves_the_maps():
    maps = {}
    for stride in (1, 2):
        net = SmallResNet(3, stem_stride=stride)
        net.stages.register_forward_hook(lambda *args, stride=stride: maps.update({stride: args[2].shape}))
        net(torch.rand(2, 3, 32, 32))
    assert maps == {1: (2, 64, 4, 4), 2: (2, 64, 2, 2)}


@pytest.mark.parametrize(
    ("arguments", "problem", "sentence"),
    [
        ({"blocks": 20}, ValueError, "blocks must be a tuple or a depth of 18, 34, 66, got 20"),
        ({"blocks": True}, TypeError, "blocks must be a tuple"),
        ({"blocks": "18"}, TypeError, "blocks must be a tuple"),
        ({"blocks": (2, 0), "widths": (8, 8)}, ValueError, "blocks must be at least 1"),
        ({"widths": (8, 16)}, ValueError, "widths must be one number or 4 numbers"),
        ({"widths": 8}, TypeError, "widths must be a tuple"),
        ({"widths": (64, 32, 16, 8)}, ValueError, "widths must not shrink"),
        ({"shortcuts": 1}, TypeError, "shortcuts must be True or False"),
        ({"classes": 0}, ValueError, "classes must be at least 1"),
        ({"stem_stride": 0}, ValueError, "stem_stride must be at least 1"),
    ],
)
def test_bad_arguments_are_named(arguments, problem, sentence):
    with pytest.raises(problem, match=sentence):
        SmallResNet(**{"classes": 3, **arguments})
