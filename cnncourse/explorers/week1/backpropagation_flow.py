"""Gradient flow: choose an output, a pixel or a weight, and see every product its gradient is made of."""

from functools import partial

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, cell_at, learners
from cnncourse.explorers.week1.backpropagation_terms import (
    KERNELS,
    PICTURE,
    arriving,
    chosen_terms,
    conv_backward,
    forward,
    sums,
    whole_gradients,
)
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, PURPLE

WIDTH, HEIGHT = 812, 496
SIDE, LARGEST, WEIGHT = 200, 38, 38
TOP, LOWER = 42, 290
LEFTS = {"pixel": 20, "weight": 310, "output": 580}
COLOURS = {"pixel": BLUE, "weight": PURPLE, "output": DARK_ORANGE}
LONGEST = 9  # products that a caption writes out


def places(stride, padding):
    """Return (left, top, cell) of the three upper grids by kind; the pixel grid begins inside its padding."""
    pixel = _pixel_cell(padding)
    return {
        "pixel": (LEFTS["pixel"] + padding * pixel, TOP + padding * pixel, pixel),
        "weight": (LEFTS["weight"], TOP, WEIGHT),
        "output": (LEFTS["output"], TOP, min(LARGEST, SIDE // len(arriving(stride, padding)))),
    }


def _pixel_cell(padding):
    return min(LARGEST, SIDE // (len(PICTURE) + 2 * padding))


def flow_picture(*, kernel, stride, padding, only, kind, cell, backward=conv_backward):
    """Paint picture, weights and arriving gradient above, what flows back below, the chosen cell's partners marked."""
    chosen = chosen_terms(kind, cell, stride, padding)
    marks = {name: {getattr(term, name): COLOURS[name] for term in chosen} for name in COLOURS}
    marks[kind] = {cell: INK}
    painter, spots, weights = Painter(WIDTH, HEIGHT), places(stride, padding), KERNELS[kernel]
    below = {name: (left, top + LOWER - TOP, cell) for name, (left, top, cell) in spots.items()}
    _labels(painter, padding)
    grad_x, grad_weight = _shown_gradients(weights, stride, padding, only, chosen, backward)
    coloured = {"colormap": "diverging", "format": _short}
    painter.number_grid(PICTURE, *spots["pixel"], highlight=marks["pixel"])
    painter.number_grid(weights, *spots["weight"], limits=(-5, 5), highlight=marks["weight"], **coloured)
    d = arriving(stride, padding)
    painter.number_grid(d, *spots["output"], limits=(-6, 6), highlight=marks["output"], **coloured)
    painter.number_grid(grad_x, *below["pixel"], limits=(-20, 20), highlight=marks["pixel"], **coloured)
    painter.number_grid(grad_weight, *below["weight"], limits=(-60, 60), highlight=marks["weight"], **coloured)
    painter.number_grid(forward(weights, stride, padding), *below["output"], format=_short, colour=MUTED)
    return painter.array()


def _shown_gradients(weights, stride, padding, only, chosen, backward):
    if only:
        return sums(chosen, weights, stride, padding)
    return whole_gradients(weights, stride, padding, backward)[:2]


def _labels(painter, padding):
    for left, above, below in (
        (LEFTS["pixel"], "picture x" + " in its padding" * bool(padding), "grad_x, back to the pixels"),
        (LEFTS["weight"], "weights w", "grad_weight"),
        (LEFTS["output"], "d, arriving at the outputs", "the outputs themselves"),
    ):
        painter.text(left, 20, above, 13, bold=True)
        painter.text(left, LOWER - 20, below, 13, bold=True)
    for y, end, label in ((176, LEFTS["pixel"] + 222, "d · w"), (212, LEFTS["weight"] + 116, "d · x")):
        painter.arrow(LEFTS["output"] - 14, y, end, LOWER - 22, COLOURS["output"], 2)
        painter.text(LEFTS["output"] - 76, y + 6, label, 13, COLOURS["output"], bold=True, anchor="rm")
    side = len(PICTURE) + 2 * padding
    for top in (TOP, LOWER) if padding else ():
        painter.grid_lines(LEFTS["pixel"], top, _pixel_cell(padding), side, side, GRID)


def _short(value):
    return f"{value:.4g}".replace("-", "−")


def flow_caption(*, kernel, stride, padding, only, kind, cell, backward=conv_backward, asked=False):
    """Write the chosen gradient as its sum of products."""
    chosen, weights, d = chosen_terms(kind, cell, stride, padding), KERNELS[kernel], arriving(stride, padding)
    whole = whole_gradients(weights, stride, padding, backward)
    place = f"[{cell[0]}, {cell[1]}]"
    if kind == "output":
        text = (
            f"Output {place} receives d = <b>{_short(d[cell])}</b>. It read {len(chosen)} of the {PICTURE.size} "
            f"pixels, through {len(chosen)} of the 9 weights: d · w goes to each such pixel, d · x to each such weight."
        )
    elif kind == "pixel":
        products = [_product(weights[t.weight], d[t.output]) for t in chosen]
        text = f"Pixel {place} was read by {len(chosen)} output{'' if len(chosen) == 1 else 's'}: grad_x{place} = "
        text += _sum_sentence(products, whole[0][cell], "w · d")
    else:
        products = [_product(PICTURE[t.pixel], d[t.output]) for t in chosen]
        text = f"Weight {place} met {len(chosen)} pixels, one for each output: grad_weight{place} = "
        text += _sum_sentence(products, whole[1][cell], "x · d")
    bias = f" grad_bias = Σ d = {_short(whole[2])}."
    return text + bias + (f" {backward.sentence}" if asked else "")


def _product(a, b):
    return "·".join(f"({_short(factor)})" if factor < 0 else _short(factor) for factor in (a, b))


def _sum_sentence(products, total, name):
    if not products:
        return f"<b>{_short(total)}</b>: no window reaches it."
    joined = " + ".join(products[:LONGEST]) + (" + …" if len(products) > LONGEST else "")
    return f"Σ {name} = {joined} = <b>{_short(total)}</b>."


def flow_pointer(event, *, kernel, stride, padding, only, kind, cell):
    """Choose the cell under a click, in the upper grids or the gradients below; arrow keys move the choice."""
    shapes = {"pixel": PICTURE.shape, "weight": (3, 3), "output": arriving(stride, padding).shape}
    if event.kind == "key":
        steps = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
        if event.key in steps:
            moved = np.clip(np.add(cell, steps[event.key]), 0, np.subtract(shapes[kind], 1))
            return {"cell": tuple(map(int, moved))}
        following = {"output": "pixel", "pixel": "weight", "weight": "output"}[kind]
        return {"kind": following, "cell": (0, 0)}
    if event.kind not in ("click", "drag"):
        return None
    for name, (left, top, side) in places(stride, padding).items():
        for y in (top, top + LOWER - TOP):
            found = cell_at(event.x, event.y, left, y, side, *shapes[name])
            if found is not None:
                return {"kind": name, "cell": found}
    return None


def gradient_flow(own_conv_backward=None):
    """Show where a convolution's gradient goes; with the learner's conv_backward the lower grids are the learner's."""
    backward = learners(own_conv_backward, conv_backward)
    return Explorer(
        partial(_within, flow_picture, backward=backward),
        {
            "stride": widgets.IntSlider(1, 1, 3, description="stride"),
            "padding": widgets.IntSlider(0, 0, 2, description="padding"),
            "kernel": widgets.Dropdown(options=list(KERNELS), description="weights"),
            "only": widgets.ToggleButtons(
                options=[("chosen part", True), ("whole gradient", False)], description="show"
            ),
        },
        title="Gradient flow",
        note="Click an output, a pixel or a weight (keys: arrows move, Space changes the grid). Coloured are the "
        "numbers it met in the forward pass: those and no others share its gradient.",
        alt=lambda kind, cell, **_: f"Three grids of numbers and their gradients; chosen is the {kind} {cell}.",
        caption=partial(_within, flow_caption, backward=backward, asked=own_conv_backward is not None),
        pointer=partial(_within, flow_pointer),
        state={"kind": "output", "cell": (1, 1)},
    )


def _within(function, *event, stride, padding, cell, kind, **state):
    """Call `function` with the chosen output pulled inside, should a larger stride have taken its place away."""
    if kind == "output":
        cell = tuple(min(i, n - 1) for i, n in zip(cell, arriving(stride, padding).shape, strict=True))
    return function(*event, stride=stride, padding=padding, cell=cell, kind=kind, **state)
