"""Exercises of notebook 1.6, in the notebook's order."""

from cnncourse.exercises.week1.hand_signs_confusion import CONFUSION_MATRIX
from cnncourse.exercises.week1.hand_signs_forward import FORWARD_PASS
from cnncourse.exercises.week1.hand_signs_module import HAND_SIGN_NETWORK
from cnncourse.exercises.week1.hand_signs_step import DESCENT_STEP
from cnncourse.exercises.week1.hand_signs_training import TRAIN_EPOCHS

EXERCISES = [FORWARD_PASS, DESCENT_STEP, HAND_SIGN_NETWORK, TRAIN_EPOCHS, CONFUSION_MATRIX]
