"""Exercises of notebook 3.6, in the notebook's order."""

from cnncourse.exercises.week3.car_detection_detect import DETECT_OBJECTS
from cnncourse.exercises.week3.car_detection_judge import JUDGE_DETECTIONS
from cnncourse.exercises.week3.car_detection_mirror import MIRROR_SCENE
from cnncourse.exercises.week3.car_detection_score import SCORE_DETECTOR
from cnncourse.exercises.week3.car_detection_step import DETECTOR_STEP
from cnncourse.exercises.week3.car_detection_targets import BUILD_TARGETS

EXERCISES = [MIRROR_SCENE, BUILD_TARGETS, DETECTOR_STEP, DETECT_OBJECTS, JUDGE_DETECTIONS, SCORE_DETECTOR]
