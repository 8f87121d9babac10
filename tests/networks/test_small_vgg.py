"""SmallVGG and its relatives: what they compute, what was trained, and VGG-19's file in the same form."""

import hashlib
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.networks import published, weights
from cnncourse.networks.small_vgg import (
    SmallVGG,
    VGG19Features,
    load_small_vgg,
    load_vgg19_features,
    random_orthogonal_vgg,
)
from cnncourse.networks.vgg import CONFIGURATIONS, VGG, _features
from cnncourse.pictures.photos import photo, photo_names


def batch(name, size=96):
    return torch.from_numpy(photo(name, size)).permute(2, 0, 1)[None].float()


def test_the_network_is_small():
    assert sum(p.numel() for p in SmallVGG().parameters()) == 582_176


def test_layers_are_named_shallow_to_deep_on_the_class_too():
    names = ("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv4_1", "conv4_2")
    assert names == SmallVGG.LAYERS == SmallVGG().LAYERS
    shapes = {name: tuple(maps.shape) for name, maps in SmallVGG().features(torch.rand(1, 3, 32, 48)).items()}
    assert [shapes[name] for name in names[::2]] == [(1, 32, 32, 48), (1, 64, 16, 24), (1, 128, 8, 12), (1, 128, 4, 6)]


def test_pictures_may_be_16_pixels_but_not_15():
    assert SmallVGG()(torch.rand(1, 3, 16, 16)).shape == (1, 128, 2, 2)
    with pytest.raises(ValueError, match="at least 16 × 16, got 15 × 40"):
        SmallVGG()(torch.rand(1, 3, 15, 40))


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_the_trained_network_is_frozen_and_its_maps_are_of_one_scale(pooling):
    net = load_small_vgg(pooling)
    assert not net.training
    assert not any(p.requires_grad for p in net.parameters())
    pictures = torch.cat([batch(name) for name in photo_names()])
    for maps in net.features(pictures).values():
        assert 0.2 < float(maps.mean()) < 5


def test_the_trained_network_tells_photos_apart_better_than_an_untrained_one():
    """A quarter of a photo is nearest, by its mean maps, to another quarter of the same photo."""
    quarters = [batch(name, 128) for name in photo_names()]
    quarters = [q[..., y : y + 64, x : x + 64] for q in quarters for y in (0, 64) for x in (0, 64)]
    quarters = torch.cat(quarters).mean(1, keepdim=True).expand(-1, 3, -1, -1)  # grey: colour would be too easy
    right = {}
    for name, net in (
        ("trained", load_small_vgg()),
        ("drawn", random_orthogonal_vgg(torch.Generator().manual_seed(0))),
    ):
        features = F.normalize(net.features(quarters)["conv4_2"].mean((2, 3)), dim=1)
        nearest = (features @ features.T).fill_diagonal_(-1).argmax(1)
        right[name] = float((nearest // 4 == torch.arange(len(quarters)) // 4).float().mean())
    assert right["trained"] > right["drawn"] + 0.05
    assert right["trained"] > 0.4


def test_random_orthogonal_kernels_are_orthogonal():
    net = random_orthogonal_vgg(torch.Generator().manual_seed(1))
    wide = net.convolutions["conv2_1"].weight.flatten(1)  # (64, 288)
    torch.testing.assert_close(wide @ wide.T, 2 * torch.eye(64), rtol=0, atol=1e-5)
    tall = net.convolutions["conv1_1"].weight.flatten(1)  # (32, 27)
    torch.testing.assert_close(tall.T @ tall, 2 * torch.eye(27), rtol=0, atol=1e-5)


def test_vgg19_in_this_form_has_its_sixteen_convolutions():
    shapes = [tuple(layer.weight.shape) for layer in VGG19Features().convolutions.values()]
    with torch.device("meta"):
        theirs = [tuple(m.weight.shape) for m in VGG("E").features if isinstance(m, nn.Conv2d)]
    assert shapes == theirs
    assert VGG19Features.LAYERS[-1] == "conv5_4"
    assert len(VGG19Features.LAYERS) == 16


def test_without_its_file_vgg19_says_how_to_fetch_it(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r'download_published\("vgg19"\)'):
        load_vgg19_features()


class HeadlessVGG19(nn.Module):
    """VGG-19's convolutions, under the names they have in the published file."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(*_features(CONFIGURATIONS["E"]))


def test_vgg19_computes_what_the_published_file_holds(tmp_path, monkeypatch):
    """A file without the dense layers stands in for the 575 MB."""
    theirs, file = HeadlessVGG19(), tmp_path / published.PUBLISHED["vgg19"].file
    torch.save(theirs.state_dict(), file)
    entry = replace(published.PUBLISHED["vgg19"], sha256=hashlib.sha256(file.read_bytes()).hexdigest())
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))
    monkeypatch.setitem(published.PUBLISHED, "vgg19", entry)
    monkeypatch.setattr("cnncourse.networks.small_vgg.VGG", lambda configuration: HeadlessVGG19())
    net = load_vgg19_features("max")
    pictures = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    wanted = theirs.features[:-1](weights.normalised(pictures, "vgg19"))  # up to the last ReLU, before the last pooling
    torch.testing.assert_close(net(pictures), wanted, rtol=1e-4, atol=1e-5)
    scaled = load_vgg19_features("max", pictures.expand(2, -1, -1, -1)).features(pictures)["conv1_1"]
    assert float(scaled.mean()) == pytest.approx(1, abs=0.2)
