"""Explorer of notebook 4.3: one unit led back by three rules, from the trained network or from one of chance."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import Explorer, Painter, scale_for
from cnncourse.explorers.week4.what_networks_see_nets import HANDS, PHOTOS, ROAD, geometry_box, inside
from cnncourse.explorers.week4.what_networks_see_sanity import likeness, randomised
from cnncourse.explorers.week4.what_networks_see_units import framed, grey_centred, layer_at
from cnncourse.networks.hand_signs import pictures_to_batch
from cnncourse.plots import INK, MUTED, ORANGE, WHITE
from cnncourse.style.seeing import RULES
from cnncourse.style.seeing_walks import WayBack

WIDTH, HEIGHT = 880, 292
SCALE = scale_for(WIDTH)
TOP, SIDE, GAP, LEFT = 50, 202, 13, 16
SHOWN = 30  # pictures of each network
WEIGHTS = ("trained", "random")


@lru_cache(maxsize=6)
def weighted(net, weights):
    """Return a network as it was trained, or a copy whose kernels were drawn anew (He et al. 2015), seed 0."""
    model = inside(net).model
    if weights == "trained":
        return model
    return randomised(model, [""], torch.Generator().manual_seed(0))


@lru_cache(maxsize=64)
def ways_back(net, layer, picture, rank, weights):
    """Return (unit, place, activation, {rule: (H, W, 3)}) of the picture's unit with a rank among the strongest."""
    seen, batch = inside(net), pictures_to_batch(inside(net).images[[picture]])
    wanted, model = seen.layers.index(layer), weighted(net, weights)
    backs = {}
    for rule in RULES:
        image = batch.clone().requires_grad_()
        with torch.enable_grad(), WayBack(rule):
            maps = next(maps for k, maps in enumerate(seen.walk(model, image)) if k == wanted)[0]
            peaks = maps.detach().flatten(1).amax(dim=1)
            unit = int(peaks.argsort(descending=True, stable=True)[min(rank, len(peaks) - 1)])
            place = divmod(int(maps[unit].argmax()), maps.shape[2])
            activation = maps[unit][place]
        (back,) = torch.autograd.grad(activation, image, activation.detach())
        backs[rule] = back[0].permute(1, 2, 0).numpy()
    return unit, place, float(activation.detach()), backs


def render(*, net, depth, picture, rank, weights):
    """Paint the picture with the unit's field, and, magnified, what the three rules lead back to there."""
    layer = layer_at(net, depth)
    unit, place, _, backs = ways_back(net, layer, picture, rank, weights)
    painter, image = Painter(WIDTH, HEIGHT, SCALE), inside(net).images[picture]
    titles = ("picture", *RULES)
    notes = (f"{layer}, unit {unit}", "keeps positive signals", "the true slope: saliency", "keeps both")
    shown = (image, *(grey_centred(backs[rule]) for rule in RULES))
    box = geometry_box(inside(net).steps(layer), place)
    for number, (title, note, pixels) in enumerate(zip(titles, notes, shown, strict=True)):
        x = LEFT + number * (SIDE + GAP)
        painter.text(x, 20, title, 14, INK, bold=True)
        painter.text(x, 38, note, 12, MUTED)
        if number == 0:
            painter.image(pixels, x, TOP, SIDE, SIDE, smooth=True)
            _paint_box(painter, x, box, SIDE / image.shape[1])
        else:
            painter.image(framed(pixels, box), x, TOP, SIDE, SIDE, smooth=True, outline=ORANGE)
    painter.text(
        LEFT,
        TOP + SIDE + 18,
        "orange: all that the unit can see, magnified on the right; grey: no influence",
        12,
        MUTED,
    )
    painter.text(WIDTH - LEFT, TOP + SIDE + 18, f"{weights} kernels", 13, INK, bold=True, anchor="rm")
    return painter.array()


def _paint_box(painter, x, box, scale):
    x1, y1, x2, y2 = (min(max(edge * scale, 0), SIDE) for edge in box)
    painter.rectangle(x + x1 - 1, TOP + y1 - 1, x2 - x1 + 2, y2 - y1 + 2, outline=WHITE, line_width=5)
    painter.rectangle(x + x1, TOP + y1, x2 - x1, y2 - y1, outline=ORANGE, line_width=3)


def caption(*, net, depth, picture, rank, weights):
    """Say which unit it is, and how alike the rules' pictures are to each other and to those of the other kernels."""
    layer = layer_at(net, depth)
    unit, (row, column), activation, backs = ways_back(net, layer, picture, rank, weights)
    deconvnet, gradient, guided = (backs[rule] for rule in RULES)
    alike = [likeness(*pair) for pair in ((gradient, deconvnet), (gradient, guided), (deconvnet, guided))]
    first, second, third = ("none" if np.isnan(number) else _number(number) for number in alike)
    nothing = " None: one of the two leads nothing back." if "none" in (first, second, third) else ""
    return (
        f"Unit <b>{unit}</b> of {layer}, row {row}, column {column}, activation {_number(activation)}. Rank "
        f"correlation of the pixels' influence: gradient with deconvnet {first}, gradient with guided {second}, "
        f"deconvnet with guided {third}.{nothing}"
    )


def _number(value):
    """Return a number with two decimals, without a sign where it rounds to 0."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def alt(*, net, depth, picture, rank, weights):
    """Describe the picture in words."""
    layer = layer_at(net, depth)
    unit = ways_back(net, layer, picture, rank, weights)[0]
    return f"Picture {picture} and what unit {unit} of {layer} is led back to by three rules, {weights} kernels."


def walks(**start):
    """Lead a unit back to the pixels by three rules; `start` sets net, depth, picture, rank and weights."""
    explorer = Explorer(
        render,
        {
            "net": widgets.Dropdown(options=(ROAD, HANDS, PHOTOS), description="network"),
            "depth": widgets.IntSlider(4, 0, len(inside(ROAD).layers) - 1, description="layer"),
            "picture": widgets.IntSlider(0, 0, SHOWN - 1, description="picture"),
            "rank": widgets.IntSlider(
                0, 0, 15, description="unit, strongest first", layout=widgets.Layout(width="340px")
            ),
            "weights": widgets.ToggleButtons(options=WEIGHTS, description="kernels"),
        },
        title="Three ways back",
        note="The rules differ only in what a ReLU lets through.",
        alt=alt,
        caption=caption,
        scale=SCALE,
    )
    explorer.controls["net"].observe(lambda _: _fit(explorer), "value")
    explorer.set(**start)
    return explorer


def _fit(explorer):
    explorer.controls["depth"].max = len(inside(explorer.state["net"]).layers) - 1
