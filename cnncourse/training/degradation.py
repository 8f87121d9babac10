"""Plain against residual networks of the same depth (He et al. 2015, section 4.2): train them, and read trained runs.

`tools/train_degradation.py` makes the runs in `data/degradation.json`.
"""

import copy
import json
from dataclasses import asdict, dataclass, field
from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.arguments import float_array, shown, whole_number
from cnncourse.data_folder import data_file
from cnncourse.networks.uint8_pictures import answer_of, checked_model
from cnncourse.training.fit import fit

RATE, MOMENTUM, WARM_UP = 0.1, 0.9, 50  # the rate rises to RATE in the first WARM_UP steps


@dataclass(frozen=True)
class Run:
    """One training: the loss and the share right of every step's batch, both measured before the step.

    gradients and weights map a number of steps to the norms of ∂L/∂W and of W at that time, one for every layer from
    the first to the last; test_right is the share right of test pictures at the end, in evaluation mode.
    """

    depth: int
    shortcuts: bool
    seed: int
    loss: list[float]
    right: list[float]
    gradients: dict[int, list[float]] = field(default_factory=dict)
    weights: dict[int, list[float]] = field(default_factory=dict)
    test_right: float | None = None
    seconds: float | None = None

    @property
    def kind(self):
        """ "residual" or "plain"."""
        return "residual" if self.shortcuts else "plain"

    def final_loss(self, steps=50):
        """Return the mean loss of the last `steps` steps."""
        return float(np.mean(self.loss[-steps:]))


def train_on(model, batches, snapshots=(), progress=True):
    """Train a network for one step on each of `batches`; return (loss, right, gradients, weights) as in `Run`.

    `batches` is a list of (pictures, labels). Weights, and gradients of the first batch, are measured after each number
    of steps in `snapshots`, 0 being the start.
    """
    right, gradients, weights = [], {}, {}

    def note(steps, loss=None):
        if steps in snapshots:
            gradients[steps], weights[steps] = gradient_norms(model, *batches[0]), weight_norms(model)

    def loss_function(logits, labels):
        right.append((logits.argmax(dim=1) == labels).float().mean().item())
        return F.cross_entropy(logits, labels)

    note(0)
    optimizer, scheduler = optimizer_of(model)
    history = fit(
        model, batches, None, 1, optimizer, note,
        loss_function=loss_function, scheduler=scheduler, device="cpu", progress=progress,
    )  # fmt: skip
    return history.step_loss, right, gradients, weights


def optimizer_of(model):
    """Return stochastic gradient descent with momentum 0.9, and a scheduler that warms its rate up to 0.1.

    The rate rises evenly in the first 50 steps; the paper begins with a small one for its 110 layers.
    """
    optimizer = torch.optim.SGD(checked_model("model", model).parameters(), lr=RATE, momentum=MOMENTUM)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, _warmed_up)


def _warmed_up(step):
    return min(1.0, (step + 1) / WARM_UP)


@torch.inference_mode(False)  # gradients are needed, whatever the caller has switched off
def gradient_norms(model, pictures, labels):
    """Return the norm of ∂L/∂W for the weights of every convolution and linear layer, in training mode.

    L is the mean cross-entropy of the batch. The model is left as it is, its batch statistics too.
    """
    pictures, labels = _checked_batch(pictures, labels)
    twin = copy.deepcopy(checked_model("model", model)).train()
    twin.zero_grad()
    F.cross_entropy(answer_of(twin, "pictures", pictures), labels).backward()
    return [layer.weight.grad.norm().item() for layer in _layers(twin)]


def _checked_batch(pictures, labels):
    if not isinstance(pictures, torch.Tensor) or pictures.ndim != 4 or not pictures.is_floating_point():
        raise ValueError(f"pictures must be a float tensor (N, C, H, W), got {shown(pictures)}")
    if not isinstance(labels, torch.Tensor) or labels.shape != pictures.shape[:1] or labels.dtype != torch.int64:
        raise ValueError(f"labels must be an int64 tensor of shape ({len(pictures)},), got {shown(labels)}")
    return pictures, labels


def weight_norms(model):
    """Return the norm of the weights of every convolution and linear layer."""
    return [layer.weight.norm().item() for layer in _layers(model)]


def _layers(model):
    return [part for part in model.modules() if isinstance(part, nn.Conv2d | nn.Linear)]


def smoothed(losses, width=20):
    """Return the mean of each loss and up to `width` − 1 before it, as many as there are.

    >>> smoothed([4.0, 2.0, 3.0, 7.0], 2).tolist()
    [4.0, 3.0, 2.5, 5.0]
    """
    losses, width = float_array("losses", losses, 1), whole_number("width", width, 1)
    sums, width = np.cumsum(losses), min(width, len(losses) + 1)
    sums[width:] -= np.cumsum(losses)[:-width]
    return sums / np.minimum(np.arange(len(losses)) + 1, width)


@cache
def load_runs():
    """Return the settings of the committed comparison, a dict, and its runs, a tuple of `Run`."""
    stored = json.loads(data_file("degradation.json").read_text(encoding="utf-8"))
    return stored["settings"], tuple(_read(run) for run in stored["runs"])


def as_text(settings, runs):
    """Return settings and runs as JSON, one line a run, losses and gradients to four digits."""
    lines = ",\n".join(json.dumps(_rounded(asdict(run)), separators=(",", ":")) for run in runs)
    return f'{{"settings": {json.dumps(settings)},\n"runs": [\n{lines}\n]}}\n'


def _read(run):
    norms = {name: {int(steps): values for steps, values in run[name].items()} for name in ("gradients", "weights")}
    return Run(**run | norms)


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
