"""Exercises of notebook 1.2, in the notebook's order."""

from cnncourse.exercises.week1.convolution_counts import COUNT_PARAMETERS, OUTPUT_SIZE
from cnncourse.exercises.week1.convolution_pass import CONV_FORWARD
from cnncourse.exercises.week1.convolution_steps import CONVOLVE_FLIPPED, CONVOLVE_WINDOW, PAD

EXERCISES = [OUTPUT_SIZE, PAD, CONVOLVE_WINDOW, CONV_FORWARD, COUNT_PARAMETERS, CONVOLVE_FLIPPED]
