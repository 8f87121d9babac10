"""Explorers of notebook 2.2: a block taken apart, trained runs with and without shortcuts, gradients at the start."""

from cnncourse.explorers.week2.residual_networks_blocks import block_chain
from cnncourse.explorers.week2.residual_networks_runs import degradation
from cnncourse.explorers.week2.residual_networks_start import first_gradients

__all__ = ["block_chain", "degradation", "first_gradients"]
