"""Seeing: patches against a plain search, fields against arithmetic, ways back against transposed convolutions."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.convolution import receptive_field
from cnncourse.networks.small_vgg import SmallVGG
from cnncourse.networks.tiny_yolo import TinyYOLO
from cnncourse.style.seeing import (
    deconvolve,
    field_box,
    layer_maps,
    occlusion_map,
    saliency_map,
    top_patches,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def pictures(count=7, channels=3, height=21, width=26, seed=0):
    return torch.rand(count, channels, height, width, generator=generator(seed), dtype=torch.float64)


def small_net(seed=0, inplace=True):
    """Two convolutions with max pooling between them: 3 × 3 pad 1, pool 2, 3 × 3 stride 2 pad 1."""
    net = nn.Sequential(
        *(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace), nn.MaxPool2d(2)),
        *(nn.Conv2d(4, 5, 3, stride=2, padding=1), nn.ReLU(inplace)),
    ).double()
    for parameter in net.parameters():
        nn.init.normal_(parameter, std=0.3, generator=generator(seed))
    return net.eval()


def classifier(seed=0):
    net = nn.Sequential(small_net(seed), nn.Flatten(), nn.Linear(5 * 5 * 7, 3)).double()
    nn.init.normal_(net[2].weight, std=0.3, generator=generator(seed + 1))
    return net.eval()


def walked_back(net, image, channel, place, let_through):
    """Return what one unit of `small_net` leads back to, step by step: the oracle of `deconvolve`."""
    conv1, _, _, conv2, _ = net
    a1 = conv1(image[None])
    p1, switches = F.max_pool2d(a1.relu(), 2, return_indices=True)
    a2 = conv2(p1)
    back = torch.zeros_like(a2)
    back[0, channel, *place] = a2.relu()[0, channel, *place]
    back = let_through(back, a2)
    rows, columns = p1.shape[2] - (2 * a2.shape[2] - 1), p1.shape[3] - (2 * a2.shape[3] - 1)
    back = F.conv_transpose2d(back, conv2.weight, stride=2, padding=1, output_padding=(rows, columns))
    back = F.max_unpool2d(back, switches, 2, output_size=a1.shape[2:])
    return F.conv_transpose2d(let_through(back, a1), conv1.weight, padding=1)[0]


RULES = {
    "deconvnet": lambda back, forward: back.relu(),
    "gradient": lambda back, forward: back * (forward > 0),
    "guided": lambda back, forward: back.relu() * (forward > 0),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(4))
def test_the_way_back_is_unpooling_rectifying_and_transposed_filtering(rule, seed):
    net, image = small_net(seed, inplace=seed % 2 == 0), pictures(1, seed=seed)[0]
    channel = int(layer_maps(net, image[None], 4)[0].amax(dim=(1, 2)).argmax())
    maps = layer_maps(net, image[None], 4)[0, channel]
    place = divmod(int(maps.argmax()), maps.shape[1])
    expected = walked_back(net, image, channel, place, RULES[rule])
    found = deconvolve(net, image, 4, channel, rule=rule)
    torch.testing.assert_close(found, expected)
    assert found.abs().max() > 0
    other = (1, 2)
    expected = walked_back(net, image, channel, other, RULES[rule])
    torch.testing.assert_close(deconvolve(net, image, "4", channel, other, rule), expected)


def test_the_three_rules_differ():
    net, image = small_net(1), pictures(1)[0]
    backs = [deconvolve(net, image, 4, 1, (2, 3), rule) for rule in RULES]
    assert all((a - b).abs().max() > 1e-6 for a, b in zip(backs, [*backs[1:], backs[0]], strict=True))


def test_without_relus_all_rules_give_the_transposed_linear_map():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 2, 5, stride=2)).double()
    image = pictures(1)[0]
    batch = image[None].clone().requires_grad_()
    for rule in RULES:
        back = deconvolve(net, image, 1, 1, (1, 2), rule)
        maps = net(batch)
        seed = torch.zeros_like(maps)
        seed[0, 1, 1, 2] = maps[0, 1, 1, 2].detach()
        torch.testing.assert_close(back, torch.autograd.grad(maps, batch, seed)[0][0])


def test_relus_that_are_functions_and_leaky_ones_follow_the_rule_too():
    class Functional(nn.Module):
        def __init__(self, net, slope):
            super().__init__()
            self.net, self.slope = net, slope

        def forward(self, x):
            first = F.leaky_relu(self.net[0](x), self.slope) if self.slope else torch.relu(self.net[0](x))
            return F.leaky_relu_(self.net[3](self.net[2](first)), self.slope)

    net, image = small_net(2), pictures(1)[0]
    same = Functional(net, 0.0)
    for rule in RULES:
        expected = deconvolve(net, image, 3, 0, (2, 2), rule)
        torch.testing.assert_close(deconvolve(same, image, "net.3", 0, (2, 2), rule), expected)
    leaky = Functional(net, 0.2)
    plain = deconvolve(leaky, image, "net.3", 0, (2, 2), "gradient")
    guided = deconvolve(leaky, image, "net.3", 0, (2, 2), "guided")
    assert (plain - guided).abs().max() > 1e-6


def test_networks_and_their_gradients_are_left_as_they_were():
    net, image = small_net().train(), pictures(1)[0]
    net[0].eval()
    deconvolve(net, image, 4, 0)
    saliency_map(nn.Sequential(net, nn.Flatten()), image, 0)
    top_patches(net, pictures(2), 4, 0)
    assert net.training
    assert not net[0].training
    assert all(parameter.grad is None for parameter in net.parameters())
    assert not image.requires_grad
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    x.relu().sum().backward()
    assert x.grad.tolist() == [0, 1]


CHAIN = [(3, 1, 1), (2, 2, 0), (3, 2, 1)]


@pytest.mark.parametrize(("layer", "depth"), [(1, 1), (2, 2), (4, 3)])
def test_fields_are_those_of_arithmetic(layer, depth):
    size, jump, start = receptive_field(CHAIN)[depth - 1]
    image = pictures(1)[0]
    rows, columns = layer_maps(small_net(), image[None], layer).shape[2:]
    for row, column in [(0, 0), (1, 2), (rows - 1, columns - 1), (2, 1)]:
        (top, bottom), (left, right) = (
            (start + i * jump - size / 2, start + i * jump + size / 2) for i in (row, column)
        )
        expected = (max(left, 0), max(top, 0), min(right, 26), min(bottom, 21))
        assert field_box(small_net(), image, layer, (row, column)) == expected


def test_fields_are_known_behind_branches_and_in_stacks_with_names():
    image = torch.rand(3, 160, 160, generator=generator())
    yolo = TinyYOLO(generator=generator())
    assert field_box(yolo, image, "backbone.block2", (5, 6)) == (21, 17, 28, 24)  # 7 pixels, 4 apart, from −3
    left, top, right, bottom = field_box(yolo, image, "neck.1", (10, 10))
    assert (right - left) * (bottom - top) > 100**2
    size, jump, start = receptive_field([(3, 1, 1), (3, 1, 1), (2, 2, 0), (3, 1, 1)])[-1]
    middle = start + 8 * jump
    low, high = int(middle - size / 2), int(middle + size / 2)
    assert field_box(SmallVGG(generator=generator()), image, "conv2_1", (8, 8)) == (low, low, high, high)


def test_top_patches_are_the_strongest_places_of_a_plain_search():
    net, images = small_net(3), pictures(9)
    maps = layer_maps(net, images, 4)
    torch.testing.assert_close(maps, net(images).detach())
    found = top_patches(net, images, 4, 2, count=5)
    N, _, rows, columns = maps.shape
    places = ((n, r, c) for n in range(N) for r in range(rows) for c in range(columns))
    every = sorted((float(-maps[n, 2, r, c]), n, r, c) for n, r, c in places)
    expected, used = [], set()
    for activation, n, r, c in every:
        if n not in used:
            used.add(n)
            expected.append((n, (r, c), -activation))
    assert [(p.image, p.place, p.activation) for p in found] == expected[:5]
    for p in found:
        left, top, right, bottom = p.box
        assert torch.equal(p.patch, images[p.image, :, top:bottom, left:right])


def test_nothing_outside_its_patch_changes_a_units_activation():
    net, images = small_net(3), pictures(4)
    for p in top_patches(net, images, 4, 1, count=4):
        left, top, right, bottom = p.box
        elsewhere = torch.rand(3, 21, 26, generator=generator(9), dtype=torch.float64)
        elsewhere[:, top:bottom, left:right] = p.patch
        again = layer_maps(net, elsewhere[None], 4)[0, 1]
        assert float(again[p.place]) == pytest.approx(p.activation, rel=1e-12)


def test_a_classifier_in_single_precision_shows_its_patches_too():
    net, images = classifier().float(), pictures(3, height=20, width=28).float()
    found = top_patches(net, images, "0.4", 2)
    maps = layer_maps(net, images, "0.4")[:, 2]
    assert [p.activation for p in found] == sorted(maps.flatten(1).amax(dim=1).tolist(), reverse=True)
    assert field_box(net, images[0], "0.4", (2, 2)) == field_box(net[0], images[0], "4", (2, 2))


def test_equal_patches_come_in_the_pictures_order_and_fewer_pictures_give_fewer():
    images = pictures(1).repeat(3, 1, 1, 1)
    assert [p.image for p in top_patches(small_net(), images, 4, 0, count=9)] == [0, 1, 2]


@pytest.mark.parametrize(("size", "stride", "fill"), [(5, 3, 0.5), (8, 1, 0.0), (21, 4, (0.1, 0.9, 0.4)), (1, 10, 1)])
def test_an_occlusion_map_is_a_plain_loop(size, stride, fill):
    net, image = classifier(), pictures(1, height=20, width=28)[0]
    size = min(size, 20)
    expected = []
    for top in range(0, 20 - size + 1, stride):
        expected.append([])
        for left in range(0, 28 - size + 1, stride):
            covered = image.clone()
            for c in range(3):
                covered[c, top : top + size, left : left + size] = fill[c] if isinstance(fill, tuple) else fill
            expected[-1].append(net(covered[None])[0, 2].item())
    before = image.clone()
    found = occlusion_map(net, image, 2, size, stride, fill)
    np.testing.assert_allclose(found, expected)
    assert torch.equal(image, before)
    torch.testing.assert_close(occlusion_map(net, image[None], 2, size, stride, fill), found)


def test_saliency_is_the_steepest_slope_over_the_colours():
    net, image = classifier(), pictures(1, height=20, width=28)[0]
    found, step = saliency_map(net, image, 1), 1e-6
    for row, column in [(0, 0), (7, 20), (19, 27), (12, 3)]:
        slopes = []
        for c in range(3):
            nudge = torch.zeros_like(image)
            nudge[c, row, column] = step
            slopes.append(float((net((image + nudge)[None]) - net((image - nudge)[None]))[0, 1].detach()) / (2 * step))
        assert float(found[row, column]) == pytest.approx(max(map(abs, slopes)), rel=1e-4, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda net, x: top_patches(net, x, "7", 0), "layer must be one of"),
        (lambda net, x: top_patches(net, x, "", 0), "layer must be one of"),
        (lambda net, x: top_patches(net, x, 4, 5), "channel must be less than the layer's 5, got 5"),
        (lambda net, x: top_patches(net, x, 4, -1), "channel must be at least 0"),
        (lambda net, x: top_patches(net, x, 4, 0, 0), "count must be at least 1"),
        (lambda net, x: top_patches(net, x[0], 4, 0), r"images must be a float tensor \(N, C, H, W\)"),
        (lambda net, x: top_patches(net, x[:0], 4, 0), "images must be a float tensor"),
        (lambda net, x: top_patches(net, (x * 255).byte(), 4, 0), "images must be a float tensor"),
        (lambda net, x: deconvolve(net, x, 4, 0), r"image must be a float tensor \(C, H, W\)"),
        (lambda net, x: deconvolve(net, x[0], 4, 0, rule="backprop"), "rule must be"),
        (lambda net, x: deconvolve(net, x[0], 4, 0, (99, 0)), r"place must lie in the map of 5 × 7, got \(99, 0\)"),
        (lambda net, x: deconvolve(net, x[0], 4, 0, 5), r"place must be a pair \(row, column\), got int 5"),
        (lambda net, x: top_patches(net, None, 4, 0), "images must be a tensor of pictures, got NoneType None"),
        (lambda net, x: top_patches(None, x, 4, 0), "model must be an nn.Module, got NoneType None"),
        (lambda net, x: occlusion_map(net, x[0], 0, 3, 9, (1, 0)), "fill must be a number or 3 numbers, got tuple"),
        (lambda net, x: occlusion_map(net, x[0], 0, 3, 9, "grey"), "fill must be a number or 3 numbers, got str"),
        (lambda net, x: saliency_map(net, x[0], 0), r"model must give scores \(N, K\)"),
        (lambda net, x: occlusion_map(classifier(), x[0, :, :20], 0, 22, 1), "size must be at most"),
        (lambda net, x: occlusion_map(net, x[0], 0, 3, 0), "stride must be at least 1"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises((TypeError, ValueError), match=words):
        call(small_net(), pictures(2))


def test_a_class_that_is_not_there_is_named():
    image = pictures(1, height=20, width=28)[0]
    with pytest.raises(ValueError, match="class_index must be less than the model's 3 classes, got 3"):
        saliency_map(classifier(), image, 3)


def test_a_layer_without_maps_is_refused():
    image = pictures(1, height=20, width=28)[0]
    with pytest.raises(ValueError, match=r"layer must be one that makes maps \(N, C, h, w\)"):
        deconvolve(classifier(), image, "2", 0)
