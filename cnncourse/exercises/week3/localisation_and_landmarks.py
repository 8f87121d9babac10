"""Exercises of notebook 3.1, in the notebook's order."""

from cnncourse.exercises.week3.localisation_and_landmarks_encode import ENCODE_LOCALISATION
from cnncourse.exercises.week3.localisation_and_landmarks_loss import LOCALISATION_LOSS
from cnncourse.exercises.week3.localisation_and_landmarks_mirror import MIRROR_LANDMARKS
from cnncourse.exercises.week3.localisation_and_landmarks_soft_argmax import SOFT_ARGMAX

EXERCISES = [ENCODE_LOCALISATION, LOCALISATION_LOSS, MIRROR_LANDMARKS, SOFT_ARGMAX]
