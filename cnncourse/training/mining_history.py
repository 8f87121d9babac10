"""Three ways to choose triplets, compared: the recorded trainings of one small network.

`tools/compare_mining.py` makes the record, `data/triplet_mining.npz`. Network, first weights, people, batches, number
of steps and learning rate are the same; only the choice of triplets differs.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from cnncourse.arguments import MANY, whole_number
from cnncourse.data_folder import data_file

WAYS = ("random", "semi-hard", "hardest")
FACE_PEOPLE, FACE_PHOTOS = 12, 6  # recorded: the first photos of the first people of identities("validation")


class MiningRun(NamedTuple):
    """One training at T checkpoints; `scores` are those of `face_scores` on the 100 validation people.

    `loss` and `active` are means over the steps since the checkpoint before; at step 0 those of the first batch.
    """

    steps: np.ndarray  # (T,) int64, done at each checkpoint, from 0
    loss: np.ndarray  # (T,) mean loss of a chosen triplet
    active: np.ndarray  # (T,) share of the chosen triplets with a loss above 0
    spread: np.ndarray  # (T,) root of the mean squared distance from the mean embedding
    auc: np.ndarray  # (T,)
    tar: np.ndarray  # (T,) at false accepts of 1 %
    top1: np.ndarray  # (T,) one-shot, among 100
    embeddings: np.ndarray  # (T, 72, D) float32, of the recorded faces, person by person


def mining_history():
    """Return a dictionary with the MiningRun of each of WAYS.

    >>> run = mining_history()["hardest"]
    >>> run.embeddings.shape[:2] == (len(run.steps), FACE_PEOPLE * FACE_PHOTOS)
    True
    """
    return {way: MiningRun(*(array.copy() for array in run)) for way, run in _stored().items()}


def face_places(photos=10):
    """Return where the recorded faces are in a split with `photos` photos of a person, (72,) int64."""
    photos = whole_number("photos", photos, FACE_PHOTOS, MANY)
    return (np.arange(FACE_PEOPLE)[:, None] * photos + np.arange(FACE_PHOTOS)).ravel()


def as_arrays(runs):
    """Return a dictionary of MiningRuns as the dictionary of arrays that the file holds, embeddings as float16."""
    short = {"steps": np.int64, "embeddings": np.float16}
    return {
        f"{way}_{name}": np.asarray(value, short.get(name, np.float32))
        for way, run in runs.items()
        for name, value in run._asdict().items()
    }


@cache
def _stored():
    with np.load(data_file("triplet_mining.npz"), allow_pickle=False) as arrays:
        return {way: MiningRun(*(_widened(arrays[f"{way}_{name}"]) for name in MiningRun._fields)) for way in WAYS}


def _widened(array):
    return array.astype(np.float32) if array.dtype == np.float16 else array
