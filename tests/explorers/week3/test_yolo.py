"""The grid explorer of notebook 3.4 draws every state, follows pointer and keys, and says what arithmetic says."""

import itertools

import numpy as np
import pytest

from cnncourse.detection.anchors import kmeans_anchors, shape_iou
from cnncourse.detection.yolo import collisions, encode
from cnncourse.explorers.week3 import yolo_grid
from cnncourse.explorers.week3.yolo_grid_picture import PLACE
from cnncourse.explorers.week3.yolo_scenes import Scenery, in_picture, name_of, on_sheet
from made_road_scenes import SCENES, said, spot

# --- what they share ---


def test_scenery_leaves_out_what_is_ignored():
    scenery = Scenery(SCENES)
    assert [len(scenery.objects(index)[0]) for index in range(3)] == [3, 3, 0]
    assert scenery.sizes.tolist()[:3] == [[60, 40], [12, 40], [60, 50]]
    assert scenery.scene_of.tolist() == [0, 0, 0, 1, 1, 1]


def test_picture_and_sheet_lead_back_to_each_other():
    corners = on_sheet([3, 7, 100, 150], PLACE, (160, 160))
    assert in_picture(*corners[:2], PLACE, (160, 160)) == pytest.approx((3, 7))
    assert corners[2:] == pytest.approx(spot(100, 150, PLACE))


def test_objects_are_counted_by_class():
    assert [name_of(np.array([0, 1, 0, 2]), k, ("a", "b", "c")) for k in range(4)] == ["a 1", "b 1", "a 2", "c 1"]


# --- the grid ---


def grid(**start):
    return yolo_grid.yolo_grid(SCENES, **start)


def test_the_grid_draws_extreme_states():
    explorer = grid()
    for scene, grid_size, count in itertools.product((0, 1, 2), (1, 5, 19), (1, 5)):
        for cell in ((0, 0), (grid_size - 1, grid_size - 1)):
            explorer.set(scene=scene, grid_size=grid_size, count=count, cell=cell)
            assert explorer.picture.shape == (963, 1630, 3)


@pytest.mark.parametrize(("name", "value"), [("scene", 1), ("grid_size", 7), ("count", 4), ("cell", (3, 1))])
def test_every_control_of_the_grid_changes_its_picture(name, value):
    explorer = grid()
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_the_grid_says_cell_anchor_and_numbers():
    explorer = grid(scene=0, grid_size=4, count=2, cell=(2, 1))  # cells of 40: car 1 has its centre at (40, 80)
    anchors = kmeans_anchors(Scenery(SCENES).sizes, 2, np.random.default_rng(0))
    best = shape_iou([[60, 40]], anchors)[0].argmax()
    assert "4 × 4 × 2 × (5 + 3) = 256 numbers. 3 objects, none lost." in said(explorer)
    assert (
        "car 1: centre (40.0, 80.0) px, cells of 40.0 × 40.0 px: b_x = 1.00 − 1 = 0.00, b_y = 2.00 − 2 = 0.00"
        in said(explorer)
    )
    assert f"→ anchor {best}." in said(explorer)


def test_the_grid_names_the_lost_one():
    explorer = grid(scene=1, grid_size=4, count=2, cell=(1, 1))
    lost = collisions(SCENES.boxes[1], 4, kmeans_anchors(Scenery(SCENES).sizes, 2, np.random.default_rng(0)), 160)
    assert lost.tolist() == [1]
    assert "3 objects, 1 lost" in said(explorer)
    assert "pedestrian 2: centre (48.0, 61.0)" in said(explorer)
    assert said(explorer).endswith("taken already: lost.")
    assert "1 lost; cell row 1, column 1: pedestrian 1, pedestrian 2." in explorer._picture.alt


def test_a_click_chooses_the_cell_under_it():
    explorer = grid(grid_size=4)
    explorer.point("click", *spot(130, 30, PLACE))
    assert explorer.state["cell"] == (0, 3)
    assert "No object has its centre in cell [0, 3]" in said(explorer)
    explorer.point("click", 860, 500)
    assert explorer.state["cell"] == (0, 3)


def test_a_drag_moves_the_object_and_the_label_changes_hands():
    explorer = grid(scene=0, grid_size=4, count=2)
    explorer.point("click", *spot(30, 70, PLACE))
    assert explorer.state["carried"] == 0
    before = explorer.picture.copy()
    for x in (60, 90):
        explorer.point("drag", *spot(x, 70, PLACE))
    assert not np.array_equal(before, explorer.picture)
    assert explorer.state["cell"] == (2, 2)
    assert "car 1: centre (100.0, 80.0)" in said(explorer)
    explorer.point("release", *spot(90, 70, PLACE))
    dropped = explorer.state
    explorer.point("drag", *spot(20, 20, PLACE))
    assert explorer.state == dropped
    explorer.set(scene=1)
    explorer.set(scene=0, cell=(2, 1))
    assert "No object" in said(explorer)
    explorer._flow.children[-1].click()
    assert "car 1: centre (40.0, 80.0)" in said(explorer)


def test_an_object_stays_in_the_picture_and_the_smallest_box_is_taken():
    explorer = grid(scene=1, grid_size=4, count=1)
    explorer.point("click", *spot(45, 60, PLACE))  # inside both pedestrians: 12 × 36 and 12 × 34
    assert explorer.state["carried"] == 1
    explorer.point("drag", *spot(900, -50, PLACE))
    (_, ((index, right, down),)) = explorer.state["drags"]
    assert (index, 48 + right, 61 + down) == (1, 159.75, 0.25)
    assert explorer.state["cell"] == (0, 3)


def test_dragging_one_object_onto_another_loses_it():
    explorer = grid(scene=0, grid_size=4, count=1)
    explorer.point("click", *spot(120, 125, PLACE))
    explorer.point("drag", *spot(45, 85, PLACE))
    assert "3 objects, 1 lost" in said(explorer)


def test_the_keyboard_chooses_carries_and_puts_down():
    explorer = grid(scene=0, grid_size=4, count=2, cell=(1, 1))
    explorer.point("key", key="ArrowDown")
    assert explorer.state["cell"] == (2, 1)
    explorer.point("key", key="Enter")
    assert explorer.state["carried"] == 0
    explorer.point("key", key="ArrowLeft")
    assert "car 1: centre (36.0, 80.0)" in said(explorer)
    assert explorer.state["cell"] == (2, 0)
    explorer.point("key", key="Enter")
    explorer.point("key", key="ArrowUp")
    assert (explorer.state["carried"], explorer.state["cell"]) == (-1, (1, 0))
    for _ in range(9):
        explorer.point("key", key="ArrowUp")
    assert explorer.state["cell"] == (0, 0)


def test_the_vectors_come_from_the_learners_function():
    def yolo_target(boxes, labels, grid_size, anchors, class_count, image_size):
        return 1 - encode(boxes, labels, grid_size, anchors, class_count, image_size)

    mine, course = grid(yolo_target_of_learner=yolo_target), grid()
    assert not np.array_equal(mine.picture, course.picture)
    assert "drawn by your yolo_target. It gives another answer" in said(mine)
    assert "yolo_target" not in said(course)


def test_a_drag_without_a_hold_does_nothing():
    explorer = grid()
    before = explorer.state
    explorer.point("drag", 200, 200)
    assert explorer.state == before
