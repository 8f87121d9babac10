"""Exercises of notebook 4.4, in the notebook's order."""

from cnncourse.exercises.week4.style_transfer_content import COST_OF_CONTENT
from cnncourse.exercises.week4.style_transfer_gram import GRAM_OF
from cnncourse.exercises.week4.style_transfer_step import PICTURE_STEP
from cnncourse.exercises.week4.style_transfer_style import COST_OF_STYLE
from cnncourse.exercises.week4.style_transfer_total import TOTAL_COST

EXERCISES = [COST_OF_CONTENT, GRAM_OF, COST_OF_STYLE, TOTAL_COST, PICTURE_STEP]
