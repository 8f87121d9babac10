"""Exercise of notebook 5.3: the nearest code, then the nearest to what is left, and so on."""

import itertools

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def residual_numbers(vectors, codebook, depth):
    """Return `depth` codes for each vector, whole numbers (N, depth).

    The first is the number of the code nearest to the vector; the next that of the code
    nearest to what is left of the vector when the first code is taken away; and so on. All
    come from the one codebook (K, D). Of equally near codes, the first. vectors (N, D) stay
    as they are.
    """
    left, numbers = vectors.copy(), []
    for _ in range(depth):
        nearest = ((left[:, None] - codebook[None]) ** 2).sum(axis=2).argmin(axis=1)
        left = left - codebook[nearest]
        numbers.append(nearest)
    return np.stack(numbers, axis=1)


def _nearest(vectors, codebook):
    return ((vectors[:, None] - codebook) ** 2).sum(2).argmin(1)


def _walk(vectors, codebook, depth, then):
    left, numbers = vectors.copy(), []
    for step in range(depth):
        numbers.append(_nearest(left, codebook))
        left = then(left, codebook[numbers[-1]], step)
    return np.stack(numbers, axis=1)


def _always_the_vector(vectors, codebook, depth):
    return _walk(vectors, codebook, depth, lambda left, code, step: left)


def _sum_kept(vectors, codebook, depth):
    return _walk(vectors, codebook, depth, lambda left, code, step: left + code)


def _turned_round(vectors, codebook, depth):
    return _walk(vectors, codebook, depth, lambda left, code, step: code - left)


def _from_the_vector(vectors, codebook, depth):
    return _walk(vectors, codebook, depth, lambda left, code, step: vectors - code)


def _halved(vectors, codebook, depth):
    return _walk(vectors, codebook, depth, lambda left, code, step: (left - code) / 2)


def _doubled(vectors, codebook, depth):
    return _walk(vectors, codebook, depth, lambda left, code, step: 2 * (left - code))


def _size_alone(vectors, codebook, depth):
    return _walk(vectors, codebook, depth, lambda left, code, step: np.abs(left - code))


def _k_nearest(vectors, codebook, depth):
    order = ((vectors[:, None] - codebook) ** 2).sum(2).argsort(axis=1, kind="stable")
    return order[:, np.arange(depth) % len(codebook)]


def _never_twice(vectors, codebook, depth):
    left, numbers = vectors.copy(), []
    used = np.zeros((len(vectors), len(codebook)), bool)
    rows = np.arange(len(vectors))
    for _ in range(depth):
        squared = ((left[:, None] - codebook) ** 2).sum(2)
        if not used.all():
            squared = np.where(used, np.inf, squared)
        numbers.append(squared.argmin(1))
        used[rows, numbers[-1]] = True
        left = left - codebook[numbers[-1]]
    return np.stack(numbers, axis=1)


def _last_first(vectors, codebook, depth):
    return residual_numbers(vectors, codebook, depth)[:, ::-1]


def _other_axis(vectors, codebook, depth):
    return residual_numbers(vectors, codebook, depth).T


def _reshaped(vectors, codebook, depth):
    return residual_numbers(vectors, codebook, depth).T.reshape(-1, depth)


def _last_of_equal(vectors, codebook, depth):
    K = len(codebook)
    return K - 1 - residual_numbers(vectors, codebook[::-1], depth)


def _best_of_all(vectors, codebook, depth):
    stacks = np.array(list(itertools.product(range(len(codebook)), repeat=depth)))
    return stacks[_nearest(vectors, codebook[stacks].sum(1))]


def _last_alone(vectors, codebook, depth):
    return residual_numbers(vectors, codebook, depth)[:, -1]


def _one_too_few(vectors, codebook, depth):
    return residual_numbers(vectors, codebook, depth)[:, : max(depth - 1, 1)]


def _one_too_many(vectors, codebook, depth):
    return residual_numbers(vectors, codebook, depth + 1)


def _farthest(vectors, codebook, depth):
    left, numbers = vectors.copy(), []
    for _ in range(depth):
        numbers.append(((left[:, None] - codebook) ** 2).sum(2).argmax(1))
        left = left - codebook[numbers[-1]]
    return np.stack(numbers, axis=1)


def _sums(vectors, codebook, depth):
    return codebook[residual_numbers(vectors, codebook, depth)].sum(1)


def _in_place(vectors, codebook, depth):
    numbers = []
    for _ in range(depth):
        numbers.append(_nearest(vectors, codebook))
        vectors -= codebook[numbers[-1]]
    return np.stack(numbers, axis=1)


def _expected(vectors, codebook, depth):
    rows = []
    for vector in vectors.tolist():
        left, row = list(vector), []
        for _ in range(depth):
            distances = [sum((a - b) ** 2 for a, b in zip(left, code, strict=True)) for code in codebook.tolist()]
            row.append(distances.index(min(distances)))
            left = [a - b for a, b in zip(left, codebook[row[-1]].tolist(), strict=True)]
        rows.append(row)
    return np.array(rows)


def _cases():
    coins = np.array([[10.0], [5.0], [2.0], [1.0], [0.0]])
    yield Case("7 is 5 + 2 + 0", (np.array([[7.0]]), coins, 3), np.array([[1, 2, 4]]))
    yield Case("9 is 10 − 1: the codes 10, 0, 0", (np.array([[9.0]]), coins, 3), np.array([[0, 4, 4]]))
    yield Case("14 is 10 + 5 − 1, and 4 is 5", (np.array([[14.0], [4.0]]), coins, 2), np.array([[0, 1], [1, 4]]))
    yield Case("4 is 2 + 2: a code twice", (np.array([[4.0]]), np.array([[2.0], [9.0]]), 2), np.array([[0, 0]]))
    yield Case("1.5 is as near to 2 as to 1: the first", (np.array([[1.5]]), coins, 2), np.array([[2, 4]]))
    rng = np.random.default_rng(531)
    for N, K, D, depth in ((4, 5, 2, 3), (3, 6, 3, 4), (6, 3, 1, 2), (2, 8, 4, 1)):
        vectors, codebook = rng.normal(0, 2, (N, D)).round(2), rng.normal(0, 1, (K, D)).round(2)
        arguments = vectors, codebook, depth
        yield Case(f"{N} vectors, {K} codes of {D} numbers, depth {depth}", arguments, _expected(*arguments))


RESIDUAL_NUMBERS = Exercise(
    solution=residual_numbers,
    cases=_cases,
    mistakes={
        _always_the_vector: "You look up the vector itself every time: take each code away before the next.",
        _sum_kept: "You add the code to the vector: take it away, what is left becomes smaller.",
        _turned_round: "You go on with code − vector. What is left is vector − code.",
        _from_the_vector: "You take each code away from the whole vector again: take it away from what was left.",
        _halved: "You halve what is left: it goes on as it is.",
        _doubled: "You double what is left: it goes on as it is.",
        _size_alone: "You drop the sign of what is left: a code that went too far is corrected by the next.",
        _k_nearest: "These are the nearest, the second nearest … code to the vector. Each next code belongs to what "
        "is left.",
        _never_twice: "You never take a code twice: the codebook is shared by all depths, and 2 + 2 is 4.",
        _last_first: "The order is turned round: the first code comes first.",
        _other_axis: "Rows and columns are exchanged: a row for each vector.",
        _reshaped: "reshape mixes the vectors' codes up: put the rounds side by side, axis=1 of np.stack.",
        _last_of_equal: "Of equally near codes you take the last: the first is wanted.",
        _best_of_all: "You look for the best of all stacks: here each code is the nearest to what is left just then.",
        _last_alone: "You return the last codes alone: all of them are wanted, (N, depth).",
        _one_too_few: "One code is missing.",
        _one_too_many: "One code too many: depth codes in all.",
        _farthest: "You take the farthest code: argmin, not argmax.",
        _sums: "You return the sums of the codes: their numbers are wanted.",
        _in_place: "You change `vectors` itself: work on a copy.",
    },
    hints=(
        "Keep what is left in a variable of its own; at first it is a copy of the vectors.",
        "In a loop of `depth` turns: nearest codes, take them away, note their numbers.",
        "`left = left - codebook[nearest]`; at the end `np.stack(numbers, axis=1)`.",
    ),
    minutes=9,
    difficulty=2,
    points=2,
)
