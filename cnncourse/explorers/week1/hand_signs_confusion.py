"""Explorer of notebook 1.6: which number is taken for which, and the pictures behind every count."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, cell_at, learners
from cnncourse.explorers.week1.hand_signs_bars import CLASSES, bars, fingers
from cnncourse.plots import MUTED, ORANGE, WHITE

LEFT, TOP, CELL = 62, 84, 56
ROWS, COLUMNS, TILE, STEP_X, STEP_Y, RIGHT = 3, 3, 72, 140, 116, 426


def confusion_matrix(truth, predicted, classes):
    """Return how often each class (row) was taken for each (column), `(classes, classes)` whole numbers.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    matrix = np.zeros((classes, classes), dtype=int)
    np.add.at(matrix, (truth, predicted), 1)
    return matrix


def pictures_of(probabilities, truth, cell):
    """Return the places of the cell's pictures, those of which the net is surest first."""
    row, column = cell
    places = np.flatnonzero((truth == row) & (probabilities.argmax(axis=1) == column))
    return places[np.argsort(-probabilities[places, column], kind="stable")]


def share_between_neighbours(matrix):
    """Return the share of the mistakes that miss by one finger; 0 where there are none."""
    off = np.abs(np.subtract.outer(np.arange(len(matrix)), np.arange(len(matrix))))
    wrong = matrix[off > 0].sum()
    return float(matrix[off == 1].sum() / wrong) if wrong else 0.0


def worst_cell(matrix):
    """Return the (row, column) of the most frequent mistake, the first of equals."""
    mistakes = matrix - np.diag(np.diag(matrix))
    return tuple(int(i) for i in np.unravel_index(mistakes.argmax(), mistakes.shape))


def matrix_picture(matrix, cell, page, probabilities, truth, images):
    """Paint the matrix with the chosen cell, and a page of the cell's pictures with their probabilities."""
    painter = Painter(850, 470)
    _matrix(painter, matrix, cell)
    places = pictures_of(probabilities, truth, cell)
    pages = max(1, -(-len(places) // (ROWS * COLUMNS)))
    page %= pages
    right = cell[0] == cell[1]
    read = "rightly read" if right else f"read as {cell[1]}"
    title = f"{fingers(cell[0])}, {read}: {len(places)} picture{'s' * (len(places) != 1)}"
    painter.text(RIGHT, 22, title, 14, bold=True)
    if not len(places):
        painter.text(RIGHT, 70, "No picture falls in this cell.", 13, MUTED)
        return painter.array()
    painter.text(RIGHT, 44, f"the surest first · page {page + 1} of {pages}", 12, MUTED)
    shown = places[page * ROWS * COLUMNS : (page + 1) * ROWS * COLUMNS]
    for number, place in enumerate(shown):
        x, y = RIGHT + STEP_X * (number % COLUMNS), 68 + STEP_Y * (number // COLUMNS)
        painter.image(images[place], x, y, TILE, TILE, smooth=True, outline=MUTED)
        bars(painter, x + TILE + 5, y, 58, TILE, probabilities[place], truth[place], numbers=False)
        words = f"no. {place}, p({cell[1]}) = {probabilities[place, cell[1]]:.2f}"
        painter.text(x, y + TILE + 14, words, 11, MUTED)
    return painter.array()


def _matrix(painter, matrix, cell):
    side = CELL * CLASSES
    painter.text(LEFT, 22, "What was shown, and what was read", 14, bold=True)
    painter.text(LEFT + side / 2, 46, "read as", 12, MUTED, anchor="mm")
    for label in range(CLASSES):
        middle = (label + 0.5) * CELL
        painter.text(LEFT + middle, TOP - 14, str(label), 14, bold=label == cell[1], anchor="mm")
        painter.text(LEFT - 14, TOP + middle, str(label), 14, bold=label == cell[0], anchor="mm")
    for number, letter in enumerate("shown"):
        painter.text(20, TOP + side / 2 - 32 + 16 * number, letter, 12, MUTED, anchor="mm")
    limits = (0, max(1, int(matrix.sum(axis=1).max())))
    painter.number_grid(matrix, LEFT, TOP, CELL, "{:.0f}", None, "cividis", limits, size=15)
    x, y = LEFT + CELL * cell[1], TOP + CELL * cell[0]
    painter.rectangle(x - 3, y - 3, CELL + 7, CELL + 7, outline=WHITE, line_width=5)
    painter.rectangle(x - 2, y - 2, CELL + 5, CELL + 5, outline=ORANGE, line_width=3)
    painter.colour_bar(LEFT, TOP + side + 14, side, 8, *limits, "cividis", "{:.0f}", "pictures")


def matrix_caption(matrix, cell):
    """Say how many are right, what the cell's row and column say, and how many mistakes miss by one finger."""
    total, right = int(matrix.sum()), int(np.trace(matrix))
    row, column = cell
    shown, read = int(matrix[row].sum()), int(matrix[:, column].sum())
    found = f"Of {shown} pictures with {fingers(row)}, {_were(matrix[row, row])} read rightly"
    trust = f"of {read} read as {column}, {_were(matrix[column, column])}" if read else f"none was read as {column}"
    miss = f" {share_between_neighbours(matrix):.0%} of the mistakes miss by one finger." if right < total else ""
    return f"<b>{right} of {total} right ({right / total:.1%}).</b> {found}; {trust}.{miss}"


def _were(count):
    return f"{count} {'was' if count == 1 else 'were'}"


def matrix_pointer(event, *, cell, **_):
    """Choose a cell by click or arrow keys."""
    steps = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (-1, 0), "ArrowDown": (1, 0)}
    if event.kind == "key" and event.key in steps:
        return {"cell": tuple(int(np.clip(v, 0, CLASSES - 1)) for v in np.add(cell, steps[event.key])), "page": 0}
    chosen = cell_at(event.x, event.y, LEFT, TOP, CELL, CLASSES, CLASSES)
    return {"cell": chosen, "page": 0} if event.kind == "click" and chosen else None


def confusions(nets, truth, images, own_confusion_matrix=None):
    """Show the confusion matrix of every net in `nets`, name → probabilities `(N, 6)`; click a cell for its pictures.

    truth `(N,)` are the true numbers of the pictures `images` `(N, H, W, 3)`; `own_confusion_matrix` is the learner's.
    """
    own = learners(own_confusion_matrix, confusion_matrix)
    probabilities = {name: np.asarray(values, dtype=float) for name, values in nets.items()}

    def matrix_of(net):
        return own(truth, probabilities[net].argmax(axis=1), CLASSES)

    def render(*, net, cell, page):
        return matrix_picture(matrix_of(net), cell, page, probabilities[net], truth, images)

    def caption(*, net, cell, page):
        return matrix_caption(matrix_of(net), cell) + (f" {own.sentence}" if own_confusion_matrix else "")

    first = list(nets)[-1]
    wide = widgets.Layout(width="420px")
    return Explorer(
        render,
        {"net": widgets.Dropdown(options=list(nets), value=first, description="net", layout=wide)},
        title="What is taken for what",
        note="Click a cell (or use the arrow keys) to see its pictures; the blue triangle marks the true number.",
        alt=lambda net, cell, page: f"Confusion matrix of {net}; cell: {cell[0]} shown, {cell[1]} read.",
        caption=caption,
        pointer=matrix_pointer,
        buttons={"More pictures of this cell": lambda net, cell, page: {"page": page + 1}},
        state={"cell": worst_cell(confusion_matrix(truth, probabilities[first].argmax(axis=1), CLASSES)), "page": 0},
    )
