"""How recall is painted: a scene with each object's best proposal, and three curves over all scenes."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week3.iou_and_nms_paint import Sheet
from cnncourse.pictures.proposal_recall import MOST, WAYS, load_road_recall
from cnncourse.pictures.road_scenes import road_scenes
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, PURPLE, RED, WHITE

WIDTH, HEIGHT = 880, 480
SCALE = scale_for(WIDTH)
PLACE = (16, 40, 420)
PLOT = (496, 40, 360, 360)  # left, top, width, height
LOOKS = dict(zip(WAYS, ((BLUE, None), (DARK_ORANGE, (9, 4)), (PURPLE, (3, 4))), strict=True))
TICKS = (1, 10, 100, 1000)


def x_of(count):
    """Return where a number of proposals stands on the logarithmic axis."""
    return PLOT[0] + PLOT[2] * np.log(count) / np.log(MOST)


def count_at(x):
    """Return the number of proposals at a place of the axis, 1 to MOST."""
    share = np.clip((x - PLOT[0]) / PLOT[2], 0, 1)
    return round(float(MOST**share))


@lru_cache(maxsize=8)
def _background(scene, iou_threshold):
    sheet = Sheet((WIDTH, HEIGHT, SCALE), road_scenes().images[scene], *PLACE)
    plot = _curves(iou_threshold)
    sheet.painter.image(plot, PLOT[0] - 40, 0, plot.shape[1] / SCALE, HEIGHT)
    return sheet


@lru_cache(maxsize=16)
def _curves(iou_threshold):
    _, top, width, height = PLOT
    painter, left = Painter(WIDTH - PLOT[0] + 40, HEIGHT, SCALE), 40
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    for share in (0, 0.25, 0.5, 0.75, 1):
        painter.line(left, top + height * share, left + width, top + height * share, GRID, 1)
        painter.text(left - 8, top + height * (1 - share), f"{share:g}", 12, MUTED, anchor="rm")
    for tick in TICKS:
        x = x_of(tick) - PLOT[0] + left
        painter.line(x, top, x, top + height, GRID, 1)
        painter.text(x, top + height + 14, f"{tick:,}", 12, MUTED, anchor="mm")
    painter.text(left, 20, f"recall at IoU {iou_threshold:.2f}, all objects", 14, INK, bold=True)
    painter.text(left + width / 2, top + height + 32, "proposals of a scene", 12, MUTED, anchor="mm")
    counts = np.unique(np.rint(np.geomspace(1, MOST, 160)).astype(int))
    for number, (way, (colour, dash)) in enumerate(LOOKS.items()):
        recalls = load_road_recall().recall(way, counts, iou_threshold)
        points = [(x_of(c) - PLOT[0] + left, top + (1 - r) * height) for c, r in zip(counts, recalls, strict=True)]
        for start, end in pairwise(points):
            painter.line(*start, *end, colour, 2.5)
        for point in points[:: len(points) // 8] if dash else ():
            _marker(painter, *point, colour, number)
        _marker(painter, left + 14, top + 18 + 20 * number, colour, number)
        painter.line(left + 6, top + 18 + 20 * number, left + 22, top + 18 + 20 * number, colour, 2.5)
        painter.text(left + 30, top + 18 + 20 * number, way, 12, INK)
    return painter.array()


def _marker(painter, x, y, colour, number):
    """Paint the sign of a way: none, a square or a disc."""
    if number == 1:
        painter.rectangle(x - 4, y - 4, 8, 8, fill=colour)
    elif number == 2:
        painter.circle(x, y, 4.5, fill=colour)


def shown(overlap, iou_threshold):
    """Return an IoU as text, with a third digit where two would hide that it misses the threshold.

    >>> shown(0.544, 0.5), shown(0.4978, 0.5), shown(0.49996, 0.5)
    ('0.54', '0.497', '0.499')
    """
    hidden = round(overlap, 2) >= iou_threshold > overlap
    return f"{int(overlap * 1000) / 1000:.3f}" if hidden else f"{overlap:.2f}"


def picture(scene, way, count, iou_threshold, best):
    """Paint a state; `best` holds (IoU, box or None) of every object of the scene."""
    sheet, data = _background(scene, iou_threshold).fresh(), road_scenes()
    painter = sheet.painter
    painter.text(PLACE[0], 20, f"the best of {count} box{'es' * (count != 1)} for each object", 14, INK, bold=True)
    truths = data.boxes[scene][~data.ignored[scene]]
    for truth, (overlap, box) in zip(truths, best, strict=True):
        found = overlap >= iou_threshold
        sheet.box(truth, WHITE, 2, halo=0.6)
        if box is not None:
            sheet.box(box, BLUE if found else RED, 3, None if found else (6, 4))
        word = f"{'found' if found else 'missed'} {shown(overlap, iou_threshold)}"
        sheet.plate(truth, word, BLUE if found else RED, bold=found)
    left, top, _, height = PLOT
    x = float(x_of(count))
    painter.line(x, top, x, top + height, INK, 1.25, dash=(4, 4))
    recall = float(load_road_recall().recall(way, [count], iou_threshold)[0])
    painter.circle(x, top + (1 - recall) * height, 7, fill=LOOKS[way][0], outline=WHITE, line_width=2)
    painter.text(left, top + height + 58, f"{way}, {count}: recall {recall:.2f}", 15, INK, bold=True)
    return painter.array()
