"""Explorer of notebook 3.2: a network for 14 × 14 pixels meets larger pictures, and its dense layer becomes filters."""

from dataclasses import dataclass
from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch
from torch import nn

from cnncourse.detection.windows import FullyConvolutional, fully_convolutional, resized
from cnncourse.explorers import ARROWS, Explorer, cell_at
from cnncourse.explorers.week3.sliding_windows_sizes_picture import SCALE, place_of, render

WINDOW, LARGEST = 14, 28
LAYERS = (0, 1, 3, 5, 7)  # those drawn of the convolutional network: convolution, pool, and three once dense layers


@dataclass
class SizesModel:
    """A state of the explorer, worked out."""

    picture: np.ndarray  # (side, side, 3)
    maps: list  # of every layer drawn, (C, rows, columns)
    cell: tuple  # of the last map
    unit: int  # of the first dense layer
    filters: np.ndarray  # (16, 5, 5), the unit's
    bias: float

    @property
    def fields(self):
        """For the picture and every layer drawn: top, left and side of what the cell comes from, in its own cells."""
        i, j = self.cell
        return [(2 * i, 2 * j, 14), (2 * i, 2 * j, 10), (i, j, 5), (i, j, 1), (i, j, 1), (i, j, 1)]

    @property
    def block(self):
        """The 16 × 5 × 5 numbers that the dense layer reads for this cell."""
        i, j = self.cell
        return self.maps[1][:, i : i + 5, j : j + 5]

    @property
    def answers(self):
        """The unit's number before its ReLU: by the dense layer, and in the map."""
        strung = self.block.reshape(-1) @ self.filters.reshape(-1) + self.bias
        return float(strung), float(self.maps[2][(self.unit, *self.cell)])


def lenet_like(seed=0):
    """Return the network of the lecture, 14 × 14 × 3 → 5 × 5 × 16 → 400 → 400 → 4, with random weights."""
    net = nn.Sequential(
        *(nn.Conv2d(3, 16, 5), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 4)),
    )
    generator = torch.Generator().manual_seed(seed)
    for layer in net:
        if hasattr(layer, "weight"):
            nn.init.kaiming_normal_(layer.weight, generator=generator)
            nn.init.normal_(layer.bias, 0, 0.1, generator=generator)
    return net.eval()


class Sizes:
    """The network, a picture that grows, and the maps of every size once worked out."""

    def __init__(self, image):
        self.picture = resized(image, LARGEST / min(np.shape(image)[:2]))[..., :LARGEST, :LARGEST]
        self.model_of_window = lenet_like()
        self.net: FullyConvolutional = fully_convolutional(self.model_of_window, (3, WINDOW, WINDOW))
        self.maps = lru_cache(maxsize=None)(self._maps)

    @torch.no_grad()
    def _maps(self, side):
        maps, found = self.picture[..., :side, :side], []
        for number, layer in enumerate(self.net):
            maps = layer(maps)
            if number in LAYERS:
                found.append(maps[0].numpy())
        return found

    def model(self, *, side, unit, cell):
        """Work out a state."""
        maps = self.maps(side)
        cell = tuple(min(part, maps[-1].shape[1] - 1) for part in cell)
        dense = self.model_of_window[3]
        weights, bias = dense.weight.detach()[unit].reshape(16, 5, 5).numpy(), dense.bias.detach()[unit].item()
        picture = self.picture[0, :, :side, :side].permute(1, 2, 0).numpy()
        return SizesModel(picture, maps, cell, unit, weights, bias)


def caption(model):
    """Say the shapes, what the cell stands for, and that both ways give the unit's number."""
    side, cells, (i, j) = len(model.picture), model.maps[-1].shape[1], model.cell
    many = "window" if cells == 1 else "windows"
    steps = f"⌊({side} − 14) / 2⌋ + 1 = <b>{cells}</b> {many} each way" if side > WINDOW else "one window"
    dense, mapped = model.answers
    unused = (side - WINDOW) % 2
    rest = " The last row and column of pixels are in no window." if unused else ""
    return (
        f"{side} × {side} × 3 → {cells} × {cells} × 4: {steps}.{rest} Cell [{i}, {j}] comes from the window at row "
        f"{2 * i}, column {2 * j}. Unit {model.unit} there: 400 products and the bias, <b>{dense:.4f}</b>; as a "
        f"filter of 5 × 5 × 16: <b>{mapped:.4f}</b>."
    ).replace("-", "−")


def alt(model):
    """Describe the picture in words."""
    shapes = ["{1} × {2} × {0}".format(*np.shape(maps)) for maps in model.maps]
    return (
        f"A picture of {len(model.picture)} × {len(model.picture)} pixels and the maps it becomes: "
        f"{', '.join(shapes)}; below, row {model.unit} of the dense layer's matrix cut into 16 squares of 5 × 5, and "
        "the numbers it reads."
    )


def pointer(event, model):
    """Choose a cell of the last maps, or the window around a pixel of the picture; arrow keys move."""
    last = model.maps[-1].shape[1] - 1
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {"cell": (min(max(model.cell[0] + down, 0), last), min(max(model.cell[1] + right, 0), last))}
    if event.kind not in ("click", "drag"):
        return None
    for number in (3, 4, 5):
        cell = cell_at(event.x, event.y, *place_of(number, last + 1), last + 1, last + 1)
        if cell is not None:
            return {"cell": cell}
    side = len(model.picture)
    pixel = cell_at(event.x, event.y, *place_of(0, side), side, side)
    if pixel is None:
        return None
    return {"cell": tuple(min(max(round((at - 6.5) / 2), 0), last) for at in pixel)}


def map_sizes(image, **start):
    """Show what a network for 14 × 14 pixels makes of larger parts of a picture `(H, W, 3)`.

    `start` sets parts of the state by name: side, unit, cell.
    """
    sizes = Sizes(image)
    wide = widgets.Layout(width="300px")
    explorer = Explorer(
        lambda **state: render(sizes.model(**state)),
        {
            "side": widgets.IntSlider(14, WINDOW, LARGEST, description="pixels a side", layout=wide),
            "unit": widgets.IntSlider(0, 0, 399, description="dense unit", layout=wide),
        },
        title="From 14 to 28 pixels",
        note="Drag over the picture or the last maps, or use the arrow keys: orange belongs to the chosen cell.",
        alt=lambda **state: alt(sizes.model(**state)),
        caption=lambda **state: caption(sizes.model(**state)),
        pointer=lambda event, **state: pointer(event, sizes.model(**state)),
        state={"cell": (0, 0)},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
