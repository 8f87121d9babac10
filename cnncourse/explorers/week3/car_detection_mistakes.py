"""Explorer of notebook 3.6: every detection and every missed object of the validation scenes, by kind and class."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, cell_at, learners
from cnncourse.explorers.week3.car_detection_kinds import (
    FOUND,
    KINDS,
    NAMES,
    chosen_entries,
    counts,
    entries,
    judge_detections,
    kept,
)
from cnncourse.explorers.week3.car_detection_mistakes_picture import CELL, TABLE, browser_picture

STYLES = {"day": "day", "held out: dusk, night, rain, fog": "held_out"}
WORDS = ("hit", "ignored", "duplicate", "false alarm")


def truths_of(scenes):
    """Return the truths of `RoadScenes`: a list of (boxes, labels, ignored), one entry a picture."""
    return list(zip(scenes.boxes, scenes.labels, scenes.ignored, strict=True))


def all_entries(candidates, truths, score_threshold, iou_threshold, judge):
    """Return the entries of all scenes: what the candidates give at these thresholds, judged by a `numbered` judge."""
    everything = []
    for scene, (some, truth) in enumerate(zip(candidates, truths, strict=True)):
        found = kept(some, score_threshold, iou_threshold)
        words = [WORDS[number] for number in judge(found, truth, FOUND)]
        everything += entries(found, truth, words, scene)
    return everything


def browser_caption(table, kind, label, position, chosen):
    """Say how many of each kind there are, and which one is shown; the table is `counts` of all entries."""
    hits, missed, alarms, duplicates, wrong, poor, ignored = table[:, -1].tolist()
    wrong_ones = alarms + duplicates + wrong + poor
    precision = f"{hits / (hits + wrong_ones):.0%}" if hits + wrong_ones else "–"
    recall = f"{hits / (hits + missed):.0%}" if hits + missed else "–"
    which = f"{kind}, {'all classes' if label is None else NAMES[label]}"
    place = f"{position % len(chosen) + 1} of {len(chosen)}" if chosen else "none"
    neither = "an ignored object and counts" if ignored == 1 else "ignored objects and count"
    return (
        f"Of <b>{hits + missed}</b> objects {hits} {'is' if hits == 1 else 'are'} found (recall {recall}) and {missed} "
        f"missed; of <b>{hits + wrong_ones}</b> detections that count, {hits} {'is' if hits == 1 else 'are'} right "
        f"(precision {precision}), {alarms} false alarm{'s' * (alarms != 1)}, {duplicates} "
        f"duplicate{'s' * (duplicates != 1)}, {wrong} of the wrong class, {poor} with a poor box. {ignored} found "
        f"{neither} neither way. <b>Shown: {which}, {place}.</b>"
    )


def browser_pointer(event, *, kind, label, position, **_):
    """Choose kind and class by a click in the table; walk by arrow keys: left and right entries, up and down kinds."""
    if event.kind == "key" and event.key in ("ArrowLeft", "ArrowRight"):
        return {"position": position + (1 if event.key == "ArrowRight" else -1)}
    if event.kind == "key" and event.key in ("ArrowUp", "ArrowDown"):
        step = 1 if event.key == "ArrowDown" else -1
        return {"kind": KINDS[(KINDS.index(kind) + step) % len(KINDS)], "position": 0}
    cell = cell_at(event.x, event.y, *TABLE, CELL, len(KINDS), len(NAMES) + 1)
    if event.kind != "click" or cell is None:
        return None
    return {"kind": KINDS[cell[0]], "label": cell[1] if cell[1] < len(NAMES) else None, "position": 0}


def mistakes(scenes, candidates, own_judge_detections=None):
    """Show every detection and every missed object of the scenes, by style, kind and class.

    scenes: style → `RoadScenes`; candidates: style → a list of (boxes, scores, labels) before suppression, for
    instance from `detect(model, images, 0.05, 1.0)`; `own_judge_detections` is the learner's.
    """
    own = own_judge_detections and numbered(own_judge_detections)
    judge = learners(own, numbered(judge_detections))
    truths = {style: truths_of(group) for style, group in scenes.items()}

    @lru_cache(maxsize=32)
    def found(style, score_threshold, iou_threshold):
        everything = all_entries(candidates[style], truths[style], score_threshold, iou_threshold, judge)
        return tuple(everything), counts(everything)

    def current(style, score, overlap, kind, label):
        everything, table = found(STYLES[style], round(score, 2), round(overlap, 2))
        return everything, table, chosen_entries(everything, kind, label)

    def render(*, style, score, overlap, kind, label, position):
        everything, table, chosen = current(style, score, overlap, kind, label)
        group = scenes[STYLES[style]]
        return browser_picture(group, everything, table, chosen, kind=kind, label=label, position=position)

    def caption(*, style, score, overlap, kind, label, position):
        _, table, chosen = current(style, score, overlap, kind, label)
        sentence = f" {judge.sentence}" if own_judge_detections else ""
        return browser_caption(table, kind, label, position, chosen) + sentence

    wide = {"width": "330px", "max_width": "100%"}
    return Explorer(
        render,
        {
            "style": widgets.Dropdown(options=list(STYLES), value="day", description="scenes", layout=wide),
            "score": widgets.FloatSlider(0.3, min=0.05, max=0.95, step=0.05, description="score ≥"),
            "overlap": widgets.FloatSlider(0.5, min=0.1, max=1, step=0.05, description="drop IoU above", layout=wide),
        },
        title="Every mistake",
        note="Click the table for a kind and a class; arrow keys: left and right walk, up and down change the kind.",
        alt=lambda kind, style, **_: f"A scene ({style}) with its detections, and a table of kinds: {kind}.",
        caption=caption,
        pointer=browser_pointer,
        buttons={
            "Previous": lambda position, **_: {"position": position - 1},
            "Next": lambda position, **_: {"position": position + 1},
        },
        state={"kind": "missed", "label": None, "position": 0},
    )


def numbered(judge):
    """Return `judge` with the number of each word in WORDS in its place; an empty answer stays empty."""

    def judge_detections(found, truth, iou_threshold):
        words = judge(found, truth, iou_threshold)
        return words if words is None or words is Ellipsis else np.array([WORDS.index(word) for word in words], int)

    return judge_detections
