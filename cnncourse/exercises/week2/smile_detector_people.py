"""Exercise of notebook 2.6: training and test people, not training and test pictures."""

import copy

import numpy as np

from cnncourse.exercises.engine import Case, Exercise

SPLITS = 80


def split_by_person(people, share, rng):
    """Return (train, test): the places of the training and of the test pictures, ascending.

    people is an array (N,): who is in each picture. A person may be in many pictures and
    the numbers need not be 0, 1, 2, …. Choose round(share · number of people) people at
    random with rng: all of their pictures are for the test, all others for training.

    Example: people [7, 3, 7, 9], share 1/3. If rng picks person 7, train is [1, 3] and
    test [0, 2].
    """
    names = np.unique(people)
    tested = rng.choice(names, round(share * len(names)), replace=False)
    in_test = np.isin(people, tested)
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def _places(in_test):
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def _by_pictures(people, share, rng):
    order = rng.permutation(len(people))
    count = round(share * len(people))
    return np.sort(order[count:]), np.sort(order[:count])


def _last_pictures(people, share, rng):
    return _places(np.arange(len(people)) >= len(people) - round(share * len(people)))


def _until_enough_pictures(people, share, rng):
    in_test = np.zeros(len(people), bool)
    for person in rng.permutation(np.unique(people)):
        if in_test.mean() < share:
            in_test |= people == person
    return _places(in_test)


def _always_the_same_people(people, share, rng):
    names = np.unique(people)
    return _places(np.isin(people, names[: round(share * len(names))]))


def _swapped(people, share, rng):
    return split_by_person(people, share, rng)[::-1]


def _people_not_places(people, share, rng):
    order = rng.permutation(np.unique(people))
    count = round(share * len(order))
    return np.sort(order[count:]), np.sort(order[:count])


def _drawn_with_repeats(people, share, rng):
    names = np.unique(people)
    return _places(np.isin(people, rng.choice(names, round(share * len(names)))))


def _frequent_people_more_often(people, share, rng):
    tested = rng.choice(people, round(share * len(np.unique(people))), replace=False)
    return _places(np.isin(people, tested))


def _one_picture_each(people, share, rng):
    names, first = np.unique(people, return_index=True)
    chosen = rng.choice(len(names), round(share * len(names)), replace=False)
    in_test = np.isin(np.arange(len(people)), first[chosen])
    return _places(in_test)


def _rest_dropped(people, share, rng):
    train, test = split_by_person(people, share, rng)
    _, first = np.unique(people[test], return_index=True)
    return train, np.sort(test[first])


def _numbered_without_gaps(people, share, rng):
    count = len(np.unique(people))
    tested = rng.choice(count, round(share * count), replace=False)
    return _places(np.isin(people, tested))


def _up_to_the_largest(people, share, rng):
    count = int(people.max()) + 1
    tested = rng.choice(count, round(share * count), replace=False)
    return _places(np.isin(people, tested))


def _rounded_up(people, share, rng):
    names = np.unique(people)
    return _places(np.isin(people, rng.permutation(names)[: int(np.ceil(share * len(names)))]))


def _rounded_down(people, share, rng):
    names = np.unique(people)
    return _places(np.isin(people, rng.permutation(names)[: int(share * len(names))]))


def _not_ascending(people, share, rng):
    train, test = split_by_person(people, share, rng)
    return rng.permutation(train), rng.permutation(test)


def _masks(people, share, rng):
    train, test = split_by_person(people, share, rng)
    return np.isin(np.arange(len(people)), train), np.isin(np.arange(len(people)), test)


def _observed(f, people, share, rng):
    """Return what is true of 80 splits in a row, which every right way of choosing at random shares."""
    twin = copy.deepcopy(rng)
    splits = [tuple(np.asarray(part) for part in f(people, share, rng)) for _ in range(SPLITS)]
    why = _unusable(len(people), np.concatenate([np.concatenate(split) for split in splits]), splits)
    tested = round(share * len(np.unique(people)))
    if why:
        return _expected(tested) | {"somebody in both parts": why}
    again = f(people, share, twin)
    sizes = [len(np.unique(people[test])) for _, test in splits]
    return {
        "somebody in both parts": _words(any(_shared(people, *split) for split in splits), "it happens", "never"),
        "people in the test": _sizes(sizes, tested),
        "every picture in one part": _parts(len(people), splits),
        "places ascending": _words(all(map(_ascending, splits)), "always", "not always"),
        "equal generators": _words(all(map(np.array_equal, splits[0], again)), "give equal splits", "give others"),
        "in 80 splits": _turns(people, [test for _, test in splits]),
    }


def _unusable(N, places, splits):
    if any(part.ndim != 1 or part.dtype.kind not in "iu" for split in splits for part in split):
        return "the parts are not arrays of whole numbers"
    if ((places < 0) | (places >= N)).any():
        return "the parts hold numbers that are no places in people"
    return ""


def _words(holds, yes, no):
    return yes if holds else no


def _shared(people, train, test):
    return len(np.intersect1d(people[train], people[test])) > 0


def _sizes(sizes, tested):
    fewer, more = min(sizes) < tested, max(sizes) > tested
    both = "sometimes fewer and sometimes more than"
    return f"{('always', 'sometimes more than', 'sometimes fewer than', both)[2 * fewer + more]} {tested}"


def _parts(N, splits):
    joined = [np.concatenate(split) for split in splits]
    lost = any(len(np.unique(places)) < N for places in joined)
    twice = any(len(np.unique(places)) < len(places) for places in joined)
    return ("always", "some are twice", "some are in none", "some are in none, some twice")[2 * lost + twice]


def _ascending(split):
    return all(bool((np.diff(part) > 0).all()) for part in split)


def _turns(people, tests):
    """Say whether everybody gets into a test, and no more often for having many pictures."""
    names, counts = np.unique(people, return_counts=True)
    turns = np.array([sum(name in people[test] for test in tests) for name in names]) / len(tests)
    if not turns.all():
        return "somebody is in no test"
    favoured = turns[counts.argmax()] > turns.mean() + 0.45
    return _words(favoured, "people with many pictures are in too many tests", "everybody has a turn")


def _expected(tested):
    return {
        "somebody in both parts": "never",
        "people in the test": f"always {tested}",
        "every picture in one part": "always",
        "places ascending": "always",
        "equal generators": "give equal splits",
        "in 80 splits": "everybody has a turn",
    }


def _split_cases():
    """Yield people with few and many pictures, in order and mixed, with gaps in their numbers."""
    six = np.array([4, 4, 4, 9, 9, 2, 2, 2, 2, 2, 11, 7, 7, 30])
    yield Case("six people in order, a third of them", (six, 1 / 3, np.random.default_rng(1)), _expected(2))
    yield Case("the example's four pictures", (np.array([7, 3, 7, 9]), 1 / 3, np.random.default_rng(2)), _expected(1))
    rng = np.random.default_rng(26)
    for count, share, tested in ((12, 0.25, 3), (20, 0.4, 8), (11, 0.45, 5), (13, 0.4, 5)):
        names = np.sort(rng.choice(200, count, replace=False)) + 5
        people = rng.permutation(np.repeat(names, rng.integers(1, 12, count)))
        what = f"{count} people, {len(people)} pictures, share {share}"
        yield Case(what, (people, share, np.random.default_rng(count)), _expected(tested))
    one = rng.permutation(np.arange(40, 50))
    yield Case("ten people with one picture each", (one, 0.3, np.random.default_rng(3)), _expected(3))
    celebrity = rng.permutation(np.concatenate([np.full(60, 1), np.arange(100, 109)]))
    yield Case("one of ten people has 60 pictures", (celebrity, 0.2, np.random.default_rng(4)), _expected(2))


SPLIT_BY_PERSON = Exercise(
    solution=split_by_person,
    cases=_split_cases,
    observe=_observed,
    mistakes={
        _by_pictures: "You draw pictures, so the same person is in both parts. The net may then know the test faces "
        "by heart, and the test says nothing about new people: draw people.",
        _last_pictures: "You cut the list of pictures in two. The person at the cut is in both parts (in a mixed list "
        "nearly everybody is), and rng is not used: draw people.",
        _until_enough_pictures: "You add people until the share of the pictures is reached. The share is of the "
        "people: round(share · number of people), however many pictures each has.",
        _always_the_same_people: "The test has the same people every time: let the rng that comes in choose them (not "
        "the people's order, and no generator of your own).",
        _swapped: "The parts are swapped: (train, test) is the order, and share is the test's.",
        _people_not_places: "You return who is in the parts. Wanted are the places of their pictures in people, with "
        "which one can then pick pictures and labels.",
        _drawn_with_repeats: "The same person can be drawn twice, so some tests have too few people: "
        "replace=False, or take the first ones of rng.permutation.",
        _frequent_people_more_often: "You draw from the pictures' list of people, so a person with many pictures is "
        "drawn more than once: draw from np.unique(people).",
        _one_picture_each: "Only one picture of each chosen person goes to the test; the others stay in training, "
        "which thus knows the person.",
        _rest_dropped: "Only one picture of each chosen person is used, the others are lost: all of them belong to "
        "the test.",
        _numbered_without_gaps: "You draw from 0 … number of people − 1, but people's numbers have gaps: draw from "
        "np.unique(people).",
        _up_to_the_largest: "You draw from 0 … the largest number, but most of these numbers are nobody's: draw from "
        "np.unique(people).",
        _rounded_up: "You round the number of people up; round(…) takes the nearest whole number.",
        _rounded_down: "You cut the number of people down to a whole number; round(…) takes the nearest.",
        _not_ascending: "The right pictures, but not in ascending order: np.flatnonzero gives places in order.",
        _masks: "You return True and False for every picture; np.flatnonzero turns such a mask into places.",
    },
    hints=(
        "`names = np.unique(people)` is everybody once. From it, `rng.choice(names, count, replace=False)` draws.",
        "`in_test = np.isin(people, tested)` marks every picture of the people drawn.",
        "`np.flatnonzero(mask)` gives the places where a mask is True, and `~mask` is the other part.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
