"""The networks of the architecture explorer, step by step: what each step makes, holds, costs and sees."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache

import torch
from torch import nn

from cnncourse.networks.alexnet import AlexNet
from cnncourse.networks.inception import GoogLeNet
from cnncourse.networks.lenet import LeNet5
from cnncourse.networks.resnet import ResNet
from cnncourse.networks.summary import summarise
from cnncourse.networks.vgg import VGG

NETS = {  # name: (how to make it, channels and side of its pictures)
    "LeNet-5 (1998)": (lambda: LeNet5(original=True), 1, 32),
    "AlexNet (2012)": (AlexNet, 3, 227),
    "VGG-16 (2014)": (lambda: VGG("D"), 3, 224),
    "VGG-19 (2014)": (lambda: VGG("E"), 3, 224),
    "GoogLeNet (2014)": (lambda: GoogLeNet(side_heads=False), 3, 224),
    "ResNet-18 (2015)": (lambda: ResNet(18), 3, 224),
    "ResNet-50 (2015)": (lambda: ResNet(50), 3, 224),
}
WHOLE_STEPS = re.compile(r"layer\d\.\d+|inception\w\w|conv\d(?=\.)")  # modules that make one step
KINDS = {"layer": "residual block", "incep": "inception module"}


@dataclass(frozen=True)
class Step:
    """One block of the picture; its counts are the sums over all its layers.

    kind: "convolution", "pooling", "dense", "residual block" or "inception module". shape: (C, H, W) or (features,).
    field: (size, jump, start) in pixels, None where a step sees the whole picture.
    """

    name: str
    kind: str
    detail: str
    shape: tuple
    parameters: int
    multiplications: int
    memory: int
    field: tuple | None


@dataclass(frozen=True)
class Network:
    """A network's steps for one input shape; `problem` says why there are no more, if the picture does not fit."""

    name: str
    input_shape: tuple
    steps: tuple
    problem: str = ""

    def total(self, what):
        """Return the sum of "parameters", "multiplications" or "memory" over all steps."""
        return sum(getattr(step, what) for step in self.steps)

    def share(self, what, kinds):
        """Return the share of the steps of some kinds in that sum."""
        return sum(getattr(step, what) for step in self.steps if step.kind in kinds) / max(1, self.total(what))


@cache
def network(name, side=0):
    """Return the `Network` called `name` for pictures of `side` × `side` pixels (its own size if 0)."""
    channels, own_side = NETS[name][1:]
    shape = (channels, side or own_side, side or own_side)
    module = _empty(name)
    try:
        return Network(name, shape, _steps(module, summarise(module, shape)))
    except ValueError as misfit:
        return _as_far_as_it_goes(name, shape, module, misfit)


@cache
def _empty(name):
    with torch.device("meta"):
        return NETS[name][0]().eval()


def _as_far_as_it_goes(name, shape, module, misfit):
    layers = [(path.replace(".", "_"), part) for path, part in module.named_modules() if not list(part.children())]
    for count in range(len(layers) - 1, 0, -1):
        part = nn.Sequential(OrderedDict(layers[:count]))
        try:
            steps = _steps(part, summarise(part, shape))
        except ValueError:
            continue
        return Network(name, shape, steps, _problem(layers[count], steps))
    return Network(name, shape, (), str(misfit))


def _problem(layer, steps):
    name, part = layer
    numbers = torch.Size(steps[-1].shape).numel()
    if isinstance(part, nn.Linear):
        return f"{_tail(name)} expects {part.in_features:,} numbers and would get {numbers:,}"
    size = " × ".join(map(str, steps[-1].shape[1:]))
    return f"the window of {_tail(name)} does not fit into maps of {size}"


def _steps(module, rows):
    """Group the rows of a summary: what opens a step takes in the activations and norms behind it."""
    groups, place = {}, ""
    for row in rows:
        part = module.get_submodule(row.name)
        whole = WHOLE_STEPS.match(row.name)
        place = whole.group() if whole else row.name if _opens(part, row, groups.get(place)) else place
        groups.setdefault(place, []).append((row, part))
    counters = {"pooling": 0, "convolution": 0, "dense": 0}
    return tuple(_step(place, group, counters) for place, group in groups.items())


def _opens(part, row, before):
    if isinstance(part, nn.AdaptiveAvgPool2d):
        return before is None or before[-1][0].output_shape != row.output_shape
    return hasattr(part, "kernel_size") or isinstance(part, nn.Linear) or hasattr(part, "prototypes") or before is None


def _step(place, group, counters):
    rows, part = [row for row, _ in group], group[0][1]
    kind = KINDS.get(place[:5]) or _kind(part)
    return Step(
        name=_name(place, kind, counters),
        kind=kind,
        detail=_detail(kind, part, rows),
        shape=_shape(kind, place, rows),
        parameters=sum(row.parameters for row in rows),
        multiplications=sum(row.multiplications or 0 for row in rows),
        memory=sum(row.memory for row in rows),
        field=None if kind == "dense" else max(filter(None, (row.receptive_field for row in rows)), default=None),
    )


def _kind(part):
    if isinstance(part, nn.Linear) or hasattr(part, "prototypes"):
        return "dense"
    return "convolution" if "Conv" in type(part).__name__ else "pooling"


def _name(place, kind, counters):
    """Return the step's name: the module's, or for VGG's numbered modules the paper's."""
    if kind in KINDS.values():
        return place.replace("inception", "inception ").replace("layer", "block ")
    tail = _tail(place)
    if not tail.isdigit():
        return tail.replace("avgpool", "average pool").replace("maxpool", "max pool ").strip()
    if kind == "pooling":
        counters["pooling"], counters["convolution"] = counters["pooling"] + 1, 0
        return f"pool{counters['pooling']}"
    counters[kind] += 1
    return f"dense{counters[kind]}" if kind == "dense" else f"conv{counters['pooling'] + 1}_{counters[kind]}"


def _tail(place):
    return re.split(r"[._]", place)[-1]


def _detail(kind, part, rows):
    if kind in KINDS.values():
        return f"{sum('Conv2d' in row.kind for row in rows)} convolutions"
    if kind == "dense":
        return f"{rows[0].output_shape[-1]:,} outputs"
    if isinstance(part, nn.AdaptiveAvgPool2d):
        return "the mean of each map" if rows[0].output_shape[1:] == (1, 1) else "brought to one size by means"
    return _windows(part)


def _windows(part):
    kernel, stride = (_first(getattr(part, name)) for name in ("kernel_size", "stride"))
    groups = f", {part.groups} groups" if getattr(part, "groups", 1) > 1 else ""
    return f"{kernel}×{kernel}, stride {stride}{groups}"


def _first(value):
    return value[0] if isinstance(value, tuple) else value


def _shape(kind, place, rows):
    """Return the step's output shape; an inception module's maps are those of its branches' last layers together."""
    if kind != "inception module":
        return next(row.output_shape for row in reversed(rows) if len(row.output_shape) == len(rows[0].output_shape))
    ends = {row.name.removeprefix(place).split(".")[1]: row.output_shape for row in rows}
    return (sum(shape[0] for shape in ends.values()), *rows[-1].output_shape[1:])
