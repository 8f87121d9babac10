"""TinyYOLO: a small detector of cars, pedestrians and motorcycles in 160 × 160 road scenes, and its trained weights."""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from cnncourse.arguments import real_number, several
from cnncourse.detection.boxes import clip_boxes
from cnncourse.detection.suppression import nms_per_class
from cnncourse.detection.yolo import checked_anchors, decode
from cnncourse.networks.uint8_pictures import ask, checked_images, checked_model
from cnncourse.networks.uint8_pictures import pictures_to_batch as pictures_to_batch
from cnncourse.networks.weights import load_weights

SIZE, GRID, CLASS_COUNT = 160, 20, 3
FINE = 3  # blocks of the backbone, whose maps have cells of 4 pixels
ANCHORS = ((8.0, 20.0), (17.0, 36.0), (27.0, 21.0), (55.0, 46.0))  # width, height in pixels, until training sets them
SCALES = (1, 1.5)  # at which pictures are looked at: as they are, and enlarged, for what is tiny
WIDEST = 4.0  # |log| of a size relative to its anchor
RARE = -4.0  # the first logit of p_c: an untrained network expects an object in 2 % of the places
BATCH = 25
LARGEST_SCALE = 16


class TinyYOLO(nn.Module):
    """A fully convolutional detector with one 20 × 20 grid; a cell is 8 pixels wide.

    `backbone` halves the picture three times, to 20 × 20; `context` goes on to 10 × 10, where a unit sees most of the
    picture. `neck` joins three views of each cell: the backbone's, the context's maps doubled in size (a top-down path
    as in Lin et al. 2017), and the 40 × 40 maps of the third block, whose four cells of 4 pixels stand one behind the
    other (the passthrough of Redmon and Farhadi 2017). `head` gives 5 + C numbers an anchor. `anchors` is (B, 2),
    widths and heights in pixels, kept with the weights; sizes are anchor · exp(t). Weights are drawn from `generator`
    if given.
    """

    grid_size, class_count = GRID, CLASS_COUNT

    def __init__(self, anchors=ANCHORS, generator=None):
        super().__init__()
        anchors = checked_anchors(anchors)
        self.register_buffer("anchors", torch.tensor(anchors, dtype=torch.float32))
        self.backbone = nn.Sequential(
            OrderedDict(
                block1=_block(3, 16, stride=2),
                block2=_block(16, 32, stride=2),
                block3=_block(32, 64),
                block4=_block(64, 128, stride=2),
                block5=_block(128, 128),
                block6=_block(128, 128),
            )
        )
        self.context = nn.Sequential(_block(128, 128, stride=2), _block(128, 128), _block(128, 128))
        self.neck = nn.Sequential(_block(4 * 64 + 128 + 128, 128, size=1), _block(128, 128))
        self.head = nn.Conv2d(128, len(anchors) * (5 + CLASS_COUNT), 1)
        _initialise(self, generator)

    def forward(self, images):
        """Return the prediction (N, S, S, B, 5 + C) for pictures (N, 3, 8 · S, 8 · S) in [0, 1]; S is even.

        Laid out and measured as the target of `encode`; p_c and the c are still logits, see `probabilities`.
        """
        fine = self.backbone[:FINE](images)  # (N, 64, 2 · S, 2 · S)
        maps = self.backbone[FINE:](fine)  # (N, 128, S, S)
        context = functional.interpolate(self.context(maps), scale_factor=2)
        views = torch.cat([functional.pixel_unshuffle(fine, 2), maps, context], dim=1)
        raw = self.head(self.neck(views)).float()  # (N, B · (5 + C), S, S)
        N, _, rows, columns = raw.shape
        raw = raw.reshape(N, len(self.anchors), -1, rows, columns).permute(0, 3, 4, 1, 2)  # (N, S, S, B, 5 + C)
        sizes = self.anchors.flip(1) * (GRID / SIZE) * raw[..., 3:5].clamp(-WIDEST, WIDEST).exp()
        return torch.cat([raw[..., :1], raw[..., 1:3].sigmoid(), sizes, raw[..., 5:]], dim=-1)


def load_tiny_yolo():
    """Return TinyYOLO with the weights in `data/weights/tiny_yolo.safetensors`, in evaluation mode."""
    return load_weights(TinyYOLO(), "tiny_yolo").eval()


def probabilities(prediction):
    """Return a prediction of TinyYOLO with its logits turned into probabilities: what `decode` takes, as a tensor."""
    presence, kinds = prediction[..., :1].sigmoid(), prediction[..., 5:].softmax(dim=-1)
    return torch.cat([presence, prediction[..., 1:5], kinds], dim=-1)


def answers(model, images, scale=1):
    """Return what the model says of uint8 pictures (N, 160, 160, 3): (N, S, S, B, 5 + C) float32, for `decode`.

    With a `scale` of 1 or more, a multiple of 0.1, it is shown the pictures enlarged so much; S is 20 · scale. The
    model is asked in evaluation mode, 25 pictures at a time, and left in the mode in which it came.
    """
    model, images = checked_model("model", model), checked_images(images, SIZE)
    grid = _grid_at(scale)
    if not len(images):
        return np.zeros((0, grid, grid, len(model.anchors), 5 + CLASS_COUNT), np.float32)
    return ask(model, images, BATCH, lambda batch: probabilities(model(enlarged(batch, scale)))).numpy()


def detect(model, images, score_threshold=0.3, iou_threshold=0.5, scales=SCALES):
    """Return for each of the uint8 pictures (N, 160, 160, 3) its (boxes (K, 4), scores (K,), labels (K,)), best first.

    The model looks once at each of the `scales`, see `answers`. What it finds is decoded, at least `score_threshold`,
    clipped to the picture, and suppressed within each class, all scales together.
    """
    score_threshold = real_number("score_threshold", score_threshold)
    scales = [real_number("scales", scale) for scale in several("scales", scales, "several factors such as (1, 1.5)")]
    if not scales:
        raise ValueError("scales must hold at least one scale, such as (1,), got none")
    looks = [_decoded(model, images, scale, score_threshold) for scale in scales]
    found = []
    for parts in zip(*looks, strict=True):
        boxes, scores, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        kept = nms_per_class(boxes, scores, labels, iou_threshold)
        found.append((boxes[kept], scores[kept], labels[kept]))
    return found


def _decoded(model, images, scale, score_threshold):
    """Return (boxes, scores, labels) of each picture looked at in one scale, before suppression."""
    found, raw = [], answers(model, images, scale)
    anchors = model.anchors.numpy()
    for answer in raw:
        boxes, scores, labels = decode(answer.astype(float), anchors, (SIZE, SIZE), score_threshold)
        found.append((clip_boxes(boxes, SIZE, SIZE), scores, labels))
    return found


def enlarged(pictures, scale):
    """Return pictures (N, 3, H, W) enlarged by linear interpolation, or as they are where `scale` is 1."""
    return pictures if scale == 1 else functional.interpolate(pictures, scale_factor=scale, mode="bilinear")


def _block(before, after, size=3, stride=1):
    return nn.Sequential(
        nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.LeakyReLU(0.1, inplace=True),
    )


def _initialise(model, generator):
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, a=0.1, generator=generator)
    nn.init.normal_(model.head.weight, std=0.01, generator=generator)
    nn.init.zeros_(model.head.bias)
    with torch.no_grad():
        model.head.bias[:: 5 + CLASS_COUNT] = RARE


def _grid_at(scale):
    """Return the number of cells along a picture that is enlarged by `scale`: even, as the network needs it."""
    cells = round(GRID * real_number("scale", scale), 6)
    if not 1 <= scale <= LARGEST_SCALE or cells != round(cells) or round(cells) % 2:
        raise ValueError(f"scale must be 1 to {LARGEST_SCALE} and a multiple of 0.1, such as 1.5, got {scale}")
    return round(cells)
