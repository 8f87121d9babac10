"""A network that judges a window, turned into one that judges every window of a larger picture in a single pass.

A dense layer that reads maps of C × h × w is a convolution with filters of C × h × w; the next one reads single
numbers, so its filters are 1 × 1 (LeCun et al. 1998, section VII; Sermanet et al. 2014, "OverFeat", section 3.5). The
weights stay where they are: the new network holds the same layers and reads a dense layer's matrix as filters.
"""

import contextlib
from collections import OrderedDict
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import shown, whole_numbers
from cnncourse.convolution.arithmetic import output_size, same_padding
from cnncourse.networks.layers import LocalResponseNorm, ScaledTanh

POINTWISE = (
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish, nn.Softplus, nn.Softsign),
    *(nn.Tanh, nn.Sigmoid, nn.LogSigmoid, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.Threshold, ScaledTanh),
    *(nn.Identity, nn.Dropout, nn.AlphaDropout),
)  # on maps and on vectors alike, number by number
PER_PLACE = (nn.BatchNorm2d, nn.Dropout2d, nn.LocalResponseNorm, LocalResponseNorm, nn.PReLU)  # on maps
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
POOLS = (nn.MaxPool2d, nn.AvgPool2d)
GLOBAL_POOLS = {nn.AdaptiveAvgPool2d: nn.AvgPool2d, nn.AdaptiveMaxPool2d: nn.MaxPool2d}


class DenseAsConvolution(nn.Module):
    """A dense layer on C × h × w maps, laid over larger ones: its matrix read as filters, `(N, C, H, W)` in.

    `linear` is the layer itself, not a copy; `shape` is (C, h, w). Row k of the matrix is filter k, its numbers in the
    order in which `nn.Flatten` strings out the maps: channel, row, column.
    """

    def __init__(self, linear, shape):
        super().__init__()
        self.linear, self.shape = linear, tuple(shape)

    def forward(self, maps):
        """Return the score maps `(N, K, H − h + 1, W − w + 1)`."""
        return F.conv2d(maps, self.linear.weight.reshape(-1, *self.shape), self.linear.bias)

    def extra_repr(self):
        """Return the size of the filters, for printing."""
        return f"{self.linear.out_features} filters of {' × '.join(map(str, self.shape))}"


class EachPlace(nn.Module):
    """A layer made for vectors `(N, K)`, applied to the vector at every place of maps `(N, K, H, W)`."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, maps):
        """Return the maps of the layer's answers."""
        N, _, H, W = maps.shape
        vectors = self.layer(maps.movedim(1, 3).flatten(0, 2))  # (N·H·W, K)
        return vectors.unflatten(0, (N, H, W)).movedim(3, 1)


class FullyConvolutional(nn.Sequential):
    """What `fully_convolutional` makes: `(N, C, H, W)` pictures, at least as large as the window, become score maps.

    `window` is the (height, width) in pixels of the windows, `step` their distance down and to the right: cell (i, j)
    of a map judges the window whose upper left pixel is (i · step[0], j · step[1]), and there is a cell for every such
    window inside the picture. `exact` says whether cells equal their windows' own scores: they do where no layer pads.
    """

    def __init__(self, layers, input_shape, step, exact):
        super().__init__(layers)
        self.channels, *window = input_shape
        self.window, self.step, self.exact = tuple(window), tuple(step), exact

    def forward(self, pictures):
        """Return the score maps `(N, K, rows, columns)`."""
        C, (height, width) = self.channels, self.window
        if not isinstance(pictures, torch.Tensor) or not pictures.is_floating_point():
            raise TypeError(f"pictures must be a tensor (N, {C}, H, W) of floats, got {shown(pictures)}")
        got = tuple(pictures.shape)
        if len(got) != 4 or got[1] != C or got[2] < height or got[3] < width:
            raise ValueError(f"pictures must have shape (N, {C}, H, W), H ≥ {height}, W ≥ {width}, got {got}")
        rows, columns = (
            (n - least) // step + 1 for n, least, step in zip(got[2:], self.window, self.step, strict=True)
        )
        return super().forward(pictures)[
            :, :, :rows, :columns
        ]  # layers that leave a window's last rows unread make more


def fully_convolutional(model, input_shape):
    """Return the `FullyConvolutional` network that judges every window of a picture as `model` judges one.

    `model` is an `nn.Sequential`, nested ones included, of convolutions, pooling, batch norm, dropout, activations,
    then `nn.Flatten` and layers for vectors; `input_shape` is (C, H, W) of the window it was trained on. Global
    pooling (adaptive, to 1 × 1) becomes pooling over as many cells as a window has. The two share all weights and the
    mode (training or evaluation): a training step of either changes both.

    On a picture of the window's size the answers are the model's, as maps of 1 × 1. The step between windows is the
    product of all strides. Without padding each cell equals, to rounding, the score of its window, cut out. Where
    layers pad it does not (`exact` is False): a window cut out has zeros around it, in the picture it has neighbours;
    the maps differ along the window's border, and a dense layer or a global pool reads them all.

    Raises TypeError or ValueError, naming the layer, for what cannot be turned: other layers (such as GroupNorm, which
    looks at the whole picture), adaptive pooling to several cells, ceil_mode, a batch norm between flattening and the
    first dense layer, and a subclass whose own `forward` does more than its layers.

    >>> model = nn.Sequential(nn.Conv2d(3, 16, 5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 4))
    >>> net = fully_convolutional(model, (3, 14, 14))
    >>> net.step, net(torch.zeros(1, 3, 28, 28)).shape
    ((2, 2), torch.Size([1, 4, 8, 8]))
    """
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"model must be an nn.Sequential, got {shown(model)}")
    way = _Way(whole_numbers("input_shape", _three(input_shape), 3, minimum=1))
    layers = OrderedDict()
    for name, layer in _leaves(model):
        layers[name.replace(".", "_")] = way.turned(name, layer)
    if way.kind == "flat" and way.shape[1:] != (1, 1):
        C, h, w = way.shape
        raise ValueError(f"model must end in 1 × 1 maps or a dense layer, got flattened maps of {C} × {h} × {w}")
    net = FullyConvolutional(layers, way.input_shape, way.step, way.exact)
    net.training = model.training
    _check_answers(model, net)
    return net


@dataclass
class _Way:
    """How far a window has come through the layers: the shape of its maps, the step, and whether anything padded.

    `kind` is "maps", "flat" (maps strung out) or "vectors" (after a dense layer).
    """

    input_shape: tuple
    step: tuple = (1, 1)
    exact: bool = True
    kind: str = "maps"
    shape: tuple = field(init=False)

    def __post_init__(self):
        self.shape = self.input_shape

    def turned(self, name, layer):
        """Go through a layer, and return what takes its place in the convolutional network."""
        try:
            if isinstance(layer, nn.Flatten):
                return self._flatten(layer)
            if isinstance(layer, nn.Linear):
                return self._dense(layer)
            if isinstance(layer, POINTWISE):
                return layer
            if isinstance(layer, NORMS) and layer.running_mean is None:
                raise ValueError("without running statistics it looks at the whole picture, also in evaluation mode")
            if self.kind == "vectors":
                return _keeping_mode(EachPlace(layer))
            return self._on_maps(layer)
        except (TypeError, ValueError) as problem:
            raise type(problem)(f"model cannot become convolutional at layer {name} ({layer}): {problem}") from None

    def _on_maps(self, layer):
        if self.kind == "flat":
            raise TypeError("only number by number can anything stand between flattening and the dense layer")
        if isinstance(layer, PER_PLACE):
            return layer
        if isinstance(layer, nn.Conv2d):
            self._check_channels(layer.in_channels)
            return self._slide(layer, layer.out_channels)
        if isinstance(layer, POOLS):
            if layer.ceil_mode or getattr(layer, "return_indices", False):
                raise ValueError("pooling must not have ceil_mode or return_indices")
            return self._slide(layer, self.shape[0])
        if isinstance(layer, tuple(GLOBAL_POOLS)):
            return self._global_pool(layer)
        raise TypeError("it is none of the layers whose step and window are known")

    def _slide(self, layer, channels):
        kernel, stride, padding, dilation = (_pair(getattr(layer, name, 1)) for name in WINDOW_FIELDS)
        if padding == "same":
            padding = tuple(map(same_padding, kernel, dilation))
        padding = (0, 0) if padding == "valid" else padding
        sizes = map(output_size, self.shape[1:], kernel, stride, padding, dilation)
        self.shape = (channels, *sizes)
        self.step = tuple(a * b for a, b in zip(self.step, stride, strict=True))
        self.exact = self.exact and padding == (0, 0)
        return layer

    def _global_pool(self, layer):
        if _pair(layer.output_size) != (1, 1):
            raise ValueError(f"adaptive pooling must be to 1 × 1, got {layer.output_size}")
        kernel, self.shape = self.shape[1:], (self.shape[0], 1, 1)
        return _keeping_mode(GLOBAL_POOLS[type(layer)](kernel, stride=1), layer.training)

    def _flatten(self, layer):
        if layer.start_dim != 1 or layer.end_dim not in (-1, 3 if self.kind == "maps" else 1):
            raise ValueError("flattening must join channels, rows and columns: nn.Flatten()")
        self.kind = "flat" if self.kind == "maps" else self.kind
        return nn.Identity()

    def _dense(self, layer):
        C, h, w = self.shape
        if self.kind == "maps":
            raise ValueError("nn.Flatten() must stand before the first dense layer")
        if layer.in_features != C * h * w:
            raise ValueError(f"a window of {self.input_shape} gives it {C} × {h} × {w} = {C * h * w} numbers")
        self.kind, self.shape = "vectors", (layer.out_features, 1, 1)
        return _keeping_mode(DenseAsConvolution(layer, (C, h, w)), layer.training)

    def _check_channels(self, channels):
        if channels != self.shape[0]:
            raise ValueError(f"it takes {channels} channels, {self.shape[0]} come")


WINDOW_FIELDS = ("kernel_size", "stride", "padding", "dilation")


def _three(input_shape):
    if not isinstance(input_shape, (tuple, list)):
        raise TypeError(f"input_shape must be (C, H, W), got {shown(input_shape)}")
    return input_shape


def _pair(value):
    return value if isinstance(value, (tuple, str)) else (value, value)


def _leaves(model, before=""):
    """Yield the name and the layer of everything in nested sequences, in order."""
    for name, layer in model.named_children():
        if isinstance(layer, nn.Sequential):
            yield from _leaves(layer, f"{before}{name}.")
        else:
            yield before + name, layer


def _keeping_mode(module, training=None):
    module.training = next(module.children()).training if training is None else training
    return module


@contextlib.contextmanager
def _evaluation(model):
    modes = {part: part.training for part in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for part, training in modes.items():
            part.training = training


def _check_answers(model, net):
    """Compare the two on one window of noise; raise ValueError where a subclass's `forward` does something else."""
    like = next(model.parameters(), torch.zeros(1))
    picture = torch.rand((1, net.channels, *net.window), generator=torch.Generator().manual_seed(0)).to(like)
    with _evaluation(model), _evaluation(net), torch.no_grad():
        theirs, ours = model(picture), net(picture)
    reach = theirs.abs().max().clamp(min=1) * 1000 * torch.finfo(like.dtype).eps
    if theirs.flatten(1).shape != ours.flatten(1).shape or not torch.allclose(
        theirs.flatten(1), ours.flatten(1), rtol=0, atol=reach.item()
    ):
        raise ValueError("model must do what its layers do one after another; its own forward does something else")
