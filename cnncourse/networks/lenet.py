"""LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998), as it was and as it is usually written today."""

from collections import OrderedDict

import torch
from torch import nn

from cnncourse.arguments import true_or_false
from cnncourse.networks.layers import (
    RadialBasisOutput,
    ScaledTanh,
    SparselyConnectedConv2d,
    TrainableSubsampling,
    checked_pictures,
)

C3_CONNECTIONS = (  # for each of the 16 maps of C3, the maps of S2 that it reads (table I of the paper)
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
DIGIT_DRAWINGS = """
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
..###.. ...#... ..###.. ..###.. ....##. ######. ...###. ####### ..###.. ..###..
.#...#. ..##... .#...#. .#...#. ...#.#. #...... ..#.... ......# .#...#. .#...#.
#.....# .#.#... #.....# ......# ..#..#. #...... .#..... .....#. #.....# #.....#
#.....# ...#... ......# ......# .#...#. #...... #...... .....#. #.....# #.....#
#.....# ...#... .....#. ...###. .#...#. #####.. #.###.. ....#.. .#####. .#...##
#.....# ...#... ....#.. .....#. #....#. .....#. ##...#. ....#.. .#...#. ..###.#
#.....# ...#... ...#... ......# ####### ......# #.....# ...#... #.....# ......#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# .....#.
.#...#. ...#... .#..... #....#. .....#. #....#. .#...#. ..#.... .#...#. ....#..
..###.. .#####. ####### .####.. .....#. .####.. ..###.. ..#.... ..###.. .###...
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
"""  # the course's own, 0 to 9 from left to right; the paper's are in its figure 3


class LeNet5(nn.Sequential):
    """A network for 32 × 32 grey pictures `(N, 1, 32, 32)`: two convolutions with subsampling, then dense layers.

    The usual form of today has 61,706 parameters and ends in ten logits. With `original=True` it is the paper's, with
    60,000: subsampling with trained coefficients and biases, C3 connected by the paper's table I, and a last layer that
    measures the squared distance to a fixed drawing of each digit, so the *smallest* of its ten numbers is the answer.
    In both the squashing function comes after subsampling, where the paper names it.

    >>> sum(p.numel() for p in LeNet5().parameters()), sum(p.numel() for p in LeNet5(original=True).parameters())
    (61706, 60000)
    """

    def __init__(self, original=False):
        super().__init__(OrderedDict(_original() if true_or_false("original", original) else _modern()))

    def forward(self, pictures):
        """Return the ten numbers `(N, 10)` of pictures `(N, 1, 32, 32)`."""
        return super().forward(checked_pictures(pictures, "(N, 1, 32, 32)"))


def digit_prototypes():
    """Return the fixed prototypes of LeNet-5's last layer, `(10, 84)`: drawings of 12 × 7, ink +1 and paper −1."""
    rows = [row.split() for row in DIGIT_DRAWINGS.split("\n") if row]
    drawings = ["".join(row[digit] for row in rows) for digit in range(10)]
    return torch.tensor([[1.0 if place == "#" else -1.0 for place in drawing] for drawing in drawings])


def _modern():
    return {
        "c1": nn.Conv2d(1, 6, 5),  # (N, 6, 28, 28)
        "s2": nn.AvgPool2d(2),  # (N, 6, 14, 14)
        "tanh2": nn.Tanh(),
        "c3": nn.Conv2d(6, 16, 5),  # (N, 16, 10, 10)
        "s4": nn.AvgPool2d(2),  # (N, 16, 5, 5)
        "tanh4": nn.Tanh(),
        "flatten": nn.Flatten(),  # (N, 400)
        "c5": nn.Linear(400, 120),
        "tanh5": nn.Tanh(),
        "f6": nn.Linear(120, 84),
        "tanh6": nn.Tanh(),
        "output": nn.Linear(84, 10),
    }


def _original():
    return {
        "c1": nn.Conv2d(1, 6, 5),
        "s2": TrainableSubsampling(6),
        "tanh2": ScaledTanh(),
        "c3": SparselyConnectedConv2d(6, C3_CONNECTIONS, 5),
        "s4": TrainableSubsampling(16),
        "tanh4": ScaledTanh(),
        "c5": nn.Conv2d(16, 120, 5),  # (N, 120, 1, 1)
        "tanh5": ScaledTanh(),
        "flatten": nn.Flatten(),
        "f6": nn.Linear(120, 84),
        "tanh6": ScaledTanh(),
        "output": RadialBasisOutput(digit_prototypes()),
    }
