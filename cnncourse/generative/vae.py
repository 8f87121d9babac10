"""The variational autoencoder (Kingma and Welling 2013, "Auto-encoding variational Bayes").

A picture becomes a Gaussian over D numbers, with a mean and a log variance each; a draw from it becomes a picture.
Shapes: pictures `(N, 3, 32, 32)` in [−1, 1], codes, means and log variances `(N, D)`.
"""

import torch
from torch import nn

from cnncourse.arguments import real_number, whole_number
from cnncourse.generative.checks import alike, float_tensor
from cnncourse.generative.face_networks import PICTURES, WIDTHS, decoder, encoder
from cnncourse.networks.layers import MOST_MAPS, checked_widths
from cnncourse.networks.weights import load_weights

DIMENSIONS = 16


def reparametrise(mean, log_variance, noise):
    """Return mean + σ · noise, which depends on both in a way that gradients can follow (section 2.4).

    All three are `(N, D)`; log_variance is the natural logarithm of σ². Raises TypeError or ValueError for others.

    >>> reparametrise(torch.tensor([[1.0]]), torch.tensor([[0.0]]), torch.tensor([[-2.0]]))
    tensor([[-1.]])
    """
    _checked_gaussians(mean, log_variance)
    alike("noise", noise, "mean", mean)
    return mean + torch.exp(log_variance / 2) * noise


def kl_divergence(mean, log_variance):
    """Return how far each Gaussian `(N, D)` is from the standard one, in nats, `(N,)` (appendix B).

    ½ Σ (μ² + σ² − log σ² − 1), summed over the D numbers. Raises TypeError or ValueError for other shapes.

    >>> kl_divergence(torch.tensor([[0.0, 2.0]]), torch.tensor([[0.0, 0.0]]))
    tensor([2.])
    """
    _checked_gaussians(mean, log_variance)
    return 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum(dim=1)


def vae_loss(pictures, reconstructions, mean, log_variance, beta=1.0, spread=0.1):
    """Return the negative evidence lower bound, the mean over a batch in nats, without the constant (eq. 10).

    Squared differences over 2 `spread`², summed over each picture: the surprise of a Gaussian with that standard
    deviation in every number of the picture. `beta` weighs the KL divergence (Higgins et al. 2017).
    """
    float_tensor("pictures", pictures, "(N, C, H, W)")
    alike("reconstructions", reconstructions, "pictures", pictures)
    if float_tensor("mean", mean, "(N, D)").shape[0] != len(pictures):
        raise ValueError(f"mean must have a row for each of the {len(pictures)} pictures, got {len(mean)}")
    beta, spread = real_number("beta", beta, 0), real_number("spread", spread)
    if spread <= 0:
        raise ValueError(f"spread must be more than 0, got {spread}")
    surprise = ((pictures - reconstructions) ** 2).flatten(1).sum(dim=1) / (2 * spread**2)
    return (surprise + beta * kl_divergence(mean, log_variance)).mean()


class VAE(nn.Module):
    """Encoder and decoder with a Gaussian of `dimensions` numbers between them."""

    def __init__(self, dimensions=DIMENSIONS, widths=WIDTHS):
        super().__init__()
        self.dimensions = dimensions = whole_number("dimensions", dimensions, 1, MOST_MAPS)
        widths = checked_widths(widths, 3)
        self.coarse = widths[-1]
        self.encoder = nn.Sequential(
            encoder(self.coarse, widths),
            nn.SiLU(),
            nn.Conv2d(self.coarse, self.coarse, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(16 * self.coarse, 2 * dimensions),
        )
        self.from_code = nn.Linear(dimensions, 16 * self.coarse)
        self.decoder = nn.Sequential(
            nn.SiLU(),
            nn.Upsample(scale_factor=2),
            decoder(self.coarse, widths),
        )

    def encode(self, pictures):
        """Return the means and log variances of pictures, `(N, D)` each."""
        mean, log_variance = self.encoder(float_tensor("pictures", pictures, PICTURES).float()).float().chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 6)

    def decode(self, codes):
        """Return the pictures of codes `(N, D)`."""
        codes = float_tensor("codes", codes, f"(N, {self.dimensions})").float()
        maps = self.from_code(codes).view(-1, self.coarse, 4, 4)
        return self.decoder(maps.contiguous(memory_format=torch.channels_last)).float()  # a third less time

    def forward(self, pictures, generator=None):
        """Return (reconstructions, means, log variances); the noise is drawn from `generator` if given."""
        mean, log_variance = self.encode(pictures)
        noise = torch.randn(mean.shape, generator=generator, device=mean.device)
        return self.decode(reparametrise(mean, log_variance, noise)), mean, log_variance


def _checked_gaussians(mean, log_variance):
    float_tensor("mean", mean, "(N, D)")
    alike("log_variance", log_variance, "mean", mean)


def load_vae():
    """Return the VAE with the weights in `data/weights/vae.safetensors`, in evaluation mode."""
    return load_weights(VAE(), "vae").eval()
