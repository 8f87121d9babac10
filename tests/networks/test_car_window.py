"""The network of car windows: its shapes, the windows that cars ask for, and what its trained weights can do."""

import json
import struct

import numpy as np
import pytest
import torch

from cnncourse.data_folder import data_file
from cnncourse.detection.boxes import iou
from cnncourse.detection.windows import fully_convolutional, resized, scan
from cnncourse.networks.car_window import SCALES, WINDOW, car_squares, car_window_net, load_car_window_net
from cnncourse.pictures.road_scenes import CLASSES, road_scenes


@pytest.fixture(scope="module")
def net():
    return load_car_window_net()


@pytest.fixture(scope="module")
def scenes():
    return road_scenes("validation", count=40)


def test_a_window_becomes_one_logit_with_31277_parameters():
    net = car_window_net()
    assert net(torch.zeros(3, 3, WINDOW, WINDOW)).shape == (3, 1)
    counts = [5 * 5 * 3 * 12, 24, 3 * 3 * 12 * 24, 48, 864 * 32, 32, 32, 1]
    assert sum(parameter.numel() for parameter in net.parameters()) == sum(counts) == 31277


def test_the_same_generator_gives_the_same_weights():
    first, second = (car_window_net(torch.Generator().manual_seed(3)).state_dict() for _ in range(2))
    other = car_window_net(torch.Generator().manual_seed(4)).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["0.weight"], other["0.weight"])


def test_it_slides_by_four_pixels_and_pads_nothing(net):
    scanner = fully_convolutional(net, (3, WINDOW, WINDOW))
    assert (scanner.step, scanner.exact) == ((4, 4), True)
    assert scanner(torch.zeros(1, 3, 160, 160)).shape == (1, 1, 33, 33)


def test_a_cars_square_has_its_centre_and_a_margin():
    squares = car_squares(torch.tensor([[0.0, 10, 10, 60], [20, 20, 60, 50]]))
    assert squares.numpy() == pytest.approx(np.array([[-25, 5, 35, 65], [16, 11, 64, 59]]), abs=1e-4)
    assert car_squares(torch.zeros(0, 4)).shape == (0, 4)
    for bad in ([[1, 2, 3, 4]], torch.zeros(4), torch.zeros(1, 5)):
        with pytest.raises(ValueError, match="boxes must be a tensor"):
            car_squares(bad)


def cars_of(scenes, number):
    counts = (scenes.labels[number] == CLASSES.index("car")) & ~scenes.ignored[number]
    squares = car_squares(torch.from_numpy(scenes.boxes[number][counts])).numpy().reshape(-1, 4)
    return squares[((squares >= 0) & (squares <= 160)).all(axis=1)]


def test_windows_around_cars_are_cars_and_windows_of_sky_and_road_are_not(net, scenes):
    cars, others = [], []
    for number, image in enumerate(scenes.images):
        for x1, y1, x2, y2 in np.round(cars_of(scenes, number)).astype(int):
            crop = resized(image[y1:y2, x1:x2], WINDOW / (y2 - y1))
            if crop.shape[2:] == (WINDOW, WINDOW):
                cars.append(crop)
        others += [resized(image[:WINDOW, left : left + WINDOW], 1.0) for left in (0, 64, 128)]
    with torch.no_grad():
        found, wrong = ((net(torch.cat(crops)) > 0).float().mean().item() for crops in (cars, others))
    assert len(cars) > 20
    assert found > 0.9
    assert wrong < 0.03


def test_a_scan_finds_most_cars_and_cries_wolf_seldom(net, scenes):
    scanner, hits, false, windows = fully_convolutional(net, (3, WINDOW, WINDOW)), [], 0, 0
    for number, image in enumerate(scenes.images):
        boxes, logits = scan(scanner, image, SCALES)
        kept = boxes[logits[:, 0] > 0]
        hits += (iou(cars_of(scenes, number), kept).max(axis=1, initial=0) > 0.4).tolist()
        every = scenes.boxes[number][scenes.labels[number] == CLASSES.index("car")]
        squares = car_squares(torch.from_numpy(every)).numpy().reshape(-1, 4)
        false, windows = false + int((iou(kept, squares).max(axis=1, initial=0) < 0.1).sum()), windows + len(boxes)
    assert np.mean(hits) > 0.9
    assert windows == 40 * 3873
    assert false / windows < 0.005


def test_the_file_says_how_it_was_made():
    path = data_file("weights", "car_window.safetensors")
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        facts = json.loads(file.read(length))["__metadata__"]
    assert facts["command"].startswith("python tools/train_car_window.py --scenes ")
    assert float(facts["validation_right"].split()[0]) > 0.85
    assert path.stat().st_size < 100_000
