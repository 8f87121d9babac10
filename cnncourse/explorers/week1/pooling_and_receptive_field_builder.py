"""The receptive-field builder: stack layers, click a unit, see what it reads in every level and what counts."""

from functools import partial

from ipywidgets import Dropdown, ToggleButtons

from cnncourse.convolution import receptive_field as course_receptive_field
from cnncourse.explorers import Explorer, cell_at, learners
from cnncourse.explorers.week1 import pooling_and_receptive_field_stack as stack
from cnncourse.explorers.week1.pooling_and_receptive_field_builder_picture import (
    COUNTS,
    FLAT,
    FLAT_X,
    FLAT_Y,
    SEEN,
    TABLE_Y,
    place_of,
    render,
    standing_sheets,
)
from cnncourse.explorers.week1.pooling_and_receptive_field_stack import ENERGY, NETS, Step
from cnncourse.pictures import photo_names

MOST_LAYERS = 10

CONV = Step("conv", 3, 1, 1)
POOL = Step("pool", 2, 2)
PRESETS = {  # name: (side of the picture, layers)
    "VGG start": (64, (CONV, CONV, POOL, CONV, CONV, POOL, CONV)),
    "LeNet-5": (32, (Step("conv", 5), POOL, Step("conv", 5), POOL, Step("conv", 5))),
    "Ten 3×3": (64, (CONV,) * 10),
    "Strides 2, 2, 2, 2": (64, (Step("conv", 3, 2, 1),) * 4),
    "Dilations 1, 2, 4, 8": (64, tuple(Step("conv", 3, 1, rate, rate) for rate in (1, 2, 4, 8))),
}
NEW = {
    "conv 1×1": Step("conv", 1),
    "conv 3×3": CONV,
    "conv 3×3, no padding": Step("conv", 3),
    "conv 3×3, stride 2": Step("conv", 3, 2, 1),
    "conv 3×3, dilation 2": Step("conv", 3, 1, 2, 2),
    "conv 3×3, dilation 4": Step("conv", 3, 1, 4, 4),
    "conv 5×5": Step("conv", 5, 1, 2),
    "conv 5×5, no padding": Step("conv", 5),
    "conv 7×7, stride 2": Step("conv", 7, 2, 3),
    "max pool 2×2": POOL,
    "max pool 3×3, stride 2": Step("pool", 3, 2),
}


def receptive_field_builder(receptive_field=None, preset="VGG start", view=SEEN):
    """Show a stack of layers on a photo: what a unit sees in every level, and how much each pixel counts.

    `preset` names the first stack, a key of `PRESETS`; `view` is "what it sees" or "what counts".
    The table's size, jump and start come from the learner's `receptive_field` where it works, else from the course's.
    """
    measure = learners(receptive_field, course_receptive_field) if receptive_field else course_receptive_field
    side, layers = PRESETS[preset]
    choose = {name: partial(_preset, name) for name in PRESETS}
    return Explorer(
        partial(render, measure=measure),
        {
            "photo_name": Dropdown(options=photo_names(), value="cat", description="photo"),
            "view": ToggleButtons(options=[SEEN, COUNTS], value=view, description="show"),
            "new": Dropdown(options=list(NEW), value="conv 3×3", description="new layer"),
        },
        title="Receptive-field builder",
        note=(
            "Click or drag on a sheet, or on the photo, to choose a unit; arrow keys move it, Enter goes one "
            "layer deeper."
        ),
        alt=alt,
        caption=partial(caption, measure=measure),
        pointer=pointer,
        buttons={"+ add": add_layer, "− remove last": remove_layer, **choose},
        state={"side": side, "layers": layers, "unit": stack.centre_unit(side, layers, len(layers)), "message": ""},
    )


def add_layer(*, side, layers, new, **_):
    """Return the changes that put one more layer on the stack, or a message where it does not fit."""
    if len(layers) == MOST_LAYERS:
        return {"message": f"{MOST_LAYERS} layers are as many as this picture can show."}
    taller = (*layers, NEW[new])
    try:
        stack.sides(side, taller)
    except ValueError as problem:
        return {"message": f"{new} does not fit: {problem}."}
    return {"layers": taller, "unit": stack.centre_unit(side, taller, len(taller)), "message": ""}


def remove_layer(*, side, layers, unit, **_):
    """Return the changes that take the last layer away, as long as there is one."""
    if not layers:
        return {"message": "Only the picture is left: add a layer."}
    lower = layers[:-1]
    unit = unit if unit[0] <= len(lower) else stack.centre_unit(side, lower, len(lower))
    return {"layers": lower, "unit": unit, "message": ""}


def _preset(name, **_):
    side, layers = PRESETS[name]
    return {"side": side, "layers": layers, "unit": stack.centre_unit(side, layers, len(layers)), "message": ""}


def pointer(event, *, side, layers, unit, **_):
    """Return the unit that a click, drag or key chooses."""
    if event.kind == "key":
        return {"unit": _moved(event.key, side, layers, unit), "message": ""}
    if event.kind not in ("click", "drag"):
        return None
    chosen = _unit_at(event.x, event.y, side, layers, unit)
    return {"unit": chosen, "message": ""} if chosen and chosen != unit else None


def _moved(key, side, layers, unit):
    level, row, column = unit
    if key in ("Enter", " "):
        return stack.centre_unit(side, layers, level + 1 if level < len(layers) else 1 if layers else 0)
    down, across = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}[key]
    return stack.valid_unit(side, layers, (level, row + down, column + across))


def _unit_at(x, y, side, layers, unit):
    """Return the unit under a point: of a sheet, of a table's column, or the one whose field lies on that pixel."""
    pixel = cell_at(x, y, FLAT_X, FLAT_Y, FLAT / side, side, side)
    if pixel:
        _, jump, start = stack.fields(layers)[unit[0]]
        row, column = (round((place + 0.5 - start) / jump) for place in pixel)
        return stack.valid_unit(side, layers, (unit[0], row, column))
    standing = standing_sheets(side, layers)
    for sheet in reversed(standing):
        under = sheet.unit_at(x, y)
        if under:
            return (sheet.level, *under)
    near = min(standing, key=lambda sheet: abs(sheet.x - x))
    return stack.centre_unit(side, layers, near.level) if y > TABLE_Y - 80 and abs(near.x - x) < 24 else None


def caption(*, view, side, layers, unit, message="", measure=course_receptive_field, **_):
    """Return the recursion with this unit's numbers, or where the energy of its gradient lies."""
    text = _recursion(layers, unit[0]) if view == SEEN else _spread(side, layers, unit)
    owner = getattr(measure, "sentence", "").replace("This picture is", "The table is")
    return " ".join(filter(None, [message and f"<b>{message}</b>", text, owner]))


def _recursion(layers, level):
    if not level:
        return "A pixel of the picture sees itself: size 1, jump 1, start 0.5."
    below, (size, jump, start) = stack.fields(layers)[level - 1 : level + 1]
    layer = layers[level - 1]
    steps = f"({layer.kernel_size} − 1)" if layer.dilation == 1 else f"{layer.dilation} · ({layer.kernel_size} − 1)"
    return (
        f"Layer {level}: size = {below[0]} + {steps} · {below[1]} = <b>{size}</b>; "
        f"jump = {below[1]} · {layer.stride} = <b>{jump}</b>; "
        f"start = {below[2]:g} + ({steps} / 2 − {layer.padding}) · {below[1]} = <b>{start:g}</b>.".replace("= -", "= −")
    )


def _spread(side, layers, unit):
    size, held = stack.fields(layers)[unit[0]][0], stack.held_by(side, layers, unit)
    return (
        f"The gradient of this unit by every pixel, squared, as the mean over {NETS} networks with random weights: "
        f"{ENERGY:.0%} of it lies in the middle <b>{held} × {held}</b> (white frame) of the {size} × {size} field "
        f"(orange frame): {held / size:.0%} of its width, {held**2 / size**2:.0%} of its area. Bright counts most."
    )


def alt(*, side, layers, unit, view, **_):
    """Say in one sentence what the picture shows."""
    size = stack.fields(layers)[unit[0]][0]
    seen = f"unit ({unit[1]}, {unit[2]}) of {place_of(unit)} sees {size} × {size} pixel{'s' * (size > 1)}"
    return f"A stack of {len(layers)} layer{'s' * (len(layers) != 1)} on a {side} × {side} photo; {seen}."
