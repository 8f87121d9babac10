"""Exercise of notebook 1.3: average pooling; and pooling number by number, the oracle of both pooling exercises."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def average_pool(x, kernel_size, stride, padding):
    """Return the mean of every window of x, channel by channel.

    x has shape (N, C, H, W). First put `padding` rows and columns of zeros on all four
    sides of every picture. The padded zeros count: every window is divided by kernel_size²,
    over the border too. The result has shape (N, C, H', W') with H' = ⌊(H + 2·padding −
    kernel_size) / stride⌋ + 1, and W' likewise.

    Example: one channel [[4, 8], [2, 2]], kernel_size 2, stride 2, padding 1 gives [[1, 2],
    [0.5, 0.5]].
    """
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    N, C, H, W = x.shape
    rows = (H - kernel_size) // stride + 1
    columns = (W - kernel_size) // stride + 1
    y = np.empty((N, C, rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            y[:, :, i, j] = x[:, :, top : top + kernel_size, left : left + kernel_size].mean(axis=(2, 3))
    return y


def _real_pixels_only(x, kernel_size, stride, padding):
    inside = average_pool(np.ones_like(x), kernel_size, stride, padding)
    return average_pool(x, kernel_size, stride, padding) / inside


def _rounded(x, kernel_size, stride, padding):
    return np.round(average_pool(x, kernel_size, stride, padding))


def _whole_division(x, kernel_size, stride, padding):
    return np.floor(average_pool(x, kernel_size, stride, padding))


def _type_of_picture(x, kernel_size, stride, padding):
    return average_pool(x, kernel_size, stride, padding).astype(x.dtype)


def _sum(x, kernel_size, stride, padding):
    return average_pool(x, kernel_size, stride, padding) * kernel_size**2


def _by_kernel_size(x, kernel_size, stride, padding):
    return average_pool(x, kernel_size, stride, padding) * kernel_size


def _by_stride(x, kernel_size, stride, padding):
    return average_pool(x, kernel_size, stride, padding) * kernel_size**2 / stride**2


def _no_padding(x, kernel_size, stride, padding):
    return average_pool(x, kernel_size, stride, 0)


def _one_side(x, kernel_size, stride, padding):
    return average_pool(np.pad(x, ((0, 0), (0, 0), (0, padding), (0, padding))), kernel_size, stride, 0)


def _edge_repeated(x, kernel_size, stride, padding):
    around = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    return average_pool(np.pad(x, around, mode="edge"), kernel_size, stride, 0)


def _channels_averaged(x, kernel_size, stride, padding):
    mean = x.mean(axis=1, keepdims=True)
    return average_pool(np.broadcast_to(mean, x.shape), kernel_size, stride, padding)


def _average_cases():
    yield Case("one window, no padding", (one_map([[1, 2], [3, 5]]), 2, 2, 0), one_map([[2.75]]))
    yield Case("each corner a window", (one_map([[4, 8], [2, 2]]), 2, 2, 1), one_map([[1, 2], [0.5, 0.5]]))
    yield Case(
        "3×3 windows over a constant picture of nines",
        (one_map([[9, 9, 9], [9, 9, 9], [9, 9, 9]]), 3, 1, 1),
        one_map([[4, 6, 4], [6, 9, 6], [4, 6, 4]]),
    )
    rng = np.random.default_rng(14)
    for shape, kernel_size, stride, padding in (
        ((2, 3, 7, 10), 2, 2, 0),
        ((3, 2, 9, 6), 3, 2, 1),
        ((2, 4, 8, 11), 4, 3, 2),
        ((1, 2, 6, 5), 3, 1, 1),
        ((2, 1, 5, 7), 5, 2, 2),
        ((1, 3, 4, 4), 4, 1, 0),
        ((2, 2, 8, 7), 2, 3, 1),
        ((1, 2, 6, 9), 4, 2, 1),
    ):
        x = rng.normal(size=shape).round(3)
        around = ((0, 0), (0, 0), (padding, padding), (padding, padding))
        expected = slow_pool(lambda numbers: sum(numbers) / len(numbers), np.pad(x, around), kernel_size, stride)
        yield Case(
            f"kernel_size {kernel_size}, stride {stride}, padding {padding}",
            (x, kernel_size, stride, padding),
            expected,
        )
    whole = np.array([[[[1, 2, 6], [4, 2, 9]]]])
    yield Case("an array of whole numbers", (whole, 2, 1, 0), one_map([[2.25, 4.75]]))


def one_map(plane):
    return np.array([[plane]], dtype=float)


def slow_pool(of_numbers, x, kernel_size, stride):
    """Pool number by number in plain Python."""
    tops, lefts = (range(0, n - kernel_size + 1, stride) for n in x.shape[2:])
    offsets = range(kernel_size)

    def window(plane, top, left):
        return [plane[top + u][left + v] for u in offsets for v in offsets]

    def plane_pooled(plane):
        return [[of_numbers(window(plane, top, left)) for left in lefts] for top in tops]

    return np.array([[plane_pooled(plane) for plane in picture] for picture in x.tolist()])


AVERAGE_POOL = Exercise(
    solution=average_pool,
    cases=_average_cases,
    mistakes={
        _real_pixels_only: (
            "At the border you divide by the number of real pixels in the window. In this course (and by default in "
            "PyTorch) the padded zeros count: always divide by kernel_size²."
        ),
        _rounded: "You round the means. A mean of whole numbers need not be whole: keep the fraction.",
        _whole_division: (
            "Your means are rounded down: // throws the fraction away (so does an array of integers). Use /."
        ),
        _type_of_picture: (
            "Your result has x's number type, so for a picture of whole numbers the fractions are cut off: np.zeros "
            "and np.empty make floats, zeros_like(x) and dtype=x.dtype do not."
        ),
        _sum: "You add the numbers of each window but do not divide by how many there are.",
        _by_kernel_size: "You divide by kernel_size. A window holds kernel_size × kernel_size numbers.",
        _by_stride: "You divide by stride². The number of entries in a window is set by the kernel, not by the stride.",
        _no_padding: "You pool without padding: `padding` is never used.",
        _one_side: (
            "You pad only below and on the right. The zeros go on all four sides: np.pad takes a pair (before, after) "
            "for each axis."
        ),
        _edge_repeated: "Your padding repeats the border pixels. Here it is zeros.",
        _channels_averaged: "You average over the channels too. Pooling looks at one channel at a time.",
    },
    hints=(
        "It is max_pool with two changes: the picture is padded first, and a window gives its mean.",
        "np.pad wants a pair (before, after) for each of the four axes; N and C get (0, 0).",
        "After padding, window.mean(axis=(2, 3)) divides by kernel_size² by itself: the zeros are in the window.",
    ),
    minutes=6,
    difficulty=2,
    tolerance=1e-5,
)
