"""Exercise of notebook 3.6: from the words about all detections to one number, the mean average precision."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def score_detector(scores, labels, words, truth_counts):
    """Return the mean average precision (mAP), a float, over the classes with true objects.

    scores, labels (N,) and words, a list of N strings from judge_detections, belong to the
    detections of all pictures; truth_counts[c] says how many objects of class c are to be
    found. For each class with any, sort its detections by score, best first, without those
    called "ignored". After each one
      precision = hits so far / detections so far, recall = hits so far / truth_counts[c].
    The class's average precision is the mean of 101 numbers, for r in
    np.linspace(0, 1, 101): the largest precision at any recall >= r, and 0 where no recall
    reaches r.
    """
    words, averages = np.array(words), []
    for label, count in enumerate(truth_counts):
        if count > 0:
            mine = (labels == label) & (words != "ignored")
            best_first = np.argsort(-scores[mine])
            hits = np.cumsum(words[mine][best_first] == "hit")
            precision, recall = hits / np.arange(1, len(hits) + 1), hits / count
            points = [precision[recall >= r].max(initial=0) for r in np.linspace(0, 1, 101)]
            averages.append(np.mean(points))
    return float(np.mean(averages))


def _highest_to_the_right(precision, recall, r):
    return precision[recall >= r].max(initial=0)


def _score(
    hit=("hit",),
    out=("ignored",),
    order=lambda scores: np.argsort(-scores, kind="stable"),
    height=_highest_to_the_right,
    steps=101,
    present=lambda count, found: count > 0,
    mean=lambda averages, counts: np.mean(averages),
    pool=False,
    points=None,
):
    """Return a score with one rule changed."""

    def score(scores, labels, words, truth_counts):
        words, labels, counts = np.array(words), np.asarray(labels), np.asarray(truth_counts)
        if pool:
            labels, counts = np.zeros_like(labels), np.array([counts.sum()])
        averages, used = [], []
        for label, count in enumerate(counts):
            mine = (labels == label) & ~np.isin(words, out)
            if present(count, (labels == label).any()):
                hits = np.isin(words[mine], hit)[order(scores[mine])].cumsum()
                precision, recall = hits / np.arange(1, len(hits) + 1), hits / max(count, 1)
                averages.append((points or _mean_height)(precision, recall, height, steps))
                used.append(count)
        return float(mean(averages, used))

    return score


def _mean_height(precision, recall, height, steps):
    return np.mean([height(precision, recall, r) for r in np.linspace(0, 1, steps)])


def _first_reached(precision, recall, r):
    reached = precision[recall >= r]
    return reached[0] if len(reached) else 0.0


def _highest_so_far(precision, recall, r):
    return precision[recall <= r].max(initial=0)


def _last_one_goes_on(precision, recall, r):
    reached = precision[recall >= r]
    return reached.max() if len(reached) else (precision[-1] if len(precision) else 0.0)


def _only_reached(precision, recall, height, steps):
    heights = [height(precision, recall, r) for r in np.linspace(0, 1, steps) if (recall >= r).any()]
    return np.mean(heights) if heights else 0.0


def _at_the_hits(precision, recall, height, steps):
    """Average the precisions at the hits over the hits."""
    rises = np.diff(recall, prepend=0) > 0
    return precision[rises].mean() if rises.any() else 0.0


def _area(precision, recall, height, steps):
    """Sum precision times the step of recall, without taking the largest to the right."""
    return float(np.sum(precision * np.diff(recall, prepend=0)))


def _area_below(precision, recall, height, steps):
    """Sum the largest precision to the right times the step of recall."""
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(best * np.diff(recall, prepend=0)))


def _hundred_points(precision, recall, height, steps):
    return np.mean([height(precision, recall, k / 100) for k in range(100)])


def _of_those_found(precision, recall, height, steps):
    return _mean_height(precision, recall / max(recall.max(initial=0), 1e-9), height, steps)


def _last_precision(precision, recall, height, steps):
    return precision[-1] if len(precision) else 0.0


def _recall_of_detections(precision, recall, height, steps):
    shares = np.arange(1, len(precision) + 1) / max(len(precision), 1)
    return _mean_height(precision, shares, height, steps)


def _last_recall(precision, recall, height, steps):
    return recall[-1] if len(recall) else 0.0


_absent_as_zero = _score(present=lambda count, found: True)
_only_found_classes = _score(present=lambda count, found: count > 0 and found)
_classes_with_detections = _score(present=lambda count, found: found)
_pooled = _score(pool=True)
_weighted = _score(mean=lambda averages, counts: np.average(averages, weights=counts))
_summed = _score(mean=lambda averages, counts: np.sum(averages))
_ignored_are_wrong = _score(out=())
_ignored_are_right = _score(hit=("hit", "ignored"), out=())
_duplicates_are_right = _score(hit=("hit", "duplicate"))
_duplicates_left_out = _score(out=("ignored", "duplicate"))
_unsorted = _score(order=lambda scores: np.arange(len(scores)))
_ascending = _score(order=lambda scores: np.argsort(scores, kind="stable"))
_eleven_points = _score(steps=11)
_no_maximum = _score(height=_first_reached)
_left_maximum = _score(height=_highest_so_far)
_goes_on = _score(height=_last_one_goes_on)
_reached_only = _score(points=_only_reached)
_mean_at_hits = _score(points=_at_the_hits)
_plain_area = _score(points=_area)
_area_exactly = _score(points=_area_below)
_without_the_last = _score(points=_hundred_points)
_share_of_hits = _score(points=_of_those_found)
_beyond_r = _score(height=lambda precision, recall, r: precision[recall > r].max(initial=0))
_precision_only = _score(points=_last_precision)
_recall_only = _score(points=_last_recall)
_share_of_detections = _score(points=_recall_of_detections)

H, D, F, I = "hit", "duplicate", "false alarm", "ignored"  # noqa: E741


def _score_cases():
    """Yield detections whose precisions were worked out by hand; n points at a precision are written (precision, n)."""
    yield _case("one class, everything found", [(0.9, 0, H), (0.3, 0, H)], (2,), [[(1, 101)]])
    yield _case(  # precisions 1, 1/2, 2/3, 1/2 at recalls 1/4, 1/4, 2/4, 2/4: 26 points (0 … 0.25), then 25
        "a false alarm between, half is missed",
        [(0.8, 0, F), (0.7, 0, H), (0.9, 0, H), (0.1, 0, F)],
        (4,),
        [[(1, 26), (2 / 3, 25)]],
    )
    yield _case(  # 0/1, 1/2, 2/3, 3/4 at recall 1/4, 2/4, 3/4: the largest to the right is 3/4 everywhere
        "the best detection is wrong",
        [(0.95, 0, F), (0.9, 0, H), (0.5, 0, H), (0.4, 0, H)],
        (4,),
        [[(3 / 4, 76)]],
    )
    yield _case(  # class 0: 1, then a duplicate, then 2/3 of two; class 1: none of 3 found; class 2: absent
        "a class not found, a class that is absent",
        [(0.6, 0, H), (0.9, 0, H), (0.7, 0, D), (0.8, 2, F), (0.2, 1, F)],
        (2, 3, 0),
        [[(1, 51), (2 / 3, 50)], [(0, 101)]],
    )
    yield _case(  # class 0: the ignored left out: 1, 1/2; class 1: 1, 1, 3/4 with a false alarm between
        "ignored ones among them, classes of unequal size",
        [(0.9, 1, H), (0.8, 0, I), (0.75, 0, H), (0.7, 1, H), (0.6, 1, F), (0.5, 1, H), (0.4, 0, F), (0.85, 1, I)],
        (1, 4),
        [[(1, 101)], [(1, 51), (3 / 4, 25)]],
    )
    yield _case(  # 1 at 1/1; 1/2 at 1/2 (a false alarm before); 0/1, 0/2 of 3
        "three classes, three averages",
        [(0.9, 2, F), (0.8, 0, H), (0.7, 1, F), (0.6, 1, H), (0.5, 2, D)],
        (1, 2, 3),
        [[(1, 101)], [(1 / 2, 51)], [(0, 101)]],
    )
    yield _case(
        "two classes without any detection", [(0.4, 1, H), (0.3, 1, F)], (2, 2, 1), [[(0, 101)], [(1, 51)], [(0, 101)]]
    )
    yield _case("a class without any detection", [(0.9, 1, H)], (5, 1), [[(0, 101)], [(1, 101)]])
    yield _case(  # class 0: 0/1, 1/2 (a duplicate before); class 1: 1, 1/2, 2/4 and 3/5 at 1/8, 2/8, 3/8
        "duplicates that score best",
        [(0.3, 0, H), (0.9, 0, D), (0.9, 1, H), (0.8, 1, D), (0.6, 1, F), (0.5, 1, H), (0.2, 1, H), (0.1, 1, D)],
        (2, 8),
        [[(1 / 2, 51)], [(1, 13), (3 / 5, 25)]],
    )
    yield _case("only an ignored one is found", [(0.5, 0, I)], (2, 1), [[(0, 101)], [(0, 101)]])


def _case(what, detections, truth_counts, heights):
    """Return a case; `heights` lists, for each class that is there, how many of the 101 points have which precision."""
    scores, labels, words = ([row[part] for row in detections] for part in range(3))
    averages = [sum(precision * number for precision, number in points) / 101 for points in heights]
    arguments = np.array(scores, float), np.array(labels, int), words, truth_counts
    return Case(what, arguments, sum(averages) / len(averages))


SCORE_DETECTOR = Exercise(
    solution=score_detector,
    cases=_score_cases,
    mistakes={
        _absent_as_zero: "A class without a single true object counts as 0. Nothing was to be found there: leave it "
        "out of the mean.",
        _only_found_classes: "A class of which nothing was detected is left out. Its objects were there to be found: "
        "it counts as 0.",
        _classes_with_detections: "Your mean goes over the classes that were detected. It should go over those that "
        "have true objects.",
        _pooled: "All classes go into one curve, so the frequent class decides nearly alone. Average over each class "
        "by itself, then over the classes.",
        _weighted: "Classes with more objects weigh more. The mean over the classes gives each the same weight.",
        _summed: "You add the classes up; the mean over them is wanted.",
        _ignored_are_wrong: "Detections called \"ignored\" are counted as wrong: they count neither way, leave them "
        "out.",
        _ignored_are_right: "Detections called \"ignored\" are counted as hits: they count neither way, leave "
        "them out.",
        _duplicates_are_right: "Duplicates are counted as hits: the recall can even exceed 1. A duplicate is a wrong "
        "detection.",
        _duplicates_left_out: "Duplicates are left out. They are wrong detections and lower the precision.",
        _unsorted: "The detections are not sorted: walk from the best score down.",
        _ascending: "You walk from the lowest score up: np.argsort is ascending.",
        _eleven_points: "Eleven recalls (the rule of PASCAL VOC 2007); here 101 are wanted, np.linspace(0, 1, 101).",
        _no_maximum: "At each r you take the precision where r is first reached; the largest one at any recall of at "
        "least r is wanted.",
        _left_maximum: "You take the largest precision at recalls up to r; wanted is recall >= r.",
        _goes_on: "Where no recall reaches r, you go on with the last precision; nothing was found there, so it is 0.",
        _reached_only: "You average only over the recalls that were reached, so that missing objects costs nothing. "
        "The others count as 0: always 101 numbers.",
        _mean_at_hits: "This is the mean of the precisions at the hits. What was never found does not show in it.",
        _plain_area: "You add up precision times the step in recall, without the largest precision to the right.",
        _area_exactly: "This is the exact area under the curve (PASCAL VOC from 2010 on). Here it is the mean of 101 "
        "points.",
        _without_the_last: "You leave out r = 1, as np.arange(0, 1, 0.01) does: 101 points, np.linspace(0, 1, 101).",
        _share_of_hits: "Your recall divides by the objects that were found, so it always ends at 1. Divide by "
        "truth_counts[c].",
        _beyond_r: "You ask for recall > r. A recall of exactly r reaches it: >=.",
        _precision_only: "This is the precision of all detections together; it changes if one more low score is let "
        "through. Average over the recalls.",
        _recall_only: "This is the recall of all detections together: false alarms cost nothing in it.",
        _share_of_detections: "You divide by the number of detections for recall; divide by truth_counts[c], the "
        "objects to be found.",
    },
    hints=(
        "One class first: `mine = (labels == label) & (words != \"ignored\")`, with words made an array.",
        "`np.cumsum(… == \"hit\")`, in the order of `np.argsort(-scores[mine])`, counts the hits so far.",
        "Precision divides by 1, 2, 3, …, recall by truth_counts[label].",
        "`precision[recall >= r].max(initial=0)` is one of the 101 numbers, also where none is left.",
    ),
    minutes=15,
    difficulty=3,
    points=3,
)  # fmt: skip
