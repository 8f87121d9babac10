"""Exercises of notebook 3.2, in the notebook's order."""

from cnncourse.exercises.week3.sliding_windows_boxes import BOXES_ABOVE
from cnncourse.exercises.week3.sliding_windows_dense import DENSE_TO_CONV
from cnncourse.exercises.week3.sliding_windows_map import PREDICT_MAP
from cnncourse.exercises.week3.sliding_windows_starts import WINDOW_STARTS

EXERCISES = [WINDOW_STARTS, BOXES_ABOVE, DENSE_TO_CONV, PREDICT_MAP]
