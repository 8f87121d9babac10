"""What a network sees: the patches that excite a unit, the way back from a unit to the pixels, and occlusion.

Pictures are float tensors, (N, C, H, W) or one (C, H, W), as the model takes them; a layer is a name of
`model.named_modules()`, such as "backbone.block3", its number in an `nn.Sequential`, or a name of `model.LAYERS` for
networks with `.features`. Models are asked in evaluation mode and left in the mode in which they came.
"""

from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from cnncourse.arguments import one_of, shown, whole_number
from cnncourse.networks.uint8_pictures import answer_of
from cnncourse.style.seeing_walks import RULES, Averages, WayBack

BATCH = 32
GREY = 0.5


class Patch(NamedTuple):
    """A piece of a picture that excites a unit."""

    patch: torch.Tensor  # (C, h, w), cut from the picture: what the unit sees there
    image: int  # number of the picture
    box: tuple  # (left, top, right, bottom) of the patch in pixels
    place: tuple  # (row, column) in the layer's map
    activation: float


def layer_maps(model, images, layer):
    """Return the maps `(N, C, h, w)` that a layer of the model makes of pictures `(N, C, H, W)`, without gradients."""
    images = _pictures("images", images, 4)
    with torch.no_grad(), _evaluating(model):
        parts = [_maps(model, part, layer) for part in images.split(BATCH)]
    return torch.cat(parts)


def top_patches(model, images, layer, channel, count=9):
    """Return the `count` patches of the pictures that excite one channel of a layer most, as a list of Patch.

    At most one a picture: the place of its strongest activation, cut to that unit's receptive field; what lies outside
    the picture is left out. Strongest first, equal ones in the pictures' order (Zeiler & Fergus 2014, figure 2).
    """
    images, count = _pictures("images", images, 4), whole_number("count", count, 1)
    maps = _channel(layer_maps(model, images, layer), channel)
    strongest, where = maps.flatten(1).max(dim=1)
    found = []
    for image in strongest.argsort(descending=True, stable=True)[:count].tolist():
        place = divmod(int(where[image]), maps.shape[2])
        left, top, right, bottom = box = field_box(model, images[image], layer, place)
        patch = images[image, :, top:bottom, left:right].clone()
        found.append(Patch(patch, image, box, place, float(strongest[image])))
    return found


@torch.inference_mode(False)
def field_box(model, image, layer, place):
    """Return the receptive field (left, top, right, bottom) of a layer's unit in a picture `(C, H, W)`, in pixels.

    `place` is the unit's (row, column). Every kernel and pooling is replaced by a plain average, so that a pixel has an
    influence just where one can reach the unit, whatever the weights are. What lies on padding is left out.
    """
    image = _pictures("image", image, 3)[None].detach().clone().requires_grad_()
    with torch.enable_grad(), _evaluating(model), Averages():
        maps = _maps(model, image, layer)
    row, column = _checked_place(place, maps.shape[2:])
    (reach,) = torch.autograd.grad(maps[0, :, row, column].sum(), image)
    rows, columns = (torch.nonzero(reach[0].sum(dim=(0, axis))).flatten() for axis in (2, 1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@torch.inference_mode(False)
def deconvolve(model, image, layer, channel, place=None, rule="deconvnet"):
    """Return the picture `(C, H, W)` that one unit's activation is led back to, through the layers below it.

    The unit is the strongest of the channel's map, or that at `place` (row, column); all others are set to 0. On the
    way back a convolution uses its transposed weights and a max pooling its switches. What a ReLU does is the `rule`:

    - "deconvnet" keeps what is positive on its way back (Zeiler & Fergus 2014)
    - "gradient" keeps what went through the ReLU on the way forward (Simonyan et al. 2013)
    - "guided" keeps what is both (Springenberg et al. 2014)

    A leaky ReLU counts as a ReLU under "deconvnet" and "guided". Other activations let the gradient through.
    """
    one_of("rule", rule, RULES)
    image = _pictures("image", image, 3)[None].detach().clone().requires_grad_()
    with torch.enable_grad(), _evaluating(model), WayBack(rule):
        chosen = _channel(_maps(model, image, layer), channel)[0]
        place = divmod(int(chosen.argmax()), chosen.shape[1]) if place is None else place
        unit = chosen[_checked_place(place, chosen.shape)]
    (back,) = torch.autograd.grad(unit, image, unit.detach())
    return back[0]


@torch.inference_mode(False)
def saliency_map(model, image, class_index):
    """Return `(H, W)`: how much a class's score moves with each pixel of a picture `(C, H, W)` (Simonyan et al. 2013).

    The largest |∂score/∂pixel| over the colours. The model gives scores (1, K).
    """
    image = _pictures("image", image, 3)[None].detach().clone().requires_grad_()
    with torch.enable_grad(), _evaluating(model):
        score = _scores(answer_of(model, "image", image), class_index)[0]
    (slope,) = torch.autograd.grad(score, image)
    return slope[0].abs().amax(dim=0)


def occlusion_map(model, image, class_index, size, stride, fill=GREY):
    """Return the score of a class `(rows, columns)` with a square of the picture `(C, H, W)` painted over.

    Entry (i, j) has the square of `size` pixels with its upper left corner at (i · stride, j · stride); only squares
    that lie in the picture count. `fill` is their colour: a number or C of them. The score is what the model gives,
    so put a softmax behind it for probabilities (Zeiler & Fergus 2014, figure 7).
    """
    image = _pictures("image", image, 3)
    size, stride = whole_number("size", size, 1), whole_number("stride", stride, 1)
    H, W = image.shape[1:]
    if size > min(H, W):
        raise ValueError(f"size must be at most the picture's shorter side, {min(H, W)}, got {size}")
    corners = [(r, c) for r in range(0, H - size + 1, stride) for c in range(0, W - size + 1, stride)]
    colour = _colour(fill, image)
    scores = []
    with torch.no_grad(), _evaluating(model):
        for start in range(0, len(corners), BATCH):
            batch = image.repeat(len(corners[start : start + BATCH]), 1, 1, 1)
            for picture, (r, c) in zip(batch, corners[start : start + BATCH], strict=True):
                picture[:, r : r + size, c : c + size] = colour
            scores.append(_scores(answer_of(model, "image", batch), class_index))
    return torch.cat(scores).reshape((H - size) // stride + 1, (W - size) // stride + 1)


def _maps(model, images, layer):
    """Return what a layer makes of a batch, (N, C, h, w)."""
    if layer in getattr(model, "LAYERS", ()):
        return answer_of(partial(model.features, names=[layer]), "image or images", images)[layer]
    modules = dict(model.named_modules())
    name = str(layer)
    if name not in modules or name == "":
        raise ValueError(f"layer must be one of {[name for name in modules if name]}, got {shown(layer)}")
    seen = []
    handle = modules[name].register_forward_hook(lambda module, inputs, output: seen.append(output))
    try:
        answer_of(model, "image or images", images)
    finally:
        handle.remove()
    if not seen or not isinstance(seen[-1], torch.Tensor) or seen[-1].ndim != 4:
        raise ValueError(f"layer must be one that makes maps (N, C, h, w), got {shown(layer)}")
    return seen[-1]


def _channel(maps, channel):
    channel = whole_number("channel", channel, 0)
    if channel >= maps.shape[1]:
        raise ValueError(f"channel must be less than the layer's {maps.shape[1]}, got {channel}")
    return maps[:, channel]


def _scores(output, class_index):
    """Return the column of a class in a model's scores (N, K)."""
    if not isinstance(output, torch.Tensor) or output.ndim != 2:
        raise ValueError(f"model must give scores (N, K), got {shown(output)}")
    class_index = whole_number("class_index", class_index, 0)
    if class_index >= output.shape[1]:
        raise ValueError(f"class_index must be less than the model's {output.shape[1]} classes, got {class_index}")
    return output[:, class_index]


def _checked_place(place, shape):
    try:
        row, column = place
    except (TypeError, ValueError):
        raise ValueError(f"place must be a pair (row, column), got {shown(place)}") from None
    row, column = whole_number("place", row, 0), whole_number("place", column, 0)
    if row >= shape[0] or column >= shape[1]:
        raise ValueError(f"place must lie in the map of {shape[0]} × {shape[1]}, got ({row}, {column})")
    return row, column


def _colour(fill, image):
    """Return a fill as a tensor (1, 1, 1) or (C, 1, 1) that fits on a picture (C, H, W)."""
    try:
        if np.iscomplexobj(fill):
            raise TypeError
        colour = torch.as_tensor(fill, dtype=image.dtype).reshape(-1, 1, 1)
    except (TypeError, ValueError, RuntimeError):
        colour = image[:0]
    if len(colour) not in (1, len(image)):
        raise ValueError(f"fill must be a number or {len(image)} numbers, got {shown(fill)}")
    return colour


def _pictures(name, pictures, dimensions):
    """Return pictures as a float tensor of 3 or 4 dimensions; a batch of one counts as one picture."""
    try:
        pictures = torch.as_tensor(pictures)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{name} must be a tensor of pictures, got {shown(pictures)}") from None
    if dimensions == 3 and pictures.ndim == 4 and len(pictures) == 1:
        pictures = pictures[0]
    axes = "(N, C, H, W)" if dimensions == 4 else "(C, H, W)"
    if pictures.ndim != dimensions or pictures.numel() == 0 or not pictures.is_floating_point():
        got = f"shape {tuple(pictures.shape)} of {pictures.dtype}"
        raise ValueError(f"{name} must be a float tensor {axes} that is not empty, got {got}")
    return pictures


@contextmanager
def _evaluating(model):
    """Put a model into evaluation mode for a while, and every part of it back into its own mode afterwards."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, got {shown(model)}")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
