"""Explorer of notebook 1.1: the gradient at a pixel as an arrow, and the profile of the edge along it."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse import convolution
from cnncourse.convolution import KERNELS, filter_image, gradient_orientation
from cnncourse.explorers import Explorer, learners
from cnncourse.explorers.week1.edges_gradient_picture import MAP_X, PHOTO_X, SCALE, SIDE, TOP, VIEWS, draw, sheet
from cnncourse.explorers.week1.edges_numbers import bracketed, decimal
from cnncourse.explorers.week1.edges_photos import chosen_photo
from cnncourse.explorers.week1.edges_spot import PINNED, moved_spot, spot_at, spot_in
from cnncourse.pictures import photo_names

SIZE, REACH = 96, 6  # pixels across the photo; pixels that a profile reaches to either side


def sampled(picture, y, x):
    """Return a picture's values at points between its pixels (bilinear); beyond the border the outermost pixels go on.

    >>> float(sampled(np.array([[0.0, 1], [2, 3]]), 0.5, 0.25))
    1.25
    """
    H, W = picture.shape
    y, x = np.clip(y, 0, H - 1), np.clip(x, 0, W - 1)
    top, left = np.minimum(np.floor(y).astype(int), max(H - 2, 0)), np.minimum(np.floor(x).astype(int), max(W - 2, 0))
    below, right = np.minimum(top + 1, H - 1), np.minimum(left + 1, W - 1)
    v, u = y - top, x - left
    upper = picture[top, left] * (1 - u) + picture[top, right] * u
    lower = picture[below, left] * (1 - u) + picture[below, right] * u
    return upper * (1 - v) + lower * v


def direction(d_y, d_x):
    """Return the gradient's unit vector (y, x); no gradient counts as pointing to the right."""
    length = np.hypot(d_y, d_x)
    still = length == 0
    return np.where(still, 0, d_y) / (length + still), np.where(still, 1, d_x) / (length + still)


def local_maxima(magnitude, d_y, d_x):
    """Say of each pixel whether its magnitude is positive and no smaller than one step ahead and one step back.

    The steps go along the gradient; of two equal neighbours the one on the brighter side counts (Canny 1986).
    """
    (y, x), (rows, columns) = direction(d_y, d_x), np.indices(magnitude.shape)
    ahead, back = sampled(magnitude, rows + y, columns + x), sampled(magnitude, rows - y, columns - x)
    tiny = 1e-9 * max(float(magnitude.max()), 1.0)
    return (magnitude > tiny) & (magnitude > ahead + tiny) & (magnitude >= back - tiny)


def profile(picture, row, column, d_y, d_x, reach=REACH):
    """Return (offsets, values): a picture's values along the gradient through one pixel, in quarter-pixel steps."""
    y, x = direction(d_y, d_x)
    offsets = np.arange(-4 * reach, 4 * reach + 1) / 4
    return offsets, sampled(picture, row + offsets * y, column + offsets * x)


@lru_cache(maxsize=32)
def smoothed(photo, passes):
    """Return a photo of 96 × 96 pixels, grey, after so many passes of the 1-2-1 blur."""
    picture, _ = chosen_photo(photo, (), SIZE)
    for _ in range(passes):
        picture = filter_image(picture, KERNELS["gaussian_blur"], border="edge")
    return picture


def measured(picture, gradient, magnitude):
    """Return everything that the explorer shows of a picture: d_y, d_x, magnitude, orientation, local maxima."""
    d_y, d_x = gradient(picture)
    length = magnitude(d_y, d_x)
    facts = {"d_y": d_y, "d_x": d_x, "magnitude": length, "orientation": gradient_orientation(d_y, d_x)}
    return facts | {"edges": local_maxima(length, d_y, d_x)}


@lru_cache(maxsize=32)
def _course_measured(photo, passes):
    return measured(smoothed(photo, passes), convolution.image_gradient, convolution.gradient_magnitude)


def render_with(facts_of):
    """Return the render of the gradient explorer; `facts_of(photo, passes)` gives what `measured` gives."""

    @lru_cache(maxsize=4)
    def kept(photo, passes, view, least):
        facts = facts_of(photo, passes)
        return sheet(smoothed(photo, passes), facts, view, least / 100 * facts["magnitude"].max())

    def render(*, photo, passes, view, least, spot, pinned):
        picture, facts = smoothed(photo, passes), facts_of(photo, passes)
        row, column = spot_in(spot, SIZE)
        d_y, d_x = facts["d_y"][row, column], facts["d_x"][row, column]
        curves = {name: profile(values, row, column, d_y, d_x) for name, values in
                  {"brightness": picture, "magnitude": facts["magnitude"]}.items()}  # fmt: skip
        return draw(kept(photo, passes, view, least).copy(), facts, curves, (row, column))

    return render


render = render_with(_course_measured)


def caption_with(facts_of):
    """Return the caption of the gradient explorer; `facts_of` as for `render_with`."""

    def caption(*, photo, passes, view, least, spot, pinned):
        facts, (row, column) = facts_of(photo, passes), spot_in(spot, SIZE)
        here = {name: values[row, column] for name, values in facts.items()}
        d_y, d_x = (bracketed(decimal(here[name])) for name in ("d_y", "d_x"))
        (y, x), magnitude = direction(here["d_y"], here["d_x"]), facts["magnitude"]
        ahead, back = (float(sampled(magnitude, row + s * y, column + s * x)) for s in (1, -1))
        verdict = "a local maximum, an edge pixel" if here["edges"] else "no local maximum"
        steps = f"One step along the gradient it is {decimal(ahead)}, one step back {decimal(back)}: {verdict}."
        place = f"Row {row}, column {column}: √({d_y}² + {d_x}²) = "
        return f"{place}<b>{decimal(here['magnitude'])}</b>. {steps} {PINNED[pinned]}"

    return caption


caption = caption_with(_course_measured)


def pointer(event, *, spot, pinned, **_):
    """Follow the pointer over either picture, pin on a click, walk by arrow keys."""
    return moved_spot(event, spot_at(event.x, event.y, (PHOTO_X, MAP_X), TOP, SIDE), spot, pinned, SIZE)


def _alt(*, photo, view, spot, **_):
    row, column = spot_in(spot, SIZE)
    return f"The photo {photo} with the gradient as an arrow at row {row}, column {column}, and a map of its {view}."


def gradient_explorer(image_gradient=None, gradient_magnitude=None, photo="coffee"):
    """Return the gradient explorer; it computes with the learner's own two functions where they are given."""
    gradient = learners(image_gradient, convolution.image_gradient)
    magnitude = learners(gradient_magnitude, convolution.gradient_magnitude)
    facts_of = lru_cache(maxsize=32)(lambda photo, passes: measured(smoothed(photo, passes), gradient, magnitude))
    says = caption_with(facts_of)

    def told(**state):
        arrow = gradient.sentence if image_gradient is not None else ""
        length = magnitude.sentence if gradient_magnitude is not None else ""
        whose = arrow, length.replace("This picture is drawn", "The length is computed")
        return " ".join(filter(None, [says(**state), *whose]))

    controls = {
        "photo": widgets.Dropdown(options=photo_names(), value=photo, description="photo"),
        "view": widgets.ToggleButtons(options=VIEWS, style={"button_width": "110px"}),
        "passes": widgets.IntSlider(1, 0, 6, description="blur passes"),
        "least": widgets.IntSlider(15, 0, 100, description="limit %"),
    }
    return Explorer(
        render_with(facts_of), controls, title="Gradient explorer", alt=_alt, caption=told, pointer=pointer, hover=True,
        scale=SCALE, state={"spot": (0.335, 0.19), "pinned": False},
        note="Move over either picture; the arrow points to where it gets brighter. Arrow keys walk pixel by pixel.",
    )  # fmt: skip
