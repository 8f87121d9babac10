import pytest
import torch
from torch import nn

from cnncourse.networks.alexnet import AlexNet
from cnncourse.networks.layers import LocalResponseNorm


def empty(groups=2, **arguments):
    with torch.device("meta"):
        return AlexNet(groups, **arguments)


GROUPED = {
    "features.conv1": (96, 3, 11, 11),
    "features.conv2": (256, 48, 5, 5),
    "features.conv3": (384, 256, 3, 3),
    "features.conv4": (384, 192, 3, 3),
    "features.conv5": (256, 192, 3, 3),
    "classifier.dense6": (4096, 9216),
    "classifier.dense7": (4096, 4096),
    "classifier.dense8": (1000, 4096),
}


def test_the_weights_are_those_of_the_two_processors():
    weights = {name: tuple(p.shape) for name, p in empty().named_parameters() if name.endswith("weight")}
    assert weights == {f"{name}.weight": shape for name, shape in GROUPED.items()}


@pytest.mark.parametrize(("groups", "expected"), [(2, 60_965_224), (1, 62_378_344)])
def test_the_parameters_add_up(groups, expected):
    assert sum(p.numel() for p in empty(groups).parameters()) == expected


def test_two_hundred_and_twenty_seven_pixels_give_the_papers_maps():
    x, shapes = torch.empty(1, 3, 227, 227, device="meta"), {}
    net = empty()
    for name, layer in net.features.named_children():
        x = layer(x)
        shapes[name] = tuple(x.shape[1:])
    assert [shapes[f"conv{n}"] for n in range(1, 6)] == [
        *((96, 55, 55), (256, 27, 27), (384, 13, 13), (384, 13, 13), (256, 13, 13)),
    ]
    assert [shapes[f"pool{n}"] for n in (1, 2, 5)] == [(96, 27, 27), (256, 13, 13), (256, 6, 6)]
    assert net(torch.empty(2, 3, 227, 227, device="meta")).shape == (2, 1000)


def test_two_hundred_and_twenty_four_pixels_are_refused_with_the_reason():
    with pytest.raises(ValueError, match=r"must make last maps of 6 × 6, as 227 × 227 ones do, got 224 × 224"):
        empty()(torch.empty(1, 3, 224, 224, device="meta"))


def test_the_order_of_the_layers():
    features, classifier = (list(dict(part.named_children())) for part in (empty().features, empty().classifier))
    assert features[:8] == ["conv1", "relu1", "norm1", "pool1", "conv2", "relu2", "norm2", "pool2"]
    assert features[8:] == ["conv3", "relu3", "conv4", "relu4", "conv5", "relu5", "pool5"]
    assert classifier == ["dense6", "relu6", "dropout6", "dense7", "relu7", "dropout7", "dense8"]


def test_pooling_overlaps_norms_are_the_papers_and_dropout_is_a_half():
    layers = list(empty().modules())
    assert {(p.kernel_size, p.stride) for p in layers if isinstance(p, nn.MaxPool2d)} == {(3, 2)}
    assert [(n.size, n.alpha, n.beta, n.k) for n in layers if isinstance(n, LocalResponseNorm)] == [
        (5, 1e-4, 0.75, 2)
    ] * 2
    assert [d.p for d in layers if isinstance(d, nn.Dropout)] == [0.5, 0.5]


def test_each_processor_reads_its_own_half():
    conv = empty().features.conv2.to_empty(device="cpu")
    nn.init.normal_(conv.weight), nn.init.zeros_(conv.bias)
    x = torch.rand(1, 96, 8, 8)
    changed = x.clone()
    changed[:, 48:] += 1
    same = (conv(x) == conv(changed)).flatten(2).all(dim=2)[0]
    assert same[:128].all()
    assert not same[128:].any()


def test_other_numbers_of_classes_and_groups():
    assert empty(classes=7)(torch.empty(1, 3, 227, 227, device="meta")).shape == (1, 7)
    with pytest.raises(ValueError, match="groups must be 1 or 2, got 3"):
        empty(3)


def test_sides_from_227_to_258_fit_and_no_others():
    def fits(side):
        return tuple(empty().features(torch.empty(1, 3, side, side, device="meta")).shape[2:]) == (6, 6)

    assert [side for side in range(220, 265) if fits(side)] == list(range(227, 259))
    for side in (227, 258):
        assert empty()(torch.empty(1, 3, side, 227, device="meta")).shape == (1, 1000)
    for side in (30, 226, 259):
        with pytest.raises(ValueError, match=f"pictures must make last maps of 6 × 6.*got 227 × {side}"):
            empty()(torch.empty(1, 3, 227, side, device="meta"))


def test_pictures_of_one_channel_are_named():
    with pytest.raises(ValueError, match=r"pictures must have shape \(N, 3, H, W\)"):
        empty()(torch.empty(1, 1, 227, 227, device="meta"))
