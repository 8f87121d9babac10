"""Explorer of notebook 4.1: anchor, positive and negative in the plane, what they cost, where they are pushed."""

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, learners
from cnncourse.explorers.week4.one_shot_and_triplets_plane_picture import (
    NAMES,
    REACH,
    SCALE,
    picture,
    to_plane,
)
from cnncourse.faces.triplets import triplet_loss

STEP = 0.05  # of the arrow keys
RATE = 0.1  # of a step downhill
GRAB = 0.35  # how far from a point a click may be, in the plane's units
STARTS = {
    "semi-hard": ((-0.6, -0.8), (0.28, -0.96), (-0.9982, 0.06)),
    "easy": ((-0.8, 0.6), (-0.6, 0.8), (0.8, -0.6)),
    "hard": ((0.0, 1.0), (0.96, -0.28), (0.6, 0.8)),
    "all in one place": ((0.6, 0.8), (0.6, 0.8), (0.6, 0.8)),
}


def loss_and_pushes(loss):
    """Return `loss` as a function of points (3, 2) and margin that gives (value, minus its gradient (3, 2))."""

    def measured(points, margin):
        rows = [torch.tensor(point[None], requires_grad=True) for point in np.asarray(points, float)]
        value = loss(*rows, margin)
        if value is None:
            return None
        value.backward()
        pushes = [np.zeros(2) if row.grad is None else -row.grad[0].numpy() for row in rows]
        return float(value.detach()), np.array(pushes)

    return measured


course_loss = loss_and_pushes(triplet_loss)


def kind_of(near, far, margin):
    """Return what a triplet is, by its squared distances: easy, semi-hard or hard.

    >>> kind_of(1.0, 1.2, 0.2), kind_of(1.0, 1.1, 0.2), kind_of(1.0, 1.0, 0.2)
    ('easy', 'semi-hard', 'hard')
    """
    return "hard" if far <= near else "semi-hard" if far < near + margin else "easy"


def squares_of(points):
    """Return (d_ap, d_an), the squared distances of the anchor from positive and negative."""
    a, p, n = np.asarray(points, float)
    return float(((a - p) ** 2).sum()), float(((a - n) ** 2).sum())


def on_circle(points):
    """Return the points moved to the unit circle, each along its radius; the origin goes to (1, 0)."""
    points = np.asarray(points, float)
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.where(lengths > 0, points / np.where(lengths > 0, lengths, 1), [1.0, 0.0])


def felt(points, pushes, circle):
    """Return the pushes (3, 2) that move the points: on the circle only the part along it."""
    if not circle:
        return pushes
    return pushes - (pushes * points).sum(axis=1, keepdims=True) * points


def state_of(points, margin, circle, loss):
    """Return (d_ap, d_an, kind, loss, pushes) of a state."""
    near, far = squares_of(points)
    value, pushes = loss(np.asarray(points, float), margin)
    return near, far, kind_of(near, far, margin), value, felt(np.asarray(points, float), pushes, circle)


def render(*, points, held, margin, circle, loss=course_loss):
    """Paint the plane with the regions of a negative, the three points and their pushes, and the sum."""
    return picture(points, held, margin, circle, state_of(points, margin, circle, loss))


def caption(*, points, held, margin, circle, loss=course_loss, sentence=""):
    """Say the distances, the kind of triplet, the loss and who is pushed."""
    near, far, kind, value, pushes = state_of(points, margin, circle, loss)
    moved = [name for name, push in zip(NAMES, pushes, strict=True) if np.linalg.norm(push) > 1e-9]
    who = f"Pushed: {', '.join(moved)}." if moved else "Nothing is pushed."
    words = (
        f"d_ap = {near:.3f}, d_an = {far:.3f}: the triplet is <b>{kind}</b>. max({near:.3f} − {far:.3f} + {margin:.2f}"
        f", 0): loss <b>{value:.3f}</b>. {who} The arrow keys move {NAMES[held]}."
    )
    return f"{words} {sentence}" if sentence else words


def alt(*, points, held, margin, circle, loss=course_loss):
    """Describe the picture in words."""
    near, far, kind, value, _ = state_of(points, margin, circle, loss)
    return (
        f"A plane with anchor, positive and negative; the negative lies in the {kind} region; squared distances "
        f"{near:.2f} and {far:.2f}, margin {margin:.2f}, loss {value:.3f}."
    )


def moved(points, held, place, circle):
    """Return the points with the one held at a new place inside the plane, on the circle if that is asked."""
    placed = [tuple(point) for point in points]
    placed[held] = tuple(np.clip(place, -REACH, REACH).tolist())
    return settled(placed, circle)


def settled(points, circle):
    """Return points as a tuple of pairs, rounded; on the circle if that is asked."""
    points = on_circle(points) if circle else np.clip(points, -REACH, REACH)
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in points)


def pointer(event, *, points, held, margin, circle):
    """Drag a point; by keyboard, Enter takes the next point and the arrow keys move it."""
    if event.kind == "key":
        if event.key in ("Enter", " "):
            return {"held": (held + 1) % 3}
        down, right = ARROWS.get(event.key, (0, 0))
        x, y = points[held]
        place = _turned((x, y), right - down) if circle else (x + STEP * right, y - STEP * down)
        return {"points": moved(points, held, place, circle)}
    if event.kind not in ("click", "drag"):
        return None
    place = to_plane(event.x, event.y)
    if event.kind == "click":
        distances = np.linalg.norm(np.subtract(points, place), axis=1)
        held = int(np.flatnonzero(distances <= distances.min() + 1e-9)[-1])  # of points in one place the one on top
        return {"held": held} if distances[held] <= GRAB else None
    return {"points": moved(points, held, place, circle)}


def _turned(point, steps):
    angle = np.arctan2(point[1], point[0]) - STEP * steps
    return np.cos(angle), np.sin(angle)


def step_downhill(loss=course_loss):
    """Return what the button does: all three points follow their pushes, RATE times."""

    def step(*, points, held, margin, circle):
        *_, pushes = state_of(points, margin, circle, loss)
        return {"points": settled(np.asarray(points) + RATE * pushes, circle)}

    return step


def triplet_in_the_plane(own_triplet_cost=None, start="semi-hard", **changes):
    """Show a triplet of points to drag, its loss, and where the gradient pushes each.

    The loss and its gradient are the learner's own triplet_cost where it is given and works. `start` is one of STARTS;
    `changes` set margin and circle (are the points kept on the unit circle?).
    """
    own = learners(own_triplet_cost and loss_and_pushes(own_triplet_cost), course_loss)
    own.name = "triplet_cost"

    def words(**state):
        text = caption(**state, loss=own)
        return f"{text} {own.sentence}" if own_triplet_cost else text

    explorer = Explorer(
        lambda **state: render(**state, loss=own),
        _controls(),
        title="A triplet in the plane",
        note="Drag A, P or N. By keyboard: Enter takes the next point, arrow keys move it.",
        alt=alt,
        caption=words,
        pointer=pointer,
        buttons={"One step downhill": step_downhill(own)} | {name: _begin(points) for name, points in STARTS.items()},
        state={"points": settled(STARTS[start], True), "held": 2},
        scale=SCALE,
    )
    explorer.set(**changes)
    explorer.controls["circle"].observe(lambda _: explorer.set(points=settled(explorer.state["points"], True)), "value")
    return explorer


def _begin(points):
    return lambda **state: {"points": settled(points, state["circle"])}


def _controls():
    return {
        "margin": widgets.FloatSlider(
            0.2, min=0, max=1.5, step=0.05, description="margin α", layout=widgets.Layout(width="270px")
        ),
        "circle": widgets.Checkbox(
            True, description="on the unit circle, ‖f‖ = 1", indent=False, layout=widgets.Layout(width="auto")
        ),
    }
