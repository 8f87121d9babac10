"""Explorer of notebook 4.1: one photo of each of K people is known; whose face is nearest to another photo?"""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, cell_at, learners
from cnncourse.explorers.week4.face_recognition_people import PHOTOS, course_embeddings
from cnncourse.explorers.week4.one_shot_and_triplets_nearest_picture import COLUMNS, GRID_AT, ROWS, SCALE, picture
from cnncourse.faces.distances import squared_distances

MOST = 100  # people of the test split
SHOWN = COLUMNS * ROWS  # questions that can be clicked


def one_shot_people(enrolled, people, questions):
    """Return the person of the nearest enrolled photo for every question, as the exercise asks."""
    return people[squared_distances(questions, enrolled).argmin(axis=1)]


@lru_cache(maxsize=32)
def enrolled_rows(people, photo):
    """Return the rows of the K enrolled photos: number `photo` of each of the first K people."""
    return np.arange(people) * PHOTOS + photo


@lru_cache(maxsize=32)
def question_rows(people, photo):
    """Return the rows of all other photos of the K people."""
    rows = np.arange(people * PHOTOS)
    return rows[rows % PHOTOS != photo]


@lru_cache(maxsize=32)
def shown_rows(people, photo):
    """Return the rows of the questions that can be clicked: spread evenly over all."""
    rows = question_rows(people, photo)
    return rows[np.linspace(0, len(rows) - 1, min(SHOWN, len(rows))).round().astype(int)]


def answers_of(people, photo, recognise=one_shot_people):
    """Return (rows of all questions, the person named for each)."""
    rows, embeddings = question_rows(people, photo), course_embeddings()
    named = recognise(embeddings[enrolled_rows(people, photo)], np.arange(people), embeddings[rows])
    return rows, named


def accuracy(people, photo, recognise=one_shot_people):
    """Return the share of the questions that are answered rightly."""
    rows, named = answers_of(people, photo, recognise)
    return float(np.mean(named == rows // PHOTOS))


def ranking(people, photo, row):
    """Return (people, squared distances) of a question's nearest enrolled photos, nearest first."""
    embeddings = course_embeddings()
    distances = squared_distances(embeddings[[row]], embeddings[enrolled_rows(people, photo)])[0]
    order = np.argsort(distances, kind="stable")
    return order, distances[order]


def render(*, people, photo, question, recognise=one_shot_people):
    """Paint the questions, right or wrong, and the nearest enrolled photos of the chosen one."""
    shown = shown_rows(people, photo)
    rows, named = answers_of(people, photo, recognise)
    right = dict(zip(rows.tolist(), (named == rows // PHOTOS).tolist(), strict=True))
    row = int(shown[min(question, len(shown) - 1)])
    order, distances = ranking(people, photo, row)
    return picture(shown, [right[r] for r in shown.tolist()], row, order, distances, photo)


def caption(*, people, photo, question, recognise=one_shot_people, sentence=""):
    """Say who is nearest to the chosen photo and how often the answer is right over all questions."""
    shown = shown_rows(people, photo)
    row = int(shown[min(question, len(shown) - 1)])
    order, distances = ranking(people, photo, row)
    rows, named = answers_of(people, photo, recognise)
    answer, who = int(named[rows == row][0]), row // PHOTOS
    place = int(np.flatnonzero(order == who)[0])
    words = (
        f"The photo is of No. {who}; the answer is No. {answer}, <b>{'right' if answer == who else 'wrong'}</b>. "
        f"Nearest is No. {order[0]} at {distances[0]:.3f}; No. {who} is number {place + 1} of {people}, at "
        f"{distances[place]:.3f}. Over all {len(rows):,} questions about {people} people, one photo known of each: "
        f"<b>{np.mean(named == rows // PHOTOS):.1%}</b> right; guessing would give {1 / people:.1%}."
    )
    return f"{words} {sentence}" if sentence else words


def alt(*, people, photo, question, recognise=one_shot_people):
    """Describe the picture in words."""
    shown = shown_rows(people, photo)
    row = int(shown[min(question, len(shown) - 1)])
    order, _ = ranking(people, photo, row)
    return (
        f"{len(shown)} photos of {people} people, each marked right or wrong; the chosen one is of No. {row // PHOTOS}"
        f", and the nearest enrolled photo is of No. {order[0]}."
    )


def pointer(event, *, people, photo, question):
    """Choose a question by a click or the arrow keys."""
    count = len(shown_rows(people, photo))
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        return {"question": min(max(min(question, count - 1) + right + COLUMNS * down, 0), count - 1)}
    left, top, cell = GRID_AT
    place = cell_at(event.x, event.y, left, top, cell, ROWS, COLUMNS)
    if event.kind != "click" or place is None or place[0] * COLUMNS + place[1] >= count:
        return None
    return {"question": place[0] * COLUMNS + place[1]}


def nearest_of_k(own_one_shot_people=None, **start):
    """Show one-shot recognition among K people nobody trained on; the learner's own function answers when given.

    `start` sets people (K), photo (which photo of each is enrolled) and question (the place of the photo asked).
    """
    own = learners(own_one_shot_people, one_shot_people)

    def words(**state):
        text = caption(**state, recognise=own)
        told = own.sentence.replace("This picture is drawn", "The answers are given").replace("draws", "answers")
        return f"{text} {told}" if own_one_shot_people else text

    wide = widgets.Layout(width="290px")
    explorer = Explorer(
        lambda **state: render(**state, recognise=own),
        {
            "people": widgets.IntSlider(20, 2, MOST, description="K people", layout=wide),
            "photo": widgets.IntSlider(0, 0, PHOTOS - 1, description="photo enrolled", layout=wide),
        },
        title="Who is nearest?",
        note="Click a photo on the left to ask who it is; the arrow keys walk through them.",
        alt=alt,
        caption=words,
        pointer=pointer,
        state={"question": 0},
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
