"""Other ways through a network than its own: ReLUs with another way back, and kernels that only average.

A mode of PyTorch sees every call of a function while it is on, from a module or not, in place or not, and may answer
in its stead. So no network has to be rebuilt.
"""

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

RULES = ("deconvnet", "gradient", "guided")
_RELUS = {functional.relu, functional.relu_, torch.relu, torch.relu_, torch.Tensor.relu, torch.Tensor.relu_}
_LEAKY = {functional.leaky_relu, functional.leaky_relu_}
_AVERAGED = {  # a pooling that chooses, and the one that averages over the same places
    functional.max_pool2d: functional.avg_pool2d,
    torch.max_pool2d: functional.avg_pool2d,
    functional.adaptive_max_pool2d: functional.adaptive_avg_pool2d,
}


class WayBack(TorchFunctionMode):
    """While on, every ReLU leads gradients back by one of `RULES`."""

    def __init__(self, rule):
        super().__init__()
        self.rule = rule

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.rule == "gradient" or function not in _RELUS | _LEAKY:
            return function(*args, **kwargs)
        slope = _argument("negative_slope", 1, args, kwargs, 0.01) if function in _LEAKY else 0.0
        return _Rectifier.apply(_argument("input", 0, args, kwargs), slope, self.rule == "guided")


class _Rectifier(torch.autograd.Function):
    """A ReLU, leaky or not, that lets only positive gradients back; if `guided`, only where its input was positive."""

    @staticmethod
    def forward(context, x, slope, guided):
        context.save_for_backward(x > 0 if guided else None)
        return torch.where(x > 0, x, slope * x)

    @staticmethod
    def backward(context, gradient):
        (open_places,) = context.saved_tensors
        positive = gradient.clamp(min=0)
        return (positive if open_places is None else positive * open_places), None, None


class Averages(TorchFunctionMode):
    """While on, convolutions, poolings and dense layers average over what they see; nothing is cut or normalised."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function in _RELUS | _LEAKY or function is functional.batch_norm:
            return _argument("input", 0, args, kwargs)
        if function in (torch.conv2d, functional.conv2d):
            x, weight = args[0], args[1]
            even = torch.full_like(weight, 1 / weight[0].numel(), dtype=x.dtype)
            return function(x, even, None, *args[3:], **{k: v for k, v in kwargs.items() if k != "bias"})
        if function is functional.linear:
            x, weight = args[0], args[1]
            return x.mean(dim=-1, keepdim=True).expand(*x.shape[:-1], len(weight))
        if function in _AVERAGED:
            return _averaged(function, args, kwargs)
        return function(*args, **kwargs)


def _averaged(function, args, kwargs):
    """Call the averaging twin of a pooling that chooses, with those of its arguments that both have."""
    names = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
    if function is functional.adaptive_max_pool2d:
        names = ("input", "output_size")
    given = dict(zip(names, args, strict=False)) | {k: v for k, v in kwargs.items() if k in names}
    if given.pop("dilation", 1) not in (1, (1, 1)):
        raise ValueError("model must not use a max pooling with dilation: its fields are not known here")
    return _AVERAGED[function](**given)


def _argument(name, place, args, kwargs, default=None):
    return args[place] if len(args) > place else kwargs.get(name, default)
