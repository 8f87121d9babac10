"""Exercises of notebook 5.3, in the notebook's order."""

from cnncourse.exercises.week5.rq_vae_bits import DEPTH_WITHIN
from cnncourse.exercises.week5.rq_vae_codes import RESIDUAL_NUMBERS
from cnncourse.exercises.week5.rq_vae_commitment import DEEP_COMMITMENT
from cnncourse.exercises.week5.rq_vae_sum import STACKED

EXERCISES = [RESIDUAL_NUMBERS, STACKED, DEPTH_WITHIN, DEEP_COMMITMENT]
