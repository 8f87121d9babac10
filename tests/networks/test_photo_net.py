import json

import numpy as np
import pytest
import torch

from cnncourse.data_folder import data_file
from cnncourse.networks.photo_net import SOURCE, TARGET, load_photo_ensemble, load_photo_net, photo_net
from cnncourse.pictures.photo_crops import NAMES, photo_crops
from cnncourse.training.ensembling import ten_crop
from cnncourse.training.fit import evaluate


def pieces(count, seed, names, size=32):
    images, labels = photo_crops(count, np.random.default_rng(seed), names, size, "test")
    return torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255, torch.from_numpy(labels)


@pytest.fixture(scope="module")
def pictures():
    return pieces(1500, 5, NAMES, 40)


@pytest.fixture(scope="module")
def guesses(pictures):
    """Return the ten nets' probabilities of the centre crops, (nets, N, classes)."""
    with torch.no_grad():
        return np.stack([net(ten_crop(pictures[0], 32)[:, 0]).softmax(1).numpy() for net in load_photo_ensemble()])


@pytest.fixture(scope="module")
def table():
    return json.loads(data_file("practical_advice", "ensemble.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def transfer():
    table = json.loads(data_file("practical_advice", "transfer.json").read_text(encoding="utf-8"))
    return np.array(table["accuracy"]), table


def test_a_net_has_as_many_parameters_as_its_layers_say():
    convolutions = sum(9 * c * k + 2 * k for c, k in ((3, 16), (16, 32), (32, 48), (48, 64)))
    assert sum(p.numel() for p in photo_net(10).parameters()) == convolutions + 64 * 10 + 10 == 47_482


def test_logits_come_for_pictures_of_several_sizes():
    for side in (16, 32, 40):
        assert photo_net(4)(torch.zeros(2, 3, side, side)).shape == (2, 4)


def test_all_photos_are_source_or_target_and_none_is_both():
    assert sorted(SOURCE + TARGET) == sorted(NAMES)


def test_the_committed_net_reads_pieces_it_never_saw():
    _, right = evaluate(load_photo_net(), [pieces(600, 77, SOURCE)])
    assert right > 0.9


def test_the_committed_nets_give_the_measured_accuracies(guesses, pictures, table):
    truth = pictures[1].numpy()
    single = [(g.argmax(axis=1) == truth).mean() for g in guesses]
    mean, low, high = table["accuracy"][0][0]
    assert (np.mean(single), min(single), max(single)) == pytest.approx((mean, low, high), abs=2e-3)
    together = (guesses.mean(axis=0).argmax(axis=1) == truth).mean()
    assert table["accuracy"][9][0] == pytest.approx([together] * 3, abs=2e-3)


def test_what_is_said_of_ensembles_holds(table):
    accuracy = np.array(table["accuracy"])
    mean, low, high = np.moveaxis(accuracy, 2, 0)
    assert (table["pictures"], table["training_pictures"], accuracy.shape) == (1500, 300, (10, 10, 3))
    assert mean[[0, 0, 9, 9], [0, 9, 0, 9]].round(3).tolist() == [0.862, 0.881, 0.891, 0.9]
    assert (mean[2, 0].round(3), high[0, 0].round(3)) == (0.885, 0.889)
    assert (low <= mean).all()
    assert (mean <= high).all()
    assert (np.diff(mean[:5, 0]) > 0).all(), "each of the first nets adds on average"
    assert mean[2, 0] - mean[0, 0] > 0.75 * (mean[9, 0] - mean[0, 0]), "three nets give most of the gain"
    assert high[0, 9] > mean[9, 9], "the best single net with ten crops beats the ten together"
    assert mean[0, 4] > mean[0, 0]


def test_what_is_said_of_transfer_holds(transfer):
    accuracy, table = transfer
    assert table["frozen"] == ["from scratch", 0, 1, 2, 3, 4]
    assert table["examples"] == [1, 2, 5, 20, 100]
    assert accuracy.shape == (6, 5, 10)
    mean = accuracy.mean(axis=2)
    assert mean[:, [0, 4]].round(3).tolist() == [
        [0.722, 0.972], [0.757, 0.971], [0.762, 0.965], [0.763, 0.957], [0.781, 0.951], [0.786, 0.925],
    ]  # fmt: skip
    assert mean[:, 0].argmax() == 5, "with one example, freezing all blocks is best"
    assert mean[1:, 4].argmax() == 0, "with a hundred, freezing none"
    assert (np.diff(mean[1:, 4]) < 0).all(), "with a hundred, every further frozen block costs"
    assert (mean[1:, 0] > mean[0, 0]).all(), "with one example all transfers beat the start from scratch"
    assert abs(mean[0, 4] - mean[1, 4]) < 0.01, "with a hundred, from scratch is as good"
    paired = accuracy[5, 0] - accuracy[0, 0]
    assert (paired > 0).sum() >= 8


def test_what_is_said_of_augmentation_holds():
    table = json.loads(data_file("practical_advice", "augmentation.json").read_text(encoding="utf-8"))
    accuracy = np.array(table["accuracy"])
    assert (table["examples"], table["test_crops"], accuracy.shape) == ([5, 20], 1000, (3, 2, 10))
    assert (100 * accuracy.mean(axis=2)).round(1).tolist() == [[89.6, 96.2], [91.1, 96.4], [89.7, 95.1]]
    assert (accuracy[1, 0] > accuracy[0, 0]).sum() == 8
    assert (accuracy[2, 1] < accuracy[1, 1]).sum() == 9
