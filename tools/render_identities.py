"""Render many people with several photos of each, as chunks that training tools read.

python tools/render_identities.py --split train --people 2400 [--first 0] [--processes 1] [--out build/identities]
python tools/render_identities.py --shipped [--processes 1] [--out data/identities]

With --shipped, the street photos of "small", "validation" and "test" are made again, bit for bit, as JPEG sheets.
Otherwise each file, street_<split>_<number>.npz, holds `images` (400, 64, 64, 3) uint8 and `people` (400,) int64 of 50
people. Chunks that are there already are kept, so that several processes can share the work.
"""

import argparse
import os
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cnncourse.data_folder import DATA
from cnncourse.pictures.identities import (
    PEOPLE,
    PHOTOS,
    SHIPPED,
    SPLITS,
    remake_identity,
    render_identity,
    rendered_sheet,
    sheet_name,
)

CHUNK = 50  # people


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--split", choices=SPLITS, default="train")
    parser.add_argument("--people", type=int, default=2400)
    parser.add_argument("--first", type=int, default=0, help="the number of the first chunk")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    folder = options.out or (DATA / "identities" if options.shipped else Path("build/identities"))
    folder.mkdir(parents=True, exist_ok=True)
    with get_context("spawn").Pool(options.processes) as pool:
        if options.shipped:
            write_shipped(pool, folder)
        else:
            write_chunks(pool, folder, options)


def write_shipped(pool, folder):
    """Write the sheets of the shipped splits."""
    for split in SHIPPED:
        pictures = rendered(pool, render_identity, split, range(PEOPLE[split]))
        (folder / sheet_name(split)).write_bytes(rendered_sheet(pictures))


def write_chunks(pool, folder, options):
    """Write the chunks from `first` on up to the last person asked for."""
    for number in tqdm(range(options.first, -(-options.people // CHUNK))):
        file = folder / f"street_{options.split}_{number}.npz"
        if file.exists():
            continue
        people = range(number * CHUNK, (number + 1) * CHUNK)
        images = rendered(pool, remake_identity, options.split, people)
        unfinished = file.with_suffix(f".{os.getpid()}.part.npz")
        np.savez(unfinished, images=images, people=np.repeat(people, PHOTOS[options.split]))
        unfinished.replace(file)


def rendered(pool, render, split, people):
    """Return all photos of some people of a split, (N, 64, 64, 3) uint8."""
    scenes = [(person, photo) for person in people for photo in range(PHOTOS[split])]
    return np.stack(pool.starmap(partial(render, split=split), scenes, 10))


if __name__ == "__main__":
    main()
