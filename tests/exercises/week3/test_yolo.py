"""Anchors and k-means: likely wrong answers get the right sentence, others are refused too, right ones pass."""

import pytest

from attempts import changed, judged, refused
from cnncourse.detection.anchors import shape_iou
from cnncourse.detection.boxes import iou

# --- assign_anchors ---


def assign(body):
    return judged("assign_anchors", "def assign_anchors(boxes, anchors):\n" + body, iou=iou, shape_iou=shape_iou)


WRONG_ANCHORS = [
    (
        "where it stands with an anchor at the picture's corner",
        """
    corner = np.hstack([0 * anchors, anchors])
    return iou(boxes, corner).argmax(axis=1)
""",
    ),
    (
        "error of 5 pixels weighs as much",
        """
    best = []
    for x1, y1, x2, y2 in boxes:
        best.append(np.argmin([(x2 - x1 - w) ** 2 + (y2 - y1 - h) ** 2 for w, h in anchors]))
    return np.array(best, int)
""",
    ),
    ("anchor is (width, height)", "    return shape_iou(boxes[:, 2:] - boxes[:, :2], anchors[:, ::-1]).argmax(1)\n"),
    ("A width is x2 − x1", "    return shape_iou(boxes[:, 2:], anchors).argmax(1)\n"),
    ("IoU itself", "    return shape_iou(boxes[:, 2:] - boxes[:, :2], anchors).max(1)\n"),
    ("fits worst", "    return shape_iou(boxes[:, 2:] - boxes[:, :2], anchors).argmin(1)\n"),
    ("every box its best anchor", "    return shape_iou(boxes[:, 2:] - boxes[:, :2], anchors).argmax(0)\n"),
    (
        "10 × 40 fits 40 × 10",
        """
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.array([np.abs(np.prod(anchors, axis=1) - area).argmin() for area in areas], int)
""",
    ),
    (
        "largest anchor always wins",
        """
    w, h = (boxes[:, 2:] - boxes[:, :2]).T
    return np.array([np.argmax([min(a, p) * min(b, q) for p, q in anchors]) for a, b in zip(w, h)], int)
""",
    ),
]


@pytest.mark.parametrize(("words", "body"), WRONG_ANCHORS)
def test_a_wrong_anchor_is_told_what_is_wrong(words, body):
    refused(assign(body), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.minimum", "np.maximum"),
        ("(shared / union)", "(shared / np.sqrt(sizes.prod(axis=2) * anchors.prod(axis=1)))"),
        ("(shared / union)", "(shared / sizes.prod(axis=2))"),
        ("(shared / union)", "(shared / np.minimum(sizes.prod(axis=2), anchors.prod(axis=1)))"),
        ("(shared / union)", "(shared / union).round(1)"),
        ("boxes[:, 2:] - boxes[:, :2]", "boxes[:, 2:] - boxes[:, :2] + 1"),
        ("boxes[:, 2:] - boxes[:, :2]", "boxes[:, [3, 2]] - boxes[:, [1, 0]]"),
        (".argmax(axis=1)", ".argmax(axis=1) + 1"),
        (".argmax(axis=1)", ".argmax()"),
        (".argmax(axis=1)", ".argsort(axis=1)[:, -1]"),
        ("(shared / union).argmax(axis=1)", "np.abs(np.log(sizes / anchors)).max(axis=2).argmin(axis=1)"),
        ("(shared / union).argmax(axis=1)", "np.abs(sizes - anchors).sum(axis=2).argmin(axis=1)"),
    ],
)
def test_other_anchors_are_refused(old, new):
    refused(changed("assign_anchors", (old, new)))


RIGHT_ANCHORS = [
    "    return shape_iou(boxes[:, 2:] - boxes[:, :2], anchors).argmax(axis=1)\n",
    """
    out = np.zeros(len(boxes), dtype=int)
    for n, (x1, y1, x2, y2) in enumerate(boxes):
        best = 0
        for k, (w, h) in enumerate(anchors):
            shared = min(x2 - x1, w) * min(y2 - y1, h)
            value = shared / ((x2 - x1) * (y2 - y1) + w * h - shared)
            if value > best:
                best, out[n] = value, k
    return out
""",
    """
    size = boxes[:, 2:] - boxes[:, :2]
    a = np.hstack([-size / 2, size / 2])
    b = np.hstack([-anchors / 2, anchors / 2])
    return np.argmax(iou(a, b), axis=1)
""",
]


@pytest.mark.parametrize("body", RIGHT_ANCHORS)
def test_other_right_anchors_pass(body):
    assert assign(body).status == "passed"


# --- kmeans_step ---


def step(body):
    return judged("kmeans_step", "def kmeans_step(sizes, anchors):\n" + body, shape_iou=shape_iou)


WRONG_STEPS = [
    (
        "straight-line distance",
        """
    d = ((sizes[:, None] - anchors[None]) ** 2).sum(-1)
    near = d.argmin(1)
    return np.array([sizes[near == k].mean(0) if (near == k).any() else anchors[k] for k in range(len(anchors))])
""",
    ),
    (
        "mean of nothing is 0/0",
        """
    near = shape_iou(sizes, anchors).argmax(1)
    return np.array([sizes[near == k].mean(0) for k in range(len(anchors))])
""",
    ),
    (
        "becomes 0 × 0",
        """
    near, new = shape_iou(sizes, anchors).argmax(1), np.zeros_like(anchors)
    for k in set(near):
        new[k] = sizes[near == k].mean(0)
    return new
""",
    ),
    (
        "disappear from your result",
        """
    near = shape_iou(sizes, anchors).argmax(1)
    return np.array([sizes[near == k].mean(0) for k in range(len(anchors)) if (near == k).any()])
""",
    ),
    (
        "median",
        """
    near, new = shape_iou(sizes, anchors).argmax(1), anchors.copy()
    for k in np.unique(near):
        new[k] = np.median(sizes[near == k], axis=0)
    return new
""",
    ),
    (
        "changed the anchors that came in",
        """
    near = shape_iou(sizes, anchors).argmax(1)
    for k in np.unique(near):
        anchors[k] = sizes[near == k].mean(0)
    return anchors
""",
    ),
    (
        "changed the anchors that came in",
        """
    near = np.array([np.argmax(shape_iou([s], anchors)) for s in sizes])
    for k in np.unique(near):
        anchors[k, 0] = sizes[near == k, 0].mean()
        anchors[k, 1] = sizes[near == k, 1].mean()
    return anchors
""",
    ),
    ("where every size belongs", "    return shape_iou(sizes, anchors).argmax(1)\n"),
    (
        "divide by the number of all sizes",
        """
    near, new = shape_iou(sizes, anchors).argmax(1), anchors.copy()
    for k in np.unique(near):
        new[k] = ((near == k)[:, None] * sizes).mean(0)
    return new
""",
    ),
]


@pytest.mark.parametrize(("words", "body"), WRONG_STEPS)
def test_a_wrong_step_is_told_what_is_wrong(words, body):
    refused(step(body), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("argmax(axis=1)", "argmax(axis=0)")],
        [("len(mine) > 0", "len(mine) > 1")],
        [("mine.mean(axis=0)", "mine.mean(axis=0).round()")],
        [("mine.mean(axis=0)", "mine[0]")],
        [("mine.mean(axis=0)", "(mine.min(axis=0) + mine.max(axis=0)) / 2")],
        [("mine.mean(axis=0)", "mine.mean(axis=0)[::-1]")],
        [("mine.mean(axis=0)", "np.sqrt((mine ** 2).mean(axis=0))")],
        [("mine.mean(axis=0)", "anchors[k] + 0.5 * (mine.mean(axis=0) - anchors[k])")],
        [
            (
                "mine.mean(axis=0)",
                "(shape_iou(mine, anchors[k:k+1]) * mine).sum(0) / shape_iou(mine, anchors[k:k+1]).sum()",
            )
        ],
        [("shape_iou(sizes, anchors)", "shape_iou(sizes[:, ::-1], anchors)")],
        [("shape_iou(sizes, anchors)", "-np.abs(np.log(sizes[:, None] / anchors)).sum(axis=2)")],
        [("range(len(anchors))", "range(len(anchors) - 1)")],
        [("range(len(anchors))", "range(1, len(anchors))")],
        [("anchors.copy()", "sizes[: len(anchors)].copy()")],
    ],
)
def test_other_steps_are_refused(pairs):
    refused(changed("kmeans_step", *pairs))


def test_a_step_by_lists_passes():
    body = """
    groups = [[] for _ in anchors]
    for size in sizes:
        overlaps = [shape_iou([size], [anchor])[0, 0] for anchor in anchors]
        groups[overlaps.index(max(overlaps))].append(size)
    return np.array([np.mean(group, axis=0) if group else anchor for group, anchor in zip(groups, anchors)])
"""
    assert step(body).status == "passed"
