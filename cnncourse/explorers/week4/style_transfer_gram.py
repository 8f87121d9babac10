"""Explorer of notebook 4.4: two channels, their product, and their cell in the Gram matrix; shuffle the places."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.painter import cell_at
from cnncourse.pictures import photo
from cnncourse.pictures.paintings import PAINTINGS, painting
from cnncourse.plots import DARK_ORANGE, GRID, INK, MUTED
from cnncourse.style.gram import gram_matrix

COLOURS = "red, green, blue"
PICTURES = ("cat", "china", "astronaut", *PAINTINGS[:4])
SIDE = 128
LEFT, MIDDLE, TOP, BELOW, BOX = 16, 222, 42, 268, 190
MATRIX = (446, 42, 384)  # left, top, side


@lru_cache(maxsize=8)
def picture_of(name):
    """Return a photo or painting `(128, 128, 3)` uint8."""
    return painting(name, SIDE) if name in PAINTINGS else np.round(photo(name, SIDE) * 255).astype(np.uint8)


def maps_reader(network):
    """Return a function (picture's name, layer, shuffled) → maps `(C, H, W)` float64; it remembers some."""

    @lru_cache(maxsize=64)
    def maps(name, layer, shuffled):
        values = torch.from_numpy(picture_of(name).transpose(2, 0, 1).copy())[None].float() / 255
        if layer != COLOURS:
            with torch.no_grad():
                values = network.features(values, [layer])[layer]
        found = values[0].double().numpy()
        return shuffle(found) if shuffled else found

    return maps


def shuffle(maps):
    """Return maps (C, H, W) with their places in another order, the same for every channel and every time."""
    C, H, W = maps.shape
    order = np.random.default_rng(44).permutation(H * W)
    return maps.reshape(C, H * W)[:, order].reshape(C, H, W)


def gram_of_maps(maps, centred):
    """Return the Gram matrix (C, C) of maps (C, H, W), of their deviations from the channels' means if `centred`."""
    if centred:
        maps = maps - maps.mean(axis=(1, 2), keepdims=True)
    return gram_matrix(torch.from_numpy(maps)[None])[0].numpy()


def gram_picture(read, *, picture, layer, shuffled, centred, k, m):
    """Paint picture, two maps, their product and the matrix with its chosen cell."""
    maps = read(picture, layer, shuffled)
    if centred:
        maps = maps - maps.mean(axis=(1, 2), keepdims=True)
    painter = Painter(850, 478)
    shown = maps_as_picture(read, picture, layer, shuffled)
    scheme = "diverging" if centred else "viridis"
    panels = (
        (LEFT, TOP, "The picture" + (", shuffled" if shuffled and layer == COLOURS else ""), shown),
        (MIDDLE, TOP, f"Channel {k} × channel {m}", maps[k] * maps[m]),
        (LEFT, BELOW, f"Channel {k}", maps[k]),
        (MIDDLE, BELOW, f"Channel {m}", maps[m]),
    )
    for x, y, title, values in panels:
        painter.text(x, y - 14, title, 13, bold=True)
        painter.image(values, x, y, BOX, BOX, colormap=scheme, outline=GRID)
    _matrix(painter, gram_of_maps(read(picture, layer, shuffled), centred), k, m, centred)
    return painter.array()


def maps_as_picture(read, picture, layer, shuffled):
    """Return the picture to show: shuffled only where the layer is the picture's own colours."""
    if layer != COLOURS or not shuffled:
        return picture_of(picture)
    return np.round(read(picture, COLOURS, True).transpose(1, 2, 0) * 255).astype(np.uint8)


def _matrix(painter, gram, k, m, centred):
    left, top, side = MATRIX
    C = len(gram)
    cell, reach = side / C, float(np.quantile(np.abs(gram), 0.99)) or 1.0
    scheme, limits = ("diverging", (-reach, reach)) if centred else ("viridis", (0, reach))
    painter.text(left, top - 14, f"{'Centred' if centred else 'Gram matrix'}, {C} × {C}", 13, bold=True)
    painter.image(gram, left, top, side, side, colormap=scheme, limits=limits, outline=GRID)
    painter.rectangle(left + m * cell - 3, top + k * cell - 3, cell + 6, cell + 6, outline=INK, line_width=5)
    painter.rectangle(left + m * cell - 2, top + k * cell - 2, cell + 4, cell + 4, outline=DARK_ORANGE, line_width=3)
    low = f"{-reach:,.0f}".replace("-", "−") if centred else "0"
    painter.image(
        np.linspace(0, 1, 128)[None], left + 60, top + side + 14, side - 160, 10, True, scheme, (0, 1), outline=GRID
    )
    painter.text(left + 54, top + side + 19, low, 11, MUTED, anchor="rm")
    painter.text(left + side - 94, top + side + 19, f"{reach:,.0f} and more", 11, MUTED)


def gram_caption(read, *, picture, layer, shuffled, centred, k, m):
    """Say the chosen cell's number, what shuffling does to the matrix, and the correlation of the two channels."""
    maps, original = read(picture, layer, shuffled), read(picture, layer, False)
    gram = gram_of_maps(maps, centred)
    what = "(channel − its mean) products" if centred else "products"
    words = f"Row {k}, column {m}: the {what} add up to <b>{_number(gram[k, m])}</b> over {maps[0].size:,} places."
    if shuffled:
        change = np.abs(gram - gram_of_maps(original, centred)).max() / np.abs(gram).max()
        moved = np.mean(np.any(maps != original, axis=0))
        words += (
            f" Shuffled: {moved:.0%} of the places now hold something else, and the matrix changed by {change:.0e}."
        )
    if np.ptp(maps[k]) == 0 or np.ptp(maps[m]) == 0:
        return f"{words} A channel that is the same everywhere correlates with none."
    return f"{words} Correlation of the two: {_number(correlation(maps, k, m), 2)}."


def correlation(maps, k, m):
    """Return the correlation coefficient of two channels over the places, 0 where one is constant."""
    gram = gram_of_maps(maps, True)
    spread = np.sqrt(gram[k, k] * gram[m, m])
    return float(gram[k, m] / spread) if spread > 0 else 0.0


def _number(value, digits=1):
    return f"{value:,.{digits}f}".replace("-", "−")


def gram_pointer(event, channels, *, k, m, **_):
    """Choose a cell by click or drag in the matrix, or by the arrow keys."""
    left, top, side = MATRIX
    steps = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
    if event.kind == "key" and event.key in steps:
        row, column = (min(max(a + b, 0), channels - 1) for a, b in zip((k, m), steps[event.key], strict=True))
        return {"k": row, "m": column}
    if event.kind in ("click", "drag"):
        cell = cell_at(event.x, event.y, left, top, side / channels, channels, channels)
        return {"k": cell[0], "m": cell[1]} if cell else None
    return None


def gram(network):
    """Let the learner look into the Gram matrices of `network`, which has `features` and `LAYERS`."""
    read = maps_reader(network)
    layers = (COLOURS, *network.LAYERS)

    def channels(layer, picture):
        return len(read(picture, layer, False))

    def inside(now):
        last = channels(now["layer"], now["picture"]) - 1
        return now | {"k": min(now["k"], last), "m": min(now["m"], last)}

    return Explorer(
        lambda **now: gram_picture(read, **inside(now)),
        {
            "picture": widgets.Dropdown(options=PICTURES, value="cat", description="picture"),
            "layer": widgets.Dropdown(options=layers, value=layers[1], description="layer"),
            "shuffled": widgets.ToggleButton(value=False, description="shuffle the places"),
            "centred": widgets.ToggleButton(value=False, description="take the means away", layout={"width": "190px"}),
        },
        title="Which channels fire together",
        note="Click a cell of the matrix, or use the arrow keys; then shuffle the places.",
        alt=lambda **now: f"Channels {now['k']} and {now['m']} of {now['layer']} and their cell of the Gram matrix.",
        caption=lambda **now: gram_caption(read, **inside(now)),
        pointer=lambda event, **now: gram_pointer(event, channels(now["layer"], now["picture"]), **inside(now)),
        state={"k": 0, "m": 1},
    )
