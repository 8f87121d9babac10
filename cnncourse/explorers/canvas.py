"""A picture in the notebook that takes raw pixels and gives back where the pointer is.

    canvas = Canvas(alt="A grey square", interactive=True)
    canvas.paint(picture)                       # (H, W, 3) uint8; later calls send only the tiles that changed
    canvas.on_pointer(lambda event: ...)        # PointerEvent: kind, x, y (CSS pixels), key

`scale` painted pixels make one CSS pixel, so a picture painted at twice its size is shown crisp at half of it. To a
screen without finer pixels than CSS, the picture travels at half its size: a quarter of the bytes, looking the same.
"""

from dataclasses import dataclass
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from PIL import Image

TILE = 32
ARROWS = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}  # key → (down, right)
CSS = """
.cnncourse-canvas { display: block; max-width: 100%; height: auto; border-radius: 6px; outline: 1px solid #d5d8de; }
.cnncourse-canvas.cnncourse-interactive { cursor: pointer; touch-action: none; }
.cnncourse-canvas.cnncourse-interactive:focus { outline: 3px solid #3f90da; outline-offset: 1px; }
/* Where a browser at 200 % leaves some 250 pixels, a picture stays legible and is scrolled. */
@media (max-width: 800px) {
  .cnncourse-canvas { max-width: max(100%, 560px); }
  :has(> .cnncourse-canvas) { overflow-x: auto; padding: 4px; }
}
"""


@dataclass(frozen=True)
class PointerEvent:
    """What the learner did on a picture.

    `kind` is "click", "drag", "release", "hover" or "key"; `x`, `y` are CSS pixels from the top left corner (−1, −1
    when the pointer has left); `key` is "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter" or " ".
    """

    kind: str
    x: float = 0.0
    y: float = 0.0
    key: str = ""


class Canvas(anywidget.AnyWidget):
    """A picture of raw RGB bytes with pointer and keyboard events."""

    _esm = Path(__file__).with_name("canvas.js")
    _css = CSS
    frame = traitlets.Int(0).tag(sync=True, to_json=lambda _, self: self._whole())
    alt = traitlets.Unicode("").tag(sync=True)
    interactive = traitlets.Bool(False).tag(sync=True)
    hover = traitlets.Bool(False).tag(sync=True)

    def __init__(self, picture=None, scale=2, **traits):
        self._picture = np.full((2, 2, 3), 252, np.uint8) if picture is None else _checked(picture)
        self._scale, self._serial, self._handler, self._fine = scale, 0, None, True
        self._sent, self._sent_scale = self._picture, scale
        super().__init__(**traits)
        self.on_msg(self._receive)

    @property
    def picture(self):
        """The picture shown now, `(H, W, 3)` uint8."""
        return np.ascontiguousarray(self._picture[..., :3])

    def paint(self, picture, scale=None):
        """Show `picture` (opacity, if any, is ignored); of one of the same size only the changed tiles travel."""
        self._picture, self._scale = _checked(picture), scale or self._scale
        self._send_changes()

    def _send_changes(self):
        halve = not self._fine and self._scale >= 2
        picture, scale = (halved(self._picture), self._scale / 2) if halve else (self._picture, self._scale)
        same_size = picture.shape == self._sent.shape and scale == self._sent_scale
        boxes = changed_boxes(self._sent, picture) if same_size else None
        self._sent, self._sent_scale = picture, scale
        if boxes == []:
            return
        self._serial += 1
        if boxes is None:
            self.send_state("frame")
        else:
            pixels = b"".join(picture[y : y + height, x : x + width, :3].tobytes() for x, y, width, height in boxes)
            self.send({"kind": "patch", "serial": self._serial, "boxes": boxes}, [pixels])

    def on_pointer(self, handler):
        """Call `handler(event)` with a PointerEvent for everything the learner does on the picture."""
        self._handler = handler

    def _receive(self, _, content, buffers):
        if content.get("kind") == "ready":
            if content.get("serial") != self._serial:
                self.send_state("frame")
            return
        if content.get("kind") == "screen":
            self._fine = content["fine"]
            if self._fine:  # otherwise the next picture will be the first that is halved
                self._send_changes()
            return
        try:
            if self._handler is not None:
                self._handler(PointerEvent(**content))
        finally:
            self.send({"kind": "answered"})

    def _whole(self):
        height, width, _ = self._sent.shape
        pixels = memoryview(self._sent[..., :3].tobytes())
        return {"pixels": pixels, "width": width, "height": height, "scale": self._sent_scale, "serial": self._serial}


def halved(picture):
    """Return an `(H, W, 3 or 4)` uint8 picture of half the height and width, each pixel the mean of 2 × 2."""
    height, width, channels = picture.shape
    mode = "RGB" if channels == 3 else "RGBX"
    return np.asarray(Image.frombuffer(mode, (width, height), picture, "raw", mode, 0, 1).reduce(2))


def changed_boxes(old, new):
    """Return boxes `[x, y, width, height]` that together cover every pixel in which two pictures differ.

    Both are `(H, W, channels)` uint8. Neighbouring tiles of 32 pixels in a row make one box; equal pictures give none.
    """
    height, width, channels = new.shape
    differs = (old != new).reshape(height, width * channels)
    bands = np.array([differs[top : top + TILE].any(axis=0) for top in range(0, height, TILE)])
    tiles = np.logical_or.reduceat(bands, np.arange(0, width * channels, TILE * channels), axis=1)
    edges = np.diff(np.pad(tiles, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(edges == 1).tolist(), np.argwhere(edges == -1).tolist()
    return [_box(row, first, last, height, width) for (row, first), (_, last) in zip(starts, ends, strict=True)]


def _box(row, first, last, height, width):
    x, y = first * TILE, row * TILE
    return [x, y, min(last * TILE, width) - x, min(y + TILE, height) - y]


def _checked(picture):
    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (3, 4) or picture.size == 0:
        raise ValueError(f"picture must be uint8 of shape (H, W, 3), got {picture.dtype} of shape {picture.shape}")
    return np.ascontiguousarray(picture)
