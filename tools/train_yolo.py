"""Train TinyYOLO on road scenes of the style "day" and write data/weights/tiny_yolo.safetensors.

    python tools/render_roads.py --style day --split train --count 10000 --out build/roads    # once, some minutes
    python tools/train_yolo.py --epochs 26 --until 12 --out build/first.safetensors
    python tools/train_yolo.py --start build/first.safetensors --seed 1 \\
        --epochs 7 --until 4 --rate 1.2e-3 --scales 1 1.5

The validation scenes are those that the course ships, of the style "day". The test scenes and the held-out style are
for `tools/score_yolo.py` alone.
"""

import argparse
import math
import queue
import threading
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from yolo_pictures import batches, read_scenes, streak_masks

from cnncourse.data_folder import DATA
from cnncourse.detection.anchors import kmeans_anchors
from cnncourse.detection.precision import mean_average_precision
from cnncourse.detection.yolo_loss import yolo_loss
from cnncourse.networks.tiny_yolo import GRID, SIZE, TinyYOLO, detect
from cnncourse.pictures.road_scenes import road_scenes

ANCHOR_COUNT = 4
FOUND = 0.55  # IoU with an object from which a prediction without one of its own is not penalised
LEAST_SCORE = 0.02  # of detections that are scored
WARM_UP = 300  # steps


def main():
    options = read_options()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    scenes = read_scenes(options.scenes, "day", "train", options.count)
    model = started(scenes, options).to(memory_format=torch.channels_last)
    anchors = model.anchors.numpy().astype(float)
    print(f"{len(scenes.images)} scenes, anchors {anchors.round(1).tolist()}", flush=True)
    averaged = train(model, scenes, anchors, options)
    save(averaged, options, len(scenes.images))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scenes", type=Path, default=Path("build/roads"))
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--until", type=int, help="stop after so many epochs; the rate falls as for --epochs")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scales", type=float, nargs="+", default=[1], help="a batch is enlarged by one of them")
    parser.add_argument("--start", type=Path, help="weights to go on from; their anchors stay")
    parser.add_argument("--out", type=Path, default=DATA / "weights" / "tiny_yolo.safetensors")
    return parser.parse_args()


def started(scenes, options):
    """Return a network with anchors for these scenes, or that of `--start`."""
    if options.start is None:
        anchors = anchors_of(scenes, np.random.default_rng(options.seed))
        return TinyYOLO(anchors, torch.Generator().manual_seed(options.seed))
    model = TinyYOLO()
    model.load_state_dict(
        {name: w.float() if w.is_floating_point() else w for name, w in load_file(options.start).items()}
    )
    return model


def anchors_of(scenes, rng):
    """Return anchors by k-means from the true objects of the first 2,000 scenes, (B, 2)."""
    kept = [boxes[~ignored] for boxes, ignored in zip(scenes.boxes[:2000], scenes.ignored[:2000], strict=True)]
    boxes = np.concatenate(kept)
    return kmeans_anchors(boxes[:, 2:] - boxes[:, :2], ANCHOR_COUNT, rng)


def train(model, scenes, anchors, options):
    """Train with AdamW, a warm-up and a cosine; return the network whose weights are averaged over the steps."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.01)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    total = options.epochs * (len(scenes.images) // options.batch)
    step, start = 0, time.perf_counter()
    for epoch in range(options.until or options.epochs):
        losses = []
        for pictures, targets, objects in ahead(epoch_batches(scenes, anchors, options, epoch)):
            set_rate(optimizer, options.rate, step, total)
            losses.append(train_step(model, optimizer, pictures, targets, objects))
            average.update_parameters(model)
            step += 1
        loss, seconds = np.mean(losses), time.perf_counter() - start
        print(f"epoch {epoch + 1}: loss {loss:.3f}, day {score(average.module):.4f}, {seconds:.0f} s", flush=True)
        save_file(packed(average.module), options.out.with_suffix(".part"))
    return average.module


def epoch_batches(scenes, anchors, options, epoch):
    rng = np.random.default_rng([options.seed, epoch])
    streaks = streak_masks(np.random.default_rng(options.seed))
    return batches(scenes, options.batch, rng, streaks, anchors, options.scales)


def train_step(model, optimizer, pictures, targets, objects):
    model.train()
    with torch.autocast("cpu", torch.bfloat16):
        prediction = model(pictures.contiguous(memory_format=torch.channels_last))
    loss = yolo_loss(prediction, targets, found(prediction.detach(), objects))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
    optimizer.step()
    return loss.item()


def found(prediction, objects):
    """Return (N, S, S, B): where the predicted box covers some object, ignored ones included, with IoU ≥ FOUND."""
    N, S, _, B, _ = prediction.shape
    place = torch.arange(S, dtype=torch.float32)
    centres = prediction[..., 1:3] + torch.stack(
        [place.reshape(1, 1, S, 1).expand(N, S, S, B), place.reshape(1, S, 1, 1).expand(N, S, S, B)], dim=-1
    )
    half = prediction[..., 3:5].flip(-1) / 2
    cell = SIZE / GRID
    low, high = ((centres - half) * cell).flatten(1, 3)[:, :, None], ((centres + half) * cell).flatten(1, 3)[:, :, None]
    shared = (torch.minimum(high, objects[:, None, :, 2:]) - torch.maximum(low, objects[:, None, :, :2])).clamp(min=0)
    shared = shared.prod(dim=-1)  # (N, S · S · B, M)
    areas = (objects[..., 2:] - objects[..., :2]).prod(dim=-1)[:, None] + (high - low).prod(dim=-1)
    return (shared >= FOUND * (areas - shared)).any(dim=-1).reshape(N, S, S, B)  # NaN is never found


def set_rate(optimizer, rate, step, total):
    warm = min(1.0, (step + 1) / WARM_UP)
    for group in optimizer.param_groups:
        group["lr"] = rate * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * step / total)) / 2)


def ahead(items, depth=4):
    """Yield `items`, made by another thread while the last one is being used."""
    ready, end = queue.Queue(depth), object()

    def make():
        for item in items:
            ready.put(item)
        ready.put(end)

    threading.Thread(target=make, daemon=True).start()
    while (item := ready.get()) is not end:
        yield item


def score(model):
    """Return mAP@0.5 on the shipped validation scenes of the style "day"."""
    scenes = road_scenes("validation", "day")
    truths = list(zip(scenes.boxes, scenes.labels, scenes.ignored, strict=True))
    return mean_average_precision(detect(model, scenes.images, LEAST_SCORE), truths)


def save(model, options, count):
    """Write the weights as float16, with how they were made."""
    words = {"count": count, "epochs": options.epochs, "rate": options.rate, "seed": options.seed}
    words["scales"] = " ".join(f"{scale:g}" for scale in options.scales)
    if options.until is not None:
        words["until"] = options.until
    if options.start is not None:
        words["start"] = options.start.name
    command = " ".join(["python tools/train_yolo.py", *(f"--{word} {value}" for word, value in words.items())])
    facts = {"command": command, "seed": str(options.seed), "validation mAP@0.5, day": f"{score(model):.4f}"}
    save_file(packed(model), options.out, facts)
    options.out.with_suffix(".part").unlink(missing_ok=True)
    print(facts)


def packed(model):
    """Return the weights as float16."""
    weights = model.state_dict().items()
    return {name: (w.half() if w.is_floating_point() else w).contiguous() for name, w in weights}


if __name__ == "__main__":
    main()
