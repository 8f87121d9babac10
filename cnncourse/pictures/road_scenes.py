"""The road data set of week 3: 160 × 160 pictures of streets with the boxes of cars, pedestrians and motorcycles.

Every scene has a seed of its own, made of its style, split and number, so no two splits share one. The style "day" has
sun, clouds, a low sun and haze; "held_out" has what no training scene shows: dusk, night, rain, fog, more noise and
blur, and pickups among the cars. "validation" is shipped; "train" and "test" are rendered on first use and kept in the
cache folder. Pictures of all splits have been JPEG-encoded in the same way.

A box bounds what is seen of its object, exact to a quarter of a pixel. Objects lower than LEAST_HEIGHT pixels, or less
visible than LEAST_VISIBLE, have their boxes too, but are marked as ignored: to find them counts neither way.
"""

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from cnncourse.arguments import one_of, true_or_false, whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.picture_sheets import decode, encode, tile, untile
from cnncourse.pictures.rendered_cache import rendered_chunks
from cnncourse.pictures.roads import STYLES, render_road, sample_road

CLASSES = ("car", "pedestrian", "motorcycle")
SIZE = 160
SPLITS = ("train", "validation", "test")
COUNTS = {"train": 1000, "validation": 150, "test": 300}  # scenes unless told; only "validation" ends there
LEAST_HEIGHT = 14.0  # pixels
LEAST_VISIBLE = 0.3  # of what the object would show alone, also beyond the picture's border
COLUMNS = 10  # of a sheet
QUALITY = 80
CHUNK = 50  # scenes
_DRAWING = 1  # goes up whenever the pictures change, so that older ones in a cache folder are not used
_SEED = 2016


class RoadScenes(NamedTuple):
    """Pictures and what is to be found in each."""

    images: np.ndarray  # (N, 160, 160, 3) uint8
    boxes: list  # N arrays (M, 4) float64, xyxy in pixels, bounding what is seen of each object
    labels: list  # N arrays (M,) int64, into CLASSES
    ignored: list  # N arrays (M,) bool: too small or too hidden to count


def road_scenes(split="validation", style="day", count=None, progress=True):
    """Return the first `count` scenes of a split as RoadScenes (unless told 1,000 of "train", 300 of "test").

    "validation" has 150 of each style; "train" and "test" have no end, take about 0.05 s a scene the first time and
    show a bar meanwhile. A wrong name or count raises ValueError or TypeError.

    >>> scenes = road_scenes(count=2)
    >>> scenes.images.shape, scenes.boxes[0].shape[1], CLASSES[scenes.labels[0][0]]
    ((2, 160, 160, 3), 4, 'car')
    """
    one_of("split", split, SPLITS)
    one_of("style", style, STYLES)
    true_or_false("progress", progress)
    count = whole_number("count", COUNTS[split] if count is None else count, 1)
    if split == "validation":
        if count > COUNTS[split]:
            raise ValueError(f"count must be at most {COUNTS[split]} for the split 'validation', got {count}")
        return _copied(_shipped(style), count)
    return _copied(_rendered(split, style, count, progress), count)


def road_scene(index, split="validation", style="day"):
    """Return the Road of scene number `index` of a split, which `render_road` draws at any size."""
    number = whole_number("index", index, 0)
    seed = [_SEED, STYLES.index(one_of("style", style, STYLES)), SPLITS.index(one_of("split", split, SPLITS)), number]
    return sample_road(np.random.default_rng(seed), style)


def render_scene(index, split="validation", style="day"):
    """Return scene number `index` as rendered, before it was encoded: picture, boxes, labels, ignored."""
    picture = render_road(road_scene(index, split, style), SIZE)
    heights = picture.boxes[:, 3] - picture.boxes[:, 1]
    ignored = (heights < LEAST_HEIGHT) | (picture.visible < LEAST_VISIBLE)
    return picture.image, picture.boxes, picture.labels, ignored


def remake_scene(index, split="validation", style="day"):
    """Return scene number `index`, rendered and encoded afresh, as in the data set."""
    image, *truth = render_scene(index, split, style)
    return decode(encode(image, QUALITY)), *truth


def gathered(scenes):
    """Return a list of (picture, boxes, labels, ignored) as RoadScenes."""
    images, boxes, labels, ignored = zip(*scenes, strict=True)
    return RoadScenes(np.stack(images), list(boxes), list(labels), list(ignored))


def file_names(style):
    """Return the names of the two files in `data/road_scenes` that hold the validation scenes of a style.

    >>> file_names("day")
    ('day_validation.jpg', 'day_validation.json')
    """
    return f"{style}_validation.jpg", f"{style}_validation.json"


def packed(scenes):
    """Return RoadScenes, a multiple of COLUMNS, as a dictionary of arrays: one JPEG sheet and the objects in a row."""
    offsets = np.cumsum([0, *map(len, scenes.labels)])
    sheet = np.frombuffer(encode(tile(scenes.images, COLUMNS), QUALITY), np.uint8)
    truth = {name: np.concatenate(getattr(scenes, name)) for name in ("boxes", "labels", "ignored")}
    return {"sheet": sheet, "offsets": offsets, **truth}


def unpacked(arrays):
    """Return the RoadScenes of which `packed` made a dictionary of arrays."""
    cuts = arrays["offsets"][1:-1]
    truth = [np.split(arrays[name], cuts) for name in ("boxes", "labels", "ignored")]
    return RoadScenes(untile(decode(arrays["sheet"].tobytes()), SIZE), *truth)


@cache
def _shipped(style):
    sheet, objects = file_names(style)
    images = untile(decode(data_file("road_scenes", sheet).read_bytes()), SIZE)
    scenes = json.loads(data_file("road_scenes", objects).read_text(encoding="utf-8"))["scenes"]
    rows = [np.array(scene, float).reshape(-1, 6) for scene in scenes]
    return RoadScenes(
        images,
        [row[:, :4].copy() for row in rows],
        [row[:, 4].astype(np.int64) for row in rows],
        [row[:, 5].astype(bool) for row in rows],
    )


def _rendered(split, style, count, progress):
    def render(numbers, on_done):
        scenes = []
        for number in numbers:
            scenes.append(render_scene(number, split, style))
            on_done()
        return packed(gathered(scenes))

    name = f"road_scenes_{_DRAWING}/{style}_{split}"
    chunks = rendered_chunks(name, -(-count // CHUNK), CHUNK, render, progress)
    parts = [unpacked(arrays) for arrays in chunks]
    return RoadScenes(
        np.concatenate([part.images for part in parts]),
        *([item for part in parts for item in part[field]] for field in (1, 2, 3)),
    )


def _copied(scenes, count):
    """Return the first `count` scenes, none of their arrays shared."""
    lists = ([item.copy() for item in field[:count]] for field in scenes[1:])
    return RoadScenes(scenes.images[:count].copy(), *lists)
