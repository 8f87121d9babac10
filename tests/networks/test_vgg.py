import pytest
import torch
from torch import nn

from cnncourse.networks.layers import LocalResponseNorm
from cnncourse.networks.vgg import VGG

COUNTS = {
    "A": 132_863_336,
    "A-LRN": 132_863_336,
    "B": 133_047_848,
    "C": 133_638_952,
    "D": 138_357_544,
    "E": 143_667_240,
}
PUBLISHED = {  # torchvision's vgg11, vgg13, vgg16, vgg19: number of the layer → (outputs, inputs)
    "A": {
        0: (64, 3), 3: (128, 64), 6: (256, 128), 8: (256, 256), 11: (512, 256), 13: (512, 512), 16: (512, 512),
        18: (512, 512),
    },
    "B": {
        0: (64, 3), 2: (64, 64), 5: (128, 64), 7: (128, 128), 10: (256, 128), 12: (256, 256), 15: (512, 256),
        17: (512, 512), 20: (512, 512), 22: (512, 512),
    },
    "D": {
        0: (64, 3), 2: (64, 64), 5: (128, 64), 7: (128, 128), 10: (256, 128), 12: (256, 256), 14: (256, 256),
        17: (512, 256), 19: (512, 512), 21: (512, 512), 24: (512, 512), 26: (512, 512), 28: (512, 512),
    },
    "E": {
        0: (64, 3), 2: (64, 64), 5: (128, 64), 7: (128, 128), 10: (256, 128), 12: (256, 256), 14: (256, 256),
        16: (256, 256), 19: (512, 256), 21: (512, 512), 23: (512, 512), 25: (512, 512), 28: (512, 512),
        30: (512, 512), 32: (512, 512), 34: (512, 512),
    },
}  # fmt: skip
DENSE = {0: (4096, 25088), 3: (4096, 4096), 6: (1000, 4096)}


def published_layout(configuration):
    """Return key → shape of torchvision's file, in its order."""
    convolutions = [(f"features.{n}", (k, c, 3, 3)) for n, (k, c) in PUBLISHED[configuration].items()]
    dense = [(f"classifier.{n}", shape) for n, shape in DENSE.items()]
    return {
        f"{name}.{kind}": shape if kind == "weight" else shape[:1]
        for name, shape in convolutions + dense
        for kind in ("weight", "bias")
    }


def empty(configuration="D", **arguments):
    with torch.device("meta"):
        return VGG(configuration, **arguments)


@pytest.mark.parametrize(("configuration", "expected"), COUNTS.items())
def test_the_parameters_add_up(configuration, expected):
    assert sum(p.numel() for p in empty(configuration).parameters()) == expected


@pytest.mark.parametrize("configuration", PUBLISHED)
def test_names_and_shapes_are_those_of_the_published_weights(configuration):
    found = {name: tuple(tensor.shape) for name, tensor in empty(configuration).state_dict().items()}
    assert list(found.items()) == list(published_layout(configuration).items())


@pytest.mark.parametrize("configuration", ["D", "E"])
def test_weights_made_up_in_the_published_layout_load_strictly(configuration):
    made_up = {
        name: torch.full((1,), float(place)).expand(shape)
        for place, (name, shape) in enumerate(published_layout(configuration).items())
    }
    net = empty(configuration)
    assert str(net.load_state_dict(made_up, assign=True)) == "<All keys matched successfully>"
    assert [p.detach().flatten()[0].item() for p in net.parameters()] == list(range(len(made_up)))


def test_weights_of_another_layout_are_refused():
    other = {name: torch.zeros(1).expand(shape) for name, shape in published_layout("D").items()}
    with pytest.raises(RuntimeError, match="features"):
        empty("E").load_state_dict(other, assign=True)


@pytest.mark.parametrize(("configuration", "weight_layers"), list(zip(COUNTS, (11, 11, 13, 16, 16, 19), strict=True)))
def test_layers_with_weights_are_as_many_as_the_paper_counts(configuration, weight_layers):
    layers = [layer for layer in empty(configuration).modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    assert len(layers) == weight_layers


def test_configuration_c_has_one_by_ones_at_the_end_of_three_blocks():
    convolutions = [layer for layer in empty("C").features if isinstance(layer, nn.Conv2d)]
    sizes = [layer.kernel_size[0] for layer in convolutions]
    assert sizes == [3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 1]
    assert all(layer.padding == (layer.kernel_size[0] // 2,) * 2 for layer in convolutions)


def test_only_a_lrn_normalises_once_after_the_first_relu():
    kinds = [[type(layer) for layer in empty(name).features] for name in COUNTS]
    assert [kind.count(LocalResponseNorm) for kind in kinds] == [0, 1, 0, 0, 0, 0]
    assert kinds[1][:4] == [nn.Conv2d, nn.ReLU, LocalResponseNorm, nn.MaxPool2d]


@pytest.mark.parametrize("configuration", COUNTS)
def test_five_poolings_take_224_to_7_while_channels_rise(configuration):
    x = torch.empty(1, 3, 224, 224, device="meta")
    shapes = []
    for layer in empty(configuration).features:
        x = layer(x)
        shapes += [tuple(x.shape[1:])] if isinstance(layer, nn.MaxPool2d) else []
    assert shapes == [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]


@pytest.mark.parametrize(("height", "width"), [(224, 224), (32, 64), (256, 300)])
def test_pictures_of_any_size_from_32_on_give_logits(height, width):
    assert empty("A", classes=5)(torch.empty(2, 3, height, width, device="meta")).shape == (2, 5)


def test_the_convolutional_part_is_pytorchs_functions_one_by_one():
    features, generator = empty("A").features.to_empty(device="cpu"), torch.Generator().manual_seed(0)
    weights = dict(features.named_parameters())
    for weight in weights.values():
        nn.init.uniform_(weight, -0.05, 0.05, generator=generator)
    h = x = torch.rand(1, 3, 32, 64, generator=generator)
    for token in (0, "pool", 3, "pool", 6, 8, "pool", 11, 13, "pool", 16, 18, "pool"):
        if token == "pool":
            h = nn.functional.max_pool2d(h, 2, 2)
        else:
            h = nn.functional.conv2d(h, weights[f"{token}.weight"], weights[f"{token}.bias"], padding=1).relu()
    torch.testing.assert_close(features(x), h)


def test_the_dense_part_has_a_relu_and_dropout_of_a_half_between():
    layers = list(empty().classifier)
    assert [type(layer) for layer in layers] == [
        nn.Linear,
        nn.ReLU,
        nn.Dropout,
        nn.Linear,
        nn.ReLU,
        nn.Dropout,
        nn.Linear,
    ]
    assert {layer.p for layer in layers if isinstance(layer, nn.Dropout)} == {0.5}


def test_an_unknown_configuration_is_named():
    with pytest.raises(ValueError, match="configuration must be one of 'A', 'A-LRN', 'B', 'C', 'D', 'E', got str 'F'"):
        VGG("F")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 3, 31, 40), "pictures must be at least 32 × 32, got 31 × 40"),
        ((1, 1, 64, 64), r"pictures must have shape \(N, 3, H, W\), got shape \(1, 1, 64, 64\)"),
        ((3, 64, 64), r"pictures must have shape \(N, 3, H, W\), got shape \(3, 64, 64\)"),
    ],
)
def test_pictures_that_do_not_fit_are_named(shape, words):
    with pytest.raises(ValueError, match=words):
        empty("A")(torch.empty(shape, device="meta"))
