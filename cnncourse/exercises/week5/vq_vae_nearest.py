"""Exercise of notebook 5.2: which vector of a codebook is nearest to each vector."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def nearest_numbers(vectors, codebook):
    """Return the number of the nearest code for each vector, whole numbers (N,).

    vectors (N, D) and codebook (K, D): the codes are its rows, numbered from 0. Nearest by
    Euclidean distance; of several equally near ones, the first.
    """
    squared = ((vectors[:, None] - codebook[None]) ** 2).sum(axis=2)
    return squared.argmin(axis=1)


def _farthest(vectors, codebook):
    return ((vectors[:, None] - codebook) ** 2).sum(2).argmax(1)


def _by_product(vectors, codebook):
    return (vectors @ codebook.T).argmax(1)


def _by_angle(vectors, codebook):
    lengths = np.linalg.norm(vectors, axis=1)[:, None] * np.linalg.norm(codebook, axis=1) + 1e-12
    return (vectors @ codebook.T / lengths).argmax(1)


def _half_of_the_square(vectors, codebook):
    return ((codebook**2).sum(1) - vectors @ codebook.T).argmin(1)


def _sign_of_the_product(vectors, codebook):
    return ((codebook**2).sum(1) + 2 * vectors @ codebook.T).argmin(1)


def _without_squares(vectors, codebook):
    return (vectors[:, None] - codebook).sum(2).argmin(1)


def _sum_then_square(vectors, codebook):
    return ((vectors[:, None] - codebook).sum(2) ** 2).argmin(1)


def _manhattan(vectors, codebook):
    return np.abs(vectors[:, None] - codebook).sum(2).argmin(1)


def _largest_difference(vectors, codebook):
    return np.abs(vectors[:, None] - codebook).max(2).argmin(1)


def _first_number_alone(vectors, codebook):
    return np.abs(vectors[:, None, 0] - codebook[None, :, 0]).argmin(1)


def _rounded(vectors, codebook):
    return ((vectors[:, None] - codebook) ** 2).sum(2).round(1).argmin(1)


def _last_of_equal(vectors, codebook):
    squared = ((vectors[:, None] - codebook) ** 2).sum(2)
    return len(codebook) - 1 - squared[:, ::-1].argmin(1)


def _per_code(vectors, codebook):
    return ((vectors[:, None] - codebook) ** 2).sum(2).argmin(0)


def _counted_from_one(vectors, codebook):
    return nearest_numbers(vectors, codebook) + 1


def _distances(vectors, codebook):
    return ((vectors[:, None] - codebook) ** 2).sum(2).min(1)


def _codes_themselves(vectors, codebook):
    return codebook[nearest_numbers(vectors, codebook)]


def _one_number(vectors, codebook):
    return int(((vectors[:, None] - codebook) ** 2).sum(2).argmin())


def _nearest_to_the_mean(vectors, codebook):
    nearest = ((vectors.mean(0) - codebook) ** 2).sum(1).argmin()
    return np.full(len(vectors), nearest)


def _as_floats(vectors, codebook):
    return np.eye(len(codebook))[nearest_numbers(vectors, codebook)]


def _shortest_code(vectors, codebook):
    return np.full(len(vectors), (codebook**2).sum(1).argmin())


def _expected(vectors, codebook):
    numbers = []
    for vector in vectors.tolist():
        distances = [sum((a - b) ** 2 for a, b in zip(vector, code, strict=True)) for code in codebook.tolist()]
        numbers.append(distances.index(min(distances)))
    return np.array(numbers)


def _cases():
    codebook = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0], [3.0, 0.0]])
    vectors = np.array([[1.0, 1.0], [2.0, 1.0], [1.0, 3.0], [6.0, 0.0], [-2.0, -9.0]])
    yield Case("four codes in the plane, two of them alike", (vectors, codebook), np.array([0, 1, 2, 1, 0]))
    yield Case("as near to 1 as to 3", (np.array([[2.0]]), np.array([[9.0], [1.0], [3.0]])), np.array([1]))
    apart = np.array([[3.0, 3.0], [0.0, 4.5]])
    yield Case("two differences of 3 are less than one of 4.5 and more than one of 4.2", (np.zeros((1, 2)), apart), [0])
    yield Case("0.1 away is nearer than 0.11", (np.array([[0.5]]), np.array([[0.61], [0.4]])), np.array([1]))
    rng = np.random.default_rng(521)
    for N, K, D in ((5, 3, 4), (3, 7, 2), (9, 4, 1), (4, 6, 5)):
        vectors, codebook = rng.normal(0, 1, (N, D)).round(2), rng.normal(0, 1, (K, D)).round(2)
        yield Case(f"{N} vectors, {K} codes of {D} numbers", (vectors, codebook), _expected(vectors, codebook))


NEAREST_NUMBERS = Exercise(
    solution=nearest_numbers,
    cases=_cases,
    mistakes={
        _farthest: "You return the farthest code: argmin, not argmax.",
        _by_product: "You look for the largest scalar product. A long code wins then, however far away it is.",
        _by_angle: "You compare angles: two codes in one direction are not equally near.",
        _half_of_the_square: "|v − c|² = |v|² − 2 v·c + |c|²: the 2 is missing.",
        _sign_of_the_product: "|v − c|² = |v|² − 2 v·c + |c|²: the product is taken away.",
        _without_squares: "You add plain differences up: those below 0 make a code look near. Square them first.",
        _sum_then_square: "Square each difference, then add: in your order they cancel.",
        _manhattan: "You add absolute differences. The Euclidean distance adds squares.",
        _largest_difference: "You compare the largest difference alone. The Euclidean distance adds all squares.",
        _first_number_alone: "You compare the first number of each vector alone.",
        _rounded: "You round the distances, and the first of nearly equal ones wins: compare them as they are.",
        _last_of_equal: "Of equally near codes you take the last: the first is wanted.",
        _per_code: "You look for the nearest vector to each code. It is the other way round: axis 1 holds the codes.",
        _counted_from_one: "You count from 1: the first row of the codebook is number 0.",
        _distances: "You return how near: the number of the code is wanted, argmin in place of min.",
        _codes_themselves: "You return the codes themselves: their numbers are wanted, (N,).",
        _one_number: "argmin without an axis looks at the whole table: one number a vector is wanted, axis=1.",
        _nearest_to_the_mean: "You look for the code nearest to the vectors' mean: each vector has its own.",
        _as_floats: "You return rows with a single 1: the number of the code itself is wanted.",
        _shortest_code: "You return the code nearest to 0: the vectors do not enter.",
    },
    hints=(
        "`vectors[:, None] - codebook[None]` has shape (N, K, D): each vector minus each code.",
        "Square, add up over the last axis: a table (N, K) of squared distances. The root changes no order.",
        "`.argmin(axis=1)` gives the first of the smallest in each row.",
    ),
    minutes=6,
    difficulty=1,
    points=1,
)
