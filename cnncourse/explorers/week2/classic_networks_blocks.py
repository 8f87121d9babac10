"""Where the architecture explorer's blocks stand, and how one is drawn: thickness is channels, the rest height and
width."""

from dataclasses import dataclass

import numpy as np

from cnncourse.plots import BLUE, BROWN, GREY, INK, OLIVE, ORANGE, PURPLE

LEFT, RIGHT, FLOOR = 18, 800, 304
TALLEST, ACROSS, UP = 172, 0.36, 0.24  # CSS pixels of the picture's side; how far its depth runs right and up
TALLEST_ROD, ROD = 86, 9  # a dense layer is an upright rod
COLOURS = {
    "picture": ORANGE,
    "convolution": BLUE,
    "pooling": GREY,
    "dense": PURPLE,
    "residual block": BROWN,
    "inception module": OLIVE,
}


@dataclass(frozen=True)
class Block:
    """A box on the floor with its front's lower left corner at x: `thick` × `high`, and `deep` to the back."""

    x: float
    thick: float
    high: float
    deep: float
    kind: str

    @property
    def right(self):
        """The right end of the front."""
        return self.x + self.thick

    def faces(self):
        """Return the corners of front, top and side."""
        x, right, top = self.x, self.right, FLOOR - self.high
        back, up = self.deep * ACROSS, self.deep * UP
        front = [(x, FLOOR), (x, top), (right, top), (right, FLOOR)]
        lid = [(x, top), (x + back, top - up), (right + back, top - up), (right, top)]
        side = [(right, top), (right + back, top - up), (right + back, FLOOR - up), (right, FLOOR)]
        return front, lid, side


def blocks(network):
    """Return the Blocks of the picture and of every step, from left to right, filling the sheet's width."""
    shapes = [network.input_shape, *(step.shape for step in network.steps)]
    kinds = ["picture", *(step.kind for step in network.steps)]
    unit = TALLEST / network.input_shape[1]
    longest = max([shape[0] for shape in shapes if len(shape) == 1], default=1)
    sizes = [_size(shape, unit, longest) for shape in shapes]
    gaps = [6 + 0.62 * ACROSS * high if deep else 7.0 for high, deep in sizes]
    channels = sum(shape[0] for shape in shapes if len(shape) == 3)
    rods = sum(ROD for shape in shapes if len(shape) == 1)
    last = (1 - 0.62) * ACROSS * sizes[-1][1]
    scale = min(2.6, max(0.0, RIGHT - LEFT - sum(gaps) - rods - last) / channels)
    found, x = [], LEFT
    for shape, kind, (high, deep), gap in zip(shapes, kinds, sizes, gaps, strict=True):
        thick = max(1.5, shape[0] * scale) if len(shape) == 3 else ROD
        found.append(Block(x, thick, high, deep, kind))
        x += thick + gap
    return found


def _size(shape, unit, longest):
    """Return a block's height and depth."""
    if len(shape) == 1:
        return max(3.0, TALLEST_ROD * shape[0] / longest), 0.0
    return max(2.0, shape[1] * unit), max(2.0, shape[2] * unit)


def draw(painter, block, chosen=False):
    """Paint a block; a chosen one with a thick outline."""
    colour = COLOURS[block.kind]
    if not block.deep:
        x, y = block.x, FLOOR - block.high
        painter.rectangle(x, y, block.thick, block.high, fill=colour, outline=INK, line_width=0.7)
    shades = (colour, _mixed(colour, 0.45), _mixed(colour, -0.22))
    for face, shade in zip(block.faces(), shades, strict=True) if block.deep else ():
        painter.polygon(face, fill=shade)
        painter.polyline([*face, face[0]], INK, 0.7)
    if chosen:
        outline(painter, block)


def outline(painter, block):
    """Paint the edge of a block's silhouette in orange over white."""
    x, right, top, back, up = block.x, block.right, FLOOR - block.high, block.deep * ACROSS, block.deep * UP
    edge = [(x, FLOOR), (x, top), (x + back, top - up), (right + back, top - up), (right + back, FLOOR - up)]
    edge += [(right, FLOOR), (x, FLOOR), (x, top)]
    painter.polyline(edge, INK, 4.5)
    painter.polyline(edge, ORANGE, 2.5)


def sheared(image, block, scale, background):
    """Return an RGB array of a block's side face showing `image` `(H, W, 3)`, and its place (x, y, width, height)."""
    width, up = block.deep * ACROSS, block.deep * UP
    columns, rows = max(1, round(width * scale)), round((block.high + up) * scale)
    u = (np.arange(columns) + 0.5) / columns
    v = ((np.arange(rows) + 0.5)[:, None] / scale - up + up * u) / block.high
    inside = (v >= 0) & (v < 1)
    H, W = image.shape[:2]
    picture = image[(v.clip(0, 0.999) * H).astype(int), np.broadcast_to((u * W).astype(int), v.shape)]
    return np.where(inside[..., None], picture, background), (block.right, FLOOR - block.high - up, width, rows / scale)


def _mixed(colour, share):
    """Return a colour mixed with white (share above 0) or black."""
    other = 255 if share > 0 else 0
    parts = bytes.fromhex(colour.lstrip("#"))
    return tuple(round(part + abs(share) * (other - part)) for part in parts)
