"""The inside explorer's picture: the scene under its grid, the chosen cell's vectors, before and after suppression."""

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.explorers.colouring import colours
from cnncourse.explorers.week3.car_detection_boxes import View, frame
from cnncourse.explorers.week3.car_detection_kinds import LETTERS
from cnncourse.plots import BLUE, DARK_ORANGE, INK, MUTED, ORANGE, WHITE

LEFT, TOP, SIDE = 16, 40, 390
RIGHT, ROW_TOP = 476, 66
SMALL, SMALL_LEFT, SMALL_TOP = 200, 428, 292
HEADS = ("p_c", "b_x", "b_y", "b_h", "b_w", *LETTERS, "score")


def inside_picture(picture, heat, vectors, cell, boxes_and_scores, before, after):
    """Paint it all; heat (S, S), vectors (B, 5 + C) of the chosen cell, before and after: detections."""
    painter = Painter(850, 510)
    view = View(painter, tinted(picture, heat), LEFT, TOP, SIDE)
    painter.text(LEFT, 22, "The scene under the grid", 14, bold=True)
    S = len(heat)
    painter.grid_lines(LEFT, TOP, SIDE / S, S, S, WHITE, 0.5)
    painter.colour_bar(LEFT, TOP + SIDE + 14, SIDE, 10, 0, 1, "cividis", "{:.0f}", "the cell's best anchor")
    _cell(view, cell, S, *boxes_and_scores)
    _vectors(painter, vectors, boxes_and_scores[1], cell)
    for number, (title, found) in enumerate((("Above the score", before), ("After suppression", after))):
        _small(painter, picture, SMALL_LEFT + number * (SMALL + 12), f"{title}: {len(found[0])}", found)
    return painter.array()


def tinted(picture, heat):
    """Return the picture `(H, W, 3)` with each cell of the map `(S, S)` tinted, more the larger its number."""
    rows, columns = (np.arange(length) * len(heat) // length for length in picture.shape[:2])
    whole = heat[rows][:, columns]  # (H, W)
    share = 0.2 + 0.55 * whole[..., None]
    mixed = (1 - share) * picture + share * colours(whole, "cividis", (0, 1))[..., :3]
    return np.round(mixed).astype(np.uint8)


def _cell(view, cell, S, boxes, scores):
    row, column = cell
    step = SIDE / S
    x, y = LEFT + column * step, TOP + row * step
    painter = view.painter
    for box, score in sorted(zip(boxes, scores, strict=True), key=lambda pair: pair[1]):
        x1, y1, x2, y2 = (min(max(v, LEFT if i % 2 == 0 else TOP), (LEFT if i % 2 == 0 else TOP) + SIDE)
                          for i, v in enumerate(view.edges(box)))  # fmt: skip
        best = score == scores.max()
        frame(painter, (x1, y1, x2, y2), WHITE, 3.5 if best else 2)
        frame(painter, (x1, y1, x2, y2), DARK_ORANGE if best else INK, 3 if best else 1.25, None if best else (3, 3))
    painter.rectangle(x - 2, y - 2, step + 4, step + 4, outline=INK, line_width=4)
    painter.rectangle(x - 1, y - 1, step + 2, step + 2, outline=ORANGE, line_width=2.5)


def _vectors(painter, vectors, scores, cell):
    """Paint a row of numbers for each anchor; the best score is marked."""
    painter.text(SMALL_LEFT, 22, f"What cell {cell} says: a row for each anchor", 14, bold=True)
    table = np.column_stack([vectors, scores])
    width, height = 40, min(30, 200 / len(table))
    for column, name in enumerate(HEADS):
        bold = name in ("p_c", "score")
        painter.text(RIGHT + (column + 0.5) * width, ROW_TOP - 12, name, 11, INK, bold=bold, anchor="mm")
    marks = {(int(scores.argmax()), 0, 1, table.shape[1]): ORANGE}
    painter.number_grid(table, RIGHT, ROW_TOP, (width, height), _short, marks, size=11)
    for row in range(len(table)):
        painter.text(RIGHT - 10, ROW_TOP + (row + 0.5) * height, f"anchor {row}", 11, MUTED, anchor="rm")


def _short(value):
    """Return a number in at most four characters.

    >>> [_short(v) for v in (0.123, 0.999, 1.0, 12.345)]
    ['.12', '1.00', '1.00', '12.3']
    """
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}".replace("0.", ".", 1)


def _small(painter, picture, left, title, found):
    painter.text(left, SMALL_TOP - 14, title, 12, INK, bold=True)
    view = View(painter, picture, left, SMALL_TOP, SMALL)
    for box, _, label in reversed(list(zip(*found, strict=True))):
        edges = np.clip(view.edges(box), (left, SMALL_TOP) * 2, (left + SMALL, SMALL_TOP + SMALL) * 2)
        frame(painter, edges, WHITE, 2.5)
        frame(painter, edges, BLUE, 1.75)
        view.tag(*edges[:2], LETTERS[label], BLUE)
