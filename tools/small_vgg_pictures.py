"""What SmallVGG learns from: small pictures, and pieces of them, changed until colour alone says little."""

import numpy as np
import torch
from small_vgg_textures import SIDE, texture
from torch.nn import functional as F

from cnncourse.pictures.hand_sign_sheets import hand_signs
from cnncourse.pictures.photos import photo, photo_names
from cnncourse.pictures.road_scenes import road_scenes
from cnncourse.pictures.smiles import smiles

ALIKE = {"brick": 4, "grass": 4, "gravel": 4, "retina": 16, "hubble": 24, "text": 6, "camera": 16}  # cells at most
FEWEST = 9.0  # standard deviation of a cell's lightness, of 255
ROADS, FACES, HANDS, TEXTURES = 60, 40, 12, 180


def pictures(seed):
    """Return pictures `(P, 3, 96, 96)` uint8, no two of one origin alike: photos' cells, scenes, faces, textures."""
    rng = np.random.default_rng(seed)
    found = [cell for name in photo_names() for cell in cells(name, rng)]
    found += [scene[32:128, 32:128] for scene in road_scenes("validation").images[:ROADS]]
    small = [*smiles("train", "street")[0][: 2 * FACES : 2], *hand_signs("train", "hard")[0][:HANDS]]
    found += [np.asarray(np.kron(face, np.ones((2, 2, 1)))[16:112, 16:112], np.uint8) for face in small]
    found += [texture(rng) for _ in range(TEXTURES)]
    return torch.from_numpy(np.stack(found)).permute(0, 3, 1, 2).contiguous()


def cells(name, rng):
    """Return the 96 × 96 cells of a photo, whole and at half its size, that show something, at most ALIKE many."""
    found = []
    for share in (1, 2):
        height, width = (min(n, 1000) // share for n in photo(name).shape[:2])
        whole = (photo(name, (height, width)) * 255).round().astype(np.uint8)
        rows, columns = (range((n % SIDE) // 2, n - SIDE + 1, SIDE) for n in (height, width))
        found += [whole[y : y + SIDE, x : x + SIDE] for y in rows for x in columns]
    found = [cell for cell in found if cell.mean(axis=2).std() > FEWEST]
    kept = rng.permutation(len(found))[: ALIKE.get(name, len(found))]
    return [found[number] for number in sorted(kept)]


def pieces(whole, size, generator):
    """Return a square piece of `size` pixels of each of the pictures `(N, 3, 96, 96)` uint8, as floats in [0, 1].

    Turned by any small angle or by quarter turns and mirrored, scaled by 0.6 to 1.7, its colours mixed, washed out or
    strengthened, its light changed, noise added: whatever stays is shape and texture.
    """
    N = len(whole)
    quarter = torch.randint(0, 4, (N,), generator=generator) * (torch.pi / 2)
    angle = quarter + torch.randn(N, generator=generator) * 0.3
    mirror = torch.randint(0, 2, (N,), generator=generator) * 2.0 - 1
    reach = size / SIDE * torch.exp(torch.rand(N, generator=generator) * 1.04 - 0.51)
    cos, sin = torch.cos(angle) * reach, torch.sin(angle) * reach
    shift = (torch.rand(N, 2, generator=generator) * 2 - 1) * (1 - reach.clamp(max=1))[:, None]
    rows = torch.stack([cos * mirror, -sin, shift[:, 0], sin * mirror, cos, shift[:, 1]], 1).reshape(N, 2, 3)
    grid = F.affine_grid(rows, (N, 3, size, size), align_corners=False)
    moved = F.grid_sample(whole.float() / 255, grid, padding_mode="reflection", align_corners=False)
    return recoloured(moved, generator)


def recoloured(batch, generator):
    """Return pictures with their colours mixed by a random matrix near the identity, their light and noise changed."""
    N = len(batch)

    def draw(*shape):
        return torch.randn(N, *shape, generator=generator)

    mean = batch.mean((2, 3), keepdim=True)
    mixing = torch.eye(3) + 0.35 * draw(3, 3)
    mixed = torch.einsum("nij,njhw->nihw", mixing, batch - mean)
    contrast = torch.exp(draw(1, 1, 1) * 0.35)
    light = mean + draw(3, 1, 1) * 0.12 + draw(1, 1, 1) * 0.1
    grain = torch.randn(batch.shape, generator=generator) * torch.rand(N, 1, 1, 1, generator=generator) * 0.05
    return (mixed * contrast + light.clamp(0.1, 0.9) + grain).clamp(0, 1)
