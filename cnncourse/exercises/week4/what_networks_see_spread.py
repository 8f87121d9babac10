"""Exercise spread_back of notebook 4.3: filtering with transposed weights."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


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
