"""Exercise of notebook 3.2: from a score map of a resized picture to boxes in the picture."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def boxes_above(scores, threshold, window, step, scale):
    """Return (boxes (n, 4), scores (n,)) of the cells whose score is at least threshold.

    scores (rows, columns) is a map of a picture that was resized by scale: 0.5 halved it.
    In the resized picture cell (i, j) stands for the window that starts at row i · step[0],
    column j · step[1]; window is its (height, width), step is (down, right). The boxes are
    x1, y1, x2, y2 in pixels of the picture before it was resized. In reading order.

    Example: scores [[0, 0, 0.9]], threshold 0.5, window (10, 20), step (4, 6), scale 0.5:
    column 2 starts at x = 12, ends at 32; in the picture [24, 0, 64, 20], score 0.9.
    """
    rows, columns = np.nonzero(scores >= threshold)
    y, x = rows * step[0], columns * step[1]
    boxes = np.stack([x, y, x + window[1], y + window[0]], axis=1) / scale
    return boxes, scores[rows, columns]


def _boxed(
    keep=lambda scores, threshold: scores >= threshold,
    start=lambda cells, step: cells * step,
    back=lambda starts, window, scale: (starts / scale, (starts + window) / scale),
    window_axes=(0, 1),
    step_axes=(0, 1),
    columns=(1, 0, 3, 2),
):
    """Return a function from map to boxes with one part replaced; numbers are kept as (down, right) until the end."""

    def boxes_of(scores, threshold, window, step, scale):
        cells = np.argwhere(keep(scores, threshold))
        starts = start(cells, np.array(step)[list(step_axes)])
        first, last = back(starts, np.array(window)[list(window_axes)], scale)
        return np.hstack([first, last]).astype(float)[:, columns], scores[tuple(cells.T)]

    return boxes_of


_strictly_above = _boxed(keep=lambda scores, threshold: scores > threshold)
_below = _boxed(keep=lambda scores, threshold: scores <= threshold)
_cells_swapped = _boxed(start=lambda cells, step: cells[:, ::-1] * step)
_no_brackets = _boxed(back=lambda starts, window, scale: (starts / scale, starts + window / scale))
_no_step = _boxed(start=lambda cells, step: cells)
_window_as_step = _boxed(
    start=lambda cells, step: cells, back=lambda c, window, scale: (c * window / scale, (c + 1) * window / scale)
)
_one_step = _boxed(step_axes=(0, 0))
_swapped_step = _boxed(step_axes=(1, 0))
_swapped_window = _boxed(window_axes=(1, 0))
_square_window = _boxed(window_axes=(0, 0))
_rows_first = _boxed(columns=(0, 1, 2, 3))
_transposed = _boxed(columns=(0, 1, 3, 2))
_not_scaled = _boxed(back=lambda starts, window, scale: (starts, starts + window))
_scaled_wrong_way = _boxed(back=lambda starts, window, scale: (starts * scale, (starts + window) * scale))
_window_not_scaled = _boxed(back=lambda starts, window, scale: (starts / scale, starts / scale + window))
_start_not_scaled = _boxed(back=lambda starts, window, scale: (starts, starts + window / scale))
_size_form = _boxed(back=lambda starts, window, scale: (starts / scale, starts * 0 + window / scale))
_around_the_start = _boxed(
    back=lambda starts, window, scale: ((starts - window / 2) / scale, (starts + window / 2) / scale)
)
_last_pixel = _boxed(back=lambda starts, window, scale: (starts / scale, (starts + window - 1) / scale))
_rounded = _boxed(back=lambda starts, window, scale: (np.round(starts / scale), np.round((starts + window) / scale)))


def _flat_if_none(scores, threshold, window, step, scale):
    boxes, kept = boxes_above(scores, threshold, window, step, scale)
    return np.array(boxes.tolist()), kept


def _best_first(scores, threshold, window, step, scale):
    boxes, kept = boxes_above(scores, threshold, window, step, scale)
    order = np.argsort(-kept, kind="stable")
    return boxes[order], kept[order]


def _every_cell(scores, threshold, window, step, scale):
    return boxes_above(scores, scores.min(), window, step, scale)


def _only_the_best(scores, threshold, window, step, scale):
    return boxes_above(scores, max(threshold, scores.max()), window, step, scale)


def _best_per_row(scores, threshold, window, step, scale):
    best = np.where(scores == scores.max(axis=1, keepdims=True), scores, -np.inf)
    return boxes_above(best, threshold, window, step, scale)


def _plain_boxes(scores, threshold, window, step, scale):
    """Return boxes and scores, cell by cell."""
    boxes, kept = [], []
    for i, line in enumerate(scores.tolist()):
        for j, score in enumerate(line):
            if score >= threshold:
                top, left = i * step[0] / scale, j * step[1] / scale
                boxes.append([left, top, left + window[1] / scale, top + window[0] / scale])
                kept.append(score)
    return np.reshape(np.array(boxes, float), (-1, 4)), np.array(kept, float)


def _box_cases():
    def case(what, *args):
        return Case(what, args, _plain_boxes(*args))

    example = np.array([[0.0, 0.0, 0.9]])
    yield Case(
        "the map of the example",
        (example, 0.5, (10, 20), (4, 6), 0.5),
        (np.array([[24.0, 0, 64, 20]]), np.array([0.9])),
    )
    low = np.array([[0.1, 0.7, 0.2], [0.6, 0.3, 0.8]])
    yield case("a picture that was not resized", low, 0.6, (10, 14), (3, 5), 1)
    yield case("a picture made larger", low, 0.25, (8, 6), (2, 4), 1.6)
    yield case("no cell reaches the threshold", low, 0.9, (8, 6), (2, 4), 0.5)
    logits = np.array([[-2.0, 1.5], [3.0, -0.5], [0.0, -4.0], [2.25, 0.5]])
    yield case("logits, threshold 0", logits, 0.0, (32, 24), (4, 8), 0.71)
    rng = np.random.default_rng(32)
    yield case("a map of 5 × 9", rng.uniform(0, 1, (5, 9)).round(2), 0.75, (30, 40), (4, 6), 0.36)


BOXES_ABOVE = Exercise(
    solution=boxes_above,
    cases=_box_cases,
    mistakes={
        _cells_swapped: "Rows and columns of the cells are swapped: np.nonzero gives the rows first.",
        _no_brackets: "x + window / scale divides the window alone: put the sum in brackets, or divide all four "
        "numbers at the end.",
        _no_step: "You take the cell's number for its pixel. Neighbouring cells are step pixels apart: multiply.",
        _window_as_step: "You multiply by the window's size, as if windows lay side by side. They start step apart.",
        _not_scaled: "Your boxes are in pixels of the resized picture. Lead them back: divide by scale.",
        _scaled_wrong_way: "You multiply by scale. The picture was multiplied by it already, so the way back divides.",
        _window_not_scaled: "Only the starts are led back. In the picture the window has another size too: divide all "
        "four numbers by scale.",
        _start_not_scaled: "Only the window's size is led back. Divide the starts by scale too.",
        _rows_first: "Your boxes are y1, x1, y2, x2. x comes first, and it belongs to columns.",
        _transposed: "x1 and y1 are swapped: x comes from the column, y from the row.",
        _swapped_window: "The window's height and width are swapped: window is (height, width), and x2 = x1 + width.",
        _square_window: "You use the window's height for its width too; window[1] is the width.",
        _flat_if_none: "Right, except where no cell is kept: np.array([]) has shape (0,), not (0, 4). "
        ".reshape(-1, 4) mends it.",
        _swapped_step: "The two steps are swapped: step is (down, right), down for rows.",
        _one_step: "You use the step downwards for columns too; step[1] is the one to the right.",
        _size_form: "Your boxes are x, y, width, height; x1, y1, x2, y2 are asked for.",
        _around_the_start: "You centre the window on its start. The start is its upper left corner.",
        _last_pixel: "You take one pixel from the window's size. Boxes are continuous: x2 = x1 + width.",
        _rounded: "You round to whole pixels. Boxes are floats; leave them as they are.",
        _strictly_above: "A score that equals the threshold is dropped: at least means ≥.",
        _below: "You keep the cells below the threshold.",
        _best_first: "You sort by score. Keep the reading order; sorting comes with suppression, in notebook 3.3.",
        _every_cell: "Every cell becomes a box: the threshold is not used.",
        _only_the_best: "You keep the best cell only. All that reach the threshold are asked for.",
        _best_per_row: "You keep the best cell of each row only. All that reach the threshold are asked for.",
    },
    hints=(
        "rows, columns = np.nonzero(scores >= threshold): the cells to keep, already in reading order.",
        "In the resized picture a window runs from rows · step[0] to that plus window[0], and likewise to the right.",
        "np.stack([x1, y1, x2, y2], axis=1) / scale, x from columns, y from rows; and scores[rows, columns].",
    ),
    minutes=8,
    difficulty=2,
    points=2,
    returns=("boxes", "scores"),
)
