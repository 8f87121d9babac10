"""How the convolution stepper is drawn: where its grids lie, and what is painted on them."""

from functools import lru_cache

import numpy as np

from cnncourse.convolution import output_size as course_output_size
from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week1.convolution_steps import (
    PICTURES,
    as_fraction,
    conv_forward,
    framed,
    short,
    step_of,
)
from cnncourse.plots import BLUE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 532
SCALE = scale_for(WIDTH)
TOP, TALLEST = 40, 288
STRIP_TOP, STRIP_SIDE = 370, 145
LARGEST_CELL = 44
INPUT_PLACE, INPUT_WIDTH = (214, 390), 424  # centre and greatest width of the padded picture; its part of the sheet
SOFTENED = 1.5  # colours run to this multiple of the largest value, so that dark ink stays legible on them


def render(*, cover, forward=conv_forward, size=course_output_size, **state):
    """Draw a state of the stepper."""
    model = step_of(forward=forward, size=size, **state)
    painter = Painter(WIDTH, HEIGHT, SCALE)
    places = layout(model)
    if model.problem:
        _draw_input(painter, model, places, state)
        _draw_problem(painter, model)
        return painter.array()
    _draw_input(painter, model, places, state)
    _draw_projection(painter, model, places)
    _draw_output(painter, model, places, cover)
    _draw_strip(painter, model, places)
    return painter.array()


def layout(model):
    """Return where the grids lie: name → (left, top, cell or (width, height) of a cell)."""
    padded, kernel = model.padded.shape, model.kernel.shape
    output = model.output.shape if model.output.size else (1, 1)
    places = {"input": _placed(padded, *INPUT_PLACE), "output": _placed(output, 690, 340)}
    side = min(34, STRIP_SIDE / kernel[0])
    width = side * kernel[1]
    gap = 56
    left = (WIDTH - (3 * width + 2 * gap + 190)) / 2
    for number, name in enumerate(("window", "kernel", "products")):
        places[name] = (left + number * (width + gap), STRIP_TOP + (STRIP_SIDE - side * kernel[0]) / 2, side)
    return places


def _placed(shape, centre, widest):
    rows, columns = shape
    height = min(LARGEST_CELL, TALLEST / rows)
    width = min(max(height, 33), widest / columns)
    height = min(height, width)
    return (centre - columns * width / 2, TOP + (TALLEST - rows * height) / 2, (width, height))


def _window_box(model, places):
    left, top, (width, height) = places["input"]
    (row, column), (rows, columns) = model.corner, model.reach
    return left + column * width, top + row * height, columns * width, rows * height


def _number_size(cell, texts=()):
    """Return a size in which the longest of `texts` fits a cell (width, height), from 12 to 16."""
    longest = max(map(len, texts), default=1)
    return min(16, max(12, min(cell[1] * 0.4, cell[0] * 1.35 / longest)))


def _draw_input(painter, model, places, state):
    pixels = _input_picture(state["picture"], model.padding, state["border"])
    painter.image(pixels, 0, 0, INPUT_WIDTH, STRIP_TOP - 34)
    if not model.problem:
        _draw_window(painter, model, places)


@lru_cache(maxsize=8)
def _input_picture(name, padding, border):
    """Paint the picture and its frame alone; kept, because it stays while the window moves."""
    picture, padded = PICTURES[name], framed(name, padding, border)
    painter = Painter(INPUT_WIDTH, STRIP_TOP - 34, SCALE)
    left, top, (width, height) = _placed(padded.shape, *INPUT_PLACE)
    rows, columns = padded.shape
    size = _number_size((width, height))
    if padding:
        _draw_frame(painter, padded, padding, (left, top, width, height))
    low, high = picture.min(), picture.max()
    limits = (low - 0.8 * (high - low), high)
    inner = (left + padding * width, top + padding * height, (width, height))
    painter.number_grid(picture, *inner, short, colormap="gray", limits=limits, size=size, line=MUTED)
    frame = f", with its frame {rows} × {columns}" if padding else ""
    title = f"picture {picture.shape[0]} × {picture.shape[1]}{frame}"
    painter.text(left + columns * width / 2, 20, title, 13, INK, bold=True, anchor="mm")
    return painter.array()


def _draw_frame(painter, padded, padding, place):
    left, top, width, height = place
    rows, columns = padded.shape
    for row in range(rows + 1):
        painter.line(left, top + row * height, left + columns * width, top + row * height, MUTED, 0.8, dash=(5, 4))
    for column in range(columns + 1):
        x = left + column * width
        painter.line(x, top, x, top + rows * height, MUTED, 0.8, dash=(5, 4))
    for row, column in np.ndindex(rows, columns):
        if not (padding <= row < rows - padding and padding <= column < columns - padding):
            centre = (left + (column + 0.5) * width, top + (row + 0.5) * height)
            painter.text(*centre, short(padded[row, column]), _number_size((width, height)), MUTED, anchor="mm")


def _draw_window(painter, model, places):
    left, top, (width, height) = places["input"]
    size = _number_size((width, height))
    for u, v in np.ndindex(model.kernel.shape):
        x = left + (model.corner[1] + v * model.dilation) * width
        y = top + (model.corner[0] + u * model.dilation) * height
        painter.rectangle(x, y, width, height, fill=ORANGE, alpha=0.5)
        painter.text(x + width / 2 + 0.5, y + height / 2 + 0.5, short(model.window[u, v]), size, INK, True, "mm")
        if height >= 38:
            weight = f"×{as_fraction(model.kernel[u, v])}".replace("-", "−")
            painter.text(x + width - 3, y + height - 3, weight, 12, INK, anchor="rb")
    x, y, box_width, box_height = _window_box(model, places)
    painter.rectangle(x - 1, y - 1, box_width + 2.5, box_height + 2.5, outline=ORANGE, line_width=3)


def _draw_projection(painter, model, places):
    x, y, width, height = _window_box(model, places)
    left, top, (cell_width, cell_height) = places["output"]
    end_x, end_y = left + model.cell[1] * cell_width, top + model.cell[0] * cell_height
    corners = [(x + width, y), (end_x, end_y), (end_x, end_y + cell_height), (x + width, y + height)]
    painter.polygon(corners, fill=ORANGE, alpha=0.13)
    painter.line(*corners[0], *corners[1], ORANGE, 1.5)
    painter.line(*corners[3], *corners[2], ORANGE, 1.5)


def _draw_output(painter, model, places, cover):
    left, top, (width, height) = places["output"]
    shown = np.array(model.output, dtype=float)
    if cover:
        shown.flat[model.index + 1 :] = np.nan
    reach = SOFTENED * max(np.abs(model.output).max(), 1e-9)
    size = _number_size((width, height), map(short, model.output.flat))
    painter.number_grid(
        shown, left, top, (width, height), short, colormap="diverging", limits=(-reach, reach), size=size, line=MUTED
    )
    rows, columns = shown.shape
    i, j = model.cell
    painter.rectangle(
        left + j * width - 1, top + i * height - 1, width + 2.5, height + 2.5, outline=ORANGE, line_width=3
    )
    painter.text(left + columns * width / 2, 20, f"output {rows} × {columns}", 13, INK, bold=True, anchor="mm")


def _draw_strip(painter, model, places):
    titles = {"window": "window", "kernel": "kernel", "products": "products"}
    numbers = {"window": model.window, "kernel": model.kernel, "products": model.products}
    signs = {"window": "×", "kernel": "=", "products": "→"}
    painter.rounded_rectangle(12, STRIP_TOP - 30, WIDTH - 24, STRIP_SIDE + 44, 8, fill=WHITE, outline=GRID)
    for name, values in numbers.items():
        left, top, side = places[name]
        rows, columns = values.shape
        reach = SOFTENED * max(np.abs(values).max(), 1e-9)
        colormap = None if name == "window" else "diverging"
        written = as_fraction if name == "kernel" else short
        size = _number_size((side, side), map(written, values.flat))
        painter.number_grid(values, left, top, side, written, colormap=colormap, limits=(-reach, reach), size=size)
        outline = {"window": ORANGE, "kernel": BLUE}.get(name, MUTED)
        painter.rectangle(left - 1, top - 1, columns * side + 2.5, rows * side + 2.5, outline=outline, line_width=2)
        painter.text(left + columns * side / 2, STRIP_TOP - 14, titles[name], 12, INK, bold=True, anchor="mm")
        painter.text(left + columns * side + 28, STRIP_TOP + STRIP_SIDE / 2, signs[name], 24, MUTED, anchor="mm")
    left, _, side = places["products"]
    _draw_sum(painter, model, left + model.kernel.shape[1] * side + 56)


def _draw_sum(painter, model, left):
    middle = STRIP_TOP + STRIP_SIDE / 2
    painter.rounded_rectangle(left, middle - 30, 120, 60, 6, fill=WHITE, outline=ORANGE, line_width=3)
    value = short(model.products.sum()).replace("-", "−")
    painter.text(left + 60, middle, value, 26, INK, bold=True, anchor="mm")
    painter.text(left + 60, STRIP_TOP - 14, f"their sum, output[{model.cell[0]}, {model.cell[1]}]", 12, INK, True, "mm")


def _draw_problem(painter, model):
    words, lines = model.problem.split(), [""]
    for word in words:
        if painter.text_width(f"{lines[-1]} {word}", 14) > 330:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    painter.text(500, TOP + 60, "No output", 18, INK, bold=True)
    painter.text(500, TOP + 90, "\n".join(lines), 14, INK, anchor="lt")
