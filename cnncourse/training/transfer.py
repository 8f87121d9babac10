"""Transfer learning: keep what a network has learned elsewhere, train only what comes after.

free = freeze(net, "block2")                           # block1 and block2 stay, whatever happens
optimizer = torch.optim.SGD(free, lr=0.1)

trunk, head = split(net, "block2")                     # the same, but the frozen part runs once a picture only
features = precompute_features(trunk, loader)
fit(head, DataLoader(features, 32, shuffle=True), None, 20, torch.optim.SGD(head.parameters(), lr=0.1))
"""

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset

from cnncourse.arguments import shown
from cnncourse.networks.uint8_pictures import answer_of
from cnncourse.training.fit import modes_kept


def freeze(model, up_to):
    """Freeze every child of `model` up to and including the one named `up_to`; return the parameters that stay free.

    A name with dots leads into a child: "blocks.1" freezes the children before `blocks`, and blocks 0 and 1. Frozen
    parameters ask for no gradient and hold none. Frozen modules stay in evaluation mode even when `model.train()` is
    called, so that batch norm's running means stay too. Names of no child raise ValueError.
    """
    for part in _parts(model, up_to):
        part.requires_grad_(False)
        for parameter in part.parameters():
            parameter.grad = None
        for module in part.modules():
            module.train = partial(_stay_in_evaluation, module)
        part.eval()
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def split(model, up_to):
    """Return an nn.Sequential's two parts, (up to and including the child `up_to`, the rest), which share its modules.

    The parts applied one after the other do what the model does. Names with dots as in `freeze`, if what they lead
    into is an nn.Sequential too; otherwise TypeError.
    """
    trunk, rest, module = _parts(model, up_to), [], model
    for name in up_to.split("."):
        if not isinstance(module, nn.Sequential):
            raise TypeError(f"model must be an nn.Sequential to be split at {up_to!r}, got a {type(module).__name__}")
        children = dict(module.named_children())
        after = list(children)[list(children).index(name) + 1 :]
        rest, module = [*(children[later] for later in after), *rest], children[name]
    return nn.Sequential(*trunk), nn.Sequential(*rest)


@torch.no_grad()
def precompute_features(trunk, loader):
    """Return what `trunk` makes of all examples of `loader`, with their labels, as a TensorDataset.

    It runs once, in evaluation mode and without gradients, and is left in its modes. Augmentation in the loader would
    be fixed by this: each picture has one set of features. ValueError where the loader gives nothing.
    """
    _check_module("trunk", trunk)
    device = next((parameter.device for parameter in trunk.parameters()), torch.device("cpu"))
    with modes_kept(trunk):
        trunk.eval()
        pairs = [(answer_of(trunk, "loader", x.to(device)), labels.to(device)) for x, labels in _pairs(loader)]
    if not pairs:
        raise ValueError("loader gives no batches")
    kinds = {(features.shape[1:], labels.shape[1:]) for features, labels in pairs}
    if len(kinds) > 1:
        raise ValueError(f"loader must give batches that differ only in their number, got {len(kinds)} kinds")
    return TensorDataset(*(torch.cat(column) for column in zip(*pairs, strict=True)))


def _check_module(name, module):
    if not isinstance(module, nn.Module):
        raise TypeError(f"{name} must be a torch.nn.Module, got {shown(module)}")


def _pairs(loader):
    """Yield the loader's batches; refuse what is no pair of tensors."""
    if not hasattr(loader, "__iter__") or torch.is_tensor(loader) or isinstance(loader, np.ndarray):
        raise TypeError(f"loader must be a DataLoader or a list of batches (inputs, labels), got {shown(loader)}")
    for batch in loader:
        if not isinstance(batch, tuple | list) or len(batch) != 2 or not all(map(torch.is_tensor, batch)):
            raise TypeError(f"loader must give pairs of tensors (inputs, labels), got {shown(batch)}")
        if not batch[0].ndim or batch[1].shape[:1] != batch[0].shape[:1]:
            shapes = " and ".join(str(tuple(part.shape)) for part in batch)
            raise ValueError(f"loader must give as many labels as inputs, got shapes {shapes}")
        yield batch


def _parts(model, up_to):
    """Return the modules, in order, that together are all children up to and including `up_to`."""
    _check_module("model", model)
    if not isinstance(up_to, str):
        raise TypeError(f"up_to must be the name of a child, got {type(up_to).__name__} {up_to!r}")
    parts, module = [], model
    for name in up_to.split("."):
        children = dict(module.named_children())
        if name not in children:
            known = ", ".join(children) or "none"
            raise ValueError(f"up_to must name a child of the model, got {up_to!r}; the children there are: {known}")
        parts += list(children.values())[: list(children).index(name)]
        module = children[name]
    return [*parts, module]


def _stay_in_evaluation(module, mode=True):
    return nn.Module.train(module, False)
