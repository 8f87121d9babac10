"""Exercises of notebook 5.1, in the notebook's order."""

from cnncourse.exercises.week5.vae_direction import EDITED_CODES
from cnncourse.exercises.week5.vae_draw import DRAW_CODE
from cnncourse.exercises.week5.vae_elbo import NEGATIVE_ELBO
from cnncourse.exercises.week5.vae_kl import KL_FROM_STANDARD

EXERCISES = [DRAW_CODE, KL_FROM_STANDARD, NEGATIVE_ELBO, EDITED_CODES]
