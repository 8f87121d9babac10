"""How the smile detector is trained: on faces as they are at first, then turned, shrunk, shifted and recoloured."""

import time

import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.networks.smile_detector import pictures_to_batch, smile_probabilities

BATCH = 16


def train(net, images, loss_of, steps, rate, hardness=None, mirrored=True, report=None, batch=BATCH):
    """Train with AdamW, one cycle of the learning rate (Smith & Topin 2018); return the processor seconds it took.

    loss_of(outputs, chosen) is the loss of the pictures numbered `chosen`. hardness(share of the steps done) in [0, 1]
    says how strongly pictures are changed, none by default. report(words) is called after every epoch.
    """
    net.to(memory_format=torch.channels_last)
    free = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(free, rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.2)
    begun, losses, batch = time.process_time(), [], min(batch, len(images))
    every = len(images) // batch
    for step in range(steps):
        if step % every == 0:
            order = torch.randperm(len(images))
        chosen = order[step % every * batch :][:batch]
        pictures = changed(
            pictures_to_batch(images[chosen.numpy()]), hardness(step / steps) if hardness else 0, mirrored
        )
        losses.append(_step(net, loss_of, pictures, chosen, optimiser, schedule))
        if report is not None and (step + 1) % every == 0:
            report(f"epoch {(step + 1) // every}: loss {np.mean(losses[-every:]):.4f}")
    return time.process_time() - begun


def _step(net, loss_of, pictures, chosen, optimiser, schedule):
    net.train()
    optimiser.zero_grad()
    loss = loss_of(net(pictures), chosen)
    loss.backward()
    optimiser.step()
    schedule.step()
    return loss.item()


def changed(batch, hardness, mirrored=True):
    """Mirror and shift a little; the harder, the more turned, shrunk, shifted and recoloured is each picture."""
    N = len(batch)
    angle, scale = (torch.rand(N) - 0.5) * 0.5 * hardness, 1 + (torch.rand(N) - 0.3) * 0.7 * hardness
    shift = (torch.rand(N, 2) - 0.5) * (0.06 + 0.25 * hardness)
    side = torch.randint(0, 2, (N,)) * 2.0 - 1 if mirrored else torch.ones(N)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [torch.stack([cos * side, -sin, shift[:, 0]], 1), torch.stack([sin * side, cos, shift[:, 1]], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), batch.shape, align_corners=False)
    moved = F.grid_sample(batch, grid, padding_mode="reflection", align_corners=False)
    gain = 1 + (torch.rand(N, 3, 1, 1) - 0.5) * 0.5 * hardness
    recoloured = (moved * gain + (torch.rand(N, 1, 1, 1) - 0.5) * 0.2 * hardness).clamp(0, 1)
    return recoloured.contiguous(memory_format=torch.channels_last)


def smile_loss(labels):
    """Return the binary cross-entropy with logits for the labels `(N,)`, as `train` wants it."""
    targets = torch.from_numpy(labels).float()
    return lambda outputs, chosen: F.binary_cross_entropy_with_logits(outputs, targets[chosen])


def accuracy(net, images, labels):
    """Return the share of pictures whose probability lies on their label's side of one half."""
    return float(((smile_probabilities(net, images) >= 0.5) == labels).mean())
