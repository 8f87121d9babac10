"""Half of the test split's people enrolled with one to five photos, everybody's other photos as queries."""

from typing import NamedTuple

import numpy as np

from cnncourse.explorers.week4.face_recognition_people import PHOTOS, people, person_of
from cnncourse.faces.distances import squared_distances

ENROLLED = 50  # people; the others are strangers
MOST = 5  # enrolled photos of a person; the rest are queries


class Shares(NamedTuple):
    """What becomes of the queries at a threshold, as shares of those of enrolled people, and of strangers."""

    recognised: float
    misnamed: float
    unrecognised: float
    strangers_named: float


class Ranks:
    """The squared distances of all queries from all enrolled photos."""

    def __init__(self, embeddings):
        photos = np.arange(len(people()))
        self.queries = photos[photos % PHOTOS >= MOST]  # (Q,)
        self.who = person_of(self.queries)  # (Q,)
        self.embeddings = embeddings
        stored = embeddings.reshape(-1, PHOTOS, embeddings.shape[1])[:ENROLLED, :MOST].reshape(ENROLLED * MOST, -1)
        table = squared_distances(embeddings[self.queries], stored)
        self.distances = table.reshape(len(self.queries), ENROLLED, MOST)
        least = np.minimum.accumulate(self.distances, axis=2)  # (Q, 50, 5)
        self.named, self.nearest = least.argmin(axis=1), least.min(axis=1)  # (Q, 5)

    def ranking(self, query, photos, count):
        """Return the nearest people of a query, nearest first: a list of (person, their nearest row, distance)."""
        distances = self.distances[query, :, :photos]
        order = np.argsort(distances.min(axis=1), kind="stable")[:count]
        return [(int(p), int(p * PHOTOS + distances[p].argmin()), float(distances[p].min())) for p in order]

    def gallery(self, photos):
        """Return (names, embeddings) of the enrolled photos, so many of each person."""
        rows = np.array([person * PHOTOS + number for person in range(ENROLLED) for number in range(photos)])
        return [f"No. {person}" for person in person_of(rows)], self.embeddings[rows]

    def shares(self, photos, threshold):
        """Return the Shares with so many enrolled photos of each person."""
        named, accepted = self.named[:, photos - 1] == self.who, self.nearest[:, photos - 1] < threshold
        known = self.who < ENROLLED
        groups = accepted & named, accepted & ~named, ~accepted
        return Shares(*(float(group[known].mean()) for group in groups), float(accepted[~known].mean()))
