"""Exercises of notebook 2.1, in the notebook's order."""

from cnncourse.exercises.week2.classic_networks_colour import COLOUR_COMPONENTS, PCA_COLOUR_NOISE
from cnncourse.exercises.week2.classic_networks_lenet import LENET_5
from cnncourse.exercises.week2.classic_networks_norm import LOCAL_RESPONSE_NORM
from cnncourse.exercises.week2.classic_networks_shapes import ALEXNET_SHAPES
from cnncourse.exercises.week2.classic_networks_stack import STACK_AGAINST_ONE

EXERCISES = [
    LENET_5,
    ALEXNET_SHAPES,
    LOCAL_RESPONSE_NORM,
    COLOUR_COMPONENTS,
    PCA_COLOUR_NOISE,
    STACK_AGAINST_ONE,
]
