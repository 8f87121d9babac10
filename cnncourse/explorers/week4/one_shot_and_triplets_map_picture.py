"""How the embedding map is painted: 72 photos of twelve people as marks or thumbnails, and four curves beside it."""

from functools import lru_cache

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.pictures.identities import identities
from cnncourse.plots import CYCLE, GRID, INK, MUTED, WHITE
from cnncourse.training.mining_history import FACE_PHOTOS, WAYS, face_places

WIDTH, HEIGHT = 880, 540
SCALE = scale_for(WIDTH)
MAP = (16, 40, 480)  # left, top, side
THUMB = 30
CHARTS = (520, 62, 332, 84)  # left, top, width, height of the first
CHART_STEP = 120
LOOKS = {"random": ("#94a4a2", (2, 4)), "semi-hard": ("#3f90da", None), "hardest": ("#bd1f01", (8, 4))}
FIGURES = (
    ("spread", "spread: 0 where all faces are one point", 0.0),
    ("auc", "verification, AUC over all pairs; 0.5 is chance", 0.5),
    ("tar", "TAR: accepted, where 1 % of strangers are", 0.0),
    ("top1", "one-shot top-1 among 100 people", 0.0),
)
LETTERS = "ABCDEFGHIJKL"


@lru_cache(maxsize=1)
def thumbnails():
    """Return the recorded faces (72, 64, 64, 3)."""
    return identities("validation").images[face_places()]


def picture(runs, way, checkpoint, places, reach, faces):
    """Paint a checkpoint of a training."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, side = MAP
    step = int(runs[way].steps[checkpoint])
    painter.text(left, 20, f"{way.capitalize()} triplets, step {step}: 12 people, 6 photos each", 14, INK, bold=True)
    painter.rectangle(left, top, side, side, fill=WHITE, outline=GRID)
    spots = np.array([left, top]) + side / 2 + places / reach * [side / 2, -side / 2]
    for number, (x, y) in enumerate(spots):
        _paint_face(painter, number, x, y, faces)
    _paint_ruler(painter, reach)
    for row, figure in enumerate(FIGURES):
        _paint_chart(painter, runs, checkpoint, way, row, *figure)
    return painter.array()


def _paint_face(painter, number, x, y, faces):
    person = number // FACE_PHOTOS
    colour, letter = CYCLE[person % len(CYCLE)], LETTERS[person]
    if faces:
        painter.image(thumbnails()[number], x - THUMB / 2, y - THUMB / 2, THUMB, THUMB, smooth=True)
        painter.rectangle(x - THUMB / 2, y - THUMB / 2, THUMB, THUMB, outline=colour, line_width=2)
        painter.rectangle(x - THUMB / 2, y - THUMB / 2, 13, 14, fill=WHITE)
        painter.text(x - THUMB / 2 + 6, y - THUMB / 2 + 7, letter, 11, INK, True, anchor="mm")
    else:
        painter.circle(x, y, 9, fill=WHITE, outline=colour, line_width=3)
        painter.text(x, y, letter, 11, INK, True, anchor="mm")


def _paint_ruler(painter, reach):
    left, top, side = MAP
    length = 10.0 ** np.floor(np.log10(reach))
    long = length / reach * side / 2
    x, y = left + 14, top + side - 14
    painter.line(x, y, x + long, y, INK, 2)
    painter.text(x, y - 12, f"{length:g}", 12, INK)


def _paint_chart(painter, runs, checkpoint, way, row, name, words, lowest):
    left, top, width, height = CHARTS
    top += row * CHART_STEP
    painter.text(left, top - 14, words, 12, INK, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    last = float(runs[way].steps[-1])
    for other in WAYS:
        values, steps = getattr(runs[other], name), runs[other].steps
        xs, ys = left + steps / last * width, top + height - np.clip((values - lowest) / (1 - lowest), 0, 1) * height
        colour, dash = LOOKS[other]
        for k in range(len(xs) - 1):
            painter.line(xs[k], ys[k], xs[k + 1], ys[k + 1], colour, 3.5 if other == way else 1.75, dash=dash)
        if other == way:
            painter.circle(xs[checkpoint], ys[checkpoint], 6, fill=colour, outline=INK, line_width=2)
    painter.text(left + width + 9, top, "1", 11, MUTED)
    painter.text(left + width + 9, top + height, f"{lowest:g}", 11, MUTED)
    if row == 0:
        _paint_key(painter, way)


def _paint_key(painter, way):
    x, y = CHARTS[0], 20
    for name in WAYS:
        colour, dash = LOOKS[name]
        painter.line(x, y, x + 26, y, colour, 3, dash=dash)
        painter.text(x + 32, y, name, 12, INK, bold=name == way)
        x += 44 + painter.text_width(name, 12, bold=True) + 14
