"""Explorers: a pure picture of a state, and the thin wiring that lets a learner move the state.

    def render(*, k): ...                        # pure: state -> (H, W, 3) uint8 at twice its shown size, or a Figure
    def caption(*, k): return f"k is {k}."       # pure: state -> HTML
    def pointer(event, *, k): return {"k": k + 1} if event.kind == "click" else None      # pure: state -> changes

    Explorer(render, {"k": IntSlider(max=9)}, title="…", alt="…", caption=caption, pointer=pointer)

All of a state is passed by name to `render`, `caption`, `pointer`, the buttons' functions and (if it is one) `alt`.
`explorer.set(k=3)` does what a learner does; `explorer.state` and `explorer.picture` say what came of it.
`CNNCOURSE_FALLBACK=1` (or `fallback=True`) uses core ipywidgets alone. An error while the learner moves the state is
shown under the picture, which stays; outside a notebook, and everywhere with `CNNCOURSE_STRICT=1`, it is raised.
"""

import base64
import contextlib
import os
import traceback

import ipywidgets as widgets
import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from traitlets import link

from cnncourse.explorers.canvas import Canvas, PointerEvent
from cnncourse.explorers.fallback import PlainPicture
from cnncourse.explorers.figures import FigureRender, KeptFigure
from cnncourse.explorers.look import header_html, problem_html
from cnncourse.plots import PIXELS_PER_INCH, drawn_pixels, png_bytes

NARROWEST = 480  # CSS pixels: a small picture still leaves its controls and caption room


class Explorer(widgets.VBox):
    """A picture that follows its controls, its buttons and the pointer; the value of a notebook cell.

    `controls` maps a name of the state to a value widget; `state` holds the names that only `pointer` and `buttons`
    change; `scale` is the number of painted pixels of an array to a CSS pixel; `hover=True` also sends moves without a
    pressed button.
    """

    def __init__(
        self,
        render,
        controls,
        *,
        title,
        alt,
        caption=None,
        pointer=None,
        buttons=None,
        state=None,
        note="",
        layout=None,
        scale=2,
        hover=False,
        fallback=None,
    ):
        _check_names(controls, state or {})
        super().__init__(**({} if layout is None else {"layout": layout}))
        self.title, self.controls, self.scale = title, dict(controls), scale
        self._render, self._alt, self._caption, self._pointer = render, alt, caption, pointer
        self._extra, self._hover, self._quiet, self._kept = dict(state or {}), hover, False, None
        self._header = widgets.HTML(header_html(title, note))
        self._caption_box = widgets.HTML()
        self._flow = widgets.Box([*map(_laid_out, self.controls.values()), *self._buttons(buttons or {})])
        self._flow.add_class("cnncourse-controls")
        self._caption_box.add_class("cnncourse-caption")
        self.add_class("cnncourse-explorer")
        for control in self.controls.values():
            control.observe(self._moved, "value")
        self._use_picture(_asked_for_fallback() if fallback is None else fallback)

    @property
    def state(self):
        """The whole state by name: the controls' values and the names that pointer and buttons change."""
        return {**{name: control.value for name, control in self.controls.items()}, **self._extra}

    @property
    def picture(self):
        """The picture shown now, `(H, W, 3)` uint8 in painted pixels."""
        return self._picture.picture

    def set(self, **changes):
        """Change parts of the state by name and redraw once; raise ValueError for a name that is not in it."""
        self._apply(changes)
        self._refresh()

    def point(self, kind, x=0.0, y=0.0, key=""):
        """Do what a pointer or key event does (for tests and demonstrations)."""
        self._pointed(PointerEvent(kind, x, y, key))

    def show(self, fallback=False):
        """Display the explorer; with `fallback` by core ipywidgets alone (buttons in place of the pointer)."""
        if fallback != isinstance(self._picture, PlainPicture):
            self._use_picture(fallback)
        display(self)

    def _use_picture(self, fallback):
        interactive = self._pointer is not None
        self._picture = PlainPicture(interactive) if fallback else Canvas(interactive=interactive, hover=self._hover)
        self._picture.on_pointer(self._pointed)
        self._draw()
        body = [self._flow] if self._flow.children else []
        self.children = [self._header, *body, self._picture, self._caption_box]

    def _moved(self, _):
        if not self._quiet:
            self._refresh()

    def _pointed(self, event):
        if self._pointer is not None:
            self._handle(lambda: self._pointer(event, **self.state))

    def _handle(self, handler):
        with self._shown_problems():
            changes = handler()
            if changes:
                self._apply(changes)
                self._draw()

    def _apply(self, changes):
        unknown = sorted(set(changes) - set(self.state))
        if unknown:
            raise ValueError(
                f"changes must name parts of the state ({', '.join(self.state)}), got {', '.join(unknown)}"
            )
        self._quiet = True
        try:
            for name, value in changes.items():
                if name in self.controls:
                    self.controls[name].value = value
                else:
                    self._extra[name] = value
        finally:
            self._quiet = False

    def _refresh(self):
        with self._shown_problems():
            self._draw()

    def _draw(self):
        state = self.state
        pixels, scale = self._pixels(state)
        self._picture.paint(pixels, scale)
        self._picture.alt = self._alt(**state) if callable(self._alt) else self._alt
        self._caption_box.value = self._caption(**state) if self._caption else ""
        self.layout.max_width = f"{max(round(pixels.shape[1] / scale), NARROWEST) + 34}px"

    def _pixels(self, state):
        if isinstance(self._render, FigureRender):
            self._kept = self._kept or KeptFigure(self._render)
            return self._kept.pixels(state), self._kept.figure.dpi / PIXELS_PER_INCH
        drawn = self._render(**state)
        if isinstance(drawn, Figure):
            return drawn_pixels(drawn), drawn.dpi / PIXELS_PER_INCH
        return np.asarray(drawn), self.scale

    @contextlib.contextmanager
    def _shown_problems(self):
        try:
            yield
        except Exception as problem:
            if _lets_errors_out():
                raise
            self._caption_box.value = problem_html(problem, traceback.format_exc())

    def _buttons(self, buttons):
        for label, change in buttons.items():
            button = widgets.Button(description=label)
            button.on_click(lambda _, change=change: self._handle(lambda: change(**self.state)))
            yield button

    def _sentence(self):
        return f"{self.title}: {self._picture.alt} Run this cell to move it."

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        small = png_bytes(self.picture, max(1, round(self.scale)))
        return {**bundle, "text/plain": self._sentence(), "image/png": base64.b64encode(small).decode("ascii")}

    def __repr__(self):
        return f"Explorer({self.title!r})"


def play(control, interval=700):
    """Give an integer slider a play button that steps through its range every `interval` ms; return the slider.

    Write `controls={"step": play(IntSlider(max=15))}`.
    """
    player = widgets.Play(min=control.min, max=control.max, value=control.value, step=control.step, interval=interval)
    for name in ("min", "max", "value"):
        link((control, name), (player, name))
    control.player = player
    return control


def _laid_out(control):
    if hasattr(control, "style") and hasattr(control.style, "description_width"):
        control.style.description_width = "initial"
    return widgets.HBox([control.player, control]) if hasattr(control, "player") else control


def _lets_errors_out():
    return os.environ.get("CNNCOURSE_STRICT", "0" if get_ipython() else "1") == "1"


def _asked_for_fallback():
    return os.environ.get("CNNCOURSE_FALLBACK") == "1"


def _check_names(controls, state):
    twice = sorted(set(controls) & set(state))
    if twice:
        raise ValueError(f"state must not repeat names of controls, got {', '.join(twice)}")
