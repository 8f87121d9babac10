"""Render many road scenes with several processes, as chunks that training tools read.

python tools/render_roads.py --style day --split train --count 10000 [--processes 2] [--out build/roads]
python tools/render_roads.py --shipped [--processes 2] [--out data/road_scenes]

With --shipped, the validation scenes of both styles are made again, bit for bit: JPEG sheets, and the objects as JSON.
Otherwise each file, <style>_<split>_<number>.npz, holds 500 scenes: `images` (500, 160, 160, 3) uint8; `boxes` (K, 4),
`labels` (K,) and `ignored` (K,) of all of them one after another; scene i has those from offsets[i] to offsets[i + 1].
Chunks that are there already are kept.
"""

import argparse
import json
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cnncourse.data_folder import DATA
from cnncourse.pictures.picture_sheets import encode, tile
from cnncourse.pictures.road_scenes import (
    COLUMNS,
    COUNTS,
    QUALITY,
    SPLITS,
    file_names,
    gathered,
    remake_scene,
    render_scene,
)
from cnncourse.pictures.roads import STYLES

CHUNK = 500
MEANING = "left, top, right, bottom in pixels; 0 car, 1 pedestrian, 2 motorcycle; 1 where ignored"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--style", choices=STYLES, default="day")
    parser.add_argument("--split", choices=SPLITS, default="train")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    folder = options.out or (DATA / "road_scenes" if options.shipped else Path("build/roads"))
    folder.mkdir(parents=True, exist_ok=True)
    with get_context("spawn").Pool(options.processes) as pool:
        if options.shipped:
            write_shipped(pool, folder)
        else:
            write_chunks(pool, folder, options.style, options.split, options.count)


def write_shipped(pool, folder):
    """Write the two files of each style's validation scenes."""
    for style in STYLES:
        render = partial(render_scene, split="validation", style=style)
        numbers = range(COUNTS["validation"])
        scenes = gathered(list(tqdm(pool.imap(render, numbers, 10), style, len(numbers))))
        sheet, objects = file_names(style)
        (folder / sheet).write_bytes(encode(tile(scenes.images, COLUMNS), QUALITY))
        (folder / objects).write_text(as_json(scenes), encoding="utf-8")


def as_json(scenes):
    """Return the objects of RoadScenes as text, one scene a line."""
    lines = []
    for boxes, labels, ignored in zip(scenes.boxes, scenes.labels, scenes.ignored, strict=True):
        rows = [
            [*box, int(label), int(skip)]
            for box, label, skip in zip(boxes.tolist(), labels.tolist(), ignored.tolist(), strict=True)
        ]
        lines.append(json.dumps(rows))
    scenes_text = ",\n".join(lines)
    return f'{{"objects": {json.dumps(MEANING)},\n"scenes": [\n{scenes_text}\n]}}\n'


def write_chunks(pool, folder, style, split, count):
    """Write the first `count` scenes, CHUNK to a file."""
    render = partial(remake_scene, split=split, style=style)
    with tqdm(total=count) as bar:
        for start in range(0, count, CHUNK):
            numbers = range(start, min(start + CHUNK, count))
            file = folder / f"{style}_{split}_{start // CHUNK}.npz"
            if not file.exists():
                write(file, gathered(list(pool.imap(render, numbers, 10))))
            bar.update(len(numbers))


def write(file, scenes):
    """Write RoadScenes into one file, in one step."""
    unfinished = file.with_suffix(".part.npz")
    np.savez(
        unfinished,
        images=scenes.images,
        boxes=np.concatenate(scenes.boxes),
        labels=np.concatenate(scenes.labels),
        ignored=np.concatenate(scenes.ignored),
        offsets=np.cumsum([0, *map(len, scenes.labels)]),
    )
    unfinished.replace(file)


if __name__ == "__main__":
    main()
