"""How RoI pooling is painted: the scene with the box, the map with cells and bins, the pooled numbers."""

from functools import lru_cache

import numpy as np

from cnncourse.detection.proposals_pooling import bin_edges
from cnncourse.explorers import Painter, scale_for
from cnncourse.pictures.road_scenes import SIZE, road_scenes
from cnncourse.plots import BLUE, DARK_ORANGE, INK, MUTED, WHITE

WIDTH, HEIGHT = 880, 390
SCALE = scale_for(WIDTH)
SCENE = (16, 44, 300)  # left, top, side
MAP = (334, 44, 300)
OUTPUT = (652, 44, 212)


def render_bins(pooled):
    """Paint a Pooled state."""
    painter = _sheet(pooled.scene, pooled.stride, pooled.channel, pooled.map.tobytes(), pooled.map.shape).copy()
    cells = pooled.cells * pooled.stride
    for place in (SCENE, MAP):
        _outline(painter, place, pooled.box, BLUE, 2.5)
        _outline(painter, place, cells, DARK_ORANGE, 2.5, (7, 4))
    _paint_bins(painter, pooled)
    _paint_output(painter, pooled)
    return painter.array()


@lru_cache(maxsize=16)
def _sheet(scene, stride, channel, numbers, shape):
    painter, values = Painter(WIDTH, HEIGHT, SCALE), np.frombuffer(numbers).reshape(shape)
    for (left, _, _), words in (
        (SCENE, "the box, in pixels"),
        (MAP, f"the map, {shape[0]} × {shape[1]} cells"),
        (OUTPUT, "the largest of each bin"),
    ):
        painter.text(left, 22, words, 14, INK, bold=True)
    painter.image(road_scenes().images[scene], *SCENE[:2], SCENE[2], SCENE[2], smooth=True)
    painter.image(values, *MAP[:2], MAP[2], MAP[2], colormap="viridis", limits=_limits(values))
    cell = MAP[2] / shape[0]
    if cell >= 10:
        painter.grid_lines(*MAP[:2], cell, *shape, "#ffffff30")
    low, high = _limits(values)
    painter.colour_bar(MAP[0], MAP[1] + MAP[2] + 10, MAP[2], 8, low, high, format="{:.2g}", label=f"channel {channel}")
    painter.line(16, HEIGHT - 28, 42, HEIGHT - 28, BLUE, 3)
    painter.text(48, HEIGHT - 28, "the box", 12)
    painter.line(112, HEIGHT - 28, 138, HEIGHT - 28, DARK_ORANGE, 3, dash=(7, 4))
    painter.text(144, HEIGHT - 28, "the same, rounded to cells", 12)
    return painter


def _limits(values):
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1)


def _outline(painter, place, box, colour, width, dash=None):
    left, top, side = place
    x1, y1, x2, y2 = (float(edge) * side / SIZE for edge in box)
    for ends in ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1)):
        x, y, u, v = ends
        painter.line(left + x, top + y, left + u, top + v, WHITE, width + 2, alpha=0.9)
    for x, y, u, v in ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1)):
        painter.line(left + x, top + y, left + u, top + v, colour, width, dash=dash)


def _paint_bins(painter, pooled):
    """Paint the bins on the map, shrunk a little so that one sees which share cells, and the cell of each maximum."""
    x1, y1, x2, y2 = pooled.cells.tolist()
    if x1 == x2 or y1 == y2:
        return
    left, top, side = MAP
    cell = side / len(pooled.map)
    rows, columns = (bin_edges(n, k) for n, k in zip((y2 - y1, x2 - x1), pooled.output_size, strict=True))
    for i, (a, b) in enumerate(rows):
        for j, (c, d) in enumerate(columns):
            inset = 1.5 + 1.5 * ((i + j) % 2)
            x, y = left + (x1 + c) * cell + inset, top + (y1 + a) * cell + inset
            painter.rectangle(x, y, (d - c) * cell - 2 * inset, (b - a) * cell - 2 * inset, outline=WHITE)
            part = pooled.map[y1 + a : y1 + b, x1 + c : x1 + d]
            row, column = np.unravel_index(part.argmax(), part.shape)
            centre = left + (x1 + c + column + 0.5) * cell, top + (y1 + a + row + 0.5) * cell
            painter.circle(*centre, min(3.5, max(cell / 3, 1.5)), fill=WHITE, outline=INK)


def _paint_output(painter, pooled):
    left, top, side = OUTPUT
    h, w = pooled.output_size
    cell = min(side / max(h, w), 60)
    size = None if cell >= 48 else 11
    digits = "{:.2f}" if cell >= 36 else "{:.1f}"
    painter.number_grid(
        pooled.output, left, top, cell, format=digits, colormap="viridis", limits=_limits(pooled.map), size=size
    )
    painter.text(left, top + h * cell + 18, f"{h} × {w} numbers, whatever the box", 12, MUTED)
