"""Exercise of notebook 5.2: how many codes are really in use."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def codes_in_use(numbers, K):
    """Return the codes' perplexity: to how many equally frequent ones they amount, a float.

    numbers holds codes from 0 to K − 1, an array of any shape. It is e to the power of the
    entropy −Σ p log p (natural logarithm) of their shares p; a code that never occurs adds
    nothing. All alike: 1; all K equally often: K.
    """
    share = np.bincount(numbers.ravel(), minlength=K) / numbers.size
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))


def _shares(numbers, K):
    share = np.bincount(numbers.ravel(), minlength=K) / numbers.size
    return share[share > 0]


def _entropy(numbers, K):
    share = _shares(numbers, K)
    return float(-(share * np.log(share)).sum())


def _bits(numbers, K):
    share = _shares(numbers, K)
    return float(-(share * np.log2(share)).sum())


def _mixed_bases(numbers, K):
    return float(np.exp(_bits(numbers, K)))


def _two_to_nats(numbers, K):
    return float(2 ** _entropy(numbers, K))


def _sign(numbers, K):
    return float(np.exp(-_entropy(numbers, K)))


def _used(numbers, K):
    return float(len(np.unique(numbers)))


def _share_used(numbers, K):
    return len(np.unique(numbers)) / K


def _of_k(numbers, K):
    return codes_in_use(numbers, K) / K


def _mean_entropy(numbers, K):
    share = _shares(numbers, K)
    return float(np.exp(-(share * np.log(share)).mean()))


def _over_k(numbers, K):
    return float(np.exp(_entropy(numbers, K) / K))


def _nan_from_zero(numbers, K):
    share = np.bincount(numbers.ravel(), minlength=K) / numbers.size
    with np.errstate(all="ignore"):
        return float(np.exp(-(share * np.log(share)).sum()))


def _padded(numbers, K):
    share = np.bincount(numbers.ravel(), minlength=K) / numbers.size + 0.01
    return float(np.exp(-(share * np.log(share)).sum()))


def _counts_for_shares(numbers, K):
    count = _shares(numbers, K) * numbers.size
    with np.errstate(all="ignore"):
        return float(np.exp(-(count * np.log(count)).sum()))


def _logs_alone(numbers, K):
    return float(np.exp(-np.log(_shares(numbers, K)).mean()))


def _simpson(numbers, K):
    return float(1 / (_shares(numbers, K) ** 2).sum())


def _largest(numbers, K):
    return float(1 / _shares(numbers, K).max())


def _first_row(numbers, K):
    return codes_in_use(numbers[:1], K)


def _of_rows(numbers, K):
    rows = np.atleast_2d(numbers).reshape(-1, numbers.shape[-1])
    return float(np.mean([codes_in_use(row, K) for row in rows]))


def _divided_by_rows(numbers, K):
    share = np.bincount(numbers.ravel(), minlength=K) / len(numbers)
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))


def _divided_by_k(numbers, K):
    share = np.bincount(numbers.ravel(), minlength=K) / K
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))


def _expected(numbers, K):
    flat = numbers.ravel().tolist()
    product = 1.0
    for code in range(K):
        p = flat.count(code) / len(flat)
        product *= p**-p if p else 1.0
    return product


def _cases():
    yield Case("all alike", (np.array([3, 3, 3, 3, 3]), 8), 1.0)
    yield Case("two of eight, equally often", (np.array([[1, 6], [6, 1]]), 8), 2.0)
    yield Case("½, ¼, ¼: 2 to the power 1½", (np.array([0, 2, 0, 3]), 4), 2**1.5)
    yield Case("all of five, equally often", (np.array([4, 3, 2, 1, 0]), 5), 5.0)
    rng = np.random.default_rng(525)
    for shape, K in (((3, 4), 7), ((2, 3, 5), 4), ((11,), 20)):
        numbers = np.minimum(rng.integers(0, K, shape), rng.integers(0, K, shape))
        yield Case(f"numbers of shape {shape}, K = {K}", (numbers, K), _expected(numbers, K))


CODES_IN_USE = Exercise(
    solution=codes_in_use,
    cases=_cases,
    mistakes={
        _entropy: "This is the entropy in nats: e to its power is wanted.",
        _bits: "This is the entropy in bits: e to the power of the entropy in nats is wanted.",
        _mixed_bases: "e is raised to an entropy in bits: both have to use the same base.",
        _two_to_nats: "2 is raised to an entropy in nats: both have to use the same base.",
        _sign: "The sign is turned round: an entropy is never negative, so the perplexity is at least 1.",
        _used: "You count the codes that occur at all: a code used once counts as much as one used always.",
        _share_used: "You return the share of codes that occur at all.",
        _of_k: "You divide by K: the number itself is wanted.",
        _mean_entropy: "You take the mean of −p log p: add it up.",
        _over_k: "You divide the entropy by K: leave it whole.",
        _nan_from_zero: "0 · log 0 is NaN in NumPy. A code that never occurs adds nothing: leave it out.",
        _padded: "You add a little to every share against log 0: that changes the result. Leave out what is 0.",
        _counts_for_shares: "You take counts for shares: divide by the number of codes first.",
        _logs_alone: "Each −log p counts with its share p.",
        _simpson: "1 / Σ p² is another measure of how many are in use: here −Σ p log p is wanted.",
        _largest: "You look at the most frequent code alone.",
        _first_row: "You look at the first row alone: numbers may have any shape, and all of them count.",
        _of_rows: "You take a mean over rows: all numbers belong to one count.",
        _divided_by_rows: "len(numbers) counts the rows: numbers.size counts all numbers.",
        _divided_by_k: "Shares are counts divided by how many numbers there are, not by K.",
    },
    hints=(
        "np.bincount(numbers.ravel(), minlength=K) counts how often each code occurs.",
        "Divide by numbers.size, and keep only the shares above 0.",
        "`np.exp(-(share * np.log(share)).sum())`.",
    ),
    minutes=6,
    difficulty=1,
    points=1,
)
