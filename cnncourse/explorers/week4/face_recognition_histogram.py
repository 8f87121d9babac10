"""Explorer of notebook 4.2: distances of the same and of different people, a threshold to drag, and the pairs there."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer
from cnncourse.explorers.week4.face_recognition_histogram_picture import AXIS, ROC, SCALE, on_curve, picture, value_at
from cnncourse.explorers.week4.face_recognition_pairs import PLAIN, measures
from cnncourse.explorers.week4.face_recognition_people import checked_embeddings

STEPS = 200  # of the threshold over the axis


def threshold_of(pairs, step):
    """Return the threshold at a step from 0 to STEPS along the axis."""
    return pairs.low + (pairs.high - pairs.low) * step / STEPS


def render(choices, *, measure, step, hovered):
    """Paint both histograms, the threshold, the ROC and pairs at the threshold, or where the pointer is."""
    pairs = choices[measure]()
    threshold = threshold_of(pairs, step)
    return picture(pairs, measure, threshold, threshold if hovered is None else hovered)


def caption(choices, *, measure, step, hovered):
    """Say both rates at the threshold, what they count, and the area under the ROC."""
    pairs = choices[measure]()
    threshold = threshold_of(pairs, step)
    false, true = pairs.rates(threshold)
    return (
        f"At {threshold:.3f}: of {len(pairs.different):,} pairs of two people "
        f"{round(false * len(pairs.different)):,} are accepted, FAR <b>{false:.4f}</b>; of {len(pairs.alike):,} pairs "
        f"of one {round(true * len(pairs.alike)):,}, TAR <b>{true:.4f}</b>. Area under the ROC "
        f"<b>{pairs.area:.4f}</b>; TAR at FAR 0.01: <b>{pairs.rates(pairs.strict)[1]:.3f}</b>, at the threshold "
        f"{pairs.strict:.3f}."
    )


def alt(choices, *, measure, step, hovered):
    """Describe the picture in words."""
    pairs = choices[measure]()
    false, true = pairs.rates(threshold_of(pairs, step))
    return (
        f"Histograms of the {measure} for pairs of one person and of two, a threshold with false accept rate "
        f"{false:.3f} and true accept rate {true:.3f}, the ROC, and faces of pairs."
    )


def pointer(choices, event, *, measure, step, hovered):
    """Drag the threshold; hovering shows the pairs there; by keyboard left and right, in larger steps up and down."""
    pairs = choices[measure]()
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {"step": int(np.clip(step + right - 5 * down, 0, STEPS)), "hovered": None}
    left, top, width, height = AXIS
    inside = left - 10 <= event.x <= left + width + 10 and top <= event.y <= top + height + 30
    if event.kind == "hover":
        return {"hovered": float(value_at(pairs, event.x)) if inside else None}
    if event.kind in ("click", "drag") and inside:
        share = (event.x - left) / width
        return {"step": int(np.clip(round(share * STEPS), 0, STEPS)), "hovered": None}
    if event.kind in ("click", "drag"):
        return _along_curve(pairs, event)
    return None


def _along_curve(pairs, event):
    x, y, side = ROC
    if not (-10 <= event.x - x <= side + 10 and -10 <= event.y - y <= side + 10):
        return None
    places = np.array([on_curve(*pairs.rates(threshold_of(pairs, step))) for step in range(STEPS + 1)])
    return {"step": int(np.hypot(*(places - (event.x, event.y)).T).argmin()), "hovered": None}


def distance_histogram(embeddings=None, heads=None, **start):
    """Show how far apart photos of one person and of two lie; `heads` maps names to trained VerificationHeads.

    `embeddings` (1000, D) are those of the test split's pictures, the course's own unless given. `start` sets parts of
    the state by name: measure, step (0 to 200 along the axis).
    """
    choices = measures(checked_embeddings(embeddings), heads or {})
    explorer = Explorer(
        lambda **state: render(choices, **state),
        {
            "step": widgets.IntSlider(
                0, 0, STEPS, description="threshold", readout=False, layout=widgets.Layout(width="300px")
            ),
            "measure": widgets.Dropdown(options=list(choices), value=PLAIN, description="measured by"),
        },
        title="The same person, or two?",
        note="Drag the threshold, hover over the histograms for pairs at that distance. Arrow keys move the threshold.",
        alt=lambda **state: alt(choices, **state),
        caption=lambda **state: caption(choices, **state),
        pointer=lambda event, **state: pointer(choices, event, **state),
        buttons={"FAR 0.01": lambda **state: _strict(choices, **state)},
        state={"hovered": None},
        scale=SCALE,
        hover=True,
    )
    explorer.set(**{"step": _strict(choices, PLAIN)["step"], **start})
    return explorer


def _strict(choices, measure, **_):
    pairs = choices[measure]()
    share = (pairs.strict - pairs.low) / (pairs.high - pairs.low)
    return {"step": min(int(share * STEPS), STEPS), "hovered": None}
