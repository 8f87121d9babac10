"""Explorer of notebook 3.1: mirrored faces whose landmarks swap names or keep them, and what a net is then told."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.detection import localization
from cnncourse.explorers import Explorer, Painter, learners, scale_for
from cnncourse.explorers.week3.localisation_and_landmarks_points import (
    NAMES,
    SIDE,
    TINTS,
    nearest,
    on_face,
    paint_cross,
    paint_mark,
    side_of,
)
from cnncourse.pictures.faces import MIRRORED
from cnncourse.plots import GRID, INK, MUTED, RED, WHITE

WIDTH, HEIGHT = 880, 350
SCALE = scale_for(WIDTH)
FACE, MIRROR, CLOUD = (16, 40, 272), (304, 40, 272), (592, 40, 272)  # left, top, side
WAYS = ("swapped with their partners", "kept as they were")


def mirror_landmarks(points, partners, width):
    """Return the landmarks of a mirrored face: the course's own, under the exercise's name."""
    return localization.mirror_landmarks(points, partners, width)


def mirrored_points(own, points, way):
    """Return the landmarks (20, 2) of a mirrored face, their identities swapped by `own`, or kept."""
    if way == WAYS[0]:
        return own(points, MIRRORED, SIDE)
    return np.stack([SIDE - points[:, 0], points[:, 1]], axis=1)


def taught(own, points, way, landmark):
    """Return where a net is told that a landmark is: in the faces (N, 2), and in the mirrored ones (N, 2)."""
    number = NAMES.index(landmark)
    return points[:, number], np.array([mirrored_points(own, face, way)[number] for face in points])


def mirror_picture(images, points, told, own, *, face, way, landmark):
    """Paint a face and its mirror image with their landmarks, and the places taught for the chosen one."""
    number = NAMES.index(landmark)
    painter = _sheet(images[face].tobytes()).copy()
    for place, places in ((FACE, points[face]), (MIRROR, mirrored_points(own, points[face], way))):
        for k, point in enumerate(places):
            paint_mark(painter, *on_face(point, place), side_of(k), 4)
        x, y = on_face(places[number], place)
        painter.circle(x, y, 13, outline=INK, line_width=4)
        painter.circle(x, y, 12, outline=WHITE, line_width=2)
    plain, turned = told(way, landmark)
    for x, y in plain:
        painter.circle(*on_face((x, y), CLOUD), 2.5, fill=TINTS[side_of(number)], alpha=0.8)
    for x, y in turned:
        a, b = on_face((x, y), CLOUD)
        painter.line(a - 3, b, a + 3, b, INK, 1.2)
        painter.line(a, b - 3, a, b + 3, INK, 1.2)
    paint_cross(painter, *on_face(np.concatenate([plain, turned]).mean(axis=0), CLOUD), 10, RED, 4)
    painter.text(CLOUD[0], 20, f"Taught as “{landmark}”", 14, bold=True)
    return painter.array()


@lru_cache(maxsize=4)
def _sheet(data):
    painter = Painter(WIDTH, HEIGHT, SCALE)
    image = np.frombuffer(data, np.uint8).reshape(SIDE, SIDE, 3)
    for words, picture, (left, top, side) in (("A face", image, FACE), ("Mirrored", image[:, ::-1], MIRROR)):
        painter.text(left, 20, words, 14, bold=True)
        painter.image(picture, left, top, side, side, smooth=True)
    left, top, side = CLOUD
    painter.rectangle(left, top, side, side, fill=WHITE, outline=GRID)
    painter.line(left + side / 2, top, left + side / 2, top + side, GRID, 1, dash=(4, 4))
    y = top + side + 22
    for x, kind, words in ((24, "left", "called left"), (124, "right", "called right"), (234, "middle", "middle")):
        paint_mark(painter, x, y, kind, 5)
        painter.text(x + 13, y, words, 12)
    painter.circle(left + 6, y, 3, fill=TINTS["left"])
    painter.text(left + 15, y, "in faces", 12, MUTED)
    painter.line(left + 84, y, left + 90, y, INK, 1.2)
    painter.line(left + 87, y - 3, left + 87, y + 3, INK, 1.2)
    painter.text(left + 97, y, "in mirrored ones", 12, MUTED)
    paint_cross(painter, left + 216, y, 6, RED, 3)
    painter.text(left + 230, y, "mean", 12, MUTED)
    return painter


def mirror_caption(told, *, way, landmark, **_):
    """Say where the chosen landmark is taught to be, and where the mean of it all lies."""
    plain, turned = told(way, landmark)
    mean = np.concatenate([plain, turned]).mean(axis=0)
    apart = float(np.linalg.norm(np.concatenate([plain, turned]) - mean, axis=1).mean())
    return (
        f"{landmark}: in {len(plain)} faces at x = {plain[:, 0].mean():.1f} on average, in their mirror images at x = "
        f"{turned[:, 0].mean():.1f}. A net that can tell nothing from the picture would best answer the mean, "
        f"<b>({mean[0]:.1f}, {mean[1]:.1f})</b>: {apart:.1f} px off on average."
    )


def mirror_pointer(own, points, event, *, face, way, **_):
    """Choose a landmark by a click on either face; walk through the faces by arrow keys."""
    steps = {"ArrowLeft": -1, "ArrowUp": -1, "ArrowRight": 1, "ArrowDown": 1}
    if event.kind == "key" and event.key in steps:
        return {"face": (face + steps[event.key]) % len(points)}
    if event.kind != "click":
        return None
    on_mirror = event.x >= MIRROR[0]
    places = mirrored_points(own, points[face], way) if on_mirror else points[face]
    hit = nearest(event.x, event.y, places, MIRROR if on_mirror else FACE)
    return None if hit is None else {"landmark": NAMES[hit]}


def mirrored_faces(images, points, mirror_landmarks_of_learner=None):
    """Show faces (N, 64, 64, 3) with points (N, 20, 2) and their mirror images, by the learner's function if given."""
    own = learners(mirror_landmarks_of_learner, mirror_landmarks)
    told = lru_cache(maxsize=None)(lambda way, landmark: taught(own, points, way, landmark))

    def caption(**state):
        own(points[state["face"]], MIRRORED, SIDE)
        sentence = f" {own.sentence}" if mirror_landmarks_of_learner and state["way"] == WAYS[0] else ""
        return mirror_caption(told, **state) + sentence

    return Explorer(
        lambda **state: mirror_picture(images, points, told, own, **state),
        {
            "face": widgets.IntSlider(0, 0, len(images) - 1, description="face", layout={"width": "240px"}),
            "way": widgets.Dropdown(options=WAYS, description="names", layout={"width": "290px"}),
            "landmark": widgets.Dropdown(
                options=NAMES, value="left pupil", description="landmark", layout={"width": "240px"}
            ),
        },
        title="A mirrored face",
        note="Choose whether names are swapped; click a point (or use the list) to see what is taught under its name.",
        alt=lambda face, way, landmark: f"Face {face} and its mirror image, names {way}; where {landmark} is taught.",
        caption=caption,
        pointer=lambda event, **state: mirror_pointer(own, points, event, **state),
        scale=SCALE,
    )
