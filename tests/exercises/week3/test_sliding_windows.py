"""Windows, boxes of a map, filters, step: likely wrong answers get the right sentence, others are refused too."""

import pytest

from attempts import changed, judged, refused

# --- window_starts ---


def starts(body):
    return judged("window_starts", "def window_starts(image_size, window, stride):\n" + body)


LOOPS = """
    found, row = [], 0
    while {rows}:
        column = 0
        while {columns}:
            found.append({what})
            column += {right}
        row += {down}
    return np.array(found, int).reshape(-1, 2)
"""
RIGHT_LOOPS = {
    "rows": "row + window[0] <= image_size[0]",
    "columns": "column + window[1] <= image_size[1]",
    "what": "(row, column)",
    "right": "stride[1]",
    "down": "stride[0]",
}


def loops(**parts):
    return starts(LOOPS.format(**RIGHT_LOOPS | parts))


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (
            "the last start is H − h itself",
            {"rows": "row + window[0] < image_size[0]", "columns": "column + window[1] < image_size[1]"},
        ),
        ("hang over its border", {"rows": "row < image_size[0]", "columns": "column < image_size[1]"}),
        (
            "Height and width of the window are swapped",
            {"rows": "row + window[1] <= image_size[0]", "columns": "column + window[0] <= image_size[1]"},
        ),
        ("two strides are swapped", {"right": "stride[0]", "down": "stride[1]"}),
        ("every pixel", {"right": "1", "down": "1"}),
        ("for both directions", {"right": "stride[0]"}),
        ("side by side", {"right": "window[1]", "down": "window[0]"}),
        ("row comes first", {"what": "(column, row)"}),
        ("centres", {"what": "(row + window[0] // 2, column + window[1] // 2)"}),
        ("its pixels are asked for", {"what": "(row // stride[0], column // stride[1])"}),
    ],
)
def test_wrong_windows_are_told_what_is_wrong(words, parts):
    refused(loops(**parts), words)


@pytest.mark.parametrize(
    "parts",
    [
        {"rows": "row + window[0] < image_size[0]"},
        {"columns": "column + window[1] < image_size[1]"},
        {"rows": "row + window[0] <= image_size[1]", "columns": "column + window[1] <= image_size[0]"},
        {"what": "(row, column + 1)"},
        {"rows": "row + stride[0] <= image_size[0]"},
        {"columns": "column + stride[1] <= image_size[1]"},
        {"right": "stride[1] - 1 or 1"},
    ],
)
def test_other_windows_are_refused(parts):
    refused(loops(**parts))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for row in rows for column in columns", "for column in columns for row in rows"),
        (".reshape(-1, 2)", ".reshape(2, -1)"),
        (".reshape(-1, 2)", ""),
        (", down)", ")"),
        ("(row, column)", "(row + 1, column + 1)"),
    ],
)
def test_changed_windows_are_refused(old, new):
    refused(changed("window_starts", (old, new)))


def test_windows_by_a_mesh_pass():
    body = """
    (H, W), (h, w), (down, right) = image_size, window, stride
    rows, columns = np.arange(0, H)[: max(H - h + 1, 0) : down], np.arange(0, W)[: max(W - w + 1, 0) : right]
    return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
"""
    assert loops().status == starts(body).status == "passed"


# --- boxes_above ---


def boxes(body):
    return judged("boxes_above", "def boxes_above(scores, threshold, window, step, scale):\n" + body)


CELLS = """
    found, kept = [], []
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            if {keep}:
                x1, y1 = {x}, {y}
                found.append({box})
                kept.append(scores[i, j])
    return np.array(found, float).reshape(-1, 4), np.array(kept)
"""
RIGHT_CELLS = {
    "keep": "scores[i, j] >= threshold",
    "x": "j * step[1] / scale",
    "y": "i * step[0] / scale",
    "box": "[x1, y1, x1 + window[1] / scale, y1 + window[0] / scale]",
}


def cells(**parts):
    return boxes(CELLS.format(**RIGHT_CELLS | parts))


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("at least means ≥", {"keep": "scores[i, j] > threshold"}),
        ("below the threshold", {"keep": "scores[i, j] <= threshold"}),
        ("step pixels apart", {"x": "j / scale", "y": "i / scale"}),
        ("windows lay side by side", {"x": "j * window[1] / scale", "y": "i * window[0] / scale"}),
        (
            "divide by scale",
            {"x": "j * step[1]", "y": "i * step[0]", "box": "[x1, y1, x1 + window[1], y1 + window[0]]"},
        ),
        (
            "the way back divides",
            {
                "x": "j * step[1] * scale",
                "y": "i * step[0] * scale",
                "box": "[x1, y1, x1 + window[1] * scale, y1 + window[0] * scale]",
            },
        ),
        ("divide all four numbers", {"box": "[x1, y1, x1 + window[1], y1 + window[0]]"}),
        ("Divide the starts", {"x": "j * step[1]", "y": "i * step[0]"}),
        ("y1, x1, y2, x2", {"box": "[y1, x1, y1 + window[0] / scale, x1 + window[1] / scale]"}),
        ("height and width are swapped", {"box": "[x1, y1, x1 + window[0] / scale, y1 + window[1] / scale]"}),
        ("two steps are swapped", {"x": "j * step[0] / scale", "y": "i * step[1] / scale"}),
        ("x, y, width, height", {"box": "[x1, y1, window[1] / scale, window[0] / scale]"}),
        ("Every cell", {"keep": "True"}),
    ],
)
def test_wrong_boxes_are_told_what_is_wrong(words, parts):
    refused(cells(**parts), words)


@pytest.mark.parametrize(
    "parts",
    [
        {"x": "i * step[0] / scale", "y": "j * step[1] / scale"},
        {"keep": "abs(scores[i, j]) >= threshold"},
        {"keep": "scores[i, j] >= max(threshold, 0.61)"},
        {"x": "j * step[1] / scale + 0.5"},
        {"box": "[x1, y1, x1 + window[1] / scale - 1, y1 + window[0] / scale - 1]"},
        {"box": "[x1, y1, x1 + window[0] / scale, y1 + window[0] / scale]"},
        {"x": "j * step[1] // scale", "y": "i * step[0] // scale"},
    ],
)
def test_other_boxes_are_refused(parts):
    refused(cells(**parts))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return boxes, scores[rows, columns]", "return boxes"),
        ("scores[rows, columns]", "scores[scores >= threshold][::-1]"),
        ("scores[rows, columns]", "np.sort(scores[rows, columns])[::-1]"),
        ("scores >= threshold", "scores.T >= threshold"),
    ],
)
def test_changed_boxes_are_refused(old, new):
    refused(changed("boxes_above", (old, new)))


def test_boxes_cell_by_cell_pass():
    assert cells().status == "passed"


# --- dense_to_conv ---


def filters(body):
    return judged(
        "dense_to_conv", "def dense_to_conv(weight, shape):\n    C, h, w = shape\n    K = len(weight)\n" + body
    )


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("channel first", "    return np.stack([row.reshape(h, w, C) for row in weight])\n"),
        ("pixel after pixel", "    return np.moveaxis(weight.reshape(K, h, w, C), 3, 1)\n"),
        ("w high and h wide", "    return weight.reshape(K, C, w, h)\n"),
        ("column after column", "    return np.swapaxes(weight.reshape(K, C, w, h), 2, 3)\n"),
        ("transposed", "    return np.transpose(weight).reshape(K, C, h, w)\n"),
        ("last axis", "    return np.transpose(weight).reshape(C, h, w, K)\n"),
        ("Filters and channels are swapped", "    return np.moveaxis(weight.reshape(K, C, h, w), 0, 1)\n"),
        ("flip", "    return np.flip(weight.reshape(K, C, h, w), axis=(2, 3))\n"),
        ("first filter only", "    return weight[0].reshape(C, h, w)\n"),
        ("1 × 1", "    return weight.reshape(K, C * h * w, 1, 1)\n"),
        ("add up the channels", "    return weight.reshape(K, C, h, w).sum(1)\n"),
    ],
)
def test_wrong_filters_are_told_what_is_wrong(words, body):
    refused(filters(body), words)


@pytest.mark.parametrize(
    "body",
    [
        "    return weight.reshape(C, K, h, w).swapaxes(0, 1)\n",
        "    return weight.reshape(K, C, h, w)[:, ::-1]\n",
        "    return weight.reshape(K, C, h, w)[:, :, ::-1]\n",
        "    return weight.reshape(K, C, h, w)[..., ::-1]\n",
        "    return weight.reshape(K, C, h, w)[::-1]\n",
        "    return weight.reshape(K, C, h, w).round()\n",
        "    return weight.reshape(K, h, C, w).swapaxes(1, 2)\n",
        "    return weight\n",
        "    return np.zeros((K, C, h, w))\n",
    ],
)
def test_other_filters_are_refused(body):
    refused(filters(body))


@pytest.mark.parametrize(
    "body",
    [
        "    return np.stack([row.reshape(C, h, w) for row in weight])\n",
        "    return np.moveaxis(weight.T.reshape(C, h, w, K), -1, 0)\n",
        "    return np.array(np.split(weight.ravel(), K)).reshape((K,) + tuple(shape))\n",
    ],
)
def test_other_ways_to_the_filters_pass(body):
    assert filters(body).status == "passed"


# --- predict_map ---


def predicted(step, cells="(length - window) // step + 1"):
    source = f"def predict_map(layers, window, length):\n    step = {step}\n    return step, {cells}\n"
    return judged("predict_map", source)


PRODUCT = "int(np.prod([s for k, s in layers]))"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("add up the strides", ("sum([s for k, s in layers])",)),
        ("last layer's stride", ("layers[-1][1]",)),
        ("first layer's stride", ("layers[0][1]",)),
        ("largest stride", ("max([s for k, s in layers])",)),
        ("multiply kernel sizes.", ("int(np.prod([k for k, s in layers]))",)),
        ("multiply kernel sizes too", ("int(np.prod(layers))",)),
        ("+ 1", (PRODUCT, "(length - window) // step")),
        ("round up", (PRODUCT, "-(-(length - window) // step) + 1")),
        ("not whole", (PRODUCT, "(length - window) / step + 1")),
        ("subtract it first", (PRODUCT, "length // step")),
        ("side by side", (PRODUCT, "length // window")),
        ("at every pixel", (PRODUCT, "length - window + 1")),
        ("whole map", (PRODUCT, "((length - window) // step + 1) ** 2")),
    ],
)
def test_a_wrong_prediction_is_told_what_is_wrong(words, parts):
    refused(predicted(*parts), words)


@pytest.mark.parametrize(
    "parts",
    [
        ("len(layers)",),
        ("2",),
        ("4",),
        (PRODUCT + " * 2",),
        ("int(np.prod([k - s for k, s in layers]))",),
        ("int(np.prod([s for k, s in layers[1:]]))",),
        ("int(np.prod([s for k, s in layers[:-1]]))",),
        ("int(np.lcm.reduce([s for k, s in layers]))",),
        (PRODUCT, "(length - window + 1) // step"),
        (PRODUCT, "round((length - window) / step) + 1"),
        (PRODUCT, "length // step - window // step + 1"),
        (PRODUCT, "(length - window + step) // step + 1"),
        (PRODUCT, "max(length // step - window // step, 1)"),
    ],
)
def test_other_predictions_are_refused(parts):
    refused(predicted(*parts))


def test_the_prediction_the_other_way_round_is_refused():
    source = f"def predict_map(layers, window, length):\n    s = {PRODUCT}\n    return (length - window) // s + 1, s\n"
    refused(judged("predict_map", source), "swapped")


@pytest.mark.parametrize("cells", ["(length - window + step) // step", "len(range(0, length - window + 1, step))"])
def test_other_right_predictions_pass(cells):
    assert predicted(PRODUCT, cells).status == "passed"
