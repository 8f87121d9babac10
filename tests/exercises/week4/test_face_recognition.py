"""Exercises of notebook 4.2, the first half: likely wrong answers get the right sentence, others are refused too."""

import math

import pytest

from attempts import judged, refused


def edited(source, *pairs):
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


# --- verify_person ---

VERIFY = """
def verify_person(face, claimed, stored, threshold):
    photos = stored.get(claimed, ())
    for photo in photos:
        if sum((a - b) ** 2 for a, b in zip(photo, face)) < threshold:
            return True
    return False
"""


MINE = "stored.get(claimed, ())"
EVERYBODY = "[row for rows in stored.values() for row in rows]"
SPELT_ANYHOW = "{name.lower(): rows for name, rows in stored.items()}.get(claimed.lower(), ())"
PART_OF_NAME = "next((rows for name, rows in stored.items() if name in claimed or claimed in name), ())"
NEAREST_ONLY = ("in photos", "in sorted(photos, key=lambda p: ((p - face) ** 2).sum())[:1]")


def verify_of(*pairs):
    return judged("verify_person", edited(VERIFY, *pairs))


def test_verifying_photo_by_photo_passes():
    assert verify_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("square root", [("zip(photo, face)) <", "zip(photo, face)) ** 0.5 <")]),
        ("less than is wanted", [("< threshold", "<= threshold")]),
        ("a small distance means alike", [NEAREST_ONLY, ("< threshold", "> threshold")]),
        ("that is recognition", [(MINE, EVERYBODY)]),
        ("another spelling", [(MINE, SPELT_ANYHOW)]),
        ("the whole name", [(MINE, PART_OF_NAME)]),
        ("everybody's photos", [(MINE, f"{EVERYBODY} if claimed in stored else ()")]),
        ("it never may", [("return False", "return claimed not in stored")]),
        ("first photo only", [("for photo in photos", "for photo in photos[:1]")]),
        ("last photo only", [("for photo in photos", "for photo in photos[-1:]")]),
        ("average the photos first", [(MINE, "[stored[claimed].mean(axis=0)] if claimed in stored else ()")]),
        ("square them", [("(a - b) ** 2", "abs(a - b)")]),
        ("mean of the squares", [("zip(photo, face)) <", "zip(photo, face)) / len(face) <")]),
        ("cancel in your sum", [("(a - b) ** 2", "a - b"), ("zip(photo, face)) <", "zip(photo, face)) ** 2 <")]),
        ("largest squared difference", [("sum((a - b)", "max((a - b)")]),
    ],
)  # fmt: skip
def test_a_likely_wrong_verifier_is_recognised(words, pairs):
    refused(verify_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("return False", "return None")],
        [("< threshold", "< threshold ** 2")],
        [("for photo in photos", "for photo in photos[:2]")],
        [("(a - b) ** 2", "(a - b) ** 4")],
        [("(a - b)", "(a + b)")],
        [("stored.get(claimed, ())", "stored[claimed]")],
        [("< threshold", "< threshold / 2")],
        [("zip(photo, face)", "zip(photo[1:], face[1:])")],
    ],
)
def test_another_wrong_verifier_is_refused(pairs):
    refused(verify_of(*pairs))


# --- recognise_person ---

RECOGNISE = """
def recognise_person(face, names, embeddings, threshold):
    best, name = threshold, None
    for i in range(len(names)):
        distance = ((embeddings[i] - face) ** 2).sum()
        if distance < best:
            best, name = distance, names[i]
    return name
"""


def recognise_of(*pairs):
    return judged("recognise_person", edited(RECOGNISE, *pairs))


def test_recognising_row_by_row_passes():
    assert recognise_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("a stranger gets a name", [("= threshold, None", "= np.inf, None")]),
        ("the first is wanted", [("if distance < best:", "if distance <= best and distance < threshold:")]),
        ("square root", [(".sum()", ".sum() ** 0.5")]),
        ("is the value None", [("threshold, None", "threshold, 'not recognised'")]),
        ("its name is wanted", [("distance, names[i]", "distance, i")]),
        ("a later one may be nearer", [("best, name = distance, names[i]", "return names[i]")]),
        ("an earlier one may be nearer", [("best, name = distance, names[i]", "name = names[i]")]),
        ("square them", [("((embeddings[i] - face) ** 2)", "abs(embeddings[i] - face)")]),
        ("square each, then add", [("((embeddings[i] - face) ** 2).sum()", "(embeddings[i] - face).sum() ** 2")]),
        ("mean of the squares", [(".sum()", ".mean()")]),
        ("largest squared difference", [(".sum()", ".max()")]),
    ],
)
def test_a_likely_wrong_recogniser_is_recognised(words, pairs):
    refused(recognise_of(*pairs), words)


@pytest.mark.parametrize(
    ("words", "first", "order"),
    [
        ("first in the alphabet", "math.inf", "sorted(zip(names, embeddings), key=lambda pair: pair[0])"),
        ("equally near ROWS", "math.inf", "sorted(zip(names, embeddings), key=lambda pair: names.index(pair[0]))"),
        ("begins with a number", "1000", "zip(names, embeddings)"),
    ],
)
def test_a_search_in_another_order_or_from_too_near_is_recognised(words, first, order):
    source = f"""
def recognise_person(face, names, embeddings, threshold):
    best, least = None, {first}
    for name, row in {order}:
        distance = ((row - face) ** 2).sum()
        if distance < least:
            best, least = name, distance
    return best if least < threshold else None
"""
    refused(judged("recognise_person", source, math=math), words)


def test_nearest_without_threshold_in_one_line_is_recognised():
    source = """
def recognise_person(face, names, embeddings, threshold):
    return names[((embeddings - face) ** 2).sum(axis=1).argmin()] if names else None
"""
    refused(judged("recognise_person", source), "a stranger gets a name")


@pytest.mark.parametrize(
    "pairs",
    [
        [("range(len(names))", "range(1, len(names))")],
        [("range(len(names))", "range(len(names) - 1)")],
        [("distance, names[i]", "distance, names[0]")],
        [("distance, names[i]", "distance, [names[i]]")],
        [("= threshold, None", "= threshold ** 2, None")],
        [("range(len(names))", "range(len(set(names)))")],
        [("return name", "return name or names[0]")],
    ],
)
def test_another_wrong_recogniser_is_refused(pairs):
    refused(recognise_of(*pairs))


# --- accept_rate_curve ---

RATES = """
def accept_rate_curve(distances, same, thresholds):
    far, tar = [], []
    strangers, alike = distances[~same], distances[same]
    for t in thresholds:
        far.append(sum(strangers < t) / len(strangers))
        tar.append(sum(alike < t) / len(alike))
    return np.array(far), np.array(tar)
"""


def rates_of(*pairs):
    return judged("accept_rate_curve", edited(RATES, *pairs))


def test_rates_threshold_by_threshold_pass():
    assert rates_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("You have swapped the two", [("np.array(far), np.array(tar)", "np.array(tar), np.array(far)")]),
        ("equal to the threshold", [("< t)", "<= t)")]),
        ("You accept the far pairs", [("< t)", "> t)")]),
        ("divide by all N pairs", [("/ len(strangers)", "/ len(same)"), ("/ len(alike)", "/ len(same)")]),
        ("both counts by the pairs of one person", [("/ len(strangers)", "/ len(alike)")]),
        ("both counts by the pairs of two people", [("/ len(alike)", "/ len(strangers)")]),
        ("numbers of pairs", [(" / len(strangers)", ""), (" / len(alike)", "")]),
        ("false reject rate", [("sum(alike < t)", "sum(alike >= t)")]),
        ("REJECTED", [("sum(strangers < t)", "sum(strangers >= t)")]),
        ("per cent", [("sum(strangers", "100 * sum(strangers"), ("sum(alike", "100 * sum(alike")]),
        ("You sort the thresholds", [("in thresholds", "in sorted(thresholds)")]),
    ],
)
def test_likely_wrong_rates_are_recognised(words, pairs):
    refused(rates_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("in thresholds", "in thresholds[1:]")],
        [("in thresholds", "in sorted(thresholds)[::-1]")],
        [("np.array(far), np.array(tar)", "far, tar")],
        [("distances[~same]", "distances")],
        [("< t)", "< t ** 0.5)")],
        [("< t)", "< t / 2)")],
    ],
)
def test_other_wrong_rates_are_refused(pairs):
    refused(rates_of(*pairs))
