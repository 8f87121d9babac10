"""The architecture explorer: the classic networks to scale, what every step costs, and what it sees."""

import ipywidgets as widgets

from cnncourse.explorers import Explorer
from cnncourse.explorers.week2 import classic_networks_architecture_picture as picture
from cnncourse.explorers.week2.classic_networks_blocks import FLOOR, blocks
from cnncourse.explorers.week2.classic_networks_steps import NETS, network

SIDES = {"its own size": 0, **{f"{n} × {n}": n for n in (32, 64, 96, 128, 160, 192, 224, 227, 256, 320)}}
PHOTOS = ("cat", "astronaut", "coffee", "china", "flower", "rocket")
CENTRE = (0.5, 0.5)


def architectures(net="VGG-16 (2014)", side=0, step=6):
    """Show a network of `NETS` for pictures of `side` × `side` (its own size if 0), a step of it chosen."""
    narrow = widgets.Layout(width="240px")
    return Explorer(
        picture.render,
        {
            "net": widgets.Dropdown(options=list(NETS), value=net, description="network", layout=narrow),
            "side": widgets.Dropdown(options=SIDES, value=side, description="picture", layout=narrow),
            "photo_name": widgets.Dropdown(options=PHOTOS, value="cat", description="photo", layout=narrow),
        },
        title="Architectures, to scale",
        note="Click a block or a bar, or use ← and → (↑ and ↓ jump to where the maps change size). Drag on the photo "
        "to move the unit.",
        alt=alt,
        caption=caption,
        pointer=pointer,
        state={"step": step, "at": CENTRE},
    )


def caption(*, net, side, step, **_):
    """Say where parameters, multiplications and memory lie, or why the picture does not fit."""
    chosen = network(net, side)
    if not chosen.steps:
        return f"<b>{chosen.problem}.</b>"
    if chosen.problem:
        return f"<b>It does not fit: {chosen.problem}.</b> The bars count up to there. {_scale(chosen)}"
    dense, rest = ("dense",), ("convolution", "residual block", "inception module", "pooling")
    return (
        f"Dense layers hold <b>{_percent(chosen.share('parameters', dense))}</b> of the parameters, all the others do "
        f"<b>{_percent(chosen.share('multiplications', rest))}</b> of the multiplications and hold "
        f"<b>{_percent(chosen.share('memory', rest))}</b> of the numbers between the layers. {_scale(chosen)}"
    )


def _percent(share):
    """Return a share in words that never round almost all up to all."""
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _scale(chosen):
    block = blocks(chosen)[1]
    return (
        f"Blocks: all heights and widths to one scale, all thicknesses to another (100 channels are "
        f"{100 * block.thick / chosen.steps[0].shape[0]:.0f} pixels), dense layers as upright rods to a third."
    )


def alt(*, net, side, step, **_):
    """Describe the picture in words."""
    chosen = network(net, side)
    if not chosen.steps:
        return f"{net}: {chosen.problem}."
    one = chosen.steps[picture.clipped(chosen, step)]
    return f"{net} as a row of {len(chosen.steps)} blocks; chosen: {one.name}, {one.kind}, shape {one.shape}."


def pointer(event, *, net, side, step, **_):
    """Choose a step by click or arrow, or a unit by a click on the photo."""
    chosen = network(net, side)
    if not chosen.steps:
        return None
    step = picture.clipped(chosen, step)
    if event.kind == "key":
        return {"step": _after_key(event.key, chosen, step)}
    if event.kind not in ("click", "drag"):
        return None
    row, column = (event.y - picture.PHOTO_Y) / picture.PHOTO, (event.x - picture.PHOTO_X) / picture.PHOTO
    if 0 <= row < 1 and 0 <= column < 1:
        return {"at": (row, column)}
    return {"step": _step_at(chosen, event.x)} if event.y > FLOOR - 200 else None


def _step_at(chosen, x):
    """Return the last step whose block begins left of x."""
    begins = [block.x - 3 for block in blocks(chosen)[1:]]
    return max(0, sum(begin <= x for begin in begins) - 1)


def _after_key(key, chosen, step):
    if key in ("ArrowLeft", "ArrowRight"):
        return picture.clipped(chosen, step + (1 if key == "ArrowRight" else -1))
    sides = [one.shape[1:] for one in chosen.steps]
    changes = [0, *(i for i in range(1, len(sides)) if sides[i] != sides[i - 1])]
    if key == "ArrowUp":
        return max((i for i in changes if i < step), default=0)
    later = [i for i in changes if i > step]
    return later[0] if later else (len(sides) - 1 if key == "ArrowDown" else 0)
