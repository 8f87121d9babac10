"""Further likely attempts at the exercises of notebooks 3.4 to 3.6: each wrong one gets its own sentence."""

import math

import pytest

from attempts import changed, judged, refused
from cnncourse.detection.anchors import shape_iou
from cnncourse.detection.boxes import clip_boxes, iou
from cnncourse.detection.suppression import nms_per_class
from cnncourse.detection.yolo import decode, encode

KNOWN = {"shape_iou": shape_iou, "iou": iou, "clip_boxes": clip_boxes, "nms_per_class": nms_per_class}
KNOWN |= {"encode": encode, "decode": decode, "math": math}


def attempt(head, body):
    name = head.partition("(")[0]
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return judged(name, f"def {head}:\n{lines}\n", **KNOWN)


ASSIGN, TARGET = "assign_anchors(boxes, anchors)", "yolo_target(boxes, labels, S, anchors, C, image_size)"
DECODE, RECALL = "yolo_boxes(target, image_size)", "recall_at_iou(truths, proposals, t)"
POOL = "roi_max_pool(features, box, size, scale)"

TARGET_LOOP = """
H, W = image_size
t = np.zeros((S, S, len(anchors), 5 + C))
for (x1, y1, x2, y2), c in zip(boxes, labels):
    x, y = (x1 + x2) / 2 / W * S, (y1 + y2) / 2 / H * S
    vector = [1, x % 1, y % 1, (y2 - y1) / H * S, (x2 - x1) / W * S, *np.eye(C)[c]]
    fit = shape_iou([[x2 - x1, y2 - y1]], anchors)[0]
    for k in range(len(anchors)):
        if k == fit.argmax() and t[int(y), int(x), k, 0] == 0:
            t[int(y), int(x), k] = vector
return t
"""
DECODE_LOOP = """
S, (H, W) = len(target), image_size
out = np.zeros((S, S, target.shape[2], 4))
for i, j, k in np.ndindex(out.shape[:3]):
    x, y, h, w = target[i, j, k, 1:5] * (W / S, H / S, H / S, W / S)
    x, y = x + j * W / S, y + i * H / S
    out[i, j, k] = x - w / 2, y - h / 2, x + w / 2, y + h / 2
return out
"""
POOL_LOOP = """
x1, y1, x2, y2 = (math.floor(edge * scale + 0.5) for edge in box)
out = np.zeros((len(features), *size))
for i, j in np.ndindex(*size):
    a, b = i * (y2 - y1) // size[0], -(-(i + 1) * (y2 - y1) // size[0])
    c, d = j * (x2 - x1) // size[1], -(-(j + 1) * (x2 - x1) // size[1])
    out[:, i, j] = features[:, y1 + a : y1 + b, x1 + c : x1 + d].max(axis=(1, 2), initial=-np.inf)
return out
"""
RECALL_LOOP = """
found = [(iou(a, b) >= t).any(axis=1) for a, b in zip(truths, proposals)]
return sum(map(sum, found)) / sum(map(len, found))
"""


@pytest.mark.parametrize(
    ("head", "body"), [(TARGET, TARGET_LOOP), (DECODE, DECODE_LOOP), (POOL, POOL_LOOP), (RECALL, RECALL_LOOP)]
)
def test_the_loops_pass(head, body):
    assert attempt(head, body).status == "passed"


SIZES = "s, a = (boxes[:, 2:] - boxes[:, :2])[:, None], anchors\nshared = np.minimum(s, a).prod(axis=2)\n"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (SIZES + "return (shared / np.maximum(s, a).prod(axis=2)).argmax(axis=1)", "belong to neither"),
        (SIZES + "return (shared / np.minimum(s.prod(axis=2), a.prod(axis=1))).argmax(axis=1)", "smaller of the two"),
        ("return shape_iou((boxes[:, 2:] - boxes[:, :2]) // 1, anchors // 1).argmax(axis=1)", "whole pixels"),
    ],
)
def test_anchors_by_another_measure_are_told_so(body, words):
    refused(attempt(ASSIGN, body), words)


@pytest.mark.parametrize(
    ("head", "body", "old", "new", "words"),
    [
        (TARGET, TARGET_LOOP, "if k == fit.argmax()", "if (k == fit.argmax() or fit[k] > 0.5)", "fits it well"),
        (
            TARGET,
            TARGET_LOOP,
            "vector = [1,",
            "vector = [shape_iou([[x2 - x1, y2 - y1]], anchors).max(),",
            "is there: 1",
        ),
        (TARGET, TARGET_LOOP, "t = np", "boxes = np.clip(boxes, 0, [W, H, W, H])\nt = np", "clip the boxes"),
        (DECODE, DECODE_LOOP, "x + j", "x + (j + 1)", ""),
        (
            DECODE,
            DECODE_LOOP,
            "return out",
            "return out + np.tile(np.divide(image_size[::-1], S), 2)",
            "one cell too far",
        ),
        (DECODE, DECODE_LOOP, "return out", "return out.round()", "whole pixels"),
        (POOL, POOL_LOOP, "floor(edge * scale + 0.5)", "ceil(edge * scale - 0.5)", "halves down"),
        (POOL, POOL_LOOP, "np.zeros((len(features), *size))", "np.zeros((len(features), *size), int)", "whole numbers"),
        (RECALL, RECALL_LOOP, ".any(axis=1)", ".any(axis=1) & (len(b) > 1)", ""),
        (RECALL, RECALL_LOOP, "(iou(a, b) >= t).any(axis=1)", "iou(a, b).sum(axis=1) >= t", "IoUs of several"),
        (RECALL, RECALL_LOOP, "iou(a, b) >= t", "iou(a, b).round(1) >= t", ""),
        (RECALL, RECALL_LOOP, "sum(map(len, found))", "len(truths)", "number of pictures"),
    ],
)
def test_a_slip_in_a_loop_is_told(head, body, old, new, words):
    assert old in body
    refused(attempt(head, body.replace(old, new)), words)


def test_every_cell_that_an_object_covers_is_too_many():
    body = """
t = encode(boxes, labels, S, anchors, C, image_size) * 0
for n in range(len(boxes)):
    for i, j, k in np.argwhere(encode(boxes[[n]], labels[[n]], S, anchors, C, image_size)[..., 0]):
        vector = encode(boxes[[n]], labels[[n]], S, anchors, C, image_size)[i, j, k]
        (x1, x2), (y1, y2) = boxes[n, ::2] * S / image_size[1], boxes[n, 1::2] * S / image_size[0]
        for row in range(S):
            for column in range(S):
                if row + 1 > y1 and row < y2 and column + 1 > x1 and column < x2 and t[row, column, k, 0] == 0:
                    t[row, column, k] = vector
return t
"""
    refused(attempt(TARGET, body), "Only the cell with its centre")


@pytest.mark.parametrize("kind", ["int", "float", "np.float32"])
def test_a_box_may_hold_whole_numbers_or_others(kind):
    edges = f"np.array([c.min(), r.min(), c.max() + 1, r.max() + 1], {kind})"
    body = f"r, c = np.nonzero(segments == region)\nreturn {edges}"
    assert attempt("box_of_region(segments, region)", body).status == "passed"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("box_of_region", "columns.max() + 1", "columns.max()", "Your x2 is the last column"),
        ("box_of_region", "rows.max() + 1", "rows.max()", "Your y2 is the last row"),
        ("merge_regions", "size_a + size_b", "float(size_a + size_b)", ""),
        ("merge_regions", "np.concatenate([np.minimum(box_a[:2], box_b[:2]), np.maximum(box_a[2:], box_b[2:])])",
         "max(box_a, box_b, key=lambda box: np.prod(box[2:] - box[:2]))", "keep the larger box"),
        ("detect_objects", "boxes[kept], ", "boxes[kept := kept[scores[kept] > score_threshold]], ", ""),
        ("judge_detections", "for t in reach", "for t in sorted(reach, key=lambda t: -overlaps[d, t])[:1]",
         "PASCAL VOC"),
        ("score_detector", "np.linspace(0, 1, 101)", "np.arange(0, 1, 0.01)", "leave out r = 1"),
        ("score_detector", "recall >= r", "recall > r", "recall of exactly r"),
        ("score_detector", "hits / count", "hits / max(hits.max(initial=0), 1)", "objects that were found"),
    ],
)  # fmt: skip
def test_a_slip_in_the_solution_is_told(name, old, new, words):
    report = changed(name, (old, new), **KNOWN)
    refused(report, words)
    assert "size adds the areas" not in report.advice


def test_the_exact_area_below_the_curve_is_told_from_101_points():
    points = "[precision[recall >= r].max(initial=0) for r in np.linspace(0, 1, 101)]"
    area = "np.append(0, np.maximum.accumulate(precision[::-1])[::-1] * np.diff(recall, prepend=0)).sum()"
    refused(changed("score_detector", (points, area)), "exact area")
