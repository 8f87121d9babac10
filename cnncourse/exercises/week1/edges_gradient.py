"""Exercise of notebook 1.1: the gradient of a picture by Sobel's kernels."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise

SOBEL_X = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))
SOBEL_Y = ((-1, -2, -1), (0, 0, 0), (1, 2, 1))


def image_gradient(image):
    """Return (d_y, d_x): how fast a picture grows downwards and to the right (Sobel).

    image: (H, W). d_y and d_x: (H, W) each. Lay the kernels on as they are, at every pixel:
        for d_x  [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]   positive where brighter to the right
        for d_y  [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]   positive where brighter downwards
    Outside the picture, repeat its outermost pixels: np.pad(image, 1, mode="edge").
    Example: in [[0, 1, 2], [0, 1, 2], [0, 1, 2]] the middle pixel has d_y = 0, d_x = 8.
    """
    H, W = image.shape
    sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    padded = np.pad(image, 1, mode="edge")  # (H + 2, W + 2)
    d_y, d_x = np.zeros((H, W)), np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            window = padded[i : i + 3, j : j + 3]  # the window around pixel (i, j)
            d_y[i, j] = (window * sobel_x.T).sum()
            d_x[i, j] = (window * sobel_x).sum()
    return d_y, d_x


def _filtered(image, kernel, mode="edge"):
    """Filter a picture, pixel by pixel, in pure Python numbers: the oracle of the cases."""
    padded = np.pad(np.asarray(image, dtype=float), 1, mode=mode).tolist()
    H, W = np.shape(image)
    return np.array(
        [
            [sum(kernel[u][v] * padded[i + u][j + v] for u in range(3) for v in range(3)) for j in range(W)]
            for i in range(H)
        ]
    )


def _swapped(image):
    return _filtered(image, SOBEL_X), _filtered(image, SOBEL_Y)


def _sign_turned(image):
    return -_filtered(image, SOBEL_Y), -_filtered(image, SOBEL_X)


def _upwards(image):
    return -_filtered(image, SOBEL_Y), _filtered(image, SOBEL_X)


def _no_smoothing(image):
    padded = np.pad(image, 1, mode="edge")
    return padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]


def _numpy_gradient(image):
    return tuple(np.gradient(np.asarray(image, dtype=float)))


def _prewitt(image):
    difference = ((-1, 0, 1),) * 3
    return _filtered(image, np.transpose(difference)), _filtered(image, difference)


def _zero_border(image):
    return _filtered(image, SOBEL_Y, "constant"), _filtered(image, SOBEL_X, "constant")


def _mirrored_border(image):
    return _filtered(image, SOBEL_Y, "reflect"), _filtered(image, SOBEL_X, "reflect")


def _absolute(image):
    return np.abs(_filtered(image, SOBEL_Y)), np.abs(_filtered(image, SOBEL_X))


def _border_left_out(image):
    d_y, d_x = _filtered(image, SOBEL_Y), _filtered(image, SOBEL_X)
    for d in (d_y, d_x):
        d[[0, -1]] = d[:, [0, -1]] = 0
    return d_y, d_x


def _divided_by_eight(image):
    return _filtered(image, SOBEL_Y) / 8, _filtered(image, SOBEL_X) / 8


def _gradient_case(what, image):
    return Case(what, (image,), (_filtered(image, SOBEL_Y), _filtered(image, SOBEL_X)))


def _gradient_cases():
    ramp = np.array([[0.0, 1, 2], [0, 1, 2], [0, 1, 2]])
    yield Case("a ramp to the right, by hand", (ramp,), (np.zeros((3, 3)), np.array([[4.0, 8, 4]] * 3)))
    step = np.array([[0.0] * 4, [0] * 4, [10] * 4, [10] * 4])
    down = np.array([[0.0] * 4, [40] * 4, [40] * 4, [0] * 4])
    yield Case("dark above, bright below, by hand", (step,), (down, np.zeros((4, 4))))
    bright_left = np.array([[10.0, 10, 10, 0, 0, 0]] * 6)
    band = np.array([[0.0, 0, -40, -40, 0, 0]] * 6)
    yield Case("the edge 10 | 0: it gets darker to the right", (bright_left,), (np.zeros((6, 6)), band))
    yield Case(
        "a constant picture has no gradient, at the border neither", (np.full((3, 5), 0.7),), (np.zeros((3, 5)),) * 2
    )
    rng = np.random.default_rng(12)
    yield _gradient_case("a wide picture of random numbers", rng.random((5, 9)))
    yield _gradient_case("a tall picture of random numbers", rng.random((11, 4)))
    yield _gradient_case("whole numbers", rng.integers(0, 256, (6, 7)))
    yield _gradient_case("a single row", rng.random((1, 6)))
    yield _gradient_case("a single column", rng.random((5, 1)))


IMAGE_GRADIENT = Exercise(
    solution=image_gradient,
    cases=_gradient_cases,
    mistakes={
        _swapped: "Your d_y and d_x have changed places. d_y comes first: growth downwards, from one row to the next; "
        "look at which kernel has its minus signs in the top row.",
        _sign_turned: (
            "All your signs are turned: where the picture gets brighter to the right or downwards, the number "
            "must be positive. The +1 and +2 of the kernel lie on the right (for d_x) and at the bottom (for "
            "d_y)."
        ),
        _upwards: (
            "Your d_y has the wrong sign. Rows count downwards, so y grows downwards: brighter below means d_y > 0."
        ),
        _no_smoothing: (
            "You take the difference of two neighbours but do not smooth across it. Sobel adds three such "
            "differences with weights 1, 2, 1, from three neighbouring rows (for d_x) or columns (for d_y)."
        ),
        _numpy_gradient: (
            "This is np.gradient: half the difference of two neighbours, one-sided at the border, without "
            "smoothing. Sobel's kernels weigh three rows (or columns) with 1, 2, 1 and do not divide."
        ),
        _prewitt: (
            "Your smoothing weights are 1, 1, 1: that is Prewitt. Sobel counts the middle row (or column) "
            "twice: 1, 2, 1."
        ),
        _zero_border: (
            "Inside all is right; at the border you put zeros around the picture, so its rim looks like an "
            'edge. Repeat the outermost pixels instead: np.pad(image, 1, mode="edge").'
        ),
        _mirrored_border: (
            "Inside all is right; at the border you mirror the picture, which takes the second pixel from the rim. "
            'Repeat the outermost pixels instead: np.pad(image, 1, mode="edge").'
        ),
        _absolute: "Your signs are lost: keep negative numbers, they say that the picture gets darker there.",
        _border_left_out: (
            "Inside all is right, but the outermost pixels were left at 0. Pad the picture first; then every "
            "pixel has a 3×3 window, and the loops run over all H rows and all W columns."
        ),
        _divided_by_eight: (
            "You divide by 8. That would give the true slope, but by convention Sobel's numbers are used as "
            "they are: on a ramp of slope 1 the answer is 8."
        ),
    },
    hints=(
        "Pad first; then pixel (i, j) of the picture is the centre of padded[i : i + 3, j : j + 3].",
        "Two loops over rows and columns, and in them one window for both kernels: apply_window(window, kernel).",
        "The kernel for d_y is the transpose of the one for d_x: kernel.T. Return d_y first.",
    ),
    minutes=12,
    difficulty=2,
    returns=("d_y", "d_x"),
)
