"""Explorer of notebook 2.5: slices through a chest, and what a 2-D and a 3-D filter take for a nodule."""

from functools import lru_cache
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution.correlation import correlate
from cnncourse.convolution.space_filters import blob_kernel
from cnncourse.explorers import ARROWS, Explorer
from cnncourse.explorers.week2.one_and_three_dimensions_volume_picture import SCALE, VIEWS, draw, place_in_view
from cnncourse.pictures.volumes import chest_phantom

SIZE, RADIUS, CHESTS = 64, 2.4, 8
FILTERS = ("2-D, by slice", "3-D")
LOWEST = 0.15  # answers below it are never shown as spots


class Found(NamedTuple):
    """Local maxima of a response: `places` (n, 3), `answers` (n,), and the nodule each lies on, −1 for none."""

    places: np.ndarray
    answers: np.ndarray
    nodule: np.ndarray


@lru_cache(maxsize=3)
def chest(number):
    """Return one of the chests."""
    return chest_phantom(SIZE, np.random.default_rng([5, number]))


@lru_cache(maxsize=6)
def response(number, filter):
    """Return the response `(64, 64, 64)` of the 2-D or the 3-D blob filter, 0 outside the lungs."""
    volume, axes = chest(number).volume, 2 if filter == FILTERS[0] else 3
    kernel = blob_kernel(RADIUS, axes).astype(np.float32)[None, None]
    batch = volume[:, None] if axes == 2 else volume[None, None]  # 64 pictures, or one volume
    answers = correlate(batch, kernel, padding=kernel.shape[-1] // 2).reshape(volume.shape)
    return np.where(chest(number).lungs, answers, 0)


@lru_cache(maxsize=6)
def spots(number, filter):
    """Return the Found of a response: its maxima among the 3 × 3 pixels of a slice, or the 3 × 3 × 3 voxels, around."""
    answers, phantom = response(number, filter), chest(number)
    top = answers > LOWEST
    reach = (range(1) if filter == FILTERS[0] else range(-1, 2), range(-1, 2), range(-1, 2))
    for shift in np.stack(np.meshgrid(*reach, indexing="ij"), axis=-1).reshape(-1, 3):
        if shift.any():
            top &= answers >= np.roll(answers, shift, axis=(0, 1, 2))
    places = np.argwhere(top)
    away = np.linalg.norm(places[:, None] - phantom.nodules, axis=2)  # (spots, nodules)
    nodule = np.where((away <= phantom.radii).any(axis=1), away.argmin(axis=1), -1)
    return Found(places, answers[top], nodule)


def above(found, threshold):
    """Return the spots of a Found whose answers are at least `threshold`."""
    kept = found.answers >= threshold
    return Found(*(part[kept] for part in found))


def slice_explorer(**start):
    """Show a chest in three slices, and the spots that a 2-D and a 3-D blob filter report.

    `start` sets controls by name: filter, threshold, slice, row, column, chest.
    """
    explorer = Explorer(
        render,
        _controls(),
        title="One slice, or the whole volume",
        note="Click or drag in any picture to move all three slices there; arrow keys move the point in the first.",
        alt=alt,
        caption=caption,
        pointer=pointer,
        buttons={"Next nodule": next_nodule, "Strongest false alarm in this slice": false_alarm},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer


def render(*, filter, threshold, slice, row, column, chest):
    """Paint three slices, the filter's response in them, and profiles along the body."""
    phantom, answers = _chest(chest), response(chest, filter)
    return draw(phantom, answers, above(spots(chest, filter), threshold), (slice, row, column), threshold, filter)


def _chest(number):
    return chest(number)


def caption(*, filter, threshold, slice, row, column, chest):
    """Count what both filters report, over the whole chest and in this slice."""
    found = above(spots(chest, filter), threshold)
    here = found.nodule[found.places[:, 0] == slice]
    parts = []
    for name, words in zip(FILTERS, ("2-D filter, all 64 slices", "3-D filter"), strict=True):
        everywhere = above(spots(chest, name), threshold).nodule
        nodules = len(set(everywhere[everywhere >= 0].tolist()))
        parts.append(f"{words}: {_counted(everywhere)}; {nodules} of {len(_chest(chest).nodules)} nodules found.")
    shown = f"In slice {slice} the {'2-D' if filter == FILTERS[0] else '3-D'} filter has "
    return f"<b>{' '.join(parts)}</b> {shown}{_counted(here)}."


def _counted(nodules):
    if not len(nodules):
        return "no spot"
    return f"{len(nodules):,} spot{'s' * (len(nodules) > 1)}, {(nodules < 0).sum():,} of them false"


def alt(*, filter, threshold, slice, row, column, chest):
    """Describe the picture in words."""
    value = float(response(chest, filter)[slice, row, column])
    return (
        f"Chest {chest} in three slices through slice {slice}, row {row}, column {column}, and the response of the "
        f"{filter} blob filter, there {value:.2f}."
    )


def pointer(event, *, slice, row, column, **_):
    """Move the point in which the three slices meet."""
    point = [slice, row, column]
    if event.kind == "key" and event.key in ARROWS:
        down, right = ARROWS[event.key]
        return _placed(slice, row + down, column + right)
    if event.kind not in ("click", "drag"):
        return None
    hit = place_in_view(event.x, event.y)
    if hit is None:
        return None
    view, first, second = hit
    for axis, value in zip(VIEWS[view].axes, (first, second), strict=True):
        point[axis] = value
    return _placed(*point)


def next_nodule(*, slice, row, column, chest, **_):
    """Move to the centre of the nodule after the one that is nearest."""
    nodules = _chest(chest).nodules
    nearest = int(np.linalg.norm(nodules - (slice, row, column), axis=1).argmin())
    at_it = np.linalg.norm(nodules[nearest] - (slice, row, column)) < 1.5
    return _placed(*np.round(nodules[(nearest + at_it) % len(nodules)]).astype(int).tolist())


def false_alarm(*, filter, slice, chest, **_):
    """Move to the strongest spot of this slice that is no nodule."""
    found = spots(chest, filter)
    here = (found.places[:, 0] == slice) & (found.nodule < 0)
    if not here.any():
        return None
    return _placed(*found.places[here][found.answers[here].argmax()].tolist())


def _placed(slice, row, column):
    slice, row, column = (min(max(value, 0), SIZE - 1) for value in (slice, row, column))
    return {"slice": slice, "row": row, "column": column}


def _controls():
    narrow = widgets.Layout(width="225px")
    start = np.round(chest(0).nodules[0]).astype(int).tolist()
    sides = {
        name: widgets.IntSlider(value, 0, SIZE - 1, description=name, layout=narrow)
        for name, value in zip(("slice", "row", "column"), start, strict=True)
    }
    return {
        "filter": widgets.ToggleButtons(options=FILTERS, description="filter", style={"button_width": "130px"}),
        "threshold": widgets.FloatSlider(0.39, min=0.2, max=0.45, step=0.01, description="threshold", layout=narrow),
        **sides,
        "chest": widgets.IntSlider(0, 0, CHESTS - 1, description="chest", continuous_update=False, layout=narrow),
    }
