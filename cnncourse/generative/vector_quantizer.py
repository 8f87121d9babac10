"""The vector-quantised autoencoder (van den Oord, Vinyals and Kavukcuoglu 2017, "Neural discrete representation
learning").

A picture becomes a grid of whole numbers, each the number of a vector in a codebook. Shapes: vectors `(N, D)`, a
codebook `(K, D)`, codes `(N,)`; maps `(N, D, H, W)` hold a vector at each place.
"""

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import MANY, real_number, shown, whole_number, whole_numbers
from cnncourse.generative.checks import alike, code_tensor, float_tensor
from cnncourse.generative.face_networks import PICTURES, WIDTHS, decoder, encoder
from cnncourse.networks.layers import MOST_MAPS, checked_widths
from cnncourse.networks.weights import load_weights

CODES, DIMENSIONS = 256, 32
NOBODY = 1e-5  # a code that fewer vectors a batch choose, on average, stays where it is


def nearest_codes(vectors, codebook):
    """Return the number of the nearest vector of the codebook for each vector, `(N,)` (eq. 1); ties to the first.

    vectors `(N, D)` and codebook `(K, D)` are float tensors; others raise TypeError or ValueError.

    >>> nearest_codes(torch.tensor([[0.9, 0.0]]), torch.tensor([[0.0, 0.0], [1.0, 0.0]]))
    tensor([1])
    """
    float_tensor("codebook", codebook, "(K, D)")
    float_tensor("vectors", vectors, f"(N, {codebook.shape[1]})")
    if vectors.dtype != codebook.dtype:
        raise TypeError(f"vectors must be of {codebook.dtype}, as the codebook is, got {vectors.dtype}")
    if not len(codebook):
        raise ValueError("codebook must hold at least one vector, got none")
    with torch.no_grad(), torch.autocast(vectors.device.type, enabled=False):
        lengths = (codebook**2).sum(dim=1)
        scores = torch.addmm(lengths, vectors, codebook.T, alpha=-2)  # (N, K): |v − c|² without |v|², as one product
        nearest, codes = scores.min(dim=1)
        slack = 32 * torch.finfo(scores.dtype).eps * ((vectors**2).sum(dim=1) + lengths.max())
        unsure = (scores <= (nearest + slack)[:, None]).sum(dim=1) > 1
        codes[unsure] = _nearest_exactly(vectors[unsure], codebook)
        return codes


def _nearest_exactly(vectors, codebook):
    """Return the numbers of the nearest codes by differences, which cancel nothing but take five times as long."""
    return torch.cdist(vectors, codebook, compute_mode="donot_use_mm_for_euclid_dist").argmin(dim=1)


def straight_through(vectors, quantised):
    """Return `quantised`, whose gradient goes to `vectors` as if nothing had been quantised (section 3.2).

    >>> vectors = torch.tensor([[0.4]], requires_grad=True)
    >>> (3 * straight_through(vectors, torch.tensor([[1.0]]))).backward()
    >>> vectors.grad
    tensor([[3.]])
    """
    _checked_pair(vectors, quantised)
    return vectors + (quantised - vectors).detach()


def codebook_loss(vectors, quantised):
    """Return the mean squared difference, whose gradient moves only the codes (eq. 3, second term).

    >>> codebook_loss(torch.tensor([[1.0, 3.0]]), torch.tensor([[1.0, 1.0]]))
    tensor(2.)
    """
    _checked_pair(vectors, quantised)
    return F.mse_loss(quantised, vectors.detach())


def commitment_loss(vectors, quantised):
    """Return the mean squared difference, whose gradient moves only the vectors (eq. 3, third term).

    >>> commitment_loss(torch.tensor([[1.0, 3.0]]), torch.tensor([[1.0, 1.0]]))
    tensor(2.)
    """
    _checked_pair(vectors, quantised)
    return F.mse_loss(vectors, quantised.detach())


def perplexity(codes, size):
    """Return to how many equally frequent codes these codes amount: exp of their entropy in nats.

    codes hold whole numbers from 0 to `size` − 1, of any shape but none; 1 means one code for everything.

    >>> perplexity(torch.tensor([0, 1, 0, 1]), 8)
    2.0
    """
    size = whole_number("size", size, 1, MANY)
    if not isinstance(codes, torch.Tensor) or codes.numel() == 0:
        raise ValueError(f"codes must be a tensor with at least one whole number, got {shown(codes)}")
    code_tensor("codes", codes.flatten(), "(N)", size)
    share = torch.bincount(codes.flatten(), minlength=size).double() / codes.numel()
    return float(torch.exp(-torch.special.xlogy(share, share).sum()))


class VectorQuantizer(nn.Module):
    """A codebook that follows the vectors it is shown, by exponential moving averages (appendix A.1).

    In training mode every batch moves each code towards the mean of the vectors nearest to it, and a code that is
    hardly used any more is put onto a vector of the batch.
    """

    def __init__(self, codes=CODES, dimensions=DIMENSIONS, decay=0.99, threshold=0.05, generator=None):
        super().__init__()
        codes = whole_number("codes", codes, 1, MOST_MAPS)
        dimensions = whole_number("dimensions", dimensions, 1, MOST_MAPS)
        self.decay, self.threshold = real_number("decay", decay, 0), real_number("threshold", threshold, 0)
        if self.decay >= 1:
            raise ValueError(f"decay must be less than 1, got {self.decay}")
        self.generator = generator
        self.register_buffer("codebook", torch.randn(codes, dimensions, generator=generator))
        self.register_buffer("counts", torch.zeros(codes))  # vectors a batch, averaged
        self.register_buffer("sums", torch.zeros(codes, dimensions))

    def forward(self, vectors):
        """Return (quantised vectors with the straight-through gradient, codes, commitment loss)."""
        codes = nearest_codes(vectors, self.codebook)
        if self.training:
            self.follow(vectors.detach(), codes)
        quantised = self.codebook[codes]
        return straight_through(vectors, quantised), codes, commitment_loss(vectors, quantised)

    @torch.no_grad()
    def follow(self, vectors, codes):
        """Move the codes towards the vectors that chose them (eq. 6 to 8); put dead ones onto vectors of the batch."""
        counts = torch.bincount(codes, minlength=len(self.codebook)).to(self.counts)
        sums = torch.zeros_like(self.sums).index_add_(0, codes, vectors)
        self.counts.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(sums, 1 - self.decay)
        dead = self.counts < self.threshold
        followed = self.counts[:, None] > NOBODY
        self.codebook.copy_(torch.where(followed, self.sums / self.counts.clamp(min=NOBODY)[:, None], self.codebook))
        if dead.any():
            self.revive(dead, vectors)

    def revive(self, dead, vectors):
        """Put the codes that `dead` marks onto vectors drawn from the batch."""
        drawn = vectors[torch.randint(len(vectors), (int(dead.sum()),), generator=self.generator)]
        self.codebook[dead] = drawn
        self.counts[dead] = 1.0
        self.sums[dead] = drawn


def _checked_pair(vectors, quantised):
    float_tensor("vectors", vectors, "(N, D)")
    alike("quantised", quantised, "vectors", vectors)


def vectors_from_maps(maps):
    """Return the vectors `(N·H·W, D)` of maps `(N, D, H, W)`, row by row."""
    float_tensor("maps", maps, "(N, D, H, W)")
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def maps_from_vectors(vectors, shape):
    """Return vectors `(N·H·W, D)` as maps of the shape `(N, D, H, W)`."""
    N, D, H, W = whole_numbers("shape", shape, 4, 0)
    float_tensor("vectors", vectors, f"({N * H * W}, {D})")
    return vectors.view(N, H, W, D).permute(0, 3, 1, 2)


class VQVAE(nn.Module):
    """Encoder and decoder with a grid of 8 × 8 codes between them."""

    def __init__(self, codes=CODES, dimensions=DIMENSIONS, widths=WIDTHS, generator=None):
        super().__init__()
        dimensions, widths = whole_number("dimensions", dimensions, 1, MOST_MAPS), checked_widths(widths, 3)
        self.encoder = encoder(dimensions, widths)
        self.quantizer = VectorQuantizer(codes, dimensions, generator=generator)
        self.decoder = decoder(dimensions, widths)

    def forward(self, pictures):
        """Return (reconstructions, codes `(N, 8, 8)`, commitment loss)."""
        maps = self.encoder(float_tensor("pictures", pictures, PICTURES).float()).float()
        quantised, codes, loss = self.quantizer(vectors_from_maps(maps))
        pictures = self.decoder(maps_from_vectors(quantised, maps.shape)).float()
        return pictures, codes.view(len(maps), *maps.shape[2:]), loss

    def encode(self, pictures):
        """Return the codes `(N, 8, 8)` of pictures."""
        maps = self.encoder(float_tensor("pictures", pictures, PICTURES).float()).float()
        return nearest_codes(vectors_from_maps(maps), self.quantizer.codebook).view(len(maps), *maps.shape[2:])

    def decode(self, codes):
        """Return the pictures of codes `(N, 8, 8)`."""
        code_tensor("codes", codes, "(N, 8, 8)", len(self.quantizer.codebook))
        return self.decoder(self.quantizer.codebook[codes].permute(0, 3, 1, 2)).float()


def load_vq_vae():
    """Return the VQVAE with the weights in `data/weights/vq_vae.safetensors`, in evaluation mode."""
    return load_weights(VQVAE(), "vq_vae").eval()
