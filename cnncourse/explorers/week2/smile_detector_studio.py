"""Explorer of notebook 2.6: pose a rendered face, watch the detector's probability, and find where it flips."""

from dataclasses import replace
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.week2.smile_detector_bars import percent_in_words, probability_bar, reader
from cnncourse.pictures.faces import render_face, sample_identity, sample_photo
from cnncourse.plots import BLUE, BROWN, DARK_ORANGE, GREY, GRID, INK, MUTED, PURPLE, WHITE

PRESETS = ("tight", "street")
LAST_PERSON = 999
SMILES = np.linspace(-1, 1, 21)
NO_SMILE, SMILE = (-0.8, 0.0), (0.5, 1.0)  # the smiles of the training pictures with label 0 and 1
KEPT = 4
COLOURS = (BLUE, PURPLE, BROWN, GREY)
LABEL_HEIGHTS = (0.86, 0.66, 0.36, 0.16)  # probabilities at which the curves are named, so that no two names meet
LEFT, TOP, SIDE = 16, 40, 272
PLOT = (362, 40, 470, 272)  # left, top, width, height


@lru_cache(maxsize=600)
def _face(person, preset, smile, mouth, yaw, light):
    """Return the `(64, 64, 3)` uint8 picture of a person: the same photo for all smiles, mouths, turns and lights."""
    identity = sample_identity(np.random.default_rng([2606, person]))
    photo = sample_photo(np.random.default_rng([2607, person]), preset, smile)
    posed = {"mouth_open": mouth, "yaw": float(yaw), "light": (light, 0.4, 0.9), "eyes_open": 1.0}
    return render_face(identity, replace(photo, **posed), 64)


def face(*, person, preset, smile, mouth, yaw, light):
    """Return the `(64, 64, 3)` uint8 face; yaw in degrees, positive to the viewer's right, light −1 to 1 likewise."""
    return _face(person, preset, round(float(smile), 3), float(mouth), yaw, float(light))


def smile_curve(read, setting):
    """Return the probabilities `(21,)` for smiles from −1 to 1; `setting` is (person, preset, mouth, yaw, light)."""
    person, preset, mouth, yaw, light = setting
    rest = {"person": person, "preset": preset, "mouth": mouth, "yaw": yaw, "light": light}
    return read(np.stack([face(smile=smile, **rest) for smile in SMILES]))


def flips(probabilities, threshold=0.5):
    """Return the smiles at which the curve of 21 probabilities crosses the threshold, interpolated.

    >>> flips(np.linspace(0, 1, 21)).round(6).tolist(), flips(np.ones(21)).tolist()
    ([0.0], [])
    """
    p = np.asarray(probabilities, dtype=float) - threshold
    places = np.flatnonzero((p[:-1] < 0) != (p[1:] < 0))
    share = p[places] / (p[places] - p[places + 1])
    return SMILES[places] + share * (SMILES[1] - SMILES[0])


def setting_of(*, person, preset, mouth, yaw, light, **_):
    """Return all of a state that the curve depends on, as a tuple."""
    return person, preset, float(mouth), yaw, float(light)


def studio_picture(read, **state):
    """Paint the face with its probability, and the curves of probability over smile that were asked for."""
    picture = face(**{name: value for name, value in state.items() if name != "curves"})
    probability = float(read(picture[None])[0])
    painter = Painter(850, 404)
    painter.text(LEFT, 22, f"Person {state['person']}", 14, bold=True)
    painter.image(picture, LEFT, TOP, SIDE, SIDE, smooth=True, outline=MUTED)
    painter.text(LEFT, 334, "The detector's probability of a smile", 13)
    probability_bar(painter, LEFT, 346, SIDE, 26, probability)
    _axes(painter)
    for number, setting in enumerate(state["curves"]):
        _curve(painter, read, setting, COLOURS[number], LABEL_HEIGHTS[number])
    _dot(painter, state["smile"], probability)
    return painter.array()


def _at(smile, probability):
    left, top, width, height = PLOT
    return left + width * (smile + 1) / 2, top + height * (1 - probability)


def _axes(painter):
    left, top, width, height = PLOT
    painter.text(left - 34, 22, "Probability, as the same person smiles more", 14, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    for (low, high), words in ((NO_SMILE, "label 0: no smile"), (SMILE, "label 1: smile")):
        x, across = _at(low, 0)[0], width * (high - low) / 2
        painter.rectangle(x, top, across, height, fill=GREY, alpha=0.18)
        painter.text(x + across / 2, top + height + 38, words, 12, INK, anchor="mm")
    painter.text(_at(0.25, 0)[0], top + height + 38, "never in training", 11, MUTED, anchor="mm")
    for probability in (0, 0.25, 0.5, 0.75, 1):
        painter.text(left - 8, _at(0, probability)[1], f"{probability:.2f}", 11, MUTED, anchor="rm")
    for smile in (-1, -0.5, 0, 0.5, 1):
        painter.text(
            _at(smile, 0)[0],
            top + height + 14,
            f"{smile:+.1f}".replace("-", "−") if smile else "0",
            11,
            MUTED,
            anchor="mm",
        )
    painter.text(left + width / 2, top + height + 62, "smile: −1 corners down, 0 at rest, +1 broad", 12, anchor="mm")
    painter.line(*_at(-1, 0.5), *_at(1, 0.5), INK, 1, dash=(4, 4))


def _curve(painter, read, setting, colour, height):
    probabilities = smile_curve(read, setting)
    points = [_at(smile, p) for smile, p in zip(SMILES, probabilities, strict=True)]
    painter.polyline(points, colour, 2)
    for x, y in points:
        painter.circle(x, y, 2.4, fill=colour)
    words, crossing = f"person {setting[0]}", flips(probabilities, height)
    x, y = _at(crossing[0], height) if len(crossing) else (points[-1][0], points[-1][1] - 12)
    wide = painter.text_width(words, 11, bold=True)
    painter.rectangle(x - wide - 14, y - 8, wide + 8, 16, fill=WHITE, outline=colour, line_width=1.5, radius=4)
    painter.text(x - 10, y, words, 11, INK, bold=True, anchor="rm")


def _dot(painter, smile, probability):
    painter.circle(*_at(smile, probability), 7, fill=DARK_ORANGE, outline=INK, line_width=1.5)


def studio_caption(read, **state):
    """Say what the detector says of this face, and where the curve of this person flips."""
    picture = face(**{name: value for name, value in state.items() if name != "curves"})
    p = float(read(picture[None])[0])
    verdict = f"p(smile) is <b>{percent_in_words(p)}</b>: it calls this {'a smile' if p >= 0.5 else 'no smile'}."
    if setting_of(**state) not in state["curves"]:
        return verdict + " Press <i>Draw this curve</i> to see where it flips: 21 faces, two or three seconds."
    crossing = flips(smile_curve(read, setting_of(**state)))
    if not len(crossing):
        return verdict + " With everything else as it is, it never changes its mind."
    places = " and ".join(f"{smile:+.2f}".replace("-", "−") for smile in crossing)
    return f"{verdict} With everything else as it is, it flips at a smile of <b>{places}</b>."


def draw_curve(**state):
    """Add this setting's curve to those shown, of which the last four stay."""
    setting = setting_of(**state)
    others = tuple(curve for curve in state["curves"] if curve != setting)
    return {"curves": (*others, setting)[-KEPT:]}


def studio_pointer(event, *, smile, **_):
    """Choose the smile by click or drag in the plot, or by the left and right arrow keys."""
    left, top, width, height = PLOT
    if event.kind == "key" and event.key in ("ArrowLeft", "ArrowRight"):
        wanted = smile + (0.05 if event.key == "ArrowRight" else -0.05)
    elif event.kind in ("click", "drag") and left <= event.x <= left + width and top <= event.y <= top + height:
        wanted = 2 * (event.x - left) / width - 1
    else:
        return None
    return {"smile": round(float(np.clip(round(wanted / 0.05) * 0.05, -1, 1)), 2)}


def smile_studio(net):
    """Let the learner pose rendered faces before `net`, a PyTorch detector with one logit a picture."""
    read = reader(net)
    start = {"person": 8, "preset": "tight", "mouth": 0.0, "yaw": 0, "light": -0.4}
    return Explorer(
        lambda **state: studio_picture(read, **state),
        {
            "smile": widgets.FloatSlider(0.6, min=-1, max=1, step=0.05, description="smile"),
            "mouth": widgets.FloatSlider(0.0, min=0, max=0.7, step=0.05, description="mouth open"),
            "yaw": widgets.IntSlider(0, -28, 28, 2, description="turn °"),
            "light": widgets.FloatSlider(-0.4, min=-1, max=1, step=0.1, description="light from"),
            "preset": widgets.ToggleButtons(options=PRESETS, description="framing", style={"button_width": "70px"}),
        },
        title="Smile studio",
        note="Move the sliders; click or drag in the plot (or use the arrow keys) to change the smile.",
        alt=lambda person, smile, **_: f"Person {person} with smile {smile:+.2f}, and the detector's probability.",
        caption=lambda **state: studio_caption(read, **state),
        pointer=studio_pointer,
        buttons={
            "Another person": lambda person, **_: {"person": (person + 1) % (LAST_PERSON + 1)},
            "The one before": lambda person, **_: {"person": (person - 1) % (LAST_PERSON + 1)},
            "Draw this curve": draw_curve,
            "Clear the curves": lambda **_: {"curves": ()},
        },
        state={"person": start["person"], "curves": (setting_of(**start),)},
    )
