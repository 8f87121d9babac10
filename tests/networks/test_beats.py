"""The beat network: its shapes, and that it learns."""

import numpy as np
import pytest
import torch

from cnncourse.networks.beats import beat_network
from cnncourse.pictures.signals import beat_windows, ecg
from cnncourse.training.fit import fit


@pytest.mark.parametrize(("maps", "classes", "length"), [(8, 2, 150), (3, 5, 37), (1, 2, 4)])
def test_signals_of_any_length_become_logits(maps, classes, length):
    assert beat_network(maps, classes)(torch.zeros(6, 1, length)).shape == (6, classes)


def test_parameters_are_counted_by_hand():
    count = sum(p.numel() for p in beat_network().parameters())
    assert count == 8 * 7 + 8 + 16 * 8 * 5 + 16 + 2 * 16 + 2  # 754


def test_it_learns_to_tell_ventricular_beats_of_unseen_hearts():
    torch.manual_seed(0)
    sets = [batches(range(24)), batches(range(500, 512))]
    net = beat_network()
    history = fit(net, *sets, 12, torch.optim.Adam(net.parameters(), 0.005), progress=False)
    assert history.test_accuracy[-1] > 0.93


def batches(seeds):
    beats, labels = [], []
    for seed in seeds:
        record = ecg(30, 250, np.random.default_rng(seed), ventricular=0.25)
        windows, kept = beat_windows(record.signal, record.peaks, 75, 75)
        beats.append(windows)
        labels.append(record.labels[kept] == "V")
    x, y = np.concatenate(beats)[:, None], np.concatenate(labels).astype(np.int64)
    return [(torch.from_numpy(x[i : i + 32]), torch.from_numpy(y[i : i + 32])) for i in range(0, len(x), 32)]


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="maps must be at least 1"):
        beat_network(0)
    with pytest.raises(ValueError, match="classes must be at least 2"):
        beat_network(8, 1)
