"""Explorer of notebook 3.4: k-means searches for anchors among the boxes of road scenes, step by step."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.anchors import far_apart, kmeans_steps, mean_best_iou, shape_iou
from cnncourse.detection.yolo import place_of
from cnncourse.explorers import Explorer, learners, play
from cnncourse.explorers.week3.yolo_anchors_picture import (
    COUNTS,
    REACH,
    SCALE,
    SCATTER,
    STEPS,
    on_chart,
    render,
)
from cnncourse.explorers.week3.yolo_scenes import Scenery

MEAN, BEST = "to the mean", "to the mean or the median, if that fits better"
MOST_STEPS = 20
SHORTEST, LONGEST = 4.0, 160.0  # pixels: where a dragged anchor's sides must stay


@dataclass
class SearchModel:
    """A state of the explorer, worked out."""

    sizes: np.ndarray  # (N, 2)
    path: list  # the anchors (B, 2) before the first step, after it, after the second …
    values: list  # the mean best IoU of each
    step: int
    nearest: np.ndarray  # (N,) the number of the anchor that every size belongs to
    grid_size: int
    by_count: list  # mean best IoU with 1, 2, 3 … anchors
    lost: list  # objects lost with 1, 2, 3 … anchors
    carried: int

    @property
    def anchors(self):
        return self.path[self.step]


def kmeans_step(sizes, anchors):
    """Return the anchors (B, 2) after one step of plain k-means: each at the mean of its sizes, if it has any."""
    nearest = shape_iou(sizes, anchors).argmax(axis=1)
    moved = np.array(anchors, float)
    for number in np.unique(nearest):
        moved[number] = sizes[nearest == number].mean(axis=0)
    return moved


def plain_steps(sizes, anchors, step):
    """Yield the anchors at the beginning and after every application of `step`, until they stand still."""
    while True:
        yield anchors
        moved = step(sizes, anchors)
        if np.allclose(moved, anchors):
            return
        anchors = moved


class Search:
    """The searches through one set of scenes, each made once."""

    def __init__(self, scenery, step):
        self.scenery, self.step = scenery, step
        self.path = lru_cache(maxsize=32)(self._path)
        self.lost = lru_cache(maxsize=None)(self._lost)
        self.by_count = [mean_best_iou(scenery.sizes, scenery.anchors(n)) for n in range(1, scenery.most_anchors + 1)]

    def beginning(self, count, seed):
        return far_apart(self.scenery.sizes, count, np.random.default_rng(seed))

    def _path(self, method, count, seed, start):
        """Return the anchors step by step and their mean best IoU; `start` is a tuple of (width, height) or None."""
        anchors = self.beginning(count, seed) if start is None else np.array(start)
        if method == MEAN:
            steps = plain_steps(self.scenery.sizes, anchors, self.step)
        else:
            steps = (anchors for anchors, _ in kmeans_steps(self.scenery.sizes, anchors))
        path = list(islice(steps, MOST_STEPS + 1))
        return path, [mean_best_iou(self.scenery.sizes, anchors) for anchors in path]

    def _lost(self, count, grid_size):
        """Return how many objects of all scenes have no place of their own with the k-means anchors."""
        scenery = self.scenery
        places = place_of(scenery.boxes, grid_size, scenery.anchors(count), scenery.image_size)
        keys = np.column_stack([scenery.scene_of, places.row, places.column, places.anchor])
        return len(keys) - len(np.unique(keys, axis=0))


def model_of(search, *, method, count, seed, step, grid_size, start, carried):
    """Work out a state."""
    start = start if start is not None and len(start) == count else None
    if carried >= 0 and start is not None:
        path = [np.array(start)]
        values = [mean_best_iou(search.scenery.sizes, path[0])]
    else:
        path, values = search.path(method, count, seed, start)
    step = min(step, len(path) - 1)
    return SearchModel(
        search.scenery.sizes, path, values, step, shape_iou(search.scenery.sizes, path[step]).argmax(axis=1), grid_size,
        search.by_count, [search.lost(n, grid_size) for n in range(1, search.scenery.most_anchors + 1)], carried,
    )  # fmt: skip


def caption(model):
    """Say how well the anchors fit, what the last step did, and how many objects are lost."""
    step, values, count = model.step, model.values, len(model.anchors)
    now = f"<b>Mean best IoU {values[step]:.4f}</b> over {len(model.sizes)} objects"
    if step:
        change = values[step] - values[step - 1]
        worse = " <b>worse</b>" if change < -1e-12 else ""
        now += f", {f'{change:+.4f}'.replace('-', '−')} by step {step}{worse}; {values[0]:.4f} at the beginning"
    else:
        now += " at the beginning"
    best = f"the package's search ends at {model.by_count[count - 1]:.4f} with {count} anchor{'s' if count > 1 else ''}"
    S, lost = model.grid_size, model.lost
    losses = f"On {S} × {S} cells its anchors lose {lost[count - 1]} objects"
    return f"{now}; {best}. {losses}" + (f", one anchor {lost[0]}." if count > 1 else ".")


def alt(model):
    """Describe the picture in words."""
    anchors = ", ".join(f"{width:.0f} by {height:.0f}" for width, height in model.anchors)
    return (
        f"The widths and heights of {len(model.sizes)} objects, each with its anchor; step {model.step}, mean best IoU "
        f"{model.values[model.step]:.3f}; anchors {anchors} pixels."
    )


def pointer(event, model, most):
    """Drag an anchor; click a chart to choose a step or a count; arrow keys do the same."""
    if event.kind == "key":
        steps = {"ArrowLeft": -1, "ArrowRight": 1}
        counts = {"ArrowDown": -1, "ArrowUp": 1}
        if event.key in steps:
            return {"step": min(max(model.step + steps[event.key], 0), len(model.path) - 1)}
        if event.key in counts:
            return {"count": min(max(len(model.anchors) + counts[event.key], 1), most)}
        return None
    if event.kind == "click":
        return _clicked(event, model, most)
    if event.kind == "drag" and model.carried >= 0:
        anchors = model.anchors.copy()
        anchors[model.carried] = np.clip(SCATTER.size(event.x, event.y), SHORTEST, LONGEST)
        return {"start": tuple(map(tuple, anchors.tolist())), "step": 0}
    return {"carried": -1} if event.kind == "release" else None


def _clicked(event, model, most):
    step = on_chart(event, STEPS, MOST_STEPS)
    if step is not None:
        return {"step": min(step, len(model.path) - 1)}
    count = on_chart(event, COUNTS, most - 1)
    if count is not None:
        return {"count": count + 1}
    places = np.array([SCATTER.place(*anchor) for anchor in model.anchors])
    distances = np.hypot(*(places - (event.x, event.y)).T)
    if distances.min() > REACH:
        return None
    return {"carried": int(distances.argmin()), "start": tuple(map(tuple, model.anchors.tolist())), "step": 0}


def anchor_search(scenes, kmeans_step_of_learner=None, **start):
    """Show k-means on the box sizes of road scenes; plain steps are the learner's own kmeans_step when given.

    `scenes` are RoadScenes; `start` sets parts of the state by name: method, count, seed, step, grid_size.
    """
    own = learners(kmeans_step_of_learner, kmeans_step)
    search = Search(Scenery(scenes), own)
    most = search.scenery.most_anchors

    def words(**state):
        sentence = f" {own.sentence}" if kmeans_step_of_learner and state["method"] == MEAN else ""
        return caption(model_of(search, **state)) + sentence

    wide, narrow = widgets.Layout(width="430px", max_width="100%"), widgets.Layout(width="230px")
    explorer = Explorer(
        lambda **state: render(model_of(search, **state)),
        {
            "method": widgets.Dropdown(options=[MEAN, BEST], description="an anchor moves", layout=wide),
            "count": widgets.IntSlider(5, 1, most, description="anchors, B", layout=narrow),
            "seed": widgets.IntSlider(0, 0, 19, description="beginning", layout=narrow),
            "step": play(widgets.IntSlider(0, 0, MOST_STEPS, description="step", layout=narrow)),
            "grid_size": widgets.IntSlider(5, 1, 19, description="grid, S × S", layout=narrow),
        },
        title="Anchors among the boxes",
        note="Drag an anchor (a large mark) to begin elsewhere. ▶ or arrow keys ← → make steps, ↑ ↓ change the count.",
        alt=lambda **state: alt(model_of(search, **state)),
        caption=words,
        pointer=lambda event, **state: pointer(event, model_of(search, **state), most),
        buttons={"Undo my anchors": lambda **state: {"start": None, "step": 0}},
        state={"start": None, "carried": -1},
        scale=SCALE,
    )
    _keep_step_in_reach(explorer, search)
    explorer.set(**start)
    return explorer


def _keep_step_in_reach(explorer, search):
    """Begin anew where another search begins, and let the slider of steps end at the last one."""

    def fit(_=None):
        explorer.controls["step"].max = max(len(model_of(search, **explorer.state).path) - 1, 1)

    for name in ("method", "count", "seed"):
        explorer.controls[name].observe(fit, "value")
    explorer.controls["seed"].observe(lambda _: explorer.set(start=None), "value")
    fit()
