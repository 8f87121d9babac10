"""Explorers of notebook 3.3: two boxes to drag and suppression step by step say and show what is true."""

import itertools
import re

import numpy as np
import pytest

from cnncourse.detection.boxes import iou
from cnncourse.detection.suppression import nms, nms_per_class
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week3 import iou_and_nms_overlap as overlap
from cnncourse.explorers.week3 import iou_and_nms_steps as steps
from cnncourse.explorers.week3.iou_and_nms_paint import Sheet
from cnncourse.explorers.week3.iou_and_nms_run import DROPPED, DROPPED_NOW, LEFT, run_of
from cnncourse.explorers.week3.iou_and_nms_scenes import chosen_scenes, many_scenes, pretended_detections

SETTINGS = list(itertools.product((0.0, 0.6, 1.0), (0.0, 0.35, 1.0), (True, False)))
STREET = overlap._background()


def settings(score_threshold=0.6, iou_threshold=0.5, by_class=True):
    return {"score_threshold": score_threshold, "iou_threshold": iou_threshold, "by_class": by_class}


def on_street(x, y):
    """Return the point of the sheet over a point of the picture."""
    return STREET.left + x * STREET.scale, STREET.top + y * STREET.scale


def counted(boxes):
    """Return (shared, covered) pixels of two boxes, counted one by one."""
    there = np.zeros((2, 160, 160), bool)
    for mask, (x1, y1, x2, y2) in zip(there, boxes, strict=True):
        mask[y1:y2, x1:x2] = True
    return int(there.all(axis=0).sum()), int(there.any(axis=0).sum())


# --- two boxes ---


@pytest.mark.parametrize("name", overlap.STARTS)
def test_the_caption_counts_the_pixels(name):
    boxes = overlap.STARTS[name]
    shared, covered = counted(boxes)
    words = overlap.caption(boxes=boxes, held=0)
    assert f"<b>{shared:,}</b>" in words
    assert f"<b>{covered:,}</b>" in words
    assert f"IoU <b>{shared / covered:.3f}</b>" in words


@pytest.mark.parametrize("held", range(4))
@pytest.mark.parametrize("boxes", [*overlap.STARTS.values(), ((0, 0, 160, 160), (0, 0, 4, 4))])
def test_two_boxes_are_painted(boxes, held):
    picture = overlap.render(boxes=boxes, held=held)
    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3
    other = overlap.render(boxes=(boxes[0], (20, 30, 60, 77)), held=held)
    assert (picture != other).any()


def test_a_box_follows_the_pointer_by_its_inside():
    explorer = overlap.two_boxes(boxes=((20, 20, 60, 50), (90, 80, 130, 150)))
    before = explorer.picture.copy()
    explorer.point("click", *on_street(100, 100))
    explorer.point("drag", *on_street(110, 95))
    assert explorer.state["boxes"] == ((20, 20, 60, 50), (100, 75, 140, 145))
    assert (explorer.picture != before).any()
    explorer.point("drag", *on_street(400, 400))
    assert explorer.state["boxes"][1] == (120, 90, 160, 160)
    explorer.point("release")
    explorer.point("drag", *on_street(30, 30))
    assert explorer.state["boxes"][1] == (120, 90, 160, 160)


@pytest.mark.parametrize(
    ("corner", "to", "expected"),
    [
        ((20, 20), (10, 30), (10, 30, 60, 50)),
        ((60, 20), (70, 10), (20, 10, 70, 50)),
        ((20, 50), (25, 90), (25, 20, 60, 90)),
        ((60, 50), (0, 0), (20, 20, 24, 24)),
        ((60, 50), (500, 500), (20, 20, 160, 160)),
    ],
)
def test_a_corner_follows_the_pointer_and_the_box_never_turns_over(corner, to, expected):
    explorer = overlap.two_boxes(boxes=((20, 20, 60, 50), (90, 80, 130, 150)))
    explorer.point("click", *on_street(*corner))
    explorer.point("drag", *on_street(*to))
    assert explorer.state["boxes"][0] == expected
    assert explorer.state["held"] == 1


def test_of_two_boxes_around_the_pointer_the_smaller_is_taken():
    explorer = overlap.two_boxes(start="one inside the other")
    explorer.point("click", *on_street(90, 80))
    explorer.point("drag", *on_street(91, 80))
    assert explorer.state["boxes"] == ((40, 30, 130, 120), (71, 50, 111, 90))


def test_the_keyboard_moves_boxes_and_corners():
    explorer = overlap.two_boxes(boxes=((20, 20, 60, 50), (90, 80, 130, 150)))
    explorer.point("key", key="ArrowRight")
    explorer.point("key", key="Enter")
    explorer.point("key", key="ArrowDown")
    explorer.point("key", key="Enter")
    explorer.point("key", key="ArrowUp")
    assert explorer.state["boxes"] == ((22, 20, 62, 52), (90, 78, 130, 148))
    assert overlap.pointer(PointerEvent("hover", 5, 5), boxes=(), held=0, grip=None) is None


def test_the_start_is_chosen_from_the_list():
    explorer = overlap.two_boxes()
    explorer.controls["start"].value = "touching"
    assert explorer.state["boxes"] == overlap.STARTS["touching"]
    assert "IoU <b>0.000</b>" in explorer._caption_box.value


def test_the_learners_iou_is_shown_even_where_it_is_wrong():
    def box_iou(box, boxes):
        return np.array([0.25] * len(boxes))

    explorer = overlap.two_boxes(box_iou)
    assert "IoU <b>0.250</b>" in explorer._caption_box.value
    assert "another answer" in explorer._caption_box.value
    assert "still empty" in overlap.two_boxes(lambda box, boxes: None)._caption_box.value


def test_hatching_stays_inside_the_box():
    plain = Sheet((200, 200, 1), np.zeros((16, 16, 3), np.uint8), 0, 0, 200)
    hatched = plain.fresh()
    hatched.hatch((4, 2, 12, 14), "#ffffff")
    rows, columns = np.nonzero((plain.painter.array() != hatched.painter.array()).any(axis=2))
    assert len(rows)
    assert 22 <= rows.min() <= rows.max() <= 178
    assert 47 <= columns.min() <= columns.max() <= 153


def test_plates_do_not_cover_one_another_and_stay_inside():
    sheet = Sheet((200, 200, 1), np.zeros((16, 16, 3), np.uint8), 0, 0, 200).fresh()
    for below in (False, True, False, True):
        sheet.plate((0, 0, 16, 16), "A", "#ffffff", below=below)
    assert len({(x, y) for x, y, _ in sheet.plates}) == 4
    assert all(0 <= x <= 200 - wide and 0 <= y <= 183 for x, y, wide in sheet.plates)


# --- the suppression stepper ---


@pytest.mark.parametrize("scene", range(6))
@pytest.mark.parametrize(("score_threshold", "iou_threshold", "by_class"), SETTINGS)
def test_the_run_keeps_what_the_package_keeps(scene, score_threshold, iou_threshold, by_class):
    boxes, scores, labels = steps.candidates_of(scene)
    run = run_of(boxes, scores, labels, score_threshold, iou_threshold, by_class)
    likely = np.flatnonzero(scores > score_threshold)
    parts = boxes[likely], scores[likely], labels[likely]
    kept = nms_per_class(*parts, iou_threshold) if by_class else nms(*parts[:2], iou_threshold)
    assert run.kept.tolist() == sorted(likely[kept].tolist())


def test_every_dropped_box_overlaps_a_kept_better_one_of_its_class():
    boxes, scores, labels = steps.candidates_of(2)
    run = run_of(boxes, scores, labels, 0.3, 0.5, True)
    overlaps = iou(boxes, boxes)
    dropped = [index for index, by in enumerate(run.by) if by not in (-1, index)]
    assert len(dropped) > 5
    for index in dropped:
        by = run.by[index]
        assert by in run.kept
        assert scores[by] >= scores[index]
        assert labels[by] == labels[index]
        assert overlaps[by, index] == pytest.approx(run.overlap[index])
        assert overlaps[by, index] > 0.5


def test_each_step_decides_one_box_and_those_it_drops():
    run = steps.run_of_scene(2, **settings())
    for step in range(1, run.last_step + 1):
        before, after = run.status(step - 1), run.status(step)
        changed = [new for old, new in zip(before, after, strict=True) if old == LEFT and new != LEFT]
        assert changed.count("chosen") == 1
        assert set(changed) <= {"chosen", DROPPED_NOW}
    assert LEFT not in run.status(run.last_step)
    assert DROPPED in run.status(run.last_step)


@pytest.mark.parametrize(("score_threshold", "iou_threshold", "by_class"), SETTINGS)
def test_steps_are_painted_and_described_at_the_extremes(score_threshold, iou_threshold, by_class):
    state = settings(score_threshold, iou_threshold, by_class)
    for scene, step in ((0, 0), (2, 1), (5, 99)):
        assert steps.render(scene=scene, step=step, **state).shape[2] == 3
        assert "Kept in the end" in steps.caption(scene=scene, step=step, **state)
        assert "candidate boxes" in steps.alt(scene=scene, step=step, **state)


def test_a_step_changes_picture_and_caption():
    explorer = steps.suppression_steps()
    before, words = explorer.picture.copy(), explorer._caption_box.value
    explorer.point("key", key="ArrowRight")
    assert explorer.state["step"] == 1
    assert (explorer.picture != before).any()
    assert explorer._caption_box.value != words


def test_the_caption_of_the_first_scene_tells_its_story():
    apart = steps.caption(scene=0, step=2, **settings())
    assert "<b>4</b> of 11 (1, 2, 4, 5)" in apart
    together = steps.caption(scene=0, step=2, **settings(by_class=False))
    assert re.search(r"number <b>2</b> .* drops 3, 5\.", together)
    assert "<b>3</b> of 11 (1, 2, 4)" in together


def test_one_likely_box_is_told_in_the_singular():
    one = steps.caption(scene=0, step=0, **settings(0.95))
    assert one == "<b>1</b> of 11 boxes scores more than 0.95. Kept in the end: <b>1</b> of 11 (1)."


def test_a_click_on_a_row_goes_to_the_step_that_decides_it():
    explorer = steps.suppression_steps(scene=2)
    run = steps.run_of_scene(2, **settings())
    left, top, _ = steps.TABLE
    for row in (0, 3, len(run.order) - 1):
        explorer.point("click", left + 20, top + (row + 0.5) * steps.row_height(len(run.order)))
        assert explorer.state["step"] == run.decided[run.order[row]]
    assert steps.pointer(PointerEvent("click", 3, 3), scene=2, step=0, **settings()) is None


def test_buttons_and_slider_end_at_the_last_step():
    explorer = steps.suppression_steps(scene=2, step=0)
    last = steps.run_of_scene(2, **settings()).last_step
    assert explorer.controls["step"].max == last
    back, forward = explorer._flow.children[-2:]
    back.click()
    assert explorer.state["step"] == 0
    for _ in range(last + 3):
        forward.click()
    assert explorer.state["step"] == last
    explorer.controls["score_threshold"].value = 0.95
    assert explorer.state["step"] == steps.run_of_scene(2, **settings(0.95)).last_step < last


def test_the_learners_function_runs_and_its_difference_is_told():
    def suppress(boxes, scores, iou_threshold):
        return np.argsort(-scores)[:1]

    explorer = steps.suppression_steps(suppress, scene=2)
    run = steps.run_of_scene(2, **settings())
    _, scores, labels = steps.candidates_of(2)
    best = {int(np.argmax(np.where(labels == label, scores, -1))) for label in np.unique(labels)}
    ranks = {index: rank for rank, index in enumerate(run.order.tolist(), 1)}
    lost = ", ".join(map(str, sorted(ranks[index] for index in set(run.kept.tolist()) - best)))
    assert f"<b>Your function differs:</b> it drops {lost}." in explorer._caption_box.value
    assert "orange marks where" in explorer._caption_box.value
    right = steps.suppression_steps(nms, scene=2)
    assert "differs" not in right._caption_box.value
    assert (right.picture != explorer.picture).any()


def wrong_shape(boxes, scores, iou_threshold):
    return boxes


def endless_index(boxes, scores, iou_threshold):
    return [999]


@pytest.mark.parametrize(
    ("function", "words"),
    [(lambda boxes, scores, iou_threshold: ..., "still empty"), (endless_index, "raises"), (wrong_shape, "raises")],
)
def test_a_function_that_does_not_work_leaves_the_stepper_usable(function, words):
    explorer = steps.suppression_steps(function)
    assert words in explorer._caption_box.value
    assert "differs" not in explorer._caption_box.value


# --- the pretended detector ---


def test_the_same_scenes_come_each_time_and_the_first_are_the_chosen_ones():
    for (picture, boxes, _, found), (again, *_) in zip(chosen_scenes(), many_scenes(), strict=False):
        assert (picture == again).all()
        assert len(boxes) >= 3
        assert len({len(part) for part in found}) == 1
    assert len(many_scenes()) == 60


def test_pretended_detections_lie_in_the_picture_and_rise_with_overlap():
    found = [pretended_detections(boxes, labels, np.random.default_rng(7)) for _, boxes, labels, _ in many_scenes()]
    boxes, scores = (np.concatenate(part) for part in list(zip(*found, strict=True))[:2])
    assert boxes.min() >= 0
    assert boxes.max() <= 160
    assert 0 < scores.min() <= scores.max() < 1
    truths = [boxes for _, boxes, _, _ in many_scenes()]
    best = np.concatenate(
        [iou(some[0], truth).max(axis=1, initial=0) for some, truth in zip(found, truths, strict=True)]
    )
    assert np.corrcoef(best, scores)[0, 1] > 0.4


def test_without_objects_there_are_only_strays():
    boxes, scores, labels = pretended_detections(np.zeros((0, 4)), np.zeros(0, int), np.random.default_rng(3))
    assert len(boxes) == len(scores) == len(labels)
