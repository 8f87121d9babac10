"""Explorer of notebook 2.1: colour noise along the principal components of a photo's colours."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, learners
from cnncourse.pictures import photo
from cnncourse.plots import BLUE, GRID, INK, MUTED, PURPLE, RED, WHITE
from cnncourse.training.augmentation import pca_colour, rgb_principal_components

PHOTOS = ("coffee", "cat", "astronaut", "china", "flower", "rocket")
SIDE, CLOUD, CLOUD_X, CLOUD_Y = 236, 290, 512, 40
PAPERS, SPREAD = "λ, as the paper writes", "√λ, the spread itself"
AXES = (RED, BLUE, PURPLE)
VIEW = np.array([[0.80, -0.38, 0.0], [0.16, 0.26, -0.86]])  # (r, g, b) → right and down on the sheet


def colour_components(images):
    """Return eigenvalues (3,) and eigenvectors (3, 3), as columns, of the pixels' colours: the course's own."""
    return rgb_principal_components(images)


def shifted(image, alphas, eigenvalues, eigenvectors, weight):
    """Return the recoloured picture, unclipped, with the paper's eigenvalues or with their roots as weights."""
    weights = eigenvalues if weight == PAPERS else np.sqrt(np.maximum(eigenvalues, 0))
    return pca_colour(image, alphas, weights, eigenvectors)


def grain(image, alphas, eigenvalues, eigenvectors, weight):
    """Return the picture with other alphas for every pixel: normal, of the size of those given, the same each time."""
    weights = eigenvalues if weight == PAPERS else np.sqrt(np.maximum(eigenvalues, 0))
    drawn = np.random.default_rng(0).normal(size=image.shape) * np.abs(alphas)
    return image + (drawn * weights) @ eigenvectors.T


def colour_picture(image, changed, eigenvalues, eigenvectors):
    """Paint the photo before and after, its colours as a cloud with the three axes, and what each axis means."""
    painter = Painter(815, 442)
    for x, title, pixels in ((16, "the photo", image), (264, "the photo, recoloured", np.clip(changed, 0, 1))):
        painter.text(x, 20, title, 14, bold=True)
        painter.image((255 * pixels).astype(np.uint8), x, 40, SIDE, SIDE)
    painter.text(CLOUD_X, 20, "its colours, as points", 14, bold=True)
    mean = image.reshape(-1, 3).mean(axis=0)
    _cloud(painter, changed, mean, eigenvalues, eigenvectors)
    for number in range(3):
        _ramp(painter, number, mean, eigenvalues, eigenvectors)
    return painter.array()


def placed(colours):
    """Return where colours `(…, 3)` stand on the sheet, (x, y) in the last axis."""
    flat = np.asarray(colours) @ VIEW.T
    return flat * CLOUD / 1.5 + (CLOUD_X + CLOUD * 0.32, CLOUD_Y + CLOUD * 0.62)


def _cloud(painter, changed, mean, eigenvalues, eigenvectors):
    corners = np.array([[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)], dtype=float)
    for start in corners:
        for end in corners:
            if np.abs(end - start).sum() == 1 and (end > start).any():
                painter.line(*placed(start), *placed(end), GRID, 1)
    for colour, name in ((corners[4], "red"), (corners[2], "green"), (corners[1], "blue"), (corners[7], "white")):
        x, y = placed(colour)
        painter.text(x, y + (14 if name in ("red", "green") else -10), name, 11, MUTED, anchor="mm")
    colours = np.clip(changed.reshape(-1, 3)[:: max(1, changed.size // 3 // 1100)], 0, 1)
    for (x, y), colour in zip(placed(colours), (255 * colours).astype(int).tolist(), strict=True):
        painter.rectangle(x - 1, y - 1, 2.5, 2.5, fill=tuple(colour))
    for number in range(3):
        reach = 2 * np.sqrt(max(eigenvalues[number], 0)) * eigenvectors[:, number]
        ends = (*placed(mean - reach), *placed(mean + reach))
        painter.line(*ends, WHITE, 5)
        painter.line(*ends, AXES[number], 2.5)
        painter.text(ends[2] + 6, ends[3] - 6, f"p{number + 1}", 12, AXES[number], bold=True)


def _ramp(painter, number, mean, eigenvalues, eigenvectors):
    """Paint the colours along one axis, from two standard deviations below the mean to two above."""
    y, share = 312 + 42 * number, eigenvalues[number] / max(eigenvalues.sum(), 1e-12)
    steps = np.linspace(-2, 2, 121)[:, None] * np.sqrt(max(eigenvalues[number], 0)) * eigenvectors[:, number]
    vector = ", ".join(f"{value:+.2f}" for value in eigenvectors[:, number]).replace("-", "−")
    painter.text(16, y + 13, f"p{number + 1}", 14, AXES[number], bold=True)
    painter.image((255 * np.clip(mean + steps, 0, 1)).astype(np.uint8)[None], 46, y, 454, 26, outline=MUTED)
    painter.line(273, y - 3, 273, y + 29, INK, 1.5)
    painter.text(CLOUD_X, y + 5, f"λ{number + 1} = {eigenvalues[number]:.5f}, {share:.1%} of the variance", 12)
    painter.text(CLOUD_X, y + 22, f"along red, green, blue: {vector}", 11, MUTED)


def colour_caption(image, changed, alphas, eigenvalues, weight, per_pixel):
    """Say by how much the pixels changed, in steps of 1/255."""
    steps = 255 * np.abs(changed - image).mean(axis=(0, 1))
    change = ", ".join(f"{step:.1f}" for step in steps)
    how = "another colour for every pixel" if per_pixel else "one colour for all pixels"
    typical = 25.5 * (eigenvalues[0] if weight == PAPERS else np.sqrt(eigenvalues[0]))
    return (
        f"Added: {how}. Red, green and blue change by <b>{change}</b> steps of 255 on average. One standard deviation "
        f"of α1, 0.1, moves a pixel by {typical:.1f} steps along p1."
    )


@lru_cache(maxsize=4)
def _photo(name):
    return photo(name, size=SIDE)


def _with_the_courses_signs(function):
    """Return the learner's function with eigenvectors turned so that no sum is negative: their signs were free."""

    def signed(images):
        answer = function(images)
        if not isinstance(answer, (tuple, list)) or len(answer) != 2 or np.shape(answer[1]) != (3, 3):
            return answer
        vectors = np.asarray(answer[1])
        return answer[0], vectors * np.where(vectors.sum(axis=0) < 0, -1, 1)

    return signed if callable(function) else function


def colour_noise(own_colour_components=None):
    """Show AlexNet's colour noise on a photo; `own_colour_components` is the learner's function."""
    own = learners(_with_the_courses_signs(own_colour_components), colour_components)
    kept = {}

    def parts(photo_name, a1, a2, a3, weight, per_pixel):
        image = _photo(photo_name)
        if photo_name not in kept:
            kept[photo_name] = own(image[None]), own.sentence
        eigenvalues, eigenvectors = (np.asarray(part, dtype=float) for part in kept[photo_name][0])
        change = grain if per_pixel else shifted
        return (
            image,
            change(image, np.array([a1, a2, a3]), eigenvalues, eigenvectors, weight),
            eigenvalues,
            eigenvectors,
        )

    def render(**state):
        return colour_picture(*parts(**state))

    def caption(**state):
        image, changed, eigenvalues, _ = parts(**state)
        alphas = [state[name] for name in ("a1", "a2", "a3")]
        text = colour_caption(image, changed, alphas, eigenvalues, state["weight"], state["per_pixel"])
        return f"{text} {kept[state['photo_name']][1]}" if own_colour_components else text

    draws = np.random.default_rng(7)
    width = widgets.Layout(width="250px")
    sliders = {
        f"a{n}": widgets.FloatSlider(value, min=-1, max=1, step=0.01, description=f"α{n}", layout=width)
        for n, value in ((1, 0.3), (2, 0.3), (3, 0.0))
    }
    return Explorer(
        render,
        {
            "photo_name": widgets.Dropdown(options=PHOTOS, value="coffee", description="photo", layout=width),
            "weight": widgets.Dropdown(options=(PAPERS, SPREAD), value=SPREAD, description="times", layout=width),
            "per_pixel": widgets.Checkbox(False, description="draw for each pixel", indent=False, layout=width),
            **sliders,
        },
        title="The colours' own axes",
        note="Move the alphas, or draw them as the paper does: normal, with a standard deviation of 0.1.",
        alt=lambda photo_name, **_: f"The photo {photo_name}, the same recoloured, and its colours as a cloud in RGB.",
        caption=caption,
        buttons={
            "draw three alphas": lambda **_: dict(zip(sliders, draws.normal(0, 0.1, 3).round(2), strict=True)),
            "all 0": lambda **_: dict.fromkeys(sliders, 0.0),
        },
    )
