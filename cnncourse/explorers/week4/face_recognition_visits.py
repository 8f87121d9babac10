"""Who comes to the office door: a roster of people who can be enrolled, their other photos, and strangers."""

from functools import cache
from typing import NamedTuple

import numpy as np

from cnncourse.explorers.week4.face_recognition_people import PHOTOS, people, person_of
from cnncourse.faces.distances import squared_distances
from cnncourse.faces.verification_rates import roc
from cnncourse.pictures.identities import identity_scene

ROSTER = {  # name: number in the test split
    "Ada": 0, "Bea": 2, "Amina": 3, "Clara": 5, "Dan": 7, "Emil": 8,
    "Finn": 10, "Hana": 12, "Grace": 13, "Zuri": 17, "Ian": 18, "Lena": 19,
}  # fmt: skip
NAMES = (*ROSTER, "You")
YOU = len(ROSTER)  # the place of the learner's own photo
ENROLLED = (0, 2, 4, 6, 9, 11)  # to begin with
STRANGER = -1
_SEED = 42


class Visits(NamedTuple):
    """V photos that come to the door: their rows among all photos, who it is on the roster, and how far from each."""

    rows: np.ndarray  # (V,)
    who: np.ndarray  # (V,) a place on the roster, or STRANGER
    distances: np.ndarray  # (V, 12) squared, from the roster's enrolled photos


class Counts(NamedTuple):
    """What became of all visits at a threshold."""

    let_in: int  # enrolled people, under their own name
    misnamed: int  # enrolled people, under another's name
    shut_out: int  # enrolled people who were refused
    intruders: int  # others who were let in
    refused: int  # others who were refused


@cache
def enrolled_rows():
    """Return the rows (12,) of the photos that can be enrolled: of each person's sharp ones the most frontal."""

    def frontal(person):
        photos = [identity_scene(person, number)[1] for number in range(PHOTOS)]
        return min(range(PHOTOS), key=lambda number: (photos[number].blur > 0, abs(photos[number].yaw)))

    return np.array([person * PHOTOS + frontal(person) for person in ROSTER.values()])


@cache
def visiting_rows():
    """Return the rows (V,) of the photos that come, in the order in which they do: half of them of the roster."""
    rows = np.arange(len(people()))
    on_roster = np.isin(person_of(rows), list(ROSTER.values()))
    known = rows[on_roster & ~np.isin(rows, enrolled_rows())]
    rng = np.random.default_rng(_SEED)
    strangers = rng.choice(rows[~on_roster], len(known), replace=False)
    return rng.permutation(np.concatenate([known, strangers]))


def visits_of(embeddings):
    """Return the Visits as embeddings (1000, D) see them."""
    rows = visiting_rows()
    places = {person: place for place, person in enumerate(ROSTER.values())}
    who = np.array([places.get(person, STRANGER) for person in person_of(rows).tolist()])
    return Visits(rows, who, squared_distances(embeddings[rows], embeddings[enrolled_rows()]))


def nearest_enrolled(distances, enrolled):
    """Return (places on the roster, distances), each (V,), of the nearest of `enrolled`; inf where nobody is."""
    if not enrolled:
        return np.full(len(distances), STRANGER), np.full(len(distances), np.inf)
    chosen = distances[:, list(enrolled)]
    nearest = chosen.argmin(axis=1)
    return np.array(enrolled)[nearest], chosen[np.arange(len(chosen)), nearest]


def counts_at(threshold, distances, who, enrolled):
    """Return the Counts of all visits when those whose distance is less than the threshold are let in."""
    nearest, distance = nearest_enrolled(distances, enrolled)
    opens, belongs = distance < threshold, np.isin(who, enrolled)
    named = nearest == who
    groups = (opens & belongs & named, opens & belongs & ~named, ~opens & belongs, opens & ~belongs, ~opens & ~belongs)
    return Counts(*(int(group.sum()) for group in groups))


def door_curve(distances, who, enrolled):
    """Return (false accept rate, true accept rate, thresholds) of the door, or None where nobody enrolled comes."""
    belongs = np.isin(who, enrolled)
    if not belongs.any() or belongs.all():
        return None
    return roc(nearest_enrolled(distances, enrolled)[1], belongs)
