"""Score FaceEmbedding on people that it never saw: verification over all pairs, and one-shot recognition.

    python tools/score_face_embedding.py             the 100 test people, as shipped
    python tools/score_face_embedding.py --fresh 3   and three times 100 other people (renders them first, minutes)

Every person has ten photos of the preset "street". One-shot: one photo a person is enrolled, all others are asked, and
the figure is the mean over which photo was enrolled.
"""

import argparse
import time

import torch

from cnncourse.networks.face_embedding import embed, load_face_embedding
from cnncourse.pictures.identities import PEOPLE, PHOTOS, identities
from cnncourse.training.face_scores import face_scores


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fresh", type=int, default=0, help="how many times 100 other people to score as well")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = load_face_embedding()
    report("test", model, *identities("test"))
    size = PEOPLE["fresh"]
    images, people = identities("fresh", count=options.fresh * size) if options.fresh else ((), ())
    for start in range(0, len(images), size * PHOTOS["fresh"]):
        part = slice(start, start + size * PHOTOS["fresh"])
        report(f"people {people[start]} to {people[start] + size - 1} of fresh", model, images[part], people[part])


def report(name, model, images, people):
    begun = time.process_time()
    embeddings = embed(model, images)
    seconds = (time.process_time() - begun) * 300 / len(images)
    scores = face_scores(embeddings, people)
    print(
        f"{name}: AUC {scores.auc:.4f}, TAR at FAR 1 % {scores.tar:.3f}, one-shot top-1 {scores.top1:.3f}, "
        f"spread {scores.spread:.3f}; {seconds:.2f} s of one thread for 300 photos"
    )


if __name__ == "__main__":
    main()
