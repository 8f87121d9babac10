"""Exercise of notebook 1.1: learn the nine numbers of a filter by gradient descent."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def learn_filter(pictures, target, steps, learning_rate):
    """Find the 3×3 kernel that turns pictures into target, by gradient descent from zeros.

    pictures: (N, H, W). target: (N, H − 2, W − 2), where the kernel lies wholly inside.
    The loss is the mean of (output − target)² over all places of all pictures. Every step:
        output[n, i, j] = sum over u, v of kernel[u, v] · pictures[n, i + u, j + v]
        gradient[u, v] = 2 · mean of error[n, i, j] · pictures[n, i + u, j + v] over n, i, j
        kernel = kernel − learning_rate · gradient
    with error = output − target. Return the kernel, (3, 3), after so many `steps`.
    Example: picture [[0, 0, 0], [0, 1, 0], [0, 0, 0]], target [[[2]]], learning_rate 0.25.
    First step: error −2, gradient −4 in the middle; the kernel is then 1 there, else 0.
    """
    windows = np.lib.stride_tricks.sliding_window_view(pictures, (3, 3), axis=(1, 2))  # (N, H - 2, W - 2, 3, 3)
    kernel = np.zeros((3, 3))
    for _ in range(steps):
        output = (windows * kernel).sum(axis=(3, 4))  # (N, H - 2, W - 2)
        error = output - target
        gradient = 2 * (error[..., None, None] * windows).mean(axis=(0, 1, 2))
        kernel = kernel - learning_rate * gradient
    return kernel


def _windows(pictures):
    return np.lib.stride_tricks.sliding_window_view(pictures, (3, 3), axis=(1, 2))


def _gradient(windows, target, kernel):
    error = (windows * kernel).sum(axis=(3, 4)) - target
    return 2 * (error[..., None, None] * windows).mean(axis=(0, 1, 2))


def _uphill(pictures, target, steps, learning_rate):
    kernel, windows = np.zeros((3, 3)), _windows(pictures)
    for _ in range(steps):
        kernel = kernel + learning_rate * _gradient(windows, target, kernel)
    return kernel


def _summed(pictures, target, steps, learning_rate):
    kernel, windows = np.zeros((3, 3)), _windows(pictures)
    for _ in range(steps):
        kernel = kernel - learning_rate * np.size(target) * _gradient(windows, target, kernel)
    return kernel


def _never_zeroed(pictures, target, steps, learning_rate):
    kernel, gradient, windows = np.zeros((3, 3)), np.zeros((3, 3)), _windows(pictures)
    for _ in range(steps):
        gradient = gradient + _gradient(windows, target, kernel)
        kernel = kernel - learning_rate * gradient
    return kernel


def _without_the_two(pictures, target, steps, learning_rate):
    return learn_filter(pictures, target, steps, learning_rate / 2)


def _error_never_renewed(pictures, target, steps, learning_rate):
    return -learning_rate * steps * _gradient(_windows(pictures), target, np.zeros((3, 3)))


def _windows_turned(pictures, target, steps, learning_rate):
    kernel, windows = np.zeros((3, 3)), _windows(pictures)
    for _ in range(steps):
        kernel = kernel - learning_rate * _gradient(windows, target, kernel)[::-1, ::-1]
    return kernel


def _slowly_learned(pictures, target, steps, learning_rate):
    """Do the same number by number, in Python's own arithmetic: the oracle of the cases."""
    pictures, target = np.asarray(pictures).tolist(), np.asarray(target).tolist()
    places = [(n, i, j) for n, plane in enumerate(target) for i, row in enumerate(plane) for j in range(len(row))]
    nine = [(u, v) for u in range(3) for v in range(3)]
    kernel = dict.fromkeys(nine, 0.0)
    for _ in range(steps):
        gradient = dict.fromkeys(nine, 0.0)
        for n, i, j in places:
            error = sum(kernel[u, v] * pictures[n][i + u][j + v] for u, v in nine) - target[n][i][j]
            for u, v in nine:
                gradient[u, v] += 2 * error * pictures[n][i + u][j + v] / len(places)
        kernel = {place: kernel[place] - learning_rate * gradient[place] for place in nine}
    return np.array([[kernel[u, v] for v in range(3)] for u in range(3)])


def _learning_case(what, pictures, target, steps, learning_rate):
    arguments = (pictures, target, steps, learning_rate)
    return Case(what, arguments, _slowly_learned(*arguments))


def _learning_cases():
    dot, two = np.zeros((1, 3, 3)), np.array([[[2.0]]])
    dot[0, 1, 1] = 1
    middle = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    yield Case("one dot, one step, by hand", (dot, two, 1, 0.25), middle)
    yield Case("one dot, two steps: the error has halved", (dot, two, 2, 0.25), 1.5 * middle)
    yield Case("no steps at all: the zeros of the start", (dot, two, 0, 0.25), np.zeros((3, 3)))
    corner = np.zeros((2, 3, 3))
    corner[0, 0, 2], corner[1, 2, 1] = 1, 2
    by_hand = np.array([[0.0, 0, 3], [0, 0, 0], [0, -2, 0]])
    yield Case("two pictures, by hand: the mean is over both", (corner, np.array([[[6.0]], [[-2.0]]]), 1, 0.5), by_hand)
    rng = np.random.default_rng(14)
    pictures = rng.normal(size=(3, 5, 8))
    target = rng.normal(size=(3, 3, 6))
    yield _learning_case("random pictures, one step", pictures, target, 1, 0.1)
    yield _learning_case("random pictures, three steps", pictures, target, 3, 0.1)
    yield _learning_case("a single tall picture", rng.random((1, 9, 4)), rng.random((1, 7, 2)), 4, 0.05)
    secret = rng.normal(size=(3, 3))
    random = rng.normal(size=(2, 8, 7))
    blurred = (_windows(random) * secret).sum(axis=(3, 4))
    yield Case("a secret kernel, found again in 400 steps", (random, blurred, 400, 0.2), secret)


LEARN_FILTER = Exercise(
    solution=learn_filter,
    cases=_learning_cases,
    mistakes={
        _uphill: "You step uphill: the gradient points to where the loss grows. Subtract it from the kernel.",
        _summed: (
            "Your gradient is the sum over all places, not the mean, so it grows with the size of the pictures:"
            " with a few hundred places each step shoots far past the goal and the numbers explode. Take the "
            "mean."
        ),
        _never_zeroed: "Your gradient still holds that of the steps before: it is added to and never set back to zero. "
        "Each step needs the gradient at the present kernel alone, so begin it afresh inside the loop.",
        _without_the_two: "Every step is half as long as it should be: the derivative of (output − target)² is "
        "2 · (output − target) times what the kernel's number is multiplied with.",
        _error_never_renewed: (
            "You compute the output once, before the loop. The kernel changes in every step, so output, error "
            "and gradient must be computed again in every step."
        ),
        _windows_turned: (
            "Your gradient is turned by half a turn: kernel[u, v] was multiplied with pictures[n, i + u, j + "
            "v], so that is the pixel its gradient takes."
        ),
    },
    hints=(
        "One step first: with the kernel all zeros the output is 0, so the error is −target. What is the gradient?",
        (
            "np.lib.stride_tricks.sliding_window_view(pictures, (3, 3), axis=(1, 2)) gives every window at once, "
            "(N, H − 2, W − 2, 3, 3). Times kernel, summed over the last two axes, it is the output."
        ),
        (
            "error[..., None, None] * windows has one 3×3 table a place; 2 times their mean over axes (0, 1, 2)"
            " is the gradient. All of output, error, gradient and step stand inside the loop."
        ),
    ),
    minutes=15,
    difficulty=3,
    points=2,
    tolerance=1e-5,
)
