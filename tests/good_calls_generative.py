"""A call that works for every public function of the generative models: name → function that makes arguments."""

import numpy as np
import torch

from cnncourse.generative.residual_quantizer import RQVAE
from cnncourse.generative.vae import VAE
from cnncourse.generative.vector_quantizer import VQVAE
from good_calls_algorithms import tensor

WIDTHS = (2, 3, 4)


def generator():
    return torch.Generator().manual_seed(0)


def vectors():
    return {"vectors": tensor(6, 4), "codebook": tensor(5, 4, seed=1)}


def quantised():
    return {"vectors": tensor(6, 4), "quantised": tensor(6, 4, seed=1)}


def gaussians():
    return {"mean": tensor(3, 4), "log_variance": tensor(3, 4, seed=1)}


def coded(**more):
    return {"codes": 5, "dimensions": 4, **more, "widths": WIDTHS, "generator": generator()}


def quantizing():
    return {"codes": 5, "dimensions": 4, "decay": 0.9, "threshold": 0.1, "generator": generator()}


def method(make, name, **arguments):
    return lambda: (getattr(make(), name), {key: value() for key, value in arguments.items()})


def faces():
    return tensor(2, 3, 32, 32)


def vae():
    return VAE(4, WIDTHS).eval()


def vq_vae():
    return VQVAE(5, 4, WIDTHS, generator()).eval()


def rq_vae():
    return RQVAE(5, 4, 2, WIDTHS, generator()).eval()


ARGUMENTS = {
    "generative.picture_batches.batch_from_pictures": lambda: {"pictures": np.zeros((2, 4, 5, 3), np.uint8)},
    "generative.picture_batches.pictures_from_batch": lambda: {"batch": tensor(2, 3, 4, 5)},
    "generative.picture_batches.psnr": lambda: {
        "pictures": np.zeros((2, 4, 5, 3), np.uint8),
        "reconstructions": np.full((2, 4, 5, 3), 9, np.uint8),
    },
    "generative.vae.reparametrise": lambda: {**gaussians(), "noise": tensor(3, 4, seed=2)},
    "generative.vae.kl_divergence": gaussians,
    "generative.vae.vae_loss": lambda: {
        "pictures": faces(),
        "reconstructions": tensor(2, 3, 32, 32, seed=1),
        "mean": tensor(2, 4),
        "log_variance": tensor(2, 4, seed=1),
        "beta": 2.0,
        "spread": 0.1,
    },
    "generative.vae.VAE": lambda: {"dimensions": 4, "widths": WIDTHS},
    "generative.vector_quantizer.nearest_codes": vectors,
    "generative.vector_quantizer.straight_through": quantised,
    "generative.vector_quantizer.codebook_loss": quantised,
    "generative.vector_quantizer.commitment_loss": quantised,
    "generative.vector_quantizer.perplexity": lambda: {"codes": torch.tensor([0, 3, 3, 1]), "size": 5},
    "generative.vector_quantizer.VectorQuantizer": quantizing,
    "generative.vector_quantizer.vectors_from_maps": lambda: {"maps": tensor(2, 4, 3, 5)},
    "generative.vector_quantizer.maps_from_vectors": lambda: {"vectors": tensor(30, 4), "shape": (2, 4, 3, 5)},
    "generative.vector_quantizer.VQVAE": coded,
    "generative.residual_quantizer.residual_quantise": lambda: {**vectors(), "depth": 2},
    "generative.residual_quantizer.ResidualQuantizer": lambda: {**quantizing(), "depth": 2},
    "generative.residual_quantizer.RQVAE": lambda: coded(depth=2),
}
METHODS = {
    "generative.vae.VAE.encode": method(vae, "encode", pictures=faces),
    "generative.vae.VAE.decode": method(vae, "decode", codes=lambda: tensor(2, 4)),
    "generative.vae.VAE.forward": method(vae, "forward", pictures=faces, generator=generator),
    "generative.vector_quantizer.VQVAE.encode": method(vq_vae, "encode", pictures=faces),
    "generative.vector_quantizer.VQVAE.decode": method(
        vq_vae, "decode", codes=lambda: torch.zeros(2, 8, 8, dtype=torch.int64)
    ),
    "generative.residual_quantizer.RQVAE.encode": method(rq_vae, "encode", pictures=faces, depth=lambda: 2),
    "generative.residual_quantizer.RQVAE.decode": method(
        rq_vae, "decode", codes=lambda: torch.zeros(2, 8, 8, 2, dtype=torch.int64)
    ),
}
