"""Exercise of notebook 2.4: the average of several networks."""

import copy

import numpy as np
import torch
from torch import nn

from cnncourse.exercises.engine import Case, Exercise


def average_of_networks(models, x):
    """Return the mean of what the models answer to x: probabilities (N, classes).

    models is a list of networks (torch.nn.Module); each turns the tensor x into logits
    (N, classes). Bring each model into evaluation mode, compute without gradients, and let
    every model have the same say: average the probabilities (softmax), not the logits.

    Example: probabilities [0.9, 0.1] and [0.5, 0.5] of two models give [0.7, 0.3].
    """
    total = 0
    for model in models:
        model.eval()
        with torch.no_grad():
            total = total + model(x).softmax(dim=1)
    return total / len(models)


def _logits(models, x):
    with torch.no_grad():
        return torch.stack([model.eval()(x) for model in models])  # (models, N, classes)


def _mean_weights(models, x):
    mean = copy.deepcopy(models[0])
    with torch.no_grad():
        for name, own in mean.state_dict().items():
            own.copy_(torch.stack([model.state_dict()[name].double() for model in models]).mean(dim=0))
    return _logits([mean], x)[0].softmax(dim=1)


def _mean_logits(models, x):
    return _logits(models, x).mean(dim=0).softmax(dim=1)


def _raw_logits(models, x):
    return _logits(models, x).mean(dim=0)


def _votes(models, x):
    logits = _logits(models, x)
    return nn.functional.one_hot(logits.argmax(dim=2), logits.shape[2]).double().mean(dim=0)


def _sum(models, x):
    return _logits(models, x).softmax(dim=2).sum(dim=0)


def _over_pictures(models, x):
    return _logits(models, x).softmax(dim=1).mean(dim=0)


def _in_training(models, x):
    with torch.no_grad():
        return torch.stack([model.train()(x).softmax(dim=1) for model in models]).mean(dim=0)


def _best_only(models, x):
    return _logits(models, x).softmax(dim=2).max(dim=0).values


def _labels(models, x):
    return average_of_networks(models, x).argmax(dim=1)


def _first_alone(models, x):
    return average_of_networks(models[:1], x)


def _last_alone(models, x):
    return average_of_networks(models[-1:], x)


def _returned_in_loop(models, x):
    return average_of_networks(models[:1], x) / len(models)


def _halved(models, x):
    return average_of_networks(models, x) * len(models) / 2


def _softmax_twice(models, x):
    return average_of_networks(models, x).softmax(dim=1)


def _sigmoids(models, x):
    return _logits(models, x).sigmoid().mean(dim=0)


def _geometric(models, x):
    return _logits(models, x).log_softmax(dim=2).mean(dim=0).exp()


def observed(f, models, x):
    """Return what `f` answers; an answer that still carries gradients is told apart."""
    answer = f(models, x)
    if torch.is_tensor(answer) and answer.requires_grad:
        raise RuntimeError("the result still carries gradients: compute under `with torch.no_grad():`")
    return answer


def average_by_hand(models, x):
    """Return the mean probabilities from the models' numbers, picture by picture in NumPy: the oracle."""
    total = 0
    for model in models:
        rows = x.numpy()
        if isinstance(model[0], nn.BatchNorm1d):
            norm = model[0]
            rows = (rows - norm.running_mean.numpy()) / np.sqrt(norm.running_var.numpy() + norm.eps)
        weight, bias = (parameter.detach().numpy() for parameter in model[-1].parameters())
        powers = np.array([[np.exp(w @ row + b) for w, b in zip(weight, bias, strict=True)] for row in rows])
        total = total + powers / powers.sum(axis=1, keepdims=True)
    return torch.from_numpy(total / len(models))


def _average_cases():
    yield Case(
        "two models, one sure and one in doubt",
        ([constant_net([np.log(9), 0.0]), constant_net([1.0, 1.0])], torch.ones(1, 2, dtype=torch.float64)),
        torch.tensor([[0.7, 0.3]], dtype=torch.float64),
    )
    rng = np.random.default_rng(241)
    for what, count, N, D, K, normed, scales in (
        ("three models", 3, 4, 3, 2, False, (1, 1, 1)),
        ("two models, one with logits ten times as large", 2, 5, 4, 3, False, (0.6, 6)),
        ("four models with batch norm, handed over in training mode", 4, 6, 3, 4, True, (1, 1, 2, 1)),
        ("five models of different scales", 5, 3, 2, 5, False, (0.5, 1, 2, 4, 8)),
        ("one model alone", 1, 4, 3, 3, True, (1,)),
    ):
        models = [random_net(rng, D, K, normed, scale) for scale in scales]
        x = torch.from_numpy(rng.normal(1, 2, (N, D)))
        assert len(models) == count
        yield Case(what, (models, x), average_by_hand(models, x))


def constant_net(logits):
    """Return a net of two inputs that gives the same logits for all of them."""
    net = nn.Sequential(nn.Linear(2, len(logits))).double()
    with torch.no_grad():
        net[0].weight.zero_()
        net[0].bias.copy_(torch.tensor(logits))
    return net


def random_net(rng, D, K, normed, scale):
    """Return a net in training mode with numbers from `rng`; `scale` multiplies its logits."""
    linear = nn.Linear(D, K).double()
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(rng.normal(0, scale, (K, D))))
        linear.bias.copy_(torch.from_numpy(rng.normal(0, scale, K)))
    if not normed:
        return nn.Sequential(linear)
    norm = nn.BatchNorm1d(D, affine=False).double()
    norm.running_mean.copy_(torch.from_numpy(rng.normal(0, 1, D)))
    norm.running_var.copy_(torch.from_numpy(rng.uniform(1, 6, D)))
    return nn.Sequential(norm, linear)


AVERAGE_OF_NETWORKS = Exercise(
    solution=average_of_networks,
    cases=_average_cases,
    observe=observed,
    mistakes={
        _mean_weights: "You average the weights. Two networks that answer alike may share nothing inside: unit 3 of "
        "one does the work of unit 7 of the other, and the mean of the two does neither's. Average what they answer.",
        _mean_logits: "You average the logits and then take softmax. A network whose logits are larger throughout then "
        "decides alone. Take softmax of each network first.",
        _raw_logits: "This is the mean of the logits, not of probabilities: each model's output needs softmax(dim=1).",
        _votes: "You count votes: each model's largest class gets 1, whether the model was sure or in doubt. Average "
        "the probabilities themselves.",
        _sum: "You add the probabilities up but do not divide by the number of models.",
        _first_alone: "Only the first model has a say.",
        _last_alone: "Only the last model has a say: in the loop, add to the total instead of replacing it.",
        _returned_in_loop: "The loop ends after its first model: `return` stands inside it. Bring it to the loop's own "
        "indentation.",
        _halved: "You divide by 2 however many models there are: divide by len(models).",
        _softmax_twice: "There is a second softmax after the mean. The mean of probabilities is already one: its rows "
        "sum to 1.",
        _sigmoids: "sigmoid looks at each class by itself, and the rows do not sum to 1. Softmax over the classes is "
        "wanted.",
        _over_pictures: "Your softmax runs over the pictures of the batch instead of over the classes: dim=1.",
        _in_training: "The models answer in training mode, so batch norm uses this batch's own mean. Call model.eval() "
        "first.",
        _best_only: "For each class you keep the largest probability of any model. The mean is wanted.",
        _labels: "You return the winning class. The probabilities are wanted: (N, classes).",
        _geometric: "You average logarithms of probabilities (a geometric mean, and the rows no longer sum to 1). "
        "Average the probabilities themselves.",
    },
    hints=(
        "A loop over the models: model.eval(), then model(x).softmax(dim=1) under `with torch.no_grad():`.",
        "Add the probabilities up in the loop and divide by len(models) after it.",
    ),
    minutes=6,
    difficulty=1,
)
