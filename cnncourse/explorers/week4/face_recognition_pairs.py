"""All pairs of the test split's photos: how far apart each head finds them, binned, and the pairs near a distance."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from cnncourse.explorers.week4.face_recognition_people import person_of
from cnncourse.faces.distances import squared_distances
from cnncourse.faces.verification_rates import roc, roc_area, threshold_at

PLAIN = "squared distance"
ROWS_AT_ONCE = 50
STRICT = 0.01  # a false accept rate


@dataclass(frozen=True, eq=False)
class Pairs:
    """N pairs of photos: their rows, whether of one person, how far apart one measure finds them."""

    first: np.ndarray  # (N,)
    second: np.ndarray  # (N,)
    same: np.ndarray  # (N,) bool
    values: np.ndarray  # (N,) small for alike
    order: tuple  # numbers of the pairs of one person and of those of two, each sorted by value
    alike: np.ndarray  # values of pairs of one person, sorted
    different: np.ndarray  # values of pairs of two, sorted
    low: float  # the ends of the axis
    high: float
    area: float  # under the ROC
    points: np.ndarray  # (P, 2) of the ROC: false and true accept rate
    strict: float  # the largest threshold with a false accept rate of at most STRICT

    def rates(self, threshold):
        """Return (false accept rate, true accept rate) at a threshold."""
        return tuple(np.searchsorted(group, threshold) / len(group) for group in (self.different, self.alike))

    def near(self, value, count):
        """Return the numbers of `count` pairs of one person and of two, each those nearest in value, nearest first."""
        return [
            _nearest(numbers, ordered, value, count)
            for numbers, ordered in zip(self.order, (self.alike, self.different), strict=True)
        ]


def _nearest(numbers, ordered, value, count):
    place = int(np.searchsorted(ordered, value))
    around = slice(max(place - count, 0), place + count)
    return numbers[around][np.argsort(np.abs(ordered[around] - value), kind="stable")[:count]]


def measures(embeddings, heads):
    """Return {name: function that gives the Pairs}; heads maps names to trained VerificationHeads."""
    choices = {PLAIN: lambda: _pairs(squared_distances(embeddings, embeddings))}
    for name, head in heads.items():
        choices[name] = lambda head=head: _pairs(head_table(head, embeddings))
    return {name: lru_cache(maxsize=1)(make) for name, make in choices.items()}


def head_table(head, embeddings):
    """Return −z (N, N) of all pairs of rows, where ŷ = σ(z): the logarithm of the odds that two people are shown."""
    vectors = torch.from_numpy(np.asarray(embeddings, np.float32))
    with torch.no_grad():
        parts = [-head.logits(rows[:, None], vectors) for rows in vectors.split(ROWS_AT_ONCE)]
    return torch.cat(parts).numpy()


def _pairs(table):
    first, second = np.triu_indices(len(table), 1)
    values, same = table[first, second].astype(np.float64), person_of(first) == person_of(second)
    low, high = float(values.min()), float(np.quantile(values, 0.999))
    false, true, _ = roc(values, same)
    points = np.stack([false, true], axis=1)
    kept = np.unique(np.searchsorted(false, np.append(0, np.geomspace(1e-4, 1, 400)), side="right") - 1)
    groups = tuple(group[np.argsort(values[group])] for group in (np.flatnonzero(same), np.flatnonzero(~same)))
    alike, different = (values[group] for group in groups)
    strict = threshold_at(STRICT, values, same)
    area = roc_area(false, true)
    return Pairs(first, second, same, values, groups, alike, different, low, high, area, points[kept], strict)
