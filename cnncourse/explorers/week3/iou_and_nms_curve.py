"""Explorer of notebook 3.3: precision and recall while the score threshold moves, and the area under their curve."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, learners
from cnncourse.explorers.week3.iou_and_nms_curve_picture import PLOT, RECALLS, SCALE, picture
from cnncourse.explorers.week3.iou_and_nms_judged import ALARM, DUPLICATE, HIT, curve_of, judged_scene
from cnncourse.explorers.week3.iou_and_nms_scenes import many_scenes
from cnncourse.pictures.road_scenes import CLASSES

PLURALS = ("cars", "pedestrians", "motorcycles")


def interpolated_ap(precision, recall):
    """Return the mean interpolated precision of a curve at 101 recalls, as the exercise asks."""
    return float(np.mean([max(precision[recall >= level], default=0) for level in RECALLS]))


def render(*, label, threshold, iou_threshold, suppress, scene, average=interpolated_ap):
    """Paint a scene's judged detections and the curve of all scenes; `average` finds the AP of a curve."""
    which = label, round(iou_threshold, 2), suppress
    curve = curve_of(*which)
    judged = judged_scene(scene, label, threshold, *which[1:])
    return picture(scene, judged, threshold, which, average(curve.precision, curve.recall))


def caption(*, label, threshold, iou_threshold, suppress, scene, average=interpolated_ap):
    """Say precision and recall over all scenes, the AP, and what this scene adds."""
    curve = curve_of(label, round(iou_threshold, 2), suppress)
    count, hits, precision, recall = curve.point(threshold)
    judged = judged_scene(scene, label, threshold, round(iou_threshold, 2), suppress)
    hits_here, again, wrong = (judged.kinds.count(kind) for kind in (HIT, DUPLICATE, ALARM))
    detections = "1 detection scores" if count == 1 else f"{count} detections score"
    share = f"{hits}/{count} = <b>{precision:.3f}</b>" if count else "<b>1</b> (no detection, none false)"
    return (
        f"{len(many_scenes())} scenes, {curve.truths} {PLURALS[label]}. {detections} at least "
        f"{threshold:.2f}: precision {share}, recall {hits}/{curve.truths} = <b>{recall:.3f}</b>. "
        f"AP <b>{average(curve.precision, curve.recall):.3f}</b>. This scene: {hits_here} found, "
        f"{int((~judged.found).sum())} missed; false alarms: {again} on one found before, {wrong} that fit none."
    )


def alt(*, label, threshold, iou_threshold, suppress, scene):
    """Describe the picture in words."""
    _, _, precision, recall = curve_of(label, round(iou_threshold, 2), suppress).point(threshold)
    return (
        f"A street with the detections of {PLURALS[label]} that score at least {threshold:.2f}, and the "
        f"precision–recall curve of all scenes with a point at recall {recall:.2f}, precision {precision:.2f}."
    )


def pointer(event, *, label, threshold, iou_threshold, suppress, scene):
    """Move the threshold by a drag along the curve; by keyboard left and right, and the scene up and down."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {
            "threshold": round(min(max(threshold + 0.02 * right, 0), 1), 2),
            "scene": min(max(scene - down, 0), len(many_scenes()) - 1),
        }
    left, top, side = PLOT
    inside = -20 <= event.x - left <= side + 20 and -20 <= event.y - top <= side + 20
    curve = curve_of(label, round(iou_threshold, 2), suppress)
    if event.kind not in ("click", "drag") or not inside or not len(curve.scores):
        return None
    recall, precision = (event.x - left) / side, 1 - (event.y - top) / side
    nearest = np.hypot(curve.recall - recall, curve.precision - precision).argmin()
    return {"threshold": float(curve.scores[nearest])}


def precision_recall_curve(own_interpolated_ap=None, **start):
    """Show precision and recall over many scenes; the learner's own interpolated_ap finds the AP when given.

    `start` sets controls by name: label, threshold, iou_threshold, suppress, scene.
    """
    average = learners(own_interpolated_ap, interpolated_ap)

    def words(**state):
        text = caption(average=average, **state)
        sentence = average.sentence.replace("This picture is drawn", "The AP is found")
        return f"{text} {sentence}" if own_interpolated_ap else text

    explorer = Explorer(
        lambda **state: render(average=average, **state),
        _controls(),
        title="Precision and recall",
        note="Move the threshold, or drag along the curve. Arrow keys: left and right, the threshold; up and down, "
        "the scene.",
        alt=alt,
        caption=words,
        pointer=pointer,
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer


def _controls():
    wide = widgets.Layout(width="270px")
    return {
        "threshold": widgets.FloatSlider(0.6, min=0, max=1, step=0.01, description="score at least", layout=wide),
        "label": widgets.Dropdown(
            options=[(name, number) for number, name in enumerate(CLASSES)], description="class", layout=wide
        ),
        "iou_threshold": widgets.FloatSlider(
            0.5, min=0.3, max=0.95, step=0.05, description="a hit from IoU", layout=wide
        ),
        "scene": widgets.IntSlider(2, 0, len(many_scenes()) - 1, description="scene", layout=wide),
        "suppress": widgets.Checkbox(
            True, description="suppress duplicates first", indent=False, layout=widgets.Layout(width="auto")
        ),
    }
