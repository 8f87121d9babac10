"""Checking a gradient by moving the numbers it belongs to: central differences and relative error.

All differences are taken in float64: with epsilon 1e-6 a float32 result has no correct digit left.
"""

import math

import numpy as np

from cnncourse.arguments import float_array, numeric_array, random_generator, real_number

DIRECTIONS = 32


def numerical_gradient(f, x, epsilon=1e-6):
    """Return (f(x + ε) − f(x − ε)) / 2ε for every entry of x, an array of x's shape.

    `f` takes a float64 array of x's shape, gives one number, and is called twice for each entry. Raises ValueError
    when that number is not finite, or when `epsilon` is lost in the rounding of an entry of x.

    >>> numerical_gradient(lambda x: x[0] * x[1], [2.0, 5.0]).round(6).tolist()
    [5.0, 2.0]
    """
    f = _callable("f", f)
    x = float_array("x", x)
    epsilon = _step(epsilon)
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        direction = np.zeros(x.shape)
        direction[index] = 1
        change, step = _central_difference(f, x.astype(np.float64), direction, epsilon)
        gradient[index] = change / step[index]
    return gradient.astype(x.dtype)


def relative_error(a, b):
    """Return ‖a − b‖ / (‖a‖ + ‖b‖): 0 for equal arrays, 1 for opposite ones; two arrays of zeros are equal.

    In float64 a right gradient and its central difference stay below about 1e-7; 1e-3 and more means a mistake.

    >>> relative_error([3.0, 4.0], [3.0, 4.0]), relative_error([3.0], [1.0]), relative_error([3.0], [-3.0])
    (0.0, 0.5, 1.0)
    """
    a = float_array("a", a).astype(np.float64)
    b = float_array("b", b, shape=a.shape).astype(np.float64)
    if a.size == 0:
        raise ValueError(f"a must hold at least one number to compare, got shape {a.shape}")
    largest = max(np.abs(a).max(), np.abs(b).max())
    if largest == 0:
        return 0.0
    power_of_two = math.ldexp(1, math.frexp(largest)[1] - 1)  # exact to divide by, and no square overflows
    a, b = a / power_of_two, b / power_of_two
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


def check_gradient(f, gradient, x, rng):
    """Return the relative error between `gradient` and differences of `f` along 32 random directions from x.

    `gradient` is an array of x's shape or a function of x that gives one; `rng` a NumPy Generator. Every direction
    moves each entry of x up or down by 1e-6, so a mistake in any entry shows, at 64 calls of `f` whatever x's size.

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> check_gradient(lambda x: (x**2).sum(), 2 * x, x, np.random.default_rng(0)) < 1e-8
    True
    >>> round(check_gradient(lambda x: (x**2).sum(), lambda x: 3 * x, x, np.random.default_rng(0)), 2)
    0.2
    """
    f = _callable("f", f)
    x = float_array("x", x).astype(np.float64)
    if x.size == 0:
        raise ValueError(f"x must hold at least one number, got shape {x.shape}")
    rng = random_generator("rng", rng)
    gradient = float_array("gradient", gradient(x.copy()) if callable(gradient) else gradient, shape=x.shape)
    expected, found = np.empty(DIRECTIONS), np.empty(DIRECTIONS)
    for n in range(DIRECTIONS):
        direction = rng.choice([-1.0, 1.0], size=x.shape)
        found[n], step = _central_difference(f, x, direction, epsilon=1e-6)
        expected[n] = np.vdot(gradient, step)
    return relative_error(expected, found)


def _central_difference(f, x, direction, epsilon):
    """Return f(x + ε·direction) − f(x − ε·direction) and the step between the two points as it was rounded."""
    with np.errstate(over="ignore"):
        ahead, behind = x + epsilon * direction, x - epsilon * direction
        step = ahead - behind
    if not np.isfinite(step).all() or not np.array_equal(step != 0, direction != 0):
        raise ValueError(f"epsilon {epsilon} must survive rounding beside x, which reaches {np.abs(x).max():.3g}")
    return _value(f, ahead) - _value(f, behind), step


def _value(f, x):
    result = numeric_array("the value of f", f(x))
    if result.size != 1:
        raise ValueError(f"f must return one number, got an array of shape {result.shape}")
    return real_number("the value of f", result.reshape(()))


def _step(epsilon):
    epsilon = real_number("epsilon", epsilon)
    if epsilon <= 0:
        raise ValueError(f"epsilon must be larger than 0, got {epsilon}")
    return epsilon


def _callable(name, f):
    if not callable(f):
        raise TypeError(f"{name} must be a function of one array, got {type(f).__name__}")
    return f
