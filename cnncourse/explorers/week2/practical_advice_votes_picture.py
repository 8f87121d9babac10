"""The picture of notebook 2.4's explorer of nets and crops: what they say of one piece, and what was measured."""

import json
from functools import lru_cache

import numpy as np

from cnncourse.data_folder import data_file
from cnncourse.explorers import Painter
from cnncourse.pictures.photo_crops import NAMES, photo_crops
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, GRID, INK, MUTED, ORANGE, WHITE
from cnncourse.training.ensembling import crop_corners

PICTURES, SIDE, CROP, MOST = 200, 40, 32, 10
PICTURE = (16, 40, 196)  # left, top, side
GRID_X, GRID_Y, CELL = 262, 62, 22
BARS_X, BAR = 560, 90
CURVES = (64, 314, 346, 112)
COSTS_X = 470


@lru_cache(maxsize=1)
def pieces():
    """Return 200 test pieces `(200, 40, 40, 3)` uint8 and the places of their photos in NAMES."""
    return photo_crops(PICTURES, np.random.default_rng(6), size=SIDE, part="test")


@lru_cache(maxsize=1)
def measured():
    """Return [mean, lowest, highest] accuracy for 1 to 10 nets (rows) and 1 to 10 crops (columns): (10, 10, 3)."""
    table = json.loads(data_file("practical_advice", "ensemble.json").read_text(encoding="utf-8"))
    return np.array(table["accuracy"])


def averaged(values, nets, crops):
    """Return the mean of the first `nets` nets' probabilities for the first `crops` crops, (classes,)."""
    return values[:nets, :crops].mean(axis=(0, 1))


def votes_picture(values, *, picture, nets, crops):
    """Paint the piece with its crops, all probabilities of the truth, their average, and the measured gains."""
    painter = Painter(850, 462)
    truth = int(pieces()[1][picture])
    _piece(painter, picture, crops, truth)
    _table(painter, values, nets, crops, truth)
    _bars(painter, averaged(values, nets, crops), truth)
    _curves(painter, nets, crops)
    _costs(painter, nets, crops)
    return painter.array()


def _piece(painter, picture, crops, truth):
    x, y, side = PICTURE
    painter.text(x, 20, f"A piece of “{NAMES[truth]}”", 14, bold=True)
    painter.image(pieces()[0][picture], x, y, side, side)
    scale = side / SIDE
    corners = crop_corners(SIDE, SIDE, CROP)[:crops]
    for top, left in corners:
        box = (x + left * scale, y + top * scale, CROP * scale, CROP * scale)
        painter.rectangle(*box, outline=WHITE, line_width=3.5)
        painter.rectangle(box[0] + 1, box[1] + 1, box[2] - 2, box[3] - 2, outline=INK, line_width=1.5)
    for place, (top, left) in enumerate(corners):
        down, across = ((0.5, 0.5), (0.07, 0.07), (0.07, 0.93), (0.93, 0.07), (0.93, 0.93))[place]
        spot = x + (left + across * CROP) * scale, y + (top + down * CROP) * scale
        painter.circle(*spot, 8, fill=WHITE, outline=INK)
        painter.text(*spot, str(place + 1), 11, bold=True, anchor="mm")
    mirrored = max(crops - 5, 0)
    words = f"{min(crops, 5)} place{'s' if crops > 1 else ''}"
    painter.text(x, y + side + 14, words + (f", {mirrored} also mirrored" if mirrored else ""), 12, MUTED)


def _table(painter, values, nets, crops, truth):
    painter.text(GRID_X, 20, "Probability of the truth: net × crop", 14, bold=True)
    painter.text(GRID_X - 8, GRID_Y - 9, "net", 11, MUTED, anchor="rm")
    for number in range(MOST):
        middle = (number + 0.5) * CELL
        painter.text(GRID_X + middle, GRID_Y - 9, str(number + 1), 11, INK if number < crops else MUTED, anchor="mm")
        colour = INK if number < nets else MUTED
        painter.text(GRID_X - 8, GRID_Y + middle, str(number + 1), 11, colour, anchor="rm")
    painter.image(values[..., truth], GRID_X, GRID_Y, MOST * CELL, MOST * CELL, colormap="cividis", limits=(0, 1))
    painter.grid_lines(GRID_X, GRID_Y, CELL, MOST, MOST, WHITE)
    for net, crop in np.argwhere(values.argmax(axis=2) != truth):
        x, y = GRID_X + CELL * (crop + 0.5), GRID_Y + CELL * (net + 0.5)
        painter.text(x, y, "×", 13, WHITE if values[net, crop, truth] < 0.6 else INK, bold=True, anchor="mm")
    painter.text(GRID_X, GRID_Y - 24, "dark 0, bright 1; × reads wrongly", 11, MUTED)
    painter.rectangle(GRID_X - 3, GRID_Y - 3, CELL * crops + 7, CELL * nets + 7, outline=WHITE, line_width=5)
    painter.rectangle(GRID_X - 2, GRID_Y - 2, CELL * crops + 5, CELL * nets + 5, outline=ORANGE, line_width=3)


def _bars(painter, mean, truth):
    painter.text(BARS_X, 20, "Averaged over the frame", 14, bold=True)
    order = np.argsort(-mean, kind="stable")[:6]
    order = order if truth in order else np.append(order[:5], truth)
    for row, label in enumerate(order):
        y, right = 56 + 32 * row, label == truth
        painter.text(BARS_X + 82, y, NAMES[label], 12, bold=right, anchor="rm")
        width = max(1.0, BAR * float(mean[label]))
        painter.rectangle(BARS_X + 92, y - 9, width, 18, fill=BLUE if right else GREY)
        painter.text(BARS_X + 98 + width, y, f"{mean[label]:.2f}{' the truth' if right else ''}", 12, bold=right)
    read = int(mean.argmax())
    verdict = f"read as {NAMES[read]}: {'right' if read == truth else 'wrong'}"
    painter.text(BARS_X, 256, verdict, 13, bold=True)


def _curves(painter, nets, crops):
    left, top, width, height = CURVES
    low, high = 0.82, 0.94
    painter.text(16, top - 18, "Right of 1,500 new pieces", 14, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)

    def at(n, value):
        return left + width * (n - 0.5) / MOST, top + height * (high - value) / (high - low)

    for value in (0.84, 0.88, 0.92):
        painter.line(left, at(1, value)[1], left + width, at(1, value)[1], GRID, 1)
        painter.text(left - 6, at(1, value)[1], f"{value:.0%}", 11, MUTED, anchor="rm")
    table = measured()[:, crops - 1]
    for n, (mean, lowest, highest) in enumerate(table, start=1):
        painter.line(*at(n, lowest), *at(n, highest), GREY, 3)
        painter.text(at(n, 0)[0], top + height + 10, str(n), 11, INK if n == nets else MUTED, anchor="mm")
        painter.circle(*at(n, mean), 6 if n == nets else 4, fill=DARK_ORANGE if n == nets else WHITE, outline=INK)
    painter.text(left + width / 2, top + height + 26, "nets averaged; bar: all choices of nets", 11, MUTED, anchor="mm")


def _costs(painter, nets, crops):
    top = CURVES[1]
    painter.text(COSTS_X, top - 18, "What it brings, and what it costs", 14, bold=True)
    start, here = measured()[0, 0, 0], measured()[nets - 1, crops - 1, 0]
    rows = (("one net, centre crop", start, 1), (f"{nets} × {crops}: nets × crops", here, nets * crops))
    for row, (words, accuracy, passes) in enumerate(rows):
        y = top + 10 + 42 * row
        painter.text(COSTS_X, y, words, 12, bold=row == 1)
        painter.text(COSTS_X + 246, y, f"{accuracy:.1%}", 13, bold=row == 1, anchor="rm")
        painter.text(COSTS_X + 352, y, f"{passes} pass{'es' if passes > 1 else ''}", 13, bold=row == 1, anchor="rm")
        painter.rectangle(COSTS_X, y + 11, 352 * passes / 100, 9, fill=DARK_ORANGE if row else GREY)
    painter.text(COSTS_X, top + 100, "bar: forward passes, of at most 100", 11, MUTED)
