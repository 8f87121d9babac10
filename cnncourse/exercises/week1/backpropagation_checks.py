"""Exercises of notebook 1.4 on checking a gradient: the central difference and the relative error."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def central_difference(f, x, epsilon):
    """Return the gradient of f at x, estimated by moving one entry at a time.

    f takes an array of x's shape and returns a number. Entry i of the result is
    (f(x with x[i] + epsilon) − f(x with x[i] − epsilon)) / (2 · epsilon). x has any
    shape; the result has the same, and x must be as it was afterwards.

    Example: for f(x) = x[0]² and x = [3.0] the result is close to [6.0].
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += epsilon
        behind[index] -= epsilon
        gradient[index] = (f(ahead) - f(behind)) / (2 * epsilon)
    return gradient


def _one_sided(f, x, epsilon):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead = x.copy()
        ahead[index] += epsilon
        gradient[index] = (f(ahead) - f(x)) / epsilon
    return gradient


def _backward_difference(f, x, epsilon):
    return _one_sided(f, x, -epsilon)


def _one_epsilon_below(f, x, epsilon):
    return 2 * central_difference(f, x, epsilon)


def _all_entries_at_once(f, x, epsilon):
    return np.full_like(x, (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon))


def _never_put_back(f, x, epsilon):
    x, gradient = x.copy(), np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += epsilon
        ahead = f(x)
        x[index] -= 2 * epsilon
        gradient[index] = (ahead - f(x)) / (2 * epsilon)
    return gradient


def _put_back_by_adding(f, x, epsilon):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += epsilon
        ahead = f(x)
        x[index] -= 2 * epsilon
        gradient[index] = (ahead - f(x)) / (2 * epsilon)
        x[index] += epsilon
    return gradient


def _sign_turned(f, x, epsilon):
    return -central_difference(f, x, epsilon)


def _first_axis_only(f, x, epsilon):
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        ahead, behind = x.copy(), x.copy()
        ahead[i] += epsilon
        behind[i] -= epsilon
        gradient[i] = (f(ahead) - f(behind)) / (2 * epsilon)
    return gradient


def cube_of_first(x):
    """A polynomial whose one-sided differences are visibly off."""
    return x.ravel()[0] ** 3


def weighted_squares(x):
    """A sum of squares, each with its own weight."""
    return (np.arange(1, x.size + 1) * x.ravel() ** 2).sum()


def products(x):
    """Every entry times the next: each derivative depends on two others."""
    flat = x.ravel()
    return (flat[1:] * flat[:-1]).sum() + 0.5 * (flat**3).sum()


def _hand_difference(x, epsilon):
    """Return the exact central difference of `products`: its derivative, plus ε² / 2 from the cubes."""
    flat = x.ravel()
    left, right = np.append(0, flat[:-1]), np.append(flat[1:], 0)
    return (left + right + 1.5 * flat**2 + 0.5 * epsilon**2).reshape(x.shape)


def _difference_cases():
    yield Case("x³ at 2, ε = 1: (27 − 1) / 2", (cube_of_first, np.array([2.0]), 1.0), np.array([13.0]))
    yield Case("x³ at 2, ε = 0.5", (cube_of_first, np.array([2.0]), 0.5), np.array([12.25]))
    weights = np.array([[2.0, 8.0], [18.0, 32.0]]) / 2
    x = np.array([[1.0, -2.0], [3.0, 0.5]])
    yield Case("a weighted sum of squares", (weighted_squares, x, 0.1), 2 * np.array([[1, 2], [3, 4]]) * x)
    yield Case("at zero", (weighted_squares, 0 * weights, 0.25), 0 * weights)
    rng = np.random.default_rng(5)
    for shape, epsilon in (((4,), 0.2), ((2, 3), 0.05), ((2, 1, 3), 0.3), ((1, 2, 2, 2), 1e-3)):
        x = rng.normal(size=shape)
        yield Case(f"shape {shape}, ε = {epsilon}", (products, x, epsilon), _hand_difference(x, epsilon))


def gradient_error(a, b):
    """Return the relative error ‖a − b‖ / (‖a‖ + ‖b‖), a number from 0 to 1.

    a and b are arrays of the same shape; ‖·‖ is the root of the sum of all squares.
    Two arrays of zeros are equal: the answer is 0.

    Example: a = [3, 4] (length 5) and b = [0, 0] give 1; a = b gives 0.
    """
    size = np.sqrt((a**2).sum()) + np.sqrt((b**2).sum())
    return np.sqrt(((a - b) ** 2).sum()) / size if size > 0 else 0.0


def _absolute(a, b):
    return np.sqrt(((a - b) ** 2).sum())


def _product_below(a, b):
    size = np.sqrt((a**2).sum()) * np.sqrt((b**2).sum())
    return np.sqrt(((a - b) ** 2).sum()) / size if size > 0 else 0.0


def _first_alone_below(a, b):
    size = np.sqrt((a**2).sum())
    return np.sqrt(((a - b) ** 2).sum()) / size if size > 0 else 0.0


def _length_of_sum(a, b):
    size = np.sqrt(((a + b) ** 2).sum())
    return np.sqrt(((a - b) ** 2).sum()) / size if size > 0 else 0.0


def _difference_of_lengths(a, b):
    lengths = np.sqrt((a**2).sum()), np.sqrt((b**2).sum())
    return abs(lengths[0] - lengths[1]) / sum(lengths) if sum(lengths) > 0 else 0.0


def _one_root_below(a, b):
    size = np.sqrt((a**2).sum() + (b**2).sum())
    return np.sqrt(((a - b) ** 2).sum()) / size if size > 0 else 0.0


def _no_roots(a, b):
    size = (a**2).sum() + (b**2).sum()
    return ((a - b) ** 2).sum() / size if size > 0 else 0.0


def _nothing_for_zeros(a, b):
    return np.sqrt(((a - b) ** 2).sum()) / (np.sqrt((a**2).sum()) + np.sqrt((b**2).sum()))


def _error_cases():
    yield Case("one is nothing", (np.array([3.0, 4.0]), np.zeros(2)), 1.0)
    yield Case("equal", (np.array([3.0, 4.0]), np.array([3.0, 4.0])), 0.0)
    yield Case("opposite", (np.array([3.0, 4.0]), np.array([-3.0, -4.0])), 1.0)
    yield Case("at a right angle", (np.array([3.0, 0.0]), np.array([0.0, 4.0])), 5 / 7)
    yield Case("twice as long", (np.array([[1.0], [2.0], [2.0]]), np.array([[2.0], [4.0], [4.0]])), 1 / 3)
    yield Case("a table", (np.array([[6.0, 8.0]]), np.array([[6.0, 0.0]])), 0.5)
    yield Case("both are zero", (np.zeros((2, 3)), np.zeros((2, 3))), 0.0)
    a, b = np.array([[1.0, 1], [1, -1]]), np.array([[1.0, 0], [0, 0]])
    yield Case("a full table: √3 / (2 + 1)", (a, b), 3**0.5 / 3)
    yield Case("small numbers make the same error", (0.01 * a, 0.01 * b), 3**0.5 / 3)
    rng = np.random.default_rng(6)
    for shape, size in (((3, 4), 1.0), ((2, 3, 2), 1e4), ((2, 1, 3, 3), 0.1)):
        a, b = size * rng.normal(size=shape), size * rng.normal(size=shape)
        lengths = [sum(float(v) ** 2 for v in array.ravel()) ** 0.5 for array in (a - b, a, b)]
        yield Case(f"random numbers of shape {shape}", (a, b), lengths[0] / (lengths[1] + lengths[2]))


CENTRAL_DIFFERENCE = Exercise(
    solution=central_difference,
    cases=_difference_cases,
    mistakes={
        _one_sided: "You step forward only: (f(x + ε) − f(x)) / ε is off by a multiple of ε, the two-sided difference "
        "only by a multiple of ε². Step to both sides.",
        _backward_difference: "You step backward only: f(x) − f(x − ε). Step to both sides of x.",
        _one_epsilon_below: "The two points lie 2ε apart, but you divide by ε: everything is twice too large.",
        _all_entries_at_once: "All entries move together, so you get the sum of the derivatives everywhere. Move one "
        "entry, measure, put it back, and go on to the next.",
        _never_put_back: "An entry that was moved stays moved while the next are measured: put it back first.",
        _put_back_by_adding: "You put x back by adding and subtracting ε, and rounding leaves it a hair off (about "
        "1e-16). Keep the old value and write it back, or work on a copy.",
        _sign_turned: "The sign is turned: it is f ahead minus f behind.",
        _first_axis_only: "`x[i] += ε` moves a whole row when x has more than one axis: walk over every single entry.",
    },
    hints=(
        "`for index in np.ndindex(x.shape)` walks over all entries of an array of any shape.",
        "Work on copies: `ahead = x.copy()`, then `ahead[index] += epsilon`; likewise `behind`.",
        "`gradient[index] = (f(ahead) - f(behind)) / (2 * epsilon)`.",
    ),
    minutes=8,
    difficulty=1,
)

GRADIENT_ERROR = Exercise(
    solution=gradient_error,
    cases=_error_cases,
    mistakes={
        _absolute: "This is the absolute difference: 0.01 is nothing beside a gradient of 1,000 and everything beside "
        "one of 0.001. Divide by the sum of both lengths.",
        _product_below: "The lengths are multiplied below; they should be added.",
        _first_alone_below: "Only a's length stands below: swap a and b and the answer changes. Add both lengths.",
        _length_of_sum: "You take the length of a + b; the sum of the two lengths, ‖a‖ + ‖b‖, is meant.",
        _difference_of_lengths: "You compare the lengths, so two vectors that point elsewhere pass as equal: take the "
        "length of the difference a − b.",
        _one_root_below: "One root over both sums of squares stands below; take the two roots first, then add: "
        "‖a‖ + ‖b‖.",
        _no_roots: "These are squares: the roots of the sums are still to be taken.",
        _nothing_for_zeros: "Two arrays of zeros give 0 / 0, NaN: answer 0 when both lengths are 0.",
    },
    hints=("`np.sqrt((a**2).sum())` is the length ‖a‖ of an array of any shape.", "Look after 0 / 0 separately."),
    minutes=4,
    difficulty=1,
)
