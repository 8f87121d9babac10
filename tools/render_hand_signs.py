"""Render the hand-sign pictures of data/hand_signs again, bit for bit, from their seed.

python tools/render_hand_signs.py [--output data/hand_signs] [--processes 2]
"""

import argparse
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cnncourse.data_folder import DATA
from cnncourse.pictures.hand_sign_sheets import COUNTS, render_hand_sign, sheet_name
from cnncourse.pictures.picture_sheets import encode, tile


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=DATA / "hand_signs")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with get_context("spawn").Pool(options.processes) as pool:
        for (preset, split), count in COUNTS.items():
            render = partial(render_hand_sign, split=split, preset=preset)
            images = list(tqdm(pool.imap(render, range(count), 8), f"{preset} {split}", count))
            (options.output / sheet_name(split, preset)).write_bytes(encode(tile(np.stack(images))))


if __name__ == "__main__":
    main()
