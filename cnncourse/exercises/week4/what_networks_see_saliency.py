"""Exercise saliency_from of notebook 4.3: one number a pixel from the gradient of a score."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def saliency_from(gradient):
    """Return the saliency (H, W) of a picture from the gradient of a class's score.

    gradient (C, H, W) tells how much the score would move with each number of the
    picture. A pixel's saliency is the LARGEST ABSOLUTE value over its C colours.

    Example: the colours 0.2, −0.7 and 0.5 of a pixel give 0.7.
    """
    return np.abs(gradient).max(axis=0)


def _signed_max(gradient):
    return gradient.max(axis=0)


def _abs_of_max(gradient):
    return np.abs(gradient.max(axis=0))


def _mean_abs(gradient):
    return np.abs(gradient).mean(axis=0)


def _sum_abs(gradient):
    return np.abs(gradient).sum(axis=0)


def _abs_of_sum(gradient):
    return np.abs(gradient.sum(axis=0))


def _length(gradient):
    return np.sqrt((gradient**2).sum(axis=0))


def _signed_extreme(gradient):
    return np.take_along_axis(gradient, np.abs(gradient).argmax(axis=0)[None], axis=0)[0]


def _last_axis(gradient):
    return np.abs(gradient).max(axis=-1)


def _one_number(gradient):
    return np.abs(gradient).max()


def _first_colour(gradient):
    return np.abs(gradient[0])


def _three_colours(gradient):
    return np.abs(gradient[:3]).max(axis=0)


def _to_one(gradient):
    saliency = np.abs(gradient).max(axis=0)
    return saliency / saliency.max() if saliency.max() > 0 else saliency


def _which(gradient):
    return np.abs(gradient).argmax(axis=0).astype(float)


def _squared(gradient):
    return (gradient**2).max(axis=0)


def _positive(gradient):
    return np.maximum(gradient, 0).max(axis=0)


def _axis_kept(gradient):
    return np.abs(gradient).max(axis=0, keepdims=True)


def _minimum(gradient):
    return np.abs(gradient).min(axis=0)


def _saliency_cases():
    def case(what, gradient):
        gradient = np.array(gradient, float)
        C, H, W = gradient.shape
        right = [
            [max(max(gradient[c, i, j], -gradient[c, i, j]) for c in range(C)) for j in range(W)] for i in range(H)
        ]
        return Case(what, (gradient,), np.array(right))

    rng = np.random.default_rng(4)
    yield Case("the example", (np.array([[[0.2]], [[-0.7]], [[0.5]]]),), np.array([[0.7]]))
    yield case("2 × 4 pixels", rng.normal(0, 1, (3, 2, 4)).round(2))
    yield case("all negative", -rng.random((3, 5, 3)).round(2) - 0.1)
    yield case("large numbers", rng.normal(0, 40, (3, 4, 6)).round(0))
    yield case("a grey picture, one channel", rng.normal(0, 1, (1, 3, 5)).round(2))
    yield case("five channels, as of a picture from space", rng.normal(0, 1, (5, 3, 4)).round(2))
    yield case("a score that does not look", np.zeros((3, 2, 3)))


SALIENCY_FROM = Exercise(
    solution=saliency_from,
    cases=_saliency_cases,
    mistakes={
        _signed_max: "You take the maximum without absolute values: a strongly negative slope matters as much.",
        _abs_of_max: "Absolute value first, then the maximum: −0.7 beats 0.5.",
        _positive: "You drop negative slopes: they count as much as positive ones.",
        _mean_abs: "You take the mean over the colours: the largest is wanted.",
        _sum_abs: "You add the colours up: the largest is wanted.",
        _abs_of_sum: "You add the colours before the absolute value: they cancel.",
        _length: "You take the length of the colour's gradient: the largest absolute value is wanted.",
        _squared: "You return squares: absolute values are wanted.",
        _signed_extreme: "The right colour, but with its sign: the absolute value is wanted.",
        _minimum: "You take the smallest: the largest is wanted.",
        _last_axis: "You take the maximum along a row of the picture. The colours are axis 0.",
        _one_number: "You return one number: one for each pixel is wanted, axis=0.",
        _first_colour: "You look at the first colour alone.",
        _three_colours: "You look at the first three channels alone. C may be larger: all count.",
        _to_one: "You scale the map to a largest value of 1: leave it as it is.",
        _which: "You return which colour is largest: its absolute value is wanted.",
        _axis_kept: "An axis of length 1 is left over: (H, W) is wanted.",
    },
    hints=(
        "np.abs gives absolute values.",
        "The colours are axis 0: .max(axis=0).",
    ),
    minutes=3,
    difficulty=1,
    points=1,
)
