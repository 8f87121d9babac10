"""Exercises of notebook 2.2, in the notebook's order."""

from cnncourse.exercises.week2.residual_networks_identity import IDENTITY_BLOCK
from cnncourse.exercises.week2.residual_networks_norm import BATCH_NORM
from cnncourse.exercises.week2.residual_networks_plan import BLOCK_PLAN
from cnncourse.exercises.week2.residual_networks_projection import PROJECTION_BLOCK
from cnncourse.exercises.week2.residual_networks_shortcut import PADDED_SHORTCUT

EXERCISES = [IDENTITY_BLOCK, BATCH_NORM, PROJECTION_BLOCK, PADDED_SHORTCUT, BLOCK_PLAN]
