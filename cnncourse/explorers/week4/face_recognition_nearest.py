"""Explorer of notebook 4.2: who is nearest in the gallery, and what more photos of each person change."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer
from cnncourse.explorers.week4.face_recognition_nearest_picture import (
    BARS,
    CHART,
    SCALE,
    SHOWN,
    TOP_DISTANCE,
    photos_at,
    picture,
)
from cnncourse.explorers.week4.face_recognition_people import checked_embeddings
from cnncourse.explorers.week4.face_recognition_ranks import ENROLLED, MOST, Ranks

START = {"query": 47, "threshold": 0.4, "photos": 1}


def render(ranks, *, query, photos, threshold):
    """Paint a query, the people nearest to it, and what becomes of all queries with one to five photos."""
    shares = [ranks.shares(count, threshold) for count in range(1, MOST + 1)]
    return picture(ranks, query, ranks.ranking(query, photos, SHOWN), photos, threshold, shares)


def caption(ranks, *, query, photos, threshold):
    """Say who is named, whether rightly, and the shares over all queries."""
    (person, _, distance), *_ = ranks.ranking(query, photos, 1)
    who = int(ranks.who[query])
    truth = f"No. {who}" + ("" if who < ENROLLED else ", a stranger")
    answer = f"No. {person}" if distance < threshold else "not recognised"
    right = "right" if answer == (f"No. {who}" if who < ENROLLED else "not recognised") else "wrong"
    shares = ranks.shares(photos, threshold)
    return (
        f"It is {truth}. Answer: <b>{answer}</b> (nearest: No. {person}, at {distance:.3f}), {right}. With "
        f"{photos} photo{'s' * (photos > 1)} a person, <b>{shares.recognised:.1%}</b> of {ENROLLED * MOST} queries are "
        f"recognised, {shares.misnamed:.1%} given a wrong name, {shares.unrecognised:.1%} not recognised; "
        f"<b>{shares.strangers_named:.1%}</b> of the strangers given a name."
    )


def alt(ranks, *, query, photos, threshold):
    """Describe the picture in words."""
    return (
        f"A photo of No. {ranks.who[query]}, the {SHOWN} people nearest to it of {ENROLLED} enrolled with {photos} "
        f"photos each, and bars of what becomes of all queries at the threshold {threshold:.2f}."
    )


def pointer(ranks, event, *, query, photos, threshold):
    """Drag the threshold over the distances, click a bar for its number of photos; by keyboard query and threshold."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        query = int(np.clip(query + right, 0, len(ranks.queries) - 1))
        return {"query": query, "threshold": round(float(np.clip(threshold - 0.02 * down, 0, TOP_DISTANCE)), 2)}
    if event.kind not in ("click", "drag"):
        return None
    left, top, width, height = BARS
    if left - 8 <= event.x <= left + width + 8 and top <= event.y <= top + height:
        share = np.clip((event.x - left) / width, 0, 1)
        return {"threshold": round(float(share * TOP_DISTANCE), 2)}
    x, y, wide, high = CHART
    if x <= event.x <= x + wide and y <= event.y <= y + high:
        return {"photos": photos_at(event.x)}
    return None


def nearest_in_gallery(embeddings=None, **start):
    """Show a query's nearest people, and how often the answer is right with one to five photos of each.

    `embeddings` (1000, D) are those of the test split's pictures, the course's own unless given. `start` sets query,
    threshold, photos.
    """
    ranks = Ranks(checked_embeddings(embeddings))
    wide = widgets.Layout(width="270px")
    explorer = Explorer(
        lambda **state: render(ranks, **state),
        {
            "query": widgets.IntSlider(0, 0, len(ranks.queries) - 1, description="query", layout=wide),
            "threshold": widgets.FloatSlider(
                0.4, min=0, max=TOP_DISTANCE, step=0.01, description="threshold τ", layout=wide
            ),
            "photos": widgets.IntSlider(1, 1, MOST, description="photos a person", layout=wide),
        },
        title="Nearest in the gallery",
        note="Arrow keys: left and right, the query; up and down, the threshold, which can be dragged as well. Click a "
        "bar for its number of photos.",
        alt=lambda **state: alt(ranks, **state),
        caption=lambda **state: caption(ranks, **state),
        pointer=lambda event, **state: pointer(ranks, event, **state),
        scale=SCALE,
    )
    explorer.set(**{**START, **start})
    return explorer
