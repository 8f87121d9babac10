"""Exercise of notebook 5.2: a codebook that follows its vectors by moving averages."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def followed(counts, sums, vectors, numbers, decay):
    """Return (counts, sums, codebook) after one batch: a codebook that follows its vectors.

    counts (K,) and sums (K, D) are moving averages: how many vectors of a batch chose
    each code, and the sum of those vectors. vectors (N, D) chose the codes numbers (N,).
    A new average is decay · old + (1 − decay) · what this batch has. The codebook (K, D)
    is the new sums divided by the new counts, which are never 0 here. Nothing given is
    changed.
    """
    one_hot = np.eye(len(counts))[numbers]
    counts = decay * counts + (1 - decay) * one_hot.sum(axis=0)
    sums = decay * sums + (1 - decay) * one_hot.T @ vectors
    return counts, sums, sums / counts[:, None]


def _batch(counts, vectors, numbers):
    one_hot = np.eye(len(counts))[numbers]
    return one_hot.sum(0), one_hot.T @ vectors


def _decay_exchanged(counts, sums, vectors, numbers, decay):
    return followed(counts, sums, vectors, numbers, 1 - decay)


def _added_up(counts, sums, vectors, numbers, decay):
    n, s = _batch(counts, vectors, numbers)
    return counts + n, sums + s, (sums + s) / (counts + n)[:, None]


def _batch_alone(counts, sums, vectors, numbers, decay):
    n, s = _batch(counts, vectors, numbers)
    return n, s, s / np.maximum(n, 1)[:, None]


def _batch_undamped(counts, sums, vectors, numbers, decay):
    n, s = _batch(counts, vectors, numbers)
    counts, sums = decay * counts + n, decay * sums + s
    return counts, sums, sums / counts[:, None]


def _means_averaged(counts, sums, vectors, numbers, decay):
    n, s = _batch(counts, vectors, numbers)
    mean = s / np.maximum(n, 1)[:, None]
    counts = decay * counts + (1 - decay) * n
    sums = decay * sums + (1 - decay) * mean
    return counts, sums, sums / counts[:, None]


def _codebooks_averaged(counts, sums, vectors, numbers, decay):
    n, s = _batch(counts, vectors, numbers)
    new = followed(counts, sums, vectors, numbers, decay)
    return new[0], new[1], decay * sums / counts[:, None] + (1 - decay) * s / np.maximum(n, 1)[:, None]


def _only_used(counts, sums, vectors, numbers, decay):
    new = followed(counts, sums, vectors, numbers, decay)
    used = np.isin(np.arange(len(counts)), numbers)
    counts, sums = np.where(used, new[0], counts), np.where(used[:, None], new[1], sums)
    return counts, sums, sums / counts[:, None]


def _old_codebook(counts, sums, vectors, numbers, decay):
    new = followed(counts, sums, vectors, numbers, decay)
    return new[0], new[1], sums / counts[:, None]


def _old_counts(counts, sums, vectors, numbers, decay):
    new = followed(counts, sums, vectors, numbers, decay)
    return new[0], new[1], new[1] / counts[:, None]


def _not_divided(counts, sums, vectors, numbers, decay):
    new = followed(counts, sums, vectors, numbers, decay)
    return new[0], new[1], new[1]


def _divided_by_all(counts, sums, vectors, numbers, decay):
    new = followed(counts, sums, vectors, numbers, decay)
    return new[0], new[1], new[1] / len(vectors)


def _at_least_one(counts, sums, vectors, numbers, decay):
    new = followed(counts, sums, vectors, numbers, decay)
    return new[0], new[1], new[1] / np.maximum(new[0], 1)[:, None]


def _counts_in_shares(counts, sums, vectors, numbers, decay):
    n, s = _batch(counts, vectors, numbers)
    counts, sums = decay * counts + (1 - decay) * n / len(vectors), decay * sums + (1 - decay) * s
    return counts, sums, sums / counts[:, None]


def _one_vector_a_code(counts, sums, vectors, numbers, decay):
    n, s = np.zeros(len(counts)), np.zeros(sums.shape)
    n[numbers] += 1
    s[numbers] += vectors
    counts, sums = decay * counts + (1 - decay) * n, decay * sums + (1 - decay) * s
    return counts, sums, sums / counts[:, None]


def _counts_forgotten(counts, sums, vectors, numbers, decay):
    _, s = _batch(counts, vectors, numbers)
    sums = decay * sums + (1 - decay) * s
    return counts, sums, sums / counts[:, None]


def _sums_forgotten(counts, sums, vectors, numbers, decay):
    n, _ = _batch(counts, vectors, numbers)
    counts = decay * counts + (1 - decay) * n
    return counts, sums, sums / counts[:, None]


def _another_order(counts, sums, vectors, numbers, decay):
    counts, sums, codebook = followed(counts, sums, vectors, numbers, decay)
    return codebook, counts, sums


def _codebook_alone(counts, sums, vectors, numbers, decay):
    return followed(counts, sums, vectors, numbers, decay)[2]


def _vector_by_vector(counts, sums, vectors, numbers, decay):
    counts, sums = counts.copy(), sums.copy()
    for vector, number in zip(vectors, numbers, strict=True):
        counts[number] = decay * counts[number] + (1 - decay)
        sums[number] = decay * sums[number] + (1 - decay) * vector
    return counts, sums, sums / counts[:, None]


def _in_place(counts, sums, vectors, numbers, decay):
    new = followed(counts, sums, vectors, numbers, decay)
    counts[:], sums[:] = new[0], new[1]
    return counts, sums, new[2]


def _expected(counts, sums, vectors, numbers, decay):
    K, D = sums.shape
    new_counts, new_sums, codebook = np.zeros(K), np.zeros((K, D)), np.zeros((K, D))
    for k in range(K):
        mine = [row for row, number in zip(vectors.tolist(), numbers.tolist(), strict=True) if number == k]
        new_counts[k] = decay * counts[k] + (1 - decay) * len(mine)
        for d in range(D):
            new_sums[k, d] = decay * sums[k, d] + (1 - decay) * sum(row[d] for row in mine)
            codebook[k, d] = new_sums[k, d] / new_counts[k]
    return new_counts, new_sums, codebook


def _cases():
    counts, sums = np.array([2.0, 4.0]), np.array([[2.0, 0.0], [4.0, 8.0]])
    vectors, numbers = np.array([[3.0, 1.0], [5.0, 3.0], [4.0, 2.0], [0.0, 2.0]]), np.array([0, 0, 0, 0])
    expected = np.array([3.0, 2.0]), np.array([[7.0, 4.0], [2.0, 4.0]]), np.array([[7 / 3, 4 / 3], [1.0, 2.0]])
    yield Case("four vectors for code 0, none for code 1, decay ½", (counts, sums, vectors, numbers, 0.5), expected)
    rng = np.random.default_rng(524)
    for K, D, N, decay in ((3, 2, 7, 0.9), (5, 3, 4, 0.75), (2, 4, 9, 0.99), (6, 1, 5, 0.3)):
        counts, sums = rng.uniform(0.5, 3, K).round(2), rng.normal(0, 1, (K, D)).round(2)
        vectors, numbers = rng.normal(0, 1, (N, D)).round(2), rng.integers(0, K, N)
        arguments = counts, sums, vectors, numbers, decay
        yield Case(f"{K} codes, {N} vectors, decay {decay:g}", arguments, _expected(*arguments))


FOLLOWED = Exercise(
    solution=followed,
    cases=_cases,
    mistakes={
        _decay_exchanged: "decay stands at the wrong place: it is the share of the old average that is kept.",
        _added_up: "You add everything up for ever: old and new are weighed by decay and 1 − decay.",
        _batch_alone: "You forget what was before: keep decay · old.",
        _batch_undamped: "The batch counts fully: weigh it by 1 − decay.",
        _means_averaged: "You average the batch's means. Average its sums: they are divided by the counts in the end.",
        _codebooks_averaged: "You average codebooks: the new one is the new sums over the new counts.",
        _only_used: "Codes that nobody chose stay as they were: their averages fade as well.",
        _old_codebook: "The codebook is made of the old averages: take the new ones.",
        _old_counts: "The codebook divides the new sums by the old counts.",
        _not_divided: "The codebook is the sums divided by the counts.",
        _divided_by_all: "You divide by the number of all vectors: each code has its own count.",
        _at_least_one: "You never divide by less than 1: a count may lie below, for it is an average.",
        _counts_in_shares: "You average shares of the batch: the number of vectors is wanted.",
        _one_vector_a_code: "`array[numbers] += …` counts each code once, however often it is there. Use np.add.at, "
        "np.bincount or rows of zeros with a single 1.",
        _counts_forgotten: "The counts stay as they were: they follow too.",
        _sums_forgotten: "The sums stay as they were: they follow too.",
        _another_order: "The order is (counts, sums, codebook).",
        _codebook_alone: "Return all three: (counts, sums, codebook).",
        _vector_by_vector: "You decay once a vector. A batch is one step: add its vectors up first.",
        _in_place: "You change `counts` and `sums` themselves: return new arrays.",
    },
    hints=(
        "How many vectors chose each code: np.bincount(numbers, minlength=K).",
        "`np.eye(K)[numbers]` has a row for each vector, with a 1 at its code; its transpose times `vectors` adds up.",
        "`sums = decay * sums + (1 - decay) * one_hot.T @ vectors`, likewise the counts; then divide.",
    ),
    minutes=10,
    difficulty=3,
    points=3,
    returns=("counts", "sums", "codebook"),
)
