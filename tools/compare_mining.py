"""Compare three ways to choose triplets, from random weights, and write data/triplet_mining.npz.

    python tools/render_identities.py --split train --people 300
    python tools/compare_mining.py

"random" takes one person's photo at random as the negative of every pair, "semi-hard" all triplets whose negative is
farther than the positive but within the margin (Schroff et al. 2015, section 3.2), "hardest" every photo's farthest
positive and nearest negative in the whole batch, without a warm-up. The same weights, batches and steps for all.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from face_pictures import People, changed

from cnncourse.data_folder import DATA
from cnncourse.faces.triplets import hardest_triplets, semi_hard_triplets, triplet_loss
from cnncourse.networks.face_embedding import FaceEmbedding, embed
from cnncourse.pictures.identities import identities
from cnncourse.training.face_scores import face_scores
from cnncourse.training.mining_history import WAYS, MiningRun, as_arrays, face_places

MARGIN = 0.2
DIMENSIONS, WIDTHS, BLOCKS = 32, (16, 32, 64, 96), (1, 1, 1, 1)
PEOPLE, PHOTOS = 32, 4  # of a batch


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=Path, default=Path("build/identities"))
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--out", type=Path, default=DATA / "triplet_mining.npz")
    options = parser.parse_args()
    torch.set_num_threads(1)
    people = People(options.pictures, options.people)
    runs = {way: run_of(way, people, options) for way in options.ways}
    np.savez_compressed(options.out, **as_arrays(runs))


def checkpoints(steps):
    """Return the 15 numbers of steps at which a training is looked at, close together at first.

    >>> checkpoints(500)[:6], checkpoints(500)[-2:]
    ([0, 3, 10, 23, 41, 64], [431, 500])
    """
    return [round(steps * (k / 14) ** 2) for k in range(15)]


def run_of(way, people, options):
    """Train the small network with one way to choose triplets; return its MiningRun."""
    model = FaceEmbedding(DIMENSIONS, WIDTHS, BLOCKS, False, torch.Generator().manual_seed(options.seed))
    model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.rate)
    rng, draws = np.random.default_rng(options.seed), torch.Generator().manual_seed(options.seed)
    rows, noted, begun = [], [], time.process_time()
    for step in range(options.steps + 1):
        chosen = rng.choice(people.known, PEOPLE, replace=False)
        pictures, labels = people.batch(chosen, PHOTOS, rng)
        pictures = changed(pictures, rng)
        if step in checkpoints(options.steps):
            noted = noted or [losses_of(model, way, pictures, labels, draws)[1:]]
            rows.append((step, *np.mean(noted, axis=0), *looked_at(model)))
            noted = []
            print(way, *(f"{value:.4f}" for value in rows[-1][:-1]), f"{time.process_time() - begun:.0f} s", flush=True)
        if step < options.steps:
            noted.append(train_step(model, way, optimizer, pictures, labels, draws))
    return MiningRun(*(np.array(column) for column in zip(*rows, strict=True)))


def train_step(model, way, optimizer, pictures, labels, draws):
    """Take one step; return the mean loss of the chosen triplets and the share that had any."""
    total, mean, active = losses_of(model, way, pictures, labels, draws)
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    return mean, active


def losses_of(model, way, pictures, labels, draws):
    """Return the mean loss of the chosen triplets as a tensor and as a number, and the share above 0."""
    model.train()
    with torch.autocast("cpu", torch.bfloat16):
        embeddings = model(pictures)
    a, p, n = (embeddings[i] for i in chosen_triplets(way, embeddings.detach(), labels, draws))
    mean = triplet_loss(a, p, n, MARGIN) / max(len(a), 1)
    above = (a - p).square().sum(1) - (a - n).square().sum(1) + MARGIN > 0
    return mean, mean.item(), above.float().mean().item() if len(a) else 0.0


def chosen_triplets(way, embeddings, labels, draws):
    """Return index tensors (anchors, positives, negatives)."""
    if way == "hardest":
        return hardest_triplets(embeddings, labels)
    if way == "semi-hard":
        return semi_hard_triplets(embeddings, labels, MARGIN)
    same = labels[:, None] == labels
    anchors, positives = torch.nonzero(same & ~torch.eye(len(labels), dtype=torch.bool), as_tuple=True)
    return anchors, positives, torch.multinomial((~same[anchors]).float(), 1, generator=draws)[:, 0]


def looked_at(model):
    """Return the scores on the validation people and the embeddings of the recorded faces."""
    images, people = identities("validation")
    embeddings = embed(model, images)
    return *face_scores(embeddings, people), embeddings[face_places()]


if __name__ == "__main__":
    main()
