"""Training pictures of TinyYOLO: road scenes from chunks, changed a little at random, with their targets.

Only scenes of the style "day" come in. The changes are general ones: mirror, scale and shift, colour, darkness, uneven
light, lamps, a veil as of mist, streaks, blur, noise. None is made by the renderer of the held-out style.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from cnncourse.detection.anchors import shape_iou
from cnncourse.detection.yolo import encode
from cnncourse.networks.tiny_yolo import CLASS_COUNT, GRID, SIZE, enlarged
from cnncourse.pictures.road_scenes import LEAST_HEIGHT

STREAKS = 64  # masks of streaks, drawn once
MOST_SHIFT = 24  # pixels
RIVAL = 0.4  # IoU of shapes from which another anchor learns an object too
HARD = 0.5  # of the pictures are made hard to see
LEAST_LEFT = 0.4  # of a box's area: less of it inside the picture, and the object is ignored


class Scenes(NamedTuple):
    """Pictures (N, 160, 160, 3) uint8 and, for each, boxes, labels and ignored."""

    images: np.ndarray
    boxes: list
    labels: list
    ignored: list


def read_scenes(folder, style, split, count=None):
    """Return the scenes of all chunks that `tools/render_roads.py` wrote into `folder`, or the first `count`."""
    files = sorted(folder.glob(f"{style}_{split}_*.npz"), key=lambda file: int(file.stem.rsplit("_", 1)[1]))
    if not files:
        raise SystemExit(f"no {style} {split} scenes in {folder}: run tools/render_roads.py first")
    parts = []
    for file in files:
        with np.load(file) as chunk:
            cuts = chunk["offsets"][1:-1]
            rows = [np.split(chunk[name], cuts) for name in ("boxes", "labels", "ignored")]
            parts.append((chunk["images"], *rows))
        if count is not None and sum(len(part[0]) for part in parts) >= count:
            break
    images = np.concatenate([part[0] for part in parts])
    lists = ([entry for part in parts for entry in part[k]] for k in (1, 2, 3))
    return Scenes(images[:count], *(entries[:count] for entries in lists))


def batches(scenes, size, rng, streaks, anchors, scales=(1,)):
    """Yield (pictures (n, 3, side, side), targets, objects (n, M, 4) in pixels, NaN where none) of one epoch.

    Each batch is enlarged by one of the `scales`, drawn anew: its side is 160 · scale, and so are its boxes.
    """
    order = rng.permutation(len(scenes.images))
    for start in range(0, len(order) - size + 1, size):
        scale = scales[rng.integers(len(scales))] if len(scales) > 1 else scales[0]
        yield changed_batch(scenes, order[start : start + size], rng, streaks, anchors, scale)


def changed_batch(scenes, rows, rng, streaks, anchors, scale=1):
    grid, side = round(GRID * scale), round(SIZE * scale)
    pictures = torch.from_numpy(scenes.images[rows]).permute(0, 3, 1, 2).float() / 255
    zoom = np.exp(rng.uniform(-0.25, 0.35, len(rows)))
    shift = rng.uniform(-MOST_SHIFT, MOST_SHIFT, (len(rows), 2))
    mirrored = rng.random(len(rows)) < 0.5
    pictures = moved(pictures, zoom * np.where(mirrored, -1, 1), zoom, shift)
    targets, objects = [], []
    for row, z, s, m in zip(rows, zoom, shift, mirrored, strict=True):
        boxes, ignored = moved_boxes(scenes.boxes[row], scenes.ignored[row], z, s, m)
        inside = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) > 1
        boxes, ignored, labels = boxes[inside], ignored[inside], scenes.labels[row][inside]
        nearest_first = np.argsort(-boxes[:, 3], kind="stable")
        true = nearest_first[~ignored[nearest_first]]
        boxes = boxes * scale
        targets.append(encode(boxes[true], labels[true], grid, anchors, CLASS_COUNT, (side, side)))
        objects.append(torch.tensor(boxes))
    targets = torch.tensor(shared_with_rivals(np.array(targets), anchors)).float()
    objects = torch.nn.utils.rnn.pad_sequence(objects, batch_first=True, padding_value=torch.nan)
    return enlarged(in_another_light(pictures, rng, streaks), scale), targets, objects.float()


def shared_with_rivals(targets, anchors):
    """Return targets (…, B, 5 + C) in which every object stands also at its cell's other free anchors that fit it well.

    More places learn from each object; of those that find it, suppression keeps one.
    """
    shared = targets.copy()
    places = np.argwhere(targets[..., 0] > 0)
    vectors = targets[tuple(places.T)]
    fits = shape_iou(vectors[:, [4, 3]] * (SIZE / GRID), anchors)
    for place, vector, fit in zip(places, vectors, fits, strict=True):
        cell = tuple(place[:-1])
        shared[(*cell, (fit >= RIVAL) & (shared[cell][:, 0] == 0))] = vector
    return shared


def moved(pictures, zoom_x, zoom_y, shift):
    """Return pictures scaled about their middle (mirrored where `zoom_x` is negative) and shifted by pixels."""
    theta = torch.zeros(len(pictures), 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = torch.tensor(1 / zoom_x), torch.tensor(1 / zoom_y)
    theta[:, :, 2] = torch.tensor(-2 / SIZE * shift / np.stack([zoom_x, zoom_y], axis=1))
    places = functional.affine_grid(theta, pictures.shape, align_corners=False)
    return functional.grid_sample(pictures, places, padding_mode="border", align_corners=False)


def moved_boxes(boxes, ignored, zoom, shift, mirrored):
    """Return where `moved` puts boxes, clipped to the picture, and which of them are ignored now."""
    if mirrored:
        boxes = np.stack([SIZE - boxes[:, 2], boxes[:, 1], SIZE - boxes[:, 0], boxes[:, 3]], axis=1)
    boxes = (boxes - SIZE / 2) * zoom + SIZE / 2 + np.tile(shift, 2)
    clipped = np.clip(boxes, 0, SIZE)
    area, left = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes, clipped))
    low = clipped[:, 3] - clipped[:, 1] < LEAST_HEIGHT
    return clipped, ignored | low | (left < LEAST_LEFT * area)


def in_another_light(pictures, rng, streaks):
    """Return pictures in other colours, the hard ones among them dark, misty, streaked, blurred or noisy, in [0, 1]."""
    pictures = _coloured(pictures, rng)
    hard = rng.random(len(pictures)) < HARD
    for share, change in CHANGES:
        rows = np.flatnonzero(hard & (rng.random(len(pictures)) < share))
        if len(rows) > 0:
            pictures[rows] = change(pictures[rows], rng, streaks).clamp(0, 1)
    return pictures


def _coloured(pictures, rng):
    N = len(pictures)
    grey = pictures.mean(dim=1, keepdim=True)
    pictures = grey + (pictures - grey) * _column(rng.uniform(0.3, 1.5, N))
    gain = torch.tensor(np.exp(rng.normal(0, 0.12, (N, 3, 1, 1)))).float() * _column(np.exp(rng.normal(0, 0.2, N)))
    return (pictures.clamp(0, 1) ** _column(np.exp(rng.normal(0, 0.25, N))) * gain).clamp(0, 1)


def _darkened(pictures, rng, _streaks):
    """Return pictures with little light left, tinted, their brightest places kept."""
    N = len(pictures)
    tint = torch.tensor(rng.uniform(0.6, 1.25, (N, 3, 1, 1))).float()
    dark = pictures ** _column(rng.uniform(1, 1.8, N)) * _column(rng.uniform(0.12, 0.6, N)) * tint
    bright = functional.avg_pool2d((pictures - 0.8).clamp(min=0) * 3, 4)
    glow = functional.interpolate(bright, scale_factor=4, mode="bilinear")
    return dark + glow * _column(rng.uniform(0, 0.5, N))


def _unevenly_lit(pictures, rng, _streaks):
    """Return pictures under a light that is stronger here and weaker there."""
    light = torch.from_numpy(rng.standard_normal((len(pictures), 1, 5, 5), dtype=np.float32)) * 0.4
    return pictures * functional.interpolate(light, size=(SIZE, SIZE), mode="bilinear").exp()


def _lamps(pictures, rng, _streaks):
    """Return pictures with up to eight soft round lights, white to red."""
    N, count = len(pictures), 8
    places = torch.from_numpy(rng.uniform(0, SIZE, (N, count, 2))).float()
    across = torch.arange(SIZE) + 0.5
    widths = torch.from_numpy(np.exp(rng.uniform(0, 2.2, (N, count, 1)))).float()
    strength = torch.from_numpy(rng.uniform(0, 1, (N, count, 1)) * (rng.random((N, count, 1)) < 0.5)).float()
    columns, rows = (torch.exp(-(((across - places[..., k, None]) / widths) ** 2)) for k in (0, 1))  # (N, count, 160)
    glow = torch.einsum("nkr,nkc->nrc", rows * strength, columns)[:, None]
    return pictures + glow * torch.from_numpy(np.sort(rng.uniform(0.3, 1, (N, 3, 1, 1)))[:, ::-1].copy()).float()


def _veiled(pictures, rng, _streaks):
    """Return pictures behind a veil, thickest in a band about the middle, where the far end of a street is."""
    N = len(pictures)
    colour = torch.tensor(rng.uniform(0.4, 1, (N, 1, 1, 1)) + rng.normal(0, 0.03, (N, 3, 1, 1))).float()
    rows = torch.linspace(-1, 1, SIZE).reshape(1, 1, SIZE, 1)
    near = (rows - 0.05).clamp(min=0) * _column(rng.uniform(0, 1, N))
    thickness = _column(rng.uniform(0.2, 0.85, N)) * (1 - near)
    return pictures * (1 - thickness) + colour * thickness


def _streaked(pictures, rng, streaks):
    N = len(pictures)
    return pictures + streaks[rng.integers(0, len(streaks), N)] * _column(rng.uniform(0.1, 0.5, N))


def _blurred(pictures, rng, _streaks):
    soft = functional.avg_pool2d(functional.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    return soft + (pictures - soft) * _column(rng.uniform(0, 0.6, len(pictures)))


def _noisy(pictures, rng, _streaks):
    noise = torch.from_numpy(rng.standard_normal(pictures.shape, dtype=np.float32))
    return pictures + noise * _column(rng.uniform(0, 0.15, len(pictures)))


def streak_masks(rng, count=STREAKS):
    """Return (count, 1, 160, 160): slanting bright streaks on black."""
    masks = np.zeros((count, 1, SIZE, SIZE), np.float32)
    for mask in masks[:, 0]:
        slant = rng.normal(0, 0.2)
        for _ in range(rng.integers(40, 250)):
            length, x, y = rng.integers(5, 20), rng.uniform(0, SIZE), rng.uniform(0, SIZE)
            steps = np.arange(length)
            rows, columns = (y + steps).astype(int), (x + slant * steps).astype(int)
            kept = (rows < SIZE) & (columns >= 0) & (columns < SIZE)
            mask[rows[kept], columns[kept]] = rng.uniform(0.3, 1)
    return torch.from_numpy(masks)


def _column(values):
    return torch.tensor(values).float().reshape(-1, 1, 1, 1)


CHANGES = (  # share of the hard pictures, change
    (0.5, _darkened),
    (0.25, _unevenly_lit),
    (0.25, _lamps),
    (0.3, _veiled),
    (0.25, _streaked),
    (0.3, _blurred),
    (0.6, _noisy),
)
