"""How the precision–recall explorer is painted: one scene, judged box by box, and the curve of all scenes."""

from functools import lru_cache

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week3.iou_and_nms_judged import ALARM, DUPLICATE, HIT, curve_of
from cnncourse.explorers.week3.iou_and_nms_paint import Sheet, short
from cnncourse.explorers.week3.iou_and_nms_scenes import many_scenes
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, PURPLE, RED, WHITE

WIDTH, HEIGHT = 880, 490
SCALE = scale_for(WIDTH)
PLACE = (16, 40, 420)
PLOT = (510, 40, 340)  # left, top and side
LOOKS = {HIT: (BLUE, None, "hit"), DUPLICATE: (PURPLE, (8, 3), "twice"), ALARM: (DARK_ORANGE, (2, 3), "false")}
RECALLS = np.linspace(0, 1, 101)


@lru_cache(maxsize=8)
def _background(scene, label, iou_threshold, suppress):
    sheet = Sheet((WIDTH, HEIGHT, SCALE), many_scenes()[scene][0], *PLACE)
    x, _, side = PLOT
    plot = _curve_picture(label, iou_threshold, suppress)
    sheet.painter.image(plot, x - 50, 0, side + 70, HEIGHT)
    return sheet


@lru_cache(maxsize=16)
def _curve_picture(label, iou_threshold, suppress):
    """Paint axes, curve, envelope and its area alone; kept, because they stay while the threshold moves."""
    _, y, side = PLOT
    painter = Painter(side + 70, HEIGHT, SCALE)
    curve = curve_of(label, iou_threshold, suppress)
    left = 50
    painter.rectangle(left, y, side, side, fill=WHITE, outline=GRID)
    for share in (0, 0.25, 0.5, 0.75, 1):
        painter.line(left, y + side * share, left + side, y + side * share, GRID, 1)
        painter.line(left + side * share, y, left + side * share, y + side, GRID, 1)
        painter.text(left - 8, y + side * (1 - share), f"{share:g}", 12, MUTED, anchor="rm")
        painter.text(left + side * share, y + side + 14, f"{share:g}", 12, MUTED, anchor="mm")
    envelope = curve.envelope(RECALLS)
    corners = [(left + r * side, y + (1 - p) * side) for r, p in zip(RECALLS, envelope, strict=True)]
    painter.polygon([(left, y + side), *corners, (left + side, y + side)], fill=BLUE, alpha=0.16)
    points = [(left + r * side, y + (1 - p) * side) for p, r in zip(curve.precision, curve.recall, strict=True)]
    if len(points) > 1:
        painter.polyline(points, INK, 1.25)
    for corner in corners:
        painter.circle(*corner, 2, fill=BLUE)
    painter.text(left, 20, "all scenes: precision upwards, recall to the right", 13, INK, bold=True)
    return painter.array()


def picture(scene, judged, threshold, which, average):
    """Paint a state; `which` are class, IoU threshold and suppression, `average` the AP as it is to be told."""
    sheet = _background(scene, *which).fresh()
    painter = sheet.painter
    painter.text(PLACE[0], 20, f"this scene, scores of at least {short(threshold)}", 13, INK, bold=True)
    missed, detections = judged.truths[~judged.found], list(zip(*judged[:3], strict=True))
    for truth in missed:
        sheet.box(truth, RED, 2.5, (5, 5))
    for box, _, kind in reversed(detections):
        sheet.box(box, LOOKS[kind][0], 3, LOOKS[kind][1])
    for truth in missed:
        sheet.plate(truth, "missed", RED, below=True)
    for box, score, kind in reversed(detections):
        colour, _, words = LOOKS[kind]
        sheet.plate(box, f"{words} {short(score)}", colour, bold=kind == HIT)
    _paint_point(painter, curve_of(*which), threshold)
    x, y, side = PLOT
    painter.text(x, y + side + 44, f"AP = {average:.3f}", 22, INK, bold=True)
    painter.text(x, y + side + 70, "the mean height of the 101 dots = the blue area", 12, MUTED)
    return painter.array()


def _paint_point(painter, curve, threshold):
    x, y, side = PLOT
    _, _, precision, recall = curve.point(threshold)
    at = x + recall * side, y + (1 - precision) * side
    painter.line(at[0], at[1], at[0], y + side, INK, 1.25, dash=(4, 4))
    painter.line(x, at[1], at[0], at[1], INK, 1.25, dash=(4, 4))
    painter.circle(*at, 7, fill=DARK_ORANGE, outline=WHITE, line_width=2)
