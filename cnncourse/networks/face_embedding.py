"""FaceEmbedding: turns a photo of a face into 64 numbers that are close together for photos of one person.

The last step scales them to length 1 (Schroff et al. 2015, section 3), so that squared distances lie in [0, 4].
"""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.networks.layers import checked_pictures
from cnncourse.networks.weights import load_weights

SIZE, DIMENSIONS = 64, 64
WIDTHS = (24, 48, 96, 160)
BATCH = 50


class FaceEmbedding(nn.Module):
    """A residual network, `(N, 3, 64, 64)` in [0, 1] to `(N, D)` of length 1.

    `widths` are the channels of its four stages, whose maps are 32, 16, 8 and 4 pixels wide; `blocks` the residual
    blocks of each. `head` sees where things are: it takes all places of the last maps, not their mean. With
    `spread_out` it ends in a batch normalisation, which keeps the embeddings of a batch apart while it trains. Weights
    are drawn from `generator` if given.
    """

    def __init__(self, dimensions=DIMENSIONS, widths=WIDTHS, blocks=(1, 2, 2, 1), spread_out=True, generator=None):
        super().__init__()
        stages, before = OrderedDict(), 3
        for number, (width, count) in enumerate(zip(widths, blocks, strict=True), 1):
            stages[f"stage{number}"] = nn.Sequential(_halved(before, width), *(_Residual(width) for _ in range(count)))
            before = width
        self.stages = nn.Sequential(stages)
        places = (SIZE >> len(widths)) ** 2
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(places * before, dimensions, bias=False))
        if spread_out:
            self.head.append(nn.BatchNorm1d(dimensions, affine=False))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, generator=generator)

    def forward(self, pictures):
        """Return the embeddings `(N, D)`, each of length 1."""
        checked_pictures(pictures, f"(N, 3, {SIZE}, {SIZE})")
        return F.normalize(self.head(self.stages(2 * pictures - 1)).float(), dim=1)


class _Residual(nn.Module):
    """Two convolutions and a shortcut around them; it begins as the identity."""

    def __init__(self, width):
        super().__init__()
        self.first = _normed(width, width)
        self.second = _normed(width, width)
        nn.init.zeros_(self.second[1].weight)

    def forward(self, maps):
        return F.relu(maps + self.second(F.relu(self.first(maps), inplace=True)))


def load_face_embedding():
    """Return FaceEmbedding with the weights in `data/weights/face_embedding.safetensors`, in evaluation mode."""
    return load_weights(FaceEmbedding(), "face_embedding").eval()


def embed(model, images):
    """Return the embeddings `(N, D)` float32, as an array, of uint8 pictures `(N, 64, 64, 3)`.

    The model is asked in evaluation mode, 50 pictures at a time, and left in the mode in which it came. Pictures of
    another shape or type raise ValueError.
    """
    images = _checked_pictures(images)
    training = model.training
    model.eval()
    with torch.no_grad():
        parts = [model(pictures_to_batch(images[i : i + BATCH])) for i in range(0, max(len(images), 1), BATCH)]
    model.train(training)
    return torch.cat(parts).numpy()


def pictures_to_batch(images):
    """Return uint8 pictures (N, H, W, 3) as the float batch (N, 3, H, W) in [0, 1] that PyTorch's layers take."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(f"images must be uint8 of shape (N, H, W, 3), got shape {images.shape} and {images.dtype}")
    return torch.tensor(images).permute(0, 3, 1, 2).float() / 255


def _halved(before, after):
    return nn.Sequential(*_normed(before, after, stride=2), nn.ReLU(inplace=True))


def _normed(before, after, stride=1):
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, padding=1, bias=False), nn.BatchNorm2d(after))


def _checked_pictures(images):
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != (SIZE, SIZE, 3):
        got = f"shape {images.shape} and dtype {images.dtype}"
        raise ValueError(f"images must be uint8 of shape (N, {SIZE}, {SIZE}, 3), got {got}")
    return images
