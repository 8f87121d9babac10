"""Paint the wall and the weight sheet of notebook 4.4 into `data/style/`; some five minutes of one thread.

python tools/paint_styles.py
"""

import argparse
import io
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cnncourse.networks.small_vgg import load_small_vgg
from cnncourse.pictures import photo
from cnncourse.pictures.paintings import painting
from cnncourse.pictures.picture_sheets import encode, tile
from cnncourse.pictures.style_sheets import BETAS, CONTENT_LAYERS, SIDE, WALL_CONTENTS, WALL_STYLES
from cnncourse.style.transfer import transfer

CELL, GAP, WALL_STEPS, SHEET_STEPS = 256, 8, 60, 50
BETA = {"starry": 80.0}  # others as by default
LARGEST = 400_000  # bytes


def bytes_of(name, size):
    """Return a bundled photo as `(size, size, 3)` uint8."""
    return np.round(photo(name, size) * 255).astype(np.uint8)


def wall(net):
    """Return the wall's picture."""
    rows = [[np.full((CELL, CELL, 3), 252, np.uint8), *(painting(name, CELL) for name in WALL_STYLES)]]
    for content in WALL_CONTENTS:
        row = [bytes_of(content, CELL)]
        for style in WALL_STYLES:
            settings = {"beta": BETA[style]} if style in BETA else {}
            result = transfer(row[0], painting(style, CELL), net, steps=WALL_STEPS, progress=False, **settings)
            print(content, style, result.costs[result.best], flush=True)
            row.append(result.picture)
        rows.append(row)
    return joined(rows)


def joined(rows):
    """Return rows of equal pictures as one picture, white gaps between."""
    height, width = len(rows) * (CELL + GAP) + GAP, len(rows[0]) * (CELL + GAP) + GAP
    sheet = np.full((height, width, 3), 252, np.uint8)
    for r, row in enumerate(rows):
        for c, picture in enumerate(row):
            top, left = GAP + r * (CELL + GAP), GAP + c * (CELL + GAP)
            sheet[top : top + CELL, left : left + CELL] = picture
    return sheet


def small_enough(sheet):
    """Return a picture as a JPEG of the best quality that stays under 400 kB."""
    for quality in range(90, 40, -2):
        buffer = io.BytesIO()
        Image.fromarray(sheet).save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= LARGEST:
            return buffer.getvalue()
    raise ValueError(f"the wall does not fit into {LARGEST} bytes")


def weight_sheet(net):
    """Return (sheet picture, costs) for every content layer and β."""
    content, style = bytes_of("cat", SIDE), painting("glass", SIDE)
    pictures, costs = [], {"content": [], "style": []}
    for layer in CONTENT_LAYERS:
        for beta in BETAS:
            settings = {"content_layers": [layer], "beta": beta}
            result = transfer(content, style, net, steps=SHEET_STEPS, progress=False, **settings)
            best = result.costs[result.best]
            print(layer, beta, best, flush=True)
            pictures.append(result.picture)
            costs["content"].append(round(best.content, 4))
            costs["style"].append(round(best.style, 5))
    return tile(np.stack(pictures), len(BETAS)), costs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data" / "style")
    parser.add_argument("--only", choices=["wall", "weights"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    net = load_small_vgg()
    if options.only != "wall":
        sheet, costs = weight_sheet(net)
        (options.out / "weights.jpg").write_bytes(encode(sheet, 70))
        (options.out / "weights.json").write_text(json.dumps(costs) + "\n")
    if options.only != "weights":
        (options.out / "wall.jpg").write_bytes(small_enough(wall(net)))


if __name__ == "__main__":
    main()
