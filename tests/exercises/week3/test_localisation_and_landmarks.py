"""Label vectors and their loss: likely wrong answers get the right sentence, right ones pass."""

import pytest

from attempts import changed, judged, refused

# --- encode_localisation ---


def encode(body):
    return judged("encode_localisation", "def encode_localisation(box, label, class_count, height, width):\n" + body)


BOX = """
    if box is None:
        return np.zeros(5 + class_count)
    left, top, right, bottom = box
    w, h = right - left, bottom - top
    classes = [0] * class_count
    classes[label] = 1
    return np.array([1, {}] + classes)
"""
WRONG_VECTORS = [
    ("upper left corner", "left / width, top / height, h / height, w / width"),
    ("These are pixels", "(left + right) / 2, (top + bottom) / 2, h, w"),
    ("Width and height of the box have changed", "(left + w/2) / width, (top + h/2) / height, w / width, h / height"),
    ("x is divided by the height", "(left + w/2) / height, (top + h/2) / width, h / width, w / height"),
    ("the two corners", "left / width, top / height, right / width, bottom / height"),
    ("in pixels: the centre", "left, top, h, w"),
    ("twice too large", "(left + right) / width, (top + bottom) / height, h / height, w / width"),
    ("in brackets", "(left + right / 2) / width, (top + bottom / 2) / height, h / height, w / width"),
    ("height belongs to height", "(left + w/2) / width, (top + h/2) / height, h / width, w / height"),
    ("two corners", "(left + right/2) / width, (top + bottom/2) / height, bottom / height, right / width"),
]


@pytest.mark.parametrize(("words", "body"), WRONG_VECTORS)
def test_a_wrong_vector_is_told_what_is_wrong(words, body):
    refused(encode(BOX.format(body)), words)


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        ("class's number at the end", "return np.array([1, {}] + classes)", "return np.array([1, {}, label])"),
        ("The classes are missing", "return np.array([1, {}] + classes)", "return np.array([1, {}])"),
    ],
)
def test_a_vector_that_ends_wrongly_is_told_so(words, old, new):
    right = "(left + w/2) / width, (top + h/2) / height, h / height, w / width"
    refused(encode(BOX.replace(old, new).format(right)), words)


def test_a_centre_divided_by_the_wrong_sides_is_not_told_that_x_and_y_changed_places():
    report = encode(BOX.format("(left + w/2) / height, (top + h/2) / width, h / height, w / width"))
    refused(report)
    assert "changed places" not in report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("y[0] = 1", "pass"),
        ("y[0] = 1", "y[0] = label"),
        ("(x1 + x2) / 2 / width", "(x2 - x1) / 2 / width"),
        ("(x1 + x2) / 2 / width", "(x1 + x2) / width"),
        ("(x1 + x2) / 2 / width", "(x1 + x2) / 2 / (width - 1)"),
        ("(x1 + x2) / 2 / width", "round((x1 + x2) / 2) / width"),
        ("(y1 + y2) / 2 / height", "1 - (y1 + y2) / 2 / height"),
        ("(y1 + y2) / 2 / height", "(y1 + y2) / 2 / width"),
        ("(y2 - y1) / height", "(y2 - y1) / width"),
        ("(y2 - y1) / height", "y2 / height"),
        ("(y2 - y1) / height", "(y2 - y1) / max(height, width)"),
        ("y[5 + label] = 1", "y[4 + label] = 1"),
        ("y[5 + label] = 1", "y[-1] = 1"),
        ("y[5 + label] = 1", "y[5:] = label"),
        ("y[5 + label] = 1", "y[5 + label] = label"),
        ("y[5 + label] = 1", "y[5 + class_count - 1 - label] = 1"),
        ("y = np.zeros(5 + class_count)", "y = np.zeros(8)"),
        ("y = np.zeros(5 + class_count)", "y = np.full(5 + class_count, np.nan if box is None else 0.0)"),
        ("y = np.zeros(5 + class_count)", "y = np.zeros(5 + class_count, int)"),
        ("    return y", "        return y\n    return None"),
        ("    return y", "    return y[None]"),
        ("    return y", "    y[5 + (label or 0)] = 1\n    return y"),
    ],
)
def test_other_vectors_are_refused(old, new):
    report = changed("encode_localisation", (old, new))
    refused(report)
    assert report.advice


RIGHT_VECTORS = [
    BOX.format("(left + right) / (2*width), (top + bottom) / (2*height), h / height, w / width"),
    """
    if box is None:
        return np.zeros(class_count + 5)
    corners = np.array(box, float).reshape(2, 2) / (width, height)
    centre, size = corners.mean(axis=0), corners[1] - corners[0]
    return np.concatenate([[1], centre, size[::-1], np.eye(class_count)[label]])
""",
]  # fmt: skip


@pytest.mark.parametrize("body", RIGHT_VECTORS)
def test_other_ways_to_the_vector_pass(body):
    assert encode(body).status == "passed", encode(body)


# --- localisation_loss ---


def loss(body):
    return judged("localisation_loss", "def localisation_loss(prediction, target):\n" + body)


LOOP = """
    total = 0
    for guess, truth in zip(prediction, target):
        total = total + ({})
    return total / len(target)
"""
P_C = "(guess[0] - truth[0]) ** 2"
ALL = "((guess - truth) ** 2).sum()"
NUMBERS = """
    e = ({} - target) ** 2
    return {}((e[:, 0] + target[:, 0] * e[:, 1:].sum(1)).mean())
"""
WRONG_LOSSES = [
    ("penalise the don't-cares", LOOP.format(ALL)),
    ("p_c is left out", LOOP.format("((guess[1:] - truth[1:]) ** 2).sum() * truth[0]")),
    ("always says p_c = 1 would be", LOOP.format(f"{ALL} * truth[0]")),
    ("divide by N · (5 + C)", LOOP.format(f"({ALL} if truth[0] == 1 else {P_C}) / len(truth)")),
    (
        "mean over the N pictures is wanted",
        LOOP.replace(" / len(target)", "").format(f"{ALL} if truth[0] == 1 else {P_C}"),
    ),
    ("ask the prediction", LOOP.format(f"{ALL} if guess[0] >= 0.5 else {P_C}")),
    ("absolute errors", LOOP.format("(guess - truth).abs().sum() if truth[0] == 1 else (guess[0] - truth[0]).abs()")),
    ("without .item()", NUMBERS.format("prediction", "float")),
    ("or NumPy", NUMBERS.replace("target", "target.numpy()").format("prediction.detach().numpy()", "")),
    ("a list came", "    return [((p - t) ** 2).sum() for p, t in zip(prediction, target)]"),
    ("returns nothing", "    loss = ((prediction - target) ** 2).sum()"),
    ("prints its result", "    print(((prediction - target) ** 2).sum())"),
    ("no gradient reaches", NUMBERS.format("prediction.data", "")),
]


@pytest.mark.parametrize(("words", "body"), WRONG_LOSSES)
def test_a_wrong_loss_is_told_what_is_wrong(words, body):
    refused(loss(body), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("** 2", "** 4"),
        ("** 2", "** 1"),
        ("target[:, 0]\n", "target[:, 1]\n"),
        ("target[:, 0]\n", "(1 - target[:, 0])\n"),
        ("target[:, 0]\n", "prediction[:, 0]\n"),
        ("target[:, 0]\n", "prediction[:, 0].round()\n"),
        ("target[:, 0]\n", "target[:, 0].mean()\n"),
        ("target[:, 0]\n", "target[:, 0].max()\n"),
        ("squared[:, 1:].sum(dim=1)", "squared.sum(dim=1)"),
        ("squared[:, 1:].sum(dim=1)", "squared[:, 1:5].sum(dim=1)"),
        ("squared[:, 1:].sum(dim=1)", "squared[:, 5:].sum(dim=1)"),
        ("squared[:, 1:].sum(dim=1)", "squared[:, 1:-1].sum(dim=1)"),
        ("squared[:, 1:].sum(dim=1)", "5 * squared[:, 1:].sum(dim=1)"),
        ("squared[:, 1:].sum(dim=1)", "squared[:, 1:].sum()"),
        ("(squared[:, 0] + rest).mean()", "(squared[:, 0] + rest)[0]"),
        ("(squared[:, 0] + rest).mean()", "(squared[:, 0] + rest).max()"),
        ("(squared[:, 0] + rest).mean()", "(squared[:, 0] + rest).median()"),
        ("(squared[:, 0] + rest).mean()", "squared[:, 0].mean() + rest.sum() / target[:, 0].sum()"),
        ("(squared[:, 0] + rest).mean()", "(squared[:, 0] + rest).sum() / target[:, 0].sum()"),
        ("(squared[:, 0] + rest).mean()", "(squared[:, 0] + rest.detach()).mean()"),
        ("(squared[:, 0] + rest).mean()", "(squared[:, 0] + rest).mean()[None]"),
        ("(squared[:, 0] + rest).mean()", "(0.5 * squared[:, 0] + rest).mean()"),
    ],
)
def test_other_losses_are_refused(old, new):
    report = changed("localisation_loss", (old, new))
    refused(report)
    assert report.advice


RIGHT_LOSSES = [
    LOOP.format(f"{ALL} if truth[0] == 1 else {P_C}"),
    """
    full = (prediction - target).square().sum(1)
    alone = (prediction - target)[:, 0].square()
    return torch.where(target[:, 0] > 0, full, alone).mean()
""",
    """
    there = target[:, 0] == 1
    whole = F.mse_loss(prediction[there], target[there], reduction="sum")
    return (whole + F.mse_loss(prediction[~there, 0], target[~there, 0], reduction="sum")) / len(target)
""",
]


@pytest.mark.parametrize("body", RIGHT_LOSSES)
def test_other_ways_to_the_loss_pass(body):
    assert loss(body).status == "passed", loss(body)
