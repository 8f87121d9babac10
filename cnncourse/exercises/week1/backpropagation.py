"""Exercises of notebook 1.4, in the notebook's order."""

from cnncourse.exercises.week1.backpropagation_checks import CENTRAL_DIFFERENCE, GRADIENT_ERROR
from cnncourse.exercises.week1.backpropagation_convolution import CONV_BACKWARD
from cnncourse.exercises.week1.backpropagation_dense import CROSS_ENTROPY_GRADIENT, LINEAR_BACKWARD
from cnncourse.exercises.week1.backpropagation_pooling import MAX_POOL_BACKWARD

EXERCISES = [
    CENTRAL_DIFFERENCE,
    GRADIENT_ERROR,
    LINEAR_BACKWARD,
    CROSS_ENTROPY_GRADIENT,
    CONV_BACKWARD,
    MAX_POOL_BACKWARD,
]
