"""Exercise of notebook 5.3: from stacks of codes back to vectors, at any depth."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def stacked(numbers, codebook, depth):
    """Return what the first `depth` codes of each place say: vectors (H, W, D).

    numbers (H, W, all) holds a stack of whole numbers for each place, coarse ones first;
    codebook (K, D) has a vector in each row. The vectors of a stack are added up.
    """
    return codebook[numbers[..., :depth]].sum(axis=2)


def _all(numbers, codebook, depth):
    return codebook[numbers].sum(2)


def _last_alone(numbers, codebook, depth):
    return codebook[numbers[..., depth - 1]]


def _first_alone(numbers, codebook, depth):
    return codebook[numbers[..., 0]]


def _mean(numbers, codebook, depth):
    return codebook[numbers[..., :depth]].mean(2)


def _one_less(numbers, codebook, depth):
    return codebook[numbers[..., : depth - 1]].sum(2)


def _one_more(numbers, codebook, depth):
    return codebook[numbers[..., : depth + 1]].sum(2)


def _last_ones(numbers, codebook, depth):
    return codebook[numbers[..., -depth:]].sum(2)


def _numbers_added(numbers, codebook, depth):
    return codebook[numbers[..., :depth].sum(2) % len(codebook)]


def _not_added(numbers, codebook, depth):
    return codebook[numbers[..., :depth]]


def _vector_summed(numbers, codebook, depth):
    return codebook[numbers[..., :depth]].sum(3)


def _alternating(numbers, codebook, depth):
    signs = np.where(np.arange(depth) % 2, -1.0, 1.0)[:, None]
    return (signs * codebook[numbers[..., :depth]]).sum(2)


def _shrinking(numbers, codebook, depth):
    weights = 0.5 ** np.arange(depth)[:, None]
    return (weights * codebook[numbers[..., :depth]]).sum(2)


def _joined(numbers, codebook, depth):
    H, W, _ = numbers.shape
    return codebook[numbers[..., :depth]].reshape(H, W, -1)


def _rows_for_depth(numbers, codebook, depth):
    return codebook[numbers[:depth]].sum(2)


def _places_exchanged(numbers, codebook, depth):
    return stacked(numbers, codebook, depth).transpose(1, 0, 2)


def _channels_first(numbers, codebook, depth):
    return stacked(numbers, codebook, depth).transpose(2, 0, 1)


def _each_once(numbers, codebook, depth):
    H, W, _ = numbers.shape
    out = np.zeros((H, W, codebook.shape[1]))
    for i in range(H):
        for j in range(W):
            out[i, j] = codebook[np.unique(numbers[i, j, :depth])].sum(0)
    return out


def _length_one(numbers, codebook, depth):
    total = stacked(numbers, codebook, depth)
    return total / (np.linalg.norm(total, axis=2, keepdims=True) + 1e-12)


def _running(numbers, codebook, depth):
    return codebook[numbers[..., :depth]].cumsum(2)


def _expected(numbers, codebook, depth):
    H, W, _ = numbers.shape
    out = np.zeros((H, W, codebook.shape[1]))
    for i in range(H):
        for j in range(W):
            for level in range(depth):
                for d in range(codebook.shape[1]):
                    out[i, j, d] += codebook[int(numbers[i, j, level]), d]
    return out


def _cases():
    codebook = np.array([[10.0, 0.0], [0.0, 5.0], [-1.0, 1.0]])
    numbers = np.array([[[0, 1, 2], [1, 1, 0]]])
    yield Case("two places, two of three codes", (numbers, codebook, 2), np.array([[[10.0, 5.0], [0.0, 10.0]]]))
    yield Case("the same, all three", (numbers, codebook, 3), np.array([[[9.0, 6.0], [10.0, 10.0]]]))
    rng = np.random.default_rng(532)
    for H, W, levels, K, D, depth in ((2, 3, 4, 5, 2, 3), (3, 2, 3, 4, 5, 1), (4, 1, 5, 7, 3, 5), (1, 4, 2, 6, 1, 2)):
        numbers, codebook = rng.integers(0, K, (H, W, levels)), rng.normal(0, 1, (K, D)).round(2)
        arguments = numbers, codebook, depth
        words = f"{H} × {W} places, {depth} of {levels} codes, vectors of {D} numbers"
        yield Case(words, arguments, _expected(*arguments))


STACKED = Exercise(
    solution=stacked,
    cases=_cases,
    mistakes={
        _all: "You add all codes up: only the first `depth` of each stack are wanted.",
        _last_alone: "You take the last of the codes alone: add the first `depth` of them up.",
        _first_alone: "You take the first code alone: add the first `depth` of them up.",
        _mean: "You take the mean: the codes are added up. Each says what the ones before it left.",
        _one_less: "One code too few: `numbers[..., :depth]` already leaves out number `depth`.",
        _one_more: "One code too many.",
        _last_ones: "You take the last codes of the stack: the coarse ones come first.",
        _numbers_added: "You add the numbers of the codes: look the vectors up, then add those.",
        _not_added: "The vectors of a stack are still to be added up: axis 2.",
        _vector_summed: "You add the numbers of each vector up: the stack is axis 2.",
        _alternating: "Every second code is subtracted: all are added.",
        _shrinking: "You weigh deeper codes less: all are added as they are. That they are small is learned.",
        _joined: "You put the vectors one after another: they are added up.",
        _rows_for_depth: "You take the first `depth` rows of places: the stack is the last axis of `numbers`.",
        _places_exchanged: "Rows and columns of the places are exchanged.",
        _channels_first: "The vector's numbers come last: (H, W, D).",
        _each_once: "A code that stands twice in a stack counts twice.",
        _length_one: "You scale the sums to length 1: they stay as they are.",
        _running: "You return every partial sum: the last one is wanted.",
    },
    hints=(
        "`numbers[..., :depth]` keeps the first codes of every stack.",
        "`codebook[…]` with an array of numbers gives an array of vectors: (H, W, depth, D).",
        "`.sum(axis=2)` adds the stacks up.",
    ),
    minutes=5,
    difficulty=1,
    points=1,
)
