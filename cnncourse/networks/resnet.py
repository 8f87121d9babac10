"""Residual networks for ImageNet (He et al. 2015, "Deep residual learning for image recognition", table 1).

A block adds what its layers compute to what came in, F(x) + x, and applies ReLU after the sum. Maps are `(N, C, H, W)`.
"""

from torch import nn

from cnncourse.arguments import true_or_false, whole_number
from cnncourse.networks.initialisation import he_initialise
from cnncourse.networks.layers import MOST_MAPS

WIDTHS = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3 × 3 convolutions and a shortcut: a[l+2] = g(z[l+2] + a[l]).

    `(N, in_channels, H, W)` becomes `(N, channels, H/stride, W/stride)`, halves rounded up. Where the shape changes the
    shortcut is a 1 × 1 convolution of the same stride with batch norm, without activation (the paper's option B); with
    `shortcut=False` there is none, as in the plain networks.
    """

    expansion = 1

    def __init__(self, in_channels, channels, stride=1, shortcut=True):
        super().__init__()
        in_channels, channels, stride = _checked(in_channels, channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = true_or_false("shortcut", shortcut)
        self.downsample = _projection(in_channels, channels, stride) if shortcut else None

    def forward(self, a):
        """Return the block's activations."""
        z = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(a)))))
        return self.relu(_joined(self, z, a))


class Bottleneck(nn.Module):
    """1 × 1 down to `channels`, 3 × 3, 1 × 1 up to four times as many, and a shortcut around them.

    `(N, in_channels, H, W)` becomes `(N, 4 · channels, H/stride, W/stride)`, halves rounded up. The stride is that of
    the 3 × 3 convolution, as in the weights that PyTorch publishes; in the paper it is that of the first 1 × 1.
    """

    expansion = 4

    def __init__(self, in_channels, channels, stride=1, shortcut=True):
        super().__init__()
        in_channels, channels, stride = _checked(in_channels, channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, self.expansion * channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * channels)
        self.relu = nn.ReLU()
        self.shortcut = true_or_false("shortcut", shortcut)
        self.downsample = _projection(in_channels, self.expansion * channels, stride) if shortcut else None

    def forward(self, a):
        """Return the block's activations."""
        z = self.relu(self.bn1(self.conv1(a)))
        z = self.relu(self.bn2(self.conv2(z)))
        return self.relu(_joined(self, self.bn3(self.conv3(z)), a))


STAGES = {  # depth: the kind of block, and how many in each of the four stages
    18: (BasicBlock, (2, 2, 2, 2)),
    34: (BasicBlock, (3, 4, 6, 3)),
    50: (Bottleneck, (3, 4, 6, 3)),
    101: (Bottleneck, (3, 4, 23, 3)),
    152: (Bottleneck, (3, 8, 36, 3)),
}


class ResNet(nn.Module):
    """The residual networks of 18, 34, 50, 101 and 152 layers (He et al. 2015, table 1).

    Pictures `(N, 3, H, W)`, 224 × 224 in the paper and of any size, become `(N, classes)` logits. Names and shapes of
    the `state_dict` are those of torchvision's resnet18 to resnet152, so that published weights load.
    """

    depths, shortcuts = tuple(STAGES), True

    def __init__(self, depth=18, classes=1000, generator=None):
        super().__init__()
        if whole_number("depth", depth) not in self.depths:
            raise ValueError(f"depth must be one of {', '.join(map(str, self.depths))}, got {depth}")
        block, counts = STAGES[depth]
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        before = (64, *(block.expansion * width for width in WIDTHS))
        for number, (count, width) in enumerate(zip(counts, WIDTHS, strict=True)):
            stage = _stage(block, before[number], width, count, 1 if number == 0 else 2, self.shortcuts)
            self.add_module(f"layer{number + 1}", stage)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(before[-1], whole_number("classes", classes, 1, MOST_MAPS))
        he_initialise(self, generator)

    def forward(self, pictures):
        """Return the logits `(N, classes)` of pictures `(N, 3, H, W)`."""
        a = self.maxpool(self.relu(self.bn1(self.conv1(pictures))))
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            a = stage(a)
        return self.fc(self.avgpool(a).flatten(1))


class PlainNet(ResNet):
    """The plain networks of 18 and 34 layers: `ResNet` without its shortcuts (He et al. 2015, figure 3, middle)."""

    depths, shortcuts = (18, 34), False


def _stage(block, in_channels, channels, count, stride, shortcuts):
    first = block(in_channels, channels, stride, shortcuts)
    rest = (block(block.expansion * channels, channels, 1, shortcuts) for _ in range(count - 1))
    return nn.Sequential(first, *rest)


def _projection(in_channels, out_channels, stride):
    """Return the shortcut's convolution and norm, or None where the input can be added as it is."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))


def _joined(block, z, a):
    if not block.shortcut:
        return z
    return z + (a if block.downsample is None else block.downsample(a))


def _checked(in_channels, channels, stride):
    return (
        whole_number("in_channels", in_channels, 1, MOST_MAPS),
        whole_number("channels", channels, 1, MOST_MAPS),
        whole_number("stride", stride, 1, MOST_MAPS),
    )
