"""SmallVGG, the course's own network for style transfer, and VGG-19 in the same form for who has its file.

net = load_small_vgg()                                  # data/weights/small_vgg.safetensors, always there
maps = net.features(pictures, ["conv1_1", "conv3_1"])   # pictures (N, 3, H, W) in [0, 1]

net = load_vgg19_features()                             # after download_published("vgg19"), 575 MB, on a network
"""

from torch import nn

from cnncourse.networks.feature_stack import FeatureStack, layer_names, scale_maps
from cnncourse.networks.published import PUBLISHED
from cnncourse.networks.vgg import VGG
from cnncourse.networks.weights import load_published, load_weights

BLOCKS = ((32, 32), (64, 64), (128, 128), (128, 128))
VGG19_BLOCKS = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)


class SmallVGG(FeatureStack):
    """A small VGG without a head: two convolutions of 32 maps, of 64, of 128 and of 128 (Simonyan & Zisserman 2014).

    582,176 parameters; pictures of 16 × 16 pixels or more. `features(pictures, names=None)` gives the maps by name,
    shallow to deep as in `LAYERS`. Average pooling makes smoother pictures in style transfer (Gatys et al. 2016),
    `pooling="max"` is the usual one. Borders are reflected.

    >>> import torch
    >>> {name: tuple(m.shape) for name, m in SmallVGG().features(torch.rand(1, 3, 32, 48), ["conv2_1"]).items()}
    {'conv2_1': (1, 64, 16, 24)}
    """

    LAYERS = layer_names(BLOCKS)

    def __init__(self, pooling="average", generator=None):
        super().__init__(BLOCKS, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), pooling=pooling, generator=generator)


class VGG19Features(FeatureStack):
    """VGG-19 up to its last convolution, as `SmallVGG` is: conv1_1 … conv5_4, pictures of 16 × 16 pixels or more."""

    LAYERS = layer_names(VGG19_BLOCKS)

    def __init__(self, pooling="average", generator=None):
        super().__init__(VGG19_BLOCKS, *PUBLISHED["vgg19"].normalisation, "zeros", pooling, generator)


def load_small_vgg(pooling="average"):
    """Return SmallVGG with the weights in `data/weights/small_vgg.safetensors`, frozen, in evaluation mode.

    It was trained to tell which picture a piece was cut from; the root of the mean
    square of every map over many pictures is 1.
    """
    return load_weights(SmallVGG(pooling), "small_vgg").requires_grad_(False)


def load_vgg19_features(pooling="average", pictures=None):
    """Return VGG19Features with the published weights, if they were downloaded; never uses the network.

    With `pictures` `(N, 3, H, W)` in [0, 1], the maps are scaled to a mean of 1 over them, as Gatys et al. (2016) did.
    Raises FileNotFoundError with a sentence that says how to fetch them. Frozen, in evaluation mode.
    """
    stack = VGG19Features(pooling)
    whole = load_published(VGG("E"), "vgg19")
    theirs = [layer for layer in whole.features if isinstance(layer, nn.Conv2d)]
    for ours, published in zip(stack.convolutions.values(), theirs, strict=True):
        ours.load_state_dict(published.state_dict())
    if pictures is not None:
        scale_maps(stack, pictures, "mean")
    return stack.eval().requires_grad_(False)


def random_orthogonal_vgg(generator, pooling="average"):
    """Return SmallVGG with random orthogonal weights, drawn from `generator`, frozen: style transfer without learning.

    The kernels of a layer, as vectors, are orthogonal to each other, or their coordinates are where there are more
    kernels than coordinates (Saxe et al. 2014), times √2 for the ReLU.
    """
    net = SmallVGG(pooling, generator)
    for layer in net.convolutions.values():
        nn.init.orthogonal_(layer.weight, 2**0.5, generator=generator)
    return net.eval().requires_grad_(False)
