"""Explorers of notebook 1.3: pooling on numbers and on photos, shifts, and the receptive-field builder."""

from cnncourse.explorers.week1.pooling_and_receptive_field_builder import receptive_field_builder
from cnncourse.explorers.week1.pooling_and_receptive_field_numbers import pooling_on_numbers
from cnncourse.explorers.week1.pooling_and_receptive_field_photos import pooling_on_photos
from cnncourse.explorers.week1.pooling_and_receptive_field_shift import shift_explorer

__all__ = ["pooling_on_numbers", "pooling_on_photos", "receptive_field_builder", "shift_explorer"]
