"""Train the landmark net of notebook 3.1 on the course's 64 × 64 faces.

    python tools/train_landmarks.py            writes data/weights/landmarks.safetensors
    python tools/train_landmarks.py --points   writes data/smiles/landmarks.safetensors, where the landmarks are

It learns from the shipped training faces and from extra ones, of other people, rendered into build/smiles on first use.
The people of the last extra faces are the validation set, by which the settings were chosen; the shipped test faces, of
yet other people, are looked at once, at the end. Pictures are mirrored (left and right landmarks trade places), turned,
scaled, shifted, recoloured, and made noisy. The weights kept are a running mean over the steps.
"""

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file as save_points
from safetensors.torch import save_file
from smile_pictures import CHUNK, extra_pictures
from torch.nn import functional as F

from cnncourse.data_folder import DATA
from cnncourse.networks.landmarks import LANDMARK_WIDTHS, LandmarkNet, landmark_points
from cnncourse.networks.smile_detector import pictures_to_batch
from cnncourse.pictures.faces import MIRRORED
from cnncourse.pictures.smile_landmarks import FILE, STEPS, remake_smile_landmarks, smile_landmarks
from cnncourse.pictures.smiles import COUNTS, PRESETS, smiles

BATCH = 32
RATE = 0.004
KEPT = 0.998  # of the running mean of the weights, at every step


def main():
    options = read_options()
    if options.points:
        write_points()
        return
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    training, validation = all_faces(options)
    print(len(training[0]), "faces to train on,", {name: len(faces[0]) for name, faces in validation.items()})
    net, seconds = train(*training, validation, options)
    facts = {f"{name}_validation_error": error(net, *faces) for name, faces in validation.items()}
    tests = {preset: shipped("test", preset) for preset in PRESETS}
    facts |= {f"{name}_test_error": error(net, *faces) for name, faces in tests.items()}
    facts["all_test_error"] = error(net, *joined(tests.values()))
    write(net, options, len(training[0]), seconds, facts)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", action="store_true", help="write the shipped faces' landmarks, train nothing")
    parser.add_argument("--tight", type=int, default=900, help="extra tight faces, a multiple of 100")
    parser.add_argument("--street", type=int, default=1200, help="extra street faces, a multiple of 100")
    parser.add_argument("--validation-from", type=int, default=800, help="the first extra face that is kept apart")
    parser.add_argument("--cache", type=Path, default=Path("build/smiles"))
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for preset in PRESETS:
        count = getattr(options, preset)
        if count % CHUNK or count <= options.validation_from:
            parser.error(f"--{preset} must be a multiple of {CHUNK} above {options.validation_from}, got {count}")
    return options


def all_faces(options):
    """Return the (pictures, points) to train on, and those of each preset's validation set, of other people."""
    training, validation, first = [shipped("train", preset) for preset in PRESETS], {}, options.validation_from
    for preset in PRESETS:
        count = getattr(options, preset)
        images, _ = extra_pictures(preset, count, options.cache, options.threads)
        points = np.array([remake_smile_landmarks(i, "extra", preset) for i in range(count)])
        training.append((images[:first], points[:first]))
        validation[preset] = images[first:], points[first:]
    return joined(training), validation


def shipped(split, preset):
    return smiles(split, preset)[0], smile_landmarks(split, preset)


def write_points():
    points = {}
    for (preset, split), count in COUNTS.items():
        places = np.array([remake_smile_landmarks(i, split, preset) for i in range(count)])
        points[f"{preset}_{split}"] = np.round(places * STEPS).astype(np.int16)
    save_points(points, DATA / "smiles" / FILE, metadata={"command": "python tools/train_landmarks.py --points"})


def joined(pairs):
    return tuple(np.concatenate(column) for column in zip(*pairs, strict=True))


def train(images, points, validation, options):
    """Return the net whose weights are the running mean, and the processor seconds of the training."""
    net = LandmarkNet().to(memory_format=torch.channels_last)
    mean, begun = copy.deepcopy(net), time.process_time()
    every = len(images) // BATCH
    steps = options.epochs * every
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: pace(step / steps))
    truth = torch.from_numpy(points).float()
    for epoch in range(options.epochs):
        order, losses = torch.randperm(len(images)), []
        for chosen in order[: every * BATCH].split(BATCH):
            batch, wanted = changed(pictures_to_batch(images[chosen.numpy()]), truth[chosen])
            losses.append(learn(net, batch, wanted, optimiser))
            schedule.step()
            follow(mean, net, min(KEPT, 1 - 1 / (1 + schedule.last_epoch / 10)))
        parts = [f"{name} {error(mean, *faces):.3f}" for name, faces in validation.items()]
        seconds = time.process_time() - begun
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", *parts, f"{seconds:.0f} s", flush=True)
    return mean, seconds


def pace(done):
    """Return the share of the largest learning rate after a share of the steps: a short rise, then half a cosine."""
    return done / 0.05 if done < 0.05 else 0.5 + 0.5 * math.cos(math.pi * (done - 0.05) / 0.95)


def learn(net, batch, wanted, optimiser):
    """Make a step on the mean distance along x and along y, of the points that are still in the picture."""
    net.train()
    optimiser.zero_grad()
    with torch.autocast("cpu", torch.bfloat16):
        found = net(batch)
    inside = ((wanted >= 0) & (wanted <= batch.shape[-1])).all(dim=2, keepdim=True)
    loss = (F.smooth_l1_loss(found, wanted, beta=0.5, reduction="none") * inside).sum() / inside.sum() / 2
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5)
    optimiser.step()
    return loss.item()


@torch.no_grad()
def follow(mean, net, kept):
    for slow, fast in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - kept)
        else:
            slow.copy_(fast)


def changed(batch, points):
    """Return pictures and points mirrored by a coin, turned, scaled, shifted; the pictures recoloured and noisy too."""
    N, size = len(batch), batch.shape[-1]
    angle, scale = torch.randn(N) * 0.12, torch.exp(torch.randn(N) * 0.08)
    side = torch.randint(0, 2, (N,)) * 2.0 - 1
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    matrix = torch.stack([torch.stack([cos * side, -sin], 1), torch.stack([sin * side, cos], 1)], 1)
    shift = torch.randn(N, 2, 1) * 0.06
    grid = F.affine_grid(torch.cat([matrix, shift], 2), batch.shape, align_corners=False)
    moved = F.grid_sample(batch, grid, padding_mode="reflection", align_corners=False)
    centred = (points * 2 / size - 1).mT - shift  # (N, 2, 20): the grid leads from the new picture to the old one
    wanted = (torch.linalg.solve(matrix, centred).mT + 1) * size / 2
    wanted = torch.where((side < 0)[:, None, None], wanted[:, list(MIRRORED)], wanted)
    return recoloured(moved), wanted


def recoloured(batch):
    N = len(batch)
    gain = 1 + torch.randn(N, 3, 1, 1) * 0.08 + torch.randn(N, 1, 1, 1) * 0.12
    shade = torch.randn(N, 1, 1, 1) * 0.06
    noise = torch.randn_like(batch) * torch.rand(N, 1, 1, 1) * 0.04
    return (batch * gain + shade + noise).clamp(0, 1).contiguous(memory_format=torch.channels_last)


def error(net, images, points):
    """Return the mean distance in pixels between found and true points, hidden ones included."""
    return float(np.linalg.norm(landmark_points(net, images) - points, axis=2).mean())


def write(net, options, count, seconds, facts):
    given = f"--tight {options.tight} --street {options.street} --validation-from {options.validation_from}"
    facts = {key: f"{value:.4f}" for key, value in facts.items()} | {
        "command": f"python tools/train_landmarks.py {given} --epochs {options.epochs} --seed {options.seed}",
        "seed": str(options.seed),
        "widths": str(LANDMARK_WIDTHS),
        "training_pictures": str(count),
        "seconds": f"{seconds:.0f}",
        "torch": torch.__version__,
    }
    state = net.to(memory_format=torch.contiguous_format).state_dict()
    half = {key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in state.items()}
    save_file(half, DATA / "weights" / "landmarks.safetensors", metadata=facts)
    print(json.dumps(facts, indent=2))


if __name__ == "__main__":
    main()
