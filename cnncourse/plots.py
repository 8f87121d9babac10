"""Pictures of arrays, in one style and without pyplot's hidden state.

Conventions: sizes are CSS pixels (100 to the inch); figures are drawn at twice that, crisp on fine screens too.
A figure or an axes made here shows itself when it is the value of a notebook cell; nothing global is touched.
The colours are the petroff10 cycle (Petroff 2021, "Accessible color sequences for data visualization").
"""

import io
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from PIL import Image

from cnncourse.arguments import float_array, numeric_array, one_of, real_number, several, shown, whole_number

BLUE, ORANGE, RED, GREY, PURPLE = "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6"
BROWN, DARK_ORANGE, OLIVE, SLATE, CYAN = "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"
CYCLE = (BLUE, ORANGE, RED, GREY, PURPLE, BROWN, DARK_ORANGE, OLIVE, SLATE, CYAN)
PAPER, INK, MUTED, GRID, WHITE = "#fcfcfa", "#22262e", "#5b616c", "#d5d8de", "#ffffff"

STYLE = Path(__file__).with_name("cnncourse.mplstyle")
PIXELS_PER_INCH = 100
SCALE = 2
SMALL_PNG_BYTES = 120_000
MOST_PX, MOST_ROWS = 20_000, 1000


class CourseFigure(Figure):
    """A matplotlib figure in the course's style that shows itself as a PNG when it is a cell's value."""

    def draw(self, renderer):
        with styled():  # ticks are made while drawing
            super().draw(renderer)

    def _repr_png_(self):
        rgb = figure_pixels(self)
        size = {"width": rgb.shape[1] // SCALE, "height": rgb.shape[0] // SCALE}
        return png_bytes(rgb), size


class PictureAxes(Axes):
    """Axes that show the figure they stand in when they are a cell's value."""

    name = "cnncourse_picture"

    def _repr_png_(self):
        return self.figure._repr_png_()


def use_style():
    """Make the course's style the default of every later matplotlib figure in this session."""
    matplotlib.rcParams.update(_style())


def styled():
    """Return a context in which new artists take the course's style."""
    return matplotlib.rc_context(_style())


def new_figure(width_px, height_px, rows=None, columns=None, **subplots):
    """Return a figure of `width_px` × `height_px` CSS pixels, made without pyplot, in the course's style.

    With `rows` and `columns` it returns `(figure, axes)`, the axes as `Figure.subplots(**subplots)` gives them.
    Raises ValueError or TypeError for sizes that are not positive.
    """
    width, height = (real_number(n, v, 1, MOST_PX) for n, v in (("width_px", width_px), ("height_px", height_px)))
    grid = [None if v is None else whole_number(n, v, 1, MOST_ROWS) for n, v in (("rows", rows), ("columns", columns))]
    with styled():
        figure = CourseFigure(
            figsize=(width / PIXELS_PER_INCH, height / PIXELS_PER_INCH),
            dpi=PIXELS_PER_INCH * SCALE,
            layout="constrained",
        )
        FigureCanvasAgg(figure)
        if grid == [None, None]:
            return figure
        axes = figure.subplots(*(count or 1 for count in grid), **subplots)
    return figure, axes


def show_image(image, ax=None, title=None, colormap="gray", limits=None):
    """Draw one picture, `(H, W)` or `(H, W, 3)`, without ticks, on `ax` or on a new figure; return the axes.

    Grey pictures of floats inside [0, 1] keep that range, others run from their smallest to their largest value unless
    `limits` gives `(low, high)`.
    """
    image = _picture("image", image)
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib axes, got {shown(ax)}")
    if colormap is not None and not isinstance(colormap, Colormap):
        one_of("colormap", colormap, list(matplotlib.colormaps))
    with styled():
        if ax is None:
            ax = _picture_axes(image, title)
        low, high = _limits(image) if limits is None else float_array("limits", limits, shape=(2,)).tolist()
        ax.imshow(image, cmap=colormap, vmin=low, vmax=high)
        ax.set_axis_off()
        if title is not None:
            ax.set_title(title)
    return ax


def show_grid(images, titles=None, columns=None, width_px=900):
    """Draw pictures side by side in `columns` columns (all in one row up to six) and return the figure.

    `images` is a list of `(H, W)` or `(H, W, 3)` arrays or one array of them; `titles` a list of as many strings.
    """
    images = [_picture("images", image) for image in several("images", images, "a list of pictures")]
    width_px = real_number("width_px", width_px, 1, MOST_PX)
    titles = None if titles is None else list(several("titles", titles, "a list of texts"))
    if not images:
        raise ValueError("images must hold at least one picture, got none")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"titles must be {len(images)} strings, one for each picture, got {len(titles)}")
    columns = min(len(images), 6) if columns is None else whole_number("columns", columns, 1, MOST_ROWS)
    rows = -(-len(images) // columns)
    cell = min(width_px / columns, 300)
    tallest = max(image.shape[0] / image.shape[1] for image in images)
    height = rows * (cell * tallest + (24 if titles else 6))
    figure, axes = new_figure(cell * columns, max(height, 40), rows, columns, squeeze=False)
    for ax in axes.flat[len(images) :]:
        ax.set_axis_off()
    for number, image in enumerate(images):
        show_image(image, axes.flat[number], titles[number] if titles else None)
    return figure


def figure_pixels(figure):
    """Draw a figure with Agg and return its pixels, `(H, W, 3)` uint8."""
    return np.ascontiguousarray(drawn_pixels(figure)[..., :3])


def drawn_pixels(figure):
    """Draw a figure with Agg and return its pixels with opacity, `(H, W, 4)` uint8."""
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a matplotlib figure, got {shown(figure)}")
    canvas = figure.canvas if isinstance(figure.canvas, FigureCanvasAgg) else FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def png_bytes(rgb, scale=1):
    """Return a small PNG of an `(H, W, 3)` uint8 picture, shrunk by the whole number `scale`, with no metadata.

    A picture that would exceed 120 kB is brought to 256 colours, so that notebooks stay small.
    """
    rgb = numeric_array("rgb", rgb, 3, (None, None, 3), "(H, W, 3)")
    if rgb.dtype != np.uint8 or not rgb.size:
        raise ValueError(f"rgb must be uint8 with at least one pixel, got {shown(rgb)}")
    picture, scale = Image.fromarray(rgb), whole_number("scale", scale, 1, MOST_PX)
    if scale > 1:
        picture = picture.reduce(scale)
    data = _encode(picture)
    return data if len(data) <= SMALL_PNG_BYTES else _encode(picture.quantize(256))


def _encode(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _style():
    return matplotlib.rc_params_from_file(STYLE, use_default_template=False)


def _picture(name, image):
    image = numeric_array(name, image, (2, 3), axes="(H, W) or (H, W, 3)")
    if image.ndim == 3 and image.shape[2] not in (3, 4):
        raise ValueError(f"{name} must have shape (H, W) or (H, W, 3), got shape {image.shape}")
    if image.size == 0:
        raise ValueError(f"{name} must hold at least one pixel, got shape {image.shape}")
    return image


def _limits(image):
    if image.dtype == bool or (image.dtype.kind == "f" and np.nanmin(image) >= 0 and np.nanmax(image) <= 1):
        return 0, 1
    if image.dtype == np.uint8:
        return 0, 255
    return np.nanmin(image), np.nanmax(image)


def _picture_axes(image, title):
    height, width = image.shape[:2]
    shown = min(max(width, 240), 480)
    figure = new_figure(shown, min(shown * height / width, 480) + (26 if title else 0))
    return figure.add_subplot(axes_class=PictureAxes)
