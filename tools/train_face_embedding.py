"""Train FaceEmbedding on rendered people and write data/weights/face_embedding.safetensors.

    python tools/render_identities.py --split train --people 1500        # once, some 20 minutes of two free cores
    python tools/train_face_embedding.py --people 1500                   # about 25 minutes of a free core

From random weights, with semi-hard triplets alone: for every pair of photos of one person in a batch of 32 people with
four photos each, the nearest negative that is farther than the positive (Schroff et al. 2015, sections 3.1 and 3.2).
Chunks that are rendered meanwhile join in. Settings were chosen on the validation people; the test people are for
`tools/score_face_embedding.py` alone.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from face_pictures import People, changed
from face_triplets import semi_hard_loss
from safetensors.torch import save_file

from cnncourse.data_folder import DATA
from cnncourse.networks.face_embedding import FaceEmbedding, embed
from cnncourse.pictures.identities import identities
from cnncourse.training.face_scores import face_scores

WARM_UP = 200  # steps


def main():
    options = read_options()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    people = People(options.pictures, options.people)
    model = FaceEmbedding(generator=torch.Generator().manual_seed(options.seed))
    averaged = train(model.to(memory_format=torch.channels_last), people, options)
    save(averaged, people, options)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=Path, default=Path("build/identities"))
    parser.add_argument("--people", type=int, default=1500)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch-people", type=int, default=32)
    parser.add_argument("--batch-photos", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=DATA / "weights" / "face_embedding.safetensors")
    return parser.parse_args()


def train(model, people, options):
    """Train with AdamW, a warm-up and a cosine; return the network whose weights are averaged over the steps."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.02)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995), use_buffers=True
    )
    rng, losses, order = np.random.default_rng([options.seed, 7]), [], np.zeros(0, int)
    begun = time.process_time()
    for step in range(options.steps):
        if len(order) < options.batch_people:
            people.look()
            order = rng.permutation(people.known)
        chosen, order = np.split(order, [options.batch_people])
        pictures, labels = people.batch(chosen, options.batch_photos, rng)
        set_rate(optimizer, options.rate, step, options.steps)
        losses.append(train_step(model, optimizer, changed(pictures, rng), labels))
        average.update_parameters(model)
        if (step + 1) % 100 == 0:
            report(step + 1, average.module, len(people.known), np.mean(losses[-100:]), time.process_time() - begun)
            save_file(packed(average.module), options.out.with_suffix(".part"))
    return average.module


def report(steps, model, people, loss, seconds):
    """Print how far the training is: processor seconds, and the scores on the validation people."""
    scores = validation(model)
    figures = f"AUC {scores.auc:.4f}, TAR {scores.tar:.3f}, top-1 {scores.top1:.3f}"
    print(f"step {steps}: {people} people, loss {loss:.3f}, {figures}, {seconds:.0f} s", flush=True)


def train_step(model, optimizer, pictures, labels):
    model.train()
    with torch.autocast("cpu", torch.bfloat16):
        embeddings = model(pictures)
    loss = semi_hard_loss(embeddings, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def set_rate(optimizer, rate, step, total):
    warm = min(1.0, (step + 1) / WARM_UP)
    for group in optimizer.param_groups:
        group["lr"] = rate * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * step / total)) / 2)


def validation(model):
    """Return the scores on the validation people."""
    images, people = identities("validation")
    return face_scores(embed(model, images), people)


def save(model, people, options):
    """Write the weights as float16, with how they were made."""
    words = {"people": len(people.known), "steps": options.steps, "rate": options.rate}
    words |= {"batch-people": options.batch_people, "batch-photos": options.batch_photos, "seed": options.seed}
    facts = {"command": " ".join(["python tools/train_face_embedding.py", *(f"--{w} {v}" for w, v in words.items())])}
    facts |= {f"validation {name}": f"{value:.4f}" for name, value in validation(model)._asdict().items()}
    save_file(packed(model), options.out, facts)
    options.out.with_suffix(".part").unlink(missing_ok=True)
    print(facts)


def packed(model):
    """Return the weights as float16."""
    weights = model.state_dict().items()
    return {name: (w.half() if w.is_floating_point() else w).contiguous() for name, w in weights}


if __name__ == "__main__":
    main()
