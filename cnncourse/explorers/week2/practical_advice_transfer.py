"""Explorer of notebook 2.4: the transfer matrix, measured."""

import json
from functools import lru_cache
from itertools import pairwise

import numpy as np

from cnncourse.data_folder import data_file
from cnncourse.explorers import ARROWS, Explorer, Painter, cell_at
from cnncourse.networks.photo_net import TARGET, photo_net
from cnncourse.plots import BLUE, GREY, GRID, INK, MUTED, ORANGE, WHITE

ROWS = ("from scratch", "0 frozen", "1 frozen", "2 frozen", "3 frozen", "4 frozen")
LEFT, TOP, CELL = 128, 66, (66, 42)
NET_X, NET_Y, BLOCK, BLOCK_STEP = 490, 66, (58, 92), 70
PLOT = (522, 248, 300, 132)  # left, top, width, height
LOW = 0.5


@lru_cache(maxsize=1)
def measured():
    """Return the accuracies (rows, numbers of examples, seeds) and the numbers of examples a photo."""
    table = json.loads(data_file("practical_advice", "transfer.json").read_text(encoding="utf-8"))
    return np.array(table["accuracy"]), tuple(table["examples"])


@lru_cache(maxsize=1)
def parameters():
    """Return the names of the net's children and how many parameters each has, with a head for the five new photos."""
    net = photo_net(len(TARGET))
    return {name: sum(p.numel() for p in child.parameters()) for name, child in net.named_children()}


def frozen_blocks(row):
    """Return how many blocks a row of the matrix freezes.

    >>> [frozen_blocks(row) for row in range(6)]
    [0, 0, 1, 2, 3, 4]
    """
    return max(row - 1, 0)


def transfer_picture(*, cell):
    """Paint the matrix, the net with its frozen blocks, and accuracy against examples for the chosen row."""
    accuracy, examples = measured()
    painter = Painter(850, 424)
    _matrix(painter, accuracy.mean(axis=2), examples, cell)
    _net(painter, cell[0])
    _curves(painter, accuracy, examples, cell)
    _seeds(painter, accuracy[cell], f"{ROWS[cell[0]]}, {_count(examples[cell[1]])}")
    return painter.array()


def _matrix(painter, mean, examples, cell):
    width, height = CELL
    painter.text(16, 20, "Right of 1,000 new pieces, mean of ten runs", 14, bold=True)
    painter.text(LEFT + width * len(examples) / 2, 42, "examples of each new photo", 12, MUTED, anchor="mm")
    for column, n in enumerate(examples):
        x = LEFT + width * (column + 0.5)
        painter.text(x, TOP - 9, str(n), 13, bold=column == cell[1], anchor="mm")
    for row, name in enumerate(ROWS):
        painter.text(LEFT - 10, TOP + height * (row + 0.5), name, 13, bold=row == cell[0], anchor="rm")
    painter.number_grid(mean, LEFT, TOP, CELL, lambda v: f"{v:.1%}", None, "cividis", (LOW, 1), size=13)
    for column, row in enumerate(mean.argmax(axis=0)):
        painter.circle(LEFT + width * (column + 1) - 8, TOP + height * row + 8, 3, fill=WHITE, outline=INK)
    x, y = LEFT + width * cell[1], TOP + height * cell[0]
    painter.rectangle(x - 3, y - 3, width + 7, height + 7, outline=WHITE, line_width=5)
    painter.rectangle(x - 2, y - 2, width + 5, height + 5, outline=ORANGE, line_width=3)
    painter.text(LEFT, TOP + height * len(ROWS) + 14, "○ marks the best of its column", 11, MUTED)


def _net(painter, row):
    painter.text(NET_X, 20, "The network: what stays, what learns", 14, bold=True)
    width, height = BLOCK
    for place, (name, count) in enumerate(parameters().items()):
        x, frozen = NET_X + BLOCK_STEP * place, place < frozen_blocks(row)
        painter.rectangle(x, NET_Y, width, height, fill=GRID if frozen else WHITE, outline=INK, line_width=1.5)
        if frozen:
            for offset in range(10, width + height, 12):
                start, end = max(0, offset - height), min(offset, width)
                painter.line(x + start, NET_Y + offset - start, x + end, NET_Y + offset - end, GREY, 1)
        painter.text(x + width / 2, NET_Y - 10, name, 12, anchor="mm")
        painter.rectangle(x + 2, NET_Y + height / 2 - 10, width - 4, 20, fill=GRID if frozen else WHITE)
        words = "frozen" if frozen else "learns"
        painter.text(x + width / 2, NET_Y + height / 2, words, 12, bold=not frozen, anchor="mm")
        painter.text(x + width / 2, NET_Y + height + 12, f"{count:,}", 11, MUTED, anchor="mm")
        start = "random" if row == 0 or name == "head" else "learned"
        painter.text(x + width / 2, NET_Y + height + 28, start, 11, MUTED, anchor="mm")
    painter.text(NET_X, NET_Y + height + 46, "parameters, and their start", 11, MUTED)


def _curves(painter, accuracy, examples, cell):
    left, top, width, height = PLOT
    painter.text(NET_X, top - 16, "More examples: this row, and from scratch", 13, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    for value in (0.6, 0.8, 1.0):
        y = top + height * (1 - value) / (1 - LOW)
        painter.line(left, y, left + width, y, GRID, 1)
        painter.text(left - 6, y, f"{value:.0%}", 11, MUTED, anchor="rm")
    across = [left + width * (0.06 + 0.88 * np.log(n) / np.log(examples[-1])) for n in examples]
    for row, colour, dash in ((0, GREY, (4, 3)), (cell[0], BLUE, None)):
        points = [
            (x, top + height * (1 - m) / (1 - LOW)) for x, m in zip(across, accuracy[row].mean(axis=1), strict=True)
        ]
        for start, end in pairwise(points):
            painter.line(*start, *end, colour, 2.5, dash=dash)
    for column, (x, n) in enumerate(zip(across, examples, strict=True)):
        painter.text(x, top + height + 10, str(n), 11, INK if column == cell[1] else MUTED, anchor="mm")
        for value in accuracy[cell[0], column]:
            y = top + height * (1 - max(value, LOW)) / (1 - LOW)
            colour = ORANGE if column == cell[1] else GREY
            painter.circle(x, y, 3, fill=colour, outline=INK if column == cell[1] else None, alpha=0.9)
    painter.text(
        left + width - 6, top + height - 10, "dots: the ten runs; dashed: from scratch", 11, MUTED, anchor="rm"
    )


def _seeds(painter, values, words):
    x, y, width = LEFT, 366, CELL[0] * 5
    painter.text(16, y - 14, f"The ten runs of {words}", 13, bold=True)
    painter.line(x, y + 22, x + width, y + 22, MUTED, 1)
    for tick in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        at = x + width * (tick - LOW) / (1 - LOW)
        painter.line(at, y + 18, at, y + 26, MUTED, 1)
        painter.text(at, y + 38, f"{tick:.0%}", 11, MUTED, anchor="mm")
    for value in values:
        painter.circle(x + width * (max(value, LOW) - LOW) / (1 - LOW), y + 22, 5, fill=ORANGE, outline=INK, alpha=0.7)


def _count(n):
    return f"{n} example{'s' if n > 1 else ''} a photo"


def transfer_caption(*, cell):
    """Say mean and spread of the cell, how much learns, and how often it beats the start from scratch."""
    accuracy, examples = measured()
    values, scratch = accuracy[cell], accuracy[0, cell[1]]
    counts = list(parameters().values())
    free = sum(counts[frozen_blocks(cell[0]) :])
    words = (
        f"<b>{ROWS[cell[0]].capitalize()}, {_count(examples[cell[1]])}: {values.mean():.1%} right</b>, from "
        f"{values.min():.1%} to {values.max():.1%} in ten runs. {free:,} of {sum(counts):,} parameters learn."
    )
    if cell[0] == 0:
        return words + " This is the row to beat: no transfer at all."
    gain = 100 * (values.mean() - scratch.mean())
    better = int((values > scratch).sum())
    sign = "more" if gain >= 0 else "fewer"
    return f"{words} That is {abs(gain):.1f} points {sign} than from scratch; better in {better} of the ten runs."


def transfer_pointer(event, *, cell):
    """Choose a cell by click or arrow keys."""
    limits = (len(ROWS) - 1, len(measured()[1]) - 1)
    if event.kind == "key" and event.key in ARROWS:
        moved = zip(np.add(cell, ARROWS[event.key]), limits, strict=True)
        return {"cell": tuple(int(np.clip(value, 0, most)) for value, most in moved)}
    chosen = cell_at(event.x, event.y, LEFT, TOP, CELL, len(ROWS), limits[1] + 1)
    return {"cell": chosen} if event.kind in ("click", "drag") and chosen else None


def transfer_matrix(cell=(5, 0)):
    """Return the transfer matrix with the `cell` (row, column) chosen."""
    return Explorer(
        transfer_picture,
        {},
        title="Transfer: how much to freeze, with how many examples",
        note="A net that knows ten photos learns five new ones. Click a cell (or use the arrow keys).",
        alt=lambda cell: f"Matrix of accuracies; {ROWS[cell[0]]}, {_count(measured()[1][cell[1]])} chosen.",
        caption=transfer_caption,
        pointer=transfer_pointer,
        state={"cell": cell},
    )
