"""The syllabus's wrong answers, written afresh, get their sentence; unlisted ones are refused; right ones pass."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from attempts import changed, judged
from cnncourse.exercises import catalogue
from cnncourse.exercises.week2.residual_networks_loops import Line, correlate_by_loops, normalised_by_loops
from cnncourse.networks.resnet import BasicBlock, ResNet

SIGNATURES = {
    "identity_block": "a, conv1, norm1, conv2, norm2",
    "projection_block": "a, weight1, weight2, projection, stride, norm",
    "padded_shortcut": "a, out_channels, stride",
    "block_plan": "blocks, widths, expansion",
    "batch_norm": "x, gamma, beta, mean, variance, training",
}
LAYERS = "\n z = norm2(conv2(torch.clamp(norm1(conv1(a)), min=0)))"
WRONG = [  # name, body, a piece of the advice
    ("identity_block", f"{LAYERS}\n return a + z.clamp(min=0)", "add the shortcut after the last ReLU"),
    ("identity_block", f"{LAYERS}\n return torch.add(z, a)", "last ReLU is missing"),
    ("identity_block", f"{LAYERS}\n return torch.relu(z + torch.relu(a))", "ReLU on the shortcut"),
    ("identity_block", "\n z = norm1(conv1(a))\n return torch.relu(a + norm2(conv2(z)))", "no ReLU between"),
    (
        "identity_block",
        "\n h = conv2(torch.relu(norm1(conv1(a))))\n h = h + a\n return torch.relu(norm2(h))",
        "before norm2",
    ),
    (
        "projection_block",
        (
            "\n h = torch.relu(norm(F.conv2d(a, weight1, padding=1)))\n"
            " h = norm(F.conv2d(h, weight2, None, stride, 1))\n"
            " return torch.relu(h + norm(F.conv2d(a, projection, None, stride)))"
        ),
        "The stride is on the second convolution",
    ),
    (
        "projection_block",
        (
            "\n h = torch.relu(norm(F.conv2d(a, weight1, None, stride, 1)))\n"
            " h = norm(F.conv2d(h, weight2, None, 1, 1))\n"
            " return torch.relu(h + F.conv2d(a[:, :, ::stride, ::stride], projection))"
        ),
        "no norm on the shortcut",
    ),
    (
        "projection_block",
        (
            "\n s = torch.relu(norm(F.conv2d(a, projection, None, stride)))\n"
            " h = torch.relu(norm(F.conv2d(a, weight1, None, stride, 1)))\n"
            " return torch.relu(s + norm(F.conv2d(h, weight2, padding=1)))"
        ),
        "ReLU on the shortcut",
    ),
    (
        "projection_block",
        (
            "\n s = norm(F.conv2d(a, projection))\n"
            " h = torch.relu(norm(F.conv2d(a, weight1, None, stride, 1)))\n"
            " return torch.relu(s + norm(F.conv2d(h, weight2, padding=1)))"
        ),
        "The shortcut has no stride",
    ),
    (
        "block_plan",
        (
            "\n plan = []\n for s in range(len(blocks)):\n  before = widths[s - 1] * expansion if s else widths[0]\n"
            "  for b in range(blocks[s]):\n   plan.append((before, widths[s] * expansion, 2 if s and b == 0 else 1))\n"
            " return plan"
        ),
        "takes the maps of the stage before",
    ),
    (
        "block_plan",
        (
            "\n plan = []\n for s, (n, w) in enumerate(zip(blocks, widths)):\n  for b in range(n):\n"
            "   c = w if not plan else plan[-1][1]\n   plan.append((c, w * expansion, 1 + (s > 0)))\n return plan"
        ),
        "All blocks of the later stages have stride 2",
    ),
    (
        "block_plan",
        (
            "\n plan = []\n for s, (n, w) in enumerate(zip(blocks, widths)):\n  for b in range(n):\n"
            "   c = w * expansion if plan else w\n"
            "   plan.append((c, w * expansion, 2 if s and not b else 1))\n return plan"
        ),
        "takes the maps of its own stage",
    ),
    (
        "padded_shortcut",
        (
            "\n a = F.max_pool2d(a, 1, stride)\n n = out_channels - a.shape[1]\n"
            " return torch.cat([a.new_zeros(len(a), n, *a.shape[2:]), a], 1)"
        ),
        "stand in front",
    ),
    (
        "batch_norm",
        (
            "\n m, v = (x.mean((0, 2, 3)), x.var((0, 2, 3))) if training else (mean, variance)\n"
            " mean, variance = 0.9 * mean + 0.1 * m, 0.9 * variance + 0.1 * v\n"
            " m, v, g, b = (t.reshape(1, -1, 1, 1) for t in (x.mean((0, 2, 3)), x.var((0, 2, 3)), gamma, beta))\n"
            " return g * (x - m) / np.sqrt(v + 1e-5) + b, mean, variance"
        ),
        "Outside training you still use the batch's own statistics",
    ),
]


@pytest.mark.parametrize(("name", "body", "sentence"), WRONG)
def test_the_syllabus_wrong_answers_get_their_sentence(name, body, sentence):
    report = judged(name, f"def {name}({SIGNATURES[name]}):{body}")
    assert report.status == "not yet"
    assert sentence in report.advice


UNLISTED = [
    ("identity_block", "F.relu(z + a)", "F.gelu(z + a)"),
    ("identity_block", "F.relu(z + a)", "F.relu(z + 0.99 * a)"),
    ("identity_block", "F.relu(z + a)", "F.relu(z + a.mean(dim=0, keepdim=True))"),
    ("identity_block", "F.relu(z + a)", "F.relu(z + a.flip(3))"),
    ("identity_block", "F.relu(z + a)", "F.relu(z + a.transpose(2, 3).reshape(a.shape))"),
    ("identity_block", "F.relu(z + a)", "(z + a).abs()"),
    ("identity_block", "F.relu(z + a)", "F.relu(z + a).float().round()"),
    ("identity_block", "F.relu(z + a)", "F.relu(z + a)[:1]"),
    ("identity_block", "F.relu(norm1", "torch.abs(norm1"),
    ("identity_block", "F.relu(norm1", "F.leaky_relu(norm1"),
    ("identity_block", "norm2(conv2(", "norm2(conv1("),
    ("projection_block", "stride=stride, padding=1", "stride=stride, padding=0"),
    (
        "projection_block",
        "a, projection, stride=stride",
        "a[:, :, 1:, 1:], projection, stride=stride",
    ),
    ("projection_block", "F.relu(z + norm", "F.relu(2 * z + norm"),
    ("projection_block", "F.relu(z + norm", "F.relu(z - norm"),
    ("projection_block", "stride=stride, padding=1", "stride=2, padding=1"),
    ("projection_block", "weight2, padding=1", "weight2.flip(3), padding=1"),
    ("projection_block", "weight2, padding=1", "weight2.transpose(0, 1), padding=1"),
    ("projection_block", "F.relu(z), weight2", "F.relu(z.mean(0, keepdim=True)), weight2"),
    ("padded_shortcut", "::stride, ::stride", "::2, ::2"),
    ("padded_shortcut", "torch.zeros(", "torch.ones("),
    ("padded_shortcut", "torch.zeros(N", "torch.zeros(1"),
    ("padded_shortcut", "return torch.cat([a, zeros], dim=1)", "return torch.cat([a, zeros], dim=1).abs()"),
    ("padded_shortcut", "return torch.cat([a, zeros], dim=1)", "return torch.cat([a.flip(1), zeros], dim=1)"),
    ("padded_shortcut", "torch.cat([a, zeros], dim=1)", "torch.cat([a, zeros], dim=1).double()"),
    ("block_plan", "stage > 0 and", "stage > 1 and"),
    ("block_plan", "stage > 0 and", "stage == 1 and"),
    ("block_plan", "number == 0", "number <= 1"),
    ("block_plan", "[], widths[0]", "[], 64"),
    ("block_plan", "expansion * width, stride", "4 * width, stride"),
    ("block_plan", "stride = 2 if stage > 0 and number == 0", "stride = 2 if channels != expansion * width"),
    ("block_plan", "(channels, expansion * width, stride)", "(expansion * width, channels, stride)"),
    ("batch_norm", "1e-5", "1e-3"),
    ("batch_norm", "1e-5", "0"),
    ("batch_norm", "axis=(0, 2, 3)", "axis=(0, 2)"),
    ("batch_norm", "x.var(axis=(0, 2, 3))", "x.std(axis=(0, 2, 3))"),
    ("batch_norm", "0.1 * v", "0.1 * v * len(x) / (len(x) - 0.999)"),
    ("batch_norm", "gamma[:, None, None] * x_hat", "gamma[0] * x_hat"),
    ("batch_norm", "beta[:, None, None], mean, variance", "beta[:, None, None], m, v"),
    ("batch_norm", "beta[:, None, None], mean, variance", "beta[:, None, None], variance, mean"),
    ("batch_norm", "if training:", "if len(x) > 1:"),
]


@pytest.mark.parametrize(("name", "old", "new"), UNLISTED)
def test_wrong_answers_that_no_list_foresaw_are_refused(name, old, new):
    report = changed(name, (old, new))
    assert report.status == "not yet"
    assert report.advice


RIGHT = [
    ("identity_block", "F.relu(z + a)", "torch.maximum(a + z, torch.zeros_like(a))"),
    ("identity_block", "F.relu(z + a)", "nn.ReLU(inplace=True)(z + a)"),
    ("projection_block", "a, projection, stride=stride", "a[:, :, ::stride, ::stride], projection"),
    ("projection_block", "F.relu(z + norm(F.conv2d(a, projection, stride=stride)))",
     "(norm(F.conv2d(a, projection, stride=stride)) + z).clamp(min=0)"),
    ("padded_shortcut", "torch.cat([a, zeros], dim=1)", "F.pad(a, (0, 0, 0, 0, 0, out_channels - C))"),
    ("padded_shortcut", "dtype=a.dtype", ""),
    ("block_plan", "return plan", "return [list(row) for row in plan]"),
    ("block_plan", "return plan", "return tuple(plan)"),
    ("batch_norm", "x.var(axis=(0, 2, 3))", "((x - x.mean(axis=(0, 2, 3), keepdims=True)) ** 2).mean(axis=(0, 2, 3))"),
    ("batch_norm", "0.9 * mean + 0.1 * m", "mean + 0.1 * (m - mean)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), RIGHT)
def test_right_answers_in_other_clothes_pass(name, old, new):
    assert changed(name, (old, new)).status == "passed"


def test_the_loops_agree_with_torch():
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(4, 3, 3, 3))
    for stride in (1, 2, 3):
        expected = F.conv2d(torch.from_numpy(x), torch.from_numpy(weight), stride=stride, padding=1)
        assert correlate_by_loops(x, weight, stride) == pytest.approx(expected.numpy(), abs=1e-12)
    expected = F.batch_norm(torch.from_numpy(x), None, None, training=True).numpy()
    assert normalised_by_loops(x) == pytest.approx(expected, abs=1e-12)
    assert (repr(Line(2, -3)), Line(2, -3)(5)) == ("x ↦ 2 x − 3", 7)


def test_batch_norms_cases_agree_with_torch():
    for case in catalogue()["batch_norm"].all_cases:
        x, gamma, beta, mean, variance, training = (torch.from_numpy(np.copy(a)) for a in case.args)
        y = F.batch_norm(x, mean, variance, gamma, beta, training=bool(training), momentum=0.0)
        assert y.numpy() == pytest.approx(case.expected[0], abs=1e-6)


def test_the_plan_builds_the_published_network():
    plan = catalogue()["block_plan"].solution((3, 4, 6, 3), (64, 128, 256, 512), 1)
    with torch.device("meta"):
        built = sum(p.numel() for row in plan for p in BasicBlock(*row).parameters())
        stages = (p for name, p in ResNet(34).named_parameters() if name.startswith("layer"))
        assert built == sum(p.numel() for p in stages)
