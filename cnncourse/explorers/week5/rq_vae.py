"""Explorers of notebook 5.3: a face by depth, and a chain of codes in the plane."""

from cnncourse.explorers.week5.rq_vae_chain import chain
from cnncourse.explorers.week5.rq_vae_depths import depth_slider

__all__ = ["chain", "depth_slider"]
