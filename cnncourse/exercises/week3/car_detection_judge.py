"""Exercise of notebook 3.6: say of every detection in a picture what it is worth."""

import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.exercises.engine import Case, Exercise


def judge_detections(found, truth, iou_threshold):
    """Return a list of words, one for each detection, in the order in which they came.

    found is (boxes (N, 4), scores (N,), labels (N,)); truth is (boxes (M, 4), labels (M,),
    ignored (M,)). The best score chooses first. In reach of a detection is every true
    object of its own label with an IoU of at least iou_threshold.
      If some in reach are not chosen yet, it chooses the one of largest IoU, an ignored one
      only if no other is left: "hit", or "ignored" if it chose an ignored one.
      If all in reach are chosen: "duplicate". If nothing is in reach: "false alarm".
    """
    boxes, scores, labels = found
    true_boxes, true_labels, ignored = truth
    overlaps, chosen, words = iou(boxes, true_boxes), set(), [""] * len(boxes)
    for d in np.argsort(-scores):
        near = overlaps[d] >= iou_threshold
        reach = np.flatnonzero(near & (true_labels == labels[d])).tolist()
        free = [t for t in reach if t not in chosen]
        free.sort(key=lambda t: (ignored[t], -overlaps[d, t]))
        if free:
            chosen.add(free[0])
            words[d] = "ignored" if ignored[free[0]] else "hit"
        else:
            words[d] = "duplicate" if reach else "false alarm"
    return words


def _judge(
    order=lambda scores: np.argsort(-scores, kind="stable"),
    fits=lambda overlap, threshold: overlap >= threshold,
    same=lambda a, b: a == b,
    wish=lambda ignored, overlap: (ignored, -overlap),
    take=True,
    first=False,
    words=("hit", "ignored", "duplicate", "false alarm"),
    sort_answer=False,
):
    """Return a judge with one rule changed."""

    def judge(found, truth, iou_threshold):
        (boxes, scores, labels), (true_boxes, true_labels, ignored) = found, truth
        overlaps, taken, answer = iou(boxes, true_boxes), set(), [""] * len(boxes)
        turns = list(order(scores))
        for d in turns:
            reach = [t for t in range(len(true_boxes))
                     if same(labels[d], true_labels[t]) and fits(overlaps[d, t], iou_threshold)]  # fmt: skip
            reach.sort(key=lambda t: wish(bool(ignored[t]), overlaps[d, t]))
            free = [t for t in (reach[:1] if first else reach) if t not in taken]
            if free and take:
                taken.add(free[0])
            word = words[1 if ignored[free[0]] else 0] if free else words[2 if reach else 3]
            answer[d] = word
        return [answer[d] for d in turns] if sort_answer else answer

    return judge


def _ignored_left_out(found, truth, iou_threshold):
    boxes, labels, ignored = truth
    return _judge()(found, (boxes[~ignored], labels[~ignored], ignored[~ignored]), iou_threshold)


def _ignored_first_come(found, truth, iou_threshold):
    """Take an ignored object as in reach for any number of detections."""
    boxes, _, labels = found
    true_boxes, true_labels, ignored = truth
    words, overlaps = _judge()(found, truth, iou_threshold), iou(boxes, true_boxes)
    near = (overlaps >= iou_threshold) & (labels[:, None] == true_labels) & ignored
    return ["ignored" if word == "duplicate" and row.any() else word for word, row in zip(words, near, strict=True)]


def _best_overlap_wins(found, truth, iou_threshold):
    """Let every true object pick the detection of largest IoU, whatever the scores."""
    boxes, _, labels = found
    true_boxes, true_labels, ignored = truth
    overlaps = np.where(labels[:, None] == true_labels, iou(boxes, true_boxes), 0)
    words = ["duplicate" if (row >= iou_threshold).any() else "false alarm" for row in overlaps]
    for t in range(len(true_boxes)):
        if len(boxes) and overlaps[:, t].max() >= iou_threshold:
            words[int(overlaps[:, t].argmax())] = "ignored" if ignored[t] else "hit"
    return words


_never_taken = _judge(take=False)
_in_file_order = _judge(order=lambda scores: np.arange(len(scores)))
_worst_first = _judge(order=lambda scores: np.argsort(scores, kind="stable"))
_across_classes = _judge(same=lambda a, b: True)
_strictly_more = _judge(fits=lambda overlap, threshold: overlap > threshold)
_any_touch = _judge(fits=lambda overlap, threshold: overlap > 0)
_fixed_half = _judge(fits=lambda overlap, threshold: overlap >= 0.5)
_first_in_the_list = _judge(wish=lambda ignored, overlap: 0)
_smallest_overlap = _judge(wish=lambda ignored, overlap: (ignored, overlap))
_only_the_best_asked = _judge(first=True)
_best_of_all_asked = _judge(wish=lambda ignored, overlap: -overlap, first=True)
_ignored_like_others = _judge(wish=lambda ignored, overlap: -overlap)
_ignored_preferred = _judge(wish=lambda ignored, overlap: (not ignored, -overlap))
_ignored_are_hits = _judge(words=("hit", "hit", "duplicate", "false alarm"))
_ignored_are_false = _judge(words=("hit", "false alarm", "duplicate", "false alarm"))
_no_duplicates = _judge(words=("hit", "ignored", "false alarm", "false alarm"))
_in_order_of_scores = _judge(sort_answer=True)

A, B, C = [10, 10, 30, 50], [60, 20, 100, 40], [12, 10, 32, 50]  # two truths apart; C overlaps A by 18/22


def _judge_cases():
    """Yield pictures whose answers were worked out by hand; every IoU in reach is written beside its box."""
    far = [200, 10, 220, 30]
    yield _case(
        "one hit, one far away, wrong class",
        [(A, 0.6, 0), (far, 0.9, 0), (B, 0.7, 1)],  # A is A: 1; nothing; B is B, but of label 0
        [(A, 0, False), (B, 0, False)],
        ["hit", "false alarm", "false alarm"],
    )
    yield _case(
        "one object found three times, the best in the middle",
        [([10, 10, 30, 40], 0.5, 1), ([10, 14, 30, 50], 0.8, 1), (A, 0.6, 1)],  # 30/40, 36/40, 1
        [(A, 1, False)],
        ["duplicate", "hit", "duplicate"],
    )
    yield _case(
        "two objects that overlap",
        [(A, 0.9, 0), ([11, 10, 31, 50], 0.8, 0)],  # A: 1, C: 18/22; A: 19/21, C: 19/21
        [(C, 0, False), (A, 0, False)],
        ["hit", "hit"],
    )
    for what, truths in (("the later in the list", (C, A)), ("the earlier in the list", (A, C))):
        yield _case(
            f"threshold 0.75, the first fits {what} best",
            [(A, 0.9, 1), ([14, 10, 34, 50], 0.8, 1)],  # A 1, C 18/22; A 16/24, C 18/22
            [(box, 1, False) for box in truths],
            ["hit", "hit"],
            0.75,
        )
    yield _case(
        "the second would like a taken one best",
        [(A, 0.95, 2), ([10, 10, 30, 49], 0.7, 2), (C, 0.3, 2)],  # second: A 39/40, C 702/878; third: both taken
        [(A, 2, False), (C, 2, False)],
        ["hit", "hit", "duplicate"],
    )
    yield _case(
        "an ignored object, found twice, and one beside",
        [(B, 0.9, 1), ([60, 20, 100, 38], 0.4, 1), (A, 0.6, 1), (A, 0.2, 0)],  # 1, 36/40; 1; 1 with a label 1
        [(B, 1, True), (A, 1, False)],
        ["ignored", "duplicate", "hit", "false alarm"],
    )
    yield _case(
        "an ignored object overlaps a true one",
        [([10, 10, 31, 50], 0.9, 0), (C, 0.8, 0), (far, 0.1, 1)],  # A 20/21, C 19/22; A 18/22, C 1
        [(C, 0, True), (A, 0, False), (far, 0, False)],
        ["hit", "ignored", "false alarm"],
    )
    yield _case(
        "the ignored one overlaps more",
        [([12, 10, 32, 49], 0.9, 1), (A, 0.5, 1)],  # C 39/40, A 702/878; C 18/22, A 1
        [(C, 1, True), (A, 1, False)],
        ["hit", "ignored"],
    )
    yield _case(
        "an IoU of exactly one half",
        [([10, 10, 30, 30], 0.4, 1), ([60, 20, 79, 40], 0.9, 1)],  # 20/40; 19/40
        [(A, 1, False), (B, 1, False)],
        ["hit", "false alarm"],
    )
    yield _case(
        "threshold 0.75",
        [([10, 10, 30, 35], 0.9, 0), ([10, 10, 30, 42], 0.3, 0), (B, 0.8, 0)],  # 25/40, 32/40; 1
        [(A, 0, False), (B, 0, False)],
        ["false alarm", "hit", "hit"],
        0.75,
    )
    yield _case(
        "threshold 0.25",
        [([60, 20, 72, 40], 0.5, 2), ([60, 20, 69, 40], 0.9, 2)],  # 12/40; 9/40
        [(B, 2, False), (A, 2, True)],
        ["hit", "false alarm"],
        0.25,
    )
    yield _case(
        "four objects, the last ones found, a motorcycle called a pedestrian",
        [(B, 0.55, 1), (far, 0.65, 2), ([200, 10, 220, 29], 0.95, 2), ([60, 20, 100, 39], 0.75, 2), (A, 0.85, 2)],
        [([110, 60, 130, 90], 2, False), (A, 1, False), (B, 2, False), (far, 2, False)],
        ["false alarm", "duplicate", "hit", "hit", "false alarm"],  # far 19/20 before 1; B 19/20
    )
    yield _case("nothing is there", [(A, 0.9, 0), (B, 0.8, 1)], [], ["false alarm", "false alarm"])
    yield _case("nothing was found", [], [(A, 0, False)], [])


def _case(what, detections, truths, expected, iou_threshold=0.5):
    boxes, scores, labels = ([row[part] for row in detections] for part in range(3))
    true_boxes, true_labels, ignored = ([row[part] for row in truths] for part in range(3))
    found = np.array(boxes, float).reshape(-1, 4), np.array(scores, float), np.array(labels, int)
    truth = np.array(true_boxes, float).reshape(-1, 4), np.array(true_labels, int), np.array(ignored, bool)
    return Case(what, (found, truth, iou_threshold), expected)


JUDGE_DETECTIONS = Exercise(
    solution=judge_detections,
    cases=_judge_cases,
    mistakes={
        _never_taken: "One true object is found again and again and gives a hit each time. Remember which are chosen: "
        "whoever finds one later is a duplicate.",
        _no_duplicates: "Duplicates are called false alarms. Both count as wrong, but a duplicate did find an object: "
        "something in its reach is chosen already.",
        _in_file_order: "The detections choose in the order in which they came; the best score must choose first.",
        _worst_first: "The lowest score chooses first: np.argsort is ascending.",
        _across_classes: "A detection takes an object of another class. Only objects of its own label are in reach.",
        _strictly_more: "An IoU equal to iou_threshold is in reach too: at least, >=.",
        _any_touch: "Every overlap counts as found: compare the IoU with iou_threshold.",
        _fixed_half: "iou_threshold is not used: you compare with 0.5, whatever it says.",
        _first_in_the_list: "Of several in reach you take the first in the list: take the one of largest IoU, "
        "ignored ones last.",
        _smallest_overlap: "Of several in reach you take the one of smallest IoU.",
        _only_the_best_asked: "You ask only for the object of largest IoU and give up if that is chosen. Another free "
        "one may be in reach.",
        _best_of_all_asked: "You ask only for the object of largest IoU, ignored or not, and give up if it is chosen "
        "(the rule of PASCAL VOC). Here another free one in reach is taken.",
        _best_overlap_wins: "The objects choose the detection of largest IoU. The detections choose, and the best "
        "score first: which object lies under it is what a user never learns.",
        _ignored_like_others: "An ignored object is taken though another one is in reach. It is a last resort: hits "
        "go before.",
        _ignored_preferred: "Ignored objects are chosen before the others, so true ones count as missed.",
        _ignored_are_hits: "Finding an ignored object is counted as a hit; it counts neither way: \"ignored\".",
        _ignored_are_false: "Finding an ignored object is called a false alarm. It is there, only too small or too "
        "hidden to be asked for: \"ignored\".",
        _ignored_left_out: "You leave ignored objects out before you begin, so whoever finds one is called a false "
        "alarm.",
        _ignored_first_come: "An ignored object excuses any number of detections; as every other, it can be chosen "
        "once.",
        _in_order_of_scores: "The words come in the order of the scores; give them in the order in which the "
        "detections came.",
    },
    hints=(
        "`iou(boxes, true_boxes)` is a table: a row for each detection, a column for each true object.",
        "Walk through `np.argsort(-scores)`; keep a set of the true objects that are chosen.",
        "For one detection: list the objects in reach (label and IoU), then those of them not chosen yet.",
        "`free.sort(key=lambda t: (ignored[t], -overlaps[d, t]))` puts the wanted one first.",
    ),
    minutes=15,
    difficulty=3,
    points=3,
)  # fmt: skip
