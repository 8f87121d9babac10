"""Wrong answers that no list foresaw are refused, and right ones in other clothes pass."""

import numpy as np
import pytest

from cnncourse.convolution import predict_labels
from cnncourse.exercises import check


def judged(name, source):
    names = {"np": np, "predict_labels": predict_labels}
    exec(source, names)  # noqa: S102 (what a learner's cell does)
    return check(names[name])


@pytest.mark.parametrize(
    "body",
    [
        "return np.sqrt(((queries[:, None] - points[None]) ** 2).sum(-1))",
        "return np.linalg.norm(queries[:, None] - points, axis=2)",
        "return np.array([[np.linalg.norm(q - p) for p in points] for q in queries])",
        "return np.sqrt(np.maximum(((queries[:, None] - points) ** 2).sum(2), 0)).astype(np.float32)",
    ],
)
def test_distances_by_any_right_way_pass(body):
    assert judged("distance_matrix", f"def distance_matrix(queries, points):\n    {body}").status == "passed"


@pytest.mark.parametrize(
    "body",
    [
        "return np.linalg.norm(queries[:, None] - points, axis=2).round(3)",
        "return np.linalg.norm(queries[:, None] - points, axis=2)[:, ::-1]",
        "return np.linalg.norm(queries[:, None] - points, axis=2).ravel()",
        "return np.linalg.norm(queries[:, None, :2] - points[:, :2], axis=2)",
        "return np.sqrt(np.abs(queries @ points.T))",
        "return np.linalg.norm(queries[:, None] - points, axis=2) / queries.shape[1] ** 0.5",
        "queries -= points[:1]\n    return np.linalg.norm(queries[:, None] + points[:1] - points, axis=2)",
        "return np.linalg.norm(queries[:, None] - points, axis=2) + 0.001",
    ],
)
def test_other_distances_are_refused(body):
    report = judged("distance_matrix", f"def distance_matrix(queries, points):\n    {body}")
    assert report.status == "not yet"
    assert report.advice


COUNTED = """
def vote(distances, labels, k):
    out = []
    for row in distances:
        order = sorted(range(len(row)), key=lambda i: row[i])[:k]
        votes = {}
        for i in order:
            votes[labels[i]] = votes.get(labels[i], 0) + 1
        out.append(max(votes, key=votes.get))
    return np.array(out)
"""


def test_a_vote_counted_in_a_dict_passes():
    assert judged("vote", COUNTED).status == "passed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return np.array(out)", "return np.array(out, float) + 0.5"),
        ("return np.array(out)", "return np.array(out)[:1]"),
        ("[:k]", "[:k + 1]"),
        ("+ 1\n", "+ 1 / row[i]\n"),
        ("[:k]", "[1:k + 1]"),
        ("[:k]", "[:max(k - 1, 1)]"),
        ("max(votes", "min(votes"),
        ("+ 1\n", "+ row[i]\n"),
        ("order = sorted", "order = list(reversed(sorted"),
        ("return np.array(out)", "return out"),
    ],
)
def test_other_votes_are_refused(old, new):
    assert old in COUNTED
    source = COUNTED.replace(old, new)
    if "reversed" in new:
        source = source.replace("row[i])[:k]", "row[i])[:k]))")
    assert judged("vote", source).status == "not yet"


CHOSEN = """
def choose_k(points, labels, held_out, held_out_labels, candidates):
    right = [-np.mean(predict_labels(held_out, points, labels, k) == held_out_labels) for k in candidates]
    return min(zip(right, candidates))[1]
"""


def test_a_k_chosen_by_sorting_passes():
    assert judged("choose_k", CHOSEN).status == "passed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[-np.mean", "[np.mean"),
        ("[1]", "[0]"),
        ("min(zip(right, candidates))[1]", "3"),
        ("min(zip(right, candidates))[1]", "candidates[int(np.argmin(right))]"),
        ("held_out_labels) for", "labels[:len(held_out)]) for"),
        (
            "predict_labels(held_out, points, labels, k)",
            "predict_labels(held_out, points[:20], labels[:20], k % 20)",
        ),
        ("[1]", "[1] + 0.0"),
        ("[1]", "[1] + 1e-9"),
        (
            "predict_labels(held_out, points, labels, k) == held_out_labels",
            "predict_labels(held_out[1:], points, labels, k) == held_out_labels[1:]",
        ),
    ],
)
def test_other_choices_are_refused(old, new):
    assert old in CHOSEN
    assert judged("choose_k", CHOSEN.replace(old, new)).status == "not yet"
