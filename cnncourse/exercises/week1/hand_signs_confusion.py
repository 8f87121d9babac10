"""Exercise of notebook 1.6: which class is taken for which."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def confusion_matrix(truth, predicted, classes):
    """Return how often each class was taken for each: whole numbers (classes, classes).

    The entry in row t, column p counts the pictures whose true class is t and whose
    predicted class is p. truth and predicted are arrays of whole numbers 0 … classes − 1,
    of the same length. A class that never occurs still has its row and its column.

    Example: truth [0, 0, 1], predicted [0, 1, 1], 2 classes gives [[1, 1], [0, 1]].
    """
    matrix = np.zeros((classes, classes), dtype=int)
    for t, p in zip(truth, predicted, strict=True):
        matrix[t, p] += 1
    return matrix


def _transposed(truth, predicted, classes):
    return confusion_matrix(predicted, truth, classes)


def _each_pair_once(truth, predicted, classes):
    matrix = np.zeros((classes, classes), dtype=int)
    matrix[truth, predicted] += 1
    return matrix


def _diagonal_only(truth, predicted, classes):
    return np.diag([int(((truth == c) & (predicted == c)).sum()) for c in range(classes)])


def _errors_only(truth, predicted, classes):
    matrix = confusion_matrix(truth, predicted, classes)
    return matrix - np.diag(np.diag(matrix))


def _shares_of_columns(truth, predicted, classes):
    matrix = confusion_matrix(truth, predicted, classes)
    return matrix / np.maximum(matrix.sum(axis=0, keepdims=True), 1)


def _shares_of_rows(truth, predicted, classes):
    matrix = confusion_matrix(truth, predicted, classes)
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


def _seen_classes_only(truth, predicted, classes):
    seen = max(truth.max(), predicted.max()) + 1 if len(truth) else 0
    return confusion_matrix(truth, predicted, seen)


def _per_class(truth, predicted, classes):
    return np.array([int(((truth == c) & (predicted == c)).sum()) for c in range(classes)])


def _counted(truth, predicted, classes):
    """Return the matrix by asking every entry for its pictures: the oracle."""
    pairs = list(zip(truth.tolist(), predicted.tolist(), strict=True))
    return np.array([[pairs.count((t, p)) for p in range(classes)] for t in range(classes)])


def _confusion_cases():
    few = np.array([0, 0, 1]), np.array([0, 1, 1])
    yield Case("the example", (*few, 2), np.array([[1, 1], [0, 1]]))
    threes = np.array([2, 2, 2, 1]), np.array([1, 1, 2, 1])
    yield Case("the same mistake twice", (*threes, 3), np.array([[0, 0, 0], [0, 1, 0], [0, 2, 1]]))
    yield Case("four classes, of which two occur", (*few, 4), np.array([[1, 1, 0, 0], [0, 1, 0, 0], *[[0] * 4] * 2]))
    yield Case("no pictures at all", (np.zeros(0, int), np.zeros(0, int), 2), np.zeros((2, 2), int))
    rng = np.random.default_rng(66)
    for count, classes in ((30, 3), (200, 6), (50, 8), (7, 6), (40, 1)):
        truth = rng.integers(0, classes, count)
        predicted = np.minimum(truth + (rng.random(count) < 0.4), classes - 1)
        yield Case(
            f"{count} pictures, {classes} classes", (truth, predicted, classes), _counted(truth, predicted, classes)
        )


CONFUSION_MATRIX = Exercise(
    solution=confusion_matrix,
    cases=_confusion_cases,
    mistakes={
        _transposed: "Your table lies on its side: rows are the truth, columns what was predicted.",
        _each_pair_once: "Every pair is counted once at most. `matrix[truth, predicted] += 1` reads all entries first "
        "and then writes each, so repeats overwrite each other: loop, or use np.add.at.",
        _diagonal_only: "Only the right answers are counted; the off-diagonal entries, the mistakes, are what this "
        "table is for.",
        _errors_only: "The diagonal is empty: the right answers belong to the table too.",
        _shares_of_columns: "These are shares of the columns (of all that was taken for p); plain counts are wanted.",
        _shares_of_rows: "These are shares of the rows; plain counts are wanted, so that one can see how many "
        "pictures stand behind a share.",
        _seen_classes_only: "The table has as many classes as occur; make it classes × classes, also where nothing "
        "was counted.",
        _per_class: "One number for each class is not enough: which other class was it taken for?",
    },
    hints=(
        "Start from `np.zeros((classes, classes), dtype=int)`.",
        "`for t, p in zip(truth, predicted, strict=True):` adds 1 in row t, column p.",
    ),
    minutes=6,
    difficulty=1,
)
