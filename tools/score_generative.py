"""Score the three networks of week 5 on the 600 test faces, which no training or choice of settings has seen.

    python tools/score_generative.py

PSNR in dB over all faces together; codes in use among the whole codebook; bits a picture where codes are stored.
"""

import argparse
import math

import numpy as np
import torch
from face_autoencoders import decibels

from cnncourse.generative.picture_batches import batch_from_pictures, psnr
from cnncourse.generative.residual_quantizer import load_rq_vae
from cnncourse.generative.vae import kl_divergence, load_vae
from cnncourse.generative.vector_quantizer import load_vq_vae, perplexity
from cnncourse.pictures.studio_faces import studio_faces


def main():
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    torch.set_num_threads(1)
    faces = studio_faces("test")
    mean = np.broadcast_to(studio_faces("small").mean(axis=0).round().astype(np.uint8), faces.shape)
    print(f"the mean face of the split small: {psnr(faces, mean):.2f} dB")
    batch = batch_from_pictures(faces)
    with torch.no_grad():
        score_vae(load_vae(), batch)
        score_codes("VQVAE", load_vq_vae(), batch)
        score_codes("RQVAE", load_rq_vae(), batch)


def score_vae(model, batch):
    """Print the PSNR of decoded means, the KL divergence in nats and how many dimensions carry something."""
    mean, log_variance = model.encode(batch)
    kl = kl_divergence(mean, log_variance).mean().item()
    found = decibels(lambda pictures: model.decode(model.encode(pictures)[0]), "test")
    used = int((mean.var(dim=0) > 0.1).sum())
    print(f"VAE: {found:.2f} dB; KL {kl:.1f} nats a face; {used} of {mean.shape[1]} numbers in use")


def score_codes(name, model, batch):
    """Print the PSNR (at each depth, where there are depths), the codes in use and their perplexity."""
    codes, size = model.encode(batch), len(model.quantizer.codebook)
    if codes.dim() == 4:
        found = [
            decibels(lambda x, d=d: model.decode(model.encode(x, d)), "test") for d in range(1, codes.shape[3] + 1)
        ]
    else:
        found = [decibels(lambda x: model.decode(model.encode(x)), "test")]
    used, bits = len(codes.unique()), codes[0].numel() * math.log2(size)
    words = ", ".join(f"{value:.2f}" for value in found)
    print(
        f"{name}: {words} dB; {used} of {size} codes in use, perplexity {perplexity(codes, size):.0f}; {bits:.0f} bits"
    )


if __name__ == "__main__":
    main()
