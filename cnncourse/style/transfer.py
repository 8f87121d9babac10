"""Neural style transfer (Gatys, Ecker & Bethge 2016): change the picture, not the network, until the costs are small.

net = load_small_vgg()
result = transfer(content, style, net, steps=60)      # pictures (H, W, 3) uint8, of any two sizes
result.picture                                        # (H, W, 3) uint8, the best one seen

for step in transfer_steps(content, style, net):      # the same, one evaluation of network and gradient at a time
    step.picture, step.costs.total
"""

import math
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from cnncourse.arguments import one_of, real_number, shown, true_or_false, whole_number
from cnncourse.style.transfer_cost import Costs, TotalCost
from cnncourse.style.transfer_inputs import (
    checked_network,
    content_names,
    picture_batch,
    pixels_of,
    start_picture,
    style_weights,
)
from cnncourse.style.transfer_optimizers import LBFGS, Adam

OPTIMIZERS = {"lbfgs": LBFGS, "adam": Adam}
RATES = {"lbfgs": 1.0, "adam": 0.03}
EXPLODED = 1e4  # times the least cost so far
NEAR_ZERO = 1e-2  # a lower cost counts as this: a start that costs nothing can only grow


@dataclass(frozen=True)
class Step:
    """One evaluation: its `number` from 1, its `costs`, and the `picture` (H, W, 3) uint8 that costs so much."""

    number: int
    costs: Costs
    tensor: torch.Tensor = field(repr=False)

    @property
    def picture(self) -> np.ndarray:
        """The picture `(H, W, 3)` uint8, made when asked for."""
        return pixels_of(self.tensor)


@dataclass(frozen=True)
class Transferred:
    """The best `picture` (H, W, 3) uint8 seen; the `costs` of every evaluation; the place of the best among them.

    `stopped` says whether it ended before all steps were done, `reason` why, in a sentence.
    """

    picture: np.ndarray = field(repr=False)
    costs: list[Costs] = field(repr=False)
    best: int
    stopped: bool = False
    reason: str = ""


def transfer(
    content,
    style,
    network,
    *,
    steps=60,
    on_step: Callable[[Step], None] | None = None,
    stop: Callable[[], bool] | None = None,
    progress=True,
    **settings,
) -> Transferred:
    """Paint `content` in the style of `style`; return the best picture seen and the costs on the way.

    Both are pictures `(H, W, 3)`, uint8 or floats in [0, 1], of any two sizes; the result has the content's. `network`
    has `features(pictures, names)` and `LAYERS`, as SmallVGG has; it stays as it is. `settings` are those of
    `transfer_steps`. on_step(step) is called after every evaluation; stop() is asked after each, and Ctrl-C (the stop
    button) ends it too: the best picture so far is kept. A cost that becomes NaN or explodes ends it with a reason;
    if that happens at once, FloatingPointError is raised.
    """
    for name, function in (("on_step", on_step), ("stop", stop)):
        if function is not None and not callable(function):
            raise TypeError(f"{name} must be a function, got {shown(function)}")
    walk, costs, best, reason = transfer_steps(content, style, network, steps=steps, **settings), [], None, ""
    with tqdm(total=steps, unit="step", disable=not true_or_false("progress", progress)) as bar:
        try:
            for step in walk:
                costs.append(step.costs)
                best = step if best is None or step.costs.total < best.costs.total else best
                bar.set_postfix_str(f"cost {step.costs.total:.3g}", refresh=False)
                bar.update()
                if on_step is not None:
                    on_step(step)
                if step.number < steps and stop is not None and stop():
                    reason = f"Stopped as asked after {step.number} of {steps} steps."
                    break
        except (KeyboardInterrupt, FloatingPointError) as end:
            if best is None:
                raise
            reason = str(end) or f"Interrupted after {len(costs)} of {steps} steps."
        finally:
            walk.close()
    return Transferred(best.picture, costs, best.number - 1, bool(reason), reason)


@torch.inference_mode(False)  # else nothing made here could have a gradient
def transfer_steps(
    content,
    style,
    network,
    *,
    content_layers=None,
    style_layers=None,
    alpha=1.0,
    beta=30.0,
    variation=3.0,
    start="content",
    optimizer="lbfgs",
    learning_rate=None,
    steps=60,
    generator=None,
):
    """Yield a Step for each of `steps` evaluations of J = alpha · content + beta · style + variation · roughness.

    Costs are shares of what empty maps would cost (`transfer_cost`). content_layers are names (None: the two in the
    middle), averaged; style_layers are names or name → λ (None: all), the λ scaled to add up to 1; either may be empty.
    `start` is "content", "noise" (drawn from the torch.Generator) or a picture of the content's size. `optimizer` is
    "lbfgs" (Liu & Nocedal 1989) or "adam" (Kingma & Ba 2015). After each step pixels are brought back into [0, 1].
    Raises FloatingPointError when J is NaN or 10,000 times the least so far.
    """
    network = checked_network(network)
    device = next((p.device for p in network.parameters()), "cpu") if isinstance(network, nn.Module) else "cpu"
    content, style = picture_batch("content", content, device), picture_batch("style", style, device)
    weights = [real_number(*pair, 0) for pair in (("alpha", alpha), ("beta", beta), ("variation", variation))]
    optimizer = one_of("optimizer", optimizer, OPTIMIZERS)
    rate = RATES[optimizer] if learning_rate is None else learning_rate
    chosen = content_names(content_layers, network), style_weights(style_layers, network)
    if not any((*chosen, weights[2])):
        raise ValueError("content_layers and style_layers must not both be empty where variation is 0: nothing costs")
    first = start_picture(start, content, generator)
    steps, rate = whole_number("steps", steps, 1), real_number("learning_rate", rate, 0)
    with _evaluating(network):
        cost = TotalCost(content, style, network, *chosen, *weights)
    return _walk(cost, first, optimizer, rate, steps)


def _walk(cost, picture, optimizer, rate, steps):
    """Yield the Steps; each is one evaluation, and one move that leads to the next."""
    with torch.inference_mode(False):
        optimizer = OPTIMIZERS[optimizer](picture.requires_grad_(), rate)
    least, seen = math.inf, []

    def evaluate():
        total, costs = cost(picture)
        (gradient,) = torch.autograd.grad(total, picture)
        picture.grad = gradient.contiguous()  # from channels last: mixed layouts are slow
        seen[:] = [costs, picture.detach().clone()]
        return costs.total

    for number in range(1, steps + 1):
        with _evaluating(cost.network), torch.inference_mode(False), torch.enable_grad():
            optimizer.step(evaluate)
        costs, evaluated = seen
        _refuse_explosion(costs.total, least, number)
        least = min(least, costs.total)
        picture.data.clamp_(0, 1)
        yield Step(number, costs, evaluated)


def _refuse_explosion(total, least, number):
    what = "became " + str(total) if not math.isfinite(total) else f"grew from {least:.3g} to {total:.3g}"
    if not total <= EXPLODED * max(least, NEAR_ZERO) or not math.isfinite(total):
        raise FloatingPointError(f"The cost {what} at step {number}: try a smaller learning_rate, or 'adam'.")


@contextmanager
def _evaluating(network):
    """Have the network in evaluation mode meanwhile, every module back in its own afterwards."""
    modes = {m: m.training for m in network.modules()} if isinstance(network, nn.Module) else {}
    try:
        if modes:
            network.eval()
        yield
    finally:
        for module, training in modes.items():
            module.training = training
