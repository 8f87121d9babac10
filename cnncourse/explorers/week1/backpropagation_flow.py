"""Gradient flow: choose an output, a pixel or a weight, and see every product its gradient is made of."""

from functools import partial

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, cell_at, learners, play
from cnncourse.explorers.week1.backpropagation_flow_picture import (
    ALONE,
    SO_FAR,
    WHOLE,
    flow_picture,
    in_brackets,
    places,
    short,
)
from cnncourse.explorers.week1.backpropagation_terms import (
    KERNELS,
    PICTURE,
    arriving,
    chosen_terms,
    conv_backward,
    place_in_order,
    whole_gradients,
)

LONGEST = 9  # products that a caption writes out
ARROWS = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
FOLLOWING = {"output": "pixel", "pixel": "weight", "weight": "output"}


def gradient_flow(own_conv_backward=None):
    """Show where a convolution's gradient goes; the whole gradient is drawn by the learner's conv_backward."""
    backward = learners(own_conv_backward, conv_backward)
    first = SO_FAR if own_conv_backward is None else WHOLE
    explorer = Explorer(
        partial(_seen, flow_picture, backward=backward),
        {
            "step": play(
                widgets.IntSlider(4, 0, 8, description="output", layout=widgets.Layout(width="230px")), interval=900
            ),
            "show": widgets.ToggleButtons(options=[SO_FAR, ALONE, WHOLE], value=first, description="show"),
            "stride": widgets.IntSlider(1, 1, 3, description="stride"),
            "padding": widgets.IntSlider(0, 0, 2, description="padding"),
            "kernel": widgets.Dropdown(options=list(KERNELS), description="weights"),
        },
        title="Gradient flow",
        note="▶ lets one output after the other send its d back. Click an output, a pixel or a weight to see its "
        "products alone (keys: arrows move, Space goes to the next grid).",
        alt=partial(_seen, flow_alt),
        caption=partial(_seen, flow_caption, backward=backward, asked=own_conv_backward is not None),
        pointer=flow_pointer,
        state={"kind": "output", "cell": (0, 0)},
    )
    _keep_in_step(explorer)
    return explorer


def _keep_in_step(explorer):
    """Let the slider end at the last output, and choose outputs again whenever it moves."""

    def fit(_):
        state = explorer.state
        explorer.controls["step"].max = arriving(state["stride"], state["padding"]).size - 1

    def choose(_):
        if explorer.state["kind"] != "output":
            explorer.set(kind="output")

    explorer.controls["stride"].observe(fit, "value")
    explorer.controls["padding"].observe(fit, "value")
    explorer.controls["step"].observe(choose, "value")


def chosen_cell(step, kind, cell, stride, padding):
    """Return the chosen (row, column): of the outputs the one at place `step`, else the cell itself."""
    if kind != "output":
        return cell
    rows, columns = arriving(stride, padding).shape
    return divmod(min(step, rows * columns - 1), columns)


def _seen(function, *, step, kind, cell, stride, padding, **state):
    cell = chosen_cell(step, kind, cell, stride, padding)
    return function(kind=kind, cell=cell, stride=stride, padding=padding, **state)


def flow_caption(*, kernel, stride, padding, show, kind, cell, backward=conv_backward, asked=False):
    """Write the chosen gradient as its sum of products."""
    chosen, weights, d = chosen_terms(kind, cell, stride, padding), KERNELS[kernel], arriving(stride, padding)
    place = f"[{cell[0]}, {cell[1]}]"
    if kind == "output":
        text = _output_sentence(cell, len(chosen), d) + _left_sentence(show, place_in_order(cell, d.shape) + 1, d.size)
    elif kind == "pixel":
        text = f"Pixel {place} was read by {len(chosen)} output{'' if len(chosen) == 1 else 's'}: grad_x{place} = "
        text += _sum_sentence([(weights[term.weight], d[term.output]) for term in chosen], "w · d")
    else:
        text = f"Weight {place} met {_pixels(len(chosen), d.size)}: grad_weight{place} = "
        text += _sum_sentence([(PICTURE[term.pixel], d[term.output]) for term in chosen], "x · d")
    if show != WHOLE:
        return text + (f" Choose <em>{WHOLE}</em> to see your own function draw." if asked else "")
    grad_bias = whole_gradients(weights, stride, padding, backward)[2]
    text += f" On the left stands the whole gradient; grad_bias = {short(grad_bias)}."
    return text + (f" {backward.sentence}" if asked else "")


def _output_sentence(cell, count, d):
    return (
        f"Output [{cell[0]}, {cell[1]}] got d = <b>{short(d[cell])}</b>. It read {count} of the {PICTURE.size} pixels, "
        "each through one weight: d · w is added to such a pixel's grad_x, d · x to such a weight's grad_weight."
    )


def _left_sentence(show, number, total):
    outputs = f"{number} of {total} outputs" if total > 1 else "the only output"
    return {SO_FAR: f" On the left stand the sums after {outputs}.", ALONE: " On the left stands its part alone."}.get(
        show, ""
    )


def _pixels(count, outputs):
    if count == outputs:
        return f"{count} pixel{'' if count == 1 else 's'}, one for each output"
    return f"{count} pixel{'' if count == 1 else 's'}, and padding at the other {outputs - count} outputs"


def _sum_sentence(pairs, name):
    if not pairs:
        return "<b>0</b>: no window reaches it."
    products = [f"{in_brackets(factor)}·{in_brackets(d)}" for factor, d in pairs[:LONGEST]]
    joined = " + ".join(products) + (" + …" if len(pairs) > LONGEST else "")
    return f"Σ {name} = {joined} = <b>{short(sum(factor * d for factor, d in pairs))}</b>."


def flow_alt(*, kernel, stride, padding, show, kind, cell, **_):
    """Say in one sentence what the picture shows."""
    count, outputs = len(chosen_terms(kind, cell, stride, padding)), arriving(stride, padding).size
    return (
        f"The gradient d at {outputs} output{'s' * (outputs > 1)} flows through weights and picture back to grad_x "
        f"and grad_weight ({show}); chosen is {kind} {cell} with its {count} product{'s' * (count != 1)}."
    )


def flow_pointer(event, *, stride, padding, kind, cell, step, **_):
    """Choose the cell under a click or drag; arrow keys move the choice, Space and Enter go to the next grid."""
    shapes = {"pixel": PICTURE.shape, "weight": (3, 3), "output": arriving(stride, padding).shape}
    if event.kind == "key":
        if event.key not in ARROWS:
            return _chosen(FOLLOWING[kind], (0, 0), shapes)
        here = chosen_cell(step, kind, cell, stride, padding)
        moved = np.clip(np.add(here, ARROWS[event.key]), 0, np.subtract(shapes[kind], 1))
        return _chosen(kind, tuple(map(int, moved)), shapes)
    if event.kind not in ("click", "drag"):
        return None
    for spot in places(stride, padding).values():
        found = cell_at(event.x, event.y, spot.left, spot.top, spot.cell, *spot.shape)
        if found is not None:
            return _chosen(spot.kind, found, shapes)
    return None


def _chosen(kind, cell, shapes):
    if kind == "output":
        return {"kind": kind, "step": place_in_order(cell, shapes[kind])}
    return {"kind": kind, "cell": cell}
