"""Figures that are built once and then only updated, so that a slider moves a curve in tens of milliseconds.

    def build():
        figure, ax = new_figure(700, 360, 1, 1)
        (curve,) = ax.plot([], [])
        return figure, {"curve": curve, "ax": ax}

    def update(artists, *, k):
        artists["curve"].set_data(...)

    render = figure_render(build, update)
    Explorer(render, {"k": IntSlider(...)}, ...)

`render(k=3)` by itself builds a fresh figure, which makes it pure and testable; the engine keeps one.
"""

from cnncourse.plots import figure_pixels, styled


def figure_render(build, update):
    """Return a render of the state: `build() -> (figure, artists)`, `update(artists, **state)` changes the artists."""
    return FigureRender(build, update)


class FigureRender:
    """A pure render that gives a fresh figure each call, and lends its parts to the engine."""

    def __init__(self, build, update):
        self.build, self.update = build, update
        self.__name__ = getattr(update, "__name__", "figure")

    def __call__(self, **state):
        with styled():
            figure, artists = self.build()
            self.update(artists, **state)
        return figure


class KeptFigure:
    """One built figure of a `FigureRender`, redrawn for each state."""

    def __init__(self, render):
        self._render = render
        with styled():
            self.figure, self._artists = render.build()

    def pixels(self, state):
        """Return the figure's picture of `state`, `(H, W, 3)` uint8."""
        with styled():
            self._render.update(self._artists, **state)
            return figure_pixels(self.figure)
