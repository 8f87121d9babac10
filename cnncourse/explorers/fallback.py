"""The picture of an explorer by core ipywidgets alone: an image, and sliders and buttons in place of the pointer."""

import io
from html import escape

import ipywidgets as widgets
import numpy as np
from PIL import Image

from cnncourse.explorers.canvas import PointerEvent

KEYS = {"◀": "ArrowLeft", "▲": "ArrowUp", "▼": "ArrowDown", "▶": "ArrowRight"}


class PlainPicture(widgets.VBox):
    """Stands in for `Canvas`: the same `paint`, `picture`, `alt` and `on_pointer`."""

    def __init__(self, interactive):
        super().__init__()
        self.picture, self._alt, self._handler = np.full((2, 2, 3), 252, np.uint8), "", None
        self._image, self._words = widgets.Image(format="png"), widgets.HTML()
        self._words.add_class("cnncourse-unseen")
        self._x, self._y = widgets.IntSlider(description="x", max=1), widgets.IntSlider(description="y", max=1)
        row = widgets.Box([self._x, self._y, *self._pointing()], layout=widgets.Layout(flex_flow="row wrap"))
        self.children = [self._image, self._words, row] if interactive else [self._image, self._words]

    @property
    def alt(self):
        """What the picture shows, in words."""
        return self._alt

    @alt.setter
    def alt(self, words):
        self._alt = words
        self._words.value = escape(words)

    def paint(self, picture, scale=2):
        """Show `picture`, `(H, W, 3)` uint8 of `scale` painted pixels to a CSS pixel."""
        self.picture = np.ascontiguousarray(picture[..., :3])
        height, width = (round(side / scale) for side in picture.shape[:2])
        self._x.max, self._y.max = width, height
        buffer = io.BytesIO()
        Image.fromarray(self.picture).save(buffer, "PNG", compress_level=1)
        self._image.layout.width = f"{width}px"
        self._image.value = buffer.getvalue()

    def on_pointer(self, handler):
        """Call `handler(event)` for every click and key that the buttons stand for."""
        self._handler = handler

    def _pointing(self):
        yield self._button("click at (x, y)", lambda: PointerEvent("click", self._x.value, self._y.value))
        for label, key in KEYS.items():
            yield self._button(label, lambda key=key: PointerEvent("key", key=key))

    def _button(self, label, event):
        layout = widgets.Layout(width="auto", flex="0 0 auto")
        button = widgets.Button(description=label, tooltip=KEYS.get(label, label), layout=layout)
        button.on_click(lambda _: self._handler and self._handler(event()))
        return button
