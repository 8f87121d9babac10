"""Train plain and residual networks of 18, 34 and 66 layers and write data/degradation.json.

    python tools/train_degradation.py                # 18 runs, about 5 minutes of one processor

Every pair has the same layers, first weights and batches: crops of 32 × 32 pixels of the course's photos, to be told
apart by the photo they come from. Networks and training: `cnncourse/networks/small_resnet.py`,
`cnncourse/training/degradation.py`.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from cnncourse.data_folder import DATA
from cnncourse.networks.hand_signs import pictures_to_batch
from cnncourse.networks.small_resnet import BLOCKS, SmallResNet
from cnncourse.pictures.photo_crops import NAMES, photo_crops
from cnncourse.training.degradation import MOMENTUM, RATE, WARM_UP, Run, as_text, train_on
from cnncourse.training.fit import evaluate

WIDTHS = (8, 16, 32, 64)
SNAPSHOTS = (0, 10, 30, 100, 200, 300)


def main():
    options = read_options()
    torch.set_num_threads(1)
    runs = []
    for seed in options.seeds:
        for depth in options.depths:
            for shortcuts in (False, True):
                runs.append(trained(depth, shortcuts, seed, options))
                print(f"{runs[-1].kind}-{depth}, seed {seed}: loss {runs[-1].final_loss():.3f}", flush=True)
    options.output.write_text(as_text(settings(options), runs), encoding="utf-8")


def trained(depth, shortcuts, seed, options):
    """Train one network and return its `Run`."""
    rng = np.random.default_rng(seed)
    batches = [crops(options.batch, rng) for _ in range(options.steps)]
    tests = [crops(500, rng, "test") for _ in range(2)]
    start = torch.Generator().manual_seed(seed)
    net = SmallResNet(len(NAMES), depth, WIDTHS, shortcuts, stem_stride=2, generator=start)
    net = net.to(memory_format=torch.channels_last)
    seconds = time.process_time()
    curves = train_on(net, batches, SNAPSHOTS, progress=False)
    seconds = time.process_time() - seconds
    _, test_right = evaluate(net, tests)
    return Run(depth, shortcuts, seed, *curves, test_right, seconds)


def crops(count, rng, part="train"):
    """Return a batch (pictures, labels) of random crops, in the memory order that is fastest on a CPU."""
    images, labels = photo_crops(count, rng, part=part)
    return pictures_to_batch(images).contiguous(memory_format=torch.channels_last), torch.from_numpy(labels)


def settings(options):
    """Return what all runs have in common."""
    return {
        "command": "python tools/train_degradation.py",
        "photos": list(NAMES),
        "crop": 32,
        "widths": list(WIDTHS),
        "stem_stride": 2,
        "parameters": {str(depth): parameters(depth) for depth in options.depths},
        "batch": options.batch,
        "steps": options.steps,
        "rate": RATE,
        "momentum": MOMENTUM,
        "warm_up": WARM_UP,
        "torch": torch.__version__,
    }


def parameters(depth):
    """Return the number of parameters at a depth, with shortcuts or without."""
    return sum(p.numel() for p in SmallResNet(len(NAMES), depth, WIDTHS, stem_stride=2).parameters())


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--depths", type=int, nargs="+", default=list(BLOCKS), choices=list(BLOCKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--output", type=Path, default=DATA / "degradation.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
