"""Exercise of notebook 3.1: the point that a map of scores stands for."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def soft_argmax(scores, cell):
    """Return (x, y), the point in pixels that a map of scores stands for.

    scores (rows, columns) has a number for every cell, larger where the point may rather
    be; cells are squares of cell × cell pixels. The softmax over the whole map makes
    weights of the scores, e^score / sum of all e^score. x and y are the means of the
    cells' centres with these weights. Cell [0, 0] has its centre at (cell / 2, cell / 2);
    columns run along x, rows along y.

    Scores may be as large as 1000: take the largest from all of them first, which leaves
    the weights as they are.
    """
    weights = np.exp(scores - scores.max())
    weights = weights / weights.sum()
    rows, columns = scores.shape
    x = (weights.sum(axis=0) * (np.arange(columns) + 0.5) * cell).sum()
    y = (weights.sum(axis=1) * (np.arange(rows) + 0.5) * cell).sum()
    return x, y


def _softmax(scores, axis=None):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _means(weights, cell, offset=0.5):
    y, x = (np.indices(weights.shape) + offset) * cell
    return float((weights * x).sum()), float((weights * y).sum())


def _largest(scores, cell):
    row, column = np.unravel_index(scores.argmax(), scores.shape)
    return (column + 0.5) * cell, (row + 0.5) * cell


def _y_first(scores, cell):
    x, y = _means(_softmax(scores), cell)
    return y, x


def _corners(scores, cell):
    return _means(_softmax(scores), cell, 0)


def _in_cells(scores, cell):
    return _means(_softmax(scores), 1)


def _numbers_of_cells(scores, cell):
    return _means(_softmax(scores), 1, 0)


def _half_a_pixel(scores, cell):
    x, y = _means(_softmax(scores), cell, 0)
    return x + 0.5, y + 0.5


def _raw_scores(scores, cell):
    return _means(scores / scores.sum(), cell)


def _from_the_lowest(scores, cell):
    weights = scores - scores.min()
    return _means(weights / weights.sum() if weights.sum() else np.full(scores.shape, 1 / scores.size), cell)


def _positive_scores(scores, cell):
    weights = np.maximum(scores, 0)
    return _means(weights / max(weights.sum(), 1e-12), cell)


def _overflows(scores, cell):
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.exp(scores)
        return _means(weights / weights.sum(), cell)


def _largest_of_rows(scores, cell):
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return _means(weights / weights.sum(), cell)


def _half_cell_rounded(scores, cell):
    x, y = _means(_softmax(scores), cell, 0)
    return x + cell // 2, y + cell // 2


def _half_a_cell_back(scores, cell):
    return _means(_softmax(scores), cell, -0.5)


def _borders(scores, cell):
    rows, columns = scores.shape
    weights = _softmax(scores)
    x = (weights.sum(axis=0) * np.linspace(0, columns * cell, columns)).sum()
    return x, (weights.sum(axis=1) * np.linspace(0, rows * cell, rows)).sum()


def _not_divided(scores, cell):
    return _means(np.exp(scores - scores.max()), cell)


def _by_row(scores, cell):
    return _means(_softmax(scores, 1) / scores.shape[0], cell)


def _by_column(scores, cell):
    return _means(_softmax(scores, 0) / scores.shape[1], cell)


def _every_row_counts_whole(scores, cell):
    return _means(_softmax(scores, 1), cell)


def _axes_alone(scores, cell):
    x = (_softmax(scores.sum(axis=0)) * (np.arange(scores.shape[1]) + 0.5)).sum() * cell
    y = (_softmax(scores.sum(axis=1)) * (np.arange(scores.shape[0]) + 0.5)).sum() * cell
    return float(x), float(y)


def _smallest(scores, cell):
    return _means(_softmax(-scores), cell)


def _logistic(scores, cell):
    weights = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
    return _means(weights / weights.sum(), cell)


def _plain_means(scores, cell):
    y, x = (np.indices(scores.shape) + 0.5) * cell
    weights = _softmax(scores)
    return float((weights * x).mean()), float((weights * y).mean())


def _by_loops(scores, cell):
    """Return the point by plain loops over the cells: the oracle."""
    top = max(map(max, scores.tolist()))
    total = x = y = 0.0
    for row, line in enumerate(scores.tolist()):
        for column, score in enumerate(line):
            weight = 2.718281828459045 ** (score - top)
            total += weight
            x += weight * (column * cell + cell / 2)
            y += weight * (row * cell + cell / 2)
    return x / total, y / total


def _soft_cases():
    """Yield maps that are not square; the first were worked out by hand."""
    three = np.log([[1.0, 1, 2], [1, 1, 2]])  # weights 1/8, 1/8, 1/4 in both rows
    yield Case("2 rows and 3 columns, weights of 1/8 and 1/4", (three, 4), (7.0, 4.0))
    yield Case("all scores alike: the picture's middle", (np.zeros((4, 6)), 2), (6.0, 4.0))
    sharp = np.zeros((3, 5))
    sharp[2, 1], sharp[0, 4] = 1000, 999
    yield Case("two large scores, 1000 and 999", (sharp, 10), _by_loops(sharp, 10))
    two = np.full((5, 2), -1900.0)
    two[1, 0] = two[4, 1] = -1000  # as far below 0: only differences count
    yield Case("two cells that share the weight, all scores below 0", (two, 3), (3.0, 9.0))
    rng = np.random.default_rng(314)
    for what, rows, columns, spread, cell in (
        ("a single row", 1, 7, 1.5, 2),
        ("18 × 18, as in the net", 18, 18, 2.0, 4),
        ("7 rows, 4 columns", 7, 4, 1.0, 2.5),
        ("a peak that leaks into its neighbours", 6, 9, 3.0, 8),
    ):
        scores = rng.normal(0.4, spread, (rows, columns))
        yield Case(what, (scores, cell), _by_loops(scores, cell))


SOFT_ARGMAX = Exercise(
    solution=soft_argmax,
    cases=_soft_cases,
    mistakes={
        _largest: "This is the centre of the best cell: it jumps from cell to cell, and has no gradient. Take the "
        "mean of all centres, weighted by the softmax.",
        _y_first: "x and y have changed places: columns run along x, so x comes from the column numbers.",
        _corners: "You weigh the cells' upper left corners; their centres lie half a cell further.",
        _in_cells: "The point is in cells: multiply by cell for pixels.",
        _numbers_of_cells: "These are numbers of rows and columns: the centre of cell k lies at (k + 0.5) · cell "
        "pixels.",
        _half_a_pixel: "You add half a pixel at the end; from a cell's corner to its centre it is half a cell.",
        _raw_scores: "The scores themselves are the weights here; take their softmax first, e^score over the sum.",
        _from_the_lowest: "The scores above the lowest are the weights here: e^score over the sum is wanted.",
        _positive_scores: "Only positive scores have a weight here: the softmax gives every cell one, e^score.",
        _overflows: "e^1000 is too large for a float. Take the largest score from all of them before exp.",
        _largest_of_rows: "You take from every row its own largest score, which makes all rows weigh alike at their "
        "best cells. Take one number from the whole map: scores.max().",
        _half_cell_rounded: "cell // 2 rounds half a cell down: cell / 2.",
        _half_a_cell_back: "You go back half a cell; the centre of cell k lies half a cell further, (k + 0.5) · cell.",
        _borders: "Your places run from border to border, the first at 0; the centres begin half a cell inside and lie "
        "one cell apart.",
        _not_divided: "The weights do not add up to 1: divide by their sum.",
        _by_row: "You take the softmax within each row, so every row weighs the same: take it over the whole map.",
        _by_column: "You take the softmax within each column, so every column weighs the same: take it over the whole "
        "map.",
        _every_row_counts_whole: "Every row's weights add up to 1, so together they are as many as there are rows: "
        "one softmax over the whole map.",
        _axes_alone: "You add up scores along each axis and take the softmax then. First the softmax, of every cell, "
        "then the sums.",
        _smallest: "The sign of the scores is turned: the weight is largest where the score is lowest.",
        _logistic: "This is the sigmoid of every score alone; in a softmax the cells compete, e^score over the sum.",
        _plain_means: "After weighing you take the mean over the cells: the weights add up to 1, so take the sum.",
    },
    hints=(
        "`weights = np.exp(scores - scores.max())`, then divide by the sum over the whole map.",
        "`weights.sum(axis=0)` is the weight of each column, whose centres lie at `(np.arange(columns) + 0.5) * cell`.",
        "x is the sum of the columns' weights times their centres; y the same with rows and axis 1.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
    returns=("x", "y"),
)
