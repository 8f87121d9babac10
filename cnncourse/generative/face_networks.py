"""The encoder and decoder of all three networks of week 5, for pictures of 32 × 32. Maps are `(N, C, H, W)`."""

from torch import nn
from torch.nn import functional as F

PICTURES = "(N, 3, 32, 32)"
WIDTHS = (32, 64, 96)  # channels of the maps 32, 16 and 8 pixels wide


class ResidualBlock(nn.Module):
    """Two 3 × 3 convolutions and a shortcut around them; it begins as the identity. `(N, C, H, W)` stays that."""

    def __init__(self, width):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, maps):
        return maps + self.second(F.silu(self.first(F.silu(maps))))


def encoder(channels, widths=WIDTHS):
    """Return the layers from pictures `(N, 3, 32, 32)` to maps `(N, channels, 8, 8)`."""
    fine, middle, coarse = widths
    return nn.Sequential(
        nn.Conv2d(3, fine, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(fine, middle, 4, stride=2, padding=1),
        ResidualBlock(middle),
        nn.SiLU(),
        nn.Conv2d(middle, coarse, 4, stride=2, padding=1),
        ResidualBlock(coarse),
        ResidualBlock(coarse),
        nn.SiLU(),
        nn.Conv2d(coarse, channels, 1),
    )


def decoder(channels, widths=WIDTHS):
    """Return the layers from maps `(N, channels, 8, 8)` back to pictures `(N, 3, 32, 32)`."""
    fine, middle, coarse = widths
    return nn.Sequential(
        nn.Conv2d(channels, coarse, 3, padding=1),
        ResidualBlock(coarse),
        ResidualBlock(coarse),
        nn.SiLU(),
        *doubled(coarse, middle),
        ResidualBlock(middle),
        nn.SiLU(),
        *doubled(middle, fine),
        ResidualBlock(fine),
        nn.SiLU(),
        nn.Conv2d(fine, 3, 3, padding=1),
    )


def doubled(before, after):
    """Return the layers that make maps twice as wide and high, with `after` channels."""
    return nn.Upsample(scale_factor=2), nn.Conv2d(before, after, 3, padding=1)
