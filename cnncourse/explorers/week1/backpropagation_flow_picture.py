"""The picture of gradient flow: d arrives on the right, is multiplied in the middle and added up on the left."""

from typing import NamedTuple

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.explorers.week1.backpropagation_terms import (
    KERNELS,
    PICTURE,
    arriving,
    chosen_terms,
    conv_backward,
    place_in_order,
    sums,
    terms_up_to,
    whole_gradients,
)
from cnncourse.plots import GREY, GRID, INK, MUTED, WHITE

WIDTH, HEIGHT = 812, 496
SO_FAR, ALONE, WHOLE = "sum so far", "chosen alone", "whole gradient"
AREA, LARGEST = 212, 38  # CSS pixels of a grid's square, and of a cell at most
LEFT, MIDDLE, RIGHT = 18, 312, 598  # left ends of the three columns
UPPER, LOWER = 34, 278  # tops of the two rows
BEND = np.linspace(0, 1, 16)  # how far along a curve its points lie
LAST = 10**6  # beyond every cell
POSITIVE, NEGATIVE, PADDING = "#d6604d", "#4393c3", "#eceef2"
REACH = {"grad_x": 26, "grad_weight": 60, "weights": 6, "picture": 12, "arriving": 8}  # values of the fullest colours


VEIL = 0.72  # how much of a line a cell hides that it passes behind


class Place(NamedTuple):
    """A grid on the sheet: what its cells are, its left and top end, a cell's side, and (rows, columns)."""

    kind: str
    left: float
    top: float
    cell: float
    shape: tuple

    def at(self, cell, across=0.5):
        """Return the point of a cell, `across` = 0 at its left edge and 1 at its right."""
        return self.left + (cell[1] + across) * self.cell, self.top + (cell[0] + 0.5) * self.cell

    def lane(self, cell):
        """Return the height at which lines of a cell run: each column has its own, so that none hides another."""
        return self.top + (cell[0] + 0.1 + 0.8 * (cell[1] + 1) / (self.shape[1] + 1)) * self.cell


def places(stride, padding):
    """Return {name: Place} of the five grids; the pixels' grids begin inside their padding."""
    outputs = arriving(stride, padding).shape
    right = min(196 / outputs[1], LARGEST)
    return {
        "grad_x": _centred("pixel", LEFT, UPPER, padding, PICTURE.shape),
        "weights": _centred("weight", MIDDLE, UPPER, 0, (3, 3)),
        "arriving": Place("output", RIGHT, (HEIGHT - outputs[0] * right) / 2, right, outputs),
        "grad_weight": _centred("weight", LEFT, LOWER, 0, (3, 3)),
        "picture": _centred("pixel", MIDDLE, LOWER, padding, PICTURE.shape),
    }


def _centred(kind, left, top, padding, shape):
    cell = min(AREA / (shape[0] + 2 * padding), LARGEST)
    inset = (AREA - shape[0] * cell) / 2
    return Place(kind, left + inset, top + inset, cell, shape)


def shown_gradients(kernel, stride, padding, show, kind, cell, backward=conv_backward):
    """Return (grad_x, grad_weight) as far as they are shown, NaN where nothing has arrived."""
    weights = KERNELS[kernel]
    if show == WHOLE:
        return whole_gradients(weights, stride, padding, backward)[:2]
    so_far = kind == "output" and show == SO_FAR
    met = terms_up_to(cell, stride, padding) if so_far else chosen_terms(kind, cell, stride, padding)
    grad_x, grad_weight = sums(met, weights, stride, padding)
    if kind == "pixel":
        grad_weight = np.full_like(grad_weight, np.nan)
    if kind == "weight":
        grad_x = np.full_like(grad_x, np.nan)
    return grad_x, grad_weight


def flow_picture(*, kernel, stride, padding, show, kind, cell, backward=conv_backward):
    """Paint what arrives, what it is multiplied by and what is added up, with a line for every product."""
    painter, spots, d = Painter(WIDTH, HEIGHT), places(stride, padding), arriving(stride, padding)
    grad_x, grad_weight = shown_gradients(kernel, stride, padding, show, kind, cell, backward)
    values = {
        "grad_x": grad_x,
        "weights": KERNELS[kernel],
        "arriving": d,
        "grad_weight": grad_weight,
        "picture": PICTURE,
    }
    for name, spot in spots.items():
        _paint_grid(painter, spot, values[name], REACH[name], padding if spot.kind == "pixel" else 0)
    chosen, pills = chosen_terms(kind, cell, stride, padding), []
    if kind != "weight":
        pills += _paint_flow(painter, spots, chosen, d, KERNELS[kernel], ("weights", "weight", "grad_x", "pixel"))
    if kind != "pixel":
        pills += _paint_flow(painter, spots, chosen, d, PICTURE, ("picture", "pixel", "grad_weight", "weight"))
    for name, spot in spots.items():
        _paint_grid(painter, spot, values[name], REACH[name], alpha=VEIL)
    _paint_outlines(painter, spots, chosen, kind, cell)
    later = place_in_order(cell, d.shape) + 1 if kind == "output" and show == SO_FAR else d.size
    for name, spot in spots.items():
        _paint_numbers(painter, spot, values[name], REACH[name], later if name == "arriving" else LAST)
    for pill in pills:
        _paint_pill(painter, *pill)
    _paint_words(painter, spots["arriving"], show, kind, cell, d)
    return painter.array()


def _paint_grid(painter, spot, values, reach, padding=0, alpha=1.0):
    rows, columns = spot.shape
    if padding:
        side = spot.cell * (rows + 2 * padding)
        corner = (spot.left - padding * spot.cell, spot.top - padding * spot.cell)
        painter.rectangle(*corner, side, side, fill=PADDING)
        painter.grid_lines(*corner, spot.cell, rows + 2 * padding, columns + 2 * padding, WHITE)
    backs = np.where(np.isnan(values), 0, values)
    box = (spot.left, spot.top, columns * spot.cell, rows * spot.cell)
    painter.image(backs, *box, colormap="diverging", limits=(-reach, reach), alpha=alpha)
    if alpha < 1:
        painter.grid_lines(spot.left, spot.top, spot.cell, rows, columns, GRID)


def _paint_flow(painter, spots, chosen, d, factors, names):
    """Draw each product's way from d through its factor to where it is added; return the strongest one's label."""
    middle, factor_kind, end, end_kind = names
    products = [d[term.output] * factors[getattr(term, factor_kind)] for term in chosen]
    strongest = max(map(abs, products), default=0)
    order = sorted(range(len(chosen)), key=lambda number: abs(products[number]))
    pills = []
    for number in order:
        term, product = chosen[number], products[number]
        through, into = getattr(term, factor_kind), getattr(term, end_kind)
        style = _line_style(product, strongest, number == order[-1])
        _paint_way(painter, spots["arriving"], term.output, spots[middle], through, style)
        label = _paint_way(painter, spots[middle], through, spots[end], into, style)
        if number == order[-1] and product:
            pills = [(label, d[term.output], factors[through], product)]
    return pills


def _line_style(product, strongest, first):
    if not product:
        return {"colour": GREY, "width": 1, "alpha": 0.5}
    colour = POSITIVE if product > 0 else NEGATIVE
    return {"colour": colour, "width": 1 + 4 * abs(product) / strongest, "alpha": 1 if first else 0.6}


def _paint_way(painter, source, here, target, there, style):
    """Draw a line from a cell of one grid to one of the next, level inside them; return its middle between them."""
    (x0, _), (x3, _), y0, y3 = source.at(here, 0), target.at(there, 1), source.lane(here), target.lane(there)
    x1, x2 = source.left, target.left + target.shape[1] * target.cell
    x, y = x1 + (x2 - x1) * BEND, y0 + (y3 - y0) * (3 - 2 * BEND) * BEND**2
    painter.polyline([(x0, y0), *zip(x.tolist(), y.tolist(), strict=True), (x3, y3)], **style)
    return (x1 + x2) / 2, (y0 + y3) / 2


def _paint_outlines(painter, spots, chosen, kind, cell):
    """Frame every cell that takes part thinly, and the chosen one boldly."""
    idle = {"pixel": "grad_weight", "weight": "grad_x"}.get(kind)
    for name, spot in spots.items():
        met = {getattr(term, spot.kind) for term in chosen} if name != idle else set()
        for place in met | ({cell} if spot.kind == kind else set()):
            x, y, bold = spot.left + place[1] * spot.cell, spot.top + place[0] * spot.cell, place == cell
            bold = bold and spot.kind == kind
            side, width = spot.cell + 1 + 2 * bold, 3 if bold else 1.5
            painter.rectangle(x - bold, y - bold, side, side, outline=INK, line_width=width)


def _paint_numbers(painter, spot, values, reach, bright):
    """Write a grid's numbers, white on dark cells, those from place `bright` on faintly."""
    size, columns = min(max(11, spot.cell * 0.4), 15), spot.shape[1]
    for place in np.ndindex(spot.shape):
        if not np.isnan(values[place]):
            alpha = 1 if place[0] * columns + place[1] < bright else 0.35
            ink = WHITE if abs(values[place]) > 0.7 * reach else INK
            x, y = spot.at(place)
            painter.text(x + 0.5, y + 0.5, short(values[place]), size, ink, anchor="mm", alpha=alpha)


def _paint_pill(painter, point, d, factor, product):
    text = f"{in_brackets(d)} · {in_brackets(factor)} = {short(product)}"
    width = painter.text_width(text, 12, True) + 16
    x, y = point
    edge = POSITIVE if product > 0 else NEGATIVE
    painter.rounded_rectangle(x - width / 2, y - 11, width, 22, 11, fill=WHITE, outline=edge, line_width=2)
    painter.text(x, y, text, 12, INK, True, "mm")


def _paint_words(painter, spot, show, kind, cell, d):
    """Write the grids' names, how far the sum has come, and what the lines mean."""
    middle = AREA / 2
    for x, y, title in (
        (LEFT, UPPER, "grad_x"),
        (MIDDLE, UPPER, "times the weights w"),
        (LEFT, LOWER, "grad_weight"),
        (MIDDLE, LOWER, "times the picture x"),
    ):
        painter.text(x + middle, y - 16, title, 13, INK, True, "mm")
    painter.text(RIGHT, UPPER - 16, "← read from right to left", 12.5, MUTED)
    painter.text(RIGHT, spot.top - 36, "d arrives at the outputs", 13, INK, True)
    counted = place_in_order(cell, d.shape) + 1
    progress = f"output {counted} of {d.size} sends it back" if kind == "output" else f"Σ over {d.size} outputs"
    painter.text(RIGHT, spot.top - 16, progress, 12, MUTED)
    part = d.ravel()[:counted] if kind == "output" and show == SO_FAR else d
    part = d[cell] if kind == "output" and show == ALONE else part
    painter.text(RIGHT, HEIGHT - 88, f"grad_bias = Σ d = {short(np.sum(part))}", 12.5, INK)
    for row, (colour, width, text) in enumerate(
        ((POSITIVE, 4, "a positive product"), (NEGATIVE, 4, "a negative product"), (GREY, 1, "a product of 0"))
    ):
        y = HEIGHT - 62 + 18 * row
        painter.line(RIGHT, y, RIGHT + 30, y, colour, width)
        painter.text(RIGHT + 38, y, text, 12, MUTED)


def short(value):
    """Write a number briefly, with a real minus sign."""
    return f"{value:.3g}".replace("-", "−")


def in_brackets(value):
    """Write a factor of a product; negative ones in brackets."""
    return f"({short(value)})" if value < 0 else short(value)
