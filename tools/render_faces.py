"""Render the smiling and unsmiling faces of data/smiles again, bit for bit, from their seed.

python tools/render_faces.py [--output data/smiles] [--processes 2]
"""

import argparse
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cnncourse.data_folder import DATA
from cnncourse.pictures.picture_sheets import encode, tile
from cnncourse.pictures.smiles import COLUMNS, COUNTS, QUALITY, render_smile, sheet_name


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=DATA / "smiles")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with get_context("spawn").Pool(options.processes) as pool:
        for (preset, split), count in COUNTS.items():
            render = partial(render_smile, split=split, preset=preset)
            images = list(tqdm(pool.imap(render, range(count), 8), f"{preset} {split}", count))
            (options.output / sheet_name(split, preset)).write_bytes(encode(tile(np.stack(images), COLUMNS), QUALITY))


if __name__ == "__main__":
    main()
