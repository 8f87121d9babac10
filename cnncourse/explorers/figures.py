"""Figures that are built once and then only updated, so that a slider moves a curve in tens of milliseconds.

    def build():
        figure, ax = new_figure(700, 360, 1, 1)
        (curve,) = ax.plot([], [])
        return figure, {"curve": curve, "ax": ax}

    def update(artists, *, k):
        artists["curve"].set_data(...)

    render = figure_render(build, update)
    Explorer(render, {"k": IntSlider(...)}, ...)

`render(k=3)` by itself builds a fresh figure, which makes it pure and testable; the engine keeps one. Of the kept
figure only what moved is drawn again (lines, patches, images, texts), over a picture of the rest; a change of limits,
ticks, axis labels or of the number of artists draws all of it, which takes about three times as long. The places of
the axes are laid out once, for the first state.
"""

import numpy as np
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cnncourse.plots import drawn_pixels, styled

WATCHED = (Line2D, Patch, Collection, AxesImage)  # these say when they have changed; anything else is taken to move


def figure_render(build, update):
    """Return a render of the state: `build() -> (figure, artists)`, `update(artists, **state)` changes the artists."""
    return FigureRender(build, update)


class FigureRender:
    """A pure render that gives a fresh figure each call, and lends its parts to the engine."""

    def __init__(self, build, update):
        self.build, self.update = build, update

    def __call__(self, **state):
        with styled():
            figure, artists = self.build()
            self.update(artists, **state)
        return figure


class KeptFigure:
    """One built figure of a `FigureRender`, of which each new state redraws only what moved."""

    def __init__(self, render):
        self._render = render
        with styled():
            self.figure, self._artists = render.build()
        self._outline, self._moving, self._backdrop = None, set(), None

    def pixels(self, state):
        """Return the figure's picture of `state`, `(H, W, 4)` uint8."""
        with styled():
            self._render.update(self._artists, **state)
            outline = _outline(self.figure)
            if outline != self._outline or _frame_changed(self.figure):
                return self._whole()
            moved = {artist for artist in _contents(self.figure) if artist.stale or not isinstance(artist, WATCHED)}
            if self._backdrop is None or not moved <= self._moving:
                self._moving |= moved
                self._take_backdrop()
            return self._over_backdrop()

    def _whole(self):
        for artist in _contents(self.figure):
            artist.set_animated(False)
        self._backdrop = None
        picture = drawn_pixels(self.figure)
        self.figure.set_layout_engine("none")
        self._outline = _outline(self.figure)
        self._moving &= set(_contents(self.figure))
        return picture

    def _take_backdrop(self):
        self._redrawn = [artist for axes in _in_order(self.figure.axes) for artist in self._from_lowest_moving(axes)]
        for artist in self._redrawn:
            artist.set_animated(True)
        self.figure.canvas.draw()
        self._backdrop = self.figure.canvas.copy_from_bbox(self.figure.bbox)

    def _from_lowest_moving(self, axes):
        contents = _in_order([*_contents_of(axes), *(axes.spines.values() if axes.axison else ())])
        first = next((place for place, artist in enumerate(contents) if artist in self._moving), len(contents))
        return contents[first:]

    def _over_backdrop(self):
        canvas = self.figure.canvas
        canvas.restore_region(self._backdrop)
        renderer = canvas.get_renderer()
        for artist in self._redrawn:
            artist.draw(renderer)
        return np.array(canvas.buffer_rgba())


def _contents_of(axes):
    frame = {axes.xaxis, axes.yaxis, axes.patch, *axes.spines.values()}
    return [artist for artist in axes.get_children() if artist not in frame] if axes.get_visible() else []


def _contents(figure):
    return [artist for axes in figure.axes for artist in _contents_of(axes)]


def _in_order(artists):
    return sorted(artists, key=lambda artist: artist.zorder)


def _outline(figure):
    return [_frame_of(axes) for axes in figure.axes]


def _frame_of(axes):
    place = (*axes.get_position(original=True).bounds, *axes.viewLim.extents)
    return axes, axes.get_visible(), axes.axison, place, tuple(axes.get_children())


def _frame_changed(figure):
    inside = {figure.patch, *figure.axes}
    outside = [artist for artist in figure.get_children() if artist not in inside]
    frames = [part for axes in figure.axes for part in (axes.patch, *axes.spines.values())]
    scales = [scale for axes in figure.axes for scale in (axes.xaxis, axes.yaxis)]
    labels = [scale.label for scale in scales if scale.label.get_text()]
    simple = all(axes.name == "rectilinear" and not axes.child_axes for axes in figure.axes)
    return bool(outside) or not simple or any(part.stale for part in frames + scales + labels)
