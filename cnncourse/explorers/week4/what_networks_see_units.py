"""Explorer of notebook 4.3: a unit's nine strongest patches, what they are led back to, and where they lie."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, Painter, cell_at, learners, scale_for
from cnncourse.explorers.week4.what_networks_see_nets import (
    COUNT,
    HANDS,
    PHOTOS,
    ROAD,
    best_of,
    geometry_box,
    hits,
    inside,
    led_back,
    order,
    strongest,
)
from cnncourse.pictures.road_scenes import CLASSES
from cnncourse.plots import GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 350
SCALE = scale_for(WIDTH)
CELL, GAP, TOP = 88, 4, 56
LEFTS = (16, 306)  # of the two grids
WHOLE = (600, TOP, 264)  # left, top, side
WAYS = {"deconvnet": "by the deconvnet", "gradient": "by the gradient", "guided": "by guided backprop"}
SORTS = ("by number", *CLASSES)


def strongest_boxes(maps, layers, count):
    """Return (K, 5): picture, left, top, right, bottom of the strongest places: the course's own."""
    peaks = maps.reshape(len(maps), -1)
    chosen = np.argsort(-peaks.max(axis=1), kind="stable")[:count]
    places = [divmod(int(peaks[n].argmax()), maps.shape[2]) for n in chosen]
    return np.array([[n, *geometry_box(layers, place)] for n, place in zip(chosen, places, strict=True)])


def layer_at(net, depth):
    """Return the name of a network's layer at a depth from 0; depths beyond the last give the last."""
    layers = inside(net).layers
    return layers[min(depth, len(layers) - 1)]


def unit_at(net, layer, rank, first):
    """Return the number of the unit at a rank; ranks beyond the last give the last."""
    units = order(net, layer, first)
    return int(units[min(rank, len(units) - 1)])


def framed(picture, box, outside=252):
    """Return the piece of an `(H, W, 3)` picture in a box; what lies beyond the border is paper."""
    left, top, right, bottom = box
    H, W = picture.shape[:2]
    piece = np.full((max(bottom - top, 1), max(right - left, 1), 3), outside, picture.dtype)
    inside_rows, inside_columns = slice(max(top, 0), min(bottom, H)), slice(max(left, 0), min(right, W))
    part = picture[inside_rows, inside_columns]
    y, x = inside_rows.start - top, inside_columns.start - left
    piece[y : y + part.shape[0], x : x + part.shape[1]] = part
    return piece


def grey_centred(back):
    """Return a signed picture `(H, W, 3)` as uint8: 0 is grey, the largest absolute value reaches black or white."""
    reach = max(float(np.abs(back).max()), 1e-12)
    return np.round(127.5 + 127.5 * back / reach).astype(np.uint8)


def render(*, net, depth, rank, first, rule, chosen, boxes=None):
    """Paint both grids and the whole picture of the chosen patch; `boxes` are the learner's, `(K, 5)`."""
    layer, images = layer_at(net, depth), inside(net).images
    unit = unit_at(net, layer, rank, first)
    best, back = best_of(net, layer, unit), led_back(net, layer, unit, rule)
    frames = [(n, box) for n, _, _, box in best] if boxes is None else [(int(row[0]), tuple(row[1:])) for row in boxes]
    painter = Painter(WIDTH, HEIGHT, SCALE)
    for left, words in zip(LEFTS, ("its strongest patches", "led back to the pixels"), strict=True):
        painter.text(left, 22, words, 14, bold=True)
    painter.text(WHOLE[0], 22, "the chosen patch in its picture", 14, bold=True)
    painter.text(LEFTS[0], 41, f"unit {unit} of {strongest(net)[layer][0].shape[1]}, {layer}", 12, MUTED)
    painter.text(LEFTS[1], 41, WAYS[rule], 12, MUTED)
    for number, ((n, box), (*_, own)) in enumerate(zip(frames, best, strict=True)):
        x, y = ((number % 3) * (CELL + GAP), TOP + number // 3 * (CELL + GAP))
        painter.image(framed(images[n], box), LEFTS[0] + x, y, CELL, CELL, smooth=True, outline=GRID)
        painter.image(framed(grey_centred(back[number]), own), LEFTS[1] + x, y, CELL, CELL, smooth=True, outline=GRID)
        if number == chosen:
            for left in LEFTS:
                painter.rectangle(left + x - 3, y - 3, CELL + 6, CELL + 6, outline=ORANGE, line_width=4)
    _paint_whole(painter, images, *frames[chosen], best[chosen][2])
    return painter.array()


def _paint_whole(painter, images, number, box, activation):
    left, top, side = WHOLE
    scale = side / images.shape[2]
    painter.text(left, 41, f"picture {number}, activation {activation:.2f}", 12, MUTED)
    painter.image(images[number], left, top, side, side, smooth=True)
    x1, y1, x2, y2 = (min(max(edge * scale, 0), side) for edge in box)
    painter.rectangle(left + x1 - 1, top + y1 - 1, x2 - x1 + 2, y2 - y1 + 2, outline=WHITE, line_width=5)
    painter.rectangle(left + x1, top + y1, x2 - x1, y2 - y1, outline=ORANGE, line_width=3)
    painter.text(left, top + side + 16, "orange: all that this unit can see", 12, INK)


def caption(*, net, depth, rank, first, chosen, sentence="", **_):
    """Say how large the unit's field is, what the chosen patch is, and on what the nine lie."""
    layer = layer_at(net, depth)
    unit = unit_at(net, layer, rank, first)
    n, (row, column), activation, box = best_of(net, layer, unit)[chosen]
    words = (
        f"Unit <b>{unit}</b> of {layer} sees {box[2] - box[0]} × {box[3] - box[1]} pixels. Patch {chosen + 1}: picture "
        f"{n}, map row {row}, column {column}, activation <b>{activation:.2f}</b>."
    )
    counts = hits(net, layer)
    if counts is not None:
        on = ", ".join(f"{count} on a {name}" for name, count in zip(CLASSES, counts[unit], strict=True))
        words += f" Middles of the nine patches: {on}."
    elif first in CLASSES:
        words += " These pictures have no boxes: the units come by number."
    return f"{words} {sentence}".strip()


def alt(*, net, depth, rank, first, rule, chosen, **_):
    """Describe the picture in words."""
    layer = layer_at(net, depth)
    unit = unit_at(net, layer, rank, first)
    return (
        f"The nine patches that excite unit {unit} of {layer} in the {net} most, led back by the rule {rule}, and "
        f"patch {chosen + 1} in its whole picture."
    )


def pointer(event, *, chosen, **_):
    """Choose a patch by a click in either grid, or by the arrow keys."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {"chosen": min(max(chosen + 3 * down + right, 0), COUNT - 1)}
    if event.kind in ("click", "drag"):
        for left in LEFTS:
            cell = cell_at(event.x, event.y, left, TOP, CELL + GAP, 3, 3)
            if cell is not None:
                return {"chosen": 3 * cell[0] + cell[1]}
    return None


def units(own_boxes=None, **start):
    """Show a unit's nine strongest patches; a learner's own strongest_boxes cuts them when given.

    `start` sets net, depth, rank, first, rule and chosen.
    """
    own = learners(own_boxes, strongest_boxes)

    def boxes(net, depth, rank, first, rule):
        layer = layer_at(net, depth)
        activations, places, (h, w) = strongest(net)[layer]
        unit = unit_at(net, layer, rank, first)
        peaks = np.full((len(activations), h * w), -np.inf)
        np.put_along_axis(peaks, places[:, [unit]], activations[:, [unit]].astype(float), axis=1)
        peaks[np.isinf(peaks)] = activations.min() - 1
        return own(peaks.reshape(-1, h, w), list(inside(net).steps(layer)), COUNT)

    def asked(chosen, **state):
        return {} if own_boxes is None else {"boxes": boxes(**state)}

    def words(**state):
        asked(**state)
        return caption(**state, sentence="" if own_boxes is None else own.sentence)

    explorer = Explorer(
        lambda **state: render(**state, **asked(**state)),
        _controls(),
        title="What excites a unit?",
        note="Click a patch, or use the arrow keys. The first look into a network takes a second or two.",
        alt=alt,
        caption=words,
        pointer=pointer,
        state={"chosen": 0},
        scale=SCALE,
    )
    _fit_sliders(explorer)
    explorer.set(**start)
    return explorer


def _controls():
    return {
        "net": widgets.Dropdown(options=(ROAD, HANDS, PHOTOS), description="network"),
        "depth": widgets.IntSlider(3, 0, len(inside(ROAD).layers) - 1, description="layer"),
        "first": widgets.Dropdown(options=SORTS, value="car", description="units first that like"),
        "rule": widgets.Dropdown(options=tuple(WAYS), value="guided", description="way back"),
        "rank": widgets.IntSlider(0, 0, 127, description="unit by rank", layout=widgets.Layout(width="320px")),
    }


def _fit_sliders(explorer):
    """Let the sliders end at the last layer of the network and the last unit of the layer."""

    def fit(_=None):
        net, depth, rank = (explorer.controls[name] for name in ("net", "depth", "rank"))
        depth.max = len(inside(net.value).layers) - 1
        rank.max = strongest(net.value)[layer_at(net.value, depth.value)][0].shape[1] - 1

    for name in ("net", "depth"):
        explorer.controls[name].observe(fit, "value")
    fit()
