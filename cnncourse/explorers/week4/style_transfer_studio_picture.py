"""The picture of the style studio: content, style, the painting so far, and how its cost falls."""

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, WHITE

LEFT, TOP, SMALL = 16, 42, 178
RIGHT, LARGE = 218, 404
CURVE = (686, 42, 148, 372)  # left, top, width, height


def studio_picture(content, style, run):
    """Return the painted sheet for two pictures (H, W, 3) uint8 and a Shown."""
    painter = Painter(850, 462)
    _fitting(painter, content, "Content", LEFT, TOP, SMALL)
    _fitting(painter, style, "Style", LEFT, TOP + SMALL + 48, SMALL)
    shown = content if run.picture is None else run.picture
    title = "Press Paint" if run.picture is None else f"Step {len(run.totals)}" if run.running else "The best picture"
    _fitting(painter, shown, title, RIGHT, TOP, LARGE, pale=run.picture is None)
    _curve(painter, run)
    return painter.array()


def _fitting(painter, picture, title, x, y, side, pale=False):
    painter.text(x, y - 14, title, 13, bold=True)
    scale = side / max(picture.shape[:2])
    height, width = (length * scale for length in picture.shape[:2])
    place = x + (side - width) / 2, y, width, height
    painter.image(picture, *place, smooth=True, alpha=0.35 if pale else 1.0, outline=GRID)


def _curve(painter, run):
    left, top, width, height = CURVE
    painter.text(left, top - 14, "Cost (log)", 13, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    if not run.totals:
        return
    totals = np.log10(np.maximum(run.totals, 1e-12))
    low, high = totals.min(), max(totals.max(), totals.min() + 0.05)
    x = left + 6 + (width - 12) * np.arange(len(totals)) / max(run.steps - 1, 1)
    y = top + 8 + (height - 16) * (high - totals) / (high - low)
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    if len(points) > 1:
        painter.polyline(points, BLUE, 2)
    best = int(np.argmin(totals))
    painter.circle(*points[best], 4.5, fill=DARK_ORANGE, outline=INK)
    painter.text(left + width - 6, top + 14, f"{10**high:.3g}", 11, MUTED, anchor="rm")
    painter.text(left + 6, top + height - 12, f"{10**low:.3g}", 11, MUTED)
    painter.text(left + width / 2, top + height + 16, f"{run.steps} steps", 11, MUTED, anchor="mm")
