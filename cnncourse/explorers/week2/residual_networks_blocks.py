"""Explorer of notebook 2.2: maps on their way through eight blocks, with and without the shortcut."""

from functools import lru_cache, partial
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.explorers import ARROWS, Explorer, learners
from cnncourse.explorers.week2.residual_networks_blocks_picture import SCALE, chain_picture, tile_at
from cnncourse.pictures import photo

PHOTOS = ("cat", "astronaut", "camera", "coffee", "clock")
BLOCKS, MAPS, SIDE = 8, 8, 40


class Way(NamedTuple):
    """What one block makes of its maps, each `(MAPS, SIDE, SIDE)`: came, inside after ReLU, z before the sum, gone."""

    came: np.ndarray
    inside: np.ndarray
    z: np.ndarray
    gone: np.ndarray


def identity_block(a, conv1, norm1, conv2, norm2):
    """Return g(z + a), z being the way of maps `a` through the four layers."""
    return F.relu(norm2(conv2(F.relu(norm1(conv1(a))))) + a)


@lru_cache(maxsize=1)
def kernels():
    """Return random kernels: the stem's `(MAPS, 3, 3, 3)`, of which the first averages, and a pair for every block."""
    start = torch.Generator().manual_seed(22)
    stem = torch.randn(MAPS, 3, 3, 3, generator=start)
    stem[0] = 1 / 27
    width = (2 / (9 * MAPS)) ** 0.5
    return stem, [width * torch.randn(2, MAPS, MAPS, 3, 3, generator=start) for _ in range(BLOCKS)]


def normalised(x, scale=1.0):
    """Return maps `(1, C, H, W)` with mean 0 and standard deviation `scale`: batch norm with γ = scale, β = 0."""
    return scale * F.batch_norm(x, None, None, training=True)


@lru_cache(maxsize=len(PHOTOS))
def first_maps(name):
    """Return what the stem, a 3 × 3 convolution with norm and ReLU, makes of a photo: `(1, MAPS, SIDE, SIDE)`."""
    picture = torch.from_numpy(photo(name, SIDE)).float().permute(2, 0, 1)[None]
    return F.relu(normalised(F.conv2d(picture, kernels()[0], padding=1)))


def ways(name, scale, shortcut, block=None):
    """Return the `Way` of every block; `scale` is that of the second norm, `block` another identity block."""
    a, found = first_maps(name), []
    for first, second in kernels()[1]:
        conv1, conv2 = (partial(F.conv2d, weight=weight, padding=1) for weight in (first, second))
        norm2 = partial(normalised, scale=scale)
        inside = F.relu(normalised(conv1(a)))
        z = norm2(conv2(inside))
        gone = F.relu(z + a if shortcut else z)
        if block is not None and shortcut:
            gone = block(a, conv1, normalised, conv2, norm2)
        found.append(Way(*(torch.as_tensor(maps).numpy()[0] for maps in (a, inside, z, gone))))
        a = torch.as_tensor(gone)
    return found


def likeness(first, second):
    """Return the correlation of two arrays' numbers, from −1 to 1; NaN where one of them is constant.

    >>> round(likeness(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])), 6)
    1.0
    """
    first, second = (array.astype(float).ravel() - array.mean(dtype=float) for array in (first, second))
    norms = np.linalg.norm(first) * np.linalg.norm(second)
    return float(np.clip(first @ second / norms, -1, 1)) if norms > 1e-9 else float("nan")


def chain_caption(scale, on, off):
    """Say what is left of the first block's input after the last block, with the shortcut and without."""
    first, (here, there) = on[0].came, (likeness(chain[0].came, chain[-1].gone) for chain in (on, off))
    text = f"After {BLOCKS} blocks with shortcuts the maps correlate <b>{_number(here)}</b> with those that came in"
    text += " (they are the same, to the last bit)" if np.array_equal(on[-1].gone, first) else ""
    text += "; without, every number is the same." if np.isnan(there) else f"; without, <b>{_number(there)}</b>."
    if scale == 0:
        return text + " The layers give 0: with the shortcut a block is then the identity, without it a dead end."
    return text + " All kernels are random: nothing here is trained."


def _number(value):
    return f"{value:.2f}".replace("-", "−")


def chain_pointer(event, *, block, map, **_):
    """Choose a block by click or with the arrows left and right, a map with the arrows up and down."""
    if event.kind == "key" and event.key in ARROWS:
        down, right = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (1, 0), "ArrowDown": (-1, 0)}[event.key]
        return {"block": int(np.clip(block + right, 1, BLOCKS)), "map": int(np.clip(map + down, 1, MAPS))}
    tile = tile_at(event.x, event.y) if event.kind == "click" else None
    return {"block": max(1, tile)} if tile is not None else None


def block_chain(own_identity_block=None):
    """Show a photo's maps on their way through one block and through eight; `own_identity_block` is the learner's."""
    own = learners(own_identity_block, identity_block)

    @lru_cache(maxsize=8)
    def found_and_said(name, scale, shortcut):
        return ways(name, scale, shortcut, own if own_identity_block else None), own.sentence

    def render(*, name, shortcut, scale, map, block):
        found, _ = found_and_said(name, scale, shortcut)
        alike = [likeness(found[0].came, maps) for maps in (found[0].came, *(way.gone for way in found))]
        shown = [Way(*(maps[map - 1] for maps in way)) for way in found]
        return chain_picture(photo(name, SIDE), shown, alike, block, map, scale, shortcut)

    def caption(*, name, shortcut, scale, map, block):
        (on, said), (off, _) = (found_and_said(name, scale, way) for way in (True, False))
        return chain_caption(scale, on, off) + (f" {said}" if own_identity_block else "")

    controls = {
        "name": widgets.Dropdown(options=PHOTOS, description="photo"),
        "shortcut": widgets.Checkbox(True, description="shortcut", indent=False),
        "scale": widgets.FloatSlider(0.4, min=0, max=2, step=0.1, description="scale γ of z", readout_format=".1f"),
        "map": widgets.IntSlider(1, 1, MAPS, description="map shown"),
    }
    return Explorer(
        render, controls, title="One block taken apart, and eight in a row", caption=caption, pointer=chain_pointer,
        alt=lambda name, block, shortcut, **_: f"Maps of the photo {name} on their way through block {block} of "
        f"{BLOCKS}, {'with' if shortcut else 'without'} the shortcut.",
        note="Click a block below (arrows: left and right for blocks, up and down for maps). Switch the shortcut, "
        "move the scale.",
        state={"block": 1}, scale=SCALE,
    )  # fmt: skip
