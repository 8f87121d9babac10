"""The volume explorer: channels and kernels as stacked sheets, one kernel at work, every shape and count beside it."""

import ipywidgets as widgets

from cnncourse.explorers import ARROWS, Explorer, cell_at
from cnncourse.explorers.week1.convolution_volume_picture import SCALE, Layer, clipped, layout, render


def volume_explorer(**start):
    """Show a convolution over volumes; `start` sets side, channels, kernels, kernel_size, stride, padding."""
    explorer = Explorer(
        render,
        _controls(),
        title="Convolution over volumes",
        note="Click a kernel to see it work. Click the output or the picture, or use the arrow keys, to move the "
        "window; Enter takes the next kernel.",
        alt=alt,
        caption=caption,
        scale=SCALE,
        pointer=pointer,
        state={"chosen": 0, "place": (0, 0)},
    )
    explorer.set(**start)
    return explorer


def caption(*, chosen, place, **sizes):
    """Say which numbers meet in the chosen window, and the shapes in both notations."""
    layer = Layer(**sizes)
    chosen, (i, j) = clipped(layer, chosen, place)
    f, C, K, n, m = layer.kernel_size, layer.channels, layer.kernels, layer.side, layer.out
    maps = "1 map" if K == 1 else f"{K} maps"
    windows = "window makes" if m == 1 else "windows make"
    kernels = "1 kernel makes" if K == 1 else f"{K} kernels make"
    return (
        f"Kernel {chosen + 1} multiplies {f}·{f}·{C} = <b>{f * f * C}</b> number{_s(f * f * C)} of the window with its "
        f"weights and adds up all products and its bias: <b>one</b> number, row {i}, column {j} of map {chosen + 1}. "
        f"{m}·{m} {windows} a map, {kernels} {maps}: {n} × {n} × {C} → <b>{m} × {m} × {K}</b>. "
        f"In code: x (1, {C}, {n}, {n}), weight ({K}, {C}, {f}, {f}), bias ({K},), output (1, {K}, {m}, {m})."
    )


def alt(*, chosen, place, **sizes):
    """Describe the picture in words."""
    layer = Layer(**sizes)
    return (
        f"A stack of {_sheets(layer.channels, layer.side)}, {layer.kernels} kernel{_s(layer.kernels)} of "
        f"{_sheets(layer.channels, layer.kernel_size)}, and an output of {_sheets(layer.kernels, layer.out)}."
    )


def _sheets(count, side):
    return f"{count} sheet{_s(count)} of {side} × {side}"


def _s(count):
    return "" if count == 1 else "s"


def pointer(event, *, chosen, place, **sizes):
    """Choose a kernel, or move the window."""
    layer = Layer(**sizes)
    chosen, place = clipped(layer, chosen, place)
    if event.kind == "key":
        return _after_key(event.key, layer, chosen, place)
    if event.kind not in ("click", "drag"):
        return None
    picture, kernels, output = layout(layer)
    left, top = output.sheet(chosen)
    cell = cell_at(event.x, event.y, left, top, output.cell, layer.out, layer.out)
    if cell is not None:
        return {"place": cell}
    pixel = cell_at(event.x, event.y, picture.x, picture.y, picture.cell, layer.padded, layer.padded)
    if pixel is not None:
        starts = tuple(round((index - (layer.kernel_size - 1) / 2) / layer.stride) for index in pixel)
        return {"place": clipped(layer, chosen, starts)[1]}
    hit = [number for number, stack in enumerate(kernels) if _inside(event, stack)]
    return {"chosen": hit[0]} if hit and event.kind == "click" else None


def _inside(event, stack):
    reach = stack.side + (stack.count - 1) * stack.step
    across, down = event.x - stack.x, event.y - (stack.y + stack.side - reach)
    return -4 <= across <= reach + 4 and -4 <= down <= reach + 22


def _after_key(key, layer, chosen, place):
    if key in ("Enter", " "):
        return {"chosen": (chosen + 1) % layer.kernels}
    down, right = ARROWS.get(key, (0, 0))
    return {"place": clipped(layer, chosen, (place[0] + down, place[1] + right))[1]}


def _controls():
    sliders = {
        "side": (6, 5, 12, "height = width"),
        "channels": (3, 1, 6, "channels"),
        "kernels": (2, 1, 6, "kernels"),
        "kernel_size": (3, 1, 5, "kernel size"),
        "stride": (1, 1, 3, "stride"),
        "padding": (0, 0, 2, "padding"),
    }
    width = widgets.Layout(width="250px")
    return {
        name: widgets.IntSlider(value, low, high, description=words, layout=width)
        for name, (value, low, high, words) in sliders.items()
    }
