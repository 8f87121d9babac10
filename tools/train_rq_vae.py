"""Train the RQVAE on studio faces and write data/weights/rq_vae.safetensors.

    python tools/render_studio_faces.py --train 14000 --processes 2     # once, some ten minutes
    python tools/train_rq_vae.py

In a share of the steps the decoder sees the sum of fewer codes, drawn from 1 to all but one, so that it can work with
each depth. The figures are those of the faces "small"; the test faces are for `tools/score_generative.py` alone.
"""

import argparse

import torch
from face_autoencoders import decibels, read_options, save, train
from torch.nn import functional as F

from cnncourse.generative.picture_batches import batch_from_pictures
from cnncourse.generative.residual_quantizer import RQVAE
from cnncourse.generative.vector_quantizer import perplexity
from cnncourse.pictures.studio_faces import studio_faces


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--codes", type=int, default=32)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--commitment", type=float, default=0.25)
    parser.add_argument("--shallow", type=float, default=0.15, help="the share of steps with fewer codes")
    options = read_options(parser, "rq_vae")

    def loss_of(model, pictures, rng):
        depth = int(rng.integers(1, options.depth)) if rng.random() < options.shallow else options.depth
        reconstructions, _codes, commitment = model(pictures, depth)
        return F.mse_loss(reconstructions, pictures) + options.commitment * commitment

    model = RQVAE(options.codes, depth=options.depth, generator=torch.Generator().manual_seed(options.seed))
    model = train(model, loss_of, figures_of, options)
    words = {name: getattr(options, name) for name in ("codes", "depth", "commitment", "shallow")}
    save(model, figures_of(model), options, words, "train_rq_vae.py")


@torch.no_grad()
def figures_of(model):
    """Return the PSNR at each depth, the share of codes in use and their perplexity."""
    codes, size = model.encode(batch_from_pictures(studio_faces("small"))), len(model.quantizer.codebook)
    depths = range(1, model.quantizer.depth + 1)
    figures = {f"PSNR {d}": decibels(lambda x, d=d: model.decode(model.encode(x, d))) for d in depths}
    return figures | {"used": len(codes.unique()) / size, "perplexity": perplexity(codes, size)}


if __name__ == "__main__":
    main()
