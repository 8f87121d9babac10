"""Remake data/patch_filters.npz: 64 filters learned from pieces of the bundled photos, by ICA and by k-means.

python tools/learn_patch_filters.py
"""

import argparse

import numpy as np

from cnncourse.data_folder import DATA
from cnncourse.pictures.patch_filters import LEVELS, METHODS, learn_filters, photo_patches

COUNT, SIZE, PIECES = 64, 11, 20_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    patches = photo_patches(PIECES, SIZE, np.random.default_rng(seed))
    learned = {method: learn_filters(patches, COUNT, np.random.default_rng(seed), method) for method in METHODS}
    kept = {method: np.round(filters * LEVELS).astype(np.int8) for method, filters in learned.items()}
    np.savez_compressed(DATA / "patch_filters.npz", **kept)


if __name__ == "__main__":
    main()
