"""The parameter counter: a dense layer, one with sparse connections, and a convolution, on a logarithmic scale."""

import math
from dataclasses import dataclass

import ipywidgets as widgets

from cnncourse.convolution import conv_parameters, output_size, same_padding
from cnncourse.explorers import Explorer, Painter, scale_for
from cnncourse.plots import BLUE, GREY, GRID, INK, MUTED, PURPLE

WIDTH, HEIGHT = 880, 462
SCALE = scale_for(WIDTH)
LEFT, RIGHT, DECADES = 268, 690, 15
SCALE_WORDS = {0: "1", 3: "thousand", 6: "million", 9: "billion", 12: "trillion", 15: "1,000 trillion"}


@dataclass(frozen=True)
class Counts:
    """Numbers to learn, and connections, of three layers between the same input and output."""

    out: int
    dense: int
    local: int
    shared: int
    dense_connections: int
    connections: int


def parameter_counter(**start):
    """Compare a convolution with a dense layer of the same shape; `start` sets controls by name."""
    explorer = Explorer(
        render,
        _controls(),
        title="What sparse connections save, and what sharing saves",
        note="Each mark of the scale is a thousand times the one before. Change the picture's side: which bar stays?",
        alt=alt,
        caption=caption,
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer


def counts(*, side, in_channels, out_channels, kernel_size, same):
    """Return the Counts of layers from side × side × in_channels to the convolution's output.

    >>> counts(side=32, in_channels=3, out_channels=6, kernel_size=5, same=False).shared
    456
    """
    padding = same_padding(kernel_size) if same else 0
    out = output_size(side, kernel_size, padding=padding)
    inputs, outputs = side * side * in_channels, out * out * out_channels
    along = sum(min(i - padding + kernel_size, side) - max(i - padding, 0) for i in range(out))
    return Counts(
        out=out,
        dense=inputs * outputs + outputs,
        local=outputs * (kernel_size * kernel_size * in_channels + 1),
        shared=conv_parameters(in_channels, out_channels, kernel_size),
        dense_connections=inputs * outputs,
        connections=along * along * in_channels * out_channels,
    )


def render(**state):
    """Draw the counts as bars."""
    found = counts(**state)
    painter = Painter(WIDTH, HEIGHT, SCALE)
    out, n, C, K, f = found.out, state["side"], state["in_channels"], state["out_channels"], state["kernel_size"]
    painter.text(20, 24, f"{n} × {n} × {C}  →  {out} × {out} × {K}", 17, INK, bold=True)
    painter.text(20, 60, "numbers to learn", 14, INK, bold=True)
    _draw_bar(painter, 84, "dense layer", f"{out}·{out}·{K} · ({n}·{n}·{C} + 1)", found.dense, GREY)
    _draw_saving(painter, 131, found.dense / found.local, "sparse connections: each output sees one window")
    _draw_bar(painter, 152, "sparse, not shared", f"{out}·{out}·{K} · ({f}·{f}·{C} + 1)", found.local, PURPLE)
    _draw_saving(painter, 199, found.local / found.shared, f"sharing: one kernel for all {out}·{out} places")
    _draw_bar(painter, 220, "convolution", f"{K} · ({f}·{f}·{C} + 1)", found.shared, BLUE)
    painter.text(20, 294, "connections = multiplications", 14, INK, bold=True)
    _draw_bar(painter, 318, "dense layer", "every input to every output", found.dense_connections, GREY)
    _draw_bar(painter, 372, "sparse or convolution", "windows only, padding left out", found.connections, BLUE)
    _draw_scale(painter)
    return painter.array()


def caption(**state):
    """Say what the bars say, in words."""
    found = counts(**state)
    times = found.dense / found.shared
    share = found.connections / found.dense_connections
    return (
        f"The convolution learns <b>{found.shared:,}</b> numbers, the dense layer <b>{found.dense:,}</b>, "
        f"{_rounded(times)} times as many. Of the dense layer's connections {_percent(share)} exist in the "
        "convolution. The others are not weights set to zero: there is nothing there to store, to multiply or to learn."
    )


def alt(**state):
    """Describe the picture in words."""
    found = counts(**state)
    return f"Bars: dense {found.dense:,}, sparse {found.local:,}, convolution {found.shared:,} numbers to learn."


def _draw_bar(painter, y, name, formula, value, colour):
    painter.text(LEFT - 14, y + 9, name, 13, INK, bold=True, anchor="rm")
    painter.text(LEFT - 14, y + 27, formula, 12, MUTED, anchor="rm")
    end = _place(value)
    painter.rounded_rectangle(LEFT, y, max(end - LEFT, 3), 34, 4, fill=colour)
    painter.text(end + 10, y + 17, f"{value:,}", 15, INK, bold=True)


def _draw_saving(painter, y, times, words):
    painter.text(LEFT + 6, y, f"÷ {_rounded(times)}   {words}", 12, INK)


def _draw_scale(painter):
    for decade in range(0, DECADES + 1, 3):
        x = _place(10**decade)
        painter.line(x, 424, x, 432, MUTED, 1)
        painter.text(x, 444, SCALE_WORDS[decade], 12, MUTED, anchor="mm")
    painter.line(LEFT, 428, RIGHT, 428, GRID, 1.5)


def _place(value):
    return LEFT + (RIGHT - LEFT) * math.log10(max(value, 1)) / DECADES


def _rounded(times):
    return f"{times:,.0f}" if times >= 10 else f"{times:.1f}"


def _percent(share):
    return f"{100 * share:.1f} %" if share >= 0.001 else f"{100 * share:.2g} %"


def _controls():
    choices = {
        "side": ([12, 16, 28, 32, 64, 112, 224], 32, "height = width"),
        "in_channels": ([1, 3, 16, 64, 256], 3, "channels in"),
        "out_channels": ([1, 2, 6, 16, 64, 256], 6, "channels out"),
        "kernel_size": ([1, 3, 5, 7, 11], 5, "kernel size"),
    }
    width = widgets.Layout(width="250px")
    controls = {
        name: widgets.SelectionSlider(options=options, value=value, description=words, layout=width)
        for name, (options, value, words) in choices.items()
    }
    return {**controls, "same": widgets.Checkbox(False, description="same padding", indent=False, layout=width)}
