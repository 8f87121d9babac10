"""Explorers of notebook 5.2: a face whose codes are exchanged, and codes that follow points of the plane."""

from cnncourse.explorers.week5.vq_vae_codes import code_exchange
from cnncourse.explorers.week5.vq_vae_points import following_codes

__all__ = ["code_exchange", "following_codes"]
