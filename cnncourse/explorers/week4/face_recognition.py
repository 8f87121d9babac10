"""Explorers of notebook 4.2: the office door, distances of the same and of different people, the gallery's answer."""

from cnncourse.explorers.week4.face_recognition_door import office_door
from cnncourse.explorers.week4.face_recognition_histogram import distance_histogram
from cnncourse.explorers.week4.face_recognition_nearest import nearest_in_gallery

__all__ = ["distance_histogram", "nearest_in_gallery", "office_door"]
