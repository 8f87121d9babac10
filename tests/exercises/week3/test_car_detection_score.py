"""Detections, their judgement and mAP: wrong answers get the right sentence or are refused, right ones pass."""

import numpy as np
import pytest

from attempts import changed, judged, refused
from cnncourse.detection.boxes import clip_boxes, iou
from cnncourse.detection.precision import mean_average_precision
from cnncourse.detection.suppression import nms, nms_per_class
from cnncourse.detection.yolo import decode
from cnncourse.exercises import catalogue

KNOWN = {"clip_boxes": clip_boxes, "iou": iou, "nms": nms, "nms_per_class": nms_per_class, "decode": decode}

# --- detect_objects ---

DETECT = """
def detect_objects(prediction, anchors, image_size, score_threshold, iou_threshold):
    H, W = image_size
    S, _, B, _ = prediction.shape
    found = []
    for row, column, b in np.ndindex(S, S, B):
        p, x, y, h, w = prediction[row, column, b, :5]
        classes = prediction[row, column, b, 5:]
        score = p * classes.max()
        if score >= score_threshold:
            x, y, w, h = (column + x) * W / S, (row + y) * H / S, w * W / S, h * H / S
            box = np.clip([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 0, [W, H, W, H])
            found.append((score, int(classes.argmax()), box))
    found.sort(key=lambda item: -item[0])
    kept = []
    for item in found:
        rivals = np.array([other[2] for other in kept if other[1] == item[1]]).reshape(-1, 4)
        if not (iou(item[2][None], rivals) > iou_threshold).any():
            kept.append(item)
    boxes = np.array([item[2] for item in kept]).reshape(-1, 4)
    return boxes, np.array([item[0] for item in kept]), np.array([item[1] for item in kept], int)
"""


def detected(source):
    return judged("detect_objects", source, **KNOWN)


def test_detection_written_out_passes():
    assert detected(DETECT).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (" if other[1] == item[1]", "", "boxes of other classes"),
        (" > iou_threshold", " > 2", "Nothing is suppressed"),
        ("if score >= score_threshold", "if p >= score_threshold", "You compare p_c"),
        ("score = p * classes.max()", "score = p", "Your scores are p_c alone"),
        ("score = p * classes.max()", "score = classes.max()", "class's probability alone"),
        ("0, [W, H, W, H]", "-1e9, 1e9", "beyond the picture"),
        ("0, [W, H, W, H]", "0, [H, W, H, W]", "the wrong way round"),
        ("score >= score_threshold", "score >= 0.01", "score_threshold is not used"),
        (" > iou_threshold", " > 0.5", "iou_threshold is not used"),
        ("return boxes, np", "kept = kept[::-1]; boxes = boxes[::-1]\n    return boxes, np", "lowest score first"),
        ("for row, column, b in np", "for column, row, b in np", ""),
    ],
)
def test_a_slip_in_detection_is_recognised(old, new, words):
    assert old in DETECT
    if not words:  # reading the grid in another order is right, as long as scores differ
        assert detected(DETECT.replace(old, new)).status == "passed"
        return
    refused(detected(DETECT.replace(old, new)), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("nms_per_class(boxes, scores, labels, iou_threshold)", "nms(boxes, scores, iou_threshold)", "other classes"),
        ("    boxes = clip_boxes(boxes, *image_size)\n", "", "clip them"),
        ("clip_boxes(boxes, *image_size)", "clip_boxes(boxes, *image_size[::-1])", "(height, width)"),
        ("return boxes[kept]", "return clip_boxes(boxes, *image_size)[kept]", ""),
        ("decode(prediction,", "decode(prediction.transpose(1, 0, 2, 3),", "Rows and columns"),
    ],
)
def test_a_slip_in_four_lines_is_recognised(old, new, words):
    pairs = [(old, new)]
    if not words:
        pairs = [("    boxes = clip_boxes(boxes, *image_size)\n", ""), (old, new)]
    refused(changed("detect_objects", *pairs, **KNOWN), words or "so clip first")


def test_swapped_thresholds_are_recognised():
    swapped = (", score_threshold)", ", iou_threshold)"), ("labels, iou_threshold)", "labels, score_threshold)")
    refused(changed("detect_objects", *swapped, **KNOWN), "two thresholds are swapped")


def test_the_threshold_may_come_last():
    late = """
def detect_objects(prediction, anchors, image_size, score_threshold, iou_threshold):
    boxes, scores, labels = decode(prediction, anchors, image_size, 0)
    boxes = clip_boxes(boxes, *image_size)
    kept = nms_per_class(boxes, scores, labels, iou_threshold)
    kept = kept[scores[kept] >= score_threshold]
    return boxes[kept], scores[kept], labels[kept]
"""
    assert detected(late).status == "passed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kept.append(item)", "kept = [item]"),
        ("kept.append(item)", "kept = kept[:1] + [item]"),
        ("w * W / S, h * H / S", "w * H / S, h * W / S"),
        ("w * W / S, h * H / S", "w * W, h * H"),
        ("(column + x)", "column"),
        ("(row + y)", "y"),
        ("[x - w / 2, y - h / 2,", "[x - w, y - h,"),
        ("classes.argmax()", "classes.argmin()"),
        (" > iou_threshold", " < iou_threshold"),
        ("score = p * classes.max()", "score = p * classes.mean()"),
        ("score = p * classes.max()", "score = np.sqrt(p * classes.max())"),
        ("score >= score_threshold", "score >= score_threshold and b == 0"),
        ("found.sort(key=lambda item: -item[0])", "found.sort(key=lambda item: item[1])"),
        ("found.sort(key=lambda item: -item[0])", "found.sort(key=lambda item: -item[2][2] + item[2][0])"),
        ("return boxes, np", "return boxes / S, np"),
    ],
)
def test_other_detections_are_refused(old, new):
    assert old in DETECT
    report = detected(DETECT.replace(old, new))
    refused(report)
    assert report.advice


# --- judge_detections ---

JUDGE = """
def judge_detections(found, truth, iou_threshold):
    boxes, scores, labels = found
    true_boxes, true_labels, ignored = truth
    words, taken = [None] * len(scores), [False] * len(true_labels)
    for d in sorted(range(len(scores)), key=lambda d: -scores[d]):
        best, seen = None, False
        for t in range(len(true_labels)):
            overlap = iou(boxes[d:d + 1], true_boxes[t:t + 1])[0, 0]
            if labels[d] != true_labels[t] or overlap < iou_threshold:
                continue
            seen = True
            if not taken[t] and (best is None or (not ignored[t], overlap) > best[1:]):
                best = t, not ignored[t], overlap
        if best is not None:
            taken[best[0]] = True
            words[d] = "hit" if best[1] else "ignored"
        else:
            words[d] = "duplicate" if seen else "false alarm"
    return words
"""


def words_of(source):
    return judged("judge_detections", source, **KNOWN)


def test_judging_by_loops_passes():
    assert words_of(JUDGE).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("taken[best[0]] = True", "pass", "again and again"),
        ('"duplicate" if seen else "false alarm"', '"false alarm"', "Duplicates are called false alarms"),
        ("sorted(range(len(scores)), key=lambda d: -scores[d])", "range(len(scores))", "in which they came; the best"),
        ("key=lambda d: -scores[d]", "key=lambda d: scores[d]", "lowest score chooses first"),
        ("labels[d] != true_labels[t] or ", "", "object of another class"),
        ("overlap < iou_threshold", "overlap <= iou_threshold", "at least, >="),
        ("overlap < iou_threshold", "overlap == 0", "Every overlap counts"),
        ("overlap < iou_threshold", "overlap < 0.5", "iou_threshold is not used"),
        ("(not ignored[t], overlap) > best[1:]", "False", "first in the list"),
        ("(not ignored[t], overlap) > best[1:]", "(not ignored[t], -overlap) > (best[1], -best[2])", "smallest IoU"),
        ("(not ignored[t], overlap) > best[1:]", "overlap > best[2]", "a last resort"),
        (
            "(not ignored[t], overlap) > best[1:]",
            "(ignored[t], overlap) > (not best[1], best[2])",
            "chosen before the others",
        ),
        ('"hit" if best[1] else "ignored"', '"hit"', "counted as a hit"),
        ('"hit" if best[1] else "ignored"', '"hit" if best[1] else "false alarm"', "called a false alarm. It is there"),
        ("taken[best[0]] = True", "taken[best[0]] = bool(best[1])", "excuses any number"),
        ("!= true_labels[t] or", "!= true_labels[t] or ignored[t] or", "leave ignored objects out"),
        ("return words", "return [words[d] for d in np.argsort(-scores)]", "in the order of the scores"),
    ],
)
def test_a_slip_in_judging_is_recognised(old, new, words):
    assert old in JUDGE
    refused(words_of(JUDGE.replace(old, new)), words)


def test_giving_up_after_the_best_object_is_recognised():
    voc = """
def judge_detections(found, truth, iou_threshold):
    boxes, scores, labels = found
    true_boxes, true_labels, ignored = truth
    words, taken = np.full(len(scores), "false alarm", object), set()
    for d in (-scores).argsort():
        overlaps = iou(boxes, true_boxes)[d] * (true_labels == labels[d])
        order = sorted(range(len(overlaps)), key=lambda t: (overlaps[t] < iou_threshold, ignored[t], -overlaps[t]))
        if order and overlaps[order[0]] >= iou_threshold:
            t = order[0]
            words[d] = "duplicate" if t in taken else "ignored" if ignored[t] else "hit"
            taken.add(t)
    return words.tolist()
"""
    refused(words_of(voc), "give up")


def test_objects_that_choose_are_recognised():
    turned = """
def judge_detections(found, truth, iou_threshold):
    boxes, scores, labels = found
    true_boxes, true_labels, ignored = truth
    table = iou(boxes, true_boxes) * (labels[:, None] == true_labels)
    words = ["duplicate" if any(row >= iou_threshold) else "false alarm" for row in table]
    for t in range(len(true_labels)):
        if len(boxes) and max(table[:, t]) >= iou_threshold:
            words[table[:, t].argmax()] = ["hit", "ignored"][int(ignored[t])]
    return words
"""
    refused(words_of(turned), "objects choose the detection")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return words", "return words[::-1]"),
        ("return words", "return sorted(words)"),
        ("return words", "return len(words)"),
        ("return words", "return words.count('hit')"),
        ('"false alarm"\n', '"false"\n'),
        ("seen = True", "pass"),
        ("not taken[t] and", ""),
        ("boxes[d:d + 1], true", "boxes[d:d + 1] + 1, true"),
        ("overlap < iou_threshold", "overlap < 1 - iou_threshold"),
        ("    for d in", "    iou_threshold = 0.5\n    for d in"),
        ("range(len(true_labels)):\n            overlap", "range(min(2, len(true_labels))):\n            overlap"),
        ('words[d] = "hit" if best[1]', 'words[d] = "hit" if best[1] and scores[d] > 0.35'),
        ("key=lambda d: -scores[d]", "key=lambda d: -round(scores[d])"),
        ("labels[d] != true_labels[t]", "(labels[d] == 0) != (true_labels[t] == 0)"),
    ],
)
def test_other_judgements_are_refused(old, new):
    assert old in JUDGE
    report = words_of(JUDGE.replace(old, new))
    refused(report)
    assert report.advice


# --- score_detector ---

SCORE = """
def score_detector(scores, labels, words, truth_counts):
    results = {}
    for c in range(len(truth_counts)):
        n = truth_counts[c]
        if n == 0:
            continue
        mine = [(s, w) for s, k, w in zip(scores, labels, words) if k == c and w != "ignored"]
        mine.sort(key=lambda pair: -pair[0])
        curve, hits = [], 0
        for place, (_, word) in enumerate(mine, start=1):
            hits += word == "hit"
            curve.append((hits / n, hits / place))
        total = 0
        for r in np.linspace(0, 1, 101):
            total += max([p for recall, p in curve if recall >= r], default=0)
        results[c] = total / 101
    return sum(results.values()) / len(results)
"""


def scored(source):
    return judged("score_detector", source)


def test_scoring_by_loops_passes():
    assert scored(SCORE).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("            continue", "            results[c] = 0\n            continue", "Nothing was to be found"),
        ("if n == 0", "if n == 0 or c not in labels", "nothing was detected is left out"),
        (' and w != "ignored"', "", 'called "ignored" are counted as wrong'),
        ('word == "hit"', 'word in ("hit", "duplicate")', "Duplicates are counted as hits"),
        ('w != "ignored"', 'w not in ("ignored", "duplicate")', "Duplicates are left out"),
        ("        mine.sort(key=lambda pair: -pair[0])\n", "", "not sorted"),
        ("-pair[0]", "pair[0]", "from the lowest score up"),
        ("recall >= r", "recall <= r", "up to r"),
        ("default=0", "default=curve[-1][1] if curve else 0", "go on with the last precision"),
        ("max([p for recall, p in curve if recall >= r], default=0)",
         "next((p for recall, p in curve if recall >= r), 0)", "first reached"),
        ("hits / n, hits / place", "place / len(mine), hits / place", "divide by the number of detections"),
        (" / len(results)", "", "add the classes up"),
    ],
)  # fmt: skip
def test_a_slip_in_scoring_is_recognised(old, new, words):
    assert old in SCORE
    refused(scored(SCORE.replace(old, new)), words)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("np.linspace(0, 1, 11)", "Eleven"),
        ("sum(truth_counts[c] * v for c, v in results.items()) / sum(truth_counts)", "objects weigh more"),
        (
            "total / max(1, sum(r <= curve[-1][0] for r in np.linspace(0, 1, 101))) if curve else 0",
            "costs nothing",
        ),
        ("curve[-1][1] if curve else 0", "precision of all detections"),
        ("curve[-1][0] if curve else 0", "recall of all detections"),
    ],
)
def test_other_known_means_are_recognised(lines, words):
    if "linspace(0, 1, 11)" in lines:
        source = SCORE.replace("np.linspace(0, 1, 101)", lines).replace("total / 101", "total / 11")
    elif "truth_counts[c] * v" in lines:
        source = SCORE.replace("sum(results.values()) / len(results)", lines)
    else:
        source = SCORE.replace("total / 101", lines)
    refused(scored(source), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.linspace(0, 1, 101)", "np.linspace(0.01, 1, 100)"),
        ("total / 101", "total / 100"),
        ("np.linspace(0, 1, 101)", "np.linspace(0, 1, 101)[::10]"),
        ("hits / place", "hits / len(mine)"),
        ("hits / n, hits", "hits / max(truth_counts), hits"),
        ("enumerate(mine, start=1)", "enumerate(mine, start=2)"),
        ("for c in range(len(truth_counts))", "for c in range(2)"),
        ("sum(results.values()) / len(results)", "max(results.values())"),
        ("sum(results.values()) / len(results)", "results"),
        ("sum(results.values()) / len(results)", "np.median(list(results.values()))"),
        ("if k == c and", "if"),
        ("curve, hits = [], 0", "curve, hits = [(0, 1)], 0"),
        ("max([p for", "min([p for"),
    ],
)
def test_other_scores_are_refused(old, new):
    assert old in SCORE
    report = scored(SCORE.replace(old, new))
    refused(report)
    assert report.advice


def test_the_solutions_together_give_the_packages_map():
    """Judge and score random pictures with the exercises' solutions: the same as `mean_average_precision`."""
    judge, score = (catalogue()[name].solution for name in ("judge_detections", "score_detector"))
    rng = np.random.default_rng(5)
    predictions, truths = [], []
    for _ in range(30):
        count, extra = rng.integers(0, 5), rng.integers(0, 4)
        corners = rng.uniform(0, 100, (count, 2))
        boxes = np.concatenate([corners, corners + rng.uniform(8, 40, (count, 2))], axis=1)
        labels = rng.integers(0, 3, count)
        truths.append((boxes, labels, rng.random(count) < 0.25))
        near = np.repeat(boxes, 2, axis=0) + rng.normal(0, 3, (2 * count, 4))
        far = np.tile([200.0, 200, 230, 230], (extra, 1))
        named = np.concatenate([np.repeat(labels, 2), rng.integers(0, 3, extra)])
        near = np.sort(near.reshape(-1, 2, 2), axis=1).reshape(-1, 4)
        predictions.append((np.concatenate([near, far]), rng.random(len(named)), named))
    words = [judge(found, truth, 0.5) for found, truth in zip(predictions, truths, strict=True)]
    counts = [sum(int(((labels == c) & ~ignored).sum()) for _, labels, ignored in truths) for c in range(3)]
    all_words = [word for some in words for word in some]
    scores, labels = (np.concatenate([found[part] for found in predictions]) for part in (1, 2))
    ours = score(scores, labels, all_words, counts)
    assert 0.2 < ours < 0.9
    assert ours == pytest.approx(mean_average_precision(predictions, truths), abs=1e-12)
