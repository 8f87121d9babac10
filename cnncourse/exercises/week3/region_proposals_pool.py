"""Exercise of notebook 3.5: RoI pooling of one box."""

import math

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def roi_max_pool(features, box, output_size, spatial_scale):
    """Return the largest feature in each bin of a box, an array (C, h, w).

    features (C, H, W) is a map; box (4,), x1, y1, x2, y2, is in pixels of the picture;
    output_size is (h, w). First round the box to cells: x1, y1, x2, y2 times spatial_scale,
    each to the nearest whole number, halves up: floor(… + 0.5). The cells are columns x1 to
    x2 − 1, rows y1 to y2 − 1; here at least one each, all on the map. Then part them: of L
    rows, counted from the first, bin i of h holds floor(i·L/h) to ceil((i + 1)·L/h) − 1;
    columns likewise. So the bins cover all cells; neighbours may share some.

    Example: box [16, 0, 96, 32] at 1/16 are columns 1 to 5, rows 0 and 1. output_size
    (1, 2): the bins hold columns 1, 2, 3 and columns 3, 4, 5.
    """
    x1, y1, x2, y2 = (math.floor(edge * spatial_scale + 0.5) for edge in box)
    (h, w), cells = output_size, features[:, y1:y2, x1:x2]
    C, H, W = cells.shape
    pooled = np.zeros((C, h, w))
    for i in range(h):
        for j in range(w):
            rows = slice(i * H // h, math.ceil((i + 1) * H / h))
            columns = slice(j * W // w, math.ceil((j + 1) * W / w))
            pooled[:, i, j] = cells[:, rows, columns].max(axis=(1, 2))
    return pooled


def _halves_up(edge):
    return math.floor(edge + 0.5)


def _floor_ceil(i, length, bins):
    return i * length // bins, math.ceil((i + 1) * length / bins)


def _pooled(
    rounded=lambda box, s: [_halves_up(edge * s) for edge in box],
    bins=_floor_ceil,
    reduce=lambda cells: cells.max(axis=(1, 2), initial=-np.inf),
    size=lambda size: size,
):
    """Return a roi_max_pool with one part replaced; an empty bin gives minus infinity, or what `reduce` makes of it."""

    def pool(features, box, output_size, spatial_scale):
        x1, y1, x2, y2 = (max(int(edge), 0) for edge in rounded(box, spatial_scale))
        cells, (h, w) = features[:, y1:y2, x1:x2], size(output_size)
        pooled = np.zeros((len(features), h, w))
        for i, j in np.ndindex(h, w):
            rows, columns = (slice(*bins(*part)) for part in ((i, cells.shape[1], h), (j, cells.shape[2], w)))
            pooled[:, i, j] = reduce(cells[:, rows, columns])
        return np.where(np.isfinite(pooled), pooled, 0)

    return pool


def _each(edge):
    return lambda box, s: [edge(value * s) for value in box]


_all_down = _pooled(_each(math.floor))
_all_up = _pooled(_each(math.ceil))
_outwards = _pooled(lambda box, s: [math.floor(e * s) for e in box[:2]] + [math.ceil(e * s) for e in box[2:]])
_inwards = _pooled(lambda box, s: [math.ceil(e * s) for e in box[:2]] + [math.floor(e * s) for e in box[2:]])
_to_even = _pooled(_each(round))
_halves_down = _pooled(_each(lambda edge: math.ceil(edge - 0.5)))
_end_taken_in = _pooled(lambda box, s: [_halves_up(e * s) for e in box[:2]] + [_halves_up(e * s) + 1 for e in box[2:]])
_not_scaled = _pooled(lambda box, s: [_halves_up(e) for e in box])
_divided = _pooled(lambda box, s: [_halves_up(e / s) for e in box])
_rounded_first = _pooled(lambda box, s: [_halves_up(_halves_up(e) * s) for e in box])
_size_rounded = _pooled(
    lambda box, s: [
        _halves_up(box[0] * s),
        _halves_up(box[1] * s),
        _halves_up(box[0] * s) + _halves_up((box[2] - box[0]) * s),
        _halves_up(box[1] * s) + _halves_up((box[3] - box[1]) * s),
    ]
)
_as_size = _pooled(lambda box, s: [_halves_up(e * s) for e in (box[0], box[1], box[0] + box[2], box[1] + box[3])])
_turned_box = _pooled(lambda box, s: [_halves_up(box[k] * s) for k in (1, 0, 3, 2)])
_floors = _pooled(bins=lambda i, n, b: (i * n // b, (i + 1) * n // b))
_ceils = _pooled(bins=lambda i, n, b: (math.ceil(i * n / b), math.ceil((i + 1) * n / b)))
_rounded_bins = _pooled(bins=lambda i, n, b: (round(i * n / b), round((i + 1) * n / b)))
_equal_bins = _pooled(bins=lambda i, n, b: (i * (n // b), (i + 1) * (n // b)))
_at_least_one = _pooled(bins=lambda i, n, b: (i * n // b, max((i + 1) * n // b, i * n // b + 1)))
_rest_to_last = _pooled(bins=lambda i, n, b: (i * (n // b), n if i == b - 1 else (i + 1) * (n // b)))
_wide_bins = _pooled(bins=lambda i, n, b: (i * math.ceil(n / b), (i + 1) * math.ceil(n / b)))
_floor_and_one = _pooled(bins=lambda i, n, b: (i * n // b, (i + 1) * n // b + 1))
_whole_numbers = _pooled(reduce=lambda cells: np.trunc(cells.max(axis=(1, 2), initial=-np.inf)))
_one_more = _pooled(bins=lambda i, n, b: (i * n // b, math.ceil((i + 1) * n / b) + 1))
_mean = _pooled(reduce=lambda cells: cells.mean(axis=(1, 2)) if cells.size else 0)
_smallest = _pooled(reduce=lambda cells: cells.min(axis=(1, 2), initial=np.inf))
_from_zero = _pooled(reduce=lambda cells: cells.max(axis=(1, 2), initial=0))
_over_channels = _pooled(reduce=lambda cells: cells.max(initial=-np.inf))
_middle_cell = _pooled(reduce=lambda c: c[:, c.shape[1] // 2, c.shape[2] // 2] if c.size else 0)
_absolute = _pooled(reduce=lambda cells: abs(cells).max(axis=(1, 2), initial=0))
_turned_size = _pooled(size=lambda size: size[::-1])


def _turned_output(features, box, output_size, spatial_scale):
    return _pooled()(features, box, output_size, spatial_scale).transpose(0, 2, 1)


def _whole_map(features, box, output_size, spatial_scale):
    H, W = features.shape[1:]
    return _pooled()(features, [0, 0, W, H], output_size, 1)


def _sampled(features, box, output_size, spatial_scale):
    """Nearest cells, as when a picture is resized."""
    x1, y1, x2, y2 = (_halves_up(edge * spatial_scale) for edge in box)
    rows = y1 + (np.arange(output_size[0]) + 0.5) * (y2 - y1) / output_size[0]
    columns = x1 + (np.arange(output_size[1]) + 0.5) * (x2 - x1) / output_size[1]
    return features[:, rows.astype(int)][:, :, columns.astype(int)].astype(float)


def _plain(features, box, output_size, scale):
    """Return the pooled box in fractions of whole numbers: every cell is offered to every bin."""
    doubled = [2 * edge * scale for edge in box]
    x1, y1, x2, y2 = (math.floor((twice + 1) / 2) for twice in doubled)
    C, (h, w) = len(features), output_size
    pooled = np.full((C, h, w), -np.inf)
    for c, i, j in np.ndindex(C, h, w):
        for y in range(y2 - y1):
            for x in range(x2 - x1):  # a cell from y to y + 1 overlaps the bin from i·L/h to (i + 1)·L/h
                in_rows = y * h < (i + 1) * (y2 - y1) and (y + 1) * h > i * (y2 - y1)
                in_columns = x * w < (j + 1) * (x2 - x1) and (x + 1) * w > j * (x2 - x1)
                if in_rows and in_columns:
                    pooled[c, i, j] = max(pooled[c, i, j], features[c, y1 + y, x1 + x])
    return pooled


def _pool_cases():
    def case(what, features, box, size, scale):
        features, box = np.array(features, float), np.array(box, float)
        return Case(what, (features, box, size, scale), _plain(features, box.tolist(), size, scale))

    rows = [[1, 2, 9, 4, 3, 8, 0], [5, 1, 2, 6, 7, 1, 9], [9, 9, 9, 9, 9, 9, 9]]
    features, box = np.array([rows], float), np.array([16.0, 0, 96, 32])
    yield Case("the box of the example", (features, box, (1, 2), 1 / 16), np.array([[[9.0, 8.0]]]))
    rng = np.random.default_rng(75)
    maps = {shape: rng.permutation(np.prod(shape)).reshape(shape) - np.prod(shape) // 2 for shape in (
        (2, 9, 13), (3, 12, 8), (1, 7, 15))}  # fmt: skip
    a, b, c = maps.values()
    yield case("bins that share cells", a, [2, 1, 9, 6], (2, 3), 1)
    yield case("7 rows, 2 bins; 5 columns, 4 bins", b, [1, 3, 6, 10], (2, 4), 1)
    yield case("edges to be rounded up and down", a, [13, 11, 70, 50], (2, 2), 1 / 8)
    yield case("edges just below the half", b, [39.6, 8, 103.8, 71.7], (3, 2), 1 / 16)
    yield case("an edge half-way between two cells", c, [20, 4, 84, 44], (3, 2), 1 / 8)
    yield case("fewer cells than bins", a, [24, 16, 48, 40], (4, 5), 1 / 8)
    yield case("one cell", b, [33, 63, 47, 81], (2, 3), 1 / 16)
    yield case("the whole map", c, [0, 0, 240, 112], (3, 4), 1 / 16)
    yield case("negative numbers and fractions", -1 - abs(a) / 4, [8, 4, 50, 34], (2, 3), 1 / 4)
    for size, scale in (((3, 7), 0.25), ((5, 2), 0.1), ((4, 3), 1 / 3)):
        corners = np.sort(rng.uniform(0.2, [12.6, 8.6], (2, 2)), axis=0)
        corners[1] = np.maximum(corners[1], corners[0] + 2.2).clip(0, [13, 9])
        yield case(f"{size[0]} × {size[1]} bins, scale {scale:.3g}", a, (corners / scale).ravel().round(1), size, scale)


ROI_MAX_POOL = Exercise(
    solution=roi_max_pool,
    cases=_pool_cases,
    mistakes={
        _all_down: "You round every edge down. The nearest whole number is wanted: floor(… + 0.5).",
        _all_up: "You round every edge up. The nearest whole number is wanted: floor(… + 0.5).",
        _outwards: "You round outwards: x1, y1 down and x2, y2 up. Each edge goes to the nearest whole number.",
        _inwards: "You round inwards: x1, y1 up and x2, y2 down. Each edge goes to the nearest whole number.",
        _to_even: "Python's round takes halves to the EVEN number: round(2.5) is 2. Use floor(… + 0.5).",
        _halves_down: "You round halves down: 2.5 becomes 2. Halves go up: floor(… + 0.5).",
        _end_taken_in: "You take the cells x2 and y2 in: the last ones are x2 − 1 and y2 − 1.",
        _not_scaled: "You forgot spatial_scale: the box is in pixels, the map in cells.",
        _divided: "You divide by spatial_scale: it is cells to a pixel, so multiply.",
        _rounded_first: "You round the pixels before you scale them. Scale first, round once.",
        _size_rounded: "You round the corner and the size. Round all four edges: the size follows.",
        _as_size: "You read the last two numbers of the box as width and height. They are x2 and y2.",
        _turned_box: "x and y of the box are swapped: rows are y, columns x.",
        _floors: "Both ends of your bins are rounded down: with fewer cells than bins some are empty, and cells on a "
        "border between bins belong to one only. Begin with floor, end with ceil.",
        _ceils: "Both ends of your bins are rounded up. Begin with floor, end with ceil.",
        _rounded_bins: "The ends of your bins are rounded to the nearest cell. Begin with floor, end with ceil.",
        _equal_bins: "All your bins have L // h cells, so the last rows and columns are in no bin: the bins must cover "
        "the region.",
        _at_least_one: "Your bins end at floor (and have a cell at least). The end is ceil: neighbours may share.",
        _rest_to_last: "Your bins have L // h cells, and the last takes the rest. Spread them: floor(i·L/h) to "
        "ceil((i + 1)·L/h).",
        _wide_bins: "Your bins have ceil(L / h) cells each and begin too late: the last ones are too small, or empty.",
        _floor_and_one: "Your bins end at floor + 1, which is one cell too many where L divides. The end is ceil.",
        _whole_numbers: "Your output holds whole numbers only, as an array made with dtype int does: features have "
        "fractions.",
        _one_more: "Your bins reach one cell too far: a slice ends BEFORE its second number.",
        _mean: "You take the mean of each bin: the largest is wanted.",
        _smallest: "You take the smallest of each bin: the largest is wanted.",
        _from_zero: "Your largest starts from 0: features may all be negative.",
        _over_channels: "Your largest runs over the channels too. Each channel is pooled by itself.",
        _middle_cell: "You take the middle cell of each bin: the largest is wanted.",
        _absolute: "You take the largest absolute value. A negative feature stays negative.",
        _turned_size: "output_size is (h, w): rows of bins first.",
        _turned_output: "Rows and columns of your output are swapped: (C, h, w).",
        _whole_map: "You pool the whole map. Cut out the box's cells first.",
        _sampled: "You take one cell for each bin, as if to resize. The largest of all its cells is wanted.",
    },
    hints=(
        "x1, y1, x2, y2 = (math.floor(edge · spatial_scale + 0.5) for edge in box), then features[:, y1:y2, x1:x2].",
        "Two loops over the bins i, j. Rows: i · L // h up to (not with) ceil((i + 1) · L / h), where L = y2 − y1.",
        "cells[:, rows, columns].max(axis=(1, 2)) with two slices: the largest of each channel.",
    ),
    minutes=12,
    difficulty=3,
    points=3,
)
