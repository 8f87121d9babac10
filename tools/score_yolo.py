"""Score TinyYOLO on road scenes that it never saw: mAP@0.5 in the style it was trained on and in the held-out one.

    python tools/render_roads.py --style day --split test --count 1000 --out build/roads
    python tools/render_roads.py --style held_out --split test --count 1000 --out build/roads
    python tools/score_yolo.py

Objects lower than 14 pixels, or less than 30 % visible, count neither way. By height, only the objects of that height
count; all others are ignored.
"""

import argparse
from pathlib import Path

import numpy as np
from yolo_pictures import read_scenes

from cnncourse.detection.precision import average_precision, mean_average_precision
from cnncourse.networks.tiny_yolo import detect, load_tiny_yolo
from cnncourse.pictures.road_scenes import CLASSES

LEAST_SCORE = 0.02
HEIGHTS = ((14, 20), (20, 32), (32, 64), (64, 161))  # pixels
COCO = np.linspace(0.5, 0.95, 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scenes", type=Path, default=Path("build/roads"))
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    model = load_tiny_yolo()
    for style in ("day", "held_out"):
        report(style, model, read_scenes(options.scenes, style, "test", options.count))


def report(style, model, scenes):
    predictions = detect(model, scenes.images, LEAST_SCORE)
    truths = list(zip(scenes.boxes, scenes.labels, scenes.ignored, strict=True))
    print(f"{style}, {len(truths)} scenes: mAP@0.5 {mean_average_precision(predictions, truths):.3f}", end="")
    print(f", mAP@[.5:.95] {mean_average_precision(predictions, truths, COCO):.3f}")
    for label, name in enumerate(CLASSES):
        count = sum(np.count_nonzero((kinds == label) & ~ignored) for _, kinds, ignored in truths)
        print(f"  {name:<11} AP {average_precision(predictions, truths, label):.3f} ({count} objects)")
    for low, high in HEIGHTS:
        figure = mean_average_precision(predictions, [of_height(truth, low, high) for truth in truths])
        print(f"  {low} to {high} px high: mAP {figure:.3f}")


def of_height(truth, low, high):
    """Return a picture's truth in which objects of another height are ignored."""
    boxes, labels, ignored = truth
    heights = boxes[:, 3] - boxes[:, 1]
    return boxes, labels, ignored | (heights < low) | (heights >= high)


if __name__ == "__main__":
    main()
