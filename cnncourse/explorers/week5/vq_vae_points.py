"""Explorer of notebook 5.2: codes that follow points of the plane by moving averages; some die, some are revived."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import Explorer, Painter
from cnncourse.generative.vector_quantizer import VectorQuantizer, nearest_codes, perplexity
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, WHITE

CODES, POINTS, STEPS, BATCH = 16, 480, 60, 96
FIELD, TOP, LEFT = 440, 40, 16
CURVE = (510, 70, 280, 180)  # left, top, width, height
REACH = 3.0
DECAYS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)


@lru_cache(maxsize=1)
def points():
    """Return 480 points `(N, 2)` in eight clouds on a ring."""
    draw = np.random.default_rng(0)
    angles = np.repeat(np.arange(8) * np.pi / 4, POINTS // 8)
    middles = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return torch.tensor(middles + 0.25 * draw.standard_normal((POINTS, 2)), dtype=torch.float32)


@lru_cache(maxsize=64)
def history(decay, threshold):
    """Return the codebooks `(61, 16, 2)`, counts `(61, 16)` and perplexities `(61,)` over 60 batches.

    All codes begin close together in the middle, right of it. Nothing is revived at threshold 0.
    """
    draw = torch.Generator().manual_seed(1)
    quantizer = VectorQuantizer(CODES, 2, decay, threshold, draw).train()
    quantizer.codebook.mul_(0.3).add_(torch.tensor([0.6, 0.0]))
    quantizer.counts.fill_(BATCH / CODES)
    quantizer.sums.copy_(quantizer.codebook * BATCH / CODES)
    kept = [_kept(quantizer)]
    for _ in range(STEPS):
        quantizer(points()[torch.randint(POINTS, (BATCH,), generator=draw)])
        kept.append(_kept(quantizer))
    return tuple(np.array(part) for part in zip(*kept, strict=True))


def _kept(quantizer):
    numbers = nearest_codes(points(), quantizer.codebook)
    return quantizer.codebook.numpy().copy(), quantizer.counts.numpy().copy(), perplexity(numbers, CODES)


def resolved(decay, threshold, revive):
    """Return the history of the settings: threshold 0 where nothing is revived."""
    return history(decay, threshold if revive else 0.0)


def points_picture(*, step, decay, threshold, revive):
    """Paint the points, the codes with their paths, and the perplexity over the steps."""
    books, _, _ = resolved(decay, threshold, revive)
    painter = Painter(820, 500)
    painter.text(LEFT, TOP - 18, f"{POINTS} points, {CODES} codes, step {step}", 13, bold=True)
    painter.rectangle(LEFT, TOP, FIELD, FIELD, fill=WHITE, outline=GRID)
    for point in points().numpy():
        painter.circle(*_place(point), 2, fill=MUTED)
    used = set(nearest_codes(points(), torch.tensor(books[step])).tolist())
    for code in range(CODES):
        painter.polyline([_place(place) for place in books[: step + 1, code]] * (1 if step else 2), DARK_ORANGE, 1, 0.5)
    for code, place in enumerate(books[step]):
        _paint_code(painter, *_place(place), code in used)
    _paint_curve(painter, step, decay, threshold, revive)
    return painter.array()


def _place(point):
    share = (np.clip(point, -REACH, REACH) + REACH) / (2 * REACH)
    return LEFT + float(share[0]) * FIELD, TOP + float(1 - share[1]) * FIELD


def _paint_code(painter, x, y, alive):
    if alive:
        painter.circle(x, y, 7, fill=DARK_ORANGE, outline=WHITE, line_width=2)
    else:
        painter.rectangle(x - 6, y - 6, 12, 12, fill=WHITE, outline=INK, line_width=2)


def _paint_curve(painter, step, decay, threshold, revive):
    left, top, width, height = CURVE
    values = resolved(decay, threshold, revive)[2]
    painter.text(left, top - 48, "perplexity", 13, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    for value in (1, 4, 8, 12, 16):
        y = top + height * (1 - value / CODES)
        painter.line(left, y, left + width, y, GRID, 1)
        painter.text(left - 6, y, value, 11, MUTED, anchor="rm")
    path = [(left + k / STEPS * width, top + height * (1 - value / CODES)) for k, value in enumerate(values)]
    painter.polyline(path, BLUE, 2)
    painter.circle(*path[step], 5, fill=BLUE, outline=WHITE, line_width=1.5)
    painter.text(left, top + height + 14, "batch 0", 12, MUTED)
    painter.text(left + width, top + height + 14, f"batch {STEPS}", 12, MUTED, anchor="rm")
    painter.circle(left + 8, top + height + 52, 7, fill=DARK_ORANGE, outline=WHITE, line_width=2)
    painter.text(left + 24, top + height + 52, "a code that some point chooses", 12)
    painter.rectangle(left + 2, top + height + 72, 12, 12, fill=WHITE, outline=INK, line_width=2)
    painter.text(left + 24, top + height + 78, "a code that no point chooses", 12)


def points_caption(*, step, decay, threshold, revive):
    """Say how many codes are used, the perplexity, and the mean squared distance to the nearest code."""
    books, _, values = resolved(decay, threshold, revive)
    book = torch.tensor(books[step])
    numbers = nearest_codes(points(), book)
    error = float(((points() - book[numbers]) ** 2).sum(dim=1).mean())
    return (
        f"{len(numbers.unique())} of {CODES} codes used, perplexity <b>{values[step]:.1f}</b>; "
        f"mean squared distance to the nearest code {error:.2f}."
    )


def following_codes():
    """Let the learner watch codes follow points, batch by batch."""
    step = widgets.IntSlider(value=0, max=STEPS, description="batch")
    return Explorer(
        points_picture,
        {
            "step": step,
            "decay": widgets.SelectionSlider(
                options=(0.0, 0.5, 0.8, 0.9, 0.95, 0.99), value=0.8, description="decay γ"
            ),
            "threshold": widgets.FloatSlider(value=0.5, min=0.1, max=4, step=0.1, description="threshold"),
            "revive": widgets.Checkbox(value=False, description="revive dead codes"),
        },
        title="Codes that follow",
        note="Move the batch slider; then change one setting.",
        alt=lambda **now: f"{POINTS} points on a ring and {CODES} codes after {now['step']} batches.",
        caption=points_caption,
        buttons={"next batch": lambda **now: {"step": min(now["step"] + 1, STEPS)}},
    )
