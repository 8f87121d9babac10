"""Exercise of notebook 4.3: the patches of pictures that excite a unit most."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def strongest_boxes(maps, layers, count):
    """Return (K, 5) whole numbers, strongest first: picture, left, top, right, bottom.

    maps (N, h, w) are one channel's activations on N pictures. Of each picture take the
    strongest place (of equal ones the first, row by row); of the pictures the count with
    the strongest (of equal ones the lower number first), or all N if there are fewer.

    The box is the place's receptive field, right and bottom exclusive. layers holds
    (kernel_size, stride, padding) of the layers, the picture's side first. Place i of a
    layer sees kernel_size places of the layer before it, from i · stride − padding on.
    Do not cut boxes off at the picture's border.

    Example: layers [(3, 1, 1), (2, 2, 0)], place row 1, column 2: the box is 3, 1, 7, 5.
    """
    flat = maps.reshape(len(maps), -1)
    boxes = []
    for n in np.argsort(-flat.max(axis=1), kind="stable")[:count]:
        low = high = np.array(np.unravel_index(flat[n].argmax(), maps.shape[1:]))
        for kernel_size, stride, padding in layers[::-1]:
            low = low * stride - padding
            high = high * stride - padding + kernel_size - 1
        boxes.append([n, low[1], low[0], high[1] + 1, high[0] + 1])
    return np.array(boxes)


def _ranked(strengths, count):
    return np.argsort(-strengths, kind="stable")[:count]


def _walked(place, layers):
    low = high = place
    for kernel_size, stride, padding in layers[::-1]:
        low, high = low * stride - padding, high * stride - padding + kernel_size - 1
    return low, high + 1


def _chooser(
    strength=lambda maps: maps.max(axis=(1, 2)),
    ranked=_ranked,
    place=lambda single: np.array(np.unravel_index(single.argmax(), single.shape)),
    walk=_walked,
    told=lambda n, low, high: [n, low[1], low[0], high[1], high[0]],
):
    """Return a chooser of patches with one part replaced."""

    def chosen(maps, layers, count):
        numbers = ranked(strength(maps), count)
        return np.array([told(n, *walk(place(maps[n]), list(layers))) for n in numbers])

    return chosen


def _sizes(layers):
    jump, size = 1, 1
    for kernel_size, stride, _ in layers:
        size, jump = size + (kernel_size - 1) * jump, jump * stride
    return jump, size


def _unscaled_padding(place, layers):
    jump, size = _sizes(layers)
    low = place * jump - sum(padding for *_, padding in layers)
    return low, low + size


def _centred(place, layers):
    jump, size = _sizes(layers)
    return place * jump - size // 2, place * jump - size // 2 + size


def _middle_of_cell(place, layers):
    jump, size = _sizes(layers)
    low = place * jump + jump // 2 - size // 2
    return low, low + size


def _cell_alone(place, layers):
    jump, _ = _sizes(layers)
    return place * jump, (place + 1) * jump


def _last_kernel(place, layers):
    low, _ = _walked(place, layers)
    return low, low + layers[-1][0]


def _kernels_added(place, layers):
    low, _ = _walked(place, layers)
    return low, low + 1 + sum(kernel_size - 1 for kernel_size, *_ in layers)


def _unpadded(place, layers):
    return _walked(place, [(kernel_size, stride, 0) for kernel_size, stride, _ in layers])


def _unstrided(place, layers):
    return _walked(place, [(kernel_size, 1, padding) for kernel_size, _, padding in layers])


def _padding_both(place, layers):
    low = high = place
    for kernel_size, stride, padding in layers[::-1]:
        low, high = low * stride - padding, high * stride + padding + kernel_size - 1
    return low, high + 1


def _clipped(place, layers):
    low, high = _walked(place, layers)
    return np.maximum(low, 0), high


def _all_places(maps, layers, count):
    order = np.argsort(-maps, axis=None, kind="stable")[:count]
    found = []
    for n, *place in zip(*np.unravel_index(order, maps.shape), strict=True):
        low, high = _walked(np.array(place), list(layers))
        found.append([n, low[1], low[0], high[1], high[0]])
    return np.array(found)


_padding_forgotten = _chooser(walk=_unpadded)
_padding_once = _chooser(walk=_unscaled_padding)
_first_layer_first = _chooser(walk=lambda place, layers: _walked(place, layers[::-1]))
_stride_forgotten = _chooser(walk=_unstrided)
_around_corner = _chooser(walk=_centred)
_around_middle = _chooser(walk=_middle_of_cell)
_one_cell = _chooser(walk=_cell_alone)
_last_kernel_alone = _chooser(walk=_last_kernel)
_sizes_added = _chooser(walk=_kernels_added)
_wider_by_padding = _chooser(walk=_padding_both)
_cut_off = _chooser(walk=_clipped)
_inclusive = _chooser(told=lambda n, low, high: [n, low[1], low[0], high[1] - 1, high[0] - 1])
_rows_first = _chooser(told=lambda n, low, high: [n, low[0], low[1], high[0], high[1]])
_width_height = _chooser(told=lambda n, low, high: [n, low[1], low[0], *(high - low)[::-1]])
_the_place = _chooser(walk=lambda place, layers: (place, place + 1))
_by_height = _chooser(place=lambda single: np.array(divmod(int(single.argmax()), single.shape[0])))
_last_place = _chooser(
    place=lambda single: np.array(np.unravel_index(single.size - 1 - single[::-1, ::-1].argmax(), single.shape))
)
_weakest_place = _chooser(place=lambda single: np.array(np.unravel_index(single.argmin(), single.shape)))
_by_mean = _chooser(strength=lambda maps: maps.mean(axis=(1, 2)))
_by_size = _chooser(
    strength=lambda maps: np.abs(maps).max(axis=(1, 2)),
    place=lambda single: np.array(np.unravel_index(np.abs(single).argmax(), single.shape)),
)
_weakest_first = _chooser(ranked=lambda strengths, count: np.argsort(strengths, kind="stable")[:count])
_turned_round = _chooser(ranked=lambda strengths, count: np.argsort(strengths, kind="stable")[::-1][:count])
_turned_unstable = _chooser(ranked=lambda strengths, count: np.argsort(strengths)[::-1][:count])
_unstable = _chooser(ranked=lambda strengths, count: np.argsort(-strengths)[:count])
_as_they_come = _chooser(ranked=lambda strengths, count: np.arange(min(count, len(strengths))))
_by_number = _chooser(ranked=lambda strengths, count: np.sort(_ranked(strengths, count)))
_rank_told = _chooser()


def _rank_not_number(maps, layers, count):
    boxes = _rank_told(maps, layers, count)
    boxes[:, 0] = np.arange(len(boxes))
    return boxes


def _plain(maps, layers, count):
    """Return the same by sets of pixels and a sorted list of every place."""
    best = {}
    places = [(-float(maps[place]), *place) for place in np.ndindex(maps.shape)]
    for _, n, row, column in sorted(places):
        best.setdefault(n, (row, column))  # a dictionary keeps the order in which pictures were first met
    boxes = []
    for n, place in list(best.items())[:count]:
        edges = []
        for start in place[::-1]:
            seen = {start}
            for kernel_size, stride, padding in reversed(layers):
                seen = {i * stride - padding + k for i in seen for k in range(kernel_size)}
            edges.append((min(seen), max(seen) + 1))
        (left, right), (top, bottom) = edges
        boxes.append([n, left, top, right, bottom])
    return np.array(boxes)


def _cases():
    def case(what, maps, layers, count, expected=None):
        maps = np.array(maps, float)
        return Case(what, (maps, layers, count), _plain(maps, layers, count) if expected is None else expected)

    one = np.zeros((1, 3, 4))
    one[0, 1, 2] = 5
    yield case("the example", one, [(3, 1, 1), (2, 2, 0)], 1, np.array([[0, 3, 1, 7, 5]]))
    yield case("one layer without padding", one, [(5, 3, 0)], 9, np.array([[0, 6, 3, 11, 8]]))
    yield case("one layer with padding: 2 · 2 − 3 = 1", one, [(7, 2, 3)], 1, np.array([[0, 1, -1, 8, 6]]))
    rng = np.random.default_rng(3)
    three = rng.permutation(5 * 4 * 7).reshape(5, 4, 7)
    yield case("five pictures, the strongest three, ZFNet's first layers", three, [(7, 2, 1), (3, 2, 1), (5, 2, 0)], 3)
    yield case("more asked for than there are pictures", three, [(3, 2, 1), (3, 1, 2)], 9)
    tied = rng.integers(0, 3, (6, 5, 3))
    yield case("many equal activations", tied, [(3, 1, 1), (2, 2, 0), (3, 1, 0)], 4)
    many = rng.integers(0, 4, (60, 2, 3))
    yield case("sixty pictures, many equal activations", many, [(3, 1, 1), (2, 2, 0)], 25)
    distinct = rng.permutation(40 * 3 * 2).reshape(40, 3, 2)
    yield case("forty pictures, the strongest twelve", distinct, [(5, 3, 1)], 12)
    yield case("negative activations, as a leaky ReLU gives", rng.normal(-1, 2, (4, 3, 6)), [(4, 3, 2), (3, 2, 1)], 2)
    yield case("all negative", -1 - rng.random((3, 6, 2)), [(3, 1, 1), (3, 1, 1), (2, 2, 0)], 3)
    yield case("layers told as a tuple", three[:3], ((5, 1, 2), (2, 2, 0), (3, 1, 1), (2, 2, 0)), 2)
    steady = np.zeros((3, 4, 5))
    steady[0], steady[1, 2, 3], steady[2, 3, 0] = 1.0, 6.0, 4.0
    yield case("a picture with a high mean and no high place", steady, [(3, 2, 0), (3, 2, 1)], 2)


STRONGEST_BOXES = Exercise(
    solution=strongest_boxes,
    cases=_cases,
    mistakes={
        _padding_forgotten: "Your boxes begin too far right and down: a layer's padding moves its first window out of "
        "the picture, so place i begins at i · stride − padding.",
        _padding_once: "You subtract the sum of all paddings. A deeper layer's padding counts in pixels of its own "
        "input: it is multiplied by the strides before it. Walk back layer by layer.",
        _around_corner: "You lay the field around place · stride. A unit's field begins at i · stride − padding of "
        "each layer; where it is centred follows from that.",
        _around_middle: "You lay the field around the middle of a cell of the map. That is right only by chance: walk "
        "back through the layers' paddings.",
        _first_layer_first: "You walk from the first layer to the last; begin with the last, layers[::-1].",
        _stride_forgotten: "You forget the strides: a step in the map is several pixels in the picture.",
        _one_cell: "You cut the cell of the map's grid. The unit sees more: its whole receptive field.",
        _last_kernel_alone: "Your boxes are as large as the last kernel: every layer on the way back widens the field.",
        _sizes_added: "Your field is 1 + the sum of (kernel_size − 1): a deeper kernel's steps are several pixels "
        "wide. Walk the last pixel back too: high · stride − padding + kernel_size − 1.",
        _wider_by_padding: "You add the padding at the far end. Padding moves both ends the same way: − padding.",
        _cut_off: "Do not cut the boxes off at the border: negative edges are wanted here.",
        _inclusive: "Your right and bottom are the last pixels inside. Exclusive ends are one more.",
        _rows_first: "You return top, left, bottom, right: left, top, right, bottom is wanted, columns before rows.",
        _width_height: "You return width and height in place of right and bottom.",
        _the_place: "You return the place in the map: lead it back to the picture through the layers.",
        _by_height: "You divide the flat place by the map's height. A row holds w places: divmod(place, w).",
        _last_place: "Of equal places in a picture you take the last. The first, row by row, is wanted: argmax.",
        _weakest_place: "You take the weakest place of each picture: argmax, not argmin.",
        _all_places: "Several of your boxes come from one picture. Take at most one of each, its strongest.",
        _by_mean: "You order the pictures by their mean activation. One strong place is what counts: the maximum.",
        _by_size: "You take absolute values. A strongly negative unit is not excited.",
        _weakest_first: "You begin with the weakest picture: argsort sorts upwards.",
        _turned_round: "Of equal pictures the higher number comes first with you, as after sorting (strength, number) "
        "downwards: sort by −strength, stably.",
        _turned_unstable: "Equal pictures come in another order: an ascending argsort turned round. "
        "np.argsort(-strongest, kind='stable') keeps the order.",
        _unstable: "Where activations are equal, argsort by itself may exchange them once there are many: "
        "np.argsort(-strongest, kind='stable') keeps the lower number first.",
        _as_they_come: "You take the first pictures, not those with the strongest activations.",
        _by_number: "The right pictures, but sorted by number: the strongest comes first.",
        _rank_not_number: "The first column holds the rank with you; the number of the picture is wanted.",
    },
    hints=(
        "maps.reshape(len(maps), -1).max(axis=1) are the pictures' strongest; np.argsort(-…, kind='stable') sorts.",
        "np.unravel_index(maps[n].argmax(), maps.shape[1:]) is the place (row, column).",
        "Walk back, last layer first: low · stride − padding, high · stride − padding + kernel_size − 1.",
    ),
    minutes=12,
    difficulty=3,
    points=3,
)
