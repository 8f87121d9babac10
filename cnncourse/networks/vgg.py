"""The networks of the Visual Geometry Group (Simonyan & Zisserman 2014), table 1."""

from torch import nn

from cnncourse.arguments import one_of, whole_number
from cnncourse.networks.layers import MOST_MAPS, LocalResponseNorm, checked_pictures

CONFIGURATIONS = {  # a number: that many 3 × 3 kernels; "1×1 …": that many 1 × 1 kernels
    "A": (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"),
    "A-LRN": (64, "norm", "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"),
    "B": (64, 64, "pool", 128, 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"),
    "C": (
        *(64, 64, "pool", 128, 128, "pool", 256, 256, "1×1 256", "pool"),
        *(512, 512, "1×1 512", "pool", 512, 512, "1×1 512", "pool"),
    ),
    "D": (
        *(64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool"),
        *(512, 512, 512, "pool", 512, 512, 512, "pool"),
    ),
    "E": (
        *(64, 64, "pool", 128, 128, "pool", 256, 256, 256, 256, "pool"),
        *(512, 512, 512, 512, "pool", 512, 512, 512, 512, "pool"),
    ),
}


class VGG(nn.Module):
    """A stack of same-sized 3 × 3 convolutions with 2 × 2 poolings between, then three dense layers.

    Pictures `(N, 3, H, W)`, 224 × 224 in the paper and at least 32 × 32, become `(N, classes)` logits; the last maps
    are averaged to 7 × 7 where they are of another size. `configuration` is a column of the paper's table 1: "A",
    "A-LRN", "B", "C", "D" (VGG-16) or "E" (VGG-19). The names and shapes in the `state_dict` of A, B, D and E are
    those of torchvision's vgg11, 13, 16 and 19, so that published weights load.
    """

    def __init__(self, configuration="D", classes=1000):
        super().__init__()
        tokens = CONFIGURATIONS[one_of("configuration", configuration, tuple(CONFIGURATIONS))]
        self.features = nn.Sequential(*_features(tokens))
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            *(nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout(0.5)),
            *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5)),
            nn.Linear(4096, whole_number("classes", classes, 1, MOST_MAPS)),
        )

    def forward(self, pictures):
        """Return the logits `(N, classes)` of pictures `(N, 3, H, W)`."""
        maps = self.features(checked_pictures(pictures, "(N, 3, H, W)", 32))
        return self.classifier(self.avgpool(maps).flatten(1))


def _features(tokens):
    channels = 3
    for token in tokens:
        if token == "pool":
            yield nn.MaxPool2d(2)
        elif token == "norm":
            yield LocalResponseNorm()
        else:
            size, maps = (1, int(token.removeprefix("1×1 "))) if isinstance(token, str) else (3, token)
            yield nn.Conv2d(channels, maps, size, padding=size // 2)
            yield nn.ReLU()
            channels = maps
