"""Exercises of notebook 4.1: wrong answers written afresh are refused, and told what is wrong."""

import pytest

from attempts import changed, judged, refused


def edited(source, pairs):
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


# --- triplet_cost ---

COST = """
def triplet_cost(anchor, positive, negative, margin):
    losses = []
    for a, p, n in zip(anchor, positive, negative):
        d_ap = torch.dot(a - p, a - p)
        d_an = torch.dot(a - n, a - n)
        losses.append(torch.clamp(d_ap - d_an + margin, min=0))
    return sum(losses, 0 * anchor.sum())
"""


def cost_of(*pairs):
    return judged("triplet_cost", edited(COST, pairs))


def test_a_loss_by_a_loop_passes():
    assert cost_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("outside the max", [("d_an + margin, min=0)", "d_an, min=0) + margin")]),
        ("take the root", [("torch.dot(a - p, a - p)", "(a - p).norm()"),
                           ("torch.dot(a - n, a - n)", "(a - n).norm()")]),
        ("add up first", [("torch.clamp(d_ap - d_an + margin, min=0)", "d_ap - d_an + margin"),
                          ("sum(losses, 0 * anchor.sum())", "torch.clamp(sum(losses, 0 * anchor.sum()), min=0)")]),
        ("changed places", [("in zip(anchor, positive, negative)", "in zip(anchor, negative, positive)")]),
        ("do not cut off", [("torch.clamp(d_ap - d_an + margin, min=0)", "d_ap - d_an + margin")]),
        ("margin is missing", [(" + margin", "")]),
        ("subtract the margin", [("+ margin", "- margin")]),
        ("mean over the triplets", [("sum(losses, 0 * anchor.sum())", "sum(losses) / len(losses)")]),
        ("gradient", [("sum(losses, 0 * anchor.sum())", "sum(x.item() for x in losses)")]),
        ("measured from the anchor", [("torch.dot(a - n, a - n)", "torch.dot(p - n, p - n)")]),
        ("absolute differences", [("torch.dot(a - p, a - p)", "(a - p).abs().sum()"),
                                  ("torch.dot(a - n, a - n)", "(a - n).abs().sum()")]),
    ],
)  # fmt: skip
def test_wrong_losses_are_told_what_is_wrong(words, pairs):
    refused(cost_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("min=0", "min=0, max=1")],
        [("d_ap - d_an + margin", "d_ap - d_an.detach() + margin")],
        [("d_ap - d_an + margin", "d_ap.detach() - d_an + margin")],
        [("d_ap - d_an + margin", "(d_ap - d_an + margin) / 2")],
        [("d_ap - d_an + margin", "d_ap - d_an + margin ** 2")],
        [("d_ap - d_an + margin", "d_ap / (d_an + 1e-9) - 1 + margin")],
        [("losses.append(", "losses.append(anchor.shape[1] * ")],
        [("in zip(anchor, positive, negative)", "in zip(anchor[:2], positive, negative)")],
    ],
)
def test_other_losses_are_refused(pairs):
    refused(cost_of(*pairs))


# --- semi_hard_choice ---

CHOICE = """
def semi_hard_choice(distances, people, margin):
    rows = []
    N = len(people)
    for a in range(N):
        for p in range(N):
            if p == a or people[p] != people[a]:
                continue
            for n in range(N):
                if people[n] == people[a]:
                    continue
                if distances[a, p] < distances[a, n] < distances[a, p] + margin:
                    rows.append([a, p, n])
    return np.array(rows, dtype=int).reshape(-1, 3)
"""


def choice_of(*pairs):
    return judged("semi_hard_choice", edited(CHOICE, pairs))


def test_a_choice_by_loops_passes():
    assert choice_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("its own positive", [("p == a or ", "")]),
        ("own person", [("people[n] == people[a]", "n in (a, p)")]),
        ("upper border", [(" < distances[a, p] + margin", "")]),
        ("lower border", [("distances[a, p] < distances[a, n] <", "distances[a, n] <")]),
        ("exactly as far", [("distances[a, p] < distances[a, n]", "distances[a, p] <= distances[a, n]")]),
        ("exactly a margin farther", [("< distances[a, p] + margin", "<= distances[a, p] + margin")]),
        ("whatever margin says", [("+ margin", "+ 0.2")]),
        ("margin itself", [("< distances[a, p] + margin", "< margin")]),
        ("each pair of photos once", [("for p in range(N)", "for p in range(a, N)")]),
        ("a break", [("rows.append([a, p, n])", "rows.append([a, p, n]); break")]),
        ("people's numbers", [("np.array(rows, dtype=int).reshape(-1, 3)",
                               "people[np.array(rows, dtype=int).reshape(-1, 3)]")]),
        ("holds floats", [("dtype=int", "dtype=float if not rows else int")]),
        ("distances[a, n] counts", [("< distances[a, n] <", "< distances[p, n] <")]),
        ("somebody else", [("p == a or people[p] != people[a]", "p == a")]),
    ],
)  # fmt: skip
def test_wrong_choices_are_told_what_is_wrong(words, pairs):
    refused(choice_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("distances[a, p] + margin", "distances[a, p] * (1 + margin)")],
        [("[a, p, n])", "[p, a, n])")],
        [("range(N):\n        for p", "range(N - 1):\n        for p")],
        [("for n in range(N)", "for n in range(p, N)")],
        [("for n in range(N)", "for n in range(a)")],
        [(".reshape(-1, 3)", "")],
        [("rows.append", "len(rows) < 9 and rows.append")],
    ],
)
def test_other_choices_are_refused(pairs):
    refused(choice_of(*pairs))


# --- the others ---


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("row of the nearest", "((questions[:, None] - enrolled) ** 2).sum(2).argmin(1)"),
        ("farthest", "people[((questions[:, None] - enrolled) ** 2).sum(2).argmax(1)]"),
        ("absolute", "people[np.abs(questions[:, None] - enrolled).sum(2).argmin(1)]"),
        ("one length", "people[np.argmax(questions @ enrolled.T, axis=1)]"),
        ("cancel", "people[(questions.sum(1)[:, None] - enrolled.sum(1)).__pow__(2).argmin(1)]"),
        ("", "people[((questions[:, None] - enrolled) ** 2)[:, :, 0].argmin(1)]"),
        ("", "np.unique(people[((questions[:, None] - enrolled) ** 2).sum(2).argmin(1)])"),
        ("", "people[((questions[:, None] - enrolled) ** 2).sum(2).argmin(1)].astype(float)"),
        ("", "people[[int(np.abs(enrolled - q).prod(1).argmin()) for q in questions]]"),
    ],
)
def test_wrong_recognition_is_refused(words, body):
    refused(judged("one_shot_people", f"def one_shot_people(enrolled, people, questions):\n    return {body}"), words)


def test_recognition_by_a_loop_and_by_a_product_with_lengths_passes():
    by_loop = """
def one_shot_people(enrolled, people, questions):
    return np.array([people[np.linalg.norm(enrolled - q, axis=1).argmin()] for q in questions], dtype=int)
"""
    assert judged("one_shot_people", by_loop).status == "passed"


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("its own positive", "n * n * (N - n)"),
        ("counted once", "n * (n - 1) // 2 * (N - n)"),
        ("pairs of one person", "n * (n - 1)"),
        ("every photo be a negative", "n * (n - 1) * N"),
        ("but the anchor", "n * (n - 1) * (N - 1)"),
        ("only anchor and positive", "n * (n - 1) * (N - 2)"),
        ("other people", "n * (n - 1) * (len(set(people.tolist())) - 1)"),
        ("", "n * (n - 1) * (n - 2)"),
        ("", "(n - 1) * (N - n)"),
        ("", "n * (N - n)"),
        ("", "n * (n - 1) * (N - n) / 1"),
    ],
)
def test_wrong_counts_are_refused(words, term):
    source = f"""
def count_triplets(people):
    N = len(people)
    return sum({term} for n in [people.tolist().count(who) for who in set(people.tolist())])
"""
    words = {"counted once": "count each pair once", "other people": "count the other people"}.get(words, words)
    refused(judged("count_triplets", source), words)


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("changed places", [("torch.where(same, distance, torch.relu(margin - distance))",
                             "torch.where(same, torch.relu(margin - distance), distance)")]),
        ("with the squared distance", [("torch.relu(margin - distance)", "torch.relu(margin - distance**2) ** 0.5")]),
        ("beyond the margin would be pulled", [("torch.relu(margin - distance)", "margin - distance")]),
        ("wrong sign", [("margin - distance", "distance - margin")]),
        ("½ is missing", [(" / 2", "")]),
        ("mean over the pairs", [(".sum() / 2", ".mean() / 2")]),
        ("root is missing", [(".sqrt()", "")]),
        ("gradient", [(".sum() / 2", ".sum().item() / 2")]),
        ("", [("costs**2", "costs")]),
        ("", [("margin - distance", "1.0 - distance")]),
        ("", [(".sum(dim=1).sqrt()", ".sum(dim=1).sqrt().clamp(max=2)")]),
        ("", [("(costs**2).sum()", "costs.sum() ** 2")]),
        ("", [("torch.where(same,", "torch.where(same & (distance < margin),")]),
    ],
)  # fmt: skip
def test_wrong_contrastive_losses_are_refused(words, pairs):
    refused(changed("contrastive_cost", *pairs), words)
