"""Exercise of notebook 4.2: the chance that two embeddings are of one person."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def same_chance(f, g, weight, bias):
    """Return ŷ = σ(Σ_k w_k |f_k − g_k| + b) of N pairs of faces, an array (N,).

    f and g (N, D) are the embeddings of the pairs' first and second faces, weight (D,) and
    bias, a number, belong to a trained head; σ(z) = 1 / (1 + e^(−z)).

    Example: f = [[1, 4]], g = [[3, 4]], weight [-2, 5], bias 4: z = −2·2 + 5·0 + 4 = 0, so
    ŷ is [0.5].
    """
    z = np.abs(f - g) @ weight + bias
    return 1 / (1 + np.exp(-z))


def _headed(
    difference=lambda f, g: np.abs(f - g),
    total=lambda d, w, b: d @ w + b,
    squash=lambda z: 1 / (1 + np.exp(-z)),
):
    """Return a head with one part replaced."""

    def chance(f, g, weight, bias):
        return squash(total(difference(f, g), weight, bias))

    return chance


_no_sigmoid = _headed(squash=lambda z: z)
_sign_turned = _headed(squash=lambda z: 1 / (1 + np.exp(z)))
_softmax = _headed(squash=lambda z: np.exp(z) / np.exp(z).sum())
_tanh = _headed(squash=np.tanh)
_kept_away = _headed(squash=lambda z: np.clip(1 / (1 + np.exp(-z)), 1e-3, 1 - 1e-3))
_rounded = _headed(squash=lambda z: (z > 0).astype(float))
_no_absolute = _headed(difference=lambda f, g: f - g)
_squared = _headed(difference=lambda f, g: (f - g) ** 2)
_weights_inside = _headed(difference=lambda f, g: f - g, total=lambda d, w, b: np.abs(d * w).sum(axis=1) + b)
_absolute_of_sum = _headed(difference=lambda f, g: f - g, total=lambda d, w, b: np.abs(d @ w) + b)
_difference_of_absolutes = _headed(difference=lambda f, g: np.abs(f) - np.abs(g))
_bias_forgotten = _headed(total=lambda d, w, b: d @ w)
_bias_taken = _headed(total=lambda d, w, b: d @ w - b)
_bias_each = _headed(total=lambda d, w, b: (d * w + b).sum(axis=1))
_no_weights = _headed(total=lambda d, w, b: d.sum(axis=1) + b)
_mean = _headed(total=lambda d, w, b: (d * w).mean(axis=1) + b)
_one_number = _headed(total=lambda d, w, b: np.sum(d @ w) + b)
_each_feature = _headed(total=lambda d, w, b: d * w + b)
_product = _headed(difference=lambda f, g: f * g)


def _added_after(f, g, weight, bias):
    return 1 / (1 + np.exp(-(np.abs(f - g) @ weight))) + bias


def _plain(f, g, weight, bias):
    chances = []
    for first, second in zip(f.tolist(), g.tolist(), strict=True):
        z = bias
        for w, x, y in zip(weight.tolist(), first, second, strict=True):
            z += w * max(x - y, y - x)
        chances.append(1 / (1 + np.e**-z))
    return np.array(chances)


def _chance_cases():
    def case(what, f, g, weight, bias, expected):
        arrays = (np.array(values, float) for values in (f, g, weight))
        return Case(what, (*arrays, bias), np.array(expected, float))

    nine_tenths = float(np.log(9))
    yield case("the pair of the example", [[1, 4]], [[3, 4]], [-2, 5], 4.0, [0.5])
    yield case("one face twice: the bias alone", [[2, -1, 5]], [[2, -1, 5]], [3, 1, 1], nine_tenths, [0.9])
    yield case("the second face is smaller", [[3, 0]], [[1, 0]], [-nine_tenths, 1], nine_tenths, [0.1])
    yield case("differences of both signs", [[1, 0]], [[0, 1]], [nine_tenths, nine_tenths], -nine_tenths, [0.9])
    yield case("features of both signs", [[1, -2]], [[-1, 2]], [-1, 0.25], 1 + nine_tenths, [0.9])
    yield case("a negative weight", [[5]], [[2]], [-1], 3.0, [0.5])
    yield case("a chance of one in ten thousand", [[3]], [[1]], [-float(np.log(9999)) / 2], 0.0, [1e-4])
    rng = np.random.default_rng(23)
    for N, D in ((4, 3), (3, 5), (6, 2), (1, 8), (5, 6)):
        f, g = rng.normal(size=(2, N, D))
        args = f, g, rng.normal(-0.5, 1, D), float(rng.normal(1))
        yield Case(f"{N} pairs, embeddings of length {D}", args, _plain(*args))


SAME_CHANCE = Exercise(
    solution=same_chance,
    cases=_chance_cases,
    mistakes={
        _no_sigmoid: "You return z, the sum before the sigmoid: a chance between 0 and 1 is wanted.",
        _sign_turned: "You have turned the sign in the exponent: σ(z) = 1 / (1 + e^(−z)).",
        _softmax: "You use the softmax over the pairs: each pair gets its own sigmoid.",
        _tanh: "You use tanh, which runs from −1 to 1: σ runs from 0 to 1.",
        _rounded: "You decide already, yes or no: the chance itself is wanted.",
        _kept_away: "You keep the chance away from 0 and 1, as one does before a logarithm: return σ(z) as it is.",
        _no_absolute: "You leave out the absolute value: with f and g exchanged the answer would change.",
        _squared: "You square the differences: their absolute values are wanted.",
        _weights_inside: "You take the absolute value after weighting, and a negative weight loses its sign.",
        _absolute_of_sum: "You take the absolute value of the sum: of each difference, before they are added.",
        _difference_of_absolutes: "You subtract absolute values, |f| − |g|: |f − g| is wanted.",
        _bias_forgotten: "You have left out the bias.",
        _bias_taken: "You subtract the bias: add it.",
        _bias_each: "You add the bias once for each feature: it comes once, after the sum.",
        _added_after: "You add the bias after the sigmoid: it belongs inside.",
        _no_weights: "You have left out the weights.",
        _mean: "You take the mean over the features: the weighted sum is wanted.",
        _one_number: "You add up all pairs into one number: one sum for each pair.",
        _each_feature: "You return a chance for each feature: add the weighted differences first.",
        _product: "You multiply f by g: their difference is wanted.",
    },
    hints=(
        "np.abs(f - g) has shape (N, D): one row a pair.",
        "A weighted sum over the last axis is a matrix product with the weights: np.abs(f - g) @ weight, shape (N,).",
        "Then 1 / (1 + np.exp(-z)).",
    ),
    minutes=5,
    difficulty=1,
    points=2,
)
