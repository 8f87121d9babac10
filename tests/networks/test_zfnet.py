import pytest
import torch

from cnncourse.networks.zfnet import SIDES, ZFNet


def empty(**arguments):
    with torch.device("meta"):
        return ZFNet(**arguments)


def test_the_parameters_add_up():
    convolutions = (7 * 7 * 3 * 96, 5 * 5 * 96 * 256, 9 * 256 * 384, 9 * 384 * 384, 9 * 384 * 256)
    dense = (256 * 6 * 6 * 4096, 4096 * 4096, 4096 * 1000)
    biases = 96 + 256 + 384 + 384 + 256 + 4096 + 4096 + 1000
    assert sum(p.numel() for p in empty().parameters()) == sum(convolutions) + sum(dense) + biases == 62_357_608


def test_the_maps_are_those_of_the_papers_figure_3():
    x, shapes = torch.empty(1, 3, 224, 224, device="meta"), {}
    net = empty()
    for name, layer in net.features.named_children():
        x = layer(x)
        shapes[name] = tuple(x.shape[1:])
    assert [shapes[f"conv{n}"] for n in range(1, 6)] == [
        *((96, 110, 110), (256, 26, 26), (384, 13, 13), (384, 13, 13), (256, 13, 13)),
    ]
    assert [shapes[f"pool{n}"] for n in (1, 2, 5)] == [(96, 55, 55), (256, 13, 13), (256, 6, 6)]
    assert net(torch.empty(2, 3, 224, 224, device="meta")).shape == (2, 1000)


def test_a_layer_is_pooled_before_it_is_normalised():
    names = list(dict(empty().features.named_children()))
    assert names[:8] == ["conv1", "relu1", "pool1", "norm1", "conv2", "relu2", "pool2", "norm2"]


def test_just_the_sides_that_make_last_maps_of_six_are_taken():
    net = empty(classes=3)
    for side in (SIDES.start, SIDES.stop - 1):
        assert net(torch.empty(1, 3, side, 224, device="meta")).shape == (1, 3)
    for side in (SIDES.start - 1, SIDES.stop):
        assert net.features(torch.empty(1, 3, side, 224, device="meta")).shape[2] != 6
        with pytest.raises(ValueError, match="must make last maps of 6 × 6, as 224 × 224 ones do"):
            net(torch.empty(1, 3, side, 224, device="meta"))


@pytest.mark.parametrize("classes", [0, 1.5, "ten", None, True])
def test_a_wrong_number_of_classes_is_refused(classes):
    with pytest.raises((TypeError, ValueError), match="classes must be"):
        ZFNet(classes=classes)
