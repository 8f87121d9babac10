"""Stacks whose maps can be read at any depth, against plain PyTorch; scaling to means of 1 changes nothing else."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.networks.feature_stack import FeatureStack, layer_names, scale_maps

BLOCKS = ((4, 6), (8,), (5, 3))
NAMES = ("conv1_1", "conv1_2", "conv2_1", "conv3_1", "conv3_2")
MEAN, DEVIATION = (0.5, 0.25, 0.125), (0.5, 0.25, 1.0)


def seeded(number):
    return torch.Generator().manual_seed(number)


def stack(padding="reflect", pooling="average"):
    made = FeatureStack(BLOCKS, MEAN, DEVIATION, padding, pooling, seeded(0))
    with torch.no_grad():
        for layer in made.convolutions.values():
            layer.bias.normal_(generator=seeded(1))
    return made


def plain(made, pictures, padding, pooling):
    """The same maps with a loop that knows the tokens."""
    maps = (pictures - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]
    found, border = {}, {"reflect": nn.ReflectionPad2d(1), "zeros": nn.ZeroPad2d(1)}[padding]
    pool = {"average": nn.AvgPool2d(2), "max": nn.MaxPool2d(2)}[pooling]
    for name in ("conv1_1", "conv1_2", "pool", "conv2_1", "pool", "conv3_1", "conv3_2"):
        if name == "pool":
            maps = pool(maps)
        else:
            layer = made.convolutions[name]
            maps = found[name] = F.conv2d(border(maps), layer.weight, layer.bias).clamp(min=0)
    return found


@pytest.mark.parametrize("padding", ["reflect", "zeros"])
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_maps_are_those_of_plain_convolutions_and_poolings(padding, pooling):
    made, pictures = stack(padding, pooling), torch.rand(2, 3, 13, 18, generator=seeded(2))
    wanted, found = plain(made, pictures, padding, pooling), made.features(pictures)
    assert tuple(found) == NAMES
    for name in NAMES:
        torch.testing.assert_close(found[name], wanted[name])
    torch.testing.assert_close(made(pictures), wanted["conv3_2"])


def test_layers_asked_for_come_shallow_to_deep_whatever_the_order():
    pictures = torch.rand(1, 3, 16, 12, generator=seeded(3))
    found = stack().features(pictures, ["conv3_1", "conv1_2", "conv3_1"])
    assert list(found) == ["conv1_2", "conv3_1"]
    assert [tuple(maps.shape) for maps in found.values()] == [(1, 6, 16, 12), (1, 5, 4, 3)]


def test_nothing_deeper_than_asked_is_computed():
    made = stack()
    made.convolutions["conv2_1"].forward = None
    assert list(made.features(torch.rand(1, 3, 16, 16), ("conv1_2",))) == ["conv1_2"]
    assert made.features(torch.rand(1, 3, 16, 16), []) == {}


def test_no_pictures_give_no_maps():
    assert stack().features(torch.zeros(0, 3, 16, 20))["conv2_1"].shape == (0, 8, 8, 10)


def test_gradients_reach_the_picture_and_the_picture_stays():
    pictures = torch.rand(1, 3, 16, 16, generator=seeded(4)).requires_grad_()
    before = pictures.detach().clone()
    stack().features(pictures)["conv3_2"].square().sum().backward()
    assert pictures.grad.abs().sum() > 0
    assert torch.equal(pictures.detach(), before)


def test_double_precision_is_kept():
    made = stack().double()
    assert made(torch.rand(1, 3, 16, 16, dtype=torch.float64)).dtype == torch.float64


def test_layers_are_named_by_block_and_place():
    assert layer_names(BLOCKS) == stack().LAYERS == NAMES


def test_the_same_generator_draws_the_same_weights():
    first, second = (FeatureStack(BLOCKS, MEAN, DEVIATION, generator=seeded(7)).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("measure", "measured"),
    [("mean", lambda m: m.mean((0, 2, 3))), ("power", lambda m: (m**2).mean((0, 2, 3)) ** 0.5)],
)
def test_scaling_makes_every_map_measure_one_and_changes_nothing_but_scales(measure, measured):
    pictures, original = torch.rand(4, 3, 16, 24, generator=seeded(5)), stack().requires_grad_(False)
    scaled = scale_maps(copy.deepcopy(original), pictures, measure)
    other = torch.rand(1, 3, 20, 16, generator=seeded(6))
    sizes = {name: measured(maps) for name, maps in original.features(pictures).items()}
    for name, maps in scaled.features(other).items():
        gains = sizes[name].clamp(min=max(0.02 * float(sizes[name].mean()), 1e-12))[:, None, None]
        torch.testing.assert_close(maps * gains, original.features(other)[name], rtol=1e-4, atol=1e-5)
    for name, maps in scaled.features(pictures).items():
        busy = sizes[name] > 0.05 * sizes[name].mean()
        torch.testing.assert_close(measured(maps)[busy], torch.ones(int(busy.sum())), rtol=1e-4, atol=1e-4)
        assert busy.any()


def test_scaling_does_not_make_a_silent_map_shout():
    made = stack()
    with torch.no_grad():
        made.convolutions["conv1_1"].bias[0] = -100.0
    maps = scale_maps(made, torch.rand(2, 3, 16, 16)).features(torch.rand(1, 3, 16, 16))
    assert all(m.isfinite().all() for m in maps.values())
    assert maps["conv1_1"][:, 0].max() == 0


PICTURES = torch.rand(1, 3, 16, 16, generator=seeded(8))


@pytest.mark.parametrize(
    ("pictures", "error", "words"),
    [
        ((PICTURES * 255).byte(), TypeError, "pictures must be floats in .0, 1., got torch.uint8: divide uint8 by 255"),
        (PICTURES * 255, ValueError, "pictures must be in .0, 1., got numbers up to 25"),
        (PICTURES * torch.nan, ValueError, "got numbers up to nan"),
        (PICTURES[:, :1], ValueError, "got grey ones of shape .1, 1, 16, 16.: pictures.expand"),
        (PICTURES[0], ValueError, r"must have shape \(N, 3, H, W\), got shape \(3, 16, 16\)"),
        (PICTURES.permute(0, 2, 3, 1), ValueError, r"must have shape \(N, 3, H, W\), got shape \(1, 16, 16, 3\)"),
        (PICTURES[..., :7], ValueError, "must be at least 8 × 8, got 16 × 7"),
        (PICTURES.numpy(), TypeError, "pictures must be a tensor"),
    ],
)
def test_bad_pictures_are_refused_in_words(pictures, error, words):
    with pytest.raises(error, match=words):
        stack().features(pictures)


@pytest.mark.parametrize(
    ("names", "error", "words"),
    [
        (["conv2_2"], ValueError, "names must be one of 'conv1_1', .*'conv3_2', got str 'conv2_2'"),
        ("conv1_1", TypeError, "names must be a sequence of layers such as"),
        ([1], TypeError, "names must be a sequence of layers such as"),
        (4, TypeError, "names must be a sequence of layers such as"),
    ],
)
def test_unknown_layers_are_refused_in_words(names, error, words):
    with pytest.raises(error, match=words):
        stack().features(PICTURES, names)


@pytest.mark.parametrize(("argument", "value"), [("padding", "same"), ("pooling", "mean")])
def test_unknown_options_are_refused(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be one of"):
        FeatureStack(BLOCKS, MEAN, DEVIATION, **{argument: value})


def test_an_unknown_measure_is_refused():
    with pytest.raises(ValueError, match="measure must be one of 'mean', 'power'"):
        scale_maps(stack(), PICTURES, "largest")


def test_a_smallest_picture_works_and_one_pixel_less_does_not():
    assert stack("zeros").features(torch.rand(1, 3, 4, 4))["conv3_2"].shape == (1, 3, 1, 1)
    with pytest.raises(ValueError, match="at least 4 × 4"):
        stack("zeros").features(torch.rand(1, 3, 3, 4))


def test_pictures_of_another_precision_than_the_weights_are_named():
    with pytest.raises(TypeError, match=r"pictures must be torch\.float32, as the weights are, got torch\.float64"):
        stack().features(torch.zeros(1, 3, 16, 16, dtype=torch.float64))
    assert stack().double().features(torch.zeros(1, 3, 16, 16, dtype=torch.float64))
