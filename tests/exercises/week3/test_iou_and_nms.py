"""Exercises of notebook 3.3, the first half: likely wrong answers get the right sentence, others are refused too."""

import pytest

from attempts import judged, refused
from cnncourse.detection.boxes import iou

# --- box_iou ---


def edited(source, pairs):
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


def box_iou_of(*pairs):
    source = """
def box_iou(box, boxes):
    ax1, ay1, ax2, ay2 = box
    found = []
    for bx1, by1, bx2, by2 in boxes:
        w = max(0, min(ax2, bx2) - max(ax1, bx1))
        h = max(0, min(ay2, by2) - max(ay1, by1))
        inter = w * h
        a, b = (ax2 - ax1) * (ay2 - ay1), (bx2 - bx1) * (by2 - by1)
        found.append(inter / (a + b - inter))
    return np.array(found)
"""
    return judged("box_iou", edited(source, pairs))


def test_overlaps_by_loops_pass():
    assert box_iou_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("shared area twice", [("(a + b - inter)", "(a + b)")]),
        ("negative width or height", [("max(0, min(ax2, bx2) - max(ax1, bx1))", "(min(ax2, bx2) - max(ax1, bx1))"),
                                      ("max(0, min(ay2, by2) - max(ay1, by1))", "(min(ay2, by2) - max(ay1, by1))")]),
        ("clip the product", [("w = max(0, min(ax2, bx2) - max(ax1, bx1))", "w = min(ax2, bx2) - max(ax1, bx1)"),
                              ("h = max(0, min(ay2, by2) - max(ay1, by1))", "h = min(ay2, by2) - max(ay1, by1)"),
                              ("inter = w * h", "inter = max(w * h, 0)")]),
        ("+ 1, which counts whole pixels", [
            ("max(ax1, bx1))", "max(ax1, bx1) + 1)"), ("max(ay1, by1))", "max(ay1, by1) + 1)"),
            ("(ax2 - ax1) * (ay2 - ay1)", "(ax2 - ax1 + 1) * (ay2 - ay1 + 1)"),
            ("(bx2 - bx1) * (by2 - by1)", "(bx2 - bx1 + 1) * (by2 - by1 + 1)")]),
        ("width AND height", [
            ("max(0, min(ax2, bx2) - max(ax1, bx1))", "min(ax2, bx2) - max(ax1, bx1)"),
            ("max(0, min(ay2, by2) - max(ay1, by1))", "min(ay2, by2) - max(ay1, by1)"),
            ("inter = w * h", "inter = 0 if w < 0 and h < 0 else w * h")]),
        ("put the union in brackets", [("inter / (a + b - inter)", "inter / a + b - inter")]),
        ("by the smaller area", [("(a + b - inter)", "min(a, b)")]),
        ("by the larger area", [("(a + b - inter)", "max(a, b)")]),
        ("area of `box` alone", [("(a + b - inter)", "a")]),
        ("areas of `boxes` alone", [("(a + b - inter)", "b")]),
        ("Dice", [("inter / (a + b - inter)", "inter / ((a + b) / 2)")]),
        ("shared area itself", [("inter / (a + b - inter)", "inter")]),
        ("1 − IoU", [("inter / (a + b - inter)", "1 - inter / (a + b - inter)")]),
        ("box around both", [
            ("(a + b - inter)", "np.ptp([ax1, ax2, bx1, bx2]) / np.ptp([ay1, ay2, by1, by2])")]),
        ("as width and height", [("= box\n", "= box\n    ax2, ay2 = ax1 + ax2, ay1 + ay2\n"),
                                 ("boxes:\n", "boxes:\n        bx2, by2 = bx1 + bx2, by1 + by2\n")]),
    ],
)  # fmt: skip
def test_wrong_overlaps_are_told_what_is_wrong(words, pairs):
    refused(box_iou_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("(ay2 - ay1), (bx2", "(ax2 - ax1), (bx2")],
        [("min(ay2, by2) - max(ay1, by1)", "min(ay2, by2) - max(ay1, bx1)")],
        [("inter = w * h", "inter = min(w, h) ** 2")],
        [("inter = w * h", "inter = w * (ay2 - ay1)")],
        [("inter / (a + b - inter)", "round(inter / (a + b - inter), 2)")],
        [("inter / (a + b - inter)", "inter // (a + b - inter)")],
        [("inter / (a + b - inter)", "inter / (a + b - inter + 0.001)")],
        [("inter / (a + b - inter)", "max(inter, 1) / (a + b - inter)")],
        [("= box\n", "= box.astype(int)\n")],
        [("np.array(found)", "np.array(found).max(initial=0)")],
        [("np.array(found)", "np.array(found)[::-1]")],
        [("ax1, ay1, ax2, ay2 = box", "ay1, ax1, ay2, ax2 = box")],
    ],
)
def test_other_overlaps_are_refused(pairs):
    refused(box_iou_of(*pairs))


# --- suppress ---


def suppress_of(*pairs):
    source = """
def suppress(boxes, scores, iou_threshold):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    overlaps = iou(boxes, boxes)
    dropped, kept = set(), []
    for place, i in enumerate(order):
        if i in dropped:
            continue
        kept.append(i)
        for j in order[place + 1:]:
            if overlaps[i, j] > iou_threshold:
                dropped.add(j)
    return np.array(kept, int)
"""
    return judged("suppress", edited(source, pairs), iou=iou)


def test_suppression_by_loops_passes():
    assert suppress_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("equal to the threshold", [("> iou_threshold", ">= iou_threshold")]),
        ("begin with the lowest", [("(-scores[i], i)", "(scores[i], i)")]),
        ("in the order in which they come", [("(-scores[i], i)", "i")]),
        ("higher index first", [("(-scores[i], i)", "(-scores[i], -i)")]),
        ("without kind='stable'", [
            ("sorted(range(len(scores)), key=lambda i: (-scores[i], i))", "np.argsort(-scores)")]),
        ("no indices", [("np.array(kept, int)", "np.array(kept)")]),
        ("boxes[order[place]]", [("overlaps[i, j]", "overlaps[place, order.index(j)]")]),
        ("dropped boxes still drop", [
            ("            continue\n        kept", "            pass\n        else:\n            kept")]),
        ("Only the very best", [("dropped.add(j)", "dropped.add(j) if place == 0 else None")]),
        ("whatever iou_threshold says", [("> iou_threshold", "> 0.5")]),
        ("turn the comparison round", [("> iou_threshold", "< iou_threshold")]),
        ("1 − IoU with the threshold", [("overlaps[i, j] >", "1 - overlaps[i, j] >")]),
        ("sorted by index", [("np.array(kept, int)", "np.sort(np.array(kept, int))")]),
        ("boxes themselves", [("np.array(kept, int)", "boxes[kept]")]),
        ("a mask", [("np.array(kept, int)", "np.array([i in kept for i in range(len(scores))], bool)")]),
        ("places in the sorted order", [("kept.append(i)", "kept.append(place)")]),
        ("drop nothing", [("dropped.add(j)", "pass")]),
        ("boxes that are dropped", [("np.array(kept, int)", "np.array([i for i in order if i in dropped], int)")]),
        ("after the first box", [("np.array(kept, int)", "np.array(kept[:1], int)")]),
    ],
)  # fmt: skip
def test_wrong_suppressions_are_told_what_is_wrong(words, pairs):
    refused(suppress_of(*pairs), words)


def test_a_box_that_drops_itself_is_told_so():
    report = judged(
        "suppress",
        "def suppress(boxes, scores, t):\n"
        "    stay = np.ones(len(boxes), bool)\n"
        "    for i in np.argsort(-scores, kind='stable'):\n"
        "        if stay[i]:\n"
        "            stay &= iou(boxes[[i]], boxes)[0] <= t\n"
        "    return np.flatnonzero(stay)",
        iou=iou,
    )
    refused(report)


@pytest.mark.parametrize(
    "pairs",
    [
        [("order[place + 1:]", "order[place + 1:place + 2]")],
        [("order[place + 1:]", "range(i + 1, len(scores))")],
        [("dropped.add(j)", "dropped.add(j); break")],
        [("> iou_threshold", "> iou_threshold + 0.05")],
        [("> iou_threshold", "> 0.3")],
        [("np.array(kept, int)", "np.array(kept, float) + 0.5")],
        [("np.array(kept, int)", "np.array(kept[:3], int)")],
        [("overlaps[i, j]", "min(1, 2 * overlaps[i, j])")],
        [("overlaps[i, j] > iou_threshold", "overlaps[i, j] > iou_threshold or scores[j] == scores[i]")],
        [("kept.append(i)", "kept.append(i) if scores[i] > 0.1 else None")],
    ],
)
def test_other_suppressions_are_refused(pairs):
    refused(suppress_of(*pairs))


def test_a_loop_that_removes_from_its_own_list_is_told_so():
    report = judged(
        "suppress",
        "def suppress(boxes, scores, t):\n"
        "    left, kept = sorted(range(len(scores)), key=lambda i: (-scores[i], i)), []\n"
        "    while left:\n"
        "        kept.append(left.pop(0))\n"
        "        for j in left:\n"
        "            if iou(boxes[[kept[-1]]], boxes[[j]]) > t:\n"
        "                left.remove(j)\n"
        "    return np.array(kept, int)",
        iou=iou,
    )
    refused(report, "remove from a list")


def test_one_box_a_chain_is_told_so():
    report = judged(
        "suppress",
        "def suppress(boxes, scores, t):\n"
        "    group = np.arange(len(scores))\n"
        "    for i, j in np.argwhere(iou(boxes, boxes) > t):\n"
        "        group[group == group[j]] = group[i]\n"
        "    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))\n"
        "    return np.array([i for n, i in enumerate(order) if group[i] not in group[order[:n]]], int)",
        iou=iou,
    )
    refused(report, "a whole chain")
