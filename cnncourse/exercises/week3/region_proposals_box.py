"""Exercise of notebook 3.5: the box around a region's pixels."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def box_of_region(segments, region):
    """Return the smallest box (4,), x1, y1, x2, y2, that holds all pixels of a region.

    segments (H, W) holds the number of its region for every pixel. Boxes are continuous:
    the one pixel in row 5, column 2 has the box [2, 5, 3, 6]. A region may be in several
    pieces, have holes, and lie anywhere; the box is around all of it.

    Example: [[0, 7, 7, 0],
              [0, 0, 7, 0]] with region 7 gives [1, 0, 3, 2].
    """
    rows, columns = np.nonzero(segments == region)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


def _boxed(edges):
    """Return a box_of_region whose answer is `edges(rows, columns)`."""

    def box(segments, region):
        rows, columns = np.nonzero(segments == region)
        return np.array(edges(rows, columns), float)

    return box


_last_pixel = _boxed(lambda r, c: [c.min(), r.min(), c.max(), r.max()])
_last_column = _boxed(lambda r, c: [c.min(), r.min(), c.max(), r.max() + 1])
_last_row = _boxed(lambda r, c: [c.min(), r.min(), c.max() + 1, r.max()])
_rows_first = _boxed(lambda r, c: [r.min(), c.min(), r.max() + 1, c.max() + 1])
_rows_first_last_pixel = _boxed(lambda r, c: [r.min(), c.min(), r.max(), c.max()])
_size_for_end = _boxed(lambda r, c: [c.min(), r.min(), np.ptp(c) + 1, np.ptp(r) + 1])
_centres = _boxed(lambda r, c: [c.min() + 0.5, r.min() + 0.5, c.max() + 0.5, r.max() + 0.5])
_one_around = _boxed(lambda r, c: [c.min() - 1, r.min() - 1, c.max() + 1, r.max() + 1])
_middle_and_size = _boxed(
    lambda r, c: [(c.min() + c.max() + 1) / 2, (r.min() + r.max() + 1) / 2, np.ptp(c) + 1, np.ptp(r) + 1]
)
_first_to_last = _boxed(lambda r, c: [c[0], r[0], c[-1] + 1, r[-1] + 1])
_mean_spread = _boxed(lambda r, c: [c.mean() - c.std(), r.mean() - r.std(), c.mean() + c.std(), r.mean() + r.std()])
_pairs_mixed = _boxed(lambda r, c: [c.min(), c.max() + 1, r.min(), r.max() + 1])
_fortran = _boxed(lambda r, c: [c.min(), r.max() + 1, c.max() + 1, r.min()])


def _all_others(segments, region):
    rows, columns = np.nonzero(segments != region)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


def _all_marked(segments, region):
    rows, columns = np.nonzero(segments)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


def _walked(segments, region):
    """Return the box by looking at every pixel."""
    found = [(x, y) for y, row in enumerate(segments.tolist()) for x, value in enumerate(row) if value == region]
    return np.array([min(x for x, _ in found), min(y for _, y in found), max(x for x, _ in found) + 1,
                     max(y for _, y in found) + 1], float)  # fmt: skip


def _box_cases():
    def case(what, rows, region, expected):
        return Case(what, (np.array(rows), region), np.array(expected, float))

    yield case("the region of the example", [[0, 7, 7, 0], [0, 0, 7, 0]], 7, [1, 0, 3, 2])
    yield case("a single pixel", [[1, 1, 1], [1, 1, 1], [1, 1, 4], [1, 1, 1]], 4, [2, 2, 3, 3])
    yield case("region 0", [[3, 3, 3, 3, 3], [3, 0, 0, 3, 3], [3, 3, 0, 0, 3]], 0, [1, 1, 4, 3])
    slanted = [[1, 1, 1, 5, 1, 1], [1, 1, 5, 5, 1, 1], [1, 5, 5, 1, 1, 1], [1, 1, 5, 1, 1, 1]]
    yield case("neither its first nor its last pixel at an edge", slanted, 5, [1, 0, 4, 4])
    yield case("two pieces", [[2, 0, 0, 0, 0, 2], [0, 0, 0, 0, 0, 0], [0, 2, 0, 0, 0, 0]], 2, [0, 0, 6, 3])
    yield case("a ring", [[9, 9, 9, 9], [9, 6, 6, 9], [9, 9, 9, 9]], 9, [0, 0, 4, 3])
    yield case("the whole picture", [[8, 8, 8], [8, 8, 8]], 8, [0, 0, 3, 2])
    rng = np.random.default_rng(35)
    for H, W in ((9, 14), (16, 7)):
        segments = rng.integers(1, 12, (H // 2, W // 2)).repeat(2, axis=0).repeat(2, axis=1)
        region = int(segments[1, 2])
        yield Case(f"one of the regions of {H} × {W} pixels", (segments, region), _walked(segments, region))


BOX_OF_REGION = Exercise(
    solution=box_of_region,
    cases=_box_cases,
    mistakes={
        _last_pixel: "Your x2 and y2 are the last column and row. A pixel is 1 wide: the box ends at last + 1.",
        _last_column: "Your x2 is the last column. A pixel is 1 wide: the box ends at last + 1, as it does in y.",
        _last_row: "Your y2 is the last row. A pixel is 1 high: the box ends at last + 1, as it does in x.",
        _rows_first: "x and y are swapped: np.nonzero gives rows (y) first, a box begins with x.",
        _rows_first_last_pixel: "Two things: np.nonzero gives rows (y) first, a box begins with x; and the box ends at "
        "the last row and column + 1.",
        _size_for_end: "You return width and height in place of x2 and y2.",
        _centres: "Your edges go through the middles of the outermost pixels. The box holds them whole.",
        _one_around: "Your box begins one pixel too early: only the end is + 1.",
        _middle_and_size: "You return centre, width and height. Corners are wanted: x1, y1, x2, y2.",
        _first_to_last: "You take the first and the last pixel of the list. The leftmost may stand anywhere in it: min "
        "and max, of rows and columns apart.",
        _mean_spread: "You take mean and spread of the places. The box must hold every pixel: min and max.",
        _pairs_mixed: "The order is x1, x2, y1, y2; wanted is x1, y1, x2, y2.",
        _fortran: "y1 and y2 are swapped: rows are counted downwards, so y1 is the smaller.",
        _all_others: "This is the box around all other regions.",
        _all_marked: "You take every pixel that is not 0. Compare with `region`, which may be 0 itself.",
    },
    hints=(
        "np.nonzero(segments == region) gives two arrays: the rows and the columns of the region's pixels.",
        "x is the column: x1 = columns.min(), x2 = columns.max() + 1, and y likewise from the rows.",
    ),
    minutes=5,
    difficulty=1,
)
