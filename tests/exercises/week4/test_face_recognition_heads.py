"""Exercises of notebook 4.2, the second half: threshold, chance and χ², right and wrong."""

import pytest

from attempts import judged, refused


def edited(source, *pairs):
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


# --- threshold_for ---

THRESHOLD = """
def threshold_for(false_accept_rate, distances, same):
    strangers = sorted(distances[~same].tolist())
    best = None
    for t in strangers + [np.inf]:
        if sum(d < t for d in strangers) / len(strangers) <= false_accept_rate:
            best = t
    return best
"""


def threshold_of(*pairs):
    return judged("threshold_for", edited(THRESHOLD, *pairs))


def test_trying_every_distance_passes():
    assert threshold_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("all pairs together", [("distances[~same]", "distances")]),
        ("pairs of one person", [("distances[~same]", "distances[same]")]),
        ("exactly the rate is allowed", [("<= false_accept_rate", "< max(false_accept_rate, 1e-9)")]),
        ("np.inf is wanted", [("strangers + [np.inf]", "strangers")]),
        ("share of all N pairs", [("/ len(strangers)", "/ len(distances)")]),
        ("each pair counts", [("sorted(distances[~same].tolist())", "sorted(set(distances[~same].tolist()))")]),
    ],
)
def test_a_likely_wrong_threshold_is_recognised(words, pairs):
    refused(threshold_of(*pairs), words)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("28.999999999999996", "k = int(false_accept_rate * n)"),
        ("round the number of false accepts up", "k = int(np.ceil(false_accept_rate * n - 1e-9))"),
        ("to the nearest", "k = int(false_accept_rate * n + 0.5)"),
        ("one place further", "k = max(int(false_accept_rate * n + 1e-9) - 1, 0)"),
        ("one pair too far", "k = int(false_accept_rate * n + 1e-9) + 1"),
        ("the smallest are accepted first", "k = int(false_accept_rate * n + 1e-9); d = d[::-1]"),
    ],
)
def test_a_wrong_place_in_the_sorted_distances_is_recognised(words, line):
    source = f"""
def threshold_for(false_accept_rate, distances, same):
    d = np.sort(distances[~same])
    n = len(d)
    {line}
    return float(d[k]) if k < n else np.inf
"""
    refused(judged("threshold_for", source), words)


def test_a_quantile_is_recognised():
    source = """
def threshold_for(false_accept_rate, distances, same):
    return float(np.percentile(distances[~same], 100 * false_accept_rate))
"""
    refused(judged("threshold_for", source), "You take a quantile")


@pytest.mark.parametrize(
    "pairs",
    [
        [("return best", "return -best")],
        [("return best", "return round(best, 1)")],
        [("<= false_accept_rate", "<= false_accept_rate + 0.005")],
        [("<= false_accept_rate", "<= false_accept_rate / 2")],
        [("best = t", "best = best or t")],
        [("return best", "return best - 1e-9")],
    ],
)
def test_another_wrong_threshold_is_refused(pairs):
    refused(threshold_of(*pairs))


# --- same_chance ---

CHANCE = """
def same_chance(f, g, weight, bias):
    z = np.array([sum(w * abs(a - b) for w, a, b in zip(weight, x, y)) + bias for x, y in zip(f, g)])
    return 1 / (1 + np.exp(-z))
"""


END = "zip(weight, x, y))"


def chance_of(*pairs):
    return judged("same_chance", edited(CHANCE, *pairs))


def test_chances_pair_by_pair_pass():
    assert chance_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("before the sigmoid", [("1 / (1 + np.exp(-z))", "z")]),
        ("turned the sign", [("np.exp(-z)", "np.exp(z)")]),
        ("exchanged", [("abs(a - b)", "(a - b)")]),
        ("square the differences", [("abs(a - b)", "(a - b) ** 2")]),
        ("loses its sign", [("w * abs(a - b)", "abs(w * (a - b))")]),
        ("of each difference, before", [("abs(a - b)", "(a - b)"), ("[sum(", "[abs(sum("), (END, f"{END})")]),
        ("left out the bias", [(" + bias", "")]),
        ("subtract the bias", [("+ bias", "- bias")]),
        ("once for each feature", [(" + bias", ""), ("abs(a - b)", "abs(a - b) + bias")]),
        ("left out the weights", [("w * abs", "abs")]),
        ("mean over the features", [("zip(weight, x, y)) +", "zip(weight, x, y)) / len(weight) +")]),
        ("belongs inside", [(" + bias", ""), ("np.exp(-z))", "np.exp(-z)) + bias")]),
    ],
)  # fmt: skip
def test_a_likely_wrong_chance_is_recognised(words, pairs):
    refused(chance_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("1 / (1 + np.exp(-z))", "1 - 1 / (1 + np.exp(-z))")],
        [("1 / (1 + np.exp(-z))", "np.exp(z)")],
        [("1 / (1 + np.exp(-z))", "np.clip(z, 0, 1)")],
        [("abs(a - b)", "max(a - b, 0)")],
        [("w * abs", "abs(w) * abs")],
        [("1 / (1 + np.exp(-z))", "(1 / (1 + np.exp(-z)))[:, None]")],
        [("1 / (1 + np.exp(-z))", "1 / (1 + 2.0 ** -z)")],
    ],
)
def test_another_wrong_chance_is_refused(pairs):
    refused(chance_of(*pairs))


# --- chi_squared_distance ---

CHI = """
def chi_squared_distance(f, g):
    result = np.zeros(len(f))
    for n in range(len(f)):
        for a, b in zip(f[n], g[n]):
            if a + b > 0:
                result[n] += (a - b) ** 2 / (a + b)
    return result
"""


def chi_of(*pairs):
    return judged("chi_squared_distance", edited(CHI, *pairs))


def test_chi_squared_by_loops_passes():
    assert chi_of().status == "passed"


@pytest.mark.parametrize(
    "divisor", ["np.maximum(f + g, 1e-12)", "f + g + 1e-12", "np.where(f + g == 0, np.inf, f + g)"]
)
def test_other_ways_around_zero_over_zero_pass(divisor):
    source = f"""
def chi_squared_distance(f, g):
    return ((f - g) ** 2 / ({divisor})).sum(axis=1)
"""
    assert judged("chi_squared_distance", source).status == "passed"


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("add last", "(f - g).sum(axis=1) ** 2 / np.maximum((f + g).sum(axis=1), 1e-12)"),
        ("its own divisor", "((f - g) ** 2).sum(axis=1) / np.maximum((f + g).sum(axis=1), 1e-12)"),
        ("spoils the whole sum", "((f - g) ** 2 / (f + g)).sum(axis=1)"),
        ("only the summand counts 0", "np.nan_to_num(((f - g) ** 2 / (f + g)).sum(axis=1))"),
        ("so NumPy warns", "np.nan_to_num((f - g) ** 2 / (f + g)).sum(axis=1)"),
        ("so NumPy warns", "np.where(f + g > 0, (f - g) ** 2 / (f + g), 0).sum(axis=1)"),
        ("add 1 to every divisor", "((f - g) ** 2 / (f + g + 1)).sum(axis=1)"),
        ("raise every divisor", "((f - g) ** 2 / np.maximum(f + g, 1)).sum(axis=1)"),
        ("do not divide", "((f - g) ** 2).sum(axis=1)"),
        ("halve the sum", "0.5 * np.nan_to_num((f - g) ** 2 / (f + g)).sum(axis=1)"),
        ("the root of the sum", "np.sqrt(np.nan_to_num((f - g) ** 2 / (f + g)).sum(axis=1))"),
        ("(axis 0)", "np.nan_to_num((f - g) ** 2 / (f + g)).sum(axis=0)"),
        ("one number", "float(np.nan_to_num((f - g) ** 2 / (f + g)).sum())"),
        ("add them over the features", "np.nan_to_num((f - g) ** 2 / (f + g))"),
        ("square the difference", "np.nan_to_num(np.abs(f - g) / (f + g)).sum(axis=1)"),
    ],
)
def test_a_likely_wrong_chi_squared_is_recognised(words, body):
    refused(judged("chi_squared_distance", f"\ndef chi_squared_distance(f, g):\n    return {body}\n"), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("if a + b > 0", "if a > 0")],
        [("if a + b > 0", "if a + b > 0.05")],
        [("/ (a + b)", "/ (a * b + 1e-12)")],
        [("/ (a + b)", "/ max(a, b)")],
        [("/ (a + b)", "/ (a * a + b * b) ** 0.5")],
        [("result[n] +=", "result[n] =")],
        [("(a - b) ** 2", "(a * a - b * b)")],
        [("return result", "return result.tolist()")],
    ],
)
def test_another_wrong_chi_squared_is_refused(pairs):
    refused(chi_of(*pairs))
