"""What the trainings of week 5 share: pictures, rates, averaged weights, figures, files."""

import math
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from cnncourse.data_folder import DATA
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.pictures.studio_faces import studio_faces

WARM_UP = 200  # steps
DECAY = 0.995  # of the averaged weights
REPORT = 250  # steps between two lines of figures


def read_options(parser, name):
    """Add what every training takes to a parser and read the command line."""
    parser.add_argument("--faces", type=int, default=14000)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=DATA / "weights" / f"{name}.safetensors")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    return options


def train(model, loss_of, figures_of, options):
    """Train with AdamW, a warm-up and a cosine; return the model with weights averaged over the steps.

    loss_of(model, pictures, rng) is the loss of a batch (N, 3, 32, 32); figures_of(model) a dictionary of numbers,
    printed every REPORT steps.
    """
    faces = studio_faces("train", options.faces)
    model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.99), weight_decay=1e-4)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(DECAY))
    rng, losses, begun = np.random.default_rng([options.seed, 5]), [], time.process_time()
    for step in range(options.steps):
        set_rate(optimizer, options.rate, step, options.steps)
        batch = batch_from_pictures(faces[rng.integers(len(faces), size=options.batch)])
        losses.append(train_step(model, optimizer, loss_of, batch.to(memory_format=torch.channels_last), rng))
        average.update_parameters(model)
        if (step + 1) % REPORT == 0:
            figures = figures_of(averaged(average, model))
            words = ", ".join(f"{name} {value:.2f}" for name, value in figures.items())
            loss, seconds = np.mean(losses[-REPORT:]), time.process_time() - begun
            print(f"step {step + 1}: loss {loss:.4f}, {words}, {seconds:.0f} s", flush=True)
            save_file(packed(average.module), options.out.with_suffix(".part"))
    return averaged(average, model)


def averaged(average, model):
    """Return the averaged model with the buffers of the one in training: codebooks follow by themselves."""
    for theirs, own in zip(average.module.buffers(), model.buffers(), strict=True):
        theirs.copy_(own)
    return average.module.eval()


def train_step(model, optimizer, loss_of, pictures, rng):
    """Make one step and return the loss."""
    model.train()
    with torch.autocast("cpu", torch.bfloat16):
        loss = loss_of(model, pictures, rng)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def set_rate(optimizer, rate, step, total):
    """Set the learning rate of a step: a warm-up, then half a cosine to a hundredth."""
    warm = min(1.0, (step + 1) / WARM_UP)
    for group in optimizer.param_groups:
        group["lr"] = rate * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * step / total)) / 2)


@torch.no_grad()
def decibels(reconstruct, split="small"):
    """Return the PSNR in dB of reconstruct(pictures), over all faces of a split."""
    faces = studio_faces(split)
    parts = [pictures_from_batch(reconstruct(batch_from_pictures(part))) for part in np.split(faces, len(faces) // 100)]
    return psnr(faces, np.concatenate(parts))


def save(model, figures, options, words, tool):
    """Write the weights as float16, with the command that remakes them and the figures on the faces "small"."""
    words = words | {name: getattr(options, name) for name in ("faces", "steps", "batch", "rate", "seed")}
    facts = {"command": " ".join([f"python tools/{tool}", *(f"--{name} {value}" for name, value in words.items())])}
    facts |= {f"small {name}": f"{value:.3f}" for name, value in figures.items()}
    save_file(packed(model), options.out, facts)
    options.out.with_suffix(".part").unlink(missing_ok=True)
    print(facts, flush=True)


def packed(model):
    """Return the weights as float16."""
    weights = model.state_dict().items()
    return {name: (w.half() if w.is_floating_point() else w).contiguous() for name, w in weights}
