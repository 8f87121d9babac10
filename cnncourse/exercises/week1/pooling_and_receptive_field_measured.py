"""Exercises of notebook 1.3 that measure a layer: what changes when the picture moves, and what a unit sees."""

import numpy as np

from cnncourse.convolution import average_pool, correlate, max_pool
from cnncourse.exercises.engine import Case, Exercise


def share_changed(layer, x, shift):
    """Return the share of the layer's outputs, between 0 and 1, that change when x moves to
    the right.

    layer is a function of a batch x of shape (N, C, H, W). Move x by `shift` pixels to the
    right, columns that leave at the right coming back at the left, apply layer to x and to
    the moved x, and count the places where the two differ.

    Example: if layer gives [[5, 7, 7, 2]] for x and [[5, 7, 2, 7]] for the moved x, two of
    four change: 0.5.
    """
    before = layer(x)
    after = layer(np.roll(x, shift, axis=3))
    return np.mean(before != after)


def _rolled_flat(layer, x, shift):
    return np.mean(layer(x) != layer(np.roll(x, shift)))


def _moved_down(layer, x, shift):
    return np.mean(layer(x) != layer(np.roll(x, shift, axis=2)))


def _moved_left(layer, x, shift):
    return np.mean(layer(x) != layer(np.roll(x, -shift, axis=3)))


def _one_pixel(layer, x, shift):
    return np.mean(layer(x) != layer(np.roll(x, 1, axis=3)))


def _count(layer, x, shift):
    return np.sum(layer(x) != layer(np.roll(x, shift, axis=3)))


def _unchanged(layer, x, shift):
    return np.mean(layer(x) == layer(np.roll(x, shift, axis=3)))


def _moved_output(layer, x, shift):
    return np.mean(layer(x) != np.roll(layer(x), shift, axis=3))


def _inputs_compared(layer, x, shift):
    return np.mean(x != np.roll(x, shift, axis=3))


def _mean_difference(layer, x, shift):
    return np.mean(np.abs(layer(x) - layer(np.roll(x, shift, axis=3))))


def unchanged_copy(x):
    return x.copy()


def largest_of_2_by_2(x):
    return max_pool(x, 2, 2)


def largest_of_3_by_3(x):
    return max_pool(x, 3, 2)


def column_difference(x):
    return x[:, :, :, 1:] - x[:, :, :, :-1]


def _share_cases():
    yield Case("a layer that changes nothing", (unchanged_copy, _plane([[5, 7, 7, 2]]), 1), 0.75)
    yield Case(
        "largest of 2×2: 9 stays in its window, 8 does not",
        (largest_of_2_by_2, _plane([[9, 0, 0, 8], [0, 0, 0, 0]]), 1),
        0.5,
    )
    yield Case("nothing moves", (unchanged_copy, _plane([[1, 2, 3]]), 0), 0.0)
    rng = np.random.default_rng(15)
    for layer, shape, shift in (
        (largest_of_2_by_2, (2, 3, 6, 8), 1),
        (largest_of_2_by_2, (1, 2, 4, 10), 2),
        (largest_of_3_by_3, (2, 1, 7, 9), 3),
        (column_difference, (1, 2, 5, 6), 2),
    ):
        x = rng.integers(0, 4, size=shape).astype(float)
        moved = np.stack([x[..., (column - shift) % x.shape[3]] for column in range(x.shape[3])], axis=3)
        pairs = list(zip(layer(x).ravel(), layer(moved).ravel(), strict=True))
        yield Case(f"{layer.__name__}, {shift} pixels", (layer, x, shift), sum(a != b for a, b in pairs) / len(pairs))
    small = _plane([[0, 0], [0.125, -0.25], [0.25, 0.25]])
    yield Case("changes however small, up and down", (unchanged_copy, small, 1), 1 / 3)


def field_by_poking(network, height, width, row, column):
    """Return a (height, width) array of bool: True where a pixel can change the output at
    (row, column).

    network is a function from a batch (1, 1, height, width) to an output (1, 1, H', W').
    Begin with a picture of zeros. Set one pixel at a time to 1, every other one to 0, and
    see whether output [0, 0, row, column] is still what it was for the picture of zeros.

    Example: when the network adds up windows of 1×2, output (0, 1) of a 1×4 picture has
    [[False, True, True, False]].
    """
    zeros = np.zeros((1, 1, height, width))
    before = network(zeros)[0, 0, row, column]
    field = np.zeros((height, width), dtype=bool)
    for y in range(height):
        for x in range(width):
            poked = zeros.copy()
            poked[0, 0, y, x] = 1
            field[y, x] = network(poked)[0, 0, row, column] != before
    return field


def _never_unpoked(network, height, width, row, column):
    picture = np.zeros((1, 1, height, width))
    before, field = network(picture)[0, 0, row, column], np.zeros((height, width), dtype=bool)
    for y, x in np.ndindex(height, width):
        picture[0, 0, y, x] = 1
        field[y, x] = network(picture)[0, 0, row, column] != before
    return field


def _poke(network, height, width, changed):
    """Poke every pixel of zeros; `changed(before, after)` judges the two outputs."""
    zeros = np.zeros((1, 1, height, width))
    before, field = network(zeros), np.zeros((height, width), dtype=bool)
    for y, x in np.ndindex(height, width):
        poked = zeros.copy()
        poked[0, 0, y, x] = 1
        field[y, x] = changed(before, network(poked))
    return field


def _any_output(network, height, width, row, column):
    return _poke(network, height, width, lambda before, after: (after != before).any())


def _against_zero(network, height, width, row, column):
    return _poke(network, height, width, lambda before, after: after[0, 0, row, column] != 0)


def _against_poked_pixel(network, height, width, row, column):
    return _poke(network, height, width, lambda before, after: after[0, 0, row, column] == before[0, 0, row, column])


def _turned_unit(network, height, width, row, column):
    def changed(before, after):
        y, x = min(column, before.shape[2] - 1), min(row, before.shape[3] - 1)
        return after[0, 0, y, x] != before[0, 0, y, x]

    return _poke(network, height, width, changed)


def _outputs_seen(network, height, width, row, column):
    zeros = np.zeros((1, 1, height, width))
    zeros[0, 0, row, column] = 1
    return (network(zeros) != network(np.zeros_like(zeros)))[0, 0]


def sums_of_1_by_2(x):
    return x[:, :, :, 1:] + x[:, :, :, :-1]


def convolution_with_bias(x):
    return correlate(x, np.arange(1.0, 10).reshape(1, 1, 3, 3), bias=np.array([0.5]), padding=1)


def convolution_then_max(x):
    return max_pool(correlate(x, np.full((1, 1, 3, 2), 0.5), bias=np.array([-0.25])), 2, 2)


def strided_then_dilated(x):
    return correlate(average_pool(x, 2, 2), np.full((1, 1, 2, 2), 0.5), dilation=2, padding=1)


def small_and_negative_weights(x):
    return np.maximum(correlate(x, np.array([[[[-1, 0.0625, -1, -1]]]]), bias=np.array([1.5])), 0)


def _poking_cases():
    yield Case("sums of 1×2 pixels", (sums_of_1_by_2, 1, 4, 0, 1), np.array([[False, True, True, False]]))
    yield Case("3×3 with padding, at the corner", (convolution_with_bias, 4, 5, 0, 0), _block(4, 5, 0, 2, 0, 2))
    yield Case("3×3 with padding, inside", (convolution_with_bias, 5, 6, 3, 2), _block(5, 6, 2, 5, 1, 4))
    yield Case("3×2, then the largest of 2×2", (convolution_then_max, 8, 9, 2, 1), _block(8, 9, 4, 8, 2, 5))
    yield Case("the same, another unit", (convolution_then_max, 6, 9, 0, 3), _block(6, 9, 0, 4, 6, 9))
    dilated = np.zeros((8, 10), dtype=bool)
    dilated[2:4, 4:6] = dilated[2:4, 8:10] = dilated[6:8, 4:6] = dilated[6:8, 8:10] = True
    yield Case("a field with holes: dilation 2", (strided_then_dilated, 8, 10, 2, 3), dilated)
    yield Case("negative and small weights", (small_and_negative_weights, 2, 7, 1, 2), _block(2, 7, 1, 2, 2, 6))


def _block(height, width, top, bottom, left, right):
    field = np.zeros((height, width), dtype=bool)
    field[top:bottom, left:right] = True
    return field


def _plane(plane):
    return np.array([[plane]], dtype=float)


SHARE_CHANGED = Exercise(
    solution=share_changed,
    cases=_share_cases,
    mistakes={
        _rolled_flat: (
            "np.roll without an axis rolls the picture as one long row: what leaves a row enters the next one. Say "
            "which axis runs to the right."
        ),
        _moved_down: "You move the picture down: axis 2 counts rows. Which axis counts columns?",
        _moved_left: "You move the picture to the left. A positive `shift` moves it to the right.",
        _one_pixel: "You always move by one pixel: `shift` is never used.",
        _count: "You count the outputs that change. Wanted is their share: divide by how many there are.",
        _unchanged: "That is the share that stays the same. Wanted is the share that changes.",
        _moved_output: "You move the layer's output. Move the picture *before* the layer, and apply the layer again.",
        _inputs_compared: "You compare the pictures themselves. Compare what `layer` makes of them.",
        _mean_difference: "You average how much the outputs change. Wanted is how many of them change, as a share.",
    },
    hints=(
        "Three lines: the layer's output before, its output after the move, the share of places that differ.",
        "np.roll(x, shift, axis=…) moves an array in a circle. x is (N, C, H, W): to the right is the last axis.",
        "before != after is an array of True and False, and the mean of such an array is the share of True.",
    ),
    minutes=6,
    difficulty=1,
)

FIELD_BY_POKING = Exercise(
    solution=field_by_poking,
    cases=_poking_cases,
    mistakes={
        _never_unpoked: (
            "Pixels that you poked stay poked, so all that follow seem to matter. Begin each time with a new picture "
            "of zeros."
        ),
        _any_output: "You ask whether *any* output changes. Look only at the output at (row, column).",
        _against_zero: (
            "You compare with 0. A network with a bias gives something else for a picture of zeros: compare with that."
        ),
        _against_poked_pixel: "True and False are swapped: True is for pixels that do change the output.",
        _turned_unit: "You look at the output at (column, row). Rows come first.",
        _outputs_seen: (
            "You poke one pixel and see which outputs change. The question goes the other way: which pixels change "
            "one output?"
        ),
    },
    hints=(
        "Compute the output for the picture of zeros once, then loop over all pixels.",
        (
            "Inside the loop: a copy of the zeros, one pixel set to 1, the network applied, one number of its "
            "output compared."
        ),
        "field[y, x] = network(poked)[0, 0, row, column] != before",
    ),
    minutes=8,
    difficulty=2,
)
