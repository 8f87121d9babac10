"""The two optimisers of pictures against torch's own and against what is known of a bowl."""

import torch

from cnncourse.style.transfer_optimizers import FIRST_MOVE, LBFGS, Adam

SCALES = torch.tensor([1.0, 3.0, 10.0, 40.0, 2.0, 0.5], dtype=torch.float64)
BOTTOM = torch.tensor([0.2, 0.9, 0.4, 0.6, 0.1, 0.7], dtype=torch.float64)


def bowl(x):
    return (SCALES * (x - BOTTOM).square()).sum() / 2


def walk(optimizer, x, steps, cost=bowl):
    seen = []

    def evaluate():
        value = cost(x)
        (x.grad,) = torch.autograd.grad(value, x)
        seen.append(value.item())
        return value.item()

    for _ in range(steps):
        optimizer.step(evaluate)
    return seen


def start():
    return torch.full((6,), 0.5, dtype=torch.float64).requires_grad_()


def test_adam_walks_as_torchs_adam_does():
    mine, theirs = start(), start()
    walk(Adam(mine, 0.03), mine, 25)
    peer = torch.optim.Adam([theirs], 0.03, eps=1e-12)
    for _ in range(25):
        peer.zero_grad()
        bowl(theirs).backward()
        peer.step()
    assert torch.allclose(mine, theirs, atol=1e-12)


def test_lbfgs_finds_the_bottom_of_a_bowl():
    x = start()
    seen = walk(LBFGS(x, 1.0), x, 40)
    assert torch.allclose(x, BOTTOM, atol=1e-6)
    assert len(seen) == 40, "one evaluation a step"


def test_lbfgs_reaches_further_than_adam_in_as_many_evaluations():
    mine, other = start(), start()
    assert walk(LBFGS(mine, 1.0), mine, 15)[-1] < 0.2 * walk(Adam(other, 0.03), other, 15)[-1]


def test_lbfgs_first_follows_the_gradient_by_a_small_step():
    x = start()
    walk(LBFGS(x, 1.0), x, 1)
    moved = (x - 0.5).detach()
    gradient = SCALES * (0.5 - BOTTOM)
    assert torch.allclose(moved / moved.norm(), -gradient / gradient.norm())
    assert torch.isclose(moved.square().mean().sqrt(), torch.tensor(FIRST_MOVE, dtype=torch.float64))


def test_lbfgs_goes_back_by_quarters_when_a_step_led_uphill():
    x = start()
    optimizer = LBFGS(x, 400.0)  # far too long
    walk(optimizer, x, 1)
    far = (x - 0.5).detach().clone()
    walk(optimizer, x, 1)
    assert torch.allclose(x - 0.5, far / 4)


def test_lbfgs_finds_the_best_place_inside_the_borders():
    x = start()
    optimizer = LBFGS(x, 1.0)
    for _ in range(60):
        walk(optimizer, x, 1, lambda y: (SCALES * (y - 2 * BOTTOM).square()).sum() / 2)
        x.data.clamp_(0, 1)
    assert torch.allclose(x.detach(), (2 * BOTTOM).clamp(0, 1), atol=1e-6)


def test_at_rest_lbfgs_stays():
    x = BOTTOM.clone().requires_grad_()
    walk(LBFGS(x, 1.0), x, 3)
    assert torch.allclose(x, BOTTOM)
