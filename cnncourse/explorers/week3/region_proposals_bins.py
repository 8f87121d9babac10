"""Explorer of notebook 3.5: a box dragged over a scene, its cells on a feature map, its bins and their maxima."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.detection.proposals import roi_pool
from cnncourse.detection.proposals_pooling import roi_cells
from cnncourse.explorers import ARROWS, Explorer, learners
from cnncourse.explorers.week3.region_proposals_bins_picture import SCALE, SCENE, render_bins
from cnncourse.networks.photo_net import load_photo_net
from cnncourse.pictures.road_scenes import SIZE, road_scenes

BLOCKS = 3
SCENES = 60
LEAST = 2  # pixels of a box's side
KEY_STEP = 1


def roi_max_pool(features, box, output_size, spatial_scale):
    """Return one pooled box (C, h, w): the course's own `roi_pool`, under the exercise's name."""
    return roi_pool(features, [box], output_size, spatial_scale)[0]


@lru_cache(maxsize=12)
def features_of(scene, block):
    """Return the map (C, H, W) behind the first `block` blocks of the photo net, for a road scene; stride 2^block."""
    picture = torch.from_numpy(road_scenes().images[scene].astype(np.float32) / 255).permute(2, 0, 1)[None]
    with torch.no_grad():
        return _net()[:block](picture)[0].numpy().astype(float)


@lru_cache(maxsize=1)
def _net():
    return load_photo_net()


class Pooled:
    """A state, worked out: the map, the box's cells, and the pooled output."""

    def __init__(self, pool, *, scene, block, channel, rows, columns, box, **_):
        self.scene, self.stride, self.box, self.output_size = scene, 2**block, box, (rows, columns)
        features = features_of(scene, block)
        self.channel = channel % len(features)
        self.map = features[self.channel]
        self.cells = roi_cells([box], self.map.shape, 1 / self.stride)[0]
        self.output = pool(features[[self.channel]], np.array(box, float), (rows, columns), 1 / self.stride)[0]

    @property
    def shift(self):
        """The largest distance of an edge of the cells to that of the box, in pixels."""
        return float(np.abs(self.cells * self.stride - np.array(self.box)).max())


def caption(pooled):
    """Say how the box was rounded, how large the bins are, and how far the rounding moved it."""
    x1, y1, x2, y2 = pooled.box
    a1, b1, a2, b2 = pooled.cells.tolist()
    s, (h, w) = pooled.stride, pooled.output_size
    pairs = zip(pooled.box, pooled.cells, strict=True)
    words = ", ".join(f"{edge:g}/{s} = {edge / s:.2f} → {cell}" for edge, cell in pairs)
    return (
        f"Box {x2 - x1:g} × {y2 - y1:g} px, stride {s}: {words}. So <b>{a2 - a1} × {b2 - b1} cells</b>, "
        f"{_span('column', a1, a2)} and {_span('row', b1, b2)}, in {w} × {h} bins; edges moved by up to "
        f"<b>{pooled.shift:.1f} px</b>."
    )


def _span(word, first, end):
    return f"{word} {first}" if end - first == 1 else f"{word}s {first} to {end - 1}"


def alt(pooled):
    """Describe the picture in words."""
    a1, b1, a2, b2 = pooled.cells.tolist()
    h, w = pooled.output_size
    return (
        f"A road scene with a box, a feature map of {len(pooled.map)} × {len(pooled.map[0])} cells of which the box "
        f"takes {b2 - b1} row{'s' * (b2 - b1 > 1)} and {a2 - a1} column{'s' * (a2 - a1 > 1)}, and the pooled {h} × {w} "
        "numbers."
    )


def pointer(event, box, start):
    """Draw a new box by a drag; arrow keys move it, Enter makes it a pixel larger, the space bar smaller."""
    if event.kind == "key":
        return {"box": _after_key(event.key, box)}
    left, top, side = SCENE
    x, y = ((event.x - left) * SIZE / side, (event.y - top) * SIZE / side)
    if event.kind == "click" and 0 <= x <= SIZE and 0 <= y <= SIZE:
        return {"start": (round(x), round(y))}
    if event.kind == "drag" and start is not None:
        return {"box": _between(start, (x, y))}
    return {"start": None} if event.kind == "release" else None


def _between(start, end):
    """Return the box in whole pixels between two points, kept in the picture, at least LEAST wide and high."""
    edges = []
    for a, b in zip(start, end, strict=True):
        low, high = sorted((a, round(min(max(b, 0), SIZE))))
        low = min(low, SIZE - LEAST)
        edges.append((low, max(high, low + LEAST)))
    (x1, x2), (y1, y2) = edges
    return x1, y1, x2, y2


def _after_key(key, box):
    x1, y1, x2, y2 = box
    if key in ("Enter", " "):
        grow = 1 if key == "Enter" else -1
        return x1, y1, min(max(x2 + grow, x1 + LEAST), SIZE), min(max(y2 + grow, y1 + LEAST), SIZE)
    down, right = (KEY_STEP * part for part in ARROWS.get(key, (0, 0)))
    right, down = min(max(right, -x1), SIZE - x2), min(max(down, -y1), SIZE - y2)
    return x1 + right, y1 + down, x2 + right, y2 + down


def roi_bins(roi_max_pool_of_learner=None, **start):
    """Show RoI pooling of a box; by the learner's own roi_max_pool when given.

    `start` sets parts of the state by name: scene, block, channel, rows, columns, box (x1, y1, x2, y2 in pixels).
    """
    own = learners(roi_max_pool_of_learner, roi_max_pool)

    def words(**state):
        return caption(Pooled(own, **state)) + (f" {own.sentence}" if roi_max_pool_of_learner else "")

    wide = widgets.Layout(width="230px")
    explorer = Explorer(
        lambda **state: render_bins(Pooled(own, **state)),
        {
            "scene": widgets.IntSlider(12, 0, SCENES - 1, description="scene", layout=wide),
            "block": widgets.IntSlider(3, 1, BLOCKS, description="blocks of the net", layout=wide),
            "channel": widgets.IntSlider(0, 0, 15, description="channel", layout=wide),
            "rows": widgets.IntSlider(3, 1, 7, description="rows of bins", layout=wide),
            "columns": widgets.IntSlider(3, 1, 7, description="columns", layout=wide),
        },
        title="RoI pooling: any box, the same size",
        note="Drag across the scene to draw a box. Arrow keys move it by a pixel; Enter enlarges it, space shrinks it.",
        alt=lambda **state: alt(Pooled(own, **state)),
        caption=words,
        pointer=lambda event, **state: pointer(event, state["box"], state["start"]),
        state={"box": (24, 60, 96, 110), "start": None},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
