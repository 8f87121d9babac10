"""A kept figure shows exactly what a fresh one shows."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from cnncourse.explorers.figures import KeptFigure, figure_render
from cnncourse.plots import drawn_pixels, new_figure
from demo_explorers import curve_picture

X = np.linspace(0, 6, 50)


def build():
    figure, (left, right) = new_figure(320, 140, 1, 2)
    left.set(xlim=(0, 6), ylim=(-2, 2), title="0")
    right.set(xlim=(-1, 1), ylim=(-1, 1))
    artists = {
        "figure": figure,
        "left": left,
        "line": left.plot(X, np.sin(X))[0],
        "dots": right.scatter([0, 0.5], [0, 0.5]),
        "box": right.add_patch(Rectangle((-0.5, -0.5), 0.4, 0.4, zorder=0.5)),
        "image": right.imshow(np.eye(4), extent=(-1, 1, -1, 1), zorder=0),
        "note": right.annotate("here", (0, 0), (0.3, -0.6), arrowprops={"arrowstyle": "->"}),
        "added": [],
    }
    return figure, artists


UPDATES = {
    "a line": lambda a, k: a["line"].set_ydata(np.sin(X + k)),
    "a line's colour": lambda a, k: a["line"].set_color(f"C{k}"),
    "a title": lambda a, k: a["left"].set_title(f"k is {k}"),
    "dots": lambda a, k: a["dots"].set_offsets([[0, k / 9], [0.5, -k / 9]]),
    "a box below the dots": lambda a, k: a["box"].set_x(-0.9 + k / 9),
    "an image below all": lambda a, k: a["image"].set_data(np.eye(4) * k),
    "where a note points": lambda a, k: setattr(a["note"], "xy", (k / 9, k / 9)),
    "limits": lambda a, k: a["left"].set_xlim(0, 6 + k),
    "ticks": lambda a, k: a["left"].set_xticks(range(k + 1)),
    "an axis label": lambda a, k: a["left"].set_xlabel(f"x {k}"),
    "a hidden line": lambda a, k: a["line"].set_visible(k % 2 == 0),
    "hidden axes": lambda a, k: a["left"].set_visible(k % 2 == 0),
    "a frame": lambda a, k: a["left"].spines["left"].set_color(f"C{k}"),
    "the ground": lambda a, k: a["left"].set_facecolor(f"C{k}"),
    "a title of the figure": lambda a, k: a["figure"].text(0.5, 0.5, "all" * k) if not a["figure"].texts else None,
}


def redraw_bars(artists, k):
    for bar in artists["added"]:
        bar.remove()
    artists["added"] = list(artists["left"].bar(range(k), range(k)))


UPDATES["bars made anew"] = redraw_bars


@pytest.mark.parametrize("what", UPDATES)
def test_a_kept_figure_equals_a_fresh_one_after_changing(what):
    render = figure_render(build, lambda artists, *, k: UPDATES[what](artists, k))
    kept = KeptFigure(render)
    kept.pixels({"k": 1})
    kept.figure.set_layout_engine("none")
    for k in (1, 4, 2, 2):
        picture = kept.pixels({"k": k})
        for axes in kept.figure.axes:
            for artist in axes.get_children():
                artist.set_animated(False)
        fresh = drawn_pixels(kept.figure)  # draws all of it, as matplotlib does
        kept._whole()
        assert np.abs(picture.astype(int) - fresh).max() <= 1, k


def test_a_render_gives_a_fresh_figure_each_time():
    one, two = curve_picture(phase=1), curve_picture(phase=1)
    assert one is not two
    assert np.array_equal(drawn_pixels(one), drawn_pixels(two))


def test_a_kept_figure_draws_the_demonstration_as_fresh_figures_do():
    kept = KeptFigure(curve_picture)
    for phase in (0, 7, 7, 30, 60):
        assert np.array_equal(kept.pixels({"phase": phase}), drawn_pixels(curve_picture(phase=phase)))
