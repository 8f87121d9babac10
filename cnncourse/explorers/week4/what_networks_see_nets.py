"""The networks that the explorers of notebook 4.3 look into, and the pictures that they look at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import torch
from torch import nn

from cnncourse.networks.hand_signs import HandSignNet, load_hand_sign_net, pictures_to_batch
from cnncourse.networks.small_vgg import SmallVGG, load_small_vgg
from cnncourse.networks.tiny_yolo import TinyYOLO, load_tiny_yolo
from cnncourse.pictures.hand_sign_sheets import hand_signs
from cnncourse.pictures.photo_crops import photo_crops
from cnncourse.pictures.road_scenes import CLASSES, road_scenes
from cnncourse.style.seeing import RULES
from cnncourse.style.seeing_walks import WayBack

PICTURES = 120
COUNT = 9
BATCH = 30
ROAD, HANDS, PHOTOS = "road detector", "hand signs", "style net"


@dataclass(frozen=True, eq=False)
class Inside:
    """A network, pictures for it, and how to read its layers: `walk(model)(batch)` yields their maps, in order."""

    model: nn.Module
    images: np.ndarray  # (N, H, W, 3) uint8
    layers: tuple  # names, shallow to deep
    walk: Callable  # (model, batch) → iterator of maps (N, C, h, w), a layer at a time
    geometry: tuple  # for each layer a tuple of (kernel_size, stride, padding), from the picture on
    boxes: tuple = ()  # of each picture's objects, (M, 4) in pixels
    labels: tuple = ()

    def maps(self, batch, layer):
        """Return the maps of a layer for a batch of pictures; nothing deeper is computed."""
        wanted = self.layers.index(layer)
        return next(maps for place, maps in enumerate(self.walk(self.model, batch)) if place == wanted)

    def steps(self, layer):
        """Return the (kernel_size, stride, padding) on the way to a layer."""
        return self.geometry[self.layers.index(layer)]


@cache
def inside(name):
    """Return one of the three networks with its pictures."""
    return {ROAD: _road, HANDS: _hands, PHOTOS: _photos}[name]()


@cache
def strongest(name):
    """Return for each layer the strongest activation of every unit on every picture, and its flat place.

    `{layer: (activations (N, C), places (N, C), (h, w))}`.
    """
    net = inside(name)
    parts = {layer: [] for layer in net.layers}
    with torch.no_grad():
        for start in range(0, len(net.images), BATCH):
            batch = pictures_to_batch(net.images[start : start + BATCH])
            for layer, maps in zip(net.layers, net.walk(net.model, batch), strict=True):
                parts[layer].append((*maps.flatten(2).max(dim=2), tuple(maps.shape[2:])))
    return {
        layer: (*(torch.cat([p[k] for p in found]).numpy() for k in (0, 1)), found[0][2])
        for layer, found in parts.items()
    }


def geometry_box(layers, place):
    """Return the receptive field (left, top, right, bottom) of a place (row, column), also beyond the border.

    >>> geometry_box([(3, 1, 1), (2, 2, 0)], (1, 2))
    (3, 1, 7, 5)
    """
    low = high = np.array(place)
    for kernel_size, stride, padding in layers[::-1]:
        low, high = low * stride - padding, high * stride - padding + kernel_size - 1
    return int(low[1]), int(low[0]), int(high[1]) + 1, int(high[0]) + 1


@lru_cache(maxsize=512)
def best_of(name, layer, unit):
    """Return the nine strongest places of a unit: a list of (picture, (row, column), activation, box)."""
    activations, places, shape = strongest(name)[layer]
    steps, found = inside(name).steps(layer), []
    for n in np.argsort(-activations[:, unit], kind="stable")[:COUNT].tolist():
        place = divmod(int(places[n, unit]), shape[1])
        found.append((n, place, float(activations[n, unit]), geometry_box(steps, place)))
    return found


@lru_cache(maxsize=256)
def led_back(name, layer, unit, rule=RULES[0]):
    """Return what the nine strongest places of a unit are led back to, `(9, H, W, 3)`, as `deconvolve` does."""
    net, best = inside(name), best_of(name, layer, unit)
    batch = pictures_to_batch(net.images[[n for n, *_ in best]]).requires_grad_()
    with torch.enable_grad(), WayBack(rule):
        maps = net.maps(batch, layer)
        units = torch.stack([maps[i, unit, row, column] for i, (_, (row, column), *_) in enumerate(best)])
    (back,) = torch.autograd.grad(units, batch, units.detach())
    return back.permute(0, 2, 3, 1).numpy()


@cache
def hits(name, layer):
    """Return how many of each unit's nine strongest places lie in a box of each class: `(C, 3)`, or None."""
    if not inside(name).boxes:
        return None
    return np.stack([on_class(name, layer, label)[:COUNT].sum(axis=0) for label in range(len(CLASSES))], axis=1)


@cache
def on_class(name, layer, label):
    """Return whether a unit's strongest place of a picture lies on an object of a class: `(N, C)`, strongest first.

    Row 0 holds every unit's strongest picture, row 1 its second, and so on. A place lies where its field's middle is.
    """
    net, (activations, places, shape) = inside(name), strongest(name)[layer]
    x, y = _middles(net.steps(layer), places, shape[1])
    lies = np.zeros(places.shape, bool)
    for n, (boxes, labels) in enumerate(zip(net.boxes, net.labels, strict=True)):
        for x1, y1, x2, y2 in boxes[labels == label]:
            lies[n] |= (x1 <= x[n]) & (x[n] <= x2) & (y1 <= y[n]) & (y[n] <= y2)
    return np.take_along_axis(lies, np.argsort(-activations, axis=0, kind="stable"), axis=0)


def _middles(steps, places, width):
    """Return x and y of the middles of the fields of flat places."""
    first, second = (geometry_box(steps, (place, place)) for place in (0, 1))
    start, jump = (first[0] + first[2]) / 2, second[0] - first[0]
    row, column = np.divmod(places, width)
    return start + jump * column, start + jump * row


@cache
def order(name, layer, first):
    """Return the units of a layer in the order in which they are offered.

    `first` is "by number" or a class: then those whose strongest places lie in its boxes most often come first.
    """
    units = np.arange(strongest(name)[layer][0].shape[1])
    counts = hits(name, layer)
    if first not in CLASSES or counts is None:
        return units
    own = counts[:, CLASSES.index(first)]
    return units[np.lexsort((units, counts.sum(axis=1) - own, -own))]


def _road():
    scenes = road_scenes(count=PICTURES)
    model: TinyYOLO = load_tiny_yolo().requires_grad_(False)
    blocks = [*model.backbone, *model.context]
    names = [f"backbone.{name}" for name, _ in model.backbone.named_children()]
    names += [f"context.{name}" for name, _ in model.context.named_children()]
    steps = [(block[0].kernel_size[0], block[0].stride[0], block[0].padding[0]) for block in blocks]
    geometry = tuple(tuple(steps[: k + 1]) for k in range(len(steps)))
    return Inside(model, scenes.images, tuple(names), _walk_blocks, geometry, tuple(scenes.boxes), tuple(scenes.labels))


def _walk_blocks(model, maps):
    for block in (*model.backbone, *model.context):
        maps = block(maps)
        yield maps.clone()  # the next ReLU may work in place


def _hands():
    images = hand_signs("test")[0][:PICTURES]
    model: HandSignNet = load_hand_sign_net().eval().requires_grad_(False)
    names = tuple(f"blocks.{k}" for k in range(len(model.blocks)))
    geometry = tuple(((3, 1, 1), (2, 2, 0)) * (k + 1) for k in range(len(names)))
    return Inside(model, images, names, _walk_hands, geometry)


def _walk_hands(model, batch):
    maps = batch - 0.5
    for block in model.blocks:
        maps = block(maps)
        yield maps


def _photos():
    images, _ = photo_crops(PICTURES, np.random.default_rng(1), size=64)
    model: SmallVGG = load_small_vgg().eval().requires_grad_(False)
    steps, geometry, block = (), [], model.LAYERS[0][4]
    for name in model.LAYERS:
        steps += ((2, 2, 0),) * (name[4] != block) + ((3, 1, 1),)
        block = name[4]
        geometry.append(steps)
    return Inside(model, images, model.LAYERS, _walk_photos, tuple(geometry))


def _walk_photos(model, batch):
    yield from model.features(batch).values()
