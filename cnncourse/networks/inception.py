"""GoogLeNet (Szegedy et al. 2015, "Going deeper with convolutions") and the Inception modules it is made of.

The names and shapes of the weights are those that PyTorch publishes. Two things differ there from the paper: every
convolution is followed by batch norm, and the third branch convolves 3 × 3 where the paper's Table 1 says 5 × 5.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnncourse.arguments import real_number, shown, true_or_false, whole_number
from cnncourse.networks.layers import MOST_MAPS

BATCH_NORM_EPSILON = 0.001
SIDE_HEAD_WEIGHT = 0.3
SMALLEST_SIDE = 15  # pixels: below it, a map inside the network has no pixel left to pool
WIDTHS = {  # Table 1: channels in; 1×1; 3×3 reduce, 3×3; 5×5 reduce, 5×5; pool projection
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}
SIDE_HEADS = {"inception4a": "aux1", "inception4d": "aux2"}  # module → the head on its output


class GoogLeNetOutputs(NamedTuple):
    """The logits `(N, classes)` of the network's end and of its two side heads."""

    main: Tensor
    first_side: Tensor
    second_side: Tensor


class InceptionModule(nn.Module):
    """Four branches over the same input, concatenated along the channels: `(N, in_channels, H, W)` → `(N, K, H, W)`.

    Branch 1 is a 1×1 convolution of `ones` maps; branch 2 a 1×1 of `threes_before` maps, then 3×3 of `threes`; branch
    3 a 1×1 of `fives_before` maps, then `large_kernel` × `large_kernel` of `fives`; branch 4 a 3×3 max pooling with
    stride 1 and padding 1, then a 1×1 of `pooled` maps. Batch norm and ReLU follow each convolution. Source: Szegedy
    et al. 2015, figure 2b, and Ioffe & Szegedy 2015 for batch norm.

    >>> InceptionModule(192, 64, 96, 128, 16, 32, 32)(torch.zeros(1, 192, 28, 28)).shape
    torch.Size([1, 256, 28, 28])
    """

    def __init__(self, in_channels, ones, threes_before, threes, fives_before, fives, pooled, large_kernel=5):
        super().__init__()
        in_channels = whole_number("in_channels", in_channels, 1, MOST_MAPS)
        large_kernel = _odd("large_kernel", large_kernel)
        maps = {"ones": ones, "threes_before": threes_before, "threes": threes}
        maps |= {"fives_before": fives_before, "fives": fives, "pooled": pooled}
        for name, count in maps.items():
            whole_number(name, count, 1, MOST_MAPS)
        self.branch1 = ConvNormReLU(in_channels, ones, 1)
        self.branch2 = nn.Sequential(
            ConvNormReLU(in_channels, threes_before, 1), ConvNormReLU(threes_before, threes, 3, padding=1)
        )
        self.branch3 = nn.Sequential(
            ConvNormReLU(in_channels, fives_before, 1),
            ConvNormReLU(fives_before, fives, large_kernel, padding=large_kernel // 2),
        )
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), ConvNormReLU(in_channels, pooled, 1))
        self.out_channels = ones + threes + fives + pooled

    def forward(self, x):
        """Return the four branches' maps one behind the other."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], dim=1)


class GoogLeNet(nn.Module):
    """`(N, 3, H, W)` pictures become `(N, classes)` logits; 6,624,904 parameters, 13,004,888 with side heads.

    In training mode and with `side_heads` it returns `GoogLeNetOutputs`, else the logits alone. `large_kernel` is the
    side of the third branch's kernels: 3 as in PyTorch's published weights, 5 as in the paper. Source: Szegedy et al.
    2015, Table 1 and section 5 (side heads); dropout as published by PyTorch (the paper: 0.4 before the last layer).
    """

    def __init__(self, side_heads=True, large_kernel=3, classes=1000):
        super().__init__()
        self.side_heads = true_or_false("side_heads", side_heads)
        classes = whole_number("classes", classes, 2, MOST_MAPS)
        steps = _steps(_odd("large_kernel", large_kernel))
        self.steps = tuple(steps)
        for name, layer in steps.items():
            self.add_module(name, layer)
        for module, head in SIDE_HEADS.items() if side_heads else ():
            self.add_module(head, SideHead(steps[module].out_channels, classes))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(steps["inception5b"].out_channels, classes)

    def forward(self, pictures):
        """Return the logits of pictures `(N, 3, H, W)`, 15 × 15 or larger; in training those of the side heads too."""
        x, sides = _checked(pictures), []
        for name in self.steps:
            x = getattr(self, name)(x)
            if self.training and self.side_heads and name in SIDE_HEADS:
                sides.append(getattr(self, SIDE_HEADS[name])(x))
        logits = self.fc(self.dropout(self.avgpool(x).flatten(1)))  # (N, classes)
        return GoogLeNetOutputs(logits, *sides) if sides else logits


class SideHead(nn.Module):
    """A small classifier on a map inside the network: `(N, in_channels, H, W)` → `(N, classes)`.

    Average pooling to 4 × 4, a 1×1 convolution of 128 maps, two dense layers with dropout of 0.7 between them.
    """

    def __init__(self, in_channels, classes):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.conv = ConvNormReLU(in_channels, 128, 1)
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(1024, classes)

    def forward(self, x):
        """Return the head's logits."""
        x = self.conv(self.pool(x)).flatten(1)  # (N, 2048)
        return self.fc2(self.dropout(F.relu(self.fc1(x))))


class ConvNormReLU(nn.Module):
    """A convolution without bias, batch norm (ε = 0.001) and ReLU."""

    def __init__(self, in_channels, out_channels, kernel_size, **options):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, bias=False, **options)
        self.bn = nn.BatchNorm2d(out_channels, eps=BATCH_NORM_EPSILON)

    def forward(self, x):
        """Return the normalised, rectified maps."""
        return F.relu(self.bn(self.conv(x)))


def loss_with_side_heads(outputs, labels, weight=SIDE_HEAD_WEIGHT):
    """Return the cross-entropy of `GoogLeNetOutputs`, each side head's added with `weight`; of plain logits their own.

    labels: `(N,)` class numbers. Source: Szegedy et al. 2015, section 5 (weight 0.3).
    """
    weight = real_number("weight", weight, 0)
    for logits in outputs if isinstance(outputs, GoogLeNetOutputs) else (outputs,):
        _check_labels(logits, labels)
    if not isinstance(outputs, GoogLeNetOutputs):
        return F.cross_entropy(outputs, labels)
    main, *sides = (F.cross_entropy(logits, labels) for logits in outputs)
    return main + weight * sum(sides)


def without_side_heads(state):
    """Return a state dict without the side heads' entries, as `GoogLeNet(side_heads=False)` takes it.

    >>> list(without_side_heads({"aux1.fc1.bias": 1, "fc.bias": 2}))
    ['fc.bias']
    """
    heads = tuple(f"{head}." for head in SIDE_HEADS.values())
    return {name: tensor for name, tensor in state.items() if not name.startswith(heads)}


def _steps(large_kernel):
    """Return the layers between the picture and the last average pooling, by name, in order."""
    modules = {f"inception{name}": InceptionModule(*widths, large_kernel) for name, widths in WIDTHS.items()}
    return {
        "conv1": ConvNormReLU(3, 64, 7, stride=2, padding=3),
        "maxpool1": nn.MaxPool2d(3, stride=2, ceil_mode=True),
        "conv2": ConvNormReLU(64, 64, 1),
        "conv3": ConvNormReLU(64, 192, 3, padding=1),
        "maxpool2": nn.MaxPool2d(3, stride=2, ceil_mode=True),
        **_named(modules, "3"),
        "maxpool3": nn.MaxPool2d(3, stride=2, ceil_mode=True),
        **_named(modules, "4"),
        "maxpool4": nn.MaxPool2d(2, stride=2, ceil_mode=True),
        **_named(modules, "5"),
    }


def _named(modules, stage):
    return {name: module for name, module in modules.items() if name.startswith(f"inception{stage}")}


def _check_labels(logits, labels):
    if not isinstance(logits, Tensor) or logits.ndim != 2 or not logits.is_floating_point():
        raise TypeError(f"outputs must be GoogLeNetOutputs or logits (N, classes), got {shown(logits)}")
    if not isinstance(labels, Tensor) or labels.dtype != torch.int64 or labels.shape != logits.shape[:1]:
        raise ValueError(f"labels must be an int64 tensor of shape ({len(logits)},), got {shown(labels)}")
    if len(labels) and not 0 <= labels.min() <= labels.max() < logits.shape[1]:
        raise ValueError(f"labels must be from 0 to {logits.shape[1] - 1}, got {labels.min()} to {labels.max()}")


def _odd(name, value):
    if whole_number(name, value, 1, MOST_MAPS) % 2 == 0:
        raise ValueError(f"{name} must be odd, so that padding can keep height and width, got {value}")
    return value


def _checked(pictures):
    if not isinstance(pictures, Tensor):
        raise TypeError(f"pictures must be a torch tensor, got {shown(pictures)}")
    shape = tuple(pictures.shape)
    if len(shape) != 4 or shape[1] != 3 or min(shape[2:]) < SMALLEST_SIDE:
        expected = f"(N, 3, H, W) with H and W of at least {SMALLEST_SIDE}"
        raise ValueError(f"pictures must have shape {expected}, got shape {shape}")
    return pictures
