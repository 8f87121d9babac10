"""Exercise of notebook 5.1: a draw from a Gaussian that gradients can follow."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week5.vae_observed import arriving, drawn, with_gradients


def draw_code(mean, log_variance, noise):
    """Return one draw from each Gaussian, (N, D).

    mean (N, D) and log_variance (N, D), the natural logarithm of σ², come from an encoder;
    noise (N, D) was drawn from the standard Gaussian. Shift and stretch the noise, so that
    the draw has this mean and this σ. The gradient has to reach mean and log_variance.
    """
    return mean + torch.exp(log_variance / 2) * noise


def _variance_for_deviation(mean, log_variance, noise):
    return mean + torch.exp(log_variance) * noise


def _log_variance_as_deviation(mean, log_variance, noise):
    return mean + log_variance * noise


def _without_gradient(mean, log_variance, noise):
    return draw_code(mean.detach(), log_variance.detach(), noise)


def _mean_alone_learns(mean, log_variance, noise):
    return mean + torch.exp(log_variance.detach() / 2) * noise


def _deviation_alone_learns(mean, log_variance, noise):
    return mean.detach() + torch.exp(log_variance / 2) * noise


def _sampled(mean, log_variance, noise):
    generator = torch.Generator().manual_seed(0)
    return torch.normal(mean.detach(), torch.exp(log_variance.detach() / 2), generator=generator)


def _own_noise(mean, log_variance, noise):
    generator = torch.Generator().manual_seed(0)
    fresh = torch.randn(mean.shape, generator=generator, dtype=mean.dtype)
    return mean + torch.exp(log_variance / 2) * fresh


def _no_noise(mean, log_variance, noise):
    return mean + 0 * log_variance


def _no_mean(mean, log_variance, noise):
    return torch.exp(log_variance / 2) * noise + 0 * mean


def _root_of_log(mean, log_variance, noise):
    return mean + torch.sqrt(log_variance.abs() + 1e-12) * noise


def _base_two(mean, log_variance, noise):
    return mean + 2 ** (log_variance / 2) * noise


def _base_ten(mean, log_variance, noise):
    return mean + 10 ** (log_variance / 2) * noise


def _twice(mean, log_variance, noise):
    return mean + torch.exp(2 * log_variance) * noise


def _halved_too_late(mean, log_variance, noise):
    return mean + torch.exp(log_variance) / 2 * noise


def _divided(mean, log_variance, noise):
    return mean + noise / torch.exp(log_variance / 2)


def _deviation_added(mean, log_variance, noise):
    return mean + torch.exp(log_variance / 2) + noise


def _mean_stretched(mean, log_variance, noise):
    return (mean + noise) * torch.exp(log_variance / 2)


def _shared_row(mean, log_variance, noise):
    return mean + torch.exp(log_variance / 2) * noise[:1]


def _shared_column(mean, log_variance, noise):
    return mean + torch.exp(log_variance / 2) * noise[:, :1]


def _minus(mean, log_variance, noise):
    return mean - torch.exp(log_variance / 2) * noise


def _summed(mean, log_variance, noise):
    return draw_code(mean, log_variance, noise).sum(1)


def _expected(mean, log_variance, noise):
    """Return draws and gradients of their numbers times 1, 2, 3, …, number by number: the oracle."""
    m, v, e = (x.numpy().ravel() for x in (mean, log_variance, noise))
    sigma = [float(np.sqrt(np.exp(value))) for value in v]
    value = np.array([a + s * b for a, s, b in zip(m, sigma, e, strict=True)]).reshape(mean.shape)
    weight = np.arange(1.0, value.size + 1)
    slopes = np.array([w * s * b / 2 for w, s, b in zip(weight, sigma, e, strict=True)])
    gradients = (weight.reshape(mean.shape), slopes.reshape(mean.shape))
    return _seen(torch.from_numpy(value), *gradients)


def _seen(value, to_mean, to_log_variance):
    return {"value": value, arriving("mean"): to_mean, arriving("log_variance"): to_log_variance}


def _cases():
    hand = [torch.tensor([row], dtype=torch.float64) for row in ([1.0, -2.0], [0.0, np.log(4.0)], [0.5, -1.5])]
    value = torch.tensor([[1.5, -5.0]], dtype=torch.float64)
    by_hand = _seen(value, np.array([[1.0, 2.0]]), np.array([[0.25, -3.0]]))
    yield Case("σ² = 1 and σ² = 4, by hand", tuple(hand), by_hand)
    rng = np.random.default_rng(511)
    for shape in ((2, 3), (4, 2), (1, 5), (3, 1)):
        arguments = tuple(drawn(rng, *shape) for _ in range(3))
        yield Case(f"codes of shape {shape}", arguments, _expected(*arguments))


DRAW_CODE = Exercise(
    solution=draw_code,
    cases=_cases,
    observe=lambda f, mean, log_variance, noise: with_gradients(
        f, (mean, log_variance, noise), {"mean": mean, "log_variance": log_variance}
    ),
    mistakes={
        _variance_for_deviation: "You stretch the noise by σ², the variance. The draw needs the standard deviation σ: "
        "exp(log_variance / 2).",
        _log_variance_as_deviation: "You stretch by the logarithm of the variance. Turn it into σ first: "
        "exp(log_variance / 2).",
        _without_gradient: "The numbers are right, but no gradient reaches mean and log_variance: the encoder would "
        "never learn. Leave out detach(), .data and torch.no_grad().",
        _mean_alone_learns: "The numbers are right, but log_variance gets no gradient: it is cut off.",
        _deviation_alone_learns: "The numbers are right, but mean gets no gradient: it is cut off.",
        _sampled: "A random draw of its own, such as torch.normal, is not a function of mean and σ that could be "
        "differentiated. Shift and stretch the `noise` that is given.",
        _own_noise: "You draw new noise. The noise is given, so that the result is a function of mean and σ alone.",
        _no_noise: "This is the mean alone: the noise is missing.",
        _no_mean: "The mean is missing: the draws lie around 0.",
        _root_of_log: "You take the root of the logarithm. The root of σ² is exp(log_variance / 2).",
        _base_two: "The logarithm is the natural one: e, not 2, to the power log_variance / 2.",
        _base_ten: "The logarithm is the natural one: e, not 10, to the power log_variance / 2.",
        _twice: "You double the logarithm, which squares the variance. Halve it: the root of σ² is wanted.",
        _halved_too_late: "You halve σ². The root of σ² is wanted: halve the logarithm, before exp.",
        _divided: "You divide by σ. That undoes a draw; to make one, multiply the noise by σ.",
        _deviation_added: "You add σ. It stretches the noise: multiply.",
        _mean_stretched: "You stretch the mean as well. Stretch the noise, then add the mean.",
        _shared_row: "All pictures of the batch get the noise of the first. Each has its own row.",
        _shared_column: "All numbers of a code get the same noise. Each has its own.",
        _minus: "You subtract the noise: as random as before, but the exercise asks for mean + σ · noise.",
        _summed: "You add the numbers of each code up. A draw is a whole code, (N, D).",
    },
    hints=(
        "Noise times σ has the standard deviation σ; adding the mean moves it to its place.",
        "σ is the root of σ² = exp(log_variance), so σ = exp(log_variance / 2).",
        "`mean + torch.exp(log_variance / 2) * noise`.",
    ),
    minutes=5,
    difficulty=1,
    points=1,
)
