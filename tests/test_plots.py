"""Figures without pyplot: the right size, one style, and they show themselves."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from cnncourse.plots import (
    CYCLE,
    PAPER,
    drawn_pixels,
    figure_pixels,
    new_figure,
    png_bytes,
    show_grid,
    show_image,
    styled,
    use_style,
)

PHOTO = np.random.default_rng(0).random((30, 40, 3))


def test_a_figure_has_its_size_in_css_pixels_at_twice_the_resolution():
    figure = new_figure(300, 200)
    assert drawn_pixels(figure).shape == (400, 600, 4)
    assert figure_pixels(figure).shape == (400, 600, 3)


def test_axes_come_on_request():
    figure, axes = new_figure(300, 200, 2, 3)
    assert axes.shape == (2, 3)
    figure, ax = new_figure(300, 200, 1, 1, sharex=True)
    assert ax.figure is figure


def test_no_figure_goes_through_pyplot():
    import matplotlib.pyplot as plt

    show_image(PHOTO)
    show_grid([PHOTO, PHOTO])
    assert plt.get_fignums() == []


def test_the_style_holds_in_new_figures_and_nowhere_else():
    before = matplotlib.rcParams["font.size"], matplotlib.rcParams["axes.prop_cycle"]
    figure, ax = new_figure(300, 200, 1, 1)
    (line,) = ax.plot([1, 2])
    assert line.get_color().lstrip("#") == CYCLE[0].lstrip("#")
    assert matplotlib.colors.to_hex(figure.get_facecolor()) == PAPER
    assert (matplotlib.rcParams["font.size"], matplotlib.rcParams["axes.prop_cycle"]) == before


def test_every_text_is_at_least_eleven_css_pixels_high():
    with styled():
        sizes = [matplotlib.rcParams[f"{name}.labelsize"] for name in ("axes", "xtick", "ytick")]
        sizes += [matplotlib.rcParams[name] for name in ("font.size", "axes.titlesize", "legend.fontsize")]
    assert min(sizes) * 100 / 72 >= 11


def test_the_cycle_is_petroffs():
    petroff = matplotlib.color_sequences["petroff10"]
    assert list(CYCLE) == [matplotlib.colors.to_hex(colour) for colour in petroff]
    with styled():
        assert [f"#{c.lstrip('#')}" for c in matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]] == list(CYCLE)


def test_use_style_holds_for_later_figures():
    with matplotlib.rc_context():
        use_style()
        assert matplotlib.rcParams["figure.dpi"] == 200


@pytest.mark.parametrize("image", [PHOTO, PHOTO[..., 0], PHOTO > 0.5, (PHOTO * 255).astype(np.uint8), [[0, 1], [2, 3]]])
def test_show_image_draws_on_new_or_given_axes(image):
    ax = show_image(image, title="a title")
    assert ax.get_title(loc="left") == "a title"
    _, given = new_figure(200, 200, 1, 1)
    assert show_image(image, given) is given
    assert len(given.images) == 1


def test_floats_between_zero_and_one_keep_their_range():
    assert show_image([[0.25, 0.5]]).images[0].get_clim() == (0, 1)
    assert show_image([[-3.0, 5.0]]).images[0].get_clim() == (-3, 5)
    assert show_image(np.array([[3, 5]], np.uint8)).images[0].get_clim() == (0, 255)
    assert show_image([[0.25, 0.5]], limits=(0, 2)).images[0].get_clim() == (0, 2)


def test_the_value_of_a_cell_shows_itself_as_a_png():
    for shown in (show_image(PHOTO), show_grid([PHOTO] * 3, ["a", "b", "c"])):
        data, size = shown._repr_png_()
        assert Image.open(io.BytesIO(data)).width == 2 * size["width"]


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, None, 1), (6, None, 1), (7, None, 2), (4, 2, 2), (5, 3, 2)])
def test_a_grid_has_as_many_rows_as_it_needs(count, columns, rows):
    figure = show_grid([PHOTO] * count, columns=columns)
    assert isinstance(figure, Figure)
    assert sum(len(ax.images) for ax in figure.axes) == count
    assert figure.axes[0].get_gridspec().nrows == rows


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: show_image(np.zeros(3)), "image must have shape"),
        (lambda: show_image(np.zeros((3, 3, 2))), "image must have shape"),
        (lambda: show_image(np.zeros((0, 3))), "at least one pixel"),
        (lambda: show_grid([]), "images must hold at least one picture"),
        (lambda: show_grid([PHOTO], ["a", "b"]), "titles must be 1 strings"),
        (lambda: show_grid([PHOTO], columns=0), "columns must be at least 1"),
        (lambda: new_figure(0, 10), "width_px must be at least 1"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_png_is_the_same_each_time_shrinks_and_stays_small():
    noise = np.random.default_rng(0).integers(0, 256, (600, 900, 3), np.uint8)
    assert png_bytes(noise) == png_bytes(noise)
    assert len(png_bytes(noise)) < 650_000
    assert Image.open(io.BytesIO(png_bytes(noise, 2))).size == (450, 300)
