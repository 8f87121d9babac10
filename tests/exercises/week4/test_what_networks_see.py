"""Notebook 4.3's exercises refuse wrong answers, each with its own words, and take right ones written otherwise."""

import pytest

from attempts import changed, judged, refused

BOXES = """
def strongest_boxes(maps, layers, count):
    found = []
    for n in range(len(maps)):
        rows, columns = maps[n].shape
        best, place = -np.inf, None
        for r in range(rows):
            for c in range(columns):
                if maps[n, r, c] > best:
                    best, place = maps[n, r, c], (r, c)
        found.append((-best, n, place))
    found.sort()
    result = []
    for _, n, (r, c) in found[:count]:
        jump, size, start = 1, 1, 0
        for f, s, p in layers:
            size += (f - 1) * jump
            start -= p * jump
            jump *= s
        left, top = c * jump + start, r * jump + start
        result.append([n, left, top, left + size, top + size])
    return np.array(result)
"""

UNPOOL = """
def unpool(pooled, switches, height, width):
    back = np.zeros((len(pooled), height, width))
    for c in range(pooled.shape[0]):
        for r in range(pooled.shape[1]):
            for q in range(pooled.shape[2]):
                y, x = divmod(int(switches[c, r, q]), width)
                back[c, y, x] += pooled[c, r, q]
    return back
"""

SPREAD = """
def spread_back(maps, weights, stride):
    back = F.conv_transpose2d(torch.tensor(maps)[None], torch.tensor(weights), stride=stride)
    return back[0].numpy()
"""

RECTIFY = """
def rectify_back(signal, before, rule):
    if rule == "gradient":
        return np.where(before > 0, signal, 0.0)
    if rule == "deconvnet":
        return np.where(signal > 0, signal, 0.0)
    return np.where((signal > 0) & (before > 0), signal, 0.0)
"""

OCCLUSION = """
def occlusion_scores(score, image, size, stride):
    H, W, _ = image.shape
    rows, columns = (H - size) // stride + 1, (W - size) // stride + 1
    scores = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            hidden = np.array(image)
            hidden[i * stride : i * stride + size, j * stride : j * stride + size, :] = 0.5
            scores[i, j] = score(hidden)
    return scores
"""

WRITTEN = {
    "strongest_boxes": BOXES,
    "unpool": UNPOOL,
    "spread_back": SPREAD,
    "rectify_back": RECTIFY,
    "saliency_from": "def saliency_from(gradient):\n    return np.maximum(gradient, -gradient).max(0)\n",
    "occlusion_scores": OCCLUSION,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_right_answer_written_otherwise_passes(name):
    report = judged(name, WRITTEN[name])
    assert report.status == "passed", report.advice


REFUSED = [
    # the syllabus: unpool to the corner; a wrong offset of the receptive field
    (
        "unpool",
        [
            (
                "y, x = divmod(int(switches[c, r, q]), width)",
                "y, x = r * (height // pooled.shape[1]), q * (width // pooled.shape[2])",
            )
        ],
        "upper left corner",
    ),
    ("strongest_boxes", [("start -= p * jump", "start -= 0")], "too far right and down"),
    ("strongest_boxes", [("start -= p * jump", "start -= p")], "sum of all paddings"),
    (
        "strongest_boxes",
        [("c * jump + start, r * jump + start", "c * jump - size // 2, r * jump - size // 2")],
        "around place",
    ),
    ("strongest_boxes", [("for f, s, p in layers:", "for f, s, p in layers[::-1]:")], "first layer to the last"),
    ("strongest_boxes", [("jump *= s", "jump *= 1")], "forget the strides"),
    (
        "strongest_boxes",
        [("[n, left, top, left + size, top + size]", "[n, top, left, top + size, left + size]")],
        "columns before rows",
    ),
    ("strongest_boxes", [("left + size, top + size", "left + size - 1, top + size - 1")], "Exclusive ends"),
    ("strongest_boxes", [("> best", ">= best")], "equal places"),
    ("strongest_boxes", [("found.sort()", "found.sort(key=lambda one: -one[0])")], "weakest"),
    ("strongest_boxes", [("found.sort()", "pass")], "the first pictures"),
    ("strongest_boxes", [("found[:count]", "found")], ""),
    ("strongest_boxes", [("best, place = -np.inf, None", "best, place = 0, (0, 0)")], ""),
    (
        "strongest_boxes",
        [("c * jump + start, r * jump + start", "max(c * jump + start, 0), max(r * jump + start, 0)")],
        "",
    ),
    ("unpool", [("+=", "=")], "replaces the first"),
    ("unpool", [("switches[c, r, q]", "switches[0, r, q]")], "each has its own"),
    (
        "unpool",
        [
            ("divmod(int(switches[c, r, q]), width)", "divmod(int(switches[c, r, q]), pooled.shape[2])"),
            ("back[c, y, x]", "back[c, y % height, x]"),
        ],
        "POOLED",
    ),
    ("unpool", [("+= pooled[c, r, q]", "+= 1")], "ones"),
    ("unpool", [("+= pooled[c, r, q]", "+= max(pooled[c, r, q], 0)")], "negative"),
    (
        "unpool",
        [
            ("y, x = divmod(int(switches[c, r, q]), width)", "x, y = divmod(int(switches[c, r, q]), width)"),
            ("back[c, y, x]", "back[c, y % height, x % width]"),
        ],
        "",
    ),
    (
        "unpool",
        [("np.zeros((len(pooled), height, width))", "np.zeros((len(pooled), height, width), int)")],
        "behind the point",
    ),
    ("spread_back", [("torch.tensor(weights)", "torch.tensor(weights).flip(2, 3)")], "on their heads"),
    ("spread_back", [("torch.tensor(weights)", "torch.tensor(weights).transpose(2, 3)")], "not the kernel"),
    ("spread_back", [("torch.tensor(maps)[None]", "torch.tensor(maps).relu()[None]")], "rectify the maps"),
    ("spread_back", [("back[0].numpy()", "back[0].relu().numpy()")], "rectify the result"),
    ("spread_back", [("back[0].numpy()", "back[0].numpy() / len(maps)")], "mean over the kernels"),
    ("spread_back", [("back[0].numpy()", "back[0].numpy().transpose(0, 2, 1)")], "turned"),
    ("rectify_back", [('"gradient"', '"swap"'), ('"deconvnet"', '"gradient"'), ('"swap"', '"deconvnet"')], "exchanged"),
    ("rectify_back", [("before > 0, signal", "before >= 0, signal"), ("(before > 0)", "(before >= 0)")], "before = 0"),
    ("rectify_back", [("(signal > 0) & (before > 0)", "(signal > 0) | (before > 0)")], "both must be"),
    ("rectify_back", [("(signal > 0) & (before > 0)", "signal * before > 0")], "same sign"),
    ("rectify_back", [("(signal > 0) & (before > 0)", "signal > 0")], "forgets before"),
    ("saliency_from", [("np.maximum(gradient, -gradient)", "gradient")], "without absolute"),
    ("saliency_from", [(".max(0)", ".mean(0)")], "mean over the colours"),
    ("saliency_from", [(".max(0)", ".sum(0)")], "add the colours up"),
    ("saliency_from", [(".max(0)", ".max(2)")], "colours are axis 0"),
    (
        "occlusion_scores",
        [("scores[i, j]", "scores.T[i, j]"), ("np.empty((rows, columns))", "np.empty((columns, rows))")],
        "turned",
    ),
    (
        "occlusion_scores",
        [("i * stride : i * stride + size, j * stride : j * stride + size", "i : i + size, j : j + size")],
        "i · stride",
    ),
    ("occlusion_scores", [("score(hidden)", "score(image) - score(hidden)")], "by how much"),
    ("occlusion_scores", [("score(hidden)", "score(hidden) - score(image)")], "change of the score"),
    ("occlusion_scores", [("np.array(image)", "image")], "pile up"),
    ("occlusion_scores", [("= 0.5", "= 0.0")], "black"),
    ("occlusion_scores", [("size, :] = 0.5", "size, 0] = 0.5")], "one colour"),
    (
        "occlusion_scores",
        [("(H - size) // stride + 1, (W - size) // stride + 1", "(H - size) // stride, (W - size) // stride")],
        "",
    ),
    ("occlusion_scores", [("(H - size) // stride + 1, (W - size) // stride + 1", "H // stride, W // stride")], ""),
    ("occlusion_scores", [("(W - size) // stride + 1", "(H - size) // stride + 1")], ""),
    ("occlusion_scores", [("H, W, _ = image.shape", "W, H, _ = image.shape")], ""),
]


@pytest.mark.parametrize(("name", "pairs", "words"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_answer_is_refused_and_told_why(name, pairs, words):
    source = WRITTEN[name]
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new)
    refused(judged(name, source), words)


def test_squares_that_pile_up_on_a_copy_made_once_are_recognised():
    once = OCCLUSION.replace("    for i in range(rows)", "    hidden = np.array(image)\n    for i in range(rows)")
    refused(judged("occlusion_scores", once.replace("            hidden = np.array(image)\n", "")), "pile up")


def test_several_patches_of_one_picture_are_refused():
    report = judged(
        "strongest_boxes",
        """
def strongest_boxes(maps, layers, count):
    result = []
    for flat in np.argsort(-maps, axis=None, kind="stable")[:count]:
        n, r, c = np.unravel_index(flat, maps.shape)
        low, high = np.array([c, r]), np.array([c, r])
        for f, s, p in reversed(list(layers)):
            low, high = low * s - p, high * s - p + f - 1
        result.append([n, *low, *(high + 1)])
    return np.array(result)
""",
    )
    refused(report, "at most one of each")


def test_the_solutions_writing_each_overlap_once_is_refused():
    report = changed(
        "unpool",
        (
            "np.add.at(back, (np.arange(C)[:, None, None], switches), pooled)",
            "back[np.arange(C)[:, None, None], switches] += pooled",
        ),
    )
    refused(report, "np.add.at")
