"""Explorer of notebook 3.6: what the net says in every cell of its grid, and what suppression leaves of it."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.boxes import clip_boxes
from cnncourse.detection.suppression import nms_per_class
from cnncourse.detection.yolo import decode
from cnncourse.explorers import ARROWS, Explorer, cell_at, learners
from cnncourse.explorers.week3.car_detection_inside_picture import LEFT, SIDE, TOP, inside_picture
from cnncourse.explorers.week3.car_detection_kinds import NAMES
from cnncourse.explorers.week3.car_detection_mistakes import STYLES

MAPS = ("presence p_c", "score p_c · max c")


def detect_objects(prediction, anchors, image_size, score_threshold, iou_threshold):
    """Return (boxes, scores, labels) of the objects found in one picture, best score first."""
    boxes, scores, labels = decode(prediction, anchors, image_size, score_threshold)
    boxes = clip_boxes(boxes, *image_size)
    chosen = nms_per_class(boxes, scores, labels, iou_threshold)
    return boxes[chosen], scores[chosen], labels[chosen]


def grid_map(prediction, shown):
    """Return the number (S, S) that colours each cell: the largest over the cell's anchors of p_c or of the score.

    >>> grid_map(np.array([[[[0.5, 0, 0, 1, 1, 0.2, 0.8], [0.6, 0, 0, 1, 1, 0.5, 0.5]]]]), MAPS[1]).tolist()
    [[0.4]]
    """
    presence = prediction[..., 0]
    return (presence if shown == MAPS[0] else presence * prediction[..., 5:].max(axis=-1)).max(axis=-1)


def cell_boxes(prediction, cell, image_size):
    """Return the boxes (B, 4) in pixels that a cell's anchors say, and their scores (B,)."""
    row, column = cell
    S = len(prediction)
    height, width = image_size
    x, y, h, w = prediction[row, column, :, 1:5].T * np.array([[width], [height], [height], [width]]) / S
    x, y = x + column * width / S, y + row * height / S
    scores = prediction[row, column, :, 0] * prediction[row, column, :, 5:].max(axis=-1)
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1), scores


def strongest_cell(prediction):
    """Return the (row, column) of the cell with the largest score."""
    scores = grid_map(prediction, MAPS[1])
    return tuple(int(i) for i in np.unravel_index(scores.argmax(), scores.shape))


def inside_caption(prediction, cell, before, after, score, overlap):
    """Say what the cell's best anchor says, and how many boxes are left after each step; before, after: counts."""
    row, column = cell
    scores = prediction[row, column, :, 0] * prediction[row, column, :, 5:].max(axis=-1)
    best = int(scores.argmax())
    p, most = prediction[row, column, best, 0], prediction[row, column, best, 5:].max()
    name = NAMES[int(prediction[row, column, best, 5:].argmax())]
    places = scores.size * len(prediction) ** 2
    return (
        f"Cell ({row}, {column}), anchor {best}: p_c {p:.2f} × {name} {most:.2f} = score <b>{scores[best]:.2f}</b>. Of "
        f"{places:,} places <b>{before}</b> score{'s' * (before == 1)} {score:.2f} or more; suppression above IoU "
        f"{overlap:.2f} leaves <b>{after}</b>."
    )


def inside_pointer(event, *, cell, grid_size):
    """Choose a cell by click or drag on the scene, or by arrow keys."""
    if event.kind == "key" and event.key in ARROWS:
        return {"cell": tuple(int(np.clip(v, 0, grid_size - 1)) for v in np.add(cell, ARROWS[event.key]))}
    chosen = cell_at(event.x, event.y, LEFT, TOP, SIDE / grid_size, grid_size, grid_size)
    return {"cell": chosen} if event.kind in ("click", "drag") and chosen else None


def inside(scenes, answers, anchors, own_detect_objects=None):
    """Show the net's answers cell by cell: scenes: style → `RoadScenes`, answers: style → (N, S, S, B, 5 + C).

    The answers are probabilities, and boxes in cells, as `decode` reads them; `own_detect_objects` is the learner's.
    """
    detect = learners(own_detect_objects, detect_objects, drawable=detections_fit)
    anchors = np.asarray(anchors, float)
    fewest = min(len(group.images) for group in scenes.values())

    @lru_cache(maxsize=32)
    def parts(style, scene, score, overlap):
        picture, answer = scenes[STYLES[style]].images[scene], answers[STYLES[style]][scene]
        before = decode(answer, anchors, picture.shape[:2], score)
        return picture, answer, before, detect(answer, anchors, picture.shape[:2], score, overlap)

    def render(*, style, scene, shown, score, overlap, cell):
        picture, answer, before, after = parts(style, scene, score, overlap)
        boxes, scores = cell_boxes(answer, cell, picture.shape[:2])
        return inside_picture(picture, grid_map(answer, shown), answer[cell], cell, (boxes, scores), before, after)

    def caption(*, style, scene, score, overlap, cell, **_):
        _, answer, before, after = parts(style, scene, score, overlap)
        sentence = f" {detect.sentence}" if own_detect_objects else ""
        return inside_caption(answer, cell, len(before[0]), len(after[0]), score, overlap) + sentence

    grid_size = len(next(iter(answers.values()))[0])
    first, wide = busiest(answers["day"][:fewest]), {"width": "330px", "max_width": "100%"}
    return Explorer(
        render,
        {
            "style": widgets.Dropdown(options=list(STYLES), value="day", description="scenes", layout=wide),
            "scene": widgets.IntSlider(first, 0, fewest - 1, description="scene"),
            "shown": widgets.ToggleButtons(options=MAPS, style={"button_width": "150px"}),
            "score": widgets.FloatSlider(0.3, min=0.05, max=0.95, step=0.05, description="score ≥"),
            "overlap": widgets.FloatSlider(0.5, min=0.05, max=1, step=0.05, description="drop IoU above", layout=wide),
        },
        title="Inside the detector",
        note="Click a cell, or drag over the scene, or use the arrow keys.",
        alt=lambda scene, cell, **_: f"Scene {scene} under its grid, and the vectors of cell {cell}.",
        caption=caption,
        pointer=lambda event, cell, **_: inside_pointer(event, cell=cell, grid_size=grid_size),
        state={"cell": strongest_cell(answers["day"][first])},
    )


def busiest(answers):
    """Return the number of the scene with the most places that score at least 0.3."""
    scores = answers[..., 0] * answers[..., 5:].max(axis=-1)
    return int((scores >= 0.3).reshape(len(answers), -1).sum(axis=1).argmax())


def detections_fit(answer, expected):
    """Say whether a learner's detections can be drawn: boxes (K, 4), scores (K,) and labels (K,) of known classes."""
    if not isinstance(answer, (tuple, list)) or len(answer) != len(expected):
        return False
    boxes, scores, labels = (np.asarray(part) for part in answer)
    fits = boxes.shape == (len(scores), 4) and scores.shape == labels.shape == (len(boxes),)
    return fits and np.isfinite(boxes).all() and all(label in range(len(NAMES)) for label in labels.tolist())
