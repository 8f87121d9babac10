"""Explorer of notebook 5.1: the plane through three faces; drag a point, and see who lives there."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, Painter
from cnncourse.explorers.week5.vae_studio import FACES, studio_of
from cnncourse.plots import DARK_ORANGE, GRID, INK, MUTED, WHITE

GRID_SIDE, CELLS = 448, 7
LEFT, TOP = 16, 40
LARGE = (486, 40, 256)  # left, top, side
REACH = (-0.4, 1.4)  # how far the plane is shown, in shares of the way from the first face to the others


def point_of(x, y):
    """Return the shares (a, b) under a place of the map.

    >>> point_of(LEFT, TOP), tuple(round(share, 2) for share in point_of(LEFT + GRID_SIDE, TOP + GRID_SIDE))
    ((-0.4, -0.4), (1.4, 1.4))
    """
    low, high = REACH
    return low + (x - LEFT) / GRID_SIDE * (high - low), low + (y - TOP) / GRID_SIDE * (high - low)


def place_of(a, b):
    """Return the place (x, y) of shares (a, b) on the map."""
    low, high = REACH
    return LEFT + (a - low) / (high - low) * GRID_SIDE, TOP + (b - low) / (high - low) * GRID_SIDE


class Plane:
    """Codes first + a (second − first) + b (third − first), decoded on a grid once for each three faces."""

    def __init__(self, studio):
        self.studio = studio
        self.grid = lru_cache(maxsize=16)(self._grid)

    def code(self, faces, a, b):
        """Return the code at the shares (a, b) of the plane through three faces."""
        first, second, third = (self.studio.codes[face] for face in faces)
        return first + a * (second - first) + b * (third - first)

    def _grid(self, faces):
        middles = [LEFT + (k + 0.5) * GRID_SIDE / CELLS for k in range(CELLS)]
        shares = [[point_of(x, y - LEFT + TOP) for x in middles] for y in middles]
        rows = [self.studio.pictures([self.code(faces, *share) for share in row]) for row in shares]
        return np.concatenate([np.concatenate(list(row), axis=1) for row in rows])


def plane_picture(plane, *, first, second, third, a, b):
    """Paint the map of decoded faces with the three corners and the point, and the point's face large."""
    painter, faces = Painter(760, 500), (first, second, third)
    painter.text(LEFT, TOP - 18, "the plane through three faces", 13, bold=True)
    painter.image(plane.grid(faces), LEFT, TOP, GRID_SIDE, GRID_SIDE, outline=GRID)
    for corner, (x, y) in zip("123", (place_of(0, 0), place_of(1, 0), place_of(0, 1)), strict=True):
        painter.circle(x, y, 4, fill=WHITE, outline=INK, line_width=2)
        painter.circle(x - 20, y - 20, 9, fill=WHITE, outline=INK, line_width=2)
        painter.text(x - 20, y - 20, corner, 12, bold=True, anchor="mm")
    x, y = place_of(a, b)
    painter.circle(x, y, 13, outline=WHITE, line_width=5)
    painter.circle(x, y, 12, outline=DARK_ORANGE, line_width=3)
    left, top, side = LARGE
    painter.text(left, top - 18, "at the ring", 13, bold=True)
    painter.image(plane.studio.picture(plane.code(faces, a, b)), left, top, side, side, outline=GRID)
    _paint_corners(painter, plane, faces)
    return painter.array()


def _paint_corners(painter, plane, faces):
    left, top, side = LARGE
    for number, face in enumerate(faces):
        x, y = left + number * 88, top + side + 56
        painter.image(plane.studio.faces[face], x, y, 80, 80, outline=GRID)
        painter.text(x, y - 14, f"{number + 1}", 12, bold=True)
    painter.text(left, top + side + 22, "the three real faces", 12, MUTED)


def plane_caption(plane, *, first, second, third, a, b):
    """Say how the point is mixed from the three codes, its distance from the prior's mean, and on which side it is."""
    length = np.linalg.norm(plane.code((first, second, third), a, b))
    shares = [round(share, 3) + 0.0 for share in (1 - a - b, a, b)]
    parts = [f"{share:.2f} × {face}" for share, face in zip(shares, ("first", "second", "third"), strict=True)]
    mixture = " + ".join(parts).replace("+ -", "− ").replace("-", "−")
    side = (
        "Inside the triangle: no share is negative."
        if min(shares) >= 0
        else "Outside the triangle: a share is negative."
    )
    return f"{mixture}: a code of length {length:.1f}. {side}"


def plane_pointer(event, *, a, b, **_):
    """Move the point by click, drag or arrow keys."""
    if event.kind == "key" and event.key in ARROWS:
        down, right = ARROWS[event.key]
        a, b = a + 0.05 * right, b + 0.05 * down
    elif event.kind in ("click", "drag"):
        if event.kind == "click" and not (LEFT <= event.x <= LEFT + GRID_SIDE and TOP <= event.y <= TOP + GRID_SIDE):
            return None
        a, b = point_of(event.x, event.y)
    else:
        return None
    return {"a": round(float(np.clip(a, *REACH)), 3), "b": round(float(np.clip(b, *REACH)), 3)}


def latent_plane(net):
    """Let the learner walk over the plane through three test faces."""
    plane = Plane(studio_of(net))

    def chooser(value, words):
        return widgets.IntSlider(value=value, max=FACES - 1, description=words)

    return Explorer(
        lambda **now: plane_picture(plane, **now),
        {"first": chooser(5, "face 1"), "second": chooser(7, "face 2"), "third": chooser(10, "face 3")},
        title="Between three faces",
        note="Drag the ring over the map, or use the arrow keys.",
        alt=lambda **now: f"A map of faces between three test faces, with a ring at {now['a']}, {now['b']}.",
        caption=lambda **now: plane_caption(plane, **now),
        pointer=plane_pointer,
        state={"a": 0.35, "b": 0.35},
    )
