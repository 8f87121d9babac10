"""GoogLeNet has the published names, shapes and counts; its modules agree with the same written out by hand."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnncourse.convolution import conv_multiplications
from cnncourse.networks.inception import (
    GoogLeNet,
    GoogLeNetOutputs,
    InceptionModule,
    loss_with_side_heads,
    without_side_heads,
)

# The layout of PyTorch's published checkpoint, written down from its listing: convolution → (maps, channels, side).
CONVOLUTIONS = """
conv1 64 3 7
conv2 64 64 1
conv3 192 64 3
3a.branch1 64 192 1
3a.branch2.0 96 192 1
3a.branch2.1 128 96 3
3a.branch3.0 16 192 1
3a.branch3.1 32 16 3
3a.branch4.1 32 192 1
3b.branch1 128 256 1
3b.branch2.0 128 256 1
3b.branch2.1 192 128 3
3b.branch3.0 32 256 1
3b.branch3.1 96 32 3
3b.branch4.1 64 256 1
4a.branch1 192 480 1
4a.branch2.0 96 480 1
4a.branch2.1 208 96 3
4a.branch3.0 16 480 1
4a.branch3.1 48 16 3
4a.branch4.1 64 480 1
4b.branch1 160 512 1
4b.branch2.0 112 512 1
4b.branch2.1 224 112 3
4b.branch3.0 24 512 1
4b.branch3.1 64 24 3
4b.branch4.1 64 512 1
4c.branch1 128 512 1
4c.branch2.0 128 512 1
4c.branch2.1 256 128 3
4c.branch3.0 24 512 1
4c.branch3.1 64 24 3
4c.branch4.1 64 512 1
4d.branch1 112 512 1
4d.branch2.0 144 512 1
4d.branch2.1 288 144 3
4d.branch3.0 32 512 1
4d.branch3.1 64 32 3
4d.branch4.1 64 512 1
4e.branch1 256 528 1
4e.branch2.0 160 528 1
4e.branch2.1 320 160 3
4e.branch3.0 32 528 1
4e.branch3.1 128 32 3
4e.branch4.1 128 528 1
5a.branch1 256 832 1
5a.branch2.0 160 832 1
5a.branch2.1 320 160 3
5a.branch3.0 32 832 1
5a.branch3.1 128 32 3
5a.branch4.1 128 832 1
5b.branch1 384 832 1
5b.branch2.0 192 832 1
5b.branch2.1 384 192 3
5b.branch3.0 48 832 1
5b.branch3.1 128 48 3
5b.branch4.1 128 832 1
aux1.conv 128 512 1
aux2.conv 128 528 1
"""


def published_shapes():
    shapes = {}
    for line in CONVOLUTIONS.split("\n")[1:-1]:
        name, maps, channels, side = line.split()
        name = f"inception{name}" if name[0] in "345" else name
        shapes[f"{name}.conv.weight"] = (int(maps), int(channels), int(side), int(side))
        for statistic in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{name}.bn.{statistic}"] = (int(maps),)
        shapes[f"{name}.bn.num_batches_tracked"] = ()
    for head in ("aux1", "aux2"):
        shapes |= {f"{head}.fc1.weight": (1024, 2048), f"{head}.fc1.bias": (1024,)}
        shapes |= {f"{head}.fc2.weight": (1000, 1024), f"{head}.fc2.bias": (1000,)}
    return shapes | {"fc.weight": (1000, 1024), "fc.bias": (1000,)}


def made_up_state():
    """Return a state in the published layout, every number telling from which entry it comes."""
    state = {}
    for place, (name, shape) in enumerate(published_shapes().items()):
        state[name] = torch.full(shape, place) if name.endswith("tracked") else torch.full(shape, place / 1000)
    return state


@pytest.fixture(scope="module")
def network():
    return GoogLeNet()


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_names_and_shapes_are_the_published_ones(network):
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    assert shapes == published_shapes()


def test_made_up_weights_in_the_published_layout_arrive_where_they_belong():
    state, network = made_up_state(), GoogLeNet()
    network.load_state_dict(state)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, state[name]), name


def test_a_network_without_side_heads_takes_the_same_weights_without_theirs():
    state, network = made_up_state(), GoogLeNet(side_heads=False)
    with pytest.raises(RuntimeError, match="Unexpected key"):
        network.load_state_dict(state)
    network.load_state_dict(without_side_heads(state))
    assert torch.equal(network.fc.bias, state["fc.bias"])
    assert len(state) - len(without_side_heads(state)) == 2 * 10


@pytest.mark.parametrize(
    ("side_heads", "large_kernel", "parameters"),
    [(True, 3, 13_004_888), (False, 3, 6_624_904), (False, 5, 6_624_904 + 16 * 23_808), (True, 5, 13_385_816)],
)
def test_parameters_are_counted_as_published(side_heads, large_kernel, parameters):
    assert count(GoogLeNet(side_heads, large_kernel)) == parameters


def test_5x5_costs_16_more_weights_for_each_pair_of_maps():
    pairs = [16 * 32, 32 * 96, 16 * 48, 24 * 64, 24 * 64, 32 * 64, 32 * 128, 32 * 128, 48 * 128]
    assert sum(pairs) == 23_808
    assert count(GoogLeNet(False, 5)) - count(GoogLeNet(False, 3)) == (25 - 9) * sum(pairs)


def test_the_sizes_of_table_1_come_out_for_pictures_of_224():
    seen = {}
    network = GoogLeNet(side_heads=False).eval()
    for name in network.steps:
        step = getattr(network, name)
        step.register_forward_hook(lambda _module, _inputs, output, name=name: seen.update({name: output.shape[1:]}))
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 224, 224)).shape == (1, 1000)
    sizes = {name: tuple(shape) for name, shape in seen.items()}
    assert sizes["conv1"] == (64, 112, 112)
    assert sizes["maxpool2"] == (192, 28, 28)
    assert sizes["inception3a"] == (256, 28, 28)
    assert sizes["inception3b"] == (480, 28, 28)
    assert sizes["inception4a"] == sizes["inception4b"] == sizes["inception4c"] == (512, 14, 14)
    assert sizes["inception4d"] == (528, 14, 14)
    assert sizes["inception4e"] == (832, 14, 14)
    assert sizes["inception5a"] == (832, 7, 7)
    assert sizes["inception5b"] == (1024, 7, 7)


def test_side_heads_speak_in_training_only(network):
    pictures = torch.rand(2, 3, 32, 32)
    outputs = network.train()(pictures)
    assert isinstance(outputs, GoogLeNetOutputs)
    assert [tuple(logits.shape) for logits in outputs] == [(2, 1000)] * 3
    answer = network.eval()(pictures)
    assert isinstance(answer, torch.Tensor)
    assert answer.shape == (2, 1000)
    assert isinstance(GoogLeNet(side_heads=False).train()(pictures), torch.Tensor)


def test_side_heads_read_the_outputs_of_4a_and_4d():
    network = GoogLeNet(classes=3).train()
    pictures, heard = torch.rand(2, 3, 64, 64), {}
    for name in ("aux1", "aux2", "inception4a", "inception4d"):
        hook = lambda _module, inputs, output, name=name: heard.update({name: (inputs[0], output)})  # noqa: E731
        getattr(network, name).register_forward_hook(hook)
    outputs = network(pictures)
    assert torch.equal(heard["aux1"][0], heard["inception4a"][1])
    assert torch.equal(heard["aux2"][0], heard["inception4d"][1])
    assert torch.equal(heard["aux1"][1], outputs.first_side)
    assert torch.equal(heard["aux2"][1], outputs.second_side)


def by_hand(module, x):
    """Return an Inception module's output in evaluation mode, its parts written out with functions."""

    def part(x, layer, **options):
        x = F.conv2d(x, layer.conv.weight, **options)
        bn = layer.bn
        x = (x - bn.running_mean[:, None, None]) / torch.sqrt(bn.running_var[:, None, None] + 0.001)
        return (x * bn.weight[:, None, None] + bn.bias[:, None, None]).clamp(min=0)

    reach = module.branch3[1].conv.weight.shape[-1] // 2
    one = part(x, module.branch1)
    three = part(part(x, module.branch2[0]), module.branch2[1], padding=1)
    five = part(part(x, module.branch3[0]), module.branch3[1], padding=reach)
    framed = F.pad(x, (1, 1, 1, 1), value=-torch.inf)
    largest = framed.unfold(2, 3, 1).unfold(3, 3, 1).amax(dim=(4, 5))
    return torch.cat([one, three, five, part(largest, module.branch4[1])], dim=1)


@pytest.mark.parametrize("large_kernel", [3, 5, 7])
def test_a_module_is_its_four_branches_side_by_side(large_kernel):
    torch.manual_seed(0)
    module = InceptionModule(6, 2, 3, 4, 5, 7, 1, large_kernel).double().eval()
    for parameter in (*module.parameters(), *module.buffers()):
        if parameter.is_floating_point():
            parameter.data = torch.rand_like(parameter) + 0.1
    x = torch.randn(2, 6, 9, 5, dtype=torch.float64)
    assert module(x).shape == (2, module.out_channels, 9, 5) == (2, 14, 9, 5)
    torch.testing.assert_close(module(x), by_hand(module, x))


def test_module_3a_makes_256_maps_of_28_by_28():
    module = InceptionModule(192, 64, 96, 128, 16, 32, 32)
    assert module(torch.zeros(2, 192, 28, 28)).shape == (2, 64 + 128 + 32 + 32, 28, 28)
    assert module.branch3[1].conv.kernel_size == (5, 5)


def test_the_detour_over_16_maps_costs_a_tenth():
    direct = conv_multiplications(192, 32, 5, 28, 28)
    detour = [conv_multiplications(192, 16, 1, 28, 28), conv_multiplications(16, 32, 5, 28, 28)]
    assert direct == 120_422_400
    assert detour == [2_408_448, 10_035_200]
    assert sum(detour) == 12_443_648


def test_the_loss_adds_three_tenths_of_each_side_head():
    rng = np.random.default_rng(0)
    labels = np.array([2, 0])
    logits = rng.normal(size=(3, 2, 4))
    losses = [-(x - np.log(np.exp(x).sum(axis=1, keepdims=True)))[[0, 1], labels].mean() for x in logits]
    outputs = GoogLeNetOutputs(*map(torch.from_numpy, logits))
    loss = loss_with_side_heads(outputs, torch.from_numpy(labels))
    assert float(loss) == pytest.approx(losses[0] + 0.3 * (losses[1] + losses[2]))
    assert float(loss_with_side_heads(outputs.main, torch.from_numpy(labels))) == pytest.approx(losses[0])
    assert float(loss_with_side_heads(outputs, torch.from_numpy(labels), weight=0)) == pytest.approx(losses[0])


def test_side_heads_bring_a_gradient_to_the_early_modules_that_stops_at_4d():
    network = GoogLeNet(classes=4).train()
    outputs = network(torch.rand(2, 3, 32, 32))
    (outputs.first_side.sum() + outputs.second_side.sum()).backward()
    assert network.conv1.conv.weight.grad.abs().sum() > 0
    assert network.inception4d.branch1.conv.weight.grad.abs().sum() > 0
    assert network.inception4e.branch1.conv.weight.grad is None
    assert network.fc.weight.grad is None


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: GoogLeNet(classes=1), ValueError, "classes must be at least 2, got 1"),
        (lambda: GoogLeNet(side_heads=1), TypeError, "side_heads must be True or False"),
        (lambda: GoogLeNet(large_kernel=4), ValueError, "large_kernel must be odd"),
        (lambda: InceptionModule(192, 64, 96, 128, 16, 0, 32), ValueError, "fives must be at least 1, got 0"),
        (lambda: InceptionModule(0, 64, 96, 128, 16, 32, 32), ValueError, "in_channels must be at least 1"),
        (lambda: InceptionModule(8, 2, 2.5, 2, 2, 2, 2), TypeError, "threes_before must be a whole number"),
        (lambda: GoogLeNet()(torch.zeros(1, 1, 64, 64)), ValueError, r"\(N, 3, H, W\).*got shape \(1, 1, 64, 64\)"),
        (lambda: GoogLeNet()(torch.zeros(1, 3, 64, 14)), ValueError, "at least 15"),
        (lambda: GoogLeNet()(np.zeros((1, 3, 64, 64))), TypeError, "pictures must be a torch tensor"),
    ],
)
def test_what_makes_no_sense_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_the_smallest_picture_it_takes_goes_through(network):
    assert network.eval()(torch.rand(1, 3, 15, 15)).shape == (1, 1000)
