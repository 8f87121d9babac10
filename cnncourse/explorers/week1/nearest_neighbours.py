"""Explorers of notebook 1.5: the regions that k nearest neighbours draw, and digits that find their like."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import squared_distances
from cnncourse.explorers import Explorer, Painter, learners
from cnncourse.explorers.painter import rgba
from cnncourse.explorers.week1.nearest_neighbours_digits import draw_a_digit, moving_digits
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, PURPLE, WHITE

__all__ = ["decision_regions", "draw_a_digit", "moving_digits"]

COLOURS = (BLUE, DARK_ORANGE, PURPLE)
NAMES = ("circles", "squares", "triangles")
CENTRES = np.array([[-1.1, -0.7], [1.1, -0.5], [0.0, 1.1]])
COUNT, FRESH = 60, 300
SIDE, LEFT, TOP, CELLS, REACH = 430, 16, 40, 86, 3.0  # the plane covers −3 … 3 on both axes
KS = tuple(range(1, 32, 2))


def distance_matrix(queries, points):
    """Return the Euclidean distances (Q, P)."""
    return np.sqrt(squared_distances(queries, points))


def _city_block(queries, points):
    return np.abs(queries[:, None] - points).sum(axis=2)


def _largest_step(queries, points):
    return np.abs(queries[:, None] - points).max(axis=2)


DISTANCES = {"Euclidean": distance_matrix, "city block": _city_block, "largest step": _largest_step}


@lru_cache(maxsize=64)
def cloud(noise, count, seed):
    """Return (points (count, 2), labels): three clouds of the given spread, kept inside the plane."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    return np.clip(CENTRES[labels] + noise * rng.normal(size=(count, 2)), -2.9, 2.9), labels


def tallies(distances, labels):
    """Return the votes of the nearest for every k at once, (Q, P, 3), and each label's first place in the order (Q, 3).

    `distances` is (Q, P), `labels` (P,) holds 0, 1 or 2; votes[:, k - 1] are those of the k nearest.
    """
    nearest = labels[np.argsort(distances, axis=1, kind="stable")]  # (Q, P)
    marks = nearest[:, :, None] == np.arange(len(NAMES))  # (Q, P, 3)
    return marks.cumsum(axis=1, dtype=np.int16), marks.argmax(axis=1)


def elected(votes, first):
    """Return the label (Q,) with most votes (Q, 3), a tie going to the one whose first place (Q, 3) is the nearest."""
    tied = votes == votes.max(axis=1, keepdims=True)
    return np.where(tied, first, np.iinfo(first.dtype).max).argmin(axis=1)


def winners(distances, labels, k):
    """Return the winning label (Q,) of the k nearest of each row, a tie going to the nearest among the tied."""
    votes, first = tallies(distances, labels)
    return elected(votes[:, k - 1], first)


@lru_cache(maxsize=64)
def accuracies(noise, distance):
    """Return {k: (share right among the known points, share right among 300 fresh ones)}."""
    points, labels = cloud(noise, COUNT, 0)
    fresh, fresh_labels = cloud(noise, FRESH, 1)
    known, others = (tallies(DISTANCES[distance](queries, points), labels) for queries in (points, fresh))

    def share(tally, k, right):
        return float((elected(tally[0][:, k - 1], tally[1]) == right).mean())

    return {k: (share(known, k, labels), share(others, k, fresh_labels)) for k in KS}


def neighbours_of(query, k, noise, distance, measure=None):
    """Return (indices of the k nearest, their labels' counts (3,), the winner) for one query point."""
    points, labels = cloud(noise, COUNT, 0)
    distances = (measure or DISTANCES[distance])(np.array([query]), points)
    nearest = np.argsort(distances[0], kind="stable")[:k]
    return nearest, np.bincount(labels[nearest], minlength=3), int(winners(distances, labels, k)[0])


@lru_cache(maxsize=8)
def _grid_tallies(noise, measure):
    points, labels = cloud(noise, COUNT, 0)
    axis = (np.arange(CELLS) + 0.5) / CELLS * 2 * REACH - REACH
    grid = np.stack(np.meshgrid(axis, -axis), axis=-1).reshape(-1, 2)
    votes, first = tallies(measure(grid, points), labels)
    return votes[:, : KS[-1]], first


@lru_cache(maxsize=32)
def _regions(k, noise, measure):
    votes, first = _grid_tallies(noise, measure)
    tints = np.array([rgba(colour)[:3] for colour in COLOURS])
    pale = (0.24 * tints + 0.76 * 255).astype(np.uint8)
    return pale[elected(votes[:, k - 1], first)].reshape(CELLS, CELLS, 3)


def _at(point):
    return LEFT + (point[0] + REACH) / (2 * REACH) * SIDE, TOP + (REACH - point[1]) / (2 * REACH) * SIDE


def _symbol(painter, x, y, label, size):
    colour = COLOURS[label]
    if label == 0:
        painter.circle(x, y, size, fill=colour, outline=INK)
    elif label == 1:
        painter.rectangle(x - size, y - size, 2 * size, 2 * size, fill=colour, outline=INK)
    else:
        painter.polygon([(x, y - size - 1), (x - size - 1, y + size), (x + size + 1, y + size)], colour, INK)


def regions_picture(*, k, noise, distance, query, measure=None):
    """Paint the plane with its regions, the known points, the query's neighbours, the votes and the two curves."""
    measure = measure or DISTANCES[distance]
    points, labels = cloud(noise, COUNT, 0)
    nearest, counts, winner = neighbours_of(query, k, noise, distance, measure)
    painter = Painter(812, 484)
    painter.text(LEFT, 22, "Who owns each spot?", 14, bold=True)
    painter.image(_regions(k, noise, measure), LEFT, TOP, SIDE, SIDE, outline=GRID)
    for index in nearest:
        painter.line(*_at(query), *_at(points[index]), colour=INK, width=1.2)
    for index, (point, label) in enumerate(zip(points, labels, strict=True)):
        _symbol(painter, *_at(point), label, 7.5 if index in nearest else 5)
    x, y = _at(query)
    painter.circle(x, y, 9, fill=WHITE, outline=INK, line_width=2)
    painter.text(x, y, "?", 12, bold=True, anchor="mm")
    _votes(painter, counts, winner, k)
    _curves(painter, accuracies(noise, distance), k)
    return painter.array()


def _votes(painter, counts, winner, k):
    painter.text(470, 22, f"Votes of the {k} nearest" if k > 1 else "The nearest alone decides", 14, bold=True)
    for label, (name, count) in enumerate(zip(NAMES, counts, strict=True)):
        y = 56 + 30 * label
        _symbol(painter, 478, y, label, 5)
        painter.text(490, y, name, 13, bold=label == winner)
        painter.rectangle(564, y - 9, max(1, 170 * count / k), 18, fill=COLOURS[label], outline=INK)
        painter.text(572 + 170 * count / k, y, f"{count}" + (" wins" if label == winner else ""), 13)


def _curves(painter, shares, k):
    left, top, width, height = 512, 186, 284, 210
    low = min(0.6, *(held for _, held in shares.values()))
    painter.text(470, 162, "Share right, for every k", 14, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)

    def place(number, share):
        return left + (number - 1) / (KS[-1] - 1) * width, top + (1 - share) / (1 - low) * height

    for share in np.arange(1.0, low, -0.1):
        painter.text(left - 6, place(1, share)[1], f"{share:.1f}", 11, MUTED, anchor="rm")
        painter.line(left, place(1, share)[1], left + width, place(1, share)[1], GRID, 1)
    painter.line(*place(k, 1), *place(k, low), MUTED, 1.2, dash=(4, 3))
    for which, colour in ((0, MUTED), (1, BLUE)):
        painter.polyline([place(number, share[which]) for number, share in shares.items()], colour, 2)
        x, y = place(k, shares[k][which])
        painter.circle(x, y, 4.5, fill=colour, outline=INK)
    for number in (1, 11, 21, 31):
        painter.text(place(number, low)[0], top + height + 8, str(number), 11, MUTED, anchor="mt")
    painter.text(left + width / 2, top + height + 26, "k", 12, anchor="mt")
    for row, (colour, name) in enumerate(((MUTED, "the points it knows"), (BLUE, "300 fresh points"))):
        painter.line(470 + 180 * row, 462, 494 + 180 * row, 462, colour, 3)
        painter.text(500 + 180 * row, 462, name, 12)


def regions_caption(*, k, noise, distance, query):
    """Say who wins at the query, and how the two shares compare."""
    _, counts, winner = neighbours_of(query, k, noise, distance)
    known, fresh = accuracies(noise, distance)[k]
    tie = " (a tie: the nearest of the tied decides)" if (counts == counts.max()).sum() > 1 else ""
    share = f"Right: {known:.0%} of the {COUNT} known points, {fresh:.0%} of {FRESH} fresh ones."
    votes = f"{counts[winner]} of {k} vote{'s' if k > 1 else ''}{tie}"
    place = f"({query[0]:.2f}, {query[1]:.2f})".replace("-", "−")
    return f"At {place} the <b>{NAMES[winner]}</b> win with {votes}. {share}"


def regions_pointer(event, *, k, noise, distance, query):
    """Move the query to the pointer, or by arrow keys."""
    steps = {"ArrowLeft": (-0.1, 0), "ArrowRight": (0.1, 0), "ArrowUp": (0, 0.1), "ArrowDown": (0, -0.1)}
    if event.kind == "key":
        x, y = np.add(query, steps.get(event.key, (0, 0)))
    elif event.kind in ("click", "drag") and LEFT <= event.x <= LEFT + SIDE and TOP <= event.y <= TOP + SIDE:
        x, y = (event.x - LEFT) / SIDE * 2 * REACH - REACH, REACH - (event.y - TOP) / SIDE * 2 * REACH
    else:
        return None
    return {"query": tuple(round(float(np.clip(value, -REACH, REACH)), 2) for value in (x, y))}


def decision_regions(own_distance_matrix=None):
    """Show the plane divided by k nearest neighbours; `own_distance_matrix` is the learner's Euclidean one."""
    own = learners(own_distance_matrix, distance_matrix)

    def render(**state):
        return regions_picture(**state, measure=own if state["distance"] == "Euclidean" else None)

    def caption(**state):
        whose = f" {own.sentence}" if own_distance_matrix and state["distance"] == "Euclidean" else ""
        return regions_caption(**state) + whose

    return Explorer(
        render,
        {
            "k": widgets.SelectionSlider(options=KS, value=1, description="k"),
            "noise": widgets.FloatSlider(value=0.7, min=0.2, max=1.2, step=0.1, description="spread"),
            "distance": widgets.Dropdown(options=list(DISTANCES), description="distance"),
        },
        title="Ask the neighbours",
        note="Drag the question mark over the plane (or use the arrow keys): its nearest points vote.",
        alt=lambda k, noise, distance, query: (
            f"A plane divided among three kinds of points by the {f'{k} nearest points' if k > 1 else 'nearest point'}."
        ),
        caption=caption,
        pointer=regions_pointer,
        state={"query": (-0.2, 0.1)},
    )
