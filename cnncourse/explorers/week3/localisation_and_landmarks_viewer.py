"""Explorer of notebook 3.1: landmarks that a net finds on faces of unseen people, beside the true ones."""

from dataclasses import dataclass
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, scale_for
from cnncourse.explorers.week3.localisation_and_landmarks_points import (
    NAMES,
    SIDE,
    nearest,
    on_face,
    paint_cross,
    paint_ring,
)
from cnncourse.networks.landmarks import CELL, MARGIN, landmark_points
from cnncourse.networks.smile_detector import pictures_to_batch
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, ORANGE, PAPER, WHITE

WIDTH, HEIGHT = 880, 490
SCALE = scale_for(WIDTH)
PLACE = (16, 40, 432)  # left, top and side of the face
BARS, FIRST, ROW, PER_PIXEL, LONGEST = 600, 62, 20.5, 44, 220  # left end, top, height, CSS px to a pixel of error
ORDERS = ("worst first", "best first", "as they come")
FAINTEST = 0.01  # weight of a cell that is painted


@dataclass
class FaceSet:
    """Faces and what a net finds on them."""

    images: np.ndarray  # (N, 64, 64, 3) uint8
    truth: np.ndarray  # (N, 20, 2)
    found: np.ndarray  # (N, 20, 2)

    @property
    def errors(self):
        """The distances in pixels (N, 20)."""
        return np.linalg.norm(self.found - self.truth, axis=2)

    def ordered(self, order):
        """Return the faces' numbers in an order of ORDERS."""
        means = self.errors.mean(axis=1)
        return {
            ORDERS[0]: np.argsort(-means, kind="stable"),
            ORDERS[1]: np.argsort(means, kind="stable"),
            ORDERS[2]: np.arange(len(means)),
        }[order]


class Finder:
    """A net and its answers, kept: the weights that its heat maps give to the cells."""

    def __init__(self, net):
        self.net = net
        self.weights = lru_cache(maxsize=16)(self._weights)

    def _weights(self, data):
        """Return the softmax `(20, 18, 18)` of the maps of a face, given as its bytes."""
        import torch

        picture = np.frombuffer(data, np.uint8).reshape(1, SIDE, SIDE, 3)
        with torch.no_grad():
            maps = self.net.eval().heat_maps(pictures_to_batch(picture))[0]
        return maps.flatten(1).softmax(dim=1).view(maps.shape).double().numpy()


def viewer_picture(sets, finder, *, faces, order, rank, landmark, map):
    """Paint a face with true and found points, and the error of every landmark."""
    shown = sets[faces]
    face = int(shown.ordered(order)[rank % len(shown.images)])
    errors, number = shown.errors, NAMES.index(landmark)
    painter = _sheet(shown.images[face].tobytes()).copy()
    painter.text(PLACE[0], 20, f"Face no. {face}, {faces}", 14, bold=True)
    if map:
        painter.text(PLACE[0] + 150, HEIGHT - 8, "numbers: weights of the cells in %", 12, MUTED)
        _paint_cells(painter, finder.weights(shown.images[face].tobytes())[number])
    _paint_points(painter, shown.truth[face], shown.found[face], number, alone=map)
    _paint_bars(painter, errors[face], errors.mean(axis=0), number)
    return painter.array()


@lru_cache(maxsize=4)
def _sheet(data):
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, side = PLACE
    painter.image(np.frombuffer(data, np.uint8).reshape(SIDE, SIDE, 3), left, top, side, side, smooth=True)
    paint_ring(painter, left + 8, HEIGHT - 8, 4)
    painter.text(left + 20, HEIGHT - 8, "true", 12)
    paint_cross(painter, left + 78, HEIGHT - 8, 4)
    painter.text(left + 90, HEIGHT - 8, "found", 12)
    return painter


def _paint_cells(painter, weights):
    left, top, side = PLACE
    cell = side * CELL / SIDE
    strongest = weights.max()
    for row, column in np.argwhere(weights > FAINTEST):
        x, y = left + (column - MARGIN) * cell, top + (row - MARGIN) * cell
        if 0 <= row - MARGIN < SIDE // CELL and 0 <= column - MARGIN < SIDE // CELL:
            share = weights[row, column]
            painter.rectangle(x, y, cell, cell, fill=BLUE, alpha=0.25 + 0.5 * float((share / strongest) ** 0.5))
            painter.text(x + cell / 2, y + cell - 7, f"{100 * share:.0f}", 12, WHITE, bold=True, anchor="mm")
    for edge in range(SIDE // CELL + 1):
        painter.line(left + edge * cell, top, left + edge * cell, top + side, WHITE, 1, alpha=0.35)
        painter.line(left, top + edge * cell, left + side, top + edge * cell, WHITE, 1, alpha=0.35)


def _paint_points(painter, truth, found, chosen, alone):
    for number in range(len(truth)) if not alone else (chosen,):
        (a, b), (x, y) = on_face(truth[number], PLACE), on_face(found[number], PLACE)
        painter.line(a, b, x, y, INK, 2)
        paint_ring(painter, a, b)
        paint_cross(painter, x, y)
    if not alone:
        x, y = on_face(truth[chosen], PLACE)
        painter.circle(x, y, 15, outline=INK, line_width=4)
        painter.circle(x, y, 14, outline=ORANGE, line_width=2)


def _paint_bars(painter, errors, means, chosen):
    painter.text(PLACE[0] + PLACE[2] + 24, 20, "How far off, in pixels of 64", 14, bold=True)
    bottom = FIRST + ROW * len(NAMES)
    for pixel in range(LONGEST // PER_PIXEL + 1):
        x = BARS + pixel * PER_PIXEL
        painter.line(x, FIRST - 4, x, bottom, GRID, 1)
        painter.text(x, FIRST - 14, str(pixel), 12, MUTED, anchor="mm")
    for number, name in enumerate(NAMES):
        y = FIRST + number * ROW
        if number == chosen:
            painter.rectangle(
                PLACE[0] + PLACE[2] + 20, y, WIDTH - PLACE[0] - PLACE[2] - 28, ROW, fill=ORANGE, alpha=0.3
            )
        painter.text(BARS - 8, y + ROW / 2, name, 12, bold=number == chosen, anchor="rm")
        long = min(errors[number] * PER_PIXEL, LONGEST)
        painter.rectangle(BARS, y + 4, max(long, 1), ROW - 8, fill=DARK_ORANGE)
        middle = BARS + min(means[number] * PER_PIXEL, LONGEST)
        painter.line(middle, y + 2, middle, y + ROW - 2, PAPER, 5)
        painter.line(middle, y + 2, middle, y + ROW - 2, INK, 2)
        painter.text(BARS + LONGEST + 52, y + ROW / 2, f"{errors[number]:.1f}", 12, anchor="rm")
    painter.text(PLACE[0] + PLACE[2] + 24, HEIGHT - 8, "bar: this face; line: mean over all of these faces", 12, MUTED)


def viewer_caption(sets, *, faces, order, rank, landmark, **_):
    """Say the face's mean error and its worst landmark, and everything about the chosen one."""
    shown = sets[faces]
    face = int(shown.ordered(order)[rank % len(shown.images)])
    errors, number = shown.errors, NAMES.index(landmark)
    worst = int(errors[face].argmax())
    (a, b), (x, y) = shown.truth[face, number], shown.found[face, number]
    return (
        f"Mean error of this face <b>{errors[face].mean():.2f} px</b>, of all {len(errors)}: {errors.mean():.2f} px. "
        f"Farthest off here: {NAMES[worst]}, {errors[face, worst]:.1f} px. <b>{landmark}</b>: true ({a:.1f}, {b:.1f}), "
        f"found ({x:.1f}, {y:.1f}), {errors[face, number]:.2f} px apart; on average {errors[:, number].mean():.2f} px."
    )


def viewer_pointer(sets, event, *, faces, order, rank, **_):
    """Choose a landmark by a click on its point or bar; walk through the faces by arrow keys."""
    shown = sets[faces]
    steps = {"ArrowLeft": -1, "ArrowUp": -1, "ArrowRight": 1, "ArrowDown": 1}
    if event.kind == "key" and event.key in steps:
        return {"rank": (rank + steps[event.key]) % len(shown.images)}
    if event.kind != "click":
        return None
    if event.x > PLACE[0] + PLACE[2]:
        row = int((event.y - FIRST) // ROW)
        return {"landmark": NAMES[row]} if 0 <= row < len(NAMES) else None
    face = int(shown.ordered(order)[rank % len(shown.images)])
    hit = nearest(event.x, event.y, shown.truth[face], PLACE)
    return None if hit is None else {"landmark": NAMES[hit]}


def landmark_viewer(net, faces):
    """Show what `net`, a LandmarkNet, finds; `faces` maps a name to (images (N, 64, 64, 3), true points (N, 20, 2))."""
    sets = {name: FaceSet(images, truth, landmark_points(net, images)) for name, (images, truth) in faces.items()}
    finder, first = Finder(net), next(iter(sets))
    last = {name: len(shown.images) - 1 for name, shown in sets.items()}
    explorer = Explorer(
        lambda **state: viewer_picture(sets, finder, **state),
        {
            "faces": widgets.Dropdown(options=list(sets), value=first, description="faces", layout={"width": "200px"}),
            "order": widgets.Dropdown(options=ORDERS, value=ORDERS[2], description="order", layout={"width": "190px"}),
            "rank": widgets.IntSlider(0, 0, last[first], description="place", layout={"width": "240px"}),
            "landmark": widgets.Dropdown(options=NAMES, description="landmark", layout={"width": "240px"}),
            "map": widgets.Checkbox(False, description="its map, cell by cell", indent=False),
        },
        title="Landmarks on unseen people",
        note="Choose an order and walk through the faces (arrow keys); click a point or a bar for its landmark.",
        alt=lambda faces, order, rank, **_: f"Face at place {rank} of {faces}, {order}: true and found landmarks.",
        caption=lambda **state: viewer_caption(sets, **state),
        pointer=lambda event, **state: viewer_pointer(sets, event, **state),
        scale=SCALE,
    )

    def fit(change):
        explorer.controls["rank"].max = last[change["new"]]

    explorer.controls["faces"].observe(fit, "value")
    return explorer
