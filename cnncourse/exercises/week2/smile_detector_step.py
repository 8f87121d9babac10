"""Exercise of notebook 2.6: a training step on pictures of which some are mirrored."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.exercises.engine import Case, Exercise


def mirrored_step(model, optimizer, pictures, labels, coins):
    """Make one training step on a batch with some pictures mirrored; return its loss.

    pictures (N, 3, H, W); labels (N,), 0.0 or 1.0; coins (N,), True where a picture is to
    be mirrored, left to right. The pictures that came in must stay as they were.

    In training mode: set the gradients to zero, send the batch through the model (which
    gives N logits), take the mean binary cross-entropy F.binary_cross_entropy_with_logits,
    go backward, let the optimizer step. Return the loss before the step, a plain float.
    """
    model.train()
    mirrored = torch.where(coins[:, None, None, None], pictures.flip(3), pictures)
    optimizer.zero_grad()
    loss = F.binary_cross_entropy_with_logits(model(mirrored), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


def _mirrored(pictures, coins, axis=3):
    return torch.where(coins[:, None, None, None], pictures.flip(axis), pictures)


def _step(augment=_mirrored, loss_of=F.binary_cross_entropy_with_logits, train=True, order="zero backward step"):
    """Return a step with one thing changed."""

    def step(model, optimizer, pictures, labels, coins):
        if train:
            model.train()
        loss = loss_of(model(augment(pictures, coins)), labels)
        actions = {"zero": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}
        for action in order.split():
            actions[action]()
        return loss.item()

    return step


def _after_a_sigmoid(logits, labels):
    return F.binary_cross_entropy_with_logits(logits.sigmoid(), labels)


def _squared_error(logits, labels):
    return F.mse_loss(logits.sigmoid(), labels)


def _summed(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, labels, reduction="sum")


def _in_place(pictures, coins):
    pictures[coins] = pictures[coins].flip(3)
    return pictures


_upside_down = _step(lambda pictures, coins: _mirrored(pictures, coins, 2))
_colours_swapped = _step(lambda pictures, coins: _mirrored(pictures, coins, 1))
_pictures_swapped = _step(lambda pictures, coins: _mirrored(pictures, coins, 0))
_all_or_none = _step(lambda pictures, coins: pictures.flip(3) if coins.any() else pictures)
_every_one = _step(lambda pictures, coins: pictures.flip(3))
_none = _step(lambda pictures, coins: pictures)
_the_others = _step(lambda pictures, coins: _mirrored(pictures, ~coins))
_half_turned = _step(lambda pictures, coins: _mirrored(pictures, coins, (2, 3)))
_changes_the_data = _step(_in_place)
_sigmoid_twice = _step(loss_of=_after_a_sigmoid)
_squared = _step(loss_of=_squared_error)
_sum = _step(loss_of=_summed)
_left_in_evaluation = _step(train=False)
_no_zero_grad = _step(order="backward step")
_no_step = _step(order="zero backward")


def _only_the_mirrored(model, optimizer, pictures, labels, coins):
    return mirrored_step(model, optimizer, pictures[coins], labels[coins], coins[coins])


def _labels_turned(model, optimizer, pictures, labels, coins):
    turned = torch.where(coins, 1 - labels, labels)
    return mirrored_step(model, optimizer, pictures, turned, coins)


def _loss_after(model, optimizer, pictures, labels, coins):
    mirrored_step(model, optimizer, pictures, labels, coins)
    with torch.no_grad():
        return F.binary_cross_entropy_with_logits(model(_mirrored(pictures, coins)), labels).item()


def _loss_as_tensor(model, optimizer, pictures, labels, coins):
    return torch.tensor(mirrored_step(model, optimizer, pictures, labels, coins))


def _both_copies(model, optimizer, pictures, labels, coins):
    twice = torch.cat([pictures, pictures[coins].flip(3)]), torch.cat([labels, labels[coins]])
    return mirrored_step(model, optimizer, *twice, torch.zeros(len(twice[0]), dtype=torch.bool))


def _observed(f, model, optimizer, pictures, labels, coins):
    """Make the step on a model that holds old gradients; return its loss and the weights afterwards."""
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 0.8)
    loss = f(model, optimizer, pictures, labels, coins)
    weights = [p.detach().numpy().copy() for p in model.parameters()]
    return {"loss": loss, "weights": weights, "type of the loss": "tensor" if torch.is_tensor(loss) else "float"}


def _by_hand(weight, bias, x, labels, coins, normalised, speed, rate, momentum):
    """Return the loss and the weights after the step, by loops over pictures and pixels: the oracle."""
    rows = []
    for picture, coin in zip(x, coins, strict=True):
        _, _, W = picture.shape
        turned = [picture[:, :, W - 1 - column if coin else column] for column in range(W)]
        rows.append(np.stack(turned, axis=2).ravel())
    rows = np.array(rows)
    if normalised:
        rows = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 1e-5)
    p = 1 / (1 + np.exp(-(rows @ weight[0] + bias[0])))
    loss = np.mean([-np.log(q if y else 1 - q) for q, y in zip(p, labels, strict=True)])
    slopes = [((p - labels) @ rows / len(rows))[None], np.array([(p - labels).mean()])]
    moved = [momentum * v + slope for v, slope in zip(speed, slopes, strict=True)]
    weights = [w - rate * m for w, m in zip((weight, bias), moved, strict=True)]
    return {"loss": float(loss), "weights": weights, "type of the loss": "float"}


def _step_cases():
    """Yield batches of small pictures, models with and without batch norm, handed over in any mode."""
    rng = np.random.default_rng(262)
    settings = (  # what, N, H, W, normalised, rate, momentum, coins
        ("one of two pictures mirrored", 2, 1, 3, False, 0.5, 0.0, (True, False)),
        ("no picture mirrored", 3, 2, 4, False, 0.2, 0.0, (False,) * 3),
        ("every picture mirrored", 4, 3, 2, False, 0.4, 0.0, (True,) * 4),
        ("seven pictures, momentum", 7, 3, 5, False, 0.3, 0.9, (1, 0, 0, 1, 1, 0, 0)),
        ("a model with batch norm in evaluation mode", 6, 2, 3, True, 0.5, 0.0, (0, 1, 1, 0, 0, 0)),
        ("a model with batch norm, eight pictures", 8, 4, 3, True, 0.7, 0.5, (0, 0, 1, 0, 1, 1, 0, 0)),
    )
    for what, N, H, W, normalised, rate, momentum, heads in settings:
        weight, bias = rng.normal(0, 0.7, (1, 3 * H * W)), rng.normal(0, 0.5, 1)
        x, labels = rng.normal(0.5, 1, (N, 3, H, W)), np.arange(N) % 2 * 1.0
        coins = np.array(heads, bool)
        model = _model(weight, bias, normalised)
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
        speed = _step_before(model, optimizer, rng, momentum)
        start = [p.detach().numpy().copy() for p in model.parameters()]
        expected = _by_hand(*start, x, labels, coins, normalised, speed, rate, momentum)
        model.train("evaluation" not in what)
        tensors = (torch.from_numpy(array) for array in (x, labels, coins))
        yield Case(what, (model, optimizer, *tensors), expected)


def _step_before(model, optimizer, rng, momentum):
    """Make a step with random gradients; return the speed that momentum keeps of it."""
    for parameter in model.parameters():
        parameter.grad = torch.from_numpy(rng.normal(size=tuple(parameter.shape)))
    speed = [p.grad.numpy().copy() for p in model.parameters()]
    optimizer.step()
    return speed if momentum else [np.zeros_like(array) for array in speed]


def _model(weight, bias, normalised):
    last = nn.Linear(weight.shape[1], 1).double()
    with torch.no_grad():
        last.weight.copy_(torch.from_numpy(weight))
        last.bias.copy_(torch.from_numpy(bias))
    norms = [nn.BatchNorm1d(weight.shape[1], affine=False).double()] if normalised else []
    return nn.Sequential(nn.Flatten(), *norms, last, nn.Flatten(0))


MIRRORED_STEP = Exercise(
    solution=mirrored_step,
    cases=_step_cases,
    observe=_observed,
    mistakes={
        _upside_down: "The pictures stand on their heads: axis 2 runs down, axis 3 to the right.",
        _colours_swapped: "Axis 1 holds the colours: red and blue are swapped, the picture is not mirrored.",
        _pictures_swapped: "You reverse the order of the pictures in the batch (axis 0); their labels stay, and now "
        "belong to others.",
        _half_turned: "The pictures are turned by half a turn, both axes flipped: a mirror image keeps up and down.",
        _all_or_none: "Either the whole batch is mirrored or nothing: each picture has a coin of its own.",
        _every_one: "Every picture is mirrored, whatever its coin says. Then the net sees as few different pictures "
        "as before.",
        _none: "No picture is mirrored: coins says which ones to.",
        _the_others: "You mirror the pictures whose coin is False.",
        _only_the_mirrored: "Only the mirrored pictures are learned from; the others belong to the batch as well.",
        _both_copies: "You add mirrored copies to the batch. Each picture is wanted once, mirrored or not.",
        _changes_the_data: "The numbers are right, but the pictures that came in were mirrored in place: the next "
        "epoch would mirror them again. Build a new batch, for instance with torch.where.",
        _labels_turned: "The labels of mirrored pictures are turned round. A mirrored smile is a smile: the label "
        "stays.",
        _sigmoid_twice: "You take a sigmoid before binary_cross_entropy_with_logits, which takes one itself. Twice "
        "squeezes every probability between 0.5 and 0.73.",
        _squared: "This is the squared error of the probability; cross-entropy is wanted.",
        _sum: "The losses of the pictures are added up: the mean is wanted (reduction's default).",
        _left_in_evaluation: "The model is not brought into training mode, so batch norm and dropout act as in use: "
        "call model.train().",
        _no_zero_grad: "The gradients are never set to zero: backward() adds to those of the batch before.",
        _no_step: "The model does not move: optimizer.step() is missing, or has no gradient to follow, because "
        "backward() is missing or zero_grad() comes after it.",
        _loss_as_tensor: "The loss comes as a tensor, which may hold on to all that it was computed from: loss.item() "
        "makes a plain float.",
        _loss_after: "This is the loss after the step; return the one you went backward from.",
    },
    hints=(
        "`pictures.flip(3)` is a new batch, every picture mirrored.",
        "`coins[:, None, None, None]` has shape (N, 1, 1, 1), so that `torch.where` can choose picture by picture.",
        "Then as in notebook 1.6: zero_grad → forward → loss → backward → step. `.item()` makes a float of the loss.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
    tolerance=1e-5,
    changes=("model", "optimizer"),
)
