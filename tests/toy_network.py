"""A network of two layers that has what style transfer asks for, small enough to check by hand."""

import torch
from torch import nn
from torch.nn import functional as F


class ToyNetwork(nn.Module):
    """Two convolutions, "low" and "high", from a seed; the second sees half the size."""

    LAYERS = ("low", "high")

    def __init__(self, seed=0, dtype=torch.float32):
        super().__init__()
        draw = torch.Generator().manual_seed(seed)
        self.low = nn.Parameter(torch.randn(4, 3, 3, 3, generator=draw, dtype=dtype) * 0.4)
        self.high = nn.Parameter(torch.randn(5, 4, 3, 3, generator=draw, dtype=dtype) * 0.3)
        self.calls = 0

    def features(self, pictures, names=None):
        self.calls += 1
        low = F.relu(F.conv2d(pictures, self.low, padding=1))
        high = F.relu(F.conv2d(F.avg_pool2d(low, 2), self.high, padding=1))
        return {name: maps for name, maps in (("low", low), ("high", high)) if names is None or name in names}
