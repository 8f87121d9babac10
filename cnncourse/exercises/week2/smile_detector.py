"""Exercises of notebook 2.6, in the notebook's order."""

from cnncourse.exercises.week2.smile_detector_network import SMILE_NETWORK
from cnncourse.exercises.week2.smile_detector_outcomes import OUTCOME_COUNTS
from cnncourse.exercises.week2.smile_detector_people import SPLIT_BY_PERSON
from cnncourse.exercises.week2.smile_detector_step import MIRRORED_STEP

EXERCISES = [SPLIT_BY_PERSON, SMILE_NETWORK, MIRRORED_STEP, OUTCOME_COUNTS]
