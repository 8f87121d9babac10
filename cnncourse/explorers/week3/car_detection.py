"""Explorers of notebook 3.6: every mistake, the detector's inside, a road studio, and real photos."""

from cnncourse.explorers.week3.car_detection_inside import inside
from cnncourse.explorers.week3.car_detection_kinds import judge_detections
from cnncourse.explorers.week3.car_detection_mistakes import mistakes, truths_of
from cnncourse.explorers.week3.car_detection_photo import BUNDLED, own_photo, photo_squares
from cnncourse.explorers.week3.car_detection_studio import road_studio

__all__ = [
    "BUNDLED",
    "inside",
    "judge_detections",
    "mistakes",
    "own_photo",
    "photo_squares",
    "road_studio",
    "truths_of",
]
