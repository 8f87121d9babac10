"""Layers of the classic networks that PyTorch does not have in the form of the papers. Maps are `(N, C, H, W)`."""

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import real_number, shown, whole_number, whole_numbers

MOST_MAPS = 2**16  # channels or classes of a layer: more would not fit into a computer


class LocalResponseNorm(nn.Module):
    """Divide each number by a power of the squares around it: b = a / (k + α Σ a²)^β (Krizhevsky et al. 2012, 3.3).

    The sum runs over `size` neighbouring maps at the same place, the map itself in the middle, fewer at the two ends;
    an even `size` takes one map more from below. As in the paper α is not divided by `size`; PyTorch's is. Maps are
    `(N, C, …)` and keep their shape.

    >>> LocalResponseNorm(size=3, alpha=1.0, beta=1.0, k=1)(torch.tensor([[[[3.0]], [[1.0]], [[2.0]]]])).flatten()
    tensor([0.2727, 0.0667, 0.3333])
    """

    def __init__(self, size=5, alpha=1e-4, beta=0.75, k=2):
        super().__init__()
        self.size = whole_number("size", size, 1)
        self.alpha, self.beta = real_number("alpha", alpha, 0), real_number("beta", beta)
        self.k = real_number("k", k, 0)

    def forward(self, maps):
        """Return the normalised maps, `(N, C, …)` as they came."""
        if not isinstance(maps, torch.Tensor):
            raise TypeError(f"maps must be a tensor (N, C, …), got {shown(maps)}")
        if maps.dim() < 3:
            raise ValueError(f"maps must have shape (N, C, …), got shape {tuple(maps.shape)}")
        if not maps.is_floating_point():
            raise TypeError(f"maps must hold floating-point numbers, got {maps.dtype}")
        return F.local_response_norm(maps, self.size, self.alpha * self.size, self.beta, self.k)

    def extra_repr(self):
        """Return the four numbers, for printing."""
        return f"size={self.size}, alpha={self.alpha:g}, beta={self.beta:g}, k={self.k:g}"


class ScaledTanh(nn.Module):
    """The squashing function of LeNet-5, A tanh(S a) with A = 1.7159 and S = 2/3 (LeCun et al. 1998, eq. 6).

    With these constants it takes ±1 to ±1, nearly.

    >>> ScaledTanh()(torch.tensor([0.0, 1.0, 100.0]))
    tensor([0.0000, 1.0000, 1.7159])
    """

    def forward(self, a):
        """Return the squashed numbers, in the shape of `a`."""
        return 1.7159 * torch.tanh(2 / 3 * a)


class TrainableSubsampling(nn.Module):
    """Add up each 2 × 2 window, multiply by the map's coefficient, add its bias: `(N, C, H, W)` → `(N, C, H/2, W/2)`.

    Two parameters a map (LeCun et al. 1998, section II.B, layer S2); a coefficient of 1/4 makes it the average.
    """

    kernel_size, stride, padding = 2, 2, 0

    def __init__(self, channels):
        super().__init__()
        channels = whole_number("channels", channels, 1)
        self.coefficient = nn.Parameter(torch.full((channels,), 0.25))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, maps):
        """Return the subsampled maps."""
        sums = 4 * F.avg_pool2d(maps, 2)
        return sums * self.coefficient[:, None, None] + self.bias[:, None, None]

    def multiplications(self, output_shape):
        """Return one for each output number: the one by the coefficient."""
        return torch.Size(output_shape).numel()


class SparselyConnectedConv2d(nn.Module):
    """A convolution whose maps each read only some of the maps below: a connection left out has no weights at all.

    `connections` lists for each output map the numbers of the input maps it reads. Each connection has its own
    `kernel_size` × `kernel_size` kernel, each output map a bias; stride 1, no padding.
    """

    stride, padding = 1, 0

    def __init__(self, in_channels, connections, kernel_size):
        super().__init__()
        self.in_channels = whole_number("in_channels", in_channels, 1)
        self.kernel_size = whole_number("kernel_size", kernel_size, 1)
        self.connections = _checked_connections(connections, self.in_channels)
        pairs = [(out, read) for out, below in enumerate(self.connections) for read in below]
        fan_in = len(pairs) / len(self.connections) * self.kernel_size**2
        self.weight = nn.Parameter(_uniform((len(pairs), self.kernel_size, self.kernel_size), fan_in))
        self.bias = nn.Parameter(_uniform((len(self.connections),), fan_in))
        self.pairs = tuple(zip(*pairs, strict=True))

    def dense_weight(self):
        """Return the kernels among zeros, `(K, C, f, f)`, as an ordinary convolution would hold them."""
        f = self.kernel_size
        dense = self.weight.new_zeros(len(self.connections), self.in_channels, f, f)
        return dense.index_put(tuple(torch.tensor(i, device=self.weight.device) for i in self.pairs), self.weight)

    def forward(self, maps):
        """Return the output maps `(N, K, H − f + 1, W − f + 1)` of maps `(N, C, H, W)`."""
        return F.conv2d(maps, self.dense_weight(), self.bias)

    def multiplications(self, output_shape):
        """Return one for each weight at each place: connections that do not exist cost nothing."""
        places = torch.Size(output_shape[2:]).numel()
        return output_shape[0] * places * self.weight.numel()


class RadialBasisOutput(nn.Module):
    """Measure how far features are from a fixed prototype of each class: y_i = Σ_j (x_j − w_ij)² (LeCun et al. 1998,
    eq. 7).

    `prototypes` is `(classes, features)`, kept as a buffer: nothing here is trained. `(N, features)` become
    `(N, classes)`; the smallest number is the answer.
    """

    def __init__(self, prototypes):
        super().__init__()
        self.register_buffer("prototypes", prototypes)

    def forward(self, features):
        """Return the squared distances `(N, classes)`."""
        return (features[:, None, :] - self.prototypes).square().sum(dim=2)

    def multiplications(self, output_shape):
        """Return one square for each feature and class."""
        return torch.Size(output_shape).numel() * self.prototypes.shape[1]


def checked_widths(widths, count=None, name="widths"):
    """Return the numbers of channels of `count` stages (any number by default) as a tuple."""
    if not isinstance(widths, tuple | list) or not widths:
        raise TypeError(f"{name} must be a tuple of numbers of channels, got {shown(widths)}")
    return whole_numbers(name, widths, count or len(widths), 1, MOST_MAPS)


def checked_pictures(pictures, shape, smallest=1):
    """Return a batch of pictures of `shape`, e.g. "(N, 3, H, W)" with numbers for the axes that are fixed.

    Raises TypeError for what is no tensor, ValueError for other shapes and for sides under `smallest`.
    """
    if not isinstance(pictures, torch.Tensor):
        raise TypeError(f"pictures must be a tensor {shape}, got {shown(pictures)}")
    came, wanted = tuple(pictures.shape), shape.strip("()").split(", ")
    fits = len(came) == len(wanted) and all(not w.isdigit() or n == int(w) for n, w in zip(came, wanted, strict=True))
    if not fits:
        raise ValueError(f"pictures must have shape {shape}, got shape {came}")
    if min(came[2:]) < smallest:
        raise ValueError(f"pictures must be at least {smallest} × {smallest}, got {came[2]} × {came[3]}")
    return pictures


def _uniform(shape, fan_in):
    """Return the start that PyTorch gives its own layers: uniform within ±1 / √fan_in."""
    return torch.empty(shape).uniform_(-(fan_in**-0.5), fan_in**-0.5)


def _checked_connections(connections, in_channels):
    checked = tuple(tuple(whole_number("connections", read, 0) for read in below) for below in connections)
    for out, below in enumerate(checked):
        if not below or len(set(below)) < len(below) or max(below) >= in_channels:
            raise ValueError(
                f"connections[{out}] must be different numbers of input maps, 0 to {in_channels - 1}, got {below}"
            )
    if not checked:
        raise ValueError("connections must hold at least one output map, got none")
    return checked
