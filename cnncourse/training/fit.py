"""The training loop of the course, once and for all: from a laptop to several processes.

    history = fit(model, train_loader, test_loader, 5, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9))

Loaders are DataLoaders, or lists of batches (inputs, labels). Randomness comes from the loader: give it
`generator=torch.Generator().manual_seed(0)` and two runs on a CPU give bit-identical weights.

Several processes: wrap the model in DistributedDataParallel, give the training loader a DistributedSampler, call the
same `fit` in each, and start the script with `torchrun --nproc-per-node 2 script.py`.
"""

import math
import time
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from cnncourse.arguments import shown, true_or_false, whole_number
from cnncourse.networks.uint8_pictures import answer_of
from cnncourse.training.history import History
from cnncourse.training.processes import (
    bare,
    begin_epoch,
    is_first,
    is_shared,
    share_buffers,
    summed,
    world_size,
)


def largest_logit(logits, labels):
    """Return how many rows of the logits `(N, classes)` are largest at their label, `(N,)`."""
    return int((logits.argmax(dim=1) == labels).sum())


@torch.inference_mode(False)  # gradients are needed, whatever the caller has switched off
def fit(
    model,
    train_loader,
    test_loader,
    epochs,
    optimizer,
    on_step=None,
    *,
    loss_function=F.cross_entropy,
    count_right=largest_logit,
    scheduler=None,
    device=None,
    progress=True,
):
    """Train `model` in `epochs` walks through `train_loader`, measure it on `test_loader` after each, return a History.

    test_loader may be None. on_step(step, loss) is called after every step, counted from 1. loss_function(outputs,
    labels) gives the mean over a batch; count_right(outputs, labels) the number of right answers, None for no accuracy.
    scheduler.step() is called after every step. device is the GPU if there is one, else the CPU; the model is moved
    there and stays. Every module is left in the mode (training or evaluation) in which it came.

    Ctrl-C (the stop button) ends the training early: the model keeps its steps, the history so far is returned.
    Processes that share the work raise it instead. Their gradients and numbers are those of the whole batch, however
    it is divided; batch norm sees each process's part. A loss that is not finite raises FloatingPointError before
    it can spoil the weights; arguments of the wrong kind and empty loaders raise TypeError or ValueError.
    """
    epochs = _checked(model, train_loader, test_loader, epochs, optimizer)
    _check_extras(on_step, loss_function, count_right, scheduler)
    device = _moved(model, optimizer, device)
    history = History()

    def learn(batch):
        loss = _step(model, optimizer, batch, loss_function, device)
        history.step_loss.append(loss[0] / loss[1])
        if scheduler is not None:
            scheduler.step()
        if on_step is not None:
            on_step(len(history.step_loss), history.step_loss[-1])
        return loss

    visible = true_or_false("progress", progress) and is_first(model)
    total = epochs * len(train_loader) if hasattr(train_loader, "__len__") else None
    with modes_kept(model), tqdm(total=total, unit="step", disable=not visible) as bar:
        try:
            for epoch in range(epochs):
                begin_epoch(model, train_loader, epoch)
                _epoch(model, train_loader, learn, bar, history, f"epoch {epoch + 1} of {epochs}")
                if test_loader is not None:
                    measured = evaluate(model, test_loader, loss_function, count_right, device)
                    _note(history, *measured)
        except KeyboardInterrupt:
            if is_shared(model):
                raise
            _stop(history, optimizer)
    return history


def evaluate(model, loader, loss_function=F.cross_entropy, count_right=largest_logit, device=None):
    """Return (mean loss, share right) over the examples of `loader`, in evaluation mode and without gradients.

    The share is None where `count_right` is. Modules are left in their modes. Processes that share the work add up
    what each has measured (a DistributedSampler repeats examples where their number does not divide).
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {shown(model)}")
    for name, function in (("loss_function", loss_function), ("count_right", count_right)):
        if not callable(function) and (name == "loss_function" or function is not None):
            raise TypeError(f"{name} must be a function, got {shown(function)}")
    if not hasattr(loader, "__iter__") or isinstance(loader, torch.Tensor | np.ndarray):
        raise TypeError(f"loader must be a DataLoader or a list of batches (inputs, labels), got {shown(loader)}")
    share_buffers(model)
    network, device = bare(model), _device_of(model) if device is None else _checked_device(device)
    loss = right = count = 0
    with modes_kept(network), torch.no_grad():
        network.eval()
        for batch in loader:
            inputs, labels = _pair("test_loader", batch, device)
            outputs = answer_of(network, "test_loader", inputs)
            loss += _loss("test_loader", loss_function, outputs, labels).item() * len(labels)
            right += count_right(outputs, labels) if count_right is not None else 0
            count += len(labels)
    loss, right, count = summed(model, [loss, right, count], device)
    if not count:
        raise ValueError("test_loader gives no examples")
    return loss / count, right / count if count_right is not None else None


def _epoch(model, loader, learn, bar, history, words):
    """Walk once through the loader in training mode; enter the epoch's mean loss and seconds into the history."""
    start, loss, count = time.perf_counter(), 0.0, 0
    bar.set_description(words)
    model.train()
    for batch in loader:
        batch_loss, examples = learn(batch)
        loss, count = loss + batch_loss, count + examples
        bar.set_postfix_str(f"loss {batch_loss / examples:.3f}", refresh=False)
        bar.update()
    if not count:
        raise ValueError("train_loader gives no batches")
    history.train_loss.append(loss / count)
    history.seconds.append(time.perf_counter() - start)


def _step(model, optimizer, batch, loss_function, device):
    """Make one step; return the batch's summed loss and number of examples, over all processes."""
    inputs, labels = _pair("train_loader", batch, device)
    if not len(labels):
        raise ValueError("train_loader gives a batch without examples")
    optimizer.zero_grad()
    loss = _loss("train_loader", loss_function, answer_of(model, "train_loader", inputs), labels)
    total, examples = summed(model, [loss.item() * len(labels), len(labels)], device)
    if not math.isfinite(total):
        raise FloatingPointError(
            f"the loss became {total}: try a smaller learning rate, and look for NaN or huge numbers in the inputs"
        )
    if is_shared(model):  # gradients are averaged over the processes; each is to count by its examples
        loss = loss * (len(labels) * world_size(model) / examples)
    loss.backward()
    optimizer.step()
    return total, examples


def _loss(name, loss_function, outputs, labels):
    """Return the loss; ValueError where it does not take labels such as the loader called `name` gives."""
    try:
        return loss_function(outputs, labels)
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError, IndexError) as error:
        what = f"shape {tuple(labels.shape)} and {labels.dtype}"
        raise ValueError(f"{name} must give labels the loss takes, got {what}, to which it says: {error}") from error


def _note(history, loss, accuracy):
    history.test_loss.append(loss)
    if accuracy is not None:
        history.test_accuracy.append(accuracy)


def _stop(history, optimizer):
    optimizer.zero_grad()
    history.interrupted = True
    print(history.stopped())


@contextmanager
def modes_kept(model):
    """Leave every module of a model in its mode, training or evaluation, whatever happens in the block."""
    modes = {module: module.training for module in model.modules()}
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def _device_of(model):
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


def _moved(model, optimizer, device):
    """Move model and optimizer to the device; one that processes share stays where it is."""
    if is_shared(model):
        return _device_of(model)
    device = _checked_device(("cuda" if torch.cuda.is_available() else "cpu") if device is None else device)
    if _device_of(model) != device:
        model.to(device)
        optimizer.load_state_dict(optimizer.state_dict())  # brings its momenta to the parameters' device
    return device


def _checked_device(device):
    try:
        device = torch.device(device)
    except (RuntimeError, TypeError, ValueError):
        raise ValueError(f"device must be a torch device such as 'cpu' or 'cuda', got {shown(device)}") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device must be one this computer has, got {str(device)!r} and there is no CUDA")
    return device


def _pair(name, batch, device):
    if not isinstance(batch, tuple | list) or len(batch) != 2 or not all(map(torch.is_tensor, batch)):
        raise TypeError(f"{name} must give pairs of tensors (inputs, labels), got {shown(batch)}")
    inputs, labels = batch
    if not inputs.ndim or labels.shape[:1] != inputs.shape[:1]:
        shapes = f"{tuple(inputs.shape)} and {tuple(labels.shape)}"
        raise ValueError(f"{name} must give as many labels as inputs, got shapes {shapes}")
    return inputs.to(device), labels.to(device)


def _checked(model, train_loader, test_loader, epochs, optimizer):
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {shown(model)}")
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer must be a torch.optim.Optimizer, got {shown(optimizer)}")
    for name, loader in (("train_loader", train_loader), ("test_loader", test_loader)):
        if loader is not None or name == "train_loader":
            _check_loader(name, loader)
    theirs = {id(p) for p in model.parameters() if p.requires_grad}
    if not any(id(p) in theirs for group in optimizer.param_groups for p in group["params"]):
        raise ValueError("optimizer must hold parameters of the model that are not frozen, got none of them")
    return whole_number("epochs", epochs, 1)


def _check_extras(on_step, loss_function, count_right, scheduler):
    optional = (("on_step", on_step), ("count_right", count_right))
    for name, function in (("loss_function", loss_function), *(pair for pair in optional if pair[1] is not None)):
        if not callable(function):
            raise TypeError(f"{name} must be a function, got {shown(function)}")
    if scheduler is not None and not hasattr(scheduler, "step"):
        raise TypeError(f"scheduler must have a method step(), got {shown(scheduler)}")


def _check_loader(name, loader):
    if not hasattr(loader, "__iter__") or hasattr(loader, "__next__") or isinstance(loader, torch.Tensor | np.ndarray):
        raise TypeError(f"{name} must be a DataLoader or a list of batches (inputs, labels), got {shown(loader)}")
    if hasattr(loader, "__len__") and len(loader) == 0:
        raise ValueError(f"{name} gives no batches")
