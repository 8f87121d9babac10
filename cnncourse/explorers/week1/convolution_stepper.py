"""The convolution stepper: a picture in numbers, a kernel laid on one window, and the output cell it makes."""

from functools import partial

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import output_size as course_output_size
from cnncourse.explorers import ARROWS, Explorer, cell_at, learners, play
from cnncourse.explorers.week1.convolution_stepper_picture import SCALE, layout, render
from cnncourse.explorers.week1.convolution_steps import (
    BORDERS,
    LARGEST_WEIGHT,
    OWN,
    PICTURES,
    PRESETS,
    conv_forward,
    kernel_text,
    short,
    size_sentence,
    step_of,
    sum_sentence,
)


def convolution_stepper(conv_forward_of_learner=None, output_size_of_learner=None, **start):
    """Show one convolution step by step; draws with the learner's own conv_forward and output_size when given.

    `start` sets controls by name: picture, kernel, own, padding, border, stride, dilation, step, cover.
    """
    forward = learners(conv_forward_of_learner, conv_forward)
    size = learners(output_size_of_learner, course_output_size)
    asked = {"forward": conv_forward_of_learner is not None, "size": output_size_of_learner is not None}
    bound = {"forward": forward, "size": size}
    explorer = Explorer(
        partial(render, **bound),
        _controls(),
        title="Convolution, one window at a time",
        note="Click or drag over the output or the picture, or use the arrow keys or ▶. Click a weight of the kernel: "
        "its upper half adds 1, its lower half takes 1 away.",
        alt=partial(alt, **bound),
        caption=partial(caption, asked=asked, **bound),
        pointer=partial(pointer, **bound),
        scale=SCALE,
    )
    _fit_slider(explorer)
    _show_what_was_asked(explorer.controls)
    explorer.set(**start)
    return explorer


def caption(*, cover, asked=None, forward=conv_forward, size=course_output_size, **state):
    """Say the output's size and the chosen cell's sum in numbers."""
    model = step_of(forward=forward, size=size, **state)
    if model.problem:
        return f"{model.problem}".replace("-", "−")
    rows, columns = model.output.shape
    (i, j), value = model.cell, model.output[model.cell]
    same = model.picture.shape[0] == model.picture.shape[1]
    across = "" if same else f", across {size_sentence(model, 1)}"
    parts = [
        f"Output <b>{rows} × {columns}</b>: {size_sentence(model, 0)}{' each way' if same else ' down'}{across}.",
        f"Cell [{i}, {j}]: {sum_sentence(model)}.",
    ]
    if not np.isclose(value, model.products.sum()):
        parts.append(f"Your conv_forward has {short(value)} there: which window does it read?".replace("-", "−"))
    if model.sizes != model.output.shape:
        parts.append(f"But the output has {rows} × {columns} cells: look again at output_size.")
    if asked and asked["forward"]:
        parts.append(forward.sentence)
    if asked and asked["size"]:
        parts.append(size.sentence.replace("This picture is drawn", "The size is computed"))
    return " ".join(parts)


def alt(*, cover, forward=conv_forward, size=course_output_size, **state):
    """Describe the picture in words."""
    model = step_of(forward=forward, size=size, **state)
    if model.problem:
        return f"No output. {model.problem}"
    (i, j), (top, left) = model.cell, model.corner
    return (
        f"A picture of {model.picture.shape[0]} × {model.picture.shape[1]} numbers, padding {model.padding}, a kernel "
        f"of {model.kernel.shape[0]} × {model.kernel.shape[1]}, stride {model.stride}, dilation {model.dilation}; "
        f"output cell row {i}, column {j} is {short(model.output[i, j])}, from the window at row {top}, column {left}."
    ).replace("-", "−")


def pointer(event, *, cover, forward=conv_forward, size=course_output_size, **state):
    """Choose an output cell, or change a weight of the kernel."""
    model = step_of(forward=forward, size=size, **state)
    if event.kind == "key" and not model.problem:
        return {"step": _after_key(event.key, model)}
    if event.kind not in ("click", "drag") or model.problem:
        return None
    places = layout(model)
    cell = cell_at(event.x, event.y, *places["output"], *model.output.shape)
    if cell is None:
        cell = _window_around(cell_at(event.x, event.y, *places["input"], *model.padded.shape), model)
    if cell is not None:
        return {"step": cell[0] * model.output.shape[1] + cell[1]}
    return _edited(event, model, places) if event.kind == "click" else None


def _after_key(key, model):
    (i, j), (rows, columns) = model.cell, model.output.shape
    if key in ("Enter", " "):
        return (model.index + 1) % model.output.size
    down, right = ARROWS.get(key, (0, 0))
    return min(max(i + down, 0), rows - 1) * columns + min(max(j + right, 0), columns - 1)


def _window_around(pixel, model):
    """Return the output cell whose window lies nearest around a pixel of the padded picture."""
    if pixel is None:
        return None
    starts = ((place - (reach - 1) / 2) / model.stride for place, reach in zip(pixel, model.reach, strict=True))
    return tuple(min(max(round(start), 0), count - 1) for start, count in zip(starts, model.output.shape, strict=True))


def _edited(event, model, places):
    cell = cell_at(event.x, event.y, *places["kernel"], *model.kernel.shape)
    if cell is None:
        return None
    _, top, side = places["kernel"]
    change = 1 if event.y - top - cell[0] * side < side / 2 else -1
    weights = np.array(model.kernel)
    weights[cell] = np.clip(weights[cell] + change, -LARGEST_WEIGHT, LARGEST_WEIGHT)
    return {"kernel": OWN, "own": kernel_text(weights)}


def _controls():
    wide, narrow = widgets.Layout(width="250px"), widgets.Layout(width="auto")
    return {
        "picture": widgets.Dropdown(options=list(PICTURES), description="picture", layout=wide),
        "kernel": widgets.Dropdown(options=[*PRESETS, OWN], description="kernel", layout=wide),
        "own": widgets.Text("0 1 0; 1 -4 1; 0 1 0", description="your own", continuous_update=False, layout=wide),
        "padding": widgets.IntSlider(0, 0, 2, description="padding", layout=wide),
        "border": widgets.Dropdown(options=list(BORDERS), description="filled with", layout=wide),
        "stride": widgets.IntSlider(1, 1, 3, description="stride", layout=wide),
        "dilation": widgets.IntSlider(1, 1, 3, description="dilation", layout=wide),
        "step": play(widgets.IntSlider(0, 0, 15, description="output cell", layout=widgets.Layout(width="220px"))),
        "cover": widgets.Checkbox(False, description="cover later cells", indent=False, layout=narrow),
    }


def _show_what_was_asked(controls):
    """Take the learner's own kernel as soon as it is written, and a frame as soon as its filling is chosen."""
    controls["own"].observe(lambda _: setattr(controls["kernel"], "value", OWN), "value")
    controls["border"].observe(lambda _: setattr(controls["padding"], "value", controls["padding"].value or 1), "value")


def _fit_slider(explorer):
    """Let the slider of output cells end at the last one."""

    def fit(_=None):
        state = {name: value for name, value in explorer.state.items() if name != "cover"}
        explorer.controls["step"].max = max(step_of(**state).output.size - 1, 0)

    for name in ("picture", "kernel", "own", "padding", "stride", "dilation"):
        explorer.controls[name].observe(fit, "value")
