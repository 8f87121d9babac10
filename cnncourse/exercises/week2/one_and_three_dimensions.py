"""Exercises of notebook 2.5, in the notebook's order."""

from cnncourse.exercises.week2.one_and_three_dimensions_motion import MOVING_KERNEL
from cnncourse.exercises.week2.one_and_three_dimensions_network import BEAT_NETWORK
from cnncourse.exercises.week2.one_and_three_dimensions_peaks import FIND_R_PEAKS
from cnncourse.exercises.week2.one_and_three_dimensions_shapes import SHAPE_AND_PARAMETERS

EXERCISES = [SHAPE_AND_PARAMETERS, FIND_R_PEAKS, BEAT_NETWORK, MOVING_KERNEL]
