"""The explorers of notebook 3.5 draw every state, follow pointer and keys, and say what arithmetic says."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from cnncourse.detection.boxes import iou
from cnncourse.detection.proposals import merge_segments, roi_pool
from cnncourse.explorers.week3 import region_proposals as explore
from cnncourse.explorers.week3.region_proposals_bins import BLOCKS, features_of
from cnncourse.explorers.week3.region_proposals_bins_picture import SCENE
from cnncourse.explorers.week3.region_proposals_merging_picture import LEFT, placed
from cnncourse.explorers.week3.region_proposals_pictures import NAMES, OWN, PHOTOS, chosen
from cnncourse.explorers.week3.region_proposals_recall_picture import PLOT, count_at, x_of
from cnncourse.pictures.proposal_recall import MOST, WAYS, load_road_recall
from cnncourse.pictures.road_scenes import road_scenes
from made_road_scenes import said, spot

# --- merging ---


def test_merging_draws_extreme_states():
    explorer = explore.merging_regions()
    for picture, colours in itertools.product((NAMES[0], "rocket", OWN), ("rgb", "lab")):
        explorer.set(picture=picture, colours=colours)
        for step in (0, 1, explorer.controls["step"].max):
            explorer.set(step=step)
            assert explorer.picture.shape == (982, 1630, 3)


@pytest.mark.parametrize(("name", "value"), [("picture", "cat"), ("step", 60), ("colours", "hsv")])
def test_every_control_of_the_merging_changes_its_picture(name, value):
    explorer = explore.merging_regions(step=40)
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_merging_says_what_the_tree_says():
    image, truths, _ = chosen("road scene 31")
    tree = merge_segments(image)
    explorer = explore.merging_regions(picture="road scene 31", step=25)
    merge, sizes = tree.merges[24], tree.features.sizes
    a, b = int(sizes[merge.first]), int(sizes[merge.second])
    assert f"Step 25 of {len(tree.merges)}." in said(explorer)
    assert f"{a:,} and {b:,} pixels: colour {merge.alike[0]:.2f} + texture {merge.alike[1]:.2f}" in said(explorer)
    assert f"= {sum(merge.alike):.2f}. They make one region of {a + b:,} pixels" in said(explorer)
    best = iou(truths, tree.boxes[: len(tree.merges) + 26]).max(axis=1)
    assert f"{(best >= 0.5).sum()} of {len(truths)} found at IoU 0.5" in said(explorer)


def test_the_slider_ends_where_one_region_is_left():
    explorer = explore.merging_regions(picture="flower")
    explorer.set(step=10_000)
    assert "regions left: 1." in said(explorer)
    assert explorer.state["step"] == len(merge_segments(chosen("flower")[0]).merges)


def test_a_click_on_a_region_goes_to_its_merge_and_keys_step():
    explorer = explore.merging_regions(picture="road scene 12", step=5)
    tree = merge_segments(chosen("road scene 12")[0])
    region = tree.regions_after(4)[100, 80]
    x, y, scale = placed((160, 160), LEFT)
    explorer.point("click", x + 80.5 * scale, y + 100.5 * scale)
    assert region in tree.merges[explorer.state["step"] - 1][:2]
    here = explorer.state["step"]
    explorer.point("click", 870, 500)
    assert explorer.state["step"] == here
    explorer.set(step=20)
    for key, step in (("ArrowRight", 21), ("ArrowDown", 31), ("ArrowLeft", 30), ("ArrowUp", 20), ("Enter", 21)):
        explorer.point("key", key=key)
        assert explorer.state["step"] == step


def uploaded(data):
    return ({"name": "a.png", "type": "image/png", "size": len(data), "content": data, "last_modified": None},)


def test_an_own_picture_is_used_and_a_broken_one_explained():
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 90, 3), dtype=np.uint8)).save(buffer, "PNG")
    assert chosen(OWN, uploaded(buffer.getvalue()))[0].shape == (40, 90, 3)
    picture, truths, sentence = chosen(OWN, uploaded(b"nothing"))
    assert "not a picture" in sentence
    assert (picture.shape, truths.shape) == ((160, 160, 3), (0, 4))
    assert "until then" in chosen(OWN)[2]
    assert all(chosen(name)[2].startswith("Photo: ") for name in PHOTOS)


# --- recall ---


def test_recall_draws_extreme_states():
    explorer = explore.recall_curves()
    for scene, count, threshold in itertools.product((0, 59), (1, MOST), (0.3, 0.9)):
        explorer.set(scene=scene, count=count, iou_threshold=threshold, way=WAYS[scene % 3])
        assert explorer.picture.shape == (889, 1630, 3)


@pytest.mark.parametrize(
    ("name", "value"), [("scene", 3), ("way", "random boxes"), ("count", 20), ("iou_threshold", 0.7)]
)
def test_every_control_of_the_recall_changes_its_picture(name, value):
    explorer = explore.recall_curves()
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_recall_says_what_the_measurements_say():
    explorer = explore.recall_curves(scene=7, way="sliding windows", count=321, iou_threshold=0.6)
    measured = load_road_recall()
    for way in WAYS:
        overlaps = measured.best_overlaps(way, 321)
        found = int((overlaps >= 0.6).sum())
        assert f"{way} {found}/197 = {found / 197:.3f}" in said(explorer)
    mine = measured.best_overlaps("sliding windows", 321)[measured.scene_of == 7]
    assert f"{(mine >= 0.6).sum()} of {len(mine)} found, best IoU {', '.join(f'{o:.2f}' for o in mine)}" in said(
        explorer
    )


def test_the_best_proposals_shown_have_the_overlap_that_is_said():
    measured, data = load_road_recall(), road_scenes(count=10)
    for way in WAYS:
        for scene in range(10):
            truths = data.boxes[scene][~data.ignored[scene]]
            for truth, index in zip(truths, np.flatnonzero(measured.scene_of == scene), strict=True):
                overlap, box = measured.records[way][index].best(300)
                assert overlap == pytest.approx(0 if box is None else iou([truth], [box]).item(), abs=6e-4)


def test_a_drag_along_the_axis_sets_the_number_and_keys_work():
    explorer = explore.recall_curves()
    assert (count_at(x_of(100)), count_at(0), count_at(9999)) == (100, 1, MOST)
    explorer.point("click", float(x_of(40)), 100)
    assert explorer.state["count"] == 40
    before = explorer.picture.copy()
    explorer.point("drag", float(x_of(700)), 300)
    assert explorer.state["count"] == 700
    assert not np.array_equal(before, explorer.picture)
    explorer.point("click", 100, 100)
    assert explorer.state["count"] == 700
    explorer.set(count=1, scene=0)
    explorer.point("key", key="ArrowRight")
    assert explorer.state["count"] == 2
    explorer.point("key", key="ArrowLeft")
    explorer.point("key", key="ArrowLeft")
    explorer.point("key", key="ArrowUp")
    assert (explorer.state["count"], explorer.state["scene"]) == (1, 0)
    explorer.point("key", key="ArrowDown")
    assert explorer.state["scene"] == 1
    assert PLOT[0] + PLOT[2] <= 880


# --- RoI pooling ---


def test_bins_draw_extreme_states():
    explorer = explore.roi_bins()
    boxes = [(0, 0, 160, 160), (0, 0, 2, 2), (158, 158, 160, 160), (3, 40, 9, 150)]
    for box, block, bins in itertools.product(boxes, range(1, BLOCKS + 1), (1, 7)):
        explorer.set(box=box, block=block, rows=bins, columns=8 - bins, channel=15)
        assert explorer.picture.shape == (722, 1630, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("scene", 3), ("block", 2), ("channel", 5), ("rows", 2), ("columns", 5), ("box", (20, 60, 90, 110))],
)
def test_every_part_of_the_bins_changes_the_picture(name, value):
    explorer = explore.roi_bins()
    before = explorer.picture.copy()
    explorer.set(**{name: value})
    assert not np.array_equal(before, explorer.picture)


def test_the_maps_have_the_stride_that_is_said():
    assert [features_of(0, block).shape[1:] for block in (1, 2, 3)] == [(80, 80), (40, 40), (20, 20)]


def test_an_overlap_just_below_the_threshold_is_not_rounded_up_to_it():
    explorer = explore.recall_curves(scene=0, count=200)
    assert "1 of 5 found, best IoU 0.77, 0.49" in said(explorer)
    assert "0.42, 0.45, 0.28" in said(explorer)


def test_bins_say_how_the_box_is_rounded():
    explorer = explore.roi_bins(box=(21, 60, 98, 111), block=3, rows=2, columns=4)
    # 2.625 → 3, 7.5 → 8, 12.25 → 12, 13.875 → 14; the edges move by 3, 4, 2 and 1 pixel
    assert "Box 77 × 51 px, stride 8: 21/8 = 2.62 → 3, 60/8 = 7.50 → 8, 98/8 = 12.25 → 12" in said(explorer)
    assert "So 9 × 6 cells, columns 3 to 11 and rows 8 to 13, in 4 × 2 bins" in said(explorer)
    assert "by up to 4.0 px" in said(explorer)
    explorer.set(box=(21, 60, 27, 70))  # 2.625 → 3, 7.5 → 8, 3.375 → 3, 8.75 → 9
    assert "1 × 1 cells, column 3 and row 8, in" in said(explorer)


def test_a_drag_draws_a_box_in_any_direction_and_stays_in_the_picture():
    explorer = explore.roi_bins()
    explorer.point("click", *spot(100, 120, SCENE))
    before = explorer.picture.copy()
    explorer.point("drag", *spot(40, 60, SCENE))
    assert explorer.state["box"] == (40, 60, 100, 120)
    assert not np.array_equal(before, explorer.picture)
    explorer.point("drag", *spot(300, -50, SCENE))
    assert explorer.state["box"] == (100, 0, 160, 120)
    explorer.point("drag", *spot(100, 120, SCENE))
    assert explorer.state["box"] == (100, 120, 102, 122)
    explorer.point("release")
    explorer.point("drag", *spot(10, 10, SCENE))
    assert explorer.state["box"] == (100, 120, 102, 122)
    explorer.point("click", 700, 100)
    assert explorer.state["start"] is None


def test_keys_move_and_resize_the_box():
    explorer = explore.roi_bins(box=(1, 10, 60, 158))
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowDown"):
        explorer.point("key", key=key)
    assert explorer.state["box"] == (0, 12, 59, 160)
    explorer.point("key", key="Enter")
    assert explorer.state["box"] == (0, 12, 60, 160)
    explorer.point("key", key=" ")
    assert explorer.state["box"] == (0, 12, 59, 159)


def test_the_output_comes_from_the_learners_function():
    def roi_max_pool(features, box, output_size, spatial_scale):
        return 2 * roi_pool(features, [box], output_size, spatial_scale)[0]

    mine, course = explore.roi_bins(roi_max_pool), explore.roi_bins()
    assert not np.array_equal(mine.picture, course.picture)
    assert "drawn by your roi_max_pool. It gives another answer" in said(mine)
    assert "roi_max_pool" not in said(course)
