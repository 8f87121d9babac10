"""Exercises of notebook 4.3: the ReLU on the way back, transposed filtering, and saliency."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def rectify_back(signal, before, rule):
    """Return what a ReLU lets through on the way back, an array like signal.

    signal is what arrives from above; before, of the same shape, is what went INTO the
    ReLU on the way forward. The rule is

    "gradient"   the true derivative: signal where before > 0, else 0
    "deconvnet"  signal where signal > 0, else 0; before does not matter
    "guided"     signal where both are > 0, else 0

    Example: signal [3, −3, 3, −3], before [1, 1, −1, −1] give [3, −3, 0, 0],
    [3, 0, 3, 0] and [3, 0, 0, 0].
    """
    if rule == "gradient":
        return signal * (before > 0)
    if rule == "deconvnet":
        return np.maximum(signal, 0)
    return np.maximum(signal, 0) * (before > 0)


def _ruled(gradient=None, deconvnet=None, guided=None, told=lambda back: back):
    """Return a way back with some of the rules replaced by functions of (signal, before)."""
    rules = {
        "gradient": gradient or (lambda s, b: np.where(b > 0, s, 0.0)),
        "deconvnet": deconvnet or (lambda s, b: np.where(s > 0, s, 0.0)),
        "guided": guided or (lambda s, b: np.where((s > 0) & (b > 0), s, 0.0)),
    }
    return lambda signal, before, rule: told(rules[rule](signal, before))


def _by_before(s, b):
    return np.where(b > 0, s, 0.0)


def _by_signal(s, b):
    return np.where(s > 0, s, 0.0)


def _by_both(s, b):
    return np.where((s > 0) & (b > 0), s, 0.0)


_exchanged = _ruled(_by_signal, _by_before)
_always_gradient = _ruled(deconvnet=_by_before, guided=_by_before)
_always_deconvnet = _ruled(gradient=_by_signal, guided=_by_signal)
_always_guided = _ruled(_by_both, _by_both)
_guided_as_deconvnet = _ruled(guided=_by_signal)
_guided_as_gradient = _ruled(guided=_by_before)
_either = _ruled(guided=lambda s, b: np.where((s > 0) | (b > 0), s, 0.0))
_same_sign = _ruled(guided=lambda s, b: np.where(s * b > 0, s, 0.0))
_open_at_zero = _ruled(lambda s, b: np.where(b >= 0, s, 0.0), guided=lambda s, b: np.where((s > 0) & (b >= 0), s, 0.0))
_times_before = _ruled(lambda s, b: s * np.maximum(b, 0), guided=lambda s, b: np.maximum(s, 0) * np.maximum(b, 0))
_absolute = _ruled(deconvnet=lambda s, b: np.abs(s), guided=lambda s, b: np.where(b > 0, np.abs(s), 0.0))
_a_mask = _ruled(
    lambda s, b: (b > 0).astype(float),
    lambda s, b: (s > 0).astype(float),
    lambda s, b: ((s > 0) & (b > 0)).astype(float),
)
_of_before = _ruled(deconvnet=lambda s, b: np.maximum(b, 0))
_negative = _ruled(lambda s, b: np.where(b < 0, s, 0.0), guided=lambda s, b: np.where((s > 0) & (b < 0), s, 0.0))
_signal_back = _ruled(lambda s, b: s, guided=_by_signal)
_turned = _ruled(told=lambda back: -back)


def _rule_cases():
    def case(what, signal, before, rule, expected=None):
        signal, before = np.array(signal, float), np.array(before, float)
        passes = {"gradient": lambda s, b: b > 0, "deconvnet": lambda s, b: s > 0, "guided": lambda s, b: min(s, b) > 0}
        pairs = zip(signal.ravel().tolist(), before.ravel().tolist(), strict=True)
        right = [s if passes[rule](s, b) else 0.0 for s, b in pairs] if expected is None else expected
        return Case(f"{what}, {rule}", (signal, before, rule), np.reshape(np.array(right, float), signal.shape))

    rng = np.random.default_rng(11)
    signals, befores = rng.normal(0, 2, (3, 4, 5)).round(1), rng.normal(0, 2, (3, 4, 5)).round(1)
    befores[rng.random((3, 4, 5)) < 0.2] = 0
    by_hand = {"gradient": [3, -3, 0, 0], "deconvnet": [3, 0, 3, 0], "guided": [3, 0, 0, 0]}
    for rule, expected in by_hand.items():
        yield case("the example", [3, -3, 3, -3], [1, 1, -1, -1], rule, expected)
    for rule in by_hand:
        yield case("the ReLU's input is 0", [2.5, -1.5, 4, 0.5], [0, 0, 0, 7], rule)
        yield case("three maps of 4 × 5", signals, befores, rule)


RECTIFY_BACK = Exercise(
    solution=rectify_back,
    cases=_rule_cases,
    mistakes={
        _exchanged: "You have exchanged two rules: the gradient looks at what went INTO the ReLU, the deconvnet at the "
        "sign of what comes back.",
        _always_gradient: "You use the gradient's rule for all three.",
        _always_deconvnet: "You rectify the signal whatever the rule says: the true gradient lets negative signals "
        "through, and guided looks at before as well.",
        _always_guided: "You ask for both signs under every rule: only guided does.",
        _guided_as_deconvnet: "Your guided rule forgets before: both must be positive.",
        _guided_as_gradient: "Your guided rule forgets to drop negative signals: both must be positive.",
        _either: "Your guided rule lets through where either is positive: both must be.",
        _same_sign: "Your guided rule lets through where both have the same sign, two negative ones too.",
        _open_at_zero: "At before = 0 nothing passes: > 0, not ≥ 0.",
        _times_before: "You multiply by the ReLU's output. Its derivative is 1 or 0.",
        _absolute: "You take the absolute value: negative signals become 0.",
        _a_mask: "You return the mask; the signal belongs where it is open.",
        _of_before: "Your deconvnet rectifies before: it rectifies the signal.",
        _negative: "Your gradient passes where before is negative: turn the comparison round.",
        _signal_back: "Your gradient lets all through: where before ≤ 0 the ReLU was flat.",
        _turned: "The sign of everything is turned.",
    },
    hints=(
        "before > 0 is a mask; signal * mask keeps the signal there.",
        "np.maximum(signal, 0) drops what is negative. Guided does both.",
    ),
    minutes=5,
    difficulty=1,
    points=1,
)


def spread_back(maps, weights, stride):
    """Return (C, H, W): the maps led back through a convolution, by its transposed weights.

    maps (K, h, w) belong to the K kernels weights (K, C, f, f) of a convolution without
    padding. Each activation maps[k, i, j] lays down a copy of kernel k, times the
    activation, where that unit had looked: its corner at row i · stride, column
    j · stride. Copies that overlap are added. H = (h − 1) · stride + f, W likewise.

    Example: the single map [[2, 1]] with the kernel [[1, 0], [5, 3]] and stride 1
    gives [[2, 1, 0], [10, 11, 3]].
    """
    (_, h, w), (_, C, f, _) = maps.shape, weights.shape
    back = np.zeros((C, (h - 1) * stride + f, (w - 1) * stride + f))
    for i in range(h):
        for j in range(w):
            copies = np.tensordot(maps[:, i, j], weights, axes=1)  # (C, f, f)
            back[:, i * stride : i * stride + f, j * stride : j * stride + f] += copies
    return back


def _spreader(
    kernel=lambda weights: weights,
    copies=lambda values, weights: np.einsum("k,kcab->cab", values, weights),
    put=lambda old, new: old + new,
    step=lambda stride: stride,
    told=lambda back: back,
):
    """Return a way back with one part replaced."""

    def spread(maps, weights, stride):
        (_, h, w), (_, C, f, _) = maps.shape, weights.shape
        back, s = np.zeros((C, (h - 1) * stride + f, (w - 1) * stride + f)), step(stride)
        for i, j in np.ndindex(h, w):
            window = np.s_[:, i * s : i * s + f, j * s : j * s + f]
            back[window] = put(back[window], copies(maps[:, i, j], kernel(weights)))
        return told(back)

    return spread


_flipped = _spreader(kernel=lambda weights: weights[:, :, ::-1, ::-1])
_transposed_kernel = _spreader(kernel=lambda weights: weights.transpose(0, 1, 3, 2))
_replaced = _spreader(put=lambda old, new: new)
_largest = _spreader(put=np.maximum)
_unstrided = _spreader(step=lambda stride: 1)
_bare_kernels = _spreader(copies=lambda values, weights: np.einsum("k,kcab->cab", (values != 0).astype(float), weights))
_mean_of_kernels = _spreader(copies=lambda values, weights: np.einsum("k,kcab->cab", values, weights) / len(values))
_first_kernel = _spreader(copies=lambda values, weights: values[0] * weights[0])
_last_kernel = _spreader(copies=lambda values, weights: values[-1] * weights[-1])
_colours_added = _spreader(told=lambda back: np.broadcast_to(back.sum(axis=0), back.shape).copy())
_rectified = _spreader(told=lambda back: np.maximum(back, 0))
_rectified_maps = _spreader(copies=lambda values, weights: np.einsum("k,kcab->cab", np.maximum(values, 0), weights))
_turned_picture = _spreader(told=lambda back: back.transpose(0, 2, 1))
_inverse = _spreader(copies=lambda values, weights: np.einsum("k,kcab->cab", values, weights) / weights.shape[-1] ** 2)


def _shared_out(maps, weights, stride):
    right = _spreader()
    counts = right(np.ones_like(maps[:1]), np.ones_like(weights[:1]), stride)
    return right(maps, weights, stride) / np.maximum(counts, 1)


def _cut_to_maps(maps, weights, stride):
    back = _spreader()(maps, weights, stride)
    edge = (weights.shape[-1] - 1) // 2
    return back[:, edge : edge + maps.shape[1] * stride, edge : edge + maps.shape[2] * stride]


def _gathered(maps, weights, stride):
    """Return the same by asking for every pixel which units had looked at it, and with which weight."""
    (K, h, w), (_, C, f, _) = maps.shape, weights.shape
    back = np.zeros((C, (h - 1) * stride + f, (w - 1) * stride + f))
    for c, y, x in np.ndindex(back.shape):
        for k, i, j in np.ndindex(K, h, w):
            a, b = y - i * stride, x - j * stride
            if 0 <= a < f and 0 <= b < f:
                back[c, y, x] += maps[k, i, j] * weights[k, c, a, b]
    return back


def _spread_cases():
    def case(what, maps, weights, stride, expected=None):
        maps, weights = np.array(maps, float), np.array(weights, float)
        right = _gathered(maps, weights, stride) if expected is None else np.array(expected, float)
        return Case(what, (maps, weights, stride), right)

    yield case("the example", [[[2, 1]]], [[[[1, 0], [5, 3]]]], 1, [[[2, 1, 0], [10, 11, 3]]])
    single = np.zeros((2, 2, 3))
    single[1, 1, 2] = 4
    kernels = np.arange(2 * 3 * 2 * 2).reshape(2, 3, 2, 2)
    yield case("one unit of two maps, three colours, stride 3", single, kernels, 3)
    rng = np.random.default_rng(2)
    for K, C, f, h, w, stride in ((2, 1, 3, 2, 4, 1), (3, 2, 3, 3, 2, 2), (1, 3, 2, 2, 3, 3), (4, 2, 4, 2, 3, 1)):
        what = f"{K} kernels of {C} × {f} × {f}, maps {h} × {w}, stride {stride}"
        yield case(what, rng.integers(-3, 5, (K, h, w)), rng.integers(-4, 5, (K, C, f, f)), stride)
    yield case("kernels of one pixel", rng.integers(0, 9, (3, 4, 2)), rng.integers(-3, 4, (3, 2, 1, 1)), 1)
    yield case("fractions", rng.random((2, 3, 3)).round(2), rng.random((2, 2, 3, 3)).round(2), 2)


SPREAD_BACK = Exercise(
    solution=spread_back,
    cases=_spread_cases,
    mistakes={
        _flipped: "Your kernels lie on their heads. The unit looked with the kernel as it is, so its copy is laid down "
        "as it is; the flip appears only if you write this as another correlation.",
        _transposed_kernel: "You transpose each kernel's rows and columns. 'Transposed' means the matrix of the whole "
        "convolution, not the kernel.",
        _replaced: "Copies that overlap replace each other: add them, +=.",
        _largest: "Where copies overlap you keep the largest: add them.",
        _shared_out: "You take the mean where copies overlap: the sum is wanted.",
        _unstrided: "Neighbouring copies lie stride pixels apart: i · stride.",
        _bare_kernels: "Multiply each copy by the unit's activation.",
        _mean_of_kernels: "You take the mean over the kernels: the sum is wanted.",
        _inverse: "You divide by the number of weights: nothing is divided here.",
        _first_kernel: "Only the first kernel leads back: sum over all K.",
        _last_kernel: "Only the last kernel leads back: sum over all K.",
        _colours_added: "You add the channels of the picture up: each keeps its own.",
        _rectified: "You rectify the result. That is the ReLU's step; here negative numbers stay.",
        _rectified_maps: "You rectify the maps. That is the ReLU's step; here negative numbers stay.",
        _turned_picture: "Your result is turned: i · stride is a row, j · stride a column.",
        _cut_to_maps: "Your result is cut off: without padding it is (h − 1) · stride + f high.",
    },
    hints=(
        "Begin with zeros (C, (h − 1) · stride + f, (w − 1) · stride + f) and loop over i and j.",
        "sum over k of maps[k, i, j] · weights[k] is np.tensordot(maps[:, i, j], weights, axes=1), of shape (C, f, f).",
        "Add it to back[:, i·stride : i·stride + f, j·stride : j·stride + f].",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)


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
