"""Exercises of notebook 3.5: likely wrong answers get the right sentence, others are refused too."""

import math

import pytest

from attempts import judged, refused
from cnncourse.detection.boxes import iou


def edited(source, pairs):
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


# --- box_of_region ---


def box_of(*pairs):
    source = """
def box_of_region(segments, region):
    x1, y1, x2, y2 = 10**6, 10**6, -1, -1
    for y in range(segments.shape[0]):
        for x in range(segments.shape[1]):
            if segments[y, x] == region:
                x1, y1 = min(x1, x), min(y1, y)
                x2, y2 = max(x2, x + 1), max(y2, y + 1)
    return np.array([x1, y1, x2, y2])
"""
    return judged("box_of_region", edited(source, pairs))


def test_boxes_by_loops_pass():
    assert box_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("A pixel is 1 wide", [("max(x2, x + 1), max(y2, y + 1)", "max(x2, x), max(y2, y)")]),
        ("x and y are swapped", [("[x1, y1, x2, y2])", "[y1, x1, y2, x2])")]),
        ("Two things", [("[x1, y1, x2, y2])", "[y1, x1, y2 - 1, x2 - 1])")]),
        ("width and height in place", [("[x1, y1, x2, y2])", "[x1, y1, x2 - x1, y2 - y1])")]),
        ("x1, x2, y1, y2", [("[x1, y1, x2, y2])", "[x1, x2, y1, y2])")]),
        ("middles of the outermost", [("[x1, y1, x2, y2])", "[x1 + 0.5, y1 + 0.5, x2 - 0.5, y2 - 0.5])")]),
        ("every pixel that is not 0", [("== region", "> 0")]),
        ("y1 and y2 are swapped", [("[x1, y1, x2, y2])", "[x1, y2, x2, y1])")]),
    ],
)
def test_wrong_boxes_are_told_what_is_wrong(words, pairs):
    refused(box_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [
            ("range(segments.shape[1])", "range(segments.shape[0])"),
            ("segments[y, x]", "segments[y, min(x, segments.shape[1] - 1)]"),
        ],
        [("max(y2, y + 1)", "max(y2, y)")],
        [("range(segments.shape[0])", "range(1, segments.shape[0])")],
        [("range(segments.shape[1])", "range(segments.shape[1] - 1)")],
        [("== region", ">= region")],
        [("np.array([x1, y1, x2, y2])", "np.array([[x1, y1, x2, y2]])")],
    ],
)
def test_other_boxes_are_refused(pairs):
    refused(box_of(*pairs))


def test_the_box_of_what_is_left_is_told_so():
    source = """
def box_of_region(segments, region):
    places = np.argwhere(segments != region)[:, ::-1]
    return np.concatenate([places.min(axis=0), places.max(axis=0) + 1])
"""
    refused(judged("box_of_region", source), "box around all other regions")


# --- region_similarity ---


def similarity_of(*pairs):
    source = """
def region_similarity(a, b, pixels):
    (h, m, p), (k, n, q) = a, b
    colour = sum(min(u, v) for u, v in zip(h, k))
    size = 1 - (m + n) / pixels
    w = max(p[2], q[2]) - min(p[0], q[0])
    t = max(p[3], q[3]) - min(p[1], q[1])
    fill = 1 - (w * t - m - n) / pixels
    return colour + size + fill
"""
    return judged("region_similarity", edited(source, pairs))


def test_similarities_by_loops_pass():
    assert similarity_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("larger value of each bin", [("min(u, v)", "max(u, v)")]),
        ("multiplies the histograms", [("min(u, v)", "u * v")]),
        ("distance of the histograms", [("min(u, v)", "abs(u - v)")]),
        ("every difference twice", [("sum(min(u, v)", "1 - sum(abs(u - v)")]),
        ("size is large for large", [("1 - (m + n)", "(m + n)")]),
        ("larger region only", [("(m + n) / pixels", "max(m, n) / pixels")]),
        ("fill is large when much is empty", [("1 - (w", "(w")]),
        ("take the two sizes off", [("w * t - m - n", "w * t")]),
        ("adds the sizes", [("w * t - m - n", "w * t + m + n")]),
        (
            "areas of the two boxes off",
            [("w * t - m - n", "w * t - (p[2] - p[0]) * (p[3] - p[1]) - (q[2] - q[0]) * (q[3] - q[1])")],
        ),
        ("filled share of the box", [("1 - (w * t - m - n) / pixels", "(m + n) / (w * t)")]),
        ("colour is missing", [("return colour + ", "return ")]),
        ("size is missing", [("+ size + fill", "+ fill")]),
        ("fill is missing", [("+ size + fill", "+ size")]),
        ("mean of the three", [("colour + size + fill", "(colour + size + fill) / 3")]),
        ("multiply the three", [("colour + size + fill", "colour * size * fill")]),
        ("divide by pixels", [(" / pixels", "")]),
    ],
)
def test_wrong_similarities_are_told_what_is_wrong(words, pairs):
    refused(similarity_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("max(p[3], q[3]) - min(p[1], q[1])", "max(p[3], q[3]) - p[1]")],
        [("max(p[2], q[2]) - min(p[0], q[0])", "q[2] - min(p[0], q[0])")],
        [("w * t", "w * w")],
        [("(m + n) / pixels", "(m + m) / pixels")],
        [("w * t - m - n", "w * t - m")],
        [("w * t - m - n", "(w + 1) * (t + 1) - m - n")],
        [("zip(h, k)", "zip(h[:2], k[:2])")],
        [("min(u, v)", "(u * v) ** 0.5")],
        [("fill = 1 - ", "fill = 1 - 2 * ")],
    ],
)
def test_other_similarities_are_refused(pairs):
    refused(similarity_of(*pairs))


# --- merge_regions ---


def merged_of(*pairs):
    source = """
def merge_regions(a, b):
    (h, m, p), (k, n, q) = a, b
    histogram = np.array([(u * m + v * n) / (m + n) for u, v in zip(h, k)])
    box = [min(p[0], q[0]), min(p[1], q[1]), max(p[2], q[2]), max(p[3], q[3])]
    return histogram, m + n, np.array(box)
"""
    return judged("merge_regions", edited(source, pairs))


def test_merges_by_loops_pass():
    assert merged_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("plain mean", [("(u * m + v * n) / (m + n)", "(u + v) / 2")]),
        ("You add the histograms", [("(u * m + v * n) / (m + n)", "u + v")]),
        ("counts of pixels", [("(u * m + v * n) / (m + n)", "u * m + v * n")]),
        ("OTHER region's size", [("(u * m + v * n)", "(u * n + v * m)")]),
        ("smaller value of each bin", [("(u * m + v * n) / (m + n)", "min(u, v)")]),
        ("larger region. Both count", [("(u * m + v * n) / (m + n)", "u if m >= n else v")]),
        (
            "area of the box around both",
            [("histogram, m + n", "histogram, int((box[2] - box[0]) * (box[3] - box[1]))")],
        ),
        ("size is the larger one", [("histogram, m + n", "histogram, max(m, n)")]),
        (
            "what both boxes share",
            [
                (
                    "[min(p[0], q[0]), min(p[1], q[1]), max(p[2], q[2]), max(p[3], q[3])]",
                    "[max(p[0], q[0]), max(p[1], q[1]), min(p[2], q[2]), min(p[3], q[3])]",
                )
            ],
        ),
        ("keep the first box", [("np.array(box)", "p")]),
        ("first region's corner to the second's", [("np.array(box)", "np.array([p[0], p[1], q[2], q[3]])")]),
        ("string the histograms", [("histogram, m + n", "np.concatenate([h, k]), m + n")]),
    ],
)
def test_wrong_merges_are_told_what_is_wrong(words, pairs):
    refused(merged_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("min(p[0], q[0])", "p[0]")],
        [("min(p[1], q[1])", "q[1]")],
        [("max(p[2], q[2])", "q[2]")],
        [("max(p[3], q[3])", "p[3]")],
        [("histogram, m + n", "histogram, m")],
        [("(m + n) for", "(m + n + 1) for")],
        [("    return", "    h[:] = histogram\n    return")],
        [("histogram, m + n, np.array(box)", "histogram, np.array(box), m + n")],
    ],
)
def test_other_merges_are_refused(pairs):
    refused(merged_of(*pairs))


# --- recall_at_iou ---


def recall_of(*pairs):
    source = """
def recall_at_iou(truths, proposals, iou_threshold):
    found = total = 0
    for a, b in zip(truths, proposals):
        table = iou(a, b)
        for row in table:
            total += 1
            if any(value >= iou_threshold for value in row):
                found += 1
    return found / total
"""
    return judged("recall_at_iou", edited(source, pairs), iou=iou)


FINDING = """            if any(value >= iou_threshold for value in row):
                found += 1
"""
USING_UP = """            fits = np.flatnonzero(row >= iou_threshold)
            if len(fits):
                found += 1
                table[:, fits[0]] = 0
"""
COUNTING = "        for row in table:\n            total += 1\n" + FINDING
ALL_OR_NONE = """        total += len(a)
        if all(any(value >= iou_threshold for value in row) for row in table):
            found += len(a)
"""


def test_recalls_by_loops_pass():
    assert recall_of().status == "passed"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("equal to the threshold", [(">= iou", "> iou")]),
        ("whatever iou_threshold says", [(">= iou_threshold", ">= 0.5")]),
        ("any overlap as found", [("value >= iou_threshold", "value > 0")]),
        (
            "every pair that fits",
            [
                (
                    "            if any(value >= iou_threshold for value in row):\n                found += 1",
                    "            found += sum(value >= iou_threshold for value in row)",
                )
            ],
        ),
        ("that is precision", [("in table:", "in table.T:"), ("found / total", "found / max(total, 1)")]),
        (
            "mean of the pictures' recalls",
            [
                ("found = total = 0\n", "shares = []\n"),
                ("        table", "        found = total = 0\n        table"),
                (
                    "    return found / total",
                    "        if total:\n            shares.append(found / total)\n    return sum(shares) / len(shares)",
                ),
            ],
        ),
        ("objects that are missed", [("found / total", "1 - found / total")]),
        ("You return how many", [("found / total", "found")]),
        ("per cent", [("found / total", "100 * found / total")]),
        ("first proposal only", [("for value in row)", "for value in row[:1])")]),
        ("mix the pictures", [("zip(truths, proposals)", "[(np.concatenate(truths), np.concatenate(proposals))]")]),
        (
            "skip pictures without proposals",
            [("        table", "        if not len(b):\n            continue\n        table")],
        ),
        ("only if all of them", [(COUNTING, ALL_OR_NONE)]),
        ("used up", [(FINDING, USING_UP)]),
    ],
)
def test_wrong_recalls_are_told_what_is_wrong(words, pairs):
    refused(recall_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("total += 1", "total += 2")],
        [("found / total", "found // total")],
        [("found / total", "round(found / total, 1)")],
        [("any(value", "all(value")],
        [(">= iou_threshold", ">= iou_threshold - 0.1")],
        [("for value in row)", "for value in row[-1:])")],
        [("zip(truths, proposals)", "list(zip(truths, proposals))[:1]")],
        [("zip(truths, proposals)", "zip(truths, proposals[::-1])")],
        [("found / total", "min(found, len(truths)) / len(truths)")],
    ],
)
def test_other_recalls_are_refused(pairs):
    refused(recall_of(*pairs))


# --- roi_max_pool ---


def pooled_of(*pairs):
    source = """
def roi_max_pool(features, box, output_size, spatial_scale):
    x1, y1, x2, y2 = [int(np.floor(e * spatial_scale + 0.5)) for e in box]
    h, w = output_size
    out = np.full((features.shape[0], h, w), -np.inf)
    def ends(i, length, bins):
        return math.floor(i * length / bins), math.ceil((i + 1) * length / bins)
    for i in range(h):
        a, b = ends(i, y2 - y1, h)
        for j in range(w):
            c, d = ends(j, x2 - x1, w)
            for y in range(y1 + a, y1 + b):
                for x in range(x1 + c, x1 + d):
                    out[:, i, j] = np.maximum(out[:, i, j], features[:, y, x])
    return np.where(np.isinf(out), 0, out)
"""
    return judged("roi_max_pool", edited(source, pairs), math=math)


def test_pooling_by_loops_passes():
    assert pooled_of().status == "passed"


ROUND = "int(np.floor(e * spatial_scale + 0.5))"
BOX = f"[{ROUND} for e in box]"
CUT = """    x1, x2 = min(x1, features.shape[2]), min(x2, features.shape[2])
    y1, y2 = min(y1, features.shape[1]), min(y2, features.shape[1])
"""
ENDS = "math.floor(i * length / bins), math.ceil((i + 1) * length / bins)"


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ("every edge down", [(ROUND, "int(e * spatial_scale)")]),
        ("every edge up", [(ROUND, "math.ceil(e * spatial_scale)")]),
        (
            "You round outwards",
            [
                (
                    BOX,
                    "[(math.floor, math.floor, math.ceil, math.ceil)[k](e * spatial_scale) for k, e in enumerate(box)]",
                )
            ],
        ),
        ("EVEN number", [(ROUND, "round(e * spatial_scale)")]),
        (
            "last ones are x2 − 1",
            [("    h, w =", "    x2, y2 = min(x2 + 1, features.shape[2]), min(y2 + 1, features.shape[1])\n    h, w =")],
        ),
        (
            "forgot spatial_scale",
            [
                (BOX, "[int(np.floor(e + 0.5)) for e in box]"),
                ("range(y1 + a, y1 + b)", "range(y1 + a, min(y1 + b, features.shape[1]))"),
                ("range(x1 + c, x1 + d)", "range(x1 + c, min(x1 + d, features.shape[2]))"),
                ("    h, w =", CUT + "    h, w ="),
            ],
        ),
        ("Both ends of your bins are rounded down", [(ENDS, "i * length // bins, (i + 1) * length // bins")]),
        ("Both ends of your bins are rounded up", [("math.floor(i * length / bins)", "math.ceil(i * length / bins)")]),
        ("L // h cells", [(ENDS, "i * (length // bins), (i + 1) * (length // bins)")]),
        (
            "last takes the rest",
            [(ENDS, "i * (length // bins), length if i == bins - 1 else (i + 1) * (length // bins)")],
        ),
        ("have a cell at least", [(ENDS, "i * length // bins, max((i + 1) * length // bins, i * length // bins + 1)")]),
        ("starts from 0", [("-np.inf)", "0.0)")]),
        ("rows of bins first", [("h, w = output_size", "w, h = output_size")]),
        ("Rows and columns of your output", [("0, out)", "0, out).transpose(0, 2, 1)")]),
        ("smallest of each bin", [("-np.inf)", "np.inf)"), ("np.maximum", "np.minimum")]),
        ("Each channel is pooled by itself", [("features[:, y, x])", "features[:, y, x].max())")]),
    ],
)
def test_wrong_poolings_are_told_what_is_wrong(words, pairs):
    refused(pooled_of(*pairs), words)


@pytest.mark.parametrize(
    "pairs",
    [
        [("spatial_scale + 0.5", "spatial_scale + 0.4")],
        [("spatial_scale + 0.5", "spatial_scale + 0.499999999")],
        [("ends(j, x2 - x1, w)", "ends(j, x2 - x1, h)")],
        [("ends(i, y2 - y1, h)", "ends(i, x2 - x1, h)"), ("range(y1 + a, y1 + b)", "range(y1 + a, min(y1 + b, y2))")],
        [("range(y1 + a, y1 + b)", "range(y1 + a, max(y1 + b - 1, y1 + a + 1))")],
        [("features[:, y, x])", "features[:, y, x].mean())")],
        [("0, out)", "0, abs(out))")],
        [("0, out)", "0, out)[0]")],
        [("0, out)", "0, out.round())[:, :, :1]")],
        [("math.ceil((i + 1) * length / bins)", "max(math.ceil((i + 1) * length / bins) - 1, i * length // bins + 1)")],
    ],
)
def test_other_poolings_are_refused(pairs):
    refused(pooled_of(*pairs))
