"""Exercises of notebook 4.1, in the notebook's order."""

from cnncourse.exercises.week4.one_shot_and_triplets_contrastive import CONTRASTIVE_COST
from cnncourse.exercises.week4.one_shot_and_triplets_cost import TRIPLET_COST
from cnncourse.exercises.week4.one_shot_and_triplets_count import COUNT_TRIPLETS
from cnncourse.exercises.week4.one_shot_and_triplets_nearest import ONE_SHOT_PEOPLE
from cnncourse.exercises.week4.one_shot_and_triplets_semi_hard import SEMI_HARD_CHOICE

EXERCISES = [ONE_SHOT_PEOPLE, TRIPLET_COST, COUNT_TRIPLETS, SEMI_HARD_CHOICE, CONTRASTIVE_COST]
