"""Exercise of notebook 3.6: from the net's answer on one picture to a short list of objects."""

import numpy as np

from cnncourse.detection.boxes import clip_boxes
from cnncourse.detection.suppression import nms, nms_per_class
from cnncourse.detection.yolo import decode
from cnncourse.exercises.engine import Case, Exercise


def detect_objects(prediction, anchors, image_size, score_threshold, iou_threshold):
    """Return (boxes, scores, labels) of the objects found in one picture, best score first.

    prediction (S, S, B, 5 + C) is the net's answer: p_c, b_x, b_y, b_h, b_w (in cells) and
    the C classes' probabilities. image_size is (height, width).
      1. decode(prediction, anchors, image_size, score_threshold) gives boxes, scores =
         p_c · max c, and labels of all places that score enough.
      2. Clip the boxes to the picture: clip_boxes(boxes, height, width).
      3. Suppress, class by class: nms_per_class(boxes, scores, labels, iou_threshold)
         returns the numbers of the boxes to keep, best score first.
    """
    boxes, scores, labels = decode(prediction, anchors, image_size, score_threshold)
    boxes = clip_boxes(boxes, *image_size)
    kept = nms_per_class(boxes, scores, labels, iou_threshold)
    return boxes[kept], scores[kept], labels[kept]


def _detect(
    read=decode,
    clip=clip_boxes,
    suppress=nms_per_class,
    clip_last=False,
    size=lambda image_size: image_size,
    limits=lambda score, overlap: (score, overlap),
    arrange=lambda kept: kept,
):
    """Return a detector with one step changed."""

    def detect(prediction, anchors, image_size, score_threshold, iou_threshold):
        least_score, most_overlap = limits(score_threshold, iou_threshold)
        boxes, scores, labels = read(prediction, anchors, image_size, least_score)
        boxes = boxes if clip_last else clip(boxes, *size(image_size))
        kept = arrange(suppress(boxes, scores, labels, most_overlap))
        boxes = clip(boxes, *size(image_size)) if clip_last else boxes
        return boxes[kept], scores[kept], labels[kept]

    return detect


def _whatever_class(boxes, scores, labels, iou_threshold):
    return nms(boxes, scores, iou_threshold)


def _all_kept(boxes, scores, labels, iou_threshold):
    return np.argsort(-scores, kind="stable")


def _merge_overlaps_from_worst(boxes, scores, labels, iou_threshold):
    kept = nms_per_class(boxes, -scores, labels, iou_threshold)
    return kept[np.argsort(-scores[kept], kind="stable")]


def _by_presence(prediction, anchors, image_size, score_threshold):
    """Keep places by p_c alone, with their right scores."""
    chosen = np.where(prediction[..., :1] >= score_threshold, prediction, 0)
    boxes, scores, labels = decode(chosen, anchors, image_size, 0.0)
    return boxes[scores > 0], scores[scores > 0], labels[scores > 0]


def _presence_as_score(prediction, anchors, image_size, score_threshold):
    """Score by p_c alone."""
    certain = prediction.copy()
    certain[..., 5:] = prediction[..., 5:] == prediction[..., 5:].max(axis=-1, keepdims=True)
    return decode(certain, anchors, image_size, score_threshold)


def _class_as_score(prediction, anchors, image_size, score_threshold):
    """Score by the class's probability alone."""
    present = prediction.copy()
    present[..., 0] = 1
    return decode(present, anchors, image_size, score_threshold)


_class_agnostic = _detect(suppress=_whatever_class)
_no_suppression = _detect(suppress=_all_kept)
_worst_kept = _detect(suppress=_merge_overlaps_from_worst)
_threshold_on_presence = _detect(read=_by_presence)
_score_is_presence = _detect(read=_presence_as_score)
_score_is_class = _detect(read=_class_as_score)
_not_clipped = _detect(clip=lambda boxes, height, width: boxes)
_clipped_last = _detect(clip_last=True)
_clip_swapped = _detect(size=lambda image_size: image_size[::-1])
_thresholds_swapped = _detect(limits=lambda score, overlap: (overlap, score))
_score_unused = _detect(limits=lambda score, overlap: (0.01, overlap))
_overlap_unused = _detect(limits=lambda score, overlap: (score, 0.5))
_worst_first = _detect(arrange=lambda kept: kept[::-1])


def _decode_swapped(prediction, anchors, image_size, score_threshold):
    return decode(prediction.transpose(1, 0, 2, 3), anchors, image_size, score_threshold)


_rows_for_columns = _detect(read=_decode_swapped)


def _best_only(prediction, anchors, image_size, score_threshold, iou_threshold):
    boxes, scores, labels = detect_objects(prediction, anchors, image_size, score_threshold, iou_threshold)
    first = np.sort(np.unique(labels, return_index=True)[1])
    return boxes[first], scores[first], labels[first]


def _by_hand(prediction, image_size, score_threshold, iou_threshold):
    """Return what is due, by loops over places and pairs of boxes: the oracle."""
    H, W = image_size
    S, _, B, _ = prediction.shape
    left = []
    for row in range(S):
        for column in range(S):
            for anchor in range(B):
                p, x, y, h, w, *classes = prediction[row, column, anchor].tolist()
                x, y, h, w = (column + x) * W / S, (row + y) * H / S, h * H / S, w * W / S
                box = [max(x - w / 2, 0), max(y - h / 2, 0), min(x + w / 2, W), min(y + h / 2, H)]
                if p * max(classes) >= score_threshold:
                    left.append((p * max(classes), box, classes.index(max(classes))))
    left.sort(key=lambda item: -item[0])
    kept = []
    for item in left:
        rivals = [other for other in kept if other[2] == item[2]]
        if all(_overlap(item[1], other[1]) <= iou_threshold for other in rivals):
            kept.append(item)
    scores, boxes, labels = ([item[part] for item in kept] for part in range(3))
    return np.array(boxes, float).reshape(-1, 4), np.array(scores, float), np.array(labels, int)


def _overlap(a, b):
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(wide, 0) * max(high, 0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return shared / (areas - shared) if shared else 0.0


ANCHORS = np.array([[12.0, 30.0], [40.0, 24.0]])


def _detect_cases():
    """Yield answers with given places, in wide and tall pictures; no score or overlap is close to a threshold."""
    car = (2, 3, 1, (0.9, 0.5, 0.5, 1.0, 1.5, 0.05, 0.9, 0.05))  # row, column, anchor, vector
    yield _case("one place, one object", [car], 4, (0.3, 0.5))
    yield _case(
        "the same object from two cells",
        [(2, 2, 1, (0.8, 0.95, 0.5, 1.0, 1.5, 0.1, 0.8, 0.1)), (2, 3, 1, (0.9, 0.1, 0.5, 1.0, 1.5, 0.05, 0.9, 0.05))],
        4,
        (0.3, 0.5),
    )
    yield _case(
        "a rider and a pedestrian in one box: two classes",
        [(1, 1, 0, (0.9, 0.4, 0.6, 1.5, 0.5, 0.9, 0.05, 0.05)), (1, 1, 1, (0.7, 0.4, 0.6, 1.4, 0.5, 0.1, 0.1, 0.8))],
        3,
        (0.25, 0.45),
    )
    yield _case(
        "present, but of what class? p_c 0.8 and classes near one third",
        [(0, 1, 0, (0.8, 0.5, 0.5, 1.0, 0.4, 0.3, 0.36, 0.34)), (3, 0, 1, (0.6, 0.2, 0.9, 0.5, 0.7, 0.9, 0.05, 0.05))],
        4,
        (0.4, 0.5),
    )
    yield _case(
        "boxes that leave the picture, alike only once they are clipped",
        [(2, 0, 1, (0.9, 0.1, 0.9, 2.6, 3.0, 0.9, 0.05, 0.05)), (1, 0, 0, (0.8, 0.2, 0.98, 2.2, 1.0, 0.85, 0.1, 0.05))],
        3,
        (0.3, 0.35),
    )
    yield _case(
        "a score equal to the threshold",
        [(1, 2, 1, (0.5, 0.5, 0.5, 1.0, 1.5, 0.25, 0.5, 0.25)), (3, 0, 0, (0.5, 0.5, 0.5, 1.0, 1.0, 0.4, 0.3, 0.3))],
        4,
        (0.25, 0.5),
    )
    yield _case("nothing but a quiet street", [], 5, (0.5, 0.5))
    rng = np.random.default_rng(364)
    crowds = ((4, (90, 150), (0.3, 0.6)), (3, (140, 80), (0.2, 0.3)), (5, (100, 160), (0.45, 0.15)))
    for grid_size, image_size, thresholds in crowds:
        busy = [_drawn_place(rng, grid_size) for _ in range(9 * grid_size)]
        yield _case(f"a crowd on a grid of {grid_size}", busy, grid_size, thresholds, image_size)


def _drawn_place(rng, grid_size):
    row, column = rng.integers(grid_size, size=2)
    classes = rng.dirichlet((0.4, 0.4, 0.4))
    vector = (rng.uniform(0.2, 1), *rng.random(2), *rng.uniform(0.5, 3, 2), *classes)
    return row, column, rng.integers(2), vector


def _case(what, places, grid_size, thresholds, image_size=(96, 160)):
    prediction = np.zeros((grid_size, grid_size, len(ANCHORS), 8))
    prediction[..., 0], prediction[..., 1:5], prediction[..., 5:] = 0.01, 0.5, (0.4, 0.35, 0.25)
    for row, column, anchor, vector in places:
        prediction[row, column, anchor] = vector
    expected = _by_hand(prediction, image_size, *thresholds)
    return Case(what, (prediction, ANCHORS, image_size, *thresholds), expected)


DETECT_OBJECTS = Exercise(
    solution=detect_objects,
    cases=_detect_cases,
    mistakes={
        _class_agnostic: "A box suppresses boxes of other classes: the pedestrian in front of the car is gone. "
        "Suppress class by class, nms_per_class.",
        _no_suppression: "Nothing is suppressed: the same object is reported by several places.",
        _worst_kept: "Of boxes that overlap you keep the one of lowest score.",
        _threshold_on_presence: "You compare p_c with the threshold. The score is p_c · max c: a place that is sure of "
        "something, but not of what, must fall away.",
        _score_is_presence: "Your scores are p_c alone; they are p_c · max c.",
        _score_is_class: "Your scores are the class's probability alone. It is meant for the case that something is "
        "there: multiply by p_c.",
        _not_clipped: "Boxes reach beyond the picture: clip them.",
        _clipped_last: "You clip after suppression. What two boxes share inside the picture decides, so clip first.",
        _clip_swapped: "clip_boxes is given width and height the wrong way round: image_size is (height, width).",
        _thresholds_swapped: "The two thresholds are swapped: one is for scores, one for overlaps.",
        _score_unused: "score_threshold is not used: hand it on to decode.",
        _overlap_unused: "iou_threshold is not used: 0.5 suppresses, whatever it says.",
        _worst_first: "The objects come with the lowest score first.",
        _rows_for_columns: "Rows and columns of the grid are swapped: the prediction is (row, column, …) already.",
        _best_only: "Of each class only the best object is reported; there may be several.",
    },
    hints=(
        "Four lines are enough: decode, clip, suppress, pick.",
        "`clip_boxes(boxes, *image_size)` hands over height and width one after the other.",
        "`kept` is an array of numbers: `boxes[kept], scores[kept], labels[kept]`.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
    returns=("boxes", "scores", "labels"),
)  # fmt: skip
