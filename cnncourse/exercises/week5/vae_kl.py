"""Exercise of notebook 5.1: the KL divergence of a Gaussian from the standard one, in closed form."""

import math

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week5.vae_observed import arriving, drawn, with_gradients


def kl_from_standard(mean, log_variance):
    """Return the KL divergence of each picture's Gaussian from the standard one, (N,).

    mean (N, D) and log_variance (N, D), the natural logarithm of σ², describe D
    independent numbers of each of N pictures. For one number the divergence is
    (μ² + σ² − log σ² − 1) / 2 nats; for independent numbers they add up. The gradient
    has to reach both arguments.
    """
    return 0.5 * (mean**2 + torch.exp(log_variance) - log_variance - 1).sum(dim=1)


def _terms(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(log_variance) - log_variance - 1)


def _wrong_sign(mean, log_variance):
    return -_terms(mean, log_variance).sum(1)


def _mean_over_numbers(mean, log_variance):
    return _terms(mean, log_variance).mean(1)


def _one_number(mean, log_variance):
    return _terms(mean, log_variance).sum()


def _mean_over_batch(mean, log_variance):
    return _terms(mean, log_variance).sum(1).mean()


def _over_pictures(mean, log_variance):
    return _terms(mean, log_variance).sum(0)


def _not_summed(mean, log_variance):
    return _terms(mean, log_variance)


def _without_half(mean, log_variance):
    return 2 * _terms(mean, log_variance).sum(1)


def _half_of_the_mean_alone(mean, log_variance):
    return (0.5 * mean**2 + torch.exp(log_variance) - log_variance - 1).sum(1)


def _without_one(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(log_variance) - log_variance).sum(1)


def _one_added(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(log_variance) - log_variance + 1).sum(1)


def _one_once(mean, log_variance):
    return 0.5 * ((mean**2 + torch.exp(log_variance) - log_variance).sum(1) - 1)


def _log_forgotten(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(log_variance) - 1).sum(1)


def _log_added(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(log_variance) + log_variance - 1).sum(1)


def _deviation(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(log_variance / 2) - log_variance - 1).sum(1)


def _log_as_deviation(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(2 * log_variance) - 2 * log_variance - 1).sum(1)


def _log_of_deviation(mean, log_variance):
    return 0.5 * (mean**2 + torch.exp(log_variance) - log_variance / 2 - 1).sum(1)


def _log_is_variance(mean, log_variance):
    variance = log_variance.abs() + 1e-9
    return 0.5 * (mean**2 + variance - torch.log(variance) - 1).sum(1)


def _mean_not_squared(mean, log_variance):
    return 0.5 * (mean + torch.exp(log_variance) - log_variance - 1).sum(1)


def _mean_absolute(mean, log_variance):
    return 0.5 * (mean.abs() + torch.exp(log_variance) - log_variance - 1).sum(1)


def _mean_forgotten(mean, log_variance):
    return 0.5 * (torch.exp(log_variance) - log_variance - 1).sum(1) + 0 * mean.sum(1)


def _mean_only(mean, log_variance):
    return 0.5 * (mean**2).sum(1) + 0 * log_variance.sum(1)


def _other_way_round(mean, log_variance):
    return 0.5 * ((1 + mean**2) / torch.exp(log_variance) + log_variance - 1).sum(1)


def _in_bits(mean, log_variance):
    return _terms(mean, log_variance).sum(1) / math.log(2)


def _cut_off(mean, log_variance):
    return _terms(mean.detach(), log_variance.detach()).sum(1)


def _mean_cut_off(mean, log_variance):
    return _terms(mean.detach(), log_variance).sum(1)


def _deviation_cut_off(mean, log_variance):
    return _terms(mean, log_variance.detach()).sum(1)


def _expected(mean, log_variance):
    """Return divergences and gradients of their weighted sum, picture by picture and number by number: the oracle."""
    m, v = mean.numpy(), log_variance.numpy()
    N, D = m.shape
    value, to_mean, to_log = np.zeros(N), np.zeros((N, D)), np.zeros((N, D))
    for n in range(N):
        for d in range(D):
            value[n] += m[n, d] ** 2 / 2 + math.exp(v[n, d]) / 2 - v[n, d] / 2 - 0.5
            to_mean[n, d] = (n + 1) * m[n, d]
            to_log[n, d] = (n + 1) * (math.exp(v[n, d]) - 1) / 2
    return _seen(torch.from_numpy(value), to_mean, to_log)


def _seen(value, to_mean, to_log_variance):
    return {"value": value, arriving("mean"): to_mean, arriving("log_variance"): to_log_variance}


def _cases():
    nothing = torch.zeros(2, 3, dtype=torch.float64)
    yield Case("standard Gaussians: nothing to pay", (nothing, nothing.clone()), _expected(nothing, nothing))
    mean = torch.tensor([[2.0, 0.0, -1.0]], dtype=torch.float64)
    log_variance = torch.tensor([[0.0, math.log(4.0), 0.0]], dtype=torch.float64)
    value = torch.tensor([2.5 + (3 - math.log(4)) / 2], dtype=torch.float64)
    by_hand = _seen(value, np.array([[2.0, 0.0, -1.0]]), np.array([[0.0, 1.5, 0.0]]))
    yield Case("2 + (3 − log 4) / 2 + ½, by hand", (mean, log_variance), by_hand)
    rng = np.random.default_rng(512)
    for shape in ((3, 2), (2, 5), (4, 1)):
        arguments = drawn(rng, *shape), drawn(rng, *shape)
        yield Case(f"{shape[0]} pictures, {shape[1]} numbers", arguments, _expected(*arguments))


KL_FROM_STANDARD = Exercise(
    solution=kl_from_standard,
    cases=_cases,
    observe=lambda f, mean, log_variance: with_gradients(
        f, (mean, log_variance), {"mean": mean, "log_variance": log_variance}
    ),
    mistakes={
        _wrong_sign: "The sign is turned round: a divergence is never negative, and 0 for the standard Gaussian.",
        _mean_over_numbers: "You take the mean over the D numbers. Divergences of independent numbers add up: sum.",
        _one_number: "You add all pictures up. Each picture has its own divergence: sum over axis 1 alone.",
        _mean_over_batch: "You take the mean over the batch. Here each picture's divergence is wanted; the loss will "
        "take the mean.",
        _over_pictures: "You sum over the pictures. The numbers of one picture are axis 1.",
        _not_summed: "Each number's divergence is right: add those of one picture up.",
        _without_half: "Twice too large: the half in front is missing.",
        _half_of_the_mean_alone: "You halve μ² alone: the half stands in front of the whole bracket.",
        _without_one: "The − 1 is missing: for a standard Gaussian the divergence must be 0.",
        _one_added: "You add the 1: take it away, so that a standard Gaussian costs 0.",
        _one_once: "The − 1 belongs to each of the D numbers; you take it away once a picture.",
        _log_forgotten: "− log σ² is missing: a very narrow Gaussian must be expensive.",
        _log_added: "log σ² is subtracted: a very narrow Gaussian must be expensive, not cheap.",
        _deviation: "You put σ where σ² belongs: exp(log_variance), without the half.",
        _log_as_deviation: "You read log_variance as log σ. It is the logarithm of σ² already: do not double it.",
        _log_of_deviation: "log σ² is log_variance itself: do not halve it.",
        _log_is_variance: "You read log_variance as σ² itself and take its logarithm. It is the logarithm: σ² is its "
        "exponential.",
        _mean_not_squared: "The mean is not squared: being off to the left costs as much as to the right.",
        _mean_absolute: "You take |μ| where μ² belongs.",
        _mean_forgotten: "μ² is missing: Gaussians far from 0 must be expensive.",
        _mean_only: "Only the mean is charged. Too narrow or too wide costs as well: σ² − log σ² − 1.",
        _other_way_round: "This is the divergence of the standard Gaussian from the picture's: the two are not the "
        "same. The picture's Gaussian comes first.",
        _in_bits: "You give bits. In nats, do not divide by log 2.",
        _cut_off: "The numbers are right, but no gradient reaches the arguments: leave out detach() and no_grad().",
        _mean_cut_off: "The numbers are right, but mean gets no gradient.",
        _deviation_cut_off: "The numbers are right, but log_variance gets no gradient.",
    },
    hints=(
        "Build the D terms first, an array (N, D): mean**2, exp(log_variance), log_variance, 1.",
        "One picture's numbers lie along axis 1; add them up there.",
        "`0.5 * (mean**2 + torch.exp(log_variance) - log_variance - 1).sum(dim=1)`.",
    ),
    minutes=7,
    difficulty=2,
    points=2,
)
