"""Train the VAE on studio faces and write data/weights/vae.safetensors.

    python tools/render_studio_faces.py --train 14000 --processes 2     # once, some ten minutes
    python tools/train_vae.py

The figures are those of the faces "small"; the test faces are for `tools/score_generative.py` alone.
"""

import argparse

import torch
from face_autoencoders import decibels, read_options, save, train

from cnncourse.generative.picture_batches import batch_from_pictures
from cnncourse.generative.vae import VAE, kl_divergence, vae_loss
from cnncourse.pictures.studio_faces import studio_faces


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--beta", type=float, default=1.0)
    parser.add_argument("--dimensions", type=int, default=16)
    options = read_options(parser, "vae")

    def loss_of(model, pictures, _rng):
        return vae_loss(pictures, *model(pictures), beta=options.beta) / pictures[0].numel()

    model = train(VAE(options.dimensions), loss_of, figures_of, options)
    save(model, figures_of(model), options, {"beta": options.beta, "dimensions": options.dimensions}, "train_vae.py")


@torch.no_grad()
def figures_of(model):
    """Return the PSNR of decoded means and the KL divergence in nats."""
    mean, log_variance = model.encode(batch_from_pictures(studio_faces("small")))
    kl = kl_divergence(mean, log_variance).mean().item()
    used = int((mean.var(dim=0) > 0.1).sum())
    return {"PSNR": decibels(lambda pictures: model.decode(model.encode(pictures)[0])), "KL": kl, "used": used}


if __name__ == "__main__":
    main()
