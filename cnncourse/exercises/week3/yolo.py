"""Exercises of notebook 3.4, in the notebook's order."""

from cnncourse.exercises.week3.yolo_anchors import ASSIGN_ANCHORS
from cnncourse.exercises.week3.yolo_boxes import YOLO_BOXES
from cnncourse.exercises.week3.yolo_filter import FILTER_BOXES
from cnncourse.exercises.week3.yolo_kmeans import KMEANS_STEP
from cnncourse.exercises.week3.yolo_target import YOLO_TARGET

EXERCISES = [ASSIGN_ANCHORS, YOLO_TARGET, KMEANS_STEP, YOLO_BOXES, FILTER_BOXES]
