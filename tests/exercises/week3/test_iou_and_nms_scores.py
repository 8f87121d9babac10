"""Exercises of notebook 3.3, the second half: likely wrong answers get the right sentence, others are refused too."""

import pytest

from attempts import judged, refused
from cnncourse.detection.boxes import iou
from cnncourse.detection.suppression import nms


def edited(source, pairs):
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


# --- suppress_per_class ---


def per_class_of(*pairs):
    source = """
def suppress_per_class(boxes, scores, labels, score_threshold, iou_threshold):
    left = []
    for label in set(labels.tolist()):
        mine = [i for i in range(len(labels)) if labels[i] == label and scores[i] > score_threshold]
        for k in nms(boxes[mine], scores[mine], iou_threshold):
            left.append(mine[k])
    return np.array(sorted(left), int)
"""
    return judged("suppress_per_class", edited(source, pairs), nms=nms)


def test_classes_by_loops_pass():
    assert per_class_of().status == "passed"


def test_likely_ones_may_as_well_be_chosen_after_the_suppression():
    at_last = "if scores[mine[k]] > score_threshold:\n                left.append(mine[k])"
    later = [(" and scores[i] > score_threshold", ""), ("left.append(mine[k])", at_last)]
    assert per_class_of(*later).status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("loses its rider", [("set(labels.tolist())", "[0]"), ("labels[i] == label and ", "")]),
        ("equal to score_threshold is dropped", [("> score_threshold", ">= score_threshold")]),
        ("never use score_threshold", [(" and scores[i] > score_threshold", "")]),
        ("up to the threshold", [("> score_threshold", "<= score_threshold")]),
        ("swapped the thresholds", [("score_threshold, iou_threshold):", "iou_threshold, score_threshold):")]),
        ("labels 0, 1 and 2", [("set(labels.tolist())", "(0, 1, 2)")]),
        ("ends before the largest", [("set(labels.tolist())", "range(max(labels.tolist(), default=0))")]),
        ("ends too early", [("set(labels.tolist())", "range(91)")]),
        ("only those with a greater one", [("scores[mine], iou_threshold", "scores[mine], iou_threshold - 1e-12")]),
        ("no indices", [("np.array(sorted(left), int)", "np.array(sorted(left))")]),
        ("within the boxes that you gave", [("mine[k]", "k")]),
        ("never drop a duplicate", [("nms(boxes[mine], scores[mine], iou_threshold)", "range(len(mine))")]),
        ("several cars", [("iou_threshold):\n            left", "iou_threshold)[:1]:\n            left")]),
        ("best score first", [("sorted(left)", "sorted(left, key=lambda i: -scores[i])")]),
        ("the boxes; their indices", [("np.array(sorted(left), int)", "boxes[sorted(left)]")]),
        ("whatever iou_threshold says", [("scores[mine], iou_threshold", "scores[mine], 0.5")]),
    ],
)  # fmt: skip
def test_wrong_classes_are_told_what_is_wrong(words, pairs):
    refused(per_class_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("scores[mine], iou_threshold", "-scores[mine], iou_threshold")],
        [("scores[mine], iou_threshold", "scores[mine], score_threshold")],
        [("labels[i] == label", "labels[i] >= label")],
        [("labels[i] == label", "labels[i] != label")],
        [("> score_threshold", "> 0.6")],
        [("> score_threshold", "> max(score_threshold, 0.4)")],
        [("sorted(left)", "sorted(set(left))[:4]")],
    ],
)
def test_other_classes_are_refused(pairs):
    refused(per_class_of(*pairs))


def moved_by(distance):
    return judged(
        "suppress_per_class",
        "def suppress_per_class(boxes, scores, labels, s, t):\n"
        "    left = [i for i in range(len(scores)) if scores[i] > s]\n"
        f"    moved = boxes[left] + ({distance}) * labels[left].reshape(-1, 1)\n"
        "    return np.array(sorted(left[k] for k in nms(moved, scores[left], t)), int)",
        nms=nms,
    )


def test_classes_moved_apart_by_more_than_the_largest_edge_pass():
    assert moved_by("boxes.max(initial=0) - boxes.min(initial=0) + 1").status == "passed"


@pytest.mark.parametrize("distance", ["1", "50", "100", "1000", "4096", "7680", "boxes.max(initial=0) / 2"])
def test_classes_moved_by_a_fixed_distance_are_refused(distance):
    refused(moved_by(distance))


def test_moving_is_told_so():
    refused(moved_by("1000"), "fixed distance")


# --- precision_recall_point ---


def point_of(*pairs):
    source = """
def precision_recall_point(boxes, scores, truths, score_threshold, iou_threshold):
    overlaps = iou(boxes, truths)
    taken, hits, false = set(), 0, 0
    for i in sorted(range(len(scores)), key=lambda i: (-scores[i], i)):
        if scores[i] < score_threshold:
            continue
        free = [j for j in range(len(truths)) if j not in taken and overlaps[i, j] >= iou_threshold]
        fitting = [(overlaps[i, j], -j) for j in free]
        if fitting:
            taken.add(-max(fitting)[1])
            hits += 1
        else:
            false += 1
    precision = hits / (hits + false) if hits + false else 1.0
    return precision, hits / len(truths)
"""
    return judged("precision_recall_point", edited(source, pairs), iou=iou)


def test_a_point_by_loops_passes():
    assert point_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("can be found once", [("j not in taken and ", "")]),
        ("leave duplicates out", [("else:\n", "elif not (overlaps[i] >= iou_threshold).any():\n")]),
        ("swapped the two", [("return precision, hits / len(truths)", "return hits / len(truths), precision")]),
        ("by all N boxes", [("hits / (hits + false) if hits + false", "hits / len(scores) if len(scores)")]),
        ("never use score_threshold", [("< score_threshold", "< 0")]),
        ("score equal to score_threshold", [("< score_threshold", "<= score_threshold")]),
        ("IoU equal to iou_threshold", [(">= iou_threshold", "> iou_threshold")]),
        ("whatever iou_threshold says", [(">= iou_threshold", ">= 0.5")]),
        ("worst score chooses first", [("(-scores[i], i)", "(scores[i], i)")]),
        ("as they come", [("(-scores[i], i)", "i")]),
        ("higher index chooses first", [("(-scores[i], i)", "(-scores[i], -i)")]),
        ("without kind='stable'", [
            ("sorted(range(len(scores)), key=lambda i: (-scores[i], i))", "np.argsort(-scores)")]),
        ("too little takes the truth", [
            (" and overlaps[i, j] >= iou_threshold]", " and overlaps[i, j] > 0]"),
            ("hits += 1", "hits += max(fitting)[0] >= iou_threshold; false += max(fitting)[0] < iou_threshold")]),
        ("first free truth", [("(overlaps[i, j], -j)", "(0, -j)")]),
        ("precision is 1.0 there", [("else 1.0", "else 0.0")]),
        ("recall divides by the truths", [("return precision, hits / len(truths)", "return precision, precision")]),
        ("share of false alarms", [("return precision,", "return (1 - precision if hits + false else 1.0),")]),
        ("truths missed", [("hits / len(truths)", "1 - hits / len(truths)")]),
    ],
)  # fmt: skip
def test_wrong_points_are_told_what_is_wrong(words, pairs):
    refused(point_of(*pairs), words)


def test_a_detection_that_looks_only_at_its_nearest_truth_is_told_so():
    report = judged(
        "precision_recall_point",
        "def precision_recall_point(boxes, scores, truths, s, t):\n"
        "    taken, seen, o = [], 0, iou(boxes, truths)\n"
        "    for i in np.argsort(-scores, kind='stable'):\n"
        "        if scores[i] >= s:\n"
        "            seen += 1\n"
        "            j = o[i].argmax()\n"
        "            if o[i, j] >= t and j not in taken:\n"
        "                taken.append(j)\n"
        "    return (len(taken) / seen if seen else 1.0), len(taken) / len(truths)",
        iou=iou,
    )
    refused(report, "those still FREE")


def test_a_product_with_the_free_truths_that_is_zero_everywhere_is_told_so():
    report = judged(
        "precision_recall_point",
        "def precision_recall_point(boxes, scores, truths, s, t):\n"
        "    hits = seen = 0\n"
        "    free, o = np.ones(len(truths)), iou(boxes, truths)\n"
        "    for i in sorted(np.flatnonzero(scores >= s), key=lambda i: (-scores[i], i)):\n"
        "        seen += 1\n"
        "        j = (o[i] * free).argmax()\n"
        "        if o[i, j] >= t:\n"
        "            hits, free[j] = hits + 1, 0\n"
        "    return (hits / seen if seen else 1.0), hits / len(truths)",
        iou=iou,
    )
    refused(report, "Look whether it is free")


@pytest.mark.parametrize(
    "pairs",
    [
        [("-max(fitting)[1]", "-min(fitting)[1]")],
        [("(overlaps[i, j], -j)", "(0, j)"), ("-max(fitting)[1]", "max(fitting)[1]")],
        [(">= iou_threshold", ">= score_threshold")],
        [("hits += 1", "hits += len(fitting)")],
        [("            continue\n", "            false += 1\n            continue\n")],
        [("hits / len(truths)", "len(taken) / max(1, len(boxes))")],
        [("return precision, ", "return round(precision, 2), ")],
    ],
)
def test_other_points_are_refused(pairs):
    refused(point_of(*pairs))


# --- interpolated_ap ---


def average_of(*pairs):
    source = """
def interpolated_ap(precision, recall):
    total = 0.0
    for k in range(101):
        best = 0.0
        for p, r in zip(precision, recall):
            if r >= k / 100:
                best = max(best, p)
        total += best
    return total / 101
"""
    return judged("interpolated_ap", edited(source, pairs))


def test_an_average_by_loops_passes():
    assert average_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("11 recalls", [("range(101)", "range(0, 101, 10)"), ("/ 101", "/ 11")]),
        ("begin at 0.01", [("range(101)", "range(1, 101)"), ("/ 101", "/ 100")]),
        ("end at 0.99", [("range(101)", "range(100)"), ("/ 101", "/ 100")]),
        ("exactly r counts", [("r >= k", "r > k")]),
        ("r or LESS", [("r >= k", "r <= k")]),
        ("first point that reaches", [("best = max(best, p)", "best = p\n                break")]),
        ("there are 101 recalls", [("total / 101", "total / 100")]),
        ("steps of 1/99", [("range(101)", "range(100)"), ("k / 100", "np.linspace(0, 1, 100)[k]"), ("/ 101", "/ 100")]),
        ("divide by 101", [("total / 101", "total")]),
        ("per cent", [("total / 101", "100 * total / 101")]),
        ("only up to its own recall", [("if r >= k / 100", "if True")]),
    ],
)  # fmt: skip
def test_wrong_averages_are_told_what_is_wrong(words, pairs):
    refused(average_of(*pairs), words)


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("leave out the recalls",
         "v = [max(precision[recall >= k]) for k in np.arange(101) / 100 if any(recall >= k)]; return np.mean(v or 0)"),
        ("straight lines between the points, without",
         "return sum((r - q) * (a + b) / 2 for q, r, a, b in zip(recall, recall[1:], precision, precision[1:]))"),
        ("teeth", "return sum(p * (r - q) for p, r, q in zip(precision, recall, [0, *recall]))"),
        ("exact area under the filled curve",
         "return sum(max(precision[i:]) * (recall[i] - ([0, *recall])[i]) for i in range(len(recall)))"),
        ("mask without any True",
         "return np.mean([max(precision[(recall >= k / 100).argmax():]) for k in range(101)]) if len(recall) else 0"),
        ("mean of the given precisions", "return sum(precision) / max(1, len(precision))"),
    ],
)  # fmt: skip
def test_other_areas_are_told_what_they_are(words, body):
    refused(judged("interpolated_ap", f"def interpolated_ap(precision, recall):\n    {body}"), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("max(best, p)", "p")],
        [("max(best, p)", "(best + p) / 2")],
        [("r >= k / 100", "r >= k / 101")],
        [("best = 0.0", "best = 1.0 if k == 0 else 0.0")],
        [("total / 101", "round(total / 101, 2)")],
    ],
)
def test_other_averages_are_refused(pairs):
    refused(average_of(*pairs))
