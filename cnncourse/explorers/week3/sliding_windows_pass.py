"""Explorer of notebook 3.2: every window cut out and judged, against one pass over the whole scene."""

import time
from dataclasses import dataclass
from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.detection.windows import fully_convolutional, resized, sliding_windows, window_batch
from cnncourse.explorers import ARROWS, Explorer, cell_at, learners
from cnncourse.explorers.week3.sliding_windows_pass_picture import MAPS, PLACE, SCALE, cell_side, render
from cnncourse.networks.car_window import WINDOW
from cnncourse.networks.summary import summarise

BATCH = 256
FLATTEN = 8  # number of the layer in the network of car windows


@dataclass(frozen=True)
class Costs:
    """What it costs to judge a scene in three ways, seconds measured once, and multiplications."""

    one_by_one: float
    batched: float
    one_pass: float
    multiplications: tuple  # of all crops, and of one pass


@dataclass
class PassModel:
    """A state of the explorer, worked out. Maps hold logits."""

    image: np.ndarray  # (S, S, 3) uint8
    picture: torch.Tensor  # (3, H, W)
    crops: np.ndarray  # (rows, columns): every window by itself
    whole: np.ndarray  # (rows, columns): one pass
    cell: tuple
    step: int
    costs: Costs
    sentence: str  # whose filters made the one pass

    @property
    def start(self):
        """The row and column of the chosen cell's window."""
        return self.cell[0] * self.step, self.cell[1] * self.step

    @property
    def both(self):
        """The two logits of the chosen cell."""
        return float(self.crops[self.cell]), float(self.whole[self.cell])

    @property
    def difference(self):
        """The largest difference anywhere in the maps."""
        return float(np.abs(self.crops - self.whole).max())


class Passes:
    """The scenes, the network, the learner's filters, and both maps of every scene once worked out."""

    def __init__(self, scenes, net, own):
        self.scenes, self.net, self.own = scenes, net.eval(), own
        self.scanner = fully_convolutional(net, (3, WINDOW, WINDOW))
        self.step = self.scanner.step[0]
        self.maps = lru_cache(maxsize=16)(self._maps)
        self.costs = _measured(self.net, self.scanner, resized(scenes.images[0], 1.0))

    @torch.no_grad()
    def _maps(self, scene):
        picture = resized(self.scenes.images[scene], 1.0)
        starts = sliding_windows(self.scenes.images[scene], WINDOW, self.step)
        parts = [starts[i : i + BATCH] for i in range(0, len(starts), BATCH)]
        crops = torch.cat([self.net(window_batch(picture[0], part, WINDOW)) for part in parts])
        whole, sentence = self._one_pass(picture)
        return picture[0], crops.reshape(whole.shape).numpy(), whole.numpy(), sentence

    def _one_pass(self, picture):
        """Judge a picture with the filters that the learner's function makes; also say how that went."""
        maps, sentences = self.net[:FLATTEN](picture), []
        for layer in self.net[FLATTEN + 1 :]:
            if isinstance(layer, torch.nn.Linear):
                maps = self._dense(layer, maps)
                sentences.append(self.own.sentence)
            else:
                maps = layer(maps)
        return maps[0, 0], max(sentences, key=len)  # the longest says most: of 1 × 1 filters there is little to say

    def _dense(self, layer, maps):
        C = maps.shape[1]
        side = round((layer.in_features / C) ** 0.5)
        filters = self.own(layer.weight.detach().numpy(), (C, side, side))
        return F.conv2d(maps, torch.tensor(np.array(filters), dtype=maps.dtype), layer.bias)

    def model(self, *, scene, cell):
        """Work out a state."""
        picture, crops, whole, sentence = self.maps(scene)
        cell = tuple(min(part, count - 1) for part, count in zip(cell, crops.shape, strict=True))
        return PassModel(self.scenes.images[scene], picture, crops, whole, cell, self.step, self.costs, sentence)


@torch.no_grad()
def _measured(net, scanner, picture):
    starts = sliding_windows(np.zeros(picture.shape[2:]), scanner.window, scanner.step)
    windows = window_batch(picture[0], starts, scanner.window)
    each = windows.split(1)
    crops = summarise(net, tuple(windows.shape)).multiplications
    whole = summarise(net[:FLATTEN], tuple(picture.shape)).multiplications
    whole += sum(layer.weight.numel() for layer in net if isinstance(layer, torch.nn.Linear)) * len(starts)
    return Costs(
        _seconds(lambda: [net(window) for window in each], 1),
        _seconds(lambda: [net(part) for part in windows.split(BATCH)], 2),
        _seconds(lambda: scanner(picture), 5),
        (crops, whole),
    )


def _seconds(work, repeats):
    """Return the shortest time of several, in seconds of one processor."""
    threads, times = torch.get_num_threads(), []
    torch.set_num_threads(1)
    try:
        for _ in range(repeats):
            begun = time.process_time()
            work()
            times.append(time.process_time() - begun)
    finally:
        torch.set_num_threads(threads)
    return min(times)


def dense_to_conv(weight, shape):
    """Return a dense layer's weights as filters: the course's own, under the exercise's name."""
    return weight.reshape(-1, *shape)


def caption(model):
    """Say what both ways find in the chosen cell, and what they cost."""
    (i, j), (row, column), (crop, whole) = model.cell, model.start, model.both
    costs, count = model.costs, model.crops.size
    saved = costs.multiplications[0] / costs.multiplications[1]
    return (
        f"Cell [{i}, {j}] stands for the window at row {model.step} · {i} = {row}, column {model.step} · {j} = "
        f"{column}: "
        f"cut out <b>{crop:.4f}</b>, in one pass <b>{whole:.4f}</b> (before the sigmoid). Largest difference of all "
        f"{count:,}: <b>{model.difference:.1e}</b>. One pass took {costs.one_pass * 1000:.1f} ms, the crops one by one "
        f"<b>{costs.one_by_one / costs.one_pass:.0f} ×</b>, in batches {costs.batched / costs.one_pass:.0f} × as long; "
        f"they need {saved:.1f} × the multiplications."
    ).replace("-", "−")


def alt(model):
    """Describe the picture in words."""
    (i, j), (crop, whole) = model.cell, model.both
    return (
        f"A road scene and two score maps of {' × '.join(map(str, model.crops.shape))}, from crops and from one pass; "
        f"cell row {i}, column {j}: {crop:.3f} and {whole:.3f}; bars compare the times."
    ).replace("-", "−")


def pointer(event, model):
    """Choose the cell under the pointer in either map, or the window around it in the scene; arrow keys move."""
    rows, columns = model.crops.shape
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {"cell": (min(max(model.cell[0] + down, 0), rows - 1), min(max(model.cell[1] + right, 0), columns - 1))}
    if event.kind not in ("click", "drag", "hover"):
        return None
    for left, top in MAPS:
        cell = cell_at(event.x, event.y, left, top, cell_side(model.crops.shape), rows, columns)
        if cell is not None:
            return {"cell": cell}
    left, top, side = PLACE
    x, y = ((at - start) * len(model.image) / side for at, start in ((event.x, left), (event.y, top)))
    if event.kind == "hover" or not (0 <= x <= len(model.image) and 0 <= y <= len(model.image)):
        return None
    i, j = (round((at - WINDOW / 2) / model.step) for at in (y, x))
    return {"cell": (min(max(i, 0), rows - 1), min(max(j, 0), columns - 1))}


def crops_and_pass(scenes, net, dense_to_conv_of_learner=None, **start):
    """Compare crops with one pass, in which the learner's own dense_to_conv makes the filters when given.

    `scenes` are RoadScenes, `net` is the course's network of car windows; `start` sets scene and cell.
    """
    passes = Passes(scenes, net, learners(dense_to_conv_of_learner, dense_to_conv))

    def words(**state):
        model = passes.model(**state)
        return f"{caption(model)} {model.sentence}" if dense_to_conv_of_learner else caption(model)

    explorer = Explorer(
        lambda **state: render(passes.model(**state)),
        {
            "scene": widgets.IntSlider(
                0, 0, len(scenes.images) - 1, description="scene", layout=widgets.Layout(width="300px")
            )
        },
        title="1,089 crops, or one pass",
        note="Move the pointer over a map; drag the window in the scene; or use the arrow keys.",
        alt=lambda **state: alt(passes.model(**state)),
        caption=words,
        pointer=lambda event, **state: pointer(event, passes.model(**state)),
        state={"cell": (16, 16)},
        scale=SCALE,
        hover=True,
    )
    explorer.set(**start)
    return explorer
