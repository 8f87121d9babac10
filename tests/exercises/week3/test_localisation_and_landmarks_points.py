"""Mirrored landmarks and the soft argmax: likely wrong answers get the right sentence, right ones pass."""

import pytest
import torch

from attempts import changed, judged, refused
from cnncourse.detection.localization import encode_object, localization_loss, mirror_landmarks
from cnncourse.exercises.catalogue import catalogue
from cnncourse.networks.landmarks import soft_argmax_points

# --- mirror_landmarks ---


def mirror(body):
    return judged("mirror_landmarks", "def mirror_landmarks(points, partners, width):\n" + body)


WRONG_MIRRORS = [
    ("identities did not change places", "    return np.array([(width - x, y) for x, y in points])"),
    ("no point moved", "    return np.array([points[k] for k in partners])"),
    ("upside down", "    return np.array([(points[k][0], width - points[k][1]) for k in partners])"),
    ("one pixel too far left", "    return np.array([(width - points[k][0] - 1, points[k][1]) for k in partners])"),
    ("reverse the order", "    return np.array([(width - x, y) for x, y in points])[::-1]"),
    ("partners is a tuple", "    return np.array([(width - x, y) for x, y in points])[partners]"),
    (
        "their own partners do not move",
        """
    x = [width - points[p][0] if p != k else points[k][0] for k, p in enumerate(partners)]
    return np.stack([x, points[list(partners), 1]], axis=1)
""",
    ),
    (
        "does every pair twice",
        """
    new = np.array([(width - x, y) for x, y in points])
    for k in range(len(new)):
        new[[k, partners[k]]] = new[[partners[k], k]]
    return new
""",
    ),
    (
        "points that came in are changed",
        """
    points[:, 0] *= -1
    points[:, 0] += width
    return points[list(partners)]
""",
    ),
    (
        "overwritten before its partner",
        """
    new = points * (-1, 1) + (width, 0)
    for k, partner in enumerate(partners):
        new[k] = new[partner]
    return new
""",
    ),
]


@pytest.mark.parametrize(("words", "body"), WRONG_MIRRORS)
def test_a_wrong_mirror_is_told_what_is_wrong(words, body):
    refused(mirror(body), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("width - points[:, 0]", "width + points[:, 0]"),
        ("width - points[:, 0]", "width / 2 - points[:, 0]"),
        ("width - points[:, 0]", "abs(width - points[:, 0])"),
        ("width - points[:, 0]", "np.clip(width - points[:, 0], 0, width)"),
        ("width - points[:, 0]", "points[:, 0].max() - points[:, 0]"),
        ("width - points[:, 0]", "np.floor(width - points[:, 0])"),
        ("width - points[:, 0]", "64 - points[:, 0]"),
        ("axis=1", "axis=0"),
        ("moved[list(partners)]", "moved[np.argsort(moved[:, 0])]"),
        ("moved[list(partners)]", "moved[::-1]"),
        ("moved[list(partners)]", "moved[[k ^ 1 if k ^ 1 < len(points) else k for k in range(len(points))]]"),
        ("moved[list(partners)]", "np.roll(moved, len(points) // 2, axis=0)"),
        ("moved[list(partners)]", "moved[list(partners), 0]"),
        ("moved[list(partners)]", "moved[list(partners)][list(partners)]"),
        ("moved[list(partners)]", "np.roll(moved, 1, axis=0)"),
    ],
)
def test_other_mirrors_are_refused(old, new):
    report = changed("mirror_landmarks", (old, new))
    refused(report)
    assert report.advice


RIGHT_MIRRORS = [
    "    return np.array([[width - points[p][0], points[p][1]] for p in partners])",
    "    new = np.empty_like(points)\n    new[np.array(partners)] = points * [-1, 1] + [width, 0]\n    return new",
]


@pytest.mark.parametrize("body", RIGHT_MIRRORS)
def test_other_ways_to_mirror_pass(body):
    assert mirror(body).status == "passed", mirror(body)


# --- soft_argmax ---


def soft(body):
    return judged("soft_argmax", "def soft_argmax(scores, cell):\n" + body)


MEANS = """
    with np.errstate(all="ignore"):
        p = {}
        Y, X = np.mgrid[:scores.shape[0], :scores.shape[1]]
        return (p * (X + {})).sum() * {}, (p * (Y + {})).sum() * {}
"""
BEST = """
    best, columns = int(np.argmax(scores)), scores.shape[1]
    return cell * (best % columns + 0.5), cell * (best // columns + 0.5)
"""
WHOLE = "np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()"
ROWS = "np.exp(scores - scores.max(1)[:, None]) / np.exp(scores - scores.max(1)[:, None]).sum(1)[:, None] / len(scores)"


def means(weights, offset=0.5, cell="cell"):
    return MEANS.format(weights, offset, cell, offset, cell)


WRONG_POINTS = [
    ("centre of the best cell", BEST),
    ("upper left corners", means(WHOLE, 0)),
    ("too large for a float", means("np.exp(scores) / np.exp(scores).sum()")),
    ("within each row", means(ROWS)),
    ("do not add up to 1", means("np.exp(scores - scores.max())")),
    ("in cells", means(WHOLE, cell="1")),
    ("its own largest score", means(ROWS.partition(" / ")[0]).replace("p * ", "p / p.sum() * ")),
    ("half a cell down", means(WHOLE, "cell // 2 / cell")),
    ("back half a cell", means(WHOLE, -0.5)),
    (
        "from border to border",
        f"""
    p, (rows, columns) = {WHOLE}, scores.shape
    return p.sum(0) @ np.linspace(0, columns * cell, columns), p.sum(1) @ np.linspace(0, rows * cell, rows)
""",
    ),
    ("x and y have changed", means(WHOLE).replace("X +", "Z +").replace("Y +", "X +").replace("Z +", "Y +")),
]


@pytest.mark.parametrize(("words", "body"), WRONG_POINTS)
def test_a_wrong_point_is_told_what_is_wrong(words, body):
    refused(soft(body), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("scores.max()", "scores.mean()"),
        ("scores - scores.max()", "scores"),
        ("scores - scores.max()", "scores.max() - scores"),
        ("scores - scores.max()", "(scores - scores.max()) / 2"),
        ("scores - scores.max()", "np.minimum(scores, 700)"),
        ("scores - scores.max()", "scores - 1000"),
        ("scores - scores.max()", "scores - abs(scores).max()"),
        ("scores - scores.max()", "scores - max(scores.max() - 700, 0)"),
        ("np.exp(scores - scores.max())", "2.0 ** (scores - scores.max())"),
        ("np.exp(scores - scores.max())", "(scores == scores.max()).astype(float)"),
        ("weights / weights.sum()", "weights / weights.sum(axis=0)"),
        ("weights / weights.sum()", "weights / weights.max()"),
        ("weights / weights.sum()", "weights ** 2 / (weights ** 2).sum()"),
        ("weights.sum(axis=0)", "weights.max(axis=0)"),
        ("weights.sum(axis=0)", "weights.mean(axis=0)"),
        ("np.arange(columns) + 0.5", "np.arange(columns)"),
        ("np.arange(columns) + 0.5", "np.arange(columns) + 1"),
        ("(np.arange(rows) + 0.5) * cell", "np.arange(rows) * cell + 0.5"),
        ("rows, columns = scores.shape", "rows = columns = scores.shape[0]"),
        ("return x, y", "return y, x"),
        ("return x, y", "return round(x), round(y)"),
        ("return x, y", "return x"),
    ],
)
def test_other_points_are_refused(old, new):
    report = changed("soft_argmax", (old, new))
    refused(report)
    assert report.advice


RIGHT_POINTS = [
    means("torch.tensor(scores).flatten().softmax(0).reshape(scores.shape).numpy()"),
    """
    total = np.logaddexp.reduce(scores, axis=None)
    across, down = (np.exp(np.logaddexp.reduce(scores, axis=k) - total) for k in (0, 1))
    return tuple(float(p @ np.linspace(cell / 2, (len(p) - 0.5) * cell, len(p))) for p in (across, down))
""",
]


@pytest.mark.parametrize("body", RIGHT_POINTS)
def test_other_ways_to_the_point_pass(body):
    assert soft(body).status == "passed", soft(body)


# --- the package ---


def test_the_package_gives_what_the_cases_expect():
    for case in catalogue()["encode_localisation"].all_cases:
        box, label, count, height, width = case.args
        assert encode_object(box, label, count, (height, width)).tolist() == pytest.approx(case.expected)
    for case in catalogue()["localisation_loss"].all_cases:
        assert localization_loss(*case.args).item() == pytest.approx(float(case.expected["loss"]))
    for case in catalogue()["mirror_landmarks"].all_cases:
        assert mirror_landmarks(*case.args).tolist() == case.expected.tolist()
    for case in catalogue()["soft_argmax"].all_cases:
        scores, cell = case.args
        point = soft_argmax_points(torch.from_numpy(scores)[None, None], cell, margin=0)[0, 0]
        assert tuple(point.tolist()) == pytest.approx(case.expected, abs=1e-3)
