"""The committed comparison says what the notebook claims of it; the trainer and the tool that made it work."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.networks.small_resnet import SmallResNet
from cnncourse.training.degradation import (
    Run,
    as_text,
    gradient_norms,
    load_runs,
    optimizer_of,
    smoothed,
    train_on,
    weight_norms,
)

SETTINGS, RUNS = load_runs()
DEPTHS = (18, 34, 66)


def final(depth, shortcuts):
    """Return the mean loss of the last 50 steps, one for each seed."""
    return np.array([np.mean(r.loss[250:300]) for r in RUNS if (r.depth, r.shortcuts) == (depth, shortcuts)])


def first_layer(depth, shortcuts, steps, relative):
    runs = [r for r in RUNS if (r.depth, r.shortcuts) == (depth, shortcuts)]
    return np.array([r.gradients[steps][0] * (r.weights[steps][0] if relative else 1) for r in runs])


# --- what the committed runs show ---


def test_every_depth_was_trained_with_and_without_shortcuts_from_three_seeds():
    found = sorted((r.depth, r.shortcuts, r.seed) for r in RUNS)
    assert found == sorted((d, s, seed) for d in DEPTHS for s in (False, True) for seed in (0, 1, 2))
    assert {len(r.loss) for r in RUNS} == {len(r.right) for r in RUNS} == {SETTINGS["steps"]} == {300}
    assert all(len(norms) == r.depth for r in RUNS for kept in (r.gradients, r.weights) for norms in kept.values())


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_pair_has_the_same_number_of_parameters(depth):
    for shortcuts in (False, True):
        net = SmallResNet(len(SETTINGS["photos"]), depth, tuple(SETTINGS["widths"]), shortcuts)
        assert sum(p.numel() for p in net.parameters()) == SETTINGS["parameters"][str(depth)]


def test_plain_34_ends_at_one_and_a_half_times_the_residual_loss_at_least_in_every_seed():
    assert (final(34, False) >= 1.5 * final(34, True)).all()


def test_the_plain_loss_rises_with_depth_in_every_seed():
    assert (final(18, False) < final(34, False)).all()
    assert (final(34, False) < final(66, False)).all()


@pytest.mark.parametrize("depth", DEPTHS)
def test_at_every_depth_the_residual_net_ends_lower_in_every_seed(depth):
    assert (final(depth, True) < final(depth, False)).all()


def test_shortcuts_remove_most_of_the_rise_from_18_to_66_but_deeper_is_not_better_here():
    plain, residual = (final(66, s).mean() - final(18, s).mean() for s in (False, True))
    assert residual < plain / 2
    assert residual > 0


def test_the_residual_net_is_more_often_right_on_new_crops_too():
    right = {s: [r.test_right for r in RUNS if r.shortcuts is s] for s in (False, True)}
    assert min(right[True]) > max(right[False])


def test_at_the_start_gradients_do_not_vanish_in_any_of_the_nets():
    for run in RUNS:
        assert min(run.gradients[0]) > 0.03


def test_at_the_start_plain_66_has_gradients_that_grow_towards_the_picture_and_residual_66_has_not():
    assert (first_layer(66, False, 0, relative=False) > 200).all()
    assert (first_layer(66, True, 0, relative=False) < 2).all()


def test_later_the_first_gradient_of_plain_66_is_small_because_its_weights_have_grown():
    assert (first_layer(66, False, 100, relative=False) < 0.01).all()
    start, later = ([r.weights[n][0] for r in RUNS if (r.depth, r.shortcuts) == (66, False)] for n in (0, 100))
    assert min(later) > 20 * max(start)
    assert (min(later), max(later), np.mean(start)) == pytest.approx((79, 287, 2.4), rel=0.02)
    assert (first_layer(66, False, 100, relative=True) > 0.05).all()


def test_the_comparison_costs_minutes_of_one_processor():
    assert sum(r.seconds for r in RUNS) < 900


# --- the trainer ---


@pytest.fixture(scope="module")
def batches():
    start = torch.Generator().manual_seed(0)
    return [
        (torch.rand(8, 3, 16, 16, generator=start), torch.randint(3, (8,), generator=start)) for _ in range(3)
    ]  # fmt: skip


def small_net(shortcuts=True):
    return SmallResNet(3, (1, 1), (4, 6), shortcuts, generator=torch.Generator().manual_seed(1))


def test_training_makes_the_steps_of_momentum_with_a_rising_rate(batches):
    net, twin = small_net(), small_net()
    losses, right, *_ = train_on(net, batches, progress=False)
    speed = [torch.zeros_like(p) for p in twin.parameters()]
    for step, (pictures, labels) in enumerate(batches):
        logits = twin(pictures)
        loss = F.cross_entropy(logits, labels)
        assert losses[step] == pytest.approx(loss.item(), rel=1e-5)
        assert right[step] == pytest.approx((logits.argmax(1) == labels).double().mean().item())
        slopes = torch.autograd.grad(loss, list(twin.parameters()))
        speed = [0.9 * v + slope for v, slope in zip(speed, slopes, strict=True)]
        with torch.no_grad():
            for p, v in zip(twin.parameters(), speed, strict=True):
                p.sub_(0.1 * (step + 1) / 50 * v)
    for mine, theirs in zip(net.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_the_rate_stays_at_a_tenth_after_fifty_steps():
    optimizer, scheduler = optimizer_of(nn.Linear(2, 2))
    rates = []
    for _ in range(60):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates[0] == pytest.approx(0.002)
    assert rates[49:] == pytest.approx([0.1] * 11)


def test_snapshots_are_taken_after_the_steps_asked_for(batches):
    net = small_net()
    expected = gradient_norms(net, *batches[0]), weight_norms(net)
    _, _, gradients, weights = train_on(net, batches, (0, 2), progress=False)
    assert list(gradients) == list(weights) == [0, 2]
    assert (gradients[0], weights[0]) == expected
    assert gradients[2] != gradients[0]


def test_measuring_gradients_leaves_the_model_as_it_is(batches):
    net = small_net().eval()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    norms = gradient_norms(net, *batches[0])
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())
    assert not net.training
    assert len(norms) == net.depth


def test_a_gradient_norm_is_that_of_finite_differences(batches):
    net = small_net().double()
    pictures, labels = batches[0][0].double(), batches[0][1]
    weight, squares = net.fc.weight, 0.0
    net.train()
    with torch.no_grad():
        for place in np.ndindex(tuple(weight.shape)):
            losses = []
            for shift in (1e-5, -2e-5):
                weight[place] += shift
                losses.append(F.cross_entropy(net(pictures), labels).item())
            weight[place] += 1e-5
            squares += ((losses[0] - losses[1]) / 2e-5) ** 2
    assert gradient_norms(net, pictures, labels)[-1] == pytest.approx(squares**0.5, rel=1e-6)


def test_smoothing_takes_the_mean_of_the_steps_before():
    losses = np.random.default_rng(0).normal(size=50)
    expected = [losses[max(0, i - 6) : i + 1].mean() for i in range(50)]
    assert smoothed(losses, 7) == pytest.approx(expected)
    assert smoothed(losses[:4], 7) == pytest.approx(expected[:4])
    with pytest.raises(ValueError, match="width must be at least 1"):
        smoothed(losses, 0)


def test_stored_runs_come_back(tmp_path, monkeypatch):
    run = Run(18, True, 5, [2.71828], [0.5], {0: [1.0, 2.0]}, {0: [3.0, 4.0]}, 0.25, 1.5)
    file = tmp_path / "degradation.json"
    file.write_text(as_text({"steps": 1}, [run, run]), encoding="utf-8")
    monkeypatch.setattr("cnncourse.training.degradation.data_file", lambda name: file)
    settings, (first, second) = load_runs.__wrapped__()
    assert (settings, first) == ({"steps": 1}, second)
    assert (first.loss, first.gradients, first.weights) == ([2.718], {0: [1.0, 2.0]}, {0: [3.0, 4.0]})
    assert (first.kind, first.final_loss()) == ("residual", 2.718)


# --- the tool ---


def tool():
    path = Path(__file__).parents[2] / "tools" / "train_degradation.py"
    spec = importlib.util.spec_from_file_location("train_degradation", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool_trains_a_pair_and_begins_where_the_committed_runs_begin(tmp_path, monkeypatch):
    output, threads = tmp_path / "runs.json", torch.get_num_threads()
    options = ["--depths", "18", "--seeds", "1", "--steps", "3", "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["train_degradation.py", *options])
    try:
        tool().main()
    finally:
        torch.set_num_threads(threads)
    monkeypatch.setattr("cnncourse.training.degradation.data_file", lambda name: output)
    settings, runs = load_runs.__wrapped__()
    assert settings["parameters"]["18"] == SETTINGS["parameters"]["18"]
    assert [(r.depth, r.shortcuts, r.seed) for r in runs] == [(18, False, 1), (18, True, 1)]
    for run in runs:
        (committed,) = (r for r in RUNS if (r.depth, r.shortcuts, r.seed) == (18, run.shortcuts, 1))
        assert run.loss == pytest.approx(committed.loss[:3], abs=0.02)
        assert run.gradients[0] == pytest.approx(committed.gradients[0], rel=0.05)
