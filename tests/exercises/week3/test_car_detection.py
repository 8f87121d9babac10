"""Mirroring, targets and steps: likely wrong answers get the right sentence, others are refused, right ones pass."""

import pytest

from attempts import changed, judged, refused
from cnncourse.detection.yolo import collisions, encode

# --- mirror_scene ---

LOOP = """
def mirror_scene(image, boxes):
    W = image.shape[1]
    moved = np.zeros((len(boxes), 4))
    for row, (x1, y1, x2, y2) in enumerate(boxes):
        left = W - x2
        right = W - x1
        moved[row] = [left, y1, right, y2]
    return np.flip(image, axis=1), moved
"""


def test_mirroring_box_by_box_passes():
    assert judged("mirror_scene", LOOP).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[left, y1, right, y2]", "[x1, y1, x2, y2]", "its boxes are not"),
        ("np.flip(image, axis=1)", "image", "picture does not"),
        ("[left, y1, right, y2]", "[right, y1, left, y2]", "old right edge is the new left one"),
        ("W = image.shape[1]", "W = image.shape[1] - 1", "one pixel too far left"),
        ("W = image.shape[1]", "W = 1", "shares of the width"),
        ("W = image.shape[1]", "W = image.shape[0]", "height for the width"),
        ("axis=1", "axis=0", "rows are turned, not the columns"),
        ("axis=1", "axis=(1, 2)", "Red and blue change places"),
        ("axis=1", "axis=2", "the colours"),
        ("left = W - x2", "left = W - x1", "new right edge"),
        ("W = image.shape[1]", "W = 0", "left of the picture"),
    ],
)
def test_a_slip_in_mirroring_is_recognised(old, new, words):
    assert old in LOOP
    source = LOOP.replace(old, new)
    if words == "new right edge":
        source = source.replace("right = W - x1", "right = left + x2 - x1")
    refused(judged("mirror_scene", source), words)


def test_a_scene_turned_upside_down_or_by_half_is_told_so():
    down = LOOP.replace("axis=1", "axis=0").replace(
        "[left, y1, right, y2]", "[x1, image.shape[0] - y2, x2, image.shape[0] - y1]"
    )
    refused(judged("mirror_scene", down), "upside down")
    half = LOOP.replace("axis=1", "axis=(0, 1)").replace(
        "[left, y1, right, y2]", "[left, image.shape[0] - y2, right, image.shape[0] - y1]"
    )
    refused(judged("mirror_scene", half), "You turn the scene by half")


def test_boxes_changed_in_place_are_seen():
    body = "    boxes[:, [0, 2]] = image.shape[1] - boxes[:, [2, 0]]\n    return image[:, ::-1], boxes\n"
    refused(judged("mirror_scene", f"def mirror_scene(image, boxes):\n{body}"), "boxes that came in are changed")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.zeros((len(boxes), 4))", "np.zeros((len(boxes), 4), int)"),
        ("y1, right, y2]", "y2, right, y1]"),
        ("np.flip(image, axis=1), moved", "moved, np.flip(image, axis=1)"),
        ("np.flip(image, axis=1)", "np.roll(image, image.shape[1] // 2, axis=1)"),
        ("np.flip(image, axis=1)", "image.transpose(1, 0, 2)"),
        ("return np.flip", "moved[:, 0] = np.maximum(moved[:, 0], 1)\n    return np.flip"),
        ("for row, (x1, y1, x2, y2) in enumerate(boxes):", "for row, (x1, y1, x2, y2) in enumerate(boxes[:1]):"),
        ("return np.flip(image, axis=1), moved", "return np.flip(image, axis=1), moved[::-1]"),
    ],
)
def test_other_mirrorings_are_refused(old, new):
    assert old in LOOP
    report = judged("mirror_scene", LOOP.replace(old, new))
    refused(report)
    assert report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("image[:, ::-1]", "np.fliplr(image)"),
        ("image[:, ::-1]", "image[:, ::-1].copy()"),
        ("np.stack([W - x2, y1, W - x1, y2], axis=1)", "np.array([W - x2, y1, W - x1, y2]).T"),
        ("np.stack([W - x2, y1, W - x1, y2], axis=1)", "np.abs(boxes[:, [2, 1, 0, 3]] - [W, 0, W, 0])"),
    ],
)
def test_mirrorings_in_other_clothes_pass(old, new):
    assert changed("mirror_scene", (old, new)).status == "passed"


# --- build_targets ---

TARGETS = """
def build_targets(scenes, grid_size, anchors, class_count, image_size):
    S, B = grid_size, len(anchors)
    targets = np.zeros((len(scenes), S, S, B, 5 + class_count))
    lost = 0
    for n, (boxes, labels, ignored) in enumerate(scenes):
        keep = np.logical_not(ignored)
        targets[n] = encode(boxes[keep], labels[keep], S, anchors, class_count, image_size)
        there = int(targets[n, ..., 0].sum())
        lost += int(keep.sum()) - there
    return targets, lost
"""


def targets(source):
    return judged("build_targets", source, encode=encode, collisions=collisions)


def test_targets_with_the_lost_counted_by_difference_pass():
    assert targets(TARGETS).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("np.logical_not(ignored)", "np.ones(len(boxes), bool)", "like the others"),
        ("np.logical_not(ignored)", "ignored", "keep the ignored objects and leave the others"),
        ("labels[keep], S", "labels[: keep.sum()], S", "another object's label"),
        ("int(keep.sum()) - there", "len(keep) - there", "lost counts the ignored objects"),
        ("lost += ", "lost = ", "what the last picture loses"),
        ("return targets, lost", "return targets.reshape(-1, S, B, 5 + class_count), lost", "one tall grid"),
        ("return targets, lost", "return targets.transpose(0, 3, 1, 2, 4), lost", "anchors stand before"),
        ("image_size)\n", "image_size[::-1])\n", "(width, height)"),
        ("lost += int(keep.sum()) - there", "lost += int(keep.sum()) > there", "counts the pictures that lose"),
    ],
)
def test_a_slip_in_the_targets_is_recognised(old, new, words):
    assert old in TARGETS
    source = TARGETS.replace(old, new)
    if "image_size[::-1]" in new:  # not in the signature
        source = TARGETS.replace(
            "class_count, image_size)\n        there", "class_count, image_size[::-1])\n        there"
        )
    refused(targets(source), words)


WRONG_TARGETS = [
    (
        "came second to an ignored one",
        """
    out, lost = [], 0
    for boxes, labels, ignored in scenes:
        target = encode(boxes, labels, grid_size, anchors, class_count, image_size)
        hidden = encode(boxes[ignored], labels[ignored], grid_size, anchors, class_count, image_size)
        target = np.where(hidden[..., :1] > 0, 0, target)
        out.append(target)
        lost += len(collisions(boxes, grid_size, anchors, image_size))
    return np.array(out), lost
""",
    ),
    (
        "collisions with ignored objects",
        """
    out, lost = [], 0
    for boxes, labels, ignored in scenes:
        lost += len(collisions(boxes, grid_size, anchors, image_size))
        boxes, labels = boxes[~ignored], labels[~ignored]
        out += [encode(boxes, labels, grid_size, anchors, class_count, image_size)]
    return np.array(out), lost
""",
    ),
    (
        "An empty street has a target",
        """
    out, lost = [], 0
    for boxes, labels, ignored in scenes:
        if ignored.all():
            continue
        out += [encode(boxes[~ignored], labels[~ignored], grid_size, anchors, class_count, image_size)]
        lost += len(collisions(boxes[~ignored], grid_size, anchors, image_size))
    return np.array(out), lost
""",
    ),
    (
        "Count how many there are",
        """
    true = [(b[~i], c[~i]) for b, c, i in scenes]
    out = [encode(b, c, grid_size, anchors, class_count, image_size) for b, c in true]
    return np.array(out), sum(sum(collisions(b, grid_size, anchors, image_size)) for b, _ in true)
""",
    ),
    (
        "how many, not which",
        """
    true = [(b[~i], c[~i]) for b, c, i in scenes]
    out = [encode(b, c, grid_size, anchors, class_count, image_size) for b, c in true]
    return np.array(out), np.concatenate([collisions(b, grid_size, anchors, image_size) for b, _ in true])
""",
    ),
    (
        "each picture has its own",
        """
    b, c = (np.concatenate([scene[part][~scene[2]] for scene in scenes]) for part in (0, 1))
    target = encode(b, c, grid_size, anchors, class_count, image_size)
    return target[None], len(collisions(b, grid_size, anchors, image_size))
""",
    ),
]


@pytest.mark.parametrize(("words", "body"), WRONG_TARGETS)
def test_a_wrong_builder_is_told_what_is_wrong(words, body):
    head = "def build_targets(scenes, grid_size, anchors, class_count, image_size):"
    refused(targets(head + body), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return targets, lost", "return targets"),
        ("return targets, lost", "return targets, 0"),
        ("return targets, lost", "return targets.astype(int), lost"),
        ("return targets, lost", "return targets[::-1], lost"),
        ("return targets, lost", "return targets.transpose(0, 2, 1, 3, 4), lost"),
        ("return targets, lost", "return targets[..., 0], lost"),
        ("boxes[keep], labels[keep], S", "boxes[keep][::-1], labels[keep][::-1], S"),
        ("lost += int(keep.sum()) - there", "lost += there"),
        ("lost += int(keep.sum()) - there", "lost = max(lost, int(keep.sum()) - there)"),
        ("np.logical_not(ignored)", "np.logical_not(ignored) & (labels < 2)"),
    ],
)
def test_other_builders_are_refused(old, new):
    assert old in TARGETS
    report = targets(TARGETS.replace(old, new))
    refused(report)
    assert report.advice


# --- detector_step ---

STEP = """
def detector_step(model, optimizer, loss_function, images, targets, longest):
    model.train(True)
    for p in model.parameters():
        p.grad = None
    predictions = model(images)
    loss = loss_function(predictions, targets)
    loss.backward()
    length = sum((p.grad ** 2).sum() for p in model.parameters()) ** 0.5
    if length > longest:
        for p in model.parameters():
            p.grad *= longest / length
    optimizer.step()
    return float(loss)
"""


def test_a_step_written_out_passes():
    assert judged("detector_step", STEP).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    model.train(True)\n", "", "training mode"),
        ("p.grad = None", "pass", "never set to zero"),
        ("    optimizer.step()\n", "", "does not move"),
        ("length > longest", "False", "not shortened before the step"),
        ("length > longest", "True", "short ones as well"),
        (" ** 0.5\n", "\n", "squared length"),
        ("p.grad *= longest / length", "p.grad /= length", "divide the gradient"),
        ("(predictions, targets)", "(targets, predictions)", "the wrong way round"),
        ("float(loss)", "loss", "comes back as a tensor"),
        ("float(loss)", "float(loss_function(model(images), targets))", "loss after the step"),
    ],
)
def test_a_slip_in_the_step_is_recognised(old, new, words):
    assert old in STEP
    source = STEP.replace(old, new)
    if words == "divide the gradient":
        source = STEP.replace("    if length > longest:\n", "    if True:\n").replace("longest / length", "1 / longest")
    refused(judged("detector_step", source), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "clip_grad_norm_(model.parameters(), longest)",
            "clip_grad_value_(model.parameters(), longest)",
            "every number",
        ),
        (
            "nn.utils.clip_grad_norm_(model.parameters(), longest)",
            "[nn.utils.clip_grad_norm_(p, longest) for p in model.parameters()]",
            "each parameter's gradient by itself",
        ),
        ("optimizer.zero_grad()\n    loss", "loss", "never set to zero"),
    ],
)
def test_a_slip_with_torchs_own_clipping_is_recognised(old, new, words):
    refused(changed("detector_step", (old, new)), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return float(loss)", "return float(length)"),
        ("return float(loss)", "return float(loss) / len(images)"),
        ("    loss.backward()\n", "    loss.backward(retain_graph=True)\n    loss.backward()\n"),
        ("    optimizer.step()\n", "    optimizer.step()\n    optimizer.step()\n"),
        ("length > longest", "length < longest"),
        ("length > longest", "length > 1"),
        ("p.grad *= longest / length", "p.grad.clamp_(-longest, longest)"),
        ("p.grad *= longest / length", "p.grad.zero_()"),
        (".sum() for p", ".abs().max() for p"),
        ("model(images)", "model(images.flip(0))"),
        ("model(images)", "model(images[:1])"),
        ("    optimizer.step()\n", "    [p.data.sub_(0.1 * p.grad) for p in model.parameters()]\n"),
        ("model.train(True)", "model.train(False)"),
    ],
)
def test_other_steps_are_refused(old, new):
    assert old in STEP
    report = judged("detector_step", STEP.replace(old, new))
    refused(report)
    assert report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("optimizer.zero_grad()", "model.zero_grad(set_to_none=False)"),
        ("return loss.item()", "return loss.detach().numpy().item()"),
        ("optimizer.step()", "optimizer.step(); optimizer.zero_grad(); model.eval()"),
    ],
)
def test_steps_in_other_clothes_pass(old, new):
    assert changed("detector_step", (old, new)).status == "passed"
