"""Exercise of notebook 4.2: is this face the person it claims to be?"""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def verify_person(face, claimed, stored, threshold):
    """Return True if `face` may pass as the person `claimed`, else False.

    face (D,) is the embedding of the photo at the door, claimed a name. stored maps each
    name to the embeddings (n, D) of that person's photos, n ≥ 1, computed once.
    The face passes if its SQUARED distance |face − photo|² from the NEAREST photo of the
    claimed person is less than threshold. A name that is not stored never passes.

    Example: with stored = {"Ada": [[0, 0], [9, 9]]}, the face [1, 2] has the squared
    distances 5 and 113. As "Ada" it passes a threshold of 6, but not one of 5; as "Bo"
    it passes none.
    """
    if claimed not in stored:
        return False
    distances = ((stored[claimed] - face) ** 2).sum(axis=1)
    return bool(distances.min() < threshold)


def _verified(
    rows=lambda claimed, stored: stored.get(claimed),
    distance=lambda rows, face: ((rows - face) ** 2).sum(axis=1),
    choose=np.min,
    passes=lambda d, t: bool(d < t),
    unknown=lambda: False,
):
    """Return a verifier with one part replaced."""

    def verify(face, claimed, stored, threshold):
        chosen = rows(claimed, stored)
        return unknown() if chosen is None else passes(choose(distance(chosen, face)), threshold)

    return verify


def _everybody(claimed, stored):
    return np.concatenate(list(stored.values())) if stored else None


def _others(claimed, stored):
    others = [photos for name, photos in stored.items() if name != claimed]
    return np.concatenate(others) if others else None


def _known_name(claimed, stored):
    return _everybody(claimed, stored) if claimed in stored else None


def _crosswise(rows, face):
    return ((rows - face) ** 2).sum(axis=0)


_root = _verified(distance=lambda rows, face: np.sqrt(((rows - face) ** 2).sum(axis=1)))
_at_most = _verified(passes=lambda d, t: bool(d <= t))
_far_ones = _verified(passes=lambda d, t: bool(d > t))
_anybody = _verified(rows=_everybody)
_anybody_if_known = _verified(rows=_known_name)
_not_the_claimed = _verified(rows=_others)
_unknown_passes = _verified(unknown=lambda: True)
_first_photo = _verified(choose=lambda d: d[0])
_last_photo = _verified(choose=lambda d: d[-1])
_farthest = _verified(choose=np.max)
_mean_distance = _verified(choose=np.mean)
_mean_photo = _verified(distance=lambda rows, face: ((rows.mean(axis=0) - face) ** 2).sum(keepdims=True))
_absolute = _verified(distance=lambda rows, face: np.abs(rows - face).sum(axis=1))
_mean_square = _verified(distance=lambda rows, face: ((rows - face) ** 2).mean(axis=1))
_square_of_sum = _verified(distance=lambda rows, face: (rows - face).sum(axis=1) ** 2)
_largest_part = _verified(distance=lambda rows, face: ((rows - face) ** 2).max(axis=1))
_wrong_axis = _verified(distance=_crosswise)
_similar_name = _verified(
    rows=lambda claimed, stored: next((rows for n, rows in stored.items() if n.lower() == claimed.lower()), None)
)
_part_of_name = _verified(
    rows=lambda claimed, stored: next((rows for n, rows in stored.items() if claimed in n or n in claimed), None)
)
_the_distance = _verified(passes=lambda d, t: float(d))
_dot_product = _verified(distance=lambda rows, face: rows @ face)


def _plain(face, claimed, stored, threshold):
    for name, photos in stored.items():
        for photo in photos.tolist():
            total = sum((x - y) ** 2 for x, y in zip(photo, face.tolist(), strict=True))
            if name == claimed and total < threshold:
                return True
    return False


def _verify_cases():
    stored = {"Ada": np.array([[0.0, 0.0], [9.0, 9.0]]), "Bo": np.array([[2.0, 3.0], [1.0, 9.0], [30.0, 0.0]])}

    def case(what, face, claimed, threshold, expected):
        return Case(what, (np.array(face, float), claimed, stored, threshold), expected)

    yield case("the face of the example as Ada, threshold 6", [1, 2], "Ada", 6, True)
    yield case("the same, threshold 5: the distance itself", [1, 2], "Ada", 5, False)
    yield case("the same, threshold 100", [1, 2], "Ada", 100, True)
    yield case("the same face as somebody unknown", [1, 2], "Cy", 100, False)
    yield case("Ada's own photo, the name without its capital", [0, 0], "ada", 100, False)
    yield case("Ada's own photo, a part of her name", [0, 0], "Ad", 100, False)
    yield case("a name that holds hers", [0, 0], "Ada B", 100, False)
    yield case("Bo's face as Ada's", [2, 3], "Ada", 10, False)
    yield case("near the second of two photos", [8, 9], "Ada", 1.5, True)
    yield case("between two photos, near neither", [4.5, 4.5], "Ada", 30, False)
    yield case("near the first of three photos", [2.5, 3], "Bo", 0.3, True)
    yield case("near the middle one of three photos", [1, 8], "Bo", 1.25, True)
    yield case("a distance whose root is below the threshold", [0, 3], "Ada", 4, False)
    yield case("less than 1 apart: the root is larger", [0.5, 0], "Ada", 0.3, True)
    yield case("one part below, the sum above the threshold", [2, 2], "Ada", 7, False)
    yield case("steps that cancel in a plain sum", [3, -3], "Ada", 10, False)
    yield case("steps that add up in a plain sum", [2, 2], "Ada", 9, True)
    yield case("a squared distance of 5.12, just above the threshold", [1.6, 1.6], "Ada", 5.11, False)
    yield case("a squared distance of 5.12, just below the threshold", [1.6, 1.6], "Ada", 5.13, True)
    yield case("exactly a stored photo", [30, 0], "Bo", 0.01, True)
    yield case("a face far from everybody", [100, -50], "Ada", 20, False)
    rng = np.random.default_rng(42)
    for length, threshold in ((6, 1.3), (3, 0.4), (5, 1.1), (8, 1.2), (4, 0.3), (7, 1.0)):
        photos = {name: rng.normal(size=(n, length)) for name, n in (("Eve", 3), ("Flo", 1), ("Gus", 5), ("Hal", 2))}
        photos = {name: rows / np.linalg.norm(rows, axis=1, keepdims=True) for name, rows in photos.items()}
        face = photos["Gus"][2] + rng.normal(size=length) * 0.3
        face /= np.linalg.norm(face)
        for claimed in photos:
            args = face, claimed, photos, threshold
            yield Case(f"unit embeddings of length {length} as {claimed}", args, _plain(*args))


VERIFY_PERSON = Exercise(
    solution=verify_person,
    cases=_verify_cases,
    mistakes={
        _root: "You take the square root: threshold is compared with the squared distance.",
        _at_most: "A distance equal to the threshold does not pass: less than is wanted.",
        _far_ones: "You let the far ones in: a small distance means alike.",
        _anybody: "You compare with everybody who is stored: that is recognition. Only the claimed person counts.",
        _anybody_if_known: "You look whether the name is stored, and then compare with everybody's photos. Only the "
        "claimed person's count.",
        _not_the_claimed: "You compare with everybody but the claimed person.",
        _similar_name: "You let another spelling of the name pass: a name that is not stored just so never passes.",
        _part_of_name: "You let a part of a name pass for the name: claimed in stored asks for the whole name.",
        _unknown_passes: "A name that is not stored passes with you: it never may.",
        _first_photo: "You compare with the first photo only: the nearest of all counts.",
        _last_photo: "You compare with the last photo only: the nearest of all counts.",
        _farthest: "You take the farthest photo of the person: the nearest counts.",
        _mean_distance: "You average the distances from the photos: the nearest counts.",
        _mean_photo: "You average the photos first: the distance from the nearest photo is wanted.",
        _absolute: "You add absolute differences: square them.",
        _mean_square: "You take the mean of the squares: their sum is wanted.",
        _square_of_sum: "You add the differences first and square the sum: square each, then add. Differences of "
        "either sign cancel in your sum.",
        _largest_part: "You take the largest squared difference: their sum is wanted.",
        _wrong_axis: "You add over the photos (axis 0) and not over the D numbers of each (axis 1).",
        _the_distance: "You return the distance: whether it is less than the threshold is asked, True or False.",
        _dot_product: "You take the scalar product, which is large for alike: the squared distance is wanted.",
    },
    hints=(
        "First the name: if claimed not in stored, return False.",
        "(stored[claimed] - face) ** 2 has shape (n, D): face is taken from every row. Add over axis 1.",
        "The smallest of the n distances decides: bool(distances.min() < threshold).",
    ),
    minutes=6,
    difficulty=1,
    points=2,
)
