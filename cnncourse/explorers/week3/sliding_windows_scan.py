"""Explorer of notebook 3.2: a window slides over a road scene, and a network says of each place whether it is a car."""

from dataclasses import dataclass
from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.detection.boxes import iou
from cnncourse.detection.windows import resized, sliding_windows, window_batch, window_boxes
from cnncourse.explorers import ARROWS, Explorer, cell_at, learners, play
from cnncourse.explorers.week3.sliding_windows_scan_picture import PLACE, SCALE, map_place, render
from cnncourse.networks.car_window import WINDOW
from cnncourse.pictures.road_scenes import CLASSES

SIDES = (24, 32, 45, 64, 89, 128)  # of a window, in pixels of the scene
STEPS = (4, 8, 16)  # in pixels of the resized scene
BATCH = 256
CAR = CLASSES.index("car")


@dataclass
class ScanModel:
    """A state of the explorer, worked out. Starts are in pixels of the resized scene, boxes in those of the scene."""

    image: np.ndarray  # (S, S, 3) uint8
    picture: torch.Tensor  # (3, H, W), resized
    cars: np.ndarray  # (M, 4)
    step: int
    starts: np.ndarray  # (n, 2)
    boxes: np.ndarray  # (n, 4)
    chances: np.ndarray  # (n,) probabilities
    threshold: float
    position: int  # index of the window shown, −1 without any
    seen: int  # how many windows have been judged

    @property
    def grid(self):
        """The rows and columns of the map, `(n,)` each, and its shape."""
        if not len(self.starts):
            return np.zeros(0, int), np.zeros(0, int), (0, 0)
        (rows, row), (columns, column) = (np.unique(self.starts[:, axis], return_inverse=True) for axis in (0, 1))
        return row, column, (len(rows), len(columns))

    @property
    def found(self):
        """The indices of the windows judged so far that reach the threshold."""
        return np.flatnonzero(self.chances[: self.seen] >= self.threshold)

    @property
    def reach(self):
        """How far down and to the right windows reach, in pixels of the scene."""
        return self.boxes[:, [3, 2]].max(axis=0) if len(self.boxes) else np.zeros(2)


class Scans:
    """The scenes, the network, the learner's function, and all scores once worked out."""

    def __init__(self, scenes, net, own):
        self.scenes, self.net, self.own = scenes, net.eval(), own
        self.picture = lru_cache(maxsize=64)(self._picture)
        self.chances = lru_cache(maxsize=64)(self._chances)

    def _picture(self, scene, side):
        return resized(self.scenes.images[scene], WINDOW / side)[0]

    def _chances(self, scene, side, starts):
        starts, picture = np.frombuffer(starts, int).reshape(-1, 2), self.picture(scene, side)
        parts = [starts[i : i + BATCH] for i in range(0, len(starts), BATCH)]
        with torch.no_grad():
            scores = [self.net(window_batch(picture, part, WINDOW)).sigmoid().flatten() for part in parts]
        return torch.cat([*scores, torch.zeros(0)]).double().numpy()

    def model(self, *, scene, side, step, threshold, position, whole):
        """Work out a state."""
        picture, image = self.picture(scene, side), self.scenes.images[scene]
        starts = np.ascontiguousarray(self.own(tuple(picture.shape[1:]), (WINDOW, WINDOW), (step, step)), int)
        position = min(position, len(starts) - 1)
        factors = tuple(new / old for new, old in zip(picture.shape[1:], image.shape, strict=False))
        counts = (self.scenes.labels[scene] == CAR) & ~np.asarray(self.scenes.ignored[scene], bool)
        return ScanModel(
            image, picture, self.scenes.boxes[scene][counts], step, starts, window_boxes(starts, WINDOW, factors),
            self.chances(scene, side, starts.tobytes()), threshold, position,
            len(starts) if whole else position + 1,
        )  # fmt: skip


def window_starts(image_size, window, stride):
    """Return the starts of the windows: the course's own `sliding_windows`, under the exercise's name."""
    return sliding_windows(np.zeros(image_size), window, stride)


def can_be_drawn(answer, expected):
    """Say whether an answer is a list of starts of windows that lie inside the picture."""
    try:
        starts = np.asarray(answer)
    except ValueError:
        return False
    if starts.ndim != 2 or starts.shape[1] != 2 or starts.dtype.kind not in "iu" or not 0 < len(starts) <= 4000:
        return False
    return bool(starts.min() >= 0 and (starts <= expected.max(axis=0)).all())


def caption(model):
    """Say how many windows there are, what is in this one, and how well those above the threshold fit the cars."""
    H, W = model.picture.shape[1:]
    (rows, columns), count = model.grid[2], len(model.starts)
    grid = f"{rows} × {columns} = " if rows * columns == count else ""
    parts = [f"Scene as {H} × {W} pixels, windows of {WINDOW} × {WINDOW} every {model.step}:"]
    parts.append(f"<b>{grid}{count:,} window{'' if count == 1 else 's'}</b>.")
    if model.position >= 0:
        row, column = model.starts[model.position].tolist()
        chance = model.chances[model.position]
        parts.append(f"This one starts at row {row}, column {column}: <b>{chance:.3f}</b>.")
    reach = "reaches" if len(model.found) == 1 else "reach"
    parts.append(f"{len(model.found):,} of {model.seen:,} judged {reach} {model.threshold:.2f}.")
    return " ".join([*parts, _fit_sentence(model)])


def _fit_sentence(model):
    if not len(model.cars):
        return "No car here that counts: whatever reaches it is an error."
    fits = iou(model.cars, model.boxes[model.found]).max(axis=1, initial=0)
    possible = iou(model.cars, model.boxes).max(axis=1, initial=0)
    pairs = ", ".join(f"{fit:.2f} of {most:.2f}" for fit, most in zip(fits, possible, strict=True))
    cars = "the car" if len(fits) == 1 else f"the {len(fits)} cars"
    return f"Best IoU of these with {cars}, of what such windows allow: {pairs}."


def alt(model):
    """Describe the picture in words."""
    _, _, (rows, columns) = model.grid
    return (
        f"A road scene, a window over it, the window enlarged with its score, and a map of {rows} × {columns} scores, "
        f"{model.seen} of them filled in; {len(model.found)} reach the threshold {model.threshold:.2f}."
    )


def pointer(event, model):
    """Choose the window whose middle is nearest, or the cell of the map; arrow keys go to the next window."""
    if model.position < 0:
        return None
    if event.kind == "key":
        return {"position": _after_key(event.key, model)}
    if event.kind not in ("click", "drag"):
        return None
    row, column, shape = model.grid
    cell = cell_at(event.x, event.y, *map_place(shape), *shape)
    if cell is not None:
        there = np.flatnonzero((row == cell[0]) & (column == cell[1]))
        return {"position": int(there[0])} if len(there) else None
    left, top, side = PLACE
    x, y = (event.x - left) * len(model.image) / side, (event.y - top) * len(model.image) / side
    if not (0 <= x <= len(model.image) and 0 <= y <= len(model.image)):
        return None
    middles = (model.boxes[:, :2] + model.boxes[:, 2:]) / 2
    return {"position": int(((middles - (x, y)) ** 2).sum(axis=1).argmin())}


def _after_key(key, model):
    row, column, _ = model.grid
    if key in ("Enter", " "):
        return (model.position + 1) % len(model.starts)
    down, right = ARROWS.get(key, (0, 0))
    wanted = row[model.position] + down, column[model.position] + right
    there = np.flatnonzero((row == wanted[0]) & (column == wanted[1]))
    return int(there[0]) if len(there) else model.position


def window_scan(scenes, net, window_starts_of_learner=None, **start):
    """Show a window on its way over road scenes; it stops where the learner's own window_starts says, when given.

    `scenes` are RoadScenes, `net` judges 32 × 32 windows; `start` sets parts of the state by name: scene, side, step,
    threshold, position, whole.
    """
    own = learners(window_starts_of_learner, window_starts, can_be_drawn)
    scans = Scans(scenes, net, own)
    wide, wider = widgets.Layout(width="240px"), widgets.Layout(width="310px")
    controls = {
        "scene": widgets.IntSlider(0, 0, len(scenes.images) - 1, description="scene", layout=wide),
        "side": widgets.SelectionSlider(options=SIDES, value=32, description="window (px of scene)", layout=wider),
        "step": widgets.SelectionSlider(options=STEPS, value=8, description="step", layout=wide),
        "threshold": widgets.FloatSlider(0.5, min=0.05, max=0.99, step=0.01, description="threshold", layout=wide),
        "position": play(widgets.IntSlider(0, 0, 288, description="window number", layout=wider), interval=60),
        "whole": widgets.Checkbox(True, description="whole map", indent=False, layout=widgets.Layout(width="auto")),
    }

    def words(**state):
        text = caption(scans.model(**state))
        return f"{text} {own.sentence}" if window_starts_of_learner else text

    explorer = Explorer(
        lambda **state: render(scans.model(**state)),
        controls,
        title="A window on its way over the street",
        note="Drag over the scene or the map, or use ▶ or the arrow keys.",
        alt=lambda **state: alt(scans.model(**state)),
        caption=words,
        pointer=lambda event, **state: pointer(event, scans.model(**state)),
        scale=SCALE,
    )
    _fit_slider(explorer, scans)
    explorer.set(**start)
    return explorer


def _fit_slider(explorer, scans):
    """Let the slider of window numbers end at the last one."""

    def fit(_=None):
        explorer.controls["position"].max = max(len(scans.model(**explorer.state).starts) - 1, 0)

    for name in ("scene", "side", "step"):
        explorer.controls[name].observe(fit, "value")
    fit()
