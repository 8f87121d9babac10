"""The road studio's picture: the scene with its boxes, and a bar of the best score for every true object."""

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.explorers.week3.car_detection_boxes import View, detection_words, kind_box
from cnncourse.explorers.week3.car_detection_kinds import LETTERS, NAMES
from cnncourse.plots import BLUE, GREY, GRID, INK, MUTED, WHITE

LEFT, TOP, SIDE = 16, 40, 440
RIGHT, BAR_LEFT, BAR, ROW, MOST = 480, 650, 150, 34, 10
KEY = ("hit", "missed", "false alarm", "duplicate", "wrong class", "poor box", "ignored")


def studio_picture(picture, truth, chosen, scores, lost, threshold):
    """Paint the scene with the entries `chosen`; for every true object its best score (M,) and if it is `lost` (M,)."""
    painter = Painter(850, 500)
    painter.text(LEFT, 22, "What the detector finds", 14, bold=True)
    view = View(painter, picture, LEFT, TOP, SIDE)
    for box, label in zip(truth[0][truth[2]], truth[1][truth[2]], strict=True):
        view.box(box, "ignored", LETTERS[label])
    for entry in chosen:
        words = LETTERS[entry.label] if entry.score is None else detection_words(entry.label, entry.score)
        view.box(entry.box, entry.kind, words)
    _bars(painter, truth, scores, lost, threshold)
    for number, kind in enumerate(KEY):
        x, y = RIGHT + 130 * (number % 3), 424 + 24 * (number // 3)
        kind_box(painter, (x, y - 7, x + 20, y + 7), kind)
        painter.text(x + 28, y, kind, 12)
    return painter.array()


def _bars(painter, truth, scores, lost, threshold):
    boxes, labels, ignored = truth
    painter.text(RIGHT, 22, "What is there, and the best score for it", 14, bold=True)
    order = np.lexsort((boxes[:, 1] - boxes[:, 3], ignored))[:MOST]
    for row, t in enumerate(order):
        y = 58 + ROW * row
        ink, words = (MUTED, "ignored") if ignored[t] else (INK, f"{boxes[t, 3] - boxes[t, 1]:.0f} px high")
        enough = scores[t] >= threshold
        found = enough and not lost[t]
        painter.text(RIGHT, y, f"{NAMES[labels[t]]}, {words}", 12, ink)
        painter.rectangle(BAR_LEFT, y - 9, BAR, 18, fill=WHITE, outline=GRID)
        painter.rectangle(BAR_LEFT, y - 9, BAR * float(scores[t]), 18, fill=BLUE if found and not ignored[t] else GREY)
        if enough and lost[t]:
            painter.text(BAR_LEFT + 6, y, "suppressed", 11, INK)
        number = f"{scores[t]:.2f}" if scores[t] > 0 else "–"
        painter.text(BAR_LEFT + BAR + 8, y, number, 12, ink, bold=bool(found))
    x, bottom = BAR_LEFT + BAR * threshold, 58 + ROW * max(len(order) - 1, 0) + 14
    painter.line(x, 42, x, bottom, INK, 1.5)
    painter.text(x, bottom + 10, "score ≥", 11, MUTED, anchor="mm")
