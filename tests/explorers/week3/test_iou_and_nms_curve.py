"""The precision–recall explorer of notebook 3.3: its numbers, judged anew, and what moves."""

import itertools

import numpy as np
import pytest

from cnncourse.detection.precision import average_precision, precision_recall
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week3 import iou_and_nms_curve as curves
from cnncourse.explorers.week3.iou_and_nms_judged import HIT, curve_of, judged_scene, predictions_of
from cnncourse.explorers.week3.iou_and_nms_scenes import many_scenes

STATES = list(itertools.product((0, 1, 2), (0.3, 0.95), (True, False)))


def state(label=0, iou_threshold=0.5, suppress=True, threshold=0.6, scene=2):
    return {
        "label": label,
        "iou_threshold": iou_threshold,
        "suppress": suppress,
        "threshold": threshold,
        "scene": scene,
    }


@pytest.mark.parametrize(("label", "iou_threshold", "suppress"), STATES)
@pytest.mark.parametrize("threshold", [0.0, 0.55, 1.0])
def test_the_scenes_judged_one_by_one_sum_up_to_the_curve(label, iou_threshold, suppress, threshold):
    judged = [judged_scene(n, label, threshold, iou_threshold, suppress) for n in range(len(many_scenes()))]
    hits, count = (sum(each) for each in zip(*((j.kinds.count(HIT), len(j.kinds)) for j in judged), strict=True))
    curve = curve_of(label, iou_threshold, suppress)
    assert curve.point(threshold)[:2] == (count, hits)
    assert curve.truths == sum(len(j.truths) for j in judged)
    assert hits == sum(j.found.sum() for j in judged)


@pytest.mark.parametrize(("label", "iou_threshold", "suppress"), STATES)
def test_one_scene_is_judged_as_the_package_does(label, iou_threshold, suppress):
    for scene in (1, 2, 5):
        _, boxes, labels, _ = many_scenes()[scene]
        found = [predictions_of(suppress)[scene]]
        precision, _, scores = precision_recall(found, [(boxes, labels)], label, iou_threshold)
        judged = judged_scene(scene, label, 0.3, iou_threshold, suppress)
        count = int((scores >= 0.3).sum())
        assert len(judged.kinds) == count
        if count:
            assert judged.kinds.count(HIT) == pytest.approx(precision[count - 1] * count)


@pytest.mark.parametrize(("label", "iou_threshold", "suppress"), STATES)
def test_the_average_of_the_dots_is_the_packages_average_precision(label, iou_threshold, suppress):
    curve = curve_of(label, iou_threshold, suppress)
    truths = [(boxes, labels) for _, boxes, labels, _ in many_scenes()]
    expected = average_precision(predictions_of(suppress), truths, label, iou_threshold)
    assert curve.average == expected
    assert curve.envelope(curves.RECALLS).mean() == pytest.approx(expected, abs=1e-12)
    assert curves.interpolated_ap(curve.precision, curve.recall) == pytest.approx(expected, abs=1e-12)
    assert f"AP <b>{expected:.3f}</b>" in curves.caption(**state(label, iou_threshold, suppress))


@pytest.mark.parametrize("threshold", [0.0, 0.6, 1.0])
@pytest.mark.parametrize(("label", "iou_threshold", "suppress"), STATES)
def test_it_is_painted_and_described_at_the_extremes(label, iou_threshold, suppress, threshold):
    for scene in (0, len(many_scenes()) - 1):
        now = state(label, iou_threshold, suppress, threshold, scene)
        assert curves.render(**now).shape[2] == 3
        assert "recall" in curves.caption(**now)
        assert "precision–recall curve" in curves.alt(**now)


def test_the_numbers_that_the_notebook_names():
    assert "precision 91/107 = <b>0.850</b>, recall 91/98 = <b>0.929</b>" in curves.caption(**state())
    raw = curves.caption(**state(suppress=False))
    assert "precision 91/286 = <b>0.318</b>" in raw
    assert "AP <b>0.694</b>" in raw
    kinds = [kind for n in range(60) for kind in judged_scene(n, 0, 0.6, 0.5, False).kinds]
    assert kinds.count("duplicate") == 185
    assert curve_of(0, 0.8, True).point(0.6)[1] == 31


def test_no_detection_has_precision_one_and_recall_nought():
    assert "precision <b>1</b> (no detection, none false), recall 0/98" in curves.caption(**state(threshold=1.0))


@pytest.mark.parametrize("change", [{"threshold": 0.3}, {"label": 1}, {"iou_threshold": 0.8}, {"suppress": False}])
def test_every_control_changes_picture_and_caption(change):
    explorer = curves.precision_recall_curve()
    before, words = explorer.picture.copy(), explorer._caption_box.value
    explorer.set(**change)
    assert (explorer.picture != before).any()
    assert explorer._caption_box.value != words


def test_a_drag_along_the_curve_moves_the_threshold_to_the_nearest_point():
    explorer = curves.precision_recall_curve(suppress=False)
    curve = curve_of(0, 0.5, False)
    left, top, side = curves.PLOT
    for number in (3, 40, 200):
        x, y = left + curve.recall[number] * side, top + (1 - curve.precision[number]) * side
        explorer.point("drag", x, y)
        assert explorer.state["threshold"] == pytest.approx(curve.scores[number])
    before = explorer.state
    explorer.point("drag", left - 200, top)
    assert explorer.state == before


def test_the_keyboard_moves_threshold_and_scene():
    explorer = curves.precision_recall_curve()
    explorer.point("key", key="ArrowRight")
    explorer.point("key", key="ArrowUp")
    assert explorer.state["threshold"] == pytest.approx(0.62)
    assert explorer.state["scene"] == 3
    assert curves.pointer(PointerEvent("key", key="ArrowDown"), **state(scene=0)) == {"threshold": 0.6, "scene": 0}


def test_the_learners_average_is_told():
    explorer = curves.precision_recall_curve(lambda precision, recall: float(np.mean(precision)))
    assert f"AP <b>{curve_of(0, 0.5, True).precision.mean():.3f}</b>" in explorer._caption_box.value
    assert "another answer" in explorer._caption_box.value
