"""Week 3's row of the bench for mean average precision."""

import numpy as np
from bench_measure import Row, ratio_to

from cnncourse.detection.precision import mean_average_precision
from tests.coco import coco_evaluation, run

PICTURES, BOXES, CLASSES = 1000, 20, 5
THRESHOLDS = np.linspace(0.5, 0.95, 10)


def pictures():
    """Return predictions and truths: 20 boxes a picture, moved by some pixels; one label in five drawn anew."""
    rng = np.random.default_rng(0)
    predictions, truths = [], []
    for _ in range(PICTURES):
        corners = rng.uniform(0, 400, (BOXES, 2))
        boxes = np.hstack([corners, corners + rng.uniform(20, 120, (BOXES, 2))])
        labels = rng.integers(0, CLASSES, BOXES)
        found = np.where(rng.random(BOXES) < 0.8, labels, rng.integers(0, CLASSES, BOXES))
        predictions.append((boxes + rng.uniform(-8, 8, boxes.shape), rng.random(BOXES), found))
        truths.append((boxes, labels))
    return predictions, truths


def map_pair():
    predictions, truths = pictures()
    evaluation = coco_evaluation(predictions, truths, THRESHOLDS)
    return lambda: mean_average_precision(predictions, truths, THRESHOLDS), lambda: run(evaluation)


ROWS = [Row(f"mAP@[.5:.95], {PICTURES} pictures × {BOXES} boxes", "pycocotools", 0.05, ratio_to(map_pair))]
