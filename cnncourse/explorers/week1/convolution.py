"""Explorers of notebook 1.2: the convolution stepper, volumes, parameters, equivariance."""

from cnncourse.explorers.week1.convolution_equivariance import equivariance_explorer
from cnncourse.explorers.week1.convolution_parameters import parameter_counter
from cnncourse.explorers.week1.convolution_stepper import convolution_stepper
from cnncourse.explorers.week1.convolution_volume import volume_explorer

__all__ = ["convolution_stepper", "equivariance_explorer", "parameter_counter", "volume_explorer"]
