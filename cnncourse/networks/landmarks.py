"""A small network that finds twenty landmarks on a 64 × 64 face, and its trained weights.

Each landmark gets a map of its own, and its place is the mean of the map's positions, weighted by the softmax of the
map: the soft argmax (Sun et al. 2018, section 2). A mean lies between the cells' centres, so cells of 4 pixels tell
tenths of a pixel; and it has a gradient, which the position of the largest number has not.
"""

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import MANY, real_number, shown, whole_number
from cnncourse.networks.initialisation import he_initialise
from cnncourse.networks.layers import MOST_MAPS, checked_widths
from cnncourse.networks.small_resnet import SmallBlock
from cnncourse.networks.uint8_pictures import ask, checked_images, checked_model
from cnncourse.networks.weights import load_weights

LANDMARK_WIDTHS = (24, 48, 64, 96)
LANDMARK_COUNT = 20
CELL = 4  # pixels a side
MARGIN = 1  # cells by which the maps reach beyond the picture, so that means come close to its border


class LandmarkNet(nn.Module):
    """Residual stages that halve the picture, the way back up to 16 × 16, a map for each landmark, its soft argmax.

    `(N, 3, 64, 64)` pictures in [0, 1] become points `(N, count, 2)`: x right, y down, in pixels from the upper left
    corner. The stages have `widths` maps of 32, 16, 8, … cells a side; on the way up each stage's maps are added to
    the ones that come from below (Lin et al. 2017). Weights are drawn from `generator` if given. Pictures of
    another size are taken, and give other maps, where every stage can halve them; a ValueError says if not.
    """

    def __init__(self, widths=LANDMARK_WIDTHS, count=LANDMARK_COUNT, generator=None):
        super().__init__()
        if not isinstance(widths, (tuple, list)) or len(widths) < 2:
            raise ValueError(f"widths must be two numbers of maps or more, got {shown(widths)}")
        widths, count = checked_widths(widths), whole_number("count", count, 1, MOST_MAPS)
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        before = (widths[0], *widths)
        self.stages = nn.ModuleList(SmallBlock(before[i], width, 1 if i == 0 else 2) for i, width in enumerate(widths))
        width = widths[1]
        self.across = nn.ModuleList(nn.Conv2d(below, width, 1) for below in widths[1:])
        self.smooth = nn.ModuleList(SmallBlock(width, width) for _ in widths[1:])
        self.maps = nn.Conv2d(width, count, 3, padding=1 + MARGIN)
        he_initialise(self, generator)

    def forward(self, pictures):
        """Return the points `(N, count, 2)` in pixels."""
        return soft_argmax_points(self.heat_maps(pictures))

    def heat_maps(self, pictures):
        """Return the maps `(N, count, 18, 18)` before the softmax: large where the landmark may be."""
        if not isinstance(pictures, torch.Tensor):
            raise TypeError(f"pictures must be a tensor (N, 3, H, W), got {shown(pictures)}")
        divisor = 2 ** len(self.stages)
        if pictures.ndim != 4 or pictures.shape[1] != 3 or any(side % divisor for side in pictures.shape[2:]):
            raise ValueError(
                f"pictures must be (N, 3, H, W), sides multiples of {divisor}, got {tuple(pictures.shape)}"
            )
        a, kept = self.stem(pictures - 0.5), []
        for stage in self.stages:
            a = stage(a)
            kept.append(a)
        up = None
        for across, smooth, below in reversed(list(zip(self.across, self.smooth, kept[1:], strict=True))):
            level = across(below)
            up = smooth(level if up is None else level + F.interpolate(up, scale_factor=2))
        return self.maps(up)


def soft_argmax_points(maps, cell=CELL, margin=MARGIN):
    """Return the points `(N, K, 2)` in pixels for maps `(N, K, rows, columns)`: means weighted by the softmax.

    Cells are `cell` pixels a side; the first `margin` rows and columns lie outside of the picture.
    """
    if not isinstance(maps, torch.Tensor) or maps.ndim != 4 or maps.dtype.is_complex:
        raise ValueError(f"maps must be a tensor (N, K, rows, columns), got {shown(maps)}")
    cell, margin = real_number("cell", cell), whole_number("margin", margin, 0, MANY)
    chances = maps.float().flatten(2).softmax(dim=2).view(maps.shape)  # (N, K, rows, columns)
    rows, columns = (cell * (torch.arange(n) - margin + 0.5) for n in maps.shape[2:])
    x = (chances.sum(dim=2) * columns).sum(dim=2)
    y = (chances.sum(dim=3) * rows).sum(dim=2)
    return torch.stack([x, y], dim=2)  # (N, K, 2)


def landmark_points(net, images, batch=200):
    """Return the points `(N, 20, 2)`, float64 NumPy in pixels, that a net finds on uint8 pictures `(N, 64, 64, 3)`.

    The net is asked in evaluation mode, `batch` pictures at a time, and left in the mode in which it came.
    """
    batch = whole_number("batch", batch, 1)
    return ask(checked_model("net", net), checked_images(images), batch).double().numpy()


def load_landmark_net():
    """Return the net with the weights in `data/weights/landmarks.safetensors`, in evaluation mode."""
    return load_weights(LandmarkNet(), "landmarks")
