"""Explorers of notebook 2.1: architectures to scale, local response normalisation, colour noise."""

from cnncourse.explorers.week2.classic_networks_architecture import architectures
from cnncourse.explorers.week2.classic_networks_colour import colour_noise
from cnncourse.explorers.week2.classic_networks_norm import response_norm

__all__ = ["architectures", "colour_noise", "response_norm"]
