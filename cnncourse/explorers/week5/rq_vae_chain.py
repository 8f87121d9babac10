"""Explorer of notebook 5.3: a point in the plane, reached by a chain of codes from one small codebook."""

import itertools
from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, Painter
from cnncourse.explorers.week5.learners_codes import learners_codes
from cnncourse.generative.residual_quantizer import ResidualQuantizer, residual_quantise
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, WHITE

SIDE, LEFT, TOP, REACH = 440, 16, 40, 3.0
RIM = 10  # CSS pixels around the plane that the point may cover
CHART = (520, 66, 260, 170)  # left, top, width, height
MOST_SUMS = 4096


@lru_cache(maxsize=64)
def codebook_of(K, depth, learned):
    """Return K codes `(K, 2)`: random, or after 60 batches of normal points that residual quantisation followed."""
    generator = torch.Generator().manual_seed(K)
    quantizer = ResidualQuantizer(K, 2, depth, decay=0.9, generator=generator)
    if learned:
        for _ in range(60):
            quantizer(torch.randn(256, 2, generator=generator))
    return quantizer.eval().codebook.clone()


@lru_cache(maxsize=64)
def mean_lengths(K, depth, learned):
    """Return the mean length left of 2,000 normal points after 0, 1, …, depth codes."""
    points = torch.randn(2000, 2, generator=torch.Generator().manual_seed(99))
    _, sums = residual_quantise(points, codebook_of(K, depth, learned), depth)
    return [float(points.norm(dim=1).mean()), *((points - total).norm(dim=1).mean().item() for total in sums)]


@lru_cache(maxsize=32)
def all_sums(K, depth, learned):
    """Return every sum of `depth` codes, `(K^depth, 2)`; of more than 4,096, the first ones of a shuffle."""
    codebook = codebook_of(K, depth, learned).numpy()
    if K**depth <= MOST_SUMS:
        stacks = np.array(list(itertools.product(range(K), repeat=depth)))
    else:
        stacks = np.random.default_rng(0).integers(0, K, (MOST_SUMS, depth))
    return codebook[stacks].sum(axis=1)


def place(point):
    """Return the place (x, y) on the sheet of a point of the plane."""
    return LEFT + (point[0] + REACH) / (2 * REACH) * SIDE, TOP + (REACH - point[1]) / (2 * REACH) * SIDE


def residual_numbers(vectors, codebook, depth):
    """Return the codes `(N, depth)` of vectors: those of `residual_quantise` for arrays."""
    return residual_quantise(torch.from_numpy(vectors), torch.from_numpy(codebook), depth)[0].numpy()


def chain_of(x, y, K, depth, learned, look_up=residual_numbers):
    """Return (codes `(depth,)`, the sums after 0, 1, … codes `(depth + 1, 2)`) for the point (x, y)."""
    codebook = codebook_of(K, depth, learned).double().numpy()
    (codes,) = look_up(np.array([[x, y]], float), codebook, depth)
    return codes, np.concatenate([np.zeros((1, 2)), codebook[codes].cumsum(axis=0)])


def chain_picture(look_up=residual_numbers, *, K, depth, learned, sums, x, y):
    """Paint the plane with the codes, the chain to the point, and the mean length left by depth."""
    page = _page(K, depth, learned, sums)
    painter, picture = page.copy(), page.array().copy()
    _paint_chain(painter, (x, y), chain_of(x, y, K, depth, learned, look_up)[1])
    rows, columns = (slice(2 * (edge - RIM), 2 * (edge + SIDE + RIM)) for edge in (TOP, LEFT))
    picture[rows, columns] = painter.array()[rows, columns]  # what reaches beyond the plane is cut off
    return picture


@lru_cache(maxsize=8)
def _page(K, depth, learned, sums):
    """Return a painter with all but the chain and its point."""
    page = Painter(812, 496)
    page.text(LEFT, TOP - 18, f"{K} codes (crosses), stacks of {depth}", 13, bold=True)
    page.rectangle(LEFT, TOP, SIDE, SIDE, fill=WHITE, outline=GRID)
    x, y = place((0, 0))
    page.line(LEFT, y, LEFT + SIDE, y, GRID, 1)
    page.line(x, TOP, x, TOP + SIDE, GRID, 1)
    for point in all_sums(K, depth, learned) if sums else ():
        _dot(page, point)
    for number, code in enumerate(codebook_of(K, depth, learned).numpy()):
        _cross(page, code, number)
    _paint_lengths(page, K, depth, learned)
    if sums and K**depth > MOST_SUMS:
        page.text(CHART[0] - 20, CHART[1] + CHART[3] + 136, f"{MOST_SUMS:,} of the sums are drawn", 13, MUTED)
    return page


def _inside(at):
    return LEFT < at[0] < LEFT + SIDE and TOP < at[1] < TOP + SIDE


def _dot(painter, point):
    at = place(point)
    if _inside(at):
        painter.rectangle(at[0] - 1.5, at[1] - 1.5, 3, 3, fill=MUTED)


def _cross(painter, code, number):
    x, y = place(code)
    if _inside((x, y)):
        painter.line(x - 6, y - 6, x + 6, y + 6, INK, 2.5)
        painter.line(x - 6, y + 6, x + 6, y - 6, INK, 2.5)
        painter.text(x + 9, y - 9, f"{number}", 11, MUTED)


def _paint_chain(painter, point, sums):
    left = float(np.linalg.norm(sums[-1] - point))
    painter.circle(*place(point), left / (2 * REACH) * SIDE, outline=DARK_ORANGE, line_width=1.5)
    for before, after in itertools.pairwise(sums):
        painter.arrow(*place(before), *place(after), BLUE, 2.5)
    painter.circle(*place(point), 8, fill=DARK_ORANGE, outline=WHITE, line_width=2)


def _paint_lengths(painter, K, depth, learned):
    x, y, width, height = CHART
    lengths = mean_lengths(K, depth, learned)
    top = max(lengths)
    painter.text(x - 20, y - 44, "mean length left, 2,000 points", 13, bold=True)
    step = width / len(lengths)
    for number, value in enumerate(lengths):
        tall = value / top * height
        painter.rectangle(x + number * step, y + height - tall, step - 8, tall, fill=BLUE)
        painter.text(x + (number + 0.5) * step - 4, y + height - tall - 11, f"{value:.2f}", 12, anchor="mm")
        painter.text(x + (number + 0.5) * step - 4, y + height + 14, f"{number}", 12, anchor="mm")
    painter.text(x + width / 2, y + height + 34, "codes added", 12, MUTED, anchor="mm")
    painter.text(x - 20, y + height + 84, f"{K} codes, {K**depth:,} stacks", 15, bold=True)
    each = int(np.ceil(np.log2(K)))
    painter.text(x - 20, y + height + 110, f"{depth} × {each} bit{'s' * (depth * each > 1)} a point", 13, MUTED)


def chain_caption(look_up=residual_numbers, *, K, depth, learned, sums, x, y):
    """Say which codes were taken, and how far their sum and the nearest sum of all are from the point."""
    codes, chain = chain_of(x, y, K, depth, learned, look_up)
    left = float(np.linalg.norm(chain[-1] - (x, y)))
    words = f"Code {' + '.join(map(str, codes.tolist()))}: the sum misses the point by <b>{left:.2f}</b>."
    if K**depth <= MOST_SUMS:
        best = float(np.linalg.norm(all_sums(K, depth, learned) - (x, y), axis=1).min())
        words += f" The best of all {K**depth:,} stacks misses it by {best:.2f}."
    return words


def chain_pointer(event, *, x, y, **_):
    """Move the point by click, drag or arrow keys."""
    if event.kind == "key" and event.key in ARROWS:
        down, right = ARROWS[event.key]
        x, y = x + 0.1 * right, y - 0.1 * down
    elif event.kind in ("click", "drag") and (event.kind == "drag" or _inside((event.x, event.y))):
        x = (event.x - LEFT) / SIDE * 2 * REACH - REACH
        y = REACH - (event.y - TOP) / SIDE * 2 * REACH
    else:
        return None
    return {"x": round(float(np.clip(x, -REACH, REACH)), 3), "y": round(float(np.clip(y, -REACH, REACH)), 3)}


def chain(own_residual_numbers=None):
    """Let the learner reach points of the plane by sums of few codes, which the learner's own function may choose."""
    own = learners_codes(own_residual_numbers, residual_numbers)

    def caption(**now):
        words = chain_caption(own, **now)
        return f"{words} {own.sentence}" if own_residual_numbers else words

    return Explorer(
        lambda **now: chain_picture(own, **now),
        {
            "K": widgets.IntSlider(value=5, min=2, max=12, description="codes K"),
            "depth": widgets.IntSlider(value=3, min=1, max=5, description="depth D"),
            "learned": widgets.ToggleButton(value=True, description="learned codes"),
            "sums": widgets.ToggleButton(value=False, description="show all sums"),
        },
        title="A chain of codes",
        note="Drag the orange point, or use the arrow keys. Its ring shows how far the sum misses it.",
        alt=lambda **now: (
            f"A chain from a codebook of {now['K']}, depth {now['depth']}, leads to a point of the plane."
        ),
        caption=caption,
        pointer=chain_pointer,
        state={"x": 1.6, "y": 1.1},
    )
