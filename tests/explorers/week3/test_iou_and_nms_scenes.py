"""What notebook 3.3 says of its scenes is so."""

from cnncourse.detection.boxes import iou
from cnncourse.detection.suppression import nms_per_class
from cnncourse.explorers.week3.iou_and_nms_scenes import chosen_scenes


def left_and_found(scene, iou_threshold):
    """Return how many likely boxes are left, and how many true objects one of them fits."""
    _, true_boxes, true_labels, (boxes, scores, labels) = chosen_scenes()[scene]
    likely = scores > 0.6
    boxes, labels = boxes[likely], labels[likely]
    kept = nms_per_class(boxes, scores[likely], labels, iou_threshold)
    fits = (iou(boxes[kept], true_boxes) >= 0.5) & (labels[kept, None] == true_labels)
    return len(kept), int(fits.any(axis=0).sum())


def test_in_scene_5_only_thresholds_close_to_0_56_leave_each_object_one_box():
    found = {threshold: left_and_found(5, threshold) for threshold in (0.3, 0.5, 0.55, 0.56, 0.57, 0.6, 0.9)}
    assert {threshold for threshold, counts in found.items() if counts == (5, 5)} == {0.56, 0.57}
    assert found[0.55][0] == 4
    assert found[0.6][0] == 6
