"""The residual-quantised autoencoder (Lee et al. 2022, "Autoregressive image generation using residual quantization").

Each vector becomes D codes from one shared codebook: the nearest code, then the nearest to what is left, and so on.
Shapes: vectors `(N, C)`, a codebook `(K, C)`, codes `(N, depth)`.
"""

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import whole_number
from cnncourse.generative.checks import code_tensor, float_tensor
from cnncourse.generative.face_networks import PICTURES, WIDTHS, decoder, encoder
from cnncourse.generative.vector_quantizer import (
    VectorQuantizer,
    commitment_loss,
    maps_from_vectors,
    nearest_codes,
    straight_through,
    vectors_from_maps,
)
from cnncourse.networks.layers import MOST_MAPS, checked_widths
from cnncourse.networks.weights import load_weights

MOST_DEPTH = 1000
CODES, DIMENSIONS, DEPTH = 32, 32, 4


def residual_quantise(vectors, codebook, depth):
    """Return the codes `(N, depth)` and the sums after each of them, `(depth, N, C)` (eq. 3 and 4).

    >>> codes, sums = residual_quantise(torch.tensor([[5.0]]), torch.tensor([[4.0], [1.0]]), 2)
    >>> codes, sums.flatten()
    (tensor([[0, 1]]), tensor([4., 5.]))
    """
    depth = whole_number("depth", depth, 1, MOST_DEPTH)
    float_tensor("vectors", vectors, "(N, C)")
    left, total, codes, sums = vectors, torch.zeros_like(vectors), [], []
    for _ in range(depth):
        chosen = nearest_codes(left, codebook)
        left = left - codebook[chosen]
        total = total + codebook[chosen]
        codes.append(chosen)
        sums.append(total)
    return torch.stack(codes, dim=1), torch.stack(sums)


class ResidualQuantizer(VectorQuantizer):
    """One codebook that serves `depth` times at each vector; it follows vectors and residuals alike."""

    def __init__(self, codes=CODES, dimensions=DIMENSIONS, depth=DEPTH, decay=0.99, threshold=0.05, generator=None):
        super().__init__(codes, dimensions, decay, threshold, generator)
        self.depth = whole_number("depth", depth, 1, MOST_DEPTH)

    def forward(self, vectors, depth=None):
        """Return (sum of the codes with the straight-through gradient, codes `(N, depth)`, commitment loss).

        The loss is the mean over the depths of the squared difference to the sum so far (eq. 8, which adds them up).
        """
        depth = self.depth if depth is None else depth
        codes, sums = residual_quantise(vectors.detach(), self.codebook, depth)
        if self.training:
            residuals = torch.cat([vectors.detach()[None], vectors.detach() - sums[:-1]])
            self.follow(residuals.flatten(0, 1), codes.T.flatten())
        loss = torch.stack([commitment_loss(vectors, total) for total in sums]).mean()
        return straight_through(vectors, sums[-1]), codes, loss


class RQVAE(nn.Module):
    """Encoder and decoder with a grid of 8 × 8 × depth codes between them."""

    def __init__(self, codes=CODES, dimensions=DIMENSIONS, depth=DEPTH, widths=WIDTHS, generator=None):
        super().__init__()
        dimensions, widths = whole_number("dimensions", dimensions, 1, MOST_MAPS), checked_widths(widths, 3)
        self.encoder = encoder(dimensions, widths)
        self.quantizer = ResidualQuantizer(codes, dimensions, depth, generator=generator)
        self.decoder = decoder(dimensions, widths)

    def forward(self, pictures, depth=None):
        """Return (reconstructions, codes `(N, 8, 8, depth)`, commitment loss)."""
        maps = self.encoder(float_tensor("pictures", pictures, PICTURES).float()).float()
        quantised, codes, loss = self.quantizer(vectors_from_maps(maps), depth)
        pictures = self.decoder(maps_from_vectors(quantised, maps.shape)).float()
        return pictures, codes.view(len(maps), *maps.shape[2:], -1), loss

    def encode(self, pictures, depth=None):
        """Return the codes `(N, 8, 8, depth)` of pictures."""
        maps = self.encoder(float_tensor("pictures", pictures, PICTURES).float()).float()
        depth = self.quantizer.depth if depth is None else depth
        codes, _sums = residual_quantise(vectors_from_maps(maps), self.quantizer.codebook, depth)
        return codes.view(len(maps), *maps.shape[2:], depth)

    def decode(self, codes):
        """Return the pictures of codes `(N, 8, 8, depth)`, of any depth from 1 on: the first codes of more will do."""
        code_tensor("codes", codes, "(N, 8, 8, depth)", len(self.quantizer.codebook))
        return self.decoder(F.embedding(codes, self.quantizer.codebook).sum(dim=3).permute(0, 3, 1, 2)).float()


def load_rq_vae():
    """Return the RQVAE with the weights in `data/weights/rq_vae.safetensors`, in evaluation mode."""
    return load_weights(RQVAE(), "rq_vae").eval()
