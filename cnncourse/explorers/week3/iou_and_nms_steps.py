"""Explorer of notebook 3.3: non-max suppression one box at a time, beside what the learner's own function keeps."""

from functools import lru_cache

import ipywidgets as widgets

from cnncourse.explorers import Explorer, cell_at, learners, play
from cnncourse.explorers.week3.iou_and_nms_run import (
    CHOSEN,
    DROPPED_NOW,
    course_suppress,
    is_choice,
    run_of,
    with_thresholds,
)
from cnncourse.explorers.week3.iou_and_nms_scenes import chosen_scenes
from cnncourse.explorers.week3.iou_and_nms_steps_picture import SCALE, TABLE, picture, row_height

THRESHOLDS = ("score_threshold", "iou_threshold", "by_class")


def candidates_of(scene):
    """Return the candidates (boxes, scores, labels) of a chosen scene."""
    return chosen_scenes()[scene][3]


@lru_cache(maxsize=64)
def run_of_scene(scene, score_threshold, iou_threshold, by_class):
    """Return the Run over a chosen scene's candidates."""
    return run_of(*candidates_of(scene), score_threshold, iou_threshold, by_class)


def render(*, scene, step, theirs=None, **thresholds):
    """Paint a step of the suppression of a scene; `theirs` is what the learner's function keeps, if it is asked."""
    run = run_of_scene(scene, **thresholds)
    return picture(scene, candidates_of(scene), run, min(step, run.last_step), theirs)


def caption(*, scene, step, theirs=None, sentence="", **thresholds):
    """Say what happens in this step, what is kept in the end, and where the learner's function differs."""
    run = run_of_scene(scene, **thresholds)
    step = min(step, run.last_step)
    _, scores, _ = candidates_of(scene)
    ranks = {index: rank for rank, index in enumerate(run.order.tolist(), start=1)}
    parts = [_step_words(run, step, scores, ranks, thresholds)]
    parts.append(f"Kept in the end: <b>{len(run.kept)}</b> of {len(scores)} ({_numbers(run.kept.tolist(), ranks)}).")
    if theirs is not None:
        parts += _difference(set(theirs.tolist()), set(run.kept.tolist()), ranks)
    return " ".join([*parts, sentence]).strip()


def _difference(theirs, ours, ranks):
    changes = ("keeps", theirs - ours, " too"), ("drops", ours - theirs, "")
    words = [f"it {does} {_numbers(some, ranks)}{more}" for does, some, more in changes if some]
    return [f"<b>Your function differs:</b> {', and '.join(words)}."] if words else []


def _step_words(run, step, scores, ranks, thresholds):
    if step == 0:
        likely = int((run.by >= 0).sum())
        score = "scores" if likely == 1 else "score"
        return f"<b>{likely}</b> of {len(scores)} boxes {score} more than {thresholds['score_threshold']:.2f}."
    status = run.status(step)
    best = status.index(CHOSEN)
    dropped = [index for index, word in enumerate(status) if word == DROPPED_NOW]
    return (
        f"Step {step} of {run.last_step}: number <b>{ranks[best]}</b> has the best score left, {scores[best]:.2f}; it "
        f"drops {_numbers(dropped, ranks)}."
    )


def _numbers(indices, ranks):
    return ", ".join(str(number) for number in sorted(ranks[index] for index in indices)) or "none"


def alt(*, scene, step, theirs=None, **thresholds):
    """Describe the picture in words."""
    run = run_of_scene(scene, **thresholds)
    return (
        f"A street with {len(run.order)} candidate boxes at step {min(step, run.last_step)} of {run.last_step} of "
        f"non-max suppression, and a table of them; {len(run.kept)} are kept in the end."
    )


def pointer(event, *, scene, step, **thresholds):
    """Walk by the arrow keys; a click on a row of the table goes to the step that decides it."""
    run = run_of_scene(scene, **thresholds)
    step = min(step, run.last_step)
    if event.kind == "key":
        change = {"ArrowLeft": -1, "ArrowUp": -1, "ArrowRight": 1, "ArrowDown": 1, "Enter": 1, " ": 1}.get(event.key, 0)
        return {"step": min(max(step + change, 0), run.last_step)}
    left, top, width = TABLE
    cell = cell_at(event.x, event.y, left, top, (width, row_height(len(run.order))), len(run.order), 1)
    if event.kind != "click" or cell is None:
        return None
    return {"step": int(run.decided[run.order[cell[0]]])}


def suppression_steps(own_suppress=None, **start):
    """Show non-max suppression of a scene step by step, and where the learner's own suppress differs when given.

    `start` sets controls by name: scene, score_threshold, iou_threshold, by_class, step.
    """
    own = learners(own_suppress and with_thresholds(own_suppress), course_suppress, is_choice)

    def asked(state):
        if own_suppress is None:
            return {}
        theirs = own(*candidates_of(state["scene"]), *(state[name] for name in THRESHOLDS))
        return {
            "theirs": theirs,
            "sentence": own.sentence.replace("This picture is drawn", "The boxes are also judged").replace(
                "what you see is yours", "orange marks where"
            ),
        }

    def drawn(state):
        return {"theirs": asked(state).get("theirs")}

    explorer = Explorer(
        lambda **state: render(**state, **drawn(state)),
        _controls(),
        title="Non-max suppression, one box at a time",
        note="Arrow keys or ▶ step; a click on a row of the table goes to the step that decides it. C is a car, P a "
        "pedestrian, M a motorcycle.",
        alt=alt,
        caption=lambda **state: caption(**state, **asked(state)),
        pointer=pointer,
        buttons={
            "Step back": lambda step, **state: {"step": max(_clipped(step, state) - 1, 0)},
            "Step forward": lambda step, **state: {"step": _clipped(step + 1, state)},
        },
        scale=SCALE,
    )
    _fit_slider(explorer)
    explorer.set(**start)
    return explorer


def _clipped(step, state):
    return min(step, run_of_scene(**state).last_step)


def _controls():
    wide = widgets.Layout(width="270px")
    return {
        "scene": widgets.IntSlider(0, 0, len(chosen_scenes()) - 1, description="scene", layout=wide),
        "score_threshold": widgets.FloatSlider(0.6, min=0, max=1, step=0.05, description="score above", layout=wide),
        "iou_threshold": widgets.FloatSlider(0.5, min=0, max=1, step=0.05, description="drop IoU above", layout=wide),
        "by_class": widgets.Checkbox(
            True, description="every class by itself", indent=False, layout=widgets.Layout(width="auto")
        ),
        "step": play(widgets.IntSlider(0, 0, 5, description="step", layout=widgets.Layout(width="220px")), 1200),
    }


def _fit_slider(explorer):
    """Let the slider of steps end at the last one."""

    def fit(_=None):
        explorer.controls["step"].max = _clipped(1000, {name: explorer.state[name] for name in ("scene", *THRESHOLDS)})

    for name in ("scene", *THRESHOLDS):
        explorer.controls[name].observe(fit, "value")
    fit()
