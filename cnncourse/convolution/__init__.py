"""Convolution from the ground up in NumPy: filters, correlation, pooling, gradients, layers and neighbours."""

from cnncourse.convolution.arithmetic import (
    conv_multiplications,
    conv_parameters,
    output_size,
    receptive_field,
    same_padding,
)
from cnncourse.convolution.correlation import convolve, correlate, correlate_backward
from cnncourse.convolution.filters import (
    KERNELS,
    filter_image,
    gradient_magnitude,
    gradient_orientation,
    image_gradient,
    oriented_kernel,
)
from cnncourse.convolution.gradients import check_gradient, numerical_gradient, relative_error
from cnncourse.convolution.layers import (
    AveragePool2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    SoftmaxCrossEntropy,
)
from cnncourse.convolution.neighbours import nearest_neighbours, predict_labels, squared_distances
from cnncourse.convolution.pooling import (
    average_pool,
    average_pool_backward,
    max_pool,
    max_pool_backward,
    min_pool,
    min_pool_backward,
)

__all__ = [
    "KERNELS",
    "AveragePool2d",
    "Conv2d",
    "Flatten",
    "Linear",
    "MaxPool2d",
    "Network",
    "ReLU",
    "SoftmaxCrossEntropy",
    "average_pool",
    "average_pool_backward",
    "check_gradient",
    "conv_multiplications",
    "conv_parameters",
    "convolve",
    "correlate",
    "correlate_backward",
    "filter_image",
    "gradient_magnitude",
    "gradient_orientation",
    "image_gradient",
    "max_pool",
    "max_pool_backward",
    "min_pool",
    "min_pool_backward",
    "nearest_neighbours",
    "numerical_gradient",
    "oriented_kernel",
    "output_size",
    "predict_labels",
    "receptive_field",
    "relative_error",
    "same_padding",
    "squared_distances",
]
