"""Explorers of notebook 1.4: where a gradient flows, who won the pooling, and how small a step is too small."""

from cnncourse.explorers.week1.backpropagation_flow import gradient_flow
from cnncourse.explorers.week1.backpropagation_steps import step_sizes
from cnncourse.explorers.week1.backpropagation_switches import pooling_switches

__all__ = ["gradient_flow", "pooling_switches", "step_sizes"]
