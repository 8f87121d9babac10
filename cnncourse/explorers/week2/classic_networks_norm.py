"""Explorer of notebook 2.1: local response normalisation across the maps at one place."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, Painter, learners
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, GRID, INK, MUTED, ORANGE, WHITE

MAPS, STEP, LEFT, BAR = 16, 48, 30, 17
BASE, UNIT, HIGHEST = 250, 20.0, 10.0  # y of the bars' foot, CSS pixels of 1, the largest a
START = (1.0, 2.0, 0.5, 1.5, 8.0, 2.0, 3.0, 0.5, 0.0, 1.0, 2.0, 4.0, 4.0, 4.0, 1.0, 3.0)


def local_response_norm(a, size, alpha, beta, k):
    """Return a / (k + α Σ a²)^β for maps `(C, H, W)`, the sum over `size` neighbouring maps (Krizhevsky et al. 2012).

    >>> local_response_norm(np.array([[[3.0]], [[1.0]], [[2.0]]]), 3, 1.0, 1.0, 1.0).ravel().round(3).tolist()
    [0.273, 0.067, 0.333]
    """
    sums = [(a[max(0, i - size // 2) : i + size // 2 + 1] ** 2).sum(axis=0) for i in range(len(a))]
    return a / (k + alpha * np.array(sums)) ** beta


def norm_picture(a, b, chosen, size, alpha, beta, k):
    """Paint every map's number before (grey) and after (blue), the chosen map's window, and its sum written out."""
    painter = Painter(815, 372)
    painter.text(
        LEFT,
        20,
        "16 maps at one place: before (grey), after (blue; scaled so that the largest is as high)",
        14,
        bold=True,
    )
    low, high = max(0, chosen - size // 2), min(MAPS - 1, chosen + size // 2)
    x, width = LEFT + low * STEP - 5, (high - low + 1) * STEP - 2
    painter.rectangle(x, 36, width, BASE - 14, fill=ORANGE, alpha=0.16)
    painter.rectangle(x, 36, width, BASE - 14, outline=ORANGE, line_width=2)
    painter.line(LEFT - 10, BASE, 805, BASE, GRID, 1.5)
    shown = b * (a.max() / b.max() if b.max() > 0 else 0)
    for i in range(MAPS):
        left = LEFT + i * STEP
        painter.rectangle(left, BASE - a[i] * UNIT, BAR, a[i] * UNIT, fill=GREY)
        colour = DARK_ORANGE if i == chosen else BLUE
        painter.rectangle(left + BAR + 2, BASE - shown[i] * UNIT, BAR, shown[i] * UNIT, fill=colour)
        painter.text(left + BAR, BASE + 12, str(i), 12, INK, bold=i == chosen, anchor="mm")
    _sum(painter, a, b, chosen, (low, high), (alpha, beta, k))
    return painter.array()


def _sum(painter, a, b, chosen, window, numbers):
    """Write the chosen map's calculation."""
    alpha, beta, k = numbers
    low, high = window
    total = float((a[low : high + 1] ** 2).sum())
    squares = " + ".join(f"{value:.1f}²" for value in a[low : high + 1])
    painter.rectangle(LEFT - 12, 280, 790, 82, fill=WHITE, outline=GRID, radius=8)
    painter.text(LEFT, 298, f"map {chosen}: the squares of maps {low} to {high}", 12, MUTED)
    painter.text(LEFT, 320, f"{squares} = {total:.2f}", 13 if high - low < 9 else 11)
    divisor = (k + alpha * total) ** beta
    text = f"b = {a[chosen]:.1f} / ({k:g} + {alpha:g} · {total:.2f})^{beta:g} = {a[chosen]:.1f} / {_digits(divisor)} = "
    painter.text(LEFT, 345, text, 13)
    painter.text(LEFT + painter.text_width(text, 13), 345, _digits(b[chosen]), 14, bold=True)


def _digits(value):
    """Return a number with as many decimals as it needs: none when large, more when it is tiny."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value >= 0.01 or not value else f"{value:.7f}".rstrip("0")


def norm_caption(a, b, chosen):
    """Say by what the chosen map is divided compared with the least and the most divided one."""
    divided = a[a > 0] / b[a > 0] if (b[a > 0] > 0).all() else np.array([])
    if not divided.size or not a[chosen]:
        return f"Map {chosen} is 0 and stays 0, whatever its neighbours are."
    mine = a[chosen] / b[chosen]
    return (
        f"Map {chosen} is divided by <b>{_digits(mine)}</b>. Over all maps that are not 0 the divisors run from "
        f"{_digits(divided.min())} to {_digits(divided.max())}."
    )


def norm_pointer(event, *, chosen, a, **_):
    """Choose a map and set its number by click or drag; arrows do both in steps of ½."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return _set(a, (chosen + right) % MAPS, a[chosen] - down / 2 if down else None)
    if event.kind not in ("click", "drag") or event.y > BASE + 20:
        return None
    column = int((event.x - LEFT + 5) // STEP)
    return _set(a, column, round(2 * (BASE - event.y) / UNIT) / 2) if 0 <= column < MAPS else None


def _set(a, chosen, value):
    if value is None:
        return {"chosen": chosen}
    value = float(min(max(value, 0.0), HIGHEST))
    return {"chosen": chosen, "a": (*a[:chosen], value, *a[chosen + 1 :])}


def response_norm(own_local_response_norm=None):
    """Show what local response normalisation makes of 16 numbers; `own_local_response_norm` is the learner's."""
    own = learners(own_local_response_norm, local_response_norm)

    def normalised(a, size, alpha, beta, k):
        maps = np.array(a)
        return maps, own(maps[:, None, None], size, alpha, beta, k)[:, 0, 0]

    def render(*, chosen, a, **numbers):
        return norm_picture(*normalised(a, **numbers), chosen, **numbers)

    def caption(*, chosen, a, **numbers):
        text = norm_caption(*normalised(a, **numbers), chosen)
        return f"{text} {own.sentence}" if own_local_response_norm else text

    width = widgets.Layout(width="250px")
    powers = (1e-4, 1e-3, 1e-2, 0.1, 1.0)
    return Explorer(
        render,
        {
            "size": widgets.IntSlider(5, 1, 15, 2, description="n, maps", layout=width),
            "alpha": widgets.SelectionSlider(options=powers, value=0.1, description="α", layout=width),
            "beta": widgets.FloatSlider(0.75, min=0, max=2, step=0.05, description="β", layout=width),
            "k": widgets.FloatSlider(2, min=0.5, max=5, step=0.5, description="k", layout=width),
        },
        title="Neighbours that quieten each other",
        note="Drag the bars, or choose a map with ← and → and change it with ↑ and ↓. The paper has n = 5, α = 0.0001.",
        alt=lambda chosen, **_: f"Bars of 16 maps before and after normalisation; map {chosen} and its window marked.",
        caption=caption,
        pointer=norm_pointer,
        buttons={"the paper's numbers": lambda **_: {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0}},
        state={"chosen": 4, "a": START},
    )
