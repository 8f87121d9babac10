"""Exercises on the steps of a convolution: the frame of zeros, one window, and the half turn of true convolution.

Shapes: pictures (N, C, H, W), kernels (K, C, f, f). "Convolution" lays the kernel on the picture as it is, unless
the word *true* or *flipped* is said.
"""

import numpy as np

from cnncourse.convolution import correlate
from cnncourse.exercises.exercise import Case, Exercise


def pad(x, padding):
    """Return x of shape (N, C, H, W) with `padding` zeros on all four sides of it.

    The result has shape (N, C, H + 2·padding, W + 2·padding); x itself stays as it is.

    pad(np.array([[[[5.0]]]]), 1) is [[[[0, 0, 0], [0, 5, 0], [0, 0, 0]]]].
    """
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def _pad_everything(x, padding):
    return np.pad(x, padding)


def _pad_channels_too(x, padding):
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding), (padding, padding)))


def _pad_one_side(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (0, padding), (0, padding)))


def _pad_other_side(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, 0), (padding, 0)))


def _pad_columns_only(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (padding, padding)))


def _pad_copies_border(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="edge")


def _pad_cases():
    yield Case("one pixel", (np.array([[[[5.0]]]]), 1), np.array([[[[0.0, 0, 0], [0, 5, 0], [0, 0, 0]]]]))
    row = np.array([[[[1.0, 2.0]]]])
    yield Case("a picture of 1 × 2", (row, 1), np.array([[[[0.0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]]]]))
    yield Case("no padding at all", (row, 0), row.copy())
    rng = np.random.default_rng(11)
    for shape, padding in (((2, 3, 4, 5), 2), ((1, 4, 3, 2), 1), ((3, 1, 2, 6), 4), ((2, 2, 5, 3), 3)):
        x = rng.normal(size=shape)
        yield Case(f"random numbers of shape {shape}, padding {padding}", (x, padding), framed(x, padding))


def framed(x, padding):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    for n, c, i, j in np.ndindex(x.shape):
        out[n, c, i + padding, j + padding] = x[n, c, i, j]
    return out


PAD = Exercise(
    solution=pad,
    cases=_pad_cases,
    mistakes={
        _pad_everything: "You padded all four axes, so empty pictures and empty channels came in as well. Only height "
        "and width, the two last axes, get a frame: tell np.pad so, axis by axis.",
        _pad_channels_too: "Your channels axis grew too: a picture of 3 channels became one of more. A frame lies "
        "around each channel, in height and width only; channels and batch get (0, 0).",
        _pad_one_side: "You padded only below and on the right. A frame has four sides: each of the two axes takes the"
        " pair (zeros before, zeros after).",
        _pad_other_side: "You padded only above and on the left. A frame has four sides: each of the two axes takes "
        "the pair (zeros before, zeros after).",
        _pad_columns_only: "You padded the columns but not the rows: the frame is missing above and below. Height is "
        "axis 2, width axis 3.",
        _pad_copies_border: "The frame holds copies of the border pixels. That is a real choice (mode 'edge'), but the"
        " one asked for here, and the usual one in networks, is zeros.",
    },
    hints=(
        "np.pad takes one pair (before, after) for each axis, in the order of the shape.",
        "Which pair does the batch axis need, so that nothing is added to it? And the channel axis?",
        "np.pad(x, ((0, 0), (0, 0), …, …)): fill in the pairs of height and width.",
    ),
    minutes=5,
    difficulty=1,
)


def convolve_window(window, kernel, bias):
    """Return the one number that a kernel gives on one window of a volume.

    window: the part of the input under the kernel, shape (C, f, f). kernel: same shape.
    bias: one number. Multiply cell by cell, add up all C·f·f products, add the bias once.

    For instance (C = 1, f = 2): window [[[1, 2], [3, 4]]], kernel [[[1, 0], [0, −1]]]
    and bias 10 give 1 − 4 + 10 = 7.
    """
    return np.sum(window * kernel) + bias


def _window_channels_apart(window, kernel, bias):
    return np.sum(window * kernel, axis=(1, 2)) + bias


def _window_bias_each(window, kernel, bias):
    return np.sum(window * kernel + bias)


def _window_bias_per_channel(window, kernel, bias):
    return sum(np.sum(part * weights) + bias for part, weights in zip(window, kernel, strict=True))


def _window_no_bias(window, kernel, bias):
    return np.sum(window * kernel)


def _window_flipped(window, kernel, bias):
    return np.sum(window * kernel[:, ::-1, ::-1]) + bias


def _window_matrix_product(window, kernel, bias):
    return np.sum(window @ kernel) + bias


def _window_mean(window, kernel, bias):
    return np.mean(window * kernel) + bias


def _window_cases():
    one = np.array([[[1.0, 2], [3, 4]]])
    yield Case("one channel, 2 × 2", (one, np.array([[[1.0, 0], [0, -1]]]), 10.0), 7.0)
    two = np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]])
    kernel = np.array([[[1.0, 0], [0, 0]], [[0, 0], [0, 2]]])
    yield Case("two channels: 1·1 + 8·2 + 0.5", (two, kernel, 0.5), 17.5)
    yield Case("a negative bias", (two, np.ones((2, 2, 2)), -6.0), 30.0)
    yield Case("a 1 × 1 kernel", (np.array([[[2.0]], [[3]], [[4]]]), np.array([[[1.0]], [[10]], [[100]]]), 1.0), 433.0)
    rng = np.random.default_rng(12)
    for C, f in ((3, 3), (1, 5), (4, 2)):
        window, kernel, bias = rng.normal(size=(C, f, f)), rng.normal(size=(C, f, f)), float(rng.normal())
        total = bias
        for index in np.ndindex(C, f, f):
            total += float(window[index]) * float(kernel[index])
        yield Case(f"random numbers, {C} channels, {f} × {f}", (window, kernel, bias), total)


CONVOLVE_WINDOW = Exercise(
    solution=convolve_window,
    cases=_window_cases,
    mistakes={
        _window_channels_apart: "You gave one number for each channel. A kernel reads all channels together: its C "
        "sums are added into a single number. Over which axes do you sum?",
        _window_bias_each: "Your bias went into every product, so it was counted C·f·f times. It is one number for the"
        " whole window: add it after the sum.",
        _window_bias_per_channel: "Your bias was added once for every channel. It belongs to the kernel, not to its "
        "channels: add it once, at the very end.",
        _window_no_bias: "The bias is missing: the sum of products is right, but nothing was added to it.",
        _window_flipped: "Your kernel was turned by half a turn before multiplying. That is convolution in the sense "
        "of signal processing; networks lay the kernel on the window as it is.",
        _window_matrix_product: "You used the matrix product (@ or np.dot). Here each cell of the window meets only "
        "the cell of the kernel that lies on it: the product is cell by cell, `*`.",
        _window_mean: "You averaged the products; the answer is their sum. If a kernel should average, its weights say"
        " so themselves (1/9 each for a 3 × 3 blur).",
    },
    hints=(
        "window * kernel multiplies cell by cell and keeps the shape (C, f, f).",
        "np.sum without an axis adds up everything there is, across channels too.",
        "The bias is added once, outside the sum.",
    ),
    minutes=5,
    difficulty=1,
)


def convolve_flipped(x, weight):
    """Return the true convolution of x (N, C, H, W) with weight (K, C, f, f).

    No bias, stride 1, no padding. True convolution lays every kernel on the picture after
    half a turn: its last row comes first and its last column comes first. The channels
    keep their order. Use `correlate(x, weight)`, which does not flip.

    A kernel [[1, 2], [3, 4]] is laid on the picture as [[4, 3], [2, 1]].
    """
    return correlate(x, weight[:, :, ::-1, ::-1])


def _flipped_not(x, weight):
    return correlate(x, weight)


def _flipped_rows_only(x, weight):
    return correlate(x, weight[:, :, ::-1])


def _flipped_columns_only(x, weight):
    return correlate(x, weight[..., ::-1])


def _flipped_transposed(x, weight):
    return correlate(x, weight.swapaxes(2, 3))


def _flipped_quarter_turn(x, weight):
    return correlate(x, np.rot90(weight, axes=(2, 3)))


def _flipped_channels_too(x, weight):
    return correlate(x, weight[:, ::-1, ::-1, ::-1])


def _flipped_all_axes(x, weight):
    return correlate(x, np.flip(weight))


def _flipped_kernels_and_channels(x, weight):
    return correlate(x, weight[::-1, ::-1])


def _flipped_picture(x, weight):
    return correlate(x[:, :, ::-1, ::-1], weight)


def _flipped_cases():
    picture = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    small = np.array([[[[1.0, 2], [3, 4]]]])
    yield Case("the numbers 1 to 9 and a 2 × 2 kernel", (picture, small), np.array([[[[23.0, 33], [53, 63]]]]))
    spot = np.zeros((1, 1, 5, 5))
    spot[0, 0, 2, 2] = 1
    kernel = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    yield Case("one bright pixel gives the kernel itself", (spot, kernel), kernel.copy())
    rng = np.random.default_rng(14)
    for shape, K, f in (
        ((1, 3, 6, 5), 2, 3),
        ((2, 2, 5, 7), 4, 2),
        ((3, 4, 6, 8), 3, 5),
        ((2, 3, 4, 3), 2, 1),
        ((1, 2, 3, 3), 2, 3),
    ):
        x, weight = rng.normal(size=shape), rng.normal(size=(K, shape[1], f, f))
        yield Case(f"a batch {shape}, {K} kernels of {f} × {f}", (x, weight), _spread(x, weight))


def _spread(x, weight):
    """Let every pixel spread a copy of the kernel, as the sum over x[i − u, j − v] says; keep the full windows."""
    N, _, H, W = x.shape
    K, _, f, _ = weight.shape
    full = np.zeros((N, K, H + f - 1, W + f - 1))
    for n, c, i, j in np.ndindex(x.shape):
        full[n, :, i : i + f, j : j + f] += x[n, c, i, j] * weight[:, c]
    return full[:, :, f - 1 : H, f - 1 : W]


CONVOLVE_FLIPPED = Exercise(
    solution=convolve_flipped,
    cases=_flipped_cases,
    mistakes={
        _flipped_not: "This is still correlation: the kernel lies on the picture as it is. Turn it first.",
        _flipped_rows_only: "You flipped the rows but not the columns. Half a turn reverses both.",
        _flipped_columns_only: "You flipped the columns but not the rows. Half a turn reverses both.",
        _flipped_transposed: "You transposed the kernel: rows became columns. Half a turn reverses the order of the "
        "rows and of the columns, and swaps neither with the other.",
        _flipped_quarter_turn: "You turned the kernel by a quarter turn; np.rot90 does that unless told otherwise. "
        "Half a turn is two of them.",
        _flipped_channels_too: "Your channels were reversed as well, so red weights meet the blue channel. Only the "
        "two last axes turn.",
        _flipped_all_axes: "You reversed all four axes (np.flip does so without `axis`), so kernels and channels "
        "changed places too. Only the two last axes turn.",
        _flipped_kernels_and_channels: "You reversed the first two axes, kernels and channels. weight[::-1, ::-1] "
        "means those; the two last axes are the ones to turn.",
        _flipped_picture: "You turned the picture instead of the kernel, so the output comes out turned. Turn the "
        "kernel (or turn the output back).",
    },
    hints=(
        "a[::-1] reverses an array along its first axis. Which axes of weight (K, C, f, f) should be reversed?",
        "weight[:, :, …, …]: the first two axes stay whole.",
        "np.flip(weight, axis=(2, 3)) or weight[:, :, ::-1, ::-1], then correlate.",
    ),
    minutes=5,
    difficulty=1,
)
