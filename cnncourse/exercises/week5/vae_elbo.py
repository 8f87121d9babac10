"""Exercise of notebook 5.1: what a variational autoencoder pays for a batch, the negative ELBO."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week5.vae_observed import arriving, drawn, with_gradients


def negative_elbo(pictures, decoded, kl, beta, spread):
    """Return what a batch costs, in nats: one number, the mean over its pictures.

    A picture costs its squared differences from the decoded one, added up over all channels
    and pixels and divided by 2 spread², plus beta times its KL divergence. pictures and
    decoded are (N, C, H, W), kl is (N,). The gradient has to reach decoded and kl.
    """
    squared = ((pictures - decoded) ** 2).sum(dim=(1, 2, 3))
    return (squared / (2 * spread**2) + beta * kl).mean()


def _squared(pictures, decoded):
    return ((pictures - decoded) ** 2).sum((1, 2, 3))


def _mean_over_pixels(pictures, decoded, kl, beta, spread):
    return (((pictures - decoded) ** 2).mean((1, 2, 3)) / (2 * spread**2) + beta * kl).mean()


def _columns_averaged(pictures, decoded, kl, beta, spread):
    return (((pictures - decoded) ** 2).sum((1, 2)) / (2 * spread**2)).mean() + beta * kl.mean()


def _channels_averaged(pictures, decoded, kl, beta, spread):
    return (((pictures - decoded) ** 2).sum((2, 3)) / (2 * spread**2)).mean() + beta * kl.mean()


def _plus_the_elbo(pictures, decoded, kl, beta, spread):
    return -(_squared(pictures, decoded) / (2 * spread**2) + beta * kl).mean()


def _kl_subtracted(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread**2) - beta * kl).mean()


def _summed_over_batch(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread**2) + beta * kl).sum()


def _squares_summed(pictures, decoded, kl, beta, spread):
    return _squared(pictures, decoded).sum() / (2 * spread**2) + beta * kl.mean()


def _kl_summed(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread**2)).mean() + beta * kl.sum()


def _not_averaged(pictures, decoded, kl, beta, spread):
    return _squared(pictures, decoded) / (2 * spread**2) + beta * kl


def _without_two(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / spread**2 + beta * kl).mean()


def _spread_not_squared(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread) + beta * kl).mean()


def _two_squared(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread) ** 2 + beta * kl).mean()


def _multiplied_by_spread(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) * spread**2 / 2 + beta * kl).mean()


def _without_spread(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) + beta * kl).mean()


def _absolute(pictures, decoded, kl, beta, spread):
    return ((pictures - decoded).abs().sum((1, 2, 3)) / (2 * spread**2) + beta * kl).mean()


def _rooted(pictures, decoded, kl, beta, spread):
    return ((_squared(pictures, decoded) + 1e-12).sqrt() / (2 * spread**2) + beta * kl).mean()


def _beta_on_the_picture(pictures, decoded, kl, beta, spread):
    return (beta * _squared(pictures, decoded) / (2 * spread**2) + kl).mean()


def _beta_on_both(pictures, decoded, kl, beta, spread):
    return beta * (_squared(pictures, decoded) / (2 * spread**2) + kl).mean()


def _without_beta(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread**2) + kl).mean()


def _divided_by_beta(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread**2) + kl / beta).mean()


def _picture_alone(pictures, decoded, kl, beta, spread):
    return (_squared(pictures, decoded) / (2 * spread**2) + 0 * kl).mean()


def _kl_alone(pictures, decoded, kl, beta, spread):
    return beta * kl.mean() + 0 * decoded.sum()


def _one_channel(pictures, decoded, kl, beta, spread):
    return (_squared(pictures[:, :1], decoded[:, :1]) / (2 * spread**2) + beta * kl).mean()


def _cut_off(pictures, decoded, kl, beta, spread):
    return negative_elbo(pictures, decoded.detach(), kl.detach(), beta, spread)


def _decoded_cut_off(pictures, decoded, kl, beta, spread):
    return negative_elbo(pictures, decoded.detach(), kl, beta, spread)


def _kl_cut_off(pictures, decoded, kl, beta, spread):
    return negative_elbo(pictures, decoded, kl.detach(), beta, spread)


def _python_number(pictures, decoded, kl, beta, spread):
    return float(negative_elbo(pictures, decoded, kl, beta, spread).detach())


def _expected(pictures, decoded, kl, beta, spread):
    """Return the cost and its gradients, number by number: the oracle."""
    x, y, k = pictures.numpy(), decoded.numpy(), kl.numpy()
    N, total = len(x), 0.0
    for n in range(N):
        surprise = sum((float(a) - float(b)) ** 2 for a, b in zip(x[n].ravel(), y[n].ravel(), strict=True))
        total += surprise / 2 / spread / spread + beta * float(k[n])
    return _seen(total / N, (y - x) / spread / spread / N, np.full(N, beta / N))


def _seen(value, to_decoded, to_kl):
    return {"value": np.float64(value), arriving("decoded"): to_decoded, arriving("kl"): to_kl}


def _cases():
    def tensor(values, *shape):
        return torch.tensor(values, dtype=torch.float64).reshape(shape)

    hand = (tensor([1, 0, 2, 1], 1, 1, 2, 2), tensor([0, 0, 0, 3], 1, 1, 2, 2), tensor([5.0], 1), 2.0, 0.5)
    by_hand = _seen(28, np.array([[[[-4.0, 0.0], [-8.0, 8.0]]]]), np.full(1, 2.0))
    yield Case("9 / (2 · 0.25) + 2 · 5 = 28", hand, by_hand)
    rng = np.random.default_rng(513)
    for shape, beta, spread in (((3, 2, 4, 3), 1.0, 0.1), ((2, 3, 2, 5), 4.0, 0.3), ((4, 1, 3, 2), 0.5, 2.0)):
        arguments = (drawn(rng, *shape), drawn(rng, *shape), drawn(rng, shape[0]).abs(), beta, spread)
        yield Case(f"pictures of shape {shape}, β = {beta:g}, spread {spread:g}", arguments, _expected(*arguments))
    same = drawn(rng, 2, 3, 2, 2)
    arguments = (same, same.clone(), drawn(rng, 2).abs(), 3.0, 0.1)
    yield Case("decoded without a difference", arguments, _expected(*arguments))


NEGATIVE_ELBO = Exercise(
    solution=negative_elbo,
    cases=_cases,
    observe=lambda f, pictures, decoded, kl, beta, spread: with_gradients(
        f, (pictures, decoded, kl, beta, spread), {"decoded": decoded, "kl": kl}
    ),
    mistakes={
        _mean_over_pixels: "You take the mean over the pixels. The surprises of independent numbers add up; with a "
        "mean, the KL divergence would weigh 3,072 times as much on a 32 × 32 picture.",
        _columns_averaged: "You sum over axes 1 and 2 alone, and average the columns: axis 3 is summed as well.",
        _channels_averaged: "You sum over axes 2 and 3 alone, and average the channels: axis 1 is summed as well.",
        _plus_the_elbo: "This is the bound itself, without its constant. A loss is made small: turn the sign round.",
        _kl_subtracted: "The KL divergence is a cost as well: add it.",
        _summed_over_batch: "You add the pictures of the batch up: their mean is wanted.",
        _squares_summed: "The squared differences of the whole batch are added up, the KL divergences averaged: take "
        "the mean of both.",
        _kl_summed: "The KL divergences are added up over the batch, the rest is averaged: take the mean of both.",
        _not_averaged: "Each picture's cost is right: return the mean over the batch.",
        _without_two: "The 2 of 2 spread² is missing.",
        _spread_not_squared: "You divide by 2 spread: the spread is squared.",
        _two_squared: "You square the 2 as well: divide by 2 · spread².",
        _multiplied_by_spread: "You multiply by spread². The smaller the spread, the worse a difference: divide.",
        _without_spread: "The squared differences are to be divided by 2 spread².",
        _absolute: "You add absolute differences up: a Gaussian's surprise grows with the square.",
        _rooted: "You take a root: the squared differences themselves are wanted.",
        _beta_on_the_picture: "β stands at the differences. It weighs the KL divergence.",
        _beta_on_both: "β weighs the KL divergence alone, not the whole.",
        _without_beta: "β is missing.",
        _divided_by_beta: "You divide the KL divergence by β: multiply.",
        _picture_alone: "The KL divergence is missing: this is a plain autoencoder's loss.",
        _kl_alone: "The squared differences are missing.",
        _one_channel: "You compare the first channel alone.",
        _cut_off: "The number is right, but no gradient reaches decoded and kl: leave out detach() and no_grad().",
        _decoded_cut_off: "The number is right, but decoded gets no gradient.",
        _kl_cut_off: "The number is right, but kl gets no gradient.",
        _python_number: "The number is right, but it is a Python number: no gradient can flow. Return the tensor.",
    },
    hints=(
        "First one number a picture: sum over axes 1, 2 and 3.",
        "Divide by 2 * spread**2, add beta * kl: both have shape (N,).",
        "The mean over the batch comes last.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
