"""Explorer of notebook 4.4: twenty paintings of one cat, by the content's layer and the weight of the style."""

from functools import cache

import ipywidgets as widgets

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.painter import cell_at
from cnncourse.pictures.style_sheets import BETAS, CONTENT_LAYERS
from cnncourse.pictures.style_sheets import weight_sheet as load_weight_sheet
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED

WALL = (66, 42, 88, 4)  # left, top, side of a picture, gap
LARGE = (548, 42, 286)  # left, top, side
BARS = (548, 372, 286, 14)  # left, top, width, height

weight_sheet = cache(load_weight_sheet)


def weights_picture(*, layer, beta):
    """Paint the wall with its chosen picture framed, that picture large, and its two costs as bars."""
    sheet, row, column = weight_sheet(), CONTENT_LAYERS.index(layer), BETAS.index(beta)
    painter = Painter(850, 448)
    left, top, side, gap = WALL
    painter.text(left, top - 26, "β →", 12, MUTED)
    for c, value in enumerate(BETAS):
        painter.text(left + c * (side + gap) + side / 2, top - 10, f"{value:g}", 12, anchor="mm")
    for r, name in enumerate(CONTENT_LAYERS):
        painter.text(left - 8, top + r * (side + gap) + side / 2, name, 11, anchor="rm")
        for c in range(len(BETAS)):
            x, y = left + c * (side + gap), top + r * (side + gap)
            painter.image(sheet.pictures[r, c], x, y, side, side)
            if (r, c) == (row, column):
                painter.rectangle(x - 4, y - 4, side + 8, side + 8, outline=INK, line_width=6)
                painter.rectangle(x - 3, y - 3, side + 6, side + 6, outline=DARK_ORANGE, line_width=3.5)
    x, y, large = LARGE
    painter.text(x, y - 16, f"Content from {layer}, β = {beta:g}", 13, bold=True)
    painter.image(sheet.pictures[row, column], x, y, large, large, smooth=True, outline=GRID)
    shares = (("content", sheet.content, BLUE), ("style", sheet.style, DARK_ORANGE))
    for place, (name, table, colour) in enumerate(shares):
        _bar(painter, 36 * place, name, table[row, column], table.max(), colour)
    return painter.array()


def _bar(painter, below, name, share, most, colour):
    x, y, width, height = BARS
    painter.text(x, y + below - 10, f"{name}: {share:.3f} of the cost of empty maps", 11)
    painter.rectangle(x, y + below, width, height, outline=GRID)
    painter.rectangle(x, y + below, width * share / most, height, fill=colour)


def weights_caption(*, layer, beta):
    """Say the chosen picture's two costs and how they compare with the row's ends."""
    sheet, row, column = weight_sheet(), CONTENT_LAYERS.index(layer), BETAS.index(beta)
    content, style = sheet.content[row], sheet.style[row]
    return (
        f"Content cost <b>{content[column]:.3f}</b>, style cost <b>{style[column]:.3f}</b>, as shares of those of "
        f"empty maps. Along this row, β from {BETAS[0]:g} to {BETAS[-1]:g}: content {content[0]:.3f} → "
        f"{content[-1]:.3f}, style {style[0]:.3f} → {style[-1]:.3f}."
    )


def weights_pointer(event, *, layer, beta):
    """Choose a picture by click or drag on the wall, or by the arrow keys."""
    row, column = CONTENT_LAYERS.index(layer), BETAS.index(beta)
    steps = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
    if event.kind == "key" and event.key in steps:
        row, column = row + steps[event.key][0], column + steps[event.key][1]
    elif event.kind in ("click", "drag"):
        left, top, side, gap = WALL
        cell = cell_at(event.x, event.y, left, top, side + gap, len(CONTENT_LAYERS), len(BETAS))
        if cell is None:
            return None
        row, column = cell
    else:
        return None
    row, column = min(max(row, 0), len(CONTENT_LAYERS) - 1), min(max(column, 0), len(BETAS) - 1)
    return {"layer": CONTENT_LAYERS[row], "beta": BETAS[column]}


def weights():
    """Let the learner walk through twenty transfers of one photo and one painting."""
    return Explorer(
        weights_picture,
        {
            "layer": widgets.ToggleButtons(
                options=CONTENT_LAYERS, value="conv2_2", description="content from", style={"button_width": "80px"}
            ),
            "beta": widgets.SelectionSlider(options=BETAS, value=30.0, description="β"),
        },
        title="What the two weights do",
        note="Click a picture, or use the arrow keys: β grows to the right, the content's layer gets deeper downwards.",
        alt=lambda layer, beta: f"The cat after the glass window, content from {layer}, beta {beta:g}.",
        caption=weights_caption,
        pointer=weights_pointer,
    )
