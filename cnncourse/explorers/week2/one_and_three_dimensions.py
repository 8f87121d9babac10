"""Explorers of notebook 2.5: a filter over a heartbeat, nodules in slices and volumes, motion in space–time."""

from cnncourse.explorers.week2.one_and_three_dimensions_ecg import filter_over_ecg
from cnncourse.explorers.week2.one_and_three_dimensions_motion import motion_explorer
from cnncourse.explorers.week2.one_and_three_dimensions_volume import slice_explorer

__all__ = ["filter_over_ecg", "motion_explorer", "slice_explorer"]
