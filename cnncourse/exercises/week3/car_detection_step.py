"""Exercise of notebook 3.6: one training step of a detector, its gradient kept from growing too long."""

import numpy as np
import torch
from torch import nn

from cnncourse.exercises.engine import Case, Exercise


def detector_step(model, optimizer, loss_function, images, targets, longest):
    """Make one training step on a batch; return its loss before the step, a plain float.

    loss_function(predictions, targets) gives one number, where predictions = model(images).
    In training mode: set the gradients to zero, find the loss, go backward. Then look at
    the gradient of all parameters together as one long vector: if it is longer than
    `longest`, shorten it to that length and keep its direction, as
    nn.utils.clip_grad_norm_(parameters, longest) does. Then let the optimizer step.
    """
    model.train()
    optimizer.zero_grad()
    loss = loss_function(model(images), targets)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), longest)
    optimizer.step()
    return loss.item()


def _shorten(model, longest):
    nn.utils.clip_grad_norm_(model.parameters(), longest)


def _step(order="zero backward shorten step", shorten=_shorten, train=True, ask=None, give=torch.Tensor.item):
    """Return a step with one thing changed."""

    def step(model, optimizer, loss_function, images, targets, longest):
        if train:
            model.train()
        loss = ask(model, loss_function, images, targets) if ask else loss_function(model(images), targets)
        actions = {"zero": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}
        actions["shorten"] = lambda: shorten(model, longest)
        for action in order.split():
            actions[action]()
        return give(loss)

    return step


def _each_number(model, longest):
    nn.utils.clip_grad_value_(model.parameters(), longest)


def _each_parameter(model, longest):
    for parameter in model.parameters():
        nn.utils.clip_grad_norm_([parameter], longest)


def _always(model, longest):
    total = torch.cat([p.grad.ravel() for p in model.parameters()]).norm()
    for parameter in model.parameters():
        parameter.grad.mul_(longest / total)


def _divided(model, longest):
    for parameter in model.parameters():
        parameter.grad.div_(longest)


def _squared_length(model, longest):
    total = torch.cat([p.grad.ravel() for p in model.parameters()]).square().sum()
    for parameter in model.parameters():
        parameter.grad.mul_(min(1, longest / total))


def _weights_too(model, longest):
    """Shorten the parameters in place of their gradients."""
    with torch.no_grad():
        total = torch.cat([p.ravel() for p in model.parameters()]).norm()
        for parameter in model.parameters():
            parameter.mul_(min(1, longest / total))


def _swapped(model, loss_function, images, targets):
    return loss_function(targets, model(images))


def _picture_by_picture(model, optimizer, loss_function, images, targets, longest):
    losses = [
        detector_step(model, optimizer, loss_function, images[n : n + 1], targets[n : n + 1], longest)
        for n in range(len(images))
    ]
    return sum(losses) / len(losses)


def _loss_after(model, optimizer, loss_function, images, targets, longest):
    detector_step(model, optimizer, loss_function, images, targets, longest)
    with torch.no_grad():
        return loss_function(model(images), targets).item()


_left_in_evaluation = _step(train=False)
_no_zero_grad = _step(order="backward shorten step")
_no_step = _step(order="zero backward shorten")
_never_shortened = _step(order="zero backward step")
_each_number_cut = _step(shorten=_each_number)
_each_parameter_cut = _step(shorten=_each_parameter)
_always_this_long = _step(shorten=_always)
_divided_by_it = _step(shorten=_divided)
_by_the_square = _step(shorten=_squared_length)
_parameters_cut = _step(shorten=_weights_too)
_arguments_swapped = _step(ask=_swapped)
_loss_tensor = _step(give=lambda loss: loss)


def missed_counts_more(predictions, targets):
    """Return a loss for trying steps: squared error, five times where the target is 1, divided by the pictures."""
    return ((1 + 4 * targets) * (predictions - targets) ** 2).sum() / len(targets)


def _observed(f, model, optimizer, *rest):
    """Make the step on a model that holds old gradients; return its loss and the weights afterwards."""
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 0.7)
    loss = f(model, optimizer, *rest)
    loss = "a tensor that keeps the whole graph alive" if torch.is_tensor(loss) else loss
    return {"loss": loss, "weights": [p.detach().numpy().copy() for p in model.parameters()]}


def _by_hand(weight, bias, x, targets, longest, speed, rate, momentum, normalised):
    """Return the loss and the weights after the step from formulas: the oracle."""
    rows = x.reshape(len(x), -1)
    if normalised:
        rows = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 1e-5)
    errors = rows @ weight.T + bias - targets  # (N, K)
    costs = np.where(targets == 1, 5.0, 1.0)
    slope = 2 * costs * errors / len(x)
    slopes = [slope.T @ rows, slope.sum(axis=0)]
    length = np.sqrt(sum((array**2).sum() for array in slopes))
    share = min(1.0, longest / (length + 1e-6))
    moved = [momentum * v + share * array for v, array in zip(speed, slopes, strict=True)]
    weights = [w - rate * m for w, m in zip((weight, bias), moved, strict=True)]
    return {"loss": float((costs * errors**2).sum() / len(x)), "weights": weights}


def _step_cases():
    """Yield small pictures and targets, gradients longer and shorter than allowed, models in any mode."""
    rng = np.random.default_rng(363)
    settings = (  # what, N, H, W, outputs, longest, rate, momentum, normalised
        ("a gradient shorter than allowed", 2, 1, 2, 2, 1e3, 0.05, 0.0, False),
        ("a gradient that is too long", 3, 2, 1, 3, 0.5, 0.2, 0.0, False),
        ("much too long, momentum", 5, 2, 3, 4, 2.0, 0.1, 0.9, False),
        ("a model with batch norm in evaluation mode", 6, 2, 2, 2, 3.0, 0.3, 0.0, True),
        ("batch norm, short enough", 8, 1, 3, 3, 500.0, 0.02, 0.5, True),
        ("a length of 1 allowed", 4, 3, 2, 1, 1.0, 0.4, 0.0, False),
    )
    for what, N, H, W, outputs, longest, rate, momentum, normalised in settings:
        weight, bias = rng.normal(0, 0.7, (outputs, 3 * H * W)), rng.normal(0, 0.5, outputs)
        x, targets = rng.normal(0.5, 1, (N, 3, H, W)), rng.integers(0, 2, (N, outputs)).astype(float)
        model = _model(weight, bias, normalised)
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
        speed = _step_before(model, optimizer, rng, momentum)
        start = [p.detach().numpy().copy() for p in model.parameters()]
        expected = _by_hand(*start, x, targets, longest, speed, rate, momentum, normalised)
        model.train("evaluation" not in what)
        tensors = torch.from_numpy(x), torch.from_numpy(targets)
        yield Case(what, (model, optimizer, missed_counts_more, *tensors, longest), expected)


def _step_before(model, optimizer, rng, momentum):
    """Make a step with random gradients; return the speed that momentum keeps of it."""
    for parameter in model.parameters():
        parameter.grad = torch.from_numpy(rng.normal(size=tuple(parameter.shape)))
    speed = [p.grad.numpy().copy() for p in model.parameters()]
    optimizer.step()
    return speed if momentum else [np.zeros_like(array) for array in speed]


def _model(weight, bias, normalised):
    last = nn.Linear(weight.shape[1], len(weight)).double()
    with torch.no_grad():
        last.weight.copy_(torch.from_numpy(weight))
        last.bias.copy_(torch.from_numpy(bias))
    norms = [nn.BatchNorm1d(weight.shape[1], affine=False).double()] if normalised else []
    return nn.Sequential(nn.Flatten(), *norms, last)


DETECTOR_STEP = Exercise(
    solution=detector_step,
    cases=_step_cases,
    observe=_observed,
    mistakes={
        _left_in_evaluation: "The model is not brought into training mode, so batch norm acts as in use: call "
        "model.train().",
        _no_zero_grad: "The gradients are never set to zero: backward() adds to those of the batch before.",
        _no_step: "The model does not move: optimizer.step() is missing, or finds no gradient, because "
        "backward() is missing or zero_grad() comes after it.",
        _never_shortened: "The gradient is not shortened before the step, however long it is. One strange picture can "
        "throw the net far off.",
        _each_number_cut: "You limit every number by itself, which turns the direction. Limit the length of the whole "
        "gradient: clip_grad_norm_.",
        _each_parameter_cut: "You shorten each parameter's gradient by itself; they are one long vector together.",
        _always_this_long: "Every gradient is made `longest` long, short ones as well. Only those that are longer are "
        "shortened.",
        _divided_by_it: "You divide the gradient by `longest`. Multiply it by longest / length where it is longer.",
        _by_the_square: "You compare with the squared length: take the root of the sum of squares.",
        _parameters_cut: "The parameters themselves are shortened; their gradients should be.",
        _arguments_swapped: "The loss function is given targets and predictions the wrong way round.",
        _picture_by_picture: "You make a step for every picture. One step for the batch.",
        _loss_after: "This is the loss after the step; the one before it is wanted.",
        _loss_tensor: "The loss comes back as a tensor; loss.item() makes a plain float of it, which keeps no graph.",
    },
    hints=(
        "The order: train(), zero_grad(), the loss, backward(), shorten, step().",
        "`nn.utils.clip_grad_norm_(model.parameters(), longest)` works in place on the gradients.",
        "`return loss.item()`, after everything else.",
    ),
    minutes=7,
    difficulty=2,
    points=2,
    changes=("model", "optimizer"),
)
