"""Precision, recall and average precision against pycocotools, a plain loop, and numbers worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.detection.precision import average_precision, mean_average_precision, precision_recall
from coco import coco_map, coco_precisions

COCO_THRESHOLDS = np.linspace(0.5, 0.95, 10)
TWO = [[0, 0, 10, 10], [20, 20, 30, 30]]


def random_pictures(seed, count, most=12, classes=3, whole=False, ignored=False):
    """Return predictions and truths with ties, duplicates, empty pictures, absent and unknown classes."""
    rng = np.random.default_rng(seed)
    predictions, truths = [], []
    for _ in range(count):
        found, true = rng.integers(0, most + 1, 2) * (rng.random(2) > 0.15)
        corners = rng.uniform(0, 60, (true, 2))
        boxes = np.hstack([corners, corners + rng.uniform(4, 40, (true, 2))])
        near = boxes[rng.integers(0, true, found)] if true else rng.uniform(0, 9, (found, 2))[:, [0, 1, 0, 1]]
        near = near + rng.normal(0, 3, near.shape)
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2])
        if whole:
            boxes, near = np.round(boxes / 4) * 4, np.round(near / 4) * 4
        predictions.append((near, rng.integers(0, 9, found) / 8, rng.integers(0, classes, found)))
        truths.append((boxes, rng.integers(1, classes + 1, true)))
        if ignored:
            truths[-1] += (rng.random(true) < 0.4,)
    predictions[0] = (np.array([[0, 0, 9, 9.0]]), np.array([0.5]), np.array([1]))  # pycocotools wants one at least
    return predictions, truths


@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 14), st.integers(1, 4), st.booleans(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_mean_average_precision_is_that_of_pycocotools(seed, count, most, classes, whole, ignored):
    predictions, truths = random_pictures(seed, count, most, classes, whole, ignored)
    ours = mean_average_precision(predictions, truths, COCO_THRESHOLDS)
    assert ours == pytest.approx(coco_map(predictions, truths, COCO_THRESHOLDS), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", range(4))
def test_each_class_and_threshold_is_that_of_pycocotools(seed):
    predictions, truths = random_pictures(seed, count=12, ignored=seed % 2 == 1)
    expected = coco_precisions(predictions, truths, COCO_THRESHOLDS).mean(axis=1)  # (T, L)
    known = sorted({int(x) for p in predictions for x in p[2]} | {int(x) for t in truths for x in t[1]})
    for t, threshold in enumerate(COCO_THRESHOLDS):
        for number, label in enumerate(known):
            ours = average_precision(predictions, truths, label, threshold)
            wanted = expected[t, number]
            assert np.isnan(ours) if wanted == -1 else ours == pytest.approx(wanted, abs=1e-12)


def test_of_more_than_100_detections_in_a_picture_only_the_best_100_count():
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 900, (150, 2))
    boxes = np.hstack([corners, corners + 30])
    scores = rng.random(150)
    predictions, truths = [(boxes, scores, np.zeros(150, int))], [(boxes, np.zeros(150, int))]
    ours = mean_average_precision(predictions, truths)
    assert ours == pytest.approx(coco_map(predictions, truths), abs=1e-12)
    assert ours == pytest.approx(67 / 101)  # recall 100/150: the points 0, .01 … .66 are reached


def test_pairs_beyond_one_block_are_matched_too():
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, 50, (90, 2))
    entry = np.hstack([corners, corners + rng.uniform(5, 40, (90, 2))])
    predictions = [(entry + rng.normal(0, 1, 4), rng.random(90), np.zeros(90, int)) for _ in range(9)]
    truths = [(entry, np.zeros(90, int)) for _ in range(9)]  # 9 · 90 · 90 pairs, over four blocks
    ours = mean_average_precision(predictions, truths, COCO_THRESHOLDS)
    assert ours == pytest.approx(coco_map(predictions, truths, COCO_THRESHOLDS), abs=1e-12)


def plain_precision_recall(predictions, truths, label, iou_threshold):
    """Return the points of the curve by plain loops over everything, best score first."""
    outcomes, count = [], 0
    for (boxes, scores, labels), (true_boxes, true_labels) in zip(predictions, truths, strict=True):
        free = [list(map(float, b)) for b, c in zip(true_boxes, true_labels, strict=True) if c == label]
        count += len(free)
        mine = [(float(s), list(map(float, b))) for b, s, c in zip(boxes, scores, labels, strict=True) if c == label]
        for score, box in sorted(mine, key=lambda pair: -pair[0]):
            best = max(free, key=lambda other: plain_iou(box, other), default=None)
            hit = best is not None and plain_iou(box, best) >= iou_threshold
            if hit:
                free.remove(best)
            outcomes.append((score, hit))
    outcomes.sort(key=lambda pair: -pair[0])
    hits = np.cumsum([hit for _, hit in outcomes])
    return hits / np.arange(1, len(outcomes) + 1), hits / count, [score for score, _ in outcomes]


def plain_iou(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union if union else 0.0


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_the_curve_is_that_of_a_plain_loop(threshold):
    predictions, truths = random_pictures(7, count=10)
    rng = np.random.default_rng(3)
    predictions = [(boxes, rng.random(len(boxes)), labels) for boxes, _, labels in predictions]  # no ties
    expected = plain_precision_recall(predictions, truths, 1, threshold)
    for ours, wanted in zip(precision_recall(predictions, truths, 1, threshold), expected, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=0, atol=1e-12)


def test_a_duplicate_is_a_false_alarm():
    predictions = [([TWO[0], TWO[0], TWO[1]], [0.9, 0.8, 0.7], [0, 0, 0])]
    precision, recall, scores = precision_recall(predictions, [(TWO, [0, 0])], label=0)
    assert precision.tolist() == [1, 1 / 2, 2 / 3]
    assert recall.tolist() == [1 / 2, 1 / 2, 1]
    assert scores.tolist() == [0.9, 0.8, 0.7]


def test_a_detection_that_finds_an_ignored_object_counts_neither_way():
    predictions = [([TWO[0], TWO[1]], [0.9, 0.8], [0, 0])]
    truths = [(TWO, [0, 0], [True, False])]
    assert [part.tolist() for part in precision_recall(predictions, truths, 0)] == [[1.0], [1.0], [0.8]]
    assert average_precision(predictions, truths, 0) == 1.0


def test_an_ignored_object_is_found_once_and_a_second_detection_of_it_is_a_false_alarm():
    predictions = [([TWO[0], TWO[0], TWO[1]], [0.9, 0.8, 0.7], [0, 0, 0])]
    precision, _, scores = precision_recall(predictions, [(TWO, [0, 0], [True, False])], 0)
    assert (precision.tolist(), scores.tolist()) == ([0, 1 / 2], [0.8, 0.7])


def test_a_truth_is_preferred_to_an_ignored_object_that_overlaps_more():
    truths = [([[0, 0, 10, 10], [0, 0, 10, 8]], [0, 0], [True, False])]
    assert average_precision([([[0, 0, 10, 10]], [0.9], [0])], truths, 0) == 1.0


def test_an_iou_equal_to_the_threshold_is_a_hit():
    truths = [([[0, 0, 4, 2]], [0])]
    assert average_precision([([[0, 0, 2, 2]], [1.0], [0])], truths, 0, iou_threshold=0.5) == 1.0
    assert average_precision([([[0, 0, 2, 2]], [1.0], [0])], truths, 0, iou_threshold=0.51) == 0.0


def test_the_mean_is_over_classes_that_have_a_truth():
    predictions = [([TWO[0], TWO[1]], [0.9, 0.8], [0, 5])]
    assert mean_average_precision(predictions, [(TWO, [0, 1])]) == 0.5  # class 0 found, 1 not; 5 does not count


def test_without_any_truth_there_is_no_figure():
    nothing = (np.zeros((0, 4)), [], [])
    assert np.isnan(mean_average_precision([nothing], [([], [])]))
    assert np.isnan(mean_average_precision([], []))
    assert np.isnan(average_precision([nothing], [(TWO, [0, 0])], label=1))
    precision, recall, scores = precision_recall([nothing], [(TWO, [0, 0])], label=0)
    assert precision.shape == recall.shape == scores.shape == (0,)


def test_nothing_found_is_zero():
    assert mean_average_precision([([], [], [])], [(TWO, [0, 0])]) == 0.0


def test_a_class_that_is_ignored_everywhere_does_not_count():
    predictions = [([TWO[0], TWO[1]], [0.9, 0.8], [0, 1])]
    assert mean_average_precision(predictions, [(TWO, [0, 1], [False, True])]) == 1.0


def test_inputs_stay_as_they_are():
    predictions, truths = random_pictures(5, count=4, ignored=True)
    copies = [[[part.copy() for part in entry] for entry in pictures] for pictures in (predictions, truths)]
    mean_average_precision(predictions, truths)
    for pictures, before in zip((predictions, truths), copies, strict=True):
        for entry, old in zip(pictures, before, strict=True):
            for part, was in zip(entry, old, strict=True):
                np.testing.assert_array_equal(part, was)


GOOD = ([(TWO, [0.9, 0.8], [0, 0])], [(TWO, [0, 0])])
REFUSED = {
    "too few pictures": (([], GOOD[1]), "predictions has 0 pictures and truths 1"),
    "no list": ((np.zeros((2, 4)), GOOD[1]), "predictions must be a list with one entry a picture"),
    "an entry too short": (([(TWO, [0, 0])], GOOD[1]), r"predictions\[0\] must be \(boxes, scores, labels\)"),
    "a truth too short": ((GOOD[0], [(TWO,)]), r"truths\[0\] must be \(boxes, labels\) or \(boxes, labels, ignored\)"),
    "a score missing": (([(TWO, [0.9], [0, 0])], GOOD[1]), r"predictions\[0\]: scores must be 2 numbers, one a box"),
    "labels that are no whole numbers": ((GOOD[0], [(TWO, [0.5, 1])]), r"truths\[0\]: labels must be 2 whole numbers"),
    "ignored that is no yes or no": ((GOOD[0], [(TWO, [0, 0], [1, 0])]), r"truths\[0\]: ignored must be 2 True or"),
    "boxes of three numbers": ((GOOD[0], [([[0, 1, 2]], [0])]), r"truths\[0\]: boxes must be 1 rows of four numbers"),
    "labels without boxes": (([([], [], [3])], GOOD[1]), r"predictions\[0\]: labels must be 0 whole numbers"),
    "a box turned round": ((GOOD[0], [([[9, 0, 1, 5]], [0])]), "truths: boxes must have x1 ≤ x2"),
    "a score that is no number": (([(TWO, [0.9, np.nan], [0, 0])], GOOD[1]), "predictions: scores must hold finite"),
    "a box that is no number": (([([[0, 0, 1, np.inf]], [1.0], [0])], GOOD[1]), "predictions: boxes must hold finite"),
}


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED.values(), ids=REFUSED)
def test_bad_pictures_are_refused(arguments, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        mean_average_precision(*arguments)


@pytest.mark.parametrize("threshold", [0, -0.1, 1.5, np.nan, "half", True])
def test_a_bad_threshold_is_refused(threshold):
    with pytest.raises((TypeError, ValueError), match="iou_threshold must"):
        average_precision(*GOOD, label=0, iou_threshold=threshold)


def test_bad_lists_of_thresholds_are_refused():
    for thresholds in ((), 0.5, None, (0.5, 1.5), (np.nan,), (0.5, "half")):
        with pytest.raises((TypeError, ValueError), match="iou_thresholds must"):
            mean_average_precision(*GOOD, thresholds)


def test_a_label_must_be_a_whole_number():
    with pytest.raises(TypeError, match="label must be a whole number"):
        precision_recall(*GOOD, label="car")
