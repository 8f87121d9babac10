"""Exercises of notebook 2.3, in the notebook's order."""

from cnncourse.exercises.week2.one_by_one_and_inception_costs import BOTTLENECK_MULTIPLICATIONS, LAYER_MULTIPLICATIONS
from cnncourse.exercises.week2.one_by_one_and_inception_module import INCEPTION_FORWARD
from cnncourse.exercises.week2.one_by_one_and_inception_pixel import ONE_BY_ONE

EXERCISES = [ONE_BY_ONE, LAYER_MULTIPLICATIONS, BOTTLENECK_MULTIPLICATIONS, INCEPTION_FORWARD]
