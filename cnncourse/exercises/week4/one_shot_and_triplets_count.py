"""Exercise of notebook 4.1: how many triplets does a batch hold?"""

from math import comb

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def count_triplets(people):
    """Return how many triplets (anchor, positive, negative) a batch holds, an int.

    people (N,) holds the number of the person in each photo. The positive is ANOTHER photo
    of the anchor's person, the negative a photo of somebody else. Anchor and positive
    exchanged are another triplet. N may be 0.

    Example: people [4, 4, 7, 4]. The 3 photos of person 4 make 3 · 2 pairs, each with one
    negative: 6. Person 7 has no positive: 0. Together 6.
    """
    _, counts = np.unique(people, return_counts=True)
    return int((counts * (counts - 1) * (len(people) - counts)).sum())


def _counted(pairs=lambda n: n * (n - 1), negatives=lambda n, total: total - n, told=lambda parts: int(sum(parts))):
    """Return a count with one part replaced."""

    def count(people):
        counts = np.unique(people, return_counts=True)[1].tolist()
        return told([pairs(n) * negatives(n, len(people)) for n in counts])

    return count


_itself = _counted(pairs=lambda n: n * n)
_unordered = _counted(pairs=lambda n: n * (n - 1) // 2)
_pairs_alone = _counted(negatives=lambda n, total: 1)
_all_negatives = _counted(negatives=lambda n, total: total)
_all_others = _counted(negatives=lambda n, total: total - 1)
_beyond_the_pair = _counted(negatives=lambda n, total: total - 2)
_anchor_left = _counted(pairs=lambda n: n - 1)
_anchors = _counted(pairs=lambda n: n if n > 1 else 0)
_float = _counted(told=lambda parts: float(sum(parts)))
_largest = _counted(told=lambda parts: max(parts, default=0))
_averaged = _counted(told=lambda parts: sum(parts) // max(len(parts), 1))


def _other_people(people):
    counts = np.unique(people, return_counts=True)[1].tolist()
    return sum(n * (n - 1) * (len(counts) - 1) for n in counts)


def _any_three(people):
    return comb(len(people), 3)


def _as_if_even(people):
    P = len(set(people.tolist()))
    K = len(people) // P if P else 0
    return P * K * (K - 1) * (P - 1) * K


def _neighbours_only(people):
    same = people[:, None] == people
    return int((same[:-1, 1:].diagonal().sum() if len(people) > 1 else 0) * (~same).sum())


def _plain(people):
    people, N = people.tolist(), len(people)
    places = [(a, p, n) for a in range(N) for p in range(N) for n in range(N)]
    return sum(a != p and people[a] == people[p] != people[n] for a, p, n in places)


def _count_cases():
    for what, numbers in (
        ("the batch of the example", [4, 4, 7, 4]),
        ("two people with two photos each", [1, 1, 2, 2]),
        ("a single person", [5, 5, 5]),
        ("one photo of each person", [3, 1, 4, 2]),
        ("no photo", []),
        ("one photo", [9]),
        ("three people with 2, 3 and 5 photos", [8, 8, 3, 3, 3, 1, 1, 1, 1, 1]),
        ("photos of a person that are not side by side", [2, 6, 2, 9, 6, 2, 9, 4]),
        ("numbers that are no places: negative and large", [-3, 900, -3, 900, 900]),
    ):
        people = np.array(numbers, int)
        yield Case(what, (people,), _plain(people))
    rng = np.random.default_rng(6)
    for N, P in ((15, 4), (24, 7)):
        people = rng.integers(P, size=N)
        yield Case(f"{N} photos of {P} people in any order", (people,), _plain(people))
    yield Case("20 people with 6 photos each", (np.arange(120) % 20,), 20 * 6 * 5 * 114)


COUNT_TRIPLETS = Exercise(
    solution=count_triplets,
    cases=_count_cases,
    mistakes={
        _itself: "You count the anchor as its own positive: a person with n photos has n · (n − 1) pairs, not n².",
        _unordered: "You count each pair once. Anchor and positive exchanged are another triplet: n · (n − 1).",
        _pairs_alone: "You count the pairs of one person. Each of them goes with every photo of somebody else.",
        _all_negatives: "You let every photo be a negative, also those of the anchor's own person: N − n are left.",
        _all_others: "You let every photo but the anchor be a negative: photos of the same person cannot be one.",
        _beyond_the_pair: "You leave out only anchor and positive: other photos of the same person are no negatives.",
        _anchor_left: "You count the positives of one anchor. Each of a person's n photos is an anchor in its turn.",
        _anchors: "You count anchors and negatives, but an anchor has n − 1 positives to choose from.",
        _other_people: "You count the other people. Each of their PHOTOS makes another triplet.",
        _any_three: "You count any three photos. Two of them must be of one person and the third of another.",
        _as_if_even: "You take it that all people have equally many photos: count each person's own.",
        _neighbours_only: "You compare neighbours only. A person's photos may lie anywhere in the batch.",
        _largest: "You return the count of one person. Add up all people's.",
        _averaged: "You return the mean over the people; the sum is wanted.",
        _float: "A count is an int.",
    },
    hints=(
        "np.unique(people, return_counts=True) gives each person's number of photos n.",
        "A person with n photos gives n · (n − 1) ordered pairs of anchor and positive.",
        "Each pair goes with N − n negatives. Add up n · (n − 1) · (N − n) over the people; int(…) makes it an int.",
    ),
    minutes=6,
    difficulty=1,
    points=1,
)
