"""Train the VQVAE on studio faces and write data/weights/vq_vae.safetensors.

    python tools/render_studio_faces.py --train 14000 --processes 2     # once, some ten minutes
    python tools/train_vq_vae.py

The figures are those of the faces "small"; the test faces are for `tools/score_generative.py` alone.
"""

import argparse

import torch
from face_autoencoders import decibels, read_options, save, train
from torch.nn import functional as F

from cnncourse.generative.picture_batches import batch_from_pictures
from cnncourse.generative.vector_quantizer import VQVAE, perplexity
from cnncourse.pictures.studio_faces import studio_faces


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--codes", type=int, default=256)
    parser.add_argument("--commitment", type=float, default=0.25)
    options = read_options(parser, "vq_vae")

    def loss_of(model, pictures, _rng):
        reconstructions, _codes, commitment = model(pictures)
        return F.mse_loss(reconstructions, pictures) + options.commitment * commitment

    model = train(
        VQVAE(options.codes, generator=torch.Generator().manual_seed(options.seed)), loss_of, figures_of, options
    )
    words = {"codes": options.codes, "commitment": options.commitment}
    save(model, figures_of(model), options, words, "train_vq_vae.py")


@torch.no_grad()
def figures_of(model):
    """Return the PSNR, the share of codes in use and their perplexity."""
    codes, size = model.encode(batch_from_pictures(studio_faces("small"))), len(model.quantizer.codebook)
    used = len(codes.unique()) / size
    return {
        "PSNR": decibels(lambda x: model.decode(model.encode(x))),
        "used": used,
        "perplexity": perplexity(codes, size),
    }


if __name__ == "__main__":
    main()
