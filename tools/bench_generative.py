"""Week 5's rows of the bench: nearest codes, and training steps of both quantisers.

4,096 vectors of 32 numbers, as 64 faces have places. The nearest of 256 codes is looked up by faiss's flat index too;
the steps look codes up, move the codebook and give the gradient to the vectors, as those of vector-quantize-pytorch
do with exponential moving averages and without its rotation. `nearest_codes` also tells equally near codes exactly,
which faiss does not; that is what the first row's bar allows.
"""

import faiss
import torch
from bench_measure import Row, ratio_to
from vector_quantize_pytorch import ResidualVQ, VectorQuantize

from cnncourse.generative.residual_quantizer import ResidualQuantizer
from cnncourse.generative.vector_quantizer import VectorQuantizer, nearest_codes

COUNT, DIMENSIONS, CODES = 4096, 32, 256
SHARED, DEPTH = 32, 4
LIKE_OURS = {"decay": 0.99, "rotation_trick": False}


def drawn(count):
    """Return `count` vectors of normal numbers, `(count, 32)`."""
    return torch.randn(count, DIMENSIONS, generator=torch.Generator().manual_seed(count))


def nearest_pair():
    """Return both ways to look up the codes of all vectors."""
    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    vectors, codebook = drawn(COUNT), drawn(CODES)
    index = faiss.IndexFlatL2(DIMENSIONS)
    index.add(codebook.numpy())
    return lambda: nearest_codes(vectors, codebook), lambda: index.search(vectors.numpy(), 1)


def step_pair(ours, peer):
    """Return one training step of each, from the vectors to their gradient."""
    torch.set_num_threads(1)

    def step(quantizer, vectors):
        quantised, _codes, loss = quantizer(vectors)
        torch.autograd.grad(quantised.square().mean() + loss.sum(), vectors)

    flat, batch = drawn(COUNT).requires_grad_(), drawn(COUNT)[None].requires_grad_()
    return lambda: step(ours.train(), flat), lambda: step(peer.train(), batch)


def quantizers():
    return VectorQuantizer(CODES, DIMENSIONS), VectorQuantize(DIMENSIONS, CODES, **LIKE_OURS)


def residual_quantizers():
    peer = ResidualVQ(dim=DIMENSIONS, num_quantizers=DEPTH, codebook_size=SHARED, shared_codebook=True, **LIKE_OURS)
    return ResidualQuantizer(SHARED, DIMENSIONS, DEPTH), peer


ROWS = [
    Row("nearest_codes 4096 × 256 of 32", "faiss flat", 7.0, ratio_to(nearest_pair)),
    Row("VectorQuantizer step 256", "vq-pytorch", 0.6, ratio_to(lambda: step_pair(*quantizers()))),
    Row(
        "ResidualQuantizer step 4096 × 32, 4 deep",
        "vq-pytorch",
        1.0,
        ratio_to(lambda: step_pair(*residual_quantizers())),
    ),
]
