"""Boxes out of a target: likely wrong answers get the right sentence, others are refused too, right ones pass."""

import pytest

from attempts import judged, refused

# --- yolo_boxes ---


def boxes_of(*pairs):
    source = """
def yolo_boxes(target, image_size):
    S, _, B, _ = target.shape
    H, W = image_size
    out = np.zeros((S, S, B, 4))
    for i in range(S):
        for j in range(S):
            for k in range(B):
                p, bx, by, bh, bw = target[i, j, k, :5]
                cx, cy = (j + bx) * W / S, (i + by) * H / S
                w, h = bw * W / S, bh * H / S
                out[i, j, k] = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
    return out
"""
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return judged("yolo_boxes", source)


def test_boxes_by_loops_pass():
    assert boxes_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("forget the cell's place", [("(j + bx)", "bx"), ("(i + by)", "by")]),
        ("add the row to b_x", [("(j + bx)", "(i + bx)"), ("(i + by)", "(j + by)")]),
        ("b_h and b_w count cells", [("bw * W / S, bh * H / S", "bw * W, bh * H")]),
        ("S times too large: a cell", [(" / S", "")]),
        ("Your boxes are in cells", [(" * W / S", ""), (" * H / S", "")]),
        ("b_x and b_y are added to it unscaled", [
            ("(j + bx) * W / S", "j * W / S + bx"), ("(i + by) * H / S", "i * H / S + by")]),
        ("vector has b_h at 3", [("bh, bw =", "bw, bh =")]),
        ("image_size is (height, width)", [("H, W = ", "W, H = ")]),
        ("centre, width and height", [("cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2", "cx, cy, w, h")]),
        ("centre for the upper left", [("cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2", "cx, cy, cx + w, cy + h")]),
        ("half a cell too far", [("(j + bx)", "(j + 0.5 + bx)"), ("(i + by)", "(i + 0.5 + by)")]),
        ("whatever its p_c", [("                out[", "                if p > 0.5: out[")]),
        ("long list", [("return out", "return out.reshape(-1, 4)")]),
        ("clip the boxes", [("return out", "return np.clip(out, 0, [W, H, W, H])")]),
        ("exponential", [("bw * W / S, bh * H / S", "np.exp(bw) * W / S, np.exp(bh) * H / S")]),
    ],
)  # fmt: skip
def test_wrong_boxes_are_told_what_is_wrong(words, pairs):
    refused(boxes_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("(j + bx)", "(j - bx)")],
        [("(j + bx)", "(j + max(bx, 0))")],
        [("(j + bx) * W / S", "(j + bx) * (W // S)")],
        [("bw * W / S, bh * H / S", "min(bw, 1) * W / S, min(bh, 1) * H / S")],
        [("(j + bx)", "(j + 1 / (1 + np.exp(-bx)))")],
        [("out[i, j, k]", "out[j, i, k]")],
        [("cx + w / 2, cy", "cx + w / 2 - 1, cy")],
        [("cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2", "cx - h / 2, cy - w / 2, cx + h / 2, cy + w / 2")],
        [("* H / S\n                w", "* W / S\n                w")],
        [("range(B)", "range(1)")],
        [("return out", "return out.round()")],
        [("return out", "return out.astype(int)")],
        [("return out", "return p * out")],
        [("(i + by)", "(S - 1 - i + by)")],
    ],
)
def test_other_boxes_are_refused(pairs):
    refused(boxes_of(*pairs))


# --- filter_boxes ---

BEST_FIRST = """    order = np.argsort(scores)[::-1]
    return np.reshape(found, (-1, 4))[order], np.array(scores)[order], np.array(labels)[order]"""


def kept(*pairs):
    source = """
def filter_boxes(boxes, prediction, score_threshold):
    found, scores, labels = [], [], []
    S, _, B, _ = prediction.shape
    for i in range(S):
        for j in range(S):
            for k in range(B):
                p, c = prediction[i, j, k, 0], prediction[i, j, k, 5:]
                score = p * max(c)
                if score >= score_threshold:
                    found.append(boxes[i, j, k])
                    scores.append(score)
                    labels.append(c.argmax())
    return np.reshape(found, (-1, 4)), np.array(scores), np.array(labels, int)
"""
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return judged("filter_boxes", source)


def test_a_filter_by_loops_passes():
    assert kept().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("score is p_c alone", [("p * max(c)", "p")]),
        ("largest c alone. Where", [("p * max(c)", "max(c)")]),
        ("you choose by p_c", [("if score >=", "if p >=")]),
        ("choose by the largest c", [("if score >=", "if max(c) >=")]),
        ("reach the threshold each", [("if score >= score_threshold", "if p >= score_threshold <= max(c)")]),
        ("return p_c as the score", [("scores.append(score)", "scores.append(p)")]),
        ("return the largest c as the score", [("scores.append(score)", "scores.append(max(c))")]),
        ("sum of all classes", [("p * max(c)", "p * sum(c)")]),
        (">=, not >", [("if score >=", "if score >")]),
        ("below the threshold", [("if score >=", "if score <")]),
        ("5 too large", [("c.argmax()", "5 + c.argmax()")]),
        ("begin at 1", [("c.argmax()", "1 + c.argmax()")]),
        ("whole vector", [("c.argmax()", "prediction[i, j, k].argmax()")]),
        ("anchor's number as the label", [("labels.append(c.argmax())", "labels.append(k)")]),
        ("column before row", [("prediction[i, j, k", "prediction[j, i, k"), ("boxes[i, j, k]", "boxes[j, i, k]")]),
        ("b_x, b_y, b_h, b_w from the prediction", [("boxes[i, j, k]", "prediction[i, j, k, 1:5]")]),
        ("sort by score", [
            ("    return np.reshape(found, (-1, 4)), np.array(scores), np.array(labels, int)",
             BEST_FIRST)]),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_told_what_is_wrong(words, pairs):
    refused(kept(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("p * max(c)", "np.sqrt(p * max(c))")],
        [("p * max(c)", "min(p, max(c))")],
        [("p * max(c)", "p * c[0]")],
        [("p * max(c)", "p * sorted(c)[-2]")],
        [("5:]", "4:]")],
        [("c.argmax()", "c.argmin()")],
        [("c.argmax()", "0")],
        [("range(B)", "range(B - 1, -1, -1)")],
        [("score_threshold:", "0.5:")],
        [("scores.append(score)", "scores.append(round(score, 2))")],
        [("np.array(scores)", "np.array(scores) > 0")],
        [("score >= score_threshold", "round(score, 1) >= score_threshold")],
    ],
)
def test_other_filters_are_refused(pairs):
    refused(kept(*pairs))
