"""The picture of the explorer "learn a filter": nine numbers, their way, the loss, and four small pictures."""

import numpy as np

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week1.edges_numbers import decimal, short
from cnncourse.plots import CYCLE, DARK_ORANGE, GRID, INK, MUTED, WHITE

WIDTH, HEIGHT, TOP = 880, 368, 34
SCALE = scale_for(WIDTH)
CELL, GOAL_CELL = (62, 48), (62, 34)
PLOT_X, PLOT_WIDTH, PLOT_HEIGHT, SECOND_Y = 268, 290, 122, 208
SMALL_X, SMALL = 598, 128
LOWEST, HIGHEST = 1e-8, 1e6  # of the loss axis


def draw(kernels, losses, steps, at, goal, pictures):
    """Draw the explorer: `kernels` (len, 9) and `losses` after `steps`, the place `at` shown, the `goal` (3, 3)."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    reach = 1.5 * max(np.abs(goal).max(), 1e-9)
    style = {"colormap": "diverging", "limits": (-reach, reach)}
    painter.text(16, 17, f"The nine numbers, step {steps[at]:,}", 13, bold=True)
    painter.number_grid(kernels[at].reshape(3, 3), 16, TOP, CELL, compact, size=15, **style)
    for number in range(9):
        x, y = 16 + (number % 3 + 1) * CELL[0] - 9, TOP + (number // 3) * CELL[1] + 10
        painter.circle(x, y, 4, fill=CYCLE[number], outline=WHITE)
    painter.text(16, SECOND_Y - 12, "The kernel behind the target", 13, bold=True)
    painter.number_grid(goal, 16, SECOND_Y + 4, GOAL_CELL, short, size=14, **style)
    painter.text(16, SECOND_Y + 126, "Gradient descent never sees it.", 12, MUTED)
    _draw_losses(painter, losses, steps, at)
    _draw_numbers(painter, kernels, steps, at, goal)
    _draw_pictures(painter, pictures)
    return painter.array()


def compact(number):
    """Write a number in at most six characters: with two decimals, or a larger one with one, or in powers of ten.

    >>> compact(-1.234), compact(-599.09), compact(123456.0)
    ('−1.23', '−599.1', '1.2e5')
    """
    if abs(number) < 999.5:
        return decimal(number) if abs(number) < 99.5 else f"{number:.1f}".replace("-", "−")
    figures, power = f"{number:.1e}".split("e")
    return f"{figures}e{int(power)}".replace("-", "−")


def loss_height(loss):
    """Return how high a loss stands on the logarithmic axis, 0 at the bottom (1e-8) to 1 at the top (1e6)."""
    share = (np.log10(np.clip(loss, LOWEST, HIGHEST)) - np.log10(LOWEST)) / (np.log10(HIGHEST) - np.log10(LOWEST))
    return float(share)


def _axes(painter, top, title, steps):
    painter.text(PLOT_X, top - 17, title, 13, bold=True)
    painter.rectangle(PLOT_X, top, PLOT_WIDTH, PLOT_HEIGHT, fill=WHITE, outline=GRID)
    for wanted in (1, 10, 100, 1000):
        place = min(range(len(steps)), key=lambda i: abs(steps[i] - wanted))
        x = _x(place, steps)
        painter.line(x, top, x, top + PLOT_HEIGHT, GRID, 1)
        painter.text(x, top + PLOT_HEIGHT + 11, f"{steps[place]:,}", 12, MUTED, anchor="mm")


def _x(place, steps):
    return PLOT_X + 6 + place / (len(steps) - 1) * (PLOT_WIDTH - 12)


def _draw_losses(painter, losses, steps, at):
    _axes(painter, TOP, "Loss", steps)
    bottom = TOP + PLOT_HEIGHT
    for power in (-6, -3, 0, 3):
        y = bottom - loss_height(10.0**power) * PLOT_HEIGHT
        painter.line(PLOT_X, y, PLOT_X + PLOT_WIDTH, y, GRID, 1)
        painter.text(PLOT_X - 6, y, f"1e{power}".replace("-", "−"), 12, MUTED, anchor="rm")
    points = [(_x(i, steps), bottom - loss_height(v) * PLOT_HEIGHT) for i, v in enumerate(losses) if np.isfinite(v)]
    _draw_way(painter, points, at, DARK_ORANGE, 2.5)
    painter.circle(*points[at], 5, fill=DARK_ORANGE, outline=WHITE, line_width=1.5)


def _draw_numbers(painter, kernels, steps, at, goal):
    _axes(painter, SECOND_Y, "The nine numbers on their way", steps)
    below = SECOND_Y + PLOT_HEIGHT + 28
    painter.text(PLOT_X + PLOT_WIDTH, below, "steps, logarithmic", 12, MUTED, anchor="rm")
    painter.line(PLOT_X, below, PLOT_X + 8, below, INK, 2)
    painter.text(PLOT_X + 13, below, "the target's numbers", 12, MUTED)
    reach = min(1.1 * max(np.abs(goal).max(), np.nanmax(np.abs(kernels))), 4 * np.abs(goal).max())
    middle, scale = SECOND_Y + PLOT_HEIGHT / 2, (PLOT_HEIGHT / 2 - 3) / reach
    painter.text(PLOT_X - 6, middle, "0", 12, MUTED, anchor="rm")
    painter.line(PLOT_X, middle, PLOT_X + PLOT_WIDTH, middle, GRID, 1)
    known = np.isfinite(kernels[:, 0]).sum()
    heights = middle - np.clip(kernels[:known], -reach, reach) * scale
    for number in range(9):
        tint = CYCLE[number]
        points = [(_x(i, steps), float(y)) for i, y in enumerate(heights[:, number])]
        _draw_way(painter, points, at, tint, 2)
        painter.circle(*points[at], 3.5, fill=tint)
        y = middle - goal.ravel()[number] * scale
        painter.line(PLOT_X + PLOT_WIDTH - 8, y, PLOT_X + PLOT_WIDTH, y, INK, 2)
    label = f"{short(np.abs(goal).max())}"
    for sign, words in ((1, label), (-1, f"−{label}")):
        painter.text(PLOT_X - 6, middle - sign * np.abs(goal).max() * scale, words, 12, MUTED, anchor="rm")


def _draw_way(painter, points, at, tint, width):
    if len(points) > at + 1:
        painter.polyline(points[at:], tint, 1, alpha=0.3)
    if at:
        painter.polyline(points[: at + 1], tint, width)


def _draw_pictures(painter, pictures):
    top = max(float(np.percentile(np.abs(pictures["target"]), 99.5)), 1e-9)
    for number, (name, picture) in enumerate(pictures.items()):
        x, y = SMALL_X + (number % 2) * (SMALL + 10), TOP + (number // 2) * (SECOND_Y - TOP)
        painter.text(x, y - 17, name.capitalize(), 13, bold=True)
        style = {"colormap": "gray"} if name == "picture" else {"colormap": "diverging", "limits": (-top, top)}
        painter.image(picture, x, y, SMALL, SMALL, outline=GRID, **style)
    painter.text(SMALL_X, SECOND_Y + SMALL + 20, "blue: negative · white: 0 · red: positive", 12, MUTED)
