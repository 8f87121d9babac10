"""Exercises of notebook 1.1, edges: one window, the gradient, its length, any angle, and nine numbers learned.

Conventions: a picture is (H, W); y grows downwards; kernels are laid on as they are, not turned.
"""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week1.edges_gradient import IMAGE_GRADIENT, SOBEL_X, SOBEL_Y
from cnncourse.exercises.week1.edges_learning import LEARN_FILTER

VERTICAL = np.array([[1.0, 0, -1], [1, 0, -1], [1, 0, -1]])


def apply_window(window, kernel):
    """Multiply the numbers of window and kernel that lie on each other; add the products.

    window, kernel: arrays of the same shape (f, f). Returns one number.
    Example: window [[10, 0], [10, 0]] and kernel [[1, -1], [1, -1]] give
    10·1 + 0·(−1) + 10·1 + 0·(−1) = 20.
    """
    return (window * kernel).sum()


def _kernel_flipped(window, kernel):
    return (window * kernel[::-1, ::-1]).sum()


def _sum_forgotten(window, kernel):
    return window * kernel


def _sum_of_rows(window, kernel):
    return sum(window * kernel)


def _diagonal_only(window, kernel):
    return sum(window[i, i] * kernel[i, i] for i in range(len(kernel)))


def _matrix_product(window, kernel):
    return (window @ kernel).sum()


def _mean_of_products(window, kernel):
    return (window * kernel).mean()


def _window_cases():
    yield Case(
        "two rows by hand: 10 + 0 + 10 + 0", (np.array([[10.0, 0], [10, 0]]), np.array([[1.0, -1], [1, -1]])), 20.0
    )
    yield Case("across the edge 10 | 0: 3 · 10", (np.array([[10.0, 10, 0]] * 3), VERTICAL), 30.0)
    yield Case("a flat window: every 10 · 1 meets a 10 · (−1)", (np.full((3, 3), 10.0), VERTICAL), 0.0)
    counting = np.arange(1.0, 10).reshape(3, 3)
    yield Case("1·0 + 2·1 + 3·0 + … + 8·(−3)", (counting, np.array([[0.0, 1, 0], [2, 0, -1], [0, -3, 0]])), -20.0)
    yield Case("whole numbers", (np.array([[3, 1], [4, 1]]), np.array([[2, -7], [1, 8]])), 11.0)
    yield Case("a single pixel", (np.array([[4.0]]), np.array([[0.5]])), 2.0)
    rng = np.random.default_rng(11)
    for f in (3, 5, 4, 7):
        window, kernel = rng.normal(size=(f, f)), rng.normal(size=(f, f))
        expected = sum(float(window[i, j]) * float(kernel[i, j]) for i in range(f) for j in range(f))
        yield Case(f"random numbers, {f}×{f}", (window, kernel), expected)


APPLY_WINDOW = Exercise(
    solution=apply_window,
    cases=_window_cases,
    mistakes={
        _kernel_flipped: (
            "Your kernel is turned by half a turn before it meets the window. Lay it on as it is: the number at"
            " [0, 0] of the kernel meets the number at [0, 0] of the window. (Mathematicians turn it; networks "
            "do not.)"
        ),
        _sum_forgotten: (
            "You return the products, a whole table. One window gives one number: the products must still be added up."
        ),
        _sum_of_rows: "Python's own sum adds up along the first axis only, so a row of numbers is left. "
        "An array's method .sum() adds up everything.",
        _diagonal_only: (
            "Only the numbers on the diagonal are used. Every place of the window counts: all f · f of them."
        ),
        _matrix_product: (
            "@ is the matrix product, rows times columns. Here each number meets only the one that lies on it: "
            "that product is written with *."
        ),
        _mean_of_products: (
            "You average the products. They are added up: dividing by their number makes every answer f · f "
            "times too small."
        ),
    },
    hints=(
        "Try it on paper with the 2×2 example: four products, three plus signs.",
        (
            "NumPy multiplies two arrays of one shape number by number with *. What is left to do with the "
            "table of products?"
        ),
        "(window * kernel) is the table of products; its .sum() is one number.",
    ),
    minutes=5,
    difficulty=1,
)


def gradient_magnitude(d_y, d_x):
    """Return the length of the gradient at every pixel: how strong an edge is.

    d_y, d_x: arrays of one shape. Returns √(d_y² + d_x²) at every place (Pythagoras).
    Example: d_y = [[3]] and d_x = [[-4]] give [[5]].
    """
    return np.sqrt(d_y**2 + d_x**2)


def _sum_of_absolutes(d_y, d_x):
    return np.abs(d_y) + np.abs(d_x)


def _no_root(d_y, d_x):
    return d_y**2 + d_x**2


def _x_only(d_y, d_x):
    return np.abs(d_x)


def _y_only(d_y, d_x):
    return np.abs(d_y)


def _larger_of_both(d_y, d_x):
    return np.maximum(np.abs(d_y), np.abs(d_x))


def _root_of_sum(d_y, d_x):
    return np.sqrt(np.abs(d_y + d_x))


def _magnitude_cases():
    yield Case("3 and −4 make 5", (np.array([[3.0]]), np.array([[-4.0]])), np.array([[5.0]]))
    d_y, d_x = np.array([[0.0, -6, 5], [8, 0, -12]]), np.array([[7.0, 8, 12], [-15, 0, -5]])
    yield Case("more of Pythagoras' triangles", (d_y, d_x), np.array([[7.0, 10, 13], [17, 0, 13]]))
    yield Case("only up or down", (np.array([[-40.0, 40]]), np.zeros((1, 2))), np.array([[40.0, 40]]))
    yield Case("only left or right", (np.zeros((2, 1)), np.array([[-40.0], [40]])), np.array([[40.0], [40]]))
    yield Case("whole numbers", (np.array([[20, -9]]), np.array([[21, 40]])), np.array([[29.0, 41.0]]))
    rng = np.random.default_rng(13)
    for H, W in ((4, 7), (9, 2)):
        d_y, d_x = rng.normal(size=(H, W)), rng.normal(size=(H, W))
        expected = [[abs(complex(x, y)) for x, y in zip(*rows, strict=True)] for rows in zip(d_x, d_y, strict=True)]
        yield Case(f"random numbers, {H}×{W}", (d_y, d_x), np.array(expected))


GRADIENT_MAGNITUDE = Exercise(
    solution=gradient_magnitude,
    cases=_magnitude_cases,
    mistakes={
        _sum_of_absolutes: (
            "You add the absolute values. That makes a diagonal edge up to 41 % too strong; the length of an "
            "arrow with legs 3 and 4 is 5, not 7."
        ),
        _no_root: "The root is missing: this is the squared length. Twice the contrast would count four times.",
        _x_only: (
            "Only d_x is used: an edge between top and bottom would be invisible. Both legs of the triangle count."
        ),
        _y_only: (
            "Only d_y is used: an edge between left and right would be invisible. Both legs of the triangle count."
        ),
        _larger_of_both: (
            "You take the larger of the two. A diagonal edge then looks weaker than it is; Pythagoras uses both legs."
        ),
        _root_of_sum: (
            "You add first and take the root without squaring. A positive and a negative number then cancel: "
            "square each one first."
        ),
    },
    hints=(
        "Draw the gradient as an arrow, d_x to the right and d_y down. How long is it?",
        "Square both, add, take the root with np.sqrt: whole arrays at once, no loop.",
    ),
    minutes=4,
    difficulty=1,
)


def steerable_filter(angle):
    """Return the 3×3 kernel for growth in direction θ: cos θ · Gx + sin θ · Gy.

    angle: θ in degrees; 0 looks to the right, 90 downwards.
        Gx = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
        Gy = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    Example: steerable_filter(180) is −Gx.
    """
    sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    theta = np.deg2rad(angle)
    return np.cos(theta) * sobel_x + np.sin(theta) * sobel_x.T


def _mixed(of_x, of_y):
    return of_x * np.array(SOBEL_X) + of_y * np.array(SOBEL_Y)


def _degrees_as_radians(angle):
    return _mixed(np.cos(angle), np.sin(angle))


def _sine_and_cosine_swapped(angle):
    return _mixed(np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle)))


def _sign_of_y(angle):
    return _mixed(np.cos(np.deg2rad(angle)), -np.sin(np.deg2rad(angle)))


def _along_the_edge(angle):
    return _mixed(-np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle)))


def _radians_to_degrees(angle):
    return _mixed(np.cos(np.rad2deg(angle)), np.sin(np.rad2deg(angle)))


def _only_shares(angle):
    share = (angle % 180) / 90
    return _mixed(1 - share, share)


def _steerable_cases():
    yield Case("0° looks to the right: Gx", (0,), np.array(SOBEL_X, dtype=float))
    yield Case("90° looks downwards: Gy", (90,), np.array(SOBEL_Y, dtype=float))
    yield Case("180° looks to the left: −Gx", (180,), -np.array(SOBEL_X, dtype=float))
    yield Case(
        "45°: a half turn makes it its own negative", (45,), np.array([[-2, -2, 0], [-2, 0, 2], [0, 2, 2]]) / 2**0.5
    )
    half, root = 0.5, 0.75**0.5
    thirty = [[-half - root, -2 * half, root - half], [-2 * root, 0, 2 * root], [half - root, 2 * half, half + root]]
    yield Case("30°: cos = √3/2, sin = 1/2", (30,), np.array(thirty))
    for angle in (-60, 117.5, 210, 315, 405):
        turn = np.exp(1j * np.pi * angle / 180)  # Euler: cos θ + i sin θ
        entries = [
            [turn.real * a + turn.imag * b for a, b in zip(*rows, strict=True)]
            for rows in zip(SOBEL_X, SOBEL_Y, strict=True)
        ]
        yield Case(f"{angle}°", (angle,), np.array(entries))


STEERABLE_FILTER = Exercise(
    solution=steerable_filter,
    cases=_steerable_cases,
    mistakes={
        _degrees_as_radians: (
            "The angle comes in degrees, but np.cos and np.sin expect radians: a full turn is 360° or 2π. "
            "np.deg2rad converts."
        ),
        _sine_and_cosine_swapped: (
            "Sine and cosine have changed places. At 0° the kernel must be Gx: which of the two is 1 at 0?"
        ),
        _sign_of_y: (
            "Gy comes in with the wrong sign, as if angles turned from right to up. Rows count downwards here: "
            "90° looks down, and the kernel there is +Gy."
        ),
        _along_the_edge: (
            "Your angle is that of the edge line; here θ is the direction in which brightness grows, a quarter "
            "turn from it. At 0° the kernel must be Gx."
        ),
        _radians_to_degrees: (
            "The conversion goes the wrong way: np.deg2rad turns degrees into radians, np.rad2deg does the opposite."
        ),
        _only_shares: (
            "You mix the two kernels in proportion to the angle. The shares are cos θ and sin θ: at 45° both "
            "are 0.707, not 0.5."
        ),
    },
    hints=(
        "What should come out at 0°, at 90°, at 180°? Any formula must give Gx, Gy and −Gx there.",
        (
            "Convert first: theta = np.deg2rad(angle). Then two numbers, np.cos(theta) and np.sin(theta), times"
            " two kernels."
        ),
        "np.cos(theta) * gx + np.sin(theta) * gy, with gy = gx.T.",
    ),
    minutes=6,
    difficulty=1,
)

EXERCISES = [APPLY_WINDOW, IMAGE_GRADIENT, GRADIENT_MAGNITUDE, STEERABLE_FILTER, LEARN_FILTER]
