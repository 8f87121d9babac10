"""Exercise of notebook 2.2: batch norm, in training and in use."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def batch_norm(x, gamma, beta, mean, variance, training):
    """Normalise maps x (N, C, H, W) channel by channel; return (y, mean, variance).

    y = gamma · (x − m) / √(v + 1e-5) + beta, with one m, v, gamma and beta for each of the
    C channels. In training m and v are the batch's own mean and variance (squares divided
    by their number), over pictures and places, and the statistics kept for later move:
    mean becomes 0.9 · mean + 0.1 · m, and variance likewise. Otherwise m and v are the kept
    mean and variance, which stay as they are.

    gamma, beta, mean and variance have shape (C,), and so have the two that come back.
    """
    m, v = mean, variance
    if training:
        m, v = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        mean, variance = 0.9 * mean + 0.1 * m, 0.9 * variance + 0.1 * v
    x_hat = (x - m[:, None, None]) / np.sqrt(v[:, None, None] + 1e-5)
    return gamma[:, None, None] * x_hat + beta[:, None, None], mean, variance


def _per_channel(numbers):
    return numbers[:, None, None] if np.ndim(numbers) == 1 else numbers


def _variant(axes=(0, 2, 3), use_batch=None, keep=None, momentum=0.9, root=None, affine=None, ddof=0):
    """Return a batch norm with one thing changed."""

    def norm(x, gamma, beta, mean, variance, training):
        m, v = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True, ddof=ddof)
        kept = mean, variance
        if (training if keep is None else keep(training)) and axes == (0, 2, 3):
            batch = m.ravel(), v.ravel()
            kept = [momentum * old + (1 - momentum) * new for old, new in zip((mean, variance), batch, strict=True)]
        elif training and axes != (0, 2, 3):
            x_m, x_v = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            kept = 0.9 * mean + 0.1 * x_m, 0.9 * variance + 0.1 * x_v
        if not (training if use_batch is None else use_batch(training)):
            m, v = _per_channel(mean), _per_channel(variance)
        x_hat = (x - m) / (root or _root)(v)
        return (affine or _affine)(x_hat, _per_channel(gamma), _per_channel(beta)), *kept

    return norm


def _root(variance):
    return np.sqrt(variance + 1e-5)


def _affine(x_hat, gamma, beta):
    return gamma * x_hat + beta


_each_pixel = _variant(axes=0)
_each_picture = _variant(axes=(2, 3))
_layer = _variant(axes=(1, 2, 3))
_all_numbers = _variant(axes=(0, 1, 2, 3))
_always_the_batch = _variant(use_batch=lambda training: True)
_never_the_batch = _variant(use_batch=lambda training: False)
_kept_moves_in_use = _variant(keep=lambda training: True)
_kept_never_moves = _variant(keep=lambda training: False)
_momentum_turned = _variant(momentum=0.1)
_kept_replaced = _variant(momentum=0.0)
_no_root = _variant(root=lambda variance: variance + 1e-5)
_epsilon_outside = _variant(root=lambda variance: np.sqrt(variance) + 1e-5)
_no_gamma_beta = _variant(affine=lambda x_hat, gamma, beta: x_hat)
_no_gamma = _variant(affine=lambda x_hat, gamma, beta: x_hat + beta)
_gamma_beta_exchanged = _variant(affine=lambda x_hat, gamma, beta: beta * x_hat + gamma)
_root_of_root = _variant(root=lambda variance: np.sqrt(np.sqrt(variance) + 1e-5))
_always_training = _variant(use_batch=lambda training: True, keep=lambda training: True)
_never_training = _variant(use_batch=lambda training: False, keep=lambda training: False)
_no_beta = _variant(affine=lambda x_hat, gamma, beta: gamma * x_hat)
_shift_scaled = _variant(affine=lambda x_hat, gamma, beta: gamma * (x_hat + beta))
_one_fewer = _variant(ddof=1)


def _turned_round(x, gamma, beta, mean, variance, training):
    return batch_norm(x, gamma, beta, mean, variance, not training)


def _new_statistics_at_once(x, gamma, beta, mean, variance, training):
    _, mean, variance = batch_norm(x, gamma, beta, mean, variance, training)
    y, *_ = batch_norm(x, gamma, beta, mean, variance, False)
    return y, mean, variance


def _in_place(x, gamma, beta, mean, variance, training):
    y, *kept = batch_norm(x, gamma, beta, mean, variance, training)
    mean[:], variance[:] = kept
    return y, mean, variance


def _only_maps(x, gamma, beta, mean, variance, training):
    return batch_norm(x, gamma, beta, mean, variance, training)[0]


def _by_loops(x, gamma, beta, mean, variance, training):
    """Go through the numbers of each channel one by one: the oracle."""
    y, new_mean, new_variance = np.empty(x.shape), [], []
    for c in range(x.shape[1]):
        numbers = [number for picture in x for row in picture[c].tolist() for number in row]
        m, v = float(mean[c]), float(variance[c])
        new_mean.append(m)
        new_variance.append(v)
        if training:
            m = sum(numbers) / len(numbers)
            v = sum((number - m) ** 2 for number in numbers) / len(numbers)
            new_mean[c] += (m - new_mean[c]) / 10
            new_variance[c] += (v - new_variance[c]) / 10
        for n, i, j in np.ndindex(x.shape[0], *x.shape[2:]):
            y[n, c, i, j] = beta[c] + gamma[c] * (x[n, c, i, j] - m) * (v + 1e-5) ** -0.5
    return y, np.array(new_mean), np.array(new_variance)


def _norm_cases():
    two = np.array([[[[1.0]]], [[[5.0]]]])  # m = 3, v = 4
    one, none = np.array([1.0]), np.array([0.0])
    kept = np.array([10.0]), np.array([2.0])
    y = np.array([[[[-2.0]]], [[[2.0]]]]) / np.sqrt(4 + 1e-5)
    yield Case("the numbers 1 and 5, training", (two, one, none, *kept, True), (y, np.array([9.3]), np.array([2.2])))
    used = two, np.array([3.0]), np.array([0.5]), np.array([1.0]), np.array([4 - 1e-5]), False
    y = np.array([[[[0.5]]], [[[6.5]]]])
    yield Case("the numbers 1 and 5, in use", used, (y, np.array([1.0]), np.array([4 - 1e-5])))
    rng = np.random.default_rng(222)
    for N, C, H, W, training in ((2, 3, 4, 3, True), (3, 2, 1, 5, False), (1, 4, 3, 2, True), (4, 2, 2, 3, False)):
        x = rng.normal(1, 2, (N, C, H, W)).round(2)
        gamma, beta, mean = rng.normal(0, 1, (3, C)).round(2)
        arguments = x, gamma, beta, mean, rng.uniform(0.5, 3, C).round(2), training
        yield Case(f"x {N} × {C} × {H} × {W}, {'training' if training else 'in use'}", arguments, _by_loops(*arguments))
    small = rng.normal(0, 0.01, (2, 2, 3, 3)).round(4)
    arguments = small, np.ones(2), np.zeros(2), np.zeros(2), np.ones(2), True
    yield Case("numbers so small that the 1e-5 counts", arguments, _by_loops(*arguments))
    mixed = np.array([[[[2.0, 2.0]], [[0.0, 8.0]]]])
    arguments = mixed, np.array([1.0, 2.0]), np.array([5.0, -1.0]), np.zeros(2), np.ones(2), True
    yield Case("one picture, a channel of equal numbers", arguments, _by_loops(*arguments))


BATCH_NORM = Exercise(
    solution=batch_norm,
    cases=_norm_cases,
    mistakes={
        _each_pixel: "You take mean and variance over the pictures alone, for each place by itself. A channel has one "
        "mean: over pictures, rows and columns, axis=(0, 2, 3).",
        _each_picture: "Each picture is normalised by itself. All pictures share a channel's mean and variance.",
        _layer: "You mix the channels of a picture (that is layer norm). Batch norm keeps channels apart and mixes "
        "pictures.",
        _all_numbers: "One mean and variance for all numbers: each channel has its own.",
        _always_the_batch: "Outside training you still use the batch's own statistics. Then a picture's answer would "
        "depend on its neighbours in the batch: use the kept mean and variance.",
        _never_the_batch: "In training you normalise with the kept statistics; the batch's own are due.",
        _kept_moves_in_use: "The kept statistics move outside training too. Looking at test pictures must not change "
        "the network.",
        _kept_never_moves: "The kept mean and variance never move, so in use they would still be those of the start.",
        _momentum_turned: "You take 0.1 of the old and 0.9 of the new. The old one keeps 0.9.",
        _kept_replaced: "You replace the kept statistics by this batch's; they are to move a tenth of the way.",
        _no_root: "You divide by the variance. Its root, the standard deviation, is due.",
        _epsilon_outside: "The 1e-5 stands under the root, √(v + 1e-5), not beside it.",
        _no_gamma_beta: "gamma and beta are not used: scale by gamma, then add beta.",
        _no_gamma: "gamma is missing: each channel is multiplied by it before beta is added.",
        _gamma_beta_exchanged: "gamma and beta are exchanged: multiply by gamma, add beta.",
        _root_of_root: "You take the root twice: np.std is already the root of the variance. x.var gives the variance.",
        _always_training: "`training` is not looked at: you always do what is right in training.",
        _never_training: "`training` is not looked at: you always do what is right in use.",
        _no_beta: "beta is missing: it is added after the scaling.",
        _shift_scaled: "You add beta before you multiply by gamma. First scale, then shift.",
        _one_fewer: "You divide the squares by their number less one (ddof=1). Here it is by their number.",
        _turned_round: "Training and use are exchanged: look at the condition again.",
        _new_statistics_at_once: "In training you normalise with the kept statistics after moving them. Use the "
        "batch's own m and v; the kept ones are for later.",
        _in_place: "The answer is right, but the mean and variance that came in were changed. Return new arrays.",
        _only_maps: "You return y alone; the kept mean and variance belong to the answer: return y, mean, variance.",
    },
    hints=(
        "`x.mean(axis=(0, 2, 3))` gives one number for each channel, shape (C,).",
        "To meet x (N, C, H, W), a (C,) needs two more axes: `m[:, None, None]`.",
        "Choose m and v first (the batch's or the kept ones); in training move the kept ones; then one formula does.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
    tolerance=1e-7,
    returns=("y", "mean", "variance"),
)  # fmt: skip
