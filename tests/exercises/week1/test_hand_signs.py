"""Wrong answers that no list foresaw are refused, and right ones in other clothes pass."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from attempts import changed, judged
from cnncourse.convolution import average_pool, correlate, max_pool
from cnncourse.exercises import catalogue
from cnncourse.exercises.week1.hand_signs_forward import logits_by_loops, random_parameters
from cnncourse.exercises.week1.hand_signs_training_cases import trained_by_hand

KNOWN = {"correlate": correlate, "max_pool": max_pool, "average_pool": average_pool}


FORWARD = [
    ("stride=2, padding=2", "stride=2, padding=1"),
    ("stride=2, padding=2", "stride=(2, 2), padding=(2, 1)"),
    ("stride=2, padding=2", "padding=2"),
    ("padding=1)", "padding=0)"),
    ('parameters["3.bias"]', "None"),
    ("np.maximum(x, 0), 4", "np.abs(x), 4"),
    ("np.maximum(x, 0), 4", "np.maximum(x, 0), 4, 4, 1"),
    ("np.maximum(x, 0), 2", "np.maximum(x, 0.1), 2"),
    ("x.reshape(len(x), -1)", "x[:, ::-1].reshape(len(x), -1)"),
    ("x.reshape(len(x), -1)", "x.reshape(len(x), x.shape[1], -1).swapaxes(1, 2).reshape(len(x), -1)"),
    ('x @ parameters["7.weight"].T + ', 'x[:1] @ parameters["7.weight"].T + '),
    ("len(x), -1)", "len(x), -1).round(2)"),
    ("    return x", "    return x - x.mean(axis=1, keepdims=True)"),
]


@pytest.mark.parametrize(("old", "new"), FORWARD)
def test_other_forward_passes_are_refused(old, new):
    report = changed("forward_pass", (old, new), **KNOWN)
    assert report.status == "not yet"
    assert report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_pool(np.maximum(x, 0), 4)", "np.maximum(max_pool(x, 4, 4), 0)"),
        ('x @ parameters["7.weight"].T', 'np.einsum("nd,kd->nk", x, parameters["7.weight"])'),
        ("x.reshape(len(x), -1)", "np.array([picture.ravel() for picture in x])"),
        ("padding=1)", "padding=1).astype(np.float32)"),
    ],
)
def test_forward_passes_in_other_clothes_pass(old, new):
    assert changed("forward_pass", (old, new), **KNOWN).status == "passed"


def test_the_loops_agree_with_torch():
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(rng, 3, 4, 5, 80, 6), rng.normal(size=(2, 3, 64, 64))
    tensors = {name: torch.from_numpy(array) for name, array in parameters.items()}
    h = F.conv2d(torch.from_numpy(x), tensors["0.weight"], tensors["0.bias"], 2, 2)
    h = F.conv2d(F.max_pool2d(F.relu(h), 4), tensors["3.weight"], tensors["3.bias"], padding=1)
    logits = F.linear(F.max_pool2d(F.relu(h), 2).flatten(1), tensors["7.weight"], tensors["7.bias"])
    assert logits_by_loops(parameters, x) == pytest.approx(logits.numpy(), abs=1e-9)


@pytest.mark.parametrize(
    "body",
    [
        "return {n: parameters[n] - learning_rate * np.abs(gradients[n]) for n in parameters}",
        "return {n: parameters[n] - 0.1 * gradients[n] for n in parameters}",
        "return {n: parameters[n] - learning_rate * gradients[n].T.reshape(parameters[n].shape) for n in parameters}",
        "return [parameters[n] - learning_rate * gradients[n] for n in parameters]",
        "return {n: a - learning_rate * g for (n, a), g in zip(parameters.items(), gradients.values())}",
        "return {n: parameters[n] - learning_rate * np.clip(gradients[n], -1, 1) for n in parameters}",
        "return {n: parameters[n] - learning_rate * gradients[n] for n in list(parameters)[:2]}",
        "return {n: parameters[n].astype(int) - learning_rate * gradients[n] for n in parameters}",
        "return {n: 0.999 * parameters[n] - learning_rate * gradients[n] for n in parameters}",
        "return parameters",
    ],
)
def test_other_steps_are_refused(body):
    source = f"def descent_step(parameters, gradients, learning_rate):\n    {body}"
    assert judged("descent_step", source, **KNOWN).status == "not yet"


COPIED = """
def descent_step(parameters, gradients, learning_rate):
    new = {}
    for name, array in parameters.items():
        new[name] = array.copy()
        new[name] -= gradients[name] * learning_rate
    return new
"""


def test_a_step_on_copies_passes():
    assert judged("descent_step", COPIED, **KNOWN).status == "passed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nn.Conv2d(3, first_maps, 5, stride=2, padding=2)", "nn.Conv2d(3, first_maps, 5, stride=2, padding=(2, 1))"),
        ("stride=2, padding=2)", "stride=2, padding=2, padding_mode='reflect')"),
        ("nn.MaxPool2d(2)", "nn.AvgPool2d(2)"),
        ("nn.MaxPool2d(4)", "nn.MaxPool2d(5, 4, 2)"),
        ("        nn.ReLU(),\n        nn.MaxPool2d(4)", "        nn.LeakyReLU(),\n        nn.MaxPool2d(4)"),
        ("first_maps, second_maps, 3, padding=1", "first_maps, second_maps, 5, padding=2"),
        ("nn.Flatten(),", "nn.Flatten(), nn.Dropout(0.0), nn.LayerNorm(second_maps * 16),"),
        ("second_maps * 4 * 4, classes)", "second_maps * 4 * 4, classes, bias=False)"),
        ("nn.Flatten(),", "nn.Flatten(), nn.LogSoftmax(dim=1),"),
    ],
)
def test_other_networks_are_refused(old, new):
    assert changed("hand_sign_network", (old, new), **KNOWN).status == "not yet"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        nn.ReLU(),\n        nn.MaxPool2d(4)", "        nn.MaxPool2d(4),\n        nn.ReLU()"),
        ("nn.Flatten()", "nn.Flatten(), nn.Dropout(0.4)"),
        ("nn.Linear(second_maps * 4 * 4, classes)", "nn.Sequential(nn.Linear(16 * second_maps, classes))"),
    ],
)
def test_networks_in_other_clothes_pass(old, new):
    assert changed("hand_sign_network", (old, new), **KNOWN).status == "passed"


MODULE = """
class Net(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, a, 5, 2, 2), nn.Conv2d(a, b, 3, 1, 1)
        self.head = nn.Linear(16 * b, c)

    def forward(self, x):
        x = F.max_pool2d(self.first(x).relu(), 4)
        return self.head(F.max_pool2d(self.second(x).relu(), 2).flatten(1))


def hand_sign_network(first_maps, second_maps, classes):
    return Net(first_maps, second_maps, classes)
"""


def test_a_module_class_passes():
    assert judged("hand_sign_network", MODULE, **KNOWN).status == "passed"


def test_a_list_of_layers_is_no_network():
    report = changed("hand_sign_network", ("return nn.Sequential(", "return list([1]) or ("))
    assert report.status == "not yet"
    assert "'network' was expected for kind of result, 'list' came" in report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in train_batches", "in train_batches[:1]"),
        ("in train_batches", "in train_batches[::-1]"),
        ("in train_batches", "in test_batches"),
        ("in test_batches", "in test_batches[:1]"),
        ("F.cross_entropy(model(pictures), labels)", "F.cross_entropy(model(pictures).softmax(1), labels)"),
        ("F.cross_entropy(model(pictures), labels)", "F.cross_entropy(model(pictures), labels, reduction='sum')"),
        ("loss.backward()", "loss.backward()\n            loss = F.cross_entropy(model(pictures), labels)"),
        ("losses = []", "losses = [1.0]"),
        ("argmax(dim=1)", "argmin(dim=1)"),
        ("== labels", "!= labels"),
        ("right = total = 0", "right = total = 1"),
        ("optimizer.step()", "[p.data.sub_(0.3 * p.grad) for p in model.parameters()]"),
        ("optimizer.zero_grad()", "if not losses: optimizer.zero_grad()"),
        ("for _ in range(epochs)", "for _ in range(epochs + 1)"),
        ("right / total)", "1 - right / total)"),
        ("model.train()", "model.train(not history)"),
        ("    return history", "    return history[-1]"),
        ("    return history", "    return history[::-1]"),
        ("    history = []", "    history, start = [], {k: v.clone() for k, v in model.state_dict().items()}"),
    ],
)
def test_other_training_loops_are_refused(old, new):
    source = catalogue()["train_epochs"].solution_source
    assert old in source
    source = source.replace(old, new)
    if "start" in new:
        source = source.replace("        model.train()", "        model.load_state_dict(start); model.train()")
    report = judged("train_epochs", source, **KNOWN)
    assert report.status == "not yet"
    assert report.advice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("optimizer.zero_grad()", "model.zero_grad()"),
        ("F.cross_entropy(model(pictures), labels)", "nn.CrossEntropyLoss()(model(pictures), labels)"),
        ("losses.append(loss.item())", "losses.append(float(loss))"),
        ("optimizer.step()", "optimizer.step(); optimizer.zero_grad()"),
        ("history.append((", "history.append(list(("),
        ("with torch.no_grad()", "with torch.inference_mode()"),
    ],
)
def test_training_loops_in_other_clothes_pass(old, new):
    source = catalogue()["train_epochs"].solution_source
    assert old in source
    source = source.replace(old, new)
    if "list((" in new:
        source = source.replace("right / total))", "right / total)))")
    assert judged("train_epochs", source, **KNOWN).status == "passed"


def test_the_hand_made_training_agrees_with_torch_on_another_problem():
    rng = np.random.default_rng(3)
    start, x, labels = (rng.normal(size=(3, 2)), rng.normal(size=3)), rng.normal(size=(6, 2)), rng.integers(0, 3, 6)
    history, (weight, bias) = trained_by_hand(start, False, [(x, labels)], [(x, labels)], 0.5, 0.0, 1)
    w, b = (torch.from_numpy(array).requires_grad_() for array in start)
    loss = F.cross_entropy(F.linear(torch.from_numpy(x), w, b), torch.from_numpy(labels))
    loss.backward()
    assert history[0][0] == pytest.approx(loss.item())
    assert weight == pytest.approx((w - 0.5 * w.grad).detach().numpy())
    assert bias == pytest.approx((b - 0.5 * b.grad).detach().numpy())


@pytest.mark.parametrize(
    "body",
    [
        "return np.bincount(classes * truth + predicted, minlength=classes**2).reshape(classes, classes)",
        "m = np.zeros((classes, classes), int)\n    np.add.at(m, (truth, predicted), 1)\n    return m",
        "return np.array([[((truth == t) & (predicted == p)).sum() for p in range(classes)] for t in range(classes)])",
    ],
)
def test_confusion_matrices_by_any_right_way_pass(body):
    assert (
        judged("confusion_matrix", f"def confusion_matrix(truth, predicted, classes):\n    {body}", **KNOWN).status
        == "passed"
    )


@pytest.mark.parametrize(
    "body",
    [
        "m = np.zeros((6, 6), int)\n    np.add.at(m, (truth, predicted), 1)\n    return m",
        "m = np.ones((classes, classes), int)\n    np.add.at(m, (truth, predicted), 1)\n    return m",
        "m = np.zeros((classes, classes))\n    np.add.at(m, (truth, predicted), 1)\n    return m",
        "m = np.zeros((classes, classes), int)\n    np.add.at(m, (truth, predicted), 1)\n    return m + m.T",
        "m = np.zeros((classes, classes), int)\n    np.add.at(m, (truth, predicted), 1)\n    return m[::-1]",
        "m = np.zeros((classes, classes), int)\n    np.add.at(m, (truth, predicted), 1)\n    return m.tolist()",
        "m = np.zeros((classes, classes), int)\n    np.add.at(m, (truth[1:], predicted[1:]), 1)\n    return m",
        "return np.histogram2d(truth, predicted, bins=classes)[0].astype(int)",
    ],
)
def test_other_confusion_matrices_are_refused(body):
    report = judged("confusion_matrix", f"def confusion_matrix(truth, predicted, classes):\n    {body}", **KNOWN)
    assert report.status == "not yet"
