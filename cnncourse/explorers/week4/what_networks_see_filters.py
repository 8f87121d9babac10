"""Pictures of filters for notebook 4.3: what networks learned in their first layers."""

import numpy as np
from PIL import Image

from cnncourse.explorers.week4.what_networks_see_units import grey_centred

CELL, GAP = 40, 6
PAPER_GREY = 252  # as the paper of figures


def filter_sheet(*groups, columns=16):
    """Return an `(H, W, 3)` uint8 picture of groups of filters `(K, h, w, 3)`, each stretched so that 0 is grey.

    The pixels of small filters become large squares: every filter gets the same room.
    """
    gap = np.full((3 * GAP, columns * (CELL + GAP) - GAP, 3), PAPER_GREY, np.uint8)
    parts = [part for group in groups for part in (gap, _sheet(group, columns))]
    return np.concatenate(parts[1:])


def _sheet(filters, columns):
    rows = -(-len(filters) // columns)
    shape = (rows * (CELL + GAP) - GAP, columns * (CELL + GAP) - GAP, 3)
    sheet = np.full(shape, PAPER_GREY, np.uint8)
    for number, one in enumerate(filters):
        cell = Image.fromarray(grey_centred(np.asarray(one))).resize((CELL, CELL), Image.Resampling.NEAREST)
        top, left = (place * (CELL + GAP) for place in divmod(number, columns))
        sheet[top : top + CELL, left : left + CELL] = np.asarray(cell)
    return sheet


def first_kernels(model):
    """Return the kernels `(K, f, f, 3)` of a PyTorch model's first convolution of colour pictures, as NumPy."""
    weights = next(p for p in model.parameters() if p.ndim == 4 and p.shape[1] == 3)
    return weights.detach().permute(0, 2, 3, 1).numpy()
