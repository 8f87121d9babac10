"""Exercises of notebook 4.2, in the notebook's order."""

from cnncourse.exercises.week4.face_recognition_chance import SAME_CHANCE
from cnncourse.exercises.week4.face_recognition_chi_squared import CHI_SQUARED_DISTANCE
from cnncourse.exercises.week4.face_recognition_rates import ACCEPT_RATE_CURVE
from cnncourse.exercises.week4.face_recognition_recognise import RECOGNISE_PERSON
from cnncourse.exercises.week4.face_recognition_threshold import THRESHOLD_FOR
from cnncourse.exercises.week4.face_recognition_verify import VERIFY_PERSON

EXERCISES = [
    VERIFY_PERSON,
    RECOGNISE_PERSON,
    ACCEPT_RATE_CURVE,
    THRESHOLD_FOR,
    SAME_CHANCE,
    CHI_SQUARED_DISTANCE,
]
