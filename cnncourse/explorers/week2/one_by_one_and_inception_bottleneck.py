"""The bottleneck explorer: a detour over few channels, its cost as bars and as a line over its width."""

import ipywidgets as widgets

from cnncourse.convolution import conv_multiplications
from cnncourse.explorers import ARROWS, Explorer, Painter, scale_for
from cnncourse.explorers.week2.one_by_one_and_inception_blocks import SLANT, block, millions
from cnncourse.plots import BLUE, GREY, GRID, INK, MUTED, ORANGE, PURPLE, WHITE

WIDTH, HEIGHT = 880, 548
SCALE = scale_for(WIDTH)
LEFT, TOP, RIGHT, BOTTOM = 92, 322, 850, 502  # the plot's frame
BARS, BAR_END = 168, 760
BLOCK_TOP, BLOCK_HEIGHT, THICKEST = 62, 76, 190


def bottleneck_cost(**start):
    """Show what a 1×1 convolution before a larger one saves; `start` sets side, channels, maps, kernel_size, width."""
    controls = _controls()
    explorer = Explorer(
        render,
        controls,
        title="A detour over few channels",
        note="Drag in the plot, or use the slider or the arrow keys, to change the width of the 1×1 convolution.",
        alt=alt,
        caption=caption,
        pointer=pointer,
        scale=SCALE,
    )
    controls["channels"].observe(lambda change: setattr(controls["width"], "max", change.new), "value")
    explorer.set(**{"channels": 192} | start)
    return explorer


def costs(*, side, channels, maps, kernel_size, width):
    """Return the multiplications of the direct way, and of the detour's two layers.

    >>> costs(side=28, channels=192, maps=32, kernel_size=5, width=16)
    (120422400, 2408448, 10035200)
    """
    first = conv_multiplications(channels, width, 1, side, side)
    second = conv_multiplications(width, maps, kernel_size, side, side)
    return conv_multiplications(channels, maps, kernel_size, side, side), first, second


def break_even(*, channels, maps, kernel_size):
    """Return the width at which the detour costs as much as the direct way, f²CK / (C + f²K), as a float.

    >>> round(break_even(channels=192, maps=32, kernel_size=5), 1)
    154.8
    """
    weights = kernel_size**2 * maps
    return weights * channels / (channels + weights)


def render(**state):
    """Draw the two ways as blocks, their costs as bars, and the cost over the width."""
    state = clipped(state)
    painter = Painter(WIDTH, HEIGHT, SCALE)
    _draw_ways(painter, **state)
    _draw_bars(painter, **state)
    _draw_plot(painter, **state)
    return painter.array()


def caption(**state):
    """Count both ways in numbers."""
    state = clipped(state)
    direct, first, second = costs(**state)
    n, C, K, f, r = (state[name] for name in ("side", "channels", "maps", "kernel_size", "width"))
    share = (first + second) / direct
    even = break_even(channels=C, maps=K, kernel_size=f)
    verdict = f"<b>{share:.1%}</b> of it" if share < 1 else f"<b>{share:.2f} times</b> as much"
    return (
        f"Direct: {n}·{n}·{f}·{f}·{C}·{K} = <b>{direct:,}</b> multiplications. Through {r}: {n}·{n}·{C}·{r} + "
        f"{n}·{n}·{f}·{f}·{r}·{K} = {first:,} + {second:,} = <b>{first + second:,}</b>, {verdict}. Both ways cost the "
        f"same at a width of {even:.1f}. Each pixel's {C} numbers {'become' if r == C else 'are squeezed into'} {r}."
    )


def alt(**state):
    """Describe the picture in words."""
    state = clipped(state)
    direct, first, second = costs(**state)
    return (
        f"Bars: directly {direct:,} multiplications, through {state['width']} channels {first:,} and {second:,}; "
        "below, the detour's cost as a straight line over its width, crossing the direct cost."
    )


def pointer(event, **state):
    """Set the width by a place in the plot, or by the arrow keys."""
    state = clipped(state)
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {"width": min(max(state["width"] + right - 8 * down, 1), state["channels"])}
    if event.kind not in ("click", "drag") or not TOP - 20 <= event.y <= BOTTOM + 20:
        return None
    width = round((event.x - LEFT) / (RIGHT - LEFT) * state["channels"])
    return {"width": min(max(width, 1), state["channels"])}


def clipped(state):
    """Return the state with a width that is not above the number of channels."""
    return state | {"width": min(state["width"], state["channels"])}


def _draw_ways(painter, side, channels, maps, kernel_size, width):
    size = f"{side} × {side} × "
    scale = THICKEST / max(channels, maps)
    blocks = ((40, channels, GREY), (430 - width * scale / 2, width, BLUE), (830 - maps * scale, maps, ORANGE))
    for x, count, colour in blocks:
        block(painter, x, BLOCK_TOP, count * scale, BLOCK_HEIGHT, colour)
        middle = min(max(x + count * scale / 2, 70), 800)
        painter.text(middle, BLOCK_TOP + BLOCK_HEIGHT + 15, f"{size}{count}", 13, INK, bold=True, anchor="mm")
    ends = [(x, x + max(count * scale, 2.5) + SLANT) for x, count, _ in blocks]
    _, first, second = costs(side=side, channels=channels, maps=maps, kernel_size=kernel_size, width=width)
    middle = BLOCK_TOP + BLOCK_HEIGHT / 2
    for (_, left), (right, _), words in (
        (ends[0], ends[1], f"1×1: {millions(first)}"),
        (ends[1], ends[2], f"{kernel_size}×{kernel_size}: {millions(second)}"),
    ):
        painter.arrow(left + 8, middle, right - 6, middle, INK, 1.6)
        painter.text((left + right) / 2, middle - 12, words, 13, INK, anchor="mm")
    painter.text(24, 20, "channels are drawn to scale; height and width stay", 12, MUTED)


def _draw_bars(painter, **state):
    direct, first, second = costs(**state)
    longest = max(direct, first + second)
    f = state["kernel_size"]
    for y, name, parts in (
        (190, f"{f}×{f} at once", ((direct, GREY, ""),)),
        (232, f"through {state['width']}", ((first, BLUE, "1×1"), (second, ORANGE, f"{f}×{f}"))),
    ):
        painter.text(BARS - 12, y + 15, name, 13, INK, bold=True, anchor="rm")
        x = BARS
        for number, colour, label in parts:
            length = (BAR_END - BARS) * number / longest
            painter.rectangle(x, y, max(length, 1), 30, fill=colour)
            if label and length > painter.text_width(label, 12) + 12:
                painter.text(x + length / 2, y + 15, label, 12, INK, anchor="mm")
            x += length
        painter.text(x + 8, y + 15, millions(sum(number for number, _, _ in parts)), 14, INK, bold=True)
    painter.text(BARS, 280, "multiplications for one picture; the blue part is the 1×1", 12, MUTED)


def _draw_plot(painter, side, channels, maps, kernel_size, width):
    sizes = {"side": side, "channels": channels, "maps": maps, "kernel_size": kernel_size}
    direct, first, second = costs(**sizes, width=width)
    widest = sum(costs(**sizes, width=channels)[1:])
    even = break_even(channels=channels, maps=maps, kernel_size=kernel_size)

    def place(r, cost):
        return LEFT + (RIGHT - LEFT) * r / channels, BOTTOM - (BOTTOM - TOP) * cost / (widest * 1.04)

    crossing, line = place(even, direct), place(0, direct)[1]
    painter.rectangle(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, fill=WHITE)
    painter.polygon([place(0, 0), place(0, direct), crossing], fill=BLUE, alpha=0.13)
    painter.polygon([place(channels, direct), place(channels, widest), crossing], fill=PURPLE, alpha=0.13)
    painter.rectangle(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, outline=GRID)
    painter.line(LEFT, line, RIGHT, line, INK, 1.6, dash=(7, 4))
    painter.polyline([place(0, 0), place(channels, widest)], BLUE, 3)
    at_once, same = f"{kernel_size}×{kernel_size} at once", f"the same at {even:.1f}"
    if crossing[0] > LEFT + 240:  # room for words left of the crossing
        painter.text(LEFT + 10, line + 14, at_once, 12, INK)
        painter.line(*crossing, crossing[0], BOTTOM, PURPLE, 1.4, dash=(3, 3))
        painter.text(crossing[0] - 8, BOTTOM - 12, same, 12, PURPLE, anchor="rm")
    else:
        painter.text(RIGHT - 10, line - 12, at_once, 12, INK, anchor="rm")
        painter.line(crossing[0], TOP + 8, crossing[0], BOTTOM, PURPLE, 1.4, dash=(3, 3))
        painter.text(crossing[0] + 8, TOP + 16, same, 12, PURPLE)
    painter.circle(*crossing, 5, fill=PURPLE, outline=INK)
    x, y = place(width, first + second)
    painter.line(x, y, x, BOTTOM, ORANGE, 2)
    painter.circle(x, y, 8, fill=ORANGE, outline=INK, line_width=1.5)
    _draw_axes(painter, channels, widest, place)


def _draw_axes(painter, channels, widest, place):
    for quarter in range(5):
        r = channels * quarter // 4
        painter.text(place(r, 0)[0], BOTTOM + 14, f"{r}", 12, MUTED, anchor="mm")
    for share in (0, 0.5, 1):
        painter.text(LEFT - 8, place(0, widest * share)[1], millions(widest * share) if share else "0", 12, MUTED,
                     anchor="rm")  # fmt: skip
    painter.text((LEFT + RIGHT) / 2, BOTTOM + 34, "width of the 1×1 convolution (channels)", 12, INK, anchor="mm")
    painter.text(LEFT, TOP - 12, "cost of the detour", 12, INK, bold=True)


def _controls():
    choices = {
        "side": ([7, 14, 28, 56], 28, "height = width"),
        "channels": ([32, 64, 192, 256, 480, 832], 192, "channels in"),
        "maps": ([16, 32, 64, 128, 256], 32, "maps out"),
        "kernel_size": ([1, 3, 5, 7], 5, "kernel size"),
    }
    narrow = widgets.Layout(width="250px")
    controls = {
        name: widgets.SelectionSlider(options=options, value=value, description=words, layout=narrow)
        for name, (options, value, words) in choices.items()
    }
    slider = widgets.IntSlider(16, 1, 192, description="width of the 1×1", layout=widgets.Layout(width="420px"))
    return {**controls, "width": slider}
