"""YOLO's target: likely wrong answers get the right sentence, others are refused too, right ones pass."""

import pytest

from attempts import judged, refused
from cnncourse.detection.anchors import shape_iou

# --- yolo_target ---

TARGET = """
def yolo_target(boxes, labels, grid_size, anchors, class_count, image_size):
    H, W = image_size
    S = grid_size
    t = np.zeros((S, S, len(anchors), class_count + 5))
    for box, label in zip(boxes, labels):
        cx, cy = (box[0] + box[2]) / 2 / W, (box[1] + box[3]) / 2 / H
        bw, bh = (box[2] - box[0]) / W, (box[3] - box[1]) / H
        i, j = int(cy * S), int(cx * S)
        k = np.argmax(shape_iou(np.array([[bw * W, bh * H]]), anchors))
        if t[i, j, k, 0] == 1:
            continue
        t[i, j, k, 0] = 1
        t[i, j, k, 1] = cx * S - j
        t[i, j, k, 2] = cy * S - i
        t[i, j, k, 3] = bh * S
        t[i, j, k, 4] = bw * S
        t[i, j, k, 5 + label] = 1
    return t
"""

LOOKS_ON = """        if t[i, j, k, 0] == 1:
            k = int((t[i, j, :, 0] == 0).argmax())
            if t[i, j, k, 0] == 1:
                continue
"""


def target(*pairs):
    source = TARGET
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return judged("yolo_target", source, shape_iou=shape_iou)


def test_another_right_target_passes():
    assert target().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("Row and column are swapped", [("t[i, j, k", "t[j, i, k")]),
        ("shares of the picture. They run", [("cx * S - j", "cx"), ("cy * S - i", "cy")]),
        ("counted from the picture's corner", [("cx * S - j", "cx * S"), ("cy * S - i", "cy * S")]),
        ("overwrites an earlier one", [("            continue\n", "            t[i, j, k] = 0\n")]),
        ("both classes are 1", [("            continue\n", "            pass\n")]),
        ("moves to a free one", [
            ("        if t[i, j, k, 0] == 1:\n            continue\n",
             LOOKS_ON),
        ]),
        ("height stands before the width", [("k, 3] = bh", "k, 3] = bw"), ("k, 4] = bw", "k, 4] = bh")]),
        ("YOLOv1's convention", [("bh * S", "bh"), ("bw * S", "bw")]),
        ("divide by the cell's height and width", [("bh * S", "bh * H"), ("bw * S", "bw * W")]),
        ("image_size is (height, width)", [("H, W = image_size", "W, H = image_size")]),
        ("upper left corner. The cell with its centre", [
            ("(box[0] + box[2]) / 2 / W", "box[0] / W"), ("(box[1] + box[3]) / 2 / H", "box[1] / H")]),
        ("p_c stays 0", [("t[i, j, k, 0] = 1\n", "pass\n")]),
        ("goes to anchor 0", [("np.argmax(shape_iou(np.array([[bw * W, bh * H]]), anchors))", "0")]),
        ("one class too far", [("5 + label] = 1", "5 + (label + 1) % class_count] = 1")]),
        ("one object only", [("t[i, j, k, 0] == 1:", "t[i, j, :, 0].any():")]),
        ("row, column, anchor, vector", [("return t", "return t.transpose(2, 0, 1, 3)")]),
        ("strung together", [("return t", "return t.reshape(S, S, -1)")]),
    ],
)  # fmt: skip
def test_a_wrong_target_is_told_what_is_wrong(words, pairs):
    refused(target(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("cx * S - j", "j + 1 - cx * S")],
        [("cx * S - j", "cy * S - i"), ("cy * S - i\n        t[i, j, k, 3]", "cx * S - j\n        t[i, j, k, 3]")],
        [("bh * S", "bh * H / 32"), ("bw * S", "bw * W / 32")],
        [("bh * S", "min(bh * S, 1)"), ("bw * S", "min(bw * S, 1)")],
        [("bh * S", "np.log(bh * H / anchors[k, 1])"), ("bw * S", "np.log(bw * W / anchors[k, 0])")],
        [("bh * S", "np.sqrt(bh * S)"), ("bw * S", "np.sqrt(bw * S)")],
        [("int(cy * S), int(cx * S)", "int(np.ceil(cy * S)) - 1, int(np.ceil(cx * S)) - 1")],
        [("np.argmax(shape_iou(np.array([[bw * W, bh * H]]), anchors))",
          "np.argmax(shape_iou(np.array([[bw * S, bh * S]]), anchors))")],
        [("np.argmax(shape_iou(np.array([[bw * W, bh * H]]), anchors))",
          "np.argmax(shape_iou(np.array([[bh * H, bw * W]]), anchors))")],
        [("np.argmax(shape_iou(np.array([[bw * W, bh * H]]), anchors))",
          "np.abs(anchors - [bw * W, bh * H]).sum(1).argmin()")],
        [("np.argmax(shape_iou(np.array([[bw * W, bh * H]]), anchors))",
          "np.abs(np.log(anchors / [bw * W, bh * H])).sum(1).argmin()")],
        [("/ 2 / H", "/ 2 / W"), ("bh * S", "bh * H / W * S")],
        [("class_count + 5))", "class_count + 5), int)")],
        [("int(cx * S)", "min(int(cx * S), S - 2)")],
        [("    t = np", "    boxes = np.clip(boxes, 0, [W, H, W, H])\n    t = np")],
        [("zip(boxes, labels)", "zip(boxes, sorted(labels))")],
        [("zip(boxes, labels)", "zip(boxes[::-1], labels[::-1])")],
        [("zip(boxes, labels)", "sorted(zip(boxes, labels), key=lambda p: -np.prod(p[0][2:] - p[0][:2]))")],
        [("zip(boxes, labels)", "list(zip(boxes, labels))[:3]")],
        [("class_count + 5", "class_count + 6")],
        [("5 + label] = 1", "5:] = 1 / class_count")],
        [("t[i, j, k, 0] = 1\n", "t[i, j, k, 0] = shape_iou(np.array([[bw * W, bh * H]]), anchors)[0, k]\n")],
        [("t[i, j, k, 0] = 1\n", "t[i, j, :, 0] = 1\n")],
        [("np.zeros(", "np.full("), ("class_count + 5))", "class_count + 5), 1e-3)")],
        [("            continue\n", "            break\n")],
        [("            continue\n", "            return t\n")],
        [("(box[2] - box[0]) / W", "(box[2] - box[0] + 1) / W")],
        [("(box[0] + box[2]) / 2 / W", "(box[0] + box[2]) // 2 / W")],
    ],
)  # fmt: skip
def test_other_targets_are_refused(pairs):
    refused(target(*pairs))


def test_a_target_without_loops_passes():
    source = """
def yolo_target(boxes, labels, grid_size, anchors, class_count, image_size):
    cell = np.array(image_size)[::-1] / grid_size
    centres, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2 / cell, (boxes[:, 2:] - boxes[:, :2])
    columns, rows = np.floor(centres).astype(int).T
    numbers = shape_iou(sizes, anchors).argmax(axis=1)
    vectors = np.hstack([np.ones((len(boxes), 1)), centres % 1, sizes[:, ::-1] / cell[::-1]])
    vectors = np.hstack([vectors, np.eye(class_count)[labels]])
    target = np.zeros((grid_size, grid_size, len(anchors), 5 + class_count))
    target[rows[::-1], columns[::-1], numbers[::-1]] = vectors[::-1]
    return target
"""
    assert judged("yolo_target", source, shape_iou=shape_iou).status == "passed"
