"""Explorers of notebook 1.1, edges: slide a kernel, play with filters, follow the gradient, learn nine numbers."""

from cnncourse.explorers.week1.edges_gradient import gradient_explorer
from cnncourse.explorers.week1.edges_learning import learn_a_filter
from cnncourse.explorers.week1.edges_playground import filter_playground
from cnncourse.explorers.week1.edges_toy import slide_the_toy_edge

__all__ = ["filter_playground", "gradient_explorer", "learn_a_filter", "slide_the_toy_edge"]
