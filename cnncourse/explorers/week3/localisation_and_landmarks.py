"""Explorers of notebook 3.1: a box and its label vector, mirrored landmarks, landmarks found on faces and photos."""

from cnncourse.explorers.week3.localisation_and_landmarks_label import label_vector
from cnncourse.explorers.week3.localisation_and_landmarks_mirror import mirrored_faces
from cnncourse.explorers.week3.localisation_and_landmarks_photo import own_face
from cnncourse.explorers.week3.localisation_and_landmarks_viewer import landmark_viewer

__all__ = ["label_vector", "landmark_viewer", "mirrored_faces", "own_face"]
