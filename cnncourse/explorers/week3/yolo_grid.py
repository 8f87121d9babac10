"""Explorer of notebook 3.4: a grid over a road scene, the vectors of the chosen cell, and objects to drag about."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.anchors import shape_iou
from cnncourse.detection.yolo import Places, collisions, encode, place_of
from cnncourse.explorers import ARROWS, Explorer, cell_at, learners
from cnncourse.explorers.week3.yolo_grid_picture import PLACE, SCALE, render
from cnncourse.explorers.week3.yolo_scenes import Scenery, in_picture, name_of
from cnncourse.pictures.road_scenes import CLASSES

LARGEST_GRID = 19
STEP = 4  # pixels of the picture that an arrow key moves a carried object
MARGIN = 0.25  # pixels of the picture that a centre stays away from its border


@dataclass
class GridModel:
    """A state of the explorer, worked out."""

    scenery: Scenery
    scene: int
    grid_size: int
    anchors: np.ndarray
    boxes: np.ndarray  # (M, 4), the dragged ones where they are now
    labels: np.ndarray
    moved: np.ndarray  # (M,) bool
    cell: tuple
    carried: int  # index of the object in hand, or −1
    places: Places
    lost: np.ndarray  # indices
    target: np.ndarray

    @property
    def cell_size(self):
        """The height and width of a cell in pixels."""
        height, width = self.scenery.image_size
        return height / self.grid_size, width / self.grid_size

    def name(self, index):
        return name_of(self.labels, index, CLASSES)

    def here(self):
        """Return the indices of the objects whose centres lie in the chosen cell."""
        return np.flatnonzero((self.places.row == self.cell[0]) & (self.places.column == self.cell[1]))


def yolo_target(boxes, labels, grid_size, anchors, class_count, image_size):
    """Return the target of a scene: the course's own `encode`, under the exercise's name."""
    return encode(boxes, labels, grid_size, anchors, class_count, image_size)


def model_of(scenery, own, *, scene, grid_size, count, cell, drags, carried, **_):
    """Work out a state; `drags` is (scene, ((object, right, down), …)): by how many pixels objects moved."""
    boxes, labels = scenery.objects(scene)
    shifts = np.zeros((len(boxes), 2))
    for index, right, down in drags[1] if drags[0] == scene else ():
        shifts[index] = right, down
    boxes = boxes + np.tile(shifts, 2)
    anchors = scenery.anchors(count)
    cell = tuple(min(part, grid_size - 1) for part in cell)
    return GridModel(
        scenery, scene, grid_size, anchors, boxes, labels, shifts.any(axis=1), cell, min(carried, len(boxes) - 1),
        place_of(boxes, grid_size, anchors, scenery.image_size),
        collisions(boxes, grid_size, anchors, scenery.image_size),
        own(boxes, labels, grid_size, anchors, len(CLASSES), scenery.image_size),
    )  # fmt: skip


def caption(model):
    """Say the target's size, what is lost, and how the chosen cell's numbers come about."""
    S, B, C = model.grid_size, len(model.anchors), len(CLASSES)
    size = f"<b>{S} × {S} × {B} × (5 + {C}) = {S * S * B * (5 + C):,} numbers.</b>"
    count, lost = len(model.boxes), len(model.lost)
    fate = f"<b>{lost} lost</b>" if lost else "none lost"
    there = f"{count} object{'s' if count != 1 else ''}, {fate}."
    sentences = [_object_sentence(model, index) for index in model.here()]
    row, column = model.cell
    empty = f"No object has its centre in cell [{row}, {column}]: p_c = 0, and the other numbers mean nothing."
    return " ".join([size, there, *(sentences or [empty])])


def _object_sentence(model, index):
    x1, y1, x2, y2 = model.boxes[index]
    (height, width), x, y = model.cell_size, (x1 + x2) / 2, (y1 + y2) / 2
    row, column = model.cell
    fits = shape_iou([[x2 - x1, y2 - y1]], model.anchors)[0]
    shares = ", ".join(f"{fit:.2f}" for fit in fits)
    best = model.places.anchor[index]
    words = (
        f"<b>{model.name(index)}</b>: centre ({x:.1f}, {y:.1f}) px, cells of {width:.1f} × {height:.1f} px: "
        f"b_x = {x / width:.2f} − {column} = {x / width - column:.2f}, b_y = {y / height:.2f} − {row} = "
        f"{y / height - row:.2f}; shape IoU {shares} → anchor {best}"
    )
    return words + (", <b>taken already: lost</b>." if index in model.lost else ".")


def alt(model):
    """Describe the picture in words."""
    (row, column), count = model.cell, len(model.boxes)
    names = ", ".join(model.name(index) for index in model.here()) or "no object"
    return (
        f"A road scene under a grid of {model.grid_size} × {model.grid_size} cells, {count} "
        f"object{'s' * (count != 1)}, {len(model.lost)} lost; cell row {row}, column {column}: {names}."
    )


def pointer(event, model, grip, drags):
    """Choose a cell, take hold of an object, drag it, let it go; Enter takes up or puts down, arrow keys move."""
    if event.kind == "key":
        return _after_key(event.key, model, drags)
    x, y = in_picture(event.x, event.y, PLACE, model.scenery.image_size)
    if event.kind == "click":
        cell = cell_at(event.x, event.y, *PLACE[:2], PLACE[2] / model.grid_size, model.grid_size, model.grid_size)
        index = _object_under(model, x, y)
        hold = {
            "carried": index,
            "grip": tuple((_centre(model, index) - (x, y)).tolist()) if index >= 0 else (0.0, 0.0),
        }
        return {"cell": cell, **hold} if cell else {"carried": -1}
    if event.kind == "drag" and model.carried >= 0:
        return _put(model, model.carried, np.add((x, y), grip), drags)
    return {"carried": -1} if event.kind == "release" else None


def _after_key(key, model, drags):
    if key in ("Enter", " "):
        here = model.here()
        return {"carried": int(here[0]) if model.carried < 0 and len(here) else -1}
    down, right = ARROWS.get(key, (0, 0))
    if model.carried >= 0:
        return _put(model, model.carried, _centre(model, model.carried) + np.multiply(STEP, (right, down)), drags)
    last = model.grid_size - 1
    return {"cell": (min(max(model.cell[0] + down, 0), last), min(max(model.cell[1] + right, 0), last))}


def _centre(model, index):
    return (model.boxes[index, :2] + model.boxes[index, 2:]) / 2


def _object_under(model, x, y):
    """Return the index of the smallest box around a point of the picture, or −1."""
    boxes = model.boxes
    inside = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
    areas = np.where(inside, (boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.inf)
    return int(areas.argmin()) if inside.any() else -1


def _put(model, index, centre, drags):
    """Return the changes that bring an object's centre to a point, kept inside the picture, and choose its cell."""
    height, width = model.scenery.image_size
    centre = np.clip(centre, MARGIN, (width - MARGIN, height - MARGIN))
    known = {number: (right, down) for number, right, down in (drags[1] if drags[0] == model.scene else ())}
    right, down = np.add(known.get(index, (0, 0)), centre - _centre(model, index)).tolist()
    known[index] = right, down
    cell_height, cell_width = model.cell_size
    cell = int(centre[1] / cell_height), int(centre[0] / cell_width)
    return {"drags": (model.scene, tuple((number, *shift) for number, shift in known.items())), "cell": cell}


def yolo_grid(scenes, yolo_target_of_learner=None, **start):
    """Show the target of road scenes; the vectors come from the learner's own yolo_target when given.

    `scenes` are RoadScenes; `start` sets parts of the state by name: scene, grid_size, count, cell.
    """
    scenery, own = Scenery(scenes), learners(yolo_target_of_learner, yolo_target)

    def worked_out(state):
        return model_of(scenery, own, **state)

    def words(**state):
        model = worked_out(state)
        return caption(model) + (f" {own.sentence}" if yolo_target_of_learner else "")

    wide = widgets.Layout(width="250px")
    explorer = Explorer(
        lambda **state: render(worked_out(state)),
        {
            "scene": widgets.IntSlider(0, 0, len(scenery) - 1, description="scene", layout=wide),
            "grid_size": widgets.IntSlider(5, 1, LARGEST_GRID, description="grid, S × S", layout=wide),
            "count": widgets.IntSlider(2, 1, min(5, scenery.most_anchors), description="anchors, B", layout=wide),
        },
        title="Who is responsible?",
        note="Click a cell for its vectors; drag an object. By keyboard: arrow keys choose a cell, Enter picks its "
        "object up and puts it down, arrow keys carry it.",
        alt=lambda **state: alt(worked_out(state)),
        caption=words,
        pointer=lambda event, **state: pointer(event, worked_out(state), state["grip"], state["drags"]),
        buttons={"Put everything back": lambda **state: {"drags": (0, ()), "carried": -1}},
        state={"cell": (2, 2), "drags": (0, ()), "carried": -1, "grip": (0.0, 0.0)},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
