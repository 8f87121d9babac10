"""Week 4's rows of the bench for faces: mining triplets in a batch of 512 against pytorch-metric-learning.

64 people with 8 photos each, 128 numbers a photo, in two states: drawn at random, as before training, where a quarter
of all triplets is semi-hard, and grouped by person, as after some of it, where few are.
"""

import torch
from bench_measure import Row, ratio_to
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.miners import BatchHardMiner, TripletMarginMiner
from torch.nn import functional

from cnncourse.faces.triplets import hardest_triplets, semi_hard_triplets

PEOPLE, PHOTOS, DIMENSIONS = 64, 8, 128
MARGIN = 0.2
SPREADS = {"untrained": 10.0, "trained": 1.0}  # of a person's photos around their middle, between people 1


def batch(spread):
    """Return embeddings (512, 128) of length 1 and labels (512,)."""
    generator = torch.Generator().manual_seed(17)
    labels = torch.arange(PEOPLE).repeat(PHOTOS)
    middles = torch.randn(PEOPLE, DIMENSIONS, generator=generator)
    photos = middles[labels] + spread * torch.randn(len(labels), DIMENSIONS, generator=generator)
    return functional.normalize(photos, dim=1), labels


def pair(ours, miner, spread):
    """Return both works on one batch; the peer measures squared distances, as the course does."""
    torch.set_num_threads(1)
    embeddings, labels = batch(spread)
    return lambda: ours(embeddings, labels), lambda: miner(embeddings, labels)


def squared():
    return LpDistance(normalize_embeddings=False, p=2, power=2)


def rows():
    found = []
    for state, spread in SPREADS.items():
        hardest, semi_hard = (
            BatchHardMiner(distance=squared()),
            TripletMarginMiner(MARGIN, "semihard", distance=squared()),
        )
        works = ((hardest_triplets, hardest, 0.35), (semi_hard_triplets, semi_hard, 0.05))
        for ours, miner, bar in works:
            name = f"{ours.__name__} 512 × 128, {state}"
            measure = ratio_to(lambda works=(ours, miner, spread): pair(*works))
            found.append(Row(name, "pml", bar, measure))
    return found


ROWS = rows()
