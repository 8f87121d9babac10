"""The anchor explorer of notebook 3.4: its numbers against the package and plain sums, and what pointer and keys do."""

import itertools

import numpy as np
import pytest

from cnncourse.detection.anchors import mean_best_iou
from cnncourse.detection.yolo import collisions
from cnncourse.explorers.week3 import yolo_anchors
from cnncourse.explorers.week3.yolo_anchors_picture import COUNTS, SCATTER, STEPS
from cnncourse.explorers.week3.yolo_scenes import Scenery
from cnncourse.pictures.road_scenes import RoadScenes
from made_road_scenes import SCENES, said

# --- anchors ---


def search(**start):
    return yolo_anchors.anchor_search(SCENES, **({"count": 3} | start))


def test_the_search_draws_extreme_states():
    explorer = search()
    most = Scenery(SCENES).most_anchors
    for method, count, seed, step in itertools.product(
        (yolo_anchors.MEAN, yolo_anchors.BEST), (1, most), (0, 19), (0, 20)
    ):
        explorer.set(method=method, count=count, seed=seed)
        explorer.set(step=min(step, explorer.controls["step"].max), grid_size=1 if seed else 19)
        assert explorer.picture.shape == (867, 1630, 3)


@pytest.mark.parametrize(("name", "value"), [("count", 2), ("seed", 3), ("step", 1), ("grid_size", 1)])
def test_every_control_of_the_search_changes_its_picture(name, value):
    explorer = search(method=yolo_anchors.BEST)
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_the_search_says_the_fit_and_the_losses():
    explorer = search(method=yolo_anchors.BEST, count=2, grid_size=4)
    explorer.set(step=explorer.controls["step"].max)
    scenery = Scenery(SCENES)
    anchors = scenery.anchors(2)
    assert f"the package's search ends at {mean_best_iou(scenery.sizes, anchors):.4f} with 2 anchors" in said(explorer)
    lost = [sum(len(collisions(scenery.objects(k)[0], 4, scenery.anchors(n), 160)) for k in range(3)) for n in (2, 1)]
    assert f"On 4 × 4 cells its anchors lose {lost[0]} objects, one anchor {lost[1]}." in said(explorer)


def test_lost_objects_are_those_of_collisions_scene_by_scene():
    sizes = np.exp(np.random.default_rng(1).uniform(2, 4, (40, 2)))
    centres = np.random.default_rng(2).uniform(30, 130, (40, 2))
    boxes = np.split(np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1), 4)
    scenes = RoadScenes(np.zeros((4, 160, 160, 3), np.uint8), boxes, [np.zeros(10, int)] * 4, [np.zeros(10, bool)] * 4)
    found = yolo_anchors.Search(Scenery(scenes), yolo_anchors.kmeans_step)
    for count, grid_size in itertools.product((1, 3, 6), (2, 5)):
        anchors = found.scenery.anchors(count)
        expected = sum(len(collisions(b, grid_size, anchors, (160, 160))) for b in boxes)
        assert found.lost(count, grid_size) == expected
        assert expected > 0


def test_a_step_that_makes_it_worse_is_called_worse():
    sizes = np.array([[10.0, 10], [10, 11], [11, 10], [60, 60]])
    boxes = [np.column_stack([np.full((4, 2), 80) - sizes / 2, np.full((4, 2), 80) + sizes / 2])]
    scenes = RoadScenes(np.zeros((1, 160, 160, 3), np.uint8), boxes, [np.zeros(4, int)], [np.zeros(4, bool)])
    explorer = yolo_anchors.anchor_search(scenes, count=1)
    explorer.set(start=((10.0, 10.0),), step=1)
    before, after = mean_best_iou(sizes, [[10, 10]]), mean_best_iou(sizes, [sizes.mean(axis=0)])
    assert after < before
    assert f"Mean best IoU {after:.4f} over 4 objects, −{before - after:.4f} by step 1 worse" in said(explorer)
    explorer.set(method=yolo_anchors.BEST, start=((10.0, 10.0),), step=1)
    assert "worse" not in said(explorer)


def test_an_anchor_can_be_dragged_and_the_search_begins_there():
    explorer = search(method=yolo_anchors.BEST, step=1)
    anchors = yolo_anchors.model_of(
        yolo_anchors.Search(Scenery(SCENES), yolo_anchors.kmeans_step), **explorer.state
    ).anchors
    explorer.point("click", *SCATTER.place(*anchors[1]))
    assert (explorer.state["carried"], explorer.state["step"]) == (1, 0)
    before = explorer.picture.copy()
    explorer.point("drag", *SCATTER.place(30, 90))
    assert explorer.state["start"][1] == pytest.approx((30, 90))
    assert not np.array_equal(before, explorer.picture)
    explorer.point("drag", 2000, -2000)
    assert explorer.state["start"][1] == (160, 160)
    explorer.point("release")
    assert explorer.state["carried"] == -1
    assert "at the beginning" in said(explorer)
    explorer._flow.children[-1].click()
    assert explorer.state["start"] is None
    explorer.set(start=((1.0, 2.0),))
    explorer.set(seed=5)
    assert explorer.state["start"] is None


def test_sizes_and_places_lead_back_to_each_other():
    assert SCATTER.size(*SCATTER.place(23, 57)) == pytest.approx((23, 57))


def test_charts_and_keys_choose_step_and_count():
    explorer = search(method=yolo_anchors.BEST, count=2)
    explorer.point("click", COUNTS[0] + COUNTS[2], COUNTS[1] + 20)
    assert explorer.state["count"] == Scenery(SCENES).most_anchors
    explorer.point("key", key="ArrowDown")
    assert explorer.state["count"] == Scenery(SCENES).most_anchors - 1
    explorer.set(count=2, method=yolo_anchors.MEAN)
    explorer.point("key", key="ArrowRight")
    assert explorer.state["step"] == 1
    explorer.point("click", STEPS[0], STEPS[1] + 50)
    assert explorer.state["step"] == 0
    explorer.point("key", key="ArrowLeft")
    assert explorer.state["step"] == 0
    state = explorer.state
    explorer.point("click", 450, 455)
    assert explorer.state == state


def test_plain_steps_are_the_learners():
    def kmeans_step(sizes, anchors):
        return anchors + 1.0

    mine = yolo_anchors.anchor_search(SCENES, kmeans_step, count=2, step=4)
    assert "drawn by your kmeans_step" in said(mine)
    course = yolo_anchors.anchor_search(SCENES, count=2, step=4)
    assert not np.array_equal(mine.picture, course.picture)
    mine.set(method=yolo_anchors.BEST)
    assert "kmeans_step" not in said(mine)


def test_the_plain_step_is_a_mean():
    moved = yolo_anchors.kmeans_step(np.array([[2.0, 8], [4, 10], [30, 10]]), np.array([[3, 9], [20, 10], [1, 90]]))
    assert moved.tolist() == [[3, 9], [30, 10], [1, 90]]
