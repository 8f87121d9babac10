"""Exercise of notebook 3.2: where windows stand."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def window_starts(image_size, window, stride):
    """Return the upper left pixels (row, column) of all windows, an int array (n, 2).

    image_size and window are (height, width) in pixels, stride is (down, right). The first
    window starts at (0, 0); the others lie multiples of the strides further. Keep every
    window that lies inside the picture, also one that ends exactly at its border; leave
    out those that would hang over. In reading order: row by row, each from the left. If
    none fits, the array has shape (0, 2).

    Example: a picture of 5 × 8, windows of 3 × 4, strides (2, 3) give
    [[0, 0], [0, 3], [2, 0], [2, 3]].
    """
    (H, W), (h, w), (down, right) = image_size, window, stride
    rows = range(0, H - h + 1, down)
    columns = range(0, W - w + 1, right)
    starts = [(row, column) for row in rows for column in columns]
    return np.array(starts, dtype=int).reshape(-1, 2)


def _placed(
    ends=lambda n, length: n - length + 1,
    swap_window=False,
    stride=lambda stride, window: stride,
    begin=lambda stride: (0, 0),
    order=lambda rows, columns: [(row, column) for row in rows for column in columns],
):
    """Return a function that places windows with one part replaced."""

    def starts(image_size, window, strides):
        window = window[::-1] if swap_window else window
        steps, first = stride(strides, window), begin(strides)
        rows, columns = (
            range(first[axis], max(ends(image_size[axis], window[axis]), 0), steps[axis]) for axis in (0, 1)
        )
        return np.array(order(rows, columns), int).reshape(-1, 2)

    return starts


_last_missing = _placed(ends=lambda n, length: n - length)
_hanging_over = _placed(ends=lambda n, length: n)
_whole_windows_before_the_end = _placed(ends=lambda n, length: n - 2 * length + 1)
_one_pixel_over = _placed(ends=lambda n, length: n - length + 2)
_swapped_window = _placed(swap_window=True)
_swapped_stride = _placed(stride=lambda stride, window: stride[::-1])
_every_pixel = _placed(stride=lambda stride, window: (1, 1))
_one_stride = _placed(stride=lambda stride, window: (stride[0], stride[0]))
_side_by_side = _placed(stride=lambda stride, window: window)
_window_and_stride = _placed(stride=lambda stride, window: (window[0] + stride[0], window[1] + stride[1]))
_first_missing = _placed(begin=lambda stride: stride)
_column_first = _placed(order=lambda rows, columns: [(column, row) for row in rows for column in columns])
_column_by_column = _placed(order=lambda rows, columns: [(row, column) for column in columns for row in rows])
_diagonal = _placed(order=lambda rows, columns: list(zip(rows, columns, strict=False)))


def _swapped_image(image_size, window, stride):
    return window_starts(image_size[::-1], window, stride)


def _one_window_side(image_size, window, stride):
    return window_starts(image_size, (window[0], window[0]), stride)


def _ends_by_stride(image_size, window, stride):
    return window_starts(image_size, stride, stride)


def _rounded_up(image_size, window, stride):
    """Count steps rounded up, so that the last window reaches the border or hangs over it."""
    counts = [-(-(n - length) // step) + 1 for n, length, step in zip(image_size, window, stride, strict=True)]
    places = [range(0, count * step, step) for count, step in zip(counts, stride, strict=True)]
    return np.array([(row, column) for row in places[0] for column in places[1]], int).reshape(-1, 2)


def _floats_if_none(image_size, window, stride):
    return np.array(window_starts(image_size, window, stride).tolist()).reshape(-1, 2)


def _flat_if_none(image_size, window, stride):
    return np.array(window_starts(image_size, window, stride).tolist(), dtype=int)


def _counts(image_size, window, stride):
    starts = window_starts(image_size, window, stride)
    return starts // np.array(stride)


def _centres(image_size, window, stride):
    return window_starts(image_size, window, stride) + np.array(window) // 2


def _boxes(image_size, window, stride):
    starts = window_starts(image_size, window, stride)
    return np.hstack([starts[:, ::-1], starts[:, ::-1] + np.array(window)[::-1]])


def _pushed_back(image_size, window, stride):
    """Add a last window at the border where the stride does not lead there."""
    axes = []
    for n, length, step in zip(image_size, window, stride, strict=True):
        starts = list(range(0, n - length + 1, step))
        if starts and starts[-1] != n - length:
            starts.append(n - length)
        axes.append(starts)
    return np.array([(row, column) for row in axes[0] for column in axes[1]], int).reshape(-1, 2)


def _a_grid(image_size, window, stride):
    starts = window_starts(image_size, window, stride)
    return starts.reshape(len(np.unique(starts[:, 0])), -1, 2)


def _plain_starts(image_size, window, stride):
    """Return the starts by asking every pixel."""
    H, W = image_size
    found = [
        [row, column]
        for row in range(H)
        for column in range(W)
        if not row % stride[0] and not column % stride[1] and row + window[0] <= H and column + window[1] <= W
    ]
    return np.array(found, int).reshape(-1, 2)


def _start_cases():
    def case(what, *args):
        return Case(what, args, _plain_starts(*args))

    yield Case(
        "the picture of the example",
        ((5, 8), (3, 4), (2, 3)),
        np.array([[0, 0], [0, 3], [2, 0], [2, 3]]),
    )
    yield case("the last window ends at the border both ways", (10, 13), (4, 5), (3, 2))
    yield case("rows and columns left over", (12, 9), (5, 2), (3, 4))
    yield case("one window, as large as the picture", (6, 9), (6, 9), (1, 4))
    yield case("a tall picture, windows one pixel apart", (7, 4), (3, 4), (1, 1))
    yield case("strides wider than the window", (11, 16), (2, 3), (4, 5))
    yield case("a window higher than the picture: none", (5, 9), (6, 3), (4, 2))
    yield case("a window larger than the picture both ways", (4, 3), (9, 8), (1, 2))
    yield case("a picture of 120 × 640", (120, 640), (64, 96), (50, 130))
    yield case("a window as wide as high", (20, 15), (8, 8), (4, 3))


WINDOW_STARTS = Exercise(
    solution=window_starts,
    cases=_start_cases,
    mistakes={
        _last_missing: "The last window is missing where it ends exactly at the border: the last start is H − h "
        "itself, and range(0, H − h) stops before it.",
        _hanging_over: "Your windows start anywhere in the picture, and the last ones hang over its border. A window "
        "that starts at row ends at row + h, which may be at most H.",
        _one_pixel_over: "Your last window hangs over the border by one pixel: the largest start is H − h.",
        _whole_windows_before_the_end: "You stop a whole window too early: h is taken from H twice.",
        _swapped_window: "Height and width of the window are swapped: it is (height, width).",
        _swapped_image: "Height and width of the picture are swapped: image_size is (height, width).",
        _one_window_side: "You use the window's height for columns too; window[1] is its width.",
        _ends_by_stride: "You take the stride from the picture's side where the window's size belongs: the last start "
        "is H − h.",
        _rounded_up: "You round the number of steps up, so your last window hangs over: round down, with //.",
        _floats_if_none: "Right, except where no window fits: np.array([]) holds floats, and pixels are whole numbers. "
        "np.array(starts, dtype=int).",
        _flat_if_none: "Right, except where no window fits: np.array([]) has shape (0,), not (0, 2). "
        ".reshape(-1, 2) mends it.",
        _swapped_stride: "The two strides are swapped: (down, right), down for rows, right for columns.",
        _every_pixel: "You take every pixel as a start and do not use the stride.",
        _one_stride: "You use the stride downwards for both directions; stride[1] is the one to the right.",
        _side_by_side: "Your windows lie side by side, a window's size apart. They are the stride apart, and overlap.",
        _window_and_stride: "You leave a gap of the stride between windows. The stride is the distance from start to "
        "start.",
        _first_missing: "The first window, at (0, 0), is missing: you begin one stride further.",
        _column_first: "You return (column, row); row comes first.",
        _column_by_column: "All windows are there, but column by column. Reading order: let the column change fastest.",
        _diagonal: "You pair the first row with the first column, the second with the second. Every row goes with "
        "every column: two loops, one inside the other.",
        _counts: "You return how many strides a window is down and right; its pixels are asked for: times the stride.",
        _centres: "You return the windows' centres; their upper left pixels are asked for.",
        _boxes: "You return boxes of four numbers. Only the start (row, column) is asked for.",
        _pushed_back: "Where the stride does not reach the border you add a window pushed back to it. A good idea, but "
        "a convolution cannot do it; here such rows stay uncovered.",
        _a_grid: "The right numbers in an array of three axes. A plain list is asked for, (n, 2): .reshape(-1, 2).",
    },
    hints=(
        "Do rows alone first: which starts are there for H = 5, h = 3, down = 2? 0 and 2; the next, 4, would end at 7.",
        "range(0, H − h + 1, down) counts from 0 in strides and stops before H − h + 1, so H − h is the last possible.",
        "Two loops, rows outside, columns inside; np.array(…, dtype=int).reshape(-1, 2) also makes the empty list fit.",
    ),
    minutes=6,
    difficulty=1,
)
