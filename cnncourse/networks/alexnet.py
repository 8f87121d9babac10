"""AlexNet (Krizhevsky, Sutskever & Hinton 2012)."""

from collections import OrderedDict

from torch import nn

from cnncourse.arguments import whole_number
from cnncourse.networks.layers import MOST_MAPS, LocalResponseNorm, checked_pictures

CONVOLUTIONS = (  # maps, kernel size, stride, padding, whether the two processors split it, what follows its ReLU
    (96, 11, 4, 0, False, ("norm", "pool")),
    (256, 5, 1, 2, True, ("norm", "pool")),
    (384, 3, 1, 1, False, ()),
    (384, 3, 1, 1, True, ()),
    (256, 3, 1, 1, True, ("pool",)),
)
FLAT = 256 * 6 * 6
SIDES = range(227, 259)  # sides of pictures whose last maps are 6 × 6


class AlexNet(nn.Module):
    """Five convolutions and three dense layers for `(N, 3, 227, 227)` pictures; `(N, classes)` logits.

    The paper says 224, but (224 − 11) / 4 is not whole: its 55 × 55 maps need 227 pixels. With `groups=2`, the paper's
    two processors, convolutions 2, 4 and 5 read only the half of the maps that lies on their own: 60,965,224
    parameters; with `groups=1` 62,378,344. Pooling windows of 3 overlap at stride 2; dropout of 0.5 stands before the
    second and the third dense layer.
    """

    def __init__(self, groups=2, classes=1000):
        super().__init__()
        groups = whole_number("groups", groups, 1)
        if groups not in (1, 2):
            raise ValueError(f"groups must be 1 or 2, got {groups}")
        self.features = nn.Sequential(OrderedDict(_features(groups)))
        self.classifier = nn.Sequential(OrderedDict(dense_layers(whole_number("classes", classes, 1, MOST_MAPS))))

    def forward(self, pictures):
        """Return the logits `(N, classes)` of pictures `(N, 3, 227, 227)`."""
        height, width = checked_pictures(pictures, "(N, 3, H, W)").shape[2:]
        if height not in SIDES or width not in SIDES:
            raise ValueError(f"pictures must make last maps of 6 × 6, as 227 × 227 ones do, got {height} × {width}")
        return self.classifier(self.features(pictures).flatten(1))


def _features(groups):
    channels = 3
    for number, (maps, kernel_size, stride, padding, split, after) in enumerate(CONVOLUTIONS, start=1):
        parts = groups if split else 1
        yield f"conv{number}", nn.Conv2d(channels, maps, kernel_size, stride, padding, groups=parts)
        yield f"relu{number}", nn.ReLU()
        for kind in after:
            yield f"{kind}{number}", LocalResponseNorm() if kind == "norm" else nn.MaxPool2d(3, stride=2)
        channels = maps


def dense_layers(classes):
    """Yield the names and layers that turn 256 flattened maps of 6 × 6 into logits of `classes`."""
    yield "dense6", nn.Linear(FLAT, 4096)
    yield "relu6", nn.ReLU()
    yield "dropout6", nn.Dropout(0.5)
    yield "dense7", nn.Linear(4096, 4096)
    yield "relu7", nn.ReLU()
    yield "dropout7", nn.Dropout(0.5)
    yield "dense8", nn.Linear(4096, classes)
