"""Windows and boxes of a map: likely wrong answers get the right sentence, others are refused too."""

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
        (
            "size is (height, width)",
            {"rows": "row + window[0] <= image_size[1]", "columns": "column + window[1] <= image_size[0]"},
        ),
        ("window[1] is its width", {"columns": "column + window[0] <= image_size[1]"}),
        (
            "where the window's size belongs",
            {"rows": "row + stride[0] <= image_size[0]", "columns": "column + stride[1] <= image_size[1]"},
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


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [("whole numbers", "found, int", "found"), ("not (0, 2)", ".reshape(-1, 2)", "")],
)
def test_what_comes_where_no_window_fits_is_told(words, old, new):
    refused(starts(LOOPS.format(**RIGHT_LOOPS).replace(old, new)), words)


@pytest.mark.parametrize(
    "body",
    [
        """
    m, n = (int((image_size[k] - window[k]) / stride[k]) + 1 for k in (0, 1))
    return np.array([(i * stride[0], j * stride[1]) for i in range(m) for j in range(n)], int).reshape(-1, 2)
""",
        """
    m, n = ((image_size[k] - window[k]) // stride[k] + 1 for k in (0, 1))
    k = np.arange(m * n)
    return np.stack([k // (n or 1) * stride[0], k % (n or 1) * stride[1]], axis=1)
""",
    ],
)
def test_counts_that_go_wrong_only_where_no_window_fits_are_refused(body):
    refused(starts(body))


def test_windows_in_bytes_are_refused():
    refused(starts(LOOPS.format(**RIGHT_LOOPS).replace("found, int", "found).astype(np.uint8 if found else int")))


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
        ("gives the rows first", {"x": "i * step[1] / scale", "y": "j * step[0] / scale"}),
        (
            "divides the window alone",
            {"box": "[x1, y1, x1 * scale + window[1] / scale, y1 * scale + window[0] / scale]"},
        ),
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
