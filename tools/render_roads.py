"""Render many road scenes with several processes, as chunks that training tools read.

python tools/render_roads.py --style day --split train --count 10000 [--processes 2] [--out build/roads]

Each chunk, <style>_<split>_<number>.npz, holds 500 scenes: `images` (500, 160, 160, 3) uint8; `boxes` (K, 4), `labels`
(K,) and `ignored` (K,) of all of them one after another; the objects of scene i are offsets[i] to offsets[i + 1].
Chunks that are there already are kept.
"""

import argparse
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cnncourse.pictures.road_scenes import SPLITS, gathered, render_scene
from cnncourse.pictures.roads import STYLES

CHUNK = 500


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--style", choices=STYLES, default="day")
    parser.add_argument("--split", choices=SPLITS, default="train")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("build/roads"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    render = partial(render_scene, split=options.split, style=options.style)
    with get_context("spawn").Pool(options.processes) as pool, tqdm(total=options.count) as bar:
        for start in range(0, options.count, CHUNK):
            numbers = range(start, min(start + CHUNK, options.count))
            file = options.out / f"{options.style}_{options.split}_{start // CHUNK}.npz"
            if not file.exists():
                write(file, gathered(list(pool.imap(render, numbers, 10))))
            bar.update(len(numbers))


def write(file, scenes):
    """Write RoadScenes into one file, in one step."""
    offsets = np.cumsum([0, *map(len, scenes.labels)])
    unfinished = file.with_suffix(".part.npz")
    np.savez(
        unfinished,
        images=scenes.images,
        boxes=np.concatenate(scenes.boxes),
        labels=np.concatenate(scenes.labels),
        ignored=np.concatenate(scenes.ignored),
        offsets=offsets,
    )
    unfinished.replace(file)


if __name__ == "__main__":
    main()
