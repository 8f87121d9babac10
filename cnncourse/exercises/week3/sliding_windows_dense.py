"""Exercise of notebook 3.2: the matrix of a dense layer as the filters of a convolution."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def dense_to_conv(weight, shape):
    """Return a dense layer's weights as the filters of a convolution, (K, C, h, w).

    weight (K, C·h·w) belongs to a dense layer that reads maps (C, h, w), strung out as
    nn.Flatten does: channel after channel, in each row after row. shape is (C, h, w).
    Filter k must multiply every number of the maps by the same weight as row k does.

    Example: weight [[1, 2, 3, 4, 5, 6]], shape (1, 2, 3) gives [[[[1, 2, 3], [4, 5, 6]]]].
    """
    K = len(weight)
    return weight.reshape(K, *shape)


def _row_after_row(weight, shape):
    C, h, w = shape
    return weight.reshape(-1, h, w, C)


def _channels_last_moved(weight, shape):
    C, h, w = shape
    return weight.reshape(-1, h, w, C).transpose(0, 3, 1, 2)


def _columns_first(weight, shape):
    C, h, w = shape
    return weight.reshape(-1, C, w, h)


def _columns_first_turned(weight, shape):
    C, h, w = shape
    return weight.reshape(-1, C, w, h).transpose(0, 1, 3, 2)


def _transposed(weight, shape):
    return weight.T.reshape(-1, *shape)


def _filters_last(weight, shape):
    return weight.T.reshape(*shape, -1)


def _channels_and_filters(weight, shape):
    return weight.reshape(-1, *shape).swapaxes(0, 1)


def _fortran(weight, shape):
    return weight.reshape(len(weight), *shape, order="F")


def _flipped(weight, shape):
    return weight.reshape(-1, *shape)[:, :, ::-1, ::-1]


def _one_filter(weight, shape):
    return weight[0].reshape(shape)


def _added_channels(weight, shape):
    return weight.reshape(-1, *shape).sum(axis=1)


def _left_flat(weight, shape):
    return weight[:, :, None, None]


def _square_matrix_cases():
    """Yield (K, (C, h, w)) in which the wrong orders have the right shape too."""
    yield 12, (3, 2, 2)
    yield 3, (3, 2, 4)
    yield 5, (2, 3, 3)


def _plain_filters(weight, shape):
    """Return the filters number by number: where in the strung-out maps does each one stand?"""
    C, h, w = shape
    filters = np.empty((len(weight), C, h, w))
    for k in range(len(weight)):
        for c in range(C):
            for row in range(h):
                for column in range(w):
                    filters[k, c, row, column] = weight[k, c * h * w + row * w + column]
    return filters


def _dense_cases():
    def case(what, weight, shape):
        return Case(what, (weight, shape), _plain_filters(weight, shape))

    yield Case(
        "the weights of the example", (np.arange(1.0, 7)[None], (1, 2, 3)), np.array([[[[1.0, 2, 3], [4, 5, 6]]]])
    )
    yield case("two filters on two channels of 1 × 2", np.arange(8.0).reshape(2, 4), (2, 1, 2))
    yield case("three filters on 2 × 3 × 4 maps", np.arange(72.0).reshape(3, 24), (2, 3, 4))
    yield case("maps of 1 × 1: the next dense layer", np.arange(20.0).reshape(4, 5), (5, 1, 1))
    rng = np.random.default_rng(33)
    for K, shape in _square_matrix_cases():
        weight = rng.integers(-99, 99, (K, int(np.prod(shape)))).astype(float)
        yield case(f"{K} filters of {' × '.join(map(str, shape))}", weight, shape)
    yield case("400 numbers: 16 maps of 5 × 5", rng.normal(size=(6, 400)).round(2), (16, 5, 5))


DENSE_TO_CONV = Exercise(
    solution=dense_to_conv,
    cases=_dense_cases,
    mistakes={
        _row_after_row: "Your filters are (h, w, C). The course's maps are (C, h, w): channel first.",
        _channels_last_moved: "Shape right, order wrong: you read a row of the matrix as pixel after pixel, each with "
        "all its channels. nn.Flatten strings out channel after channel.",
        _columns_first: "Rows and columns are swapped: your filters are w high and h wide.",
        _columns_first_turned: "Shape right, order wrong: within a channel you go column after column. nn.Flatten goes "
        "row after row.",
        _transposed: "The matrix is transposed. Row k of weight holds the weights of filter k: no transpose.",
        _filters_last: "Your filters run along the last axis; number k along the first: (K, C, h, w).",
        _channels_and_filters: "Filters and channels are swapped: (C, K, h, w) in place of (K, C, h, w).",
        _fortran: 'Order "F" lets the first axis change fastest, so numbers of a filter are shuffled. nn.Flatten lets '
        "the column change fastest: plain reshape.",
        _flipped: "You flip the filters. The course's and PyTorch's convolutions do not flip: leave them as they are.",
        _one_filter: "You return the first filter only. Every row of weight is a filter.",
        _added_channels: "You add up the channels. A filter has a layer for each: (K, C, h, w).",
        _left_flat: "You make filters of 1 × 1 over C·h·w channels, but the maps have C channels, h × w numbers each.",
    },
    hints=(
        "How many numbers has a row of weight, how many a filter? As many: nothing is computed, only arranged anew.",
        "(c, row, column) stands at c·h·w + row·w + column in the strung-out maps. In which order does reshape fill?",
        "In just this order, the last axis fastest: weight.reshape(K, C, h, w).",
    ),
    minutes=5,
    difficulty=1,
)
