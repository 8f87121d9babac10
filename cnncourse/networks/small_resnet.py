"""Residual networks for small pictures, and the same networks without shortcuts (He et al. 2015, section 4.2).

The shortcuts have no parameters (option A of the paper), so both kinds have the same layers, the same number of
parameters and, from one seed, the same first weights: what differs in training is the shortcut alone.
"""

from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import shown, true_or_false, whole_number, whole_numbers
from cnncourse.networks.initialisation import he_initialise
from cnncourse.networks.layers import MOST_MAPS

MOST_BLOCKS = 1000  # of a stage
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 66: (8, 8, 8, 8)}  # depth: blocks of two convolutions in each stage


class SmallBlock(nn.Module):
    """Two 3 × 3 convolutions with batch norm; g(z[l+2] + a[l]) with a shortcut, g(z[l+2]) without.

    Maps `(N, C, H, W)` become `(N, K, H/stride, W/stride)`, halves rounded up. The shortcut takes every `stride`-th
    row and column and fills up with maps of zeros.
    """

    def __init__(self, in_channels, out_channels, stride=1, shortcut=True):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.stride, self.new_channels = stride, out_channels - in_channels
        self.shortcut = shortcut

    def forward(self, a):
        """Return the block's activations."""
        z = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(a)))))
        return F.relu(z + self.carried(a)) if self.shortcut else F.relu(z)

    def carried(self, a):
        """Return what the shortcut carries: the maps as they are, thinned out and filled up where the shape changes."""
        if self.stride > 1:
            a = a[:, :, :: self.stride, :: self.stride]
        return F.pad(a, (0, 0, 0, 0, 0, self.new_channels)) if self.new_channels else a


class SmallResNet(nn.Module):
    """A 3 × 3 convolution, stages of `SmallBlock`s, the mean of each map, one linear layer.

    Pictures `(N, 3, H, W)` in [0, 1], made for 32 × 32 and 64 × 64, become `(N, classes)` logits. `blocks` counts the
    blocks of each stage, or is a depth of 18, 34 or 66 layers; `widths` are the stages' maps, which may not shrink.
    Every stage but the first halves height and width; `stem_stride=2` halves them before the first too. Weights are
    drawn from a normal distribution of variance 2 / fan-out (`he_initialise`), from `generator` if given.
    """

    def __init__(
        self, classes, blocks=(2, 2, 2, 2), widths=(8, 16, 32, 64), shortcuts=True, *, stem_stride=1, generator=None
    ):
        super().__init__()
        blocks, widths = _checked(blocks, widths)
        shortcuts = true_or_false("shortcuts", shortcuts)
        stem_stride = whole_number("stem_stride", stem_stride, 1, MOST_MAPS)
        self.conv1 = nn.Conv2d(3, widths[0], 3, stem_stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        before = (widths[0], *widths)
        self.stages = nn.Sequential(
            *(
                _stage(count, before[i], width, 1 if i == 0 else 2, shortcuts)
                for i, (count, width) in enumerate(zip(blocks, widths, strict=True))
            )
        )
        self.fc = nn.Linear(widths[-1], whole_number("classes", classes, 1, MOST_MAPS))
        he_initialise(self, generator)

    @property
    def depth(self):
        """The number of layers with weights: two in each block, the first convolution and the linear layer."""
        return 2 + 2 * sum(map(len, self.stages))

    def forward(self, pictures):
        """Return the logits `(N, classes)` of pictures `(N, 3, H, W)` in [0, 1]."""
        a = F.relu(self.bn1(self.conv1(pictures - 0.5)))
        return self.fc(self.stages(a).mean(dim=(2, 3)))


def _stage(count, in_channels, out_channels, stride, shortcuts):
    first = SmallBlock(in_channels, out_channels, stride, shortcuts)
    return nn.Sequential(first, *(SmallBlock(out_channels, out_channels, 1, shortcuts) for _ in range(count - 1)))


def _checked(blocks, widths):
    if isinstance(blocks, int) and not isinstance(blocks, bool):
        if blocks not in BLOCKS:
            raise ValueError(f"blocks must be a tuple or a depth of {', '.join(map(str, BLOCKS))}, got {blocks}")
        blocks = BLOCKS[blocks]
    if not isinstance(blocks, tuple | list) or not blocks:
        raise TypeError(f"blocks must be a tuple such as (2, 2, 2, 2), got {shown(blocks)}")
    blocks = whole_numbers("blocks", blocks, len(blocks), 1, MOST_BLOCKS)
    if not isinstance(widths, tuple | list):
        raise TypeError(f"widths must be a tuple such as (8, 16, 32, 64), got {shown(widths)}")
    widths = whole_numbers("widths", widths, len(blocks), 1, MOST_MAPS)
    if list(widths) != sorted(widths):
        raise ValueError(f"widths must not shrink from stage to stage, got {widths}")
    return blocks, widths
