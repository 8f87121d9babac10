"""Explorer of notebook 2.2: the gradient of every layer before the first step, computed while you move."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.explorers import Explorer, figure_render
from cnncourse.networks.hand_signs import pictures_to_batch
from cnncourse.networks.small_resnet import SmallResNet
from cnncourse.pictures.photo_crops import NAMES, photo_crops
from cnncourse.plots import BLUE, DARK_ORANGE, MUTED, new_figure

PICTURES, SEEDS = 8, 50
LOWEST, HIGHEST = 1e-14, 1e8
FACTORS = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5)


@lru_cache(maxsize=8)
def batch(seed):
    """Return a small batch of crops (pictures, labels)."""
    images, labels = photo_crops(PICTURES, np.random.default_rng(seed))
    return pictures_to_batch(images), torch.from_numpy(labels)


@lru_cache(maxsize=256)
def gradients(blocks, shortcuts, norm, factor, seed):
    """Return ‖∂L/∂W‖ of every layer `(8 · blocks + 2,)` of an untrained net with `blocks` blocks in each stage.

    The convolutions' first weights are He et al.'s times `factor`; without `norm` the net has no batch norm.
    """
    start = torch.Generator().manual_seed(seed)
    net = SmallResNet(len(NAMES), (blocks,) * 4, shortcuts=shortcuts, stem_stride=2, generator=start)
    _changed(net, norm, factor)
    pictures, labels = batch(seed)
    weights = [parameter for parameter in net.parameters() if parameter.dim() > 1]
    slopes = torch.autograd.grad(F.cross_entropy(net(pictures), labels), weights)
    return np.array([slope.norm().item() for slope in slopes])


@torch.no_grad()
def _changed(net, norm, factor):
    for part in list(net.modules()):
        if isinstance(part, nn.Conv2d):
            part.weight *= factor
        for name, child in list(part.named_children()):
            if isinstance(child, nn.BatchNorm2d) and not norm:
                setattr(part, name, nn.Identity())


def first_and_last(norms):
    """Return the norms of the first and of the last convolution; the linear layer at the end is left out."""
    return float(norms[0]), float(norms[-2])


def _build():
    figure, ax = new_figure(820, 360, 1, 1)
    ax.set(xlim=(0, 51), ylim=(LOWEST, HIGHEST), yscale="log", yticks=10.0 ** np.arange(-14, 8, 4))
    ax.set(xlabel="layer, from the picture (1) to the logits", ylabel="‖∂L/∂W‖")
    ax.set_title("Gradient of every layer before the first step")
    ax.grid(axis="y")
    ax.axhline(1, color=MUTED, linewidth=0.8)
    (plain,) = ax.plot([], [], "s--", color=DARK_ORANGE, markersize=4.5, linewidth=1.2, label="plain")
    (residual,) = ax.plot([], [], "o-", color=BLUE, markersize=4, linewidth=1.2, label="with shortcuts")
    ax.legend(loc="lower right", ncols=2)
    return figure, {"plain": plain, "residual": residual}


def _update(artists, *, blocks, norm, factor, shown, seed):
    for name, shortcuts in (("plain", False), ("residual", True)):
        norms = gradients(blocks, shortcuts, norm, factor, seed)
        artists[name].set_data(np.arange(len(norms)) + 1, np.maximum(norms, LOWEST))
        artists[name].set_visible(shown in ("both", name))


def caption(*, blocks, norm, factor, shown, seed):
    """Say how many times larger or smaller the first layer's gradient is than the last convolution's."""
    parts = []
    for name, shortcuts in (("plain", False), ("with shortcuts", True)):
        first, last = first_and_last(gradients(blocks, shortcuts, norm, factor, seed))
        parts.append(f"{name} <b>{_number(first)}</b> in layer 1, {_number(last)} in layer {8 * blocks + 1}")
    return f"{8 * blocks + 2} layers, {'with' if norm else 'without'} batch norm: {'; '.join(parts)}."


def _number(value):
    if value == 0:
        return "0"
    if 0.01 <= value < 1e4:
        return f"{value:.2g}" if value < 100 else f"{value:,.0f}"
    figures, power = f"{value:.1e}".split("e")
    return f"{figures} · 10<sup>{int(power)}</sup>".replace("-", "−")


def _alt(*, blocks, norm, **_):
    return f"Gradient norms of {8 * blocks + 2} layers at the start, {'with' if norm else 'without'} batch norm."


render = figure_render(_build, _update)


def first_gradients(**start):
    """Show the gradient of every layer of an untrained net, plain and with shortcuts; `start` sets controls by name."""
    controls = {
        "blocks": widgets.IntSlider(2, min=1, max=6, description="blocks a stage"),
        "norm": widgets.Checkbox(True, description="batch norm", indent=False),
        "factor": widgets.SelectionSlider(options=FACTORS, value=1.0, description="weights ×"),
        "shown": widgets.Dropdown(
            options={"both": "both", "shortcuts on": "residual", "shortcuts off": "plain"}, description="shown"
        ),
    }
    explorer = Explorer(
        render, controls, title="Does the gradient arrive?", alt=_alt, caption=caption, state={"seed": 0},
        buttons={"Other first weights": lambda seed, **_: {"seed": (seed + 1) % SEEDS}},
        note="Each move builds two untrained nets, sends 8 crops through them and back, and measures every layer.",
    )  # fmt: skip
    explorer.set(**start)
    return explorer
