"""Boxes of week 3 dragged with a real mouse in JupyterLab: overlap and YOLO's cells follow, checked by arithmetic."""

import re

import pytest

from cnncourse.explorers.week3 import iou_and_nms_overlap, yolo_grid_picture
from cnncourse.pictures.road_scenes import SIZE, road_scenes
from lab import Lab, chromium, new_page, open_notebook, run_all
from latency import write_notebook

pytestmark = pytest.mark.browser

SCENE, CELLS_A_SIDE = 7, 5
CELLS = [
    "import cnncourse.explorers.week3.iou_and_nms as boxes; import cnncourse.explorers.week3.yolo as yolo",
    "from cnncourse.pictures.road_scenes import road_scenes",
    "boxes.two_boxes()",
    f"yolo.yolo_grid(road_scenes('validation'), scene={SCENE}, grid_size={CELLS_A_SIDE})",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = tmp_path_factory.mktemp("boxes")
    write_notebook(root / "boxes.ipynb", CELLS)
    with Lab(root) as lab, chromium() as browser:
        page, problems = new_page(browser, height=2600)
        open_notebook(page, lab, "boxes.ipynb")
        assert run_all(page) == []
        yield page
        assert problems == []


def drag(page, number, module, start, end):
    """Drag from one point of the scene to another, in its pixels, and return the explorer's words afterwards."""
    explorer = page.locator(".cnncourse-explorer").nth(number)
    shown = explorer.locator("canvas.cnncourse-canvas").bounding_box()
    (left, top, side), per_pixel = module.PLACE, shown["width"] / module.WIDTH

    def on_screen(point):
        return (
            shown["x"] + (left + point[0] * side / SIZE) * per_pixel,
            shown["y"] + (top + point[1] * side / SIZE) * per_pixel,
        )

    page.mouse.move(*on_screen(start))
    page.mouse.down()
    page.mouse.move(*on_screen(end), steps=12)
    page.mouse.up()
    page.wait_for_timeout(500)
    return explorer.inner_text()


def two_boxes(words):
    a, b = re.search(r"A \(([\d, ]+)\), B \(([\d, ]+)\)", words).groups()
    return tuple(map(int, a.split(","))), tuple(map(int, b.split(",")))


def plain_iou(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def test_a_dragged_box_changes_the_overlap(page):
    before = two_boxes(page.locator(".cnncourse-explorer").nth(0).inner_text())
    words = drag(page, 0, iou_and_nms_overlap, start=(59, 98), end=(69, 92))
    a, b = two_boxes(words)
    assert b == before[1]
    assert a == pytest.approx([before[0][0] + 10, before[0][1] - 6, before[0][2] + 10, before[0][3] - 6], abs=1)
    assert f"IoU {plain_iou(a, b):.3f}" in words


def test_a_dragged_object_belongs_to_another_cell(page):
    scenes = road_scenes("validation")
    x1, y1, x2, y2 = scenes.boxes[SCENE][~scenes.ignored[SCENE]][0]
    centre = ((x1 + x2) / 2, (y1 + y2) / 2)
    cell = SIZE / CELLS_A_SIDE
    words = drag(page, 1, yolo_grid_picture, start=centre, end=(centre[0], 4.3 * cell))
    assert "b_y = 4.30 − 4 = 0.30" in words
