"""Exercise of notebook 3.1: landmarks of a mirrored face."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def mirror_landmarks(points, partners, width):
    """Return the landmarks (K, 2) of a face whose picture is mirrored left to right.

    points (K, 2) are the landmarks before: x and y in pixels, x from 0 to width. Row k has
    a fixed meaning, such as "the left eye", and partners[k] says which row is called so
    once left and right have changed places: the right eye's. A landmark in the middle is
    its own partner. A point at x comes to lie at width − x. What came in stays as it was.

    Example: rows left eye (40, 10), right eye (20, 12), chin (31, 30), partners (1, 0, 2),
    width 64. The result is [[44, 12], [24, 10], [33, 30]]: row 0 is the left eye of the
    mirrored face, which was the right one.
    """
    moved = np.stack([width - points[:, 0], points[:, 1]], axis=1)
    return moved[list(partners)]


def _mirror(moved=lambda x, y, width: (width - x, y), order=lambda points, partners: points[list(partners)]):
    """Return a mirroring with another way to move, or to reorder."""

    def mirror(points, partners, width):
        return order(np.stack(moved(*points.T, width), axis=1), partners)

    return mirror


def _in_place(points, partners, width):
    points[:, 0] = width - points[:, 0]
    return points[list(partners)]


def _overwritten(points, partners):
    swapped = points.copy()
    for k, partner in enumerate(partners):
        swapped[k] = swapped[partner]
    return swapped


def _halves(points, partners):
    half = len(points) // 2
    return np.concatenate([points[half : 2 * half], points[:half], points[2 * half :]])


def _only_x(points, partners):
    return np.stack([points[list(partners), 0], points[:, 1]], axis=1)


def _middle_stays(points, partners, width):
    middle = np.array(partners) == np.arange(len(points))
    return np.where(middle[:, None], points, mirror_landmarks(points, partners, width))


def _only_y(points, partners):
    return np.stack([points[:, 0], points[list(partners), 1]], axis=1)


_not_swapped = _mirror(order=lambda points, partners: points)
_not_moved = _mirror(moved=lambda x, y, width: (x, y))
_upside_down = _mirror(moved=lambda x, y, width: (x, width - y))
_half_turn = _mirror(moved=lambda x, y, width: (width - x, width - y))
_one_less = _mirror(moved=lambda x, y, width: (width - 1 - x, y))
_always_64 = _mirror(moved=lambda x, y, width: (64 - x, y))
_negative = _mirror(moved=lambda x, y, width: (-x, y))
_shares = _mirror(moved=lambda x, y, width: (1 - x, y))
_shifted = _mirror(moved=lambda x, y, width: (x - width, y))
_axes_swapped = _mirror(moved=lambda x, y, width: (y, width - x))
_around_the_face = _mirror(moved=lambda x, y, width: (2 * x.mean() - x, y))
_tuple_as_index = _mirror(order=lambda points, partners: points[partners])
_reversed = _mirror(order=lambda points, partners: points[::-1])
_swapped_halves = _mirror(order=_halves)
_one_side_lost = _mirror(order=_overwritten)
_x_alone = _mirror(order=_only_x)
_y_alone = _mirror(order=_only_y)


def _mirror_cases():
    """Yield faces of few points whose mirrored ones were worked out by hand."""
    written = (  # what, points, partners, width, mirrored
        ("two eyes and a chin", [[40, 10], [20, 12], [31, 30]], (1, 0, 2), 64, [[44, 12], [24, 10], [33, 30]]),
        ("the chin first, half pixels", [[3, 8], [1.5, 2], [4, 2.5]], (0, 2, 1), 10, [[7, 8], [6, 2.5], [8.5, 2]]),
        ("one point in the middle", [[5, 1]], (0,), 12, [[7, 1]]),
        ("pairs in another order", [[9, 1], [7, 2], [6, 3], [2, 4], [3, 5]], (3, 1, 4, 0, 2), 11,
         [[9, 4], [4, 2], [8, 5], [2, 1], [5, 3]]),
        ("a point beyond the border", [[-2, 3], [10, 4.5], [21, 6], [8, 0]], (2, 3, 0, 1), 16,
         [[-5, 6], [8, 0], [18, 3], [6, 4.5]]),
        ("six points, partners side by side", [[1, 9], [8, 8], [2, 7], [7, 6], [0, 5], [6, 4]], (1, 0, 3, 2, 5, 4), 9,
         [[1, 8], [8, 9], [2, 6], [7, 7], [3, 4], [9, 5]]),
    )  # fmt: skip
    for what, points, partners, width, mirrored in written:
        yield Case(what, (np.array(points, float), partners, width), np.array(mirrored, float))


MIRROR_LANDMARKS = Exercise(
    solution=mirror_landmarks,
    cases=_mirror_cases,
    mistakes={
        _not_swapped: "The points moved, but their identities did not change places: the row of the left eye now "
        "holds what is the right eye in the mirrored picture. Reorder the rows by partners. (Swapping in a loop over "
        "all rows does every pair twice.)",
        _not_moved: "Left and right have changed places, but no point moved: x becomes width − x.",
        _upside_down: "You turn the face upside down: x is to be mirrored, y stays.",
        _half_turn: "You mirror x and y, which is half a turn: y stays.",
        _one_less: "All points lie one pixel too far left: coordinates run from 0 to width, so it is width − x; "
        "width − 1 − x is right for pixel numbers.",
        _always_64: "You take 64 for the picture's width, whatever width says.",
        _negative: "The points lie left of the picture: mirror around its middle, x becomes width − x.",
        _shares: "1 − x mirrors shares of the width; these are pixels: width − x.",
        _shifted: "x − width shifts the face out of the picture: the sign is turned, width − x.",
        _axes_swapped: "x and y have changed places: column 0 is x, column 1 is y.",
        _around_the_face: "You mirror around the middle of the points; the picture is mirrored around its own middle.",
        _reversed: "You reverse the order of the rows: which rows belong together is said by partners.",
        _tuple_as_index: "partners is a tuple, and NumPy reads points[(1, 0, 2)] as points[1, 0, 2], three axes: make "
        "it a list, points[list(partners)].",
        _middle_stays: "Landmarks that are their own partners do not move with you. They keep their row, but x becomes "
        "width − x for them too.",
        _swapped_halves: "You swap the first half of the rows with the second. That fits some lists of landmarks; "
        "partners says it for every list.",
        _one_side_lost: "A row is overwritten before its partner has copied it: take all rows from the old points.",
        _x_alone: "Only x follows the new identity, y stays with the old one: whole rows change places.",
        _y_alone: "Only y follows the new identity, x stays with the old one: whole rows change places.",
        _in_place: "The answer is right, but the points that came in are changed: the next epoch would mirror them "
        "again.",
    },
    hints=(
        "Two steps: move every point, then give every row its new meaning.",
        "`np.stack([width - points[:, 0], points[:, 1]], axis=1)` is a new array with the points moved.",
        "`moved[list(partners)]` takes row partners[0], then row partners[1], and so on.",
    ),
    minutes=6,
    difficulty=1,
    points=2,
)
