"""Exercise of notebook 4.1: all semi-hard triplets of a batch."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def semi_hard_choice(distances, people, margin):
    """Return all semi-hard triplets, an int array (T, 3): anchor, positive, negative.

    distances (N, N) holds the squared distance of every photo from every other, people
    (N,) who is in each. The positive p is ANOTHER photo of the anchor a's person, the
    negative n a photo of somebody else. Semi-hard means, with both signs strict,

        distances[a, p] < distances[a, n] < distances[a, p] + margin.

    Order the rows by anchor, then positive, then negative. There may be none: (0, 3).

    Example: photos at 0, 1 and 2 on a line, people [4, 4, 7], margin 5: d is 1 to the
    positive and 4 to the negative for anchor 0; for anchor 1 both are 1. So [[0, 1, 2]].
    """
    found = []
    for a in range(len(people)):
        for p in np.flatnonzero(people == people[a]):
            far = (distances[a] > distances[a, p]) & (distances[a] < distances[a, p] + margin)
            if p != a:
                found += [(a, p, n) for n in np.flatnonzero(far & (people != people[a]))]
    return np.array(found, dtype=int).reshape(-1, 3)


def _strictly(near, far, margin):
    return near < far < near + margin


def _chosen(
    holds=_strictly,
    positive=lambda people, a, p: people[a] == people[p] and a != p,
    negative=lambda people, a, p, n: people[n] != people[a],
    told=lambda found: np.array(found, int).reshape(-1, 3),
    distance=lambda d, a, b: d[a, b],
    keep=lambda negatives, d, a: negatives,
):
    """Return a choice with one part replaced."""

    def choose(distances, people, margin):
        N, found = len(people), []
        for a, p in ((a, p) for a in range(N) for p in range(N) if positive(people, a, p)):
            near = distance(distances, a, p)
            fitting = [n for n in range(N) if negative(people, a, p, n)]
            fitting = [n for n in fitting if holds(near, distance(distances, a, n), margin)]
            found += [(a, p, n) for n in keep(fitting, distances, a)]
        return told(found)

    return choose


_anchor_as_positive = _chosen(positive=lambda people, a, p: people[a] == people[p])
_same_person = _chosen(negative=lambda people, a, p, n: n not in (a, p))
_any_other_photo = _chosen(positive=lambda people, a, p: a != p)
_swapped_people = _chosen(
    positive=lambda people, a, p: people[a] != people[p],
    negative=lambda people, a, p, n: people[n] == people[a] and n != a,
)
_no_upper = _chosen(holds=lambda near, far, margin: near < far)
_no_lower = _chosen(holds=lambda near, far, margin: far < near + margin)
_hard = _chosen(holds=lambda near, far, margin: far <= near)
_easy = _chosen(holds=lambda near, far, margin: far >= near + margin)
_equal_below = _chosen(holds=lambda near, far, margin: near <= far < near + margin)
_equal_above = _chosen(holds=lambda near, far, margin: near < far <= near + margin)
_roots = _chosen(distance=lambda d, a, b: np.sqrt(d[a, b]))
_squared_again = _chosen(distance=lambda d, a, b: d[a, b] ** 2)
_always_fifth = _chosen(holds=lambda near, far, margin: near < far < near + 0.2)
_margin_alone = _chosen(holds=lambda near, far, margin: near < far < margin)
_each_pair_once = _chosen(positive=lambda people, a, p: people[a] == people[p] and a < p)
_nearest_alone = _chosen(keep=lambda ns, d, a: sorted(ns, key=lambda n: d[a, n])[:1])
_farthest_alone = _chosen(keep=lambda ns, d, a: sorted(ns, key=lambda n: -d[a, n])[:1])
_first_alone = _chosen(keep=lambda ns, d, a: ns[:1])
_by_distance = _chosen(keep=lambda ns, d, a: sorted(ns, key=lambda n: d[a, n]))
_floats_if_none = _chosen(told=lambda found: np.array(found).reshape(-1, 3))
_turned = _chosen(told=lambda found: np.array(found, int).reshape(-1, 3).T)
_negative_second = _chosen(told=lambda found: np.array(found, int).reshape(-1, 3)[:, [0, 2, 1]])


def _by_nothing_between(distances, people, margin):
    """Take a distance of 0 for the sign that a photo is the anchor itself."""
    found = _anchor_as_positive(distances, people, margin)
    return found[distances[found[:, 0], found[:, 1]] > 0]


def _names_told(distances, people, margin):
    return people[semi_hard_choice(distances, people, margin)]


def _measured_from_positive(distances, people, margin):
    found = []
    for a, p, n in np.ndindex(*3 * (len(people),)):
        kinds = a != p and people[a] == people[p] != people[n]
        if kinds and distances[a, p] < distances[p, n] < distances[a, p] + margin:
            found.append((a, p, n))
    return np.array(found, int).reshape(-1, 3)


def _plain(distances, people, margin):
    rows, people, found = distances.tolist(), people.tolist(), []
    for a, row in enumerate(rows):
        others = [(i, d) for i, (d, who) in enumerate(zip(row, people, strict=True)) if who != people[a]]
        for p, near in enumerate(row):
            if p != a and people[p] == people[a]:
                found += [[a, p, n] for n, far in others if far - near > 0 and far - near < margin]
    return np.array(found, dtype=int).reshape(-1, 3)


def _on_a_line(*places):
    places = np.array(places, float)
    return (places[:, None] - places) ** 2


def _semi_hard_cases():
    def case(what, distances, people, margin):
        distances, people = np.array(distances, float).reshape(2 * (len(people),)), np.array(people, int)
        return Case(what, (distances, people, margin), _plain(distances, people, margin))

    args = _on_a_line(0, 1, 2), np.array([4, 4, 7]), 5
    yield Case("the photos of the example", args, np.array([[0, 1, 2]]))
    border = _on_a_line(0, 1, -1, 2, -3), np.array([4, 4, 7, 7, 7]), 8
    yield case("equal distances, and one exactly a margin farther", *border)
    yield case("the margin a little larger", *border[:2], 8.5)
    yield case("a wide margin: all that is farther", *border[:2], 100)
    yield case("two people with three photos each", _on_a_line(0, 2, 3, 1, 4, 7), [1, 1, 1, 2, 2, 2], 6)
    yield case("photos not side by side", _on_a_line(0, 5, 2, 4, 1, 6), [3, 8, 3, 8, 8, 3], 7.5)
    yield case("a single person", _on_a_line(0, 1, 3), [5, 5, 5], 9)
    yield case("one photo of each person", _on_a_line(0, 1, 3), [5, 6, 7], 9)
    yield case("no photo", [], [], 0.2)
    yield case("two photos of one person in one place", _on_a_line(0, 0, 1, 2), [6, 6, 3, 3], 1.5)
    yield case("tiny distances and a tiny margin", _on_a_line(0, 3e-4, -4e-4, 5e-4, 6e-4), [1, 1, 2, 2, 2], 2e-7)
    yield case("small distances and margins", _on_a_line(0, 0.3, 0.5, 0.55), [2, 2, 9, 9], 0.2)
    rng = np.random.default_rng(14)
    for N, P, margin in ((9, 3, 0.3), (12, 4, 0.2), (10, 2, 0.6), (14, 3, 1.1)):
        points = rng.normal(size=(N, 3))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        distances = ((points[:, None] - points) ** 2).sum(axis=2)
        yield case(f"{N} photos of {P} people, margin {margin}", distances, rng.permutation(np.arange(N) % P), margin)


SEMI_HARD_CHOICE = Exercise(
    solution=semi_hard_choice,
    cases=_semi_hard_cases,
    mistakes={
        _anchor_as_positive: "The anchor serves as its own positive with you: at distance 0 it teaches nothing. p ≠ a.",
        _by_nothing_between: "You leave out positives at distance 0, but another photo may lie there too: p != a.",
        _same_person: "Some of your negatives are photos of the anchor's own person: they would be pushed apart.",
        _any_other_photo: "Some of your positives are photos of somebody else: people[p] must be people[a].",
        _swapped_people: "Positives and negatives have changed places: p is of the anchor's person, n is not.",
        _no_upper: "The upper border is missing: negatives beyond d_ap + margin cost nothing, they are easy.",
        _no_lower: "The lower border is missing: negatives nearer than the positive are hard, not semi-hard.",
        _hard: "You choose the hard ones, whose negative is nearer than the positive.",
        _easy: "You choose the easy ones, which cost nothing.",
        _equal_below: "You take negatives exactly as far as the positive: both signs are strict.",
        _equal_above: "You take negatives exactly a margin farther: both signs are strict.",
        _roots: "You take roots: the distances are squared ones, and the margin is meant for those.",
        _squared_again: "You square the distances once more: they are squared already.",
        _always_fifth: "You use 0.2, whatever margin says.",
        _margin_alone: "You compare d_an with the margin itself: the border is d_ap + margin.",
        _each_pair_once: "You take each pair of photos once: anchor and positive exchanged are another triplet.",
        _nearest_alone: "You keep only the nearest fitting negative of a pair: ALL are wanted.",
        _farthest_alone: "You keep only the farthest fitting negative of a pair: ALL are wanted.",
        _first_alone: "You keep only the first fitting negative of a pair (a break?): ALL are wanted.",
        _by_distance: "Right, but a pair's negatives are ordered by distance: order them by index.",
        _floats_if_none: "Right, except without triplets: np.array([]) holds floats, and those are no indices. "
        "np.array(found, dtype=int).",
        _turned: "Turned: one row a triplet is wanted, (T, 3).",
        _negative_second: "Your columns are anchor, negative, positive: the positive comes second.",
        _names_told: "You return the people's numbers; the photos' places in the batch are wanted.",
        _measured_from_positive: "You measure the negative from the positive: distances[a, n] counts.",
    },
    hints=(
        "Three loops over range(N) and one `if` with five conditions are enough, if slow: a, p, n.",
        "p != a, people[p] == people[a], people[n] != people[a], and the two strict comparisons.",
        "np.array(found, dtype=int).reshape(-1, 3) has the right shape and type even where nothing was found.",
    ),
    minutes=12,
    difficulty=2,
    points=3,
)
