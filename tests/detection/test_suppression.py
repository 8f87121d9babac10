"""Non-max suppression equals the greedy rule, in every way of working, and OpenCV where their rules agree."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.detection import suppression as module
from cnncourse.detection import suppression_grid as grid
from cnncourse.detection.suppression import nms, nms_per_class

NONE = np.zeros((0, 4))
WAYS = {  # names of the module's bounds: values
    "as it is": {},
    "halves to the end": {"FEW": 1, "BLOCK": 5},
    "on the grid": {"FEW": 4, "MANY": 0, "GRID_FROM": 1},
    "on the grid, part by part": {"FEW": 1, "MANY": 0, "GRID_FROM": 1},
}


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Make the module work in one of its ways, however few the boxes are."""
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(module, name, value)
    if "part by part" in request.param:
        monkeypatch.setattr(grid, "NEIGHBOURS_AT_A_TIME", 3)
    return request.param


def greedy(boxes, scores, threshold, labels=None):
    """Return what the rule keeps, in plain Python: the best box left is kept and drops what overlaps it too much."""
    boxes = [[float(edge) for edge in box] for box in boxes]
    left, kept = sorted(range(len(boxes)), key=lambda i: (-scores[i], i)), []

    def overlap(a, b):
        width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        shared = max(width, 0.0) * max(height, 0.0)
        return shared and shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)

    while left:
        best = left.pop(0)
        kept.append(best)
        rivals = [i for i in left if labels is None or labels[i] == labels[best]]
        dropped = {i for i in rivals if overlap(boxes[best], boxes[i]) > threshold}
        left = [i for i in left if i not in dropped]
    return kept


def clusters(rng, count, objects, spread=100.0, jitter=0.1):
    centres, sizes = rng.uniform(0, spread, (objects, 2)), rng.uniform(5, 40, (objects, 2))
    which = rng.integers(objects, size=count)
    sizes = sizes[which] * np.exp(rng.normal(0, jitter, (count, 2)))
    centres = centres[which] + sizes * rng.normal(0, jitter, (count, 2))
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)


def whole(rng, count, places=8, longest=6):
    corners = rng.integers(0, places, (count, 2)).astype(float)
    return np.concatenate([corners, corners + rng.integers(0, longest, (count, 2))], axis=1)


def concentric(rng, count):
    halves = rng.uniform(1, 50, (count, 2))
    return np.concatenate([-halves, halves], axis=1)


KINDS = {
    "clusters": lambda rng, n: clusters(rng, n, 1 + n // 8),
    "one dense cluster": lambda rng, n: clusters(rng, n, 1, jitter=0.3),
    "far from the origin": lambda rng, n: clusters(rng, n, 1 + n // 8) + 1e9 * np.array([1, -1, 1, -1]),
    "tiny": lambda rng, n: clusters(rng, n, 1 + n // 8) * 1e-150,
    "huge": lambda rng, n: clusters(rng, n, 1 + n // 8) * 1e150,
    "of every size": lambda rng, n: np.exp(rng.uniform(-60, 60, (n, 1))) * [0, 0, 1, 1.5],
    "whole numbers, some empty": whole,
    "touching tiles": lambda rng, n: (
        4 * np.repeat(rng.integers(0, 4, (n, 2)), 2, axis=0).reshape(n, 4)[:, [0, 2, 0, 2]] + [0.0, 0, 4, 4]
    ),
    "concentric": concentric,
    "identical": lambda rng, n: np.tile([[3.0, 4, 9, 11]], (n, 1)),
    "float32": lambda rng, n: clusters(rng, n, 1 + n // 8).astype(np.float32),
    "far outlier": lambda rng, n: np.concatenate([clusters(rng, n, 1 + n // 8)[1:], [[1e14, 0, 1e14 + 8, 8]]]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threshold", [0, 0.1, 0.3, 1 / 3, 0.5, 0.75, 0.95, 1])
def test_it_keeps_what_the_greedy_rule_keeps(way, kind, threshold):
    for seed, count in ((1, 60), (2, 23), (3, 2)):
        rng = np.random.default_rng(seed)
        boxes = KINDS[kind](rng, count)
        scores = rng.integers(0, 6, count) / 8 if seed == 2 else rng.random(count)
        labels = rng.integers(0, 3, count)
        assert nms(boxes, scores, threshold).tolist() == greedy(boxes, scores, threshold)
        assert nms_per_class(boxes, scores, labels, threshold).tolist() == greedy(boxes, scores, threshold, labels)


@pytest.mark.parametrize("spread", [60.0, 600.0])
def test_many_boxes_are_suppressed_on_the_grid_as_by_the_rule(spread, monkeypatch):
    rng = np.random.default_rng(4)
    boxes, scores, labels = clusters(rng, 2500, 300, spread), rng.random(2500), rng.integers(0, 4, 2500)
    used = []
    ours = grid.Grid.neighbours
    monkeypatch.setattr(grid.Grid, "neighbours", lambda *args: used.append(1) or ours(*args))
    on_grid = nms(boxes, scores, 0.6), nms_per_class(boxes, scores, labels, 0.6)
    assert used
    monkeypatch.setattr(module, "GRID_FROM", 10**9)
    assert on_grid[0].tolist() == nms(boxes, scores, 0.6).tolist() == torch_loop(boxes, scores, 0.6)
    assert on_grid[1].tolist() == nms_per_class(boxes, scores, labels, 0.6).tolist()


def torch_loop(boxes, scores, threshold):
    """Return what the greedy rule keeps, one row of torch at a time."""
    boxes = torch.from_numpy(boxes)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    left, kept = torch.from_numpy(scores).argsort(descending=True, stable=True), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(int(best))
        low, high = torch.maximum(boxes[best, :2], boxes[left, :2]), torch.minimum(boxes[best, 2:], boxes[left, 2:])
        shared = (high - low).clamp(min=0).prod(dim=1)
        left = left[shared / (areas[best] + areas[left] - shared) <= threshold]
    return kept


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_opencv_keeps_the_same_of_boxes_in_whole_pixels(threshold):
    rng = np.random.default_rng(5)
    boxes = np.rint(clusters(rng, 300, 30, 500.0))
    boxes[:, 2:] += 1
    scores = (rng.permutation(300) + 1) / 301
    sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1).astype(int)
    theirs = cv2.dnn.NMSBoxes(sizes.tolist(), scores.tolist(), 0.0, threshold + 1e-6)
    assert nms(boxes, scores, threshold + 1e-6).tolist() == list(theirs)


@given(st.data())
def test_whole_boxes_with_ties_and_an_iou_equal_to_the_threshold(data):
    count = data.draw(st.integers(0, 14))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    boxes, scores = whole(rng, count, 4, 4), rng.integers(0, 3, count) / 2
    threshold = data.draw(st.sampled_from([1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 0.3, 0.6, 1, 0]))
    assert nms(boxes, scores, threshold).tolist() == greedy(boxes, scores, threshold)


def test_a_greater_iou_drops_and_an_equal_one_does_not(way):
    boxes = [[0, 0, 10, 3], [0, 0, 3, 3]]  # IoU 3/10
    assert nms(boxes, [0.9, 0.8], 0.3).tolist() == [0, 1]
    assert nms(boxes, [0.9, 0.8], np.nextafter(0.3, 0)).tolist() == [0]
    assert nms(np.array(boxes, np.float32), [0.9, 0.8], 0.3).tolist() == [0, 1]


def test_of_equal_scores_the_lower_index_is_first(way):
    boxes = [[0, 0, 4, 4], [9, 9, 12, 12], [0, 0, 4, 4]]
    assert nms(boxes, [0.5, 0.5, 0.5]).tolist() == [0, 1]
    assert nms(boxes, [0.5, 0.5, 0.6]).tolist() == [2, 1]
    assert nms(boxes, [0.0, -0.0, 0.0]).tolist() == [0, 1]


def test_a_dropped_box_drops_no_other(way):
    chain = [[0, 0, 10, 4], [4, 0, 14, 4], [8, 0, 18, 4]]
    assert nms(chain, [0.9, 0.8, 0.7], 0.3).tolist() == [0, 2]


def test_boxes_without_area_stay(way):
    assert nms([[1, 1, 1, 5]] * 3, [0.1, 0.3, 0.2], 0).tolist() == [1, 2, 0]


def test_no_boxes(way):
    assert nms(NONE, []).tolist() == []
    assert nms_per_class(NONE, [], []).tolist() == []
    assert nms(NONE, []).dtype.kind == "i"


def test_labels_may_be_anything_that_sorts(way):
    boxes, scores = [[0, 0, 4, 4]] * 4, [0.1, 0.4, 0.3, 0.2]
    for labels in ([7, -2, 7, -2], ["car", "dog", "car", "dog"], [True, False, True, False]):
        assert nms_per_class(boxes, scores, labels).tolist() == [1, 2]
    assert nms_per_class(boxes, scores, np.array([2**62, 2**62 + 1] * 2)).tolist() == [1, 2]


def test_inputs_are_not_changed():
    rng = np.random.default_rng(6)
    boxes, scores = clusters(rng, 50, 5), rng.random(50)
    boxes.setflags(write=False)
    scores.setflags(write=False)
    assert len(nms_per_class(boxes, scores, np.zeros(50, int)))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([[2, 0, 1, 1]], [0.5]), ValueError, "boxes must have x1 ≤ x2"),
        (([[0, 0, 1, 1]], [np.nan]), ValueError, "scores must hold finite numbers"),
        (([[0, 0, 1, 1]], [0.5, 0.4]), ValueError, r"scores must have shape"),
        (([[0, 0, 1, 1]], [[0.5]]), ValueError, "scores"),
        (([[0, 0, 1, 1]], [0.5], 1.5), ValueError, "iou_threshold must be between 0 and 1, got 1.5"),
        (([[0, 0, 1, 1]], [0.5], -0.1), ValueError, "iou_threshold"),
        (([[0, 0, 1, 1]], [0.5], "half"), TypeError, "iou_threshold"),
        (([[0, 0, 1e200, 1e200]], [0.5]), ValueError, "boxes must hold smaller numbers"),
        (([[0, 0, 1, 1]], ["a"]), TypeError, "scores"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        nms(*arguments)


@pytest.mark.parametrize(
    ("labels", "error"),
    [([0, 1], ValueError), ([0.5], TypeError), ([[0]], ValueError), ([None], TypeError), (3, ValueError)],
)
def test_bad_labels_are_refused(labels, error):
    with pytest.raises(error, match="labels"):
        nms_per_class([[0, 0, 1, 1]], [0.5], labels)


# --- the bounds the grid rests on ---


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_the_grid_finds_every_pair_whose_overlap_is_too_large(threshold):
    rng = np.random.default_rng(8)
    boxes = np.concatenate([clusters(rng, 150, 3, 40.0, 0.5), concentric(rng, 50), whole(rng, 50)])
    reaches = module.reaches_of(boxes)
    areas = module.divisible_areas("boxes", reaches)
    index = grid.Grid.over(reaches, areas, None, threshold)
    everyone = np.arange(len(boxes))
    pairs = {
        (int(a), int(b))
        for kept, places in index.neighbours(everyone, everyone)
        for a, b in zip(kept, places, strict=True)
    }
    needed = np.argwhere(
        module.iou_of_shared(np.minimum(reaches[:, :, None], reaches[:, None]), areas[:, None], areas) > threshold
    )
    assert set(map(tuple, needed.tolist())) <= pairs
    if threshold >= 0.5:
        assert len(pairs) < len(boxes) ** 2 / 4


def test_no_grid_where_it_could_miss_a_pair():
    far = module.reaches_of(np.array([[0.0, 0, 1, 1], [1e14, 0, 1e14 + 1, 1]]))
    assert grid.Grid.over(far, np.ones(2), None, 0.5) is None
    tiny = module.reaches_of(np.array([[0, 0, 1e-148, 1e-148]]))
    assert grid.Grid.over(tiny, np.array([1e-296]), None, 0.5) is None
