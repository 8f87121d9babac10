"""Exercise of notebook 4.4: one step that changes the picture and leaves the network alone."""

import numpy as np
import torch
from torch import nn

from cnncourse.exercises.engine import Case, Exercise


def picture_step(picture, network, cost_of, optimizer):
    """Make one step on the picture, in place; return the cost before it, a plain float.

    picture (1, 3, H, W) requires a gradient, and optimizer holds it and nothing else. The
    cost is cost_of(network(picture)), a tensor with one number. Set the gradient to zero,
    find the cost, go backward, let the optimizer step. Then bring every number of the
    picture back into [0, 1], in place and without a gradient: picture.data.clamp_(0, 1).
    The network's weights stay as they are.
    """
    optimizer.zero_grad()
    cost = cost_of(network(picture))
    cost.backward()
    optimizer.step()
    picture.data.clamp_(0, 1)
    return cost.item()


def _step(order="zero backward step clamp", give=torch.Tensor.item, **other):
    """Return a step with one thing changed: the order of its actions, or the action named."""

    def step(picture, network, cost_of, optimizer):
        cost = cost_of(network(picture))
        actions = {
            "zero": optimizer.zero_grad,
            "backward": cost.backward,
            "step": optimizer.step,
            "clamp": lambda: picture.data.clamp_(0, 1),
        }
        for action in order.split():
            if action in other:
                other[action](picture, network, cost, optimizer)
            else:
                actions[action]()
        return give(cost)

    return step


def _train_network(picture, network, cost, optimizer):
    rate = optimizer.param_groups[0]["lr"]
    torch.optim.SGD(network.parameters(), rate).step()


def _train_both(picture, network, cost, optimizer):
    optimizer.step()
    _train_network(picture, network, cost, optimizer)


def _uphill(picture, network, cost, optimizer):
    picture.grad.neg_()
    optimizer.step()


def _by_hand(picture, network, cost, optimizer):
    picture.data -= optimizer.param_groups[0]["lr"] * picture.grad


def _in_bytes(picture, network, cost, optimizer):
    picture.data.clamp_(0, 255)


def _around_zero(picture, network, cost, optimizer):
    picture.data.clamp_(-1, 1)


def _above_only(picture, network, cost, optimizer):
    picture.data.clamp_(max=1)


def _stretched(picture, network, cost, optimizer):
    picture.data = (picture.data - picture.data.min()) / (picture.data.max() - picture.data.min()).clamp(min=1e-9)


def _squashed(picture, network, cost, optimizer):
    picture.data = torch.sigmoid(picture.data)


def _without_its_gradient(picture, network, cost, optimizer):
    picture.requires_grad_(False).clamp_(0, 1)


def _cost_after(picture, network, cost_of, optimizer):
    picture_step(picture, network, cost_of, optimizer)
    return cost_of(network(picture)).item()


def _cost_of_picture(picture, network, cost_of, optimizer):
    optimizer.zero_grad()
    cost = cost_of(picture)
    cost.backward()
    optimizer.step()
    picture.data.clamp_(0, 1)
    return cost.item()


def _twice(picture, network, cost_of, optimizer):
    cost = picture_step(picture, network, cost_of, optimizer)
    picture_step(picture, network, cost_of, optimizer)
    return cost


_optimises_the_network = _step(step=_train_network)
_optimises_both = _step(step=_train_both)
_no_zero_grad = _step(order="backward step clamp")
_no_step = _step(order="zero backward clamp")
_no_clamp = _step(order="zero backward step")
_climbs = _step(step=_uphill)
_without_optimizer = _step(step=_by_hand)
_to_255 = _step(clamp=_in_bytes)
_from_minus_one = _step(clamp=_around_zero)
_only_above = _step(clamp=_above_only)
_stretches = _step(clamp=_stretched)
_squashes = _step(clamp=_squashed)
_freezes_the_picture = _step(clamp=_without_its_gradient)
_keeps_the_graph = _step(give=lambda cost: cost)


def half_of_squares(maps):
    """Return a cost for trying steps: half the sum of all squares."""
    return maps.square().sum() / 2


def _observed(f, picture, network, cost_of, optimizer):
    """Make the step on a picture and weights that hold old gradients; return what came of it."""
    for tensor in (picture, *network.parameters()):
        tensor.grad = torch.full_like(tensor, 0.3)
    before = [weight.detach().clone() for weight in network.parameters()]
    cost = f(picture, network, cost_of, optimizer)
    cost = "a tensor that keeps the whole graph alive" if torch.is_tensor(cost) else cost
    weights = "as they were" if all(map(torch.equal, before, network.parameters())) else "changed"
    return {
        "cost": cost,
        "the network's weights": weights,
        "picture": picture.detach().numpy().copy(),
        "what the picture requires": "a gradient" if picture.requires_grad else "no gradient any more",
    }


def _by_formula(picture, weight, bias, speed, rate, momentum):
    """Return cost and picture after the step, of a network of 1 × 1 kernels: the oracle."""
    maps = np.einsum("kc,ncij->nkij", weight, picture) + bias[:, None, None]
    gradient = np.einsum("kc,nkij->ncij", weight, maps)
    moved = picture - rate * (momentum * speed + gradient)
    return {
        "cost": float((maps**2).sum() / 2),
        "picture": np.minimum(np.maximum(moved, 0), 1),
        "the network's weights": "as they were",
        "what the picture requires": "a gradient",
    }


def _cases():
    """Yield pictures that leave [0, 1] at either end or stay inside, small and large rates, momentum."""
    rng = np.random.default_rng(445)
    settings = (  # what, H, W, maps, rate, momentum
        ("a small step", 1, 2, 2, 0.02, 0.0),
        ("a step that leaves [0, 1]", 2, 3, 4, 0.6, 0.0),
        ("a large step", 3, 2, 2, 2.0, 0.0),
        ("momentum", 2, 4, 3, 0.1, 0.9),
        ("momentum and a large step", 3, 5, 2, 0.8, 0.5),
        ("one pixel", 1, 1, 5, 0.3, 0.0),
    )
    for what, H, W, K, rate, momentum in settings:
        weight, bias = rng.normal(0, 0.8, (K, 3)), rng.normal(0, 0.5, K)
        picture = torch.from_numpy(rng.uniform(0, 1, (1, 3, H, W))).requires_grad_()
        optimizer, speed = _after_one_step(picture, rate, momentum, rng)
        expected = _by_formula(picture.detach().numpy(), weight, bias, speed, rate, momentum)
        yield Case(what, (picture, _network(weight, bias), half_of_squares, optimizer), expected)


def _after_one_step(picture, rate, momentum, rng):
    """Return an optimizer that has made one step on the picture, and the speed that momentum keeps of it."""
    optimizer = torch.optim.SGD([picture], rate, momentum)
    speed = rng.normal(0, 0.3, tuple(picture.shape))
    picture.grad = torch.from_numpy(speed.copy())
    optimizer.step()
    picture.data.clamp_(0, 1)
    return optimizer, speed if momentum else 0 * speed


def _network(weight, bias):
    layer = nn.Conv2d(3, len(weight), 1).double()
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight)[:, :, None, None])
        layer.bias.copy_(torch.from_numpy(bias))
    return nn.Sequential(layer)


PICTURE_STEP = Exercise(
    solution=picture_step,
    cases=_cases,
    observe=_observed,
    mistakes={
        _optimises_the_network: "You change the network, not the picture. Here the weights are fixed and the *pixels* "
        "learn: let the optimizer that came step; it holds the picture.",
        _optimises_both: "The network's weights change as well: only the picture may.",
        _no_zero_grad: "The gradient is not set to zero first: backward() adds to that of the step before. "
        "zero_grad() comes before backward(); after the step it is too late for what came with the picture.",
        _no_step: "The picture does not move: optimizer.step() is missing, or finds no gradient because backward() is "
        "missing or zero_grad() comes after it.",
        _no_clamp: "The picture's numbers leave [0, 1], where there are no colours: clamp the picture itself, in "
        "place, after the step.",
        _climbs: "The step goes uphill: the cost should fall.",
        _without_optimizer: "You step by hand with the learning rate: optimizer.step() also knows momentum.",
        _to_255: "Numbers above 1 stay: clamp at both ends, to [0, 1], not to [0, 255] or at 0 alone.",
        _from_minus_one: "You clamp to [−1, 1]; pictures are in [0, 1].",
        _only_above: "You clamp at 1 alone: numbers below 0 have to come back too.",
        _stretches: "You stretch the picture to fill [0, 1], which changes every colour: cut off what lies outside.",
        _squashes: "A sigmoid changes every colour at every step: only cut off what lies outside.",
        _freezes_the_picture: "Afterwards the picture requires no gradient any more, so the next step cannot be made: "
        "clamp picture.data, or set requires_grad back.",
        _cost_after: "This is the cost after the step; the one before it is wanted.",
        _cost_of_picture: "The network is left out: the cost is cost_of(network(picture)).",
        _twice: "You make two steps.",
        _keeps_the_graph: "The cost comes back as a tensor; cost.item() makes a plain float of it.",
    },
    hints=(
        "The order: zero_grad(), the cost, backward(), step(), clamp.",
        "`picture.data.clamp_(0, 1)`, with the underscore, changes the picture itself.",
        "`return cost.item()`, after everything else.",
    ),
    minutes=6,
    difficulty=2,
    points=2,
    changes=("picture", "network", "optimizer"),
)
