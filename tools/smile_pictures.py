"""The extra faces on which the smile detector is trained: rendered once into a cache, with what they show besides."""

from multiprocessing import get_context

import numpy as np
import torch
from tqdm import tqdm

from cnncourse.pictures.face_traits import HAIR_STYLES
from cnncourse.pictures.smiles import remake_smile, smile_scene

CHUNK = 100
HAIR = len(HAIR_STYLES)
NUMBERS = 7  # of the traits that are not the hair style


def extra_pictures(preset, count, cache, processes):
    """Return the first `count` extra pictures and labels of a preset, rendered in chunks where they are missing."""
    cache.mkdir(parents=True, exist_ok=True)
    files = [cache / f"{preset}_{chunk:04d}.npy" for chunk in range(count // CHUNK)]
    missing = [file for file in files if not file.exists()]
    if missing:
        with get_context("spawn").Pool(processes) as pool:
            list(tqdm(pool.imap(_render_chunk, missing), f"rendering {preset}", len(missing), unit=f" × {CHUNK}"))
    return np.concatenate([np.load(file) for file in files]), np.arange(len(files) * CHUNK) % 2


def _render_chunk(file):
    torch.set_num_threads(1)
    preset, _, chunk = file.stem.partition("_")
    first = int(chunk) * CHUNK
    part = file.with_suffix(".part.npy")
    np.save(part, np.stack([remake_smile(i, "extra", preset) for i in range(first, first + CHUNK)]))
    part.rename(file)


def traits(count, split, preset):
    """Return what the first pictures of a split show besides the smile: (numbers `(N, 7)`, hair styles `(N,)`).

    The numbers: turn to the side, nod, skin tone, age, all about −1 to 1; then 0 or 1: glasses worn, beard, grey hair.
    """
    scenes = [smile_scene(index, split, preset) for index in range(count)]
    numbers = [_numbers(identity, photo) for identity, photo in scenes]
    hair = [HAIR_STYLES.index(identity.hair_style) for identity, _ in scenes]
    return torch.tensor(numbers), torch.tensor(hair)


def _numbers(identity, photo):
    measured = photo.yaw / 28, photo.pitch / 12, identity.skin / 4.5 - 1, identity.age / 42.5 - 1
    glasses = photo.glasses and identity.glasses != "none"
    beard = identity.beard not in ("none", "stubble")
    return (*measured, float(glasses), float(beard), float(identity.grey > 0.5))
