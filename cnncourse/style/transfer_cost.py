"""The total cost of a style transfer: what is known beforehand is computed once, a step costs little over the network.

Costs are **shares**: a layer's content or style cost divided by what maps of zeros would cost there. So the weights
mean the same in every layer and every network. J = α · mean content share + β · Σ λ · style share + γ · variation.
"""

from typing import NamedTuple

import torch

from cnncourse.style.gram import gram_matrix


class Costs(NamedTuple):
    """The costs of one picture: total = α · content + β · style + γ · variation."""

    total: float
    content: float
    style: float
    variation: float


class GramError(torch.autograd.Function):
    """‖G(maps) / (H·W) − target‖²_F of maps (N, C, H, W); its gradient 4 / (H·W) · difference · maps is one product.

    Automatic differentiation would take two, since the maps stand on both sides of the Gram matrix.
    """

    @staticmethod
    def forward(ctx, maps, target):
        """Return the squared distance of the Gram matrix, a mean over places, to the target (N, C, C)."""
        rows = maps.flatten(2)
        difference = (rows @ rows.mT).div_(rows.shape[2]).sub_(target)
        ctx.save_for_backward(maps, difference)
        return difference.square().sum()

    @staticmethod
    def backward(ctx, grad_output):
        """Return the gradient with respect to the maps; the target gets none."""
        maps, difference = ctx.saved_tensors
        rows = maps.flatten(2)
        grad = rows.mT @ (difference * (grad_output * 4 / rows.shape[2]))  # (N, H·W, C)
        return grad.mT.unflatten(2, maps.shape[2:]), None


class TotalCost:
    """J of a picture (1, 3, H, W) for one content and one style; `weights` is layer → λ, and they add up to 1."""

    def __init__(self, content, style, network, content_layers, weights, alpha, beta, variation):
        self.network, self.weights = network, weights
        self.alpha, self.beta, self.gamma = alpha, beta, variation
        with torch.no_grad():
            self.content = _finite(network.features(content, list(content_layers))) if content_layers else {}
            maps = _finite(network.features(style, list(weights))) if weights else {}
            self.grams = {name: gram_matrix(m) / (m.shape[2] * m.shape[3]) for name, m in maps.items()}
        self.content_energy = {name: _energy(m) for name, m in self.content.items()}
        self.style_energy = {name: _energy(gram) for name, gram in self.grams.items()}
        self.layers = [name for name in network.LAYERS if name in self.content or name in self.grams]

    def __call__(self, picture):
        """Return (J, a tensor with one number; Costs)."""
        maps = self.network.features(picture.to(memory_format=torch.channels_last), self.layers)
        content = sum(
            ((maps[name] - known).square().sum() / self.content_energy[name] for name, known in self.content.items()),
            start=picture.new_zeros(()),
        ) / max(len(self.content), 1)
        style = sum(
            (
                GramError.apply(maps[name], gram) * (self.weights[name] / self.style_energy[name])
                for name, gram in self.grams.items()
            ),
            start=picture.new_zeros(()),
        )
        variation = total_variation(picture) if self.gamma else picture.new_zeros(())
        total = self.alpha * content + self.beta * style + self.gamma * variation
        return total, Costs(*(value.item() for value in (total, content, style, variation)))


def total_variation(picture):
    """Return the mean of |difference| to the pixel below plus that to the pixel on the right, of (N, 3, H, W).

    After Rudin, Osher & Fatemi (1992), in the form that adds the two directions. A picture of one row has no pixel
    below and counts 0 there.

    >>> total_variation(torch.tensor([[[[0.0, 1.0], [0.5, 1.0]]]])).item()  # (0.5 + 0) / 2 + (1 + 0.5) / 2
    1.0
    """
    down = (picture[..., 1:, :] - picture[..., :-1, :]).abs()
    right = (picture[..., 1:] - picture[..., :-1]).abs()
    return sum((part.mean() for part in (down, right) if part.numel()), start=picture.new_zeros(()))


def _energy(values):
    """Return Σ values², or 1 where that is 0, since it divides."""
    return values.square().sum().item() or 1.0


def _finite(maps):
    for name, values in maps.items():
        if not values.isfinite().all():
            raise FloatingPointError(f"the network gives NaN or infinity in {name}: look at its weights")
    return maps
