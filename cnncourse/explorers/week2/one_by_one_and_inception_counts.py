"""What the branches of an Inception module cost, with and without their 1×1 convolutions."""

from dataclasses import dataclass
from typing import ClassVar

from cnncourse.convolution import conv_multiplications, conv_parameters
from cnncourse.networks import inception

SIDES = {"3": 28, "4": 14, "5": 7}  # of the maps, by stage, for pictures of 224 × 224
MODULES = {name: (SIDES[name[0]], widths[0]) for name, widths in inception.WIDTHS.items()}  # name → side, channels in
WIDTHS = {name: widths[1:] for name, widths in inception.WIDTHS.items()}


@dataclass(frozen=True)
class Widths:
    """The sizes of one Inception module: side and channels of its input, and the maps of its six convolutions."""

    NAMES: ClassVar = ("ones", "threes_before", "threes", "fives_before", "fives", "pooled")

    side: int
    channels: int
    ones: int
    threes_before: int
    threes: int
    fives_before: int
    fives: int
    pooled: int


@dataclass(frozen=True)
class Branch:
    """One branch: the maps it gives, its convolutions as (kernel side, maps), its weights and its multiplications."""

    maps: int
    layers: tuple
    weights: int
    cost: int


def branches_of(sizes):
    """Return the four Branches of a module: 1×1, 3×3, 5×5, pooling.

    >>> three_a = Widths(28, 192, 64, 96, 128, 16, 32, 32)
    >>> [branch.maps for branch in branches_of(three_a)], branches_of(three_a)[2].cost
    ([64, 128, 32, 32], 12443648)
    """
    return (
        _branch(sizes, (1, sizes.ones)),
        _branch(sizes, (1, sizes.threes_before), (3, sizes.threes)),
        _branch(sizes, (1, sizes.fives_before), (5, sizes.fives)),
        _branch(sizes, (1, sizes.pooled)),
    )


def naive_of(sizes):
    """Return the Branches of the module without 1×1 convolutions before 3×3 and 5×5 and after the pooling."""
    return (
        _branch(sizes, (1, sizes.ones)),
        _branch(sizes, (3, sizes.threes)),
        _branch(sizes, (5, sizes.fives)),
        _branch(sizes),
    )


def _branch(sizes, *layers):
    channels, weights, cost = sizes.channels, 0, 0
    for f, maps in layers:
        weights += conv_parameters(channels, maps, f, bias=False)
        cost += conv_multiplications(channels, maps, f, sizes.side, sizes.side)
        channels = maps
    return Branch(channels, layers, weights, cost)
