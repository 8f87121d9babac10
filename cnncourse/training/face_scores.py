"""How well embeddings tell people apart: verification over all pairs, and one-shot recognition."""

from typing import NamedTuple

import numpy as np

from cnncourse.arguments import float_array, largest, numeric_array
from cnncourse.faces.verification_rates import roc, roc_area, true_accept_at

FAR = 0.01
LARGEST = 1e15  # of an embedding's numbers: their squares still add up


class FaceScores(NamedTuple):
    """Four figures of a set of embeddings."""

    spread: float  # root of the mean squared distance from the mean embedding: 0 where all are one point
    auc: float  # verification, over all pairs of photos
    tar: float  # true accepts at false accepts of 1 %
    top1: float  # one-shot recognition: the nearest of the enrolled photos, one a person, is the person's


def face_scores(embeddings, people):
    """Return the FaceScores of embeddings `(N, D)` of the people `(N,)`, each with the same number of photos, ≥ 2.

    In top-1, every photo is enrolled in turn: number k of each person together, and all other photos are asked.

    >>> face_scores([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]], [4, 4, 7, 7])[1:]
    (1.0, 1.0, 1.0)
    """
    embeddings = float_array("embeddings", embeddings, 2)
    if not largest(embeddings) <= LARGEST:
        raise ValueError(f"embeddings must hold numbers up to {LARGEST:g}, got {largest(embeddings):g}")
    people = numeric_array("people", people, 1, shape=embeddings.shape[:1])
    _, counts = np.unique(people, return_counts=True)
    if len(counts) < 2 or counts.min() < 2 or counts.min() != counts.max():
        raise ValueError(f"people must be two or more with equally many photos, two or more, got {counts.tolist()}")
    order = np.argsort(people, kind="stable")
    embeddings, people = embeddings[order], people[order]
    distances = _squared_distances(embeddings)
    first, second = np.triu_indices(len(people), 1)
    pairs, same = distances[first, second], people[first] == people[second]
    false_accept, true_accept, _ = roc(pairs, same)
    return FaceScores(
        spread=float(np.sqrt(((embeddings - embeddings.mean(axis=0)) ** 2).sum(axis=1).mean())),
        auc=roc_area(false_accept, true_accept),
        tar=true_accept_at(FAR, pairs, same),
        top1=_one_shot(distances.reshape(len(people), len(counts), counts[0])),
    )


def _one_shot(distances):
    """Return the mean top-1 over the enrolled photo, from distances (K · P, P, K) of photos to photos of people."""
    _, P, K = distances.shape
    owner, photo = np.divmod(np.arange(P * K), K)
    right = [distances[photo != k, :, k].argmin(axis=1) == owner[photo != k] for k in range(K)]
    return float(np.mean(right))


def _squared_distances(points):
    squares = (points * points).sum(axis=1)
    return np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)
