"""Exercises of notebook 4.3: what a network sees."""

from cnncourse.exercises.week4.what_networks_see_boxes import STRONGEST_BOXES
from cnncourse.exercises.week4.what_networks_see_occlusion import OCCLUSION_SCORES
from cnncourse.exercises.week4.what_networks_see_rectify import RECTIFY_BACK
from cnncourse.exercises.week4.what_networks_see_saliency import SALIENCY_FROM
from cnncourse.exercises.week4.what_networks_see_spread import SPREAD_BACK
from cnncourse.exercises.week4.what_networks_see_switches import UNPOOL

EXERCISES = [STRONGEST_BOXES, UNPOOL, SPREAD_BACK, RECTIFY_BACK, SALIENCY_FROM, OCCLUSION_SCORES]
