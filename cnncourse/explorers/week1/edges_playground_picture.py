"""The picture of the filter playground: input, kernel and output, and one window with its nine products."""

from functools import lru_cache

import numpy as np

from cnncourse.convolution import filter_image
from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.painter import colours
from cnncourse.explorers.week1.edges_numbers import decimal, short
from cnncourse.explorers.week1.edges_photos import chosen_photo
from cnncourse.explorers.week1.edges_spot import spot_in
from cnncourse.plots import GRID, MUTED, ORANGE, WHITE

WIDTH, HEIGHT, SIDE, TOP = 880, 452, 280, 30
SCALE = scale_for(WIDTH)
IN_X, OUT_X, KERNEL_X, KERNEL_Y, KERNEL_CELL = 16, 584, 362, 52, 52
STRIP_Y, STRIP_CELL = 346, (52, 31)
ZOOM = 9  # pixels across the magnifier
VIEWS = ("signed", "absolute", "threshold", "as a picture")


def window_at(picture, row, column):
    """Return the 3×3 window around a pixel; outside the picture its outermost pixels are repeated."""
    rows = np.clip(np.arange(row - 1, row + 2), 0, len(picture) - 1)
    columns = np.clip(np.arange(column - 1, column + 2), 0, picture.shape[1] - 1)
    return picture[np.ix_(rows, columns)]


def strongest(output):
    """Return the value that full colour stands for: the 99.5th percentile of |output|, at least 1e-9."""
    return max(float(np.percentile(np.abs(output), 99.5)), 1e-9)


def threshold_value(output, percent):
    """Return the |output| from which a pixel counts as an edge: a share of `strongest`, in per cent."""
    return percent / 100 * strongest(output)


def output_colours(output, view, percent):
    """Return the output picture as `(H, W, 3)` uint8 in one of the VIEWS."""
    if view == "signed":
        top = strongest(output)
        return colours(output, "diverging", (-top, top))
    if view == "absolute":
        return colours(np.abs(output), "gray", (0, strongest(output)))
    if view == "threshold":
        return colours(np.where(np.abs(output) > threshold_value(output, percent), 0.1, 0.99), "gray", (0, 1))
    return colours(np.clip(output, 0, 1), "gray", (0, 1))


def render(*, photo, upload, pixels, preset, angle, numbers, view, threshold, spot, pinned):
    """Draw input, kernel and output side by side, and below them one window, its products and their sum."""
    picture, _ = chosen_photo(photo, upload, pixels)
    place, kernel = spot_in(spot, pixels), np.reshape(numbers, (3, 3))
    sheet, shown = _sheet(picture.tobytes(), pixels, numbers, view, threshold if view == "threshold" else 0)
    painter = sheet.copy()
    _mark(painter, IN_X, pixels, place, 3)
    _mark(painter, OUT_X, pixels, place, 1)
    _draw_strip(painter, picture, kernel, shown[place], place)
    return painter.array()


@lru_cache(maxsize=4)
def _sheet(picture_bytes, pixels, numbers, view, threshold):
    """Paint what stays while the spot moves; return the sheet and the output's colours `(pixels, pixels, 3)`."""
    output = filtered(picture_bytes, pixels, numbers)
    shown = output_colours(output, view, threshold)
    painter = Painter(WIDTH, HEIGHT, SCALE)
    picture = np.frombuffer(picture_bytes).reshape(pixels, pixels)
    _draw_picture(painter, IN_X, f"Input · {pixels} × {pixels} pixels", colours(picture))
    _draw_kernel(painter, np.reshape(numbers, (3, 3)))
    _draw_picture(painter, OUT_X, f"Output · {view}", shown)
    _draw_legend(painter, output, view, threshold)
    return painter, shown


@lru_cache(maxsize=8)
def filtered(picture_bytes, pixels, numbers):
    """Return the filtered picture; the outermost pixels are repeated around it, so that no false frame appears."""
    picture = np.frombuffer(picture_bytes).reshape(pixels, pixels)
    return filter_image(picture, np.reshape(numbers, (3, 3)), border="edge")


def _draw_picture(painter, x, title, rgb):
    painter.text(x, 15, title, 13, bold=True)
    painter.image(rgb, x, TOP, SIDE, SIDE, outline=GRID)


def _mark(painter, x, pixels, place, window):
    """Draw a box around a window of `window` × `window` pixels, or a little larger where they are tiny."""
    pixel = SIDE / pixels
    side = max(window * pixel, 4 + 3 * window)
    middle_x, middle_y = x + (place[1] + 0.5) * pixel, TOP + (place[0] + 0.5) * pixel
    for grow, tint in ((2, WHITE), (0, ORANGE)):
        reach = side / 2 + 1.5 + grow / 2
        painter.rectangle(
            middle_x - reach, middle_y - reach, 2 * reach, 2 * reach, outline=tint, line_width=2 + grow / 2
        )


def _draw_kernel(painter, kernel):
    painter.text(KERNEL_X + 78, 15, "Kernel", 13, bold=True, anchor="mm")
    painter.text(KERNEL_X + 78, 36, "click ▴ or ▾: change a number", 12, MUTED, anchor="mm")
    reach = max(np.abs(kernel).max(), 1e-9)
    size = 15 if max(len(short(number)) for number in kernel.ravel()) < 6 else 12.5
    style = {"format": short, "colormap": "diverging", "limits": (-1.5 * reach, 1.5 * reach), "size": size}
    painter.number_grid(kernel, KERNEL_X, KERNEL_Y, KERNEL_CELL, **style)
    for cell, number in enumerate(kernel.ravel()):
        ink = WHITE if abs(number) > 0.6 * reach else MUTED
        x, y = KERNEL_X + (cell % 3 + 0.5) * KERNEL_CELL, KERNEL_Y + (cell // 3) * KERNEL_CELL
        painter.text(x, y + 7, "▴", 12, ink, anchor="mm")
        painter.text(x, y + KERNEL_CELL - 6, "▾", 12, ink, anchor="mm")
    painter.text(KERNEL_X - 33, KERNEL_Y + 78, "∗", 26, MUTED, anchor="mm")
    painter.text(KERNEL_X + 189, KERNEL_Y + 78, "=", 26, MUTED, anchor="mm")
    painter.text(KERNEL_X + 78, KERNEL_Y + 172, f"sum of the nine: {short(kernel.sum())}", 12, anchor="mm")


def _draw_legend(painter, output, view, percent):
    x, y, width = KERNEL_X - 22, 262, 200
    if view == "threshold":
        limit = f"{threshold_value(output, percent):.3g}"
        for row, (grey, words) in enumerate(((0.1, f"|output| > {limit}"), (0.99, f"|output| ≤ {limit}"))):
            painter.image(np.array([[grey]]), x + 22, y - 4 + 20 * row, 22, 13, outline=GRID)
            painter.text(x + 54, y + 2 + 20 * row, words, 12)
        return
    top = 1 if view == "as a picture" else strongest(output)
    ends = (-top if view == "signed" else 0, top)
    words = {"signed": "0", "absolute": "|output|", "as a picture": "output"}[view]
    painter.colour_bar(x, y, width, 13, *ends, "diverging" if view == "signed" else "gray", short, words, 12)
    beyond = "below 0 black, above 1 white" if view == "as a picture" else "stronger ones look the same"
    painter.text(x + width / 2, y + 38, beyond, 12, MUTED, anchor="mm")


def _draw_strip(painter, picture, kernel, colour, place):
    row, column = place
    window = window_at(picture, row, column)
    products = window * kernel
    reach = max(np.abs(products).max(), 1e-9)
    xs = {"window": 146, "kernel": 336, "products": 526}
    _draw_magnifier(painter, picture, row, column)
    for name, x in xs.items():
        painter.text(x + 78, STRIP_Y - 12, name, 12, MUTED, anchor="mm")
    at = {"y": STRIP_Y, "cell": STRIP_CELL, "size": 13}
    painter.number_grid(window, xs["window"], format="{:.2f}", colormap="gray", limits=(0, 1), **at)
    limit = 1.5 * max(np.abs(kernel).max(), 1e-9)
    painter.number_grid(kernel, xs["kernel"], format=short, colormap="diverging", limits=(-limit, limit), **at)
    products_style = {"format": "{:.2f}", "colormap": "diverging", "limits": (-1.5 * reach, 1.5 * reach)}
    painter.number_grid(products + 0.0, xs["products"], **products_style, **at)
    for x, sign in ((319, "×"), (509, "=")):
        painter.text(x, STRIP_Y + 46, sign, 20, MUTED, anchor="mm")
    painter.text(702, STRIP_Y - 12, "sum of the nine products", 12, MUTED)
    painter.text(702, STRIP_Y + 32, decimal(products.sum()), 26, bold=True)
    painter.rectangle(702, STRIP_Y + 58, 34, 34, fill=tuple(colour.tolist()), outline=GRID)
    painter.text(746, STRIP_Y + 75, f"row {row}, column {column}", 12, MUTED)


def _draw_magnifier(painter, picture, row, column):
    rows, columns = (np.arange(place - ZOOM // 2, place + ZOOM // 2 + 1) for place in (row, column))
    inside = ((rows >= 0) & (rows < len(picture)))[:, None] & ((columns >= 0) & (columns < len(picture)))
    patch = picture[np.clip(rows, 0, len(picture) - 1)][:, np.clip(columns, 0, len(picture) - 1)]
    pixel = 3 * STRIP_CELL[1] / ZOOM
    painter.text(IN_X + 46, STRIP_Y - 12, "magnified", 12, MUTED, anchor="mm")
    painter.image(
        np.where(inside, patch, np.nan), IN_X, STRIP_Y, ZOOM * pixel, ZOOM * pixel, outline=GRID, limits=(0, 1)
    )
    corner = (ZOOM // 2 - 1) * pixel
    painter.rectangle(IN_X + corner, STRIP_Y + corner, 3 * pixel, 3 * pixel, outline=ORANGE, line_width=2)
    for y in (0, 3 * pixel):
        target = STRIP_Y + (0 if y == 0 else 3 * STRIP_CELL[1])
        painter.line(IN_X + corner + 3 * pixel, STRIP_Y + corner + y, 145, target, ORANGE, 1, alpha=0.7)
