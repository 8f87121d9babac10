"""Explorers of notebook 4.2: the office door, distances of the same and of different people, the gallery's answer."""

from cnncourse.explorers.week4.face_recognition_door import office_door
from cnncourse.explorers.week4.face_recognition_histogram import distance_histogram
from cnncourse.explorers.week4.face_recognition_nearest import nearest_in_gallery
from cnncourse.explorers.week4.face_recognition_people import astronaut_face

__all__ = ["astronaut_face", "distance_histogram", "nearest_in_gallery", "office_door"]
