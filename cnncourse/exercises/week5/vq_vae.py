"""Exercises of notebook 5.2, in the notebook's order."""

from cnncourse.exercises.week5.vq_vae_follow import FOLLOWED
from cnncourse.exercises.week5.vq_vae_losses import QUANTISER_LOSSES
from cnncourse.exercises.week5.vq_vae_nearest import NEAREST_NUMBERS
from cnncourse.exercises.week5.vq_vae_perplexity import CODES_IN_USE
from cnncourse.exercises.week5.vq_vae_straight import PASSED_STRAIGHT_THROUGH

EXERCISES = [NEAREST_NUMBERS, PASSED_STRAIGHT_THROUGH, QUANTISER_LOSSES, FOLLOWED, CODES_IN_USE]
