"""A stack of 3 × 3 convolutions whose maps can be read at any depth: what style transfer asks of a network."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import one_of, shown
from cnncourse.networks.layers import checked_pictures

POOLINGS = {"average": F.avg_pool2d, "max": F.max_pool2d}
MEASURES = {
    "mean": lambda maps: maps.mean((0, 2, 3)),
    "power": lambda maps: maps.square().mean((0, 2, 3)).sqrt(),
}
HIGHEST = 16.0  # floats above it are taken for 0 to 255; a picture being optimised may well leave [0, 1] a little


class FeatureStack(nn.Module):
    """Blocks of same-sized 3 × 3 convolutions with a ReLU each, and a 2 × 2 pooling between blocks.

    `blocks` holds the channels, such as ((32, 32), (64, 64)); the layers are then conv1_1, conv1_2, conv2_1, conv2_2.
    `padding` is "reflect" or "zeros", `pooling` "average" or "max". Red, green and blue are shifted by `mean` and
    divided by `deviation` inside. Weights are drawn from `generator` if given (normal, He et al. 2015); biases are 0.
    """

    def __init__(self, blocks, mean, deviation, padding="reflect", pooling="average", generator=None):
        super().__init__()
        self.pooling = one_of("pooling", pooling, POOLINGS)
        self.padding = one_of("padding", padding, ("reflect", "zeros"))
        self.LAYERS = layer_names(blocks)
        self.smallest = (2 if padding == "reflect" else 1) * 2 ** (len(blocks) - 1)
        self.mean, self.deviation = (torch.tensor(values)[:, None, None] for values in (mean, deviation))
        channels = [3, *(count for block in blocks for count in block)]
        self.convolutions = nn.ModuleDict(
            {
                name: _convolution(*pair, padding, generator)
                for name, pair in zip(self.LAYERS, pairwise(channels), strict=True)
            }
        )

    def features(self, pictures, names=None):
        """Return `{name: maps (N, C, h, w)}`, after the ReLU, of pictures `(N, 3, H, W)` in [0, 1].

        `names` are some of `LAYERS` (default all); the answer is in the order of `LAYERS`, shallow to deep, and nothing
        deeper than the deepest name is computed. Gradients reach the pictures. Raises ValueError or TypeError for
        whole numbers, grey pictures, other shapes, unknown layers and pictures smaller than `smallest`.
        """
        names = self.LAYERS if names is None else self._checked_names(names)
        maps = (self._checked(pictures) - self.mean.to(pictures)) / self.deviation.to(pictures)
        found, block = {}, "1"
        for name in self.LAYERS[: 1 + max(map(self.LAYERS.index, names), default=-1)]:
            if name[4] != block:
                maps, block = POOLINGS[self.pooling](maps, 2), name[4]
            maps = F.relu(self.convolutions[name](maps))
            if name in names:
                found[name] = maps
        return found

    def forward(self, pictures):
        """Return the deepest maps `(N, C, h, w)` of pictures `(N, 3, H, W)` in [0, 1]."""
        return self.features(pictures, self.LAYERS[-1:])[self.LAYERS[-1]]

    def _checked_names(self, names):
        if not isinstance(names, (tuple, list)) or not all(isinstance(name, str) for name in names):
            raise TypeError(f"names must be a sequence of layers such as {list(self.LAYERS[:2])}, got {shown(names)}")
        return tuple(one_of("names", name, self.LAYERS) for name in names)

    def _checked(self, pictures):
        if isinstance(pictures, torch.Tensor):
            if not pictures.is_floating_point():
                raise TypeError(f"pictures must be floats in [0, 1], got {pictures.dtype}: divide uint8 by 255")
            if pictures.ndim == 4 and pictures.shape[1] == 1:
                raise ValueError(
                    f"pictures must have three channels, got grey ones of shape {tuple(pictures.shape)}: "
                    "pictures.expand(-1, 3, -1, -1) makes red, green and blue alike"
                )
        checked_pictures(pictures, "(N, 3, H, W)", self.smallest)
        weights = self.convolutions[self.LAYERS[0]].weight.dtype
        if pictures.dtype != weights and not torch.is_autocast_enabled(pictures.device.type):
            raise TypeError(
                f"pictures must be {weights}, as the weights are, got {pictures.dtype}: pictures.to({weights})"
            )
        if pictures.numel() and not pictures.detach().abs().max() <= HIGHEST:
            raise ValueError(f"pictures must be in [0, 1], got numbers up to {pictures.detach().abs().max():g}")
        return pictures


def layer_names(blocks):
    """Return the layers' names, shallow to deep, of blocks of channels.

    >>> layer_names(((32, 32), (64,)))
    ('conv1_1', 'conv1_2', 'conv2_1')
    """
    return tuple(f"conv{b}_{i}" for b, block in enumerate(blocks, 1) for i in range(1, len(block) + 1))


@torch.no_grad()
def scale_maps(stack, pictures, measure="power", least=0.02):
    """Rescale the weights, in place, so that every map's `measure` over pictures and places becomes 1, and return it.

    "mean" is the mean, as in Gatys et al. (2016, section 2); "power" the root of the mean square, after which every
    map's own entry of a Gram matrix, per place, is 1. The next layer takes the factors back, so nothing but the scales
    changes: a ReLU and both poolings let a positive factor through. A map that measures less than `least` of its
    layer's mean is scaled as if it were that, lest one that hardly ever fires shouts. `pictures` is (N, 3, H, W).
    """
    measured, before = MEASURES[one_of("measure", measure, MEASURES)], torch.ones(3)
    for name, maps in stack.features(pictures).items():
        sizes = measured(maps)
        scale = sizes.clamp(min=float(sizes.mean()) * least).clamp(min=1e-12)
        layer = stack.convolutions[name]
        layer.weight.mul_(before[:, None, None] / scale[:, None, None, None])
        layer.bias.div_(scale)
        before = scale
    return stack


def _convolution(before, after, padding, generator):
    layer = nn.Conv2d(before, after, 3, padding=1, padding_mode=padding)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    nn.init.zeros_(layer.bias)
    return layer
