"""Explorers of notebook 2.3: the mixer of channels, the bottleneck's cost, the Inception module."""

from cnncourse.explorers.week2.one_by_one_and_inception_bottleneck import bottleneck_cost
from cnncourse.explorers.week2.one_by_one_and_inception_mixer import pixel_mixer
from cnncourse.explorers.week2.one_by_one_and_inception_module import inception_builder

__all__ = ["bottleneck_cost", "inception_builder", "pixel_mixer"]
