"""Training and test people instead of training and test pictures, so that nobody is in both parts."""

import numpy as np

from cnncourse.arguments import numeric_array, random_generator, real_number


def split_by_person(people, share, rng):
    """Return (train, test): the places of the training and of the test pictures, ascending.

    people is an array `(N,)`: who is in each picture. round(share · number of people) people are chosen at random with
    `rng`: all of their pictures are for the test, all others for training. ValueError where a part would be empty.

    >>> train, test = split_by_person([7, 3, 7, 9], 1 / 3, np.random.default_rng(0))
    >>> sorted([*train.tolist(), *test.tolist()])
    [0, 1, 2, 3]
    """
    people, share = numeric_array("people", people, 1, axes="(N,)"), real_number("share", share, 0)
    names = np.unique(people)
    count = round(share * len(names))
    if not 0 < count < len(names):
        raise ValueError(f"share must leave people for both parts, got {share:g} of {len(names)}: {count} for the test")
    in_test = np.isin(people, random_generator("rng", rng).choice(names, count, replace=False))
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)
