"""Style transfer: its cost against the plain formulas, what it keeps, what it refuses, and how it ends early."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from cnncourse.style.gram import content_cost, gram_matrix, style_cost
from cnncourse.style.transfer import transfer, transfer_steps
from cnncourse.style.transfer_cost import GramError, TotalCost, total_variation
from cnncourse.style.transfer_inputs import content_names, pixels_of, style_weights
from toy_network import ToyNetwork

WEIGHTS = {"low": 0.25, "high": 0.75}


def picture(seed, height=13, width=18):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def batch(seed, height, width, dtype=torch.float64):
    draw = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, generator=draw, dtype=dtype)


def run(**settings):
    return transfer(picture(0), picture(1, 17, 11), ToyNetwork(), progress=False, **settings)


def test_the_total_cost_is_made_of_shares_of_the_plain_costs():
    net, (content, style, generated) = ToyNetwork(dtype=torch.float64), (batch(s, 8, 10) for s in range(3))
    _, costs = TotalCost(content, style, net, ("high",), WEIGHTS, 2.0, 30.0, 0.5)(generated)
    C, S, G = (net.features(x) for x in (content, style, generated))
    zeros = {name: torch.zeros_like(maps) for name, maps in G.items()}
    expected_content = content_cost(C["high"], G["high"]) / content_cost(C["high"], zeros["high"])
    shares = {name: style_cost(S[name], G[name]) / style_cost(S[name], zeros[name]) for name in WEIGHTS}
    expected_style = sum(weight * shares[name] for name, weight in WEIGHTS.items())
    assert costs.content == pytest.approx(expected_content.item())
    assert costs.style == pytest.approx(expected_style.item())
    assert costs.total == pytest.approx(2 * costs.content + 30 * costs.style + 0.5 * costs.variation)


def test_the_total_costs_gradient_is_that_of_differences():
    net, (content, style) = ToyNetwork(dtype=torch.float64), (batch(s, 4, 6) for s in range(2))
    cost = TotalCost(content, style, net, ("low", "high"), WEIGHTS, 1.0, 50.0, 0.3)
    assert gradcheck(lambda x: cost(x)[0], (batch(5, 4, 6).requires_grad_(),))


def test_the_gram_error_in_either_memory_layout_has_the_right_gradient():
    target = gram_matrix(batch(1, 2, 3))
    for layout in (torch.contiguous_format, torch.channels_last):
        maps = batch(2, 4, 5).contiguous(memory_format=layout).requires_grad_()
        assert gradcheck(lambda x: 3 * GramError.apply(x, target), (maps,))


def test_the_content_itself_costs_no_content_and_the_style_no_style():
    net, content, style = ToyNetwork(), batch(0, 9, 8, torch.float32), batch(1, 9, 8, torch.float32)
    cost = TotalCost(content, style, net, ("low",), WEIGHTS, 1.0, 50.0, 0.3)
    assert cost(content)[1].content == pytest.approx(0, abs=1e-9)
    assert cost(style)[1].style == pytest.approx(0, abs=1e-9)
    assert cost(style)[1].content > 0.01


def test_variation_is_the_mean_absolute_difference_down_plus_right():
    x = batch(3, 4, 6).numpy()
    expected = np.abs(np.diff(x, axis=2)).mean() + np.abs(np.diff(x, axis=3)).mean()
    assert total_variation(torch.from_numpy(x)).item() == pytest.approx(expected)
    assert total_variation(torch.ones(1, 3, 1, 1)).item() == 0


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_cost_falls_and_the_best_picture_is_kept(optimizer, start):
    result = run(optimizer=optimizer, start=start, generator=torch.Generator().manual_seed(0), steps=25)
    totals = [costs.total for costs in result.costs]
    assert result.picture.shape == (13, 18, 3)
    assert result.picture.dtype == np.uint8
    assert len(totals) == 25
    assert totals[result.best] == min(totals) < 0.8 * totals[0]
    assert not result.stopped
    assert not result.reason


def test_the_best_picture_costs_what_the_history_says():
    steps = list(transfer_steps(picture(0), picture(1), ToyNetwork(), steps=6))
    result = transfer(picture(0), picture(1), ToyNetwork(), steps=6, progress=False)
    best = min(steps, key=lambda step: step.costs.total)
    assert result.best == best.number - 1
    assert np.array_equal(result.picture, best.picture)


def test_the_first_step_is_the_start_itself():
    first = next(iter(transfer_steps(picture(0), picture(1), ToyNetwork())))
    assert np.array_equal(first.picture, picture(0))
    given = next(iter(transfer_steps(picture(0), picture(1), ToyNetwork(), start=picture(7))))
    assert np.array_equal(given.picture, picture(7))


def test_noise_comes_from_the_generator_alone():
    one, other = (run(start="noise", generator=torch.Generator().manual_seed(3), steps=2) for _ in range(2))
    assert np.array_equal(one.picture, other.picture)
    assert not np.array_equal(
        one.picture, run(start="noise", generator=torch.Generator().manual_seed(4), steps=2).picture
    )


def test_pictures_of_floats_and_of_bytes_give_the_same():
    as_floats = transfer(picture(0) / 255, picture(1) / 255, ToyNetwork(), steps=3, progress=False)
    as_bytes = transfer(picture(0), picture(1), ToyNetwork(), steps=3, progress=False)
    assert np.array_equal(as_floats.picture, as_bytes.picture)


def test_content_and_style_are_read_once_and_each_step_asks_the_network_once():
    net = ToyNetwork()
    transfer(picture(0), picture(1), net, steps=7, progress=False)
    assert net.calls == 2 + 7


def test_network_and_pictures_stay_as_they_were():
    net, content, style = ToyNetwork().train(), picture(0), picture(1)
    before = [p.detach().clone() for p in net.parameters()]
    transfer(content, style, net, steps=3, progress=False)
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))
    assert all(p.grad is None for p in net.parameters())
    assert net.training
    assert np.array_equal(content, picture(0))
    assert np.array_equal(style, picture(1))


def test_more_weight_on_style_leaves_less_style_cost_and_more_content_cost():
    little, much = (run(beta=beta, variation=0, steps=40).costs[-1] for beta in (0.1, 100))
    assert much.style < 0.7 * little.style
    assert much.content > 1.3 * little.content


def test_content_alone_is_rebuilt_from_noise():
    settings = {"style_layers": (), "content_layers": ["low"], "variation": 0, "steps": 80}
    result = run(start="noise", generator=torch.Generator().manual_seed(0), **settings)
    assert result.costs[result.best].content < 0.02 * result.costs[0].content
    assert result.costs[-1].style == 0


def test_stop_keeps_the_best_picture_so_far():
    seen = []
    result = run(steps=30, on_step=seen.append, stop=lambda: len(seen) == 5)
    assert result.stopped
    assert len(result.costs) == 5
    assert result.reason == "Stopped as asked after 5 of 30 steps."
    assert np.array_equal(result.picture, min(seen, key=lambda step: step.costs.total).picture)


def test_ctrl_c_keeps_the_best_picture_so_far():
    def interrupt(step):
        if step.number == 4:
            raise KeyboardInterrupt

    result = run(steps=30, on_step=interrupt)
    assert result.stopped
    assert len(result.costs) == 4
    assert "Interrupted after 4 of 30" in result.reason


class Breaking(ToyNetwork):
    """Gives what `spoil` makes of the maps from the sixth call on."""

    def __init__(self, spoil):
        super().__init__()
        self.spoil = spoil

    def features(self, pictures, names=None):
        maps = super().features(pictures, names)
        return {name: self.spoil(m) for name, m in maps.items()} if self.calls >= 6 else maps


@pytest.mark.parametrize(("spoil", "words"), [(lambda m: m * math.nan, "became nan"), (lambda m: m * 1e3, "grew from")])
def test_a_cost_that_breaks_later_ends_it_with_a_reason_and_the_best_picture(spoil, words):
    result = transfer(picture(0), picture(1), Breaking(spoil), steps=20, progress=False)
    assert result.stopped
    assert words in result.reason
    assert len(result.costs) == 3
    assert result.picture.std() > 10


def test_a_network_that_gives_nan_is_named_at_once():
    net = ToyNetwork()
    with torch.no_grad():
        net.high.fill_(math.nan)
    with pytest.raises(FloatingPointError, match="NaN or infinity in high"):
        transfer(picture(0), picture(1), net, progress=False)


def test_a_black_style_or_content_divides_by_nothing():
    black = np.zeros((8, 8, 3), np.uint8)
    for content, style in ((black, picture(1)), (picture(0), black)):
        assert math.isfinite(transfer(content, style, ToyNetwork(), steps=2, progress=False).costs[-1].total)


def test_the_default_content_layers_are_the_middle_ones():
    class Eight(nn.Module):
        LAYERS = tuple("abcdefgh")

    assert content_names(None, Eight()) == ("d", "e")
    assert content_names(None, ToyNetwork()) == ("low", "high")


def test_style_weights_keep_their_proportions():
    assert style_weights({"low": 1, "high": 3}, ToyNetwork()) == {"low": 0.25, "high": 0.75}
    assert style_weights(None, ToyNetwork()) == {"low": 0.5, "high": 0.5}
    assert style_weights({"low": 2, "high": 0}, ToyNetwork()) == {"low": 1.0}
    assert style_weights([], ToyNetwork()) == {}


def test_pixels_are_rounded_and_kept_inside():
    values = torch.tensor([-0.5, 0.499 / 255, 0.501 / 255, 254.6 / 255, 1.0, 9.0]).reshape(1, 3, 1, 2)
    assert pixels_of(values)[0].T.ravel().tolist() == [0, 0, 1, 255, 255, 255]


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"start": "noise"}, TypeError, "generator must be a torch.Generator"),
        ({"start": "style"}, ValueError, "start must be one of 'content', 'noise'"),
        ({"start": picture(0, 5, 6)}, ValueError, "height and width of the content, 13 × 18, got 5 × 6"),
        ({"optimizer": "sgd"}, ValueError, "optimizer must be one of 'lbfgs', 'adam'"),
        ({"steps": 0}, ValueError, "steps must be at least 1"),
        ({"alpha": -1}, ValueError, "alpha must be at least 0"),
        ({"beta": math.nan}, ValueError, "beta must be a finite number"),
        ({"content_layers": ["top"]}, ValueError, "content_layers must be one of 'low', 'high', got str 'top'"),
        ({"content_layers": "low"}, TypeError, "content_layers must be a sequence"),
        ({"style_layers": ["low", "low"]}, ValueError, "each layer once"),
        ({"style_layers": {"low": 0}}, ValueError, "a weight above 0"),
        ({"style_layers": {"low": -1}}, ValueError, "at least 0"),
        ({"stop": 3}, TypeError, "stop must be a function"),
        ({"on_step": 3}, TypeError, "on_step must be a function"),
    ],
)
def test_settings_that_do_not_fit_are_named(settings, error, words):
    with pytest.raises(error, match=words):
        run(**settings)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (np.zeros((5, 5)), ValueError, r"content must have shape \(H, W, 3\)"),
        (np.full((8, 8, 3), 7.0), ValueError, r"uint8 or floats in \[0, 1\], got float64 from 7.0"),
        (np.full((8, 8, 3), math.nan), ValueError, "uint8 or floats"),
        (torch.zeros(8, 8, 3), TypeError, "content must be an array"),
        ("cat", TypeError, "content"),
    ],
)
def test_pictures_that_do_not_fit_are_named(content, error, words):
    with pytest.raises(error, match=words):
        transfer(content, picture(1), ToyNetwork(), progress=False)


def test_a_network_without_features_is_named():
    with pytest.raises(TypeError, match="network must have features"):
        transfer(picture(0), picture(1), nn.Linear(3, 3), progress=False)


def test_a_start_that_costs_nothing_is_no_explosion():
    same = picture(3)
    result = transfer(same, same, ToyNetwork(), variation=0, steps=4, progress=False)
    assert not result.stopped, result.reason
    assert np.array_equal(result.picture, same)


def test_nothing_that_costs_is_named():
    with pytest.raises(ValueError, match="must not both be empty where variation is 0"):
        run(content_layers=(), style_layers=(), variation=0)
