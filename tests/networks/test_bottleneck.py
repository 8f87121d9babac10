import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.networks.bottleneck import through_bottleneck


def layer(*sizes, **options):
    torch.manual_seed(1)
    return nn.Conv2d(*sizes, **options).double()


@pytest.mark.parametrize(
    "convolution",
    [layer(6, 4, 3, padding=1), layer(5, 7, (3, 1), stride=2, bias=False), layer(4, 2, 3, dilation=2), layer(9, 2, 1)],
)
def test_as_wide_as_the_input_the_detour_gives_the_same_maps(convolution):
    x = torch.randn(2, convolution.in_channels, 9, 8, dtype=torch.float64)
    detour = through_bottleneck(convolution, convolution.in_channels)
    torch.testing.assert_close(detour(x), convolution(x))


def composed(detour):
    first, second = (part.weight.detach().numpy() for part in detour)
    return np.einsum("krij,rc->kcij", second, first[:, :, 0, 0])


@pytest.mark.parametrize("width", [1, 3, 5])
def test_no_other_detour_of_that_width_is_nearer(width):
    convolution = layer(6, 4, 3)
    weight = convolution.weight.detach().numpy()
    detour = through_bottleneck(convolution, width)
    error = np.sum((composed(detour) - weight) ** 2)
    values = np.linalg.eigvalsh(np.einsum("kcij,kdij->cd", weight, weight))
    assert error == pytest.approx(values[: 6 - width].sum())
    rng = np.random.default_rng(0)
    for _ in range(20):
        first = detour[0].weight.detach().numpy()[:, :, 0, 0] + rng.normal(0, 0.1, (width, 6))
        table = weight.transpose(0, 2, 3, 1).reshape(-1, 6)
        other = table @ np.linalg.pinv(first) @ first
        assert ((other - table) ** 2).sum() >= error


def test_the_detour_keeps_the_bias_and_leaves_the_layer_as_it_was():
    convolution = layer(6, 4, 3)
    before = convolution.weight.detach().clone()
    detour = through_bottleneck(convolution, 2)
    detour[1].bias.data += 1
    detour[1].weight.data += 1
    assert torch.equal(convolution.weight, before)
    assert torch.equal(detour[1].bias, convolution.bias + 1)
    assert detour[0].bias is None


@pytest.mark.parametrize(
    ("convolution", "width", "error", "words"),
    [
        (nn.Linear(3, 2), 1, TypeError, "convolution must be an nn.Conv2d"),
        (nn.Conv2d(4, 4, 3, groups=2), 1, TypeError, "without groups"),
        (nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"), 1, TypeError, "padded with zeros"),
        (nn.Conv2d(4, 4, 3), 5, ValueError, "width must be at most the 4 channels"),
        (nn.Conv2d(4, 4, 3), 0, ValueError, "width must be at least 1"),
    ],
)
def test_what_cannot_be_factored_is_refused(convolution, width, error, words):
    with pytest.raises(error, match=words):
        through_bottleneck(convolution, width)
