"""Explorer of notebook 2.5: a filter slides over a heartbeat; its products, its response and the beats it finds."""

from functools import lru_cache
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution.correlation import correlate
from cnncourse.convolution.matched_filter import find_r_peaks, highest, matches
from cnncourse.explorers import Explorer, learners
from cnncourse.explorers.week2.one_and_three_dimensions_ecg_picture import FILTER_BOX, SCALE, WEIGHTS, draw
from cnncourse.pictures.signals import beat_windows, ecg

SAMPLING_RATE, SECONDS, TAPS = 250, 6, 51
HALF = TAPS // 2
REFRACTORY = 50  # samples, 0.2 seconds
TOLERANCE = 12  # samples, 0.05 seconds
OWN = "your own (drag on it)"
FILTERS = ("a normal beat", "a premature beat", "slope", "smoothing", OWN)


class Model(NamedTuple):
    """All that is shown: the record, the filter `(51,)`, its window and products, the response, hits and misses."""

    signal: np.ndarray
    peaks: np.ndarray
    labels: np.ndarray
    kernel: np.ndarray
    at: int
    window: np.ndarray
    response: np.ndarray
    level: float
    found: np.ndarray
    hits: tuple
    missed: tuple


def filter_over_ecg(find_r_peaks_of_learner=None, **start):
    """Show a filter over an ECG; the beats are found by the learner's own find_r_peaks when given.

    `start` sets controls by name: filter, record, noise, threshold, at.
    """
    find = learners(find_r_peaks_of_learner, find_r_peaks, drawable=_places)
    asked = find_r_peaks_of_learner is not None

    def model(filter, record, noise, threshold, at, own):
        return model_of(filter, record, noise, threshold, at, own, find)

    explorer = Explorer(
        lambda **state: draw(model(**state)),
        _controls(),
        title="A filter over a heartbeat",
        note="Drag over the signal (or use ← →) to slide the filter; ↑ ↓ jump from beat to beat. Drag on the filter to "
        "change it.",
        alt=lambda **state: alt(model(**state), state["filter"]),
        caption=lambda **state: caption(model(**state)) + (f" {find.sentence}" if asked else ""),
        pointer=lambda event, **state: pointer(event, model(**state), state["own"]),
        state={"own": tuple([0.0] * TAPS)},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer


def model_of(filter, record, noise, threshold, at, own, find=find_r_peaks):
    """Return the Model of a state."""
    signal, peaks, labels = recorded(record, noise)
    kernel = kernel_of(filter, record, own)
    response = correlate(signal[None, None], kernel[None, None], padding=HALF)[0, 0]
    level = threshold * max(float(response.max()), 1e-9)
    blind = abs(kernel.sum()) < 1e-9 and response.max() > 1e-6
    found = find(signal, kernel, threshold, REFRACTORY) if blind else highest(response, level, REFRACTORY)
    found = np.asarray(found).astype(int)
    pairs = matches(found, peaks, TOLERANCE)
    window = np.pad(signal, HALF)[at : at + TAPS]
    hits, seen = tuple(sorted(i for i, _ in pairs)), {j for _, j in pairs}
    missed = tuple(j for j in range(len(peaks)) if j not in seen)
    return Model(signal, peaks, labels, kernel, at, window, response, level, found, hits, missed)


@lru_cache(maxsize=64)
def recorded(record, noise):
    """Return (signal, peaks, labels) of a record of six seconds."""
    found = ecg(SECONDS, SAMPLING_RATE, np.random.default_rng([25, record]), ventricular=0.3, noise=noise)
    return found.signal.astype(float), found.peaks, found.labels


@lru_cache(maxsize=64)
def beat_of(record, label):
    """Return the mean noiseless beat `(51,)` with a label, of the same heart in a longer record, less its mean."""
    found = ecg(60, SAMPLING_RATE, np.random.default_rng([25, record]), ventricular=0.3, noise=0)
    windows, kept = beat_windows(found.signal.astype(float), found.peaks, HALF, HALF + 1)
    beat = windows[found.labels[kept] == label].mean(axis=0)
    return beat - beat.mean()


def kernel_of(filter, record, own):
    """Return a filter `(51,)` by its name."""
    if filter in FILTERS[:2]:
        beat = beat_of(record, "N" if filter == FILTERS[0] else "V")
        return beat / np.linalg.norm(beat)
    if filter == OWN:
        return np.array(own)
    kernel, steps = np.zeros(TAPS), np.arange(TAPS) - HALF
    if filter == "slope":
        near = abs(steps) <= 4
        kernel[near] = steps[near] / (steps[near] ** 2).sum()
    else:
        kernel[abs(steps) <= 5] = 1 / 11
    return kernel


def pointer(event, model, own):
    """Slide the filter, jump to a beat, or draw a weight of the filter."""
    if event.kind == "key":
        return {"at": _after_key(event.key, model)}
    if event.kind not in ("click", "drag"):
        return None
    left, top, width, height = FILTER_BOX
    if left <= event.x < left + width and top <= event.y < top + height:
        return _drawn(event, model, (left, top, width, height))
    return {"at": _sample_at(event.x, len(model.signal))} if event.y < top or event.y > top + height else None


def _after_key(key, model):
    last = len(model.signal) - 1
    if key in ("ArrowUp", "ArrowDown"):
        later = model.peaks[model.peaks > model.at] if key == "ArrowUp" else model.peaks[model.peaks < model.at][::-1]
        return int(later[0]) if len(later) else model.at
    return min(max(model.at + {"ArrowLeft": -1, "ArrowRight": 1}.get(key, 0), 0), last)


def _sample_at(x, samples):
    return int(np.clip(round((x - 16) / 848 * (samples - 1)), 0, samples - 1))


def _drawn(event, model, box):
    left, top, width, height = box
    tap = min(int((event.x - left) / width * TAPS), TAPS - 1)
    weights = np.array(model.kernel)
    weights[max(tap - 1, 0) : tap + 2] = (0.5 - (event.y - top) / height) * 2 * WEIGHTS
    return {"filter": OWN, "own": tuple(weights.tolist())}


def caption(model):
    """Say what the filter answers at its place, and how many beats it finds."""
    value, largest = float(model.response[model.at]), float(model.response.max())
    beats, found, hits = len(model.peaks), len(model.found), len(model.hits)
    lost = [str(model.labels[j]) for j in model.missed]
    names = {"N": "normal", "V": "premature"}
    which = ", ".join(f"{lost.count(k)} {names[k]}" for k in names if k in lost)
    which = f" (missed: {which})" if which else ""
    return (
        f"At {model.at / SAMPLING_RATE:.2f} s the sum of the {TAPS} products is <b>{value:.2f}</b>, "
        f"{_share(value, largest)} of the largest. Found: {hits} of {beats} beats{which}, and {found - hits} "
        f"false alarm{'' if found - hits == 1 else 's'}."
    ).replace("-", "−")


def _share(value, largest):
    return f"{value / largest:.0%}" if largest > 1e-9 else "0%"


def alt(model, filter):
    """Describe the picture in words."""
    return (
        f"Six seconds of an ECG with {len(model.peaks)} beats, a filter of {TAPS} samples ({filter}) at sample "
        f"{model.at}, and its response with {len(model.found)} peaks above the threshold."
    )


def _places(answer, expected):
    places = np.asarray(answer)
    whole = places.ndim == 1 and (places.size == 0 or places.dtype.kind in "iu")
    return whole and (places.size == 0 or (places.min() >= 0 and places.max() < SECONDS * SAMPLING_RATE))


def _controls():
    return {
        "filter": widgets.Dropdown(options=FILTERS, description="filter", layout=widgets.Layout(width="240px")),
        "record": widgets.IntSlider(1, 0, 19, description="heart", layout=widgets.Layout(width="210px")),
        "noise": widgets.FloatSlider(
            1.0,
            min=0,
            max=20,
            step=0.5,
            description="noise",
            readout_format=".1f",
            layout=widgets.Layout(width="230px"),
        ),
        "threshold": widgets.FloatSlider(
            0.5, min=0.1, max=0.95, step=0.05, description="threshold", layout=widgets.Layout(width="240px")
        ),
        "at": widgets.IntSlider(
            661, 0, SECONDS * SAMPLING_RATE - 1, description="place", layout=widgets.Layout(width="300px")
        ),
    }
