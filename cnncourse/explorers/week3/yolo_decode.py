"""Explorer of notebook 3.4: four raw numbers of a network become a box, in the form of YOLOv2."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.detection.yolo import place_of
from cnncourse.explorers import ARROWS, Explorer, cell_at
from cnncourse.explorers.week3.yolo_decode_picture import PLACE, REACH, SCALE, render
from cnncourse.explorers.week3.yolo_scenes import Scenery, in_picture, name_of, on_sheet
from cnncourse.pictures.road_scenes import CLASSES

ANCHORS = 5
LIMITS = {"t_x": 4.0, "t_y": 4.0, "t_w": 2.5, "t_h": 2.5}
KEY_STEP = 0.2


@dataclass
class DecodeModel:
    """A state of the explorer, worked out."""

    scenery: Scenery
    scene: int
    grid_size: int
    cell: tuple
    number: int  # of the anchor
    anchor: np.ndarray  # width, height in pixels
    t: dict  # the raw numbers by name
    boxes: np.ndarray  # the true ones
    labels: np.ndarray

    @property
    def cell_size(self):
        """The height and width of a cell in pixels."""
        height, width = self.scenery.image_size
        return height / self.grid_size, width / self.grid_size

    @property
    def box(self):
        """The box as x1, y1, x2, y2 in pixels."""
        (height, width), (row, column) = self.cell_size, self.cell
        x, y = (column + sigmoid(self.t["t_x"])) * width, (row + sigmoid(self.t["t_y"])) * height
        w, h = self.anchor * np.exp([self.t["t_w"], self.t["t_h"]])
        return np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])

    def overlaps(self):
        """Return the IoU of the box with every true one, (M,)."""
        return iou(self.box[None], self.boxes)[0]


def sigmoid(t):
    """Return 1 / (1 + e^−t), between 0 and 1."""
    return 1 / (1 + np.exp(-t))


def logit(share):
    """Return the t whose sigmoid is `share`.

    >>> round(float(sigmoid(logit(0.3))), 12)
    0.3
    """
    return np.log(share / (1 - share))


def model_of(scenery, *, scene, grid_size, anchor, cell, t_x, t_y, t_w, t_h, held):
    """Work out a state."""
    anchors = scenery.anchors(min(ANCHORS, scenery.most_anchors))
    cell = tuple(min(part, grid_size - 1) for part in cell)
    t = {"t_x": t_x, "t_y": t_y, "t_w": t_w, "t_h": t_h}
    return DecodeModel(scenery, scene, grid_size, cell, anchor, anchors[anchor], t, *scenery.objects(scene))


def caption(model):
    """Say where the box is, in the picture and in cells, and which true object it fits best."""
    x1, y1, x2, y2 = model.box
    (height, width), (row, column) = model.cell_size, model.cell
    numbers = sigmoid(model.t["t_x"]), sigmoid(model.t["t_y"]), (y2 - y1) / height, (x2 - x1) / width
    cells = ", ".join(f"{number:.2f}" for number in numbers)
    words = (
        f"Cell [{row}, {column}], anchor {model.number}: centre ({(x1 + x2) / 2:.1f}, {(y1 + y2) / 2:.1f}), "
        f"{x2 - x1:.1f} px wide, {y2 - y1:.1f} px high. In cells b_x, b_y, b_h, b_w = {cells}."
    )
    if len(model.boxes) == 0:
        return words
    overlaps = model.overlaps()
    best = int(overlaps.argmax())
    return f"{words} <b>IoU with {name_of(model.labels, best, CLASSES)}: {overlaps[best]:.2f}.</b>"


def alt(model):
    """Describe the picture in words."""
    t = ", ".join(f"{name} {value:.2f}" for name, value in model.t.items()).replace("-", "−")
    return f"A road scene with one predicted box from cell row {model.cell[0]}, column {model.cell[1]}: {t}."


def pointer(event, model, held):
    """Choose a cell, or drag the box's centre inside its cell, or its lower right corner."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        moved = {"t_x": model.t["t_x"] + KEY_STEP * right, "t_y": model.t["t_y"] + KEY_STEP * down}
        return _limited(moved) if event.key in ARROWS else None
    if event.kind == "release":
        return {"held": ""}
    if event.kind == "click":
        x1, y1, x2, y2 = on_sheet(model.box, PLACE, model.scenery.image_size)
        if np.hypot(event.x - x2, event.y - y2) <= REACH:
            return {"held": "corner"}
        cell = cell_at(event.x, event.y, *PLACE[:2], PLACE[2] / model.grid_size, model.grid_size, model.grid_size)
        near = np.hypot(event.x - (x1 + x2) / 2, event.y - (y1 + y2) / 2) <= REACH
        return {"held": "centre"} if near else {"cell": cell, "held": "centre"} if cell else None
    if event.kind != "drag" or not held:
        return None
    x, y = in_picture(event.x, event.y, PLACE, model.scenery.image_size)
    return _limited(_pulled(model, x, y) if held == "corner" else _shifted(model, x, y))


def _shifted(model, x, y):
    (height, width), (row, column) = model.cell_size, model.cell
    shares = np.clip((x / width - column, y / height - row), 1e-3, 1 - 1e-3)
    return dict(zip(("t_x", "t_y"), logit(shares).tolist(), strict=True))


def _pulled(model, x, y):
    middle = (model.box[:2] + model.box[2:]) / 2
    sizes = np.maximum(2 * (np.array([x, y]) - middle), 0.5)
    return dict(zip(("t_w", "t_h"), np.log(sizes / model.anchor).tolist(), strict=True))


def _limited(changes):
    return {name: round(float(np.clip(value, -LIMITS[name], LIMITS[name])), 2) for name, value in changes.items()}


def aimed(model):
    """Return the changes that make the box the true one nearest to it: what the network should have answered."""
    if len(model.boxes) == 0:
        return {}
    middles = (model.boxes[:, :2] + model.boxes[:, 2:]) / 2
    nearest = int(np.linalg.norm(middles - (model.box[:2] + model.box[2:]) / 2, axis=1).argmin())
    anchors = model.scenery.anchors(min(ANCHORS, model.scenery.most_anchors))
    box = model.boxes[nearest]
    places = place_of(box[None], model.grid_size, anchors, model.scenery.image_size)
    cell, number = (int(places.row[0]), int(places.column[0])), int(places.anchor[0])
    t_w, t_h = np.log((box[2:] - box[:2]) / anchors[number]).tolist()
    model = DecodeModel(
        model.scenery, model.scene, model.grid_size, cell, number, anchors[number], model.t, model.boxes, model.labels
    )
    return {"cell": cell, "anchor": number, **_limited(_shifted(model, *middles[nearest]) | {"t_w": t_w, "t_h": t_h})}


def decode_one(scenes, **start):
    """Show how t_x, t_y, t_w, t_h become a box in road scenes.

    `scenes` are RoadScenes; `start` sets parts of the state by name: scene, grid_size, anchor, cell, t_x and so on.
    """
    scenery = Scenery(scenes)
    wide = widgets.Layout(width="230px")

    def raw(name):
        limit = LIMITS[name]
        return widgets.FloatSlider(0.0, min=-limit, max=limit, step=0.01, description=name, layout=wide)

    explorer = Explorer(
        lambda **state: render(model_of(scenery, **state)),
        {
            "scene": widgets.IntSlider(0, 0, len(scenery) - 1, description="scene", layout=wide),
            "grid_size": widgets.IntSlider(5, 1, 13, description="grid, S × S", layout=wide),
            "anchor": widgets.IntSlider(
                2, 0, min(ANCHORS, scenery.most_anchors) - 1, description="anchor", layout=wide
            ),
            **{name: raw(name) for name in LIMITS},
        },
        title="From raw numbers to a box",
        note="Click a cell; drag the box's centre or its lower right corner. Arrow keys push the centre.",
        alt=lambda **state: alt(model_of(scenery, **state)),
        caption=lambda **state: caption(model_of(scenery, **state)),
        pointer=lambda event, **state: pointer(event, model_of(scenery, **state), state["held"]),
        buttons={
            "Aim at the nearest object": lambda **state: aimed(model_of(scenery, **state)),
            "All t = 0": lambda **state: dict.fromkeys(LIMITS, 0.0),
        },
        state={"cell": (2, 2), "held": ""},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
