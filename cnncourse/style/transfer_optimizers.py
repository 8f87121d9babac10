"""Two ways to walk downhill with a picture: `step(evaluate)` makes one evaluation, then moves the picture in place.

L-BFGS is written out here and not torch's: pixels are cut off at 0 and 1 after each move, and this one learns the
curvature from where the picture really went. It needs one evaluation a step and goes back when a step led uphill.
"""

from collections import deque

import torch

MEMORY = 10
FIRST_MOVE, LONGEST_MOVE = 0.02, 0.1  # root mean square over the pixels


class LBFGS:
    """Limited-memory BFGS (Liu & Nocedal 1989): the last ten moves tell how the gradient bends."""

    def __init__(self, picture, rate):
        self.picture, self.rate, self.pairs = picture, rate, deque(maxlen=MEMORY)
        self.point = self.gradient = self.cost = self.move = None

    @torch.no_grad()
    def step(self, evaluate):
        """Evaluate the picture (its gradient comes in `picture.grad`) and move it."""
        with torch.enable_grad():
            cost = float(evaluate())
        if self.point is not None and not cost <= self.cost:
            self.move = self.move / 4
            self.picture.copy_(self.point + self.move)
            return
        gradient = self.picture.grad
        if self.point is not None:
            self._remember(self.picture - self.point, gradient - self.gradient)
        self.point, self.gradient, self.cost = self.picture.clone(), gradient.clone(), cost
        self.move = self._direction() * self.rate
        self.picture.add_(self.move)

    def _remember(self, moved, bent):
        product = _dot(moved, bent)
        if product > 1e-8 * _dot(bent, bent):
            self.pairs.append((moved, bent, 1 / product))

    def _direction(self):
        """Return the move, without those pixels whose gradient pushes them over the border at which they are."""
        over = ((self.picture <= 0) & (self.gradient > 0)) | ((self.picture >= 1) & (self.gradient < 0))
        direction = self._newton((-self.gradient).masked_fill_(over, 0)).masked_fill_(over, 0)
        size = direction.square().mean().sqrt().item() or 1.0
        longest = LONGEST_MOVE if self.pairs else FIRST_MOVE
        return direction.mul_(longest / size) if size > longest or not self.pairs else direction

    def _newton(self, direction):
        """Return the direction times an estimate of the inverse curvature, in place, from the pairs."""
        weights = []
        for moved, bent, scale in reversed(self.pairs):
            weights.append(scale * _dot(moved, direction))
            direction.sub_(bent, alpha=weights[-1])
        if self.pairs:
            _, bent, scale = self.pairs[-1]
            direction.div_(scale * _dot(bent, bent))
        for (moved, bent, scale), weight in zip(self.pairs, reversed(weights), strict=True):
            direction.add_(moved, alpha=weight - scale * _dot(bent, direction))
        return direction


class Adam:
    """Adam (Kingma & Ba 2015), its two decays 0.9 and 0.999."""

    def __init__(self, picture, rate):
        self.picture, self.rate, self.count = picture, rate, 0
        self.mean, self.square = torch.zeros_like(picture), torch.zeros_like(picture)

    @torch.no_grad()
    def step(self, evaluate):
        """Evaluate the picture (its gradient comes in `picture.grad`) and move it."""
        with torch.enable_grad():
            evaluate()
        gradient, self.count = self.picture.grad, self.count + 1
        self.mean.lerp_(gradient, 1 - 0.9)
        self.square.lerp_(gradient * gradient, 1 - 0.999)
        mean, square = self.mean / (1 - 0.9**self.count), self.square / (1 - 0.999**self.count)
        self.picture.sub_(mean / (square.sqrt() + 1e-12), alpha=self.rate)


def _dot(a, b):
    return torch.dot(a.reshape(-1), b.reshape(-1)).item()
