"""Exercise of notebook 3.4: which of all the predicted boxes are worth a look."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def filter_boxes(boxes, prediction, score_threshold):
    """Return (boxes (K, 4), scores (K,), labels (K,)) of the places of high score.

    boxes (S, S, B, 4) holds a box for every place; prediction (S, S, B, 5 + C) its vector
    p_c, b_x, b_y, b_h, b_w, c_1 … c_C. The score of a place is p_c times its largest c,
    its label the number of that c, 0 to C − 1 (of equals the first). Keep scores of at
    least score_threshold, in the order of row, column, anchor.

    Example: p_c = 0.8 with c = 0.25, 0.75 is label 1 with the score 0.6: kept at 0.6,
    dropped at 0.7.
    """
    classes = prediction[..., 5:]
    scores = prediction[..., 0] * classes.max(axis=-1)
    keep = scores >= score_threshold
    return boxes[keep], scores[keep], classes.argmax(axis=-1)[keep]


def _filtered(
    score=lambda p, c: p * c.max(axis=-1),
    keep=lambda s, p, c, t: s >= t,
    label=lambda vectors: vectors[..., 5:].argmax(axis=-1),
    told=None,
):
    """Return a filter with one part replaced."""

    def chosen(boxes, prediction, score_threshold):
        p, c = prediction[..., 0], prediction[..., 5:]
        scores = score(p, c)
        kept = keep(scores, p, c, score_threshold)
        return boxes[kept], (told(scores, p, c) if told else scores)[kept], label(prediction)[kept]

    return chosen


def _softmax(c):
    e = np.exp(c - c.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


_presence_only = _filtered(score=lambda p, c: p)
_class_only = _filtered(score=lambda p, c: c.max(axis=-1))
_chosen_by_presence = _filtered(keep=lambda s, p, c, t: p >= t)
_chosen_by_class = _filtered(keep=lambda s, p, c, t: c.max(axis=-1) >= t)
_each_by_itself = _filtered(keep=lambda s, p, c, t: (p >= t) & (c.max(axis=-1) >= t))
_tells_presence = _filtered(told=lambda s, p, c: p)
_tells_class = _filtered(told=lambda s, p, c: c.max(axis=-1))
_sum_of_classes = _filtered(score=lambda p, c: p * c.sum(axis=-1))
_mean_of_classes = _filtered(score=lambda p, c: p * c.mean(axis=-1))
_added = _filtered(score=lambda p, c: (p + c.max(axis=-1)) / 2)
_strictly = _filtered(keep=lambda s, p, c, t: s > t)
_the_weak_ones = _filtered(keep=lambda s, p, c, t: s < t)
_with_softmax = _filtered(score=lambda p, c: p * _softmax(c).max(axis=-1))
_label_counts_the_vector = _filtered(label=lambda v: 5 + v[..., 5:].argmax(axis=-1))
_label_from_one = _filtered(label=lambda v: 1 + v[..., 5:].argmax(axis=-1))
_label_of_whole_vector = _filtered(label=lambda v: v.argmax(axis=-1))
_last_label = _filtered(label=lambda v: v.shape[-1] - 6 - v[..., :4:-1].argmax(axis=-1))
_anchor_as_label = _filtered(label=lambda v: np.broadcast_to(np.arange(v.shape[2]), v.shape[:3]))


def _best_first(boxes, prediction, score_threshold):
    boxes, scores, labels = filter_boxes(boxes, prediction, score_threshold)
    order = np.argsort(-scores, kind="stable")
    return boxes[order], scores[order], labels[order]


def _every_class(boxes, prediction, score_threshold):
    scores = prediction[..., :1] * prediction[..., 5:]
    row, column, anchor, label = np.nonzero(scores >= score_threshold)
    return boxes[row, column, anchor], scores[row, column, anchor, label], label


def _one_a_cell(boxes, prediction, score_threshold):
    scores = prediction[..., 0] * prediction[..., 5:].max(axis=-1)
    best = np.arange(scores.shape[2]) == scores.argmax(axis=2)[..., None]
    keep = (scores >= score_threshold) & best
    return boxes[keep], scores[keep], prediction[..., 5:].argmax(axis=-1)[keep]


def _raw_boxes(boxes, prediction, score_threshold):
    _, scores, labels = filter_boxes(boxes, prediction, score_threshold)
    return filter_boxes(prediction[..., 1:5], prediction, score_threshold)[0], scores, labels


def _columns_first(boxes, prediction, score_threshold):
    return filter_boxes(boxes.transpose(1, 0, 2, 3), prediction.transpose(1, 0, 2, 3), score_threshold)


def _plain_filter(boxes, prediction, score_threshold):
    """Return what is kept, place by place, in plain Python."""
    kept, scores, labels = [], [], []
    for row, row_boxes in zip(prediction.tolist(), boxes.tolist(), strict=True):
        for cell, cell_boxes in zip(row, row_boxes, strict=True):
            for vector, box in zip(cell, cell_boxes, strict=True):
                classes = vector[5:]
                score = vector[0] * max(classes)
                if score >= score_threshold:
                    kept.append(box)
                    scores.append(score)
                    labels.append(classes.index(max(classes)))
    return np.array(kept).reshape(-1, 4), np.array(scores), np.array(labels, int)


def _filter_cases():
    def case(what, prediction, threshold, expected=None):
        S, _, B, _ = prediction.shape
        boxes = np.arange(S * S * B * 4.0).reshape(S, S, B, 4)
        return Case(what, (boxes, prediction, threshold), expected or _plain_filter(boxes, prediction, threshold))

    one = np.array([[[[0.8, 0.5, 0.5, 1, 1, 0.25, 0.75]]]])
    example = np.array([[0.0, 1, 2, 3]]), np.array([0.6]), np.array([1])
    yield case("the place of the example", one, 0.5, example)
    exact = np.array([[[[0.5, 0.1, 0.2, 3, 2, 0.5, 0, 0.5], [0.25, 0.3, 0.9, 4, 5, 0.25, 0.5, 0.25]]]])
    at_threshold = np.array([[0.0, 1, 2, 3]]), np.array([0.25]), np.array([0])
    yield case("a score equal to the threshold, two equal classes", exact, 0.25, at_threshold)
    pairs = np.array([[0.9, 0.3], [0.3, 0.9], [0.6, 0.7], [0.9, 0.9], [0.6, 0.9], [0.4, 0.4], [0.8, 0.65], [1, 0.2]])
    hand = np.zeros((2, 2, 2, 7))
    hand[..., :5], hand[..., [0, 6]] = 0.5, pairs.reshape(2, 2, 2, 2)
    hand[..., 5] = hand[..., 6] / 2
    kept = np.array([12.0, 16, 24])[:, None] + np.arange(4), np.array([0.81, 0.54, 0.52]), np.array([1, 1, 1])
    yield case("sure of something, sure of its class, or both", hand, 0.5, kept)
    rng = np.random.default_rng(345)
    for S, B, C, threshold in ((2, 2, 3, 0.3), (3, 2, 2, 0.45), (4, 3, 5, 0.2), (3, 1, 4, 0.35)):
        prediction = rng.uniform(0, 1, (S, S, B, 5 + C)).round(3)
        prediction[..., 5:] /= prediction[..., 5:].sum(axis=-1, keepdims=True) * rng.uniform(0.6, 1, (S, S, B, 1))
        what = f"{S} × {S} cells, {B} anchor{'s' if B > 1 else ''}, threshold {threshold}"
        yield case(what, prediction, threshold)
    quiet = rng.uniform(0, 0.3, (2, 2, 2, 8))
    yield case("nothing is sure enough", quiet, 0.5)


FILTER_BOXES = Exercise(
    solution=filter_boxes,
    cases=_filter_cases,
    returns=("boxes", "scores", "labels"),
    mistakes={
        _presence_only: "Your score is p_c alone. It says that something is there; the score must also doubt what: "
        "p_c · largest c.",
        _class_only: "Your score is the largest c alone. Where nothing is (p_c small) the classes mean nothing: "
        "multiply by p_c.",
        _chosen_by_presence: "The scores are right, but you choose by p_c. Compare the score with the threshold.",
        _chosen_by_class: "The scores are right, but you choose by the largest c. Compare the score itself.",
        _each_by_itself: "You ask p_c and the largest c to reach the threshold each. Their product is what counts.",
        _tells_presence: "You choose rightly but return p_c as the score: return the product.",
        _tells_class: "You choose rightly but return the largest c as the score: return the product.",
        _sum_of_classes: "You multiply p_c by the sum of all classes: by the largest only.",
        _mean_of_classes: "You multiply p_c by the mean of the classes: by the largest.",
        _added: "You take the mean of p_c and the largest c. Two probabilities in a row multiply.",
        _strictly: "A score equal to the threshold is kept: >=, not >.",
        _the_weak_ones: "You keep the scores below the threshold.",
        _with_softmax: "You take a softmax of the classes first; they are probabilities already.",
        _label_counts_the_vector: "Your labels are 5 too large: they count from the vector's begin, classes from c_1.",
        _label_from_one: "Your labels begin at 1: the first class is number 0.",
        _label_of_whole_vector: "You look for the largest number of the whole vector, p_c and sizes included: only "
        "prediction[..., 5:] are classes.",
        _last_label: "Of two equal classes the first is wanted; you take the last.",
        _anchor_as_label: "You return the anchor's number as the label. The label is the class: argmax of the classes.",
        _best_first: "You sort by score. Here the order is row, column, anchor.",
        _every_class: "A place gives a box for every class that reaches the threshold. Only its best class counts.",
        _one_a_cell: "A cell gives only its best box. Every place that reaches the threshold is kept.",
        _raw_boxes: "You return b_x, b_y, b_h, b_w from the prediction; return the rows of `boxes`.",
        _columns_first: "Your order is column before row: index with a mask (S, S, B) and it comes out right.",
    },
    hints=(
        "prediction[..., 5:] are the classes of all places, (S, S, B, C); .max(axis=-1) the best of each.",
        "keep = scores >= score_threshold is a mask (S, S, B). boxes[keep] picks the rows in the right order.",
    ),
    minutes=6,
    difficulty=1,
    points=2,
)
