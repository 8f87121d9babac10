"""The browser's picture: a scene with its boxes, the chosen object enlarged, and the table of counts."""

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.explorers.week3.car_detection_boxes import View, detection_words, kind_box
from cnncourse.explorers.week3.car_detection_kinds import KINDS, LETTERS, NAMES
from cnncourse.plots import GRID, INK, MUTED, ORANGE, WHITE

LEFT, TOP, SIDE = 16, 40, 440
TABLE, CELL = (596, 66), (60, 28)  # left and top, width and height of a cell
ZOOM_LEFT, ZOOM_TOP, ZOOM = 480, 300, 180
MARGIN = 0.35  # of the chosen box's longer side, around it in the enlargement


def browser_picture(scenes, everything, table, chosen, *, kind, label, position):
    """Paint the chosen entry's scene, an enlargement of it, and the table of counts `(7, 4)`."""
    painter = Painter(850, 500)
    _table(painter, table, kind, label)
    if not chosen:
        painter.text(LEFT, 22, f"No {kind} here", 14, bold=True)
        painter.rectangle(LEFT, TOP, SIDE, SIDE, fill=WHITE, outline=GRID)
        words = "Nothing of this kind at these thresholds."
        painter.text(LEFT + SIDE / 2, TOP + SIDE / 2, words, 13, MUTED, anchor="mm")
        return painter.array()
    entry = chosen[position % len(chosen)]
    painter.text(LEFT, 22, f"Scene {entry.scene}: {position % len(chosen) + 1} of {len(chosen)}, {kind}", 14, bold=True)
    mine = [other for other in everything if other.scene == entry.scene]
    _scene(View(painter, scenes.images[entry.scene], LEFT, TOP, SIDE), mine, entry, scenes)
    _enlarged(painter, scenes.images[entry.scene], entry)
    return painter.array()


def _scene(view, mine, entry, scenes):
    ignored = scenes.ignored[entry.scene]
    for box, label in zip(scenes.boxes[entry.scene][ignored], scenes.labels[entry.scene][ignored], strict=True):
        view.box(box, "ignored", LETTERS[label])
    for other in sorted(mine, key=lambda other: other is entry):
        words = LETTERS[other.label] if other.score is None else detection_words(other.label, other.score)
        view.box(other.box, other.kind, words, strong=other is entry)


def zoom_box(box, size):
    """Return the square (left, top, side) in whole pixels around a box, inside a picture of `size` (height, width)."""
    x1, y1, x2, y2 = (float(value) for value in box)
    side = min(int(np.ceil(max(x2 - x1, y2 - y1) * (1 + 2 * MARGIN))) + 2, *size)
    corners = (round((x1 + x2 - side) / 2), round((y1 + y2 - side) / 2))
    left, top = (min(max(c, 0), length - side) for c, length in zip(corners, size[::-1], strict=True))
    return left, top, side


def _enlarged(painter, picture, entry):
    left, top, side = zoom_box(entry.box, picture.shape[:2])
    painter.text(ZOOM_LEFT, ZOOM_TOP - 14, "Enlarged, as the net gets it", 12, MUTED)
    painter.image(picture[top : top + side, left : left + side], ZOOM_LEFT, ZOOM_TOP, ZOOM, ZOOM, outline=MUTED)
    x1, y1, x2, y2 = entry.box
    corners = [(value - start) * ZOOM / side for value, start in zip(entry.box, (left, top, left, top), strict=True)]
    kind_box(painter, np.add(corners, (ZOOM_LEFT, ZOOM_TOP) * 2), entry.kind)
    words = [f"a {NAMES[entry.label]}" if entry.score is None else f"called a {NAMES[entry.label]}"]
    words += [] if entry.score is None else [f"score {entry.score:.2f}"]
    words += [f"{x2 - x1:.0f} px wide,", f"{y2 - y1:.0f} px high"]
    painter.text(ZOOM_LEFT + ZOOM + 14, ZOOM_TOP + 6, "\n".join(words), 13, anchor="lt")
    letters = "\n".join(f"{letter}  {name}" for letter, name in zip(LETTERS, NAMES, strict=True))
    painter.text(ZOOM_LEFT + ZOOM + 14, ZOOM_TOP + ZOOM, letters, 12, MUTED, anchor="lb")


def _table(painter, table, kind, label):
    left, top = TABLE
    width, height = CELL
    painter.text(480, 22, "How many of each kind", 14, bold=True)
    for column, name in enumerate((*LETTERS, "all")):
        painter.text(left + (column + 0.5) * width, top - 14, name, 12, bold=True, anchor="mm")
    for row, name in enumerate(KINDS):
        y = top + (row + 0.5) * height
        kind_box(painter, (480, y - 7, 500, y + 7), name)
        painter.text(508, y, name, 12, INK, bold=name == kind)
    painter.number_grid(table, left, top, CELL, "{:.0f}", size=13)
    column = len(NAMES) if label is None else label
    x, y = left + column * width, top + KINDS.index(kind) * height
    painter.rectangle(x - 1, y - 1, width + 3, height + 3, outline=ORANGE, line_width=3)
