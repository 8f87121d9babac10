import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnncourse.networks.resnet import BasicBlock, Bottleneck, PlainNet, ResNet
from cnncourse.networks.summary import summarise

COUNTS = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}
MULTIPLICATIONS = {18: 1_814_073_344, 34: 3_663_761_408, 50: 4_089_184_256}  # 224 × 224; He et al.: 1.8, 3.6, 3.8 e9

# Torchvision's published files, stage by stage: blocks, maps that come in, maps inside, maps that leave.
BASIC = ((64, 64, 64), (64, 128, 128), (128, 256, 256), (256, 512, 512))
WIDE = ((64, 64, 256), (256, 128, 512), (512, 256, 1024), (1024, 512, 2048))
PUBLISHED = {
    18: (BASIC, (2, 2, 2, 2)),
    34: (BASIC, (3, 4, 6, 3)),
    50: (WIDE, (3, 4, 6, 3)),
}


def norm(name, maps):
    rows = {f"{name}.{part}": (maps,) for part in ("weight", "bias", "running_mean", "running_var")}
    return rows | {f"{name}.num_batches_tracked": ()}


def published_layout(depth):
    """Return key → shape of torchvision's file, in its order."""
    stages, counts = PUBLISHED[depth]
    layout = {"conv1.weight": (64, 3, 7, 7)} | norm("bn1", 64)
    for stage, ((before, inside, after), count) in enumerate(zip(stages, counts, strict=True), start=1):
        for number in range(count):
            name, came = f"layer{stage}.{number}", before if number == 0 else after
            if depth < 50:
                shapes = [(inside, came, 3, 3), (after, inside, 3, 3)]
            else:
                shapes = [(inside, came, 1, 1), (inside, inside, 3, 3), (after, inside, 1, 1)]
            for place, shape in enumerate(shapes, start=1):
                layout |= {f"{name}.conv{place}.weight": shape} | norm(f"{name}.bn{place}", shape[0])
            if number == 0 and came != after:
                layout |= {f"{name}.downsample.0.weight": (after, came, 1, 1)} | norm(f"{name}.downsample.1", after)
    return layout | {"fc.weight": (1000, stages[-1][2]), "fc.bias": (1000,)}


def empty(depth, kind=ResNet):
    with torch.device("meta"):
        return kind(depth)


def parameters(net):
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(("depth", "expected"), COUNTS.items())
def test_the_parameters_add_up(depth, expected):
    assert parameters(empty(depth)) == expected


def test_a_plain_net_lacks_only_the_projections():
    projections = sum(c * k + 2 * k for c, k in ((64, 128), (128, 256), (256, 512)))
    for depth in (18, 34):
        plain = empty(depth, PlainNet)
        assert parameters(plain) == COUNTS[depth] - projections
        kept = [name for name in empty(depth).state_dict() if "downsample" not in name]
        assert list(plain.state_dict()) == kept


@pytest.mark.parametrize("depth", COUNTS)
def test_the_depth_counts_the_layers_with_weights_on_the_longest_way(depth):
    layers = [p for name, p in empty(depth).named_parameters() if p.dim() > 1 and "downsample" not in name]
    assert len(layers) == depth


@pytest.mark.parametrize("depth", PUBLISHED)
def test_names_and_shapes_are_those_of_the_published_weights(depth):
    found = {name: tuple(tensor.shape) for name, tensor in empty(depth).state_dict().items()}
    assert list(found.items()) == list(published_layout(depth).items())
    assert len(found) == {18: 122, 34: 218, 50: 320}[depth]


@pytest.mark.parametrize("depth", PUBLISHED)
def test_weights_made_up_in_the_published_layout_load_strictly(depth):
    made_up = {
        name: torch.full((1,) if shape else (), float(place)).expand(shape)
        for place, (name, shape) in enumerate(published_layout(depth).items())
    }
    net = empty(depth)
    assert str(net.load_state_dict(made_up, assign=True)) == "<All keys matched successfully>"
    assert [t.flatten()[0].item() for t in net.state_dict().values()] == list(range(len(made_up)))


def test_weights_of_another_depth_are_refused():
    made_up = {name: torch.zeros(shape) for name, shape in published_layout(18).items()}
    with pytest.raises(RuntimeError, match=re.escape("layer1.2.conv1.weight")):
        empty(34).load_state_dict(made_up, assign=True)


@pytest.mark.parametrize(("depth", "expected"), MULTIPLICATIONS.items())
def test_multiplications_are_those_of_the_paper_and_of_a_count_by_hand(depth, expected):
    layout, total = published_layout(depth), 0
    sides = {"conv1": 112, "layer1": 56, "layer2": 28, "layer3": 14, "layer4": 7}
    for name, shape in layout.items():
        if len(shape) == 4:
            stage, first = name.split(".")[0], ".0.conv1." in name
            late = depth >= 50 and first and stage != "layer1"  # its stride comes one convolution later
            total += np.prod(shape) * (2 * sides[stage] if late else sides[stage]) ** 2
    assert total + np.prod(layout["fc.weight"]) == expected
    assert summarise(empty(depth), (3, 224, 224)).multiplications == expected


@pytest.mark.parametrize("kind", [ResNet, PlainNet])
def test_a_small_picture_goes_through_and_every_parameter_gets_a_gradient(kind):
    net = kind(18, classes=3, generator=torch.Generator().manual_seed(0))
    net(torch.rand(2, 3, 40, 33)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in net.parameters())


def test_the_maps_shrink_and_grow_as_in_table_1():
    shapes = {row.name: row.output_shape for row in summarise(empty(50), (3, 224, 224))}
    assert shapes["conv1"] == (64, 112, 112)
    assert shapes["maxpool"] == (64, 56, 56)
    assert [shapes[f"layer{i}.0.bn3"] for i in (1, 2, 3, 4)] == [
        (256, 56, 56),
        (512, 28, 28),
        (1024, 14, 14),
        (2048, 7, 7),
    ]


def by_formula(block, a, strides):
    """Compute a block in training mode from its weights: each convolution with its norm, the sum, the last ReLU."""

    def normalised(x):
        mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
        return (x - mean) / (variance + 1e-5).sqrt()

    z = a
    for number, stride in enumerate(strides, start=1):
        weight = getattr(block, f"conv{number}").weight
        z = normalised(F.conv2d(z, weight, stride=stride, padding=weight.shape[-1] // 2))
        z = z.clamp(min=0) if number < len(strides) else z
    if block.shortcut and block.downsample is not None:
        a = normalised(F.conv2d(a, block.downsample[0].weight, stride=max(strides)))
    return (z + a if block.shortcut else z).clamp(min=0)


@pytest.mark.parametrize(
    ("kind", "arguments", "strides"),
    [
        (BasicBlock, (6, 6), (1, 1)),
        (BasicBlock, (6, 9, 2), (2, 1)),
        (BasicBlock, (6, 6, 2, False), (2, 1)),
        (Bottleneck, (12, 3), (1, 1, 1)),
        (Bottleneck, (6, 3, 2), (1, 2, 1)),
    ],
)
def test_a_block_computes_the_papers_formula(kind, arguments, strides):
    torch.manual_seed(1)
    block, a = kind(*arguments).double(), torch.randn(3, arguments[0], 7, 10, dtype=torch.float64)
    torch.testing.assert_close(block(a), by_formula(block, a, strides))


def test_the_shortcut_has_no_activation_before_the_sum():
    block, a = BasicBlock(1, 2, 2).eval(), torch.full((1, 1, 2, 2), 3.0)
    torch.nn.init.constant_(block.downsample[0].weight, -1.0)
    torch.nn.init.zeros_(block.bn2.weight)
    torch.nn.init.constant_(block.bn2.bias, 4.0)
    assert block(a).flatten().tolist() == pytest.approx([1.0, 1.0], rel=1e-4)


def test_evaluation_uses_the_stored_statistics():
    net = ResNet(18, classes=2).eval()
    x = torch.rand(3, 3, 32, 32)
    torch.testing.assert_close(net(x)[:1], net(x[:1]))


@pytest.mark.parametrize(
    ("make", "problem", "sentence"),
    [
        (lambda: ResNet(20), ValueError, "depth must be one of 18, 34, 50, 101, 152, got 20"),
        (lambda: PlainNet(50), ValueError, "depth must be one of 18, 34, got 50"),
        (lambda: ResNet("18"), TypeError, "depth must be a whole number"),
        (lambda: ResNet(18, classes=0), ValueError, "classes must be at least 1"),
        (lambda: BasicBlock(0, 4), ValueError, "in_channels must be at least 1"),
        (lambda: Bottleneck(4, 2.5), TypeError, "channels must be a whole number"),
        (lambda: BasicBlock(4, 4, 0), ValueError, "stride must be at least 1"),
        (lambda: BasicBlock(4, 4, shortcut="yes"), TypeError, "shortcut must be True or False"),
    ],
)
def test_bad_arguments_are_named(make, problem, sentence):
    with pytest.raises(problem, match=sentence):
        make()
