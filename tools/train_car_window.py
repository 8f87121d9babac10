"""Train the window classifier of notebook 3.2 on pieces of road scenes.

    python tools/train_car_window.py            writes data/weights/car_window.safetensors

It learns from training scenes (rendered on first use) in two lessons. The first has a window around every car that
counts, jittered in place and size, and windows that hold no car or a badly placed one. For the second the network of
the first lesson scans the scenes, and the windows it takes for cars wrongly join (hard negatives, Sung & Poggio 1998).
The last training scenes are kept apart for validation; the shipped scenes are looked at once, at the end.
"""

import argparse
import json
import time

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from cnncourse.data_folder import DATA
from cnncourse.detection.boxes import iou
from cnncourse.detection.windows import fully_convolutional, resized, scan
from cnncourse.networks.car_window import MARGIN, SCALES, WINDOW, car_squares, car_window_net
from cnncourse.pictures.road_scenes import CLASSES, road_scenes

BATCH = 64
CAR = CLASSES.index("car")
NEAR, FAR = 0.5, 0.3  # IoU with a car's square: at least NEAR is a car, below FAR none, between is not asked
JITTER = 0.1  # of the square's side, in place; and in size, as a factor
TRIES = 4  # windows drawn around a car
CAR_WEIGHT = 3.0  # of a car in the second lesson, in which others are many


def main():
    options = read_options()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    scenes = road_scenes("train", count=options.scenes)
    held = options.scenes - options.validation
    training, validation = (pieces(scenes, part, rng) for part in (range(held), range(held, options.scenes)))
    begun, net = time.process_time(), car_window_net(torch.Generator().manual_seed(options.seed))
    lesson(net, *training, options.epochs)
    report(net, "first lesson, validation", *validation)
    hard = mistaken(net, scenes, range(held))
    training = [torch.cat(pair) for pair in zip(training, hard, strict=True)]
    lesson(net, *training, options.epochs, CAR_WEIGHT)
    seconds = time.process_time() - begun
    facts = {"validation_right": report(net, "second lesson, validation", *validation)}
    shipped = road_scenes("validation")
    parts = pieces(shipped, range(len(shipped.images)), np.random.default_rng(0))
    facts["shipped_right"] = report(net, "shipped scenes", *parts)
    write(net, options, len(training[0]), seconds, facts)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scenes", type=int, default=1200)
    parser.add_argument("--validation", type=int, default=200, help="how many of them, the last, are kept apart")
    parser.add_argument("--epochs", type=int, default=12, help="of each of the two lessons")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def pieces(scenes, numbers, rng):
    """Return windows `(n, 3, 32, 32)` of scenes and whether they hold a car `(n,)`, as floats."""
    parts = [scene_pieces(scenes, number, rng) for number in numbers]
    return tuple(torch.cat(column) for column in zip(*parts, strict=True))


def scene_pieces(scenes, number, rng):
    image, squares = scenes.images[number], squares_of(scenes, number)
    counted = squares[(scenes.labels[number] == CAR) & ~scenes.ignored[number]]
    cars = [jittered(square, rng, JITTER) for square in counted for _ in range(TRIES)]
    off = [jittered(square, rng, 0.6) for square in counted for _ in range(TRIES)]
    others = [jittered(square, rng, 0.3) for square in squares[scenes.labels[number] != CAR]]
    side = len(image) * rng.uniform(0.14, 0.8, 12) ** 1.5
    corners = rng.uniform(0, 1, (12, 2)) * (len(image) - side[:, None])
    drawn = np.concatenate([np.reshape([*cars, *off, *others], (-1, 4)), np.hstack([corners, corners + side[:, None]])])
    return labelled(scenes, number, drawn)


def squares_of(scenes, number):
    return car_squares(torch.from_numpy(scenes.boxes[number])).numpy().reshape(-1, 4)


def jittered(square, rng, most):
    side, centre = square[2] - square[0], (square[:2] + square[2:]) / 2
    centre = centre + rng.uniform(-most, most, 2) * side
    half = side / 2 * np.exp(rng.uniform(-1, 1) * (0.18 if most < 0.2 else 0.8))
    return np.concatenate([centre - half, centre + half])


def labelled(scenes, number, drawn):
    """Return those of the windows `drawn` (n, 4) that lie in the scene and are clearly a car or none, as pictures."""
    image, squares = scenes.images[number], squares_of(scenes, number)
    inside = ((drawn >= 0) & (drawn <= len(image))).all(axis=1) & (drawn[:, 2] - drawn[:, 0] >= 14)
    drawn = np.round(drawn[inside])
    cars = scenes.labels[number] == CAR
    overlap = best(drawn, squares[cars])
    sure = (best(drawn, squares[cars & ~scenes.ignored[number]]) >= NEAR) | (overlap < FAR)
    windows = [window(image, *corners) for corners in drawn[sure].astype(int).tolist()]
    answers = torch.from_numpy(overlap[sure] >= NEAR).float()
    return torch.cat([*windows, torch.zeros(0, 3, WINDOW, WINDOW)]), answers


def best(drawn, squares):
    return iou(drawn, squares).max(axis=1, initial=0)


def window(image, x1, y1, x2, y2):
    picture = resized(image[y1:y2, x1:x2], WINDOW / (y2 - y1))
    return F.interpolate(picture, (WINDOW, WINDOW)) if picture.shape[2:] != (WINDOW, WINDOW) else picture


def mistaken(net, scenes, numbers):
    """Return up to six windows of every scene that the network takes for cars, though none is near."""
    scanner, parts = fully_convolutional(net.eval(), (3, WINDOW, WINDOW)), []
    for number in numbers:
        boxes, scores = scan(scanner, scenes.images[number], SCALES)
        overlap = best(boxes, squares_of(scenes, number)[scenes.labels[number] == CAR])
        wrong = np.flatnonzero((scores[:, 0] > -1) & (overlap < FAR))
        worst = wrong[np.argsort(-scores[wrong, 0])][::7][:6]
        parts.append(labelled(scenes, number, np.clip(boxes[worst], 0, len(scenes.images[number]))))
    return tuple(torch.cat(column) for column in zip(*parts, strict=True))


def lesson(net, windows, answers, epochs, car_weight=1.0):
    """Train with AdamW and one cycle of the learning rate; windows are mirrored and recoloured by chance."""
    weight = torch.tensor(car_weight)
    steps = len(windows) // BATCH
    optimiser = torch.optim.AdamW(net.parameters(), 0.004, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.004, total_steps=steps * epochs)
    net.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(windows))[: steps * BATCH].split(BATCH):
            logits = net(changed(windows[chosen])).flatten()
            loss = F.binary_cross_entropy_with_logits(logits, answers[chosen], pos_weight=weight)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def changed(batch):
    N = len(batch)
    batch = torch.where(torch.rand(N, 1, 1, 1) < 0.5, batch.flip(3), batch)
    gain = 1 + 0.12 * torch.randn(N, 3, 1, 1) + 0.15 * torch.randn(N, 1, 1, 1)
    return (batch * gain + 0.06 * torch.randn(N, 1, 1, 1)).clamp(0, 1)


@torch.no_grad()
def report(net, name, windows, answers):
    net.eval()
    logits = torch.cat([net(part).flatten() for part in windows.split(500)])
    right = (logits > 0) == (answers > 0)
    cars, others = right[answers > 0].float().mean().item(), right[answers == 0].float().mean().item()
    print(f"{name}: {len(windows)} windows, right of cars {cars:.4f}, of others {others:.4f}", flush=True)
    return f"{cars:.4f} of {int(answers.sum())} cars, {others:.4f} of {int((answers == 0).sum())} others"


def write(net, options, count, seconds, facts):
    given = f"--scenes {options.scenes} --validation {options.validation} --epochs {options.epochs}"
    facts |= {
        "command": f"python tools/train_car_window.py {given} --seed {options.seed}",
        "margin": str(MARGIN),
        "training_windows": str(count),
        "seconds": f"{seconds:.0f}",
        "torch": torch.__version__,
    }
    half = {key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in net.state_dict().items()}
    save_file(half, DATA / "weights" / "car_window.safetensors", metadata=facts)
    print(json.dumps(facts, indent=2))


if __name__ == "__main__":
    main()
