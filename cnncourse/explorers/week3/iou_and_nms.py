"""Explorers of notebook 3.3: two boxes to drag, suppression step by step, precision and recall."""

from cnncourse.explorers.week3.iou_and_nms_curve import precision_recall_curve
from cnncourse.explorers.week3.iou_and_nms_overlap import two_boxes
from cnncourse.explorers.week3.iou_and_nms_scenes import chosen_scenes, many_scenes, pretended_detections
from cnncourse.explorers.week3.iou_and_nms_steps import suppression_steps

__all__ = [
    "chosen_scenes",
    "many_scenes",
    "precision_recall_curve",
    "pretended_detections",
    "suppression_steps",
    "two_boxes",
]
