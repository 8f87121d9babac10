"""Training pictures of the face embedding: rendered people, a few photos of each, changed a little."""

import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.networks.face_embedding import pictures_to_batch
from cnncourse.pictures.identities import PHOTOS

CHUNK = 50  # people in a file of tools/render_identities.py


class People:
    """The rendered training people of a folder; `look` finds chunks that have been rendered since.

    A person's class is the person's number; `classes` is the number of classes, and those known are listed in `known`.
    """

    def __init__(self, folder, most):
        self.folder, self.chunks, self.classes = folder, {}, most
        self.look()

    def look(self):
        """Read the chunks that are new."""
        for number in range(self.classes // CHUNK):
            file = self.folder / f"street_train_{number}.npz"
            if number not in self.chunks and file.exists():
                with np.load(file) as arrays:
                    self.chunks[number] = arrays["images"].reshape(CHUNK, PHOTOS["train"], *arrays["images"].shape[1:])
        self.known = np.array([n * CHUNK + i for n in sorted(self.chunks) for i in range(CHUNK)])

    def batch(self, people, photos, rng):
        """Return (pictures (P · K, 3, 64, 64), people (P · K,)) of some people, K = `photos` of each, as rendered."""
        images = [
            self.chunks[p // CHUNK][p % CHUNK][rng.choice(PHOTOS["train"], photos, replace=False)] for p in people
        ]
        return pictures_to_batch(np.concatenate(images)), torch.from_numpy(np.repeat(people, photos))


def changed(batch, rng, amount=1.0):
    """Mirror half of the pictures; turn, scale, shift and recolour each a little, add noise, cover a rectangle."""
    N = len(batch)

    def drawn(*shape):
        return torch.from_numpy(rng.uniform(-amount, amount, (N, *shape)).astype(np.float32))

    angle, scale, shift = 0.12 * drawn(), 1 + 0.08 * drawn(), 0.07 * drawn(2)
    side = torch.from_numpy(rng.integers(0, 2, N).astype(np.float32)) * 2 - 1
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [torch.stack([cos * side, -sin, shift[:, 0]], 1), torch.stack([sin * side, cos, shift[:, 1]], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), batch.shape, align_corners=False)
    batch = F.grid_sample(batch, grid, padding_mode="reflection", align_corners=False)
    batch = batch * (1 + 0.06 * drawn(3, 1, 1)) * (1 + 0.12 * drawn(1, 1, 1)) * _ramp(0.12 * drawn(2, 1, 1))
    batch = batch + 0.02 * torch.from_numpy(rng.standard_normal(batch.shape, dtype=np.float32)) * drawn(1, 1, 1).abs()
    return _covered(batch, rng).clamp(0, 1).contiguous(memory_format=torch.channels_last)


def _ramp(slopes):
    """Return factors (N, 1, 64, 64) that rise evenly across the picture, as with light from one side."""
    place = torch.linspace(-1, 1, 64)
    return 1 + slopes[:, :1] * place + slopes[:, 1:] * place[:, None]


def _covered(batch, rng):
    """Cover a rectangle of every fifth picture with one colour."""
    for i in np.flatnonzero(rng.random(len(batch)) < 0.2):
        (top, left), (high, wide) = rng.integers(0, 54, 2), rng.integers(8, 24, 2)
        batch[i, :, top : top + high, left : left + wide] = torch.from_numpy(rng.random((3, 1, 1), dtype=np.float32))
    return batch
