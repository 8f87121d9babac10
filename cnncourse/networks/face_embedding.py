"""FaceEmbedding: turns a photo of a face into 64 numbers that are close together for photos of one person.

The last step scales them to length 1 (Schroff et al. 2015, section 3), so that squared distances lie in [0, 4].
"""

from collections import OrderedDict

from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import true_or_false, whole_number, whole_numbers
from cnncourse.networks.layers import MOST_MAPS, checked_pictures, checked_widths
from cnncourse.networks.small_resnet import MOST_BLOCKS
from cnncourse.networks.uint8_pictures import ask, checked_images, checked_model
from cnncourse.networks.uint8_pictures import pictures_to_batch as pictures_to_batch
from cnncourse.networks.weights import load_weights

SIZE, DIMENSIONS = 64, 64
WIDTHS = (24, 48, 96, 160)
BATCH = 50


class FaceEmbedding(nn.Module):
    """A residual network, `(N, 3, 64, 64)` in [0, 1] to `(N, D)` of length 1.

    `widths` are the channels of its four stages, whose maps are 32, 16, 8 and 4 pixels wide; `blocks` the residual
    blocks of each. `head` sees where things are: it takes all places of the last maps, not their mean. With
    `spread_out` it ends in a batch normalisation, which keeps the embeddings of a batch apart while it trains. Weights
    are drawn from `generator` if given.
    """

    def __init__(self, dimensions=DIMENSIONS, widths=WIDTHS, blocks=(1, 2, 2, 1), spread_out=True, generator=None):
        super().__init__()
        dimensions = whole_number("dimensions", dimensions, 1, MOST_MAPS)
        widths = checked_widths(widths)
        blocks = whole_numbers("blocks", blocks, len(widths), 0, MOST_BLOCKS)
        spread_out = true_or_false("spread_out", spread_out)
        stages, before = OrderedDict(), 3
        for number, (width, count) in enumerate(zip(widths, blocks, strict=True), 1):
            stages[f"stage{number}"] = nn.Sequential(_halved(before, width), *(_Residual(width) for _ in range(count)))
            before = width
        self.stages = nn.Sequential(stages)
        places = (SIZE >> len(widths)) ** 2
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(places * before, dimensions, bias=False))
        if spread_out:
            self.head.append(nn.BatchNorm1d(dimensions, affine=False))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, generator=generator)

    def forward(self, pictures):
        """Return the embeddings `(N, D)`, each of length 1."""
        checked_pictures(pictures, f"(N, 3, {SIZE}, {SIZE})")
        return F.normalize(self.head(self.stages(2 * pictures - 1)).float(), dim=1)


class _Residual(nn.Module):
    """Two convolutions and a shortcut around them; it begins as the identity."""

    def __init__(self, width):
        super().__init__()
        self.first = _normed(width, width)
        self.second = _normed(width, width)
        nn.init.zeros_(self.second[1].weight)

    def forward(self, maps):
        return F.relu(maps + self.second(F.relu(self.first(maps), inplace=True)))


def load_face_embedding():
    """Return FaceEmbedding with the weights in `data/weights/face_embedding.safetensors`, in evaluation mode."""
    return load_weights(FaceEmbedding(), "face_embedding").eval()


def embed(model, images):
    """Return the embeddings `(N, D)` float32, as an array, of uint8 pictures `(N, 64, 64, 3)`.

    The model is asked in evaluation mode, 50 pictures at a time, and left in the mode in which it came. Pictures of
    another shape or type raise ValueError.
    """
    return ask(checked_model("model", model), checked_images(images, SIZE), BATCH).numpy()


def _halved(before, after):
    return nn.Sequential(*_normed(before, after, stride=2), nn.ReLU(inplace=True))


def _normed(before, after, stride=1):
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, padding=1, bias=False), nn.BatchNorm2d(after))
