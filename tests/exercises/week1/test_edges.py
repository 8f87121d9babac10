"""Exercises of notebook 1.1 against wrong answers that are on no list, and right answers in other clothes."""

import math

import numpy as np
import pytest
import torch

from cnncourse import convolution
from cnncourse.exercises import catalogue, check

windows_of = np.lib.stride_tricks.sliding_window_view
SOBEL_X = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def judged(name, answer):
    def attempt(*args):
        return answer(*args)

    attempt.__name__ = name
    return check(attempt)


def descend(pictures, target, steps, learning_rate, change=lambda gradient, step: gradient, kernel=None):
    """Gradient descent whose gradient passes through `change`, for wrong answers of all kinds."""
    kernel = np.zeros((3, 3)) if kernel is None else kernel
    windows = windows_of(pictures, (3, 3), axis=(1, 2))
    for step in range(steps):
        error = (windows * kernel).sum(axis=(3, 4)) - target
        gradient = 2 * (error[..., None, None] * windows).mean(axis=(0, 1, 2))
        kernel = kernel - learning_rate * change(gradient, step)
    return kernel


def loops_of_three(window, kernel):
    return sum(window[i, j] * kernel[i, j] for i in range(3) for j in range(3))


def in_place_product(window, kernel):
    window *= kernel
    return window.sum()


def gradient_with(kernel_y, kernel_x, border="edge"):
    return lambda image: tuple(convolution.filter_image(image, k, border=border) for k in (kernel_y, kernel_x))


def square_only_gradient(image):
    n = image.shape[0]
    d_y, d_x = convolution.image_gradient(image)
    return d_y[:n, :n], d_x[:n, :n]


def updated_while_walking(pictures, target, steps, learning_rate):
    kernel, windows = np.zeros((3, 3)), windows_of(pictures, (3, 3), axis=(1, 2))
    for _ in range(steps):
        for u in range(3):
            for v in range(3):
                error = (windows * kernel).sum(axis=(3, 4)) - target
                kernel[u, v] -= learning_rate * 2 * (error * windows[..., u, v]).mean()
    return kernel


WRONG = {
    "apply_window": {
        "only 3×3": loops_of_three,
        "flipped left to right only": lambda window, kernel: (window * kernel[:, ::-1]).sum(),
        "transposed": lambda window, kernel: (window * kernel.T).sum(),
        "cut to a whole number": lambda window, kernel: int((window * kernel).sum()),
        "never negative": lambda window, kernel: abs((window * kernel).sum()),
        "sums first": lambda window, kernel: window.sum() * kernel.sum(),
        "changes its input": in_place_product,
        "printed": lambda window, kernel: print((window * kernel).sum()),
        "wrapped in an array": lambda window, kernel: np.array([(window * kernel).sum()]),
    },
    "image_gradient": {
        "Scharr": gradient_with(convolution.KERNELS["scharr_y"], convolution.KERNELS["scharr_x"]),
        "mirrored border": gradient_with(SOBEL_X.T, SOBEL_X, "reflect"),
        "valid only": lambda image: tuple(
            convolution.filter_image(image, k, padding="valid") for k in (SOBEL_X.T, SOBEL_X)
        ),
        "absolute": lambda image: tuple(map(np.abs, convolution.image_gradient(image))),
        "one array": lambda image: np.hypot(*convolution.image_gradient(image)),
        "in one byte": lambda image: tuple(d.astype(np.uint8) for d in convolution.image_gradient(image)),
        "only the square part": square_only_gradient,
        "no single column": lambda image: tuple(d + (image.shape[1] == 1) for d in convolution.image_gradient(image)),
        "both the same": lambda image: (convolution.image_gradient(image)[1],) * 2,
    },
    "gradient_magnitude": {
        "difference of squares": lambda d_y, d_x: np.sqrt(np.abs(d_y**2 - d_x**2)),
        "mean of squares": lambda d_y, d_x: np.sqrt((d_y**2 + d_x**2) / 2),
        "whole-number type": lambda d_y, d_x: np.sqrt(d_y**2 + d_x**2).astype(int),
        "of the whole picture": lambda d_y, d_x: np.sqrt((d_y**2 + d_x**2).sum()),
        "direction": np.vectorize(math.atan2),
    },
    "steerable_filter": {
        "Prewitt": lambda angle: (
            np.cos(np.deg2rad(angle)) * np.array([[-1, 0, 1]] * 3)
            + np.sin(np.deg2rad(angle)) * np.array([[-1, 0, 1]] * 3).T
        ),
        "rounded": lambda angle: np.round(convolution.oriented_kernel(angle), 2),
        "whole numbers": lambda angle: convolution.oriented_kernel(angle).astype(int),
        "only up to 180°": lambda angle: convolution.oriented_kernel(angle % 180),
        "nearest quarter": lambda angle: convolution.oriented_kernel(90 * round(angle / 90)),
        "turned over": lambda angle: -1 * convolution.oriented_kernel(angle),
        "transposed": lambda angle: convolution.oriented_kernel(angle).T,
    },
    "learn_filter": {
        "one step too many": lambda p, t, s, r: descend(p, t, s + 1, r),
        "the first picture only": lambda p, t, s, r: descend(p[:1], t[:1], s, r),
        "mean within pictures, sum over them": lambda p, t, s, r: descend(p, t, s, r * len(p)),
        "starts at ones": lambda p, t, s, r: descend(p, t, s, r, kernel=np.ones((3, 3))),
        "learning rate fades": lambda p, t, s, r: descend(p, t, s, r, lambda gradient, step: gradient / (step + 1)),
        "normalised gradient": lambda p, t, s, r: descend(p, t, s, r, lambda g, step: g / np.linalg.norm(g)),
        "fixed learning rate": lambda p, t, s, r: descend(p, t, s, 0.1),
        "updates while walking": updated_while_walking,
        "sign of the gradient": lambda p, t, s, r: descend(p, t, s, r, lambda g, step: np.sign(g)),
        "absolute error": lambda p, t, s, r: np.abs(descend(p, t, s, r)),
    },
}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [pytest.param(name, wrong, id=f"{name}: {what}") for name, few in WRONG.items() for what, wrong in few.items()],
)
def test_a_wrong_answer_that_is_on_no_list_is_not_yet(name, wrong):
    report = judged(name, wrong)
    assert report.status == "not yet"
    assert report.advice


def scipy_like_gradient(image):
    smooth = (1, 2, 1)
    padded = np.pad(np.asarray(image, dtype=float), 1, mode="edge")
    rows = np.array([np.convolve(row, smooth, "valid") for row in padded])
    columns = np.array([np.convolve(column, smooth, "valid") for column in padded.T]).T
    return [rows[2:] - rows[:-2], columns[:, 2:] - columns[:, :-2]]


def nine_shifts(pictures, target, steps, learning_rate):
    kernel, (_, H, W) = [[0.0] * 3 for _ in range(3)], pictures.shape
    for _ in range(steps):
        shifted = {(u, v): pictures[:, u : u + H - 2, v : v + W - 2] for u in range(3) for v in range(3)}
        error = sum(kernel[u][v] * shifted[u, v] for u, v in shifted) - target
        for u, v in shifted:
            kernel[u][v] -= learning_rate * 2 * (error * shifted[u, v]).sum() / error.size
    return np.array(kernel)


def by_torch(pictures, target, steps, learning_rate):
    kernel = torch.zeros(1, 1, 3, 3, dtype=torch.float64, requires_grad=True)
    pictures, target = (torch.tensor(a, dtype=torch.float64)[:, None] for a in (pictures, target))
    for _ in range(steps):
        loss = ((torch.nn.functional.conv2d(pictures, kernel) - target) ** 2).mean()
        (gradient,) = torch.autograd.grad(loss, kernel)
        kernel = (kernel - learning_rate * gradient).detach().requires_grad_()
    return kernel.detach().numpy()[0, 0]


RIGHT = {
    "apply_window": [
        lambda window, kernel: float(np.vdot(window, kernel)),
        lambda window, kernel: np.einsum("ij,ij->", window, kernel),
        lambda window, kernel: sum(a * b for a, b in zip(window.flat, kernel.flat, strict=True)),
        lambda window, kernel: np.float32((window * kernel).sum()),
        lambda window, kernel: np.sum(np.multiply(window, kernel), keepdims=False),
    ],
    "image_gradient": [
        convolution.image_gradient,
        scipy_like_gradient,
        lambda image: tuple(d.astype(np.float32) for d in convolution.image_gradient(image)),
    ],
    "gradient_magnitude": [
        np.hypot,
        lambda d_y, d_x: np.abs(d_x + 1j * d_y),
        lambda d_y, d_x: np.linalg.norm([d_y, d_x], axis=0),
        np.vectorize(lambda d_y, d_x: math.dist((0.0, 0.0), (d_y, d_x))),
    ],
    "steerable_filter": [
        convolution.oriented_kernel,
        lambda angle: math.cos(math.radians(angle)) * SOBEL_X + math.sin(math.radians(angle)) * SOBEL_X.T,
        lambda angle: (np.exp(1j * np.pi * angle / 180) * (SOBEL_X - 1j * SOBEL_X.T)).real,
    ],
    "learn_filter": [nine_shifts, by_torch, descend],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "right"),
    [pytest.param(name, right, id=f"{name}-{i}") for name, few in RIGHT.items() for i, right in enumerate(few)],
)
def test_a_right_answer_in_other_clothes_passes(name, right):
    assert judged(name, right).status == "passed"


def test_the_exercises_agree_with_the_package():
    rng = np.random.default_rng(0)
    image = rng.random((6, 9))
    gradient = catalogue()["image_gradient"].solution(image)
    np.testing.assert_allclose(gradient, convolution.image_gradient(image), atol=1e-12)
    magnitude = catalogue()["gradient_magnitude"].solution(*gradient)
    np.testing.assert_allclose(magnitude, convolution.gradient_magnitude(*gradient), atol=1e-12)
    for angle in (-200, 0, 12.5, 90, 359):
        turned = catalogue()["steerable_filter"].solution(angle)
        np.testing.assert_allclose(turned, convolution.oriented_kernel(angle), atol=1e-12)


def test_the_secret_kernel_of_the_last_learning_case_is_found():
    *_, last = catalogue()["learn_filter"].all_cases
    np.testing.assert_allclose(catalogue()["learn_filter"].solution(*last.args), last.expected, atol=1e-7)
