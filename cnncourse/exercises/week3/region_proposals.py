"""Exercises of notebook 3.5, in the notebook's order."""

from cnncourse.exercises.week3.region_proposals_box import BOX_OF_REGION
from cnncourse.exercises.week3.region_proposals_merge import MERGE_REGIONS
from cnncourse.exercises.week3.region_proposals_pool import ROI_MAX_POOL
from cnncourse.exercises.week3.region_proposals_recall import RECALL_AT_IOU
from cnncourse.exercises.week3.region_proposals_similar import REGION_SIMILARITY

EXERCISES = [BOX_OF_REGION, REGION_SIMILARITY, MERGE_REGIONS, RECALL_AT_IOU, ROI_MAX_POOL]
