"""Exercise of notebook 2.4: freeze the first layers of a network."""

import copy
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.exercises.engine import Case, Exercise


def freeze_up_to(model, last, learning_rate):
    """Make model ready to train only what comes after its child last; return an optimizer.

    For every child in model.named_children(), up to and including `last`: its parameters
    ask for no gradient, and it is in evaluation mode, so that batch norm's running means
    and variances stay as they are. All later children are trainable and in training mode.

    Return torch.optim.SGD with learning_rate that holds the trainable parameters and no
    others.
    """
    model.train()
    for name, child in model.named_children():
        child.requires_grad_(False)
        child.eval()
        if name == last:
            break
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.SGD(free, learning_rate)


def _chosen(model, last, which="up to"):
    names = list(dict(model.named_children()))
    place = names.index(last)
    chosen = {"up to": names[: place + 1], "before": names[:place], "after": names[place + 1 :], "only": [last]}
    return [child for name, child in model.named_children() if name in chosen[which]]


def _freezing(which="up to", gradients=True, evaluation=True, held="free", whole=None):
    """Return a freezing function with one thing changed."""

    def freeze(model, last, learning_rate):
        model.train()
        for child in _chosen(model, last, which):
            if gradients:
                child.requires_grad_(False)
            if evaluation:
                child.eval()
        if whole is not None:
            whole(model)
        frozen = {id(p) for child in _chosen(model, last, which) for p in child.parameters()}
        parameters = [p for p in model.parameters() if held == "all" or id(p) not in frozen]
        return torch.optim.SGD(parameters, learning_rate)

    return freeze


_gradients_left_on = _freezing(gradients=False)
_norm_moves = _freezing(evaluation=False)
_optimizer_holds_all = _freezing(held="all")
_last_not_included = _freezing("before")
_the_wrong_half = _freezing("after")
_only_the_last = _freezing("only")
_nothing = _freezing(gradients=False, evaluation=False, held="all")
_all_in_evaluation = _freezing(whole=lambda model: model.eval())


def _name_alike(model, last, learning_rate):
    alike = next(name for name, _ in model.named_children() if last in name)
    return freeze_up_to(model, alike, learning_rate)


def _attribute_of_module(model, last, learning_rate):
    model.train()
    for child in _chosen(model, last):
        child.requires_grad = False
        child.eval()
    return torch.optim.SGD([p for p in model.parameters() if p.requires_grad], learning_rate)


def _weights_only(model, last, learning_rate):
    optimizer = _freezing()(model, last, learning_rate)
    for child in _chosen(model, last):
        for name, parameter in child.named_parameters():
            parameter.requires_grad_(name.endswith("bias"))
    optimizer.param_groups[0]["params"] = [p for p in model.parameters() if p.requires_grad]
    return optimizer


def _mode_as_it_came(model, last, learning_rate):
    modes = {name: child.training for name, child in model.named_children()}
    optimizer = _freezing()(model, last, learning_rate)
    for child in _chosen(model, last, "after"):
        child.train(modes[next(name for name, own in model.named_children() if own is child)])
    return optimizer


def _all_but_the_last(model, last, learning_rate):
    return freeze_up_to(model, list(dict(model.named_children()))[-2], learning_rate)


def _with_momentum(model, last, learning_rate):
    free = freeze_up_to(model, last, learning_rate).param_groups[0]["params"]
    return torch.optim.SGD(free, learning_rate, momentum=0.9)


def _fixed_rate(model, last, learning_rate):
    return _freezing()(model, last, 0.01)


def observed(f, model, last, learning_rate):
    """Freeze with `f`, train three steps, and tell what asks, what is held, what is in which mode, what has moved."""
    optimizer = f(model, last, learning_rate)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"an optimizer was expected, {type(optimizer).__name__} came")
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    held = [names.get(id(p), "another's") for group in optimizer.param_groups for p in group["params"]]
    report = {
        "the kind of optimizer": type(optimizer).__name__,
        "its learning rate": float(optimizer.param_groups[0]["lr"]),
        "its momentum": float(optimizer.param_groups[0].get("momentum", 0)),
        "its weight decay": float(optimizer.param_groups[0]["weight_decay"]),
        "parameters that ask for a gradient": [name for name, p in model.named_parameters() if p.requires_grad],
        "parameters that the optimizer holds": sorted(held),
        "modules in training mode": [name for name, module in model.named_modules() if name and module.training],
    }
    return report | {"what three steps changed": _moved(model, optimizer)}


def _moved(model, optimizer):
    before, generator = copy.deepcopy(model.state_dict()), torch.Generator().manual_seed(0)
    for _ in range(3):
        x = torch.randn(8, 3, generator=generator, dtype=torch.float64)
        loss = F.cross_entropy(model(x), torch.randint(0, 2, (8,), generator=generator))
        optimizer.zero_grad()
        if loss.requires_grad:
            loss.backward()
        optimizer.step()
    return [name for name, value in model.state_dict().items() if not torch.equal(value, before[name])]


NORM_STATE = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def _freeze_cases():
    """Yield nets of named children; what is expected is written out from the kinds of layers."""
    for what, names, last, rate, training in (
        ("three layers, the first frozen", ("first", "second", "head"), "first", 0.1, True),
        ("with batch norm, handed over in training mode", ("conv", "norm", "mixer", "head"), "norm", 0.05, True),
        ("with batch norm, handed over in evaluation mode", ("a", "norm", "b", "norm2", "head"), "b", 0.2, False),
        ("a child that holds a layer and its batch norm", ("block1", "block2", "block3", "head"), "block2", 0.1, False),
        ("all but the head", ("block1", "norm", "block2", "head"), "block2", 0.3, True),
        ("a name that begins another name", ("block1_in", "block1", "mixer", "head"), "block1", 0.1, True),
    ):
        yield Case(what, (named_net(names, training), last, rate), _expected(names, last, rate))


def named_net(names, training):
    """Return a net with these children: `norm…` a batch norm, `block…` a linear layer with one, others linear."""
    torch.manual_seed(0)
    children = OrderedDict((name, _child(name)) for name in names)
    net = nn.Sequential(children).double()
    with torch.no_grad():  # not at zero, where the gradients of what comes before batch norm would be
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, dtype=torch.float64))
    return net.train(training)


def _child(name):
    if name.startswith("norm"):
        return nn.BatchNorm1d(3)
    layers = (nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Tanh())
    return nn.Sequential(*layers) if name.startswith("block") else nn.Linear(3, 2 if name == "head" else 3)


def _expected(names, last, rate):
    free = names[names.index(last) + 1 :]
    parameters = [f"{child}{part}" for child in free for part in _parts(child) if not part.startswith(BUFFERS)]
    return {
        "the kind of optimizer": "SGD",
        "its learning rate": rate,
        "its momentum": 0.0,
        "its weight decay": 0.0,
        "parameters that ask for a gradient": parameters,
        "parameters that the optimizer holds": sorted(parameters),
        "modules in training mode": [name for child in free for name in _modules(child)],
        "what three steps changed": [f"{child}{part}" for child in free for part in _parts(child)],
    }


BUFFERS = (".running", ".num", ".1.running", ".1.num")


def _parts(child):
    if child.startswith("norm"):
        return [f".{part}" for part in NORM_STATE]
    if child.startswith("block"):
        return [".0.weight", ".0.bias", *(f".1.{part}" for part in NORM_STATE)]
    return [".weight", ".bias"]


def _modules(child):
    return [child, *(f"{child}.{i}" for i in range(3) if child.startswith("block"))]


FREEZE_UP_TO = Exercise(
    solution=freeze_up_to,
    cases=_freeze_cases,
    observe=observed,
    changes=("model",),
    mistakes={
        _gradients_left_on: "The frozen parameters still ask for a gradient: it is computed at every step and then not "
        "used. child.requires_grad_(False) turns that off.",
        _attribute_of_module: "The frozen weights still ask for gradients, are held by the optimizer and move. eval() "
        "does not stop that, and child.requires_grad = False only gives the module a new attribute that nobody reads. "
        "Call child.requires_grad_(False), with the underscore.",
        _norm_moves: "Batch norm's running means and variances still move: they are buffers, not parameters, and "
        "follow every batch seen in training mode. Call child.eval() on what is frozen, and model.train() before that, "
        "not after.",
        _optimizer_holds_all: "The optimizer still holds the frozen parameters. They have no gradient now, but should "
        "anything give them one, weight decay or momentum would move them. Hand over the free ones only.",
        _last_not_included: "You stop before the child named `last`: it is to be frozen too.",
        _the_wrong_half: "You froze the end and left the beginning free. What the early layers have learned is to be "
        "kept; the late ones learn the new task.",
        _only_the_last: "Only the child named `last` is frozen: all before it are to be frozen as well.",
        _nothing: "Nothing is frozen: every parameter learns and every module is in training mode.",
        _all_but_the_last: "You freeze all but the model's last child, whatever `last` says.",
        _with_momentum: "The freezing is right, but the optimizer has a momentum. Give SGD the learning rate alone.",
        _all_in_evaluation: "The whole model is in evaluation mode: the children that are to learn need training mode.",
        _mode_as_it_came: "The free children keep the mode in which the model came. A trained network usually comes in "
        "evaluation mode: call model.train() first, then child.eval() on what is frozen.",
        _weights_only: "The biases of the frozen children still learn. All parameters of a child are to be frozen.",
        _name_alike: "You stop at the first child whose name contains `last`. Other names may contain it, too: compare "
        "whole names, with ==.",
        _fixed_rate: "The optimizer does not use learning_rate.",
    },
    hints=(
        "Loop over model.named_children(), freeze each child, and `break` after the one named last.",
        "Two things freeze a child: child.requires_grad_(False) for its parameters, child.eval() for batch norm.",
        "model.train() before the loop; after it [p for p in model.parameters() if p.requires_grad] are the free ones.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
)
