"""The decoding explorer of notebook 3.4: the box of the formulas, what is dragged and where it stops."""

import itertools

import numpy as np
import pytest

from cnncourse.detection.boxes import iou
from cnncourse.explorers.week3 import yolo_decode
from cnncourse.explorers.week3.yolo_decode_picture import PLACE as DECODE_PLACE
from cnncourse.explorers.week3.yolo_scenes import Scenery
from made_road_scenes import SCENES, said, spot, words

# --- decoding ---


def decoding(**start):
    return yolo_decode.decode_one(SCENES, **start)


def test_decoding_draws_extreme_states():
    explorer = decoding()
    for scene, grid_size, sign in itertools.product((0, 2), (1, 13), (-1, 1)):
        explorer.set(scene=scene, grid_size=grid_size, cell=(grid_size - 1, 0), t_x=4.0 * sign, t_y=-4.0 * sign)
        explorer.set(t_w=2.5 * sign, t_h=-2.5 * sign, anchor=0 if sign < 0 else 4)
        assert explorer.picture.shape == (948, 1630, 3)


@pytest.mark.parametrize("name", ["t_x", "t_y", "t_w", "t_h", "anchor", "grid_size", "scene"])
def test_every_control_of_decoding_changes_its_picture(name):
    explorer = decoding()
    before = explorer.picture.copy()
    explorer.set(**{name: 1})
    assert not np.array_equal(before, explorer.picture)


def test_zeros_give_the_anchor_in_the_middle_of_its_cell():
    explorer = decoding(scene=0, grid_size=4, cell=(2, 1), anchor=1)
    w, h = Scenery(SCENES).anchors(5)[1]
    assert f"Cell [2, 1], anchor 1: centre (60.0, 100.0), {w:.1f} px wide, {h:.1f} px high." in said(explorer)
    assert f"b_x, b_y, b_h, b_w = 0.50, 0.50, {h / 40:.2f}, {w / 40:.2f}." in said(explorer)


def test_the_box_is_that_of_the_formulas():
    state = {"scene": 0, "grid_size": 5, "anchor": 3, "cell": (1, 2), "held": ""}
    model = yolo_decode.model_of(Scenery(SCENES), **state, t_x=0.7, t_y=-1.1, t_w=0.4, t_h=-0.6)
    w, h = Scenery(SCENES).anchors(5)[3] * (np.e**0.4, np.e**-0.6)
    x, y = 32 * (2 + 1 / (1 + np.e**-0.7)), 32 * (1 + 1 / (1 + np.e**1.1))
    np.testing.assert_allclose(model.box, [x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = SCENES.boxes[0][:3]
    best = iou(model.box[None], boxes)[0]
    assert f"{best.max():.2f}." in words(yolo_decode.caption(model))


def test_aiming_makes_the_box_the_nearest_object():
    explorer = decoding(scene=0, grid_size=5, cell=(2, 3), anchor=0)
    explorer._flow.children[-2].click()
    assert "IoU with pedestrian 1: 0.99" in said(explorer) or "IoU with pedestrian 1: 1.00" in said(explorer)
    explorer._flow.children[-1].click()
    assert [explorer.state[name] for name in ("t_x", "t_y", "t_w", "t_h")] == [0, 0, 0, 0]
    explorer.set(scene=2)
    before = explorer.state
    explorer._flow.children[-2].click()
    assert explorer.state == before
    assert "IoU" not in said(explorer)


def test_the_centre_is_dragged_but_never_leaves_its_cell():
    explorer = decoding(scene=0, grid_size=4, cell=(1, 1), anchor=0)
    explorer.point("click", *spot(60, 60, DECODE_PLACE))
    explorer.point("drag", *spot(70, 44, DECODE_PLACE))
    assert "centre (70.0, 44.0)" in said(explorer)
    explorer.point("drag", *spot(150, 60, DECODE_PLACE))
    assert (explorer.state["cell"], explorer.state["t_x"]) == ((1, 1), 4.0)
    explorer.point("release")
    assert explorer.state["held"] == ""


def test_a_click_elsewhere_chooses_a_cell_and_the_corner_pulls():
    explorer = decoding(scene=0, grid_size=4, cell=(1, 1), anchor=0)
    explorer.point("click", *spot(100, 140, DECODE_PLACE))
    assert explorer.state["cell"] == (3, 2)
    w, h = Scenery(SCENES).anchors(5)[0]
    explorer.point("release")
    explorer.point("click", *spot(100 + w / 2, 140 + h / 2, DECODE_PLACE))
    assert explorer.state["held"] == "corner"
    explorer.point("drag", *spot(100 + w, 140 + h / 4, DECODE_PLACE))
    assert explorer.state["t_w"] == pytest.approx(np.log(2), abs=0.01)
    assert explorer.state["t_h"] == pytest.approx(np.log(0.5), abs=0.01)


def test_keys_push_the_centre():
    explorer = decoding()
    explorer.point("key", key="ArrowRight")
    explorer.point("key", key="ArrowUp")
    assert (explorer.state["t_x"], explorer.state["t_y"]) == (0.2, -0.2)
    explorer.point("key", key="Enter")
    assert (explorer.state["t_x"], explorer.state["t_y"]) == (0.2, -0.2)


def test_a_drag_without_a_hold_does_nothing():
    explorer = decoding()
    before = explorer.state
    explorer.point("drag", 200, 200)
    explorer.point("hover", 200, 200)
    assert explorer.state == before
