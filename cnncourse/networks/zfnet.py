"""ZFNet (Zeiler & Fergus 2014), the network whose inside the deconvnet was made to show."""

from collections import OrderedDict

from torch import nn

from cnncourse.arguments import whole_number
from cnncourse.networks.alexnet import dense_layers
from cnncourse.networks.layers import MOST_MAPS, LocalResponseNorm, checked_pictures

CONVOLUTIONS = (  # maps, kernel size, stride, padding, padding of the pooling that follows or None, normalised or not
    (96, 7, 2, 1, 1, True),
    (256, 5, 2, 0, 1, True),
    (384, 3, 1, 1, None, False),
    (384, 3, 1, 1, None, False),
    (256, 3, 1, 1, 0, False),
)
SIDES = range(213, 245)  # sides of pictures whose last maps are 6 × 6


class ZFNet(nn.Module):
    """Five convolutions and three dense layers for `(N, 3, 224, 224)` pictures; `(N, classes)` logits.

    AlexNet with a first layer that wastes less: kernels of 7 pixels in steps of 2 in place of 11 in steps of 4, and no
    split over two processors; the dense layers are the same. 62,357,608 parameters (figure 3). The maps are 110, 55,
    26, 13 and 6 wide, as there: the pictures and the first two poolings get a frame of one pixel. The paper's contrast
    normalisation across maps is AlexNet's local response normalisation here.
    """

    def __init__(self, classes=1000):
        super().__init__()
        self.features = nn.Sequential(OrderedDict(_features()))
        self.classifier = nn.Sequential(OrderedDict(dense_layers(whole_number("classes", classes, 1, MOST_MAPS))))

    def forward(self, pictures):
        """Return the logits `(N, classes)` of pictures `(N, 3, 224, 224)`."""
        height, width = checked_pictures(pictures, "(N, 3, H, W)").shape[2:]
        if height not in SIDES or width not in SIDES:
            raise ValueError(f"pictures must make last maps of 6 × 6, as 224 × 224 ones do, got {height} × {width}")
        return self.classifier(self.features(pictures).flatten(1))


def _features():
    channels = 3
    for number, (maps, kernel_size, stride, padding, pooled, normalised) in enumerate(CONVOLUTIONS, start=1):
        yield f"conv{number}", nn.Conv2d(channels, maps, kernel_size, stride, padding)
        yield f"relu{number}", nn.ReLU()
        if pooled is not None:
            yield f"pool{number}", nn.MaxPool2d(3, 2, pooled)
        if normalised:
            yield f"norm{number}", LocalResponseNorm()
        channels = maps
