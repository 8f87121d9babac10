"""How the merging of regions is painted: the regions with their borders, the boxes so far, four bars."""

from functools import lru_cache

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, PURPLE, SLATE, WHITE

WIDTH, HEIGHT = 880, 530
SCALE = scale_for(WIDTH)
SIDE = 416
LEFT, RIGHT = (16, 38), (448, 38)  # corners of the two pictures' squares
BARS = (16, 470)
TINTS = np.array([[63, 144, 218], [255, 169, 14]], float)  # BLUE and ORANGE, of the first region and the second
BORDER, RIM = np.array([[255, 255, 255], [34, 38, 46]], np.uint8)  # WHITE, and INK around the two
RIM_WIDTH = 3  # painted pixels


def placed(shape, corner):
    """Return (x, y, scale) of a picture of `shape` (H, W), centred in the square at `corner`."""
    scale = SIDE / max(shape)
    return corner[0] + (SIDE - shape[1] * scale) / 2, corner[1] + (SIDE - shape[0] * scale) / 2, scale


def render_step(step):
    """Paint a Step of the merging explorer."""
    painter = _sheet(step.picture.tobytes(), step.picture.shape).copy()
    heading = "the segments" if step.merge is None else "the two regions that merge now"
    painter.text(LEFT[0], 20, heading, 14, INK, bold=True)
    painter.text(RIGHT[0], 20, f"the boxes of all {len(step.boxes)} regions so far", 14, INK, bold=True)
    H, W = step.labels.shape
    x, y, scale = placed((H, W), LEFT)
    painter.image(_parted(step, round(W * scale * SCALE), round(H * scale * SCALE)), x, y, W * scale, H * scale)
    _paint_boxes(painter, step)
    _paint_bars(painter, step)
    return painter.array()


@lru_cache(maxsize=4)
def _sheet(pixels, shape):
    """Return a sheet with the picture on the right."""
    painter, picture = Painter(WIDTH, HEIGHT, SCALE), np.frombuffer(pixels, np.uint8).reshape(shape)
    x, y, scale = placed(shape[:2], RIGHT)
    painter.image(picture, x, y, shape[1] * scale, shape[0] * scale, smooth=True)
    painter.rectangle(x, y, shape[1] * scale, shape[0] * scale, fill=WHITE, alpha=0.25)
    return painter


def _parted(step, width, height):
    """Return the picture (height, width, 3) uint8 with the regions' borders, and the two that merge tinted."""
    H, W = step.labels.shape
    rows, columns = np.arange(height) * H // height, np.arange(width) * W // width
    picture = step.picture
    if step.merge is not None:
        picture = picture.astype(float)
        for region, tint in zip(step.merge[:2], TINTS, strict=True):
            mask = step.labels == region
            picture[mask] = 0.35 * picture[mask] + 0.65 * tint
        picture = picture.astype(np.uint8)
    labels, large = step.labels[rows][:, columns], picture[rows][:, columns]
    border = np.zeros(labels.shape, bool)
    border[1:] |= labels[1:] != labels[:-1]
    border[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    large[border] = BORDER
    if step.merge is not None:
        large[_rim(np.isin(labels, step.merge[:2]), labels)] = RIM
    return large


def _rim(inside, labels):
    """Return where a pixel `inside` lies RIM_WIDTH pixels or less from another label."""
    rim = np.zeros(labels.shape, bool)
    for shift in range(1, RIM_WIDTH + 1):
        across, down = labels[:, shift:] != labels[:, :-shift], labels[shift:] != labels[:-shift]
        rim[:, shift:] |= across
        rim[:, :-shift] |= across
        rim[shift:] |= down
        rim[:-shift] |= down
    return rim & inside


def _paint_boxes(painter, step):
    H, W = step.labels.shape
    x, y, scale = placed((H, W), RIGHT)

    def outline(box, colour, width, dash=None):
        x1, y1, x2, y2 = x + box[0] * scale, y + box[1] * scale, x + box[2] * scale, y + box[3] * scale
        for ends in ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1)):
            painter.line(*ends, colour, width, dash=dash)

    for box in np.unique(step.boxes, axis=0).tolist():
        x1, y1, x2, y2 = box
        painter.rectangle(x + x1 * scale, y + y1 * scale, (x2 - x1) * scale, (y2 - y1) * scale, outline=SLATE)
    for truth, overlap in zip(step.truths.tolist(), step.overlaps.tolist(), strict=True):
        outline(truth, WHITE, 5)
        outline(truth, BLUE if overlap >= 0.5 else PURPLE, 3, None if overlap >= 0.5 else (6, 5))
    if step.merge is not None:
        outline(step.boxes[-1], WHITE, 5.5)
        outline(step.boxes[-1], DARK_ORANGE, 3.5)


def _paint_bars(painter, step):
    left, top = BARS
    names = ("colour", "texture", "size", "fill")
    for number, name in enumerate(names):
        x = left + number * 164
        painter.text(x, top + 8, name, 12, MUTED)
        painter.rectangle(x, top + 20, 140, 14, fill=WHITE, outline=GRID)
        if step.merge is not None:
            value = step.merge.alike[number]
            painter.rectangle(x, top + 20, 140 * value, 14, fill=BLUE)
            painter.text(x + 140, top + 8, f"{value:.2f}", 12, INK, bold=True, anchor="rm")
    if step.merge is not None:
        painter.text(left + 4 * 164, top + 27, f"= {sum(step.merge.alike):.2f} of 4", 16, INK, bold=True)
    key = [("new box", DARK_ORANGE, None)]
    if len(step.truths):
        key += [("object found, IoU ≥ 0.5", BLUE, None), ("not yet", PURPLE, (6, 5))]
    x = RIGHT[0]
    for words, colour, dash in key:
        painter.line(x, HEIGHT - 12, x + 26, HEIGHT - 12, colour, 3, dash=dash)
        painter.text(x + 32, HEIGHT - 12, words, 12, INK)
        x += 50 + painter.text_width(words, 12)
