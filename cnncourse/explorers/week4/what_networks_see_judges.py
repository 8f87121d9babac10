"""The networks that explorer "Cover a part" of notebook 4.3 asks, and twelve pictures for each."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import nn

from cnncourse.networks.car_window import WINDOW, car_squares, load_car_window_net
from cnncourse.networks.hand_signs import load_hand_sign_net, pictures_to_batch
from cnncourse.networks.smile_detector import load_smile_detector
from cnncourse.pictures.hand_sign_sheets import hand_signs
from cnncourse.pictures.road_scenes import CLASSES, road_scenes
from cnncourse.pictures.smiles import smiles

CARS, HANDS, FACES = "car or not", "fingers", "smile or not"
SHOWN = 12  # pictures of each kind


@dataclass(frozen=True, eq=False)
class Judge:
    """A network that gives probabilities `(N, K)`, pictures `(N, C, H, W)` that it knows, and what they show."""

    model: nn.Module
    pictures: torch.Tensor
    truth: tuple  # class of each picture
    names: tuple  # of the classes


class _Logits(nn.Module):
    """A network with one logit, as one that gives the probabilities of no and yes."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, pictures):
        yes = self.net(pictures).reshape(-1, 1).sigmoid()
        return torch.cat([1 - yes, yes], dim=1)


@cache
def judge(kind):
    """Return the network and the pictures of a kind."""
    return {CARS: _cars, HANDS: _hands, FACES: _faces}[kind]()


def _hands():
    images, truth = (part[:SHOWN] for part in hand_signs("test"))
    model = nn.Sequential(load_hand_sign_net(), nn.Softmax(dim=1)).eval()
    names = tuple(f"{count} finger{'' if count == 1 else 's'}" for count in range(6))
    return Judge(model, pictures_to_batch(images), tuple(truth.tolist()), names)


def _faces():
    images, truth = (part[:SHOWN] for part in smiles("test"))
    return Judge(
        _Logits(load_smile_detector()).eval(), pictures_to_batch(images), tuple(truth.tolist()), ("no smile", "smile")
    )


def _cars():
    """Return the twelve windows around cars of the shipped scenes of which the network is least sure, 0.6 or more."""
    model, scenes, windows = _Logits(load_car_window_net()).eval(), road_scenes(count=60), []
    for image, boxes, labels in zip(scenes.images, scenes.boxes, scenes.labels, strict=True):
        squares = car_squares(torch.tensor(boxes[labels == CLASSES.index("car")])).round().int().tolist()
        fitting = [s for s in squares if min(s) >= 0 and max(s) <= image.shape[0] and s[2] - s[0] >= WINDOW]
        windows += [_resized(image, square) for square in fitting]
    pictures = torch.cat(windows)
    with torch.no_grad():
        sure = model(pictures)[:, 1]
    chosen = sure.where(sure >= 0.6, 2.0).argsort(stable=True)[:SHOWN]
    return Judge(model, pictures[chosen], (1,) * SHOWN, ("no car", "car"))


def _resized(image, square):
    left, top, right, bottom = square
    piece = pictures_to_batch(np.ascontiguousarray(image[top:bottom, left:right])[None])
    return nn.functional.interpolate(piece, (WINDOW, WINDOW), mode="bilinear", antialias=True, align_corners=False)
