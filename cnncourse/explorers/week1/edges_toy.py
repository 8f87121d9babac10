"""Explorer of notebook 1.1: a 3×3 kernel slides over a 6×6 picture of numbers, every product in sight."""

from functools import partial

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import KERNELS
from cnncourse.explorers import Explorer, Painter, cell_at, learners, play, scale_for
from cnncourse.explorers.painter import colours
from cnncourse.explorers.week1.edges_numbers import bracketed, short
from cnncourse.plots import INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT, TOP = 880, 374, 48
SCALE = scale_for(WIDTH)
IN_X, CELL = 16, 48
MIDDLE_X, WIDE_CELL, PRODUCTS_Y = 325, (97, 34), 194
OUT_X, OUT_CELL = 640, 56
SIZE, OUT = 6, 4
PICTURES = {
    "10 | 0  bright, then dark": np.array([[10, 10, 10, 0, 0, 0]] * SIZE),
    "0 | 10  dark, then bright": np.array([[0, 0, 0, 10, 10, 10]] * SIZE),
    "thin bright line": np.array([[0, 0, 0, 10, 0, 0]] * SIZE),
    "ramp": np.array([[0, 2, 4, 6, 8, 10]] * SIZE),
    "checkerboard": 10 * ((np.add.outer(np.arange(SIZE), np.arange(SIZE)) + 1) % 2),
    "corner": np.array([[10] * 3 + [0] * 3] * 3 + [[0] * SIZE] * 3),
}
TOY_KERNELS = {
    "vertical edge  1 0 −1": np.array([[1, 0, -1]] * 3),
    "horizontal edge": np.array([[1, 0, -1]] * 3).T,
    "Sobel x": KERNELS["sobel_x"],
    "Sobel y": KERNELS["sobel_y"],
    "Laplacian": KERNELS["laplacian"],
    "sum of all nine": np.ones((3, 3)),
}


def one_window(window, kernel):
    """Return the sum of the products of a window and a kernel of the same shape.

    >>> float(one_window(np.array([[10, 0], [10, 0]]), np.array([[1, -1], [1, -1]])))
    20.0
    """
    return (np.asarray(window, dtype=float) * kernel).sum()


def slid(picture, kernel, apply=one_window):
    """Return what `apply(window, kernel)` gives at every place where the kernel lies wholly inside the picture.

    Returns None when it gives nothing.
    """
    f = len(kernel)
    windows = np.lib.stride_tricks.sliding_window_view(picture, (f, f)).astype(float)  # (rows, columns, f, f)
    answers = [[apply(window.copy(), kernel.astype(float)) for window in row] for row in windows]
    return None if answers[0][0] is None else np.array(answers)


def render_with(slide):
    """Return the render of the toy explorer whose output is `slide(picture, kernel)`."""

    def render(*, picture, kernel, hide, step):
        numbers, nine = PICTURES[picture], TOY_KERNELS[kernel]
        output, (row, column) = slide(numbers, nine), divmod(step, OUT)
        painter = Painter(WIDTH, HEIGHT, SCALE)
        _draw_input(painter, numbers, nine, row, column)
        _draw_products(painter, numbers[row : row + 3, column : column + 3], nine, output[row, column])
        _draw_output(painter, output, step, hide)
        return painter.array()

    return render


render = render_with(slid)


def _draw_input(painter, numbers, kernel, row, column):
    painter.text(IN_X, 18, f"Picture · {SIZE} × {SIZE}", 13, bold=True)
    style = {"colormap": "gray", "limits": (-7, 12), "size": 16}
    painter.number_grid(numbers, IN_X, TOP, CELL, highlight={(row, column, 3, 3): ORANGE}, **style)
    for (i, j), weight in np.ndenumerate(kernel):
        x, y = IN_X + (column + j + 1) * CELL - 4, TOP + (row + i + 1) * CELL - 5
        ink = INK if numbers[row + i, column + j] > 3 else WHITE
        painter.text(x, y, f"×{short(weight)}", 12, ink, anchor="rb")
    words = f"The window: rows {row} to {row + 2}, columns {column} to {column + 2}"
    painter.text(IN_X, TOP + SIZE * CELL + 20, words, 12, MUTED)


def _draw_products(painter, window, kernel, total):
    x, (width, height) = MIDDLE_X, WIDE_CELL
    style = {"colormap": "diverging", "size": 15}
    reach = 1.5 * np.abs(kernel).max()
    painter.text(x, 18, "Kernel", 13, bold=True)
    painter.number_grid(kernel, x, TOP, WIDE_CELL, short, limits=(-reach, reach), **style)
    painter.text(x, PRODUCTS_Y - 20, "Window × kernel, number by number", 13, bold=True)
    products = window * kernel + 0.0
    painter.image(colours(products, "diverging", (-40, 40)), x, PRODUCTS_Y, 3 * width, 3 * height)
    painter.grid_lines(x, PRODUCTS_Y, WIDE_CELL, 3, 3)
    for (i, j), product in np.ndenumerate(products):
        words = f"{short(window[i, j])}·{bracketed(short(kernel[i, j]))} = {short(product)}"
        ink = INK if abs(product) < 30 else WHITE
        painter.text(x + (j + 0.5) * width, PRODUCTS_Y + (i + 0.5) * height, words, 12, ink, anchor="mm")
    painter.text(x, PRODUCTS_Y + 3 * height + 24, added_up(products, total), 14, bold=True)


def _draw_output(painter, output, step, hide):
    painter.text(OUT_X, 18, f"Output · {OUT} × {OUT}", 13, bold=True)
    hidden = np.arange(OUT * OUT).reshape(OUT, OUT) > (step if hide else OUT * OUT)
    limit = 1.5 * max(np.abs(output).max(), 1e-9)
    style = {"format": short, "colormap": "diverging", "limits": (-limit, limit), "size": 18}
    known = np.where(hidden, np.nan, output)
    painter.number_grid(known, OUT_X, TOP, OUT_CELL, **style)
    row, column = divmod(step, OUT)
    x, y = OUT_X + column * OUT_CELL - 1, TOP + row * OUT_CELL - 1
    painter.rectangle(x, y, OUT_CELL + 3, OUT_CELL + 3, outline=ORANGE, line_width=4)
    for i, j in np.argwhere(hidden):
        painter.text(OUT_X + (j + 0.5) * OUT_CELL, TOP + (i + 0.5) * OUT_CELL, "?", 18, MUTED, anchor="mm")


def added_up(products, total):
    """Write the products as one sum, and what the function made of them where that differs.

    >>> added_up(np.array([[10, 0], [-20, 5]]), -5)
    '10 + 0 − 20 + 5 = −5'
    """
    first, *others = products.ravel().tolist()
    words = short(first) + "".join(f" {'−' if n < 0 else '+'} {short(abs(n))}" for n in others)
    right = float(products.sum())
    differs = abs(total - right) > 1e-6
    return f"{words} = {short(right)}" + (f", yours gives {short(total)}" if differs else "")


def caption(*, picture, kernel, hide, step):
    """Say how many places there are, where the window lies, and how wide the answer to the edge is."""
    output = slid(PICTURES[picture], TOY_KERNELS[kernel])
    row, column = divmod(step, OUT)
    places = f"A 3 × 3 window fits at 6 − 3 + 1 = {OUT} places in each direction, so the output is {OUT} × {OUT}."
    here = f"At row {row}, column {column} the nine products sum to <b>{short(output[row, column])}</b>."
    done = output.size if not hide else step + 1
    answers = np.count_nonzero(output.ravel()[:done])
    differ = f"{answers} differ{'s' if answers == 1 else ''} from 0"
    return f"{places} {here} Of {done} output number{'s' if done > 1 else ''} so far, {differ}."


def pointer(event, *, step, **_):
    """Move the window to a clicked or dragged place of the output or of the picture, or by the arrow keys."""
    if event.kind == "key":
        change = {"ArrowLeft": -1, "ArrowRight": 1, "ArrowUp": -OUT, "ArrowDown": OUT}.get(event.key, 0)
        return {"step": step + change} if change and 0 <= step + change < OUT * OUT else None
    if event.kind not in ("click", "drag"):
        return None
    place = cell_at(event.x, event.y, OUT_X, TOP, OUT_CELL, OUT, OUT)
    pixel = cell_at(event.x, event.y, IN_X, TOP, CELL, SIZE, SIZE)
    if pixel is not None:
        place = tuple(min(max(index - 1, 0), OUT - 1) for index in pixel)  # the window's centre goes to that pixel
    return None if place is None else {"step": place[0] * OUT + place[1]}


def _alt(*, picture, kernel, step, **_):
    row, column = divmod(step, OUT)
    value = short(slid(PICTURES[picture], TOY_KERNELS[kernel])[row, column])
    return (
        f"The picture {picture}, the kernel {kernel}, and the window at row {row}, column {column}: the sum is {value}."
    )


def slide_the_toy_edge(apply_window=None):
    """Return the toy explorer; `apply_window` is the learner's own, which then computes every output number."""
    slide = learners(apply_window and partial(slid, apply=apply_window), slid)
    slide.name = "apply_window"

    def told(**state):
        return caption(**state) + (f" {slide.sentence}" if apply_window is not None else "")

    controls = {
        "picture": widgets.Dropdown(options=list(PICTURES), description="picture"),
        "kernel": widgets.Dropdown(options=list(TOY_KERNELS), description="kernel"),
        "step": play(widgets.IntSlider(1, 0, OUT * OUT - 1, description="place")),
        "hide": widgets.Checkbox(True, description="hide what comes next", indent=False),
    }
    return Explorer(
        render_with(slide), controls, title="Slide the toy edge", alt=_alt, caption=told, pointer=pointer, scale=SCALE,
        note="Press play, click a place of the output, or drag the window. Say the next number before you uncover it.",
    )  # fmt: skip
