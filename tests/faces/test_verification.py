"""The verification head against plain loops and scikit-learn's logistic regression."""

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from cnncourse.faces.verification import KINDS, VerificationHead, differences


def set_head(kind, weight, bias):
    head = VerificationHead(kind, len(weight))
    with torch.no_grad():
        head.weight.copy_(torch.tensor(weight))
        head.bias.fill_(bias)
    return head


def plain_chance(f, g, weight, bias, kind):
    total = bias
    for w, x, y in zip(weight, f, g, strict=True):
        if kind == "absolute":
            total += w * abs(x - y)
        elif x + y > 0:
            total += w * (x - y) ** 2 / (x + y)
    return 1 / (1 + math.exp(-total))


@pytest.mark.parametrize("kind", KINDS)
def test_the_head_is_the_formula_summed_feature_by_feature(kind):
    rng = np.random.default_rng(3)
    a, b = (rng.uniform(0, 2, (7, 5)) * (rng.random((7, 5)) < 0.7) for _ in range(2))
    weight, bias = rng.normal(0, 1, 5).tolist(), 0.4
    expected = [plain_chance(f, g, weight, bias, kind) for f, g in zip(a, b, strict=True)]
    head = set_head(kind, weight, bias)
    found = head(torch.tensor(a, dtype=torch.float32), torch.tensor(b, dtype=torch.float32))
    assert found.shape == (7,)
    assert found.tolist() == pytest.approx(expected, abs=1e-6)


def test_the_head_gives_hand_worked_chances():
    f, g = torch.tensor([[1.0, 4.0]]), torch.tensor([[3.0, 4.0]])
    assert set_head("absolute", [-2.0, 5.0], 4.0)(f, g).item() == pytest.approx(0.5)  # −2 · 2 + 5 · 0 + 4 = 0
    assert set_head("chi_squared", [-2.0, 5.0], 3.0).logits(f, g).item() == pytest.approx(1)  # −2 · 4/4 + 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_two_faces_does_not_matter(kind):
    a, b = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(1))
    head = set_head(kind, [0.5, -1.0, 2.0, 0.1], -0.3)
    assert torch.equal(head(a, b), head(b, a))


def test_a_signed_feature_counts_as_its_positive_and_its_negative_part():
    f, g = torch.randn(2, 40, 6, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    positive = differences(f.clamp(min=0), g.clamp(min=0), "chi_squared")
    negative = differences((-f).clamp(min=0), (-g).clamp(min=0), "chi_squared")
    torch.testing.assert_close(differences(f, g, "chi_squared"), positive + negative)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_faces_leave_the_bias_alone_and_zeros_give_no_nan(kind):
    head = set_head(kind, [1.0, 2.0, 3.0], -1.0)
    face = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.5, -2.0]], requires_grad=True)
    logits = head.logits(face, face.detach())
    assert logits.tolist() == [-1, -1]
    logits.sum().backward()
    assert torch.isfinite(face.grad).all()


@pytest.mark.parametrize("kind", KINDS)
def test_training_finds_what_scikit_learns_logistic_regression_finds(kind):
    rng = np.random.default_rng(5)
    a = rng.uniform(0, 1, (300, 3)).astype(np.float32)
    b = (a + rng.normal(0, 0.2, a.shape) * rng.integers(1, 4, (300, 1))).clip(0).astype(np.float32)
    delta = np.abs(a - b) if kind == "absolute" else (a - b) ** 2 / (a + b)
    same = (rng.random(300) < 1 / (1 + np.exp(6 * delta.sum(axis=1) - 2))).astype(int)
    peer = LogisticRegression(C=1e9, tol=1e-10, max_iter=5000).fit(delta, same)
    head = VerificationHead(kind, 3)
    a, b, target = torch.tensor(a), torch.tensor(b), torch.tensor(same, dtype=torch.float32)
    optimizer = torch.optim.LBFGS(head.parameters(), max_iter=300, line_search_fn="strong_wolfe")

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(head.logits(a, b), target)
        loss.backward()
        return loss

    optimizer.step(step)
    assert head.weight.tolist() == pytest.approx(peer.coef_[0], rel=0.01)
    assert head.bias.item() == pytest.approx(peer.intercept_[0], rel=0.01)


def test_a_new_head_has_one_weight_a_feature_a_bias_and_no_opinion():
    head = VerificationHead()
    assert {name: tuple(p.shape) for name, p in head.named_parameters()} == {"weight": (64,), "bias": ()}
    assert head(torch.ones(3, 64), torch.zeros(3, 64)).tolist() == [0.5] * 3
    assert head(torch.ones(0, 64), torch.zeros(0, 64)).shape == (0,)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="kind must be one of 'absolute', 'chi_squared', got str 'cosine'"):
        VerificationHead("cosine")
    with pytest.raises(ValueError, match="dimensions must be at least 1, got 0"):
        VerificationHead(dimensions=0)
    with pytest.raises(ValueError, match=r"b must have shape \(N, 64\), got \(2, 5\)"):
        VerificationHead()(torch.zeros(2, 64), torch.zeros(2, 5))
    with pytest.raises(ValueError, match=r"b must have as many rows as a's shape \(2, 64\), got \(5, 64\)"):
        VerificationHead()(torch.zeros(2, 64), torch.zeros(5, 64))
    with pytest.raises(TypeError, match=r"b must be of torch\.float32, as the weights are, got torch\.float64"):
        VerificationHead()(torch.zeros(2, 64), torch.zeros(2, 64).double())
    with pytest.raises(TypeError, match="a must be a tensor, got an array"):
        VerificationHead()(np.zeros((2, 64)), torch.zeros(2, 64))
