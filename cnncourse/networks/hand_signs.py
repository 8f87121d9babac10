"""A small network that reads 0 to 5 fingers from a 64 × 64 picture, and its trained weights."""

from itertools import pairwise

from torch import nn

from cnncourse.arguments import whole_number
from cnncourse.networks.layers import MOST_MAPS, checked_widths
from cnncourse.networks.uint8_pictures import pictures_to_batch as pictures_to_batch
from cnncourse.networks.weights import load_weights

CHANNELS = (16, 48, 96, 128)


class HandSignNet(nn.Module):
    """Four times 3 × 3 convolution, 2 × 2 max pooling, batch norm and ReLU, then one linear layer.

    `(N, 3, 64, 64)` pictures in [0, 1] become `(N, classes)` logits; 172,278 parameters with six classes. Pooling
    comes before batch norm (Ioffe & Szegedy 2015) and ReLU, which then have a quarter of the numbers to work on; while
    training, dropout of 0.3 (Srivastava et al. 2014) stands before the linear layer.
    """

    def __init__(self, classes=6, channels=CHANNELS):
        super().__init__()
        classes, channels = whole_number("classes", classes, 2, MOST_MAPS), checked_widths(channels, 4, "channels")
        self.blocks = nn.Sequential(*(_block(c, k) for c, k in pairwise((3, *channels))))
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(channels[-1] * 4 * 4, classes))

    def forward(self, pictures):
        """Return the logits `(N, classes)` of pictures `(N, 3, 64, 64)` in [0, 1]."""
        return self.head(self.blocks(pictures - 0.5))


def load_hand_sign_net():
    """Return `HandSignNet` with the weights in `data/weights/hand_signs.safetensors`, in evaluation mode."""
    return load_weights(HandSignNet(), "hand_signs")


def _block(in_channels, out_channels):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )
