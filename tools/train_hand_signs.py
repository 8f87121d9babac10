"""Train HandSignNet on rendered hands and write data/weights/hand_signs.safetensors.

    python tools/train_hand_signs.py                 # renders the extra pictures into build/hand_signs on first use
    python tools/train_hand_signs.py --compare       # trains nothing to keep: the 1,080 shipped pictures alone

The extra pictures come from other seeds than the shipped ones. The last 1,200 of them are the validation set; the 600
hard test pictures are looked at once, when training has ended.
"""

import argparse
import json
import time
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from tqdm import tqdm

from cnncourse.data_folder import DATA
from cnncourse.networks.hand_signs import HandSignNet, pictures_to_batch
from cnncourse.pictures.hand_sign_sheets import CLASSES, hand_signs, remake_hand_sign

CHUNK = 600
VALIDATION = 1200
BATCH = 64


def main():
    options = read_options()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.processes)
    if options.compare:
        compare()
    else:
        train_and_save(options)


def train_and_save(options):
    images, labels = extra_pictures(options.extra, options.cache, options.processes)
    validation = images[-VALIDATION:], labels[-VALIDATION:]
    shipped_images, shipped_labels = hand_signs("train")
    images = np.concatenate([images[:-VALIDATION], shipped_images])
    labels = np.concatenate([labels[:-VALIDATION], shipped_labels])
    net = HandSignNet()
    seconds = fit(net, images, labels, options.epochs, options.rate, validation=validation)
    facts = {
        "command": f"python tools/train_hand_signs.py --extra {options.extra} --epochs {options.epochs}",
        "seed": str(options.seed),
        "training_pictures": str(len(images)),
        "seconds": f"{seconds:.0f}",
        "validation_accuracy": f"{accuracy(net, *validation):.4f}",
        "test_accuracy": f"{accuracy(net, *hand_signs('test')):.4f}",
        "torch": torch.__version__,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    save_file(half_precision(net), options.output, metadata=facts)
    print(json.dumps(facts, indent=2))


def half_precision(net):
    """Return the net's state with float16 in place of float32, in the plain memory order that safetensors asks for."""
    state = net.to(memory_format=torch.contiguous_format).state_dict()
    return {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()}


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--extra", type=int, default=10_800, help="extra pictures, a multiple of 600")
    parser.add_argument("--cache", type=Path, default=Path("build/hand_signs"))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=22)
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=DATA / "weights" / "hand_signs.safetensors")
    parser.add_argument("--compare", action="store_true", help="train on the 1,080 shipped pictures and report")
    options = parser.parse_args()
    if options.extra % CHUNK or options.extra <= VALIDATION:
        parser.error(f"--extra must be a multiple of {CHUNK} above {VALIDATION}, got {options.extra}")
    return options


def compare():
    """Report what this net, and the classic course's, reach from the 1,080 shipped pictures alone."""
    train, test = hand_signs("train"), hand_signs("test")
    runs = {
        "classic two layers": (classic_net(), 100, False),
        "four convolutions": (HandSignNet(), 30, False),
        "four convolutions, augmented": (HandSignNet(), 60, True),
    }
    for name, (net, epochs, augmented) in runs.items():
        seconds = fit(net, *train, epochs, 0.003, augmented)
        reached = f"train {accuracy(net, *train):.3f}, test {accuracy(net, *test):.3f}"
        print(f"{name}: {reached}, {epochs} epochs, {seconds:.0f} s", flush=True)


def classic_net():
    """Return the two-layer net of the famous course's hand-sign assignment."""
    return nn.Sequential(
        nn.ZeroPad2d((1, 2, 1, 2)),
        nn.Conv2d(3, 8, 4),
        nn.ReLU(),
        nn.MaxPool2d(8),
        nn.ZeroPad2d((0, 1, 0, 1)),
        nn.Conv2d(8, 16, 2),
        nn.ReLU(),
        nn.MaxPool2d(4),
        nn.Flatten(),
        nn.Linear(64, CLASSES),
    )


def extra_pictures(count, cache, processes):
    """Return `count` extra hard pictures and labels, rendered into `cache` in chunks where they are not there yet."""
    cache.mkdir(parents=True, exist_ok=True)
    files = [cache / f"{chunk:04d}.npy" for chunk in range(count // CHUNK)]
    missing = [file for file in files if not file.exists()]
    if missing:
        with get_context("spawn").Pool(processes) as pool:
            list(tqdm(pool.imap_unordered(render_chunk, missing), "rendering", len(missing), unit=" × 600"))
    return np.concatenate([np.load(file) for file in files]), np.arange(len(files) * CHUNK) % CLASSES


def render_chunk(file):
    first = int(file.stem) * CHUNK
    render = partial(remake_hand_sign, split="extra")
    part = file.with_suffix(".part.npy")
    np.save(part, np.stack([render(i) for i in range(first, first + CHUNK)]))
    part.rename(file)


def fit(net, images, labels, epochs, rate, augmented=True, validation=None):
    """Train with AdamW, one cycle of the learning rate (Smith & Topin 2018); return the processor seconds it took."""
    steps = len(images) // BATCH
    net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps * epochs)
    start = time.process_time()
    for epoch in range(epochs):
        net.train()
        order, total = torch.randperm(len(images)).numpy(), 0.0
        for step in tqdm(range(steps), f"epoch {epoch + 1}", disable=validation is None):
            chosen = order[step * BATCH : (step + 1) * BATCH]
            batch = pictures_to_batch(images[chosen])
            logits = net(augment(batch) if augmented else batch)
            loss = F.cross_entropy(logits, torch.from_numpy(labels[chosen]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        if validation is not None:
            right = accuracy(net, *validation)
            print(f"epoch {epoch + 1}: loss {total / steps:.4f}, validation {right:.4f}", flush=True)
    return time.process_time() - start


def augment(batch):
    """Mirror, turn, scale, shift and recolour each picture of a batch `(N, 3, H, W)` at random; the count stays."""
    N = len(batch)
    angle, scale = (torch.rand(N) - 0.5) * 0.5, 1 + (torch.rand(N) - 0.5) * 0.24
    mirror = torch.randint(0, 2, (N,)) * 2.0 - 1
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    shift = (torch.rand(N, 2) - 0.5) * 0.16
    rows = [torch.stack([cos * mirror, -sin, shift[:, 0]], 1), torch.stack([sin * mirror, cos, shift[:, 1]], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), batch.shape, align_corners=False)
    moved = F.grid_sample(batch, grid, padding_mode="reflection", align_corners=False)
    gain = 1 + (torch.rand(N, 3, 1, 1) - 0.5) * 0.4
    recoloured = (moved * gain + (torch.rand(N, 1, 1, 1) - 0.5) * 0.2).clamp(0, 1)
    return recoloured.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def accuracy(net, images, labels):
    """Return the share of pictures whose largest logit is their label's."""
    net.eval()
    guesses = [net(pictures_to_batch(images[i : i + 200])).argmax(dim=1) for i in range(0, len(images), 200)]
    return (torch.cat(guesses).numpy() == labels).mean()


if __name__ == "__main__":
    main()
