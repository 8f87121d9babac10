"""Exercises of notebook 3.3, in the notebook's order."""

from cnncourse.exercises.week3.iou_and_nms_average import INTERPOLATED_AP
from cnncourse.exercises.week3.iou_and_nms_classes import SUPPRESS_PER_CLASS
from cnncourse.exercises.week3.iou_and_nms_overlap import BOX_IOU
from cnncourse.exercises.week3.iou_and_nms_point import PRECISION_RECALL_POINT
from cnncourse.exercises.week3.iou_and_nms_suppress import SUPPRESS

EXERCISES = [BOX_IOU, SUPPRESS, SUPPRESS_PER_CLASS, PRECISION_RECALL_POINT, INTERPOLATED_AP]
