import json
import struct
from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.data_folder import data_file
from cnncourse.exercises import catalogue
from cnncourse.networks.small_resnet import SmallBlock
from cnncourse.networks.smile_detector import (
    GRID,
    LARGE_WIDTHS,
    WIDTHS,
    SmileNet,
    load_face_traits,
    load_smile_detector,
    load_turn_reader,
    pictures_to_batch,
    recorded_runs,
    smile_probabilities,
)
from cnncourse.pictures.smiles import smile_scene, smiles


@pytest.fixture(scope="module")
def net():
    return load_smile_detector()


def share_right(net, preset):
    """Count right answers picture by picture of the test set, straight from the logits' signs."""
    images, labels = smiles("test", preset)
    with torch.no_grad():
        logits = torch.cat([net(pictures_to_batch(images[i : i + 100])) for i in range(0, len(images), 100)])
    return sum(int((z > 0) == (y == 1)) for z, y in zip(logits.tolist(), labels.tolist(), strict=True)) / len(labels)


def facts_of(name):
    data = data_file("weights", f"{name}.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length])["__metadata__"], len(data)


@pytest.mark.parametrize(("preset", "least"), [("tight", 0.98), ("street", 0.90)])
def test_the_committed_detector_is_right_about_people_it_never_saw(net, preset, least):
    right = share_right(net, preset)
    assert right >= least
    assert right == pytest.approx(float(facts_of("smile_detector")[0][f"{preset}_test_accuracy"]), abs=0.003)


@pytest.mark.parametrize("name", ["smile_detector", "face_traits"])
def test_the_weights_name_their_command_and_seed_and_are_small(name):
    facts, length = facts_of(name)
    assert facts["command"].startswith("python tools/train_smile_detector.py")
    assert facts["seed"].isdecimal()
    assert length < 500_000


def test_the_loaded_detector_is_ready_to_use(net):
    assert not net.training
    assert all(parameter.dtype == torch.float32 for parameter in net.parameters())


def test_the_face_traits_come_with_a_fresh_head():
    first, second = (load_face_traits(torch.Generator().manual_seed(seed)) for seed in (0, 1))
    for name, tensor in first.state_dict().items():
        same = torch.equal(tensor, second.state_dict()[name])
        assert same != (name == "head.0.weight"), name
    assert first(torch.rand(2, 3, 64, 64)).shape == (2,)


def test_the_net_is_the_one_of_the_exercise():
    solved = catalogue()["smile_network"].solution(SmallBlock, WIDTHS, 1, GRID)
    net = SmileNet()
    assert [p.shape for p in solved.parameters()] == [p.shape for p in net.parameters()]
    solved.load_state_dict(dict(zip(solved.state_dict(), net.state_dict().values(), strict=True)))
    pictures = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(solved.eval()(pictures), net.eval()(pictures))


def counted_by_hand(widths, count, grid):
    total, channels = 27 * widths[0] + 2 * widths[0], widths[0]
    for width in widths:
        for _ in range(count):
            total, channels = total + 9 * channels * width + 9 * width * width + 4 * width, width
    return total + channels * grid * grid + 1


@pytest.mark.parametrize("shortcuts", [True, False])
@pytest.mark.parametrize(("widths", "count", "grid"), [(WIDTHS, 1, 8), (LARGE_WIDTHS, 1, 8), ((4, 6), 3, 1)])
def test_parameters_are_those_counted_by_hand_with_and_without_shortcuts(widths, count, grid, shortcuts):
    net = SmileNet(widths, count, shortcuts, grid)
    assert sum(p.numel() for p in net.parameters()) == counted_by_hand(widths, count, grid)


def test_the_docstring_s_number_of_parameters_is_right():
    assert f"{counted_by_hand(WIDTHS, 1, GRID):,} parameters" in SmileNet.__doc__


def test_equal_generators_give_equal_nets_with_and_without_shortcuts():
    nets = [SmileNet(shortcuts=s, generator=torch.Generator().manual_seed(5)) for s in (True, False)]
    for one, other in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        assert torch.equal(one, other)
    pictures = torch.rand(2, 3, 64, 64)
    assert not torch.allclose(nets[0](pictures), nets[1](pictures))


def test_probabilities_come_in_evaluation_mode_and_the_mode_is_kept():
    net = SmileNet((2, 3)).train()
    images = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
    p = smile_probabilities(net, images, batch=2)
    assert net.training
    assert all(module.num_batches_tracked == 0 for module in net.modules() if isinstance(module, nn.BatchNorm2d))
    with torch.no_grad():
        expected = net.eval()(pictures_to_batch(images)).double().numpy()
    assert p == pytest.approx(1 / (1 + np.exp(-expected)), abs=1e-6)
    assert smile_probabilities(net, images[:0]).shape == (0,)


def test_a_grid_of_one_does_not_see_where_and_a_finer_one_does():
    pictures = torch.zeros(2, 3, 64, 64)
    pictures[0, :, 16:24, 16:24] = pictures[1, :, 40:48, 24:32] = 1.0
    for grid, sees in ((1, False), (8, True)):
        net = SmileNet((4,), grid=grid, generator=torch.Generator().manual_seed(1)).eval()
        with torch.no_grad():
            one, other = net(pictures).tolist()
        assert (abs(one - other) > 1e-4) == sees, grid


@pytest.mark.parametrize(
    ("arguments", "name"),
    [({"widths": (8, 0)}, "widths"), ({"count": 0}, "count"), ({"grid": 0}, "grid"), ({"grid": 2.5}, "grid")],
)
def test_bad_sizes_are_refused_by_name(arguments, name):
    with pytest.raises((ValueError, TypeError), match=f"{name} must be"):
        SmileNet(**arguments)


def test_the_turn_reader_tells_which_way_a_head_turns():
    images, _ = smiles("test", "street")
    turns = np.array([smile_scene(i, "test", "street")[1].yaw for i in range(len(images))])
    with torch.no_grad():
        read = load_turn_reader()(pictures_to_batch(images)).numpy()
    assert np.corrcoef(read, turns)[0, 1] > 0.8
    assert np.abs(read).max() < 60


@pytest.mark.parametrize(("name", "settings"), [("comparison", 5), ("transfer", 12)])
def test_the_recorded_runs_hold_three_seeds_of_every_setting(name, settings):
    runs = recorded_runs(name)
    keys = ("net", "trained on") if name == "comparison" else ("examples", "start")
    counts = Counter(tuple(run[key] for key in keys) for run in runs)
    assert len(counts) == settings
    assert set(counts.values()) == {3}
    for run in runs:
        assert 0.4 < float(run["tight" if name == "comparison" else "accuracy"]) <= 1
