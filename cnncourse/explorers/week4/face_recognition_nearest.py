"""Explorer of notebook 4.2: who is nearest in the gallery, and what more photos of each person change."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, learners
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
from cnncourse.faces.distances import squared_distances

START = {"query": 47, "threshold": 0.6, "photos": 1}


def recognise_person(face, names, embeddings, threshold):
    """Return the nearest person's number, or −1 where the squared distance is not less than the threshold."""
    distances = squared_distances(face[None], embeddings)[0]
    nearest = distances.argmin()
    return _number(names[nearest]) if distances[nearest] < threshold else -1


def told(function):
    """Return the learner's `function`, giving numbers for names and −1 for None; None if it knows nobody at all."""

    def recognise(face, names, embeddings, threshold):
        if function(face, names, embeddings, np.inf) is None:
            return None
        answer = function(face, names, embeddings, threshold)
        return -1 if answer is None else _number(answer) if answer in names else np.nan

    return recognise


def _number(name):
    return int(name.removeprefix("No. "))


def answer_of(ranks, query, photos, threshold, recognise=recognise_person):
    """Return the answer to a query, and whether it is right."""
    number = recognise(ranks.embeddings[ranks.queries[query]], *ranks.gallery(photos), threshold)
    who = int(ranks.who[query])
    return "not recognised" if number < 0 else f"No. {number}", number == (who if who < ENROLLED else -1)


def render(ranks, recognise=recognise_person, *, query, photos, threshold):
    """Paint a query, the people nearest to it, and what becomes of all queries with one to five photos."""
    shares = [ranks.shares(count, threshold) for count in range(1, MOST + 1)]
    answer = answer_of(ranks, query, photos, threshold, recognise)
    return picture(ranks, query, answer, ranks.ranking(query, photos, SHOWN), photos, threshold, shares)


def caption(ranks, recognise=recognise_person, *, query, photos, threshold):
    """Say who is named, whether rightly, and the shares over all queries."""
    (person, _, distance), *_ = ranks.ranking(query, photos, 1)
    who = int(ranks.who[query])
    truth = f"No. {who}" + ("" if who < ENROLLED else ", a stranger")
    answer, right = answer_of(ranks, query, photos, threshold, recognise)
    shares = ranks.shares(photos, threshold)
    return (
        f"It is {truth}. Answer: <b>{answer}</b>, {'right' if right else 'wrong'} (nearest: No. {person}, at "
        f"{distance:.3f}). With {photos} photo{'s' * (photos > 1)} a person, <b>{shares.recognised:.1%}</b> of "
        f"{ENROLLED * MOST} queries are recognised, {shares.misnamed:.1%} given a wrong name, "
        f"{shares.unrecognised:.1%} not recognised; <b>{shares.strangers_named:.1%}</b> of the strangers given a name."
    )


def alt(ranks, *, query, photos, threshold):
    """Describe the picture in words."""
    return (
        f"A photo of No. {ranks.who[query]}, the {SHOWN} people nearest to it of {ENROLLED} enrolled with {photos} "
        f"photo{'s' * (photos > 1)} each, and bars of what becomes of all queries at the threshold {threshold:.2f}."
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


def nearest_in_gallery(own_recognise=None, embeddings=None, **start):
    """Show a query's nearest people, and how often the answer is right with one to five photos of each.

    The learner's own recognise_person gives the answer when given; the bars are the course's. `embeddings` (1000, D)
    are those of the test split's pictures, the course's own unless given. `start` sets query, threshold, photos.
    """
    ranks = Ranks(checked_embeddings(embeddings))
    wide = widgets.Layout(width="270px")
    recognise = learners(own_recognise and told(own_recognise), recognise_person)

    def words(**state):
        text = caption(ranks, recognise, **state)
        sentence = recognise.sentence.replace("This picture is drawn", "The answer is given").replace(
            "draws", "answers"
        )
        return f"{text} {sentence}" if own_recognise else text

    explorer = Explorer(
        lambda **state: render(ranks, recognise, **state),
        {
            "query": widgets.IntSlider(0, 0, len(ranks.queries) - 1, description="query", layout=wide),
            "threshold": widgets.FloatSlider(
                0.6, min=0, max=TOP_DISTANCE, step=0.01, description="threshold τ", layout=wide
            ),
            "photos": widgets.IntSlider(1, 1, MOST, description="photos a person", layout=wide),
        },
        title="Nearest in the gallery",
        note="Arrow keys: left and right, the query; up and down, the threshold, which can be dragged as well. Click a "
        "bar for its number of photos.",
        alt=lambda **state: alt(ranks, **state),
        caption=words,
        pointer=lambda event, **state: pointer(ranks, event, **state),
        scale=SCALE,
    )
    explorer.set(**{**START, **start})
    return explorer
