"""Render studio faces: the shipped sheets, or the training faces into the cache folder.

python tools/render_studio_faces.py --shipped [--processes 1] [--out data/studio_faces]
python tools/render_studio_faces.py --train 16000 [--processes 1]

The shipped sheets come out bit for bit. The training faces are those that `studio_faces("train", 16000)` would render
by itself, only in several processes; chunks that are in the cache folder already are kept.
"""

import argparse
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cnncourse.data_folder import DATA
from cnncourse.pictures.studio_faces import (
    CHUNK,
    FACES,
    SHIPPED,
    render_chunk,
    render_studio_face,
    rendered_sheet,
    sheet_name,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--train", type=int, default=0, metavar="FACES")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--out", type=Path, default=DATA / "studio_faces")
    options = parser.parse_args()
    with get_context("spawn").Pool(options.processes) as pool:
        if options.shipped:
            write_shipped(pool, options.out)
        chunks = -(-options.train // CHUNK)
        for _done in tqdm(pool.imap(render_chunk, range(chunks)), total=chunks):
            pass


def write_shipped(pool, folder):
    """Write the sheets of the shipped splits."""
    folder.mkdir(parents=True, exist_ok=True)
    for split in SHIPPED:
        pictures = pool.map(partial(render_studio_face, split=split), range(FACES[split]), 20)
        (folder / sheet_name(split)).write_bytes(rendered_sheet(np.stack(pictures)))


if __name__ == "__main__":
    main()
