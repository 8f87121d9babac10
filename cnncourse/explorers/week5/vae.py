"""Explorers of notebook 5.1: a face edited by its code, the plane between three faces, draws from the prior."""

from cnncourse.explorers.week5.vae_plane import latent_plane
from cnncourse.explorers.week5.vae_samples import prior_samples
from cnncourse.explorers.week5.vae_studio import face_studio

__all__ = ["face_studio", "latent_plane", "prior_samples"]
