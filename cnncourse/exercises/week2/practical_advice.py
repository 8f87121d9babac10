"""Exercises of notebook 2.4, in the notebook's order."""

from cnncourse.exercises.week2.practical_advice_average import AVERAGE_OF_NETWORKS
from cnncourse.exercises.week2.practical_advice_crops import RANDOM_CROPS
from cnncourse.exercises.week2.practical_advice_freeze import FREEZE_UP_TO
from cnncourse.exercises.week2.practical_advice_ten import TEN_CROPS

EXERCISES = [RANDOM_CROPS, FREEZE_UP_TO, AVERAGE_OF_NETWORKS, TEN_CROPS]
