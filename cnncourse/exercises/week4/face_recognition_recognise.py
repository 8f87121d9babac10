"""Exercise of notebook 4.2: who is it, if anybody that is enrolled?"""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def recognise_person(face, names, embeddings, threshold):
    """Return the name of the person in the photo, or None: "not recognised".

    face (D,) is an embedding. embeddings (N, D) holds the enrolled photos, row by row, and
    names is the list of the N names they belong to; one name may have several rows. The
    person is the one of the row with the smallest SQUARED distance from face (of equals
    the first), if that distance is less than threshold. An empty gallery, N = 0, knows
    nobody.

    Example: names ["Ada", "Bo"], embeddings [[0, 0], [4, 0]]. The face [3, 1] has the
    squared distances 10 and 2: "Bo" for a threshold of 3, None for one of 2.
    """
    if len(names) == 0:
        return None
    distances = ((embeddings - face) ** 2).sum(axis=1)
    nearest = distances.argmin()
    return names[nearest] if distances[nearest] < threshold else None


def _recognised(
    distance=lambda rows, face: ((rows - face) ** 2).sum(axis=1),
    choose=np.argmin,
    passes=lambda d, t: d < t,
    told=lambda names, place: names[place],
    nobody=None,
):
    """Return a recogniser with one part replaced."""

    def recognise(face, names, embeddings, threshold):
        if len(names) == 0:
            return nobody
        distances = distance(embeddings, face)
        place = choose(distances)
        return told(names, int(place)) if passes(distances[place], threshold) else nobody

    return recognise


_without_threshold = _recognised(passes=lambda d, t: True)
_at_most = _recognised(passes=lambda d, t: d <= t)
_root = _recognised(distance=lambda rows, face: np.sqrt(((rows - face) ** 2).sum(axis=1)))
_farthest = _recognised(choose=np.argmax)
_far_ones = _recognised(passes=lambda d, t: d > t)
_last_of_equals = _recognised(choose=lambda d: len(d) - 1 - d[::-1].argmin())
_place = _recognised(told=lambda names, place: place)
_word = _recognised(nobody="not recognised")
_absolute = _recognised(distance=lambda rows, face: np.abs(rows - face).sum(axis=1))
_square_of_sum = _recognised(distance=lambda rows, face: (rows - face).sum(axis=1) ** 2)
_mean_square = _recognised(distance=lambda rows, face: ((rows - face) ** 2).mean(axis=1))
_largest_part = _recognised(distance=lambda rows, face: ((rows - face) ** 2).max(axis=1))


def _first_below(face, names, embeddings, threshold):
    for name, row in zip(names, embeddings, strict=True):
        if ((row - face) ** 2).sum() < threshold:
            return name
    return None


def _last_below(face, names, embeddings, threshold):
    found = None
    for name, row in zip(names, embeddings, strict=True):
        if ((row - face) ** 2).sum() < threshold:
            found = name
    return found


def _all_below(face, names, embeddings, threshold):
    distances = ((embeddings - face) ** 2).sum(axis=1)
    return [name for name, d in zip(names, distances, strict=True) if d < threshold] or None


def _first_in_alphabet(face, names, embeddings, threshold):
    distances = ((embeddings - face) ** 2).sum(axis=1).tolist()
    distance, name = min(zip(distances, names, strict=True), default=(np.inf, None))
    return name if distance < threshold else None


def _by_person(face, names, embeddings, threshold):
    best, least = None, threshold
    for name in dict.fromkeys(names):
        distance = min(((row - face) ** 2).sum() for other, row in zip(names, embeddings, strict=True) if other == name)
        if distance < least:
            best, least = name, distance
    return best


def _from_a_thousand(face, names, embeddings, threshold):
    best, least = None, 1000.0
    for name, row in zip(names, embeddings, strict=True):
        distance = ((row - face) ** 2).sum()
        if distance < least:
            best, least = name, distance
    return best if least < threshold else None


def _by_mean(measure):
    def recognise(face, names, embeddings, threshold):
        best, least = None, threshold
        for name in dict.fromkeys(names):
            rows = embeddings[[other == name for other in names]]
            distance = measure(rows, face)
            if distance < least:
                best, least = name, distance
        return best

    return recognise


_mean_photo = _by_mean(lambda rows, face: ((rows.mean(axis=0) - face) ** 2).sum())
_mean_distance = _by_mean(lambda rows, face: ((rows - face) ** 2).sum(axis=1).mean())


def _most_votes(face, names, embeddings, threshold):
    near = _all_below(face, names, embeddings, threshold)
    return max(dict.fromkeys(near), key=near.count) if near else None


def _plain(face, names, embeddings, threshold):
    best, least = None, threshold
    for name, row in zip(names, embeddings.tolist(), strict=True):
        total = sum((x - y) ** 2 for x, y in zip(row, face.tolist(), strict=True))
        if total < least:
            best, least = name, total
    return best


def _recognise_cases():
    def case(what, face, names, embeddings, threshold, expected):
        rows = np.array(embeddings, float).reshape(-1, len(face))
        return Case(what, (np.array(face, float), names, rows, threshold), expected)

    two = ["Ada", "Bo"], [[0, 0], [4, 0]]
    yield case("the face of the example, threshold 3", [3, 1], *two, 3, "Bo")
    yield case("the same, threshold 2: the distance itself", [3, 1], *two, 2, None)
    yield case("a stranger", [20, 30], *two, 3, None)
    yield case("two below the threshold: the nearer one", [3, 0], *two, 50, "Bo")
    yield case("two below the threshold, the nearer one first", [1, 0], *two, 50, "Ada")
    yield case("equally near: the first", [2, 1], *two, 9, "Ada")
    turned = ["Bo", "Ada"], [[0, 0], [4, 0]]
    yield case("equally near: the first, whatever its name", [2, 1], *turned, 9, "Bo")
    again = ["Cy", "Bo", "Cy"], [[9, 9], [0, 0], [4, 0]]
    yield case("equally near: the first row, though the other's name came earlier", [2, 1], *again, 9, "Bo")
    yield case("far away, and a threshold that is farther", [500, 100], *turned, 1e6, "Ada")
    yield case("a single photo of zeros", [0, 1], ["Ada"], [[0, 0]], 2, "Ada")
    yield case("a squared distance of 5.12, just above the threshold", [1.6, 1.6], *two, 5.11, None)
    yield case("an empty gallery", [1, 2], [], [], 9, None)
    three = ["Cy", "Ada", "Cy", "Bo", "Bo"], [[9, 9], [0, 0], [1, 9], [3, 3], [4, 3]]
    yield case("the second photo of a person", [1, 8], *three, 3, "Cy")
    yield case("one good photo against two fair ones", [1.25, 1.25], *three, 12, "Ada")
    yield case("one good photo and one bad one of the same person", [8, 9], *three, 2, "Cy")
    yield case("between a person's two photos, near neither", [5, 9], *three, 15, None)
    yield case("a distance whose root is below the threshold", [0, -3], *three, 4, None)
    yield case("a distance below 1, whose root is above the threshold", [0, -0.5], *three, 0.3, "Ada")
    yield case("steps of both signs", [3, -3], ["Ada", "Bo"], [[0, 0], [4, 1]], 20, "Bo")
    yield case("one large step or several small ones", [0, 0, 0], ["Ada", "Bo"], [[3, 0, 0], [2, 2, 2]], 30, "Ada")
    yield case("many small steps: above the threshold", [0, 0, 0], ["Ada"], [[1, 1, 1]], 2, None)
    rng = np.random.default_rng(8)
    for people, photos, length, threshold in ((6, 3, 5, 0.9), (12, 2, 8, 0.8), (4, 5, 6, 1.2), (9, 1, 4, 0.25)):
        rows = rng.normal(size=(people * photos, length))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        names = [f"person {number % people}" for number in range(len(rows))]
        for place in rng.integers(len(rows), size=3):
            face = rows[place] + rng.normal(size=length) * rng.uniform(0.1, 0.5)
            args = face / np.linalg.norm(face), names, rows, threshold
            what = f"{people} people with {photos} photos each, embeddings of length {length}"
            yield Case(what, args, _plain(*args))


RECOGNISE_PERSON = Exercise(
    solution=recognise_person,
    cases=_recognise_cases,
    mistakes={
        _without_threshold: "You name the nearest person, however far: a stranger gets a name. Where the distance is "
        "not less than threshold, return None.",
        _at_most: "A distance equal to the threshold is not recognised: less than is wanted.",
        _root: "You take the square root: threshold is compared with the squared distance.",
        _farthest: "You look at the farthest row: the nearest is wanted.",
        _far_ones: "You name the far ones: a small distance means alike.",
        _last_of_equals: "Of equally near rows you take the last one: the first is wanted, which argmin gives.",
        _first_in_alphabet: "Of equally near rows you take the name that comes first in the alphabet (min of pairs "
        "compares the names where the distances are equal): the first row is wanted.",
        _by_person: "Of equally near people you take the one who came first with any photo: the first of the equally "
        "near ROWS is wanted.",
        _from_a_thousand: "Your search begins with a number that a distance may exceed: begin with math.inf, or with "
        "the threshold itself.",
        _place: "You return the row's number: its name is wanted, names[row].",
        _word: "Nobody found is the value None, not a text.",
        _first_below: "You return the first row below the threshold: a later one may be nearer.",
        _last_below: "You return the last row below the threshold: an earlier one may be nearer.",
        _all_below: "You return everybody below the threshold: only the nearest is wanted.",
        _mean_photo: "You average the photos of each person: the nearest single photo decides.",
        _mean_distance: "You average the distances from each person's photos: the nearest single photo decides.",
        _most_votes: "You let the rows below the threshold vote: the nearest one alone decides.",
        _absolute: "You add absolute differences: square them.",
        _square_of_sum: "You add the differences first and square the sum: square each, then add.",
        _mean_square: "You take the mean of the squares: their sum is wanted.",
        _largest_part: "You take the largest squared difference: their sum is wanted.",
    },
    hints=(
        "The squared distances from all rows at once: ((embeddings - face) ** 2).sum(axis=1), shape (N,).",
        "distances.argmin() is the row of the nearest; compare distances[nearest] with threshold.",
        "Begin with: if len(names) == 0, return None.",
    ),
    minutes=7,
    difficulty=1,
    points=2,
)
