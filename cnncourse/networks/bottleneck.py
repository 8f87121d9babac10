"""A trained convolution rewritten as a detour over few channels."""

import torch
from torch import nn

from cnncourse.arguments import shown, whole_number


def through_bottleneck(convolution, width):
    """Return a 1×1 convolution to `width` channels and a second layer of the first's size, as near to it as can be.

    `convolution` is an `nn.Conv2d` without groups, which stays as it is. The two weights are the best factors of its
    weights written as a table of K·f·f rows and C columns, in the sense of least squares (Eckart & Young 1936); with
    `width` = C the two layers give the same maps. Raises ValueError or TypeError for what cannot be factored.

    >>> [tuple(layer.weight.shape) for layer in through_bottleneck(nn.Conv2d(192, 32, 5), 16)]
    [(16, 192, 1, 1), (32, 16, 5, 5)]
    """
    if not isinstance(convolution, nn.Conv2d) or convolution.groups != 1 or convolution.padding_mode != "zeros":
        raise TypeError(f"convolution must be an nn.Conv2d without groups, padded with zeros, got {shown(convolution)}")
    K, C, height, width_px = convolution.weight.shape
    if whole_number("width", width, 1) > C:
        raise ValueError(f"width must be at most the {C} channels of the convolution's input, got {width}")
    table = convolution.weight.detach().permute(0, 2, 3, 1).reshape(-1, C)  # (K·f·f, C)
    left, sizes, right = torch.linalg.svd(table, full_matrices=False)
    second = (left[:, :width] * sizes[:width]).reshape(K, height, width_px, -1).permute(0, 3, 1, 2)
    if second.shape[1] < width:  # the table has fewer rows than columns
        second = nn.functional.pad(second, (0, 0, 0, 0, 0, width - second.shape[1]))
        right = nn.functional.pad(right, (0, 0, 0, width - right.shape[0]))
    return nn.Sequential(*_layers(convolution, right[:width, :, None, None], second))


def _layers(convolution, first, second):
    width, C = first.shape[:2]
    compress = nn.Conv2d(C, width, 1, bias=False)
    options = {name: getattr(convolution, name) for name in ("stride", "padding", "dilation")}
    bias = convolution.bias is not None
    expand = nn.Conv2d(width, convolution.out_channels, convolution.kernel_size, bias=bias, **options)
    compress.weight, expand.weight = nn.Parameter(first.contiguous()), nn.Parameter(second.contiguous())
    if bias:
        expand.bias = nn.Parameter(convolution.bias.detach().clone())
    return compress, expand
