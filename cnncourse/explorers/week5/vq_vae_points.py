"""Explorer of notebook 5.2: codes that follow points of the plane by moving averages; some die, some are revived."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.borrowed import learners
from cnncourse.generative.vector_quantizer import VectorQuantizer, nearest_codes, perplexity
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, WHITE

CODES, POINTS, BATCHES, BATCH = 16, 480, 60, 96
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


class Watched(VectorQuantizer):
    """A VectorQuantizer that remembers which codes its last batch revived."""

    revived = torch.zeros(CODES, dtype=torch.bool)

    def follow(self, vectors, codes):
        self.revived = torch.zeros(CODES, dtype=torch.bool)
        super().follow(vectors, codes)

    def revive(self, dead, vectors):
        self.revived = dead
        super().revive(dead, vectors)


@lru_cache(maxsize=64)
def history(decay, threshold):
    """Return the codebooks `(61, 16, 2)`, all points' codes `(61, 480)` and revivals `(61, 16)` over 60 batches.

    All codes begin close together in the middle, right of it. Nothing is revived at threshold 0.
    """
    draw = torch.Generator().manual_seed(1)
    quantizer = Watched(CODES, 2, decay, threshold, draw).train()
    quantizer.codebook.mul_(0.3).add_(torch.tensor([0.6, 0.0]))
    quantizer.counts.fill_(BATCH / CODES)
    quantizer.sums.copy_(quantizer.codebook * BATCH / CODES)
    kept = [_kept(quantizer)]
    for _ in range(BATCHES):
        quantizer(points()[torch.randint(POINTS, (BATCH,), generator=draw)])
        kept.append(_kept(quantizer))
    return tuple(np.array(part) for part in zip(*kept, strict=True))


def _kept(quantizer):
    numbers = nearest_codes(points(), quantizer.codebook).numpy()
    return quantizer.codebook.numpy().copy(), numbers, quantizer.revived.numpy().copy()


def resolved(decay, threshold, revive):
    """Return the history of the settings: threshold 0 where nothing is revived."""
    return history(decay, threshold if revive else 0.0)


def codes_in_use(numbers, K):
    """Return the perplexity of an array of codes: `perplexity` for arrays."""
    return perplexity(torch.from_numpy(numbers), K)


def points_picture(values, *, batch, decay, threshold, revive):
    """Paint the points, the codes with their paths, and the perplexities over the batches."""
    books, numbers, revivals = resolved(decay, threshold, revive)
    painter, used = _page().copy(), set(numbers[batch].tolist())
    painter.text(LEFT, TOP - 18, f"{POINTS} points, {CODES} codes, after batch {batch}", 13, bold=True)
    for path in paths(books, revivals, batch):
        if len(path) > 1:
            painter.polyline([_place(place) for place in path], DARK_ORANGE, 1, 0.5)
    for code, place in enumerate(books[batch]):
        _paint_code(painter, *_place(place), code in used)
    _paint_curve(painter, values, batch)
    return painter.array()


def paths(books, revivals, batch):
    """Return where each code has been up to a batch, 16 arrays `(M, 2)`; each begins where it was last revived."""
    begun = [max(np.flatnonzero(revivals[: batch + 1, code]), default=0) for code in range(CODES)]
    return [books[begin : batch + 1, code] for code, begin in enumerate(begun)]


@lru_cache(maxsize=1)
def _page():
    """Return a painter with all that no move changes: the points, the axes of the curve, and the key."""
    left, top, width, height = CURVE
    page = Painter(812, 496)
    page.rectangle(LEFT, TOP, FIELD, FIELD, fill=WHITE, outline=GRID)
    for point in points().numpy():
        page.circle(*_place(point), 2, fill=MUTED)
    page.text(left, top - 30, "perplexity of all points' codes", 13, bold=True)
    page.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    for value in (1, 4, 8, 12, 16):
        y = top + height * (1 - value / CODES)
        page.line(left, y, left + width, y, GRID, 1)
        page.text(left - 6, y, value, 11, MUTED, anchor="rm")
    page.text(left, top + height + 14, "batch 0", 12, MUTED)
    page.text(left + width, top + height + 14, f"batch {BATCHES}", 12, MUTED, anchor="rm")
    for down, alive, words in (
        (52, True, "a code that some point chooses"),
        (78, False, "a code that no point chooses"),
    ):
        _paint_code(page, left + 8, top + height + down, alive)
        page.text(left + 24, top + height + down, words, 12)
    page.line(left + 1, top + height + 104, left + 15, top + height + 104, DARK_ORANGE, 1.5)
    page.text(left + 24, top + height + 104, "its way, or its way since it was revived", 12)
    return page


def _place(point):
    share = (np.clip(point, -REACH, REACH) + REACH) / (2 * REACH)
    return LEFT + float(share[0]) * FIELD, TOP + float(1 - share[1]) * FIELD


def _paint_code(painter, x, y, alive):
    if alive:
        painter.circle(x, y, 7, fill=DARK_ORANGE, outline=WHITE, line_width=2)
    else:
        painter.rectangle(x - 6, y - 6, 12, 12, fill=WHITE, outline=INK, line_width=2)


def _paint_curve(painter, values, batch):
    left, top, width, height = CURVE
    heights = np.clip(values, 0, CODES) / CODES
    path = [(left + k / BATCHES * width, top + height * (1 - share)) for k, share in enumerate(heights)]
    painter.polyline(path, BLUE, 2)
    painter.circle(*path[batch], 5, fill=BLUE, outline=WHITE, line_width=1.5)


def points_caption(values, *, batch, decay, threshold, revive):
    """Say how many codes are used, the perplexity, the mean squared distance, and how often a code was revived."""
    books, numbers, revivals = resolved(decay, threshold, revive)
    error = float(((points().numpy() - books[batch][numbers[batch]]) ** 2).sum(axis=1).mean())
    return (
        f"{len(np.unique(numbers[batch]))} of {CODES} codes used, perplexity <b>{values[batch]:.1f}</b>; "
        f"mean squared distance to the nearest code {error:.2f}; codes revived so far: "
        f"{int(revivals[: batch + 1].sum())}."
    )


def following_codes(own_codes_in_use=None):
    """Let the learner watch codes follow points, batch by batch; the learner's own function may count those in use."""
    own = learners(own_codes_in_use, codes_in_use)

    @lru_cache(maxsize=64)
    def measured(decay, threshold, revive):
        values = [own(numbers, CODES) for numbers in resolved(decay, threshold, revive)[1]]
        return values, own.sentence.replace("This picture is drawn", "The perplexities are computed")

    def caption(batch, **settings):
        values, sentence = measured(**settings)
        return points_caption(values, batch=batch, **settings) + (f" {sentence}" if own_codes_in_use else "")

    return Explorer(
        lambda batch, **settings: points_picture(measured(**settings)[0], batch=batch, **settings),
        {
            "batch": widgets.IntSlider(value=0, max=BATCHES, description="batch"),
            "decay": widgets.SelectionSlider(options=DECAYS, value=0.8, description="decay γ"),
            "threshold": widgets.FloatSlider(value=0.5, min=0.1, max=4, step=0.1, description="threshold"),
            "revive": widgets.Checkbox(value=False, description="revive dead codes"),
        },
        title="Codes that follow",
        note="Move the batch slider; then change one setting.",
        alt=lambda **now: f"{POINTS} points on a ring and {CODES} codes after {now['batch']} batches.",
        caption=caption,
        buttons={"next batch": lambda **now: {"batch": min(now["batch"] + 1, BATCHES)}},
    )
