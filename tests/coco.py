"""pycocotools as the oracle of average precision."""

import contextlib
import io

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def coco_evaluation(predictions, truths, iou_thresholds):
    """Return pycocotools' evaluation, ready to run: area "all", the usual counts of detections a picture.

    An ignored truth gets an area outside the range, which is how pycocotools ignores small objects.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = COCO()
        dataset.dataset = {
            "images": [{"id": number} for number in range(1, len(truths) + 1)],
            "annotations": list(_annotations(truths)),
            "categories": [{"id": label} for label in _labels(predictions, truths)],
        }
        dataset.createIndex()
        evaluation = COCOeval(dataset, dataset.loadRes(_results(predictions)), "bbox")
    evaluation.params.iouThrs = np.array(iou_thresholds)
    evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
    return evaluation


def coco_precisions(predictions, truths, iou_thresholds):
    """Return pycocotools' interpolated precisions (T, 101, L) at 100 detections, −1 for a class without truth."""
    evaluation = coco_evaluation(predictions, truths, iou_thresholds)
    run(evaluation)
    return evaluation.eval["precision"][:, :, :, 0, -1]


def run(evaluation):
    """Match and count, printing nothing."""
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()


def coco_map(predictions, truths, iou_thresholds=(0.5,)):
    """Return pycocotools' mean average precision, NaN where there is no truth."""
    precisions = coco_precisions(predictions, truths, iou_thresholds)
    precisions = precisions[precisions > -1]
    return float(precisions.mean()) if precisions.size else float("nan")


def _annotations(truths):
    number = 0
    for picture, (boxes, labels, *ignored) in enumerate(truths, start=1):
        for k, (box, label) in enumerate(zip(boxes, labels, strict=True)):
            number += 1  # pycocotools takes number 0 for "not matched"
            area = -1.0 if ignored and ignored[0][k] else 1.0
            yield {"id": number, "image_id": picture, "category_id": int(label), "bbox": _xywh(box), "area": area} | {
                "iscrowd": 0
            }


def _results(predictions):
    return [
        {"image_id": picture, "category_id": int(label), "bbox": _xywh(box), "score": float(score)}
        for picture, entry in enumerate(predictions, start=1)
        for box, score, label in zip(*entry, strict=True)
    ]


def _labels(predictions, truths):
    return sorted({int(label) for entry in predictions for label in entry[2]} | {int(x) for t in truths for x in t[1]})


def _xywh(box):
    return [float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])]
