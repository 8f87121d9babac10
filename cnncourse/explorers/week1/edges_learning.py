"""Explorer of notebook 1.1: nine random numbers become a filter by gradient descent."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import KERNELS, filter_image, oriented_kernel
from cnncourse.explorers import Explorer, play
from cnncourse.explorers.week1.edges_learning_picture import SCALE, draw
from cnncourse.explorers.week1.edges_numbers import short
from cnncourse.explorers.week1.edges_photos import chosen_photo

SIZE = 66  # pixels across the training picture; 64 × 64 places for the kernel
STEPS = (0, *sorted({round(10 ** (k / 10)) for k in range(38)}))  # ten strides for each power of ten
RATES = (0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
TARGETS = {
    "Sobel x": KERNELS["sobel_x"],
    "Sobel y": KERNELS["sobel_y"],
    "Sobel at 45°": oriented_kernel(45),
    "Laplacian": KERNELS["laplacian"],
    "Gaussian blur": KERNELS["gaussian_blur"],
}
LESSONS = ("random dots", "photo of a cat", "the cat minus its mean", "random stripes")
HUGE = 1e9  # a loss beyond which the descent is called diverged and stops


@lru_cache(maxsize=8)
def training_picture(lesson):
    """Return the `(66, 66)` picture that a lesson learns from."""
    rng = np.random.default_rng(2)
    if lesson == "random dots":
        return rng.random((SIZE, SIZE))
    if lesson == "random stripes":
        return np.tile(rng.random(SIZE), (SIZE, 1))
    cat, _ = chosen_photo("cat", (), SIZE)
    return cat - cat.mean() if "mean" in lesson else cat


def bowl(picture):
    """Return the symmetric `(9, 9)` matrix A for which the loss is (k − k*)ᵀ A (k − k*), k* being the target's kernel.

    A holds the means of products of two places of a window; 2A is the matrix of second derivatives of the loss.
    """
    windows = np.lib.stride_tricks.sliding_window_view(picture, (3, 3)).reshape(-1, 9)
    return windows.T @ windows / len(windows)


def steepest(picture):
    """Return the learning rate above which gradient descent diverges: 2 over the largest second derivative."""
    return 2 / float(np.linalg.eigvalsh(2 * bowl(picture))[-1])


def descend(picture, target, start, learning_rate):
    """Return (kernels, losses) after each number of `STEPS`: arrays `(len, 9)` and `(len,)`; diverged ones are NaN."""
    curvature, kernel, goal = bowl(picture), np.array(start, dtype=float).ravel(), np.ravel(target)
    kernels, losses = np.full((len(STEPS), 9), np.nan), np.full(len(STEPS), np.nan)
    step = 0
    for place, wanted in enumerate(STEPS):
        while step < wanted:
            kernel = kernel - learning_rate * 2 * curvature @ (kernel - goal)
            step += 1
        loss = float((kernel - goal) @ curvature @ (kernel - goal))
        if loss > HUGE:
            break
        kernels[place], losses[place] = kernel, max(loss, 0.0)
    return kernels, losses


@lru_cache(maxsize=64)
def _path(lesson, target, rate, seed):
    start = np.random.default_rng(seed).normal(size=9)
    return descend(training_picture(lesson), TARGETS[target], start, rate)


def shown_place(losses, place):
    """Return the last place up to `place` before the descent diverged."""
    return min(place, int(np.isfinite(losses).sum()) - 1)


def render(*, target, lesson, rate, place, seed):
    """Draw the nine numbers, their way, the loss, and what the kernel makes of the picture by now."""
    kernels, losses = _path(lesson, target, rate, seed)
    at = shown_place(losses, place)
    picture, goal = training_picture(lesson), TARGETS[target]
    now, (cup, _) = kernels[at].reshape(3, 3), chosen_photo("coffee", (), 128)
    output, wanted = (filter_image(picture, k, padding="valid") for k in (now, goal))
    tried = filter_image(cup, now, border="edge")
    pictures = {"picture": picture, "target": wanted, "output − target": output - wanted, "tried on a photo": tried}
    return draw(kernels, losses, STEPS, at, goal, pictures)


def in_powers(number):
    """Write a positive number in two figures, a very small or large one in powers of ten (HTML).

    >>> in_powers(0.0079), in_powers(7.5e6)
    ('0.0079', '7.5 · 10<sup>6</sup>')
    """
    if number == 0 or 1e-3 <= number < 1e4:
        return f"{number:.2g}" if number < 100 else f"{number:,.0f}"
    figures, power = f"{number:.1e}".split("e")
    return f"{figures} · 10<sup>{int(power)}</sup>".replace("-", "−")


def caption(*, target, lesson, rate, place, seed):
    """Say how far the loss has fallen, which learning rate is too large, and how near the nine numbers are."""
    kernels, losses = _path(lesson, target, rate, seed)
    at, limit = shown_place(losses, place), steepest(training_picture(lesson))
    away = float(np.abs(kernels[at] - TARGETS[target].ravel()).max())
    now, before = in_powers(losses[at]), in_powers(losses[0])
    fallen = f"After {_steps(at)} the loss is <b>{now}</b> (at the start {before})"
    far = f"the number farthest from the target's is {short(away) if away < 1e3 else in_powers(away)} away."
    if rate > limit:
        return (
            f"{fallen}; {far} The learning rate {rate:g} is above {short(limit)}, 2 / the largest curvature: "
            f"{'diverged' if at < place else 'the loss will explode'}."
        )
    return f"{fallen}; {far} Learning rates above {short(limit)} diverge on this picture."


def _alt(*, target, lesson, place, **_):
    return f"The nine numbers of a filter after {_steps(place)} of learning {target} from {lesson}, and the loss."


def _steps(place):
    return f"{STEPS[place]:,} step{'s' * (STEPS[place] != 1)}"


def learn_a_filter(target="Sobel x"):
    """Return the explorer in which nine random numbers learn a filter from a picture and its filtered copy."""
    controls = {
        "target": widgets.Dropdown(options=list(TARGETS), value=target, description="target made by"),
        "lesson": widgets.Dropdown(options=LESSONS, description="learn from"),
        "rate": widgets.SelectionSlider(options=RATES, value=0.1, description="learning rate"),
        "place": play(widgets.IntSlider(0, 0, len(STEPS) - 1, description="step", readout=False), 250),
    }
    return Explorer(
        render, controls, title="Learn a filter", alt=_alt, caption=caption, scale=SCALE, state={"seed": 4},
        buttons={"New random start": lambda seed, **_: {"seed": seed + 1, "place": 0}},
        note="Press play: nine random numbers learn from picture and target alone. Dots tell whose curve is whose.",
    )  # fmt: skip
