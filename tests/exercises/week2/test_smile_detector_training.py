"""Steps and counts: likely wrong answers get the right sentence, others are refused too, right ones pass."""

import pytest

from attempts import changed, judged, refused

# --- mirrored_step ---


def step(lines):
    return judged("mirrored_step", "def mirrored_step(model, optimizer, pictures, labels, coins):\n" + lines)


BY_HAND = """
    model.train()
    batch = pictures.clone()
    for n in range(len(batch)):
        if coins[n]:
            batch[n] = torch.flip(pictures[n], [2])
    optimizer.zero_grad()
    p = torch.sigmoid(model(batch))
    loss = -(labels * p.log() + (1 - labels) * (1 - p).log()).mean()
    loss.backward()
    optimizer.step()
    return float(loss)
"""


def test_a_step_written_out_passes():
    assert step(BY_HAND).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[2])", "[1])", "heads"),
        ("[2])", "[0])", "red and blue"),
        ("[2])", "[1, 2])", "half a turn"),
        ("if coins[n]", "if coins.any()", "has a coin of its own"),
        ("if coins[n]", "if not coins[n]", "whose coin is False"),
        ("if coins[n]", "if True", "Every picture is mirrored"),
        ("if coins[n]", "if False", "No picture is mirrored"),
        ("pictures.clone()", "pictures", "in place"),
        ("    optimizer.zero_grad()\n", "", "never set to zero"),
        ("    optimizer.step()\n", "", "does not move"),
        ("    loss.backward()\n", "", "does not move"),
        ("    model.train()\n", "", "training mode"),
        (").mean()", ").sum()", "added up"),
        ("torch.sigmoid(model(batch))", "torch.sigmoid(torch.sigmoid(model(batch)))", "itself"),
        ("    p = ", "    labels = torch.where(coins, 1 - labels, labels)\n    p = ", "label stays"),
        ("-(labels * p.log() + (1 - labels) * (1 - p).log())", "((p - labels) ** 2)", "squared"),
    ],
)  # fmt: skip
def test_a_slip_in_the_step_is_recognised(old, new, words):
    assert old in BY_HAND
    refused(step(BY_HAND.replace(old, new)), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return float(loss)", "return -float(loss)"),
        ("return float(loss)", "return float(p.mean())"),
        ("    loss.backward()\n", "    loss.backward()\n    optimizer.step()\n"),
        ("    loss.backward()\n", "    loss.backward(retain_graph=True)\n    loss.backward()\n"),
        ("(1 - labels) * (1 - p).log()", "0"),
        ("model(batch)", "model(batch).detach().requires_grad_()"),
        ("model(batch)", "model(pictures)"),
        ("model.train()", "model.eval()"),
        ("optimizer.step()", "[p.data.sub_(0.3 * p.grad) for p in model.parameters()]"),
        ("labels * p.log()", "(1 - labels) * p.log()"),
        ("[2])", "[2]).roll(1, 2)"),
    ],
)
def test_other_steps_are_refused(old, new):
    assert old in BY_HAND
    report = step(BY_HAND.replace(old, new))
    refused(report)
    assert report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("optimizer.zero_grad()", "model.zero_grad()"),
        ("optimizer.step()", "optimizer.step(); optimizer.zero_grad(); model.eval()"),
        ("F.binary_cross_entropy_with_logits(", "nn.BCEWithLogitsLoss()("),
        ("pictures.flip(3)", "torch.fliplr(pictures.transpose(1, 3)).transpose(1, 3)"),
        ("pictures.flip(3)", "pictures[..., torch.arange(pictures.shape[-1] - 1, -1, -1)]"),
    ],
)  # fmt: skip
def test_steps_in_other_clothes_pass(old, new):
    assert changed("mirrored_step", (old, new)).status == "passed"


# --- outcome_counts ---

SLOW = """
def outcome_counts(model, batches, threshold):
    model.eval()
    hits = alarms = misses = rejections = 0
    for pictures, labels in batches:
        with torch.no_grad():
            p = 1 / (1 + torch.exp(-model(pictures)))
        for q, y in zip(p, labels):
            found = bool(q >= threshold)
            hits += int(found and y == 1)
            alarms += int(found and y == 0)
            misses += int(not found and y == 1)
            rejections += int(not found and y == 0)
    return hits, alarms, misses, rejections
"""


def test_counting_picture_by_picture_passes():
    assert judged("outcome_counts", SLOW).status == "passed"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1 / (1 + torch.exp(-model(pictures)))", "model(pictures)", "compare the logits"),
        ("1 / (1 + torch.exp(-model(pictures)))", "model(pictures).sigmoid().sigmoid()", "Two sigmoids"),
        ("q >= threshold", "q > threshold", "equal to the threshold"),
        ("return hits, alarms, misses", "return hits, misses, alarms", "False alarms and misses are swapped"),
        ("hits, alarms, misses, rejections\n", "rejections, alarms, misses, hits\n", "Hits and rejections"),
        ("misses, rejections\n", "rejections, misses\n", "Misses and rejections"),
        ("    model.eval()\n", "", "asked in training mode"),
        ("with torch.no_grad():", "if True:", "torch.no_grad()"),
        ("in batches:", "in batches[-1:]:", "Only the last batch"),
        ("q >= threshold", "q >= 0.5", "threshold is not used"),
    ],
)
def test_a_slip_in_the_counts_is_recognised(old, new, words):
    assert old in SLOW
    refused(judged("outcome_counts", SLOW.replace(old, new)), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in batches:", "in batches[:1]:"),
        ("in batches:", "in batches[1:]:"),
        ("y == 1", "y >= 0"),
        ("model.eval()", "model.train()"),
        ("return hits", "return hits + 1"),
        ("return hits, alarms, misses, rejections", "return hits, alarms, misses"),
        ("int(found and y == 1)", "int(q >= 0.5 and y == 1)"),
        ("1 / (1 +", "torch.round(1 / (1 +"),
        ("return hits, alarms, misses, rejections", "return hits / max(hits + alarms, 1)"),
    ],
)
def test_other_counts_are_refused(old, new):
    assert old in SLOW
    source = SLOW.replace(old, new)
    if "round" in new:
        source = source.replace("-model(pictures)))", "-model(pictures))))")
    report = judged("outcome_counts", source)
    refused(report)
    assert report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("torch.no_grad()", "torch.inference_mode()"),
        ("model(pictures).sigmoid()", "torch.special.expit(model(pictures))"),
        ("return tuple(", "return list("),
        ("model.eval()", "model.train(False)"),
    ],
)
def test_counts_in_other_clothes_pass(old, new):
    report = changed("outcome_counts", (old, new))
    assert report.status == "passed", report
