"""Sliding windows: where they stand, at several scales, one by one or all in one pass of a convolutional network.

Starts are (row, column) of a window's upper left pixel; sizes and strides one number or (height, width) in pixels.
"""

import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.arguments import (
    MANY,
    float_array,
    numeric_array,
    plain_array,
    real_number,
    refuse_overflow,
    shown,
    whole_numbers,
)
from cnncourse.networks.fully_convolutional import FullyConvolutional, fully_convolutional

__all__ = [
    "FullyConvolutional",
    "fully_convolutional",
    "resized",
    "scan",
    "sliding_windows",
    "window_batch",
    "window_boxes",
]


def sliding_windows(image, size, stride):
    """Return the (row, column) starts, `(n, 2)` int, of all windows inside a picture `(H, W)` or `(H, W, C)`.

    Row by row; `size` and `stride` are one number or (height, width). A window that would hang over the border is left
    out; none at all fits a picture smaller than the window, and `(0, 2)` comes back.

    >>> sliding_windows(np.zeros((5, 6)), size=3, stride=2).tolist()
    [[0, 0], [0, 2], [2, 0], [2, 2]]
    """
    image = numeric_array("image", image, (2, 3), axes="(H, W) or (H, W, C)")
    size = whole_numbers("size", size, 2, minimum=1)
    stride = whole_numbers("stride", stride, 2, minimum=1)
    ends = (n - length + 1 for n, length in zip(image.shape[:2], size, strict=True))
    rows, columns = (np.arange(0, max(end, 0), step) for end, step in zip(ends, stride, strict=True))
    return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)


def window_boxes(starts, size, scale=1.0):
    """Return the windows as boxes `(n, 4)`, xyxy in pixels of the picture that was resized by `scale` to be scanned.

    `starts` `(n, 2)` and `size` are in pixels of the resized picture; `scale` is one factor or (down, across).

    >>> window_boxes([[4, 8]], size=32, scale=0.5).tolist()
    [[16.0, 8.0, 80.0, 72.0]]
    """
    starts = float_array("starts", starts, shape=(None, 2), axes="(n, 2)")
    height, width = whole_numbers("size", size, 2, 1, MANY)
    if isinstance(scale, (tuple, list)) and len(scale) != 2:
        raise ValueError(f"scale must be one factor or (down, across), got {shown(scale)}")
    down, across = scale if isinstance(scale, (tuple, list)) else (scale, scale)
    factors = [real_number("scale", part) for part in (across, down)]
    if min(factors) <= 0:
        raise ValueError(f"scale must be positive, got {scale}")
    corners = starts[:, ::-1]
    with np.errstate(over="ignore"):
        boxes = np.hstack([corners, corners + np.array([width, height])]) / (factors * 2)
    refuse_overflow("starts", boxes, np.inf)
    return boxes


def window_batch(picture, starts, size):
    """Return the windows of a picture, a tensor `(C, H, W)`, cut out as a batch `(n, C, height, width)`."""
    if not isinstance(picture, torch.Tensor) or picture.ndim != 3:
        raise TypeError(f"picture must be a tensor (C, H, W), got {shown(picture)}")
    height, width = whole_numbers("size", size, 2, minimum=1)
    starts = float_array("starts", starts, shape=(None, 2), axes="(n, 2)")
    if (starts != np.floor(starts)).any():
        raise ValueError("starts must hold whole numbers of pixels, got others")
    last = np.subtract(picture.shape[1:], (height, width))
    if (starts < 0).any() or (starts > last).any():
        raise ValueError(f"starts must have their windows inside the picture of {tuple(picture.shape)}")
    starts = starts.astype(int)
    crops = [picture[:, row : row + height, column : column + width] for row, column in starts.tolist()]
    return torch.stack(crops) if crops else picture.new_zeros((0, len(picture), height, width))


def resized(image, scale):
    """Return a picture `(H, W, 3)`, uint8 or float in [0, 1], as a tensor `(1, 3, H·scale, W·scale)`, sides rounded.

    Bilinear, with the smoothing that shrinking needs.
    """
    image = numeric_array("image", image, shape=(None, None, 3), axes="(H, W, 3)")
    scale = real_number("scale", scale)
    sides = [round(side * scale) for side in image.shape[:2]]
    if 0 in image.shape:
        raise ValueError(f"image must hold at least one pixel, got shape {image.shape}")
    if not 1 <= min(sides) <= max(sides) <= MANY:
        raise ValueError(f"scale must leave at least one pixel, and at most {MANY}, of {image.shape[:2]}, got {scale}")
    picture = torch.tensor(image).permute(2, 0, 1)[None].float() / (255 if image.dtype == np.uint8 else 1)
    if sides == list(image.shape[:2]):
        return picture
    return F.interpolate(picture, sides, mode="bilinear", antialias=True, align_corners=False)


def scan(net, image, scales=(1.0,)):
    """Return the boxes `(n, 4)` and scores `(n, K)`, float64, of every window of a picture at every scale.

    `net` is a `FullyConvolutional` network; the picture `(H, W, 3)`, uint8 or float in [0, 1], is resized by each of
    `scales` (Sermanet et al. 2014), one pass each. Boxes are xyxy in pixels of the picture as it came. A scale at which
    the picture is smaller than the window adds nothing.
    """
    if not isinstance(net, FullyConvolutional):
        raise TypeError(f"net must be what fully_convolutional returns, got {shown(net)}")
    if not isinstance(scales, (tuple, list, np.ndarray)) or plain_array("scales", scales).ndim != 1:
        raise TypeError(f"scales must be several factors such as (1.0, 0.5), got {shown(scales)}")
    scales = [real_number("scales", scale) for scale in scales]
    boxes, scores = [np.zeros((0, 4))], []
    for scale in scales:
        picture = resized(image, scale)
        if any(side < least for side, least in zip(picture.shape[2:], net.window, strict=True)):
            continue
        with torch.no_grad():
            maps = net(picture)[0]  # (K, rows, columns)
        starts = np.stack(np.mgrid[: maps.shape[1], : maps.shape[2]], axis=-1).reshape(-1, 2) * net.step
        factors = tuple(new / old for new, old in zip(picture.shape[2:], np.shape(image), strict=False))
        boxes.append(window_boxes(starts, net.window, factors))
        scores.append(maps.flatten(1).T.double().numpy())
    return np.concatenate(boxes), np.concatenate(scores) if scores else np.zeros((0, 1))
