"""The measured recall of region proposals: records by hand, and the shipped file against proposing afresh."""

import numpy as np
import pytest

from cnncourse.detection.boxes import iou
from cnncourse.pictures.proposal_recall import (
    MOST,
    SCENES,
    WAYS,
    load_road_recall,
    measure,
    proposed,
    random_boxes,
    records_of,
    sliding_boxes,
)
from cnncourse.pictures.road_scenes import road_scenes


def test_records_are_where_the_best_overlap_rises():
    boxes = np.array([[50, 50, 60, 60], [0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 2, 4], [0, 0, 8, 5], [0, 0, 8, 4]], float)
    rows = records_of(np.array([[0, 0, 8, 4], [90, 90, 99, 99]], float), boxes)
    assert rows == [[[2, 500, 0, 0, 4, 4], [5, 800, 0, 0, 8, 5], [6, 1000, 0, 0, 8, 4]], []]


@pytest.mark.parametrize("way", WAYS)
def test_the_shipped_file_says_what_proposing_afresh_gives(way):
    scenes, measured = road_scenes(count=3), load_road_recall()
    for number in (0, 2):
        boxes = proposed(way, number, scenes.images[number])
        objects = np.flatnonzero(measured.scene_of == number)
        truths = scenes.boxes[number][~scenes.ignored[number]]
        assert len(objects) == len(truths)
        for count in (1, 40, 250, MOST):
            fresh = iou(truths, boxes[:count]).max(axis=1, initial=0)
            stored = measured.best_overlaps(way, count)[objects]
            assert stored == pytest.approx(fresh, abs=0.02)  # segments may differ by a pixel on another processor


def test_recall_is_the_share_of_objects_found():
    measured = load_road_recall()
    for way in WAYS:
        for threshold in (0.3, 0.5, 0.75):
            counts = [1, 30, 500, MOST]
            expected = [(measured.best_overlaps(way, count) >= threshold).mean() for count in counts]
            assert measured.recall(way, counts, threshold) == pytest.approx(expected)


def test_the_numbers_that_the_notebook_tells_hold():
    measured = load_road_recall()
    recalls = {way: (100 * measured.recall(way, [10, 100, 500, MOST])).round(1).tolist() for way in WAYS}
    assert recalls == {
        "selective search": [9.6, 46.2, 74.1, 75.6],
        "sliding windows": [0.5, 6.6, 38.1, 77.7],
        "random boxes": [2.0, 19.8, 33.5, 54.3],
    }
    assert (len(measured.scene_of), measured.scene_of.max()) == (197, SCENES - 1)


def test_measuring_gives_numbers_of_proposals_and_records_of_every_object():
    found = measure(scenes=1)
    objects = int((~road_scenes(count=1).ignored[0]).sum())
    assert {way: len(found[way]["records"]) for way in WAYS} == dict.fromkeys(WAYS, objects)
    assert found["random boxes"]["counts"] == [MOST]


def test_sliding_windows_lie_in_the_picture_and_have_three_shapes():
    boxes = sliding_boxes(np.random.default_rng(0))
    assert len(boxes) == 4999
    assert boxes.min() >= 0
    assert boxes.max() <= 160
    sizes = boxes[:, 2:] - boxes[:, :2]
    assert set(np.rint(np.log2(sizes[:, 0] / sizes[:, 1])).tolist()) == {-1, 0, 1}


def test_random_boxes_have_an_area():
    boxes = random_boxes(5000, np.random.default_rng(0), size=12)
    assert ((boxes[:, 2:] - boxes[:, :2]) >= 1).all()
    assert (boxes.min(), boxes.max()) == (0, 12)


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="way must be one of 'selective search'"):
        load_road_recall().recall("guessing", [1])
