"""Explorer of notebook 2.5: a space–time filter answers to one velocity, and only a video has any."""

from functools import lru_cache
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution.correlation import correlate
from cnncourse.convolution.space_filters import blind_to_stillness, blob_kernel, moving_kernel
from cnncourse.explorers import Explorer, learners, play
from cnncourse.explorers.week2.one_and_three_dimensions_motion_picture import SCALE, draw, velocity_at
from cnncourse.pictures.volumes import moving_shapes

FRAMES, SIZE, LENGTH = 17, 32, 5  # of the video, of its frames, of the filters
VELOCITIES = tuple(range(-3, 4))
RADIUS, SPARE = 3, 3  # of the filters' blob; zeros around it that leave it room to move


class Model(NamedTuple):
    """What is shown: video (T, H, W), row of the shape, filters (7, 5, h, w), responses (7, T − 4, H, W)."""

    video: np.ndarray
    row: int
    kernels: np.ndarray
    responses: np.ndarray
    level: float


@lru_cache(maxsize=64)
def video_of(velocity, noise):
    """Return a video `(17, 32, 32)` of a disc that moves right by `velocity` pixels a frame, and the disc's row."""
    video, starts = moving_shapes(FRAMES, SIZE, [(0, velocity)], np.random.default_rng(14), noise)
    return video.astype(float), round(starts[0, 0]) % SIZE


def kernels_of(make, blind):
    """Return the filters for the seven velocities, `(7, 5, 21, 21)`."""
    pattern = np.pad(blob_kernel(RADIUS, 2), SPARE)
    kernels = [np.asarray(make(pattern, (0, v), LENGTH), dtype=float) for v in VELOCITIES]
    return np.stack([blind_to_stillness(kernel) if blind else kernel for kernel in kernels])


def responses_of(video, kernels):
    """Return each filter's response to a video whose frames are joined in a ring, `(7, 13, 32, 32)`."""
    half = kernels.shape[-1] // 2
    ring = np.pad(video, ((0, 0), (half, half), (half, half)), mode="wrap")
    return correlate(ring[None, None], kernels[:, None])[0].round(9)  # what cancels is 0, not 1e-17


class Bench:
    """The videos, filters and responses behind the explorer, with the learner's moving_kernel or the course's."""

    def __init__(self, own=None):
        self.make = learners(own, moving_kernel)
        self._kernels, self._responses = {}, {}

    def model(self, velocity, noise, bias, blind):
        """Return the Model of a state; the filters' bias is −`bias`."""
        if blind not in self._kernels:
            self._kernels[blind] = kernels_of(self.make, blind)
        kernels, key = self._kernels[blind], (velocity, noise, blind)
        video, row = video_of(velocity, noise)
        if key not in self._responses:
            self._responses[key] = responses_of(video, kernels)
        return Model(video, row, kernels, self._responses[key], bias)


def motion_explorer(moving_kernel_of_learner=None, **start):
    """Show a moving disc, its space–time slice and the answers of seven filters; drawn with the learner's kernels.

    `start` sets controls by name: velocity, chosen, frame, bias, blind, noise.
    """
    bench, asked = Bench(moving_kernel_of_learner), moving_kernel_of_learner is not None

    def render(*, velocity, chosen, frame, bias, blind, noise):
        return draw(bench.model(velocity, noise, bias, blind), velocity, chosen, frame, VELOCITIES)

    def words(*, velocity, chosen, frame, bias, blind, noise):
        sentence = f" {bench.make.sentence}" if asked else ""
        return caption(bench.model(velocity, noise, bias, blind), velocity, chosen) + sentence

    explorer = Explorer(
        render,
        _controls(),
        title="Motion is a slanted line in space and time",
        note="Click a bar (or use ← →) to choose a filter; ↑ ↓ and ▶ walk through the frames.",
        alt=alt,
        caption=words,
        pointer=pointer,
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer


def largest(model):
    """Return the largest answer of every filter, `(7,)`."""
    return model.responses.max(axis=(1, 2, 3))


def caption(model, velocity, chosen):
    """Say what the chosen filter and its opposite answer, and which filters are left after bias and ReLU."""
    answers = dict(zip(VELOCITIES, largest(model), strict=True))
    left = [str(v) for v, answer in answers.items() if answer > model.level]
    same, opposite = answers[chosen], answers[-chosen]
    turned = f", the one for {-chosen} answers {opposite:.2f}" if chosen else ""
    words = f"only the filter for {left[0]} is" if len(left) == 1 else f"those for {', '.join(left)} are"
    words = "all filters are" if len(left) == len(answers) else words
    bias = f"−{model.level:.2f}" if model.level else "0"
    after = f"With a bias of {bias} and ReLU {words} not silent." if left else "All filters are silent."
    speed = f"The disc moves {velocity:g} pixel{'' if abs(velocity) == 1 else 's'} a frame"
    return f"{speed}. The filter for {chosen} answers <b>{same:.2f}</b> at most{turned}. {after}".replace(" -", " −")


def alt(*, velocity, chosen, frame, bias, blind, noise):
    """Describe the picture in words."""
    return (
        f"Frame {frame} of a video of a disc with velocity {velocity:g}, its space-time slice, the filter for velocity "
        f"{chosen}, its response, and the largest responses of seven filters."
    )


def pointer(event, *, chosen, frame, **_):
    """Choose a filter, or walk through the frames."""
    if event.kind == "key":
        steps = {
            "ArrowLeft": ("chosen", -1),
            "ArrowRight": ("chosen", 1),
            "ArrowUp": ("frame", -1),
            "ArrowDown": ("frame", 1),
        }
        name, step = steps.get(event.key, ("frame", 1))
        if name == "chosen":
            return {"chosen": min(max(chosen + step, VELOCITIES[0]), VELOCITIES[-1])}
        return {"frame": (frame + step) % FRAMES}
    place = velocity_at(event.x, event.y, len(VELOCITIES)) if event.kind == "click" else None
    return None if place is None else {"chosen": VELOCITIES[place]}


def _controls():
    layout = widgets.Layout(width="260px")
    return {
        "velocity": widgets.FloatSlider(
            1.0, min=-3, max=3, step=0.5, description="disc's velocity", readout_format=".1f", layout=layout
        ),
        "chosen": widgets.IntSlider(1, VELOCITIES[0], VELOCITIES[-1], description="filter's velocity", layout=layout),
        "frame": play(
            widgets.IntSlider(8, 0, FRAMES - 1, description="frame", layout=widgets.Layout(width="220px")), 250
        ),
        "bias": widgets.FloatSlider(
            3.0, min=0, max=5, step=0.1, description="bias −", layout=widgets.Layout(width="290px")
        ),
        "noise": widgets.FloatSlider(
            0.0,
            min=0,
            max=0.6,
            step=0.1,
            description="noise",
            readout_format=".1f",
            layout=widgets.Layout(width="210px"),
        ),
        "blind": widgets.Checkbox(
            False, description="filter less its mean over time", indent=False, layout=widgets.Layout(width="auto")
        ),
    }
